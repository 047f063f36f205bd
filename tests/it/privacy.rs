//! No command tells of a patient unless it is asked to by name. Ids, dates, free texts and contact details of an extract
//! are marked, and every command is run over it, over faulty rows and over files put in the wrong place: no mark is in
//! stderr, nor in any output that was not asked for by patient.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[cfg(feature = "lsp")]
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::uptake::{output, stdout, uptake};

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

/// What stands in faulty cells: dates in another order, days that are not, codes that are none.
const MARKED_FAULTS: [&str; 8] =
    ["17/11/2022", "13/02/2023", "27.03.2023", "2022-11-31", "2023-02-30", "31 November", "0312870000", "3.1287E+08"];

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
        for (folder, separator) in [("semicolons", ";"), ("tabs", "\t"), ("bars", "|")] {
            self.write(&format!("{folder}/patients.csv"), &patients.replace(',', separator));
            self.write(&format!("{folder}/events.csv"), &events.replace(',', separator));
            self.write(&format!("{folder}/headless.csv"), &headless(patients).replace(',', separator));
        }
        self.write_faulty_others();
        self.write("headless/patients.csv", &headless(patients));
        self.write("headless/events.csv", &headless(events));
        let fhir = "{\"resourceType\":\"Patient\",\"id\":\"xyzzy-1\",\"birthDate\":\"2022-11-17\"}\n\
             {\"resourceType\":\"Patient\",\"id\":\"xyzzy-2\",\"birthDate\":\"17/11/2022\"}\n{\"resourceType\":\"Patient\",\"id\":\"xyzzy\n";
        self.write("fhir/Patient.ndjson", fhir);
        let fhir = "{\"resourceType\":\"Immunization\",\"id\":\"xyzzy\",\"patient\":{\"reference\":\"Patient/xyzzy-1\"},\
             \"occurrenceDateTime\":\"2023-02-13\",\"status\":\"completed\",\"vaccineCode\":{\"text\":\"xyzzy\"}}\n{\"xyzzy\"\n";
        self.write("fhir/Immunization.ndjson", fhir);
    }

    /// The tables that are not of patients and events, with faulty rows.
    fn write_faulty_others(&self) {
        let appointments = "patient_id,agreed_date,appointment_date,attended\nxyzzy-0,13/02/2023,2023-03-27,\n\
             xyzzy-1,2023-02-30,,\nxyzzy-2,,,\nxyzzy-3,2023-02-13,27.03.2023,xyzzy\nxyzzy-nobody,2023-02-13,,\n,2023-02-13,,\nxyzzy\n";
        self.write("bad/appointments.csv", appointments);
        let slots = "practice_code,slot_start,slot_end,taken\nA81000,13/02/2023 09:00,,\nA81000,2023-02-30,,\n\
             A81000,2023-02-13,xyzzy,\nA81000,2023-02-13,,xyzzy\nxyzzy,2023-02-13,,\n,2023-02-13,,\nxyzzy\n";
        self.write("bad/slots.csv", slots);
        let practices = "practice_code,practice_name,list_size,area,contact_name,contact_details\n\
             A81000,One,9000,Newham,xyzzy Smith,xyzzy@example.org\nA81000,One,9001,Newham,xyzzy Jones,xyzzy\n\
             A81001,Two,xyzzy,Newham,xyzzy,xyzzy\n,Three,8000,Newham,xyzzy,xyzzy\nA81002,xyzzy\n";
        self.write("bad/practices.csv", practices);
        let counts = "practice_code,indicator,numerator,denominator\nA81000,VI001,80,90\nA81000,VI001,xyzzy,90\n\
             A81000,VI001,91,90\nA81000,VI001,-1,xyzzy\n,VI001,80,90\nA81000,VI099,80,90\nxyzzy\n";
        self.write("bad/counts.csv", counts);
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
    dates.chain(MARKED_FAULTS).chain([MARK]).find(|mark| text.contains(mark)).map(str::to_owned)
}

#[track_caller]
fn unmarked(bytes: &[u8], what: &str, line: &str) {
    if let Some(mark) = mark_in(bytes) {
        panic!("`{mark}` is in {what} of `uptake {line}`:\n{}", String::from_utf8_lossy(bytes));
    }
}

