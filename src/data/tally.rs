//! Findings as they are met: counted cheaply, since a table can have millions, and put into words once at the end.

use crate::ground::{FindingKind, Findings};

/// Stands for "no column is to blame".
pub(crate) const NO_COLUMN: usize = usize::MAX;

/// How many row numbers are kept of each.
const ROWS_KEPT: usize = 3;

/// The bits of a row's number that hold its line or row; those above hold the place of its file, where a table stands in
/// several files.
const ROW_BITS: u32 = 40;

/// The number of a row of the file with a place.
pub(crate) fn row_in(file: usize, row: u64) -> u64 {
    (file as u64) << ROW_BITS | row
}

/// The place of a row's file, and the row within it.
pub(crate) fn file_and_row(row: u64) -> (usize, u64) {
    ((row >> ROW_BITS) as usize, row & ((1 << ROW_BITS) - 1))
}

/// One kind of finding in one column of one file.
#[derive(Clone, Debug)]
struct Entry {
    kind: FindingKind,
    column: usize,
    file: usize,
    count: u64,
    /// Ascending.
    first_rows: Vec<u64>,
}

/// Findings of one table, by kind, column and file.
#[derive(Clone, Default, Debug)]
pub(crate) struct Tally {
    entries: Vec<Entry>,
}

impl Tally {
    /// Counts one more in a row, by the column's place in the table's list of columns.
    pub(crate) fn add(&mut self, kind: FindingKind, column: usize, row: u64) {
        let entry = self.entry(kind, column, file_and_row(row).0);
        entry.count += 1;
        entry.keep_first(row);
    }

    /// Takes over the findings of another part of the same table.
    pub(crate) fn merge(&mut self, other: Tally) {
        for theirs in other.entries {
            let entry = self.entry(theirs.kind, theirs.column, theirs.file);
            entry.count += theirs.count;
            theirs.first_rows.into_iter().for_each(|row| entry.keep_first(row));
        }
    }

    /// The first row of these kinds, with the column and kind to blame: the lowest row, then the first column.
    pub(crate) fn first(&self, kinds: &[FindingKind]) -> Option<(u64, usize, FindingKind)> {
        let wanted = self.entries.iter().filter(|entry| kinds.contains(&entry.kind));
        wanted.filter_map(|entry| Some((*entry.first_rows.first()?, entry.column, entry.kind))).min()
    }

    /// How many of a kind there are.
    pub(crate) fn count(&self, kind: FindingKind) -> u64 {
        self.entries.iter().filter(|entry| entry.kind == kind).map(|entry| entry.count).sum()
    }

    /// Puts the findings into a collection, under the names of the table's files and of its columns.
    pub(crate) fn report(self, files: &[String], name_of: impl Fn(usize) -> &'static str, findings: &mut Findings) {
        for entry in self.entries {
            let file = files.get(entry.file).map_or("", String::as_str);
            let rows: Vec<u64> = entry.first_rows.iter().map(|&row| file_and_row(row).1).collect();
            findings.add_counted(entry.kind, file, name_of(entry.column), entry.count, &rows);
        }
    }

    fn entry(&mut self, kind: FindingKind, column: usize, file: usize) -> &mut Entry {
        let is_it = |entry: &Entry| (entry.kind, entry.column, entry.file) == (kind, column, file);
        let at = self.entries.iter().position(is_it);
        let at = at.unwrap_or_else(|| {
            self.entries.push(Entry { kind, column, file, count: 0, first_rows: Vec::new() });
            self.entries.len() - 1
        });
        &mut self.entries[at]
    }
}

impl Entry {
    fn keep_first(&mut self, row: u64) {
        let at = self.first_rows.partition_point(|&kept| kept <= row);
        if at < ROWS_KEPT {
            self.first_rows.insert(at, row);
            self.first_rows.truncate(ROWS_KEPT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rows_are_kept_whatever_the_order() {
        let mut tally = Tally::default();
        for row in [9, 4, 7, 2, 8] {
            tally.add(FindingKind::MalformedDate, 1, row);
        }
        let mut other = Tally::default();
        other.add(FindingKind::MalformedDate, 1, 3);
        other.add(FindingKind::MalformedCode, 2, 1);
        tally.merge(other);
        assert_eq!(tally.first(&[FindingKind::MalformedDate]), Some((2, 1, FindingKind::MalformedDate)));
        let mut findings = Findings::default();
        tally.report(&["f.csv".to_owned()], |column| ["a", "b", "c"][column], &mut findings);
        let list = findings.list();
        assert_eq!((list[0].count, &list[0].first_rows[..], &list[0].column[..]), (6, &[2, 3, 4][..], "b"));
        assert_eq!(list[1].count, 1);
    }
}
