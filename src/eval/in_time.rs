//! Who can still be in time, and until when: for a patient on a register who has not achieved, the doses that are missing,
//! when each is due, and the last day on which it still counts.
//!
//! Nothing of it is written twice. The doses are proposed by going down the very condition that [`judge`] evaluates, and
//! each proposal is put before [`judge`]'s evaluator: made-up doses are added to the patient's records, and only what it
//! then calls achieved is told. A last day is one that still achieves and is followed by one that does not.

mod place;
mod settle;
mod ways;
mod world;

use std::cmp::Reverse;

use self::place::{Towards, Way};
use self::settle::{earliest, settle};
use self::ways::ways;
use self::world::{Ends, World, dose_below};
use crate::data::extract::{Patient, PracticeId};
use crate::eval::judge::{Outcome, judge};
use crate::eval::sight::{Lens, Scratch, Sight, registration_on};
use crate::ground::Day;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, Measurement, MeasurementId, Window};

/// What a measurement still asks of a patient on its register, as it stands on a day.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outstanding {
    /// The practice it counts for.
    pub practice: PracticeId,
    /// The outcome, if nothing is given after that day.
    pub outcome: Outcome,
    /// Whether it can still be in time.
    pub standing: Standing,
    /// The doses that are missing, in the order of their last days, or where it is too late of their earliest: given on
    /// any of the days up to their last as the rules want them, they achieve. For one who can no longer be in time they
    /// are those that are still to be given at all, and have no last day. Empty for one who needs none, or whom none can
    /// help.
    pub missing: Vec<MissingDose>,
    /// Where the rules leave a choice, the other sets of doses that would be in time. `missing` is the one whose first
    /// last day is the latest; of several such the one with the fewest doses; of those the one with the later last days.
    pub other_ways: Vec<Vec<MissingDose>>,
    /// True if none of the missing doses is due by that day, or the patient is born, or registered, only after it.
    pub not_due_yet: bool,
}

/// Whether a patient can still achieve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// Achieved, or out of the denominator: nothing is missing.
    Settled,
    /// Not achieved, and can still be.
    InTime,
    /// Not achieved, and no dose given from that day on can change it.
    TooLate(Why),
    /// The same, and every dose that the rules ask for was given, only too late: nothing is left to give.
    GivenLate(Why),
}

/// Why a patient can no longer be in time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// These doses' last days have passed.
    Passed(Vec<PassedDose>),
    /// No dose on any day, past days included, makes this condition hold.
    Clause(ConditionId),
}

/// A dose that is missing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MissingDose {
    /// A dose of any of these.
    pub clusters: ClusterSet,
    /// Which dose of its kind it is: 2 if one that can count is given, or missing, before it.
    pub number: u32,
    /// The first day on which it counts, not before the day that was asked about; after another missing dose, the first if
    /// that one is given as early as it can be.
    pub earliest: Day,
    /// The last day on which it counts, if the other missing doses are given by theirs; None if it can no longer count.
    pub last: Option<Day>,
    /// When it is due by the rulebook; None if that does not say.
    pub due: Option<Day>,
}

/// A dose that can no longer be in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PassedDose {
    /// A dose of any of these.
    pub clusters: ClusterSet,
    /// Which dose of its kind it is.
    pub number: u32,
    /// The last day on which it would have counted.
    pub last: Day,
}

/// What a measurement still asks of a patient, if no event after a day is seen and nothing can be given before it; a dose
/// on the day itself can. Registrations and ages stay those of the measurement day. None for one who is not on the
/// register.
///
/// The work for one patient is bounded: of a condition that can be met in hundreds of ways some are not tried, and more
/// than two dozen doses are never proposed. What is told as in time is so in any case.
pub fn outstanding(
    lens: &Lens<'_>,
    measurement: MeasurementId,
    patient: Patient<'_>,
    as_of: Day,
) -> Option<Outstanding> {
    let measured = &lens.book.measurements[measurement.index()];
    let seen = patient.events.partition_point(|event| event.day <= as_of);
    let patient = Patient { events: &patient.events[..seen], ..patient };
    let (practice, outcome) = judge(lens, measurement, patient, &mut Scratch::default())?;
    let settled = Outstanding {
        practice,
        outcome,
        standing: Standing::Settled,
        missing: Vec::new(),
        other_ways: Vec::new(),
        not_due_yet: false,
    };
    match outcome {
        Outcome::Achieved | Outcome::Excepted(_) | Outcome::Excluded(_) => return Some(settled),
        Outcome::NotAchieved => {}
    }
    let mut asked = Asked { lens, measured, patient, as_of };
    let (standing, mut sets) = match asked.in_time() {
        Ok(sets) => (Standing::InTime, sets),
        Err(why) => asked.too_late(why),
    };
    let missing = if sets.is_empty() { Vec::new() } else { sets.remove(0) };
    let not_due_yet = asked.is_not_due_yet(&missing);
    Some(Outstanding { standing, missing, other_ways: sets, not_due_yet, ..settled })
}

