//! Cells as days, times, truth values and texts: what every reader makes of them.

use crate::data::naming::DateOrder;
use crate::ground::{Day, FindingKind};

/// What a date cell turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DateCell {
    /// A day.
    Day(Day),
    /// Nothing stands there.
    Empty,
    /// Not a day.
    Fault(FindingKind),
}

impl DateCell {
    /// Reads an ISO date; an empty text is an empty cell.
    #[inline]
    pub(crate) fn read(text: &[u8]) -> DateCell {
        match Day::parse_iso_bytes(text) {
            Some(day) => DateCell::Day(day),
            None => DateCell::other(text, FindingKind::MalformedDate),
        }
    }

    /// Reads a date in the order that was declared. Where none was, a date in another order is told apart from what is no
    /// date, and never guessed.
    #[inline]
    pub(crate) fn read_in(text: &[u8], order: DateOrder) -> DateCell {
        match order {
            DateOrder::Iso => match DateCell::read(text) {
                DateCell::Fault(FindingKind::MalformedDate) if parts(text).is_some() => {
                    DateCell::Fault(FindingKind::UndeclaredDate)
                }
                cell => cell,
            },
            DateOrder::DayFirst => match day_first(text) {
                Some(day) => DateCell::Day(day),
                None => DateCell::other(text, FindingKind::NotDayFirst),
            },
        }
    }

    /// A cell that is no day.
    fn other(text: &[u8], kind: FindingKind) -> DateCell {
        match text {
            [] => DateCell::Empty,
            _ if std::str::from_utf8(text).is_err() => DateCell::Fault(FindingKind::NotText),
            _ => DateCell::Fault(kind),
        }
    }

    /// The day of a cell that must be filled.
    #[inline]
    pub(crate) fn needed(self) -> Result<Day, FindingKind> {
        match self {
            DateCell::Day(day) => Ok(day),
            DateCell::Empty => Err(FindingKind::MissingValue),
            DateCell::Fault(kind) => Err(kind),
        }
    }

    /// The day of a cell that may be empty.
    #[inline]
    pub(crate) fn optional(self) -> Result<Option<Day>, FindingKind> {
        match self {
            DateCell::Day(day) => Ok(Some(day)),
            DateCell::Empty => Ok(None),
            DateCell::Fault(kind) => Err(kind),
        }
    }
}

/// The day of `03/04/2021`, `3.4.2021` or `03-04-2021`, with or without midnight after it: the third of April.
fn day_first(text: &[u8]) -> Option<Day> {
    let [day, month, year] = parts(text)?;
    if year.len() != 4 {
        return None;
    }
    let number = |digits: &str| digits.parse().ok();
    Day::from_ymd(year.parse().ok()?, number(month)?, number(day)?)
}

