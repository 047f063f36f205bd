//! The run over an extract: every rulebook over every patient in one pass, counted per practice.

use crate::data::extract::{Extract, Partition, Patient, PatientKey, PracticeId};
use crate::data::progress::Progress;
use crate::eval::counts::{Counts, Outcomes};
use crate::eval::fees::doses;
use crate::eval::judge::{Outcome, judge_all};
use crate::eval::shares::shares_of_partitions;
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
    let (shares, findings) =
        shares_of_partitions(extract, progress, empty, |tally, partition| tally.partition(lenses, partition));
    let mut results: Vec<BookResult> = lenses.iter().map(|lens| BookResult::empty(lens.book, practices)).collect();
    for counted in shares {
        results.iter_mut().zip(counted.books).for_each(|(result, book)| result.add(book));
    }
    (results, findings)
}

/// One thread's counts.
struct Tally {
    books: Vec<BookTally>,
    level: Level,
}

/// One thread's counts under a rulebook.
struct BookTally {
    /// Practice by practice, column by column: one list, so that a patient is counted with one look at memory.
    outcomes: Vec<Outcomes>,
    /// By measurement: its column. Those that nobody is judged by share the last one, so that the list is short.
    columns: Vec<usize>,
    column_count: usize,
    /// Practice by practice, fee by fee.
    doses: Vec<u64>,
    fees: usize,
    doses_of_nobody: Vec<u64>,
    patients: Vec<PatientOutcome>,
    registered_twice: u64,
    /// Outcomes of the partition at hand, each with its place among the counts.
    waiting: Vec<(usize, Outcome)>,
    scratch: Scratch,
}

impl BookTally {
    fn new(lens: &Lens<'_>, practices: usize) -> BookTally {
        let mut columns = vec![lens.judged.len(); lens.book.measurements.len()];
        lens.judged.iter().enumerate().for_each(|(column, (id, ..))| columns[id.index()] = column);
        let (column_count, fees) = (lens.judged.len() + 1, lens.book.fees.len());
        BookTally {
            outcomes: vec![Outcomes::default(); practices * column_count],
            columns,
            column_count,
            doses: vec![0; practices * fees],
            fees,
            doses_of_nobody: vec![0; fees],
            patients: Vec::new(),
            registered_twice: 0,
            waiting: Vec::new(),
            scratch: Scratch::default(),
        }
    }

    /// Judges a partition's patients, then counts their outcomes: patients of a partition are of all practices, whose counts
    /// are far apart in memory, and a processor waits for many of them at a time where nothing else comes between.
    fn partition(&mut self, lens: &Lens<'_>, partition: &Partition, level: Level) {
        // Most are passed over, and not even moved from where they are put together.
        (0..partition.len()).for_each(|place| self.patient(lens, &partition.at(place), level));
        self.waiting.drain(..).for_each(|(place, outcome)| self.outcomes[place].count(outcome));
    }

    #[inline]
    fn patient(&mut self, lens: &Lens<'_>, patient: &Patient<'_>, level: Level) {
        if lens.fee_clusters != ClusterSet::default() {
            doses(lens, *patient, &mut self.scratch, |fee, practice| match practice {
                Some(practice) => self.doses[practice.0 as usize * self.fees + fee.index()] += 1,
                None => self.doses_of_nobody[fee.index()] += 1,
            });
        }
        self.registered_twice += u64::from(is_registered_twice(patient, lens.book.end));
        judge_all(lens, *patient, &mut self.scratch, |measurement, practice, outcome| {
            let place = practice.0 as usize * self.column_count + self.columns[measurement.index()];
            self.waiting.push((place, outcome));
            if level == Level::Patient {
                self.patients.push(PatientOutcome { patient: patient.key, practice, measurement, outcome });
            }
        });
    }
}

impl Tally {
    fn new(lenses: &[Lens<'_>], practices: usize, level: Level) -> Tally {
        Tally { books: lenses.iter().map(|lens| BookTally::new(lens, practices)).collect(), level }
    }

    /// One rulebook after the other, so that the counts of one stay in a processor's cache.
    fn partition(&mut self, lenses: &[Lens<'_>], partition: &Partition) {
        for (lens, book) in lenses.iter().zip(&mut self.books) {
            book.partition(lens, partition, self.level);
        }
    }
}

impl BookResult {
    fn empty(book: &Rulebook, practices: usize) -> BookResult {
        BookResult {
            counts: vec![vec![Counts::default(); book.measurements.len()]; practices],
            doses: vec![vec![0; book.fees.len()]; practices],
            doses_of_nobody: vec![0; book.fees.len()],
            ..BookResult::default()
        }
    }

    /// Takes over what a thread counted.
    fn add(&mut self, counted: BookTally) {
        for (counts, more) in self.counts.iter_mut().zip(counted.outcomes.chunks(counted.column_count)) {
            let more = counted.columns.iter().map(|column| more[*column]);
            counts.iter_mut().zip(more).for_each(|(counts, more)| counts.add(more.into()));
        }
        let doses = self.doses.iter_mut().flatten().zip(counted.doses);
        doses.chain(self.doses_of_nobody.iter_mut().zip(counted.doses_of_nobody)).for_each(|(sum, more)| *sum += more);
        self.patients.extend(counted.patients);
        self.registered_twice += counted.registered_twice;
    }
}
