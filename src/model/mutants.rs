//! Mutants: a checked rulebook read otherwise in one place, as somebody might misread or mistype it.
//!
//! `before age 8 months` is read as `by age 8 months`, `<` as `<=`, `and` as `or`; a clause, a code or a case is left
//! out; a figure is one more. If no worked example notices, the place is not held by any. Readings that can be seen to
//! change nothing whoever comes (what is recorded after the measurement day is never looked at) are not made.

mod apply;
mod codes;
mod conditions;
mod figures;
mod formulas;
mod pathways;
mod windows;

use crate::ground::{Amount, ConceptId, MissingDay, Span};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, ConditionId, DateId, Edge, FeeId, MeasureId, Which};
use crate::model::formula::{Case, Formula, Test};
use crate::model::mutants::apply::Edit;
pub use crate::model::part::{ClauseKind, Part};
use crate::model::pathway::Saying;

/// One place of a rulebook, read otherwise.
#[derive(Clone, PartialEq, Debug)]
pub struct Mutant {
    /// The part of the rulebook that is read otherwise.
    pub part: Part,
    /// The condition in which it is, where it is in one that has more words.
    pub within: Option<ConditionId>,
    /// Where that stands.
    pub place: Span,
    /// What is read, and as what.
    pub rewrite: Rewrite,
    /// Whose results may change.
    pub concerns: Concerns,
    edit: Edit,
}

/// What is read, and as what. Days of the second may be days of the changed rulebook only.
#[derive(Clone, PartialEq, Debug)]
pub enum Rewrite {
    /// `before age 8 months` → `by age 8 months`; None: left out
    Edge {
        /// True for the start of a window.
        is_start: bool,
        /// As it stands.
        was: Edge,
        /// As it is read.
        becomes: Option<Edge>,
    },
    /// `at least 3` → `at least 4`: no fewer, and no more than
    Quantity {
        /// As it stands.
        was: (u32, Option<u32>),
        /// As it is read.
        becomes: (u32, Option<u32>),
    },
    /// `and` → `or`; false: `or` → `and`
    Joint {
        /// True where all must hold as it stands.
        of_all: bool,
    },
    /// A part is left out.
    Dropped(ConditionId),
    /// `not a` → `a`
    Affirmed(ConditionId),
    /// `shingles_live or shingles_inactivated` → `shingles_live`
    ClusterDropped(usize),
    /// `turns 8 months` → `turns 9 months`
    Day {
        /// As it stands.
        was: DateId,
        /// As it is read.
        becomes: DateId,
    },
    /// `the first` → `the second`
    Which {
        /// As it stands.
        was: Which,
        /// As it is read.
        becomes: Which,
    },
    /// An exclusion or exception, a state, a step or an alert is left out.
    ReasonDropped,
    /// It is read after the next one, by its code or name.
    ReadAfter(String),
    /// A code is no code of the cluster.
    CodeDropped(ConceptId),
    /// A figure is another amount.
    Figure {
        /// As it stands.
        was: Amount,
        /// As it is read.
        becomes: Amount,
    },
    /// Another convention for a day that the month lacks.
    MissingDay(MissingDay),
    /// `achievement < lower_threshold` → `achievement <= lower_threshold`; None: left out
    Test(Test, Option<Test>),
    /// `max(a, b)` → `min(a, b)`
    Formula(Formula, Formula),
    /// A case is left out.
    CaseDropped(Case),
    /// A requirement is left out.
    RequirementDropped,
    /// `saying written_evidence` → `not saying written_evidence`; None: left out
    Saying {
        /// As it stands.
        was: Saying,
        /// As it is read.
        becomes: Option<Saying>,
    },
    /// `on the same day as imms_call_2` is left out.
    SameDayDropped(ClusterSet),
    /// A state is left out of those of which one is asked for.
    StateDropped(usize),
}

/// Whose results a mutant may change.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Concerns {
    /// Measures whose outcomes may change.
    pub measures: Vec<MeasureId>,
    /// Fees whose doses may change.
    pub fees: Vec<FeeId>,
    /// Programs whose results may change, by their places in [`Rulebook::programs`].
    pub programs: Vec<usize>,
    /// True if it may change where a child stands in the pathway.
    pub pathway: bool,
    /// True if it may change which figures the rulebook accepts.
    pub requirements: bool,
}

/// All mutants of a rulebook, in the order of its parts.
pub fn mutants(book: &Rulebook) -> Vec<Mutant> {
    let mut all = conditions::mutants(book);
    all.extend(pathways::mutants(book));
    all.extend(windows::of_fees(book));
    all.extend(codes::mutants(book));
    all.extend(figures::mutants(book));
    all.extend(formulas::mutants(book));
    all
}
