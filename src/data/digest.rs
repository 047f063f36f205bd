//! A digest of a table's rows that does not depend on their order.
//!
//! Each row's cells are hashed with SHA-256 and the hashes are added up modulo 2^256, so that any thread may add any
//! row at any time. A day counts as a day however it was written, so CSV and Parquet of the same data agree. Rows that
//! stand twice count twice.

use sha2::{Digest, Sha256};

use crate::data::cells::DateCell;

/// The sum of the hashes of some rows, as a number of 256 bits with the low part first, and how many they were.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct RowSum {
    words: [u64; 4],
    rows: u64,
}

impl RowSum {
    /// Adds another part of the same table.
    pub(crate) fn add(&mut self, other: RowSum) {
        self.add_words(other.words);
        self.rows += other.rows;
    }

    fn add_words(&mut self, words: [u64; 4]) {
        let mut carry = false;
        for (mine, theirs) in self.words.iter_mut().zip(words) {
            let (sum, over) = mine.overflowing_add(theirs);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            *mine = sum;
            carry = over || over_again;
        }
    }
}

/// Hashes rows one by one and adds them up.
#[derive(Default, Debug)]
pub(crate) struct RowHasher {
    sum: RowSum,
    row: Vec<u8>,
}

impl RowHasher {
    /// A cell's text; an absent column counts as empty cells.
    pub(crate) fn text(&mut self, cell: &[u8]) {
        // The length before the text keeps `ab`, `c` apart from `a`, `bc`; most cells are short.
        match u8::try_from(cell.len()) {
            Ok(length @ 0..250) => self.row.push(length),
            _ => {
                self.row.push(250);
                self.row.extend_from_slice(&(cell.len() as u64).to_le_bytes());
            }
        }
        self.row.extend_from_slice(cell);
    }

    /// A cell of a date column: the day if it is one, else its text.
    pub(crate) fn date(&mut self, cell: DateCell, text: &[u8]) {
        match cell {
            DateCell::Day(day) => {
                self.row.push(251);
                self.row.extend_from_slice(&day.epoch_days().to_le_bytes());
            }
            DateCell::Empty => self.text(b""),
            DateCell::Fault(_) => self.text(text),
        }
    }

    /// A row that does not have the cells it should.
    pub(crate) fn odd_row<'a>(&mut self, cells: impl Iterator<Item = &'a [u8]>) {
        self.row.push(252);
        cells.for_each(|cell| self.text(cell));
        self.end_row();
    }

    /// Ends a row.
    pub(crate) fn end_row(&mut self) {
        let hash: [u8; 32] = Sha256::digest(&self.row).into();
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(hash.chunks_exact(8)) {
            *word = bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte));
        }
        self.sum.add_words(words);
        self.sum.rows += 1;
        self.row.clear();
    }

    /// The sum of all rows so far.
    pub(crate) fn sum(&self) -> RowSum {
        self.sum
    }
}

/// One digest of both tables.
pub(crate) fn of_tables(patients: RowSum, events: RowSum) -> [u8; 32] {
    let mut hasher = Sha256::new_with_prefix(b"patients and events");
    for table in [patients, events] {
        hasher.update(table.rows.to_le_bytes());
        table.words.iter().for_each(|word| hasher.update(word.to_le_bytes()));
    }
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(rows: &[&[&str]]) -> RowSum {
        let mut hasher = RowHasher::default();
        for row in rows {
            row.iter().for_each(|cell| hasher.text(cell.as_bytes()));
            hasher.end_row();
        }
        hasher.sum()
    }

    #[test]
    fn the_order_of_rows_does_not_matter_and_their_cells_do() {
        let whole = sum(&[&["a", "bc"], &["d", ""], &["d", ""]]);
        let mut parts = sum(&[&["d", ""]]);
        parts.add(sum(&[&["d", ""], &["a", "bc"]]));
        assert_eq!(whole, parts);
        assert_ne!(whole, sum(&[&["ab", "c"], &["d", ""], &["d", ""]]));
        assert_ne!(whole, sum(&[&["a", "bc"], &["d", ""]]));
    }

    #[test]
    fn carries_reach_the_last_word() {
        let mut sum = RowSum { words: [u64::MAX, u64::MAX, u64::MAX, 1], rows: 1 };
        sum.add(RowSum { words: [1, 0, 0, 0], rows: 1 });
        assert_eq!(sum, RowSum { words: [0, 0, 0, 2], rows: 2 });
    }
}
