//! A rulebook as one SQL query, for an engine that already holds the tables.
//!
//! Comes in: a checked rulebook, the engine's dialect, the names of the tables, and what is wanted: each patient's outcome,
//! or counts and payments per practice. Goes out: a query of named steps, each below a remark in the rule's own words.
//! It says what [`crate::eval`] does, by other means: doses are cut down to distinct days of each kind of record first,
//! ages are only ever found by adding days or months to a date of birth, and amounts are fractions of whole numbers.

mod conditions;
mod counts;
pub mod dialect;
mod fees;
mod fractions;
mod outcomes;
mod pathway;
mod plan;
mod programs;
mod records;
mod script;
mod words;

use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::Figure;
use crate::report::sql::dialect::Dialect;
use crate::report::sql::script::Script;

/// What a query is to give.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// One row per patient and indicator on whose register the patient is; of a pathway, one per child not achieved.
    Patients,
    /// Counts and payments per practice and indicator; of a pathway, the return.
    Indicators,
    /// Payments that are not for indicators.
    Payments,
    /// Item-of-service fees.
    Fees,
}

/// What the tables are called in the engine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableNames {
    /// One row per registration.
    pub patients: String,
    /// One row per event.
    pub events: String,
    /// One row per practice.
    pub practices: String,
    /// Appointments, which a pathway reads.
    pub appointments: String,
    /// Protected slots, which a pathway reads.
    pub slots: String,
    /// Earlier results of each practice; None where there are none.
    pub baseline: Option<String>,
}

impl Default for TableNames {
    fn default() -> TableNames {
        TableNames {
            patients: "patients".to_owned(),
            events: "events".to_owned(),
            practices: "practices".to_owned(),
            appointments: "appointments".to_owned(),
            slots: "slots".to_owned(),
            baseline: None,
        }
    }
}

impl TableNames {
    fn all(&self) -> Vec<&str> {
        let named = [&self.patients, &self.events, &self.practices, &self.appointments, &self.slots];
        named.into_iter().chain(&self.baseline).map(String::as_str).collect()
    }
}

/// What is asked of a rulebook.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Whose SQL.
    pub dialect: Dialect,
    /// What the query gives.
    pub wanted: Wanted,
    /// The tables.
    pub tables: &'a TableNames,
    /// The rulebook's figures, those that were set otherwise among them.
    pub figures: &'a [Figure],
    /// The text of the `year` column ([`Rulebook::year_label`]).
    pub year_label: &'a str,
    /// The day of the report, which a pathway needs.
    pub as_of: Day,
}

/// Something that cannot be said in SQL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// What, as the rule file says it.
    pub what: String,
    /// Why not.
    pub why: String,
}

/// The query.
///
/// # Errors
/// [`Refusal`] where the rulebook says something that the query cannot.
pub fn query(book: &Rulebook, asking: &Asking<'_>) -> Result<String, Refusal> {
    let mut script = Script::default();
    records::stays(&mut script, asking.dialect, asking.tables);
    let last = match (&book.pathway, asking.wanted) {
        (Some(pathway), Wanted::Patients) => pathway::children(&mut script, asking, book, pathway)?,
        (Some(pathway), Wanted::Indicators) => pathway::returns(&mut script, asking, book, pathway)?,
        (None, Wanted::Patients) => patients(&mut script, asking, book)?,
        (None, Wanted::Indicators) => counts::indicators(&mut script, asking, book)?,
        (_, Wanted::Payments) => counts::payments(&mut script, asking, book)?,
        (_, Wanted::Fees) => fees::fees(&mut script, asking, book)?,
    };
    if let Some(name) = asking.tables.all().into_iter().find(|name| script.has(name)) {
        let why = "a step of the query has the same name: write it with its schema before it";
        return Err(Refusal { what: format!("a table called `{name}`"), why: why.to_owned() });
    }
    Ok(script.finish(&heading(book, asking), &last))
}

fn heading(book: &Rulebook, asking: &Asking<'_>) -> String {
    let wanted = match (asking.wanted, &book.pathway) {
        (Wanted::Patients, None) => "each patient's outcome and reason",
        (Wanted::Patients, Some(_)) => "each child not achieved, with its state, next step and alerts",
        (Wanted::Indicators, None) => "counts, points and pounds per practice and indicator",
        (Wanted::Indicators, Some(_)) => "the return per practice and indicator",
        (Wanted::Payments, _) => "payments that are not for indicators, per practice",
        (Wanted::Fees, _) => "item-of-service fees per practice",
    };
    let used = book.uses.iter().map(|used| format!("\nuses {}, rules {}", used.book.name, used.book.digest));
    format!(
        "{}: {wanted}\n{}, revision {}, rules {}{}\nwritten for {} by uptake {}",
        book.name,
        book.title,
        book.revision,
        book.digest,
        used.collect::<String>(),
        asking.dialect.name(),
        env!("CARGO_PKG_VERSION"),
    )
}

/// One row per patient and indicator, as `run --level patient` has it.
fn patients(script: &mut Script, asking: &Asking<'_>, book: &Rulebook) -> Result<String, Refusal> {
    let measurements = outcomes::measured(book, false);
    if measurements.is_empty() {
        return Err(Refusal { what: format!("the indicators of {}", book.name), why: "it has none".to_owned() });
    }
    let outcomes = outcomes::write(script, asking, (book, ""), &measurements, None)?;
    Ok(format!(
        "SELECT o.patient_id, o.practice_code, {} AS year, o.indicator, o.outcome, o.reason\nFROM {outcomes} AS o\nORDER BY {}, {}, {}",
        asking.dialect.literal(asking.year_label),
        asking.dialect.bytewise("o.practice_code"),
        asking.dialect.bytewise("o.indicator"),
        asking.dialect.bytewise("o.patient_id"),
    ))
}
