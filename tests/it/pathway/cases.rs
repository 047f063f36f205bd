//! Golden cases: children and what is recorded of them, and what the pathway makes of it, in `tests/golden-pathway`.
//!
//! A file of the folder itself holds single children, looked at on some days; one of `practices/` holds practices with
//! their children, and the tables that they come to; `texts.toml` holds texts and the means of contact that they name.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::value::Datetime;

use super::stage::{BORN, HOME, Rows, Stage, rows};
use crate::uptake::root;

fn folder() -> PathBuf {
    root().join("tests/golden-pathway")
}

/// The files of cases of a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml") && !path.ends_with("texts.toml"));
    files.sort();
    files
}

fn read<T: serde::de::DeserializeOwned>(file: &Path) -> T {
    toml::from_str(&fs::read_to_string(file).unwrap()).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Children {
    case: Vec<ChildCase>,
}

/// One child, looked at on some days.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChildCase {
    name: String,
    working: String,
    born: Option<Datetime>,
    from: Option<Datetime>,
    until: Option<Datetime>,
    died: Option<Datetime>,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    appointments: Vec<String>,
    expect: BTreeMap<String, Seen>,
}

/// What is seen of a child on a day.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seen {
    NotPursued(String),
    Pursued(Pursued),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pursued {
    state: String,
    /// The indicators not achieved; VI001 where nothing is said.
    of: Option<String>,
    /// Compared where it is said.
    next: Option<String>,
    /// In any order; none where nothing is said.
    alerts: Option<String>,
}

#[test]
fn every_child_is_in_the_state_worked_by_hand() {
    let mut wrong = String::new();
    let mut cases = 0;
    for file in files(&folder()) {
        let Children { case } = read(&file);
        cases += case.len();
        run_children(&file, &case, &mut wrong);
    }
    assert!(cases > 100, "only {cases} cases were found");
    assert!(wrong.is_empty(), "{wrong}");
}

fn day(date: Option<&Datetime>, otherwise: &str) -> String {
    date.map_or(otherwise.to_owned(), ToString::to_string)
}

/// All children of a file stand in one extract, which is looked at on each of the days that some case names.
fn run_children(file: &Path, cases: &[ChildCase], wrong: &mut String) {
    let mut stage = Stage::new();
    for (at, case) in cases.iter().enumerate() {
        let id = at.to_string();
        let born = day(case.born.as_ref(), BORN);
        let from = day(case.from.as_ref(), &born);
        let (until, died) = (day(case.until.as_ref(), ""), day(case.died.as_ref(), ""));
        stage.row("patients", [&id, HOME, &born, &from, &until, &died]);
        case.events.iter().for_each(|event| stage.event(&id, event));
        case.appointments.iter().for_each(|appointment| stage.appointment(&id, appointment));
    }
    let days: BTreeSet<&String> = cases.iter().flat_map(|case| case.expect.keys()).collect();
    for day in days {
        let found = stage.patients(&["--as-of", day]);
        for (at, case) in cases.iter().enumerate() {
            let Some(expected) = case.expect.get(day) else { continue };
            let (expected, found) = (told(expected, None), found.get(&at.to_string()));
            let found = found.map_or("not pursued".to_owned(), |row| {
                let pursued = Pursued {
                    state: row["state"].clone(),
                    of: Some(row["indicators"].clone()),
                    next: Some(row["next_step"].clone()),
                    alerts: Some(row["alerts"].clone()),
                };
                told(&Seen::Pursued(pursued), Some(&case.expect[day]))
            });
            if found != expected {
                let file = file.file_name().unwrap().to_string_lossy();
                let (name, working) = (&case.name, &case.working);
                let _ = writeln!(wrong, "{file}: {name} ({day})\n  worked: {expected}\n  found:  {found}\n  {working}");
            }
        }
    }
}

