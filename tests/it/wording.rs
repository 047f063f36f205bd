//! What `run` and `explain` print for every shipped rulebook, over the small extract in `tests/extract`.
//!
//! The outcomes are worked by hand in `tests/extract/outcomes.csv` and held first; the snapshots hold wording and layout.

use std::fs;
use std::path::PathBuf;

use crate::tables::Ran;
use crate::uptake::{output, root, stdout};

const YEARS: [&str; 6] = ["2021-22", "2022-23", "2023-24", "2024-25", "2025-26", "2026-27"];

fn table(name: &str) -> PathBuf {
    root().join("tests/extract").join(name)
}

/// A command over the extract.
fn over_extract(command: &str, more: &[&str]) -> Vec<String> {
    let mut arguments = vec![command.to_owned()];
    for name in ["patients", "events"] {
        let file = table(&format!("{name}.csv"));
        arguments.extend([format!("--{name}"), file.to_str().unwrap().to_owned()]);
    }
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    arguments
}

fn run(year: &str, more: &[&str]) -> String {
    let practices = table("practices.csv");
    let usual = ["--year", year, "--practices", practices.to_str().unwrap()];
    stdout(over_extract("run", &[&usual, more].concat()))
}

fn explain(year: &str, patient: &str, more: &[&str]) -> String {
    let usual = ["--year", year, "--patient", patient];
    stdout(over_extract("explain", &[&usual, more].concat()))
}

