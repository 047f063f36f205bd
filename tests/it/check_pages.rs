//! The pages of `docs/faults`, which `uptake check --explain` shows: each code has one, and its examples are true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::check_books::{Book, merged};
use crate::check_schemes;
use crate::faults::lay_over;
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

/// What `check` says of an example.
fn checked(kind: &str, text: &str) -> Ran {
    match kind {
        "rules" => Book::around_rules(text).check(&[]),
        "folder" => folder(text).check(&[]),
        "pathway" => {
            let folder = check_schemes::sound_scheme();
            check_schemes::put_pathway(&folder, text);
            check_schemes::check(&folder)
        }
        "scheme" => {
            let folder = check_schemes::sound_scheme();
            let numbers = fs::read_to_string(folder.path().join("local/2023-24/scheme.toml")).unwrap();
            check_schemes::write(&folder, "local/2023-24/scheme.toml", &merged(&numbers, text));
            check_schemes::check(&folder)
        }
        of_one_book => book(of_one_book, text).check(&[]),
    }
}

/// A rules folder of which an example shows parts of several files, each below a line `# FILE`. Lines of a TOML file that
/// is there stand in the place of its own; a year that is not there starts as a copy of the sound one.
fn folder(text: &str) -> Book {
    let book = Book::sound();
    for part in text.split("# ").skip(1) {
        let (file, lines) = part.split_once('\n').unwrap();
        let path = book.rules().join(file);
        if let Some(year) = file.strip_prefix("test/").and_then(|rest| rest.split('/').next()) {
            let year = book.rules().join("test").join(year);
            if !year.exists() {
                lay_over(&book.path(""), &year);
            }
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, if before.is_empty() { lines.to_owned() } else { merged(&before, lines) }).unwrap();
    }
    book
}

/// The rulebook that an example is put into.
fn book(kind: &str, text: &str) -> Book {
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
    let mut untrue = Vec::new();
    for (code, page) in pages() {
        assert!(page.starts_with(&format!("# {code}: ")), "{code} starts with another heading");
        assert!(page.ends_with(".\n") && page.matches("\n\n").count() >= 2, "{code} says too little");
        let examples = examples(&page);
        let verdicts: Vec<&str> = examples.iter().map(|(_, verdict, _)| *verdict).collect();
        let expected = if WITHOUT_EXAMPLES.contains(&code.as_str()) { &[][..] } else { &["wrong", "right"] };
        assert_eq!(verdicts, expected, "{code}");
        for (kind, verdict, text) in examples {
            let ran = checked(kind, text);
            let shows = ran.stdout.contains(&format!("[{code}]"));
            let has_errors = ran.stdout.contains("error[");
            if shows != (verdict == "wrong") || (verdict == "right" && has_errors) {
                untrue.push(format!("{code}, {verdict}:\n{text}\n{}{}", ran.stdout, ran.stderr));
            }
        }
    }
    assert!(untrue.is_empty(), "{}", untrue.join("\n\n"));
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
