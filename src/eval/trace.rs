//! What the evaluator tells a listener while it works: nothing, unless the listener asks.

use crate::eval::sight::Days;
use crate::ground::Day;
use crate::model::book::ConditionId;

/// A listener to the evaluator.
pub(crate) trait Trace {
    /// True if every part of a condition is to be looked at, even once the answer is known.
    const LISTENS: bool;

    /// A condition was found to hold or not, by what was seen.
    fn saw(&mut self, condition: ConditionId, holds: bool, seen: Seen);
}

/// What decided a condition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    /// Its parts did.
    Parts,
    /// So many days in a window.
    Count { days: Days },
    /// Where a day lies.
    Falls { day: Option<Day>, days: Days },
    /// The lists on a day.
    Registered { on: Option<Day> },
    /// Whether there is a day.
    Exists { day: Option<Day> },
    /// Texts, appointments, slots, the practice or the state.
    Beside,
}

/// Nobody listens: the compiler leaves all of it out.
pub(crate) struct Silent;

impl Trace for Silent {
    const LISTENS: bool = false;

    fn saw(&mut self, _: ConditionId, _: bool, _: Seen) {}
}

/// Keeps whether each condition was ever found to hold, and ever not.
#[derive(Default)]
pub(crate) struct Ever {
    seen: Vec<(bool, bool)>,
}

impl Ever {
    /// Whether it was ever found to hold, and ever not to hold.
    pub(crate) fn of(&self, condition: ConditionId) -> (bool, bool) {
        self.seen.get(condition.index()).copied().unwrap_or_default()
    }
}

impl Trace for Ever {
    const LISTENS: bool = true;

    fn saw(&mut self, condition: ConditionId, holds: bool, _: Seen) {
        if self.seen.len() <= condition.index() {
            self.seen.resize(condition.index() + 1, (false, false));
        }
        let known = &mut self.seen[condition.index()];
        *known = (known.0 || holds, known.1 || !holds);
    }
}

/// Keeps the last thing seen of each condition.
#[derive(Debug, Default)]
pub struct Record {
    seen: Vec<Option<(bool, Seen)>>,
}

impl Record {
    pub(crate) fn of(&self, condition: ConditionId) -> Option<(bool, Seen)> {
        self.seen.get(condition.index()).copied().flatten()
    }
}

impl Trace for Record {
    const LISTENS: bool = true;

    fn saw(&mut self, condition: ConditionId, holds: bool, seen: Seen) {
        if self.seen.len() <= condition.index() {
            self.seen.resize(condition.index() + 1, None);
        }
        self.seen[condition.index()] = Some((holds, seen));
    }
}
