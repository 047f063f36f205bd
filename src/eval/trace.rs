//! What the evaluator tells a listener while it works: nothing, unless the listener asks.

use crate::eval::sight::Days;
use crate::ground::Day;
use crate::model::book::ConditionId;

/// A listener to the evaluator.
pub(crate) trait Trace {
    /// True if every part of a condition is to be looked at, even once the answer is known.
    const LISTENS: bool;

    /// Another patient, or another measurement, is about to be judged.
    fn begin(&mut self) {}

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

/// Keeps what was seen of each condition, the last thing if it was seen more than once. It listens to an ordinary
/// judgement, and so knows what decided it: a part that was not looked at changed nothing.
#[derive(Debug, Default)]
pub struct Record {
    seen: Vec<Entry>,
    /// What was seen in another turn is forgotten.
    turn: u32,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    turn: u32,
    holds: bool,
    seen: Seen,
}

impl Record {
    pub(crate) fn of(&self, condition: ConditionId) -> Option<(bool, Seen)> {
        let entry = self.seen.get(condition.index()).filter(|entry| entry.turn == self.turn)?;
        Some((entry.holds, entry.seen))
    }
}

impl Trace for Record {
    const LISTENS: bool = false;

    fn begin(&mut self) {
        self.turn = self.turn.wrapping_add(1);
        if self.turn == 0 {
            self.seen.clear();
        }
    }

    #[inline]
    fn saw(&mut self, condition: ConditionId, holds: bool, seen: Seen) {
        if self.seen.len() <= condition.index() {
            let nothing = Entry { turn: self.turn.wrapping_sub(1), holds: false, seen: Seen::Parts };
            self.seen.resize(condition.index() + 1, nothing);
        }
        self.seen[condition.index()] = Entry { turn: self.turn, holds, seen };
    }
}

/// Has every part looked at, whatever is decided already, and keeps what was seen.
pub(crate) struct Whole<'r>(pub(crate) &'r mut Record);

impl Trace for Whole<'_> {
    const LISTENS: bool = true;

    fn begin(&mut self) {
        self.0.begin();
    }

    fn saw(&mut self, condition: ConditionId, holds: bool, seen: Seen) {
        self.0.saw(condition, holds, seen);
    }
}
