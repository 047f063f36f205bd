//! The way to what a program pays at one numerator: what was compared with what result, and which cases and parts the
//! payment comes from.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::eval::pay::{Gap, Reckoning};
use crate::eval::steps::Turn;
use crate::ground::Amount;
use crate::model::formula::{Formula, Operand, Program, Test};

/// The way to what is paid.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Path<'b> {
    /// How every comparison came out, in the order made. Tests and choices of which the payment does not come in the end
    /// are among them, because the way hangs on them.
    pub(super) compared: Vec<Compared>,
    /// The lines that the payment comes from.
    pub(super) lines: BTreeSet<usize>,
    /// The parts of `min` and `max` that it comes from.
    pub(super) best: Vec<Turn<'b>>,
}

/// How a comparison came out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Compared {
    /// The left side against the right. Equality is told from both others: between a place below and a place above there
    /// may be one where the two are equal.
    Order(Ordering),
    /// `there is no …`
    Absent(bool),
    /// It cannot be known.
    Gap(Gap),
}

impl<'b> Path<'b> {
    /// The way to the points and pounds of a program.
    pub(super) fn of(program: &'b Program, reckoning: Reckoning<'_>) -> Path<'b> {
        let mut walk = Walk { program, reckoning, path: Path::default() };
        for name in ["points", "pounds"] {
            if let Some(at) = program.line(name) {
                walk.line(at, true);
            }
        }
        walk.path
    }
}

struct Walk<'a, 'b> {
    program: &'b Program,
    reckoning: Reckoning<'a>,
    path: Path<'b>,
}

impl<'b> Walk<'_, 'b> {
    /// Follows a line to the case that gives its value. `is_paid` says whether the payment comes from it, or a comparison
    /// only.
    fn line(&mut self, at: usize, is_paid: bool) {
        if is_paid {
            self.path.lines.insert(at);
        }
        let program = self.program;
        for case in &program.lines[at].cases {
            let applies = match &case.test {
                Some(test) => {
                    self.test(test);
                    self.reckoning.test(test)
                }
                None => Ok(true),
            };
            match applies {
                Ok(true) => return self.formula(at, &case.formula, is_paid),
                Ok(false) => {}
                Err(gap) => return self.path.compared.push(Compared::Gap(gap)),
            }
        }
    }

    fn test(&mut self, test: &'b Test) {
        match test {
            Test::All(parts) | Test::Any(parts) => parts.iter().for_each(|part| self.test(part)),
            Test::Not(inner) => self.test(inner),
            Test::Absent(_) => {
                let compared = self.reckoning.test(test).map_or_else(Compared::Gap, Compared::Absent);
                self.path.compared.push(compared);
            }
            Test::Compare(left, _, right) => {
                // Nothing of a comparison is paid, so it matters not in which line its formulas stand.
                self.formula(0, left, false);
                self.formula(0, right, false);
                let sides = self.reckoning.formula(left).and_then(|left| Ok((left, self.reckoning.formula(right)?)));
                self.path
                    .compared
                    .push(sides.map_or_else(Compared::Gap, |(left, right)| Compared::Order(left.cmp(&right))));
            }
        }
    }

    fn formula(&mut self, line: usize, formula: &'b Formula, is_paid: bool) {
        match formula {
            Formula::Operand(Operand::Line(at)) => self.line(*at, is_paid),
            Formula::Number(_)
            | Formula::Operand(Operand::Figure(_) | Operand::Count(..) | Operand::ListSize | Operand::Doses) => {}
            Formula::Plus(a, b) | Formula::Minus(a, b) | Formula::Times(a, b) | Formula::Over(a, b) => {
                self.formula(line, a, is_paid);
                self.formula(line, b, is_paid);
            }
            Formula::Smallest(parts) => self.choice(line, parts, true, is_paid),
            Formula::Largest(parts) => self.choice(line, parts, false, is_paid),
            Formula::Round(inner, _) => self.formula(line, inner, is_paid),
        }
    }

    /// Follows all parts, and pays by the first of the best.
    fn choice(&mut self, line: usize, parts: &'b [Formula], is_smallest: bool, is_paid: bool) {
        let amounts = parts.iter().map(|part| self.reckoning.formula(part)).collect::<Result<Vec<Amount>, Gap>>();
        let amounts = match amounts {
            Ok(amounts) => amounts,
            Err(gap) => return self.path.compared.push(Compared::Gap(gap)),
        };
        let best = if is_smallest { amounts.iter().min() } else { amounts.iter().max() };
        let Some(at) = best.and_then(|best| amounts.iter().position(|amount| amount == best)) else { return };
        self.path.compared.extend(amounts.iter().map(|amount| Compared::Order(amount.cmp(&amounts[at]))));
        for (place, part) in parts.iter().enumerate() {
            let is_best = place == at;
            if is_best && is_paid {
                self.path.best.push(Turn::Best { line, part, is_smallest });
            }
            self.formula(line, part, is_paid && is_best);
        }
    }
}
