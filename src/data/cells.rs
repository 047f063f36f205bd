//! Cells as days, times, truth values and texts: what every reader makes of them.

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
            None if text.is_empty() => DateCell::Empty,
            None if std::str::from_utf8(text).is_err() => DateCell::Fault(FindingKind::NotText),
            None => DateCell::Fault(FindingKind::MalformedDate),
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

/// A day with or without a time of day, as it is told: `2025-01-15` or `2025-01-15 09:00`.
///
/// Read is an ISO date, or an ISO date and time with a `T` or a blank between them, seconds or not. Midnight is the date
/// alone, since a Parquet column of times has no other way to hold a date.
pub(crate) fn moment(text: &str) -> Result<(Day, String), FindingKind> {
    let malformed = FindingKind::MalformedTime;
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let day = Day::parse_iso(date).ok_or(malformed)?;
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

/// The text of a cell that must be filled.
#[inline]
pub(crate) fn needed_text(cell: &[u8]) -> Result<&str, FindingKind> {
    if cell.is_empty() {
        return Err(FindingKind::MissingValue);
    }
    std::str::from_utf8(cell).map_err(|_| FindingKind::NotText)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_in_one_way() {
        let told = |text| moment(text).map(|(_, told)| told);
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
            "15/01/2025",
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
