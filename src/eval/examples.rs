//! Worked examples tried: what the rules make of them, beside what was worked out by hand.

mod child;

use self::child::Nursery;
pub use self::child::Standing;
use crate::data::extract::{CodeIndex, Event, Patient, PatientKey, PracticeId, Registration, Wanted};
use crate::eval::explain::{Explanation, explain};
use crate::eval::judge::{Outcome, judge, judge_all};
use crate::eval::pathway::explain::PathwayExplanation;
use crate::eval::pay::{Counted, Earned, Facts, Origin, earned};
use crate::eval::sight::{Asked, Lens, Scratch};
use crate::ground::{Amount, ConceptId, Day};
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue, MeasurementId};
use crate::model::examples::{Case, CountsCase, Example, ExpectedOutcome, PatientCase, Person};

/// What the rules make of an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A patient's outcome; None for one who is not on the register.
    Outcome(Option<Outcome>),
    /// What counts earn.
    Earned(Earned),
    /// Where a child stands in the pathway; None for one who is not pursued.
    Standing(Option<Standing>),
}

impl Found {
    /// True if it is what the example expects.
    pub fn is_expected(&self, example: &Example, book: &Rulebook) -> bool {
        match (&example.case, self) {
            (Case::Patient(case), Found::Outcome(outcome)) => case.expect == ExpectedOutcome::from(*outcome),
            (Case::Counts(case), Found::Earned(earned)) => {
                let agrees = |expect: Option<Amount>, found| expect.is_none_or(|expect| found == Some(Ok(expect)));
                agrees(case.points, earned.points) && agrees(case.pounds, earned.pounds)
            }
            (Case::Child(case), Found::Standing(standing)) => child::is_expected(&case.expect, standing.as_ref(), book),
            (Case::Patient(_) | Case::Counts(_) | Case::Child(_), _) => false,
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
    /// Who.
    pub person: Person,
    /// What was recorded when.
    pub events: &'a [(Day, ConceptId)],
}

impl<'a> From<&'a PatientCase> for MadeUp<'a> {
    fn from(case: &'a PatientCase) -> MadeUp<'a> {
        MadeUp { person: case.person, events: &case.events }
    }
}

/// Why an example comes out as it does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reasons {
    /// Of a patient's outcome.
    Outcome(Explanation),
    /// Of a child's state.
    Standing(PathwayExplanation),
}

/// A rulebook made ready to try its examples, one after another.
#[derive(Debug)]
pub struct Bench<'b> {
    lens: Lens<'b>,
    /// The codes of its clusters: ascending, each once. Others change nothing.
    codes: Vec<ConceptId>,
    scratch: Scratch,
    /// For the children of its pathway.
    nursery: Option<Nursery<'b>>,
}

impl<'b> Bench<'b> {
    /// A bench for one rulebook.
    pub fn new(book: &'b Rulebook) -> Bench<'b> {
        let codes = book.clusters.iter().flat_map(|cluster| &cluster.codes).map(|code| code.id);
        let codes = Wanted::codes(codes).codes;
        let asked = Asked { courses: true, fees: false, pathway: false };
        let lens = Lens::new(book, &codes, asked);
        Bench { lens, codes, scratch: Scratch::default(), nursery: Nursery::new(book) }
    }

    /// What the rules make of an example, by the same evaluator that runs over an extract.
    pub fn try_out(&mut self, example: &Example) -> Found {
        match &example.case {
            Case::Patient(case) => {
                let made_up = MadeUp::from(case);
                let (registration, events) = (registration(made_up.person), self.events(made_up));
                let patient = patient(made_up.person, &registration, &events);
                let mut found = None;
                judge_all(&self.lens, patient, &mut self.scratch, |id, _, outcome| {
                    if id == case.measurement {
                        found = Some(outcome);
                    }
                });
                Found::Outcome(found)
            }
            Case::Counts(case) => Found::Earned(earn(self.lens.book(), case)),
            Case::Child(case) => Found::Standing(self.nursery.as_mut().and_then(|nursery| nursery.standing(case))),
        }
    }

    /// What becomes of a made-up patient; None for one who is not on the register.
    pub fn outcome(&mut self, measurement: MeasurementId, made_up: MadeUp<'_>) -> Option<Outcome> {
        let (registration, events) = (registration(made_up.person), self.events(made_up));
        let patient = patient(made_up.person, &registration, &events);
        judge(&self.lens, measurement, patient, &mut self.scratch).map(|(_, outcome)| outcome)
    }

    /// Why an example comes out as it does; None for counts, and for a patient who was on no list by the measurement day.
    pub fn explain(&self, example: &Example) -> Option<Reasons> {
        match &example.case {
            Case::Patient(case) => {
                let made_up = MadeUp::from(case);
                let (registration, events) = (registration(made_up.person), self.events(made_up));
                let patient = patient(made_up.person, &registration, &events);
                explain(&self.lens, case.measurement, patient).map(Reasons::Outcome)
            }
            Case::Counts(_) => None,
            Case::Child(case) => self.nursery.as_ref()?.explain(case).map(Reasons::Standing),
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
fn registration(person: Person) -> [Registration; 1] {
    [Registration { practice: PracticeId(0), from: person.registered, to: person.deregistered }]
}

fn patient<'a>(person: Person, registrations: &'a [Registration], events: &'a [Event]) -> Patient<'a> {
    Patient { key: PatientKey(0), birth: person.birth, death: person.death, registrations, events }
}

fn earn(book: &Rulebook, case: &CountsCase) -> Earned {
    let alone = |counted: Counted| {
        let mut by_measurement = vec![None; book.measurements.len()];
        by_measurement[case.measurement.index()] = Some(counted);
        by_measurement
    };
    let counted = Counted::of(case.numerator.into(), case.denominator.into());
    let baseline = case.baseline.map(|(numerator, denominator)| Counted::of(numerator.into(), denominator.into()));
    let facts = Facts {
        list_size: case.list_size,
        counts: alone(Counted { locally_excepted: case.locally_excepted.into(), ..counted }),
        baselines: baseline.map(alone).unwrap_or_default(),
        origin: Origin::Counts,
        ..Facts::default()
    };
    earned(book, &figures(book, case), case.measurement, &facts)
}

/// The rulebook's figures with those that the example sets.
fn figures(book: &Rulebook, case: &CountsCase) -> Vec<Figure> {
    let mut figures = book.figures.clone();
    for (id, amount) in &case.figures {
        figures[id.index()].value = FigureValue::Is(*amount);
    }
    figures
}
