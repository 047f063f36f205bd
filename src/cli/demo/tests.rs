//! What holds of every extract.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::*;
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

fn write(plan: &Plan) -> (Summary, [Vec<u8>; 3]) {
    let dir = tempfile::tempdir().unwrap();
    let summary = write_into(dir.path(), plan);
    let files = [&summary.patients_file, &summary.events_file, &summary.practices_file];
    let bytes = files.map(|file| fs::read(file).unwrap());
    (summary, bytes)
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
    let (_, [patients, events, practices]) = write(&SMALL);
    let digest = Sha256::new().chain_update(patients).chain_update(events).chain_update(practices).finalize();
    let start: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(start, "a095fdef8b1c748c");
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
    let (summary, [patients, events, practices]) = write(&SMALL);
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
    let (_, [patients, events, _]) = write(&SMALL);
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
    assert!(fault.to_string().ends_with("under`"), "{fault}");
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
    for (file, table) in [&summary.patients_file, &summary.events_file, &summary.practices_file].into_iter().zip(&csv) {
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
