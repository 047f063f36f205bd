//! Rows as resources of FHIR R4, one JSON object a line, as a practice system's bulk export writes them.

use std::io::{self, Write};

use super::{Cell, Column, Kind, Row, Words, digits};
use crate::cli::demo::life::{EventRow, NOBODY, PatientRow};
use crate::cli::demo::population::Resource;
use crate::cli::demo::vocabulary::Entry;

/// What a row of patients is written as: the patient beside the last registration, and every registration.
pub(super) const OF_PATIENTS: &[&str] = &["Patient", "EpisodeOfCare"];

/// An organisation that others refer to: a practice, by its place in [`Words::practice_codes`].
pub(in crate::cli::demo) struct OrganizationRow(pub(in crate::cli::demo) usize);

impl Row for OrganizationRow {
    const COLUMNS: &'static [Column] = &[("practice_code", Kind::Text, false)];

    const RESOURCES: &'static [&'static str] = &["Organization"];

    fn cells(&self, words: &Words, mut put: impl FnMut(Cell<'_>)) {
        put(Cell::Text(&words.practice_codes[self.0]));
    }

    fn resources(&self, words: &Words, of_type: &mut [Vec<u8>]) -> io::Result<()> {
        let code = &words.practice_codes[self.0];
        let (id, value) = (json(&id_of(code)), json(code));
        writeln!(
            of_type[0],
            r#"{{"resourceType":"Organization","id":{id},"identifier":[{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":{value}}}]}}"#
        )
    }
}

/// A text as JSON.
fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The id of a practice's resource.
fn id_of(practice_code: &str) -> String {
    format!("ods-{practice_code}")
}

/// A reference to a practice.
fn practice(words: &Words, place: u16) -> String {
    let place = json(&format!("Organization/{}", id_of(&words.practice_codes[usize::from(place)])));
    format!(r#"{{"reference":{place}}}"#)
}

/// Writes a registration, and its patient beside the last one.
pub(super) fn patient(row: &PatientRow, words: &Words, of_type: &mut [Vec<u8>]) -> io::Result<()> {
    let id = row.patient.id();
    let id = digits(&id);
    let (birth, managing) = (words.days.text(row.birth), practice(words, row.practice));
    if row.is_last {
        let deceased = row.death.map(|day| format!(r#","deceasedDateTime":"{day}""#)).unwrap_or_default();
        writeln!(
            of_type[0],
            r#"{{"resourceType":"Patient","id":"{id}","birthDate":"{birth}"{deceased},"managingOrganization":{managing}}}"#
        )?;
    }
    // A period of FHIR includes its last day; the day of deregistration is the first one on no list.
    let end = row.to.map(|to| format!(r#","end":"{}""#, to.plus_days(-1))).unwrap_or_default();
    let (from, status) = (words.days.text(row.from), if row.to.is_some() { "finished" } else { "active" });
    writeln!(
        of_type[1],
        r#"{{"resourceType":"EpisodeOfCare","id":"{id}-{from}","status":"{status}","patient":{{"reference":"Patient/{id}"}},"managingOrganization":{managing},"period":{{"start":"{from}"{end}}}}}"#
    )
}

/// Writes an event as the resource that its code stands for.
pub(super) fn event(row: &EventRow, words: &Words, of_type: &mut [Vec<u8>]) -> io::Result<()> {
    let Entry { code, text, resource } = words.vocabulary.entry(row.what);
    let id = row.patient.id();
    let patient = format!(r#"{{"reference":"Patient/{}"}}"#, digits(&id));
    let date = words.days.text(row.day);
    let concept = format!(r#"{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}"}}]}}"#);
    let giver = (row.giver != NOBODY).then(|| practice(words, row.giver));
    let actor = || giver.as_ref().map(|at| format!(r#","performer":[{{"actor":{at}}}]"#)).unwrap_or_default();
    let note = if text.is_empty() { String::new() } else { format!(r#","note":[{{"text":{}}}]"#, json(text)) };
    let out = &mut of_type[*resource as usize];
    match resource {
        Resource::Immunization => writeln!(
            out,
            r#"{{"resourceType":"Immunization","extension":[{{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{concept}}}],"status":"completed","vaccineCode":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"UNK"}}]}},"patient":{patient},"occurrenceDateTime":"{date}"{}{note}}}"#,
            actor()
        ),
        // No member of a Condition can name the organisation that recorded it.
        Resource::Condition => writeln!(
            out,
            r#"{{"resourceType":"Condition","verificationStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-ver-status","code":"confirmed"}}]}},"code":{concept},"subject":{patient},"recordedDate":"{date}"{note}}}"#
        ),
        Resource::Observation => {
            let performer = giver.as_ref().map(|at| format!(r#","performer":[{at}]"#)).unwrap_or_default();
            writeln!(
                out,
                r#"{{"resourceType":"Observation","status":"final","code":{concept},"subject":{patient},"effectiveDateTime":"{date}"{performer}{note}}}"#
            )
        }
        Resource::Procedure => writeln!(
            out,
            r#"{{"resourceType":"Procedure","status":"completed","code":{concept},"subject":{patient},"performedDateTime":"{date}"{}{note}}}"#,
            actor()
        ),
    }
}
