//! Patients with their registrations and events, in partitions that are grouped only when they are asked for.

use std::borrow::Cow;
use std::sync::Arc;

use crate::data::codes::Codes;
use crate::data::columns::{Column, GIVER_COLUMN, PATIENT_COLUMNS, TEXT_COLUMN, event_columns};
use crate::data::digest;
use crate::data::error::{LoadError, refuse_most};
use crate::data::group::{Grouped, Store};
use crate::data::ids::{self, Ids, Keeper};
use crate::data::names::Names;
use crate::data::progress::Progress;
use crate::data::reader::{Sizes, Table};
pub use crate::data::records::{
    Births, CodeIndex, CodeInterest, Event, Interest, Patient, PatientKey, PracticeId, Registration, Wanted,
};
use crate::data::rows::{EventRules, Part, PatientRules};
use crate::data::scatter::{EventRow, RegistrationRow, Scatter, partition_of};
use crate::data::selection::Selection;
use crate::data::source::Input;
use crate::data::spill::{MemoryLimit, Spill};
use crate::data::tally::{Tally, file_and_row};
use crate::ground::{FindingKind, Findings};

/// The two tables of patient records.
#[derive(Debug)]
pub struct PatientInputs {
    /// One row per registration.
    pub patients: Input,
    /// One row per event.
    pub events: Input,
}

/// How to load.
#[derive(Clone, Copy, Default, Debug)]
pub struct LoadOptions {
    /// Whether the first malformed row is an error rather than a finding.
    pub strict: bool,
    /// Whether [`Extract::input_digest`] is wanted. It hashes every row, which costs about as much as reading them.
    pub digest: bool,
    /// How much memory the rows may take; they stay there whatever they take if None.
    pub memory: Option<MemoryLimit>,
}

/// Patient records, scattered into partitions by patient.
#[derive(Debug)]
pub struct Extract {
    store: Store,
    spill: Option<Arc<Spill>>,
    ids: Ids,
    patient_names: TableNames,
    event_names: TableNames,
    findings: Findings,
    patient_rows: u64,
    event_rows: u64,
    input_digest: Option<[u8; 32]>,
}

/// The names of a table's files as the user gave them, and of its columns.
#[derive(Clone, Debug)]
pub(crate) struct TableNames {
    pub files: Vec<String>,
    pub columns: Vec<&'static str>,
}

impl TableNames {
    /// Those of a table in one file.
    fn of(file: &str, columns: &[Column]) -> TableNames {
        TableNames { files: vec![file.to_owned()], columns: columns.iter().map(|column| column.name).collect() }
    }

    fn report(&self, tally: Tally, findings: &mut Findings) {
        tally.report(&self.files, |at| self.columns.get(at).copied().unwrap_or_default(), findings);
    }

    /// Makes the first malformed row of a table an error.
    fn refuse_malformed(&self, tally: &Tally) -> Result<(), LoadError> {
        tally.first(&FindingKind::MALFORMED).map_or(Ok(()), |(row, column, kind)| {
            let (file, row) = file_and_row(row);
            let file = self.files.get(file).cloned().unwrap_or_default();
            let column = self.columns.get(column).map(|column| (*column).to_owned());
            Err(LoadError::Malformed { file, row, column, kind })
        })
    }
}

/// A table that was read.
pub(crate) struct Loaded<R> {
    pub names: TableNames,
    pub part: Part<R>,
}

/// Reads the patients, then the events of the wanted codes, on the threads of the current rayon pool.
///
/// # Errors
/// [`LoadError`] if a table cannot be read or lacks a column, or (under `strict`) has a malformed row.
pub fn load(
    inputs: &PatientInputs,
    wanted: &Wanted,
    options: &LoadOptions,
    progress: &dyn Progress,
) -> Result<Extract, LoadError> {
    load_sized(inputs, wanted, options, progress, Sizes::default())
}

