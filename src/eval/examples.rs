//! Worked examples tried: what the rules make of them, beside what was worked out by hand.

use crate::data::extract::{CodeIndex, Event, Patient, PatientKey, PracticeId, Registration, Wanted};
use crate::eval::explain::{Explanation, explain};
use crate::eval::judge::{Outcome, judge, judge_all, outcome};
use crate::eval::pay::{Counted, Earned, Facts, Origin, earned};
use crate::eval::sight::{Asked, Lens, Scratch, Sight};
use crate::eval::trace::Record;
use crate::ground::{Amount, ConceptId, Day};
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasureId, MeasurementId};
use crate::model::examples::{Case, CountsCase, Example, ExpectedOutcome, PatientCase};
use crate::model::formula::Program;

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

/// A made-up patient on one practice's list.
#[derive(Clone, Copy, Debug)]
pub struct MadeUp<'a> {
    /// Date of birth.
    pub birth: Day,
    /// The first day on the list.
    pub registered: Day,
    /// The day of deregistration.
    pub deregistered: Option<Day>,
    /// Date of death.
    pub death: Option<Day>,
    /// What was recorded when.
    pub events: &'a [(Day, ConceptId)],
}

impl<'a> From<&'a PatientCase> for MadeUp<'a> {
    fn from(case: &'a PatientCase) -> MadeUp<'a> {
        let PatientCase { birth, registered, deregistered, death, .. } = *case;
        MadeUp { birth, registered, deregistered, death, events: &case.events }
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
                let made_up = MadeUp::from(case);
                let (registration, events) = (registration(made_up), self.events(made_up));
                let mut found = None;
                judge_all(&self.lens, patient(made_up, &registration, &events), &mut self.scratch, |id, _, outcome| {
                    if id == example.measurement {
                        found = Some(outcome);
                    }
                });
                Found::Outcome(found)
            }
            Case::Counts(case) => Found::Earned(earn(self.lens.book(), example.measurement, case)),
        }
    }

    /// What becomes of a made-up patient; None for one who is not on the register.
    pub fn outcome(&mut self, measurement: MeasurementId, made_up: MadeUp<'_>) -> Option<Outcome> {
        let (registration, events) = (registration(made_up), self.events(made_up));
        let patient = patient(made_up, &registration, &events);
        judge(&self.lens, measurement, patient, &mut self.scratch).map(|(_, outcome)| outcome)
    }

    /// Why a patient has the outcome it has; None for counts, and for a patient who was on no list by the measurement
    /// day.
    pub fn explain(&self, example: &Example) -> Option<Explanation> {
        let Case::Patient(case) = &example.case else { return None };
        let made_up = MadeUp::from(case);
        let (registration, events) = (registration(made_up), self.events(made_up));
        explain(&self.lens, example.measurement, patient(made_up, &registration, &events))
    }

    /// Tells what is seen of the patient of an example, and what was found of each condition of its measure.
    pub(crate) fn listen(
        &self,
        example: &Example,
        tell: &mut dyn FnMut(MeasureId, &mut Sight<'_, '_>, &Record),
    ) {
        let Case::Patient(case) = &example.case else { return };
        let made_up = MadeUp::from(case);
        let (registration, events) = (registration(made_up), self.events(made_up));
        let book = self.lens.book();
        let measured = &book.measurements[example.measurement.index()];
        let (mut scratch, mut record) = (Scratch::default(), Record::default());
        let patient = patient(made_up, &registration, &events);
        let Some(mut sight) = Sight::of_anyone(&self.lens, patient, measured.day, &mut scratch) else { return };
        outcome(&mut sight, &book.measures[measured.measure.index()], &mut record);
        tell(measured.measure, &mut sight, &record);
    }

    /// Tells each program that an example is about, with what is known and the figures it is computed from.
    pub(crate) fn reckon(&self, example: &Example, tell: &mut dyn FnMut(&Program, &Facts, &[Figure])) {
        let Case::Counts(case) = &example.case else { return };
        let book = self.lens.book();
        let facts = facts(book, example.measurement, case);
        for program in book.programs.iter().filter(|program| program.measurement == Some(example.measurement)) {
            tell(program, &facts, &book.figures);
        }
    }

    /// The events of wanted codes, in order of day, then code.
    fn events(&self, made_up: MadeUp<'_>) -> Vec<Event> {
        let kept = made_up.events.iter().filter_map(|(day, code)| {
            let at = u16::try_from(self.codes.binary_search(code).ok()?).ok()?;
            Some(Event { day: *day, code: CodeIndex(at), giver: None })
        });
        let mut events: Vec<Event> = kept.collect();
        events.sort_unstable();
        events
    }
}

/// The one registration at the one practice that there is.
fn registration(made_up: MadeUp<'_>) -> [Registration; 1] {
    [Registration { practice: PracticeId(0), from: made_up.registered, to: made_up.deregistered }]
}

fn patient<'a>(made_up: MadeUp<'_>, registrations: &'a [Registration], events: &'a [Event]) -> Patient<'a> {
    Patient { key: PatientKey(0), birth: made_up.birth, death: made_up.death, registrations, events }
}

fn earn(book: &Rulebook, measurement: MeasurementId, case: &CountsCase) -> Earned {
    earned(book, &book.figures, measurement, &facts(book, measurement, case))
}

fn facts(book: &Rulebook, measurement: MeasurementId, case: &CountsCase) -> Facts {
    let alone = |(numerator, denominator): (u64, u64)| {
        let mut by_measurement = vec![None; book.measurements.len()];
        by_measurement[measurement.index()] = Some(Counted::of(numerator.into(), denominator.into()));
        by_measurement
    };
    Facts {
        list_size: case.list_size,
        counts: alone((case.numerator, case.denominator)),
        baselines: case.baseline.map(alone).unwrap_or_default(),
        origin: Origin::Counts,
        ..Facts::default()
    }
}
