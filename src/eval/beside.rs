//! What stands beside a patient's records, and the conditions on it: texts, appointments, slots, the practice, the state.

use crate::data::Practice;
use crate::data::appointments::Appointment;
use crate::data::slots::Slot;
use crate::eval::judge::holds;
use crate::eval::sight::Sight;
use crate::eval::trace::Trace;
use crate::ground::Day;
use crate::model::book::{ClusterSet, ConditionId, Window};
use crate::model::pathway::{Beside, PracticeField, RowDate, RowTable, RowTruth, Saying, StateId, WordListId};

/// What stands beside a patient's records. An ordinary run knows none of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Surroundings<'a> {
    /// The day of the report; the measurement day where there is none.
    pub(crate) report_day: Option<Day>,
    /// The text of each of the patient's events, by the event's place; empty for none.
    pub(crate) texts: &'a [&'a str],
    /// The patient's appointments.
    pub(crate) appointments: &'a [Appointment],
    /// The practice's protected slots.
    pub(crate) slots: &'a [Slot],
    /// What is known of the practice.
    pub(crate) practice: Option<&'a Practice>,
    /// The patient's state, once it is known.
    pub(crate) state: Option<StateId>,
}

/// The row at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    Appointment(&'a Appointment),
    Slot(&'a Slot),
}

impl Row<'_> {
    /// A date of the row; None where it is empty.
    pub(crate) fn date(self, date: RowDate) -> Option<Day> {
        match (self, date) {
            (Row::Appointment(row), RowDate::AgreedDate) => row.agreed,
            (Row::Appointment(row), RowDate::AppointmentDate) => row.appointment,
            (Row::Slot(row), RowDate::SlotStart) => Some(row.day),
            (Row::Appointment(_), RowDate::SlotStart)
            | (Row::Slot(_), RowDate::AgreedDate | RowDate::AppointmentDate) => None,
        }
    }

    /// True if the row says yes. What it does not say is no.
    fn says(self, truth: RowTruth) -> bool {
        match (self, truth) {
            (Row::Appointment(row), RowTruth::Attended) => row.attended == Some(true),
            (Row::Slot(row), RowTruth::Taken) => row.taken,
            (Row::Appointment(_), RowTruth::Taken) | (Row::Slot(_), RowTruth::Attended) => false,
        }
    }
}

/// Whether a condition on what stands beside the records holds.
pub(crate) fn beside_holds<T: Trace>(sight: &mut Sight<'_, '_>, beside: &Beside, trace: &mut T) -> bool {
    let within = |found: usize, at_least: u32, at_most: Option<u32>| {
        found >= at_least as usize && at_most.is_none_or(|at_most| found <= at_most as usize)
    };
    match beside {
        Beside::Records { at_least, at_most, .. } => {
            let found = records_of(sight, beside).map_or(0, |days| days.len());
            within(found, *at_least, *at_most)
        }
        Beside::Different { words, clusters, at_least, at_most, window } => {
            let found = things_said(sight, *words, *clusters, window).len();
            within(found, *at_least, *at_most)
        }
        Beside::Row { table, condition } => any_row(sight, *table, *condition, trace),
        Beside::RowSays(truth) => sight.row.is_some_and(|row| row.says(*truth)),
        Beside::Practice(field) => {
            let practice = sight.surroundings.practice;
            let text = practice.and_then(|practice| match field {
                PracticeField::ContactName => practice.contact_name.as_deref(),
                PracticeField::ContactDetails => practice.contact_details.as_deref(),
            });
            text.is_some_and(|text| !text.trim().is_empty())
        }
        Beside::InState(states) => sight.surroundings.state.is_some_and(|state| states.contains(&state)),
    }
}

/// The distinct days that a condition on records counts; None for a condition on something else.
pub(crate) fn records_of(sight: &mut Sight<'_, '_>, beside: &Beside) -> Option<Vec<Day>> {
    let Beside::Records { clusters, same_day, saying, window, .. } = beside else { return None };
    let days = sight.days(window);
    let others: Option<Vec<Day>> =
        same_day.map(|clusters| sight.days_of(clusters, Some((Day::FIRST, Day::LAST))).collect());
    let mut found: Vec<Day> = Vec::new();
    for (day, text) in sight.texts_of(*clusters, days) {
        let beside_other = others.as_ref().is_none_or(|others| others.contains(&day));
        let says = saying.is_none_or(|saying| is_said(sight, saying, text));
        if beside_other && says && found.last() != Some(&day) {
            found.push(day);
        }
    }
    Some(found)
}

fn is_said(sight: &Sight<'_, '_>, saying: Saying, text: &str) -> bool {
    let things = sight.lens.book.word_lists[saying.words.index()].things_in(text).len();
    let said = if saying.one { things == 1 } else { things > 0 };
    said != saying.absent
}

/// The things of a list that some record's text says alone, by their places, in the list's order.
pub(crate) fn things_said(
    sight: &mut Sight<'_, '_>,
    words: WordListId,
    clusters: ClusterSet,
    window: &Window,
) -> Vec<usize> {
    let days = sight.days(window);
    let list = &sight.lens.book.word_lists[words.index()];
    let mut said: Vec<usize> = sight
        .texts_of(clusters, days)
        .filter_map(|(_, text)| match list.things_in(text)[..] {
            [only] => Some(only),
            _ => None,
        })
        .collect();
    said.sort_unstable();
    said.dedup();
    said
}

fn any_row<T: Trace>(
    sight: &mut Sight<'_, '_>,
    table: RowTable,
    condition: Option<ConditionId>,
    trace: &mut T,
) -> bool {
    let appointments = sight.surroundings.appointments.iter().map(Row::Appointment);
    let slots = sight.surroundings.slots.iter().map(Row::Slot);
    match table {
        RowTable::Appointment => any_of_rows(sight, appointments, condition, trace),
        RowTable::Slot => any_of_rows(sight, slots, condition, trace),
    }
}

/// The first row of which the condition holds decides, and is the one that a listener hears of last.
fn any_of_rows<'a, T: Trace>(
    sight: &mut Sight<'a, '_>,
    rows: impl Iterator<Item = Row<'a>>,
    condition: Option<ConditionId>,
    trace: &mut T,
) -> bool {
    let mut any = false;
    for row in rows {
        sight.row = Some(row);
        any = condition.is_none_or(|condition| holds(sight, condition, trace));
        if any {
            break;
        }
    }
    sight.row = None;
    any
}
