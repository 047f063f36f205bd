//! A suppressed or rounded table beside the true one, as a reader sees it.

use super::reader::Reader;
use super::{MOST, rounds_to};

/// Cells of a suppressed table beside the same cells as they are, ready to be read.
pub struct Table {
    pub reader: Reader,
    /// What is true of each cell.
    pub truth: Vec<i64>,
    /// The withheld ones, with what they are called.
    pub withheld: Vec<(usize, String)>,
    below: i64,
    /// What counts are rounded to multiples of, if they are.
    base: Option<i64>,
}

impl Table {
    /// Without cells yet; counts from 1 to `below` - 1 must not be shown in it.
    pub fn new(below: i64) -> Table {
        Table { reader: Reader::default(), truth: Vec::new(), withheld: Vec::new(), below, base: None }
    }

    /// Without cells yet; counts are rounded to multiples of `base`.
    pub fn rounded(base: i64) -> Table {
        Table { base: Some(base), ..Table::new(1) }
    }

    /// A cell that stands in both tables.
    pub fn cell(&mut self, shown: &str, count: i64, name: String) -> usize {
        self.truth.push(count);
        if let Some(base) = self.base {
            let multiple: i64 = shown.parse().unwrap();
            let (least, most) = rounds_to(multiple, base);
            assert!(multiple % base == 0 && (least..=most).contains(&count), "{multiple} for {count} at {name}");
            return self.reader.cell(least, most);
        }
        if shown == "[c]" {
            assert!(count > 0, "nobody is withheld at {name}");
            let at = self.reader.cell(1, MOST * 10);
            self.withheld.push((at, name));
            return at;
        }
        assert_eq!(shown.parse(), Ok(count), "{name}");
        assert!(!(1..self.below).contains(&count), "{count} is printed at {name}");
        self.reader.cell(count, count)
    }

    /// A count that no column prints.
    pub fn unprinted(&mut self, count: i64) -> usize {
        self.truth.push(count);
        self.reader.cell(0, MOST * 10)
    }

    /// A cell is the sum of others.
    pub fn sum(&mut self, whole: usize, parts: Vec<usize>) {
        let together: i64 = parts.iter().map(|at| self.truth[*at]).sum();
        assert_eq!(self.truth[whole], together, "a test's sum is a sum");
        self.reader.sum(whole, parts);
    }

    /// Two cells are the same count.
    pub fn same(&mut self, one: usize, other: usize) {
        self.sum(one, vec![other]);
    }

    /// What is left of a whole without a part is a count that no column prints.
    pub fn rest(&mut self, whole: usize, part: usize) {
        let rest = self.unprinted(self.truth[whole] - self.truth[part]);
        self.sum(whole, vec![part, rest]);
    }

    /// Asserts that all that is shown together leaves every cell more than one value; how many cells there are.
    pub fn has_room(&self) -> usize {
        let sure = self.reader.sure();
        assert!(
            sure.is_empty(),
            "{sure:?} can only be {:?}",
            sure.iter().map(|at| self.truth[*at]).collect::<Vec<_>>()
        );
        self.truth.len()
    }

    /// Asserts that no withheld cell follows from what is shown; how many there are.
    pub fn prove(&self) -> usize {
        for (at, name) in &self.withheld {
            assert!(self.reader.has_other(*at, &self.truth), "{} follows at {name}", self.truth[*at]);
        }
        self.withheld.len()
    }
}
