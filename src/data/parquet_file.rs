//! A Parquet file: which columns are read as which types, and how its rows are shared out among threads.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
    RowSelector,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, RowGroupMetaData};

use crate::data::columns::{Column, Header, Holds};
use crate::data::decoding;
use crate::data::error::LoadError;
use crate::data::naming::DateOrder;
use crate::data::parquet_limits::refuse_overfull;
use crate::data::parquet_pages::{self, Stretched};
use crate::data::shared_file::SharedFile;
use crate::data::source::Input;

/// A Parquet file whose columns were found.
#[derive(Debug)]
pub(crate) struct ParquetFile<'a> {
    /// The name as the user gave it.
    pub name: &'a str,
    file: SharedFile,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    /// Where each of the columns that were asked for is in a batch.
    pub places: Vec<Option<usize>>,
    /// Where each of them is in a row group, if all of them can be read page by page.
    leaves: Option<Vec<Option<usize>>>,
    /// In which order the dates of each of the columns are written.
    pub orders: Vec<DateOrder>,
}

/// Some rows for one thread to read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Task {
    row_groups: Vec<usize>,
    /// How many of the row groups' rows are left out before those that are read.
    skip: usize,
    /// How many rows are read.
    rows: usize,
    /// The number of the first row that is read, the file's first being 1.
    pub first_row: u64,
}

/// A thread reads at least so many rows at a time, unless there are fewer: a chunk's worth.
const TASK_ROWS: usize = 1 << 17;

/// The types whose columns can be read as text, ids or codes.
const TEXT_TYPES: &str = "text or a whole number";

impl<'a> ParquetFile<'a> {
    /// Opens a file and finds its columns.
    pub(crate) fn open(input: &'a Input, columns: &[Column]) -> Result<ParquetFile<'a>, LoadError> {
        let name = input.name.as_str();
        let file = SharedFile::of(input).map_err(|source| LoadError::Read { file: name.to_owned(), source })?;
        let options = ArrowReaderOptions::new().with_offset_index_policy(PageIndexPolicy::Optional);
        let as_written = decode(name, || ArrowReaderMetadata::load(&file, options.clone()))?;
        refuse_overfull(name, &file, as_written.metadata())?;
        let fields = as_written.schema().fields();
        let header = Header::new(name, fields.iter().map(|field| field.name().as_str())).named(&input.naming);
        let in_file = header.places_of(columns)?;
        let leaves = direct_leaves(columns, &in_file, &as_written);
        let mut fields: Vec<Arc<Field>> = fields.iter().cloned().collect();
        for (column, place) in columns.iter().zip(&in_file) {
            if let Some(at) = *place {
                let wished = read_as(name, column, &fields[at], as_written.metadata(), at)?;
                fields[at] = Arc::new(fields[at].as_ref().clone().with_data_type(wished));
            }
        }
        let schema = Arc::new(Schema::new_with_metadata(fields, as_written.schema().metadata().clone()));
        let metadata = Arc::clone(as_written.metadata());
        let metadata = decode(name, || ArrowReaderMetadata::try_new(metadata, options.with_schema(schema)))?;
        let mask = ProjectionMask::roots(metadata.parquet_schema(), in_file.iter().copied().flatten());
        // A batch has the columns in the order in which they stand in the file.
        let mut order: Vec<usize> = in_file.iter().copied().flatten().collect();
        order.sort_unstable();
        let places = in_file.iter().map(|place| place.and_then(|at| order.binary_search(&at).ok())).collect();
        let orders = columns.iter().map(|column| header.date_order(column.name)).collect();
        Ok(ParquetFile { name, file, metadata, mask, places, leaves, orders })
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        row_counts(self.metadata.metadata()).map(|rows| rows as u64).sum()
    }

    /// Shares the rows out, so that each of so many threads gets several tasks.
    pub(crate) fn tasks(&self, threads: usize) -> Vec<Task> {
        share_out(row_counts(self.metadata.metadata()), threads)
    }

    /// Reads a task's rows in batches.
    pub(crate) fn read(
        &self,
        task: &Task,
        batch_rows: usize,
    ) -> Result<impl Iterator<Item = Result<RecordBatch, LoadError>> + use<'_>, LoadError> {
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone());
        let mut builder = builder
            .with_projection(self.mask.clone())
            .with_row_groups(task.row_groups.clone())
            .with_batch_size(batch_rows);
        if task.skip > 0 {
            let selection = vec![RowSelector::skip(task.skip), RowSelector::select(task.rows)];
            builder = builder.with_row_selection(RowSelection::from(selection));
        }
        let builder = builder.with_limit(task.rows);
        Ok(batches(self.name, decode(self.name, || builder.build())?))
    }

    /// Whether the columns that were asked for can be read page by page.
    pub(crate) fn is_direct(&self) -> bool {
        self.leaves.is_some()
    }

    /// The row groups of a task, for those who read them page by page.
    pub(crate) fn groups<'t>(&'t self, task: &'t Task) -> impl Iterator<Item = GroupPart<'t>> {
        let mut left = task.rows;
        let metadata = self.metadata.metadata();
        task.row_groups.iter().map(move |&at| {
            let group = metadata.row_group(at);
            let group_rows = usize::try_from(group.num_rows()).unwrap_or(0);
            let rows = left.min(group_rows.saturating_sub(task.skip));
            left -= rows;
            GroupPart { file: self, group, group_rows, skip: task.skip, rows }
        })
    }
}

