//! The cases and thresholds of what is paid.

use std::cmp::Ordering;

use crate::eval::coverage::{Boundary, Covered, Side, Sides, Touched};
use crate::eval::pay::Facts;
use crate::eval::pay::steps::{Step, steps};
use crate::ground::{Amount, Span};
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue, MeasureId};
use crate::model::formula::{Formula, Operand, Program, ProgramOf};
use crate::model::part::Part;

/// The cases and thresholds of all payments and fees, as far as examples touched them.
pub(super) struct Paid<'b> {
    book: &'b Rulebook,
    cases: Vec<OfCase>,
    thresholds: Vec<Threshold>,
}

struct OfCase {
    of: ProgramOf,
    line: usize,
    case: usize,
    place: Span,
    part: Part,
    /// False for what always applies once it is asked.
    can_fail: bool,
    is_true: bool,
    is_false: bool,
}

struct Threshold {
    of: ProgramOf,
    line: usize,
    case: usize,
    at: usize,
    owner: Option<MeasureId>,
    place: Span,
    part: Part,
    can_be_below: bool,
    sides: Sides,
}

impl<'b> Paid<'b> {
    pub(super) fn of(book: &'b Rulebook) -> Paid<'b> {
        let mut paid = Paid { book, cases: Vec::new(), thresholds: Vec::new() };
        for (at, program) in book.programs.iter().enumerate() {
            paid.program(at, program);
        }
        paid
    }

    fn program(&mut self, at: usize, program: &Program) {
        let of = program.of;
        let place = match of {
            ProgramOf::Payment(id) => self.book.payments[id.index()].span,
            ProgramOf::Fee(id) => self.book.fees[id.index()].span,
        };
        for (line, written) in program.lines.iter().enumerate() {
            let part = Part::Line { program: at, line };
            for (case, of_line) in written.cases.iter().enumerate() {
                let is_it = |known: &OfCase| known.of == of && known.line == line && known.case == case;
                if !self.cases.iter().any(is_it) {
                    let (part, can_fail) = (part.clone(), of_line.test.is_some());
                    let (is_true, is_false) = (false, false);
                    self.cases.push(OfCase { of, line, case, place, part, can_fail, is_true, is_false });
                }
                let sides = of_line.test.iter().flat_map(|test| test.comparisons()).enumerate();
                for (at, (left, right)) in sides {
                    let Some(owner) = self.owner(left, right) else { continue };
                    let can_be_below = !is_nothing(right) || !is_counted(left);
                    let part = part.clone();
                    let sides = Sides::default();
                    let new = Threshold { of, line, case, at, owner, place, part, can_be_below, sides };
                    if !self.thresholds.iter().any(|known| known.is(of, line, case, at, owner)) {
                        self.thresholds.push(new);
                    }
                }
            }
        }
    }

    /// Whose figures are compared; None where there is no such figure, so that nothing ever is.
    fn owner(&self, left: &Formula, right: &Formula) -> Option<Option<MeasureId>> {
        let mut owner = None;
        for side in [left, right] {
            let Formula::Operand(Operand::Figure(id)) = side else { continue };
            let figure = &self.book.figures[id.index()];
            if matches!(figure.value, FigureValue::Absent(_)) {
                return None;
            }
            owner = owner.or(figure.owner);
        }
        Some(owner)
    }

    /// Looks what a program comes to.
    pub(super) fn look(&mut self, program: &Program, facts: &Facts, figures: &[Figure]) {
        let of = program.of;
        for step in steps(program, figures, facts) {
            match step {
                Step::Asked { line, case, applies } => {
                    let is_it = |known: &&mut OfCase| known.of == of && known.line == line && known.case == case;
                    for known in self.cases.iter_mut().filter(is_it) {
                        known.is_true |= applies;
                        known.is_false |= !applies;
                    }
                }
                Step::Compared { line, case, at, lies } => {
                    let test = program.lines[line].cases[case].test.as_ref();
                    let Some((left, right)) = test.and_then(|test| test.comparisons().get(at).copied()) else {
                        continue;
                    };
                    let Some(owner) = self.owner(left, right) else { continue };
                    for known in self.thresholds.iter_mut().filter(|known| known.is(of, line, case, at, owner)) {
                        match lies {
                            Ordering::Less => known.sides.below = true,
                            Ordering::Equal => known.sides.on = true,
                            Ordering::Greater => known.sides.above = true,
                        }
                    }
                }
            }
        }
    }

    pub(super) fn touched(self) -> (Vec<Touched<Covered>>, Vec<Touched<Boundary>>) {
        let cases = self.cases.into_iter().map(|known| {
            let mut sides = vec![(Side::True, known.is_true)];
            if known.can_fail {
                sides.push((Side::False, known.is_false));
            }
            Touched { what: Covered::Case(known.part, known.case), place: known.place, sides }
        });
        let thresholds = self.thresholds.into_iter().map(|known| Touched {
            what: Boundary::Threshold { part: known.part, case: known.case, at: known.at, owner: known.owner },
            place: known.place,
            sides: known.sides.of(known.can_be_below, true),
        });
        (cases.collect(), thresholds.collect())
    }
}

impl Threshold {
    fn is(&self, of: ProgramOf, line: usize, case: usize, at: usize, owner: Option<MeasureId>) -> bool {
        (self.of, self.line, self.case, self.at, self.owner) == (of, line, case, at, owner)
    }
}

fn is_nothing(formula: &Formula) -> bool {
    *formula == Formula::Number(Amount::ZERO)
}

/// True for what is never less than nothing.
fn is_counted(formula: &Formula) -> bool {
    matches!(formula, Formula::Operand(Operand::Count(..) | Operand::ListSize | Operand::Doses))
}
