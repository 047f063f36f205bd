//! Patients and events out of a Parquet file's pages, a stretch of rows at a time: the fast way, for the usual types.

use crate::data::cells::DateCell;
use crate::data::codes::CodeCell;
use crate::data::error::LoadError;
use crate::data::names::Arrival;
use crate::data::parquet_file::{GroupPart, ParquetFile, Task};
use crate::data::parquet_pages::{CellPages, Stretched, TextPages};
use crate::data::parquet_values::{Texts, may_be_blank};
use crate::data::progress::Progress;
use crate::data::rows::{EventRows, EventRules, IdCell, NameCell, Part, PatientCells, PatientRows, PatientRules};
use crate::data::scatter::{EventRow, RegistrationRow};
use crate::data::selection::is_outside;
use crate::ground::{Day, FindingKind};

/// Reads a task's rows as patients.
pub(crate) fn patients(
    file: &ParquetFile<'_>,
    task: &Task,
    rules: &PatientRules<'_>,
    progress: &dyn Progress,
) -> Result<Part<RegistrationRow>, LoadError> {
    let mut rows = PatientRows::new(rules);
    let mut next_row = task.first_row;
    for group in file.groups(task) {
        next_row = patients_of_group(&group, next_row, &mut rows, progress)?;
    }
    Ok(rows.finish(next_row - task.first_row))
}

/// Reads a task's rows as events.
pub(crate) fn events(
    file: &ParquetFile<'_>,
    task: &Task,
    rules: &EventRules<'_>,
    progress: &dyn Progress,
) -> Result<Part<EventRow>, LoadError> {
    let mut rows = EventRows::new(rules);
    let mut next_row = task.first_row;
    for group in file.groups(task) {
        next_row = events_of_group(&group, next_row, rules, &mut rows, progress)?;
    }
    Ok(rows.finish(next_row - task.first_row))
}

/// Gives back the number of the row after the last one.
fn patients_of_group(
    group: &GroupPart<'_>,
    mut next_row: u64,
    rows: &mut PatientRows<'_>,
    progress: &dyn Progress,
) -> Result<u64, LoadError> {
    let (mut ids, mut practices) = (group.column(0, TextPages::open)?, group.column(1, TextPages::open)?);
    let (mut births, mut registrations) = (dates(group, 2)?, dates(group, 3)?);
    let (mut deregistrations, mut deaths) = (dates(group, 4)?, dates(group, 5)?);
    let mut met = MetNames::default();
    let mut left = group.rows;
    while left > 0 {
        let count = group.next_stretch(
            &mut [&mut ids, &mut practices, &mut births, &mut registrations, &mut deregistrations, &mut deaths],
            left,
        )?;
        let (ids, births, registrations) = (texts(&ids), cells(&births), cells(&registrations));
        let (deregistrations, deaths) = (cells(&deregistrations), cells(&deaths));
        for row in 0..count {
            let cells = PatientCells {
                id: IdCell::Text(ids.of(row)),
                practice: met.cell(&practices, row),
                birth: date_of(births, row),
                registered: date_of(registrations, row),
                deregistered: date_of(deregistrations, row),
                death: date_of(deaths, row),
            };
            if let Some(arrival) = rows.take(next_row + row as u64, &cells) {
                met.keep(&practices, row, arrival);
            }
        }
        next_row += count as u64;
        left -= count;
        progress.advance(count as u64);
    }
    Ok(next_row)
}

