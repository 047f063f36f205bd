//! Whether what a program compares follows the numerator in straight lines, so that a comparison which comes out the same
//! at two numerators does so at all between them.

use crate::model::book::MeasurementId;
use crate::model::formula::{CountName, Formula, Operand, Program, Test};

/// How a formula follows the numerator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Course {
    /// It does not.
    Still,
    /// In a straight line, given which cases and parts count.
    Straight,
    /// In some other way.
    Bent,
}

/// True if all that the program compares, in tests, `min` and `max`, follows the numerator of a measurement in straight
/// lines or not at all.
pub(super) fn is_affine(program: &Program, measurement: MeasurementId) -> bool {
    let reader = Reader { program, measurement };
    let mut cases = program.lines.iter().flat_map(|line| &line.cases);
    cases.all(|case| case.test.as_ref().is_none_or(|test| reader.test(test)) && reader.choices(&case.formula))
}

struct Reader<'a> {
    program: &'a Program,
    measurement: MeasurementId,
}

impl Reader<'_> {
    fn test(&self, test: &Test) -> bool {
        match test {
            Test::All(parts) | Test::Any(parts) => parts.iter().all(|part| self.test(part)),
            Test::Not(inner) => self.test(inner),
            Test::Absent(_) => true,
            Test::Compare(left, _, right) => {
                [left, right].into_iter().all(|side| self.course(side) != Course::Bent && self.choices(side))
            }
        }
    }

    /// Whether the parts that `min` and `max` choose among are straight.
    fn choices(&self, formula: &Formula) -> bool {
        match formula {
            Formula::Number(_) | Formula::Operand(_) => true,
            Formula::Plus(a, b) | Formula::Minus(a, b) | Formula::Times(a, b) | Formula::Over(a, b) => {
                self.choices(a) && self.choices(b)
            }
            Formula::Smallest(parts) | Formula::Largest(parts) => {
                parts.iter().all(|part| self.course(part) != Course::Bent && self.choices(part))
            }
            Formula::Round(inner, _) => self.choices(inner),
        }
    }

    fn course(&self, formula: &Formula) -> Course {
        match formula {
            Formula::Number(_) => Course::Still,
            Formula::Operand(operand) => self.operand(*operand),
            Formula::Plus(a, b) | Formula::Minus(a, b) => self.course(a).max(self.course(b)),
            Formula::Times(a, b) => match (self.course(a), self.course(b)) {
                (Course::Still, other) | (other, Course::Still) => other,
                (Course::Straight | Course::Bent, Course::Straight | Course::Bent) => Course::Bent,
            },
            Formula::Over(a, b) => {
                if self.course(b) == Course::Still {
                    self.course(a)
                } else {
                    Course::Bent
                }
            }
            Formula::Smallest(parts) | Formula::Largest(parts) => {
                parts.iter().map(|part| self.course(part)).max().unwrap_or(Course::Still)
            }
            Formula::Round(inner, _) => {
                if self.course(inner) == Course::Still {
                    Course::Still
                } else {
                    Course::Bent
                }
            }
        }
    }

    fn operand(&self, operand: Operand) -> Course {
        match operand {
            Operand::Count(CountName::Numerator | CountName::Achievement, of) if of == self.measurement => {
                Course::Straight
            }
            Operand::Count(..) | Operand::Figure(_) | Operand::ListSize | Operand::Doses => Course::Still,
            // A line reads earlier ones only, so this ends.
            Operand::Line(at) => {
                let cases = self.program.lines[at].cases.iter();
                cases.map(|case| self.course(&case.formula)).max().unwrap_or(Course::Still)
            }
        }
    }
}
