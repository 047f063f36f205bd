//! The fuzz targets over mutated seeds, so many in every test run: hostile bytes of every kind of input end in an answer,
//! never in a panic. `tests/fuzz/run.sh` goes on from the same seeds with coverage.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::uptake::root;

#[path = "../fuzz/targets.rs"]
mod targets;

/// So many mutations of each target's seeds, unless `UPTAKE_MUTATIONS` says otherwise.
const MUTATIONS: u32 = 400;

/// None may take longer, in a build that is not optimised on a machine that is busy.
const LONGEST: Duration = Duration::from_secs(20);

/// Words that mean something to one of the readers.
const WORDS: [&[u8]; 16] = [
    b"\"",
    b"\n",
    b",",
    b"{",
    b"}",
    b"[",
    b"(",
    b"\0",
    b"\xff\xfe",
    b"9999-12-31",
    b"99999999999999999999",
    b"-1",
    b" and not ",
    b"1e999",
    b"\xe2\x80\x9c",
    b"before age 0 days ",
];

/// SplitMix64: the same numbers on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let from = self.below(length + 1);
        from..(from + self.below(24)).min(length)
    }
}

/// A seed with one to four changes.
fn mutated(seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seeds[numbers.below(seeds.len())].clone();
    for _ in 0..=numbers.below(4) {
        let range = numbers.range(bytes.len());
        match numbers.below(6) {
            0 => drop(bytes.drain(range)),
            1 => {
                let again = bytes[range.clone()].repeat(1 + numbers.below(40));
                bytes.splice(range.end..range.end, again);
            }
            2 => drop(bytes.splice(range, WORDS[numbers.below(WORDS.len())].iter().copied())),
            3 => bytes.truncate(range.start),
            4 => {
                let other = &seeds[numbers.below(seeds.len())];
                let piece = other[numbers.range(other.len())].to_vec();
                bytes.splice(range, piece);
            }
            _ => {
                if let Some(byte) = bytes.get_mut(range.start) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
        }
    }
    bytes
}

fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("tests/fuzz/seeds").join(target);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| fs::read(file).unwrap()).collect()
}

/// Tries the seeds as they are, and mutated; of slow targets one in so many.
fn try_all(name: &str, target: fn(&[u8]), one_in: u32) {
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "{name} has seeds");
    seeds.iter().for_each(|seed| target(seed));
    let times =
        std::env::var("UPTAKE_MUTATIONS").ok().and_then(|times| times.parse().ok()).unwrap_or(MUTATIONS) / one_in;
    let mut numbers = Numbers(u64::from(times));
    let mut distinct: BTreeSet<Vec<u8>> = BTreeSet::new();
    for at in 0..times {
        let bytes = mutated(&seeds, &mut numbers);
        let start = Instant::now();
        target(&bytes);
        assert!(start.elapsed() < LONGEST, "mutation {at} of {name}: {}", String::from_utf8_lossy(&bytes));
        distinct.insert(bytes);
    }
    assert!(distinct.len() as u32 >= times / 4 * 3, "{name}: {} distinct of {times}", distinct.len());
    println!("{name}: {} seeds, {times} mutations, {} of them distinct", seeds.len(), distinct.len());
}

#[test]
fn rule_texts() {
    try_all("rules", targets::rules, 4);
}

#[test]
fn toml_files() {
    try_all("toml", targets::toml, 1);
}

#[test]
fn csv_tables() {
    try_all("tables", targets::tables, 1);
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_files() {
    try_all("parquet", targets::parquet, 1);
}

/// The command itself: the targets above call the library, which tells nobody of a decoder's panic.
#[cfg(feature = "parquet")]
#[test]
fn broken_parquet_files_end_in_one_error() {
    let seeds = seeds("parquet");
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(place("patients.csv"), format!("{}\n", crate::tables::PATIENTS)).unwrap();
    fs::write(place("events.csv"), format!("{}\n", crate::tables::EVENTS)).unwrap();
    let mut numbers = Numbers(7);
    let mutated: Vec<Vec<u8>> = (0..40).map(|_| mutated(&seeds, &mut numbers)).collect();
    let mut refused = 0;
    for bytes in seeds.iter().chain(&mutated) {
        fs::write(place("broken.parquet"), bytes).unwrap();
        for (patients, events) in [("broken.parquet", "events.csv"), ("patients.csv", "broken.parquet")] {
            let words = ["run", "--year", "2023-24", "--patients", &place(patients), "--events", &place(events)];
            let ran = crate::uptake::uptake(words).env("RUST_BACKTRACE", "1").output().unwrap();
            let stderr = String::from_utf8_lossy(&ran.stderr);
            assert!(matches!(ran.status.code(), Some(0 | 2)), "{stderr}");
            assert!(!stderr.contains("panicked") && !stderr.contains("fault of the program"), "{stderr}");
            if ran.status.code() == Some(2) {
                assert!(stderr.starts_with("error: ") && stderr.lines().count() == 1, "{stderr}");
                refused += 1;
            }
        }
    }
    assert!(refused > 40, "{refused}");
}

#[test]
fn fhir_exports() {
    try_all("fhir", targets::fhir, 1);
}

#[test]
fn counts_of_others() {
    try_all("counts", targets::counts, 1);
}
