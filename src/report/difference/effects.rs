//! What changes do to practices whose records were given: each by itself.

use serde::Serialize;

/// What the changes of one rulebook do, each by itself, to the people and dates of the old rulebook's year.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Effects {
    /// How many practices have anyone.
    pub practices: u64,
    /// What all practices together are paid by the old rulebook: points and pounds, as far as they are known.
    pub before: Money,
    /// Each changed figure by itself.
    pub figures: Vec<FigureEffect>,
    /// Each measure's conditions and codes by themselves.
    pub logic: Vec<LogicEffect>,
    /// Everything together.
    pub together: Money,
    /// How many practices get more, and how many less, of everything together.
    pub gain: u64,
    /// How many get less.
    pub lose: u64,
    /// What could not be told, in sentences.
    pub left_out: Vec<String>,
}

/// Points and pounds, exact decimals as text; None where something is not known.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Money {
    /// Points.
    pub points: Option<String>,
    /// Pounds.
    pub pounds: Option<String>,
}

/// What one changed figure does by itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FigureEffect {
    /// `VI001.lower_threshold`
    pub figure: String,
    /// The old figure.
    pub old: String,
    /// The new figure.
    pub new: String,
    /// By how much all practices' pay changes.
    pub change: Money,
    /// How many practices get more.
    pub gain: u64,
    /// How many get less.
    pub lose: u64,
}

/// What one measure's conditions and codes do by themselves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LogicEffect {
    /// The measure.
    pub measure: String,
    /// Whose outcome is another, and which.
    pub flips: Vec<Flip>,
    /// By how much all practices' pay changes.
    pub change: Money,
    /// How many practices get more.
    pub gain: u64,
    /// How many get less.
    pub lose: u64,
}

/// So many patients whose outcome is another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
pub struct Flip {
    /// The outcome by the old rules.
    pub old: String,
    /// The outcome by the new rules.
    pub new: String,
    /// How many patients.
    pub patients: u64,
}
