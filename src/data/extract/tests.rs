//! What an extract says of small tables, and that nothing else matters to it.

use proptest::prelude::*;

use super::*;
use crate::ground::{ConceptId, Day};

const HEADER: &str = "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date\n";
const EVENTS_HEADER: &str = "patient_id,event_date,code,practice_code,text\n";

pub(in crate::data) fn wanted() -> Wanted {
    let codes = ["100001", "100002", "308081000000105"].iter().filter_map(|code| ConceptId::parse(code));
    Wanted { givers: true, text: true, ..Wanted::codes(codes) }
}

fn inputs(patients: &str, events: &str) -> PatientInputs {
    PatientInputs {
        patients: Input::csv("p.csv", format!("{HEADER}{patients}")),
        events: Input::csv("e.csv", format!("{EVENTS_HEADER}{events}")),
    }
}

fn loaded(patients: &str, events: &str) -> Extract {
    load(&inputs(patients, events), &wanted(), &LoadOptions::default(), &crate::data::Silent).unwrap()
}

/// A line for each patient, by id.
pub(in crate::data) fn patients(extract: &Extract) -> Vec<String> {
    let mut lines = Vec::new();
    for partition in (0..extract.partition_count()).map(|at| extract.partition(at)) {
        for (at, patient) in partition.patients().enumerate() {
            let stays: Vec<String> = patient.registrations.iter().map(|stay| stay_line(extract, stay)).collect();
            let event = |(place, event): (usize, &Event)| {
                let giver = event.giver.map_or("-", |giver| extract.practice_code(giver));
                format!("{} {} {giver} {}", event.day, event.code.0, partition.text(at, place).unwrap_or("-"))
            };
            let events: Vec<String> = patient.events.iter().enumerate().map(event).collect();
            let death = patient.death.map_or("-".to_owned(), |death| death.to_string());
            let id = extract.patient_id(patient.key);
            lines.push(format!("{id} {} {death} [{}] [{}]", patient.birth, stays.join(", "), events.join(", ")));
        }
    }
    lines.sort_unstable();
    lines
}

fn stay_line(extract: &Extract, stay: &Registration) -> String {
    let to = stay.to.map_or(String::new(), |to| to.to_string());
    format!("{} {}..{to}", extract.practice_code(stay.practice), stay.from)
}

/// All findings: kind, column, count, first rows.
pub(in crate::data) fn findings(extract: &Extract) -> Vec<(FindingKind, String, u64, Vec<u64>)> {
    let mut all = extract.findings().clone();
    (0..extract.partition_count()).for_each(|at| all.merge(extract.partition(at).findings().clone()));
    all.list().into_iter().map(|found| (found.kind, found.column, found.count, found.first_rows)).collect()
}

fn found(kind: FindingKind, column: &str, count: u64, rows: &[u64]) -> (FindingKind, String, u64, Vec<u64>) {
    (kind, column.to_owned(), count, rows.to_vec())
}

#[test]
fn patients_come_with_their_registrations_and_events_in_order() {
    let extract = loaded(
        "7,F2,2022-01-31,2022-02-01,2023-01-01,\n\
         007,F1,2022-01-30,2022-01-30,,2024-05-05\n\
         7,F1,2022-01-31,2023-01-01,,\n\
         b7c6e0de-0000-4000-8000-1234567890ab,F3,2020-02-29,2020-03-01,,\n",
        "7,2023-05-01,100002,,\n\
         b7c6e0de-0000-4000-8000-1234567890ab,2021-01-01,308081000000105,F9,\"by \"\"phone\"\"\nagain\"\n\
         7,2022-05-01,100001,F2,\n\
         7,2023-05-01,100001,,note\n\
         007,2022-06-01,999999,,not wanted\n",
    );
    assert_eq!(
        patients(&extract),
        [
            "007 2022-01-30 2024-05-05 [F1 2022-01-30..] []",
            "7 2022-01-31 - [F2 2022-02-01..2023-01-01, F1 2023-01-01..] \
             [2022-05-01 0 F2 -, 2023-05-01 0 - note, 2023-05-01 1 - -]",
            "b7c6e0de-0000-4000-8000-1234567890ab 2020-02-29 - [F3 2020-03-01..] \
             [2021-01-01 2 F9 by \"phone\"\nagain]",
        ]
    );
    assert_eq!(findings(&extract), []);
    assert_eq!((extract.patient_rows(), extract.event_rows(), extract.kept_events()), (4, 5, 4));
    assert_eq!(extract.practices().map(|(_, code)| code).collect::<Vec<_>>(), ["F1", "F2", "F3", "F9"]);
    for id in ["7", "007", "b7c6e0de-0000-4000-8000-1234567890ab"] {
        let (key, at) = extract.find(id).unwrap();
        assert_eq!(extract.patient_id(key), id);
        assert_eq!(extract.partition(at).patient(key).unwrap().1.key, key);
    }
    assert_eq!(extract.find("07").or(extract.find("x")), None);
}

