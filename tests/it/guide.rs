//! The guide for authors: every command in it is run, every edit made, and what it prints is what the page says.
//!
//! Each page is tried in a folder of its own. A fenced block is
//! - `console`: after each `$ ` a command, and below it what it prints; a line `...` stands for any lines, `[..]` for any
//!   words in a line. Its exit code is 0, or that of `exit=1`. What is said on stderr counts where stdout is empty.
//! - of a file, if it says `file=PATH`: the whole of a new one, with `whole` also of one that is there, with `more` its
//!   last lines. A `diff` is an edit of a file, whose old lines must stand there exactly once.
//!
//! At the end no other file of the rules may have changed: an author needs to touch no more than the page says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::tables::{Ran, sources};
use crate::uptake::{output, root, rules, stdout};

/// A fenced block of a page: what stands behind its fence, and its lines.
pub struct Fenced {
    pub language: String,
    pub options: Vec<String>,
    pub body: String,
}

impl Fenced {
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
    }

    pub fn says(&self, word: &str) -> bool {
        self.options.iter().any(|option| option == word)
    }
}

/// The fenced blocks of a page.
pub fn fenced(page: &str) -> Vec<Fenced> {
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(label) = line.strip_prefix("```") else { continue };
        let mut words = label.split_whitespace().map(str::to_owned);
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        let body = body.iter().map(|line| format!("{line}\n")).collect();
        blocks.push(Fenced { language: words.next().unwrap_or_default(), options: words.collect(), body });
    }
    blocks
}

/// True if lines are those that a page shows: `...` stands for any lines, `[..]` for any words in one.
fn is_said(said: &[&str], shown: &[&str]) -> bool {
    match (shown.split_first(), said.split_first()) {
        (None, first) => first.is_none(),
        (Some((&"...", rest)), _) => (0..=said.len()).any(|skipped| is_said(&said[skipped..], rest)),
        (Some((line, rest)), Some((first, others))) => is_line(first, line) && is_said(others, rest),
        (Some(_), None) => false,
    }
}

fn is_line(said: &str, shown: &str) -> bool {
    let Some((start, rest)) = shown.split_once("[..]") else { return said.trim_end() == shown.trim_end() };
    let Some(said) = said.strip_prefix(start) else { return false };
    said.char_indices().map(|(at, _)| at).chain([said.len()]).any(|at| is_line(&said[at..], rest))
}

/// A page of the guide that is being tried.
struct Page {
    name: &'static str,
    folder: TempDir,
    /// Files of the rules that the page said to edit.
    edited: BTreeSet<String>,
}

impl Page {
    fn of(name: &'static str) -> Page {
        Page { name, folder: tempfile::tempdir().unwrap(), edited: BTreeSet::new() }
    }

    /// Does all that the page says.
    fn follow(&mut self) {
        let text = fs::read_to_string(root().join("docs/guide").join(self.name)).unwrap();
        for block in fenced(&text) {
            match (block.language.as_str(), block.option("file")) {
                ("console", _) => self.console(&block),
                ("diff", Some(file)) => self.edit(file, &block.body),
                (_, Some(file)) => self.write(file, &block),
                (language, None) => panic!("{}: a block of {language} that nothing tries", self.name),
            }
        }
    }

    fn console(&self, block: &Fenced) {
        let code = block.option("exit").map_or(0, |code| code.parse().unwrap());
        for command in format!("\n{}", block.body).split("\n$ ").skip(1) {
            let (command, expected) = command.split_once('\n').unwrap_or((command, ""));
            let (found, said) = self.run(command);
            assert_eq!(found, code, "{}: {command}\n{said}", self.name);
            let (said, expected): (Vec<&str>, Vec<&str>) = (said.lines().collect(), expected.lines().collect());
            let shown = || format!("{}: {command}\nprints\n{}\n", self.name, said.join("\n"));
            assert!(is_said(&said, &expected), "{}and not\n{}", shown(), expected.join("\n"));
        }
    }

