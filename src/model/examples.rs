//! The worked examples beside a rulebook's rules: patients, counts and children of a pathway, each with what the rules must
//! make of it.
//!
//! They stand in the rulebook's folder and are no part of its meaning: the digest leaves them out. An example is checked
//! against the rulebook that it belongs to, so that whoever runs it need not fail.

use crate::ground::{Amount, ConceptId, Day, Diagnostic, Span};
use crate::model::book::{FeeId, FigureId, MeasureId, MeasurementId};
use crate::model::library::keep_readable;
use crate::model::pathway::StateId;
use crate::model::{Library, Rulebook, build};

/// The file of a rulebook's folder that holds its worked examples.
pub const FILE: &str = "examples.toml";

/// One worked example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Example {
    /// What it shows: `third dose on the day of 8 months is too late`.
    pub name: String,
    /// Where it stands: the place of its name.
    pub place: Span,
    /// The case, and what must come of it.
    pub case: Case,
}

impl Example {
    /// What is measured; None for an example that is about one measurement no more than another: a child of a pathway, a
    /// fee, a payment that is made for no indicator, figures.
    pub fn measurement(&self) -> Option<MeasurementId> {
        match &self.case {
            Case::Patient(case) => Some(case.measurement),
            Case::Counts(case) => Some(case.measurement),
            Case::Child(_) | Case::Fee(_) | Case::Payment(_) | Case::Figures(_) => None,
        }
    }
}

/// What an example is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Case {
    /// One patient's outcome.
    Patient(PatientCase),
    /// What one practice's counts earn.
    Counts(CountsCase),
    /// Where one child stands in the rulebook's pathway.
    Child(ChildCase),
    /// Which of one patient's doses earn a fee.
    Fee(FeeCase),
    /// What one practice's counts earn by a payment that is made for no indicator.
    Payment(PaymentCase),
    /// Whether figures are ones that the rulebook could have.
    Figures(FiguresCase),
}

/// A made-up person on one practice's list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Person {
    /// Date of birth.
    pub birth: Day,
    /// The first day on the list; the day of birth where nothing is said.
    pub registered: Day,
    /// The day of deregistration.
    pub deregistered: Option<Day>,
    /// Date of death.
    pub death: Option<Day>,
}

/// A patient on one practice's list, with the outcome worked out by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatientCase {
    /// What is measured.
    pub measurement: MeasurementId,
    /// Who.
    pub person: Person,
    /// What was recorded when, in the order written. A cluster's name stands for the first of its codes.
    pub events: Vec<(Day, ConceptId)>,
    /// The same in turn with each other code of the cluster that `each_code_of` names.
    pub in_turn: Vec<InTurn>,
    /// What must come of it, and of each in turn.
    pub expect: ExpectedOutcome,
}

/// The events of an example with one code of a cluster in the place of the cluster's name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InTurn {
    /// The code.
    pub code: ConceptId,
    /// The events.
    pub events: Vec<(Day, ConceptId)>,
}

/// A patient's doses, with those that earn a fee worked out by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FeeCase {
    /// Which fee.
    pub fee: FeeId,
    /// Who.
    pub person: Person,
    /// What was recorded when, in the order written. A cluster's name stands for the first of its codes.
    pub events: Vec<(Day, ConceptId)>,
    /// The same in turn with each other code of the cluster that `each_code_of` names.
    pub in_turn: Vec<InTurn>,
    /// How many doses must earn it; None where the example leaves that open.
    pub doses: Option<u64>,
    /// The pounds that must come of them, exactly; None where the example leaves them open.
    pub pounds: Option<Amount>,
}

/// A practice's counts of several indicators, with what they earn by one payment worked out by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentCase {
    /// The payment, in its quarter where it is made each quarter: the place in [`Rulebook::programs`].
    pub program: usize,
    /// Numerator and denominator of what was counted.
    pub counts: Vec<(MeasurementId, (u64, u64))>,
    /// Patients on the practice's list, where it is said.
    pub list_size: Option<u64>,
    /// Figures that the example sets otherwise than the rulebook.
    pub figures: Vec<(FigureId, Amount)>,
    /// The points that must come of it, exactly; None where the example leaves them open.
    pub points: Option<Amount>,
    /// The pounds that must come of it, exactly; None where the example leaves them open.
    pub pounds: Option<Amount>,
}

