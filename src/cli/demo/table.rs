//! Tables as rows of cells, encoded in groups and written as CSV or Parquet.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::life::{AppointmentRow, EventRow, NOBODY, PatientRow};
use super::practice::Practice;
use super::slot::Slot;
use super::vocabulary::Vocabulary;
use super::{DemoError, Format};
use crate::ground::Day;

/// A value of one column of one row.
pub(super) enum Cell<'a> {
    Text(&'a str),
    Day(Day),
    Number(u32),
    Empty,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Day,
    Number,
}

/// A column's name, what it holds, and whether a cell may be empty.
pub(super) type Column = (&'static str, Kind, bool);

/// Something that is a row of a table.
pub(super) trait Row: Send + Sync {
    /// The columns, in order.
    const COLUMNS: &'static [Column];

    /// Hands over a cell for each column, in order.
    fn cells(&self, words: &Words, put: impl FnMut(Cell<'_>));
}

/// What the numbers in rows stand for.
pub(super) struct Words<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    /// The codes of the practices, those outside last.
    pub(super) practice_codes: Vec<String>,
    pub(super) days: IsoDays,
}

/// ISO dates, written once each: a table of a hundred million dates has few different ones.
pub(super) struct IsoDays {
    first: Day,
    texts: Vec<String>,
}

impl IsoDays {
    /// Every day from `first` to `last`.
    pub(super) fn between(first: Day, last: Day) -> IsoDays {
        let texts = (0..=last.days_since(first)).map(|days| first.plus_days(days).to_string()).collect();
        IsoDays { first, texts }
    }

    fn text(&self, day: Day) -> &str {
        let place = usize::try_from(day.days_since(self.first)).ok();
        place.and_then(|place| self.texts.get(place)).map_or("", String::as_str)
    }
}

fn day_or_empty(day: Option<Day>) -> Cell<'static> {
    day.map_or(Cell::Empty, Cell::Day)
}

impl Row for PatientRow {
    const COLUMNS: &'static [Column] = &[
        ("patient_id", Kind::Text, false),
        ("practice_code", Kind::Text, false),
        ("birth_date", Kind::Day, false),
        ("registered_date", Kind::Day, false),
        ("deregistered_date", Kind::Day, true),
        ("death_date", Kind::Day, true),
    ];

    fn cells(&self, words: &Words, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Text(digits(&self.patient.id())));
        put(Cell::Text(&words.practice_codes[usize::from(self.practice)]));
        put(Cell::Day(self.birth));
        put(Cell::Day(self.from));
        put(day_or_empty(self.to));
        put(day_or_empty(self.death));
    }
}

impl Row for EventRow {
    const COLUMNS: &'static [Column] = &[
        ("patient_id", Kind::Text, false),
        ("event_date", Kind::Day, false),
        ("code", Kind::Text, false),
        ("text", Kind::Text, true),
        ("practice_code", Kind::Text, true),
    ];

    fn cells(&self, words: &Words, mut put: impl FnMut(Cell<'_>)) {
        let (code, text) = words.vocabulary.entry(self.what);
        put(Cell::Text(digits(&self.patient.id())));
        put(Cell::Day(self.day));
        put(Cell::Text(code));
        put(if text.is_empty() { Cell::Empty } else { Cell::Text(text) });
        put(if self.giver == NOBODY {
            Cell::Empty
        } else {
            Cell::Text(&words.practice_codes[usize::from(self.giver)])
        });
    }
}

impl Row for Practice {
    const COLUMNS: &'static [Column] = &[
        ("practice_code", Kind::Text, false),
        ("practice_name", Kind::Text, false),
        ("list_size", Kind::Number, false),
        ("area", Kind::Text, false),
        ("contact_name", Kind::Text, true),
        ("contact_details", Kind::Text, true),
    ];

    fn cells(&self, _: &Words, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Text(&self.code));
        put(Cell::Text(&self.name));
        put(Cell::Number(self.list_size));
        put(Cell::Text(&self.area));
        put(self.contact_name.as_deref().map_or(Cell::Empty, Cell::Text));
        put(self.contact_details.as_deref().map_or(Cell::Empty, Cell::Text));
    }
}

impl Row for AppointmentRow {
    const COLUMNS: &'static [Column] = &[
        ("patient_id", Kind::Text, false),
        ("agreed_date", Kind::Day, true),
        ("appointment_date", Kind::Day, true),
        ("attended", Kind::Text, true),
    ];

    fn cells(&self, _: &Words, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Text(digits(&self.patient.id())));
        put(day_or_empty(self.agreed));
        put(day_or_empty(self.appointment));
        put(self.attended.map_or(Cell::Empty, |attended| Cell::Text(yes_or_no(attended))));
    }
}

