//! Counts of a measurement in a practice.

use crate::eval::judge::Outcome;

/// How many patients of a practice a measurement counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Patients on the register.
    pub register: u64,
    /// Of those, patients who leave it by an exclusion.
    pub excluded: u64,
    /// Of the rest, patients who leave the denominator by an exception.
    pub excepted: u64,
    /// Patients who achieved.
    pub numerator: u64,
}

impl Counts {
    /// register − excluded − excepted, in patients.
    pub fn denominator(&self) -> u64 {
        self.register - self.excluded - self.excepted
    }

    /// Counts one more patient on the register.
    pub(crate) fn count(&mut self, outcome: Outcome) {
        self.register += 1;
        match outcome {
            Outcome::Achieved => self.numerator += 1,
            Outcome::NotAchieved => {}
            Outcome::Excepted(_) => self.excepted += 1,
            Outcome::Excluded(_) => self.excluded += 1,
        }
    }

    /// Takes over another's counts.
    pub fn add(&mut self, other: Counts) {
        self.register += other.register;
        self.excluded += other.excluded;
        self.excepted += other.excepted;
        self.numerator += other.numerator;
    }
}
