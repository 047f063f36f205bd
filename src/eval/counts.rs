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

/// How often each outcome was met, in half the room of [`Counts`]: one thread's counts of all practices stay in a
/// processor's cache. No table that a thread reads has 2^32 patients.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Outcomes([u32; 4]);

impl Outcomes {
    /// Counts one more patient on the register.
    #[inline]
    pub(crate) fn count(&mut self, outcome: Outcome) {
        let place = match outcome {
            Outcome::Achieved => 0,
            Outcome::NotAchieved => 1,
            Outcome::Excepted(_) => 2,
            Outcome::Excluded(_) => 3,
        };
        self.0[place] += 1;
    }
}

impl From<Outcomes> for Counts {
    fn from(outcomes: Outcomes) -> Counts {
        let [numerator, others, excepted, excluded] = outcomes.0.map(u64::from);
        Counts { register: numerator + others + excepted + excluded, excluded, excepted, numerator }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_count_as_they_do_one_by_one() {
        let met =
            [(Outcome::Achieved, 5), (Outcome::NotAchieved, 3), (Outcome::Excepted(1), 2), (Outcome::Excluded(0), 1)];
        let (mut counts, mut outcomes) = (Counts::default(), Outcomes::default());
        for (outcome, times) in met {
            (0..times).for_each(|_| counts.count(outcome));
            (0..times).for_each(|_| outcomes.count(outcome));
        }
        assert_eq!(counts, Counts { register: 11, excluded: 1, excepted: 2, numerator: 5 });
        assert_eq!(Counts::from(outcomes), counts);
    }
}
