//! Calendar arithmetic: the one place that adds months and years to dates.
//!
//! Everything that asks "how old on that day" asks [`Day::plus`], because the libraries disagree with one another on
//! the days that a month lacks, and an age must mean the same thing in every clause.

mod months;

use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

use crate::ground::calendar::months::MONTHS;

/// A calendar day, as the number of days since 1 January 1970 (negative before).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

/// Days from 1 January of the year 1 to 1 January 1970, both in the proleptic Gregorian calendar.
const EPOCH_FROM_COMMON_ERA_DAYS: i32 = 719_163;

/// 1 January of the year 1, in days since 1 January 1970.
const FIRST_READ_DAYS: i32 = 1 - EPOCH_FROM_COMMON_ERA_DAYS;

/// 31 December 9999, in days since 1 January 1970.
const LAST_READ_DAYS: i32 = 2_932_896;

impl Day {
    /// A day before every day that can be read.
    pub const FIRST: Day = Day(-800_000);
    /// A day after every day that can be read.
    pub const LAST: Day = Day(4_000_000);

    /// The day that many days after 1 January 1970, if it lies in the years 1 to 9999.
    pub fn from_epoch_days(days: i32) -> Option<Day> {
        (FIRST_READ_DAYS..=LAST_READ_DAYS).contains(&days).then_some(Day(days))
    }

    /// The number of days since 1 January 1970.
    pub fn epoch_days(self) -> i32 {
        self.0
    }

    /// The day of a year (1 to 9999), month (1 to 12) and day of the month, if the calendar has it.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Day> {
        if !(1..=9999).contains(&year) {
            return None;
        }
        match MONTHS.of(year, month) {
            Some(at) => MONTHS.day(at, day),
            None => NaiveDate::from_ymd_opt(year, month, day).map(Day::of),
        }
    }

    /// Reads an ISO date: four digits, two, two, with hyphens. Nothing else is accepted.
    pub fn parse_iso(text: &str) -> Option<Day> {
        Day::parse_iso_bytes(text.as_bytes())
    }

    /// Reads an ISO date from bytes, as it stands in a table's cell.
    pub fn parse_iso_bytes(text: &[u8]) -> Option<Day> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *text else { return None };
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0_u32, |sum, &digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
        };
        let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
        Day::from_ymd(year, number(&[m1, m2])?, number(&[d1, d2])?)
    }

    /// The day a number of days later (earlier if negative), held within [`Day::FIRST`] and [`Day::LAST`].
    pub fn plus_days(self, days: i32) -> Day {
        Day(self.0.saturating_add(days).clamp(Day::FIRST.0, Day::LAST.0))
    }

    /// The whole days from `earlier` to this day; negative if this day is the earlier one.
    pub fn days_since(self, earlier: Day) -> i32 {
        self.0 - earlier.0
    }

    /// The day on which `period` has passed. Months and years keep the day of the month; where the month lacks that
    /// day, `convention` decides (31 August + 6 months is the last day of February, or 1 March).
    pub fn plus(self, period: Period, convention: MissingDay) -> Day {
        match period.unit {
            Unit::Days => self.plus_days(count_as_days(period.count, 1)),
            Unit::Weeks => self.plus_days(count_as_days(period.count, 7)),
            Unit::Months | Unit::Years => self.shift_months(i64::from(period.months()), convention),
        }
    }

    /// The day that lies `period` before this one, by the same convention as [`Day::plus`].
    pub fn minus(self, period: Period, convention: MissingDay) -> Day {
        match period.unit {
            Unit::Days => self.plus_days(-count_as_days(period.count, 1)),
            Unit::Weeks => self.plus_days(-count_as_days(period.count, 7)),
            Unit::Months | Unit::Years => self.shift_months(-i64::from(period.months()), convention),
        }
    }

    /// The day so many months later (earlier if negative).
    fn shift_months(self, months: i64, convention: MissingDay) -> Day {
        MONTHS.shift(self, months, convention).unwrap_or_else(|| self.shift_by_chrono(months, convention))
    }

    /// The same as chrono has it, at any distance.
    fn shift_by_chrono(self, months: i64, convention: MissingDay) -> Day {
        let Some(from) = self.date() else { return self };
        // A period has fewer than 2^32 months.
        let count = Months::new(months.unsigned_abs() as u32);
        let to = if months < 0 { from.checked_sub_months(count) } else { from.checked_add_months(count) };
        let Some(to) = to else { return self };
        // chrono gives the month's last day where the day is missing; the other convention is the day after it.
        match convention {
            MissingDay::NextDay if to.day() != from.day() => Day::of(to).plus_days(1),
            MissingDay::NextDay | MissingDay::LastDay => Day::of(to),
        }
    }

    /// Year, month and day of the month.
    pub fn ymd(self) -> (i32, u32, u32) {
        self.date().map_or((0, 0, 0), |date| (date.year(), date.month(), date.day()))
    }

    /// The day as people write it: `3 December 2023`.
    pub fn in_words(self) -> String {
        match self.date() {
            Some(date) => date.format("%-d %B %Y").to_string(),
            None => "no day".to_owned(),
        }
    }

    fn of(date: NaiveDate) -> Day {
        Day(date.num_days_from_ce() - EPOCH_FROM_COMMON_ERA_DAYS)
    }

    fn date(self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(self.0.checked_add(EPOCH_FROM_COMMON_ERA_DAYS)?)
    }
}

