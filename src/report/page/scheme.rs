//! A local scheme's return, as its pathway has it.

mod moves;

use crate::ground::Finding;
use crate::model::Rulebook;
use crate::report::disclosure::Disclosure;
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
    if material.disclosure.is_some() {
        section.paragraphs.extend(left_out(material, scheme));
    }
    if !is_unsafe(material, scheme) {
        section.charts.extend(moves::chart(material, scheme));
        section.tables.extend(tables(material, scheme));
    }
    for (id, table) in [
        (
            "pathway-findings",
            odd("What was odd in the data as the pathway reads them", &scheme.findings, material.disclosure),
        ),
        ("pathway-gaps", not_known("What is not known of the pathway", &scheme.gaps)),
    ] {
        if !table.rows.is_empty() {
            section.tables.push((id.to_owned(), table));
        }
    }
    section
}

/// The tables that are not empty, with practices' names.
fn tables(material: &Material<'_>, scheme: &LocalScheme) -> Vec<(String, Table<'static>)> {
    let filled = scheme.tables.iter().filter(|table| !table.rows.is_empty());
    filled.map(|table| (table_link(&table.title), material.known.beside(table))).collect()
}

/// What a published report leaves out of the pathway.
fn left_out(material: &Material<'_>, scheme: &LocalScheme) -> Vec<String> {
    let mut said = vec![
        "Left out: the tables of states, exceptions, children won and alerts, which are made for those who work the list."
            .to_owned(),
    ];
    if is_unsafe(material, scheme) {
        said.push(format!(
            "Left out: the return, since it may count the same people as the indicators above in other parts, so that both \
             together could give a count away. `uptake pathway --year {}` gives it by itself, {}.",
            scheme.book.name,
            material.disclosure.map(Disclosure::label).unwrap_or_default()
        ));
    }
    said
}

/// True if counts are withheld and the scheme counts people of a year that the report is of: other counts of the same
/// people may be withheld in the return. A rounded count is the same in both.
fn is_unsafe(material: &Material<'_>, scheme: &LocalScheme) -> bool {
    if material.disclosure.and_then(Disclosure::below).is_none() {
        return false;
    }
    let is_of = |year: &str| material.sides.iter().any(|side| side.book.name.year == year);
    scheme.books().any(|book| is_of(&book.name.year))
}

fn table_link(title: &str) -> String {
    format!("pathway-{}", link(title))
}
