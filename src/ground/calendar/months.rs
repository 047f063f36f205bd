//! The months of the years in which people live, each with its first day: months are added there without a division.

use std::sync::LazyLock;

use chrono::NaiveDate;

use crate::ground::calendar::{Day, MissingDay};

const FIRST_YEAR: i32 = 1800;

/// Every 400 years the calendar begins again, after so many months and days.
const MONTHS_COUNT: usize = 4800;
const DAYS_COUNT: i64 = 146_097;

/// The months from 1800 to 2199.
pub(super) static MONTHS: LazyLock<Months> = LazyLock::new(|| {
    let first = |at: usize| {
        let (years, month) = (at as i32 / 12, at as u32 % 12 + 1);
        NaiveDate::from_ymd_opt(FIRST_YEAR + years, month, 1).map_or(Day::LAST, Day::of)
    };
    Months { firsts: (0..=MONTHS_COUNT).map(first).collect() }
});

/// Some months, by their place.
pub(super) struct Months {
    /// The first day of each, and of the month after them.
    firsts: Vec<Day>,
}

impl Months {
    /// The place of a month of a year (1 to 12), if it is one of these.
    #[inline]
    pub(super) fn of(&self, year: i32, month: u32) -> Option<usize> {
        let years = usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
        let at = years.checked_mul(12)?.checked_add(month as usize)?.checked_sub(1)?;
        ((1..=12).contains(&month) && at < MONTHS_COUNT).then_some(at)
    }

    /// A day of the month at a place, counted from 1, if the month has it.
    #[inline]
    pub(super) fn day(&self, at: usize, day: u32) -> Option<Day> {
        let days = i32::try_from(day.checked_sub(1)?).ok()?;
        let found = Day(self.firsts[at].0.checked_add(days)?);
        (found < self.firsts[at + 1]).then_some(found)
    }

    /// The day so many months later (earlier if negative), if both lie in these months.
    #[inline]
    pub(super) fn shift(&self, day: Day, months: i64, convention: MissingDay) -> Option<Day> {
        let from = self.holding(day)?;
        let to = usize::try_from(from as i64 + months).ok().filter(|&to| to < MONTHS_COUNT)?;
        let moved = Day(self.firsts[to].0 + day.days_since(self.firsts[from]));
        let after = self.firsts[to + 1];
        Some(match convention {
            _ if moved < after => moved,
            MissingDay::LastDay => Day(after.0 - 1),
            MissingDay::NextDay => after,
        })
    }

    /// The place of the month that holds a day.
    #[inline]
    fn holding(&self, day: Day) -> Option<usize> {
        let days = i64::from(day.days_since(self.firsts[0]));
        if !(0..DAYS_COUNT).contains(&days) {
            return None;
        }
        // Were all months of one length this would be it; as they are, it may be the one before or after.
        let near = (days * MONTHS_COUNT as i64 / DAYS_COUNT) as usize;
        Some(if day < self.firsts[near] {
            near - 1
        } else if day >= self.firsts[near + 1] {
            near + 1
        } else {
            near
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    #[test]
    fn every_day_is_in_its_month() {
        let first = MONTHS.firsts[0];
        for days in 0..DAYS_COUNT as i32 {
            let day = first.plus_days(days);
            let date = day.date().unwrap();
            let at = MONTHS.holding(day).unwrap();
            assert_eq!(MONTHS.of(date.year(), date.month()), Some(at), "{day}");
            assert_eq!(MONTHS.day(at, date.day()), Some(day));
        }
        assert_eq!(MONTHS.holding(first.plus_days(-1)), None);
        assert_eq!(MONTHS.holding(first.plus_days(DAYS_COUNT as i32)), None);
    }

    #[test]
    fn a_day_that_a_month_lacks_is_none() {
        for (year, month, day) in [(2023, 2, 29), (2024, 2, 30), (2023, 4, 31), (2023, 1, 0), (2023, 1, u32::MAX)] {
            assert_eq!(MONTHS.of(year, month).and_then(|at| MONTHS.day(at, day)), None, "{year}-{month}-{day}");
        }
        for (year, month) in [(1799, 12), (2200, 1), (2000, 0), (2000, 13), (i32::MIN, 1), (i32::MAX, 12)] {
            assert_eq!(MONTHS.of(year, month), None, "{year}-{month}");
        }
    }

    #[test]
    fn months_are_added_as_chrono_adds_them() {
        let first = MONTHS.firsts[0];
        for days in (0..DAYS_COUNT as i32).step_by(17) {
            let day = first.plus_days(days);
            for months in
                [1, 2, 5, 6, 8, 11, 12, 13, 18, 57, 960, 972, 4000].into_iter().flat_map(|months| [months, -months])
            {
                for convention in [MissingDay::LastDay, MissingDay::NextDay] {
                    if let Some(moved) = MONTHS.shift(day, months, convention) {
                        assert_eq!(moved, day.shift_by_chrono(months, convention), "{day} and {months} months");
                    }
                }
            }
        }
    }
}
