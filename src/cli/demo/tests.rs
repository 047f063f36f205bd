//! What holds of every extract.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
use crate::data;
use crate::ground::{ConceptId, Day};

const SMALL: Plan = Plan { size: 2400, seed: 57, format: Format::Csv, shuffled: true };

/// The codes of a cluster as the yardstick lists them.
fn codes_of(cluster: &str) -> Vec<ConceptId> {
    let lines = include_str!("../../../benches/yardstick/codes.csv").lines();
    let of_cluster = lines.filter_map(|line| line.split_once(',')).filter(|(name, _)| *name == cluster);
    of_cluster.map(|(_, code)| ConceptId::parse(code).unwrap()).collect()
}

fn write_into(dir: &Path, plan: &Plan) -> Summary {
    write_extract(dir, plan, &Population::built_in().unwrap(), &codes_of, &mut |_| ()).unwrap()
}

fn write(plan: &Plan) -> (Summary, [Vec<u8>; 5]) {
    let dir = tempfile::tempdir().unwrap();
    let summary = write_into(dir.path(), plan);
    let bytes = files(&summary).map(|file| fs::read(file).unwrap());
    (summary, bytes)
}

fn files(summary: &Summary) -> [&Path; 5] {
    let Summary { patients_file, events_file, practices_file, appointments_file, slots_file, .. } = summary;
    [patients_file, events_file, practices_file, appointments_file, slots_file]
}

fn rows(table: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(table).deserialize().map(|row| row.unwrap()).collect()
}

fn lines(table: &[u8]) -> BTreeSet<&[u8]> {
    table.split(|&byte| byte == b'\n').collect()
}

#[test]
fn threads_change_nothing_and_seeds_do() {
    let on_threads = |count: usize, plan: Plan| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().unwrap();
        pool.install(|| write(&plan).1)
    };
    let plan = Plan { size: 20_000, ..SMALL };
    let one = on_threads(1, plan);
    assert!(one == on_threads(3, plan));
    assert!(one != on_threads(3, Plan { seed: 58, ..plan }));
}

#[test]
fn an_extract_keeps_its_bytes() {
    // Whoever changes the population or how it is drawn changes this digest, and the figures that rest on the demo.
    use sha2::{Digest, Sha256};
    let (_, tables) = write(&SMALL);
    let digest = tables.iter().fold(Sha256::new(), |digest, table| digest.chain_update(table)).finalize();
    let start: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(start, "ca8793ba07bbadf7");
}

#[test]
fn shuffling_changes_only_the_order() {
    let (_, shuffled) = write(&SMALL);
    let (_, sorted) = write(&Plan { shuffled: false, ..SMALL });
    for (one, other) in shuffled.iter().zip(&sorted) {
        assert_eq!(one.len(), other.len());
        assert!(lines(one) == lines(other));
    }
    assert!(shuffled[1] != sorted[1]);
    let ids: Vec<String> =
        rows(&sorted[1]).into_iter().map(|row| row["patient_id"].clone() + &row["event_date"]).collect();
    assert!(ids.is_sorted());
}

#[test]
fn the_tables_fit_together() {
    let (summary, [patients, events, practices, ..]) = write(&SMALL);
    let (patients, events, practices) = (rows(&patients), rows(&events), rows(&practices));
    assert_eq!((patients.len() as u64, events.len() as u64), (summary.registrations, summary.events));
    let codes: BTreeSet<&String> = practices.iter().map(|row| &row["practice_code"]).collect();
    assert!(patients.iter().all(|row| codes.contains(&row["practice_code"])));
    let ids: BTreeSet<&String> = patients.iter().map(|row| &row["patient_id"]).collect();
    assert_eq!(ids.len() as u64, summary.patients);
    assert!(ids.iter().all(|id| id.len() == 10));
    assert!(events.iter().all(|row| ids.contains(&row["patient_id"])));
    assert!(patients.iter().all(|row| row["birth_date"] <= row["registered_date"]));
    let leaves_late = |row: &BTreeMap<_, String>| {
        row["deregistered_date"].is_empty() || row["deregistered_date"] > row["registered_date"]
    };
    assert!(patients.iter().all(leaves_late));
}