    /// Runs a command line as a shell would, the built program found by its name.
    fn run(&self, line: &str) -> (i32, String) {
        let built = Path::new(env!("CARGO_BIN_EXE_uptake")).parent().unwrap().to_owned();
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("sh")
            .args(["-c", line])
            .env("PATH", format!("{}:{path}", built.display()))
            .env("NO_COLOR", "1")
            .env_remove("UPTAKE_RULES")
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let [out, talk] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        let said = if out.trim().is_empty() { talk } else { out };
        (output.status.code().unwrap(), said.trim_end().to_owned())
    }

    /// Replaces the old lines of a difference by the new ones.
    fn edit(&mut self, file: &str, difference: &str) {
        let side = |other: char| -> String {
            let lines = difference.lines().filter(|line| !line.starts_with(other));
            lines.map(|line| format!("{}\n", line.get(1..).unwrap_or(""))).collect()
        };
        let (old, new) = (side('+'), side('-'));
        let path = self.folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {file}: {error}", self.name));
        assert_eq!(text.matches(&old).count(), 1, "{}: in {file}:\n{old}", self.name);
        fs::write(path, text.replace(&old, &new)).unwrap();
        self.edited.insert(file.to_owned());
    }

    fn write(&mut self, file: &str, block: &Fenced) {
        let path = self.folder.path().join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        assert!(before.is_empty() || block.says("more") || block.says("whole"), "{}: {file} is there", self.name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let kept = if block.says("more") { before.as_str() } else { "" };
        fs::write(path, format!("{kept}{}", block.body)).unwrap();
        self.edited.insert(file.to_owned());
    }

    /// The files of the rules that are other than the program's own.
    fn changed(&self) -> BTreeSet<String> {
        let (ours, theirs) = (sources(&self.folder.path().join("rules")), sources(&rules()));
        let is_changed =
            |path: &str, text: &str| theirs.find(path).is_none_or(|original| theirs.file(original).text != text);
        let files = ours.iter().filter(|(_, file)| is_changed(&file.path, &file.text));
        let removed = theirs.iter().filter(|(_, file)| ours.find(&file.path).is_none());
        files.chain(removed).map(|(_, file)| format!("rules/{}", file.path)).collect()
    }
}

/// Follows a page, and asserts that it touched what it names and, besides, files below these folders.
#[track_caller]
fn is_true(name: &'static str, made_by_commands: &[&str]) {
    let mut page = Page::of(name);
    page.follow();
    let named =
        |path: &String| page.edited.contains(path) || made_by_commands.iter().any(|made| path.starts_with(made));
    let others: Vec<String> = page.changed().into_iter().filter(|path| !named(path)).collect();
    assert!(others.is_empty(), "{name} changes files that it does not name: {others:?}");
}

#[test]
fn the_start_is_true() {
    is_true("README.md", &[]);
}

#[test]
fn changing_a_number_is_true() {
    is_true("1-changing-a-number.md", &[]);
}

#[test]
fn adding_a_code_is_true() {
    is_true("2-adding-a-code.md", &["rules/codes/2026.2/"]);
}

#[test]
fn a_new_year_is_true() {
    is_true("3-a-new-year.md", &["rules/qof/2027-28/"]);
}

#[test]
fn an_indicator_is_true() {
    is_true("4-an-indicator.md", &[]);
}

#[test]
fn a_payment_is_true() {
    is_true("5-a-payment.md", &[]);
}

#[test]
fn a_fee_is_true() {
    is_true("6-a-fee.md", &[]);
}

#[test]
fn a_local_scheme_is_true() {
    is_true("7-a-local-scheme.md", &[]);
}

#[test]
fn examples_and_tests_are_true() {
    is_true("8-examples-and-tests.md", &[]);
}

#[test]
fn checking_and_comparing_is_true() {
    is_true("9-checking-and-comparing.md", &[]);
}

#[test]
fn publishing_is_true() {
    is_true("10-publishing.md", &[]);
}

/// A page that no test follows would go out of date unseen.
#[test]
fn every_page_is_followed_and_linked() {
    let tests = fs::read_to_string(root().join("tests/it/guide.rs")).unwrap();
    let start = fs::read_to_string(root().join("docs/guide/README.md")).unwrap();
    for entry in fs::read_dir(root().join("docs/guide")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_followed = tests.contains(&format!("is_true(\"{name}\"")) || name == "reference.md";
        assert!(is_followed, "no test follows docs/guide/{name}");
        assert!(name == "README.md" || start.contains(&format!("({name})")), "{name} is not linked");
    }
}

/// What the reference says to be in the small rulebook that its examples stand in.
struct Reference {
    page: Vec<Fenced>,
}

impl Reference {
    fn read() -> Reference {
        Reference { page: fenced(&fs::read_to_string(root().join("docs/guide/reference.md")).unwrap()) }
    }

