//! What an extract says of small exports, and that nothing else matters to it.

use proptest::prelude::*;

use super::*;
use crate::data::extract::tests::{findings, patients, wanted};
use crate::data::extract::{self, PatientInputs};

const PATIENT: &str = r#"{"resourceType":"Patient","id":"7","birthDate":"2022-01-31","managingOrganization":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"F1"}}}"#;
const EPISODE: &str = r#"{"resourceType":"EpisodeOfCare","status":"finished","patient":{"reference":"Patient/7"},"managingOrganization":{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"F2"}},"period":{"start":"2022-02-01","end":"2022-12-31"}}"#;
const DOSE: &str = r#"{"resourceType":"Immunization","status":"completed","vaccineCode":{"coding":[{"system":"http://snomed.info/sct","code":"100001"}]},"patient":{"reference":"Patient/7"},"occurrenceDateTime":"2022-05-01"}"#;

type Found = (FindingKind, String, u64, Vec<u64>);

fn found(kind: FindingKind, member: &str, count: u64, lines: &[u64]) -> Found {
    (kind, member.to_owned(), count, lines.to_vec())
}

/// An export of files by name.
fn export(files: &[(&str, &str)]) -> Vec<Input> {
    files.iter().map(|(name, text)| Input::ndjson(format!("{name}.ndjson"), *text)).collect()
}

fn read(files: &[(&str, &str)]) -> Result<Extract, LoadError> {
    load(&export(files), &wanted(), &LoadOptions { digest: true, ..LoadOptions::default() }, &crate::data::Silent)
}

fn loaded(files: &[(&str, &str)]) -> Extract {
    read(files).unwrap()
}

#[test]
fn a_patient_has_the_registrations_that_episodes_tell() {
    let other = r#"{"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"https://a.example/Patient/7"},"period":{"start":"2023-01-01T08:00:00Z"}}
        {"resourceType":"EpisodeOfCare","status":"entered-in-error","patient":{"reference":"Patient/7"},"period":{"start":"2020-01-01"}}
        {"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"Patient/8"},"period":{"start":"2020-01-01"}}
        {"resourceType":"EpisodeOfCare","status":"active","patient":{"reference":"Patient/7"}}"#;
    let episodes = format!("{EPISODE}\n{other}");
    let extract = loaded(&[("i", DOSE), ("e", &episodes), ("p", PATIENT)]);
    // FHIR's periods include their last day; the patient is on no list from the day after it.
    assert_eq!(patients(&extract), ["7 2022-01-31 - [F2 2022-02-01..2023-01-01, F1 2023-01-01..] [2022-05-01 0 - -]"]);
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::MissingValue, "period.start", 1, &[5]),
            found(FindingKind::UnknownPatient, "patient", 1, &[4]),
        ]
    );
}

#[test]
fn without_episodes_the_extension_counts_and_without_that_the_birth_with_a_finding() {
    let details = r#""extension":[{"url":"https://fhir.nhs.uk/StructureDefinition/Extension-CareConnect-GPC-RegistrationDetails-1","extension":[{"url":"registrationPeriod","valuePeriod":{"start":"2022-03-01","end":"2023-03-31"}}]}]"#;
    let with = PATIENT.replace(r#""id":"7""#, &format!(r#""id":"8",{details}"#));
    let inactive = PATIENT.replace(r#""id":"7""#, r#""id":"9","active":false"#);
    let practitioner = r#"{"resourceType":"Patient","id":"10","birthDate":"2022-01-30","deceasedBoolean":true,"generalPractitioner":[{"reference":"Practitioner/x"},{"identifier":{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"F9"}}]}"#;
    let lines = [PATIENT, &with, &inactive, practitioner].join("\n");
    let extract = loaded(&[("p", &lines), ("i", DOSE)]);
    assert_eq!(
        patients(&extract),
        [
            "10 2022-01-30 - [F9 2022-01-30..] []",
            "7 2022-01-31 - [F1 2022-01-31..] [2022-05-01 0 - -]",
            "8 2022-01-31 - [F1 2022-03-01..2023-04-01] []",
        ]
    );
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::RegisteredAtBirth, "period.start", 2, &[1, 4]),
            found(FindingKind::InactiveWithoutEnd, "", 1, &[3]),
            found(FindingKind::DiedOnUnknownDay, "deceasedDateTime", 1, &[4]),
        ]
    );
}

