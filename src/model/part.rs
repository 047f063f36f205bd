//! Parts of a rulebook that have a name: where something is read otherwise, or has no example.

use crate::model::book::{ConditionId, FeeId, FigureId, Measure, MeasureId};

/// A part of a rulebook that has a name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// The rulebook as a whole.
    Book,
    /// `register`, `achieved`, `except DTPCON` of a measure
    Clause(MeasureId, ClauseKind),
    /// `define two_mmr`, of a measure or shared by all
    Defined(Option<MeasureId>, String),
    /// A code cluster, by its place.
    Cluster(usize),
    /// A figure.
    Figure(FigureId),
    /// A line of a payment or fee: the first program that has it, and its place in that.
    Line {
        /// The place in [`crate::model::Rulebook::programs`].
        program: usize,
        /// The line's place in it.
        line: usize,
    },
    /// The doses that earn a fee.
    Fee(FeeId),
    /// A state of the pathway, by its place.
    State(usize),
    /// A next step of a state, by the places of both.
    Next(usize, usize),
    /// What shows the exception that a state is reported as, by the state's place.
    Exception(usize),
    /// An alert of the pathway, by its place.
    Alert(usize),
    /// A `require`, by the place of the first of its kind in [`crate::model::Rulebook::requirements`].
    Requirement(usize),
}

/// Which clause of a measure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ClauseKind {
    /// `register`
    Register,
    /// The n-th `exclude`.
    Excluded(usize),
    /// `achieved`
    Achieved,
    /// The n-th `except`.
    Excepted(usize),
}

impl Part {
    /// The part that a name makes of this one, if there is a name.
    pub fn named(&self, name: Option<&str>) -> Part {
        let Some(name) = name else { return self.clone() };
        let measure = match self {
            Part::Clause(measure, _) => Some(*measure),
            Part::Defined(measure, _) => *measure,
            Part::Book
            | Part::Cluster(_)
            | Part::Figure(_)
            | Part::Line { .. }
            | Part::Fee(_)
            | Part::State(_)
            | Part::Next(..)
            | Part::Exception(_)
            | Part::Alert(_)
            | Part::Requirement(_) => None,
        };
        Part::Defined(measure, name.to_owned())
    }
}

impl Measure {
    /// Its clauses in the order in which they are asked, each with its condition.
    pub fn clauses(&self) -> Vec<(ClauseKind, ConditionId)> {
        let excludes = self.excludes.iter().enumerate();
        let excepts = self.excepts.iter().enumerate();
        std::iter::once((ClauseKind::Register, self.register.condition))
            .chain(excludes.map(|(at, reason)| (ClauseKind::Excluded(at), reason.clause.condition)))
            .chain([(ClauseKind::Achieved, self.achieved.condition)])
            .chain(excepts.map(|(at, reason)| (ClauseKind::Excepted(at), reason.clause.condition)))
            .collect()
    }
}
