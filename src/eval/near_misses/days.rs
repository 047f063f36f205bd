//! Dates that are some days off: of a dose, of two doses on one day, of a registration.

use crate::data::extract::Event;
use crate::eval::judge::Outcome;
use crate::eval::near_misses::trial::{Repair, Trial};
use crate::eval::near_misses::{Kind, NearMiss};
use crate::ground::Day;
use crate::model::book::{ClusterSet, Date};

/// No date is moved further than this, whatever limit is asked for.
const FURTHEST_DAYS: i32 = 731;

/// So far the second of two doses on one day is moved to count as another.
const FURTHEST_FROM_ITS_DAY: i32 = 366;

/// Doses that would count on a day that is near enough, the nearest such day of each; and second doses of a day.
pub(super) fn doses(trial: &mut Trial<'_, '_>) -> Vec<NearMiss> {
    let records = trial.records(trial.counted);
    let mut found = Vec::new();
    for of_day in records.chunk_by(|a, b| a.day == b.day) {
        let mut of_this: Vec<NearMiss> = Vec::new();
        for record in of_day {
            let others: Vec<Event> = others_of_its_kind(trial, record, of_day);
            of_this.extend(second_of_day(trial, record, &others).or_else(|| moved(trial, &[*record])));
        }
        // Whatever was given on one visit has its date together.
        if of_this.is_empty() && of_day.len() > 1 {
            of_this.extend(moved(trial, of_day));
        }
        // One dose that was recorded under two codes is told once, by its smallest move.
        of_this.sort_by_key(|miss| (miss.kind, miss.clusters.0, miss.move_days.abs()));
        of_this.dedup_by_key(|miss| (miss.kind, miss.clusters));
        found.extend(of_this);
    }
    found
}

/// A registration that, begun some days earlier or later, would be excepted, or would achieve.
pub(super) fn registration(trial: &mut Trial<'_, '_>) -> Option<NearMiss> {
    let book = trial.lens.book;
    let reads = book.dates_of(trial.measure).into_iter().any(|id| book.dates[id.index()] == Date::Registration);
    let from = trial.registration()?.from;
    if !reads {
        return None;
    }
    let repair = |days: i32| Repair { registered: Some(from.plus_days(days)), ..Repair::default() };
    let (earlier, later) = reach(trial, from)?;
    let days = nearest(earlier, later, |days| {
        matches!(trial.outcome(&repair(days)), Some(Outcome::Achieved | Outcome::Excepted(_)))
    })?;
    let would_be = trial.outcome(&repair(days))?;
    let miss = trial.miss(Kind::Registration, repair(days));
    Some(trial.told(NearMiss { would_be, recorded: Some(from), move_days: days, ..miss }))
}

/// How far a day can be moved to an earlier and to a later one and still be near enough; None where no day is.
fn reach(trial: &Trial<'_, '_>, day: Day) -> Option<(i32, i32)> {
    let within = trial.within?;
    let convention = trial.lens.book.missing_day;
    let earlier = day.days_since(day.minus(within, convention));
    let later = day.plus(within, convention).days_since(day);
    Some((earlier.min(FURTHEST_DAYS), later.min(FURTHEST_DAYS)))
}

/// The smallest move that will do: by so many days, earlier ones tried first.
fn nearest(earlier: i32, later: i32, mut will_do: impl FnMut(i32) -> bool) -> Option<i32> {
    (1..=earlier.max(later)).find_map(|days| {
        let back = (days <= earlier && will_do(-days)).then_some(-days);
        back.or_else(|| (days <= later && will_do(days)).then_some(days))
    })
}

/// The same records on a day so many days later.
fn on_another_day(records: &[Event], days: i32) -> Repair {
    let added = records.iter().map(|record| Event { day: record.day.plus_days(days), ..*record });
    Repair { removed: records.to_vec(), added: added.collect(), registered: None }
}

/// Records of one day on the nearest day on which they achieve.
fn moved(trial: &mut Trial<'_, '_>, records: &[Event]) -> Option<NearMiss> {
    let day = records.first()?.day;
    let (earlier, later) = reach(trial, day)?;
    let days = nearest(earlier, later, |days| trial.achieves(&on_another_day(records, days)))?;
    let clusters = records.iter().map(|record| trial.lens.clusters_of(record));
    let clusters = clusters.fold(ClusterSet::default(), ClusterSet::or);
    let miss = trial.miss(Kind::Days, on_another_day(records, days));
    let clusters = clusters.and(trial.counted);
    Some(trial.told(NearMiss { clusters, recorded: Some(day), doses: records.len(), move_days: days, ..miss }))
}

/// The records of the same day that count as the same dose.
fn others_of_its_kind(trial: &Trial<'_, '_>, record: &Event, of_day: &[Event]) -> Vec<Event> {
    let kind = trial.lens.clusters_of(record).and(trial.counted);
    let others = of_day.iter().filter(|other| *other != record && trial.lens.clusters_of(other).meets(kind));
    others.copied().collect()
}

/// The second of two doses on one day, on the nearest day on which it counts as another: not one that would have been
/// enough without the first.
fn second_of_day(trial: &mut Trial<'_, '_>, record: &Event, others: &[Event]) -> Option<NearMiss> {
    if others.is_empty() {
        return None;
    }
    let far = FURTHEST_FROM_ITS_DAY;
    let days = nearest(far, far, |days| trial.achieves(&on_another_day(&[*record], days)))?;
    let repair = on_another_day(&[*record], days);
    let alone = Repair { removed: [&[*record], others].concat(), ..repair.clone() };
    if trial.achieves(&alone) {
        return None;
    }
    let clusters = trial.lens.clusters_of(record).and(trial.counted);
    let miss = trial.miss(Kind::SameDay, repair);
    Some(trial.told(NearMiss { clusters, recorded: Some(record.day), move_days: days, ..miss }))
}
