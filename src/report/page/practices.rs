//! Names and areas of practices, set beside their codes.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::report::rollup::RowKind;
use crate::report::table::{Cell, Column, Table};

/// The column that says which practice a row is of.
pub(in crate::report) const PRACTICE_CODE: &str = "practice_code";
/// The column that says which area a row is of.
pub(in crate::report) const AREA: &str = "area";

/// What is known of a practice besides its results.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Named {
    /// The name.
    pub name: Option<String>,
    /// The area it counts to.
    pub area: Option<String>,
}

/// The practices of a report by their codes, or the groups that they are put together in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// Which of both they are.
    pub kind: RowKind,
    /// By code.
    pub named: BTreeMap<String, Named>,
}

impl Known {
    /// The area of a practice, where somebody says.
    pub fn area(&self, code: &str) -> Option<&str> {
        self.named.get(code)?.area.as_deref()
    }

    /// The areas in bytewise order, each once.
    pub fn areas(&self) -> BTreeSet<&str> {
        self.named.values().filter_map(|named| named.area.as_deref()).collect()
    }

    /// A practice by its code and, where it is known, its name.
    pub fn called(&self, code: &str) -> String {
        match self.named.get(code).and_then(|named| named.name.as_deref()) {
            Some(name) => format!("{code} {name}"),
            None => code.to_owned(),
        }
    }

    /// A table of practices with their codes first, and beside them the names and areas that are known.
    pub fn beside(&self, table: &Table<'_>) -> Table<'static> {
        let Some(at) = table.columns.iter().position(|column| column.name == PRACTICE_CODE) else {
            return owned(table);
        };
        let has_names = self.named.values().any(|named| named.name.is_some());
        let has_areas = !self.areas().is_empty() && table.columns.iter().all(|column| column.name != AREA);
        let others = || (0..table.columns.len()).filter(move |other| *other != at);
        let mut columns = vec![table.columns[at].clone()];
        columns.extend(has_names.then(|| Column::text("practice_name")));
        columns.extend(has_areas.then(|| Column::text(AREA)));
        columns.extend(others().map(|other| table.columns[other].clone()));
        let mut beside = Table::new(table.title.clone(), columns);
        for row in &table.rows {
            let code = row[at].shown(table.columns[at].kind).into_owned();
            let named = self.named.get(&code).cloned().unwrap_or_default();
            let cell = |text: Option<String>| text.map_or(Cell::Empty, Cell::text);
            let mut cells = vec![Cell::text(code)];
            cells.extend(has_names.then(|| cell(named.name)));
            cells.extend(has_areas.then(|| cell(named.area)));
            cells.extend(others().map(|other| row.get(other).map_or(Cell::Empty, Cell::owned)));
            beside.rows.push(cells);
        }
        beside
    }
}

/// A table that borrows nothing.
pub(in crate::report) fn owned(table: &Table<'_>) -> Table<'static> {
    let mut copy = Table::new(table.title.clone(), table.columns.clone());
    copy.rows = table.rows.iter().map(|row| row.iter().map(Cell::owned).collect()).collect();
    copy
}

/// The columns of these names, in their order.
pub(in crate::report) fn picked(table: &Table<'_>, names: &[&str]) -> Table<'static> {
    let places: Vec<usize> =
        names.iter().filter_map(|name| table.columns.iter().position(|column| column.name == *name)).collect();
    let mut picked =
        Table::new(table.title.clone(), places.iter().map(|at| table.columns[*at].clone()).collect::<Vec<_>>());
    let cells = |row: &Vec<Cell<'_>>| places.iter().map(|at| row.get(*at).map_or(Cell::Empty, Cell::owned)).collect();
    picked.rows = table.rows.iter().map(cells).collect();
    picked
}
