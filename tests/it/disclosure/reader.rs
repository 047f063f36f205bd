//! A reader who knows everything that is printed, and looks for another table that would have printed the same.
//!
//! It knows nothing of how counts were chosen to be withheld: it has cells, sums among them, and bounds, narrows the bounds
//! until nothing moves, and tries values. What it finds is a table, so a wrong answer is impossible where it says yes.

/// Cells with the least and the greatest number that each may be, and sums: a whole and its parts.
#[derive(Clone, Default, Debug)]
pub struct Reader {
    cells: Vec<(i64, i64)>,
    sums: Vec<(usize, Vec<usize>)>,
}

/// How many values are tried before it gives up.
const PATIENCE: u32 = 200_000;

impl Reader {
    /// A cell between two numbers, by its place.
    pub fn cell(&mut self, least: i64, most: i64) -> usize {
        self.cells.push((least, most));
        self.cells.len() - 1
    }

    /// A cell is the sum of others.
    pub fn sum(&mut self, whole: usize, parts: Vec<usize>) {
        self.sums.push((whole, parts));
    }

    /// The cells that can only be one number, as far as the bounds and the sums one by one tell.
    pub fn sure(&self) -> Vec<usize> {
        let mut narrowed = self.clone();
        assert!(narrowed.narrow(), "what is told contradicts itself");
        (0..narrowed.cells.len()).filter(|at| narrowed.cells[*at].0 == narrowed.cells[*at].1).collect()
    }

    /// True if some table has another number at a cell than `near`, which is a table.
    pub fn has_other(&self, cell: usize, near: &[i64]) -> bool {
        self.other(cell, near).is_some()
    }

    /// A table that has another number at a cell than `near`, which is a table.
    pub fn other(&self, cell: usize, near: &[i64]) -> Option<Vec<i64>> {
        let truth = near[cell];
        let (least, most) = self.cells[cell];
        let mut others: Vec<i64> = (least..=most.min(truth + 6)).filter(|value| *value != truth).collect();
        others.sort_by_key(|value| (value - truth).abs());
        others.into_iter().find_map(|value| {
            let mut tried = self.clone();
            tried.cells[cell] = (value, value);
            tried.solve(near, &mut 0)
        })
    }

    fn solve(&mut self, near: &[i64], tries: &mut u32) -> Option<Vec<i64>> {
        if !self.narrow() {
            return None;
        }
        let open = (0..self.cells.len()).filter(|at| self.cells[*at].0 < self.cells[*at].1);
        let Some(next) = open.min_by_key(|at| self.cells[*at].1 - self.cells[*at].0) else {
            return Some(self.cells.iter().map(|(value, _)| *value).collect());
        };
        let (least, most) = self.cells[next];
        let mut values: Vec<i64> = (least.max(near[next] - 4)..=most.min(near[next] + 4)).collect();
        values.sort_by_key(|value| (value - near[next]).abs());
        values.into_iter().find_map(|value| {
            *tries += 1;
            let mut tried = self.clone();
            tried.cells[next] = (value, value);
            if *tries < PATIENCE { tried.solve(near, tries) } else { None }
        })
    }

    /// Narrows bounds by the sums until nothing moves; false where a cell has no number left.
    fn narrow(&mut self) -> bool {
        loop {
            let before = self.cells.clone();
            for (whole, parts) in &self.sums {
                let least: i64 = parts.iter().map(|at| self.cells[*at].0).sum();
                let most: i64 = parts.iter().map(|at| self.cells[*at].1).sum();
                let (low, high) = self.cells[*whole];
                self.cells[*whole] = (low.max(least), high.min(most));
                let (low, high) = self.cells[*whole];
                for at in parts {
                    let (own_low, own_high) = self.cells[*at];
                    self.cells[*at] = (own_low.max(low - (most - own_high)), own_high.min(high - (least - own_low)));
                }
            }
            if self.cells.iter().any(|(least, most)| least > most) {
                return false;
            }
            if self.cells == before {
                return true;
            }
        }
    }
}

#[test]
fn it_sees_through_a_table_that_withholds_only_what_is_small() {
    // 40 = 3 + 12 + 25 with the 3 withheld; and the same with the 12 withheld too.
    let table = |withheld: &[usize]| {
        let truth = [3, 12, 25, 40];
        let mut reader = Reader::default();
        for (at, value) in truth.iter().enumerate() {
            if withheld.contains(&at) {
                reader.cell(1, 200)
            } else {
                reader.cell(*value, *value)
            };
        }
        reader.sum(3, vec![0, 1, 2]);
        withheld.iter().map(|at| reader.has_other(*at, &truth)).collect::<Vec<_>>()
    };
    assert_eq!(table(&[0]), [false]);
    assert_eq!(table(&[0, 1]), [true, true]);
}

#[test]
fn it_is_sure_where_rounding_leaves_one_value() {
    // 18 as 20, in nine parts of 2, each as 0: no part may be more than 2, and the whole is 18 at least.
    let mut reader = Reader::default();
    let parts: Vec<usize> = (0..9).map(|_| reader.cell(0, 2)).collect();
    let whole = reader.cell(18, 22);
    reader.sum(whole, parts);
    assert_eq!(reader.sure().len(), 10);
    // Ten parts may be 20 people, or 18.
    let mut reader = Reader::default();
    let parts: Vec<usize> = (0..10).map(|_| reader.cell(0, 2)).collect();
    let whole = reader.cell(18, 22);
    reader.sum(whole, parts);
    assert!(reader.sure().is_empty());
}

#[test]
fn it_knows_that_nobody_is_printed() {
    // 2 = 1 + 1: neither can be anything else, for a reader who knows that 0 is printed.
    let mut reader = Reader::default();
    let cells = [reader.cell(1, 200), reader.cell(1, 200), reader.cell(2, 2)];
    reader.sum(cells[2], vec![cells[0], cells[1]]);
    assert!(!reader.has_other(cells[0], &[1, 1, 2]));
}
