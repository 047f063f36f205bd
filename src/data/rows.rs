//! Rows as they are read: checked cell by cell, kept or counted as findings. Both readers end here.

use crate::data::cells::{DateCell, is_blank, needed_text};
use crate::data::codes::CodeCell;
use crate::data::digest::{RowHasher, RowSum};
use crate::data::ids::{Ids, KEPT_ID_BYTES, Keeper, pack};
use crate::data::names::{Arrival, NameReader, Names};
use crate::data::records::CodeIndex;
use crate::data::scatter::{Chunk, EventRow, Gatherer, NO_DAY, NO_GIVER, RegistrationRow, Scatter};
use crate::data::selection::{Selection, is_outside};
use crate::data::sieve::{Sieve, Sifted};
use crate::data::tally::Tally;
use crate::ground::{Day, FindingKind};

/// What the readers of the patients table share.
#[derive(Debug)]
pub(crate) struct PatientRules<'a> {
    pub ids: &'a Keeper,
    pub names: &'a Names,
    pub scatter: &'a Scatter,
    pub digest: bool,
}

/// What the readers of the events table share.
#[derive(Debug)]
pub(crate) struct EventRules<'a> {
    pub ids: &'a Ids,
    pub names: &'a Names,
    pub selection: &'a Selection,
    pub scatter: &'a Scatter,
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
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only Parquet holds ids as numbers"))]
    Key(u64),
}

impl IdCell<'_> {
    /// Whether the cell is empty, or holds blanks alone.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        matches!(self, IdCell::Text(text) if is_blank(text))
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

/// A practice's code as a cell holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NameCell<'a> {
    /// Text; empty for an empty cell.
    Text(&'a [u8]),
    /// A code that was met before: a reader of a dictionary knows one by its place.
    #[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only Parquet has dictionaries"))]
    Met(Arrival),
}

/// The cells of a row of the patients table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PatientCells<'a> {
    pub id: IdCell<'a>,
    pub practice: NameCell<'a>,
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
    /// The memory that the ids which were kept take, at most.
    id_bytes: u64,
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
            gatherer: Gatherer::new(rules.scatter),
            id_bytes: 0,
            tally: Tally::default(),
            hasher: RowHasher::default(),
        }
    }

    /// Keeps a row, and gives its practice's number; or counts its first fault.
    pub(crate) fn take(&mut self, row: u64, cells: &PatientCells<'_>) -> Option<Arrival> {
        let kept = self.keep(row, cells);
        kept.map_err(|(kind, column)| self.tally.add(kind, column, row)).ok()
    }

    fn keep(&mut self, row: u64, cells: &PatientCells<'_>) -> Result<Arrival, Fault> {
        // Columns are blamed by their place in `PATIENT_COLUMNS`. Every cell is checked before an id is kept, so that a
        // row that is set aside leaves no patient behind.
        let id = patient(cells.id).map_err(|kind| (kind, 0))?;
        let practice = match cells.practice {
            NameCell::Text(text) => Err(needed_text(text).map_err(|kind| (kind, 1))?),
            NameCell::Met(arrival) => Ok(arrival),
        };
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
            PatientId::Text(text) => {
                self.id_bytes += KEPT_ID_BYTES + text.len() as u64;
                self.rules.ids.keep(text)
            }
        };
        let practice = practice.unwrap_or_else(|name| self.names.arrival(name));
        let distance = self.gatherer.distance(row);
        self.gatherer.push(RegistrationRow {
            key,
            from: from.epoch_days(),
            to: days(to),
            birth: birth.epoch_days(),
            death: days(death),
            practice,
            row: distance as u32,
        });
        Ok(practice)
    }

    /// Ends a part of so many rows.
    pub(crate) fn finish(self, rows: u64) -> Part<RegistrationRow> {
        if let Some(spill) = &self.rules.scatter.spill {
            spill.make_room_for_ids(self.id_bytes);
        }
        Part { chunks: self.gatherer.finish(), tally: self.tally, sum: self.hasher.sum(), rows }
    }
}

/// An event that is kept if its patient is known.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    row: u64,
    day: Day,
    code: CodeIndex,
    /// The patient's key, or where the id is among the waiting texts.
    patient: Result<u64, (usize, usize)>,
    giver: Arrival,
    /// Where the event's text is among the waiting texts.
    text: (usize, usize),
}

/// How many events wait until their ids are looked up together.
const WAITING_ROWS: usize = 1 << 10;

/// Takes in rows of the events table.
#[derive(Debug)]
pub(crate) struct EventRows<'a> {
    rules: &'a EventRules<'a>,
    names: NameReader<'a>,
    gatherer: Gatherer<EventRow>,
    waiting: Vec<Waiting>,
    waiting_texts: String,
    sieve: Option<Sieve<'a>>,
    pub tally: Tally,
    pub hasher: RowHasher,
}

