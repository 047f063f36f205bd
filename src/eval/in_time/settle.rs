//! A way made sound: no dose too many, and no dose that could be given a day later.

use crate::data::extract::CodeIndex;
use crate::eval::in_time::place::{Dose, Towards, Way, place};
use crate::eval::in_time::world::World;
use crate::ground::Day;
use crate::model::book::ClusterSet;

/// After so many rounds of dropping and moving a way is given up. One or two are enough for the rules that are known.
const MOST_ROUNDS: usize = 32;

/// Drops what is superfluous and, where the latest days are sought, moves each dose to its last; None if that never ends.
pub(super) fn settle<'b>(world: &mut World<'_, 'b>, mut way: Way<'b>, towards: Towards) -> Option<Way<'b>> {
    for _ in 0..MOST_ROUNDS {
        let dropped = drop_superfluous(world, &mut way);
        if dropped && let Some(days) = place(world, &way, towards) {
            let placed = Way { days, ..way.clone() };
            way = if works(world, &placed) { placed } else { way };
        }
        let moved = towards == Towards::Latest && move_later(world, &mut way);
        if !dropped && !moved {
            narrow(world, &mut way, towards);
            return Some(way);
        }
    }
    None
}

pub(super) fn works(world: &mut World<'_, '_>, way: &Way<'_>) -> bool {
    world.suppose(way.made_up());
    world.is_achieved()
}

/// True if a way still works with one dose on another day.
fn works_on(world: &mut World<'_, '_>, way: &mut Way<'_>, at: usize, day: Day) -> bool {
    let was = std::mem::replace(&mut way.days[at], day);
    let works = works(world, way);
    way.days[at] = was;
    works
}

/// Drops every dose that can be done without, the one that would have to be given first before others.
fn drop_superfluous(world: &mut World<'_, '_>, way: &mut Way<'_>) -> bool {
    let mut in_order: Vec<usize> = (0..way.doses.len()).collect();
    in_order.sort_by_key(|at| way.days[*at]);
    let mut dropped: Vec<usize> = Vec::new();
    for at in in_order {
        let kept = |other: &usize| *other != at && !dropped.contains(other);
        let rest: Vec<_> = (0..way.doses.len()).filter(kept).map(|at| (way.doses[at].code, way.days[at])).collect();
        world.suppose(rest);
        if world.is_achieved() {
            dropped.push(at);
        }
    }
    dropped.sort_unstable();
    for at in dropped.iter().rev() {
        way.doses.remove(*at);
        way.days.remove(*at);
    }
    !dropped.is_empty()
}

/// Moves every dose that could be given a day later to the last day before one on which it could not.
fn move_later(world: &mut World<'_, '_>, way: &mut Way<'_>) -> bool {
    let mut moved = false;
    for at in 0..way.doses.len() {
        let (next, unseen) = (way.days[at].plus_days(1), world.last_day().plus_days(1));
        // What would do as well if it were never seen is dropped in the next round.
        if works_on(world, way, at, next) && !works_on(world, way, at, unseen) {
            way.days[at] = last_that_works(world, way, at, next, unseen);
            moved = true;
        }
    }
    moved
}

/// Between a day that works and a later one that does not, a day that works and is followed by one that does not.
fn last_that_works(world: &mut World<'_, '_>, way: &mut Way<'_>, at: usize, works: Day, fails: Day) -> Day {
    let (mut works, mut fails) = (works, fails);
    while fails.days_since(works) > 1 {
        let middle = works.plus_days(fails.days_since(works) / 2);
        if works_on(world, way, at, middle) { works = middle } else { fails = middle }
    }
    works
}

/// The earliest days from a day on: all of them together if that works, else each by itself, the others on their last.
pub(super) fn earliest<'b>(world: &mut World<'_, 'b>, way: &Way<'b>, from: Day) -> Vec<Day> {
    if let Some(days) = place(world, way, Towards::Earliest(from)) {
        let in_time = days.iter().zip(&way.days).all(|(earliest, last)| earliest <= last);
        let placed = Way { days, ..way.clone() };
        if in_time && whichever(world, &placed, |world, way| works(world, way)) {
            return placed.days;
        }
    }
    (0..way.doses.len()).map(|at| first_that_works(world, way, at, from)).collect()
}

/// A day that works and, unless it is the first that is asked for, follows one that does not.
fn first_that_works<'b>(world: &mut World<'_, 'b>, way: &Way<'b>, at: usize, from: Day) -> Day {
    let mut works_on_day = |day: Day| whichever(world, way, |world, way| works_on(world, way, at, day));
    if works_on_day(from) {
        return from;
    }
    let (mut fails, mut works) = (from, way.days[at]);
    while works.days_since(fails) > 1 {
        let middle = fails.plus_days(works.days_since(fails) / 2);
        if works_on_day(middle) { works = middle } else { fails = middle }
    }
    works
}

/// So many mixtures of what may be given are tried.
const MOST_MIXTURES: usize = 64;

/// Where any of several clusters may be given, keeps them all if every day of the way stays what it is whichever is given
/// for whichever dose; else those that the way was found with.
fn narrow<'b>(world: &mut World<'_, 'b>, way: &mut Way<'b>, towards: Towards) {
    let any_will_do =
        whichever(world, way, |world, way| works(world, way) && (towards != Towards::Latest || are_last(world, way)));
    for dose in &mut way.doses {
        let own = world.lens.clusters_of_code(dose.code);
        let kept = dose.clusters.iter().map(|cluster| (cluster, ClusterSet(1 << cluster)));
        let lens = world.lens;
        let kept = kept.filter(|(cluster, one)| own.meets(*one) || (any_will_do && lens.typical(*cluster).is_some()));
        dose.clusters = kept.fold(ClusterSet::default(), |kept, (_, one)| kept.or(one));
    }
}

/// True if something holds of a way whichever of its clusters is given for whichever dose; false if there are too many
/// mixtures to try.
fn whichever<'a, 'b>(
    world: &mut World<'a, 'b>,
    way: &Way<'b>,
    holds: impl Fn(&mut World<'a, 'b>, &mut Way<'b>) -> bool,
) -> bool {
    let lens = world.lens;
    let codes = |dose: &Dose<'_>| dose.clusters.iter().filter_map(|cluster| lens.typical(cluster)).collect();
    let choices: Vec<Vec<CodeIndex>> = way.doses.iter().map(codes).collect();
    let mixtures = choices.iter().fold(1_usize, |mixtures, codes| mixtures.saturating_mul(codes.len()));
    let mut mixed = way.clone();
    (1..=MOST_MIXTURES).contains(&mixtures)
        && (0..mixtures).all(|mut mixture| {
            for (dose, codes) in mixed.doses.iter_mut().zip(&choices) {
                dose.code = codes[mixture % codes.len()];
                mixture /= codes.len();
            }
            holds(world, &mut mixed)
        })
}

/// True if no dose of a way could be given a day later.
fn are_last(world: &mut World<'_, '_>, way: &mut Way<'_>) -> bool {
    (0..way.doses.len()).all(|at| {
        let next = way.days[at].plus_days(1);
        !works_on(world, way, at, next)
    })
}
