//! Folders of one's own for a test: rules that may be edited, and tables of patients to run them over.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;

use crate::uptake::{output, rules};

/// A copy of some of the rules, with all code clusters, to be edited.
pub struct Rules(TempDir);

impl Rules {
    /// A copy of these rulebooks: `qof/2023-24`.
    pub fn copy(books: &[&str]) -> Rules {
        let copied = Rules(tempfile::tempdir().unwrap());
        copy(&rules().join("codes"), &copied.path("codes"));
        for book in books {
            copy(&rules().join(book), &copied.path(book));
        }
        copied
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        self.0.path()
    }

    /// A path below the folder.
    pub fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    /// Replaces the words wherever they stand in a file, and asserts how often that is.
    #[track_caller]
    pub fn edit(&self, below: &str, from: &str, to: &str, times: usize) {
        let path = self.path(below);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), times, "`{from}` in {below}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Writes at the end of a file, which need not be there.
    pub fn append(&self, below: &str, more: &str) {
        let path = self.path(below);
        let text = fs::read_to_string(&path).unwrap_or_default();
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text + more).unwrap();
    }
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() { copy(&from, &to) } else { fs::copy(&from, &to).map(|_| ()).unwrap() }
    }
}

/// The tables of an extract.
pub struct Tables(TempDir);

pub const PATIENTS: &str = "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date";
pub const EVENTS: &str = "patient_id,event_date,code";

impl Tables {
    /// Tables of these rows, under the usual headers.
    pub fn new(patients: &[String], events: &[String], practices: &str) -> Tables {
        let tables = Tables(tempfile::tempdir().unwrap());
        let rows = |header: &str, rows: &[String]| format!("{header}\n{}\n", rows.join("\n"));
        tables.write("patients.csv", rows(PATIENTS, patients));
        tables.write("events.csv", rows(EVENTS, events));
        tables.write("practices.csv", format!("practice_code,list_size\n{practices}\n"));
        tables
    }

    /// Tables of whole texts, headers included.
    pub fn of_texts(patients: &str, events: &str) -> Tables {
        let tables = Tables(tempfile::tempdir().unwrap());
        tables.write("patients.csv", patients);
        tables.write("events.csv", events);
        tables
    }

    /// A path below the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes one more file, or one anew.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    /// `run` over the tables with these arguments added; the practices too if they are there.
    pub fn run(&self, more: &[&str]) -> Ran {
        self.command("run", more)
    }

    /// A command over the tables with these arguments added.
    pub fn command(&self, command: &str, more: &[&str]) -> Ran {
        let mut arguments = vec![command.to_owned()];
        for table in ["patients", "events", "practices"] {
            let file = self.path(&format!("{table}.csv"));
            if file.exists() && (table != "practices" || command == "run") {
                arguments.extend([format!("--{table}"), file.to_str().unwrap().to_owned()]);
            }
        }
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        Ran::of(output(arguments))
    }
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// What the command left.
    pub fn of(output: Output) -> Ran {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Asserts that all went well, and gives the rows below the header.
    #[track_caller]
    pub fn rows(&self) -> Vec<&str> {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self.stdout.lines().skip(1).collect()
    }

    /// Asserts that stderr holds the words.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Ran {
        assert!(self.stderr.contains(words), "`{words}` is not in:\n{}", self.stderr);
        self
    }

    /// Asserts exit code 0.
    #[track_caller]
    pub fn fine(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// Asserts exit code 2 and nothing on stdout.
    #[track_caller]
    pub fn refused(self) -> Ran {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{}", self.stderr);
        self
    }
}

/// All rule files of a folder, by their paths below it.
pub fn sources(folder: &Path) -> uptake::ground::Sources {
    let mut sources = uptake::ground::Sources::default();
    add(folder, "", &mut sources);
    sources
}

fn add(folder: &Path, below: &str, sources: &mut uptake::ground::Sources) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add(&path, &format!("{name}/"), sources);
        } else {
            sources.add(name, fs::read_to_string(&path).unwrap());
        }
    }
}