#[test]
fn a_malformed_row_is_set_aside_and_counted_at_its_first_fault() {
    let extract = loaded(
        "1,F1,2022-02-30,2022-02-01,,\n\
         2,F1,2022-02-01,2022-02-01,x,\n\
         ,F1,2022-02-01,2022-02-01,,\n\
         3,,2022-02-01,2022-02-01,,\n\
         4,F1,2022-02-01,2022-02-01\n\
         5,F1,,2022-02-01,,\n\
         6,F1,2022-02-01,2022-02-01,,2023-02-32\n\
         7,F1,2022-02-01,2022-02-01,,\n",
        "7,2022-13-01,100001,,\n\
         7,2022-12-01,0100001,,\n\
         7,2022-12-01,3.1F+14,,\n\
         7,2022-13-01,999999,,\n\
         ,2022-12-01,999999,,\n\
         7,2022-12-01,,,\n\
         7,2022-12-01,100001,,,,\n\
         7,2022-12-01,100001,,\n\
         7,2022-12-01,99999,,\n",
    );
    assert_eq!(patients(&extract), ["7 2022-02-01 - [F1 2022-02-01..] [2022-12-01 0 - -]"]);
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::MalformedDate, "event_date", 2, &[2, 5]),
            found(FindingKind::MalformedDate, "birth_date", 1, &[2]),
            found(FindingKind::MalformedDate, "death_date", 1, &[8]),
            found(FindingKind::MalformedDate, "deregistered_date", 1, &[3]),
            found(FindingKind::MalformedCode, "code", 3, &[3, 4, 10]),
            found(FindingKind::MissingValue, "code", 1, &[7]),
            found(FindingKind::MissingValue, "patient_id", 1, &[6]),
            found(FindingKind::MissingValue, "birth_date", 1, &[7]),
            found(FindingKind::MissingValue, "patient_id", 1, &[4]),
            found(FindingKind::MissingValue, "practice_code", 1, &[5]),
            found(FindingKind::WrongCellCount, "", 1, &[8]),
            found(FindingKind::WrongCellCount, "", 1, &[6]),
        ]
    );
}

#[test]
fn cells_that_are_not_text_are_found() {
    let tables = PatientInputs {
        patients: Input::csv("p.csv", [HEADER.as_bytes(), b"\xff,F1,2022-02-01,2022-02-01,,\n"].concat()),
        events: Input::csv(
            "e.csv",
            [EVENTS_HEADER.as_bytes(), b"1,2022-\xff2-01,100001,,\n1,2022-02-01,100001,\xff,\n"].concat(),
        ),
    };
    let extract = load(&tables, &wanted(), &LoadOptions::default(), &crate::data::Silent).unwrap();
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::NotText, "event_date", 1, &[2]),
            found(FindingKind::NotText, "practice_code", 1, &[3]),
            found(FindingKind::NotText, "patient_id", 1, &[2]),
        ]
    );
}

