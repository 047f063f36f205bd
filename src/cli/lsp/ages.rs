//! What an age comes to in the contract year.

use crate::cli::lsp::files::{Figure, Year};
use crate::ground::{Day, Period, Unit};
use crate::syntax::tree::{self, Number};

/// A month-end moves an age by at most three days, under either convention.
const MONTH_END_DAYS: i32 = 3;

/// Who reaches an age in the year: `age 8 months: reached in 2023-24 by those born from … to …`.
pub(super) fn words(period: &tree::Period, figures: &[Figure<'_>], year: &Year) -> Option<String> {
    let age = whole(period, figures)?;
    let (first, last) = births(age, year);
    Some(format!("age {age}: reached in {} by those born from {} to {}", year.name, first.in_words(), last.in_words()))
}

/// `4 years 9 months` in one unit.
fn whole(period: &tree::Period, figures: &[Figure<'_>]) -> Option<Period> {
    let number = |number: &Number| match number {
        Number::Whole { value, .. } => *value,
        Number::Figure(name) => {
            figures.iter().find(|figure| figure.owner.is_none() && figure.entry.key == name.text)?.whole()
        }
    };
    let count = number(&period.count)?;
    let Some((more, _)) = &period.and else { return Some(Period { count, unit: period.unit }) };
    let (times, unit) = match period.unit {
        Unit::Years | Unit::Months => (12, Unit::Months),
        Unit::Weeks | Unit::Days => (7, Unit::Days),
    };
    Some(Period { count: count.checked_mul(times)?.checked_add(number(more)?)?, unit })
}

/// The first and the last date of birth that reach an age in the year.
fn births(age: Period, year: &Year) -> (Day, Day) {
    let reached = |birth: Day| birth.plus(age, year.missing_day);
    let around = |day: Day, shift: i32| day.minus(age, year.missing_day).plus_days(shift);
    let mut first = around(year.start, -MONTH_END_DAYS);
    while reached(first) < year.start && first < year.end {
        first = first.plus_days(1);
    }
    let mut last = around(year.end, MONTH_END_DAYS);
    while reached(last) > year.end && last > Day::FIRST {
        last = last.plus_days(-1);
    }
    (first, last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::MissingDay;

    /// The births that reach an age in a year that starts and ends on two days.
    fn born(count: u32, unit: Unit, missing_day: MissingDay, [start, end]: [&str; 2]) -> [String; 2] {
        let day = |text| Day::parse_iso(text).unwrap();
        let year = Year { name: "y".into(), start: day(start), end: day(end), missing_day };
        let (first, last) = births(Period { count, unit }, &year);
        [first.to_string(), last.to_string()]
    }

    #[test]
    fn births_that_reach_an_age_in_the_year() {
        use MissingDay::{LastDay, NextDay};
        let contract = ["2023-04-01", "2024-03-31"];
        assert_eq!(born(8, Unit::Months, LastDay, contract), ["2022-08-01", "2023-07-31"]);
        // 31 August + 7 months is 31 March, and 1 September + 7 months is 1 April.
        assert_eq!(born(7, Unit::Months, LastDay, contract), ["2022-09-01", "2023-08-31"]);
        assert_eq!(born(70, Unit::Years, LastDay, contract), ["1953-04-01", "1954-03-31"]);
        // 4 March + 28 days is 1 April, in 2023; 3 March + 28 days is 31 March, in 2024.
        assert_eq!(born(28, Unit::Days, LastDay, contract), ["2023-03-04", "2024-03-03"]);
        // 31 August + 6 months is 28 February 2023 and 29 February 2024; by the other convention 29 August 2022 reaches
        // 1 March 2023, and 30 August 2023 reaches 1 March 2024.
        let from_march = ["2023-03-01", "2024-02-29"];
        assert_eq!(born(6, Unit::Months, LastDay, from_march), ["2022-09-01", "2023-08-31"]);
        assert_eq!(born(6, Unit::Months, NextDay, from_march), ["2022-08-29", "2023-08-29"]);
        // Older than the calendar goes back.
        assert_eq!(born(60_000, Unit::Years, LastDay, contract).len(), 2);
    }
}
