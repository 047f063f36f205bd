//! The slots table.

use crate::ground::Day;

/// A protected slot of a practice.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Slot {
    /// The day.
    pub day: Day,
    /// The start as written.
    pub start: String,
    /// The end as written.
    pub end: Option<String>,
    /// Whether it is taken.
    pub taken: bool,
}

/// The slots table.
#[derive(Clone, Default, Debug)]
pub struct Slots {
    /// What was odd.
    pub findings: crate::ground::Findings,
}

impl Slots {
    /// A practice's.
    pub fn of(&self, _practice_code: &str) -> &[Slot] {
        &[]
    }
}
