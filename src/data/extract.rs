//! Patients with their registrations and events, in partitions that are grouped only when they are asked for.

use std::borrow::Cow;

use crate::data::error::LoadError;
use crate::data::progress::Progress;
use crate::data::source::Input;
use crate::ground::{ConceptId, Day, Findings};

/// A practice of an extract, by its place in [`Extract::practice_code`]. Ids are in bytewise order of the codes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct PracticeId(pub u32);

/// A wanted code, by its place in the list that was asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct CodeIndex(pub u16);

/// A patient's id: eight bytes that stand for its text, which [`Extract::patient_id`] gives back. The order of keys
/// means nothing and may differ from run to run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct PatientKey(pub u64);

/// One stay of a patient on a practice's list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registration {
    /// Where.
    pub practice: PracticeId,
    /// The first day on the list.
    pub from: Day,
    /// The day of deregistration, on which the patient is no longer on the list; None while it lasts.
    pub to: Option<Day>,
}

/// One event of a wanted code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Event {
    /// When.
    pub day: Day,
    /// What.
    pub code: CodeIndex,
    /// The practice that gave it, where the table says so.
    pub giver: Option<PracticeId>,
}

/// A patient as an evaluator sees it.
#[derive(Clone, Copy, Debug)]
pub struct Patient<'a> {
    /// The id.
    pub key: PatientKey,
    /// Date of birth.
    pub birth: Day,
    /// Date of death.
    pub death: Option<Day>,
    /// At least one, in order of `from`, then of the practice's code.
    pub registrations: &'a [Registration],
    /// In order of day, then code.
    pub events: &'a [Event],
}

/// The two tables of patient records.
#[derive(Debug)]
pub struct PatientInputs {
    /// One row per registration.
    pub patients: Input,
    /// One row per event.
    pub events: Input,
}

/// What a reader of events must keep.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Wanted {
    /// The codes, ascending, each once, fewer than 65,536 of them. Events of other codes are dropped.
    pub codes: Vec<ConceptId>,
    /// Whether `events.practice_code` is read, where there is one.
    pub givers: bool,
    /// Whether `events.text` is read, where there is one.
    pub text: bool,
}

impl Wanted {
    /// Events of these codes, in any order and perhaps repeated, without givers and texts.
    pub fn codes(codes: impl IntoIterator<Item = ConceptId>) -> Wanted {
        let mut codes: Vec<ConceptId> = codes.into_iter().collect();
        codes.sort_unstable();
        codes.dedup();
        Wanted { codes, ..Wanted::default() }
    }
}

/// How to load.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct LoadOptions {
    /// Whether the first malformed row is an error rather than a finding.
    pub strict: bool,
    /// Whether [`Extract::input_digest`] is wanted. It hashes every row, which costs about as much as reading them.
    pub digest: bool,
}

/// Patient records, scattered into partitions by patient.
#[derive(Debug)]
pub struct Extract {
    findings: Findings,
}

/// Reads the patients, then the events of the wanted codes, on the threads of the current rayon pool.
///
/// # Errors
/// [`LoadError`] if a table cannot be read or lacks a column, or (under `strict`) has a malformed row.
pub fn load(
    _inputs: &PatientInputs,
    _wanted: &Wanted,
    _options: &LoadOptions,
    _progress: &dyn Progress,
) -> Result<Extract, LoadError> {
    todo!()
}

impl Extract {
    /// How many partitions there are.
    pub fn partition_count(&self) -> usize {
        todo!()
    }

    /// Groups one partition by patient: call it from the thread that evaluates the partition, and drop it afterwards.
    pub fn partition(&self, _at: usize) -> Partition {
        todo!()
    }

    /// The code of a practice of this extract.
    pub fn practice_code(&self, _practice: PracticeId) -> &str {
        todo!()
    }

    /// All practices that are named, in bytewise order of their codes: those of registrations, and givers where read.
    pub fn practices(&self) -> impl Iterator<Item = (PracticeId, &str)> {
        std::iter::empty()
    }

    /// The id of a patient of this extract, as it was written.
    pub fn patient_id(&self, _key: PatientKey) -> Cow<'_, str> {
        todo!()
    }

    /// The key of a patient by its id as written, if the extract has such a patient (with digits only it may not).
    pub fn patient_key(&self, _id: &str) -> Option<PatientKey> {
        todo!()
    }

    /// The partition in which a patient's records are.
    pub fn partition_of(&self, _key: PatientKey) -> usize {
        todo!()
    }

    /// What was odd in single rows. What is seen only when a patient's rows come together is in [`Partition::findings`].
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The rows of the patients table, those set aside included.
    pub fn patient_rows(&self) -> u64 {
        todo!()
    }

    /// The rows of the events table, those dropped or set aside included.
    pub fn event_rows(&self) -> u64 {
        todo!()
    }

    /// The events that were kept: of wanted codes, and well formed.
    pub fn kept_events(&self) -> u64 {
        todo!()
    }

    /// A digest of the rows that were read, the same whatever their order and the tables' format; None unless asked
    /// for.
    pub fn input_digest(&self) -> Option<[u8; 32]> {
        todo!()
    }
}

/// One partition's patients, grouped.
#[derive(Debug)]
pub struct Partition {
    findings: Findings,
}

impl Partition {
    /// The patients, in no particular order.
    pub fn patients(&self) -> impl ExactSizeIterator<Item = Patient<'_>> {
        std::iter::empty()
    }

    /// One patient by id.
    pub fn patient(&self, _key: PatientKey) -> Option<Patient<'_>> {
        todo!()
    }

    /// The text of an event: the patient's place in [`Partition::patients`], the event's among the patient's events.
    /// None where the table has none, or texts were not asked for.
    pub fn text(&self, _patient: usize, _event: usize) -> Option<&str> {
        todo!()
    }

    /// What was odd in this partition: merge it with those of the other partitions and of the extract.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }
}