/// [`load`] with other sizes, on which nothing that is seen may depend.
fn load_sized(
    inputs: &PatientInputs,
    wanted: &Wanted,
    options: &LoadOptions,
    progress: &dyn Progress,
    sizes: Sizes,
) -> Result<Extract, LoadError> {
    let codes = Codes::new(&wanted.codes)?;
    let event_columns = event_columns(wanted.givers, wanted.text);
    // Both headers are looked at before anything is read, so that a wrong file is known at once.
    let patients = Table::open(&inputs.patients, &PATIENT_COLUMNS, sizes)?;
    let events = Table::open(&inputs.events, &event_columns, sizes)?;
    let rows = patients.rows() + events.rows();
    progress.total(rows);
    let partition_bits = sizes.partition_bits.unwrap_or_else(|| partition_bits(rows));
    let scatter = scatter(partition_bits, options);
    let (keeper, names) = (Keeper::new(), Names::default());
    let rules = PatientRules { ids: &keeper, names: &names, scatter: &scatter, digest: options.digest };
    let mut patients = patients.patients(&rules, progress)?;
    refuse_most(&inputs.patients.name, patients.rows, |kind| patients.tally.count(kind))?;
    let ids = keeper.freeze();
    // A table without such columns is spared the room for what they would hold.
    let extras = events.reads(GIVER_COLUMN) || events.reads(TEXT_COLUMN);
    let selection = Selection::new(codes, wanted, extras, &mut patients, &scatter);
    let rules =
        EventRules { ids: &ids, names: &names, selection: &selection, scatter: &scatter, digest: options.digest };
    let events = events.events(&rules, progress)?;
    selection.end(&scatter);
    refuse_most(&inputs.events.name, events.rows, |kind| events.tally.count(kind))?;
    let patients = Loaded { names: TableNames::of(&inputs.patients.name, &PATIENT_COLUMNS), part: patients };
    let events = Loaded { names: TableNames::of(&inputs.events.name, &event_columns), part: events };
    let store = Unfilled { scatter, ids, names, extras };
    store.fill(patients, events, options)
}

/// What an extract is made of besides its rows.
pub(crate) struct Unfilled {
    pub scatter: Scatter,
    pub ids: Ids,
    pub names: Names,
    /// Whether the events carry givers or texts.
    pub extras: bool,
}

impl Unfilled {
    /// The extract of these tables.
    pub(crate) fn fill(
        self,
        patients: Loaded<RegistrationRow>,
        events: Loaded<EventRow>,
        options: &LoadOptions,
    ) -> Result<Extract, LoadError> {
        self.scatter.spill.as_ref().map_or(Ok(()), |spill| spill.check())?;
        if options.strict {
            patients.names.refuse_malformed(&patients.part.tally)?;
            events.names.refuse_malformed(&events.part.tally)?;
        }
        let mut findings = Findings::default();
        patients.names.report(patients.part.tally, &mut findings);
        events.names.report(events.part.tally, &mut findings);
        let (registrations, kept) = (patients.part.chunks, events.part.chunks);
        let (practices, extras, Scatter { partition_bits, spill }) = (self.names.rank(), self.extras, self.scatter);
        Ok(Extract {
            store: Store { partition_bits, registrations, events: kept, practices, extras },
            spill,
            ids: self.ids,
            patient_names: patients.names,
            event_names: events.names,
            findings,
            patient_rows: patients.part.rows,
            event_rows: events.part.rows,
            input_digest: options.digest.then(|| digest::of_tables(patients.part.sum, events.part.sum)),
        })
    }
}

/// How rows are scattered under the options.
pub(crate) fn scatter(partition_bits: u32, options: &LoadOptions) -> Scatter {
    Scatter { partition_bits, spill: options.memory.map(|limit| Arc::new(Spill::new(limit))) }
}

/// A partition should hold about so many rows, to be grouped within a processor's cache.
const PARTITION_ROWS: u64 = 1 << 15;

/// How many partitions so many rows are scattered into, as a power of two.
pub(crate) fn partition_bits(rows: u64) -> u32 {
    (rows / PARTITION_ROWS).next_power_of_two().ilog2().clamp(3, 10)
}

impl Extract {
    /// How many partitions there are.
    pub fn partition_count(&self) -> usize {
        1 << self.store.partition_bits
    }

