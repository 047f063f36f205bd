//! The lines of several years put together: those that say the same are one, the others stand where they would be.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::report::attrition::words::ToldLine;

/// A line, and where each year has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AlignedLine {
    pub(super) told: ToldLine,
    /// By year: the place among the year's own lines; None where the year has no such line.
    pub(super) at: Vec<Option<usize>>,
}

/// Puts the lines of years together, in their order.
pub(super) fn aligned(years: Vec<Vec<ToldLine>>) -> Vec<AlignedLine> {
    let count = years.len();
    let mut all: Vec<AlignedLine> = Vec::new();
    for (year, lines) in years.into_iter().enumerate() {
        all = with_year(all, (year, count), lines);
    }
    all
}

/// The lines of the years before, and those of one more: of the longest sequence that both have, one line each.
fn with_year(before: Vec<AlignedLine>, (year, count): (usize, usize), lines: Vec<ToldLine>) -> Vec<AlignedLine> {
    let old: Vec<_> = before.iter().map(|line| line.told.key()).collect();
    let new: Vec<_> = lines.iter().map(ToldLine::key).collect();
    let mut all = Vec::with_capacity(before.len() + lines.len());
    let own = |at: usize| {
        let mut places = vec![None; count];
        places[year] = Some(at);
        AlignedLine { told: lines[at].clone(), at: places }
    };
    for step in capture_diff_slices(Algorithm::Myers, &old, &new) {
        let (old, new) = (step.old_range(), step.new_range());
        if matches!(step, DiffOp::Equal { .. }) {
            all.extend(old.zip(new).map(|(old, new)| {
                let mut line = before[old].clone();
                line.at[year] = Some(new);
                line
            }));
        } else {
            all.extend(old.map(|old| before[old].clone()));
            all.extend(new.map(own));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::attrition::LineKind;

    fn line(clause: &str) -> ToldLine {
        ToldLine {
            stage: "register",
            reason: String::new(),
            kind: LineKind::Clause,
            clause: clause.to_owned(),
            label: clause.to_owned(),
        }
    }

    #[test]
    fn what_both_years_say_is_one_line_and_the_rest_stands_where_it_would_be() {
        let first = ["registered", "8 months", "dose"].map(line).to_vec();
        let second = ["registered", "9 months", "dose", "decline"].map(line).to_vec();
        let all = aligned(vec![first, second]);
        let shown: Vec<_> = all.iter().map(|line| (line.told.clause.as_str(), line.at.clone())).collect();
        assert_eq!(
            shown,
            [
                ("registered", vec![Some(0), Some(0)]),
                ("8 months", vec![Some(1), None]),
                ("9 months", vec![None, Some(1)]),
                ("dose", vec![Some(2), Some(2)]),
                ("decline", vec![None, Some(3)]),
            ]
        );
    }

    #[test]
    fn a_year_that_lacks_the_indicator_leaves_its_places_empty() {
        let all = aligned(vec![Vec::new(), vec![line("dose")], Vec::new()]);
        assert_eq!(all, [AlignedLine { told: line("dose"), at: vec![None, Some(0), None] }]);
    }
}
