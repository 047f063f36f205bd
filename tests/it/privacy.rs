//! No command tells of a patient unless it is asked to by name. Ids, dates, free texts and contact details of an extract
//! are marked, and every command is run over it, over faulty rows and over files put in the wrong place: no mark is in
//! stderr, nor in any output that was not asked for by patient.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::uptake::{output, stdout};

/// What marks ids, texts and whatever else is a patient's own or a practice's contact.
const MARK: &str = "xyzzy";

/// Dates of patients that nothing else has, as tables write them and as sentences do.
const MARKED_DATES: [(&str, &str); 8] = [
    ("2022-11-17", "17 November 2022"),
    ("2021-12-19", "19 December 2021"),
    ("2018-07-23", "23 July 2018"),
    ("1943-08-29", "29 August 1943"),
    ("2023-02-13", "13 February 2023"),
    ("2023-03-27", "27 March 2023"),
    ("2023-05-09", "9 May 2023"),
    ("2022-12-29", "29 December 2022"),
];

/// Tables of marked patients of each cohort of 2023-24, and of rows with every fault.
struct Marked {
    folder: TempDir,
}

impl Marked {
    fn new() -> Marked {
        let marked = Marked { folder: tempfile::tempdir().unwrap() };
        let births = ["2022-11-17", "2021-12-19", "2018-07-23", "1943-08-29"];
        let mut patients =
            "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date\n".to_owned();
        let mut events = "patient_id,event_date,code,text,practice_code\n".to_owned();
        for (at, birth) in (0..24).map(|at| (at, births[at % 4])) {
            let id = format!("{MARK}-{at}");
            patients += &format!("{id},A8100{},{birth},{},,\n", at % 2, if at % 3 == 0 { "2022-12-29" } else { birth });
            for (day, code) in [("2023-02-13", "312870000"), ("2023-03-27", "38598009"), ("2023-05-09", "185559001")] {
                events += &format!("{id},{day},{code},{MARK} by phone,A81000\n");
            }
        }
        marked.write("patients.csv", &patients);
        marked.write("events.csv", &events);
        let practices = "practice_code,practice_name,list_size,area,contact_name,contact_details\n\
             A81000,One,9000,Newham,xyzzy Smith,xyzzy@example.org\nA81001,Two,8000,Newham,xyzzy Jones,0xyzzy\n";
        marked.write("practices.csv", practices);
        let appointments =
            format!("patient_id,agreed_date,appointment_date,attended\n{MARK}-0,2023-02-13,2023-03-27,\n");
        marked.write("appointments.csv", &appointments);
        marked.write("slots.csv", "practice_code,slot_start,slot_end,taken\nA81000,2025-01-06,,\n");
        marked.write("counts.csv", "practice_code,indicator,numerator,denominator\nA81000,VI001,80,90\n");
        marked.write_faulty(&patients, &events);
        marked
    }

