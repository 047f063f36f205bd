//! What worked examples touch: each clause true and false, and each boundary from below, on it and from above.
//!
//! The examples are evaluated by the ordinary evaluator, which is listened to. A boundary of a window is touched by what
//! lies on the day before it, on it, and on the day after; a bound of a count by one fewer, as many, and one more; a
//! threshold of a formula by an amount below it, on it and above. What cannot be (a birthday that no calendar has, fewer
//! than none) is not asked for.

mod boundaries;
mod paid;
mod places;
mod required;

use crate::eval::examples::{Bench, facts_of_counts, facts_of_fee, facts_of_payment, figures};
use crate::ground::Span;
use crate::model::Rulebook;
use crate::model::book::{ConditionId, DateId, Edge, FeeId, MeasureId};
use crate::model::examples::{Case, Example};
use crate::model::formula::ProgramOf;
use crate::model::part::Part;

use self::paid::Paid;
use self::places::Clause;
use self::required::Required;

/// What the examples of a rulebook touch and what they leave open.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Coverage {
    /// Each clause, in the order of the rulebook.
    pub clauses: Vec<Touched<Covered>>,
    /// Each boundary, in the order of the rulebook.
    pub boundaries: Vec<Touched<Boundary>>,
}

/// Something that examples touch from several sides.
#[derive(Clone, PartialEq, Debug)]
pub struct Touched<T> {
    /// What.
    pub what: T,
    /// Where it stands.
    pub place: Span,
    /// The sides from which it can be touched, and whether it is.
    pub sides: Vec<(Side, bool)>,
}

impl<T> Touched<T> {
    /// The sides from which no example touches it.
    pub fn open(&self) -> impl Iterator<Item = Side> {
        self.sides.iter().filter(|(_, is_touched)| !is_touched).map(|(side, _)| *side)
    }

    /// True if it is touched from all sides.
    pub fn is_whole(&self) -> bool {
        self.open().next().is_none()
    }
}

/// A side from which something can be touched.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Side {
    /// In some example it holds.
    True,
    /// In some example it does not hold.
    False,
    /// The day before it, one fewer, an amount below it.
    Below,
    /// On it.
    On,
    /// The day after it, one more, an amount above it.
    Above,
}

/// A clause that examples can make true or false.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Covered {
    /// A condition, in a part.
    Condition(Part, ConditionId),
    /// A case of a payment's line: the part, and its place in the line.
    Case(Part, usize),
    /// What is required of figures.
    Requirement(Part),
}

/// A boundary.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Boundary {
    /// An edge of the window of a condition.
    Edge {
        /// The part.
        part: Part,
        /// The condition; None for the days of a defined date, and for doses of a fee.
        condition: Option<ConditionId>,
        /// True for the window's start.
        is_start: bool,
        /// The edge.
        edge: Edge,
    },
    /// The day on which a registration must hold: what ends it or what starts it.
    Registered {
        /// The part.
        part: Part,
        /// The condition.
        condition: ConditionId,
        /// The day.
        date: DateId,
        /// True for joining the list, false for leaving it or dying.
        is_joining: bool,
    },
    /// A bound of a count.
    Count {
        /// The part.
        part: Part,
        /// The condition.
        condition: ConditionId,
        /// The bound.
        bound: u32,
    },
    /// A comparison of what is required of figures.
    Required {
        /// The part.
        part: Part,
        /// Which of its comparisons.
        at: usize,
    },
    /// A comparison of a case.
    Threshold {
        /// The part.
        part: Part,
        /// The case of the line.
        case: usize,
        /// Which of the comparisons of its test.
        at: usize,
        /// Whose figures it compares with, where they are a measure's own.
        owner: Option<MeasureId>,
    },
}

/// What the examples of a rulebook touch.
pub fn coverage(book: &Rulebook, examples: &[Example]) -> Coverage {
    let mut coverage = Coverage::default();
    let mut clauses = places::clauses(book);
    let mut boundaries = boundaries::Boundaries::of(book, &clauses);
    let mut paid = Paid::of(book);
    let mut required = Required::of(book);
    // The rulebook's own figures are an example that it has.
    required.look(&book.figures);
    let bench = Bench::new(book);
    for example in examples {
        match &example.case {
            Case::Patient(case) => bench.listen(case, &mut |measure, sight, record| {
                let owner = Owner::Measure(measure);
                clauses.iter_mut().filter(|clause| clause.owner == owner).for_each(|clause| clause.look(record));
                boundaries.look(owner, sight);
            }),
            Case::Fee(case) => bench.listen_to_doses(case, &mut |sight, doses| {
                boundaries.look(Owner::Fee(case.fee), sight);
                let program = book.programs.iter().filter(|program| program.of == ProgramOf::Fee(case.fee));
                program.for_each(|program| {
                    paid.look(program, &facts_of_fee(book, case.fee, doses), &book.figures);
                });
            }),
            Case::Counts(case) => {
                let (facts, figures) = (facts_of_counts(book, case), figures(book, &case.figures));
                let ours = book.programs.iter().filter(|program| program.measurement == Some(case.measurement));
                ours.for_each(|program| paid.look(program, &facts, &figures));
            }
            Case::Payment(case) => {
                let (facts, figures) = (facts_of_payment(book, case), figures(book, &case.figures));
                paid.look(&book.programs[case.program], &facts, &figures);
            }
            Case::Figures(case) => required.look(&figures(book, &case.figures)),
            Case::Child(case) => bench.listen_to_child(case, &mut |sight, record| {
                let ours = clauses.iter_mut().filter(|clause| clause.owner == Owner::Pathway);
                ours.for_each(|clause| clause.look(record));
                boundaries.look(Owner::Pathway, sight);
            }),
        }
    }
    coverage.clauses = clauses.into_iter().map(Clause::touched).collect();
    let (cases, thresholds) = paid.touched();
    coverage.clauses.extend(cases);
    coverage.boundaries = boundaries.touched();
    coverage.boundaries.extend(thresholds);
    let (requirements, thresholds) = required.touched();
    coverage.clauses.extend(requirements);
    coverage.boundaries.extend(thresholds);
    coverage
}

/// Whose examples can touch something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Measure(MeasureId),
    Fee(FeeId),
    Pathway,
}

/// Three sides as they were touched.
#[derive(Clone, Copy, Default)]
struct Sides {
    below: bool,
    on: bool,
    above: bool,
}

impl Sides {
    /// The sides that can be, each with whether it was touched.
    fn of(self, can_be_below: bool, can_be_on: bool) -> Vec<(Side, bool)> {
        let mut sides = Vec::new();
        if can_be_below {
            sides.push((Side::Below, self.below));
        }
        if can_be_on {
            sides.push((Side::On, self.on));
        }
        sides.push((Side::Above, self.above));
        sides
    }
}
