//! The near misses of all patients of an extract.

use crate::data::extract::{Extract, Patient, PatientKey, PracticeId};
use crate::data::progress::Progress;
use crate::eval::judge::{Outcome, judge_all};
use crate::eval::near_misses::{NearMiss, Sought, near_misses};
use crate::eval::shares::shares;
use crate::eval::sight::{Lens, Scratch};
use crate::model::book::{MeasureKind, MeasurementId};

/// A patient with near misses in one measurement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Who.
    pub patient: PatientKey,
    /// Which practice it counts for.
    pub practice: PracticeId,
    /// What was measured.
    pub measurement: MeasurementId,
    /// What would have to be otherwise, the smallest of each kind first; never empty.
    pub misses: Vec<NearMiss>,
}

/// Looks for the near misses of every patient in every indicator, on the threads of the current pool; by the order of the
/// lenses, then in no order.
pub fn find(extract: &Extract, lenses: &[Lens<'_>], sought: Sought, progress: &dyn Progress) -> Vec<Vec<Found>> {
    let empty = || -> Vec<Vec<Found>> { vec![Vec::new(); lenses.len()] };
    let start = || (empty(), lenses.iter().map(|_| Scratch::default()).collect::<Vec<_>>());
    // What grouping shows is found by the run that counts the same extract.
    let (shares, _) = shares(extract, progress, start, |(found, scratch), patient| {
        for ((lens, found), scratch) in lenses.iter().zip(found).zip(scratch) {
            of_patient(lens, patient, sought, scratch, found);
        }
    });
    let mut whole = empty();
    for (share, _) in shares {
        whole.iter_mut().zip(share).for_each(|(whole, share)| whole.extend(share));
    }
    whole
}

fn of_patient(lens: &Lens<'_>, patient: Patient<'_>, sought: Sought, scratch: &mut Scratch, found: &mut Vec<Found>) {
    judge_all(lens, patient, scratch, |measurement, practice, outcome| {
        let measured = &lens.book.measurements[measurement.index()];
        let is_asked = lens.book.measures[measured.measure.index()].kind == MeasureKind::Indicator;
        if !is_asked || outcome != Outcome::NotAchieved {
            return;
        }
        let misses = near_misses(lens, measurement, patient, sought);
        if !misses.is_empty() {
            found.push(Found { patient: patient.key, practice, measurement, misses });
        }
    });
}
