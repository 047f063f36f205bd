//! Worked examples tried: what the rules make of them, beside what was worked out by hand.

mod child;

use self::child::Nursery;
pub use self::child::Standing;
use crate::data::extract::{CodeIndex, Event, Patient, PatientKey, PracticeId, Registration, Wanted};
use crate::eval::explain::{Explanation, explain};
use crate::eval::fees::days as fee_days;
use crate::eval::judge::{Outcome, judge, judge_all, outcome};
use crate::eval::pathway::explain::PathwayExplanation;
use crate::eval::pay::{Counted, Earned, Facts, Gap, Origin, earned, line};
use crate::eval::sight::{Asked, Lens, Scratch, Sight};
use crate::eval::trace::Ever;
use crate::ground::{Amount, ConceptId, Day};
use crate::model::Rulebook;
use crate::model::book::{FeeId, Figure, FigureId, FigureValue, MeasureId, MeasurementId};
use crate::model::examples::{
    Case, ChildCase, CountsCase, Example, ExpectedOutcome, FeeCase, PatientCase, PaymentCase, Person,
};
use crate::model::formula::ProgramOf;

/// What the rules make of an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// A patient's outcome; None for one who is not on the register.
    Outcome(Option<Outcome>),
    /// What counts earn.
    Earned(Earned),
    /// Where a child stands in the pathway; None for one who is not pursued.
    Standing(Option<Standing>),
    /// How many doses earn a fee, and what they earn.
    Doses(u64, Option<Result<Amount, Gap>>),
    /// Whether the rulebook accepts figures.
    Accepted(bool),
}

impl Found {
    /// True if it is what the example expects.
    pub fn is_expected(&self, example: &Example, book: &Rulebook) -> bool {
        let agrees = |expect: Option<Amount>, found| expect.is_none_or(|expect| found == Some(Ok(expect)));
        match (&example.case, self) {
            (Case::Patient(case), Found::Outcome(outcome)) => case.expect == ExpectedOutcome::from(*outcome),
            (Case::Counts(case), Found::Earned(earned)) => {
                agrees(case.points, earned.points) && agrees(case.pounds, earned.pounds)
            }
            (Case::Child(case), Found::Standing(standing)) => child::is_expected(&case.expect, standing.as_ref(), book),
            (Case::Payment(case), Found::Earned(earned)) => {
                agrees(case.points, earned.points) && agrees(case.pounds, earned.pounds)
            }
            (Case::Fee(case), Found::Doses(doses, pounds)) => {
                case.doses.is_none_or(|expect| expect == *doses) && agrees(case.pounds, *pounds)
            }
            (Case::Figures(case), Found::Accepted(accepted)) => case.accepted == *accepted,
            (
                Case::Patient(_)
                | Case::Counts(_)
                | Case::Child(_)
                | Case::Payment(_)
                | Case::Fee(_)
                | Case::Figures(_),
                _,
            ) => false,
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
    Outcome(Box<Explanation>),
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
        let asked = Asked { courses: true, fees: true, pathway: false, related: false };
        let lens = Lens::new(book, &codes, asked);
        Bench { lens, codes, scratch: Scratch::default(), nursery: Nursery::new(book) }
    }

    /// What the rules make of an example, by the same evaluator that runs over an extract.
    pub fn try_out(&mut self, example: &Example) -> Found {
        match &example.case {
            Case::Patient(case) => {
                let mut outcome = self.of_register(case.measurement, MadeUp::from(case));
                // Of several in turn the first that comes out otherwise is told.
                for other in &case.in_turn {
                    if ExpectedOutcome::from(outcome) != case.expect {
                        break;
                    }
                    let made_up = MadeUp { person: case.person, events: &other.events };
                    outcome = self.of_register(case.measurement, made_up);
                }
                Found::Outcome(outcome)
            }
            Case::Counts(case) => Found::Earned(earn(self.lens.book(), case)),
            Case::Payment(case) => Found::Earned(self.paid(case)),
            Case::Fee(case) => {
                let mut found = self.earning(case, &case.events);
                for other in &case.in_turn {
                    if !found.is_expected(example, self.lens.book()) {
                        break;
                    }
                    found = self.earning(case, &other.events);
                }
                found
            }
            Case::Figures(case) => {
                let book = self.lens.book();
                Found::Accepted(book.broken_requirement(&figures(book, &case.figures)).is_none())
            }
            Case::Child(case) => Found::Standing(self.nursery.as_mut().and_then(|nursery| nursery.standing(case))),
        }
    }

    /// The code of the cluster named by `each_code_of` with which an example comes out otherwise than it expects; None for
    /// one that passes, that comes out so with the first code already, or that has no such cluster.
    pub fn failing_code(&mut self, example: &Example) -> Option<ConceptId> {
        let (first, in_turn) = match &example.case {
            Case::Patient(case) => (&case.events, &case.in_turn),
            Case::Fee(case) => (&case.events, &case.in_turn),
            Case::Counts(_) | Case::Child(_) | Case::Payment(_) | Case::Figures(_) => return None,
        };
        let fails = |bench: &mut Bench<'_>, events: &[(Day, ConceptId)]| match &example.case {
            Case::Patient(case) => {
                let outcome = bench.of_register(case.measurement, MadeUp { person: case.person, events });
                ExpectedOutcome::from(outcome) != case.expect
            }
            Case::Fee(case) => !bench.earning(case, events).is_expected(example, bench.lens.book()),
            Case::Counts(_) | Case::Child(_) | Case::Payment(_) | Case::Figures(_) => false,
        };
        if fails(self, first) {
            return None;
        }
        in_turn.iter().find(|other| fails(self, &other.events)).map(|other| other.code)
    }

