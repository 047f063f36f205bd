//! What was odd in the data is told beside results that are published, and tells no more than those do.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::markup::Page;
use crate::uptake::{output, stdout};

/// Rows that are set aside: of three kinds, 2, 4 and 7 of them. Below 5 the first two are small.
const ODD_EVENTS: [(&str, usize); 3] =
    [("9999999999,2023-05-01,310306005", 2), ("1,2023-02-30,310306005", 4), ("1,2023-05-01,no code", 7)];

/// The demo extract with odd events, and the arguments that name its tables.
fn extract(folder: &Path) -> Vec<String> {
    let demo = folder.join("demo");
    stdout(["demo", demo.to_str().unwrap(), "--size", "300", "--seed", "5", "--write-only"]);
    let events = demo.join("events.csv");
    let mut text = fs::read_to_string(&events).unwrap();
    for (row, times) in ODD_EVENTS {
        text.push_str(&format!("{row},,\n").repeat(times));
    }
    fs::write(&events, text).unwrap();
    let file = |name: &str| format!("--{name}={}", demo.join(format!("{name}.csv")).display());
    ["patients", "events", "practices"].map(file).to_vec()
}

/// The commands that publish, as they are asked for, and whether they take practices.
const COMMANDS: [(&[&str], bool); 4] = [
    (&["run", "--year=2023-24"], true),
    (&["compare", "--years=2021-22,2023-24"], true),
    (&["attrition", "--years=2023-24"], false),
    (&["pathway", "--year=wf-newham/2024-25", "--table=return"], true),
];

/// What a command writes, and what it says.
fn told(command: &[&str], tables: &[String], more: &[&str]) -> (String, String) {
    let words = command.iter().chain(more).map(|word| (*word).to_owned()).chain(tables.iter().cloned());
    let run = output(words);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{said}");
    (String::from_utf8(run.stdout).unwrap(), said)
}

/// The findings of a document, as kind and count.
fn counted(document: &str) -> Vec<(String, Value)> {
    let document: Value = serde_json::from_str(document).unwrap();
    let findings = document["findings"].as_array().unwrap();
    findings.iter().map(|finding| (finding["kind"].as_str().unwrap().to_owned(), finding["count"].clone())).collect()
}

/// What stands before the sign for times in the lines of what is said: `7` of `  7 × a code that …`.
fn times(said: &str) -> Vec<&str> {
    said.lines().filter_map(|line| Some(line.split_once(" × ")?.0.trim())).collect()
}

#[test]
fn findings_beside_published_counts_tell_no_small_count_and_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let tables = extract(folder.path());
    for (command, has_practices) in COMMANDS {
        let tables = &tables[..if has_practices { 3 } else { 2 }];
        let (plain, said) = told(command, tables, &["--format=json"]);
        let all = counted(&plain);
        for (kind, count) in [("unknown_patient", 2), ("malformed_date", 4), ("malformed_code", 7)] {
            assert!(all.contains(&(kind.to_owned(), Value::from(count))), "{command:?}: {all:?}");
        }
        assert!(said.contains("lines "), "{said}");

        let (document, said) = told(command, tables, &["--format=json", "--suppress=5"]);
        let withheld = all.iter().map(|(kind, count)| {
            let is_small = count.as_u64().unwrap() < 5;
            (kind.clone(), if is_small { Value::from("[c]") } else { count.clone() })
        });
        assert_eq!(counted(&document), withheld.collect::<Vec<_>>(), "{command:?}");
        assert_eq!(document.matches("\"first_rows\":[]").count(), all.len(), "{document}");
        assert!(said.contains("odd in the data (suppressed below 5, and without the rows)"), "{said}");
        assert!(!said.contains(" line") && times(&said).iter().all(|count| *count == "[c]" || *count == "7"), "{said}");

        let (document, said) = told(command, tables, &["--format=json", "--round=5"]);
        // 2 is nearer to none than to 5, 4 and 7 are nearest to 5.
        for (kind, count) in [("unknown_patient", 0), ("malformed_date", 5), ("malformed_code", 5)] {
            assert!(counted(&document).contains(&(kind.to_owned(), Value::from(count))), "{command:?}: {document}");
        }
        assert!(times(&said).iter().all(|count| ["0", "5"].contains(count)), "{said}");
    }
}

#[test]
fn counts_that_others_made_are_published_with_no_more_than_a_mark() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counts.csv");
    let mut text = "practice_code,indicator,numerator,denominator\nF0,VI001,40,60\n".to_owned();
    // More achieved than there are, in two rows; and seven rows of what the rulebook has not got.
    (0..2).for_each(|at| text.push_str(&format!("G{at},VI001,61,60\n")));
    (0..7).for_each(|at| text.push_str(&format!("H{at},XX009,30,60\n")));
    fs::write(&file, text).unwrap();
    let command = ["score", file.to_str().unwrap(), "--year=2023-24", "--format=json"];
    let (document, said) = told(&command, &[], &["--suppress=5"]);
    let expected = [("numerator_above_denominator", Value::from("[c]")), ("unknown_measure", Value::from(7))];
    assert_eq!(counted(&document), expected.map(|(kind, count)| (kind.to_owned(), count)));
    assert_eq!(times(&said), ["[c]", "7"], "{said}");
}

#[test]
fn the_page_and_what_is_said_beside_it_withhold_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let tables = extract(folder.path());
    let command = ["report", "--year=2023-24", "--output=-"];
    let (html, said) = told(&command, &tables, &["--suppress=5"]);
    let rows = Page::of(&html).table("findings-table");
    let shown: Vec<&str> = rows.iter().map(|row| row["times"].as_str()).collect();
    assert_eq!(shown, times(&said));
    assert!(shown.contains(&"[c]") && shown.contains(&"7"), "{shown:?}");
    assert!(rows.iter().all(|row| !row.contains_key("first_rows")));
}

#[test]
fn tables_hold_no_findings() {
    let folder = tempfile::tempdir().unwrap();
    let tables = extract(folder.path());
    for format in ["table", "markdown", "csv", "fhir"] {
        let format = format!("--format={format}");
        let (published, said) = told(COMMANDS[0].0, &tables, &[&format, "--suppress=5"]);
        assert!(!published.contains(" × ") && !published.contains("set aside"), "{published}");
        assert!(times(&said).iter().all(|count| *count == "[c]" || *count == "7"), "{said}");
    }
}