/// Figures, with whether the rulebook accepts them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FiguresCase {
    /// Whose figures are meant first; None for the rulebook's own.
    pub owner: Option<MeasureId>,
    /// The figures.
    pub figures: Vec<(FigureId, Amount)>,
    /// True if what the rulebook requires of its figures must hold of these.
    pub accepted: bool,
}

/// The outcome that an example expects.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ExpectedOutcome {
    /// `not on the register`
    NotOnRegister,
    /// `achieved`
    Achieved,
    /// `not achieved`
    NotAchieved,
    /// `excepted DTPCON`: by the n-th `except` of the measure
    Excepted(u16),
    /// `excluded …`: by the n-th `exclude` of the measure
    Excluded(u16),
}

/// A practice's counts, with what they earn worked out by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountsCase {
    /// What is measured.
    pub measurement: MeasurementId,
    /// Patients who achieved.
    pub numerator: u64,
    /// Patients in the denominator.
    pub denominator: u64,
    /// Patients of the denominator whom a pathway reports as exceptions.
    pub locally_excepted: u64,
    /// Patients on the practice's list, where it is said.
    pub list_size: Option<u64>,
    /// Numerator and denominator of the practice's baseline, where it has one.
    pub baseline: Option<(u64, u64)>,
    /// Figures that the example sets otherwise than the rulebook.
    pub figures: Vec<(FigureId, Amount)>,
    /// The points that must come of it, exactly; None where the example leaves them open.
    pub points: Option<Amount>,
    /// The pounds that must come of it, exactly; None where the example leaves them open.
    pub pounds: Option<Amount>,
}

/// Why something may stay open that examples leave open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explained {
    /// What is open, in the words in which it is reported.
    pub what: String,
    /// Why no example is needed, or none can be.
    pub why: String,
    /// Where it stands: the place of the words.
    pub place: Span,
}

/// A child of a practice, with where it stands in the pathway worked out by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChildCase {
    /// Who.
    pub person: Person,
    /// What was recorded, in the order written.
    pub records: Vec<GivenRecord>,
    /// Its appointments, in the order written.
    pub appointments: Vec<GivenAppointment>,
    /// The practice's protected slots, in the order written.
    pub slots: Vec<GivenSlot>,
    /// The practice's named contact.
    pub contact_name: Option<String>,
    /// How to reach it.
    pub contact_details: Option<String>,
    /// The day of the report; the year's end where nothing is said.
    pub as_of: Day,
    /// What must come of it.
    pub expect: ExpectedStanding,
}

/// A record with the free text beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenRecord {
    /// When.
    pub day: Day,
    /// The code. A cluster's name stands for the first of its codes.
    pub code: ConceptId,
    /// The text; empty for none.
    pub text: String,
}

/// An appointment as the appointments table has it. At least one of the two days is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GivenAppointment {
    /// The day on which the family agreed.
    pub agreed: Option<Day>,
    /// The day of the appointment.
    pub appointment: Option<Day>,
    /// Whether somebody came, where that is known.
    pub attended: Option<bool>,
}

/// A protected slot as the slots table has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GivenSlot {
    /// The day on which it starts.
    pub day: Day,
    /// True if it is booked.
    pub taken: bool,
}

/// Where an example expects a child to stand. What is None is left open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpectedStanding {
    /// The state; None for one who is not pursued.
    pub state: Option<StateId>,
    /// The indicators not achieved, by their places in the pathway, ascending.
    pub indicators: Option<Vec<usize>>,
    /// The words of the next step.
    pub next: Option<String>,
    /// The code of the exception that the state is reported as.
    pub exception: Option<String>,
    /// The days of the records that show the exception, ascending.
    pub shown_on: Option<Vec<Day>>,
    /// The alerts that are raised, by their places in the pathway, ascending; all others are not.
    pub alerts: Option<Vec<usize>>,
}

/// What the examples file of a rulebook explains beside its examples: why this or that may stay open. Faults are told by
/// [`read`].
pub fn explained(library: &Library, book: &Rulebook) -> Vec<Explained> {
    build::explained(library.sources(), book)
}

/// Reads and checks the examples of a rulebook: those that are sound, in the order written, and every fault. A rulebook
/// without an examples file has neither. Of faults that are alike the first hundred are told, and how many more there are.
pub fn read(library: &Library, book: &Rulebook) -> (Vec<Example>, Vec<Diagnostic>) {
    let (examples, mut faults) = build::examples(library.sources(), book);
    keep_readable(&mut faults);
    (examples, faults)
}
