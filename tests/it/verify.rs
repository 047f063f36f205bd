//! `uptake verify`: a result made again is confirmed, or what differs is said; nothing of a patient is printed, and no
//! file is written, whatever a result says of itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::tables::{Ran, Rules, copy};
use crate::uptake::{output, rules, stdout};

/// A made-up extract, with counts made from it.
static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    stdout(["demo", place, "--size", "300", "--seed", "5", "--write-only"]);
    let counts = folder.path().join("counts.csv");
    let records = in_folder(&["--patients", "patients.csv", "--events", "events.csv"], folder.path());
    let run = ["run", "--year", "2023-24", "--format", "csv", "--output", counts.to_str().unwrap()];
    stdout(run.map(str::to_owned).into_iter().chain(records));
    folder
});

/// The commands that say where their results come from, each with what it needs, and whether it was asked for patients.
const RESULTS: [(&str, bool); 13] = [
    ("run --year 2021-22,2023-24 --patients patients.csv --events events.csv --practices practices.csv", false),
    ("run --year 2023-24 --patients patients.csv --events events.csv --level patient", true),
    ("run --year 2023-24 --patients patients.csv --events events.csv --set VI001.lower_threshold=80", false),
    ("score counts.csv --year 2023-24 --practices practices.csv", false),
    ("score --counts counts.csv --year 2021-22 --waive Z81001", false),
    ("compare --years 2021-22,2023-24 --patients patients.csv --events events.csv --practices practices.csv", false),
    ("next --year 2023-24 --counts counts.csv --practices practices.csv", false),
    (
        "sweep --year 2023-24 --counts counts.csv --practices practices.csv --figure VI001.lower_threshold=85..90:1",
        false,
    ),
    ("recall --year 2023-24 --patients patients.csv --events events.csv --practices practices.csv", false),
    ("attrition --year 2023-24 --patients patients.csv --events events.csv", false),
    ("audit month-end --year 2023-24 --patients patients.csv --events events.csv", false),
    ("near-misses --year 2023-24 --patients patients.csv --events events.csv --level patient", true),
    (
        "pathway --year wf-newham/2024-25 --patients patients.csv --events events.csv --practices practices.csv \
         --appointments appointments.csv --slots slots.csv",
        false,
    ),
];

/// Words in which each name of a table is one of a folder.
fn in_folder(words: &[&str], folder: &Path) -> Vec<String> {
    let word = |word: &&str| match word.ends_with(".csv") {
        true => folder.join(word).to_str().unwrap().to_owned(),
        false => (*word).to_owned(),
    };
    words.iter().map(word).collect()
}

/// A result written as JSON.
fn result(command: &str, tables: &Path, place: &Path) -> PathBuf {
    let words: Vec<&str> = command.split_whitespace().collect();
    let file = place.join("result.json");
    let more = ["--format", "json", "--output", file.to_str().unwrap()].map(str::to_owned);
    stdout(in_folder(&words, tables).into_iter().chain(more));
    file
}

fn verify(result: &Path, more: &[&str]) -> Ran {
    Ran::of(output(["verify", result.to_str().unwrap()].iter().chain(more)))
}

/// A result of the first command, in a folder of its own, its tables too.
fn run_apart() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    copy(DEMO.path(), folder.path());
    let result = result(RESULTS[0].0, folder.path(), folder.path());
    (folder, result)
}

fn edit(path: &Path, edit: impl FnOnce(String) -> String) {
    let before = fs::read_to_string(path).unwrap();
    let after = edit(before.clone());
    assert_ne!(before, after, "the edit changed something");
    fs::write(path, after).unwrap();
}

