//! Doses that were recorded as something else: under a related code, or each component by itself.

use std::collections::BTreeSet;

use crate::data::extract::{CodeIndex, Event};
use crate::eval::near_misses::trial::{Repair, Trial};
use crate::eval::near_misses::{Kind, NearMiss};
use crate::ground::Day;
use crate::model::book::{ClusterSet, Related};

/// A record of a related code that would have counted under a code that is accepted; where one alone does not flip the
/// outcome, all records of one such code.
pub(super) fn related(trial: &mut Trial<'_, '_>) -> Vec<NearMiss> {
    let mut found = Vec::new();
    for (at, related) in trial.measure.related.iter().enumerate() {
        let [clusters] = related.records[..] else { continue };
        let records = not_counted(trial, clusters, related);
        let mut one_by_one: Vec<NearMiss> = Vec::new();
        for record in &records {
            one_by_one.extend(recorded_otherwise(trial, Kind::Code, at, related, &[(*record, record.day)]));
        }
        // A day's dose that was recorded under two codes is told once.
        one_by_one.dedup_by_key(|miss| miss.recorded);
        if one_by_one.is_empty() {
            let codes: BTreeSet<CodeIndex> = records.iter().map(|record| record.code).collect();
            for code in codes {
                let of_code = records.iter().filter(|record| record.code == code);
                let all: Vec<(Event, Day)> = of_code.map(|record| (*record, record.day)).collect();
                if all.len() > 1 {
                    one_by_one.extend(recorded_otherwise(trial, Kind::Code, at, related, &all));
                }
            }
        }
        found.extend(one_by_one);
    }
    found
}

/// All components of a dose, the k-th of each, in place of which the combined vaccine would have counted on the day of
/// the last of them; where one set alone does not flip the outcome, all sets.
pub(super) fn components(trial: &mut Trial<'_, '_>) -> Vec<NearMiss> {
    let mut found = Vec::new();
    for (at, related) in trial.measure.related.iter().enumerate() {
        if related.records.len() < 2 {
            continue;
        }
        let components: Vec<Vec<Event>> = related
            .records
            .iter()
            .map(|clusters| {
                let mut records = not_counted(trial, *clusters, related);
                records.dedup_by_key(|record| record.day);
                records
            })
            .collect();
        let sets = components.iter().map(Vec::len).min().unwrap_or(0);
        let set = |at: usize| -> Vec<(Event, Day)> {
            let records: Vec<Event> = components.iter().map(|records| records[at]).collect();
            let last = records.iter().map(|record| record.day).max().unwrap_or(Day::FIRST);
            records.into_iter().map(|record| (record, last)).collect()
        };
        let mut one_by_one: Vec<NearMiss> = Vec::new();
        for one in 0..sets {
            one_by_one.extend(recorded_otherwise(trial, Kind::Components, at, related, &set(one)));
        }
        if one_by_one.is_empty() && sets > 1 {
            let all: Vec<(Event, Day)> = (0..sets).flat_map(set).collect();
            one_by_one.extend(recorded_otherwise(trial, Kind::Components, at, related, &all));
        }
        found.extend(one_by_one);
    }
    found
}

/// Records of some clusters in a related window that do not count already.
fn not_counted(trial: &mut Trial<'_, '_>, clusters: ClusterSet, related: &Related) -> Vec<Event> {
    let mut records = trial.records_in(clusters, &related.window);
    records.retain(|record| !trial.lens.clusters_of(record).meets(related.counted));
    records
}

/// Some records as doses that count, each on the day that it is given; None if that does not flip the outcome.
fn recorded_otherwise(
    trial: &mut Trial<'_, '_>,
    kind: Kind,
    at: usize,
    related: &Related,
    records: &[(Event, Day)],
) -> Option<NearMiss> {
    let mut days: Vec<Day> = records.iter().map(|(_, day)| *day).collect();
    days.dedup();
    let added: Option<Vec<Event>> = days.iter().map(|day| trial.dose(related.counted, *day)).collect();
    let removed: Vec<Event> = records.iter().map(|(record, _)| *record).collect();
    let repair = Repair { removed, added: added?, registered: None };
    if !trial.achieves(&repair) {
        return None;
    }
    let miss = trial.miss(kind, repair);
    let recorded = days.last().copied();
    let named = related.records.iter().copied().fold(ClusterSet::default(), ClusterSet::or);
    let stands_under = records.iter().map(|(record, _)| trial.lens.clusters_of(record).and(named));
    let recorded_as = stands_under.fold(ClusterSet::default(), ClusterSet::or);
    Some(trial.told(NearMiss {
        clusters: related.counted,
        related: Some(at),
        recorded_as,
        recorded,
        doses: records.len(),
        ..miss
    }))
}
