//! The evaluator: whether a condition holds for a patient, and what the outcome is.

use crate::data::extract::{Patient, PracticeId};
use crate::eval::beside::beside_holds;
use crate::eval::sight::{Lens, Scratch, Sight};
use crate::eval::trace::{Record, Seen, Silent, Trace, Whole};
use crate::model::book::{ClusterSet, Condition, ConditionId, Measure, MeasurementId, Reason, Window};

/// What becomes of a patient on a register.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Outcome {
    /// In the denominator and the numerator.
    Achieved,
    /// In the denominator only.
    NotAchieved,
    /// Out of the denominator by the n-th `except` of the measure.
    Excepted(u16),
    /// Off the register by the n-th `exclude` of the measure.
    Excluded(u16),
}

impl Outcome {
    /// The word of the `outcome` column.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Achieved => "achieved",
            Outcome::NotAchieved => "not_achieved",
            Outcome::Excepted(_) => "excepted",
            Outcome::Excluded(_) => "excluded",
        }
    }

    /// The exception or exclusion that decided it.
    pub fn reason(self, measure: &Measure) -> Option<&Reason> {
        match self {
            Outcome::Achieved | Outcome::NotAchieved => None,
            Outcome::Excepted(at) => measure.excepts.get(usize::from(at)),
            Outcome::Excluded(at) => measure.excludes.get(usize::from(at)),
        }
    }
}

/// A patient's outcome for one measurement, and the practice it counts for; None for one who is not on the register.
pub fn judge(
    lens: &Lens<'_>,
    measurement: MeasurementId,
    patient: Patient<'_>,
    scratch: &mut Scratch,
) -> Option<(PracticeId, Outcome)> {
    let measured = &lens.book.measurements[measurement.index()];
    let mut sight = Sight::new(lens, patient, measured.day, scratch)?;
    let measure = &lens.book.measures[measured.measure.index()];
    let outcome = outcome(&mut sight, measure, &mut Silent)?;
    Some((sight.registration.practice, outcome))
}

/// A patient's outcomes for all measurements of a rulebook, told one by one.
#[inline]
pub fn judge_all(
    lens: &Lens<'_>,
    patient: Patient<'_>,
    scratch: &mut Scratch,
    tell: impl FnMut(MeasurementId, PracticeId, Outcome),
) {
    // Nearly all are passed over here, with a look at their birth and no more.
    if lens.may_be_on_register(patient.birth) {
        judge_each(lens, patient, scratch, &mut Silent, tell);
    }
}

/// The same while what was seen of each condition is recorded: after each outcome is told, what decided it.
pub fn judge_all_recorded(
    lens: &Lens<'_>,
    patient: Patient<'_>,
    scratch: &mut Scratch,
    record: &mut Record,
    tell: impl FnMut(MeasurementId, PracticeId, Outcome),
) {
    if lens.may_be_on_register(patient.birth) {
        judge_each(lens, patient, scratch, record, tell);
    }
}

fn judge_each<T: Trace>(
    lens: &Lens<'_>,
    patient: Patient<'_>,
    scratch: &mut Scratch,
    trace: &mut T,
    mut tell: impl FnMut(MeasurementId, PracticeId, Outcome),
) {
    let mut sight: Option<Sight<'_, '_>> = None;
    for &(id, first, last) in &lens.judged {
        if patient.birth < first || patient.birth > last {
            continue;
        }
        let measurement = &lens.book.measurements[id.index()];
        // Dates that one measure worked out serve the next, as long as the day is the same.
        if sight.as_ref().is_none_or(|sight| sight.day != measurement.day) {
            sight = Sight::new(lens, patient, measurement.day, &mut *scratch);
        }
        let Some(sight) = &mut sight else { continue };
        let measure = &lens.book.measures[measurement.measure.index()];
        trace.begin();
        if let Some(outcome) = outcome(sight, measure, trace) {
            tell(id, sight.registration.practice, outcome);
        }
    }
}

