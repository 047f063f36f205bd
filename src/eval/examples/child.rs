//! Children of a pathway, made up for examples: where they stand, and why.

use super::{patient, registration};
use crate::data::Practice;
use crate::data::appointments::Appointment;
use crate::data::extract::{CodeIndex, Event};
use crate::data::slots::Slot;
use crate::eval::beside::Surroundings;
use crate::eval::judge::{Outcome, holds};
use crate::eval::pathway::child::{standing, state_of};
use crate::eval::pathway::explain::{PathwayExplanation, tell};
use crate::eval::pathway::{Lenses, as_seen_on, wanted};
use crate::eval::sight::{Scratch, Sight};
use crate::eval::trace::Ever;
use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::examples::{ChildCase, ExpectedStanding, GivenAppointment, GivenSlot};
use crate::model::pathway::StateId;

/// Where a child stands in a pathway.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The indicators not achieved, by their places in the pathway.
    pub indicators: Vec<usize>,
    /// The state.
    pub state: StateId,
    /// The next step, by its place in the state; None where the state says none.
    pub next: Option<usize>,
    /// The alerts that are raised, by their places in the pathway.
    pub alerts: Vec<usize>,
    /// The days of the records that show the exception that the state is reported as, ascending, each once.
    pub shown_on: Vec<Day>,
}

/// True if a child stands where an example expects it.
pub(super) fn is_expected(expect: &ExpectedStanding, found: Option<&Standing>, book: &Rulebook) -> bool {
    let Some(found) = found else { return expect.state.is_none() };
    let Some(pathway) = &book.pathway else { return false };
    let state = &pathway.states[found.state.index()];
    let next = found.next.map(|at| &state.next[at].text);
    let exception = state.exception.as_ref().map(|exception| &exception.code);
    expect.state == Some(found.state)
        && expect.indicators.as_ref().is_none_or(|indicators| *indicators == found.indicators)
        && expect.next.as_ref().is_none_or(|expected| next == Some(expected))
        && expect.exception.as_ref().is_none_or(|expected| exception == Some(expected))
        && expect.shown_on.as_ref().is_none_or(|days| *days == found.shown_on)
        && expect.alerts.as_ref().is_none_or(|alerts| *alerts == found.alerts)
}

/// A scheme's rulebook made ready to look at made-up children.
#[derive(Debug)]
pub(super) struct Nursery<'b> {
    lenses: Lenses<'b>,
    scratch: Scratch,
}

impl<'b> Nursery<'b> {
    /// None for a rulebook without a pathway.
    pub(super) fn new(book: &'b Rulebook) -> Option<Nursery<'b>> {
        let lenses = Lenses::new(book, &wanted(book).codes)?;
        Some(Nursery { lenses, scratch: Scratch::default() })
    }

    /// Where a child stands; None for one who is not pursued.
    pub(super) fn standing(&mut self, case: &ChildCase) -> Option<Standing> {
        let (registration, beside) = (registration(case.person), Beside::of(case, &self.lenses));
        let seen = as_seen_on(patient(case.person, &registration, &beside.events), case.as_of);
        let outcomes = self.lenses.outcomes(seen, &mut self.scratch);
        let open = outcomes.iter().enumerate().filter(|(_, outcome)| **outcome == Some(Outcome::NotAchieved));
        let indicators: Vec<usize> = open.map(|(at, _)| at).collect();
        if indicators.is_empty() {
            return None;
        }
        let mut scratch = Scratch::default();
        let surroundings = beside.surroundings(case.as_of);
        let mut sight = Sight::reported(&self.lenses.scheme, seen, surroundings, &mut scratch)?;
        let stands = standing(&mut sight, self.lenses.pathway);
        let mut shown_on: Vec<Day> = stands.shown_by.iter().map(|at| beside.events[*at].day).collect();
        shown_on.dedup();
        Some(Standing { indicators, state: stands.state, next: stands.next, alerts: stands.alerts, shown_on })
    }

    /// Tells what is seen of a child who is pursued, and what was found of each condition of the pathway.
    pub(super) fn listen(&self, case: &ChildCase, tell: &mut dyn FnMut(&mut Sight<'_, '_>, &Ever)) {
        let (registration, beside) = (registration(case.person), Beside::of(case, &self.lenses));
        let seen = as_seen_on(patient(case.person, &registration, &beside.events), case.as_of);
        let mut scratch = Scratch::default();
        if !self.lenses.outcomes(seen, &mut scratch).contains(&Some(Outcome::NotAchieved)) {
            return;
        }
        let (mut scratch, mut ever, pathway) = (Scratch::default(), Ever::default(), self.lenses.pathway);
        let surroundings = beside.surroundings(case.as_of);
        let Some(mut sight) = Sight::reported(&self.lenses.scheme, seen, surroundings, &mut scratch) else { return };
        let state = state_of(&mut sight, pathway, &mut ever);
        sight.surroundings.state = Some(state);
        let steps = pathway.states[state.index()].next.iter().filter_map(|next| next.when);
        for asked in steps.chain(pathway.alerts.iter().map(|alert| alert.condition)) {
            holds(&mut sight, asked, &mut ever);
        }
        tell(&mut sight, &ever);
    }

    /// Why it stands there; None for one who was on no list by the year's end.
    pub(super) fn explain(&self, case: &ChildCase) -> Option<PathwayExplanation> {
        let (registration, beside) = (registration(case.person), Beside::of(case, &self.lenses));
        let patient = patient(case.person, &registration, &beside.events);
        tell(&self.lenses, patient, beside.surroundings(case.as_of), case.as_of)
    }
}

/// What an example says of a child, in the order in which an extract would hold it.
struct Beside<'c> {
    events: Vec<Event>,
    /// By event.
    texts: Vec<&'c str>,
    appointments: Vec<Appointment>,
    slots: Vec<Slot>,
    practice: Practice,
}

impl<'c> Beside<'c> {
    fn of(case: &'c ChildCase, lenses: &Lenses<'_>) -> Beside<'c> {
        // Codes of no cluster change nothing.
        let kept = case.records.iter().filter_map(|record| {
            let at = u16::try_from(lenses.codes.binary_search(&record.code).ok()?).ok()?;
            Some((Event { day: record.day, code: CodeIndex(at), giver: None }, record.text.as_str()))
        });
        let mut kept: Vec<(Event, &str)> = kept.collect();
        kept.sort_unstable();
        let (events, texts) = kept.into_iter().unzip();
        let row = |given: &GivenAppointment| Appointment {
            agreed: given.agreed,
            appointment: given.appointment,
            attended: given.attended,
        };
        let mut appointments: Vec<Appointment> = case.appointments.iter().map(row).collect();
        appointments.sort_unstable();
        appointments.dedup();
        let slot =
            |given: &GivenSlot| Slot { day: given.day, start: given.day.to_string(), end: None, taken: given.taken };
        let mut slots: Vec<Slot> = case.slots.iter().map(slot).collect();
        slots.sort_unstable();
        let practice = Practice {
            code: String::new(),
            name: None,
            list_size: None,
            area: None,
            pcn: None,
            sub_icb: None,
            icb: None,
            contact_name: case.contact_name.clone(),
            contact_details: case.contact_details.clone(),
        };
        Beside { events, texts, appointments, slots, practice }
    }

    fn surroundings(&self, as_of: Day) -> Surroundings<'_> {
        Surroundings {
            report_day: Some(as_of),
            texts: &self.texts,
            appointments: &self.appointments,
            slots: &self.slots,
            practice: Some(&self.practice),
            state: None,
        }
    }
}