    /// Groups one partition by patient: call it from the thread that evaluates the partition, and drop it afterwards.
    pub fn partition(&self, at: usize) -> Partition {
        let (mut patients, mut events) = (Tally::default(), Tally::default());
        let grouped = Grouped::of(&self.store, at, &mut patients, &mut events);
        let mut findings = Findings::default();
        self.patient_names.report(patients, &mut findings);
        self.event_names.report(events, &mut findings);
        Partition { grouped, findings }
    }

    /// Whether all rows came back that found no room in memory: to be asked when the partitions were grouped, and before
    /// anything is told of them. It tells a failure once.
    ///
    /// # Errors
    /// [`LoadError::Spill`] if the temporary file could not be read.
    pub fn check_spilled(&self) -> Result<(), LoadError> {
        self.spill.as_ref().map_or(Ok(()), |spill| spill.check())
    }

    /// The code of a practice of this extract.
    pub fn practice_code(&self, practice: PracticeId) -> &str {
        self.store.practices.name(practice.0)
    }

    /// All practices that are named, in bytewise order of their codes: those of registrations, and givers where read.
    pub fn practices(&self) -> impl ExactSizeIterator<Item = (PracticeId, &str)> {
        self.store.practices.iter().enumerate().map(|(at, code)| (PracticeId(at as u32), code))
    }

    /// The id of a patient of this extract, as it was written.
    pub fn patient_id(&self, key: PatientKey) -> Cow<'_, str> {
        self.ids.text(key.0)
    }

    /// One patient by the id as written: the key, and the number of the partition in which [`Partition::patient`] finds
    /// the rest. None if the patients table has no such patient.
    pub fn find(&self, id: &str) -> Option<(PatientKey, usize)> {
        let key = ids::pack(id.as_bytes()).or_else(|| self.ids.find(id))?;
        let at = partition_of(key, self.store.partition_bits);
        let known = self.store.registrations.iter().any(|chunk| chunk.part(at).rows.iter().any(|row| row.key == key));
        known.then_some((PatientKey(key), at))
    }

    /// What was odd in single rows. What is seen only when a patient's rows come together is in
    /// [`Partition::findings`].
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The rows of the patients table, those set aside included.
    pub fn patient_rows(&self) -> u64 {
        self.patient_rows
    }

    /// The rows of the events table, those dropped or set aside included.
    pub fn event_rows(&self) -> u64 {
        self.event_rows
    }

    /// The events that were kept: of wanted codes, and well formed.
    pub fn kept_events(&self) -> u64 {
        self.store.events.iter().map(|chunk| chunk.len() as u64).sum()
    }

    /// A digest of the rows of both tables as they were read, the same whatever their order and format; None unless
    /// asked for. It covers the columns that were read: givers and texts only if they were wanted.
    pub fn input_digest(&self) -> Option<[u8; 32]> {
        self.input_digest
    }
}

/// One partition's patients, grouped.
#[derive(Debug)]
pub struct Partition {
    grouped: Grouped,
    findings: Findings,
}

impl Partition {
    /// The patients, in no particular order.
    pub fn patients(&self) -> impl ExactSizeIterator<Item = Patient<'_>> {
        (0..self.grouped.len()).map(|at| self.grouped.patient(at))
    }

    /// How many patients there are.
    pub fn len(&self) -> usize {
        self.grouped.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The patient of a place in [`Partition::patients`], which must be below [`Partition::len`].
    #[inline]
    pub fn at(&self, place: usize) -> Patient<'_> {
        self.grouped.patient(place)
    }

    /// One patient, and its place in [`Partition::patients`].
    pub fn patient(&self, key: PatientKey) -> Option<(usize, Patient<'_>)> {
        self.grouped.find(key).map(|at| (at, self.grouped.patient(at)))
    }

    /// The text of an event: the patient's place in [`Partition::patients`], the event's among the patient's events.
    /// None where the table has none, or texts were not asked for.
    pub fn text(&self, patient: usize, event: usize) -> Option<&str> {
        Some(self.grouped.text(patient, event)).filter(|text| !text.is_empty())
    }

    /// What was odd in this partition: merge it with those of the other partitions and of the extract.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}

#[cfg(test)]
pub(in crate::data) mod tests;
