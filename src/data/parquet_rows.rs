//! Patients and events out of Parquet, a stretch of rows to a task.

use arrow_array::RecordBatch;
use arrow_schema::ArrowError;
use rayon::prelude::*;

use crate::data::cells::DateCell;
use crate::data::columns::Column;
use crate::data::digest::RowHasher;
use crate::data::error::LoadError;
use crate::data::naming::DateOrder;
use crate::data::parquet_cells::{self, TextColumn};
use crate::data::parquet_file::{ParquetFile, Task};
use crate::data::parquet_stretches;
use crate::data::progress::Progress;
use crate::data::rows::{EventRows, EventRules, NameCell, Part, PatientCells, PatientRows, PatientRules};
use crate::data::scatter::{EventRow, RegistrationRow};
use crate::data::source::Input;

/// A Parquet table whose columns were found.
#[derive(Debug)]
pub(crate) struct ParquetTable<'a> {
    file: ParquetFile<'a>,
    batch_rows: usize,
}

impl<'a> ParquetTable<'a> {
    /// Reads the file's metadata and finds the columns.
    pub(crate) fn open(input: &'a Input, columns: &[Column], batch_rows: usize) -> Result<ParquetTable<'a>, LoadError> {
        Ok(ParquetTable { file: ParquetFile::open(input, columns)?, batch_rows })
    }

    /// Whether a column is there and read.
    pub(crate) fn reads(&self, column: usize) -> bool {
        self.file.places[column].is_some()
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.file.rows()
    }

    /// Reads the table as patients.
    pub(crate) fn patients(
        self,
        rules: &PatientRules<'_>,
        progress: &dyn Progress,
    ) -> Result<Part<RegistrationRow>, LoadError> {
        // Few ask for a digest, which needs the cells as they are written.
        if self.file.is_direct() && !rules.digest {
            return self.each_task(|task| parquet_stretches::patients(&self.file, task, rules, progress));
        }
        self.each_task(|task| {
            let mut rows = PatientRows::new(rules);
            let count = self.each_batch(task, progress, |first_row, batch| {
                let columns = PatientColumns::of(batch, &self.file, rules.digest)?;
                columns.take_all(first_row, rules.digest, &mut rows);
                Ok(())
            })?;
            Ok(rows.finish(count))
        })
    }

    /// Reads the table as events.
    pub(crate) fn events(self, rules: &EventRules<'_>, progress: &dyn Progress) -> Result<Part<EventRow>, LoadError> {
        if self.file.is_direct() && !rules.digest {
            return self.each_task(|task| parquet_stretches::events(&self.file, task, rules, progress));
        }
        self.each_task(|task| {
            let mut rows = EventRows::new(rules);
            let count = self.each_batch(task, progress, |first_row, batch| {
                let columns = EventColumns::of(batch, &self.file, rules.digest)?;
                columns.take_all(first_row, rules, &mut rows);
                Ok(())
            })?;
            Ok(rows.finish(count))
        })
    }

    fn each_task<R: Send>(
        &self,
        read: impl Fn(&Task) -> Result<Part<R>, LoadError> + Sync + Send,
    ) -> Result<Part<R>, LoadError> {
        let tasks = self.file.tasks(rayon::current_num_threads());
        // Taken in their order, so that the smallest come last.
        let read = |(at, task)| (at, read(task));
        let mut parts: Vec<(usize, Result<Part<R>, LoadError>)> =
            tasks.iter().enumerate().par_bridge().map(read).collect();
        parts.sort_unstable_by_key(|(at, _)| *at);
        let mut whole = Part::empty();
        for (_, part) in parts {
            whole.merge(part?);
        }
        Ok(whole)
    }

    /// Hands out a task's batches, each with the number of its first row; gives back how many rows they had.
    fn each_batch(
        &self,
        task: &Task,
        progress: &dyn Progress,
        mut take: impl FnMut(u64, &RecordBatch) -> Result<(), ArrowError>,
    ) -> Result<u64, LoadError> {
        let mut count = 0;
        for batch in self.file.read(task, self.batch_rows)? {
            let batch = batch?;
            let taken = take(task.first_row + count, &batch);
            taken.map_err(|error| LoadError::Parquet { file: self.file.name.to_owned(), detail: error.to_string() })?;
            count += batch.num_rows() as u64;
            progress.advance(batch.num_rows() as u64);
        }
        Ok(count)
    }
}

/// A text column of a batch by its place, if there is one.
fn text_column(batch: &RecordBatch, place: Option<usize>) -> Result<TextColumn, ArrowError> {
    place.map_or(Ok(TextColumn::Absent), |at| TextColumn::of(batch.column(at)))
}

/// A date column of a batch.
struct DateColumn {
    cells: Vec<DateCell>,
    /// The cells as text, for the digest of those that are not dates.
    texts: TextColumn,
}

impl DateColumn {
    /// The column by its place; empty cells if there is none.
    fn of(
        batch: &RecordBatch,
        (place, order): (Option<usize>, DateOrder),
        digest: bool,
    ) -> Result<DateColumn, ArrowError> {
        let Some(at) = place else {
            return Ok(DateColumn { cells: vec![DateCell::Empty; batch.num_rows()], texts: TextColumn::Absent });
        };
        let cells = parquet_cells::dates(batch.column(at), order)?;
        let faulty = digest && cells.iter().any(|cell| matches!(cell, DateCell::Fault(_)));
        let texts = if faulty { TextColumn::of(batch.column(at))? } else { TextColumn::Absent };
        Ok(DateColumn { cells, texts })
    }

