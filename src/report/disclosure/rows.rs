//! Rows of one shape and the totals over groups of them: what of both must be withheld.

use crate::report::disclosure::sums::{CountId, Printed, Sums};

/// How the counts of a row hang together: those that are no sum of others come first, then the sums, each with the places
/// of its parts. The totals of a sum follow from those of its parts.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Whether each count that is no sum stands in the table.
    pub parts: Vec<Printed>,
    /// Whether each sum stands in the table, and the places of its parts before it.
    pub sums: Vec<(Printed, Vec<usize>)>,
}

/// By row, then by place in its shape: true if the count is not to be printed.
pub type WithheldRows = Vec<Vec<bool>>;

impl Shape {
    /// What is withheld of rows, and of the totals over groups of them, if counts from 1 to `below` - 1 are. A row is
    /// its counts that are no sums, and stands in one group at most; a group is the places of its rows.
    pub fn withheld(&self, rows: &[Vec<u64>], groups: &[Vec<usize>], below: u64) -> (WithheldRows, WithheldRows) {
        let mut sums = Sums::default();
        let placed: Vec<Vec<CountId>> = rows.iter().map(|row| self.place(&mut sums, row)).collect();
        let totals: Vec<Vec<CountId>> = groups
            .iter()
            .map(|group| {
                let total: Vec<u64> =
                    (0..self.parts.len()).map(|at| group.iter().map(|row| rows[*row][at]).sum()).collect();
                let total = self.place(&mut sums, &total);
                for at in 0..self.parts.len() {
                    sums.sum(total[at], group.iter().map(|row| placed[*row][at]));
                }
                total
            })
            .collect();
        let withheld = sums.withheld(below);
        let told = |rows: &[Vec<CountId>]| -> WithheldRows {
            rows.iter().map(|row| row.iter().map(|id| withheld.has(*id)).collect()).collect()
        };
        (told(&placed), told(&totals))
    }

    fn place(&self, sums: &mut Sums, row: &[u64]) -> Vec<CountId> {
        let mut people = row.to_vec();
        let mut placed: Vec<CountId> =
            self.parts.iter().zip(row).map(|(printed, people)| sums.count(*people, *printed)).collect();
        for (printed, parts) in &self.sums {
            let whole: u64 = parts.iter().map(|part| people[*part]).sum();
            let id = sums.count(whole, *printed);
            sums.sum(id, parts.iter().map(|part| placed[*part]));
            people.push(whole);
            placed.push(id);
        }
        placed
    }
}