#[test]
fn odd_patients_are_settled_and_found() {
    let extract = loaded(
        // Two birth dates: that of the later registration counts, whichever comes first.
        "1,F1,2022-01-02,2023-01-01,,\n\
         1,F2,2022-01-01,2022-02-01,2023-01-01,\n\
         2,F1,2022-01-01,2022-02-01,,2024-02-02\n\
         2,F2,2022-01-01,2022-02-01,,2024-01-01\n\
         2,F2,2022-01-01,2022-03-01,,\n\
         3,F1,2022-01-01,2021-12-31,,\n\
         4,F1,2022-01-01,2022-02-01,2022-02-01,\n\
         4,F1,2022-01-01,2022-03-01,,\n\
         5,F1,2022-01-01,2022-03-01,,\n\
         5,F1,2022-01-01,2022-03-01,,\n",
        "3,2021-12-31,100001,,\n\
         9,2022-01-01,100001,,\n\
         x,2022-01-01,100001,,\n\
         9,2022-01-01,999999,,\n\
         3,2022-01-01,100001,,\n",
    );
    assert_eq!(
        patients(&extract),
        [
            "1 2022-01-02 - [F2 2022-02-01..2023-01-01, F1 2023-01-01..] []",
            "2 2022-01-01 2024-01-01 [F1 2022-02-01.., F2 2022-02-01.., F2 2022-03-01..] []",
            "3 2022-01-01 - [F1 2021-12-31..] [2022-01-01 0 - -]",
            "4 2022-01-01 - [F1 2022-03-01..] []",
            "5 2022-01-01 - [F1 2022-03-01..] []",
        ]
    );
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::TwoBirthDates, "birth_date", 1, &[3]),
            found(FindingKind::TwoDeathDates, "death_date", 1, &[4]),
            found(FindingKind::UnknownPatient, "patient_id", 2, &[3, 4]),
            found(FindingKind::RegisteredBeforeBirth, "registered_date", 1, &[7]),
            found(FindingKind::DeregisteredBeforeRegistration, "deregistered_date", 1, &[8]),
            found(FindingKind::EventBeforeBirth, "event_date", 1, &[2]),
        ]
    );
}

#[test]
fn strict_refuses_the_first_malformed_row() {
    let strict = LoadOptions { strict: true, ..LoadOptions::default() };
    let refusal = |patients: &str, events: &str| {
        let loaded = load(&inputs(patients, events), &wanted(), &strict, &crate::data::Silent);
        loaded.err().map(|error| error.to_string())
    };
    let good = "1,F1,2022-02-01,2022-02-01,,\n";
    assert_eq!(refusal(good, "9,2022-02-01,100001,,\n"), None);
    assert_eq!(
        refusal(good, "1,2022-02-01,100001,,\n1,2022-02-01,12,,\n1,x,100001,,\n").unwrap(),
        "row 3 of `e.csv` has a code that is not 6 to 18 digits without a leading zero in the column `code`: \
         mend it, or run without --strict to set such rows aside"
    );
    assert!(
        refusal(&format!("{good}2,F1\n"), "1,x,1,,\n").unwrap().starts_with("row 3 of `p.csv` has a row with more")
    );
}

#[test]
fn columns_may_stand_in_any_order_and_optional_ones_be_absent() {
    let tables = PatientInputs {
        patients: Input::csv(
            "p.csv",
            "\u{feff}Registered_Date, birth_date ,x,practice_code,patient_id\n2022-02-01,2022-01-01,,F1,1\n",
        ),
        events: Input::csv("e.csv", "code,event_date,code2,patient_id\n100001,2022-03-01,5,1\n"),
    };
    let extract = load(&tables, &wanted(), &LoadOptions::default(), &crate::data::Silent).unwrap();
    assert_eq!(patients(&extract), ["1 2022-01-01 - [F1 2022-02-01..] [2022-03-01 0 - -]"]);
    let tables = PatientInputs { events: Input::csv("e.csv", "code,date,patient_id\n"), ..tables };
    let error = load(&tables, &wanted(), &LoadOptions::default(), &crate::data::Silent).unwrap_err();
    assert!(error.to_string().starts_with("`e.csv` has no column `event_date`: it has `code`, `date`, `patient_id`"));
}

/// Rows of both tables with every kind of id, and some of every fault.
pub(super) fn many_rows() -> (Vec<String>, Vec<String>) {
    let id = |at: usize| match at % 3 {
        0 => format!("{at:010}"),
        1 => at.to_string(),
        _ => format!("id-{at}"),
    };
    let day = |from: usize, days: usize| Day::from_ymd(2018, 1, 1).unwrap().plus_days((from + days) as i32).to_string();
    let patients = (0..900).map(|at| {
        let who = at * 7 % 800;
        let to = if at % 11 == 0 { day(who, 10 + at % 90) } else { String::new() };
        format!("{},F{},{},{},{to},", id(who), at % 13, day(who, at % 47 / 46), day(who, at % 40 + at % 3 / 2))
    });
    let events = (0..5000).map(|at| {
        let code = ["100001", "100002", "308081000000105", "555555", "12"][at % 41 % 5];
        let giver = if at % 17 == 0 { "G1" } else { "" };
        let text = if at % 29 == 0 { "\"a\nb\"" } else { "" };
        format!("{},{},{code},{giver},{text}", id(at * 31 % 820), day(at * 31 % 820, at % 600))
    });
    (patients.collect(), events.collect())
}

