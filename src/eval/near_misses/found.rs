//! The near misses of all patients of an extract.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::data::extract::{Extract, Patient, PatientKey, PracticeId};
use crate::data::progress::Progress;
use crate::eval::judge::{Outcome, judge_all};
use crate::eval::near_misses::{NearMiss, Sought, near_misses};
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
    let next = AtomicUsize::new(0);
    let shares = rayon::broadcast(|_| {
        let mut found: Vec<Vec<Found>> = vec![Vec::new(); lenses.len()];
        let mut scratch: Vec<Scratch> = lenses.iter().map(|_| Scratch::default()).collect();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            if at >= extract.partition_count() {
                return found;
            }
            let partition = extract.partition(at);
            let patients = partition.patients();
            let rows = patients.len() as u64;
            for patient in patients {
                for ((lens, found), scratch) in lenses.iter().zip(&mut found).zip(&mut scratch) {
                    of_patient(lens, patient, sought, scratch, found);
                }
            }
            progress.advance(rows);
        }
    });
    let mut whole: Vec<Vec<Found>> = vec![Vec::new(); lenses.len()];
    for share in shares {
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
