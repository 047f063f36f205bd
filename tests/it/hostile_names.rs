//! Names and codes that somebody chose to do harm are text in every form that results have, and nothing else.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::uptake::{output, stdout};

/// A script, a formula, letters that turn the line round, commands to a terminal, the marks of Markdown, a line end.
const NAMES: [&str; 6] = [
    "<script>alert(1)</script>\"' onmouseover=x",
    "=cmd|' /C calc'!A0",
    "\u{202e}yregruS\u{202c} עברית \u{200f}5",
    "esc\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J",
    "| pipe | `code` [link](http://x) *b* <img src=x>",
    "two\r\nlines\tand a tab",
];

/// True if a text can neither command a terminal nor turn a line round.
fn is_harmless(text: &str) -> bool {
    let commands = |sign: char| {
        (sign.is_control() && sign != '\n') || matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
    };
    !text.contains(commands)
}

/// Counts of a practice of each such code, in an area of the same name; and the arguments that name both files.
fn tables(folder: &Path) -> Vec<String> {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut counts = "practice_code,indicator,numerator,denominator\n".to_owned();
    let mut practices = "practice_code,practice_name,list_size,area\n".to_owned();
    for name in NAMES.map(quoted) {
        counts.push_str(&format!("{name},VI001,47,50\n"));
        practices.push_str(&format!("{name},{name},9639,{name}\n"));
    }
    for (name, text) in [("counts.csv", counts), ("practices.csv", practices)] {
        fs::write(folder.join(name), text).unwrap();
    }
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    vec![path("counts.csv"), "--practices".to_owned(), path("practices.csv")]
}

/// Points and pounds of these practices, in a form.
fn scored(tables: &[String], more: &[&str]) -> Vec<u8> {
    let words = ["score", "--year=2023-24", "--table=indicators"].iter().chain(more).map(|word| (*word).to_owned());
    let run = output(words.chain(tables.iter().cloned()));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success() && is_harmless(&said), "{said}");
    run.stdout
}

#[test]
fn a_terminal_is_not_commanded() {
    let folder = tempfile::tempdir().unwrap();
    let tables = tables(folder.path());
    for more in [&[][..], &["--by=area"], &["--suppress=5"]] {
        let text = String::from_utf8(scored(&tables, more)).unwrap();
        assert!(is_harmless(&text) && text.contains("esc\u{fffd}[31mred"), "{text}");
    }
    let words = |command: &[&str]| {
        let words: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        let run = output(words.into_iter().chain(["--counts".to_owned()]).chain(tables.iter().cloned()));
        assert!(run.status.success());
        String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap()
    };
    for command in [&["next", "--year=2023-24"][..], &["compare", "--years=2021-22,2023-24"]] {
        let told = words(command);
        assert!(is_harmless(&told) && told.contains("esc\u{fffd}[31mred"), "{told}");
    }
}

#[test]
fn markdown_draws_the_names_and_no_element_or_link() {
    let folder = tempfile::tempdir().unwrap();
    for more in [&["--format=markdown"][..], &["--format=markdown", "--by=area"]] {
        let text = String::from_utf8(scored(&tables(folder.path()), more)).unwrap();
        assert!(is_harmless(&text), "{text}");
        assert!(
            text.contains("=cmd\\|' /C calc'\\!A0") && text.contains("&lt;script&gt;alert\\(1\\)&lt;/script&gt;"),
            "{text}"
        );
        assert!(!text.contains("<script") && !text.contains("<img") && !text.contains("[link]("), "{text}");
        // Each name is one cell of one row.
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| 2023-24")).collect();
        assert!(rows.len() >= NAMES.len() && rows.iter().all(|row| cells(row) == cells(rows[0])), "{text}");
    }
}

#[test]
fn csv_holds_text_in_one_cell_that_a_spreadsheet_takes_for_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let csv = scored(&tables(folder.path()), &["--format=csv"]);
    let mut reader = csv::Reader::from_reader(&csv[..]);
    let mut codes: Vec<String> = reader.records().map(|row| row.unwrap()[1].to_owned()).collect();
    codes.sort();
    let mut expected = NAMES.map(str::to_owned);
    expected[1] = format!("'{}", NAMES[1]);
    expected[3] = "esc\u{fffd}[31mred\u{fffd}]0;title\u{fffd}\u{fffd}2J".to_owned();
    expected.sort();
    assert_eq!(codes, expected);
}

#[test]
fn json_gives_every_name_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let text = String::from_utf8(scored(&tables(folder.path()), &["--format=json"])).unwrap();
    assert!(!text.contains('\u{1b}'), "a control character is written as an escape");
    let document: Value = serde_json::from_str(&text).unwrap();
    let rows = document["results"].as_array().unwrap();
    let codes: Vec<&str> = rows.iter().map(|row| row["practice_code"].as_str().unwrap()).collect();
    assert_eq!(codes.len(), NAMES.len());
    assert!(NAMES.iter().all(|name| codes.contains(name)), "{codes:?}");
}

#[cfg(feature = "workbook")]
#[test]
fn a_workbook_holds_text_and_no_formula() {
    use calamine::{Data, Reader, Xlsx};
    let folder = tempfile::tempdir().unwrap();
    for more in [&["--format=xlsx"][..], &["--format=xlsx", "--by=area"]] {
        let bytes = scored(&tables(folder.path()), more);
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        for sheet in book.sheet_names() {
            assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet}");
        }
        let first = book.sheet_names()[1].clone();
        let cells = book.worksheet_range(&first).unwrap();
        let is_there = |name: &str| cells.rows().flatten().any(|cell| *cell == Data::String(name.to_owned()));
        assert!(is_there(NAMES[0]) && is_there(NAMES[1]), "{cells:?}");
    }
}

#[test]
fn fhir_has_no_control_character_in_any_text() {
    let folder = tempfile::tempdir().unwrap();
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut patients = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    for (at, name) in NAMES.iter().enumerate() {
        patients.push_str(&format!("900000000{at},{},2022-09-01,2022-09-01\n", quoted(name)));
    }
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        format!("--{}={}", name.trim_end_matches(".csv"), path.display())
    };
    let files = [file("patients.csv", &patients), file("events.csv", "patient_id,event_date,code\n")];
    for level in ["--level=practice", "--level=patient"] {
        let words = ["run", "--year=2023-24", "--format=fhir", level].map(str::to_owned);
        let bundle: Value = serde_json::from_str(&stdout(words.into_iter().chain(files.iter().cloned()))).unwrap();
        let mut texts = Vec::new();
        gather(&bundle, &mut texts);
        // FHIR allows no character below 32 in a text but tabs and line ends.
        assert!(texts.len() > 100 && texts.iter().all(|text| is_harmless(text)), "{texts:?}");
        assert!(texts.contains(&NAMES[0]) && texts.contains(&NAMES[1]), "{texts:?}");
    }
}

/// All texts of a document.
fn gather<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(values) => values.iter().for_each(|value| gather(value, texts)),
        Value::Object(members) => members.values().for_each(|value| gather(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
