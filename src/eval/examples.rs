//! Worked examples tried: what the rules make of them, beside what was worked out by hand.

use crate::data::extract::{CodeIndex, Event, Patient, PatientKey, PracticeId, Registration, Wanted};
use crate::eval::explain::{Explanation, explain};
use crate::eval::judge::{Outcome, judge_all};
use crate::eval::pay::{Counted, Earned, Facts, Origin, earned};
use crate::eval::sight::{Asked, Lens, Scratch};
use crate::ground::{Amount, ConceptId};
use crate::model::Rulebook;
use crate::model::book::MeasurementId;
use crate::model::examples::{Case, CountsCase, Example, ExpectedOutcome, PatientCase};

/// What the rules make of an example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Found {
    /// A patient's outcome; None for one who is not on the register.
    Outcome(Option<Outcome>),
    /// What counts earn.
    Earned(Earned),
}

impl Found {
    /// True if it is what the example expects.
    pub fn is_expected(&self, example: &Example) -> bool {
        match (&example.case, self) {
            (Case::Patient(case), Found::Outcome(outcome)) => case.expect == ExpectedOutcome::from(*outcome),
            (Case::Counts(case), Found::Earned(earned)) => {
                let agrees = |expect: Option<Amount>, found| expect.is_none_or(|expect| found == Some(Ok(expect)));
                agrees(case.points, earned.points) && agrees(case.pounds, earned.pounds)
            }
            (Case::Patient(_), Found::Earned(_)) | (Case::Counts(_), Found::Outcome(_)) => false,
        }
    }
}

impl From<Option<Outcome>> for ExpectedOutcome {
    /// The same outcome; None is that of a patient who is not on the register.
    fn from(outcome: Option<Outcome>) -> ExpectedOutcome {
        match outcome {
            None => ExpectedOutcome::NotOnRegister,
            Some(Outcome::Achieved) => ExpectedOutcome::Achieved,
            Some(Outcome::NotAchieved) => ExpectedOutcome::NotAchieved,
            Some(Outcome::Excepted(at)) => ExpectedOutcome::Excepted(at),
            Some(Outcome::Excluded(at)) => ExpectedOutcome::Excluded(at),
        }
    }
}

/// A rulebook made ready to try its examples, one after another.
#[derive(Debug)]
pub struct Bench<'b> {
    lens: Lens<'b>,
    /// The codes of its clusters: ascending, each once. Others change nothing.
    codes: Vec<ConceptId>,
    scratch: Scratch,
}

impl<'b> Bench<'b> {
    /// A bench for one rulebook.
    pub fn new(book: &'b Rulebook) -> Bench<'b> {
        let codes = book.clusters.iter().flat_map(|cluster| &cluster.codes).map(|code| code.id);
        let codes = Wanted::codes(codes).codes;
        let asked = Asked { courses: true, fees: false, pathway: false };
        Bench { lens: Lens::new(book, &codes, asked), codes, scratch: Scratch::default() }
    }

    /// What the rules make of an example, by the same evaluator that runs over an extract.
    pub fn try_out(&mut self, example: &Example) -> Found {
        match &example.case {
            Case::Patient(case) => {
                let (registration, events) = (registration(case), self.events(case));
                let mut found = None;
                judge_all(&self.lens, patient(case, &registration, &events), &mut self.scratch, |id, _, outcome| {
                    if id == example.measurement {
                        found = Some(outcome);
                    }
                });
                Found::Outcome(found)
            }
            Case::Counts(case) => Found::Earned(earn(self.lens.book(), example.measurement, case)),
        }
    }

    /// Why a patient has the outcome it has; None for counts, and for a patient who was on no list by the measurement
    /// day.
    pub fn explain(&self, example: &Example) -> Option<Explanation> {
        let Case::Patient(case) = &example.case else { return None };
        let (registration, events) = (registration(case), self.events(case));
        explain(&self.lens, example.measurement, patient(case, &registration, &events))
    }

    /// The events of wanted codes, in order of day, then code.
    fn events(&self, case: &PatientCase) -> Vec<Event> {
        let kept = case.events.iter().filter_map(|(day, code)| {
            let at = u16::try_from(self.codes.binary_search(code).ok()?).ok()?;
            Some(Event { day: *day, code: CodeIndex(at), giver: None })
        });
        let mut events: Vec<Event> = kept.collect();
        events.sort_unstable();
        events
    }
}

/// The one registration at the one practice that there is.
fn registration(case: &PatientCase) -> [Registration; 1] {
    [Registration { practice: PracticeId(0), from: case.registered, to: case.deregistered }]
}

fn patient<'a>(case: &PatientCase, registrations: &'a [Registration], events: &'a [Event]) -> Patient<'a> {
    Patient { key: PatientKey(0), birth: case.birth, death: case.death, registrations, events }
}

fn earn(book: &Rulebook, measurement: MeasurementId, case: &CountsCase) -> Earned {
    let alone = |(numerator, denominator): (u64, u64)| {
        let mut by_measurement = vec![None; book.measurements.len()];
        by_measurement[measurement.index()] = Some(Counted::of(numerator.into(), denominator.into()));
        by_measurement
    };
    let facts = Facts {
        list_size: case.list_size,
        counts: alone((case.numerator, case.denominator)),
        baselines: case.baseline.map(alone).unwrap_or_default(),
        origin: Origin::Counts,
        ..Facts::default()
    };
    earned(book, &book.figures, measurement, &facts)
}