/// The rows of `outcomes.csv`: patient, year, indicator, outcome with its reason.
fn worked_outcomes() -> Vec<[String; 4]> {
    let text = fs::read_to_string(table("outcomes.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.splitn(5, ',').collect();
        [0, 1, 2, 3].map(|at| cells[at].to_owned())
    };
    text.lines().skip(1).map(row).collect()
}

/// The digest tells which rules were read: it is left out.
fn compare(name: String, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"digest [0-9a-f]{12}", "digest (left out)");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_outcomes_are_those_worked_by_hand() {
    let mut expected = worked_outcomes();
    let mut found = Vec::new();
    for year in YEARS {
        for line in run(year, &["--level", "patient", "--format", "csv"]).lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let [patient, _, year, indicator, outcome, reason] = cells[..] else { panic!("{line}") };
            let outcome = format!("{outcome} {reason}").trim_end().to_owned();
            found.push([patient.to_owned(), year.to_owned(), indicator.to_owned(), outcome]);
        }
    }
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[test]
fn run_prints_every_rulebook() {
    for year in YEARS {
        let csv = run(year, &["--format", "csv"]);
        compare(format!("run-{year}"), &format!("{}\n{csv}", run(year, &[])));
    }
}

#[test]
fn run_prints_patients_and_documents() {
    compare("run-patients".to_owned(), &run("2023-24", &["--level", "patient"]));
    let mut document: serde_json::Value = serde_json::from_str(&run("2023-24,2024-25", &["--format", "json"])).unwrap();
    document.as_object_mut().unwrap().remove("provenance").unwrap();
    for book in document["rulebooks"].as_array_mut().unwrap() {
        book["digest"] = "(left out)".into();
    }
    compare("run-document".to_owned(), &serde_json::to_string_pretty(&document).unwrap());
}

/// What an explanation says of a patient, and the codes and sources below it, which are the same for all.
fn split(page: &str) -> (&str, &str) {
    page.split_at(page.find("\nCodes\n").expect("the codes are named") + 1)
}

/// The pages of one run of `explain`: each ends with the rulebook's digest.
fn pages(text: &str) -> Vec<String> {
    let mut pages = vec![String::new()];
    for line in text.lines() {
        let page = pages.last_mut().unwrap();
        page.push_str(line);
        page.push('\n');
        if line.starts_with("  rulebook ") {
            pages.push(String::new());
        }
    }
    pages.retain(|page| !page.trim().is_empty());
    pages.iter().map(|page| page.trim_start().to_owned()).collect()
}

#[test]
fn explain_tells_every_outcome_of_every_rulebook() {
    let worked = worked_outcomes();
    for year in YEARS {
        let mut told = String::new();
        let mut feet: Vec<(String, String)> = Vec::new();
        for [patient, _, indicator, outcome] in worked.iter().filter(|row| row[1] == year) {
            let page = explain(year, patient, &["--indicator", indicator]);
            assert_eq!(pages(&page).len(), 1);
            let says = outcome.replace("excepted ", "EXCEPTED by ").replace("not_achieved", "NOT ACHIEVED");
            let says = format!("\nResult: {}", says.replace("achieved", "ACHIEVED"));
            assert!(page.contains(&says), "{patient} {year} {indicator}: {says} is not in\n{page}");
            let (of_patient, foot) = split(&page);
            told.push_str(of_patient);
            told.push_str("----------------------------------------\n\n");
            if feet.iter().all(|(known, _)| known != indicator) {
                feet.push((indicator.clone(), foot.to_owned()));
            }
        }
        feet.sort();
        let feet: Vec<String> = feet.into_iter().map(|(_, foot)| foot).collect();
        compare(format!("explain-{year}"), &told);
        compare(format!("explain-{year}-sources"), &feet.join("----------------------------------------\n\n"));
    }
}

#[test]
fn explain_without_an_indicator_tells_all_registers_of_the_patient() {
    let both = explain("2023-24", "05", &[]);
    let pages = pages(&both);
    assert_eq!(pages.len(), 2);
    assert!(pages[0].starts_with("VI001 ") && pages[1].starts_with("VI002 "));
    let years = explain("2022-23,2023-24", "18", &[]);
    assert!(years.contains("(qof/2022-23)") && years.contains("(qof/2023-24)"));
}

#[test]
fn explain_tells_who_is_on_no_register() {
    let left = explain("2023-24", "28", &["--indicator", "VI001"]);
    compare("explain-not-on-the-register".to_owned(), &left);
    let ran = Ran::of(output(over_extract("explain", &["--year", "2023-24", "--patient", "28"]))).fine();
    assert_eq!(ran.stdout, "");
    ran.says("the patient is on no register of these years; name an indicator to see why");
    let unborn = explain("2021-22", "22", &["--indicator", "VI001"]);
    assert_eq!(unborn, "VI001 in 2021-22: the patient was on no practice's list by 31 March 2022\n\n");
    let ran = Ran::of(output(over_extract("explain", &["--year", "2023-24", "--patient", "05", "--indicator", "VI9"])));
    ran.refused().says("there is no indicator `VI9`").says("there are: ").says("VI001, VI002, VI003, VI004");
    let near = ["--year", "2023-24", "--patient", "05", "--indicator", "VI01"];
    Ran::of(output(over_extract("explain", &near))).refused().says("did you mean `VI001`? there are: ");
}

/// Patient 02's third dose is two days late; patient 06's dose is two days early.
#[test]
fn explain_says_by_how_many_days_a_dose_missed_and_what_would_count() {
    let late = explain("2023-24", "02", &[]);
    assert!(late.contains("6 September 2023 (8 months old) does not count: too late by 2 days\n"), "{late}");
    assert!(late.contains("would count: dtap on 1 more day from 5 January 2023 to 4 September 2023\n"), "{late}");
    let early = explain("2023-24", "06", &[]);
    assert!(early.contains("27 February 2023 (11 months old) does not count: too early by 2 days\n"), "{early}");
    assert!(early.contains("would count: mmr on 1 more day from 1 March 2023 to 1 September 2023\n"), "{early}");
    // Nobody is told how to be excepted.
    assert_eq!(early.matches("would count").count(), 1);
    // The second dose may be given until 24 December 2024, but this year ends before: what counts for it ends too.
    let second = explain("2023-24", "17", &[]);
    assert!(
        second.contains("would count: shingles_inactivated on 1 more day from 6 June 2023 to 31 March 2024\n"),
        "{second}"
    );
}

/// The sources disagree on VI002's lower threshold: the figure says so wherever it is shown.
#[test]
fn explain_shows_that_sources_disagree_on_a_figure() {
    let page = explain("2023-24", "06", &[]);
    assert!(page.contains("\n  lower_threshold 86 % (official: NHS England's letter of 6 March 2023"), "{page}");
    assert!(
        page.contains("\n    sources disagree: the article of 27 October 2023 prints 89 in its list and 86"),
        "{page}"
    );
}
