//! Dates and contract years within texts, moved by whole years.

use crate::ground::{Day, MissingDay, Period, Unit};

/// Where the end of February goes when a date moves between a leap year and another.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LeapDay {
    /// 29 February to 28 February.
    #[default]
    Before,
    /// 29 February to 1 March.
    After,
    /// The second half of February as far from 1 March as it was: the last of it to the last of it.
    FromItsEnd,
}

impl LeapDay {
    /// All of them, the one that suits most dates first.
    pub const ALL: [LeapDay; 3] = [LeapDay::Before, LeapDay::After, LeapDay::FromItsEnd];
}

/// The day whole years later, or earlier where `by` is negative.
pub(super) fn moved(day: Day, by: i32, leap: LeapDay) -> Day {
    let period = Period { count: by.unsigned_abs(), unit: Unit::Years };
    let convention = match leap {
        LeapDay::Before | LeapDay::FromItsEnd => MissingDay::LastDay,
        LeapDay::After => MissingDay::NextDay,
    };
    let (year, month, of_month) = day.ymd();
    if leap == LeapDay::FromItsEnd
        && month == 2
        && of_month > 14
        && let (Some(march), Some(new_march)) = (Day::from_ymd(year, 3, 1), Day::from_ymd(year + by, 3, 1))
    {
        return new_march.plus_days(day.days_since(march));
    }
    if by < 0 { day.minus(period, convention) } else { day.plus(period, convention) }
}

/// The text with its dates (`2023-03-15`, `5 May 2023`) and contract years (`2023/24`, `2023-24`) moved.
pub(super) fn with_dates_moved(text: &str, by: i32, leap: LeapDay) -> String {
    replaced(text, |rest| {
        iso_date(rest)
            .map(|day| (10, moved(day, by, leap).to_string()))
            .or_else(|| date_in_words(rest).map(|(length, day)| (length, moved(day, by, leap).in_words())))
            .or_else(|| contract_year(rest).map(|(first, sign)| (7, year_name(first + by, sign))))
    })
}

/// The text with one contract year moved wherever it is named.
pub(super) fn with_year_moved(text: &str, first: i32, by: i32) -> String {
    replaced(text, |rest| {
        contract_year(rest).filter(|(named, _)| *named == first).map(|(_, sign)| (7, year_name(first + by, sign)))
    })
}

/// True if a year of this century or the last stands in the text.
pub(super) fn names_a_year(text: &str) -> bool {
    let mut found = false;
    replaced(text, |rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        found |= digits == 4 && (rest.starts_with("19") || rest.starts_with("20"));
        None
    });
    found
}

/// The text with what stands at the start of a word replaced: `at` gives its length in bytes and the new text.
fn replaced(text: &str, mut at: impl FnMut(&str) -> Option<(usize, String)>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before = ' ';
    while let Some(sign) = rest.chars().next() {
        // Within `letter-2023-03-06` or a number nothing is a date.
        let starts = sign.is_ascii_digit() && !before.is_alphanumeric() && !matches!(before, '-' | '_' | '.' | '/');
        match starts.then(|| at(rest)).flatten() {
            Some((length, new)) => {
                out.push_str(&new);
                rest = &rest[length..];
                before = '0';
            }
            None => {
                out.push(sign);
                rest = &rest[sign.len_utf8()..];
                before = sign;
            }
        }
    }
    out
}

fn iso_date(rest: &str) -> Option<Day> {
    let follows = rest.as_bytes().get(10);
    if follows.is_some_and(u8::is_ascii_digit) { None } else { Day::parse_iso(rest.get(..10)?) }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date_in_words(rest: &str) -> Option<(usize, Day)> {
    let mut words = rest.splitn(3, ' ');
    let (day, month, after) = (words.next()?, words.next()?, words.next()?);
    let number = MONTHS.iter().zip(1..).find(|(name, _)| **name == month)?.1;
    let year = after.get(..4)?;
    if after.as_bytes().get(4).is_some_and(u8::is_ascii_digit) || day.len() > 2 {
        return None;
    }
    let date = Day::from_ymd(year.parse().ok()?, number, day.parse().ok()?)?;
    Some((day.len() + month.len() + 6, date))
}

/// The calendar year in which a contract year starts, and the sign between its two numbers.
fn contract_year(rest: &str) -> Option<(i32, char)> {
    let (first, sign, second) = (rest.get(..4)?, *rest.as_bytes().get(4)?, rest.get(5..7)?);
    let follows = rest.as_bytes().get(7);
    let is_date = follows.is_some_and(|next| next.is_ascii_digit() || *next == b'-');
    let (first, second): (i32, i32) = (first.parse().ok()?, second.parse().ok()?);
    (matches!(sign, b'-' | b'/') && !is_date && (first + 1) % 100 == second).then_some((first, char::from(sign)))
}

fn year_name(first: i32, sign: char) -> String {
    format!("{first:04}{sign}{:02}", (first + 1).rem_euclid(100))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_and_contract_years_move_and_nothing_else() {
        let move_on = |text: &str| with_dates_moved(text, 1, LeapDay::Before);
        assert_eq!(move_on("2023-03-15 dtap"), "2024-03-15 dtap");
        assert_eq!(move_on("on 5 May 2019, in 2019/20 (2019-20)"), "on 5 May 2020, in 2020/21 (2020-21)");
        assert_eq!(
            move_on("letter-2023-03-06, 2023, 1999-2000, 12023-24"),
            "letter-2023-03-06, 2023, 1999-2000, 12023-24"
        );
        assert_eq!(move_on("29 February 2024"), "28 February 2025");
        assert_eq!(with_dates_moved("2024-02-29", 1, LeapDay::After), "2025-03-01");
        assert_eq!(with_dates_moved("2024-02-29", -4, LeapDay::Before), "2020-02-29");
        assert_eq!(with_dates_moved("2027-02-28", 1, LeapDay::FromItsEnd), "2028-02-29");
        assert_eq!(with_dates_moved("2028-02-29 2028-02-28", 1, LeapDay::FromItsEnd), "2029-02-28 2029-02-27");
        assert_eq!(with_year_moved("2022/23 and 2023/24", 2023, 4), "2022/23 and 2027/28");
        assert!(names_a_year("as in 2025/26") && !names_a_year("9,103 of business-rules-2023"));
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same(days in 10_000..25_000_i32, by in 1..9_i32) {
            let day = Day::from_epoch_days(days).unwrap();
            prop_assume!(day.ymd().1 != 2 || day.ymd().2 != 29);
            let text = format!("{day} x, {}", day.in_words());
            let moved = with_dates_moved(&text, by, LeapDay::Before);
            prop_assert_ne!(&moved, &text);
            prop_assert_eq!(with_dates_moved(&moved, -by, LeapDay::Before), text);
        }

        #[test]
        fn no_text_panics(text in any::<String>(), by in -3..3_i32) {
            with_dates_moved(&text, by, LeapDay::After);
            with_year_moved(&text, 2023, by);
            names_a_year(&text);
        }
    }
}
