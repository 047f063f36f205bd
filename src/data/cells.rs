//! Cells as days: what both readers make of a date column.

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

/// The text of a cell that must be filled.
#[inline]
pub(crate) fn needed_text(cell: &[u8]) -> Result<&str, FindingKind> {
    if cell.is_empty() {
        return Err(FindingKind::MissingValue);
    }
    std::str::from_utf8(cell).map_err(|_| FindingKind::NotText)
}