    fn hash(&self, row: usize, hasher: &mut RowHasher, scratch: &mut String) {
        hasher.date(self.cells[row], self.texts.text(row, scratch));
    }
}

/// The columns of a batch of the patients table.
struct PatientColumns {
    ids: TextColumn,
    practices: TextColumn,
    dates: [DateColumn; 4],
}

impl PatientColumns {
    fn of(batch: &RecordBatch, file: &ParquetFile<'_>, digest: bool) -> Result<PatientColumns, ArrowError> {
        let places = &file.places;
        let date = |column: usize| DateColumn::of(batch, (places[column], file.orders[column]), digest);
        Ok(PatientColumns {
            ids: text_column(batch, places[0])?,
            practices: text_column(batch, places[1])?,
            dates: [date(2)?, date(3)?, date(4)?, date(5)?],
        })
    }

    fn take_all(&self, first_row: u64, digest: bool, rows: &mut PatientRows<'_>) {
        let (mut id, mut practice) = (String::new(), String::new());
        for row in 0..self.dates[0].cells.len() {
            if digest {
                rows.hasher.text(self.ids.text(row, &mut id));
                rows.hasher.text(self.practices.text(row, &mut practice));
                self.dates.iter().for_each(|column| column.hash(row, &mut rows.hasher, &mut id));
                rows.hasher.end_row();
            }
            let [birth, registered, deregistered, death] = [0, 1, 2, 3].map(|column| self.dates[column].cells[row]);
            let (id, practice) = (self.ids.id(row, &mut id), self.practices.text(row, &mut practice));
            let cells = PatientCells { id, practice: NameCell::Text(practice), birth, registered, deregistered, death };
            rows.take(first_row + row as u64, &cells);
        }
    }
}

/// The columns of a batch of the events table.
struct EventColumns {
    ids: TextColumn,
    dates: DateColumn,
    codes: TextColumn,
    givers: TextColumn,
    texts: TextColumn,
}

impl EventColumns {
    fn of(batch: &RecordBatch, file: &ParquetFile<'_>, digest: bool) -> Result<EventColumns, ArrowError> {
        let places = &file.places;
        Ok(EventColumns {
            ids: text_column(batch, places[0])?,
            dates: DateColumn::of(batch, (places[1], file.orders[1]), digest)?,
            codes: text_column(batch, places[2])?,
            givers: text_column(batch, places[3])?,
            texts: text_column(batch, places[4])?,
        })
    }

    fn take_all(&self, first_row: u64, rules: &EventRules<'_>, rows: &mut EventRows<'_>) {
        let codes = parquet_cells::codes(&self.codes, &rules.selection.codes);
        if rules.digest {
            self.hash_all(&mut rows.hasher);
        }
        let (mut id, mut giver, mut text) = (String::new(), String::new(), String::new());
        for (row, (&date, &code)) in self.dates.cells.iter().zip(&codes).enumerate() {
            let giver = self.givers.text(row, &mut giver);
            let text = self.texts.text(row, &mut text);
            rows.take(first_row + row as u64, self.ids.id(row, &mut id), date, code, giver, text);
        }
    }

    fn hash_all(&self, hasher: &mut RowHasher) {
        let mut scratch = String::new();
        for row in 0..self.dates.cells.len() {
            hasher.text(self.ids.text(row, &mut scratch));
            self.dates.hash(row, hasher, &mut scratch);
            for column in [&self.codes, &self.givers, &self.texts] {
                hasher.text(column.text(row, &mut scratch));
            }
            hasher.end_row();
        }
    }
}