/// What somebody who opens a file of results sees.
fn seen_in(file: &Path) -> Vec<u8> {
    let mut seen = fs::read(file).unwrap();
    match file.extension().and_then(|ending| ending.to_str()) {
        #[cfg(feature = "workbook")]
        Some("xlsx") => seen.extend(cells_of_workbook(file).into_bytes()),
        #[cfg(feature = "parquet")]
        Some("parquet") => seen.extend(cells_of_parquet(file).into_bytes()),
        _ => {}
    }
    seen
}

#[cfg(feature = "workbook")]
fn cells_of_workbook(file: &Path) -> String {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file).unwrap();
    let sheets: Vec<String> = book.sheet_names();
    let ranges = sheets.iter().map(|name| book.worksheet_range(name).unwrap()).collect::<Vec<_>>();
    let cells = ranges.iter().flat_map(|range| range.cells()).map(|(.., cell)| cell.to_string());
    sheets.iter().cloned().chain(cells).collect::<Vec<_>>().join("\n")
}

#[cfg(feature = "parquet")]
fn cells_of_parquet(file: &Path) -> String {
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let batches = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(file).unwrap()).unwrap().build().unwrap();
    let batches: Vec<_> = batches.map(Result::unwrap).collect();
    batches.iter().map(|batch| format!("{:?}", batch.columns())).collect()
}

const RECORDS: &str = "--patients @patients.csv --events @events.csv --practices @practices.csv";
const NO_PRACTICES: &str = "--patients @patients.csv --events @events.csv";

/// A command with its exit code.
type Try = (i32, String);

fn well<const N: usize>(lines: [String; N]) -> Vec<Try> {
    lines.map(|line| (0, line)).to_vec()
}

fn each<const N: usize>(before: &str, words: [&str; N]) -> Vec<Try> {
    words.map(|word| (0, format!("{before} {word}"))).to_vec()
}

fn refused<const N: usize>(lines: [&str; N]) -> Vec<Try> {
    lines.map(|line| (2, line.to_owned())).to_vec()
}

/// What `run` can write and how, without being asked for patients.
fn runs() -> Vec<Try> {
    let run = |year: &str| format!("run --year {year} {RECORDS}");
    let mut runs = each(&run("2021-22,2023-24"), FORMATS);
    runs.extend(each(&run("2021-22"), ["--table payments", "--table fees", "--table practices"]));
    runs.extend(each(
        &run("2023-24"),
        [
            "--format fhir",
            "--format markdown",
            "--format fhir --output @out.json",
            "--format markdown --output @out.md",
            "--table long --format csv",
            "--memory 1GiB",
            "--by area",
            "--by area --suppress 5",
            "--suppress 5 --format json",
            "--round 5 --format csv",
            "--map patients.patient_id=patient_id --map events.code=code",
        ],
    ));
    let binary = [("parquet", cfg!(feature = "parquet")), ("xlsx", cfg!(feature = "workbook"))];
    for (form, _) in binary.into_iter().filter(|(_, is_there)| *is_there) {
        runs.push((0, format!("{} --format {form} --output @out.{form}", run("2023-24"))));
    }
    runs
}

const FORMATS: [&str; 3] = ["--format table", "--format csv", "--format json"];
const TWO_FORMATS: [&str; 2] = ["--format table", "--format json"];

