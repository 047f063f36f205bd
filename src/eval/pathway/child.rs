//! One child who has not achieved: the state, the next step, alerts, and what lists say of it.

use super::{Look, Setting, as_seen_on};
use crate::data::extract::{Extract, Patient, PatientKey, PracticeId};
use crate::eval::beside::{Surroundings, things_said};
use crate::eval::in_time::outstanding;
use crate::eval::judge::holds;
use crate::eval::sight::{Sight, registration_on};
use crate::eval::trace::{Silent, Trace};
use crate::ground::{ConceptId, Day};
use crate::model::pathway::{Pathway, StateId};
use crate::model::worklist::{ColumnValue, ListColumn};

/// A child of a pathway.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Child {
    /// The id, as it was written.
    pub patient_id: String,
    /// The practice that it counts for.
    pub practice_code: String,
    /// Date of birth.
    pub birth: Day,
    /// The first day of the registration that counts.
    pub registered: Day,
    /// The indicators not achieved, by their places in the pathway.
    pub indicators: Vec<usize>,
    /// Doses that can be given now, by the day of the report due.
    pub outstanding: Vec<OutstandingDose>,
    /// Why there is nothing left to give; None where there is something.
    pub apart: Option<Apart>,
    /// The state.
    pub state: StateId,
    /// The next step, by its place in the state; None where the state says none.
    pub next: Option<usize>,
    /// The alerts that are raised, by their places in the pathway.
    pub alerts: Vec<usize>,
    /// The records that show the exception that the state is reported as.
    pub evidence: Vec<Evidence>,
    /// By worklist: whether the child stands among the first.
    pub first: Vec<bool>,
    /// By worklist, by column: what the rule file puts there itself.
    pub cells: Vec<Vec<ListCell>>,
}

/// A dose that is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutstandingDose {
    /// The vaccine, as its cluster is called.
    pub vaccine: String,
    /// Which dose of it.
    pub number: u32,
    /// The last day on which it counts; None where it counts no longer.
    pub last: Option<Day>,
}

/// Why a child has nothing left to be given.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Apart {
    /// Everything was given, only too late.
    GivenLate,
    /// Nothing is due by the day of the report.
    NotDueYet,
    /// Born or registered after the day of the report.
    NotHereYet,
}

impl Apart {
    /// The reason in words.
    pub fn words(self) -> &'static str {
        match self {
            Apart::GivenLate => "given late",
            Apart::NotDueYet => "not due yet",
            Apart::NotHereYet => "not here yet",
        }
    }
}

/// A record that shows an exception.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Evidence {
    /// The code.
    pub code: ConceptId,
    /// When.
    pub day: Day,
    /// The free text beside it; empty for none.
    pub text: String,
}

/// What a rule file puts in a column of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListCell {
    /// Nothing, or what does not hang on the child.
    Nothing,
    /// A day.
    Day(Day),
    /// Things of a list of words, by their places.
    Things(Vec<usize>),
}

/// The state of a child: the first that holds; the last always does.
pub(crate) fn state_of<T: Trace>(sight: &mut Sight<'_, '_>, pathway: &Pathway, trace: &mut T) -> StateId {
    let mut found = None;
    for (state, at) in pathway.states.iter().zip(0..) {
        let is_it = state.condition.is_none_or(|condition| holds(sight, condition, trace));
        if is_it && found.is_none() {
            found = Some(StateId(at));
            if !T::LISTENS {
                break;
            }
        }
    }
    found.unwrap_or(StateId(0))
}

/// Where a child stands in a pathway.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Standing {
    /// The state.
    pub(crate) state: StateId,
    /// The next step, by its place in the state; None where the state says none.
    pub(crate) next: Option<usize>,
    /// The alerts that are raised, by their places in the pathway.
    pub(crate) alerts: Vec<usize>,
    /// The records that show the exception that the state is reported as, by their places among the patient's events.
    pub(crate) shown_by: Vec<usize>,
}

/// The state of a child, and all that hangs on it.
pub(crate) fn standing(sight: &mut Sight<'_, '_>, pathway: &Pathway) -> Standing {
    let state = state_of(sight, pathway, &mut Silent);
    sight.surroundings.state = Some(state);
    let resolved = &pathway.states[state.index()];
    let next =
        resolved.next.iter().position(|next| next.when.is_none_or(|condition| holds(sight, condition, &mut Silent)));
    let alerts = pathway.alerts.iter().enumerate();
    let alerts = alerts.filter(|(_, alert)| holds(sight, alert.condition, &mut Silent)).map(|(at, _)| at).collect();
    let shown_by = match &resolved.exception {
        Some(exception) => {
            let days = sight.days(&exception.window);
            sight.records_of(exception.clusters, days).collect()
        }
        None => Vec::new(),
    };
    Standing { state, next, alerts, shown_by }
}

