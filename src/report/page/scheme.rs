//! A local scheme's return, as its pathway has it.

mod moves;

use crate::ground::Finding;
use crate::model::Rulebook;
use crate::report::gaps::NamedGap;
use crate::report::page::colophon::{not_known, odd};
use crate::report::page::judged::link;
use crate::report::page::{Material, Section};
use crate::report::pathway::ReturnRow;
use crate::report::table::Table;

/// What a local scheme's pathway came to.
#[derive(Clone, Debug)]
pub struct LocalScheme {
    /// The day of the report, in words.
    pub as_of: String,
    /// Its rulebook.
    pub book: Rulebook,
    /// The tables of its return, states, exceptions and alerts; none of them of single children.
    pub tables: Vec<Table<'static>>,
    /// The rows of the return, which the chart draws.
    pub returned: Vec<ReturnRow>,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// What was odd in the data as the pathway reads them.
    pub findings: Vec<Finding>,
    /// What is not known.
    pub gaps: Vec<NamedGap>,
}

impl LocalScheme {
    /// Its rulebook and those that it uses.
    pub(super) fn books(&self) -> impl Iterator<Item = &Rulebook> {
        std::iter::once(&self.book).chain(self.book.uses.iter().map(|used| &*used.book))
    }
}

pub(super) fn section(material: &Material<'_>, scheme: &LocalScheme) -> Section {
    let mut section = Section::new("pathway", format!("The pathway's return: {}", scheme.book.title));
    section.paragraphs.push(format!("As of {}.", scheme.as_of));
    section.paragraphs.extend(scheme.notes.iter().map(|note| format!("{note}.")));
    section.charts.extend(moves::chart(material, scheme));
    for table in scheme.tables.iter().filter(|table| !table.rows.is_empty()) {
        section.tables.push((table_link(&table.title), material.known.beside(table)));
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

fn table_link(title: &str) -> String {
    format!("pathway-{}", link(title))
}
