//! Edits of the shipped rules, and what `diff` says of each, both ways round: `tests/diff/*.toml`, worked out by hand from the
//! words of both sides, and of the smallest practice that each shows from the rules' own formulas.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::csv_text::rows;
use crate::tables::{Ran, Rules};
use crate::uptake::{root, rules, uptake};

#[test]
fn each_edit_is_told_and_so_is_its_reversal() {
    let mut cases = 0;
    for entry in fs::read_dir(root().join("tests/diff")).unwrap() {
        let path = entry.unwrap().path();
        let file: Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        for case in file["case"].as_array().unwrap() {
            told_both_ways(&path, &file, case.as_table().unwrap());
            cases += 1;
        }
    }
    assert!(cases > 30, "only {cases} cases were found");
}

fn told_both_ways(path: &Path, file: &Table, case: &Table) {
    let book = file["book"].as_str().unwrap();
    let reads = file.get("reads").and_then(Value::as_array).into_iter().flatten();
    let books: Vec<&str> = [book].into_iter().chain(reads.map(|read| read.as_str().unwrap())).collect();
    let copied = Rules::copy(&books);
    let text = |key: &str| case[key].as_str().unwrap();
    let edits = case.get("edits").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
    for edit in edits.chain([case].into_iter().filter(|case| case.contains_key("file"))) {
        let text = |key: &str| edit[key].as_str().unwrap();
        copied.edit(&format!("{book}/{}", text("file")), text("from"), text("to"), 1);
    }
    let edited = copied.folder().to_str().unwrap();
    let forth = told(&["diff", "built-in", edited, "--year", book]);
    let back = told(&["diff", edited, "built-in", "--year", book]);
    let place = format!("{}: {}", path.display(), text("name"));
    let lines = |key: &str| case.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    for (key, said) in [("shows", &forth), ("shows_back", &back)] {
        lines(key).for_each(|line| assert!(said.contains(line), "{place}: `{line}`\n{said}"));
    }
    let json =
        Ran::of(uptake(["diff", "built-in", edited, "--year", book, "--format", "json"]).output().unwrap()).fine();
    let built_in = rules();
    let folders = [built_in.to_str().unwrap(), edited];
    let needed = case.get("child_events").and_then(Value::as_integer);
    let children = children_are_treated_so(&place, &serde_json::from_str(&json.stdout).unwrap(), folders, needed);
    assert!(needed.is_none() || children == 1, "{place}: {children} children");
    for line in lines("says") {
        assert!(forth.contains(line), "{place}: `{line}`\n{forth}");
        assert!(back.contains(&reversed(line)), "{place}, the other way round: `{}`\n{back}", reversed(line));
    }
}

/// A made-up child is treated by `run` as `diff` tells of it, has no record that it could do without, and was registered at
/// birth where that is not what matters.
fn children_are_treated_so(
    place: &str,
    told: &serde_json::Value,
    folders: [&str; 2],
    events_needed: Option<i64>,
) -> u32 {
    let changes = told["rulebooks"].as_array().unwrap().iter().flat_map(|book| book["subjects"].as_array().unwrap());
    let changes = changes.flat_map(|subject| subject["changes"].as_array().unwrap());
    let mut children = 0;
    for child in changes.map(|change| &change["child"]).filter(|child| child.is_object()) {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        for (side, folder) in ["old", "new"].into_iter().zip(folders) {
            let side_told = &child[side];
            let (birth, registered) = (text(&side_told["birth_date"]), text(&side_told["registered_date"]));
            let events = side_told["events"].as_array().unwrap();
            if let Some(needed) = events_needed {
                assert_eq!((events.len() as i64, &birth), (needed, &registered), "{place}: {}", child["says"]);
            }
            let event =
                |event: &serde_json::Value| format!("1,{},{}\n", text(&event["event_date"]), text(&event["code"]));
            let events: String = events.iter().map(event).collect();
            let patients = format!("1,A81001,{birth},{registered}\n");
            let year = told["rulebooks"][0][side]["name"].as_str().unwrap();
            let found = outcome_of_one(folder, year, child["measure"].as_str().unwrap(), &patients, &events);
            let outcome = text(&side_told["outcome"]).replace("not_on_register", "");
            let expected = (outcome, text(&side_told["reason"]));
            assert_eq!(found, expected, "{place}, {side}: {}", child["says"]);
        }
        let outcome = |side: &str| (child[side]["outcome"].clone(), child[side]["reason"].clone());
        assert_ne!(outcome("old"), outcome("new"), "{place}: {}", child["says"]);
        children += 1;
    }
    children
}

/// What `run` makes of one patient in one measure: outcome and reason, both empty where it is not on the register.
fn outcome_of_one(folder: &str, year: &str, measure: &str, patients: &str, events: &str) -> (String, String) {
    let tables = tempfile::tempdir().unwrap();
    let place = |name: &str| tables.path().join(name).to_str().unwrap().to_owned();
    fs::write(place("patients.csv"), format!("patient_id,practice_code,birth_date,registered_date\n{patients}"))
        .unwrap();
    fs::write(place("events.csv"), format!("patient_id,event_date,code\n{events}")).unwrap();
    let (patients, events) = (place("patients.csv"), place("events.csv"));
    let words = ["run", "--rules", folder, "--year", year, "--patients", &patients, "--events", &events];
    let ran = Ran::of(uptake(words.iter().chain(&["--level", "patient", "--format", "csv"])).output().unwrap()).fine();
    let row = rows(&ran.stdout).into_iter().find(|row| row["indicator"] == measure);
    row.map_or_else(Default::default, |row| (row["outcome"].clone(), row["reason"].clone()))
}

#[test]
fn children_who_show_what_a_year_changed_are_treated_so_in_both_years() {
    let words = ["diff", "--rules", rules().to_str().unwrap(), "qof/2021-22", "qof/2023-24", "--format", "json"]
        .map(str::to_owned);
    let told = serde_json::from_str(&Ran::of(uptake(words).output().unwrap()).fine().stdout).unwrap();
    let folder = rules();
    let folders = [folder.to_str().unwrap(); 2];
    assert!(children_are_treated_so("2021-22 and 2023-24", &told, folders, None) >= 3, "{told}");
}

/// What is said, without its layout and without the marks of what is quoted from the rules.
fn told(arguments: &[&str]) -> String {
    let ran = Ran::of(uptake(arguments).output().unwrap()).fine();
    ran.stdout.replace('`', "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The line that stands there where the sides change places.
fn reversed(line: &str) -> String {
    if let Some((before, after)) = line.split_once(" → ") {
        let (label, old) = before.split_once(": ").unwrap_or(("", before));
        let colon = if label.is_empty() { "" } else { ": " };
        return format!("{label}{colon}{after} → {old}");
    }
    let opposites = [("removed from", "added to"), ("removed", "added"), ("added", "removed")];
    let (word, opposite) = opposites.into_iter().find(|(word, _)| line.contains(word)).unwrap();
    line.replacen(word, opposite, 1)
}