impl Look<'_, '_> {
    /// None for one who was on no list by the year's end, who is on no register either.
    pub(super) fn child(
        &mut self,
        patient: Patient<'_>,
        practice: PracticeId,
        indicators: Vec<usize>,
        texts: &[&str],
    ) -> Option<Child> {
        let pathway = self.lenses.pathway;
        let (outstanding, apart) = self.to_give(patient, &indicators);
        let (lens, as_of) = (&self.lenses.scheme, self.setting.as_of);
        let surroundings = surroundings(self.setting, self.extract, patient.key, practice, texts, as_of);
        let codes = &self.lenses.codes;
        let mut sight = Sight::reported(lens, as_seen_on(patient, as_of), surroundings, &mut self.scratch.scheme)?;
        let Standing { state, next, alerts, shown_by } = standing(&mut sight, pathway);
        let evidence = shown_by.into_iter().map(|at| {
            let event = &patient.events[at];
            Evidence { code: codes[usize::from(event.code.0)], day: event.day, text: texts[at].to_owned() }
        });
        let evidence = evidence.collect();
        let lists = &pathway.worklists;
        let first = lists.iter().map(|list| list.first.is_some_and(|first| holds(&mut sight, first, &mut Silent)));
        let first = first.collect();
        let cells = lists.iter().map(|list| list.columns.iter().map(|column| cell(&mut sight, column)).collect());
        let cells = cells.collect();
        Some(Child {
            patient_id: self.extract.patient_id(patient.key).into_owned(),
            practice_code: self.extract.practice_code(practice).to_owned(),
            birth: patient.birth,
            registered: sight.registration.from,
            indicators,
            outstanding,
            apart,
            state,
            next,
            alerts,
            evidence,
            first,
            cells,
        })
    }
}

impl Look<'_, '_> {
    /// The doses that can be given now, each vaccine's once though several indicators want it; or why there are none.
    fn to_give(&self, patient: Patient<'_>, indicators: &[usize]) -> (Vec<OutstandingDose>, Option<Apart>) {
        let as_of = self.setting.as_of;
        let lens = &self.lenses.year_end;
        let is_here = registration_on(&patient, lens.book.end).is_some_and(|stay| stay.from <= as_of);
        if patient.birth > as_of || !is_here {
            return (Vec::new(), Some(Apart::NotHereYet));
        }
        let (mut doses, mut waits): (Vec<OutstandingDose>, bool) = (Vec::new(), false);
        for indicator in indicators {
            let asked = outstanding(lens, self.lenses.indicators[*indicator], patient, as_of);
            for missing in asked.map(|asked| asked.missing).unwrap_or_default() {
                if missing.due.is_some_and(|due| due > as_of) {
                    waits = true;
                    continue;
                }
                let names = missing.clusters.iter().map(|at| lens.book.clusters[at].name.as_str());
                let vaccine = names.collect::<Vec<_>>().join(" or ");
                let dose = OutstandingDose { vaccine, number: missing.number, last: missing.last };
                // The dose that the second birthday's indicator lacks may be the one that the first's lacked.
                match doses.iter_mut().find(|known| (&known.vaccine, known.number) == (&dose.vaccine, dose.number)) {
                    Some(known) => known.last = known.last.max(dose.last),
                    None => doses.push(dose),
                }
            }
        }
        let apart = match (doses.is_empty(), waits) {
            (false, _) => None,
            (true, true) => Some(Apart::NotDueYet),
            (true, false) => Some(Apart::GivenLate),
        };
        (doses, apart)
    }
}

/// What stands beside a patient's records on a day.
pub(super) fn surroundings<'s>(
    setting: &'s Setting<'s>,
    extract: &'s Extract,
    key: PatientKey,
    practice: PracticeId,
    texts: &'s [&'s str],
    report_day: Day,
) -> Surroundings<'s> {
    let practice_code = extract.practice_code(practice);
    Surroundings {
        report_day: Some(report_day),
        texts,
        appointments: setting.appointments.of(&extract.patient_id(key)),
        slots: setting.slots.of(practice_code),
        practice: setting.practices.find(practice_code),
        state: None,
    }
}

fn cell(sight: &mut Sight<'_, '_>, column: &ListColumn) -> ListCell {
    match &column.value {
        ColumnValue::Known(_) | ColumnValue::Figure(_) => ListCell::Nothing,
        ColumnValue::Date(date) => sight.date(*date).map_or(ListCell::Nothing, ListCell::Day),
        ColumnValue::Words { words, absent, clusters, window } => {
            let said = things_said(sight, *words, *clusters, window);
            if !absent {
                return ListCell::Things(said);
            }
            let all = 0..sight.lens.book.word_lists[words.index()].things.len();
            ListCell::Things(all.filter(|thing| !said.contains(thing)).collect())
        }
    }
}