impl<'a> EventRows<'a> {
    pub(crate) fn new(rules: &'a EventRules<'a>) -> EventRows<'a> {
        EventRows {
            rules,
            names: NameReader::new(rules.names),
            gatherer: Gatherer::new(rules.scatter),
            waiting: Vec::new(),
            waiting_texts: String::new(),
            sieve: rules.selection.known.as_ref().map(Sieve::new),
            tally: Tally::default(),
            hasher: RowHasher::default(),
        }
    }

    /// What the text of a code cell is.
    #[inline]
    pub(crate) fn read_code(&self, text: &[u8]) -> CodeCell {
        self.rules.selection.codes.read(text)
    }

    /// Keeps a row, drops it because nothing can hang on its code or day, or counts its first fault. `giver` and `text` are
    /// empty unless they are asked for.
    #[inline]
    pub(crate) fn take(&mut self, row: u64, id: IdCell<'_>, date: DateCell, code: CodeCell, giver: &[u8], text: &[u8]) {
        match (date, code) {
            _ if self.passes_over(date, code) && !id.is_empty() => {}
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

    /// Whether nothing can hang on an event, whoever's it is.
    #[inline]
    fn passes_over(&self, date: DateCell, code: CodeCell) -> bool {
        is_outside(date, self.rules.selection.days_of(code))
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
        let patient = patient(id).map_err(|kind| (kind, 0))?;
        let (giver, text) = if self.rules.selection.extras { self.extras(giver, text)? } else { (NO_GIVER, "") };
        match patient {
            // Rows stay in their order, so once one waits the next ones do, too.
            PatientId::Key(key) if self.waiting.is_empty() => self.push(row, key, day, code, giver, text),
            PatientId::Key(key) => self.wait(row, day, code, Ok(key), giver, text),
            PatientId::Text(id) => self.wait(row, day, code, Err(id), giver, text),
        }
        Ok(())
    }

    fn extras<'t>(&mut self, giver: &[u8], text: &'t [u8]) -> Result<(Arrival, &'t str), Fault> {
        let giver = std::str::from_utf8(giver).map_err(|_| (FindingKind::NotText, 3))?;
        let text = std::str::from_utf8(text).map_err(|_| (FindingKind::NotText, 4))?;
        let giver = if giver.trim().is_empty() { NO_GIVER } else { self.names.arrival(giver) };
        Ok((giver, text))
    }

    #[inline]
    fn push(&mut self, row: u64, key: u64, day: Day, code: CodeIndex, giver: Arrival, text: &str) {
        if let Some(sieve) = &mut self.sieve {
            if sieve.put(Sifted { row, key, day, code }) {
                self.sift();
            }
            return;
        }
        let distance = self.gatherer.distance(row);
        self.gatherer.push(EventRow::new(key, day, code, distance));
        if self.rules.selection.extras {
            self.gatherer.push_extra(giver, text);
        }
    }

    /// Gathers those of the events in the sieve on which something hangs; they carry nothing besides.
    fn sift(&mut self) {
        let (gatherer, Some(sieve)) = (&mut self.gatherer, &mut self.sieve) else { return };
        sieve.empty(&mut self.tally, |event| {
            let distance = gatherer.distance(event.row);
            gatherer.push(EventRow::new(event.key, event.day, event.code, distance));
        });
    }

    fn wait(&mut self, row: u64, day: Day, code: CodeIndex, patient: Result<u64, &str>, giver: Arrival, text: &str) {
        let mut place = |text: &str| {
            let start = self.waiting_texts.len();
            self.waiting_texts.push_str(text);
            (start, self.waiting_texts.len())
        };
        let (patient, text) = (patient.map_err(&mut place), place(text));
        self.waiting.push(Waiting { row, day, code, patient, giver, text });
        if self.waiting.len() >= WAITING_ROWS {
            self.settle_waiting();
        }
    }

    /// Looks up the ids of the events that wait.
    fn settle_waiting(&mut self) {
        let (waiting, texts) = (std::mem::take(&mut self.waiting), std::mem::take(&mut self.waiting_texts));
        let ids = waiting.iter().filter_map(|event| event.patient.err()).map(|(start, end)| &texts[start..end]);
        let mut keys = self.rules.ids.find_all(&ids.collect::<Vec<&str>>()).into_iter();
        for event in waiting {
            let key = event.patient.ok().or_else(|| keys.next().flatten());
            match key {
                Some(key) => {
                    let text = &texts[event.text.0..event.text.1];
                    self.push(event.row, key, event.day, event.code, event.giver, text);
                }
                None => self.tally.add(FindingKind::UnknownPatient, 0, event.row),
            }
        }
    }

    /// Ends a part of so many rows.
    pub(crate) fn finish(mut self, rows: u64) -> Part<EventRow> {
        self.settle_waiting();
        self.sift();
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
