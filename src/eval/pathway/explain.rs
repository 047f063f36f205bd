//! Why one child is in the state it is in, and which alerts it raises.

use super::child::{state_of, surroundings};
use super::{Lenses, Setting, as_seen_on};
use crate::data::extract::{Extract, Patient, PatientKey, Registration};
use crate::eval::beside::Surroundings;
use crate::eval::explain::{Explained, Teller};
use crate::eval::judge::{Outcome, holds};
use crate::eval::sight::{Scratch, Sight, registration_on};
use crate::eval::trace::{Record, Silent, Whole};
use crate::ground::Day;
use crate::model::pathway::StateId;

/// A child's way through a pathway, condition by condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PathwayExplanation {
    /// Date of birth.
    pub birth: Day,
    /// The registration that counts at the year's end.
    pub registration: Registration,
    /// By indicator of the pathway: the outcome as of the day of the report; None for one who is not on its register.
    pub outcomes: Vec<Option<Outcome>>,
    /// The state; None for one who has achieved everything, or is on no register, and so is not pursued.
    pub state: Option<StateId>,
    /// By state: its condition; None for `otherwise`.
    pub states: Vec<Option<Explained>>,
    /// The next step, by its place in the state.
    pub next: Option<usize>,
    /// By alert: its condition.
    pub alerts: Vec<Explained>,
}

/// Explains one child; None for a patient whom the extract has not got, or who was on no list by the year's end.
pub fn explain(
    extract: &Extract,
    lenses: &Lenses<'_>,
    setting: &Setting<'_>,
    key: PatientKey,
    partition: usize,
) -> Option<PathwayExplanation> {
    let partition = extract.partition(partition);
    let (place, patient) = partition.patient(key)?;
    let registration = registration_on(&patient, lenses.scheme.book.end)?;
    let texts = super::texts(&partition, place, patient);
    let surroundings = surroundings(setting, extract, key, registration.practice, &texts, setting.as_of);
    tell(lenses, patient, surroundings, setting.as_of)
}

/// The same for a patient with what stands beside the records, on a day.
pub(crate) fn tell(
    lenses: &Lenses<'_>,
    patient: Patient<'_>,
    surroundings: Surroundings<'_>,
    as_of: Day,
) -> Option<PathwayExplanation> {
    let seen = as_seen_on(patient, as_of);
    let mut scratch = Scratch::default();
    let outcomes = lenses.outcomes(seen, &mut scratch);
    let is_pursued = outcomes.contains(&Some(Outcome::NotAchieved));
    let mut scratch = Scratch::default();
    let mut sight = Sight::reported(&lenses.scheme, seen, surroundings, &mut scratch)?;
    let registration = *sight.registration;
    let mut record = Record::default();
    let state = state_of(&mut sight, lenses.pathway, &mut Whole(&mut record));
    sight.surroundings.state = Some(state);
    let steps = &lenses.pathway.states[state.index()].next;
    let next =
        steps.iter().position(|step| step.when.is_none_or(|condition| holds(&mut sight, condition, &mut Silent)));
    for alert in &lenses.pathway.alerts {
        holds(&mut sight, alert.condition, &mut Whole(&mut record));
    }
    let mut teller = Teller { sight, record: &mut record };
    let states = lenses.pathway.states.iter().map(|state| state.condition.map(|condition| teller.tell(condition)));
    let states = states.collect();
    let alerts = lenses.pathway.alerts.iter().map(|alert| teller.tell(alert.condition)).collect();
    let state = is_pursued.then_some(state);
    Some(PathwayExplanation { birth: patient.birth, registration, outcomes, state, states, next, alerts })
}
