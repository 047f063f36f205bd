//! Doses that may have been given and are not recorded: between two recorded ones, or before registration.

use crate::data::extract::Event;
use crate::eval::near_misses::trial::{Repair, Trial};
use crate::eval::near_misses::{Kind, NearMiss};
use crate::ground::Day;
use crate::model::book::{ClusterSet, Due};

/// A dose that was due between two recorded ones which, by their nearest due dates, look like the dose before it and one
/// after it: as if the first and the third were recorded.
pub(super) fn unrecorded(trial: &mut Trial<'_, '_>) -> Vec<NearMiss> {
    let mut found: Vec<NearMiss> = Vec::new();
    for due in &trial.measure.dues {
        let dates: Vec<Day> = trial.dates(&due.dates).into_iter().flatten().collect();
        // Where a date is not there, nobody knows which dose is which.
        if dates.len() < due.dates.len() {
            continue;
        }
        let mut days: Vec<Day> = trial.records(due.clusters).iter().map(|record| record.day).collect();
        days.dedup();
        for pair in days.windows(2) {
            let between = nearest_due(&dates, pair[0]) + 1..nearest_due(&dates, pair[1]);
            for at in between.filter(|at| pair[0] < dates[*at] && dates[*at] < pair[1]) {
                let choices = due.clusters.iter().map(|cluster| ClusterSet(1 << cluster));
                let given = choices.filter_map(|cluster| Some((cluster, vec![trial.dose(cluster, dates[at])?])));
                found.extend(added(trial, Kind::Unrecorded, given.collect()));
            }
        }
    }
    found
}

/// For one who registered after birth and has nothing recorded from before: the doses that were due before registration.
pub(super) fn history(trial: &mut Trial<'_, '_>) -> Option<NearMiss> {
    let from = trial.registration()?.from;
    let is_before = |day: Day| trial.patient.birth <= day && day < from;
    if from <= trial.patient.birth || trial.records(trial.counted).iter().any(|record| is_before(record.day)) {
        return None;
    }
    let dues: Vec<(&Due, Vec<Day>)> = trial
        .measure
        .dues
        .iter()
        .map(|due| {
            let dates = trial.dates(&due.dates).into_iter().flatten();
            (due, dates.filter(|day| trial.patient.birth <= *day && *day < from).collect())
        })
        .collect();
    // Of doses that may be of several kinds, all are taken to have been of the first, or all of the second, and so on.
    let most = dues.iter().map(|(due, _)| due.clusters.iter().count()).max().unwrap_or(0);
    let choice = |nth: usize| -> (ClusterSet, Vec<Event>) {
        let mut clusters = ClusterSet::default();
        let mut doses = Vec::new();
        for (due, dates) in dues.iter().filter(|(_, dates)| !dates.is_empty()) {
            let Some(at) = due.clusters.iter().nth(nth).or(due.clusters.iter().last()) else { continue };
            clusters = clusters.or(ClusterSet(1 << at));
            doses.extend(dates.iter().filter_map(|day| trial.dose(ClusterSet(1 << at), *day)));
        }
        (clusters, doses)
    };
    let choices: Vec<_> = (0..most).map(choice).filter(|(_, doses)| !doses.is_empty()).collect();
    added(trial, Kind::History, choices)
}

/// The place of the due date that a day is nearest to, of two the earlier.
fn nearest_due(dates: &[Day], day: Day) -> usize {
    let distances = dates.iter().map(|due| due.days_since(day).abs());
    distances.enumerate().min_by_key(|(at, distance)| (*distance, *at)).map_or(0, |(at, _)| at)
}

/// The first of some choices of further doses that achieves.
fn added(trial: &mut Trial<'_, '_>, kind: Kind, choices: Vec<(ClusterSet, Vec<Event>)>) -> Option<NearMiss> {
    choices.into_iter().find_map(|(clusters, doses)| {
        let count = doses.len();
        let repair = Repair { added: doses, ..Repair::default() };
        if !trial.achieves(&repair) {
            return None;
        }
        let miss = trial.miss(kind, repair);
        Some(trial.told(NearMiss { clusters, doses: count, ..miss }))
    })
}
