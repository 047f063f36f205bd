//! Formulas and tests as rule files write them, the figures by their names.

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::formula::{Case, Formula, Operand, Program, Test};

/// Writes the formulas of one program.
pub(super) struct Writer<'a> {
    pub(super) book: &'a Rulebook,
    /// None for what is required of figures.
    pub(super) program: Option<&'a Program>,
}

/// How tightly a formula holds together, so that brackets stand only where they must.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    Round,
    Sum,
    Product,
    Whole,
}

impl Writer<'_> {
    /// `0 when achievement < lower_threshold`
    pub(super) fn case(&self, case: &Case) -> String {
        let value = self.formula(&case.formula);
        match &case.test {
            Some(test) => format!("{value} when {}", self.test(test)),
            None => format!("{value} otherwise"),
        }
    }

    pub(super) fn formula(&self, formula: &Formula) -> String {
        self.bound(formula).0
    }

    fn bound(&self, formula: &Formula) -> (String, Bond) {
        match formula {
            Formula::Number(amount) => (amount.to_string(), Bond::Whole),
            Formula::Operand(operand) => (self.operand(*operand), Bond::Whole),
            Formula::Plus(a, b) => (self.joined(a, "+", b, Bond::Sum, Bond::Product), Bond::Sum),
            Formula::Minus(a, b) => (self.joined(a, "-", b, Bond::Sum, Bond::Product), Bond::Sum),
            Formula::Times(a, b) => (self.joined(a, "*", b, Bond::Product, Bond::Whole), Bond::Product),
            Formula::Over(a, b) => (self.joined(a, "/", b, Bond::Product, Bond::Whole), Bond::Product),
            Formula::Smallest(parts) => (format!("min({})", self.listed(parts)), Bond::Whole),
            Formula::Largest(parts) => (format!("max({})", self.listed(parts)), Bond::Whole),
            Formula::Round(inner, step) => {
                (format!("round {} to {}", self.formula(inner), step_words(*step)), Bond::Round)
            }
        }
    }

    fn joined(&self, a: &Formula, sign: &str, b: &Formula, left: Bond, right: Bond) -> String {
        format!("{} {sign} {}", self.held(a, left), self.held(b, right))
    }

    fn held(&self, formula: &Formula, needed: Bond) -> String {
        let (text, bond) = self.bound(formula);
        if bond < needed { format!("({text})") } else { text }
    }

    fn listed(&self, parts: &[Formula]) -> String {
        parts.iter().map(|part| self.formula(part)).collect::<Vec<_>>().join(", ")
    }

    fn operand(&self, operand: Operand) -> String {
        match operand {
            Operand::Figure(id) => self.book.figures[id.index()].name.clone(),
            Operand::Count(count, of) => {
                let own = self.program.and_then(|program| program.measurement);
                let measure = self.book.measurements[of.index()].measure;
                let of = if own == Some(of) {
                    String::new()
                } else {
                    format!(" of {}", self.book.measures[measure.index()].code)
                };
                format!("{}{of}", count.word())
            }
            Operand::ListSize => "list_size".to_owned(),
            Operand::Doses => "doses".to_owned(),
            Operand::Line(at) => {
                self.program.and_then(|program| program.lines.get(at)).map_or(String::new(), |line| line.name.clone())
            }
        }
    }

    pub(super) fn test(&self, test: &Test) -> String {
        match test {
            Test::All(parts) => self.tests(parts, " and "),
            Test::Any(parts) => self.tests(parts, " or "),
            Test::Not(inner) => format!("not {}", self.inner(inner)),
            Test::Absent(operand) => format!("there is no {}", self.operand(*operand)),
            Test::Compare(left, comparator, right) => {
                let sign = comparator.sign();
                format!("{} {sign} {}", self.formula(left), self.formula(right))
            }
        }
    }

    /// The comparisons of a test, in the order written.
    pub(super) fn comparisons(&self, test: &Test) -> Vec<String> {
        match test {
            Test::All(parts) | Test::Any(parts) => parts.iter().flat_map(|part| self.comparisons(part)).collect(),
            Test::Not(inner) => self.comparisons(inner),
            Test::Absent(_) => Vec::new(),
            Test::Compare(..) => vec![self.test(test)],
        }
    }

    fn tests(&self, parts: &[Test], joint: &str) -> String {
        parts.iter().map(|part| self.inner(part)).collect::<Vec<_>>().join(joint)
    }

    fn inner(&self, test: &Test) -> String {
        match test {
            Test::All(_) | Test::Any(_) => format!("({})", self.test(test)),
            Test::Not(_) | Test::Absent(_) | Test::Compare(..) => self.test(test),
        }
    }
}

/// `pence`, `1 decimal`
fn step_words(step: Amount) -> String {
    let decimals = (0..=12).find(|places| step.to_decimals(*places) == step.to_string()).unwrap_or(0);
    match decimals {
        2 => "pence".to_owned(),
        1 => "1 decimal".to_owned(),
        _ => format!("{decimals} decimals"),
    }
}