/// Every command, as it is run without asking for patients.
fn commands() -> Vec<(&'static str, Vec<Try>)> {
    let pathway =
        format!("pathway --year wf-newham/2024-25 {RECORDS} --appointments @appointments.csv --slots @slots.csv");
    let report = format!("report --year 2021-22,2023-24 {RECORDS} --output");
    let reports = if cfg!(feature = "workbook") { &["@report.html", "@report.xlsx"][..] } else { &["@report.html"] };
    vec![
        ("attrition", each(&format!("attrition --year 2023-24 {NO_PRACTICES}"), FORMATS)),
        (
            "audit",
            well([
                format!("audit month-end --year 2023-24 {NO_PRACTICES}"),
                format!("audit exceptions --year 2023-24 {NO_PRACTICES} --format json"),
            ]),
        ),
        ("check", [well(["check".to_owned()]), refused(["check @patients.csv"])].concat()),
        ("compare", each(&format!("compare --years 2021-22,2023-24 {RECORDS}"), TWO_FORMATS)),
        ("completions", well(["completions bash".to_owned()])),
        ("curve", well(["curve --years 2023-24 --cohort-size 90 --list-size 9085".to_owned()])),
        ("demo", well(["demo @made-up --size 50 --write-only".to_owned()])),
        ("diff", [well(["diff 2021-22 2023-24".to_owned()]), refused(["diff @patients.csv 2023-24"])].concat()),
        // One patient is asked for by name: stdout may tell of that one, stderr may not.
        ("explain", vec![]),
        ("export", well(["export @exported --year 2023-24".to_owned()])),
        ("fmt", [well(["fmt --check".to_owned()]), refused(["fmt @patients.csv"])].concat()),
        (
            "import-codes",
            [
                // A table of events has a column of codes, and nothing else of it is taken.
                well(["import-codes @events.csv --cluster mmr --version 2099.1 --output -".to_owned()]),
                refused([
                    "import-codes @patients.csv --cluster mmr --version 2099.1 --output -",
                    "import-codes @headless/patients.csv --cluster mmr --version 2099.1 --output -",
                    "import-codes @headless/events.csv --cluster mmr --version 2099.1 --output -",
                    "import-codes @bad/events.csv --cluster mmr --version 2099.1 --output -",
                    "import-codes @bars/headless.csv --cluster mmr --version 2099.1 --output -",
                    "import-codes @bad/practices.csv --cluster mmr --version 2099.1 --output -",
                ]),
            ]
            .concat(),
        ),
        // It reads rules alone; `an_editor_is_told_of_rules_alone` leads a conversation with it.
        ("lsp", vec![]),
        ("man", well(["man @manual".to_owned()])),
        ("near-misses", each(&format!("near-misses --year 2023-24 {RECORDS}"), TWO_FORMATS)),
        ("new-year", well(["new-year 2030-31 --from 2023-24 --into @new-year".to_owned()])),
        ("next", each(&format!("next --year 2023-24 {RECORDS}"), TWO_FORMATS)),
        ("pathway", [each(&pathway, FORMATS), each(&pathway, ["--suppress 5", "--round 5"])].concat()),
        ("recall", each(&format!("recall --year 2023-24 --as-of 2023-06-01 {RECORDS}"), FORMATS)),
        ("report", reports.iter().map(|place| (0, format!("{report} {place}"))).collect()),
        ("run", runs()),
        ("schema", well(["schema contract".to_owned()])),
        (
            "score",
            [
                well(["score @counts.csv --year 2023-24 --practices @practices.csv".to_owned()]),
                refused(["score @patients.csv --year 2023-24"]),
            ]
            .concat(),
        ),
        ("show", [well(["show VI001".to_owned()]), refused(["show xyzz"])].concat()),
        ("sql", well(["sql --year 2023-24 --dialect duckdb".to_owned()])),
        ("sweep", well([format!("sweep --year 2023-24 {RECORDS} --figure VI001.lower_threshold=85..90:1")])),
        ("test", well(["test 2023-24".to_owned()])),
        // `a_result_of_patients_is_verified_in_silence` gives it one.
        ("verify", refused(["verify @patients.csv"])),
    ]
}

/// Tables that are read besides, and what else is given for them.
const OTHER_TABLES: [(&str, [&str; 3]); 3] = [
    ("@practices.csv", ["@bad/practices.csv", "@headless/patients.csv", "@semicolons/headless.csv"]),
    ("@appointments.csv", ["@bad/appointments.csv", "@headless/patients.csv", "@bars/headless.csv"]),
    ("@slots.csv", ["@bad/slots.csv", "@headless/events.csv", "@tabs/headless.csv"]),
];

