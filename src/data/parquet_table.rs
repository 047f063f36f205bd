//! A little table out of Parquet: every column as text.

use arrow_array::{Array, ArrayRef, StringViewArray, cast::AsArray, types::Float64Type};
use arrow_schema::{ArrowError, DataType};

use crate::data::error::LoadError;
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
        let columns: Result<Vec<StringViewArray>, ArrowError> = batch.columns().iter().map(as_text).collect();
        let columns = columns.map_err(undecodable)?;
        for at in 0..batch.num_rows() {
            let cell = |column: &StringViewArray| {
                let text = if column.is_valid(at) { column.value(at) } else { "" };
                (!text.is_empty()).then(|| text.to_owned())
            };
            rows.push(Row { number: rows.len() as u64 + 1, cells: columns.iter().map(cell).collect() });
        }
    }
    Ok(Table { name: input.name.clone(), rows, findings: Findings::default(), header: file.header })
}

/// A column as text. A column that cannot be one, such as a list, is empty: nobody asks for it.
fn as_text(column: &ArrayRef) -> Result<StringViewArray, ArrowError> {
    if column.data_type().is_floating() {
        return whole_numbers(column);
    }
    if !arrow_cast::can_cast_types(column.data_type(), &DataType::Utf8View) {
        return Ok(StringViewArray::new_null(column.len()));
    }
    Ok(arrow_cast::cast(column, &DataType::Utf8View)?.as_string_view().clone())
}

/// Floating numbers as text, whole ones without a decimal point: some programs write whole numbers so where a cell of
/// the column is empty.
fn whole_numbers(column: &ArrayRef) -> Result<StringViewArray, ArrowError> {
    let column = arrow_cast::cast(column, &DataType::Float64)?;
    // Display of a float that is whole has no decimal point.
    Ok(column.as_primitive::<Float64Type>().iter().map(|value| value.map(|value| value.to_string())).collect())
}
