//! The worked examples beside a rulebook's rules: patients and counts, each with what the rules must make of it.
//!
//! They stand in the rulebook's folder and are no part of its meaning: the digest leaves them out. An example is checked
//! against the rulebook that it belongs to, so that whoever runs it need not fail.

use crate::ground::{Amount, ConceptId, Day, Diagnostic, Span};
use crate::model::book::MeasurementId;
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
    /// What is measured.
    pub measurement: MeasurementId,
    /// The case, and what must come of it.
    pub case: Case,
}

/// What an example is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Case {
    /// One patient's outcome.
    Patient(PatientCase),
    /// What one practice's counts earn.
    Counts(CountsCase),
}

/// A patient on one practice's list, with the outcome worked out by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PatientCase {
    /// Date of birth.
    pub birth: Day,
    /// The first day on the list; the day of birth where nothing is said.
    pub registered: Day,
    /// The day of deregistration.
    pub deregistered: Option<Day>,
    /// Date of death.
    pub death: Option<Day>,
    /// What was recorded when, in the order written. A cluster's name stands for the first of its codes.
    pub events: Vec<(Day, ConceptId)>,
    /// What must come of it.
    pub expect: ExpectedOutcome,
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
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountsCase {
    /// Patients who achieved.
    pub numerator: u64,
    /// Patients in the denominator.
    pub denominator: u64,
    /// Patients on the practice's list, where it is said.
    pub list_size: Option<u64>,
    /// Numerator and denominator of the practice's baseline, where it has one.
    pub baseline: Option<(u64, u64)>,
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

/// Reads and checks the examples of a rulebook: those that are sound, in the order written, and every fault. A rulebook
/// without an examples file has neither.
pub fn read(library: &Library, book: &Rulebook) -> (Vec<Example>, Vec<Diagnostic>) {
    build::examples(library.sources(), book)
}
