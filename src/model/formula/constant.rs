//! What a test or formula gives that reads figures only: for checks while a rulebook is built, and of figures that a run
//! sets.

use crate::ground::Amount;
use crate::model::formula::{Formula, Operand, Test};
use crate::model::ids::FigureId;

/// What a figure is; None where it is not a known number.
pub(in crate::model) type Figures<'a> = &'a dyn Fn(FigureId) -> Option<Amount>;

impl Test {
    /// Whether the test holds of these figures; None where that hangs on what only a run knows.
    pub(in crate::model) fn of_figures(&self, figures: Figures<'_>) -> Option<bool> {
        match self {
            Test::All(parts) => all(parts.iter().map(|part| part.of_figures(figures))),
            Test::Any(parts) => {
                all(parts.iter().map(|part| part.of_figures(figures).map(|holds| !holds))).map(|not| !not)
            }
            Test::Not(inner) => inner.of_figures(figures).map(|holds| !holds),
            Test::Absent(_) => None,
            Test::Compare(left, comparator, right) => {
                let (left, right) = (left.of_figures(figures)?, right.of_figures(figures)?);
                Some(comparator.holds(left, right))
            }
        }
    }
}

/// One that fails decides, whatever is not known of the others.
fn all(mut parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = parts.try_fold(Some(true), |known, part| match part {
        Some(false) => Err(()),
        other => Ok(known.and(other)),
    });
    first.unwrap_or(Some(false))
}

impl Formula {
    /// What the formula gives of these figures; None where that hangs on what only a run knows.
    pub(in crate::model) fn of_figures(&self, figures: Figures<'_>) -> Option<Amount> {
        let of = |formula: &Formula| formula.of_figures(figures);
        match self {
            Formula::Number(amount) => Some(*amount),
            Formula::Operand(Operand::Figure(id)) => figures(*id),
            Formula::Operand(Operand::Count(..) | Operand::ListSize | Operand::Doses | Operand::Line(_)) => None,
            Formula::Plus(a, b) => of(a)?.plus(of(b)?),
            Formula::Minus(a, b) => of(a)?.minus(of(b)?),
            Formula::Times(a, b) => of(a)?.times(of(b)?),
            Formula::Over(a, b) => of(a)?.over(of(b)?),
            Formula::Smallest(parts) => parts.iter().map(of).collect::<Option<Vec<_>>>()?.into_iter().min(),
            Formula::Largest(parts) => parts.iter().map(of).collect::<Option<Vec<_>>>()?.into_iter().max(),
            Formula::Round(inner, step) => of(inner)?.round_to(*step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::formula::Comparator;

    fn compare(left: u32, right: Formula) -> Test {
        Test::Compare(Formula::Number(Amount::from(left)), Comparator::Less, right)
    }

    #[test]
    fn what_is_not_known_leaves_a_test_open_unless_another_part_decides() {
        let (holds, fails) =
            (compare(1, Formula::Number(Amount::from(2_u32))), compare(1, Formula::Number(Amount::ONE)));
        let open = compare(1, Formula::Operand(Operand::ListSize));
        let figures = |_: FigureId| None;
        let of = |test: Test| test.of_figures(&figures);
        assert_eq!(of(Test::All(vec![open.clone(), holds.clone()])), None);
        assert_eq!(of(Test::All(vec![open.clone(), fails.clone()])), Some(false));
        assert_eq!(of(Test::Any(vec![open.clone(), holds])), Some(true));
        assert_eq!(of(Test::Any(vec![open.clone(), fails.clone()])), None);
        assert_eq!(of(Test::Not(Box::new(fails))), Some(true));
        assert_eq!(of(open), None);
    }
}