fn count_as_days(count: u32, days_each: u32) -> i32 {
    i32::try_from(count.saturating_mul(days_each)).unwrap_or(i32::MAX)
}

impl fmt::Display for Day {
    /// The ISO form, `2023-12-03`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an age or anniversary is when the month lacks the day: a rulebook declares it as `missing_day`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum MissingDay {
    /// `missing_day = "last day"`: 31 August + 6 months is 28 or 29 February.
    LastDay,
    /// `missing_day = "next day"`: 31 August + 6 months is 1 March.
    NextDay,
}

impl MissingDay {
    /// The convention that was not declared.
    pub fn other(self) -> MissingDay {
        match self {
            MissingDay::LastDay => MissingDay::NextDay,
            MissingDay::NextDay => MissingDay::LastDay,
        }
    }
}

/// A length of time in one unit: `8 months`, `24 weeks`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct Period {
    /// How many units.
    pub count: u32,
    /// Which unit.
    pub unit: Unit,
}

impl Period {
    /// Whole calendar months in a period of months or years; 0 for days and weeks.
    fn months(self) -> u32 {
        match self.unit {
            Unit::Months => self.count,
            Unit::Years => self.count.saturating_mul(12),
            Unit::Days | Unit::Weeks => 0,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} {}{plural}", self.count, self.unit.singular())
    }
}

/// The units of a [`Period`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Unit {
    /// `28 days`
    Days,
    /// `24 weeks`: seven days each.
    Weeks,
    /// `8 months`: calendar months.
    Months,
    /// `5 years`: twelve calendar months each.
    Years,
}

impl Unit {
    /// `day`, `week`, `month` or `year`.
    pub fn singular(self) -> &'static str {
        match self {
            Unit::Days => "day",
            Unit::Weeks => "week",
            Unit::Months => "month",
            Unit::Years => "year",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    #[test]
    fn a_missing_day_is_the_last_day_or_the_next() {
        let six_months = Period { count: 6, unit: Unit::Months };
        let year = Period { count: 1, unit: Unit::Years };
        assert_eq!(day("2022-08-31").plus(six_months, MissingDay::LastDay), day("2023-02-28"));
        assert_eq!(day("2022-08-31").plus(six_months, MissingDay::NextDay), day("2023-03-01"));
        assert_eq!(day("2023-08-31").plus(six_months, MissingDay::LastDay), day("2024-02-29"));
        assert_eq!(day("2024-02-29").plus(year, MissingDay::LastDay), day("2025-02-28"));
        let by = |from: &str, convention| day(from).plus(year, convention);
        assert_ne!(by("2024-02-29", MissingDay::LastDay), by("2024-02-29", MissingDay::LastDay.other()));
        assert_eq!(by("2024-02-28", MissingDay::LastDay), by("2024-02-28", MissingDay::LastDay.other()));
    }

    #[test]
    fn iso_dates_and_nothing_else_are_read() {
        assert_eq!(day("1970-01-02").epoch_days(), 1);
        for end in ["0001-01-01", "9999-12-31"].map(day) {
            assert_eq!(Day::from_epoch_days(end.epoch_days()), Some(end));
            let beyond = if end < day("1970-01-01") { end.epoch_days() - 1 } else { end.epoch_days() + 1 };
            assert_eq!(Day::from_epoch_days(beyond), None);
        }
        for wrong in ["2023-2-01", "01/02/2023", "2023-02-29", "", "2023-13-01", "0000-01-01", " 2023-01-01"] {
            assert_eq!(Day::parse_iso(wrong), None, "{wrong}");
        }
    }
}