/// In words, alerts in order of their names; the next step only where `asked` says it.
fn told(seen: &Seen, asked: Option<&Seen>) -> String {
    match seen {
        Seen::NotPursued(words) => {
            assert_eq!(words, "not pursued");
            words.clone()
        }
        Seen::Pursued(Pursued { state, of, next, alerts }) => {
            let is_asked = asked.is_none_or(|asked| matches!(asked, Seen::Pursued(Pursued { next: Some(_), .. })));
            let next = next.as_deref().filter(|_| is_asked).map_or(String::new(), |next| format!(", next: {next}"));
            let mut alerts: Vec<&str> = alerts.as_deref().unwrap_or("").split_whitespace().collect();
            alerts.sort_unstable();
            format!("{state} of {}{next}, alerts: {}", of.as_deref().unwrap_or("VI001"), alerts.join(" "))
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    means: BTreeMap<String, Vec<String>>,
}

#[test]
fn every_text_names_the_means_worked_by_hand() {
    let Texts { means } = read(&folder().join("texts.toml"));
    let texts: Vec<(&String, &String)> =
        means.iter().flat_map(|(is, texts)| texts.iter().map(move |text| (is, text))).collect();
    assert!(texts.len() > 40);
    let mut stage = Stage::new();
    for (at, (_, text)) in texts.iter().enumerate() {
        stage.child(&at.to_string(), &[]);
        stage.row("events", [&at.to_string(), "2024-06-01", "185559001", text]);
    }
    let known: Vec<&str> = means.keys().map(String::as_str).filter(|is| !["none", "two"].contains(is)).collect();
    let (patients, calls) = (stage.patients(&[]), stage.list("calls", &[]));
    let mut wrong = String::new();
    for row in &calls {
        let at: usize = row["patient_id"].parse().unwrap();
        let (is, text) = texts[at];
        let left: Vec<String> = row["means_left"].split("; ").map(|means| means.replace(' ', "_")).collect();
        let said: Vec<&&str> = known.iter().filter(|means| !left.contains(&(**means).to_owned())).collect();
        let alerted = patients[&row["patient_id"]]["alerts"] == "means_not_clear";
        let as_worked =
            if known.contains(&is.as_str()) { said == [&is.as_str()] && !alerted } else { said.is_empty() && alerted };
        if !as_worked {
            let _ = writeln!(wrong, "`{text}`: worked {is}, found {said:?}, alert: {alerted}");
        }
    }
    assert_eq!(calls.len(), texts.len());
    assert!(wrong.is_empty(), "{wrong}");
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Practices {
    case: Vec<PracticeCase>,
}

/// Practices with their children.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PracticeCase {
    name: String,
    working: String,
    #[serde(default)]
    arguments: Vec<String>,
    #[serde(default)]
    practices: Vec<String>,
    #[serde(default)]
    slots: Vec<String>,
    #[serde(default)]
    baseline: Vec<String>,
    #[serde(default)]
    year_end: Vec<String>,
    children: Vec<Cohort>,
    /// What stderr must hold beside the return.
    #[serde(default)]
    says: Vec<String>,
    /// By table or list: the columns that are compared, then the rows.
    expect: BTreeMap<String, Vec<String>>,
}

/// Children of one story.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cohort {
    #[serde(default = "one")]
    times: usize,
    id: Option<String>,
    at: Option<String>,
    born: Option<Datetime>,
    from: Option<Datetime>,
    until: Option<Datetime>,
    /// Of the baseline's year, and gone before the other.
    #[serde(default)]
    then: bool,
    #[serde(default)]
    vaccinated: bool,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    appointments: Vec<String>,
}

fn one() -> usize {
    1
}

#[test]
fn every_practice_comes_to_what_was_worked_by_hand() {
    let mut wrong = String::new();
    let mut cases = 0;
    for file in files(&folder().join("practices")) {
        let Practices { case } = read(&file);
        cases += case.len();
        for case in &case {
            let before = wrong.len();
            run_practices(case, &mut wrong);
            if wrong.len() > before {
                let file = file.file_name().unwrap().to_string_lossy();
                let told = wrong.split_off(before);
                let _ = writeln!(wrong, "{file}: {}\n{told}  {}", case.name, case.working);
            }
        }
    }
    assert!(cases > 30, "only {cases} cases were found");
    assert!(wrong.is_empty(), "{wrong}");
}

fn stage_of(case: &PracticeCase) -> Stage {
    let mut stage = Stage::new();
    case.practices.iter().for_each(|line| stage.line("practices", line));
    case.slots.iter().for_each(|line| stage.line("slots", line));
    case.baseline.iter().for_each(|line| stage.line("baseline", line));
    case.year_end.iter().for_each(|line| stage.line("year-end", line));
    for (cohort_at, cohort) in case.children.iter().enumerate() {
        let born = day(cohort.born.as_ref(), if cohort.then { "2023-01-01" } else { BORN });
        let from = day(cohort.from.as_ref(), &born);
        let until = day(cohort.until.as_ref(), if cohort.then { "2024-06-01" } else { "" });
        for at in 0..cohort.times {
            let id = cohort.id.clone().unwrap_or_else(|| format!("{cohort_at}-{at}"));
            stage.row("patients", [&id, cohort.at.as_deref().unwrap_or(HOME), &born, &from, &until, ""]);
            if cohort.vaccinated {
                assert!(cohort.born.is_none(), "three doses are for the usual birth dates");
                ["03", "04", "05"]
                    .iter()
                    .for_each(|month| stage.event(&id, &format!("{}-{month}-01 dtap", &born[..4])));
            }
            cohort.events.iter().for_each(|event| stage.event(&id, event));
            cohort.appointments.iter().for_each(|appointment| stage.appointment(&id, appointment));
        }
    }
    stage
}

fn run_practices(case: &PracticeCase, wrong: &mut String) {
    let stage = stage_of(case);
    let more: Vec<&str> = case.arguments.iter().map(String::as_str).collect();
    if !case.says.is_empty() {
        let ran = stage.run(&more);
        for words in case.says.iter().filter(|words| !ran.stderr.contains(*words)) {
            let _ = writeln!(wrong, "  `{words}` is not in:\n{}", ran.stderr);
        }
    }
    for (table, expected) in &case.expect {
        let found = match table.as_str() {
            "return" | "areas" => stage.table(table, &more).into_iter().filter(somebody_is_there).collect(),
            "states" | "won" | "alerts" => stage.table(table, &more),
            "alerts_list" => stage.list("alerts", &more),
            list => stage.list(list, &more),
        };
        let (columns, expected) = expected.split_first().expect("the columns come first");
        let expected = rows(&format!("{columns}\n{}\n", expected.join("\n")));
        let columns: Vec<&str> = columns.split(',').collect();
        let (expected, found) = (lines(&columns, &expected), lines(&columns, &found));
        if expected != found {
            let _ = writeln!(wrong, "  {table}: {}\n  worked: {expected:#?}\n  found:  {found:#?}", columns.join(","));
        }
    }
}

fn somebody_is_there(row: &BTreeMap<String, String>) -> bool {
    ["baseline_denominator", "denominator"].iter().any(|column| !["", "0"].contains(&row[*column].as_str()))
}

/// The columns of the rows.
#[track_caller]
fn lines(columns: &[&str], rows: &Rows) -> Vec<String> {
    let line = |row: &BTreeMap<String, String>| {
        let cells =
            columns.iter().map(|column| row.get(*column).unwrap_or_else(|| panic!("no column {column}")).as_str());
        cells.collect::<Vec<_>>().join(" | ")
    };
    rows.iter().map(line).collect()
}

/// Cases worked by hand that the program does not come to yet are kept in order.
#[test]
fn what_waits_is_well_written() {
    for file in files(&folder().join("waiting")) {
        let Practices { case } = read(&file);
        assert!(case.iter().all(|case| !case.expect.is_empty() && !case.working.is_empty()), "{}", file.display());
    }
}

#[test]
#[ignore = "waiting: see the files of tests/golden-pathway/waiting"]
fn what_waits_comes_to_what_was_worked_by_hand() {
    let mut wrong = String::new();
    for file in files(&folder().join("waiting")) {
        let Practices { case } = read(&file);
        for case in &case {
            let _ = writeln!(wrong, "{}", case.name);
            run_practices(case, &mut wrong);
        }
    }
    assert!(!wrong.contains("worked:") && !wrong.contains("is not in:"), "{wrong}");
}
