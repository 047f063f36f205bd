//! Whose result hangs on the convention for a day that a month lacks: every patient judged under both.

use crate::data::extract::{Extract, Patient, PatientKey, PracticeId};
use crate::data::progress::Progress;
use crate::eval::counts::Counts;
use crate::eval::explain::dates_by_convention;
use crate::eval::judge::{Outcome, outcome};
use crate::eval::shares::shares;
use crate::eval::sight::{Lens, Scratch, Sight};
use crate::eval::trace::Silent;
use crate::ground::{Day, Findings};
use crate::model::Rulebook;
use crate::model::book::{DateId, MeasurementId};

/// A rulebook under both conventions, ready to look at patients. But for the convention, the two are the same.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'l, 'b> {
    /// A day that a month lacks is the month's last day.
    pub last_day: &'l Lens<'b>,
    /// A day that a month lacks is the next month's first day.
    pub next_day: &'l Lens<'b>,
}

/// A practice's people for one measurement under both conventions.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Both {
    /// Counts with the month's last day.
    pub last_day: Counts,
    /// Counts with the next day.
    pub next_day: Counts,
    /// People on the register under either convention who have a day that its month lacks.
    pub with_missing_day: u64,
    /// Of those, people with another outcome, or another reason for it, under the other convention.
    pub differ: u64,
}

impl Both {
    fn add(&mut self, other: Both) {
        self.last_day.add(other.last_day);
        self.next_day.add(other.next_day);
        self.with_missing_day += other.with_missing_day;
        self.differ += other.differ;
    }

    fn is_nothing(&self) -> bool {
        self.last_day.register == 0 && self.next_day.register == 0
    }
}

/// A patient whose outcome hangs on the convention.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hanging {
    /// Who.
    pub patient: PatientKey,
    /// Which practice it counts for.
    pub practice: PracticeId,
    /// What was measured.
    pub measurement: MeasurementId,
    /// The outcome with the month's last day; None for one who is then not on the register.
    pub last_day: Option<Outcome>,
    /// The outcome with the next day.
    pub next_day: Option<Outcome>,
    /// The dates of the rule that differ, in the order of the calendar: what each is under either convention.
    pub days: Vec<(DateId, Day, Day)>,
}

/// One rulebook's results under both conventions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hung {
    /// By practice (its id in the extract), then by measurement; None where nobody is on the register under either.
    pub practices: Vec<Vec<Option<Both>>>,
    /// Those whose outcome differs, in no order.
    pub patients: Vec<Hanging>,
}

/// Judges every patient of an extract under both conventions for the measurements asked for, on the threads of the
/// current pool. Results are in the order of the pairs; findings are those that only grouping by patient can show.
pub fn conventions(
    extract: &Extract,
    pairs: &[Pair<'_, '_>],
    asked: &[Vec<MeasurementId>],
    progress: &dyn Progress,
) -> (Vec<Hung>, Findings) {
    let practices = extract.practices().len();
    let empty = || Tally::new(pairs, practices);
    let (shares, findings) = shares(extract, progress, empty, |tally, patient| tally.patient(pairs, asked, patient));
    let mut whole = empty();
    shares.into_iter().for_each(|share| whole.merge(share));
    let somebody = |both: Both| (!both.is_nothing()).then_some(both);
    let books = whole.books.into_iter().map(|book| Hung {
        practices: book.both.into_iter().map(|row| row.into_iter().map(somebody).collect()).collect(),
        patients: book.patients,
    });
    (books.collect(), findings)
}

/// One rulebook's counts.
struct BookTally {
    both: Vec<Vec<Both>>,
    patients: Vec<Hanging>,
}

/// One thread's counts.
struct Tally {
    books: Vec<BookTally>,
    scratch: [Scratch; 2],
}

impl Tally {
    fn new(pairs: &[Pair<'_, '_>], practices: usize) -> Tally {
        let empty = |book: &Rulebook| BookTally {
            both: vec![vec![Both::default(); book.measurements.len()]; practices],
            patients: Vec::new(),
        };
        Tally { books: pairs.iter().map(|pair| empty(pair.last_day.book)).collect(), scratch: Default::default() }
    }

    fn patient(&mut self, pairs: &[Pair<'_, '_>], asked: &[Vec<MeasurementId>], patient: Patient<'_>) {
        for ((pair, asked), book) in pairs.iter().zip(asked).zip(&mut self.books) {
            for id in asked {
                book.patient(*pair, *id, patient, &mut self.scratch);
            }
        }
    }

    fn merge(&mut self, other: Tally) {
        for (mine, theirs) in self.books.iter_mut().zip(other.books) {
            let both = mine.both.iter_mut().flatten().zip(theirs.both.into_iter().flatten());
            both.for_each(|(mine, theirs)| mine.add(theirs));
            mine.patients.extend(theirs.patients);
        }
    }
}

impl BookTally {
    fn patient(
        &mut self,
        pair: Pair<'_, '_>,
        id: MeasurementId,
        patient: Patient<'_>,
        [last_scratch, next_scratch]: &mut [Scratch; 2],
    ) {
        let can_be_on_register = |lens: &Lens<'_>| {
            let (first, last) = lens.births[id.index()];
            first <= patient.birth && patient.birth <= last
        };
        if !can_be_on_register(pair.last_day) && !can_be_on_register(pair.next_day) {
            return;
        }
        let measured = &pair.last_day.book.measurements[id.index()];
        let measure = &pair.last_day.book.measures[measured.measure.index()];
        let Some(mut last_sight) = Sight::new(pair.last_day, patient, measured.day, last_scratch) else { return };
        let Some(mut next_sight) = Sight::new(pair.next_day, patient, measured.day, next_scratch) else { return };
        let next_measure = &pair.next_day.book.measures[measured.measure.index()];
        let last_day = outcome(&mut last_sight, measure, &mut Silent);
        let next_day = outcome(&mut next_sight, next_measure, &mut Silent);
        if last_day.is_none() && next_day.is_none() {
            return;
        }
        let practice = last_sight.registration.practice;
        let both = &mut self.both[practice.0 as usize][id.index()];
        last_day.into_iter().for_each(|outcome| both.last_day.count(outcome));
        next_day.into_iter().for_each(|outcome| both.next_day.count(outcome));
        let mut days = dates_by_convention(&mut last_sight, measure);
        // A date that follows another date may differ because that one does.
        days.retain_mut(|(date, last, next)| {
            let (by_last, by_next) = (last_sight.date(*date), next_sight.date(*date));
            (*last, *next) = (by_last.unwrap_or(*last), by_next.unwrap_or(*next));
            last != next
        });
        both.with_missing_day += u64::from(!days.is_empty());
        if last_day != next_day {
            both.differ += 1;
            self.patients.push(Hanging { patient: patient.key, practice, measurement: id, last_day, next_day, days });
        }
    }
}
