//! Rows as they are read: checked cell by cell, kept or counted as findings. Both readers end here.

use crate::data::cells::{DateCell, needed_text};
use crate::data::codes::{CodeCell, Codes};
use crate::data::digest::{RowHasher, RowSum};
use crate::data::extract::CodeIndex;
use crate::data::ids::{Ids, Keeper, pack};
use crate::data::names::{NameReader, Names};
use crate::data::scatter::{Chunk, EventRow, Gatherer, NO_DAY, NO_GIVER, RegistrationRow};
use crate::data::tally::Tally;
use crate::ground::{Day, FindingKind};

/// What the readers of the patients table share.
#[derive(Debug)]
pub(crate) struct PatientRules<'a> {
    pub ids: &'a Keeper,
    pub names: &'a Names,
    pub partition_bits: u32,
    pub digest: bool,
}

/// What the readers of the events table share.
#[derive(Debug)]
pub(crate) struct EventRules<'a> {
    pub ids: &'a Ids,
    pub names: &'a Names,
    pub codes: &'a Codes,
    /// Whether givers or texts are kept.
    pub extras: bool,
    pub partition_bits: u32,
    pub digest: bool,
}

/// What one reader made of its part of a table.
#[derive(Debug)]
pub(crate) struct Part<R> {
    /// The rows that were kept.
    pub chunks: Vec<Chunk<R>>,
    /// What was odd.
    pub tally: Tally,
    /// The digest of all rows, if asked for.
    pub sum: RowSum,
    /// How many rows there were, the blank ones not counted.
    pub rows: u64,
}

impl<R> Part<R> {
    /// Nothing yet.
    pub(crate) fn empty() -> Part<R> {
        Part { chunks: Vec::new(), tally: Tally::default(), sum: RowSum::default(), rows: 0 }
    }

    /// Takes over the next part of the same table.
    pub(crate) fn merge(&mut self, other: Part<R>) {
        self.chunks.extend(other.chunks);
        self.tally.merge(other.tally);
        self.sum.add(other.sum);
        self.rows += other.rows;
    }
}

/// A patient's id as a cell holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum IdCell<'a> {
    /// Text; empty for an empty cell.
    Text(&'a [u8]),
    /// A number that packs to this key.
    Key(u64),
}

impl IdCell<'_> {
    /// Whether the cell is empty.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        matches!(self, IdCell::Text(b""))
    }
}

/// A patient's id that is one.
enum PatientId<'a> {
    /// It packs to this key.
    Key(u64),
    /// It is not digits only.
    Text(&'a str),
}

/// The id in a cell.
#[inline]
fn patient(cell: IdCell<'_>) -> Result<PatientId<'_>, FindingKind> {
    match cell {
        IdCell::Key(key) => Ok(PatientId::Key(key)),
        IdCell::Text(text) => match pack(text) {
            Some(key) => Ok(PatientId::Key(key)),
            None => needed_text(text).map(PatientId::Text),
        },
    }
}

/// The cells of a row of the patients table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatientCells<'a> {
    pub id: IdCell<'a>,
    pub practice: &'a [u8],
    pub birth: DateCell,
    pub registered: DateCell,
    pub deregistered: DateCell,
    pub death: DateCell,
}

/// Takes in rows of the patients table.
#[derive(Debug)]
pub(crate) struct PatientRows<'a> {
    rules: &'a PatientRules<'a>,
    names: NameReader<'a>,
    gatherer: Gatherer<RegistrationRow>,
    pub tally: Tally,
    pub hasher: RowHasher,
}

/// A finding's kind and the column to blame.
type Fault = (FindingKind, usize);