    fn file(&self, name: &str) -> &str {
        &self.page.iter().find(|block| block.option("file") == Some(name)).unwrap_or_else(|| panic!("{name}")).body
    }

    /// The small rulebook of two years, and a scheme that reads both, around one example of each kind.
    fn around(&self, example: &str, pathway: &str) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let numbers = self.file("contract.toml");
        let before = numbers
            .replace("\"2026-27\"", "\"2025-26\"")
            .replace("2026-04-01", "2025-04-01")
            .replace("2027-03-31", "2026-03-31");
        let cluster = |file: &str, code: &str| {
            write(file, &self.file("codes/jab.toml").replace("308081000000105", code));
        };
        for (year, numbers, example) in [("2026-27", numbers, example), ("2025-26", &before, "")] {
            write(&format!("small/{year}/contract.toml"), numbers);
            write(&format!("small/{year}/common.rules"), self.file("common.rules"));
            write(&format!("small/{year}/measures.rules"), MEASURES);
            write(&format!("small/{year}/example.rules"), example);
            cluster(&format!("small/{year}/codes/jab.toml"), "308081000000105");
            cluster(&format!("small/{year}/codes/other_jab.toml"), "38598009");
            cluster(&format!("small/{year}/codes/done.toml"), "170431005");
        }
        write("small-scheme/2026-27/scheme.toml", self.file("scheme.toml"));
        write("small-scheme/2026-27/pathway.rules", pathway);
        for (name, code) in
            [("call_1", "185559001"), ("call_2", "185560006"), ("refused", "183948000"), ("referred", "3457005")]
        {
            cluster(&format!("small-scheme/2026-27/codes/{name}.toml"), code);
        }
        folder
    }
}

/// The indicators and the course that the examples are about.
const MEASURES: &str = r#"
indicator A1 "done by 5 years"
  source  paper official
  register  registered at year end and turns 5 years in the year
  achieved  any done before age 5 years
indicator A2 "done by 2 years"
  source  paper official
  register  registered at year end and turns 2 years in the year
  achieved  any done before age 2 years
course C1 "done by 1 year"
  source  paper official
  register  registered at year end and turns 1 year in the year
  achieved  any done before age 1 year
"#;

/// A pathway that asks nothing.
const PATHWAY: &str = r#"
pathway plain "Nothing asked"
  for those not achieved in at least one of A1, A2 of this_year
  source paper official
  state all_of_them "all"
    otherwise
"#;

/// An example in a whole rule file of its own.
fn in_a_file(kind: &str, text: &str) -> String {
    let clause = |condition: &str| {
        format!(
            "course X \"x\"\n  source paper assumed\n  register registered at year end\n  achieved any done\n  except E \"e\"\n    {condition}\n"
        )
    };
    let payment = |lines: &str| format!("payment x \"x\" for each indicator\n  {lines}\n  points = 0\n");
    match kind {
        "condition" => clause(text),
        "when" => clause(&format!("any jab {text}")),
        "day" => clause(&format!("any jab by {text}")),
        "formula" => payment(&format!("step = {text}")),
        "test" => payment(&format!("step = 1 when {text}\n       = 2 otherwise")),
        "question" => {
            format!("{PATHWAY}  alert x \"x\"\n    {text}\n    do \"x\"\n")
        }
        other => panic!("what is an example of {other}?"),
    }
}

