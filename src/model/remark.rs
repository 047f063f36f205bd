//! Remarks on clauses and figures: who says so, how sure, and where sources disagree.

use crate::model::ids::SourceId;

/// Sources and conflicts of a clause.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// Who says so, and how sure.
    pub sources: Vec<(SourceId, Status)>,
    /// Where sources disagree, and which is followed.
    pub conflicts: Vec<String>,
}

/// How far a figure or clause can be trusted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Status {
    /// Read in, or quoted from, the official text.
    Official,
    /// Trade press or a support site that read it.
    Reported,
    /// Worked out from others.
    Derived,
    /// Nobody says; the value a reader would expect.
    Assumed,
}

impl Status {
    /// All of them, surest first.
    pub const ALL: [Status; 4] = [Status::Official, Status::Reported, Status::Derived, Status::Assumed];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        match self {
            Status::Official => "official",
            Status::Reported => "reported",
            Status::Derived => "derived",
            Status::Assumed => "assumed",
        }
    }
}
