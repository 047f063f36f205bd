//! Near misses: patients on a register who have not achieved, and would have if one thing were otherwise.
//!
//! Nothing of it is written twice. A repair of the record is proposed (one date, one code, one dose more), the repaired
//! record is put before [`judge`](crate::eval::judge::judge), and only what it then calls achieved is told; of a date of
//! registration also what it calls excepted. What may have been recorded as something else, and how far off a date may
//! be, is the rulebook's to say.

mod clauses;
mod codes;
mod days;
mod doses;
mod found;
mod stake;
mod trial;

pub use self::found::{Found, find};
pub use self::stake::{Flips, stake};
pub use self::trial::Repair;

use self::trial::Trial;
use crate::data::extract::Patient;
use crate::eval::judge::Outcome;
use crate::eval::sight::Lens;
use crate::ground::{Day, Period};
use crate::model::book::{ClusterSet, ConditionId, MeasurementId};

/// What would have to be otherwise, in the order in which it is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Kind {
    /// A dose was recorded under a related code that does not count.
    Code,
    /// A dose is some days early or late.
    Days,
    /// Two doses stand on one day, and would count on two.
    SameDay,
    /// All components were recorded, each by itself, instead of the combined vaccine.
    Components,
    /// A dose between two recorded ones is not recorded.
    Unrecorded,
    /// Registered after birth, with nothing recorded from before registration.
    History,
    /// Registered some days too early for an exception.
    Registration,
}

impl Kind {
    /// All of them, in order.
    pub const ALL: [Kind; 7] =
        [Kind::Code, Kind::Days, Kind::SameDay, Kind::Components, Kind::Unrecorded, Kind::History, Kind::Registration];

    /// The word of the `kind` column.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Code => "code",
            Kind::Days => "days",
            Kind::SameDay => "same_day",
            Kind::Components => "components",
            Kind::Unrecorded => "unrecorded",
            Kind::History => "history",
            Kind::Registration => "registration",
        }
    }
}

/// One thing that, if it were otherwise, would flip a patient's outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearMiss {
    /// What kind of thing.
    pub kind: Kind,
    /// What the outcome would be: achieved, or for a registration perhaps excepted.
    pub would_be: Outcome,
    /// The part of the rule that would hold, and does not.
    pub clause: ConditionId,
    /// The clusters of the doses in question; none for a registration.
    pub clusters: ClusterSet,
    /// The place among the measure's related records of those in question.
    pub related: Option<usize>,
    /// The related clusters that the records in question stand under; none for another kind.
    pub recorded_as: ClusterSet,
    /// The day of the record in question; None where nothing is recorded.
    pub recorded: Option<Day>,
    /// How many records, or doses that are not recorded, are in question.
    pub doses: usize,
    /// How far the date would have to move, in days: earlier, where it is negative. 0 where no date would.
    pub move_days: i32,
    /// The repair.
    pub repair: Repair,
}

impl NearMiss {
    /// By kind, then by smallness, then by what makes the order the same in every run.
    fn key(&self) -> (Kind, i32, usize, Option<Day>, u64, &Repair) {
        (self.kind, self.move_days.abs(), self.doses, self.recorded, self.clusters.0, &self.repair)
    }
}

/// What is looked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sought {
    /// How far off a date may be; where it is None, the rulebook says, and if it does not, no date is near enough.
    pub within: Option<Period>,
}

/// The near misses of one measurement of a patient, by kind, then the smallest first; empty for one who is not on the
/// register, or in any case achieved, excepted or excluded.
///
/// The work for one patient is bounded: of a record with more than some dozens of doses only the first are looked at.
pub fn near_misses(lens: &Lens<'_>, measurement: MeasurementId, patient: Patient<'_>, sought: Sought) -> Vec<NearMiss> {
    let Some(mut trial) = Trial::new(lens, measurement, patient, sought) else { return Vec::new() };
    let mut found = codes::related(&mut trial);
    found.extend(codes::components(&mut trial));
    found.extend(days::doses(&mut trial));
    found.extend(days::registration(&mut trial));
    found.extend(doses::unrecorded(&mut trial));
    found.extend(doses::history(&mut trial));
    found.sort_by(|a, b| a.key().cmp(&b.key()));
    found
}
