//! Which dates of birth can be on a register at all, so that most patients are passed over with two comparisons.
//!
//! A register such as `turns 8 months in the year` takes births of one year only. The range found here may be wider than
//! the truth, never narrower: what lies in it is still judged clause by clause.

use crate::ground::{Day, Unit};
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, Date, DateId, Window};

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