/// Patients and events that are faulty, or something else.
const PAIRS: [(&str, &str); 11] = [
    ("@bad/patients.csv", "@bad/events.csv"),
    ("@bars/headless.csv", "@events.csv"),
    ("@bad/patients.csv", "@bad/not_text.csv"),
    ("@patients.csv", "@bad/open.csv"),
    ("@headless/patients.csv", "@events.csv"),
    ("@patients.csv", "@headless/events.csv"),
    ("@events.csv", "@patients.csv"),
    ("@patients.csv", "@slots.csv"),
    ("@semicolons/patients.csv", "@tabs/events.csv"),
    ("@bars/patients.csv", "@semicolons/events.csv"),
    ("@patients.csv", "@bars/headless.csv"),
];

/// A line over other patients and events.
fn over(line: &str, (patients, events): (&str, &str)) -> String {
    line.replace("--patients @patients.csv", &format!("--patients {patients}"))
        .replace("--events @events.csv", &format!("--events {events}"))
}

/// Each command that reads records, over all other files, and in its other forms over some.
fn faulty() -> Vec<String> {
    let mut faulty: Vec<String> = Vec::new();
    for (_, lines) in commands() {
        let lines = lines.into_iter().map(|(_, line)| line).filter(|line| line.contains(NO_PRACTICES));
        for (at, line) in lines.enumerate() {
            let pairs = if at == 0 { &PAIRS[..] } else { &PAIRS[..2] };
            faulty.extend(pairs.iter().map(|pair| over(&line, *pair)));
            let others = OTHER_TABLES.into_iter().filter(|(table, _)| at == 0 && line.contains(table));
            faulty.extend(others.flat_map(|(table, files)| files.map(|file| line.replace(table, file))));
        }
    }
    faulty.extend(PAIRS.map(|pair| over(&format!("run --strict --year 2023-24 {NO_PRACTICES}"), pair)));
    faulty.extend(
        ["@bad/patients.csv", "@headless/events.csv", "@fhir/Patient.ndjson", "@bad/counts.csv", "@bars/headless.csv"]
            .map(|file| format!("score {file} --year 2023-24")),
    );
    let run = "run --year 2023-24";
    faulty.extend([
        format!("{run} {NO_PRACTICES} --map patients.birth_date=DOB"),
        format!("{run} --patients @tabs/headless.csv --events @events.csv --map patients.birth_date=DOB"),
        format!("{run} --patients @bad/patients.csv --events @bad/events.csv --dates day-first"),
        format!("{run} --fhir @fhir"),
        format!("{run} --strict --fhir @fhir"),
    ]);
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

/// Runs a line as somebody would who looks for a fault: nothing of a patient is in what it tells or writes.
fn tells_nothing(marked: &Marked, line: &str) -> Option<i32> {
    let ran = uptake(marked.words(line)).env("RUST_BACKTRACE", "1").output().unwrap();
    unmarked(&ran.stdout, "stdout", line);
    unmarked(&ran.stderr, "stderr", line);
    let place = line.split_once("--output @").map(|(_, place)| marked.path(place));
    if let Some(file) = place.filter(|file| file.exists()) {
        unmarked(&seen_in(&file), "the output", line);
        fs::remove_file(file).unwrap();
    }
    ran.status.code()
}

#[test]
fn nothing_of_a_patient_is_told_unasked() {
    let marked = Marked::new();
    for (name, lines) in commands() {
        for (code, line) in lines {
            assert_eq!(tells_nothing(&marked, &line), Some(code), "{line}");
            assert!(line.starts_with(name));
        }
    }
}

#[test]
fn what_is_written_is_looked_into() {
    let marked = Marked::new();
    let forms = [("json", true), ("parquet", cfg!(feature = "parquet")), ("xlsx", cfg!(feature = "workbook"))];
    for (form, _) in forms.into_iter().filter(|(_, is_there)| *is_there) {
        let line = format!("run --year 2023-24 --level patient {NO_PRACTICES} --format {form} --output @asked.{form}");
        let ran = output(marked.words(&line));
        assert!(ran.status.success(), "{line}\n{}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(mark_in(&seen_in(&marked.path(&format!("asked.{form}")))).as_deref(), Some(MARK), "{line}");
    }
}

#[test]
fn a_result_of_patients_is_verified_in_silence() {
    let marked = Marked::new();
    let run = format!("run --year 2023-24 --level patient {NO_PRACTICES} --format json --output @result.json");
    assert!(output(marked.words(&run)).status.success());
    let result = fs::read_to_string(marked.path("result.json")).unwrap();
    assert_eq!(tells_nothing(&marked, "verify @result.json"), Some(0));
    let changes = [
        result.replacen("\"achieved\"", "\"excluded\"", 1),
        result.replacen("\"not_achieved\"", "\"achieved\"", 5),
        result.replacen("xyzzy-1\"", "xyzzy-1001\"", 1),
        result.replace("xyzzy-2\"", "xyzzy-2002\""),
    ];
    for changed in changes {
        assert_ne!(changed, result);
        fs::write(marked.path("result.json"), &changed).unwrap();
        assert_eq!(tells_nothing(&marked, "verify @result.json"), Some(1));
    }
    fs::write(marked.path("result.json"), &result[..result.len() / 2]).unwrap();
    assert_eq!(tells_nothing(&marked, "verify @result.json"), Some(2));
}

#[cfg(feature = "lsp")]
#[test]
fn an_editor_is_told_of_rules_alone() {
    let marked = Marked::new();
    for below in ["codes/2026.1", "qof/2023-24"] {
        crate::tables::copy(&crate::uptake::rules().join(below), &marked.path(&format!("rules/{below}")));
    }
    // Tables lie where somebody works on rules: beside them, and among them.
    for name in ["patients.csv", "events.csv"] {
        fs::copy(marked.path(name), marked.path(&format!("rules/qof/2023-24/{name}"))).unwrap();
    }
    let file = marked.path("rules/qof/2023-24/indicators.rules");
    let uri = format!("file://{}", file.display());
    let (root, text) = (format!("file://{}", marked.path("rules").display()), fs::read_to_string(&file).unwrap());
    let at = json!({ "textDocument": { "uri": uri }, "position": { "line": 8, "character": 6 } });
    let asked = ["hover", "definition", "documentSymbol", "completion", "codeAction", "references"];
    let mut said = vec![
        json!({ "id": 1, "method": "initialize", "params": { "rootUri": root, "capabilities": {} } }),
        json!({ "method": "initialized", "params": {} }),
        json!({ "method": "textDocument/didOpen", "params": { "textDocument":
            { "uri": uri, "languageId": "rules", "version": 1, "text": text.replacen("source", "sauce", 1) } } }),
        json!({ "id": 2, "method": "workspace/symbol", "params": { "query": "" } }),
    ];
    said.extend(
        (3..).zip(asked).map(|(id, what)| json!({ "id": id, "method": format!("textDocument/{what}"), "params": at })),
    );
    said.extend([json!({ "id": 99, "method": "shutdown" }), json!({ "method": "exit" })]);
    let ran = conversation(said);
    assert!(ran.stdout.len() > 1000 && String::from_utf8_lossy(&ran.stdout).contains("publishDiagnostics"));
    unmarked(&ran.stdout, "stdout", "lsp");
    unmarked(&ran.stderr, "stderr", "lsp");
}

/// All that the language server says to these messages.
#[cfg(feature = "lsp")]
fn conversation(said: Vec<Value>) -> std::process::Output {
    use std::io::Write;
    use std::process::Stdio;
    let piped = || Stdio::piped();
    let mut server = uptake(["lsp", "--stdio"]).stdin(piped()).stdout(piped()).stderr(piped()).spawn().unwrap();
    let mut to_server = server.stdin.take().unwrap();
    let talk = std::thread::spawn(move || {
        for mut message in said {
            message["jsonrpc"] = json!("2.0");
            let message = message.to_string();
            write!(to_server, "Content-Length: {}\r\n\r\n{message}", message.len()).unwrap();
        }
        to_server
    });
    let ran = server.wait_with_output().unwrap();
    drop(talk.join().unwrap());
    ran
}

#[test]
fn faulty_rows_and_files_in_the_wrong_place_are_told_without_what_they_say() {
    let marked = Marked::new();
    let faulty = faulty();
    assert!(faulty.len() > 150, "{}", faulty.len());
    let mut refused = 0;
    for line in &faulty {
        let code = tells_nothing(&marked, line);
        assert!(matches!(code, Some(0 | 2)), "{line}: {code:?}");
        refused += u32::from(code == Some(2));
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
