//! Edits of the shipped rules, and what `diff` says of each, both ways round: `tests/diff/*.toml`, worked out by hand from the
//! words of both sides.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use crate::tables::{Ran, Rules};
use crate::uptake::{root, uptake};

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
    assert!(cases > 20, "only {cases} cases were found");
}

fn told_both_ways(path: &Path, file: &Table, case: &Table) {
    let book = file["book"].as_str().unwrap();
    let reads = file.get("reads").and_then(Value::as_array).into_iter().flatten();
    let books: Vec<&str> = [book].into_iter().chain(reads.map(|read| read.as_str().unwrap())).collect();
    let rules = Rules::copy(&books);
    let text = |key: &str| case[key].as_str().unwrap();
    rules.edit(&format!("{book}/{}", text("file")), text("from"), text("to"), 1);
    let edited = rules.folder().to_str().unwrap();
    let forth = told(&["diff", "built-in", edited, "--year", book]);
    let back = told(&["diff", edited, "built-in", "--year", book]);
    for line in case["says"].as_array().unwrap() {
        let line = line.as_str().unwrap();
        let place = format!("{}: {}", path.display(), text("name"));
        assert!(forth.contains(line), "{place}: `{line}`\n{forth}");
        assert!(back.contains(&reversed(line)), "{place}, the other way round: `{}`\n{back}", reversed(line));
    }
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
