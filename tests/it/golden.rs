//! Golden cases: patients, and what each contract year makes of them, worked by hand in `tests/golden/*.toml`.
//!
//! Each file's cases are written as tables and run by the command for all years at once, so that the whole way from
//! file to result is held.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::uptake::{root, rules, stdout};

const HOME: &str = "A81001";

#[test]
fn every_golden_case_comes_out_as_worked_by_hand() {
    let folder = root().join("tests/golden");
    let mut files: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut cases = 0;
    let mut wrong = String::new();
    for file in &files {
        cases += run_file(file, &mut wrong);
    }
    assert!(cases > 100, "only {cases} cases were found");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Runs one file's cases, notes those that differ, and gives how many there are.
fn run_file(file: &Path, wrong: &mut String) -> usize {
    let text = fs::read_to_string(file).unwrap();
    let cases = text.parse::<Table>().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let cases = cases["case"].as_array().unwrap().clone();
    let folder = tempfile::tempdir().unwrap();
    let (patients, events) = tables(&cases);
    let (patients_file, events_file) = (folder.path().join("patients.csv"), folder.path().join("events.csv"));
    fs::write(&patients_file, patients).unwrap();
    fs::write(&events_file, events).unwrap();
    let years: BTreeSet<&str> =
        cases.iter().flat_map(|case| case["expect"].as_table().unwrap().keys().map(String::as_str)).collect();
    let years: Vec<&str> = years.into_iter().collect();
    let arguments = [
        "run",
        "--year",
        &years.join(","),
        "--level",
        "patient",
        "--format",
        "csv",
        "--patients",
        patients_file.to_str().unwrap(),
        "--events",
        events_file.to_str().unwrap(),
    ];
    let outcomes = outcomes(&stdout(arguments));
    for (at, case) in cases.iter().enumerate() {
        for (year, expected) in case["expect"].as_table().unwrap() {
            let expected: BTreeMap<String, String> = expected
                .as_table()
                .unwrap()
                .iter()
                .map(|(indicator, outcome)| (indicator.clone(), in_full(outcome.as_str().unwrap())))
                .collect();
            let found = outcomes.get(&(at.to_string(), year.clone())).cloned().unwrap_or_default();
            let found: BTreeMap<String, String> = found
                .into_iter()
                .map(|(indicator, outcome)| {
                    let named = expected.get(&indicator).is_some_and(|expected| expected.contains(" at "));
                    let short = outcome.split(" at ").next().unwrap().to_owned();
                    (indicator, if named { outcome } else { short })
                })
                .collect();
            if found != expected {
                let name = case["name"].as_str().unwrap();
                let working = case.get("working").and_then(Value::as_str).unwrap_or("");
                let file = file.file_name().unwrap().to_string_lossy();
                let _ = writeln!(
                    wrong,
                    "{file}: {name} ({year})\n  worked: {expected:?}\n  found:  {found:?}\n  {working}"
                );
            }
        }
    }
    cases.len()
}

/// `not achieved` and `not_achieved` are the same word.
fn in_full(outcome: &str) -> String {
    outcome.replace("not achieved", "not_achieved")
}

/// By patient and year: indicator and outcome, with the reason, and the practice after ` at `.
fn outcomes(csv: &str) -> BTreeMap<(String, String), BTreeMap<String, String>> {
    let mut found: BTreeMap<_, BTreeMap<String, String>> = BTreeMap::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [patient, practice, year, indicator, outcome, reason] = cells[..] else { panic!("{line}") };
        let outcome = if reason.is_empty() { outcome.to_owned() } else { format!("{outcome} {reason}") };
        let of_patient = found.entry((patient.to_owned(), year.to_owned())).or_default();
        let twice = of_patient.insert(indicator.to_owned(), format!("{outcome} at {practice}"));
        assert!(twice.is_none(), "a patient counts once for an indicator: {line}");
    }
    found
}

/// Golden cases as tables; each patient's id is the place of its case.
pub fn tables(cases: &[Value]) -> (String, String) {
    let mut patients = "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date\n".to_owned();
    let mut events = "patient_id,event_date,code\n".to_owned();
    for (at, case) in cases.iter().enumerate() {
        let born = case["born"].to_string();
        let died = case.get("died").map(Value::to_string).unwrap_or_default();
        let home = vec![Value::Table(Table::from_iter([
            ("practice".to_owned(), Value::String(HOME.to_owned())),
            ("from".to_owned(), case["born"].clone()),
        ]))];
        let registrations = case.get("registrations").and_then(Value::as_array).unwrap_or(&home);
        for registration in registrations {
            let practice = registration.get("practice").and_then(Value::as_str).unwrap_or(HOME);
            let to = registration.get("to").map(Value::to_string).unwrap_or_default();
            let _ = writeln!(patients, "{at},{practice},{born},{},{to},{died}", registration["from"]);
        }
        for event in case.get("events").and_then(Value::as_array).unwrap_or(&Vec::new()) {
            let (date, what) = event.as_str().unwrap().split_once(' ').unwrap();
            let _ = writeln!(events, "{at},{date},{}", code(what));
        }
    }
    (patients, events)
}

/// A code as it is, or the first code of a cluster.
pub fn code(what: &str) -> String {
    if what.bytes().all(|byte| byte.is_ascii_digit()) {
        return what.to_owned();
    }
    let text = fs::read_to_string(rules().join(format!("codes/2026.1/{what}.toml"))).unwrap();
    let cluster = text.parse::<Table>().unwrap();
    // The file's own order is not kept by the parser, and any of its codes will do.
    cluster["codes"].as_table().unwrap().keys().next().unwrap().clone()
}
