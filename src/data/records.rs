//! What is read: registrations, events and patients, and which events are wanted.

use crate::ground::{ConceptId, Day};

/// A practice of an extract, by its place in [`Extract::practice_code`](crate::data::Extract::practice_code). Ids are in bytewise order of the codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct PracticeId(pub u32);

/// A wanted code, by its place in the list that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct CodeIndex(pub u16);

/// A patient's id: eight bytes that stand for its text, which [`Extract::patient_id`](crate::data::Extract::patient_id) gives back. The order of keys
/// means nothing and may differ from run to run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct PatientKey(pub u64);

/// One stay of a patient on a practice's list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registration {
    /// Where.
    pub practice: PracticeId,
    /// The first day on the list.
    pub from: Day,
    /// The day of deregistration, on which the patient is no longer on the list; None while it lasts.
    pub to: Option<Day>,
}

/// One event of a wanted code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event {
    /// When.
    pub day: Day,
    /// What.
    pub code: CodeIndex,
    /// The practice that gave it, where the table says so.
    pub giver: Option<PracticeId>,
}

/// A patient as an evaluator sees it.
#[derive(Clone, Copy, Debug)]
pub struct Patient<'a> {
    /// The id.
    pub key: PatientKey,
    /// Date of birth.
    pub birth: Day,
    /// Date of death.
    pub death: Option<Day>,
    /// At least one, in order of `from`, then of the practice's code.
    pub registrations: &'a [Registration],
    /// In order of day, then code.
    pub events: &'a [Event],
}

/// What a reader of events must keep.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The codes, ascending, each once, fewer than 65,536 of them. Events of other codes are dropped.
    pub codes: Vec<ConceptId>,
    /// Whether `events.practice_code` is read, where there is one.
    pub givers: bool,
    /// Whether `events.text` is read, where there is one.
    pub text: bool,
    /// On what anything hangs, so that a reader need not keep what nothing hangs on. None where everything is kept.
    pub interest: Option<Interest>,
}

/// What can change a count, and what cannot.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Interest {
    /// The births of those who can be on a register at all. Of anybody else no event need be kept, nor the registration if
    /// it is the only one.
    pub births: Births,
    /// By code, in the order of the wanted codes.
    pub codes: Vec<CodeInterest>,
}

/// When and for whom a code matters.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct CodeInterest {
    /// The births for which it matters.
    pub births: Births,
    /// The last day of an event that can count; None if none can.
    pub last: Option<Day>,
}

impl CodeInterest {
    /// The first and the last day of an event that can count: nobody's counts before the first birth for which its code
    /// matters. None if none can.
    pub fn days(&self) -> Option<(Day, Day)> {
        let first = self.births.stretches().map(|(first, _)| first).min()?;
        Some((first, self.last?))
    }
}

/// Dates of birth, in stretches of days.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Births(Vec<(Day, Day)>);

impl Births {
    /// Adds those from a first to a last day, both included; none if the last is before the first.
    pub fn add(&mut self, first: Day, last: Day) {
        if first <= last && !self.0.contains(&(first, last)) {
            self.0.push((first, last));
        }
    }

    /// Whether a day is among them.
    pub fn contain(&self, day: Day) -> bool {
        self.0.iter().any(|(first, last)| *first <= day && day <= *last)
    }

    /// The first and the last day of each stretch that was added.
    pub fn stretches(&self) -> impl Iterator<Item = (Day, Day)> {
        self.0.iter().copied()
    }
}

impl Wanted {
    /// Events of these codes, in any order and perhaps repeated, without givers and texts.
    pub fn codes(codes: impl IntoIterator<Item = ConceptId>) -> Wanted {
        let mut codes: Vec<ConceptId> = codes.into_iter().collect();
        codes.sort_unstable();
        codes.dedup();
        Wanted { codes, ..Wanted::default() }
    }
}