    /// The outcome as an extract would have it, where births that cannot be on a register are passed over.
    fn of_register(&mut self, measurement: MeasurementId, made_up: MadeUp<'_>) -> Option<Outcome> {
        let (registration, events) = (registration(made_up.person), self.events(made_up));
        let patient = patient(made_up.person, &registration, &events);
        let mut found = None;
        judge_all(&self.lens, patient, &mut self.scratch, |id, _, outcome| {
            if id == measurement {
                found = Some(outcome);
            }
        });
        found
    }

    /// The doses that earn a fee, whoever gave them, and what they earn.
    fn earning(&mut self, case: &FeeCase, events: &[(Day, ConceptId)]) -> Found {
        let made_up = MadeUp { person: case.person, events };
        let (registration, events) = (registration(made_up.person), self.events(made_up));
        let patient = patient(made_up.person, &registration, &events);
        let book = self.lens.book();
        let fee = &book.fees[case.fee.index()];
        let sight = Sight::of_anyone(&self.lens, patient, book.end, &mut self.scratch);
        let doses = sight.map_or(0, |mut sight| fee_days(&mut sight, fee).len() as u64);
        let program = book.programs.iter().find(|program| program.of == ProgramOf::Fee(case.fee));
        let pounds = program.and_then(|program| {
            let at = program.line("pounds")?;
            Some(line(program, at, &book.figures, &facts_of_fee(book, case.fee, doses)))
        });
        Found::Doses(doses, pounds)
    }