/// The three numbers of a date that does not begin with its year, if it is written like one.
fn parts(text: &[u8]) -> Option<[&str; 3]> {
    let text = std::str::from_utf8(text).ok()?;
    let date = text.strip_suffix(" 00:00:00").or_else(|| text.strip_suffix(" 00:00")).unwrap_or(text);
    let mark = date.chars().find(|sign| !sign.is_ascii_digit()).filter(|sign| matches!(sign, '/' | '-' | '.'))?;
    let mut parts = date.split(mark);
    let parts = [parts.next()?, parts.next()?, parts.next().filter(|_| date.matches(mark).count() == 2)?];
    let is_number = |digits: &str, most: usize| {
        (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let [first, second, year] = parts;
    (is_number(first, 2) && is_number(second, 2) && is_number(year, 4)).then_some(parts)
}

/// A day with or without a time of day, as it is told: `2025-01-15` or `2025-01-15 09:00`.
///
/// Read is an ISO date, or an ISO date and time with a `T` or a blank between them, seconds or not. Midnight is the date
/// alone, since a Parquet column of times has no other way to hold a date.
pub(crate) fn moment(text: &str, order: DateOrder) -> Result<(Day, String), FindingKind> {
    let malformed = FindingKind::MalformedTime;
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let day = match DateCell::read_in(date.as_bytes(), order) {
        DateCell::Day(day) => day,
        DateCell::Fault(kind) if kind != FindingKind::MalformedDate => return Err(kind),
        DateCell::Empty | DateCell::Fault(_) => return Err(malformed),
    };
    let (hour, minute) = time.map_or(Ok((0, 0)), |time| time_of_day(time).ok_or(malformed))?;
    Ok((day, if (hour, minute) == (0, 0) { day.to_string() } else { format!("{day} {hour:02}:{minute:02}") }))
}

/// Hour and minute of `09:00` or `09:00:30`.
fn time_of_day(text: &str) -> Option<(u32, u32)> {
    let number = |two: &str, end: u32| -> Option<u32> {
        let digits = two.len() == 2 && two.bytes().all(|byte| byte.is_ascii_digit());
        two.parse().ok().filter(|&number| digits && number < end)
    };
    let mut parts = text.split(':');
    let (hour, minute) = (number(parts.next()?, 24)?, number(parts.next()?, 60)?);
    if let Some(seconds) = parts.next() {
        number(seconds, 60)?;
    }
    parts.next().is_none().then_some((hour, minute))
}

/// A cell that says yes or no, or nothing where that is not known.
pub(crate) fn truth(cell: Option<&str>) -> Result<Option<bool>, FindingKind> {
    let Some(text) = cell else { return Ok(None) };
    match text.to_ascii_lowercase().as_str() {
        "yes" | "true" | "y" | "1" => Ok(Some(true)),
        "no" | "false" | "n" | "0" => Ok(Some(false)),
        _ => Err(FindingKind::MalformedTruth),
    }
}

/// The text of a cell that must be filled; blanks fill none.
#[inline]
pub(crate) fn needed_text(cell: &[u8]) -> Result<&str, FindingKind> {
    if cell.trim_ascii().is_empty() {
        return Err(FindingKind::MissingValue);
    }
    std::str::from_utf8(cell).map_err(|_| FindingKind::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_one_way() {
        let told = |text| moment(text, DateOrder::Iso).map(|(_, told)| told);
        for (text, expected) in [
            ("2025-01-15", "2025-01-15"),
            ("2025-01-15T09:00", "2025-01-15 09:00"),
            ("2025-01-15 09:00:00", "2025-01-15 09:00"),
            ("2025-01-15 23:59:59", "2025-01-15 23:59"),
            ("2025-01-15T00:00:00", "2025-01-15"),
        ] {
            assert_eq!(told(text).as_deref(), Ok(expected));
        }
        for text in [
            "",
            "2025-02-29",
            "2025-01-15T",
            "2025-01-15 9:00",
            "2025-01-15 24:00",
            "2025-01-15 09:60",
            "2025-01-15 +9:00",
            "2025-01-15 09:00:00:00",
            "2025-01-15 09:00Z",
        ] {
            assert_eq!(told(text), Err(FindingKind::MalformedTime), "{text}");
        }
    }

    #[test]
    fn a_date_is_read_in_the_order_that_was_declared_and_no_other() {
        let day = |year, month, day| DateCell::Day(Day::from_ymd(year, month, day).unwrap());
        for text in ["03/04/2021", "3/4/2021", "03.04.2021", "03-04-2021", "03/04/2021 00:00", "03/04/2021 00:00:00"] {
            assert_eq!(DateCell::read_in(text.as_bytes(), DateOrder::DayFirst), day(2021, 4, 3), "{text}");
            assert_eq!(
                DateCell::read_in(text.as_bytes(), DateOrder::Iso),
                DateCell::Fault(FindingKind::UndeclaredDate),
                "{text}"
            );
        }
        // The 25th month, two digits of a year, a day that a month lacks, mixed marks, a time: none is guessed at.
        for text in ["04/25/2021", "03/04/21", "30/02/2021", "03/04-2021", "03/04/2021 09:00", "2021-04-03", "x"] {
            let read = DateCell::read_in(text.as_bytes(), DateOrder::DayFirst);
            assert_eq!(read, DateCell::Fault(FindingKind::NotDayFirst), "{text}");
        }
        assert_eq!(DateCell::read_in(b"2021-04-03", DateOrder::Iso), day(2021, 4, 3));
        assert_eq!(DateCell::read_in(b"2021-04-31", DateOrder::Iso), DateCell::Fault(FindingKind::MalformedDate));
        assert_eq!(DateCell::read_in(b"", DateOrder::DayFirst), DateCell::Empty);
    }

    #[test]
    fn yes_and_no_may_be_written_in_four_ways() {
        for (text, expected) in [("YES", true), ("True", true), ("y", true), ("1", true)] {
            assert_eq!(truth(Some(text)), Ok(Some(expected)));
        }
        for text in ["no", "FALSE", "N", "0"] {
            assert_eq!(truth(Some(text)), Ok(Some(false)));
        }
        assert_eq!(truth(None), Ok(None));
        assert_eq!(truth(Some("perhaps")), Err(FindingKind::MalformedTruth));
    }
}