/// Rows of a row group that are read page by page.
pub(crate) struct GroupPart<'a> {
    file: &'a ParquetFile<'a>,
    group: &'a RowGroupMetaData,
    group_rows: usize,
    skip: usize,
    /// How many are read.
    pub rows: usize,
}

impl GroupPart<'_> {
    /// Opens one of the columns that were asked for at the first row that is read; None if the table has none.
    pub(crate) fn column<P: Stretched>(
        &self,
        column: usize,
        open: impl FnOnce(&SharedFile, &ColumnChunkMetaData, usize) -> Result<P, ParquetError>,
    ) -> Result<Option<P>, LoadError> {
        let leaf = self.file.leaves.as_ref().and_then(|leaves| leaves[column]);
        let Some(leaf) = leaf else { return Ok(None) };
        decode(self.file.name, || {
            let mut pages = open(&self.file.file, self.group.column(leaf), self.group_rows)?;
            pages.skip(self.skip)?;
            Ok::<_, ParquetError>(Some(pages))
        })
    }

    /// Reads the next rows of all columns, at most so many.
    pub(crate) fn next_stretch(&self, columns: &mut [&mut dyn Stretched], most: usize) -> Result<usize, LoadError> {
        decode(self.file.name, || parquet_pages::next_stretch(columns, most))
    }
}

/// Where the columns are in a row group, if the pages of all of them can be read as they are: texts, and dates that are
/// dates.
fn direct_leaves(
    columns: &[Column],
    in_file: &[Option<usize>],
    as_written: &ArrowReaderMetadata,
) -> Option<Vec<Option<usize>>> {
    let metadata = as_written.metadata();
    let leaf = |(column, place): (&Column, &Option<usize>)| {
        let Some(at) = *place else { return Some(None) };
        let written = as_written.schema().field(at).data_type();
        let fits = match column.holds {
            Holds::Date => *written == DataType::Date32,
            Holds::Id | Holds::Code | Holds::Name | Holds::Text => is_text(written),
        };
        let leaf = leaf_of(metadata, at).filter(|_| fits)?;
        let direct = metadata.row_groups().iter().all(|group| parquet_pages::are_direct(group.column(leaf)));
        direct.then_some(Some(leaf))
    };
    columns.iter().zip(in_file).map(leaf).collect()
}

/// The first leaf of a column of the schema.
fn leaf_of(metadata: &ParquetMetaData, at: usize) -> Option<usize> {
    let leaves = metadata.file_metadata().schema_descr();
    (0..leaves.num_columns()).find(|&column| leaves.get_column_root_idx(column) == at)
}

/// A Parquet file that is read whole, with all its columns in the types in which they were written.
pub(crate) struct WholeFile<'a> {
    /// Its columns' names.
    pub header: Header,
    /// Its rows.
    pub batches: Box<dyn Iterator<Item = Result<RecordBatch, LoadError>> + 'a>,
}

impl<'a> WholeFile<'a> {
    /// Opens a file.
    pub(crate) fn open(input: &'a Input) -> Result<WholeFile<'a>, LoadError> {
        let name = input.name.as_str();
        let file = SharedFile::of(input).map_err(|source| LoadError::Read { file: name.to_owned(), source })?;
        let builder = decode(name, || ParquetRecordBatchReaderBuilder::try_new(file.clone()))?;
        refuse_overfull(name, &file, builder.metadata())?;
        let names = builder.schema().fields().iter().map(|field| field.name().as_str());
        let header = Header::new(name, names).named(&input.naming);
        let batches = Box::new(batches(name, decode(name, || builder.build())?));
        Ok(WholeFile { header, batches })
    }
}

/// The batches of a reader, up to the first that cannot be decoded.
fn batches(
    file: &str,
    mut reader: ParquetRecordBatchReader,
) -> impl Iterator<Item = Result<RecordBatch, LoadError>> + use<'_> {
    let mut failed = false;
    std::iter::from_fn(move || {
        let next = if failed { Ok(None) } else { decode(file, || reader.next().transpose()) };
        failed = next.is_err();
        next.transpose()
    })
}

