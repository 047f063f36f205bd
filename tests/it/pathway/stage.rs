//! The tables of a pathway, gathered child by child, and the command run over them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::tables::Ran;
use crate::uptake::output;

/// Rows by column name.
pub type Rows = Vec<BTreeMap<String, String>>;

/// A child who is on VI001 of 2024-25 and on nothing else: 8 months on 1 September 2024, 18 months on 1 July 2025.
pub const BORN: &str = "2024-01-01";
/// The practice of children of whom nothing else is said.
pub const HOME: &str = "A81001";
/// Three doses that achieve VI001 for a child born on [`BORN`].
pub const DOSES: [&str; 3] = ["2024-03-01 dtap", "2024-04-01 dtap", "2024-05-01 dtap"];

/// The pathway's codes as the flowchart lists them, by short words; else a code, or a national cluster.
pub fn code(what: &str) -> String {
    let known = match what {
        "call1" => "185559001",
        "call2" => "185560006",
        "call3" => "185561005",
        "referred" => "166281000000106",
        "refused" => "183948000",
        "declined" => "429684009",
        other => return crate::golden::code(other),
    };
    known.to_owned()
}

/// What a command wrote as CSV, with quoted cells.
pub fn rows(csv: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    reader.deserialize().map(|row| row.expect("a row of the header's length")).collect()
}

/// Tables of a pathway. A table without rows is not given to the command, but for patients and events.
pub struct Stage {
    folder: TempDir,
    tables: BTreeMap<&'static str, Vec<Vec<String>>>,
}

const TABLES: [(&str, &str); 7] = [
    ("patients", "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date"),
    ("events", "patient_id,event_date,code,text"),
    ("appointments", "patient_id,agreed_date,appointment_date,attended"),
    ("slots", "practice_code,slot_start,slot_end,taken"),
    ("practices", "practice_code,area,contact_name,contact_details"),
    ("baseline", "practice_code,indicator,numerator,denominator"),
    ("year-end", "practice_code,indicator,numerator,denominator"),
];

impl Stage {
    pub fn new() -> Stage {
        Stage { folder: tempfile::tempdir().unwrap(), tables: BTreeMap::new() }
    }

