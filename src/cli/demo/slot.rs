//! The appointments that practices keep free.

use std::collections::BTreeMap;

use super::chance::{Chance, Purpose};
use super::population::Population;
use super::practice::Practice;
use crate::ground::Day;

/// A row of the slots table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slot {
    /// The practice by its place.
    pub(super) practice: usize,
    /// As `2025-01-15 09:00`.
    pub(super) start: String,
    pub(super) end: String,
    pub(super) taken: bool,
}

/// The slots of all practices, by practice and start. No two of a practice start together.
pub(super) fn draw(population: &Population, practices: &[Practice], seed: u64) -> Vec<Slot> {
    let keepers = practices.iter().enumerate().filter(|(_, practice)| practice.keeps_slots);
    keepers.flat_map(|(practice, _)| draw_of(population, practice, seed)).collect()
}

fn draw_of(population: &Population, practice: usize, seed: u64) -> Vec<Slot> {
    let model = &population.outreach.slots;
    let mut chance = Chance::of(seed, Purpose::Slots, practice as u64);
    let mut starts = BTreeMap::new();
    for _ in 0..chance.between(model.each.from, model.each.to) {
        let width = model.days.1.days_since(model.days.0);
        let day = working_day(model.days.0.plus_days(chance.between(0, width)));
        let start = chance.one_of(&model.starts).copied().unwrap_or_default();
        starts.insert((day, start), chance.happens(model.taken));
    }
    let told = |day: Day, minutes: u32| format!("{day} {:02}:{:02}", minutes / 60, minutes % 60);
    let slot = |((day, start), taken): ((Day, u32), bool)| Slot {
        practice,
        start: told(day, start),
        end: told(day, start + model.minutes),
        taken,
    };
    starts.into_iter().map(slot).collect()
}

/// A day, or the Monday after it if it is a Saturday or Sunday.
fn working_day(day: Day) -> Day {
    // Day 0 was a Thursday; Monday is 0 here.
    match (day.epoch_days() + 3).rem_euclid(7) {
        5 => day.plus_days(2),
        6 => day.plus_days(1),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_to_come_on_a_sunday() {
        let day = |text| Day::parse_iso(text).unwrap();
        assert_eq!(working_day(day("2025-01-17")), day("2025-01-17"));
        assert_eq!(working_day(day("2025-01-18")), day("2025-01-20"));
        assert_eq!(working_day(day("2025-01-19")), day("2025-01-20"));
        assert_eq!(working_day(day("2025-01-20")), day("2025-01-20"));
    }
}