/// One patient who has not achieved, on one day.
struct Asked<'a, 'b> {
    lens: &'a Lens<'b>,
    measured: &'b Measurement,
    /// With the events up to the day.
    patient: Patient<'a>,
    as_of: Day,
}

impl<'a, 'b> Asked<'a, 'b> {
    /// The first day on which something can be given.
    fn from(&self) -> Day {
        self.as_of.max(self.patient.birth)
    }

    fn world(&self, ends: Ends) -> World<'a, 'b> {
        World::new(self.lens, self.measured, self.patient, ends)
    }

    /// The sets of doses that can be in time, the best first.
    fn in_time(&mut self) -> Result<Vec<Vec<MissingDose>>, Why> {
        let mut world = self.world(Ends::Kept);
        let goal = world.measure.achieved.condition;
        let mut sound = latest(&mut world, Towards::Latest);
        // Of doses that hang on one another's days the latest days may keep no bound where the earliest keep all.
        if sound.is_empty() {
            world = self.world(Ends::Kept);
            sound = latest(&mut world, Towards::Earliest(self.from()));
        }
        // The best of all is in time if any is: it has the latest day by which something must be given.
        sound.sort_by_cached_key(|way| (Reverse(first(way)), way.doses.len(), Reverse(sorted(way)), kinds(way)));
        sound.dedup_by_key(|way| (sorted(way), kinds(way)));
        let Some(best) = sound.first() else { return Err(Why::Clause(blocked(&mut world, goal))) };
        if first(best) < self.from() {
            let doses = told(&mut world, best);
            let passed = doses.into_iter().filter(|dose| dose.last < self.from());
            return Err(Why::Passed(passed.collect()));
        }
        sound.retain(|way| first(way) >= self.from());
        let sets = sound.into_iter().map(|way| {
            let earliest = earliest(&mut world, &way, self.from());
            let doses = told(&mut world, &way);
            let with_earliest = doses.into_iter().zip(in_order(&way).map(|at| earliest[at]));
            with_earliest.map(|(dose, earliest)| missing(&mut world, dose, earliest, Some(dose.last))).collect()
        });
        Ok(sets.collect())
    }

    /// What is to be given at all, to one who cannot be in time.
    fn too_late(&mut self, why: Why) -> (Standing, Vec<Vec<MissingDose>>) {
        let mut world = self.world(Ends::Lifted);
        if world.is_achieved() {
            return (Standing::GivenLate(why), Vec::new());
        }
        let towards = Towards::Earliest(self.from());
        let goal = world.measure.achieved.condition;
        let found = ways(&mut world, goal, towards);
        let settled = found.into_iter().filter_map(|way| settle(&mut world, way, towards));
        // Where the rules leave a choice, the course that was begun, or missed, is gone on with.
        let missed = match &why {
            Why::Passed(doses) => doses.iter().map(|dose| dose.clusters).fold(ClusterSet::default(), ClusterSet::or),
            Why::Clause(_) => ClusterSet::default(),
        };
        let others = |way: &Way<'b>| way.doses.iter().filter(|dose| !dose.clusters.meets(missed)).count();
        let best = settled.min_by_key(|way| (way.doses.len(), others(way), sorted(way), kinds(way)));
        let Some(best) = best else { return (Standing::TooLate(why), Vec::new()) };
        let doses = told(&mut world, &best);
        let doses = doses.into_iter().map(|dose| missing(&mut world, dose, dose.last, None));
        (Standing::TooLate(why), vec![doses.collect()])
    }

