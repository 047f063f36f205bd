//! What was done and found: the resources Immunization, Condition, Observation and Procedure as rows of the events table.

use std::borrow::Cow;

use serde::Deserialize;

use crate::data::fhir::elements::{Annotation, CodeableConcept, Extension, Period, Reference, Text, day_of, text};
use crate::data::fhir::lines::each_line;
use crate::data::fhir::organization::Organizations;
use crate::data::fhir::resource::{Resource, ResourceType, read, typed};
use crate::data::read_ahead::Block;
use crate::data::rows::{EventRows, EventRules, IdCell, Part};
use crate::data::scatter::EventRow;
use crate::data::tally::{NO_COLUMN, row_in};
use crate::ground::FindingKind;

/// What the columns of the events table are called in FHIR, and what else may be to blame.
pub(super) const MEMBERS: [&str; 6] = ["subject", "date", "code", "performer", "note", "status"];

const CODE: usize = 2;
const STATUS: usize = 5;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Immunization<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    vaccine_code: Option<CodeableConcept<'a>>,
    #[serde(borrow, default)]
    patient: Option<Reference<'a>>,
    #[serde(borrow, default)]
    occurrence_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    performer: Vec<Performer<'a>>,
    #[serde(borrow, default)]
    note: Vec<Annotation<'a>>,
    #[serde(borrow, default)]
    extension: Vec<Extension<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Condition<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    verification_status: Option<CodeableConcept<'a>>,
    #[serde(borrow, default)]
    code: Option<CodeableConcept<'a>>,
    #[serde(borrow, default)]
    subject: Option<Reference<'a>>,
    #[serde(borrow, default)]
    onset_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    recorded_date: Option<Text<'a>>,
    #[serde(borrow, default)]
    note: Vec<Annotation<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Observation<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    code: Option<CodeableConcept<'a>>,
    #[serde(borrow, default)]
    subject: Option<Reference<'a>>,
    #[serde(borrow, default)]
    effective_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    effective_instant: Option<Text<'a>>,
    #[serde(borrow, default)]
    effective_period: Option<Period<'a>>,
    #[serde(borrow, default)]
    performer: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    note: Vec<Annotation<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Procedure<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    code: Option<CodeableConcept<'a>>,
    #[serde(borrow, default)]
    subject: Option<Reference<'a>>,
    #[serde(borrow, default)]
    performed_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    performed_period: Option<Period<'a>>,
    #[serde(borrow, default)]
    performer: Vec<Performer<'a>>,
    #[serde(borrow, default)]
    note: Vec<Annotation<'a>>,
}

/// Who did it, in what part.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Performer<'a> {
    #[serde(borrow, default)]
    actor: Option<Reference<'a>>,
    #[serde(borrow, default)]
    on_behalf_of: Option<Reference<'a>>,
}

typed!(Immunization, Condition, Observation, Procedure);

/// Whether what a resource tells has happened.
enum Happened {
    Yes,
    /// It was not done, is not confirmed, or was entered in error.
    No,
    /// It does not say.
    Untold,
}

/// What the four types have in common.
struct Entry<'a> {
    happened: Happened,
    patient: Option<Reference<'a>>,
    date: Option<Text<'a>>,
    concepts: Vec<CodeableConcept<'a>>,
    performers: Vec<Reference<'a>>,
    notes: Vec<Annotation<'a>>,
}

/// What a line tells.
fn entry(line: &[u8], resource: ResourceType) -> Result<Entry<'_>, FindingKind> {
    fn read_as<'a, T: Resource<'a> + Into<Entry<'a>>>(
        line: &'a [u8],
        resource: ResourceType,
    ) -> Result<Entry<'a>, FindingKind> {
        read::<T>(line, resource).map(T::into)
    }

    match resource {
        ResourceType::Immunization => read_as::<Immunization<'_>>(line, resource),
        ResourceType::Condition => read_as::<Condition<'_>>(line, resource),
        ResourceType::Observation => read_as::<Observation<'_>>(line, resource),
        ResourceType::Procedure => read_as::<Procedure<'_>>(line, resource),
        ResourceType::Patient | ResourceType::EpisodeOfCare | ResourceType::Organization | ResourceType::Other => {
            Err(FindingKind::OtherResource)
        }
    }
}

/// What a status says, by those under which nothing has happened.
fn happened(status: Option<&Text<'_>>, never: &[&str]) -> Happened {
    match text(status) {
        "" => Happened::Untold,
        status if never.contains(&status) => Happened::No,
        _ => Happened::Yes,
    }
}

impl<'a> From<Immunization<'a>> for Entry<'a> {
    fn from(read: Immunization<'a>) -> Entry<'a> {
        let procedures = read.extension.into_iter().filter(|extension| {
            extension
                .is_named(&["Extension-UKCore-VaccinationProcedure", "Extension-CareConnect-VaccinationProcedure-1"])
        });
        let procedures = procedures.filter_map(|extension| extension.value_codeable_concept);
        Entry {
            happened: happened(read.status.as_ref(), &["not-done", "entered-in-error"]),
            patient: read.patient,
            date: read.occurrence_date_time,
            concepts: read.vaccine_code.into_iter().chain(procedures).collect(),
            performers: actors(read.performer),
            notes: read.note,
        }
    }
}

