//! What a change of one measurement's counts is worth to a practice: what is paid with the other counts, less what is paid
//! now, by every payment that reads them. Steps, call lists and near misses all ask here, so that they agree.

use crate::eval::pay::{Counted, Facts, Gap, add, points, pounds};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasurementId};
use crate::model::formula::{Operand, Program};

/// In pounds, what a practice would be paid if a measurement's counts were `other`, less what it is paid as it stands:
/// over all payments that read the measurement, for it or for the practice. Negative where it would lose. None where no
/// payment reads it; a gap where one of those that do is not known.
pub fn worth(
    book: &Rulebook,
    figures: &[Figure],
    measurement: MeasurementId,
    facts: &Facts,
    other: Counted,
) -> Option<Result<Amount, Gap>> {
    change(book, figures, measurement, facts, other, pounds)
}

/// The same in points, of those payments that give points; None where none of them does.
pub fn worth_in_points(
    book: &Rulebook,
    figures: &[Figure],
    measurement: MeasurementId,
    facts: &Facts,
    other: Counted,
) -> Option<Result<Amount, Gap>> {
    change(book, figures, measurement, facts, other, points)
}

/// What a program gives a practice: [`pounds`] or [`points`].
pub(crate) type Gives = fn(&Rulebook, &Program, &[Figure], &Facts) -> Option<Result<Amount, Gap>>;

fn change(
    book: &Rulebook,
    figures: &[Figure],
    measurement: MeasurementId,
    facts: &Facts,
    other: Counted,
    gives: Gives,
) -> Option<Result<Amount, Gap>> {
    let mut otherwise = facts.clone();
    *otherwise.counts.get_mut(measurement.index())? = Some(other);
    let reading = book.programs.iter().filter(|program| reads(program, measurement));
    add(reading.filter_map(|program| {
        let now = gives(book, program, figures, facts)?;
        let then = gives(book, program, figures, &otherwise)?;
        Some(now.and_then(|now| then.and_then(|then| then.minus(now).ok_or(Gap::TooLarge))))
    }))
}

/// What it is worth if so many more of the denominator achieve (fewer, where it is negative); None as for [`worth`], and
/// where there are not so many.
pub fn worth_of_more(
    book: &Rulebook,
    figures: &[Figure],
    measurement: MeasurementId,
    facts: &Facts,
    more: i64,
) -> Option<Result<Amount, Gap>> {
    worth(book, figures, measurement, facts, with_more(measurement, facts, more)?)
}

/// The same in points; None as for [`worth_in_points`], and where there are not so many.
pub fn worth_of_more_in_points(
    book: &Rulebook,
    figures: &[Figure],
    measurement: MeasurementId,
    facts: &Facts,
    more: i64,
) -> Option<Result<Amount, Gap>> {
    worth_in_points(book, figures, measurement, facts, with_more(measurement, facts, more)?)
}

/// The counts if so many more of the denominator achieve; None where there are not so many.
pub fn with_more(measurement: MeasurementId, facts: &Facts, more: i64) -> Option<Counted> {
    let counted = facts.counts.get(measurement.index()).copied().flatten()?;
    let numerator = counted.numerator.plus(Amount::ratio(i128::from(more), 1)?)?;
    let is_possible = Amount::ZERO <= numerator && numerator <= counted.denominator;
    is_possible.then_some(Counted { numerator, ..counted })
}

/// Whether a payment reads the counts of a measurement.
pub fn reads(program: &Program, measurement: MeasurementId) -> bool {
    program.reads(&|operand| matches!(operand, Operand::Count(_, of) if of == measurement))
}