    /// What one payment earns that is made for no indicator.
    fn paid(&self, case: &PaymentCase) -> Earned {
        let book = self.lens.book();
        let program = &book.programs[case.program];
        let (facts, figures) = (facts_of_payment(book, case), figures(book, &case.figures));
        let result = |name: &str| program.line(name).map(|at| line(program, at, &figures, &facts));
        Earned { points: result("points"), pounds: result("pounds") }
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
                explain(&self.lens, case.measurement, patient).map(|reasons| Reasons::Outcome(Box::new(reasons)))
            }
            Case::Counts(_) | Case::Payment(_) | Case::Fee(_) | Case::Figures(_) => None,
            Case::Child(case) => self.nursery.as_ref()?.explain(case).map(Reasons::Standing),
        }
    }

    /// Tells what is seen of the patient of an example, and what was found of each condition of its measure.
    pub(crate) fn listen(&self, case: &PatientCase, tell: &mut dyn FnMut(MeasureId, &mut Sight<'_, '_>, &Ever)) {
        let made_up = MadeUp::from(case);
        let (registration, events) = (registration(made_up.person), self.events(made_up));
        let book = self.lens.book();
        let measured = &book.measurements[case.measurement.index()];
        let (mut scratch, mut record) = (Scratch::default(), Ever::default());
        let patient = patient(made_up.person, &registration, &events);
        let Some(mut sight) = Sight::of_anyone(&self.lens, patient, measured.day, &mut scratch) else { return };
        outcome(&mut sight, &book.measures[measured.measure.index()], &mut record);
        tell(measured.measure, &mut sight, &record);
    }

    /// Tells what is seen of the child of an example, and what was found of each condition of the pathway.
    pub(crate) fn listen_to_child(&self, case: &ChildCase, tell: &mut dyn FnMut(&mut Sight<'_, '_>, &Ever)) {
        if let Some(nursery) = &self.nursery {
            nursery.listen(case, tell);
        }
    }

    /// Tells what is seen of the patient of an example of a fee, and how many of the doses earn it.
    pub(crate) fn listen_to_doses(&self, case: &FeeCase, tell: &mut dyn FnMut(&mut Sight<'_, '_>, u64)) {
        let made_up = MadeUp { person: case.person, events: &case.events };
        let (registration, events) = (registration(made_up.person), self.events(made_up));
        let book = self.lens.book();
        let mut scratch = Scratch::default();
        let patient = patient(made_up.person, &registration, &events);
        let Some(mut sight) = Sight::of_anyone(&self.lens, patient, book.end, &mut scratch) else { return };
        let doses = fee_days(&mut sight, &book.fees[case.fee.index()]).len() as u64;
        tell(&mut sight, doses);
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
    earned(book, &figures(book, &case.figures), case.measurement, &facts_of_counts(book, case))
}

/// What is known in an example of counts.
pub(crate) fn facts_of_counts(book: &Rulebook, case: &CountsCase) -> Facts {
    let alone = |counted: Counted| {
        let mut by_measurement = vec![None; book.measurements.len()];
        by_measurement[case.measurement.index()] = Some(counted);
        by_measurement
    };
    let counted = Counted::of(case.numerator.into(), case.denominator.into());
    let baseline = case.baseline.map(|(numerator, denominator)| Counted::of(numerator.into(), denominator.into()));
    Facts {
        list_size: case.list_size,
        counts: alone(Counted { locally_excepted: case.locally_excepted.into(), ..counted }),
        baselines: baseline.map(alone).unwrap_or_default(),
        origin: Origin::Counts,
        ..Facts::default()
    }
}

/// What is known in an example of a payment that is made for no indicator.
pub(crate) fn facts_of_payment(book: &Rulebook, case: &PaymentCase) -> Facts {
    let mut counts = vec![None; book.measurements.len()];
    for (id, (numerator, denominator)) in &case.counts {
        counts[id.index()] = Some(Counted::of((*numerator).into(), (*denominator).into()));
    }
    Facts { list_size: case.list_size, counts, origin: Origin::Counts, ..Facts::default() }
}

/// What is known in an example of a fee.
pub(crate) fn facts_of_fee(book: &Rulebook, fee: FeeId, doses: u64) -> Facts {
    let mut by_fee = vec![None; book.fees.len()];
    by_fee[fee.index()] = Some(doses);
    Facts { doses: by_fee, ..Facts::default() }
}

/// The rulebook's figures with those that an example sets.
pub(crate) fn figures(book: &Rulebook, set: &[(FigureId, Amount)]) -> Vec<Figure> {
    let mut figures = book.figures.clone();
    for (id, amount) in set {
        figures[id.index()].value = FigureValue::Is(*amount);
    }
    figures
}