impl<'a> From<Condition<'a>> for Entry<'a> {
    fn from(read: Condition<'a>) -> Entry<'a> {
        let is_refuted = read
            .verification_status
            .is_some_and(|status| ["entered-in-error", "refuted"].iter().any(|code| status.says(code)));
        Entry {
            happened: if is_refuted { Happened::No } else { Happened::Yes },
            patient: read.subject,
            date: read.onset_date_time.or(read.recorded_date),
            concepts: read.code.into_iter().collect(),
            performers: Vec::new(),
            notes: read.note,
        }
    }
}

impl<'a> From<Observation<'a>> for Entry<'a> {
    fn from(read: Observation<'a>) -> Entry<'a> {
        let start = read.effective_period.and_then(|period| period.start);
        Entry {
            happened: happened(read.status.as_ref(), &["cancelled", "entered-in-error"]),
            patient: read.subject,
            date: read.effective_date_time.or(read.effective_instant).or(start),
            concepts: read.code.into_iter().collect(),
            performers: read.performer,
            notes: read.note,
        }
    }
}

impl<'a> From<Procedure<'a>> for Entry<'a> {
    fn from(read: Procedure<'a>) -> Entry<'a> {
        let start = read.performed_period.and_then(|period| period.start);
        let never = ["preparation", "not-done", "on-hold", "stopped", "entered-in-error"];
        Entry {
            happened: happened(read.status.as_ref(), &never),
            patient: read.subject,
            date: read.performed_date_time.or(start),
            concepts: read.code.into_iter().collect(),
            performers: actors(read.performer),
            notes: read.note,
        }
    }
}

fn actors(performers: Vec<Performer<'_>>) -> Vec<Reference<'_>> {
    performers.into_iter().flat_map(|performer| [performer.actor, performer.on_behalf_of]).flatten().collect()
}

impl Entry<'_> {
    /// Its codes of SNOMED CT, each once, in order.
    fn codes(&self) -> Vec<&str> {
        let mut codes: Vec<&str> = self.concepts.iter().flat_map(CodeableConcept::snomed).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// What people wrote beside it.
    fn text(&self) -> Cow<'_, str> {
        let mut notes = self.notes.iter().map(|note| text(note.text.as_ref())).filter(|note| !note.is_empty());
        let first = Cow::Borrowed(notes.next().unwrap_or_default());
        notes.fold(first, |all, note| Cow::Owned(format!("{all}; {note}")))
    }
}

/// What the readers of events share.
pub(super) struct EventReader<'a> {
    pub(super) rules: EventRules<'a>,
    pub(super) organizations: &'a Organizations,
    /// Whether it is read who gave it, and what people wrote.
    pub(super) givers: bool,
    pub(super) text: bool,
}

impl EventReader<'_> {
    /// Parses a block of a file that holds resources of a type.
    pub(super) fn read(&self, block: &Block, file: usize, resource: ResourceType) -> Part<EventRow> {
        let mut rows = EventRows::new(&self.rules);
        let mut count = 0;
        for (line, bytes) in each_line(block) {
            let row = row_in(file, line);
            let taken = entry(bytes, resource).map_err(|kind| (kind, NO_COLUMN));
            match taken.and_then(|entry| self.take(row, &entry, &mut rows)) {
                Ok(taken) => count += taken,
                Err((kind, member)) => {
                    count += 1;
                    rows.tally.add(kind, member, row);
                    if self.rules.digest {
                        rows.hasher.odd_row(std::iter::once(bytes));
                    }
                }
            }
        }
        rows.finish(count)
    }

    /// Takes in a resource, once for each of its codes; gives how many rows it is, or what is wrong with which member.
    fn take(&self, row: u64, entry: &Entry<'_>, rows: &mut EventRows<'_>) -> Result<u64, (FindingKind, usize)> {
        match entry.happened {
            Happened::Yes => {}
            Happened::No => return Err((FindingKind::NotDone, STATUS)),
            Happened::Untold => return Err((FindingKind::MissingValue, STATUS)),
        }
        let codes = entry.codes();
        if codes.is_empty() {
            return Err((FindingKind::NoSnomedCode, CODE));
        }
        let id = entry.patient.as_ref().and_then(|patient| patient.id_of("Patient")).unwrap_or_default().as_bytes();
        let date = day_of(entry.date.as_ref());
        let giver = if self.givers { self.giver(entry) } else { Cow::Borrowed("") };
        let note = if self.text { entry.text() } else { Cow::Borrowed("") };
        for code in &codes {
            if self.rules.digest {
                rows.hasher.text(id);
                rows.hasher.date(date, text(entry.date.as_ref()).as_bytes());
                [code.as_bytes(), giver.as_bytes(), note.as_bytes()]
                    .into_iter()
                    .for_each(|cell| rows.hasher.text(cell));
                rows.hasher.end_row();
            }
            let code = rows.read_code(code.as_bytes());
            rows.take(row, IdCell::Text(id), date, code, giver.as_bytes(), note.as_bytes());
        }
        Ok(codes.len() as u64)
    }

    /// The practice code of the first performer that is an organisation; empty for none.
    fn giver<'e>(&'e self, entry: &'e Entry<'_>) -> Cow<'e, str> {
        let mut organizations = entry.performers.iter().filter(|performer| performer.is_organization());
        organizations.next().map_or(Cow::Borrowed(""), |performer| self.organizations.code(performer))
    }
}
