//! Patients and their registrations: the resources Patient and EpisodeOfCare as rows of the patients table.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use hashbrown::HashMap;
use serde::Deserialize;

use crate::data::cells::DateCell;
use crate::data::fhir::elements::{Extension, Period, Reference, Text, day_of, text};
use crate::data::fhir::lines::each_line;
use crate::data::fhir::organization::Organizations;
use crate::data::fhir::resource::{ResourceType, read, typed};
use crate::data::read_ahead::Block;
use crate::data::rows::{IdCell, NameCell, Part, PatientCells, PatientRows, PatientRules};
use crate::data::scatter::RegistrationRow;
use crate::data::tally::{NO_COLUMN, Tally, row_in};
use crate::ground::{Day, FindingKind};

/// What the columns of the patients table are called in FHIR.
pub(super) const MEMBERS: [&str; 7] =
    ["id", "managingOrganization", "birthDate", "period.start", "period.end", "deceasedDateTime", "patient"];

const PRACTICE: usize = 1;
const START: usize = 3;
const END: usize = 4;
const DEATH: usize = 5;
const EPISODE_PATIENT: usize = 6;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EpisodeOfCare<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    patient: Option<Reference<'a>>,
    #[serde(borrow, default)]
    managing_organization: Option<Reference<'a>>,
    #[serde(borrow, default)]
    period: Option<Period<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient<'a> {
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(default)]
    active: Option<bool>,
    #[serde(borrow, default)]
    birth_date: Option<Text<'a>>,
    #[serde(default)]
    deceased_boolean: Option<bool>,
    #[serde(borrow, default)]
    deceased_date_time: Option<Text<'a>>,
    #[serde(borrow, default)]
    managing_organization: Option<Reference<'a>>,
    #[serde(borrow, default)]
    general_practitioner: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    extension: Vec<Extension<'a>>,
}

typed!(EpisodeOfCare, Patient);

/// A registration that an EpisodeOfCare tells.
#[derive(Debug)]
struct Episode {
    /// The practice code; empty where the patient's own holds.
    practice: String,
    from: Day,
    to: Option<Day>,
    row: u64,
}

/// A patient's registrations.
#[derive(Default, Debug)]
struct OfPatient {
    episodes: Vec<Episode>,
    is_known: AtomicBool,
}

/// The registrations that resources of their own tell, by patient.
#[derive(Default, Debug)]
pub(super) struct Episodes {
    by_patient: HashMap<String, OfPatient>,
}

/// What came of a block of episodes.
#[derive(Default)]
pub(super) struct EpisodeBlock {
    episodes: Vec<(String, Episode)>,
    tally: Tally,
}

impl EpisodeBlock {
    /// Parses a block of a file.
    pub(super) fn of(block: &Block, file: usize, organizations: &Organizations) -> EpisodeBlock {
        let mut parsed = EpisodeBlock::default();
        for (line, bytes) in each_line(block) {
            let row = row_in(file, line);
            match episode(bytes, row, organizations, &mut parsed.tally) {
                Ok(Some(episode)) => parsed.episodes.push(episode),
                Ok(None) => {}
                Err((kind, member)) => parsed.tally.add(kind, member, row),
            }
        }
        parsed
    }
}

/// A registration and whose it is; None for one that never was.
fn episode(
    line: &[u8],
    row: u64,
    organizations: &Organizations,
    tally: &mut Tally,
) -> Result<Option<(String, Episode)>, (FindingKind, usize)> {
    let read = read::<EpisodeOfCare<'_>>(line, ResourceType::EpisodeOfCare).map_err(|kind| (kind, NO_COLUMN))?;
    if ["planned", "waitlist", "cancelled", "entered-in-error"].contains(&text(read.status.as_ref())) {
        return Ok(None);
    }
    let patient = read.patient.as_ref().and_then(|patient| patient.id_of("Patient"));
    let patient = patient.ok_or((FindingKind::MissingValue, EPISODE_PATIENT))?.to_owned();
    let practice = read.managing_organization.as_ref().map_or(Cow::Borrowed(""), |at| organizations.code(at));
    let (start, end) = days_of(read.period.as_ref());
    let from = start.needed().map_err(|kind| (kind, START))?;
    let to = end.optional().map_err(|kind| (kind, END))?;
    if read.managing_organization.as_ref().is_some_and(|at| organizations.is_id_alone(at)) {
        tally.add(FindingKind::PracticeById, PRACTICE, row);
    }
    Ok(Some((patient, Episode { practice: practice.into_owned(), from, to, row })))
}

/// The first day on the list, and the first day on which the patient is no longer on it: FHIR's periods include their
/// last day.
fn days_of(period: Option<&Period<'_>>) -> (DateCell, DateCell) {
    let Some(period) = period else { return (DateCell::Empty, DateCell::Empty) };
    let end = match day_of(period.end.as_ref()) {
        DateCell::Day(last) => DateCell::Day(last.plus_days(1)),
        other => other,
    };
    (day_of(period.start.as_ref()), end)
}

impl Episodes {
    /// Takes over what came of a block.
    pub(super) fn take(&mut self, block: EpisodeBlock, tally: &mut Tally) {
        tally.merge(block.tally);
        for (patient, episode) in block.episodes {
            self.by_patient.entry(patient).or_default().episodes.push(episode);
        }
    }

