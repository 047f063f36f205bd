//! A little table out of Parquet: every column as text.

use arrow_array::{ArrayRef, cast::AsArray, types::Float64Type};
use arrow_schema::{ArrowError, DataType};

use crate::data::cells::DateCell;
use crate::data::error::LoadError;
use crate::data::naming::DateOrder;
use crate::data::parquet_cells::{self, TextColumn};
use crate::data::parquet_file::WholeFile;
use crate::data::source::Input;
use crate::data::table::{Row, Table};
use crate::ground::Findings;

/// Reads a table whole.
pub(crate) fn read(input: &Input) -> Result<Table, LoadError> {
    let file = WholeFile::open(input)?;
    let mut rows = Vec::new();
    for batch in file.batches {
        let batch = batch?;
        let undecodable =
            |error: ArrowError| LoadError::Parquet { file: input.name.clone(), detail: error.to_string() };
        let columns: Result<Vec<TextColumn>, ArrowError> = batch.columns().iter().map(as_text).collect();
        let columns = columns.map_err(undecodable)?;
        let mut scratch = String::new();
        for at in 0..batch.num_rows() {
            let mut cell = |column: &TextColumn| {
                let text = String::from_utf8_lossy(column.text(at, &mut scratch)).into_owned();
                (!text.is_empty()).then_some(text)
            };
            rows.push(Row { number: rows.len() as u64 + 1, cells: columns.iter().map(&mut cell).collect() });
        }
    }
    Ok(Table { name: input.name.clone(), rows, findings: Findings::default(), header: file.header })
}

/// A column as text. A column that cannot be one, such as a list, is empty: nobody asks for it.
fn as_text(column: &ArrayRef) -> Result<TextColumn, ArrowError> {
    let written = column.data_type();
    if written.is_floating() {
        return whole_numbers(column);
    }
    if matches!(written, DataType::Date64 | DataType::Timestamp(_, _)) {
        return whole_days(column);
    }
    if !arrow_cast::can_cast_types(written, &DataType::Utf8View) {
        return Ok(TextColumn::Absent);
    }
    TextColumn::of(column)
}

/// Timestamps as text: a date alone where it is midnight, as the same column would be written in CSV.
fn whole_days(column: &ArrayRef) -> Result<TextColumn, ArrowError> {
    let times = TextColumn::of(column)?;
    let dates = parquet_cells::dates(column, DateOrder::Iso)?;
    let text = |(row, date): (usize, &DateCell)| match date {
        DateCell::Day(day) => day.to_string(),
        DateCell::Empty | DateCell::Fault(_) => {
            String::from_utf8_lossy(times.text(row, &mut String::new())).into_owned()
        }
    };
    Ok(TextColumn::View(dates.iter().enumerate().map(|cell| Some(text(cell))).collect()))
}

/// Floating numbers as text, whole ones without a decimal point: some programs write whole numbers so where a cell of
/// the column is empty.
fn whole_numbers(column: &ArrayRef) -> Result<TextColumn, ArrowError> {
    let column = arrow_cast::cast(column, &DataType::Float64)?;
    // Display of a float that is whole has no decimal point.
    let texts = column.as_primitive::<Float64Type>().iter().map(|value| value.map(|value| value.to_string()));
    Ok(TextColumn::View(texts.collect()))
}
