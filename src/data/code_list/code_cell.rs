//! What a cell says, and why it may not be believed.

use crate::ground::ConceptId;
use crate::ground::concept::ConceptFault;

/// Spreadsheets keep this many digits of a number and make the rest zeros.
const SPREADSHEET_DIGITS: u32 = 15;

/// Why a row cannot be taken over. A cell is named by its column and never repeated: the file may be one of patients.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum RowFault {
    /// No code.
    #[error("the column `{0}` is empty: fill in the code or remove the row")]
    NoCode(String),
    /// `1.66281E+14`
    #[error(
        "the column `{0}` has a code that a spreadsheet rounded, and its last digits are lost: take the publisher's file again and do not save it from a spreadsheet"
    )]
    Scientific(String),
    /// The last digits are zeros, and the check digit is wrong.
    #[error(
        "the code in the column `{0}` has lost its digits after the fifteenth, as spreadsheets do: take the publisher's file again and do not save it from a spreadsheet"
    )]
    Rounded(String),
    /// Not an id at all.
    #[error(
        "the column `{0}` does not hold a SNOMED CT id, which has 6 to 18 digits and no leading zero: mend or remove it"
    )]
    NotAnId(String),
    /// The last digit does not agree with the others.
    #[error("the check digit of the code in the column `{0}` is wrong: a digit was mistyped or lost")]
    CheckDigit(String),
    /// An id of something else.
    #[error(
        "the column `{0}` has a SNOMED CT id, but not a concept's: take the concept id, not a description's or a relationship's"
    )]
    Partition(String),
    /// Whether the code is active cannot be told.
    #[error("the column `{0}` does not say whether the code is still in its set: write 1 or 0")]
    Active(String),
    /// The row names no reference set.
    #[error("the row names no reference set: fill in its cluster or its refset id")]
    NoRefset,
    /// More cells than the header has.
    #[error("the row has {found} cells and the header {expected}: put quotes around a term that holds a comma")]
    TooManyCells {
        /// How many it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// Fewer cells than the header has.
    #[error("the row has {found} cells and the header {expected}: the file may be cut off here")]
    TooFewCells {
        /// How many it has.
        found: usize,
        /// How many the header has.
        expected: usize,
    },
    /// A cell runs over line ends.
    #[error("a quote in this row swallows {} below it: close it, or double it if it is part of the term", crate::data::code_list::code_cell::lines(*.lines))]
    OpenQuote {
        /// How many line ends it holds.
        lines: usize,
    },
}

fn lines(count: usize) -> String {
    if count == 1 { "the line".to_owned() } else { format!("the {count} lines") }
}

/// The concept that a cell of a column names.
pub(super) fn code(cell: &str, column: &str) -> Result<ConceptId, RowFault> {
    if cell.is_empty() {
        return Err(RowFault::NoCode(column.to_owned()));
    }
    let Some(id) = ConceptId::parse(cell) else {
        let is_number = cell.contains(['E', 'e', '.']) && cell.parse::<f64>().is_ok_and(f64::is_finite);
        let fault = if is_number { RowFault::Scientific } else { RowFault::NotAnId };
        return Err(fault(column.to_owned()));
    };
    match id.fault() {
        None => Ok(id),
        Some(_) if lost_digits(id) => Err(RowFault::Rounded(column.to_owned())),
        Some(ConceptFault::CheckDigit) => Err(RowFault::CheckDigit(column.to_owned())),
        Some(ConceptFault::Partition) => Err(RowFault::Partition(column.to_owned())),
    }
}

fn lost_digits(id: ConceptId) -> bool {
    let digits = id.number().checked_ilog10().map_or(0, |power| power + 1);
    let lost = digits.saturating_sub(SPREADSHEET_DIGITS);
    lost > 0 && id.number().is_multiple_of(10_u64.pow(lost))
}

/// Whether a row still belongs to its set.
pub(super) fn is_active(cell: &str, column: &str) -> Result<bool, RowFault> {
    match cell.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "y" | "active" => Ok(true),
        "0" | "false" | "no" | "n" | "inactive" => Ok(false),
        _ => Err(RowFault::Active(column.to_owned())),
    }
}
