//! Payments in words, the figures' values in their places: `0 when achievement is below 89 %`.

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue, MeasurementId};
use crate::model::formula::{Case, Comparator, CountName, Formula, Line, Operand, Program, Test};
use crate::model::unit::Unit;
use crate::report::style::listed;
use crate::report::wording::{pounds, value_words};

/// A program read aloud.
#[derive(Clone, Copy, Debug)]
pub(in crate::report) struct Reader<'a> {
    pub(in crate::report) book: &'a Rulebook,
    /// The rulebook's figures, or those that a run sets in their places.
    pub(in crate::report) figures: &'a [Figure],
    pub(in crate::report) program: &'a Program,
}

/// How tightly a formula holds together, so that brackets stand only where they must.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Bond {
    Words,
    Sum,
    Product,
    Whole,
}

impl Reader<'_> {
    /// The cases of a line, a phrase each: `0 when achievement is below 89 %`, `18 points otherwise`.
    pub(super) fn cases(&self, line: &Line) -> Vec<String> {
        let is_only = line.cases.len() == 1;
        line.cases.iter().map(|case| self.case(case, line.unit, is_only)).collect()
    }

    fn case(&self, case: &Case, unit: Unit, is_only: bool) -> String {
        let value = match &case.formula {
            Formula::Number(amount) => in_unit(*amount, unit),
            formula => self.formula(formula).0,
        };
        match &case.test {
            Some(test) => format!("{value} when {}", self.test(test)),
            None if is_only => value,
            None => format!("{value} otherwise"),
        }
    }

    fn formula(&self, formula: &Formula) -> (String, Bond) {
        match formula {
            Formula::Number(amount) => (amount.to_string(), Bond::Whole),
            Formula::Operand(operand) => (self.operand(*operand), Bond::Whole),
            Formula::Plus(a, b) => (self.joined(a, "+", b, Bond::Sum, Bond::Sum), Bond::Sum),
            // What is taken away stands in brackets if it is a sum itself.
            Formula::Minus(a, b) => (self.joined(a, "−", b, Bond::Sum, Bond::Product), Bond::Sum),
            Formula::Times(a, b) => (self.joined(a, "×", b, Bond::Product, Bond::Product), Bond::Product),
            Formula::Over(a, b) => (self.joined(a, "/", b, Bond::Product, Bond::Whole), Bond::Product),
            Formula::Smallest(parts) => (self.chosen("the smallest", "the smaller", parts), Bond::Words),
            Formula::Largest(parts) => (self.chosen("the largest", "the larger", parts), Bond::Words),
            Formula::Round(inner, step) => {
                let decimals = (0..=12).find(|places| step.to_decimals(*places) == step.to_string()).unwrap_or(0);
                let to = match decimals {
                    2 => "pence".to_owned(),
                    1 => "1 decimal".to_owned(),
                    _ => format!("{decimals} decimals"),
                };
                (format!("{}, rounded to {to}", self.formula(inner).0), Bond::Words)
            }
        }
    }

    fn joined(&self, a: &Formula, sign: &str, b: &Formula, left: Bond, right: Bond) -> String {
        format!("{} {sign} {}", self.held(a, left), self.held(b, right))
    }

    /// A formula, in brackets if it holds together less than is needed.
    fn held(&self, formula: &Formula, needed: Bond) -> String {
        let (text, bond) = self.formula(formula);
        if bond < needed { format!("({text})") } else { text }
    }

    fn chosen(&self, of_many: &str, of_two: &str, parts: &[Formula]) -> String {
        let word = if parts.len() == 2 { of_two } else { of_many };
        let parts: Vec<String> = parts.iter().map(|part| self.held(part, Bond::Sum)).collect();
        format!("{word} of {}", listed(&parts))
    }

    fn operand(&self, operand: Operand) -> String {
        match operand {
            Operand::Figure(id) => {
                let figure = &self.figures[id.index()];
                match &figure.value {
                    FigureValue::Is(amount) if figure.unit_word == "share" => amount.to_string(),
                    FigureValue::Is(_) | FigureValue::IsDate(_) => value_words(figure).unwrap_or_default(),
                    FigureValue::Unset(_) => format!("{} (not set)", figure.name),
                    // A test asks for it first, and says there that there is none.
                    FigureValue::Absent(_) => figure.name.clone(),
                }
            }
            Operand::Count(count, of) => {
                let of = if Some(of) == self.program.measurement { String::new() } else { self.of(of) };
                let word = match count {
                    CountName::Register => "the number on the register",
                    CountName::Excluded => "the number excluded",
                    CountName::Excepted => "the number excepted",
                    CountName::LocallyExcepted => "the number reported as local exceptions",
                    CountName::Denominator => "the denominator",
                    CountName::Numerator => "the numerator",
                    CountName::Achievement => "achievement",
                    CountName::BaselineAchievement => "baseline achievement",
                };
                format!("{word}{of}")
            }
            Operand::ListSize => "the practice's list size".to_owned(),
            Operand::Doses => "the number of doses".to_owned(),
            Operand::Line(at) => self.program.lines[at].name.clone(),
        }
    }

    /// ` of T5_BOOSTER`: in a payment for each quarter, that quarter's.
    fn of(&self, measurement: MeasurementId) -> String {
        let measured = &self.book.measurements[measurement.index()];
        let is_this_quarter = measured.quarter.is_some() && measured.quarter == self.program.quarter;
        let code = &self.book.measures[measured.measure.index()].code;
        format!(" of {}", if is_this_quarter { code } else { &measured.label })
    }

    fn test(&self, test: &Test) -> String {
        match test {
            Test::All(parts) => self.tests(parts, " and "),
            Test::Any(parts) => self.tests(parts, " or "),
            Test::Not(inner) => format!("it is not so that {}", self.inner(inner)),
            Test::Absent(Operand::Figure(id)) => {
                let figure = &self.figures[id.index()];
                let known = value_words(figure).map(|value| format!(" (here it is {value})"));
                let known = known.unwrap_or_else(|| match &figure.value {
                    FigureValue::Absent(_) => " (here there is none)".to_owned(),
                    FigureValue::Unset(_) | FigureValue::Is(_) | FigureValue::IsDate(_) => " (not set)".to_owned(),
                });
                format!("there is no {}{known}", figure.name)
            }
            Test::Absent(operand) => format!("there is no {}", self.operand(*operand).trim_start_matches("the ")),
            Test::Compare(left, comparator, right) => self.comparison(left, *comparator, right),
        }
    }

    /// A test that holds, or the opposite of one that does not: `achievement is at least 90 %`.
    pub(in crate::report) fn settled(&self, test: &Test, holds: bool) -> String {
        match test {
            Test::Compare(left, comparator, right) if !holds => self.comparison(left, opposite(*comparator), right),
            Test::Absent(operand) if !holds => {
                format!("there is a {}", self.operand(*operand).trim_start_matches("the "))
            }
            Test::All(_) | Test::Any(_) | Test::Not(_) if !holds => format!("it is not so that {}", self.inner(test)),
            test => self.test(test),
        }
    }

    /// A formula in words, the figures' values in their places.
    pub(in crate::report) fn value(&self, formula: &Formula) -> String {
        self.formula(formula).0
    }

    fn comparison(&self, left: &Formula, comparator: Comparator, right: &Formula) -> String {
        let words = match comparator {
            Comparator::Less => "is below",
            Comparator::LessOrEqual => "is at most",
            Comparator::Equal => "is",
            Comparator::Unequal => "is not",
            Comparator::GreaterOrEqual => "is at least",
            Comparator::Greater => "is above",
        };
        format!("{} {words} {}", self.beside(left, right), self.beside(right, left))
    }

    /// A side of a comparison: a bare number has the unit of what it is compared with.
    fn beside(&self, side: &Formula, other: &Formula) -> String {
        match (side, other) {
            (Formula::Number(amount), Formula::Operand(operand)) => in_unit(*amount, self.unit(*operand)),
            (side, _) => self.formula(side).0,
        }
    }

    fn unit(&self, operand: Operand) -> Unit {
        match operand {
            Operand::Figure(id) => self.book.figures[id.index()].unit,
            Operand::Count(CountName::Achievement | CountName::BaselineAchievement, _) => Unit::PERCENT,
            Operand::Count(
                CountName::Register
                | CountName::Excluded
                | CountName::Excepted
                | CountName::LocallyExcepted
                | CountName::Denominator
                | CountName::Numerator,
                _,
            )
            | Operand::ListSize
            | Operand::Doses => Unit::NUMBER,
            Operand::Line(at) => self.program.lines[at].unit,
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

/// The comparator that holds wherever the other does not.
fn opposite(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Less => Comparator::GreaterOrEqual,
        Comparator::LessOrEqual => Comparator::Greater,
        Comparator::Equal => Comparator::Unequal,
        Comparator::Unequal => Comparator::Equal,
        Comparator::GreaterOrEqual => Comparator::Less,
        Comparator::Greater => Comparator::LessOrEqual,
    }
}

/// A number in a unit: `0 points`, `£0`.
fn in_unit(amount: Amount, unit: Unit) -> String {
    match unit {
        Unit::POUNDS => pounds(amount),
        Unit::POINTS => format!("{amount} points"),
        Unit::PERCENT => format!("{amount} %"),
        Unit { .. } => amount.to_string(),
    }
}
