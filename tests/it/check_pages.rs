//! The pages of `docs/faults`, which `uptake check --explain` shows: each code has one, and its examples are true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::check_books::{Book, merged};
use crate::tables::Ran;
use crate::uptake::{output, root, stdout};

/// Faults whose examples no page can hold: too large, or a matter of a file's bytes, or of the whole rules folder. They
/// have tests of their own in `faults.rs`, `editions.rs` and `check_saved.rs`.
const WITHOUT_EXAMPLES: [&str; 4] = ["E105", "E208", "W107", "W316"];

fn is_code(word: &str) -> bool {
    word.len() == 4 && word.starts_with(['E', 'W']) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}

/// The codes that stand in quotes in the sources, tests in them left out.
fn given(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            given(&path, codes);
        } else {
            let text = fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            codes.extend(text.split('"').filter(|word| is_code(word)).map(str::to_owned));
        }
    }
}

/// The pages: code and text.
fn pages() -> Vec<(String, String)> {
    let files = fs::read_dir(root().join("docs/faults")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<(String, String)> = files
        .filter(|file| is_code(file.file_stem().unwrap().to_str().unwrap()))
        .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(file).unwrap()))
        .collect();
    pages.sort();
    pages
}

#[test]
fn each_code_has_a_page_and_each_page_a_code() {
    let mut codes = BTreeSet::new();
    for floor in ["model", "syntax", "cli"] {
        given(&root().join("src").join(floor), &mut codes);
    }
    let pages: BTreeSet<String> = pages().into_iter().map(|(code, _)| code).collect();
    let missing: Vec<&String> = codes.difference(&pages).collect();
    let idle: Vec<&String> = pages.difference(&codes).collect();
    assert!(missing.is_empty(), "write docs/faults/CODE.md for {missing:?}");
    assert!(idle.is_empty(), "nothing gives {idle:?}, which docs/faults explains");
}

/// The examples of a page: kind, verdict and text.
fn examples(page: &str) -> Vec<(&str, &str, &str)> {
    let example = |block| {
        let (label, text): (&str, &str) = str::split_once(block, '\n').unwrap();
        let (kind, verdict) = label.split_once(' ').unwrap();
        (kind, verdict, text)
    };
    page.split("\n```").skip(1).step_by(2).map(example).collect()
}

/// The rulebook that an example is put into.
fn book(kind: &str, text: &str) -> Book {
    if kind == "rules" {
        return Book::around_rules(text);
    }
    let book = Book::sound();
    fs::create_dir_all(book.rules().join("codes/2026.1")).unwrap();
    fs::copy(book.path("codes/jab.toml"), book.rules().join("codes/2026.1/jab.toml")).unwrap();
    match kind {
        "contract" => book.write("contract.toml", merged(&book.read("contract.toml"), text)),
        "codes" => book.write("codes/jab.toml", merged(&book.read("codes/jab.toml"), text)),
        "examples" => book.write("examples.toml", format!("{text}\n")),
        other => panic!("what is an example of {other}?"),
    }
    book
}

#[test]
fn each_page_has_a_heading_and_examples_that_are_true() {
    for (code, page) in pages() {
        assert!(page.starts_with(&format!("# {code}: ")), "{code} starts with another heading");
        assert!(page.ends_with(".\n") && page.matches("\n\n").count() >= 2, "{code} says too little");
        let examples = examples(&page);
        let verdicts: Vec<&str> = examples.iter().map(|(_, verdict, _)| *verdict).collect();
        let expected = if WITHOUT_EXAMPLES.contains(&code.as_str()) { &[][..] } else { &["wrong", "right"] };
        assert_eq!(verdicts, expected, "{code}");
        for (kind, verdict, text) in examples {
            let ran = book(kind, text).check(&[]);
            let shows = ran.stdout.contains(&format!("[{code}]"));
            assert_eq!(shows, verdict == "wrong", "{code}, {verdict}:\n{text}\n{}{}", ran.stdout, ran.stderr);
            let is_sound = !ran.stdout.contains("error[");
            assert!(verdict == "wrong" || is_sound, "{code}: the right example has errors:\n{}", ran.stdout);
        }
    }
}

#[test]
fn a_code_is_explained_in_capitals_or_not() {
    let page = stdout(["check", "--explain", "E102"]);
    assert!(page.starts_with("E102: `and` stands beside `or` without brackets\n\n"), "{page}");
    let wrong = "Wrong, in a .rules file:\n\n    indicator T1 \"a jab by 1 year\"\n";
    assert!(page.contains(wrong) && page.contains("\nRight, in a .rules file:\n\n"), "{page}");
    assert!(!page.contains("```"), "{page}");
    assert_eq!(stdout(["check", "--explain", "e102"]), page);
}

#[test]
fn of_an_unknown_code_the_likely_ones_are_named_or_all() {
    Ran::of(output(["check", "--explain", "E2O3"])).refused().says("did you mean E203?");
    Ran::of(output(["check", "--explain", "syntax"])).refused().says("there are: E101, E102,").says("W404");
    // It is asked for alone.
    Ran::of(output(["check", "--explain", "E203", "2023-24"])).refused().says("cannot be used with");
}
