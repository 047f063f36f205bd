//! `run --memory`: the answer of a run whose rows wait in a file is the answer, and a folder that takes no file is told.

use std::fs;
use std::path::{Path, PathBuf};

use crate::uptake::{output, stdout, uptake};

/// The least that one thread works in, so that no row finds room beside it.
const LEAST: [&str; 4] = ["--threads", "1", "--memory", "160MiB"];

/// A made-up extract.
fn demo(folder: &Path, format: &str) -> PathBuf {
    let place = folder.join(format);
    stdout(["demo", place.to_str().unwrap(), "--size", "1500", "--seed", "11", "--write-only", "--format", format]);
    place
}

fn run(place: &Path, format: &str, more: &[&str]) -> Vec<String> {
    let mut words = vec!["run".to_owned(), "--year".to_owned(), "2021-22,2023-24".to_owned()];
    for table in ["patients", "events", "practices"] {
        words.extend([format!("--{table}"), place.join(format!("{table}.{format}")).to_str().unwrap().to_owned()]);
    }
    words.extend(more.iter().map(|word| (*word).to_owned()));
    words
}

#[test]
fn rows_that_find_no_room_change_no_byte() {
    let folder = tempfile::tempdir().unwrap();
    for format in ["csv", "parquet"] {
        let place = demo(folder.path(), format);
        for form in [["--level", "practice", "--format", "json"], ["--level", "patient", "--format", "csv"]] {
            let free = stdout(run(&place, format, &form));
            let limited = stdout(run(&place, format, &[&form[..], &LEAST].concat()));
            assert!(free == limited, "{format} {form:?}");
        }
    }
}

#[test]
fn a_folder_that_takes_no_file_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let place = demo(folder.path(), "csv");
    let (result, missing) = (folder.path().join("result.csv"), folder.path().join("missing"));
    let more = ["--format", "csv", "--output", result.to_str().unwrap()];
    let ran = uptake(run(&place, "csv", &[&more[..], &LEAST].concat()))
        .env("TMPDIR", &missing)
        .env("TMP", &missing)
        .output()
        .unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.contains("rows that find no room in memory cannot be kept in a temporary file"), "{told}");
    assert!(!result.exists() && !missing.exists());
}

#[test]
fn the_temporary_file_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let place = demo(folder.path(), "csv");
    let temporary = folder.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let ran = uptake(run(&place, "csv", &LEAST)).env("TMPDIR", &temporary).env("TMP", &temporary).output().unwrap();
    assert_eq!(ran.status.code(), Some(0));
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn too_little_memory_is_told_with_what_would_do() {
    let folder = tempfile::tempdir().unwrap();
    let place = demo(folder.path(), "csv");
    let told = |memory: &str| {
        let ran = output(run(&place, "csv", &["--threads", "2", "--memory", memory]));
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    let (code, little) = told("100MiB");
    assert_eq!(code, Some(2));
    assert!(little.contains("too little for 2 threads") && little.contains("at least 224MiB"), "{little}");
    let (code, no_unit) = told("2");
    assert_eq!(code, Some(2));
    assert!(no_unit.contains("such as 512MiB or 2GiB"), "{no_unit}");
}
