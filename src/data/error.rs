//! Why a table cannot be used at all. What is odd in single rows is a finding instead.

use std::io;

use crate::data::codes::MOST_CODES;
use crate::data::first_line::FirstLine;
use crate::ground::FindingKind;

/// A table that cannot be used. Each message names the file, what was expected and found, and the fix.
#[derive(thiserror::Error, Debug)]
#[non_exhaustive]
pub enum LoadError {
    /// The name says neither CSV nor Parquet.
    #[error("`{file}` is neither .csv nor .parquet (nor FHIR in .ndjson): name the file by what it holds")]
    UnknownFormat {
        /// The name as it was given.
        file: String,
    },
    /// FHIR where a table is expected.
    #[error("`{file}` is FHIR: hand it over with `--fhir`, together with the other files of its export")]
    NotTable {
        /// The name as it was given.
        file: String,
    },
    /// A file without a single FHIR resource.
    #[error(
        "`{file}` has no FHIR resource: one JSON object with a `resourceType` on each line is expected, as bulk export writes it"
    )]
    NotFhir {
        /// The name as it was given.
        file: String,
    },
    /// A bulk export that lacks what nothing can be done without.
    #[error("none of {} holds {missing}: hand over all files of the export", listed(files))]
    MissingResource {
        /// The names as they were given.
        files: Vec<String>,
        /// The types of resource that are looked for, in words.
        missing: &'static str,
    },
    /// A line that does not end.
    #[error("line {line} of `{file}` is longer than 64 MiB: one resource a line is expected")]
    LongLine {
        /// The name as it was given.
        file: String,
        /// The line.
        line: u64,
    },
    /// A row that does not end.
    #[error(
        "the row at line {line} of `{file}` is longer than 64 MiB, which no row of a table is: check that the file is CSV"
    )]
    LongRow {
        /// The name as it was given.
        file: String,
        /// The line.
        line: u64,
    },
    /// The system could not read the file.
    #[error("cannot read `{file}`: {source}")]
    Read {
        /// The name as it was given.
        file: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file without even a header.
    #[error("`{file}` is empty: a header line with the column names is expected")]
    Empty {
        /// The name as it was given.
        file: String,
    },
    /// A CSV file in UTF-16.
    #[error("`{file}` is text in UTF-16: save it as CSV in UTF-8")]
    Utf16 {
        /// The name as it was given.
        file: String,
    },
    /// A CSV file whose first line is not text.
    #[error(
        "the first line of `{file}` is not text in UTF-8: a header line with the column names is expected; save the file as CSV in UTF-8"
    )]
    HeaderNotText {
        /// The name as it was given.
        file: String,
    },
    /// A column that is needed and not there.
    #[error("`{file}` has no column `{column}`: it has {present}{}", near.as_ref().map_or("; one that is called otherwise is declared with `--map`".to_owned(), |near| format!("; if it is `{near}`, declare it with `--map`")))]
    MissingColumn {
        /// The name as it was given.
        file: String,
        /// The column's name.
        column: String,
        /// The columns that are there, as far as they may be told.
        present: FirstLine,
        /// The one that comes closest, if one does.
        near: Option<String>,
    },
    /// A table whose first line has no known name of a column, and so is a row. What stands in it may be a patient's, and is not told.
    #[error(
        "the first line of `{file}` is not a header: a line with the column names is expected, of which `{column}` must be one; if it is called otherwise, declare it with `--map`"
    )]
    NoHeader {
        /// The name as it was given.
        file: String,
        /// The column's name.
        column: String,
    },
    /// A column that was declared to be one of ours and is not there.
    #[error("`{file}` has no column `{called}`, which was declared to be its `{column}`: it has {present}")]
    DeclaredColumn {
        /// The name as it was given.
        file: String,
        /// Our name.
        column: String,
        /// The name that was declared.
        called: String,
        /// The columns that are there, as far as they may be told.
        present: FirstLine,
    },
    /// A table most of whose dates are in an order that nobody declared.
    #[error(
        "most dates of `{file}` are written like 03/04/2021, which is a day in April or one in March: if the day comes first, declare it with `--dates day-first`, or write them as YYYY-MM-DD"
    )]
    UndeclaredDates {
        /// The name as it was given.
        file: String,
    },
    /// A table most of whose dates are not in the order that was declared.
    #[error(
        "most dates of `{file}` are not day first, as was declared: dates like 2021-04-03 need no declaration, and one table or column can be declared by itself in a file for `--map`"
    )]
    WronglyDeclaredDates {
        /// The name as it was given.
        file: String,
    },
    /// A table most of whose codes a spreadsheet has cut.
    #[error(
        "most codes of `{file}` are like 1.66281E+14, of which a spreadsheet has dropped digits that cannot be found again: export the column as text"
    )]
    CutCodes {
        /// The name as it was given.
        file: String,
    },
    /// A column that is used and stands twice.
    #[error("`{file}` has the column `{column}` twice: rename or remove one of them")]
    ColumnTwice {
        /// The name as it was given.
        file: String,
        /// The column's name.
        column: String,
    },
    /// A Parquet column whose type cannot hold what it should.
    #[error("the column `{column}` of `{file}` is {found}, and {expected} is expected: {fix}")]
    ColumnType {
        /// The name as it was given.
        file: String,
        /// The column's name.
        column: String,
        /// Its type.
        found: String,
        /// The types that can be read.
        expected: &'static str,
        /// What to do about it.
        fix: &'static str,
    },
    /// A Parquet file that cannot be decoded.
    #[error("`{file}` cannot be read as Parquet ({detail}): check that it is complete, or write it anew")]
    Parquet {
        /// The name as it was given.
        file: String,
        /// What the decoder said.
        detail: String,
    },
    /// A Parquet file that stands for more than a file of its size can hold.
    #[error(
        "`{file}` has {bytes} bytes and says that it holds {claim}, which no table of records does: write it anew from its source"
    )]
    Overfull {
        /// The name as it was given.
        file: String,
        /// Its size.
        bytes: u64,
        /// What it says it holds.
        claim: String,
    },
    /// A Parquet file, and a program that was built without Parquet.
    #[error("`{file}` is Parquet, which this build cannot read: hand over CSV, or build with the feature `parquet`")]
    NoParquet {
        /// The name as it was given.
        file: String,
    },
    /// Rows that found no room in memory, and a temporary file that failed.
    #[error(
        "rows that find no room in memory cannot be kept in a temporary file ({source}): make room in the folder for temporary files, or allow more memory"
    )]
    Spill {
        /// What the system said.
        source: io::Error,
    },
    /// Ids that are not digits alone and take more memory than is allowed.
    #[error(
        "the patients' ids take {} MiB of memory, which is more than the {} MiB that the limit leaves for rows: allow more memory, or hand over ids of at most 18 digits, which take none",
        needed_bytes.div_ceil(1 << 20), room_bytes >> 20
    )]
    TooManyIds {
        /// Bytes that they take.
        needed_bytes: u64,
        /// Bytes that there are for them.
        room_bytes: u64,
    },
    /// More codes than can be read at once.
    #[error(
        "the rulebooks count events of {codes} codes, and at most {MOST_CODES} can be read at once: ask for fewer years in one run, or name fewer codes"
    )]
    TooManyCodes {
        /// How many there are.
        codes: usize,
    },
    /// A CSV file whose last quote is never closed.
    #[error(
        "a cell of `{file}` opens a quote at or after line {line} that is never closed: close it, or double the quote if it is part of the text"
    )]
    OpenQuote {
        /// The name as it was given.
        file: String,
        /// The first line of the row in which it stands, or of the rows just before.
        line: u64,
    },
    /// A malformed row, where the caller asked that there be none.
    #[error("row {row} of `{file}` has {}{}: mend it, or run without --strict to set such rows aside", kind.words().0, column.as_ref().map_or(String::new(), |column| format!(" in the column `{column}`")))]
    Malformed {
        /// The name as it was given.
        file: String,
        /// The line (CSV, the header being line 1) or row (Parquet, the first being row 1).
        row: u64,
        /// The column to blame, where one is.
        column: Option<String>,
        /// What is wrong with it.
        kind: FindingKind,
    },
}