    fn is_not_due_yet(&self, missing: &[MissingDose]) -> bool {
        let registered = registration_on(&self.patient, self.measured.day).map(|registration| registration.from);
        let is_not_due = |dose: &MissingDose| dose.due.unwrap_or(dose.earliest) > self.as_of;
        self.patient.birth > self.as_of
            || registered.is_some_and(|from| from > self.as_of)
            || (!missing.is_empty() && missing.iter().all(is_not_due))
    }
}

/// The ways to achieve that are found from either end of time, each with its doses on their last days.
fn latest<'b>(world: &mut World<'_, 'b>, found_towards: Towards) -> Vec<Way<'b>> {
    let found = ways(world, world.measure.achieved.condition, found_towards);
    found.into_iter().filter_map(|way| settle(world, way, Towards::Latest)).collect()
}

/// The day by which the first of a way's doses must be given.
fn first(way: &Way<'_>) -> Day {
    way.days.iter().copied().min().unwrap_or(Day::LAST)
}

fn sorted(way: &Way<'_>) -> Vec<Day> {
    in_order(way).map(|at| way.days[at]).collect()
}

fn kinds(way: &Way<'_>) -> Vec<u64> {
    in_order(way).map(|at| way.doses[at].clusters.0).collect()
}

/// The places of a way's doses, by their days, then by their clusters.
fn in_order(way: &Way<'_>) -> impl Iterator<Item = usize> + use<> {
    let mut order: Vec<usize> = (0..way.doses.len()).collect();
    order.sort_by_key(|at| (way.days[*at], way.doses[*at].clusters.0));
    order.into_iter()
}

/// A way's doses in order, each with its number and its day.
fn told(world: &mut World<'_, '_>, way: &Way<'_>) -> Vec<PassedDose> {
    world.suppose(way.made_up());
    let number = |sight: &mut Sight<'_, '_>, at: usize| {
        let (dose, day) = (&way.doses[at], way.days[at]);
        let starts = dose.windows.iter().map(|window| counted_from(sight, dose.clusters, window));
        let from = starts.min().unwrap_or(Day::FIRST);
        let before = sight.days_of(dose.clusters, Some((from, day.plus_days(-1)))).count();
        PassedDose { clusters: dose.clusters, number: before as u32 + 1, last: day }
    };
    world.ask(|sight| in_order(way).map(|at| number(sight, at)).collect()).unwrap_or_default()
}

/// From which day on doses are counted as the first, the second and so on: a window that starts at a dose of the same kind
/// goes on with the count that this dose is in.
fn counted_from(sight: &mut Sight<'_, '_>, clusters: ClusterSet, window: &Window) -> Day {
    let book = sight.lens.book;
    let mut from = Day::FIRST;
    for edge in &window.from {
        let nth = dose_below(&book.dates, edge.date).map(|nth| &book.dates[nth.index()]);
        let start = match nth {
            Some(Date::Nth { clusters: its, window: its_window, .. }) if its.meets(clusters) => {
                Some(counted_from(sight, clusters, its_window))
            }
            _ => sight.date(edge.date).map(|day| day.plus_days(edge.shift_days)),
        };
        from = from.max(start.unwrap_or(Day::FIRST));
    }
    from
}

fn missing(world: &mut World<'_, '_>, dose: PassedDose, earliest: Day, last: Option<Day>) -> MissingDose {
    let PassedDose { clusters, number, .. } = dose;
    let dues = world.measure.dues.iter().filter(|due| due.clusters.meets(clusters));
    let date = dues.filter_map(|due| due.dates.get(number as usize - 1)).next().copied();
    world.suppose([]);
    let due = date.and_then(|date| world.ask(|sight| sight.date(date)).flatten());
    MissingDose { clusters, number, earliest, last, due }
}

/// The innermost part of a condition that no dose can make hold.
fn blocked(world: &mut World<'_, '_>, id: ConditionId) -> ConditionId {
    let book = world.lens.book;
    let Condition::All(parts) = &book.conditions[id.index()] else { return id };
    for part in parts {
        world.suppose([]);
        if !world.is(*part, true) && ways(world, *part, Towards::Latest).is_empty() {
            return blocked(world, *part);
        }
    }
    id
}
