//! A table as Parquet: text as UTF-8, whole numbers as 64-bit integers, amounts as decimals with the digits that are
//! shown, all of them nullable. The same table gives the same bytes.

use std::io;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::ground::Amount;
use crate::report::table::{Cell, Column, Grid, Kind};

/// Digits of a decimal, so that it is held in 64 bits, which every reader knows.
const DIGITS: u8 = 18;

/// How many rows are turned into columns at a time.
const BATCH_ROWS: usize = 1 << 16;

/// Writes a table.
///
/// # Errors
/// What the writer says; [`io::ErrorKind::InvalidData`] for a number that does not fit: a whole number of 2⁶³ or more,
/// an amount of more than 18 digits with its decimals.
pub fn write(out: &mut dyn io::Write, grid: &dyn Grid) -> io::Result<()> {
    let fields: Vec<Field> = grid.columns().iter().map(field).collect();
    let schema = Arc::new(Schema::new(fields));
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    // The encoder wants a writer that may go to another thread, which standard output's lock may not.
    let mut encoder = ArrowWriter::try_new_with_options(Vec::new(), Arc::clone(&schema), options)?;
    for first in (0..grid.row_count()).step_by(BATCH_ROWS) {
        let rows = first..grid.row_count().min(first + BATCH_ROWS);
        let arrays = (0..grid.columns().len()).map(|at| array(grid, at, rows.clone())).collect::<io::Result<_>>()?;
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).map_err(io::Error::other)?;
        encoder.write(&batch)?;
    }
    out.write_all(&encoder.into_inner()?)?;
    out.flush()
}

fn field(column: &Column) -> Field {
    let data_type = match column.kind {
        Kind::Text => DataType::Utf8,
        Kind::Whole => DataType::Int64,
        Kind::Amount { decimals } => DataType::Decimal128(DIGITS, scale(decimals)),
    };
    Field::new(column.name.as_ref(), data_type, true)
}

fn scale(decimals: u32) -> i8 {
    i8::try_from(decimals).unwrap_or(i8::MAX)
}

/// One column of some rows.
fn array(grid: &dyn Grid, column: usize, rows: std::ops::Range<usize>) -> io::Result<ArrayRef> {
    let kind = grid.columns()[column].kind;
    let cells = rows.map(|row| grid.cell(row, column));
    Ok(match kind {
        Kind::Text => {
            let texts = cells.map(|cell| match &cell {
                Cell::Empty => None,
                Cell::Text(_) | Cell::Whole(_) | Cell::Amount(_) => Some(cell.shown(kind).into_owned()),
            });
            Arc::new(texts.collect::<StringArray>())
        }
        Kind::Whole => {
            let wholes = cells.map(|cell| match cell {
                Cell::Whole(whole) => i64::try_from(whole).map(Some).map_err(|_| too_large()),
                Cell::Empty | Cell::Text(_) | Cell::Amount(_) => Ok(None),
            });
            Arc::new(wholes.collect::<io::Result<Int64Array>>()?)
        }
        Kind::Amount { decimals } => {
            let amounts = cells.map(|cell| match cell {
                Cell::Amount(amount) => mantissa(amount, decimals).map(Some).ok_or_else(too_large),
                Cell::Whole(whole) => mantissa(whole.into(), decimals).map(Some).ok_or_else(too_large),
                Cell::Empty | Cell::Text(_) => Ok(None),
            });
            let array = amounts.collect::<io::Result<Decimal128Array>>()?;
            Arc::new(array.with_precision_and_scale(DIGITS, scale(decimals)).map_err(io::Error::other)?)
        }
    })
}

/// An amount in units of its last decimal, halves away from zero, if it has few enough digits.
fn mantissa(amount: Amount, decimals: u32) -> Option<i128> {
    let scale = Amount::ratio(10_i128.checked_pow(decimals)?, 1)?;
    let whole = amount.times(scale)?.round_to(Amount::ONE)?.whole()?;
    (whole.unsigned_abs() < 10_u128.pow(u32::from(DIGITS))).then_some(whole)
}

fn too_large() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "a number is too large for a Parquet column of 18 digits")
}

#[cfg(test)]
mod tests {
    use arrow_array::Array;
    use bytes::Bytes;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::report::table::Table;
    use crate::report::table::tests::sample;

    fn written(grid: &dyn Grid) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, grid).unwrap();
        out
    }

    fn read(bytes: Vec<u8>) -> Vec<RecordBatch> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap().build().unwrap();
        reader.collect::<Result<_, _>>().unwrap()
    }

    #[test]
    fn columns_come_back_with_their_types() {
        let batches = read(written(&sample()));
        let batch = &batches[0];
        let types: Vec<&DataType> = batch.schema_ref().fields().iter().map(|field| field.data_type()).collect();
        assert_eq!(types, [&DataType::Utf8, &DataType::Int64, &DataType::Decimal128(18, 2)]);
        let text = batch.column(0).as_any().downcast_ref::<StringArray>().unwrap();
        assert_eq!((text.value(0), text.value(1)), ("A1", "B, \"2\""));
        let whole = batch.column(1).as_any().downcast_ref::<Int64Array>().unwrap();
        assert_eq!((whole.value(0), whole.value(1)), (1234, 0));
        // 12.345 is shown as 12.35.
        let pounds = batch.column(2).as_any().downcast_ref::<Decimal128Array>().unwrap();
        assert_eq!(pounds.value(0), 1235);
        assert!(pounds.is_null(1));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        assert_eq!(written(&sample()), written(&sample()));
    }

    #[test]
    fn a_table_without_rows_has_its_columns() {
        let table = Table::new("", sample().columns);
        let bytes = written(&table);
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        assert_eq!(reader.schema().fields().len(), 3);
    }

    #[test]
    fn more_rows_than_a_batch() {
        let mut table = Table::new("", [Column::whole("n")]);
        table.rows = (0..BATCH_ROWS as u64 + 5).map(|n| vec![Cell::Whole(n)]).collect();
        let rows: usize = read(written(&table)).iter().map(RecordBatch::num_rows).sum();
        assert_eq!(rows, BATCH_ROWS + 5);
    }

    #[test]
    fn what_does_not_fit_is_an_error_and_not_another_number() {
        let mut table = Table::new("", [Column::amount("pounds", 2)]);
        table.rows.push(vec![Cell::Amount(Amount::parse("10000000000000000").unwrap())]);
        let error = write(&mut Vec::new(), &table).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        table.rows[0] = vec![Cell::Amount(Amount::parse("9999999999999999.99").unwrap())];
        write(&mut Vec::new(), &table).unwrap();
    }

    #[test]
    fn a_cell_of_another_kind_is_null() {
        let mut table = Table::new("", [Column::whole("n")]);
        table.rows.push(vec![Cell::text("c")]);
        assert!(read(written(&table))[0].column(0).is_null(0));
    }
}
