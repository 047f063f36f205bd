//! The two tables of patient records, whatever their format.

use crate::data::columns::Column;
use crate::data::csv_rows::CsvTable;
use crate::data::error::LoadError;
#[cfg(feature = "parquet")]
use crate::data::parquet_rows::ParquetTable;
use crate::data::progress::Progress;
use crate::data::read_ahead::BLOCK_BYTES;
use crate::data::rows::{EventRules, Part, PatientRules};
use crate::data::scatter::{EventRow, RegistrationRow};
use crate::data::source::{Format, Input};

/// How much is done at a time: matters to speed and memory, and to nothing that is seen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// Bytes to a block of CSV.
    pub block_bytes: usize,
    /// Rows to a batch of Parquet.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "CSV has no batches"))]
    pub batch_rows: usize,
    /// Partitions, as a power of two; chosen by the number of rows if None.
    pub partition_bits: Option<u32>,
}

impl Default for Sizes {
    fn default() -> Sizes {
        Sizes { block_bytes: BLOCK_BYTES, batch_rows: 1 << 15, partition_bits: None }
    }
}

/// A table whose columns were found.
pub(crate) enum Table<'a> {
    Csv(CsvTable<'a>),
    #[cfg(feature = "parquet")]
    Parquet(ParquetTable<'a>),
}

impl<'a> Table<'a> {
    /// Opens a table and finds its columns.
    pub(crate) fn open(input: &'a Input, columns: &[Column], sizes: Sizes) -> Result<Table<'a>, LoadError> {
        match input.format {
            Format::Csv => CsvTable::open(input, columns, sizes.block_bytes).map(Table::Csv),
            #[cfg(feature = "parquet")]
            Format::Parquet => ParquetTable::open(input, columns, sizes.batch_rows).map(Table::Parquet),
            Format::Ndjson => Err(LoadError::NotTable { file: input.name.clone() }),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => Err(LoadError::NoParquet { file: input.name.clone() }),
        }
    }

    /// Whether a column is there and read, by its place in the list of columns.
    pub(crate) fn reads(&self, column: usize) -> bool {
        match self {
            Table::Csv(table) => table.reads(column),
            #[cfg(feature = "parquet")]
            Table::Parquet(table) => table.reads(column),
        }
    }

    /// How many rows there are; about, for CSV.
    pub(crate) fn rows(&self) -> u64 {
        match self {
            Table::Csv(table) => table.rows(),
            #[cfg(feature = "parquet")]
            Table::Parquet(table) => table.rows(),
        }
    }

    /// Reads the table as patients.
    pub(crate) fn patients(
        self,
        rules: &PatientRules<'_>,
        progress: &dyn Progress,
    ) -> Result<Part<RegistrationRow>, LoadError> {
        match self {
            Table::Csv(table) => table.patients(rules, progress),
            #[cfg(feature = "parquet")]
            Table::Parquet(table) => table.patients(rules, progress),
        }
    }

    /// Reads the table as events.
    pub(crate) fn events(self, rules: &EventRules<'_>, progress: &dyn Progress) -> Result<Part<EventRow>, LoadError> {
        match self {
            Table::Csv(table) => table.events(rules, progress),
            #[cfg(feature = "parquet")]
            Table::Parquet(table) => table.events(rules, progress),
        }
    }
}