#[test]
fn nothing_is_dated_later_than_the_last_day_or_before_birth() {
    let through = Population::built_in().unwrap().through.to_string();
    let (_, [patients, events, _, appointments, _]) = write(&SMALL);
    let patients = rows(&patients);
    let births: BTreeMap<&String, &String> =
        patients.iter().map(|row| (&row["patient_id"], &row["birth_date"])).collect();
    for row in rows(&events) {
        assert!(row["event_date"] <= through && row["event_date"] >= *births[&row["patient_id"]]);
        assert!(Day::parse_iso(&row["event_date"]).is_some() && ConceptId::parse(&row["code"]).is_some());
    }
    for column in ["registered_date", "deregistered_date", "death_date"] {
        assert!(patients.iter().all(|row| row[column] <= through), "{column}");
    }
    for row in rows(&appointments) {
        let birth = births[&row["patient_id"]];
        let day_fits = |day: &String| day.is_empty() || (*day <= through && day >= birth);
        assert!(day_fits(&row["agreed_date"]) && day_fits(&row["appointment_date"]));
    }
}

#[test]
fn appointments_and_slots_are_read_without_a_finding() {
    let (_, [patients, _, practices, appointments, slots]) = write(&SMALL);
    let read = data::appointments::read(&data::Input::csv("appointments.csv", appointments.clone())).unwrap();
    let (patients, practices) = (rows(&patients), rows(&practices));
    let ids: BTreeSet<&str> = patients.iter().map(|row| row["patient_id"].as_str()).collect();
    assert!(read.findings.is_empty() && read.patient_ids().all(|id| ids.contains(id)));
    assert_eq!(read.patient_ids().map(|id| read.of(id).len()).sum::<usize>(), rows(&appointments).len());
    let kept_free = data::slots::read(&data::Input::csv("slots.csv", slots.clone())).unwrap();
    let codes: BTreeSet<&str> = practices.iter().map(|row| row["practice_code"].as_str()).collect();
    assert!(kept_free.findings.is_empty() && kept_free.practice_codes().all(|code| codes.contains(code)));
    assert_eq!(kept_free.practice_codes().map(|code| kept_free.of(code).len()).sum::<usize>(), rows(&slots).len());
    let taken = kept_free.practice_codes().flat_map(|code| kept_free.of(code)).filter(|slot| slot.taken).count();
    assert!(taken > 0 && taken < rows(&slots).len());
}

#[test]
fn some_practices_lack_what_the_population_says() {
    let (_, [_, _, practices, _, slots]) = write(&SMALL);
    let (practices, slots) = (rows(&practices), rows(&slots));
    let with_slots: BTreeSet<&String> = slots.iter().map(|row| &row["practice_code"]).collect();
    for (practice, named) in practices.iter().zip(&Population::built_in().unwrap().practices.named) {
        assert_eq!(practice["practice_name"], named.name);
        assert_eq!(Some(&practice["area"]), named.area.as_ref());
        assert_eq!(practice["contact_name"].is_empty(), named.lacks.contains(&population::Lack::ContactName));
        assert_eq!(practice["contact_details"].is_empty(), named.lacks.contains(&population::Lack::ContactDetails));
        assert_eq!(!with_slots.contains(&practice["practice_code"]), named.lacks.contains(&population::Lack::Slots));
    }
}

#[test]
fn no_file_is_left_when_a_cluster_has_no_codes() {
    let dir = tempfile::tempdir().unwrap();
    let population = Population::built_in().unwrap();
    let fault = write_extract(dir.path(), &SMALL, &population, &|_| Vec::new(), &mut |_| ()).unwrap_err();
    assert!(matches!(fault, DemoError::NoCodes { .. }));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let population = Population::built_in().unwrap();
    let fault = write_extract(&file.join("under"), &SMALL, &population, &codes_of, &mut |_| ()).unwrap_err();
    assert!(fault.to_string().contains("under: "), "{fault}");
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_says_what_csv_says() {
    use arrow_cast::display::{ArrayFormatter, FormatOptions};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan { format: Format::Parquet(Compression::Zstd), ..SMALL };
    let summary = write_into(dir.path(), &plan);
    let (_, csv) = write(&SMALL);
    for (file, table) in files(&summary).into_iter().zip(&csv) {
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(file).unwrap()).unwrap().build().unwrap();
        let mut written = Vec::new();
        for batch in reader {
            let batch = batch.unwrap();
            let options = FormatOptions::default();
            let columns: Vec<ArrayFormatter<'_>> =
                batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
            let line = |row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>();
            written.extend((0..batch.num_rows()).map(line));
        }
        let lines: Vec<Vec<String>> =
            csv::Reader::from_reader(&table[..]).deserialize().map(|row| row.unwrap()).collect();
        assert!(written == lines);
    }
}
