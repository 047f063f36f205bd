//! Whom to call: everybody on a register who has not achieved as things stand on a day, with the doses that are missing
//! and the fees that these earn, and those out of the denominator.
//!
//! What is missing is worked out by [`outstanding`], so that a list and a payment come from one rule.

mod earnings;

pub use self::earnings::{Earning, Earnings, due_or_first};
use crate::data::extract::{Extract, Patient, PatientKey, PracticeId};
use crate::data::progress::Progress;
use crate::eval::counts::Counts;
use crate::eval::in_time::{Outstanding, Standing, outstanding};
use crate::eval::judge::{Outcome, judge};
use crate::eval::shares::shares;
use crate::eval::sight::{Lens, Scratch, registration_on};
use crate::ground::{Day, Findings};
use crate::model::book::MeasurementId;
use crate::model::worklist::PatientRows;

/// What is asked, and of whom.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// Events after this day are not seen, and nothing can be given before it. Registrations stay those of the whole
    /// extract: who is told as in time is one whom an ordinary run counts once the doses are given.
    pub as_of: Day,
    /// By rulebook, by measurement: whether its patients are told; those of the others are counted only.
    pub told: &'a [Vec<bool>],
    /// The rulebooks whose fees doses may earn, each for the days of its own year; of the same extract.
    pub payers: &'a [Lens<'a>],
}

/// What one rulebook says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Recall {
    /// Those who have not achieved, and those out of the denominator, in no order.
    pub called: Vec<Called>,
    /// By practice (its id in the extract), then by measurement: the counts as they stand on the day.
    pub counts: Vec<Vec<Counts>>,
}

/// A patient on a register who does not count in its numerator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Called {
    /// Who.
    pub patient: PatientKey,
    /// The practice it counts for.
    pub practice: PracticeId,
    /// What was measured.
    pub measurement: MeasurementId,
    /// Date of birth.
    pub birth: Day,
    /// The first day of the registration that counts.
    pub registered: Day,
    /// Which list it stands in.
    pub rows: PatientRows,
    /// What is missing.
    pub outstanding: Outstanding,
    /// What the missing doses earn in fees, if each is given when it is due, or at once where that has passed.
    pub earnings: Earnings,
}

/// Looks at every patient of an extract, on the threads of the current pool. Results are in the order of the lenses;
/// findings are those that only grouping by patient can show.
pub fn recall(
    extract: &Extract,
    lenses: &[Lens<'_>],
    asking: Asking<'_>,
    progress: &dyn Progress,
) -> (Vec<Recall>, Findings) {
    let practices = extract.practices().len();
    let empty = || Look::new(lenses, practices, asking);
    let (shares, findings) = shares(extract, progress, empty, |look, patient| look.patient(patient));
    let mut books = empty().books;
    for share in shares {
        books.iter_mut().zip(share.books).for_each(|(mine, theirs)| mine.merge(theirs));
    }
    (books, findings)
}

impl Recall {
    fn merge(&mut self, other: Recall) {
        for (mine, theirs) in self.counts.iter_mut().flatten().zip(other.counts.into_iter().flatten()) {
            mine.add(theirs);
        }
        self.called.extend(other.called);
    }
}

/// One thread's look.
struct Look<'l, 'b> {
    lenses: &'l [Lens<'b>],
    asking: Asking<'l>,
    books: Vec<Recall>,
    scratch: Vec<Scratch>,
}

impl<'l, 'b> Look<'l, 'b> {
    fn new(lenses: &'l [Lens<'b>], practices: usize, asking: Asking<'l>) -> Look<'l, 'b> {
        let empty = |lens: &Lens<'b>| Recall {
            called: Vec::new(),
            counts: vec![vec![Counts::default(); lens.book.measurements.len()]; practices],
        };
        Look {
            lenses,
            asking,
            books: lenses.iter().map(empty).collect(),
            scratch: lenses.iter().map(|_| Scratch::default()).collect(),
        }
    }

    fn patient(&mut self, patient: Patient<'_>) {
        let seen = patient.events.partition_point(|event| event.day <= self.asking.as_of);
        let patient = Patient { events: &patient.events[..seen], ..patient };
        for at in 0..self.lenses.len() {
            for measurement in 0..self.lenses[at].births.len() {
                let (first, last) = self.lenses[at].births[measurement];
                if first <= patient.birth && patient.birth <= last {
                    self.measured(at, measurement, patient);
                }
            }
        }
    }

    fn measured(&mut self, at: usize, measured: usize, patient: Patient<'_>) {
        let lens = &self.lenses[at];
        let measurement = MeasurementId(u32::try_from(measured).unwrap_or(u32::MAX));
        let Some((practice, outcome)) = judge(lens, measurement, patient, &mut self.scratch[at]) else { return };
        self.books[at].counts[practice.0 as usize][measured].count(outcome);
        if matches!(outcome, Outcome::Achieved | Outcome::Excluded(_)) || !self.asking.told[at][measured] {
            return;
        }
        let Some(outstanding) = outstanding(lens, measurement, patient, self.asking.as_of) else { return };
        let Some(rows) = rows(&outstanding) else { return };
        let day = lens.book.measurements[measured].day;
        let Some(registered) = registration_on(&patient, day).map(|registration| registration.from) else { return };
        let earnings = earnings::of(lens, self.asking.payers, patient, &outstanding.missing);
        self.books[at].called.push(Called {
            patient: patient.key,
            practice,
            measurement,
            birth: patient.birth,
            registered,
            rows,
            outstanding,
            earnings,
        });
    }
}

/// Which list a patient stands in; None for one who achieved or is off the register.
fn rows(outstanding: &Outstanding) -> Option<PatientRows> {
    match (&outstanding.standing, outstanding.outcome) {
        (Standing::InTime, _) => Some(PatientRows::InTime),
        (Standing::TooLate(_) | Standing::GivenLate(_), _) => Some(PatientRows::TooLate),
        (Standing::Settled, Outcome::Excepted(_)) => Some(PatientRows::Excepted),
        (Standing::Settled, Outcome::Achieved | Outcome::NotAchieved | Outcome::Excluded(_)) => None,
    }
}
