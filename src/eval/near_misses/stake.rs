//! What near misses are worth to a practice.

use crate::eval::pay::{Counted, Facts, Gap};
use crate::eval::worth::worth;
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasurementId};

/// How many patients' outcomes would flip.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Flips {
    /// To achieved.
    pub achieved: u64,
    /// To excepted, and so out of the denominator.
    pub excepted: u64,
}

/// In pounds, what it is worth to a practice if so many of those who have not achieved a measurement did, or were
/// excepted, all of them together; as [`worth`] says it.
pub fn stake(
    book: &Rulebook,
    figures: &[Figure],
    measurement: MeasurementId,
    facts: &Facts,
    flips: Flips,
) -> Option<Result<Amount, Gap>> {
    let counted = facts.counts.get(measurement.index()).copied().flatten()?;
    let excepted = Amount::from(flips.excepted);
    let other = Counted {
        numerator: counted.numerator.plus(Amount::from(flips.achieved))?,
        excepted: counted.excepted.plus(excepted)?,
        denominator: counted.denominator.minus(excepted)?,
        ..counted
    };
    (other.numerator <= other.denominator).then(|| worth(book, figures, measurement, facts, other)).flatten()
}
