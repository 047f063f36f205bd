//! The figures of docs/trust.md that can be counted are those that are there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::uptake::root;

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.extension().is_some_and(|written| written == ending) {
            found.push(path);
        }
    }
    found
}

/// The number after some words.
fn number_after(text: &str, words: &str) -> Option<u64> {
    let (_, rest) = text.split_once(words)?;
    let digits: String = rest.chars().take_while(|sign| sign.is_ascii_digit() || *sign == '_').collect();
    digits.replace('_', "").parse().ok()
}

/// How many cases a block of properties takes: its own setting, that of the function it calls (here or in `laws`), or
/// proptest's own.
fn cases(file: &str, block: &str) -> u64 {
    let Some(config) = block.lines().find(|line| line.contains("#![proptest_config(")) else { return 256 };
    let written = number_after(config, "cases: ").or_else(|| number_after(config, "with_cases("));
    written.unwrap_or_else(|| {
        let name = config.split_once("proptest_config(").unwrap().1.split('(').next().unwrap();
        let laws = include_str!("laws.rs");
        let function = [file, laws].into_iter().find_map(|text| text.split_once(&format!("fn {name}()")));
        function
            .and_then(|(_, body)| number_after(body, "cases: "))
            .unwrap_or_else(|| panic!("how many cases has {name}?"))
    })
}

/// The properties of a file, and their cases.
fn properties(text: &str) -> (u64, u64) {
    let lines: Vec<&str> = text.lines().collect();
    let (mut properties, mut all) = (0, 0);
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.trim_end().ends_with("proptest! {")) {
        let margin = &line[..line.len() - line.trim_start().len()];
        let end = lines[at..].iter().position(|line| *line == format!("{margin}}}")).unwrap();
        let block = &lines[at..at + end];
        let tests = block.iter().filter(|line| line.trim() == "#[test]").count() as u64;
        properties += tests;
        all += tests * cases(text, &block.join("\n"));
    }
    (properties, all)
}

fn with_commas(number: u64) -> String {
    let digits = number.to_string();
    let mut written = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    written
}

#[test]
fn the_page_tells_as_many_properties_cases_and_inputs_as_there_are() {
    let page = fs::read_to_string(root().join("docs/trust.md")).unwrap();
    let texts = ["src", "tests"].into_iter().flat_map(|folder| files(&root().join(folder), "rs"));
    let texts = texts.filter(|path| !path.ends_with("trust.rs")).map(|path| fs::read_to_string(path).unwrap());
    let (properties, cases) =
        texts.map(|text| properties(&text)).fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    let faulty = files(&root().join("tests/ui/snapshots"), "snap").len();
    let seeds = ["rules", "toml", "tables", "parquet", "fhir", "counts"]
        .map(|target| fs::read_dir(root().join("tests/fuzz/seeds").join(target)).unwrap().count());
    for told in [
        format!("{properties} properties, {} cases a run", with_commas(cases)),
        format!("{faulty} faulty rule files and folders"),
        format!("{} seeds", seeds.iter().sum::<usize>()),
    ] {
        assert!(page.contains(&told), "docs/trust.md says otherwise than that there are {told}");
    }
}

#[test]
fn properties_are_counted_as_they_are_written() {
    let text = "fn law() -> Config {\n    Config { cases: 1_000 }\n}\nproptest! {\n    #![proptest_config(law())]\n    #[test]\n    \
        fn a(x in 0..1) {\n    }\n    #[test]\n    fn b(x in 0..1) {\n    }\n}\n#[test]\nfn no_property() {}\n    proptest! {\n        \
        #[test]\n        fn c(x in 0..1) {}\n    }\n";
    assert_eq!(properties(text), (3, 2_256));
    assert_eq!(with_commas(1_234_567), "1,234,567");
}
