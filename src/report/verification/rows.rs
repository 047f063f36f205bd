//! Rows of two documents side by side. A row is known by the texts it begins with: year, practice, indicator.

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::report::style::{counted, harmless};
use crate::report::verification::Shown;
use crate::report::verification::document::{Cell, Document, Member, Row};

/// A table whose rows are not the same.
#[derive(Debug)]
pub(super) struct TableChange {
    name: String,
    row_count: usize,
    rows: Vec<RowChange>,
}

/// A row that is not the same.
#[derive(Debug)]
struct RowChange {
    key: String,
    what: What,
}

#[derive(Debug)]
enum What {
    /// Only the result has it.
    Gone,
    /// Only the second making has it.
    New,
    /// Cells by their names, before and after.
    Cells(Vec<(String, String, String)>),
}

/// The tables that differ, and what is said of other members that do.
pub(super) fn table_changes(given: &Document, again: &Document) -> (Vec<TableChange>, Vec<String>) {
    let (mut tables, mut members) = (Vec::new(), Vec::new());
    for (name, before) in given.members().filter(|(name, _)| !is_stated_apart(name)) {
        match (before, again.member(name)) {
            (_, None) => members.push(format!("`{name}` is not there any more")),
            (Member::Rows(before), Some(Member::Rows(after))) => tables.extend(change(name, before, after)),
            (before, Some(after)) if before != after => members.push(format!("`{name}` differs")),
            (_, Some(_)) => {}
        }
    }
    let is_new = |name: &str| !is_stated_apart(name) && given.member(name).is_none();
    let new = again.members().filter(|(name, _)| is_new(name));
    members.extend(new.map(|(name, _)| format!("`{name}` is there, and was not")));
    (tables, members)
}

/// What has lines of its own in a verdict.
fn is_stated_apart(name: &str) -> bool {
    matches!(name, "rulebooks" | "provenance")
}

fn change(name: &str, before: &[Row], after: &[Row]) -> Option<TableChange> {
    let mut found: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in after.iter().rev() {
        found.entry(key(row)).or_default().push(row);
    }
    let mut rows = Vec::new();
    for row in before {
        let key = key(row);
        let what = match found.get_mut(&key).and_then(Vec::pop) {
            None => What::Gone,
            Some(same) if same == row => continue,
            Some(other) => What::Cells(cells(row, other)),
        };
        rows.push(RowChange { key, what });
    }
    for (key, left) in found {
        rows.extend(left.into_iter().map(|_| RowChange { key: key.clone(), what: What::New }));
    }
    (!rows.is_empty()).then(|| TableChange { name: name.to_owned(), row_count: before.len(), rows })
}

/// The texts that a row begins with.
fn key(row: &Row) -> String {
    let texts = row.0.iter().map_while(|(_, cell)| cell.text());
    texts.collect::<Vec<_>>().join(", ")
}

/// The cells that differ.
fn cells(before: &Row, after: &Row) -> Vec<(String, String, String)> {
    let shown = |cell: Option<&Cell>| cell.map_or_else(|| "not there".to_owned(), Cell::shown);
    let new = after.0.iter().filter(|(name, _)| before.cell(name).is_none());
    let names = before.0.iter().chain(new).map(|(name, _)| name);
    let differ = names.filter(|name| before.cell(name) != after.cell(name));
    differ.map(|name| (name.clone(), shown(before.cell(name)), shown(after.cell(name)))).collect()
}

impl TableChange {
    /// Says how many rows differ and, where they may be shown, which.
    pub(super) fn write(&self, out: &mut dyn Write, shown: Shown, most: usize) -> io::Result<()> {
        let differ = if self.rows.len() == 1 { "differs" } else { "differ" };
        let rows = counted(self.row_count as u64, "row");
        writeln!(out, "  results   of {rows} in `{}`, {} {differ}", harmless(&self.name), self.rows.len())?;
        let most = match shown {
            Shown::Counts => return Ok(()),
            Shown::All => self.rows.len(),
            Shown::First => most,
        };
        self.rows.iter().take(most).try_for_each(|row| writeln!(out, "    {}", harmless(&row.in_words())))?;
        match self.rows.len().saturating_sub(most) {
            0 => Ok(()),
            more => writeln!(out, "    and {more} more; `--all` shows them"),
        }
    }
}

impl RowChange {
    fn in_words(&self) -> String {
        match &self.what {
            What::Gone => format!("{}: not there any more", self.key),
            What::New => format!("{}: there, and was not", self.key),
            What::Cells(cells) => {
                let cell = |(name, before, after): &(String, String, String)| format!("{name} {before} → {after}");
                format!("{}: {}", self.key, cells.iter().map(cell).collect::<Vec<_>>().join(", "))
            }
        }
    }
}