impl<'a> PatientRows<'a> {
    pub(crate) fn new(rules: &'a PatientRules<'a>) -> PatientRows<'a> {
        PatientRows {
            rules,
            names: NameReader::new(rules.names),
            gatherer: Gatherer::new(rules.partition_bits),
            tally: Tally::default(),
            hasher: RowHasher::default(),
        }
    }

    /// Keeps a row, or counts its first fault.
    pub(crate) fn take(&mut self, row: u64, cells: &PatientCells<'_>) {
        if let Err((kind, column)) = self.keep(row, cells) {
            self.tally.add(kind, column, row);
        }
    }

    fn keep(&mut self, row: u64, cells: &PatientCells<'_>) -> Result<(), Fault> {
        // Columns are blamed by their place in `PATIENT_COLUMNS`. Every cell is checked before an id is kept, so that a
        // row that is set aside leaves no patient behind.
        let id = patient(cells.id).map_err(|kind| (kind, 0))?;
        let practice = needed_text(cells.practice).map_err(|kind| (kind, 1))?;
        let birth = cells.birth.needed().map_err(|kind| (kind, 2))?;
        let from = cells.registered.needed().map_err(|kind| (kind, 3))?;
        let to = cells.deregistered.optional().map_err(|kind| (kind, 4))?;
        let death = cells.death.optional().map_err(|kind| (kind, 5))?;
        if to.is_some_and(|to| to <= from) {
            return Err((FindingKind::DeregisteredBeforeRegistration, 4));
        }
        if from < birth {
            self.tally.add(FindingKind::RegisteredBeforeBirth, 3, row);
        }
        let days = |day: Option<Day>| day.map_or(NO_DAY, Day::epoch_days);
        let key = match id {
            PatientId::Key(key) => key,
            PatientId::Text(text) => self.rules.ids.keep(text),
        };
        let distance = self.gatherer.distance(row);
        self.gatherer.push(RegistrationRow {
            key,
            from: from.epoch_days(),
            to: days(to),
            birth: birth.epoch_days(),
            death: days(death),
            practice: self.names.arrival(practice),
            row: distance as u32,
        });
        Ok(())
    }

    /// Ends a part of so many rows.
    pub(crate) fn finish(self, rows: u64) -> Part<RegistrationRow> {
        Part { chunks: self.gatherer.finish(), tally: self.tally, sum: self.hasher.sum(), rows }
    }
}

/// Takes in rows of the events table.
#[derive(Debug)]
pub(crate) struct EventRows<'a> {
    rules: &'a EventRules<'a>,
    names: NameReader<'a>,
    gatherer: Gatherer<EventRow>,
    pub tally: Tally,
    pub hasher: RowHasher,
}

impl<'a> EventRows<'a> {
    pub(crate) fn new(rules: &'a EventRules<'a>) -> EventRows<'a> {
        EventRows {
            rules,
            names: NameReader::new(rules.names),
            gatherer: Gatherer::new(rules.partition_bits),
            tally: Tally::default(),
            hasher: RowHasher::default(),
        }
    }

    /// What the text of a code cell is.
    #[inline]
    pub(crate) fn read_code(&self, text: &[u8]) -> CodeCell {
        self.rules.codes.read(text)
    }

    /// Keeps a row, drops it because nobody asked for its code, or counts its first fault. `giver` and `text` are
    /// empty unless they are asked for.
    #[inline]
    pub(crate) fn take(&mut self, row: u64, id: IdCell<'_>, date: DateCell, code: CodeCell, giver: &[u8], text: &[u8]) {
        match (date, code) {
            (DateCell::Day(_), CodeCell::Other) if !id.is_empty() => {}
            (DateCell::Day(day), CodeCell::Wanted(code)) => {
                if let Err((kind, column)) = self.keep(row, id, day, code, giver, text) {
                    self.tally.add(kind, column, row);
                }
            }
            _ => {
                let (kind, column) = first_fault(id, date, code);
                self.tally.add(kind, column, row);
            }
        }
    }

    #[inline]
    fn keep(
        &mut self,
        row: u64,
        id: IdCell<'_>,
        day: Day,
        code: CodeIndex,
        giver: &[u8],
        text: &[u8],
    ) -> Result<(), Fault> {
        let key = match patient(id).map_err(|kind| (kind, 0))? {
            PatientId::Key(key) => key,
            PatientId::Text(text) => self.rules.ids.find(text).ok_or((FindingKind::UnknownPatient, 0))?,
        };
        if !self.rules.extras {
            let distance = self.gatherer.distance(row);
            self.gatherer.push(EventRow::new(key, day, code, distance));
            return Ok(());
        }
        let giver = std::str::from_utf8(giver).map_err(|_| (FindingKind::NotText, 3))?;
        let text = std::str::from_utf8(text).map_err(|_| (FindingKind::NotText, 4))?;
        let giver = if giver.is_empty() { NO_GIVER } else { self.names.arrival(giver) };
        let distance = self.gatherer.distance(row);
        self.gatherer.push(EventRow::new(key, day, code, distance));
        self.gatherer.push_extra(giver, text);
        Ok(())
    }

    /// Ends a part of so many rows.
    pub(crate) fn finish(self, rows: u64) -> Part<EventRow> {
        Part { chunks: self.gatherer.finish(), tally: self.tally, sum: self.hasher.sum(), rows }
    }
}

/// Which cell of an event's row is to blame first, by its place in `event_columns`.
#[cold]
fn first_fault(id: IdCell<'_>, date: DateCell, code: CodeCell) -> Fault {
    if let Err(kind) = patient(id) {
        return (kind, 0);
    }
    match (date.needed(), code) {
        (Err(kind), _) => (kind, 1),
        (Ok(_), CodeCell::Fault(kind)) => (kind, 2),
        (Ok(_), CodeCell::Wanted(_) | CodeCell::Other) => unreachable!("an event whose cells are all in order"),
    }
}