    /// One more row of a table.
    pub fn row<'a>(&mut self, table: &'static str, cells: impl IntoIterator<Item = &'a str>) {
        let cells = cells.into_iter().map(str::to_owned).collect();
        self.tables.entry(table).or_default().push(cells);
    }

    /// One more row of a table, its cells separated by commas.
    pub fn line(&mut self, table: &'static str, cells: &str) {
        self.row(table, cells.split(','));
    }

    /// A child of [`HOME`], born on [`BORN`] and registered from birth.
    pub fn child(&mut self, id: &str, events: &[&str]) {
        self.child_at(HOME, id, events);
    }

    pub fn child_at(&mut self, practice: &str, id: &str, events: &[&str]) {
        self.row("patients", [id, practice, BORN, BORN, "", ""]);
        events.iter().for_each(|event| self.event(id, event));
    }

    /// So many children of the same story, by the name of it.
    pub fn children(&mut self, times: usize, name: &str, events: &[&str]) {
        (0..times).for_each(|at| self.child(&format!("{name}-{at}"), events));
    }

    /// So many who were on VI001 of 2023-24, so many of them vaccinated, and left before 2024-25 could count them.
    pub fn then(&mut self, vaccinated: usize, of: usize) {
        for at in 0..of {
            let id = format!("then-{at}");
            self.row("patients", [&id, HOME, "2023-01-01", "2023-01-01", "2024-06-01", ""]);
            let doses = ["2023-03-01 dtap", "2023-04-01 dtap", "2023-05-01 dtap"];
            doses.iter().filter(|_| at < vaccinated).for_each(|dose| self.event(&id, dose));
        }
    }

    /// `2024-05-01 call1 phone, no answer`: a day, what, and the text beside it.
    pub fn event(&mut self, id: &str, event: &str) {
        let mut parts = event.splitn(3, ' ');
        let (day, what) = (parts.next().unwrap(), parts.next().expect("an event is a day and a code"));
        let code = code(what);
        self.row("events", [id, day, &code, parts.next().unwrap_or("")]);
    }

    /// `2024-05-01 2024-05-06 no`: agreed, to come, attended; `-` for what is not known.
    pub fn appointment(&mut self, id: &str, appointment: &str) {
        let cells: Vec<&str> = appointment.split(' ').map(|cell| if cell == "-" { "" } else { cell }).collect();
        let [agreed, to_come] = [cells[0], cells[1]];
        self.row("appointments", [id, agreed, to_come, cells.get(2).copied().unwrap_or("")]);
    }

    /// A path below the tables' folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts the rows of every table in another order.
    pub fn reorder(&mut self, order: impl Fn(&mut Vec<Vec<String>>)) {
        self.tables.values_mut().for_each(order);
    }

    /// Writes the tables, and gives the arguments that name them.
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        for (table, header) in TABLES {
            let rows = self.tables.get(table);
            if rows.is_none() && !["patients", "events"].contains(&table) {
                continue;
            }
            let path = self.path(&format!("{table}.csv"));
            let mut writer = csv::Writer::from_path(&path).unwrap();
            writer.write_record(header.split(',')).unwrap();
            rows.into_iter().flatten().for_each(|row| writer.write_record(row).unwrap());
            writer.flush().unwrap();
            arguments.extend([format!("--{table}"), path.to_str().unwrap().to_owned()]);
        }
        arguments
    }

    /// `pathway` of the shipped scheme over the tables.
    pub fn run(&self, more: &[&str]) -> Ran {
        self.run_scheme(&["--scheme", "wf-newham", "--year", "2024-25"], more)
    }

    /// `pathway` of any scheme over the tables.
    pub fn run_scheme(&self, scheme: &[&str], more: &[&str]) -> Ran {
        let tables = self.arguments();
        let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
        Ran::of(output([&["pathway"], scheme, &tables, more].concat()))
    }

    /// `explain` of one child of the shipped scheme.
    pub fn explain(&self, id: &str, more: &[&str]) -> Ran {
        let tables = self.arguments();
        let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
        let asked = ["explain", "--year", "wf-newham/2024-25", "--patient", id];
        Ran::of(output([&asked[..], &tables, more].concat()))
    }

    /// `run` over the patients and events alone.
    pub fn run_national(&self, more: &[&str]) -> Ran {
        let tables = self.arguments();
        let tables: Vec<&str> = tables.iter().take(4).map(String::as_str).collect();
        Ran::of(output([&["run"], &tables[..], more].concat()))
    }

    /// Rows of one table of results.
    #[track_caller]
    pub fn table(&self, name: &str, more: &[&str]) -> Rows {
        rows(&self.run(&[&["--table", name, "--format", "csv"], more].concat()).fine().stdout)
    }

    /// Rows of one worklist.
    #[track_caller]
    pub fn list(&self, name: &str, more: &[&str]) -> Rows {
        rows(&self.run(&[&["--list", name, "--format", "csv"], more].concat()).fine().stdout)
    }

    /// Who is on a worklist, in its order.
    #[track_caller]
    pub fn listed(&self, name: &str) -> Vec<String> {
        self.list(name, &[]).into_iter().map(|row| row["patient_id"].clone()).collect()
    }

    /// By child: the row at the level of patients.
    #[track_caller]
    pub fn patients(&self, more: &[&str]) -> BTreeMap<String, BTreeMap<String, String>> {
        let ran = self.run(&[&["--level", "patient", "--format", "csv"], more].concat()).fine();
        let mut found = BTreeMap::new();
        for row in rows(&ran.stdout) {
            let twice = found.insert(row["patient_id"].clone(), row);
            assert!(twice.is_none(), "a child is in one state: {twice:?}");
        }
        found
    }

    /// The state of one child; empty for one who is not pursued.
    #[track_caller]
    pub fn state(&self, id: &str) -> String {
        self.patients(&[]).get(id).map_or(String::new(), |row| row["state"].clone())
    }

    /// The demo's tables in place of these.
    pub fn demo() -> Stage {
        let mut stage = Stage::new();
        let folder = stage.path("demo");
        crate::uptake::stdout(["demo", folder.to_str().unwrap(), "--write-only"]);
        for (table, header) in TABLES {
            let Ok(text) = fs::read_to_string(folder.join(format!("{table}.csv"))) else { continue };
            for row in rows(&text) {
                let cell = |name| row.get(name).map_or("", String::as_str);
                stage.row(table, header.split(',').map(cell));
            }
        }
        stage
    }

    /// The events of the stage that are so.
    pub fn keep_events(&mut self, keep: impl Fn(&[String]) -> bool) {
        self.tables.get_mut("events").unwrap().retain(|row| keep(row));
    }
}
