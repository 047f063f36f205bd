//! A little table read whole: practices, counts, appointments, slots.

use crate::data::columns::Header;
use crate::data::csv_blocks::Blocks;
use crate::data::csv_records::{Cells, TakeRecord, each_record};
use crate::data::error::{self, LoadError};
use crate::data::naming::DateOrder;
#[cfg(feature = "parquet")]
use crate::data::parquet_table;
use crate::data::read_ahead::BLOCK_BYTES;
use crate::data::source::{Format, Input};
use crate::ground::{FindingKind, Findings};

/// One row of a little table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// The line (CSV, the header being line 1) or row (Parquet, the first being row 1).
    pub number: u64,
    /// The cells in the header's order; None for an empty one.
    pub cells: Vec<Option<String>>,
}

impl Row {
    /// A cell by its column's place, if the table has the column and the cell is not empty.
    pub fn cell(&self, column: Option<usize>) -> Option<&str> {
        self.cells.get(column?)?.as_deref()
    }

    /// A cell that is a code, such as a practice's, a measure's or a year: without the blanks around it, which nobody sees
    /// and by which two tables would not meet.
    pub fn code(&self, column: Option<usize>) -> Option<&str> {
        self.cell(column).map(str::trim).filter(|code| !code.is_empty())
    }
}

/// A little table as it stands. Rows that are not whole are left out and counted.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name of the file as the user gave it.
    pub name: String,
    /// The rows, in the file's order.
    pub rows: Vec<Row>,
    /// What was odd.
    pub findings: Findings,
    pub(crate) header: Header,
}

impl Table {
    /// Where a column is that must be there.
    ///
    /// # Errors
    /// [`LoadError::MissingColumn`] or [`LoadError::ColumnTwice`].
    pub fn need(&self, column: &str) -> Result<usize, LoadError> {
        self.header.need(column)
    }

    /// Where a column is that may be there.
    ///
    /// # Errors
    /// [`LoadError::ColumnTwice`].
    pub fn find(&self, column: &str) -> Result<Option<usize>, LoadError> {
        self.header.find(column)
    }

    /// In which order the dates of a column are written.
    pub(crate) fn date_order(&self, column: &str) -> DateOrder {
        self.header.date_order(column)
    }

    /// The names of the columns, trimmed.
    pub fn columns(&self) -> &[String] {
        self.header.names()
    }
}

/// Reads a little table whole. A whole number is written without a decimal point whatever its type, a date as ISO.
///
/// # Errors
/// [`LoadError`] if the table cannot be read.
pub fn read(input: &Input) -> Result<Table, LoadError> {
    match input.format {
        Format::Csv => read_csv(input),
        #[cfg(feature = "parquet")]
        Format::Parquet => parquet_table::read(input),
        Format::Ndjson => Err(LoadError::NotTable { file: input.name.clone() }),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => Err(LoadError::NoParquet { file: input.name.clone() }),
    }
}

/// The first malformed row among findings as an error, for a caller who asked that there be none.
///
/// # Errors
/// [`LoadError::Malformed`].
pub(crate) fn refuse_malformed(findings: &Findings) -> Result<(), LoadError> {
    let malformed = findings.list().into_iter().filter(|found| FindingKind::MALFORMED.contains(&found.kind));
    let first = malformed.filter_map(|found| Some((*found.first_rows.first()?, found))).min_by_key(|(row, _)| *row);
    first.map_or(Ok(()), |(row, found)| {
        let column = Some(found.column).filter(|column| !column.is_empty());
        Err(LoadError::Malformed { file: found.file, row, column, kind: found.kind })
    })
}

/// An error if most rows of a table were set aside because they are written otherwise than was said.
///
/// # Errors
/// As [`error::refuse_most`].
pub(crate) fn refuse_most(file: &str, findings: &Findings, rows: usize) -> Result<(), LoadError> {
    let found = findings.list();
    let count = |kind| found.iter().filter(|found| found.kind == kind).map(|found| found.count).sum();
    error::refuse_most(file, rows as u64, count)
}

fn read_csv(input: &Input) -> Result<Table, LoadError> {
    let (header, mut blocks) = Blocks::open(input, BLOCK_BYTES)?;
    let table = Table { name: input.name.clone(), rows: Vec::new(), findings: Findings::default(), header };
    let mut taker = RowTaker { table };
    while let Some(block) = blocks.next_block()? {
        each_record(&block, &mut taker);
    }
    Ok(taker.table)
}

struct RowTaker {
    table: Table,
}

impl TakeRecord for RowTaker {
    fn take(&mut self, line: u64, cells: &impl Cells) {
        let Table { name, rows, findings, header } = &mut self.table;
        if cells.count() != header.names().len() {
            findings.add(FindingKind::WrongCellCount, name, "", Some(line));
            return;
        }
        let mut texts = Vec::with_capacity(cells.count());
        for (at, column) in header.names().iter().enumerate() {
            match std::str::from_utf8(cells.cell(at)) {
                Ok(text) => texts.push((!text.is_empty()).then(|| text.to_owned())),
                Err(_) => {
                    findings.add(FindingKind::NotText, name, column, Some(line));
                    return;
                }
            }
        }
        rows.push(Row { number: line, cells: texts });
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A table in Parquet of one batch.
    #[cfg(feature = "parquet")]
    pub(crate) fn parquet(name: &str, batch: &arrow_array::RecordBatch) -> Input {
        let mut bytes = Vec::new();
        let mut writer = ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
        writer.write(batch).unwrap();
        writer.close().unwrap();
        Input {
            name: name.to_owned(),
            format: Format::Parquet,
            content: crate::data::Content::Bytes(bytes),
            naming: crate::data::Naming::default(),
        }
    }

    #[test]
    fn a_csv_table_is_read_whole() {
        let input = Input::csv("p.csv", "Practice_Code, name\nF1,\"The \"\"Old\"\"\nSurgery\"\nF2,\nF3\nF4,x\n");
        let table = read(&input).unwrap();
        let code = table.need("practice_code").unwrap();
        let name = table.find("name").unwrap();
        let rows: Vec<_> = table.rows.iter().map(|row| (row.number, row.cell(Some(code)), row.cell(name))).collect();
        assert_eq!(
            rows,
            [(2, Some("F1"), Some("The \"Old\"\nSurgery")), (4, Some("F2"), None), (6, Some("F4"), Some("x"))]
        );
        let findings = table.findings.list();
        assert_eq!((findings[0].kind, &findings[0].first_rows[..]), (FindingKind::WrongCellCount, &[5][..]));
        assert!(table.need("area").is_err());
    }

    #[test]
    fn a_cell_that_is_not_text_sets_its_row_aside() {
        let table = read(&Input::csv("p.csv", b"a,b\n1,\xff\n2,x\n".to_vec())).unwrap();
        assert_eq!(table.rows.len(), 1);
        let findings = table.findings.list();
        assert_eq!((findings[0].kind, &findings[0].column[..]), (FindingKind::NotText, "b"));
    }
}
