//! Patients, and the command run over them.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use tempfile::TempDir;
use uptake::ground::BookName;
use uptake::model::Library;

use crate::tables::Ran;
use crate::uptake::output;

/// Rows by column name.
pub type Rows = Vec<BTreeMap<String, String>>;

/// By cluster: the code of it that is in the fewest others.
static CODES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let library = Library::new(crate::tables::sources(&crate::uptake::rules()));
    let book = library.check(&BookName::parse("2026-27", "qof").unwrap()).book.unwrap();
    let code = |cluster: &uptake::model::book::Cluster| {
        let codes = cluster.codes.iter().map(|code| code.id);
        codes.min_by_key(|code| (book.clusters_of(*code).0.count_ones(), *code)).unwrap().to_string()
    };
    book.clusters.iter().map(|cluster| (cluster.name.clone(), code(cluster))).collect()
});

pub fn code(cluster: &str) -> &'static str {
    &CODES[cluster]
}

/// Tables of patients.
pub struct Stage {
    folder: TempDir,
    pub patients: Vec<String>,
    pub events: Vec<String>,
    pub practices: Vec<String>,
}

impl Stage {
    /// Nobody, and the practice A1 with an average list of 2023-24.
    pub fn new() -> Stage {
        let practices = vec!["A1,9639,The Surgery,Newham".to_owned()];
        Stage { folder: tempfile::tempdir().unwrap(), patients: Vec::new(), events: Vec::new(), practices }
    }

    /// A patient of A1 from birth, with doses `2024-03-01 dtap`.
    pub fn patient(&mut self, id: &str, birth: &str, events: &[&str]) {
        self.registered(id, "A1", birth, birth, events);
    }

    pub fn registered(&mut self, id: &str, practice: &str, birth: &str, from: &str, events: &[&str]) {
        self.patients.push(format!("{id},{practice},{birth},{from},,"));
        for event in events {
            let (day, cluster) = event.split_once(' ').unwrap();
            self.events.push(format!("{id},{day},{}", code(cluster)));
        }
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// A command over the tables.
    pub fn command(&self, command: &str, more: &[&str]) -> Ran {
        let tables = [
            (
                "patients",
                "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date",
                &self.patients,
            ),
            ("events", "patient_id,event_date,code", &self.events),
            ("practices", "practice_code,list_size,practice_name,area", &self.practices),
        ];
        let mut arguments = vec![command.to_owned()];
        for (name, header, rows) in tables {
            let file = self.path(&format!("{name}.csv"));
            fs::write(&file, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
            arguments.extend([format!("--{name}"), file.to_str().unwrap().to_owned()]);
        }
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        Ran::of(output(arguments))
    }

    /// A list of patients on a day.
    pub fn list(&self, year: &str, as_of: &str, name: &str, more: &[&str]) -> Rows {
        let asked = ["--year", year, "--as-of", as_of, "--list", name, "--format", "csv"];
        rows(&self.command("recall", &[&asked[..], more].concat()).fine().stdout)
    }

    /// A table of counts on a day.
    pub fn counts(&self, year: &str, as_of: &str, table: &str, more: &[&str]) -> Rows {
        let asked = ["--year", year, "--as-of", as_of, "--table", table, "--format", "csv"];
        rows(&self.command("recall", &[&asked[..], more].concat()).fine().stdout)
    }
}

/// What a command wrote as CSV.
pub fn rows(csv: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.expect("a row of the header's length")).collect()
}

/// Some columns of a row, separated by bars.
pub fn told(row: &BTreeMap<String, String>, columns: &[&str]) -> String {
    columns.iter().map(|column| row[*column].as_str()).collect::<Vec<_>>().join(" | ")
}

/// One column of all rows.
pub fn column<'r>(rows: &'r Rows, name: &str) -> Vec<&'r str> {
    rows.iter().map(|row| row[name].as_str()).collect()
}
