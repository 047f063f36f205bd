//! Tables as rows of cells, encoded in groups and written as CSV or Parquet.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::life::{AppointmentRow, EventRow, NOBODY, PatientRow};
use super::population::Resource;
use super::practice::Practice;
use super::slot::Slot;
use super::vocabulary::{Entry, Vocabulary};
use super::{DemoError, Format};
use crate::cli::output::{self, Readers};
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

    /// The types of the FHIR resources that it is written as, a file each; none where it is a table in every form.
    const RESOURCES: &'static [&'static str] = &[];

    /// Hands over a cell for each column, in order.
    fn cells(&self, words: &Words, put: impl FnMut(Cell<'_>));

    /// Writes its resources, each behind what is already there of its type, in the order of [`Row::RESOURCES`].
    fn resources(&self, _words: &Words, _of_type: &mut [Vec<u8>]) -> io::Result<()> {
        Ok(())
    }
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

    pub(super) fn text(&self, day: Day) -> &str {
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

    const RESOURCES: &'static [&'static str] = ndjson::OF_PATIENTS;

    fn resources(&self, words: &Words, of_type: &mut [Vec<u8>]) -> io::Result<()> {
        ndjson::patient(self, words, of_type)
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
        let Entry { code, text, .. } = words.vocabulary.entry(self.what);
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

    const RESOURCES: &'static [&'static str] = &Resource::ALL;

    fn resources(&self, words: &Words, of_type: &mut [Vec<u8>]) -> io::Result<()> {
        ndjson::event(self, words, of_type)
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

pub(super) fn digits(id: &[u8; 10]) -> &str {
    std::str::from_utf8(id).unwrap_or_default()
}

/// A table's file while it is written: beside its place, and moved there when it is whole. As FHIR resources it is several.
pub(super) struct TableFile {
    parts: Vec<PartFile>,
    writer: Option<Writer>,
    kept: bool,
}

/// Where a file is to be, and where it is while it is written.
struct PartFile {
    place: PathBuf,
    beside: PathBuf,
}

enum Writer {
    Csv(BufWriter<File>),
    Ndjson(Vec<BufWriter<File>>),
    #[cfg(feature = "parquet")]
    Parquet(Box<parquet::ParquetTable>),
}

impl TableFile {
    /// Starts the file of a table of rows `R`, or the files of their resources.
    ///
    /// # Errors
    /// The file cannot be made; the format is not part of this build.
    pub(super) fn create<R: Row>(dir: &Path, name: &str, format: Format) -> Result<TableFile, DemoError> {
        // A table that no resource stands for stays a table.
        let is_table = format == Format::Ndjson && R::RESOURCES.is_empty();
        let format = if is_table { Format::Csv } else { format };
        let names = if format == Format::Ndjson { R::RESOURCES } else { &[name] };
        // From here on, leaving early removes the files.
        let mut table = TableFile { parts: Vec::new(), writer: None, kept: false };
        let mut files = Vec::new();
        for name in names {
            let place = dir.join(format!("{name}.{}", format.extension()));
            let opened = output::open_beside(&place, Readers::Anyone);
            let (beside, file) = opened.map_err(|source| DemoError::Write { path: place.clone(), source })?;
            files.push(file);
            table.parts.push(PartFile { place, beside });
        }
        table.writer = Some(Writer::start::<R>(files, format).map_err(table.cannot_write())?);
        Ok(table)
    }

    /// What is said where the table cannot be written, in the name of its first file.
    fn cannot_write(&self) -> impl Fn(io::Error) -> DemoError + use<> {
        let path = self.parts.first().map(|part| part.place.clone()).unwrap_or_default();
        move |source| DemoError::Write { path: path.clone(), source }
    }

    /// Encodes groups of rows side by side and writes them in their order.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn append<R: Row>(&mut self, groups: &[&[R]], words: &Words) -> Result<(), DemoError> {
        let cannot_write = self.cannot_write();
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.append(groups, words).map_err(cannot_write)
    }

    /// Ends the file, still beside its place.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(super) fn finish(&mut self) -> Result<(), DemoError> {
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.finish().map_err(self.cannot_write())
    }

    /// Moves the file to its place, and says where that is; as resources, where the first is.
    ///
    /// # Errors
    /// The file cannot be moved there.
    pub(super) fn keep(mut self) -> Result<PathBuf, DemoError> {
        for PartFile { place, beside } in &self.parts {
            fs::rename(beside, place).map_err(|source| DemoError::Write { path: place.clone(), source })?;
        }
        self.kept = true;
        Ok(self.parts.first().map(|part| part.place.clone()).unwrap_or_default())
    }
}

impl Drop for TableFile {
    fn drop(&mut self) {
        if !self.kept {
            // Nothing can be done about a part that cannot be removed, and the first fault is the one to report.
            self.parts.iter().for_each(|part| drop(fs::remove_file(&part.beside)));
        }
    }
}

impl Writer {
    fn start<R: Row>(files: Vec<File>, format: Format) -> io::Result<Writer> {
        let mut files = files.into_iter();
        let mut only = || files.next().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
        match format {
            Format::Ndjson => Ok(Writer::Ndjson(files.map(BufWriter::new).collect())),
            Format::Csv => {
                let mut header = csv::Writer::from_writer(Vec::new());
                header.write_record(R::COLUMNS.iter().map(|(name, ..)| name))?;
                let mut file = BufWriter::new(only()?);
                file.write_all(&header.into_inner().map_err(|fault| fault.into_error())?)?;
                Ok(Writer::Csv(file))
            }
            #[cfg(feature = "parquet")]
            Format::Parquet(compression) => {
                Ok(Writer::Parquet(Box::new(parquet::ParquetTable::start::<R>(only()?, compression)?)))
            }
        }
    }

    fn append<R: Row>(&mut self, groups: &[&[R]], words: &Words) -> io::Result<()> {
        match self {
            Writer::Csv(file) => {
                let encoded: Vec<io::Result<Vec<u8>>> = groups.par_iter().map(|rows| encode_csv(rows, words)).collect();
                encoded.into_iter().try_for_each(|bytes| file.write_all(&bytes?))
            }
            Writer::Ndjson(files) => {
                let encoded: Vec<io::Result<Vec<Vec<u8>>>> =
                    groups.par_iter().map(|rows| encode_resources(rows, words)).collect();
                for of_type in encoded {
                    files.iter_mut().zip(of_type?).try_for_each(|(file, bytes)| file.write_all(&bytes))?;
                }
                Ok(())
            }
            #[cfg(feature = "parquet")]
            Writer::Parquet(table) => table.append(groups, words),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Writer::Csv(mut file) => file.flush(),
            Writer::Ndjson(mut files) => files.iter_mut().try_for_each(Write::flush),
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

/// The resources of some rows, by type.
fn encode_resources<R: Row>(rows: &[R], words: &Words) -> io::Result<Vec<Vec<u8>>> {
    let mut of_type = vec![Vec::new(); R::RESOURCES.len()];
    rows.iter().try_for_each(|row| row.resources(words, &mut of_type))?;
    Ok(of_type)
}

pub(super) mod ndjson;
#[cfg(feature = "parquet")]
mod parquet;