/// The register first; of those on it, what `exclude` names leaves, then `achieved` counts, then the first `except`.
pub(crate) fn outcome<T: Trace>(sight: &mut Sight<'_, '_>, measure: &Measure, trace: &mut T) -> Option<Outcome> {
    let on_register = holds(sight, measure.register.condition, trace);
    if !on_register && !T::LISTENS {
        return None;
    }
    let excluded = first_reason(sight, &measure.excludes, trace);
    if let Some(at) = excluded
        && !T::LISTENS
    {
        return Some(Outcome::Excluded(at));
    }
    let achieved = holds(sight, measure.achieved.condition, trace);
    let excepted = if achieved && !T::LISTENS { None } else { first_reason(sight, &measure.excepts, trace) };
    if !on_register {
        return None;
    }
    Some(match (excluded, achieved, excepted) {
        (Some(at), _, _) => Outcome::Excluded(at),
        (None, true, _) => Outcome::Achieved,
        (None, false, Some(at)) => Outcome::Excepted(at),
        (None, false, None) => Outcome::NotAchieved,
    })
}

fn first_reason<T: Trace>(sight: &mut Sight<'_, '_>, reasons: &[Reason], trace: &mut T) -> Option<u16> {
    let mut first = None;
    for (reason, at) in reasons.iter().zip(0..) {
        if holds(sight, reason.clause.condition, trace) && first.is_none() {
            first = Some(at);
            if !T::LISTENS {
                break;
            }
        }
    }
    first
}

/// Whether a condition holds.
pub(crate) fn holds<T: Trace>(sight: &mut Sight<'_, '_>, id: ConditionId, trace: &mut T) -> bool {
    let book = sight.lens.book;
    let (holds, seen) = match &book.conditions[id.index()] {
        Condition::All(parts) => (all_hold(sight, parts, trace), Seen::Parts),
        Condition::Any(parts) => (any_holds(sight, parts, trace), Seen::Parts),
        Condition::Not(inner) => (!holds(sight, *inner, trace), Seen::Parts),
        Condition::Count { clusters, at_least, at_most, window } => {
            count_holds(sight, *clusters, *at_least, *at_most, window)
        }
        Condition::Falls { date, window } => {
            let day = sight.date(*date);
            let days = sight.days(window);
            let inside = day.zip(days).is_some_and(|(day, (first, last))| first <= day && day <= last);
            (inside, Seen::Falls { day, days })
        }
        Condition::RegisteredAt(date) => {
            let on = sight.date(*date);
            (on.is_some_and(|day| sight.registered_at(day)), Seen::Registered { on })
        }
        Condition::Exists(date) => {
            let day = sight.date(*date);
            (day.is_some(), Seen::Exists { day })
        }
        Condition::Beside(beside) => (beside_holds(sight, beside, trace), Seen::Beside),
    };
    trace.saw(id, holds, seen);
    holds
}

/// What a record has of a condition; what the judgement it listened to passed over is looked at now, in all its parts.
pub(crate) fn looked_at(sight: &mut Sight<'_, '_>, id: ConditionId, record: &mut Record) -> (bool, Seen) {
    record.of(id).unwrap_or_else(|| {
        let holds = holds(sight, id, &mut Whole(record));
        record.of(id).unwrap_or((holds, Seen::Parts))
    })
}

fn all_hold<T: Trace>(sight: &mut Sight<'_, '_>, parts: &[ConditionId], trace: &mut T) -> bool {
    let mut all = true;
    for part in parts {
        all &= holds(sight, *part, trace);
        if !all && !T::LISTENS {
            break;
        }
    }
    all
}

fn any_holds<T: Trace>(sight: &mut Sight<'_, '_>, parts: &[ConditionId], trace: &mut T) -> bool {
    let mut any = false;
    for part in parts {
        any |= holds(sight, *part, trace);
        if any && !T::LISTENS {
            break;
        }
    }
    any
}

fn count_holds(
    sight: &mut Sight<'_, '_>,
    clusters: ClusterSet,
    at_least: u32,
    at_most: Option<u32>,
    window: &Window,
) -> (bool, Seen) {
    let days = sight.days(window);
    // One more than the bound tells as much as all of them.
    let enough = at_most.map_or(at_least, |at_most| at_most.saturating_add(1));
    let found = sight.days_of(clusters, days).take(enough as usize).count() as u32;
    (found >= at_least && at_most.is_none_or(|at_most| found <= at_most), Seen::Count { days })
}