/// Runs the decoder; what it says becomes an error that names the file. It meets some broken files with a panic, which
/// is told like any other failure, since the fault is the file's.
fn decode<T, E: Display>(file: &str, decoder: impl FnOnce() -> Result<T, E>) -> Result<T, LoadError> {
    let failed = |detail: String| LoadError::Parquet { file: file.to_owned(), detail };
    match catch_unwind(AssertUnwindSafe(|| decoding::silently(decoder))) {
        Ok(decoded) => decoded.map_err(|error| failed(error.to_string())),
        Err(_) => Err(failed("its pages contradict one another".to_owned())),
    }
}

fn row_counts(metadata: &ParquetMetaData) -> impl Iterator<Item = usize> {
    metadata.row_groups().iter().map(|group| usize::try_from(group.num_rows()).unwrap_or(0))
}

/// Puts small row groups together and cuts large ones apart, the later ones into ever smaller pieces, so that all threads
/// end together. Cutting costs: a reader must step over what others read.
fn share_out(row_groups: impl Iterator<Item = usize>, threads: usize) -> Vec<Task> {
    let row_groups: Vec<usize> = row_groups.collect();
    let mut left: usize = row_groups.iter().sum();
    let mut tasks: Vec<Task> = Vec::new();
    let mut first_row = 1;
    for (at, rows) in row_groups.into_iter().enumerate() {
        let target = (left / (threads * 4).max(1)).max(TASK_ROWS);
        left -= rows;
        match tasks.last_mut() {
            Some(last) if last.skip == 0 && last.rows + rows <= TASK_ROWS => {
                last.row_groups.push(at);
                last.rows += rows;
            }
            _ => {
                let pieces = rows.div_ceil(target).max(1);
                let bounds: Vec<usize> = (0..=pieces).map(|piece| rows * piece / pieces).collect();
                tasks.extend(bounds.windows(2).map(|bound| Task {
                    row_groups: vec![at],
                    skip: bound[0],
                    rows: bound[1] - bound[0],
                    first_row: first_row + bound[0] as u64,
                }));
            }
        }
        first_row += rows as u64;
    }
    tasks
}

/// The type as which a column is read, which is the one that decodes fastest.
fn read_as(
    file: &str,
    column: &Column,
    field: &Field,
    metadata: &ParquetMetaData,
    at: usize,
) -> Result<DataType, LoadError> {
    let refused = |expected, fix| {
        let (file, column) = (file.to_owned(), column.name.to_owned());
        Err(LoadError::ColumnType { file, column, found: type_in_words(field.data_type()), expected, fix })
    };
    match (column.holds, field.data_type()) {
        (Holds::Date, DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, _)) => Ok(field.data_type().clone()),
        (_, written) if is_text(written) => Ok(text_type(column.holds, metadata, at)),
        (Holds::Date, _) => refused("a date, a timestamp or ISO text", "write it as a date"),
        (Holds::Id | Holds::Code | Holds::Name, written) if written.is_integer() => Ok(written.clone()),
        (Holds::Id | Holds::Code, written) if written.is_floating() => refused(
            TEXT_TYPES,
            "a floating number cannot hold 18 digits exactly, so write the column as text from its source",
        ),
        (Holds::Id | Holds::Code | Holds::Name, _) => refused(TEXT_TYPES, "write it as text"),
        (Holds::Text, _) => refused("text", "write it as text"),
    }
}

fn is_text(written: &DataType) -> bool {
    match written {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// A column of few distinct values is read as places in its dictionary, if the file has one; any other as views.
fn text_type(holds: Holds, metadata: &ParquetMetaData, at: usize) -> DataType {
    let few = match holds {
        Holds::Code | Holds::Name | Holds::Date => true,
        Holds::Id | Holds::Text => false,
    };
    let has_dictionary =
        |leaf| metadata.row_groups().iter().all(|group| group.column(leaf).dictionary_page_offset().is_some());
    if few && leaf_of(metadata, at).is_some_and(has_dictionary) {
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
    } else {
        DataType::Utf8View
    }
}

/// A type as people say it.
fn type_in_words(written: &DataType) -> String {
    match written {
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "a floating number".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        other => format!("of type {other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_shared_out_once_each() {
        let cases: [&[usize]; 5] = [&[], &[5], &[10, 20, 30], &[1_000_000], &[122_880, 122_880, 7, 300_000, 4, 0, 5]];
        for groups in cases {
            for threads in [1, 2, 16] {
                let tasks = share_out(groups.iter().copied(), threads);
                let mut next = 1;
                for task in &tasks {
                    assert_eq!(task.first_row, next, "{groups:?}");
                    next += task.rows as u64;
                    assert!(task.skip == 0 || task.row_groups.len() == 1);
                }
                assert_eq!(next - 1, groups.iter().sum::<usize>() as u64);
            }
        }
        assert_eq!(share_out([10, 20, 30].into_iter(), 4).len(), 1);
        assert_eq!(share_out([1_000_000].into_iter(), 1).len(), 4);
    }
}