/// Gives back the number of the row after the last one.
fn events_of_group(
    group: &GroupPart<'_>,
    mut next_row: u64,
    rules: &EventRules<'_>,
    rows: &mut EventRows<'_>,
    progress: &dyn Progress,
) -> Result<u64, LoadError> {
    let mut ids = group.column(0, TextPages::open)?;
    let mut dates = dates(group, 1)?;
    let code = |cell| Coded { cell, days: rules.selection.days_of(cell) };
    let no_code = code(CodeCell::Fault(FindingKind::MissingValue));
    let mut codes = group.column(2, |file, chunk, rows| {
        CellPages::open(file, chunk, rows, no_code, |text: &[u8]| code(rules.selection.codes.read(text)))
    })?;
    let (mut givers, mut event_texts) = (group.column(3, TextPages::open)?, group.column(4, TextPages::open)?);
    let mut looked_at = Vec::new();
    let mut left = group.rows;
    while left > 0 {
        let columns: &mut [&mut dyn Stretched] = &mut [&mut ids, &mut dates, &mut codes, &mut givers, &mut event_texts];
        let count = group.next_stretch(columns, left)?;
        let (ids, dates, codes) = (texts(&ids), cells(&dates), cells(&codes));
        let (givers, event_texts) = (texts(&givers), texts(&event_texts));
        let code = |row: usize| codes.get(row).copied().unwrap_or(no_code);
        // Most rows are left behind here, with no look at the rest of them.
        let is_inside = |row: usize| !is_outside(date_of(dates, row), code(row).days);
        let chosen = match ids.have_blanks {
            true => choose(count, &mut looked_at, |row| is_inside(row) | may_be_blank(ids.of(row))),
            false => choose(count, &mut looked_at, is_inside),
        };
        for &row in chosen {
            let (id, number) = (IdCell::Text(ids.of(row)), next_row + row as u64);
            rows.take(number, id, date_of(dates, row), code(row).cell, givers.of(row), event_texts.of(row));
        }
        next_row += count as u64;
        left -= count;
        progress.advance(count as u64);
    }
    Ok(next_row)
}

/// A code, with the first and the last day on which something can hang on its event.
#[derive(Clone, Copy)]
struct Coded {
    cell: CodeCell,
    days: (Day, Day),
}

/// Those of so many rows for which something is true, in their order. Nothing in it waits for what is true of a row, which
/// a processor could not foresee. `room` serves one stretch after the other.
#[inline]
fn choose(count: usize, room: &mut Vec<usize>, is_chosen: impl Fn(usize) -> bool) -> &[usize] {
    if room.len() < count {
        room.resize(count, 0);
    }
    let mut next = 0;
    for row in 0..count {
        room[next] = row;
        next += usize::from(is_chosen(row));
    }
    &room[..next]
}

/// The names of a row group's dictionary that were met, by their place in it.
#[derive(Default)]
struct MetNames(Vec<Option<Arrival>>);

impl MetNames {
    /// What the cell of a row is.
    #[inline]
    fn cell<'t>(&self, names: &'t Option<TextPages>, row: usize) -> NameCell<'t> {
        let place = names.as_ref().and_then(|names| names.place(row));
        let met = place.and_then(|place| self.0.get(place).copied().flatten());
        met.map_or_else(|| NameCell::Text(texts(names).of(row)), NameCell::Met)
    }

    /// Keeps the number of a row's name.
    #[inline]
    fn keep(&mut self, names: &Option<TextPages>, row: usize, arrival: Arrival) {
        let Some((names, place)) = names.as_ref().and_then(|names| Some((names, names.place(row)?))) else { return };
        if self.0.len() <= place {
            self.0.resize(names.dictionary_len(), None);
        }
        if let Some(met) = self.0.get_mut(place) {
            *met = Some(arrival);
        }
    }
}

/// A column of days, which Parquet counts from 1970, too.
type Dates = CellPages<DateCell, fn(&[u8]) -> DateCell>;

fn dates(group: &GroupPart<'_>, column: usize) -> Result<Option<Dates>, LoadError> {
    group
        .column(column, |file, chunk, rows| CellPages::open(file, chunk, rows, DateCell::Empty, date as fn(&[u8]) -> _))
}

/// The day that a value stands for.
fn date(value: &[u8]) -> DateCell {
    let days = value.first_chunk().map(|days| i32::from_le_bytes(*days));
    days.and_then(Day::from_epoch_days).map_or(DateCell::Fault(FindingKind::MalformedDate), DateCell::Day)
}

/// The cells of the rows that were read last; none of a column that the table lacks.
#[inline]
fn cells<C: Copy, F: Fn(&[u8]) -> C>(column: &Option<CellPages<C, F>>) -> &[C] {
    column.as_ref().map_or(&[], |column| &column.cells)
}

#[inline]
fn date_of(dates: &[DateCell], row: usize) -> DateCell {
    dates.get(row).copied().unwrap_or(DateCell::Empty)
}

/// The texts of the rows that were read last; empty ones for a column that the table lacks.
#[inline]
fn texts(column: &Option<TextPages>) -> Texts<'_> {
    column.as_ref().map_or(Texts::ABSENT, TextPages::texts)
}
