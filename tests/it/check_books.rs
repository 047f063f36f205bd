//! A rulebook to put faults into, made of the files in `tests/ui/base`, for the tests of `uptake check`.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::tables::Ran;
use crate::uptake::{output, root};

/// A folder `rules` with one rulebook, `test/2023-24`.
pub struct Book {
    folder: TempDir,
}

fn base(name: &str) -> String {
    fs::read_to_string(root().join("tests/ui").join(name)).unwrap()
}

impl Book {
    /// A sound rulebook with an indicator and its payment.
    pub fn sound() -> Book {
        Book::of(&[
            ("contract.toml", &base("contract/sound.toml")),
            ("indicators.rules", &base("base/indicators.rules")),
            ("examples.toml", &base("base/examples.toml")),
            ("codes/jab.toml", &base("base/jab.toml")),
        ])
    }

    /// A sound rulebook around a rule file that is called `case.rules`.
    pub fn around_rules(case: &str) -> Book {
        Book::of(&[
            ("contract.toml", &base("base/contract.toml")),
            ("used.rules", &base("base/used.rules")),
            ("codes/jab.toml", &base("base/jab.toml")),
            ("case.rules", case),
        ])
    }

    fn of(files: &[(&str, &str)]) -> Book {
        let book = Book { folder: tempfile::tempdir().unwrap() };
        fs::create_dir_all(book.path("codes")).unwrap();
        for (name, text) in files {
            book.write(name, text);
        }
        book
    }

    /// The rules folder.
    pub fn rules(&self) -> PathBuf {
        self.folder.path().join("rules")
    }

    /// The folder that the rules folder lies in.
    pub fn above(&self) -> &Path {
        self.folder.path()
    }

    /// A file of the rulebook.
    pub fn path(&self, name: &str) -> PathBuf {
        self.rules().join("test/2023-24").join(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Replaces words of a file that stand there.
    pub fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "{name} has no {old}");
        self.write(name, text.replace(old, new));
    }

    /// `uptake check` with more arguments.
    pub fn check(&self, more: &[&str]) -> Ran {
        let rules = self.rules();
        let usual = ["check", "--rules", rules.to_str().unwrap()];
        Ran::of(output(usual.iter().chain(more)))
    }
}

/// A TOML text with some lines of another in the place of those of the same table and key, or added to their table.
pub fn merged(text: &str, lines: &str) -> String {
    let mut tables: Vec<(&str, Vec<&str>)> = vec![("", Vec::new())];
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match line.starts_with('[') {
            true => tables.push((line, Vec::new())),
            false => tables.last_mut().unwrap().1.push(line),
        }
    }
    let key = |line: &str| line.split('=').next().unwrap().trim().to_owned();
    let mut at = 0;
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with('[') {
            at = tables.iter().position(|(table, _)| *table == line).unwrap_or_else(|| {
                tables.push((line, Vec::new()));
                tables.len() - 1
            });
            continue;
        }
        let table = &mut tables[at].1;
        match table.iter().position(|known| key(known) == key(line)) {
            Some(known) => table[known] = line,
            None => table.push(line),
        }
    }
    let lines: Vec<&str> = tables.into_iter().flat_map(|(table, lines)| std::iter::once(table).chain(lines)).collect();
    format!("{}\n", lines.join("\n").trim_start())
}