#[test]
fn a_reference_stands_for_the_code_of_its_organisation() {
    let organization = r#"{"resourceType":"Organization","id":"F1","identifier":[{"system":"urn:x","value":"A"},{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"Z1"}]}"#;
    let patient = r#"{"resourceType":"Patient","id":"7","birthDate":"2022-01-31","managingOrganization":{"reference":"Organization/F1"}}"#;
    let registered = found(FindingKind::RegisteredAtBirth, "period.start", 1, &[1]);
    let extract = loaded(&[("p", patient), ("i", DOSE), ("o", organization)]);
    assert_eq!(extract.practices().map(|(_, code)| code).collect::<Vec<_>>(), ["Z1"]);
    assert_eq!(findings(&extract), std::slice::from_ref(&registered));
    // Without the organisation nobody knows whether the id is the code.
    let extract = loaded(&[("p", patient), ("i", DOSE)]);
    assert_eq!(extract.practices().map(|(_, code)| code).collect::<Vec<_>>(), ["F1"]);
    assert_eq!(findings(&extract), [registered, found(FindingKind::PracticeById, "managingOrganization", 1, &[1])]);
}

/// The events of patient 7, as in the lines of [`patients`].
fn events(files: &[(&str, &str)]) -> (String, Vec<Found>) {
    let files: Vec<(&str, &str)> = [("p", PATIENT), ("e", EPISODE)].into_iter().chain(files.iter().copied()).collect();
    let extract = loaded(&files);
    let lines = patients(&extract);
    (lines[0].split_once("] [").unwrap().1.trim_end_matches(']').to_owned(), findings(&extract))
}

#[test]
fn a_dose_may_stand_in_the_extension_and_is_given_by_an_organisation() {
    let dose = r#"{"resourceType":"Immunization","status":"completed","extension":[{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure","valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"308081000000105"}]}}],"vaccineCode":{"coding":[{"system":"https://dmd.nhs.uk","code":"39114911000001105"},{"system":"http://snomed.info/sct","code":"100002"},{"system":"http://snomed.info/sct","code":"100002"}]},"patient":{"reference":"Patient/7"},"occurrenceDateTime":"2022-05-01T10:00:00+01:00","performer":[{"actor":{"reference":"Practitioner/1"}},{"actor":{"reference":"Organization/F9"}}],"note":[{"text":"left \"arm\""},{"text":"well"}]}"#;
    let (events, found) = events(&[("i", dose)]);
    assert_eq!(events, "2022-05-01 1 F9 left \"arm\"; well, 2022-05-01 2 F9 left \"arm\"; well");
    assert_eq!(found, []);
}

