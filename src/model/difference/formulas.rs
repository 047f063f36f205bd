//! Formulas and tests as texts that two rulebooks share.

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::MeasurementId;
use crate::model::formula::{Case, Formula, Operand, Program, Test};

/// The names that a program's formulas use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Naming<'b> {
    pub(super) book: &'b Rulebook,
    pub(super) program: &'b Program,
}

impl Naming<'_> {
    /// `0 when achievement < lower_threshold`
    pub(super) fn case(self, case: &Case) -> String {
        match &case.test {
            Some(test) => format!("{} when {}", self.formula(&case.formula, 0), self.test(test, 0)),
            None => self.formula(&case.formula, 0),
        }
    }

    /// Brackets stand where the level asks for them: 1 within an `or`, 2 within an `and`, 3 below `not`.
    fn test(self, test: &Test, level: u8) -> String {
        let (text, own) = match test {
            Test::All(parts) => (parts.iter().map(|part| self.test(part, 2)).collect::<Vec<_>>().join(" and "), 1),
            Test::Any(parts) => (parts.iter().map(|part| self.test(part, 2)).collect::<Vec<_>>().join(" or "), 1),
            Test::Not(inner) => (format!("not {}", self.test(inner, 3)), 3),
            Test::Absent(operand) => (format!("there is no {}", self.operand(*operand)), 3),
            Test::Compare(left, comparator, right) => {
                let sign = comparator.sign();
                (format!("{} {sign} {}", self.formula(left, 0), self.formula(right, 0)), 3)
            }
        };
        if own < level { format!("({text})") } else { text }
    }

    /// Level 1 within a sum, 2 within a product or as what is taken away, 3 as what is divided by.
    fn formula(self, formula: &Formula, level: u8) -> String {
        let two = |a: &Formula, sign: &str, b: &Formula, levels: (u8, u8)| {
            format!("{} {sign} {}", self.formula(a, levels.0), self.formula(b, levels.1))
        };
        let list = |parts: &[Formula]| parts.iter().map(|part| self.formula(part, 0)).collect::<Vec<_>>().join(", ");
        let (text, own) = match formula {
            Formula::Number(amount) => (amount.to_string(), 3),
            Formula::Operand(operand) => (self.operand(*operand), 3),
            Formula::Plus(a, b) => (two(a, "+", b, (1, 1)), 1),
            Formula::Minus(a, b) => (two(a, "-", b, (1, 2)), 1),
            Formula::Times(a, b) => (two(a, "*", b, (2, 2)), 2),
            Formula::Over(a, b) => (two(a, "/", b, (2, 3)), 2),
            Formula::Smallest(parts) => (format!("min({})", list(parts)), 3),
            Formula::Largest(parts) => (format!("max({})", list(parts)), 3),
            Formula::Round(inner, step) => (format!("round {} to {}", self.formula(inner, 0), place(*step)), 0),
        };
        if own < level { format!("({text})") } else { text }
    }

    fn operand(self, operand: Operand) -> String {
        match operand {
            Operand::Figure(id) => self.book.figures[id.index()].name.clone(),
            Operand::Count(name, id) if self.program.measurement == Some(id) => name.word().to_owned(),
            Operand::Count(name, id) => format!("{} of {}", name.word(), self.label(id)),
            Operand::ListSize => "list_size".to_owned(),
            Operand::Doses => "doses".to_owned(),
            Operand::Line(at) => self.program.lines[at].name.clone(),
        }
    }

    fn label(self, id: MeasurementId) -> String {
        self.book.measurements[id.index()].label.clone()
    }
}

fn place(step: Amount) -> String {
    if Amount::ratio(1, 100) == Some(step) { "pence".to_owned() } else { format!("the nearest {step}") }
}
