//! How many people each exception takes out of the denominator, practice by practice.

use crate::data::extract::{Extract, PracticeId};
use crate::data::progress::Progress;
use crate::eval::counts::Counts;
use crate::eval::judge::{Outcome, judge_all};
use crate::eval::shares::shares;
use crate::eval::sight::{Lens, Scratch};
use crate::ground::Findings;

/// A practice's people for one measurement, and those that each exception takes out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ByReason {
    /// All together.
    pub counts: Counts,
    /// By `except`, in the rule's order: people for whom it is the first that holds.
    pub excepted: Vec<u64>,
}

impl ByReason {
    fn add(&mut self, other: ByReason) {
        self.counts.add(other.counts);
        self.excepted.iter_mut().zip(other.excepted).for_each(|(mine, other)| *mine += other);
    }
}

/// By rulebook in the order of the lenses, then by practice (its id in the extract), then by measurement; and the
/// findings that only grouping by patient can show.
pub fn reasons(extract: &Extract, lenses: &[Lens<'_>], progress: &dyn Progress) -> (Vec<Vec<Vec<ByReason>>>, Findings) {
    let start = || (empty(extract, lenses), lenses.iter().map(|_| Scratch::default()).collect::<Vec<_>>());
    let (shares, findings) = shares(extract, progress, start, |(books, scratch), patient| {
        for ((lens, practices), scratch) in lenses.iter().zip(books).zip(scratch) {
            judge_all(lens, patient, scratch, |measurement, PracticeId(practice), outcome| {
                practices[practice as usize][measurement.index()].count(outcome);
            });
        }
    });
    let mut whole = empty(extract, lenses);
    for (books, _) in shares {
        let theirs = books.into_iter().flatten().flatten();
        whole.iter_mut().flatten().flatten().zip(theirs).for_each(|(mine, theirs)| mine.add(theirs));
    }
    (whole, findings)
}

fn empty(extract: &Extract, lenses: &[Lens<'_>]) -> Vec<Vec<Vec<ByReason>>> {
    let of_book = |lens: &Lens<'_>| {
        let measures = lens.book.measurements.iter().map(|measurement| measurement.measure);
        let of_measure = |measure: crate::model::book::MeasureId| {
            let reasons = lens.book.measures[measure.index()].excepts.len();
            ByReason { counts: Counts::default(), excepted: vec![0; reasons] }
        };
        let row: Vec<ByReason> = measures.map(of_measure).collect();
        vec![row; extract.practices().len()]
    };
    lenses.iter().map(of_book).collect()
}

impl ByReason {
    fn count(&mut self, outcome: Outcome) {
        self.counts.count(outcome);
        if let Outcome::Excepted(at) = outcome {
            self.excepted[usize::from(at)] += 1;
        }
    }
}
