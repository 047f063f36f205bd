//! A local scheme's return, as its pathway has it.

use crate::ground::Finding;
use crate::report::gaps::NamedGap;
use crate::report::page::colophon::{not_known, odd};
use crate::report::page::judged::link;
use crate::report::page::{Material, Section};
use crate::report::run_json::BookStamp;
use crate::report::table::Table;

/// What a local scheme's pathway came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LocalScheme {
    /// Its title.
    pub title: String,
    /// The day of the report, in words.
    pub as_of: String,
    /// Its rulebook, and those that it uses.
    pub stamps: Vec<BookStamp>,
    /// The tables of its return, states, exceptions and alerts; none of them of single children.
    pub tables: Vec<Table<'static>>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// What was odd in the data as the pathway reads them.
    pub findings: Vec<Finding>,
    /// What is not known.
    pub gaps: Vec<NamedGap>,
}

pub(super) fn section(material: &Material<'_>, scheme: &LocalScheme) -> Section {
    let mut section = Section::new("pathway", format!("The pathway's return: {}", scheme.title));
    section.paragraphs.push(format!("As of {}.", scheme.as_of));
    section.paragraphs.extend(scheme.notes.iter().map(|note| format!("{note}.")));
    for table in scheme.tables.iter().filter(|table| !table.rows.is_empty()) {
        section.tables.push((format!("pathway-{}", link(&table.title)), material.known.beside(table)));
    }
    for (id, table) in [
        ("pathway-findings", odd("What was odd in the data as the pathway reads them", &scheme.findings)),
        ("pathway-gaps", not_known("What is not known of the pathway", &scheme.gaps)),
    ] {
        if !table.rows.is_empty() {
            section.tables.push((id.to_owned(), table));
        }
    }
    section
}