/// The examples of a block: all of it, or where its kind is a part of a rule, each line with those indented below it.
fn examples_of(block: &Fenced) -> Vec<(String, String)> {
    let Some(kind) = block.options.first() else { return vec![("rules".to_owned(), block.body.clone())] };
    if kind == "pathway" {
        return vec![(kind.clone(), block.body.clone())];
    }
    let mut lines: Vec<String> = Vec::new();
    for line in block.body.lines() {
        match lines.last_mut() {
            Some(above) if line.starts_with(' ') => *above += &format!("\n    {line}"),
            _ => lines.push(line.to_owned()),
        }
    }
    lines.into_iter().map(|line| (kind.clone(), in_a_file(kind, &line))).collect()
}

#[test]
fn every_example_of_the_reference_passes_its_check() {
    let reference = Reference::read();
    let rules = reference.page.iter().filter(|block| block.language == "rules" && block.option("file").is_none());
    let examples: Vec<(String, String)> = rules.flat_map(examples_of).collect();
    assert!(examples.len() > 90, "{}", examples.len());
    let mut faulty = Vec::new();
    for (kind, text) in &examples {
        let folder = match kind.as_str() {
            "pathway" | "question" => reference.around("", text),
            _ => reference.around(text, PATHWAY),
        };
        let ran = Ran::of(output(["check", "--rules", folder.path().to_str().unwrap()]));
        if ran.code != Some(0) || !ran.stderr.is_empty() {
            let errors = ran.stdout.split("\n\n").filter(|part| part.starts_with("error")).collect::<Vec<_>>();
            faulty.push(format!("{kind}: {text}\n{}\n{}", errors.join("\n\n"), ran.stderr));
        }
    }
    assert!(faulty.is_empty(), "{}", faulty.join("\n----\n"));
}

/// Each word of the language stands in an example of the reference.
#[test]
fn the_reference_has_every_word_of_the_language() {
    let reference = Reference::read();
    let text: String =
        reference.page.iter().filter(|block| block.language == "rules").map(|block| block.body.as_str()).collect();
    let words: BTreeSet<&str> = text.split(|sign: char| !sign.is_ascii_alphanumeric() && sign != '_').collect();
    let grammar = fs::read_to_string(root().join("grammar/rules.pest")).unwrap();
    let keywords: Vec<&str> = grammar.lines().filter_map(|line| line.strip_prefix("k_")?.split('"').nth(1)).collect();
    assert!(keywords.len() > 80);
    let missing: Vec<&&str> = keywords.iter().filter(|word| !words.contains(**word)).collect();
    assert!(missing.is_empty(), "docs/guide/reference.md shows no {missing:?}");
}

/// The keys of TOML files, as `uptake schema` knows them, have their place in the reference or the guide.
#[test]
fn the_guide_has_every_key_of_the_toml_files() {
    let mut guide = String::new();
    for entry in fs::read_dir(root().join("docs/guide")).unwrap() {
        guide += &fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    for what in ["contract", "codes", "examples"] {
        let schema: serde_json::Value = serde_json::from_str(&stdout(["schema", what])).unwrap();
        let mut keys = BTreeSet::new();
        keys_of(&schema, &mut keys);
        let missing: Vec<&String> = keys.iter().filter(|key| !guide.contains(key.as_str())).collect();
        assert!(!keys.is_empty() && missing.is_empty(), "{what}: the guide has no {missing:?}");
    }
}

/// The names under `properties`, wherever in a schema.
fn keys_of(schema: &serde_json::Value, keys: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(entries) => {
            if let Some(serde_json::Value::Object(properties)) = entries.get("properties") {
                keys.extend(properties.keys().cloned());
            }
            entries.values().for_each(|inner| keys_of(inner, keys));
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys_of(item, keys)),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => {}
    }
}
