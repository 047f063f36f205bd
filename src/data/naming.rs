//! How a table names its columns and writes its dates, where somebody declared that it is not in the usual way.

use std::collections::BTreeMap;

use crate::data::columns::{PATIENT_COLUMNS, event_columns};
use crate::data::practices;

/// In which order a date is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DateOrder {
    /// `2021-04-03`
    #[default]
    Iso,
    /// `03/04/2021`, `3.4.2021`, `03-04-2021`: the third of April
    DayFirst,
}

/// A table that can be read, by what stands in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum TableName {
    /// Registrations.
    Patients,
    /// Events.
    Events,
    /// Practices.
    Practices,
    /// Counts that somebody else made: of a year, of its end, of a baseline.
    Counts,
    /// Appointments of a local scheme.
    Appointments,
    /// Free slots of a local scheme.
    Slots,
}

impl TableName {
    /// All of them.
    pub const ALL: [TableName; 6] = [
        TableName::Patients,
        TableName::Events,
        TableName::Practices,
        TableName::Counts,
        TableName::Appointments,
        TableName::Slots,
    ];

    /// The name as it is written.
    pub fn word(self) -> &'static str {
        match self {
            TableName::Patients => "patients",
            TableName::Events => "events",
            TableName::Practices => "practices",
            TableName::Counts => "counts",
            TableName::Appointments => "appointments",
            TableName::Slots => "slots",
        }
    }

    /// The names of the columns that are read.
    pub fn columns(self) -> Vec<&'static str> {
        match self {
            TableName::Patients => PATIENT_COLUMNS.iter().map(|column| column.name).collect(),
            TableName::Events => event_columns(true, true).iter().map(|column| column.name).collect(),
            TableName::Practices => practices::column_names().collect(),
            TableName::Counts => [
                "year",
                "practice_code",
                "indicator",
                "measure",
                "numerator",
                "denominator",
                "uptake_percent",
                "register",
                "excluded",
                "excepted",
                "indicator_code",
                "value",
            ]
            .to_vec(),
            TableName::Appointments => ["patient_id", "agreed_date", "appointment_date", "attended"].to_vec(),
            TableName::Slots => ["practice_code", "slot_start", "slot_end", "taken"].to_vec(),
        }
    }
}

/// What was declared of one table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Naming {
    /// By our name of a column, the file's.
    columns: BTreeMap<String, String>,
    /// In which order dates are written.
    order: DateOrder,
    /// The same of single columns, by our names.
    orders: BTreeMap<String, DateOrder>,
}

impl Naming {
    /// Dates of all columns are written in an order, but for those of which something else is declared.
    pub fn dates(order: DateOrder) -> Naming {
        Naming { order, ..Naming::default() }
    }

    /// Declares what the file calls a column of ours.
    pub fn call(&mut self, column: &str, in_file: &str) {
        self.columns.insert(column.to_owned(), in_file.to_owned());
    }

    /// Declares in which order the dates of a column of ours are written.
    pub fn order(&mut self, column: &str, order: DateOrder) {
        self.orders.insert(column.to_owned(), order);
    }

    /// What the file calls a column of ours, where that was declared.
    pub(crate) fn called(&self, column: &str) -> Option<&str> {
        self.columns.get(column).map(String::as_str)
    }

    /// All names that were declared of the file's columns.
    pub(crate) fn called_names(&self) -> impl Iterator<Item = &str> {
        self.columns.values().map(String::as_str)
    }

    /// In which order the dates of a column of ours are written.
    pub(crate) fn order_of(&self, column: &str) -> DateOrder {
        self.orders.get(column).copied().unwrap_or(self.order)
    }
}