/// A fault by which a table cannot be used if most of its rows have it, since it is written otherwise than was said; with
/// what is then wrong with the table of such a name.
type OfMostRows = (FindingKind, fn(String) -> LoadError);

const OF_MOST_ROWS: [OfMostRows; 3] = [
    (FindingKind::UndeclaredDate, |file| LoadError::UndeclaredDates { file }),
    (FindingKind::NotDayFirst, |file| LoadError::WronglyDeclaredDates { file }),
    (FindingKind::CodeInExponents, |file| LoadError::CutCodes { file }),
];

/// An error if most rows of a table have one such fault; `count` says how many have it. Fewer are set aside.
///
/// # Errors
/// [`LoadError::UndeclaredDates`], [`LoadError::WronglyDeclaredDates`] or [`LoadError::CutCodes`].
pub(crate) fn refuse_most(file: &str, rows: u64, count: impl Fn(FindingKind) -> u64) -> Result<(), LoadError> {
    let most = OF_MOST_ROWS.into_iter().find(|(kind, _)| count(*kind) * 2 > rows);
    most.map_or(Ok(()), |(_, error)| Err(error(file.to_owned())))
}

/// So many files are named, however many there are.
const MOST_NAMED: usize = 20;

/// Names of files in backticks with commas between them.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect();
    let listed = quoted.join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
