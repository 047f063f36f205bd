//! The run over an extract: every rulebook over every patient in one pass, counted per practice.

use crate::data::extract::{Extract, Patient, PatientKey, PracticeId};
use crate::data::progress::Progress;
use crate::eval::counts::Counts;
use crate::eval::fees::doses;
use crate::eval::judge::{Outcome, judge_all};
use crate::eval::shares::shares;
use crate::eval::sight::{Lens, Scratch, is_registered_twice};
use crate::ground::Findings;
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, MeasurementId};

/// What is to be kept beside the counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Counts per practice.
    Practice,
    /// Each patient's outcome too.
    Patient,
}

/// One rulebook's results.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BookResult {
    /// By practice (its id in the extract), then by measurement.
    pub counts: Vec<Vec<Counts>>,
    /// Patients on a register, in no order; empty unless asked for.
    pub patients: Vec<PatientOutcome>,
    /// By practice, then by fee: how many doses earn it; empty unless asked for.
    pub doses: Vec<Vec<u64>>,
    /// By fee: doses that nobody is known to have given, of patients who were on no list that day.
    pub doses_of_nobody: Vec<u64>,
    /// How many patients have two registrations that hold on the year's last day.
    pub registered_twice: u64,
}

/// A patient's outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PatientOutcome {
    /// Who.
    pub patient: PatientKey,
    /// Which practice it counts for.
    pub practice: PracticeId,
    /// What was measured.
    pub measurement: MeasurementId,
    /// What came of it.
    pub outcome: Outcome,
}

/// Applies the rulebooks to every patient of an extract, on the threads of the current pool. Results are in the order of
/// the lenses; findings are those that only grouping by patient can show.
pub fn run(
    extract: &Extract,
    lenses: &[Lens<'_>],
    level: Level,
    progress: &dyn Progress,
) -> (Vec<BookResult>, Findings) {
    let practices = extract.practices().len();
    let empty = || Tally::new(lenses, practices, level);
    let (shares, findings) = shares(extract, progress, empty, |tally, patient| tally.patient(lenses, patient));
    let mut whole = empty();
    shares.into_iter().for_each(|share| whole.merge(share));
    (whole.books, findings)
}

/// One thread's counts.
struct Tally {
    books: Vec<BookResult>,
    scratch: Vec<Scratch>,
    level: Level,
}

impl Tally {
    fn new(lenses: &[Lens<'_>], practices: usize, level: Level) -> Tally {
        let empty = |book: &Rulebook| BookResult {
            counts: vec![vec![Counts::default(); book.measurements.len()]; practices],
            doses: vec![vec![0; book.fees.len()]; practices],
            doses_of_nobody: vec![0; book.fees.len()],
            ..BookResult::default()
        };
        Tally {
            books: lenses.iter().map(|lens| empty(lens.book)).collect(),
            scratch: lenses.iter().map(|_| Scratch::default()).collect(),
            level,
        }
    }

    fn patient(&mut self, lenses: &[Lens<'_>], patient: Patient<'_>) {
        for ((lens, result), scratch) in lenses.iter().zip(&mut self.books).zip(&mut self.scratch) {
            if lens.fee_clusters != ClusterSet::default() {
                doses(lens, patient, scratch, |fee, practice| match practice {
                    Some(practice) => result.doses[practice.0 as usize][fee.index()] += 1,
                    None => result.doses_of_nobody[fee.index()] += 1,
                });
            }
            result.registered_twice += u64::from(is_registered_twice(&patient, lens.book.end));
            judge_all(lens, patient, scratch, |measurement, practice, outcome| {
                result.counts[practice.0 as usize][measurement.index()].count(outcome);
                if self.level == Level::Patient {
                    result.patients.push(PatientOutcome { patient: patient.key, practice, measurement, outcome });
                }
            });
        }
    }

    fn merge(&mut self, other: Tally) {
        for (mine, theirs) in self.books.iter_mut().zip(other.books) {
            for (mine, theirs) in mine.counts.iter_mut().flatten().zip(theirs.counts.into_iter().flatten()) {
                mine.add(theirs);
            }
            for (mine, theirs) in mine.doses.iter_mut().flatten().zip(theirs.doses.into_iter().flatten()) {
                *mine += theirs;
            }
            for (mine, theirs) in mine.doses_of_nobody.iter_mut().zip(theirs.doses_of_nobody) {
                *mine += theirs;
            }
            mine.patients.extend(theirs.patients);
            mine.registered_twice += theirs.registered_twice;
        }
    }
}