fn table(name: &str, header: &str, rows: &[String]) -> Input {
    Input::csv(name, format!("{header}{}\n", rows.join("\n")))
}

#[test]
fn the_order_of_rows_blocks_partitions_and_threads_do_not_matter() {
    let options = LoadOptions { digest: true, ..LoadOptions::default() };
    let (mut patient_rows, mut event_rows) = many_rows();
    let first = loaded_many(&patient_rows, &event_rows, &options, Sizes::default(), 1);
    assert!(first.1.len() > 3, "{:?}", first.1);
    for (round, threads) in [(1, 1), (2, 4), (3, 3)] {
        let sizes = Sizes { block_bytes: 100 << round, batch_rows: 7, partition_bits: Some(round * 3 - 3) };
        let again = loaded_many(&patient_rows, &event_rows, &options, sizes, threads);
        assert_eq!(first, again);
    }
    patient_rows.reverse();
    event_rows.rotate_left(1234);
    let turned = loaded_many(&patient_rows, &event_rows, &options, Sizes::default(), 2);
    assert_eq!((&first.0, &first.2), (&turned.0, &turned.2));
    let counts = |findings: &[(FindingKind, String, u64, Vec<u64>)]| {
        findings.iter().map(|(kind, column, count, _)| (*kind, column.clone(), *count)).collect::<Vec<_>>()
    };
    assert_eq!(counts(&first.1), counts(&turned.1));
}

type Said = (Vec<String>, Vec<(FindingKind, String, u64, Vec<u64>)>, Option<[u8; 32]>);

fn loaded_many(
    patient_rows: &[String],
    event_rows: &[String],
    options: &LoadOptions,
    sizes: Sizes,
    threads: usize,
) -> Said {
    let inputs = PatientInputs {
        patients: table("p.csv", HEADER, patient_rows),
        events: table("e.csv", EVENTS_HEADER, event_rows),
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let extract = pool.install(|| load_sized(&inputs, &wanted(), options, &crate::data::Silent, sizes)).unwrap();
    (patients(&extract), findings(&extract), extract.input_digest())
}

#[test]
fn what_was_not_asked_for_is_not_read() {
    let inputs = inputs("1,F1,2022-02-01,2022-02-01,,\n", "1,2022-12-01,100001,F7,words\n");
    let wanted = Wanted { givers: false, text: false, ..wanted() };
    let extract = load(&inputs, &wanted, &LoadOptions::default(), &crate::data::Silent).unwrap();
    assert_eq!(patients(&extract), ["1 2022-02-01 - [F1 2022-02-01..] [2022-12-01 0 - -]"]);
    assert_eq!(extract.practices().len(), 1);
    assert_eq!(extract.input_digest(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sizes_of_blocks_and_partitions_and_threads_do_not_matter(
        rows in (1_usize..300, 1_usize..900),
        block_bytes in 40_usize..4000,
        partition_bits in 0_u32..8,
        threads in 1_usize..5,
    ) {
        let options = LoadOptions { digest: true, ..LoadOptions::default() };
        let (patient_rows, event_rows) = many_rows();
        let (patient_rows, event_rows) = (&patient_rows[..rows.0], &event_rows[..rows.1]);
        let sizes = Sizes { block_bytes, partition_bits: Some(partition_bits), ..Sizes::default() };
        let first = loaded_many(patient_rows, event_rows, &options, Sizes::default(), 1);
        prop_assert_eq!(first, loaded_many(patient_rows, event_rows, &options, sizes, threads));
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(
        patients in proptest::collection::vec(any::<u8>(), 0..80),
        events in "[0-9a,\"\r\n-]{0,80}",
    ) {
        let tables = PatientInputs {
            patients: Input::csv("p.csv", [HEADER.as_bytes(), &patients].concat()),
            events: Input::csv("e.csv", format!("{EVENTS_HEADER}{events}")),
        };
        if let Ok(extract) = load(&tables, &wanted(), &LoadOptions::default(), &crate::data::Silent) {
            drop((super::tests::patients(&extract), findings(&extract)));
        }
    }
}

/// Files as programs write them, and what is told of those that cannot be read.
#[cfg(feature = "parquet")]
mod parquet;

/// What is dropped where nothing can hang on it.
mod interest;
