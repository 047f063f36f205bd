//! Payments as flat programs: lines of cases over counts and figures.

mod constant;
mod operands;

use crate::ground::Amount;
use crate::model::ids::{FeeId, FigureId, MeasurementId, PaymentId};
use crate::model::remark::Notes;
use crate::model::unit::Unit;

/// A payment for one thing that it is paid for: an indicator, a course, a quarter, the practice, or a fee's doses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Program {
    /// Which payment or fee.
    pub of: ProgramOf,
    /// The measurement it is paid for, where it is paid for one.
    pub measurement: Option<MeasurementId>,
    /// The quarter it is paid for, where it is paid for one.
    pub quarter: Option<u8>,
    /// Its lines in the order written; a formula refers to earlier ones only.
    pub lines: Vec<Line>,
}

impl Program {
    /// The line of a name.
    pub fn line(&self, name: &str) -> Option<usize> {
        self.lines.iter().position(|line| line.name == name)
    }
}

/// What a program computes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProgramOf {
    /// `payment …`
    Payment(PaymentId),
    /// `fee …`
    Fee(FeeId),
}

/// `points = 0 when achievement < lower_threshold`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// `points`
    pub name: String,
    /// In what unit.
    pub unit: Unit,
    /// The first whose test holds gives the value; the last always does.
    pub cases: Vec<Case>,
    /// The rule's own words, on one line.
    pub text: String,
    /// Remarks.
    pub notes: Notes,
}

/// One case of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// When it applies; None: always.
    pub test: Option<Test>,
    /// The value.
    pub formula: Formula,
}

/// A test of a case.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// `a < b and c > d`
    All(Vec<Test>),
    /// `a < b or c > d`
    Any(Vec<Test>),
    /// `not a < b`
    Not(Box<Test>),
    /// `there is no baseline_achievement`
    Absent(Operand),
    /// `achievement < lower_threshold`
    Compare(Formula, Comparator, Formula),
}

pub use crate::syntax::tree::Comparator;

/// Arithmetic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Formula {
    /// `213.43`
    Number(Amount),
    /// `numerator`, `lower_threshold`, an earlier line
    Operand(Operand),
    /// `a + b`
    Plus(Box<Formula>, Box<Formula>),
    /// `a - b`
    Minus(Box<Formula>, Box<Formula>),
    /// `a * b`
    Times(Box<Formula>, Box<Formula>),
    /// `a / b`
    Over(Box<Formula>, Box<Formula>),
    /// `min(a, b)`
    Smallest(Vec<Formula>),
    /// `max(a, b)`
    Largest(Vec<Formula>),
    /// `round a to pence`: to the nearest multiple of the amount, halves away from zero
    Round(Box<Formula>, Amount),
}

/// What a formula reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operand {
    /// `lower_threshold`
    Figure(FigureId),
    /// `numerator`, `numerator of VI001`
    Count(CountName, MeasurementId),
    /// `list_size`: patients on the practice's list
    ListSize,
    /// `doses`: how many doses earn the fee
    Doses,
    /// An earlier line of the same program.
    Line(usize),
}

/// What is counted of a measurement.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum CountName {
    /// `register`: patients on it
    Register,
    /// `excluded`: patients
    Excluded,
    /// `excepted`: patients
    Excepted,
    /// `denominator`: patients, register − excluded − excepted
    Denominator,
    /// `numerator`: patients who achieved
    Numerator,
    /// `achievement`: numerator / denominator in per cent; there is none without a denominator
    Achievement,
    /// `baseline_achievement`: the same of the practice's baseline, in per cent
    BaselineAchievement,
    /// `locally_excepted`: patients whom a pathway reports as exceptions; they stay in the denominator
    LocallyExcepted,
}

impl CountName {
    /// All of them.
    pub const ALL: [CountName; 8] = [
        CountName::Register,
        CountName::Excluded,
        CountName::Excepted,
        CountName::Denominator,
        CountName::Numerator,
        CountName::Achievement,
        CountName::BaselineAchievement,
        CountName::LocallyExcepted,
    ];

    /// The word that rule files use.
    pub fn word(self) -> &'static str {
        match self {
            CountName::Register => "register",
            CountName::Excluded => "excluded",
            CountName::Excepted => "excepted",
            CountName::Denominator => "denominator",
            CountName::Numerator => "numerator",
            CountName::Achievement => "achievement",
            CountName::BaselineAchievement => "baseline_achievement",
            CountName::LocallyExcepted => "locally_excepted",
        }
    }
}