#[test]
fn each_type_has_its_own_date_performer_and_status() {
    let common = r#""code":{"coding":[{"system":"http://snomed.info/sct","code":"100001"}]},"subject":{"reference":"Patient/7"}"#;
    let line = |resource: &str, members: &str| format!(r#"{{"resourceType":"{resource}",{common},{members}}}"#);
    let conditions = [
        line("Condition", r#""recordedDate":"2022-06-01""#),
        line("Condition", r#""onsetDateTime":"2022-06-02","recordedDate":"2022-09-09""#),
        line("Condition", r#""recordedDate":"2022-06-03","verificationStatus":{"coding":[{"code":"refuted"}]}"#),
    ];
    let observations = [
        line(
            "Observation",
            r#""status":"final","effectiveDateTime":"2022-07-01","performer":[{"reference":"Organization/F3"}]"#,
        ),
        line("Observation", r#""status":"amended","effectivePeriod":{"start":"2022-07-02"}"#),
        line("Observation", r#""status":"entered-in-error","effectiveDateTime":"2022-07-03""#),
        line("Observation", r#""effectiveDateTime":"2022-07-04""#),
    ];
    let procedures = [
        line(
            "Procedure",
            r#""status":"completed","performedDateTime":"2022-08-01","performer":[{"actor":{"reference":"Practitioner/1"},"onBehalfOf":{"reference":"Organization/F4"}}]"#,
        ),
        line("Procedure", r#""status":"completed","performedPeriod":{"start":"2022-08-02","end":"2022-08-05"}"#),
        line("Procedure", r#""status":"not-done","performedDateTime":"2022-08-03""#),
    ];
    let files = [conditions.join("\n"), observations.join("\n"), procedures.join("\n")];
    let (events, all) = events(&[("c", &files[0]), ("o", &files[1]), ("r", &files[2])]);
    assert_eq!(
        events,
        "2022-06-01 0 - -, 2022-06-02 0 - -, 2022-07-01 0 F3 -, 2022-07-02 0 - -, 2022-08-01 0 F4 -, 2022-08-02 0 - -"
    );
    assert_eq!(
        all,
        [
            found(FindingKind::MissingValue, "status", 1, &[4]),
            found(FindingKind::NotDone, "status", 1, &[3]),
            found(FindingKind::NotDone, "status", 1, &[3]),
            found(FindingKind::NotDone, "status", 1, &[3]),
        ]
    );
}

#[test]
fn what_is_not_done_not_dated_or_not_coded_is_no_dose() {
    let lines = [
        DOSE.replace("completed", "not-done"),
        DOSE.replace("completed", "entered-in-error"),
        DOSE.replace("2022-05-01", "2022-05"),
        DOSE.replace("2022-05-01", "May 2022"),
        DOSE.replace(r#","occurrenceDateTime":"2022-05-01""#, ""),
        DOSE.replace("http://snomed.info/sct", "http://read.info/readv2"),
        DOSE.replace("100001", "1.0E+5"),
        DOSE.replace("Patient/7", "Patient/8"),
        DOSE.replace("Patient/7", "#me"),
    ];
    let (events, all) = events(&[("i", &lines.join("\n"))]);
    assert_eq!(events, "");
    assert_eq!(
        all,
        [
            found(FindingKind::MalformedDate, "date", 1, &[4]),
            found(FindingKind::MissingValue, "date", 1, &[5]),
            found(FindingKind::MissingValue, "subject", 1, &[9]),
            found(FindingKind::UnknownPatient, "subject", 1, &[8]),
            found(FindingKind::PartialDate, "date", 1, &[3]),
            found(FindingKind::NoSnomedCode, "code", 1, &[6]),
            found(FindingKind::NotDone, "status", 2, &[1, 2]),
            found(FindingKind::CodeInExponents, "code", 1, &[7]),
        ]
    );
}

#[test]
fn hostile_lines_are_counted_and_the_others_kept() {
    let nested = format!(r#"{{"resourceType":"Immunization","x":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let deep = format!(
        r#"{{"resourceType":"Immunization","extension":[{}{}]}}"#,
        r#"{"url":"a","extension":["#.repeat(5_000),
        "]}".repeat(5_000)
    );
    let lines: [&[u8]; 9] = [
        DOSE.as_bytes(),
        &DOSE.as_bytes()[..60],
        b"[1,2]",
        &[br#"{"resourceType":"Immunization","status":""#, &[0xFF, 0xFE][..], br#""}"#].concat(),
        br#"{"resourceType":"Immunization","status":5}"#,
        br#"{"resourceType":"Immunization","status":"completed","status":"completed"}"#,
        br#"{"resourceType":"Procedure","status":"completed","performer":7}"#,
        nested.as_bytes(),
        deep.as_bytes(),
    ];
    let text = lines.join(&b"\n"[..]);
    let inputs = [Input::ndjson("p.ndjson", PATIENT), Input::ndjson("i.ndjson", text)];
    let extract = load(&inputs, &wanted(), &LoadOptions::default(), &crate::data::Silent).unwrap();
    assert_eq!(extract.kept_events(), 1);
    let all: Vec<Found> =
        findings(&extract).into_iter().filter(|found| found.0 != FindingKind::RegisteredAtBirth).collect();
    assert_eq!(
        all,
        [
            found(FindingKind::MissingValue, "status", 1, &[8]),
            found(FindingKind::NotText, "", 1, &[4]),
            found(FindingKind::NotJson, "", 3, &[2, 3, 9]),
            found(FindingKind::NotOfFhir, "", 2, &[5, 6]),
            found(FindingKind::OtherResource, "", 1, &[7]),
        ]
    );
    let strict = LoadOptions { strict: true, ..LoadOptions::default() };
    let refused = load(&inputs, &wanted(), &strict, &crate::data::Silent).unwrap_err().to_string();
    assert!(refused.starts_with("row 2 of `i.ndjson` has a line that is not a JSON object"), "{refused}");
}

#[test]
fn an_export_that_lacks_what_is_needed_is_refused() {
    let refused = |files: &[(&str, &str)]| read(files).unwrap_err().to_string();
    assert!(refused(&[("i", DOSE)]).starts_with("none of `i.ndjson` holds Patient"));
    assert!(refused(&[("p", PATIENT)]).starts_with("none of `p.ndjson` holds Immunization, Condition"));
    assert!(refused(&[("p", PATIENT), ("x", "id,date\n")]).starts_with("`x.ndjson` has no FHIR resource"));
    let tables = PatientInputs { patients: Input::ndjson("p.ndjson", PATIENT), events: Input::csv("e.csv", "") };
    let refused = extract::load(&tables, &wanted(), &LoadOptions::default(), &crate::data::Silent).unwrap_err();
    assert!(refused.to_string().starts_with("`p.ndjson` is FHIR: hand it over with `--fhir`"));
}

#[test]
fn files_of_other_types_and_empty_ones_are_passed_over() {
    let encounter = r#"{"resourceType":"Encounter","id":"1"}"#;
    let extract = loaded(&[("p", PATIENT), ("e", EPISODE), ("i", DOSE), ("n", encounter), ("empty", "")]);
    assert_eq!(findings(&extract), [found(FindingKind::UnreadResources, "", 1, &[1])]);
}

#[test]
fn the_digest_is_that_of_the_same_rows_as_tables() {
    let table = |text: &str, name: &str| Input::csv(name, text.to_owned());
    let tables = PatientInputs {
        patients: table(
            "patient_id,practice_code,birth_date,registered_date,deregistered_date\n7,F2,2022-01-31,2022-02-01,2023-01-01\n",
            "p.csv",
        ),
        events: table("patient_id,event_date,code\n7,2022-05-01,100001\n", "e.csv"),
    };
    let options = LoadOptions { digest: true, ..LoadOptions::default() };
    let tables = extract::load(&tables, &wanted(), &options, &crate::data::Silent).unwrap();
    let export = loaded(&[("p", PATIENT), ("e", EPISODE), ("i", DOSE)]);
    assert_eq!(patients(&export), patients(&tables));
    assert_eq!(export.input_digest(), tables.input_digest());
    assert!(export.input_digest().is_some());
}

/// A line of an export: whole, cut, or of anything.
fn line() -> impl Strategy<Value = String> {
    let whole = prop::sample::select(vec![PATIENT.to_owned(), EPISODE.to_owned(), DOSE.to_owned()]);
    let cut =
        (whole.clone(), any::<prop::sample::Index>()).prop_map(|(line, at)| line[..at.index(line.len())].to_owned());
    prop_oneof![4 => whole, 1 => cut, 1 => "[{}\\[\\]\":,a-z0-9\\\\]{0,30}"]
}

proptest! {
    #[test]
    fn neither_order_nor_blocks_matter_and_no_line_ends_the_program(
        lines in prop::collection::vec(line(), 0..12),
        order in any::<prop::sample::Index>(),
        block_bytes in 300_usize..2000,
    ) {
        let files = |turn: usize| {
            let mut lines = lines.clone();
            if !lines.is_empty() {
                let turn = turn % lines.len();
                lines.rotate_left(turn);
            }
            let lines = lines.join("\n");
            [("p", format!("{PATIENT}\n{lines}")), ("e", format!("{EPISODE}\n{lines}")), ("i", format!("{DOSE}\n{lines}"))]
        };
        let read = |turn: usize, block_bytes: usize| {
            let files = files(turn);
            let mut files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let by = turn % 3;
            files.rotate_left(by);
            let options = LoadOptions { digest: true, ..LoadOptions::default() };
            let extract = load_sized(&export(&files), &wanted(), &options, &crate::data::Silent, block_bytes).unwrap();
            let counts: Vec<(FindingKind, String, u64)> =
                findings(&extract).into_iter().map(|(kind, member, count, _)| (kind, member, count)).collect();
            (patients(&extract), counts, extract.input_digest())
        };
        prop_assert_eq!(read(0, BLOCK_BYTES), read(order.index(100), block_bytes));
    }
}