#[test]
fn every_result_is_confirmed_as_it_was_made() {
    for (command, _) in RESULTS {
        let folder = tempfile::tempdir().unwrap();
        let ran = verify(&result(command, DEMO.path(), folder.path()), &["--threads", "1"]);
        assert_eq!(ran.code, Some(0), "{command}\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.starts_with("confirmed: ") && ran.stderr.is_empty(), "{command}\n{}", ran.stdout);
    }
}

/// Words that write a result in another form to a file.
fn written_as(command: &str, form: &str, file: &Path) {
    let words: Vec<&str> = command.split_whitespace().collect();
    let more = ["--format", form, "--output", file.to_str().unwrap()].map(str::to_owned);
    stdout(in_folder(&words, DEMO.path()).into_iter().chain(more));
}

#[test]
fn tables_of_a_result_are_confirmed_with_its_document_or_the_first_line_that_differs_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (command, of_patients) = (RESULTS[0].0, RESULTS[1].0);
    for (command, form, ending) in [
        (command, "csv", "csv"),
        (command, "markdown", "md"),
        (command, "fhir", "json"),
        (of_patients, "csv", "csv"),
        (RESULTS[12].0, "csv", "csv"),
        #[cfg(feature = "parquet")]
        (command, "parquet", "parquet"),
        #[cfg(feature = "workbook")]
        (command, "xlsx", "xlsx"),
    ] {
        let document = result(command, DEMO.path(), folder.path());
        let table = folder.path().join(format!("table.{ending}"));
        written_as(command, form, &table);
        let also = ["--also", table.to_str().unwrap()];
        let ran = verify(&document, &also);
        assert_eq!(ran.code, Some(0), "{command} as {form}\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.ends_with("the same bytes\n"), "{}", ran.stdout);
        let mut bytes = fs::read(&table).unwrap();
        let last = bytes.iter().rposition(u8::is_ascii_digit).unwrap();
        bytes[last] = if bytes[last] == b'0' { b'1' } else { b'0' };
        fs::write(&table, &bytes).unwrap();
        let ran = verify(&document, &also);
        assert_eq!(ran.code, Some(1), "{command} as {form}\n{}{}", ran.stdout, ran.stderr);
        let place = match std::str::from_utf8(&bytes) {
            Ok(text) => format!("line {}", text[..last].lines().count()),
            Err(_) => format!("byte {}", last + 1),
        };
        let said = format!("\ndiffers: {}, first in {place}\n", table.display());
        assert!(ran.stdout.starts_with("confirmed: ") && ran.stdout.ends_with(&said), "{said}{}", ran.stdout);
    }
}

#[test]
fn a_table_of_no_known_form_and_one_that_is_not_there_are_refused() {
    let (folder, result) = run_apart();
    for (name, said) in [("table.txt", "is of no form that can be made again"), ("none.csv", "none.csv")] {
        let ran = verify(&result, &["--also", folder.path().join(name).to_str().unwrap()]);
        assert_eq!(ran.code, Some(2), "{}", ran.stdout);
        assert!(ran.stderr.contains(said) && ran.stdout.is_empty(), "{}", ran.stderr);
    }
}

#[test]
fn a_figure_that_was_changed_is_named_in_its_row_with_both_values() {
    let (_folder, result) = run_apart();
    edit(&result, |text| text.replacen("\"register\": ", "\"register\": 9", 1));
    let ran = verify(&result, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let text = fs::read_to_string(&result).unwrap();
    let (_, after) = text.split_once("\"register\": ").unwrap();
    let changed = after.split(',').next().unwrap();
    let said = format!("2021-22, Z81001, VI001: register {changed} → {}\n", &changed[1..]);
    assert!(ran.stdout.contains(&said), "{said}{}", ran.stdout);
    assert!(ran.stdout.contains("in `results`, 1 differs") && ran.stdout.contains("3 files, the same"));
}

#[test]
fn a_row_that_was_taken_out_and_a_payment_that_was_added_are_named() {
    let (_folder, result) = run_apart();
    edit(&result, |text| {
        let taken: Vec<&str> =
            text.lines().filter(|line| !line.contains("\"Z81001\", \"indicator\": \"VI001\"")).collect();
        taken.join("\n").replacen(
            "\"fees\": [",
            "\"fees\": [\n{\"year\": \"2021-22\", \"practice_code\": \"Z99999\"},",
            1,
        )
    });
    let ran = verify(&result, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    for said in ["2021-22, Z81001, VI001: there, and was not", "2023-24, Z81001, VI001: there, and was not"] {
        assert!(ran.stdout.contains(said), "{}", ran.stdout);
    }
    assert!(ran.stdout.contains("2021-22, Z99999: not there any more"), "{}", ran.stdout);
}

#[test]
fn an_input_that_changed_is_named_whether_or_not_a_row_did() {
    let (folder, result) = run_apart();
    edit(&folder.path().join("practices.csv"), |text| text + "\n");
    let ran = verify(&result, &[]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("practices.csv has changed") && ran.stdout.contains("rows, the same"));
    assert!(!ran.stdout.contains("patients.csv has changed"), "{}", ran.stdout);
}

#[test]
fn a_rulebook_that_changed_is_named_with_both_digests_and_what_it_changed() {
    let (_folder, result) = run_apart();
    let rules = Rules::copy(&["qof/2021-22", "qof/2023-24"]);
    rules.edit("qof/2023-24/contract.toml", "is = 213.43", "is = 200", 1);
    let ran = verify(&result, &["--rules", rules.folder().to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("  rulebook  qof/2023-24 has changed: revision 1, digest "), "{}", ran.stdout);
    assert!(!ran.stdout.contains("qof/2021-22 has changed"), "{}", ran.stdout);
    assert!(ran.stdout.contains("2023-24, Z81") && ran.stdout.contains("VI001: pounds "), "{}", ran.stdout);
}

#[test]
fn another_version_that_comes_to_the_same_confirms_and_says_so() {
    let (_folder, result) = run_apart();
    edit(&result, |text| text.replace("\"uptake\": \"0.1.0\"", "\"uptake\": \"0.0.9\""));
    let ran = verify(&result, &[]).fine();
    assert!(ran.stdout.contains("made by uptake 0.0.9, again by 0.1.0"), "{}", ran.stdout);
}

#[test]
fn a_document_that_another_program_laid_out_anew_is_the_same() {
    let (_folder, result) = run_apart();
    edit(&result, |text| text.replace(": ", ":").replace(".0000", ".0").replace(".50,", ".5,"));
    verify(&result, &[]).fine();
}

#[test]
fn files_that_moved_are_named_anew() {
    let (folder, result) = run_apart();
    let elsewhere = tempfile::tempdir().unwrap();
    for name in ["patients.csv", "events.csv", "practices.csv"] {
        fs::rename(folder.path().join(name), elsewhere.path().join(name)).unwrap();
    }
    let ran = verify(&result, &[]).refused();
    ran.says("cannot read").says("the result cannot be made again").says("--patients");
    let moved = ["--patients", "patients.csv", "--events", "events.csv", "--practices", "practices.csv"];
    let moved = in_folder(&moved, elsewhere.path());
    verify(&result, &moved.iter().map(String::as_str).collect::<Vec<_>>()).fine();
}

#[test]
fn rows_of_patients_are_counted_and_never_shown() {
    for (command, of_patients) in RESULTS {
        if !of_patients {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        copy(DEMO.path(), folder.path());
        let result = result(command, folder.path(), folder.path());
        let people = fs::read_to_string(folder.path().join("patients.csv")).unwrap();
        edit(&folder.path().join("events.csv"), |text| text.lines().take(20).collect::<Vec<_>>().join("\n"));
        let ran = verify(&result, &["--all"]);
        assert_eq!(ran.code, Some(1), "{command}\n{}", ran.stderr);
        assert!(ran.stdout.contains("in `results`, "), "{command}\n{}", ran.stdout);
        for person in people.lines().skip(1) {
            let cells: Vec<&str> = person.split(',').collect();
            let is_said = |cell: &&str| ran.stdout.contains(cell) || ran.stderr.contains(cell);
            assert!(!is_said(&cells[0]) && !is_said(&cells[2]), "{command}: a patient is named in\n{}", ran.stdout);
        }
    }
}

#[test]
fn a_command_that_took_today_records_the_day() {
    let folder = tempfile::tempdir().unwrap();
    let (command, _) = RESULTS[8];
    assert!(command.starts_with("recall") && !command.contains("--as-of"));
    let text = fs::read_to_string(result(command, DEMO.path(), folder.path())).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let recorded = document["provenance"]["command"].as_array().unwrap();
    let as_of = format!("--as-of={}", document["as_of"].as_str().unwrap());
    assert!(recorded.contains(&serde_json::Value::String(as_of)), "{recorded:?}");
}

#[test]
fn what_was_read_from_stdin_must_be_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("result.json");
    let arguments = ["score", "-", "--year", "2023-24", "--format", "json", "--output", file.to_str().unwrap()];
    let counts = DEMO.path().join("counts.csv");
    let ran = crate::uptake::uptake(arguments).stdin(fs::File::open(&counts).unwrap()).output().unwrap();
    assert!(ran.status.success());
    verify(&file, &[]).refused().says("stdin");
    verify(&file, &["--counts", counts.to_str().unwrap()]).fine();
}

#[test]
fn a_result_cannot_make_verify_write_or_do_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("result.json");
    let victim = folder.path().join("victim");
    fs::write(&victim, "kept").unwrap();
    let (victim_text, new) = (victim.to_str().unwrap(), folder.path().join("new"));
    let run = in_folder(&["run", "--year=2023-24", "--format=json", "--patients", "patients.csv"], DEMO.path());
    let run = format!("\"{}\", \"--events\", \"{}\"", run.join("\", \""), DEMO.path().join("events.csv").display());
    let rules = rules();
    let commands = [
        format!("\"export\", \"{}\"", new.display()),
        format!("\"demo\", \"{}\"", new.display()),
        format!("\"fmt\", \"--rules={}\"", rules.display()),
        format!("{run}, \"--output={victim_text}\""),
        format!("{run}, \"-o{victim_text}\""),
        format!("{run}, \"--rules=/\""),
        format!(
            "\"recall\", \"--year=2023-24\", \"--format=json\", \"--patients=p.csv\", \"--events=e.csv\", \"--lists={}\"",
            new.display()
        ),
        "\"verify\", \"result.json\"".to_owned(),
        "\"--help\"".to_owned(),
        "\"run\", \"--year=2023-24\"".to_owned(),
        "\"run\", 5".to_owned(),
        String::new(),
    ];
    for command in commands {
        let text =
            format!(r#"{{"schema": "uptake.run/1", "provenance": {{"uptake": "0.1.0", "command": [{command}]}}}}"#);
        fs::write(&file, &text).unwrap();
        let ran = verify(&file, &[]).refused();
        assert!(
            ran.stderr.contains("result.json names a command") || ran.stderr.contains("by which command"),
            "{text}\n{}",
            ran.stderr
        );
        assert_eq!(fs::read_to_string(&victim).unwrap(), "kept");
        assert!(!new.exists(), "{text}");
    }
}

#[test]
fn what_is_no_result_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("result.json");
    let deep = "[".repeat(100_000);
    for text in ["", "practice_code,register\nA,1\n", "[1]", "{", "{}", "{\"provenance\": 5}", "\u{0}", &deep] {
        fs::write(&file, text).unwrap();
        verify(&file, &[]).refused().says("result.json");
    }
    verify(&folder.path().join("nothing.json"), &[]).refused().says("cannot read");
}