    /// The same tables with rows that are malformed or odd in all ways, in which the mark stands too.
    fn write_faulty(&self, patients: &str, events: &str) {
        let faulty = [
            "xyzzy-90,A81000,17/11/2022,2022-11-17,,",
            "xyzzy-91,A81000,2022-11-31,2022-11-17,,",
            "xyzzy-92,A81000,xyzzy,2022-11-17,,",
            ",A81000,2022-11-17,2022-11-17,,",
            "xyzzy-93,,2022-11-17,2022-11-17,,",
            "xyzzy-94,A81000,2022-11-17,2021-12-19,,",
            "xyzzy-95,A81000,2022-11-17,2022-12-29,2022-11-17,",
            "xyzzy-96,A81000,2022-11-17,2022-12-29,,2021-12-19",
            "xyzzy-97,A81000,2022-11-17",
            "xyzzy-98,A81000,2022-11-17,2022-12-29,,,xyzzy,more",
            "xyzzy-0,A81001,2022-11-17,2022-12-29,,",
            "xyzzy-0,A81001,2021-12-19,2022-12-29,,",
            "\"xyzzy\"99\",A81000,2022-11-17,2022-12-29,,",
        ];
        self.write("bad/patients.csv", &(patients.to_owned() + &faulty.join("\n") + "\n"));
        let faulty = [
            "xyzzy-0,13/02/2023,312870000,xyzzy,A81000",
            "xyzzy-0,2023-02-30,312870000,xyzzy,A81000",
            "xyzzy-0,2023-02-13,0312870000,xyzzy,A81000",
            "xyzzy-0,2023-02-13,xyzzy,xyzzy,A81000",
            "xyzzy-0,2023-02-13,3.1287E+08,xyzzy,A81000",
            "xyzzy-0,2021-12-19,312870000,xyzzy,A81000",
            "xyzzy-nobody,2023-02-13,312870000,xyzzy,A81000",
            ",2023-02-13,312870000,xyzzy,A81000",
            "xyzzy-0",
            "xyzzy-0,2023-02-13T09:30,312870000,xyzzy,A81000,xyzzy",
        ];
        self.write("bad/events.csv", &(events.to_owned() + &faulty.join("\n") + "\n"));
        let mut not_text = events.as_bytes().to_vec();
        not_text.extend(b"xyzzy-0,2023-02-13,312870000,xyzzy\xff,A81000\nxyzzy\xff,2023-02-13,312870000,,\n");
        fs::write(self.path("bad/not_text.csv"), not_text).unwrap();
        self.write("bad/open.csv", &(events.to_owned() + "xyzzy-0,2023-02-13,312870000,\"xyzzy,A81000\n"));
        let headless = |text: &str| text.split_once('\n').map(|(_, rows)| rows.to_owned()).unwrap();
        self.write("headless/patients.csv", &headless(patients));
        self.write("headless/events.csv", &headless(events));
        let fhir = "{\"resourceType\":\"Patient\",\"id\":\"xyzzy-1\",\"birthDate\":\"2022-11-17\"}\n\
             {\"resourceType\":\"Patient\",\"id\":\"xyzzy-2\",\"birthDate\":\"17/11/2022\"}\n{\"resourceType\":\"Patient\",\"id\":\"xyzzy\n";
        self.write("fhir/Patient.ndjson", fhir);
        let fhir = "{\"resourceType\":\"Immunization\",\"id\":\"xyzzy\",\"patient\":{\"reference\":\"Patient/xyzzy-1\"},\
             \"occurrenceDateTime\":\"2023-02-13\",\"status\":\"completed\",\"vaccineCode\":{\"text\":\"xyzzy\"}}\n{\"xyzzy\"\n";
        self.write("fhir/Immunization.ndjson", fhir);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    /// Words in which names of its files are paths: `@patients.csv`.
    fn words(&self, line: &str) -> Vec<String> {
        let word = |word: &str| match word.strip_prefix('@') {
            Some(name) => self.path(name).to_str().unwrap().to_owned(),
            None => word.to_owned(),
        };
        line.split_whitespace().map(word).collect()
    }
}

/// The first mark in some bytes.
fn mark_in(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let dates = MARKED_DATES.iter().flat_map(|(iso, words)| [*iso, *words]);
    dates.chain([MARK]).find(|mark| text.contains(mark)).map(str::to_owned)
}

#[track_caller]
fn unmarked(bytes: &[u8], what: &str, line: &str) {
    if let Some(mark) = mark_in(bytes) {
        panic!("`{mark}` is in {what} of `uptake {line}`:\n{}", String::from_utf8_lossy(bytes));
    }
}

const RECORDS: &str = "--patients @patients.csv --events @events.csv --practices @practices.csv";
const NO_PRACTICES: &str = "--patients @patients.csv --events @events.csv";

/// Every command, as it is run without asking for patients.
fn commands() -> Vec<(&'static str, Vec<String>)> {
    let years = ["table", "csv", "json", "fhir"];
    let run = years.map(|format| format!("run --year 2021-22,2023-24 {RECORDS} --format {format}"));
    let tables = ["payments", "fees", "practices"].map(|table| format!("run --year 2021-22 {RECORDS} --table {table}"));
    let all = |lines: &[String]| lines.to_vec();
    let pathway = format!(
        "pathway --year wf-newham/2024-25 {RECORDS} --appointments @appointments.csv --slots @slots.csv --format"
    );
    vec![
        (
            "attrition",
            all(&["table", "csv", "json"].map(|f| format!("attrition --year 2023-24 {NO_PRACTICES} --format {f}"))),
        ),
        (
            "audit",
            all(&[
                format!("audit month-end --year 2023-24 {NO_PRACTICES}"),
                format!("audit exceptions --year 2023-24 {NO_PRACTICES} --format json"),
            ]),
        ),
        ("check", all(&["check".to_owned(), "check @patients.csv".to_owned()])),
        ("compare", all(&["table", "json"].map(|f| format!("compare --years 2021-22,2023-24 {RECORDS} --format {f}")))),
        ("completions", all(&["completions bash".to_owned()])),
        ("curve", all(&["curve --years 2023-24 --cohort-size 90 --list-size 9085".to_owned()])),
        ("demo", all(&["demo @made-up --size 50 --write-only".to_owned()])),
        ("diff", all(&["diff 2021-22 2023-24".to_owned(), "diff @patients.csv 2023-24".to_owned()])),
        // One patient is asked for by name: stdout may tell of that one, stderr may not.
        ("explain", vec![]),
        ("export", all(&["export @exported --year 2023-24".to_owned()])),
        ("fmt", all(&["fmt --check".to_owned(), "fmt @patients.csv".to_owned()])),
        ("import-codes", all(&["import-codes @patients.csv --cluster mmr".to_owned()])),
        ("lsp", vec![]),
        ("man", all(&["man @manual".to_owned()])),
        ("near-misses", all(&["table", "json"].map(|f| format!("near-misses --year 2023-24 {RECORDS} --format {f}")))),
        ("new-year", all(&["new-year qof/2024-25 --from 2023-24".to_owned()])),
        ("next", all(&["table", "json"].map(|f| format!("next --year 2023-24 {RECORDS} --format {f}")))),
        ("pathway", all(&["table", "csv", "json"].map(|f| format!("{pathway} {f}")))),
        (
            "recall",
            all(&["table", "csv", "json"]
                .map(|f| format!("recall --year 2023-24 --as-of 2023-06-01 {RECORDS} --format {f}"))),
        ),
        ("report", all(&[format!("report --year 2021-22,2023-24 {RECORDS} --output @report.html")])),
        ("run", run.into_iter().chain(tables).collect()),
        ("schema", all(&["schema contract".to_owned()])),
        (
            "score",
            all(&[
                "score @counts.csv --year 2023-24 --practices @practices.csv".to_owned(),
                "score @patients.csv --year 2023-24".to_owned(),
            ]),
        ),
        ("show", all(&["show VI001".to_owned(), "show xyzz".to_owned()])),
        ("sql", all(&["sql --year 2023-24 --dialect duckdb".to_owned()])),
        ("sweep", all(&[format!("sweep --year 2023-24 {RECORDS} --figure VI001.lower_threshold=85..90:1")])),
        ("test", all(&["test 2023-24".to_owned()])),
        ("verify", all(&["verify @patients.csv".to_owned()])),
    ]
}

/// Each command that reads records, over those of other files.
fn faulty() -> Vec<String> {
    let records: Vec<String> =
        commands().into_iter().flat_map(|(_, lines)| lines).filter(|line| line.contains("@events.csv")).collect();
    let pairs = [
        ("@bad/patients.csv", "@bad/events.csv"),
        ("@bad/patients.csv", "@bad/not_text.csv"),
        ("@patients.csv", "@bad/open.csv"),
        ("@headless/patients.csv", "@events.csv"),
        ("@patients.csv", "@headless/events.csv"),
        ("@events.csv", "@patients.csv"),
        ("@patients.csv", "@slots.csv"),
    ];
    let over = |line: &String, (patients, events): (&str, &str)| {
        line.replace("--patients @patients.csv", &format!("--patients {patients}"))
            .replace("--events @events.csv", &format!("--events {events}"))
    };
    let mut faulty: Vec<String> = records.iter().flat_map(|line| pairs.map(|pair| over(line, pair))).collect();
    faulty.extend(pairs.map(|pair| over(&format!("run --strict --year 2023-24 {NO_PRACTICES}"), pair)));
    faulty.extend(records.iter().map(|line| line.replace("@practices.csv", "@headless/patients.csv")));
    faulty.extend(
        ["@bad/patients.csv", "@headless/events.csv", "@fhir/Patient.ndjson"]
            .map(|file| format!("score {file} --year 2023-24")),
    );
    faulty.push("run --year 2023-24 --fhir @fhir".to_owned());
    faulty.push("run --year 2023-24 --strict --fhir @fhir".to_owned());
    faulty
}

#[test]
fn every_command_is_tried() {
    let help = stdout(["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: BTreeSet<&str> =
        names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    let tried: BTreeSet<&str> =
        commands().into_iter().map(|(name, _)| name).filter(|name| cfg!(feature = "lsp") || *name != "lsp").collect();
    assert_eq!(names, tried, "a new command is listed in `commands`, with what it is run on");
}

#[test]
fn nothing_of_a_patient_is_told_unasked() {
    let marked = Marked::new();
    for (name, lines) in commands() {
        for line in lines {
            let ran = output(marked.words(&line));
            let reads_records = line.contains("@events.csv");
            assert!(!reads_records || ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
            unmarked(&ran.stdout, "stdout", &line);
            unmarked(&ran.stderr, "stderr", &line);
            assert!(line.starts_with(name));
        }
    }
}

#[test]
fn faulty_rows_and_files_in_the_wrong_place_are_told_without_what_they_say() {
    let marked = Marked::new();
    let faulty = faulty();
    assert!(faulty.len() > 150, "{}", faulty.len());
    let mut refused = 0;
    for line in &faulty {
        let ran = output(marked.words(line));
        assert!(matches!(ran.status.code(), Some(0 | 2)), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
        refused += u32::from(ran.status.code() == Some(2));
        unmarked(&ran.stdout, "stdout", line);
        unmarked(&ran.stderr, "stderr", line);
    }
    assert!(refused > 50 && faulty.len() > refused as usize + 20, "{refused} of {}", faulty.len());
}

/// What asks for patients by name.
const ASKED: [&str; 6] = [
    "run --year 2023-24 --level patient --patients @bad/patients.csv --events @bad/events.csv",
    "recall --year 2023-24 --as-of 2023-06-01 --list to_call --patients @bad/patients.csv --events @bad/events.csv",
    "near-misses --year 2023-24 --level patient --patients @bad/patients.csv --events @bad/events.csv",
    "pathway --year wf-newham/2024-25 --level patient --patients @bad/patients.csv --events @bad/events.csv",
    "explain --year 2023-24 --patient xyzzy-0 --indicator VI001 --patients @bad/patients.csv --events @bad/events.csv",
    "run --year 2023-24 --level patient --format json --patients @bad/patients.csv --events @bad/events.csv",
];

#[test]
fn what_asks_for_patients_tells_of_them_on_stdout_alone() {
    let marked = Marked::new();
    for line in ASKED {
        let ran = output(marked.words(line));
        assert!(ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
        assert!(mark_in(&ran.stdout).is_some(), "{line}: the marks are found where they may be");
        unmarked(&ran.stderr, "stderr", line);
    }
}

#[cfg(unix)]
#[test]
fn a_file_with_patients_is_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let marked = Marked::new();
    let out = marked.path("out");
    for line in ASKED.iter().filter(|line| !line.starts_with("explain")) {
        let ran = output(marked.words(&format!("{line} --output @out")));
        assert!(ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
        assert!(ran.stdout.is_empty() && mark_in(&fs::read(&out).unwrap()).is_some(), "{line}");
        unmarked(&ran.stderr, "stderr", line);
        assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600, "{line}");
        fs::remove_file(&out).unwrap();
    }
    for line in [
        "recall --year 2023-24 --as-of 2023-06-01 --patients @patients.csv --events @events.csv --lists @lists",
        "pathway --year wf-newham/2024-25 --patients @patients.csv --events @events.csv --practices @practices.csv --lists @lists",
    ] {
        let ran = output(marked.words(line));
        assert!(ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
        unmarked(&ran.stderr, "stderr", line);
        let lists = files(&marked.path("lists"));
        assert!(!lists.is_empty(), "{line}");
        for list in lists {
            assert_eq!(fs::metadata(&list).unwrap().permissions().mode() & 0o777, 0o600, "{}", list.display());
        }
        assert_eq!(fs::metadata(marked.path("lists")).unwrap().permissions().mode() & 0o777, 0o700);
        fs::remove_dir_all(marked.path("lists")).unwrap();
    }
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
