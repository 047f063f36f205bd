//! Which dates of birth can be on a register at all, so that most patients are passed over with two comparisons.
//!
//! A register such as `turns 8 months in the year` takes births of one year only. The range found here may be wider than
//! the truth, never narrower: what lies in it is still judged clause by clause.

use crate::ground::{Day, Unit};
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, Date, DateId, Edge, Window};

/// First and last date of birth that may satisfy a condition measured on a day.
pub(crate) fn births(book: &Rulebook, day: Day, condition: ConditionId) -> (Day, Day) {
    match &book.conditions[condition.index()] {
        Condition::All(parts) => {
            let ranges = parts.iter().map(|part| births(book, day, *part));
            ranges.fold(ALL, |(first, last), (from, to)| (first.max(from), last.min(to)))
        }
        Condition::Any(parts) => {
            let ranges = parts.iter().map(|part| births(book, day, *part));
            ranges.fold(NONE, |(first, last), (from, to)| (first.min(from), last.max(to)))
        }
        Condition::Falls { date, window } => births_of_age(book, day, *date, window),
        Condition::Not(_)
        | Condition::Count { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => ALL,
    }
}

const ALL: (Day, Day) = (Day::FIRST, Day::LAST);
const NONE: (Day, Day) = (Day::LAST, Day::FIRST);

/// A month-end moves an age by at most three days, under either convention.
const MONTH_END_DAYS: i32 = 3;

/// The births of those who reach an age between days that are the same for everybody.
fn births_of_age(book: &Rulebook, day: Day, date: DateId, window: &Window) -> (Day, Day) {
    let (from_birth, period) = match &book.dates[date.index()] {
        Date::Birth => (true, None),
        Date::After(from, period) => (book.dates[from.index()] == Date::Birth, Some(*period)),
        Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::Calendar(_)
        | Date::Before(..)
        | Date::Nth { .. } => (false, None),
    };
    if !from_birth {
        return ALL;
    }
    let back = |at: Day| period.map_or(at, |period| at.minus(period, book.missing_day));
    let slack = match period.map(|period| period.unit) {
        Some(Unit::Months | Unit::Years) => MONTH_END_DAYS,
        Some(Unit::Days | Unit::Weeks) | None => 0,
    };
    let mut range = ALL;
    for edge in &window.from {
        if let Some(at) = fixed(book, day, edge.date) {
            range.0 = range.0.max(back(at.plus_days(edge.shift_days)).plus_days(-slack));
        }
    }
    for edge in &window.to {
        if let Some(at) = fixed(book, day, edge.date) {
            range.1 = range.1.min(back(at.plus_days(edge.shift_days)).plus_days(slack));
        }
    }
    range
}

/// Days of birth, one bit for each, so that the many who are on no register are passed over with one look.
#[derive(Debug)]
pub(crate) struct BirthDays {
    first: Day,
    /// The bits of 64 days in each.
    bits: Vec<u64>,
    /// The days lie so wide apart that none is told from another.
    all: bool,
}

/// Two hundred years, which is more than the lives of those on any list.
const MOST_BIRTH_DAYS: usize = 73_100;

impl BirthDays {
    /// Those that lie in any of these stretches, each from a first to a last day; a last day before the first is none.
    pub(crate) fn of(stretches: &[(Day, Day)]) -> BirthDays {
        let stretches = || stretches.iter().filter(|(first, last)| first <= last);
        let first = stretches().map(|(first, _)| *first).min().unwrap_or(Day::FIRST);
        let days = stretches().map(|(_, last)| last.days_since(first) as usize + 1).max().unwrap_or(0);
        if days > MOST_BIRTH_DAYS {
            return BirthDays { first, bits: Vec::new(), all: true };
        }
        let mut bits = vec![0; days.div_ceil(64)];
        for (from, to) in stretches() {
            for day in from.days_since(first)..=to.days_since(first) {
                bits[day as usize / 64] |= 1_u64 << (day % 64);
            }
        }
        BirthDays { first, bits, all: false }
    }

    /// Whether a day is among them.
    #[inline]
    pub(crate) fn contain(&self, birth: Day) -> bool {
        // A day before the first becomes a number too great for any bit.
        let day = birth.days_since(self.first) as u32 as usize;
        self.all || self.bits.get(day / 64).is_some_and(|bits| bits >> (day % 64) & 1 == 1)
    }
}

/// The first and last dates of birth, exactly, of those for whom an age or birth lies in a window whose edges are the
/// same for everybody. None where it hangs on more than birth, or nobody is born so.
pub fn born_between(book: &Rulebook, day: Day, date: DateId, window: &Window) -> Option<(Day, Day)> {
    let of_birth = |birth: Day| match &book.dates[date.index()] {
        Date::Birth => Some(birth),
        Date::After(from, period) if book.dates[from.index()] == Date::Birth => {
            Some(birth.plus(*period, book.missing_day))
        }
        Date::After(..)
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::Calendar(_)
        | Date::Before(..)
        | Date::Nth { .. } => None,
    };
    let edge = |edge: &Edge| fixed(book, day, edge.date).map(|at| at.plus_days(edge.shift_days));
    let first = window.from.iter().map(edge).collect::<Option<Vec<Day>>>()?.into_iter().max()?;
    let last = window.to.iter().map(edge).collect::<Option<Vec<Day>>>()?.into_iter().min()?;
    // The range found by going back may be wide by a month's end: later births never come to an age earlier.
    let (from, to) = births_of_age(book, day, date, window);
    let span = 2 * MONTH_END_DAYS;
    let is_in = |birth: &Day| of_birth(*birth).is_some_and(|at| first <= at && at <= last);
    let from = (0..=span).map(|days| from.plus_days(days)).find(is_in)?;
    let to = (0..=span).map(|days| to.plus_days(-days)).find(is_in)?;
    Some((from, to))
}

/// A date that is the same for everybody.
fn fixed(book: &Rulebook, day: Day, date: DateId) -> Option<Day> {
    match &book.dates[date.index()] {
        Date::YearStart => Some(book.start),
        Date::YearEnd => Some(book.end),
        Date::MeasurementDay => Some(day),
        Date::Calendar(at) => Some(*at),
        Date::After(from, period) => fixed(book, day, *from).map(|from| from.plus(*period, book.missing_day)),
        Date::Before(from, period) => fixed(book, day, *from).map(|from| from.minus(*period, book.missing_day)),
        Date::Birth | Date::Registration | Date::ReportDay | Date::OfRow(_) | Date::Nth { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_birth_day_is_among_those_of_its_stretches_alone() {
        let day = |text| Day::parse_iso(text).unwrap();
        let days =
            BirthDays::of(&[(day("2020-01-31"), day("2020-02-02")), (day("2023-05-05"), day("2023-05-05")), NONE]);
        let walk = (0..2000).map(|at| day("2019-01-01").plus_days(at));
        let among: Vec<String> = walk.filter(|birth| days.contain(*birth)).map(|birth| birth.to_string()).collect();
        assert_eq!(among, ["2020-01-31", "2020-02-01", "2020-02-02", "2023-05-05"]);
        assert!(BirthDays::of(&[ALL]).contain(day("1066-10-14")));
        assert!(!BirthDays::of(&[NONE]).contain(day("1066-10-14")));
    }
}
