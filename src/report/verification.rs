//! A result beside the same result made again: what differs between the two documents, and the verdict in words.

mod document;
mod rows;

use std::io::{self, Write};

use crate::report::style::{counted, harmless};
use crate::report::verification::document::{Cell, FileChange, Row, file_changes};
use crate::report::verification::rows::{TableChange, table_changes};

pub use document::Document;

/// At most so many rows that differ are shown of a table, unless all are asked for.
const SHOWN_ROWS: usize = 20;

/// How much of the rows that differ is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shown {
    /// The first of them.
    First,
    /// All of them.
    All,
    /// How many they are: they are of single patients.
    Counts,
}

/// What a result and its second making have in common.
#[derive(Debug)]
pub struct Verification {
    rulebooks: Vec<String>,
    changed_rulebooks: Vec<String>,
    file_count: usize,
    changed_files: Vec<FileChange>,
    row_count: usize,
    tables: Vec<TableChange>,
    /// Members that are no tables and differ, or that one of the documents lacks.
    members: Vec<String>,
    made_by: String,
    confirmed_by: String,
}

impl Verification {
    /// Holds the documents against one another.
    pub fn of(given: &Document, again: &Document) -> Verification {
        let files = file_changes(given, again);
        let again = again.with_files_named_as_in(&files);
        let (tables, members) = table_changes(given, &again);
        Verification {
            rulebooks: stamps(given).into_iter().map(|stamp| stamp.in_words()).collect(),
            changed_rulebooks: changed_rulebooks(given, &again),
            file_count: files.len(),
            changed_files: files.into_iter().filter(FileChange::is_change).collect(),
            row_count: given.tables().map(|(_, rows)| rows.len()).sum(),
            tables,
            members,
            made_by: given.version().to_owned(),
            confirmed_by: again.version().to_owned(),
        }
    }

    /// True if rulebooks, files and results are the same.
    pub fn is_confirmed(&self) -> bool {
        self.changed_rulebooks.is_empty()
            && self.changed_files.is_empty()
            && self.tables.is_empty()
            && self.members.is_empty()
    }

    /// Writes the verdict on a result of that name.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, out: &mut dyn Write, name: &str, shown: Shown) -> io::Result<()> {
        writeln!(out, "{}: {name}", if self.is_confirmed() { "confirmed" } else { "differs" })?;
        match &self.changed_rulebooks[..] {
            [] => {
                self.rulebooks.iter().try_for_each(|said| writeln!(out, "  rulebook  {}, the same", harmless(said)))?
            }
            changed => changed.iter().try_for_each(|said| writeln!(out, "  rulebook  {}", harmless(said)))?,
        }
        match &self.changed_files[..] {
            [] => writeln!(out, "  input     {}, the same", counted(self.file_count as u64, "file"))?,
            changed => {
                changed.iter().try_for_each(|file| writeln!(out, "  input     {}", harmless(&file.in_words())))?
            }
        }
        if self.tables.is_empty() && self.members.is_empty() {
            writeln!(out, "  results   {}, the same", counted(self.row_count as u64, "row"))?;
        }
        self.members.iter().try_for_each(|said| writeln!(out, "  results   {}", harmless(said)))?;
        self.tables.iter().try_for_each(|table| table.write(out, shown, SHOWN_ROWS))?;
        let made_by = harmless(&self.made_by);
        match self.made_by == self.confirmed_by {
            true => writeln!(out, "  version   made and made again by uptake {made_by}"),
            false => writeln!(out, "  version   made by uptake {made_by}, again by {}", self.confirmed_by),
        }
    }
}

/// What a document says of a rulebook.
#[derive(PartialEq, Eq)]
struct Stamp {
    name: String,
    revision: String,
    digest: String,
}

impl Stamp {
    fn in_words(&self) -> String {
        format!("{} {}", self.name, self.state())
    }

    /// A digest is told from another by its first figures.
    fn state(&self) -> String {
        format!("revision {}, digest {}", self.revision, self.digest.get(..12).unwrap_or(&self.digest))
    }
}

fn stamps(document: &Document) -> Vec<Stamp> {
    let rows = document.table("rulebooks").unwrap_or_default();
    let said = |row: &Row, name: &str| row.cell(name).map(Cell::shown).unwrap_or_default();
    let stamp = |row| Stamp { name: said(row, "name"), revision: said(row, "revision"), digest: said(row, "digest") };
    rows.iter().map(stamp).collect()
}

fn changed_rulebooks(given: &Document, again: &Document) -> Vec<String> {
    let (before, after) = (stamps(given), stamps(again));
    let of_given = |stamp: &Stamp| match after.iter().find(|found| found.name == stamp.name) {
        Some(found) if found == stamp => None,
        Some(found) => Some(format!("{} has changed: {} → {}", stamp.name, stamp.state(), found.state())),
        None => Some(format!("{} is not read any more", stamp.name)),
    };
    let is_new = |stamp: &&Stamp| !before.iter().any(|known| known.name == stamp.name);
    let new = after.iter().filter(is_new).map(|stamp| format!("{} is read, and was not", stamp.in_words()));
    before.iter().filter_map(of_given).chain(new).collect()
}