    /// Counts those of patients whom no resource told.
    pub(super) fn count_unknown(&self, tally: &mut Tally) {
        let unknown = self.by_patient.values().filter(|of| !of.is_known.load(Ordering::Relaxed));
        for episode in unknown.flat_map(|of| &of.episodes) {
            tally.add(FindingKind::UnknownPatient, EPISODE_PATIENT, episode.row);
        }
    }

    fn of(&self, patient: &str) -> &[Episode] {
        let Some(of) = self.by_patient.get(patient) else { return &[] };
        of.is_known.store(true, Ordering::Relaxed);
        &of.episodes
    }
}

/// What the readers of Patient share.
pub(super) struct PatientReader<'a> {
    pub(super) rules: PatientRules<'a>,
    pub(super) episodes: &'a Episodes,
    pub(super) organizations: &'a Organizations,
}

impl PatientReader<'_> {
    /// Parses a block of a file.
    pub(super) fn read(&self, block: &Block, file: usize) -> Part<RegistrationRow> {
        let mut rows = PatientRows::new(&self.rules);
        let mut count = 0;
        for (line, bytes) in each_line(block) {
            let row = row_in(file, line);
            match read::<Patient<'_>>(bytes, ResourceType::Patient) {
                Ok(patient) => count += self.take(row, &patient, &mut rows),
                Err(kind) => {
                    count += 1;
                    rows.tally.add(kind, NO_COLUMN, row);
                    if self.rules.digest {
                        rows.hasher.odd_row(std::iter::once(bytes));
                    }
                }
            }
        }
        rows.finish(count)
    }

    /// Takes in a patient's registrations; gives how many rows they are.
    fn take(&self, row: u64, patient: &Patient<'_>, rows: &mut PatientRows<'_>) -> u64 {
        let id = text(patient.id.as_ref());
        let (own_practice, is_id_alone) = self.practice(patient);
        if patient.deceased_boolean == Some(true) && patient.deceased_date_time.is_none() {
            rows.tally.add(FindingKind::DiedOnUnknownDay, DEATH, row);
        }
        let episodes = self.episodes.of(id);
        // The patient's own practice is not asked for where every registration has one.
        let is_asked = episodes.is_empty() || episodes.iter().any(|episode| episode.practice.is_empty());
        if is_id_alone && is_asked {
            rows.tally.add(FindingKind::PracticeById, PRACTICE, row);
        }
        for Episode { practice, from, to, .. } in episodes {
            let practice = if practice.is_empty() { &own_practice } else { practice.as_str() };
            let to = to.map_or(DateCell::Empty, DateCell::Day);
            self.take_row(row, patient, (practice, DateCell::Day(*from), to), rows);
        }
        if episodes.is_empty() {
            self.take_only(row, patient, &own_practice, rows);
        }
        episodes.len().max(1) as u64
    }

    /// Takes in the only registration of a patient of whom no EpisodeOfCare tells.
    fn take_only(&self, row: u64, patient: &Patient<'_>, practice: &str, rows: &mut PatientRows<'_>) {
        let (start, end) = days_of(patient.registration());
        if patient.active == Some(false) && end == DateCell::Empty {
            rows.tally.add(FindingKind::InactiveWithoutEnd, NO_COLUMN, row);
            return;
        }
        let start = match start {
            DateCell::Empty => {
                rows.tally.add(FindingKind::RegisteredAtBirth, START, row);
                day_of(patient.birth_date.as_ref())
            }
            told => told,
        };
        self.take_row(row, patient, (practice, start, end), rows);
    }

    fn take_row(
        &self,
        row: u64,
        patient: &Patient<'_>,
        (practice, registered, deregistered): (&str, DateCell, DateCell),
        rows: &mut PatientRows<'_>,
    ) {
        let id = text(patient.id.as_ref()).as_bytes();
        let (birth, death) = (patient.birth_date.as_ref(), patient.deceased_date_time.as_ref());
        let cells = PatientCells {
            id: IdCell::Text(id),
            practice: NameCell::Text(practice.as_bytes()),
            birth: day_of(birth),
            registered,
            deregistered,
            death: day_of(death),
        };
        if self.rules.digest {
            let hasher = &mut rows.hasher;
            hasher.text(id);
            hasher.text(practice.as_bytes());
            hasher.date(cells.birth, text(birth).as_bytes());
            hasher.date(registered, b"");
            hasher.date(deregistered, b"");
            hasher.date(cells.death, text(death).as_bytes());
            hasher.end_row();
        }
        rows.take(row, &cells);
    }

    /// The practice code of the patient's managing organisation, else of the organisation that is the general
    /// practitioner; empty for none. And whether it is the id of its resource alone.
    fn practice<'p>(&'p self, patient: &'p Patient<'_>) -> (Cow<'p, str>, bool) {
        let practitioners = patient.general_practitioner.iter().filter(|reference| reference.is_organization());
        let told = patient.managing_organization.iter().chain(practitioners);
        let mut told = told.map(|at| (self.organizations.code(at), self.organizations.is_id_alone(at)));
        told.find(|(code, _)| !code.is_empty()).unwrap_or_default()
    }
}

impl<'a> Patient<'a> {
    /// The period of registration that an extension tells, as practice systems write it for GP Connect.
    fn registration(&self) -> Option<&Period<'a>> {
        let details = self.extension.iter().flat_map(|extension| &extension.extension);
        let mut periods = details.filter(|detail| detail.is_named(&["registrationPeriod"]));
        periods.find_map(|detail| detail.value_period.as_ref())
    }
}