impl Row for Slot {
    const COLUMNS: &'static [Column] = &[
        ("practice_code", Kind::Text, false),
        ("slot_start", Kind::Text, false),
        ("slot_end", Kind::Text, false),
        ("taken", Kind::Text, false),
    ];

    fn cells(&self, words: &Words, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Text(&words.practice_codes[self.practice]));
        put(Cell::Text(&self.start));
        put(Cell::Text(&self.end));
        put(Cell::Text(yes_or_no(self.taken)));
    }
}

fn yes_or_no(truth: bool) -> &'static str {
    if truth { "yes" } else { "no" }
}

fn digits(id: &[u8; 10]) -> &str {
    std::str::from_utf8(id).unwrap_or_default()
}

/// A table's file while it is written: beside its place, and moved there when it is whole.
pub(super) struct TableFile {
    place: PathBuf,
    beside: PathBuf,
    writer: Option<Writer>,
    kept: bool,
}

enum Writer {
    Csv(BufWriter<File>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::ParquetTable>),
}

impl TableFile {
    /// Starts the file of a table of rows `R`.
    ///
    /// # Errors
    /// The file cannot be made; the format is not part of this build.
    pub(super) fn create<R: Row>(dir: &Path, name: &str, format: Format) -> Result<TableFile, DemoError> {
        let place = dir.join(format!("{name}.{}", format.extension()));
        let beside = dir.join(format!(".{name}.{}.part", format.extension()));
        let cannot_write = |source| DemoError::Write { path: place.clone(), source };
        let file = File::create(&beside).map_err(cannot_write)?;
        // From here on, leaving early removes the file.
        let mut table = TableFile { place: place.clone(), beside, writer: None, kept: false };
        table.writer = Some(Writer::start::<R>(file, format).map_err(cannot_write)?);
        Ok(table)
    }

    /// Encodes groups of rows side by side and writes them in their order.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn append<R: Row>(&mut self, groups: &[&[R]], words: &Words) -> Result<(), DemoError> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.append(groups, words).map_err(|source| DemoError::Write { path: self.place.clone(), source })
    }

    /// Ends the file, still beside its place.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn finish(&mut self) -> Result<(), DemoError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.finish().map_err(|source| DemoError::Write { path: self.place.clone(), source })
    }

    /// Moves the file to its place, and says where that is.
    ///
    /// # Errors
    /// The file cannot be moved there.
    pub(super) fn keep(mut self) -> Result<PathBuf, DemoError> {
        let moved = fs::rename(&self.beside, &self.place);
        moved.map_err(|source| DemoError::Write { path: self.place.clone(), source })?;
        self.kept = true;
        Ok(self.place.clone())
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing can be done about a part that cannot be removed, and the first fault is the one to report.
            let _ = fs::remove_file(&self.beside);
        }
    }
}

impl Writer {
    fn start<R: Row>(file: File, format: Format) -> io::Result<Writer> {
        match format {
            Format::Csv => {
                let mut header = csv::Writer::from_writer(Vec::new());
                header.write_record(R::COLUMNS.iter().map(|(name, ..)| name))?;
                let mut file = BufWriter::new(file);
                file.write_all(&header.into_inner().map_err(|fault| fault.into_error())?)?;
                Ok(Writer::Csv(file))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet(compression) => {
                Ok(Writer::Parquet(Box::new(parquet::ParquetTable::start::<R>(file, compression)?)))
            }
        }
    }

    fn append<R: Row>(&mut self, groups: &[&[R]], words: &Words) -> io::Result<()> {
        match self {
            Writer::Csv(file) => {
                let encoded: Vec<io::Result<Vec<u8>>> = groups.par_iter().map(|rows| encode_csv(rows, words)).collect();
                encoded.into_iter().try_for_each(|bytes| file.write_all(&bytes?))
            }
            #[cfg(feature = "parquet")]
            Writer::Parquet(table) => table.append(groups, words),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Writer::Csv(mut file) => file.flush(),
            #[cfg(feature = "parquet")]
            Writer::Parquet(table) => table.finish(),
        }
    }
}

fn encode_csv<R: Row>(rows: &[R], words: &Words) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::with_capacity(rows.len() * 64));
    for row in rows {
        let mut written = Ok(());
        row.cells(words, |cell| {
            let field = match cell {
                Cell::Text(text) => writer.write_field(text),
                Cell::Day(day) => writer.write_field(words.days.text(day)),
                Cell::Number(number) => writer.write_field(number.to_string()),
                Cell::Empty => writer.write_field(""),
            };
            if written.is_ok() {
                written = field;
            }
        });
        written?;
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(|fault| fault.into_error())
}

#[cfg(feature = "parquet")]
mod parquet;
