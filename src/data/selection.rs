//! Which events are kept, made ready once the patients are read and before the events are.

use crate::data::cells::DateCell;
use crate::data::codes::{CodeCell, Codes};
use crate::data::known::Known;
use crate::data::records::Wanted;
use crate::data::rows::Part;
use crate::data::scatter::{RegistrationRow, Scatter};
use crate::ground::Day;

/// What is kept of the events, and of each of them.
#[derive(Debug)]
pub(crate) struct Selection {
    pub codes: Codes,
    /// Whether givers or texts are kept.
    pub extras: bool,
    /// By code: the first and the last day of an event that is kept.
    pub days: Vec<(Day, Day)>,
    /// Who is known, where events of people for whom they do not matter are dropped.
    pub known: Option<Known>,
}

impl Selection {
    /// What is wanted of the events of these patients, of whom those on whom nothing can hang are dropped.
    pub(crate) fn new(
        codes: Codes,
        wanted: &Wanted,
        extras: bool,
        patients: &mut Part<RegistrationRow>,
        scatter: &Scatter,
    ) -> Selection {
        // Givers and texts are asked for where everybody is looked at.
        let interest = wanted.interest.as_ref().filter(|_| !extras);
        let known = interest.and_then(|interest| Known::of(&mut patients.chunks, scatter, interest));
        Selection { codes, extras, days: days(wanted), known }
    }

    /// The first and the last day on which something can hang on an event of this code; a faulty one is always looked at.
    #[inline]
    pub(crate) fn days_of(&self, code: CodeCell) -> (Day, Day) {
        match code {
            CodeCell::Wanted(code) => self.days[usize::from(code.0)],
            CodeCell::Other => NO_DAYS,
            CodeCell::Fault(_) => ALL_DAYS,
        }
    }

    /// Ends the reading of events, and gives the room back that it took.
    pub(crate) fn end(self, scatter: &Scatter) {
        if let Some(known) = self.known {
            known.forget(scatter);
        }
    }
}

/// Whether a date is a day outside of these, so that nothing can hang on the event. Both ends are compared, so that a
/// processor need not foresee which of them decides.
#[inline]
pub(crate) fn is_outside(date: DateCell, (first, last): (Day, Day)) -> bool {
    matches!(date, DateCell::Day(day) if (day < first) | (day > last))
}

const NO_DAYS: (Day, Day) = (Day::LAST, Day::FIRST);

const ALL_DAYS: (Day, Day) = (Day::FIRST, Day::LAST);

fn days(wanted: &Wanted) -> Vec<(Day, Day)> {
    match &wanted.interest {
        Some(interest) => interest.codes.iter().map(|code| code.days().unwrap_or(NO_DAYS)).collect(),
        None => vec![ALL_DAYS; wanted.codes.len()],
    }
}
