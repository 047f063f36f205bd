//! One bad cell or row at a time in tables that are sound otherwise: it is found where it stands, its row alone is set
//! aside, and nothing else is lost.

use std::collections::{BTreeMap, BTreeSet};

use uptake::data::Silent;
use uptake::data::extract::{self, LoadOptions};
use uptake::data::{Input, PatientInputs, Wanted};
use uptake::eval::run::{Level, run};
use uptake::ground::{Finding, FindingKind};

use crate::golden::code;
use crate::laws::{BOOKS, load_for, outcomes};
use crate::tables::{EVENTS, PATIENTS};

/// What is no date, nor taken for one.
const NO_DATES: [&str; 23] = [
    "  ",
    "2023-02-29",
    "2023-13-01",
    "2023-00-10",
    "2023-04-31",
    "2023-04-00",
    "0000-00-00",
    "9999-99-99",
    "01/02/2023",
    "31.12.2022",
    "2023-1-1",
    "20230101x",
    "2023-01-01x",
    "2023-01-01 25:00",
    "-2023-01-01",
    "+2023-01-01",
    "2023–01–01",
    "２０２３-01-01",
    "44927",
    "NULL",
    "NaN",
    "yesterday",
    "2023-01",
];

/// What is no code: too short, too long, with a leading zero, with digits that a spreadsheet dropped, or no number.
const NO_CODES: [&str; 11] = [
    "  ",
    "12345",
    "1234567890123456789",
    "0312870000",
    "3.1287E+11",
    "312870000.0",
    "-312870000",
    "312 870 000",
    "0x12AB34",
    "MMR",
    "３１２８７００００",
];

/// Rows of two tables.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Tables {
    patients: Vec<String>,
    events: Vec<String>,
}

/// Children of VI001 and VI002 in 2023-24 and people of the shingles indicator, achieved and not, at two practices.
fn sound() -> Tables {
    let (dtap, mmr, shingles) = (code("dtap"), code("mmr"), code("shingles_live"));
    let patients = [
        "p0,A81001,2022-12-05,2022-12-05,,",
        "p1,A81001,2022-10-31,2023-01-15,,",
        "p2,A81002,2023-01-20,2023-01-20,2023-06-01,",
        "p3,A81002,2022-03-09,2022-03-09,,",
        "p4,A81002,2022-07-01,2023-11-30,,",
        "p5,A81001,1943-06-15,2001-01-01,,2024-01-31",
    ];
    let events = [
        format!("p0,2023-02-01,{dtap}"),
        format!("p0,2023-03-01,{dtap}"),
        format!("p0,2023-04-01,{dtap}"),
        format!("p1,2023-02-01,{dtap}"),
        format!("p3,2023-03-20,{mmr}"),
        format!("p4,2023-12-01,{mmr}"),
        format!("p5,2013-10-01,{shingles}"),
    ];
    Tables { patients: patients.map(str::to_owned).to_vec(), events: events.to_vec() }
}

/// A bad row in the place of a sound one.
struct Bad {
    tables: Tables,
    /// The tables without the row.
    without: Tables,
    kind: FindingKind,
    file: &'static str,
    column: &'static str,
    line: u64,
}

/// The columns of a table with the values that each cannot hold, and what is then found.
fn columns(file: &str) -> Vec<(usize, &'static str, Vec<&'static str>, FindingKind)> {
    let dates = || NO_DATES.to_vec();
    let (none, blank) = (|| vec![""], || vec!["", "  "]);
    let (date, missing) = (FindingKind::MalformedDate, FindingKind::MissingValue);
    if file == "patients.csv" {
        vec![
            (0, "patient_id", blank(), missing),
            (1, "practice_code", blank(), missing),
            (2, "birth_date", none(), missing),
            (2, "birth_date", dates(), date),
            (3, "registered_date", none(), missing),
            (3, "registered_date", dates(), date),
            (4, "deregistered_date", dates(), date),
            (5, "death_date", dates(), date),
        ]
    } else {
        vec![
            (0, "patient_id", blank(), missing),
            (1, "event_date", none(), missing),
            (1, "event_date", dates(), date),
            (2, "code", none(), missing),
            (2, "code", NO_CODES.to_vec(), FindingKind::MalformedCode),
        ]
    }
}

/// What is found instead of a malformed cell where more can be said of it.
fn more_exactly(kind: FindingKind, value: &str) -> FindingKind {
    match value {
        "01/02/2023" | "31.12.2022" => FindingKind::UndeclaredDate,
        "3.1287E+11" => FindingKind::CodeInExponents,
        _ => kind,
    }
}

fn rows_of<'t>(tables: &'t mut Tables, file: &str) -> &'t mut Vec<String> {
    if file == "patients.csv" { &mut tables.patients } else { &mut tables.events }
}

/// Every row of a table with every bad value in every column, then with a cell too many and too few.
fn bad(file: &'static str) -> Vec<Bad> {
    let sound = sound();
    let rows = rows_of(&mut sound.clone(), file).clone();
    let mut bad = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let mut without = sound.clone();
        rows_of(&mut without, file).remove(at);
        let mut put = |row: String, kind, column| {
            let mut tables = sound.clone();
            rows_of(&mut tables, file)[at] = row;
            bad.push(Bad { tables, without: without.clone(), kind, file, column, line: at as u64 + 2 });
        };
        for (place, column, values, kind) in columns(file) {
            for value in values {
                let mut cells: Vec<&str> = row.split(',').collect();
                cells[place] = value;
                put(cells.join(","), more_exactly(kind, value), column);
            }
        }
        put(format!("{row},more"), FindingKind::WrongCellCount, "");
        put(row.rsplit_once(',').unwrap().0.to_owned(), FindingKind::WrongCellCount, "");
    }
    bad
}

/// What was odd: how often each kind was found.
fn findings(tables: &Tables) -> (BTreeMap<FindingKind, u64>, Vec<Finding>) {
    let (extract, lenses) = load_for(&BOOKS, &tables.patients, &tables.events);
    assert_eq!(extract.patient_rows(), tables.patients.len() as u64);
    assert_eq!(extract.event_rows(), tables.events.len() as u64);
    let (_, grouped) = run(&extract, &lenses, Level::Practice, &Silent);
    let mut found = extract.findings().clone();
    found.merge(grouped);
    let mut counts: BTreeMap<FindingKind, u64> = BTreeMap::new();
    found.list().iter().for_each(|finding| *counts.entry(finding.kind).or_default() += finding.count);
    (counts, found.list())
}

fn is_refused_when_strict(tables: &Tables) -> bool {
    let csv = |name: &str, header: &str, rows: &[String]| Input::csv(name, format!("{header}\n{}\n", rows.join("\n")));
    let inputs = PatientInputs {
        patients: csv("patients.csv", PATIENTS, &tables.patients),
        events: csv("events.csv", EVENTS, &tables.events),
    };
    let strict = LoadOptions { strict: true, ..LoadOptions::default() };
    extract::load(&inputs, &Wanted::default(), &strict, &Silent).is_err()
}

#[test]
fn a_bad_cell_costs_its_row_alone_and_is_found_where_it_stands() {
    assert!(!is_refused_when_strict(&sound()));
    let (mut distinct, mut without) = (BTreeSet::new(), BTreeMap::new());
    for bad in ["patients.csv", "events.csv"].into_iter().flat_map(bad) {
        let (place, rows) =
            (format!("{} line {}", bad.file, bad.line), [bad.tables.patients.join("\n"), bad.tables.events.join("\n")]);
        let told = format!("{place}, {:?} in `{}`:\n{}", bad.kind, bad.column, rows.join("\n"));
        let (found_without, outcomes_without) = without
            .entry(bad.without)
            .or_insert_with_key(|tables| (findings(tables).0, outcomes(&tables.patients, &tables.events)));
        let mut expected = found_without.clone();
        *expected.entry(bad.kind).or_default() += 1;
        let (found, list) = findings(&bad.tables);
        assert_eq!(found, expected, "{told}");
        let finding = list.iter().find(|finding| finding.kind == bad.kind && finding.column == bad.column);
        let finding = finding.unwrap_or_else(|| panic!("{told}\n{list:?}"));
        assert_eq!((finding.file.as_str(), finding.first_rows.as_slice()), (bad.file, [bad.line].as_slice()), "{told}");
        assert_eq!(outcomes(&bad.tables.patients, &bad.tables.events), *outcomes_without, "{told}");
        assert!(is_refused_when_strict(&bad.tables), "{told}");
        distinct.insert(bad.tables);
    }
    assert!(distinct.len() >= 200, "{} distinct bad inputs", distinct.len());
    println!("{} distinct bad inputs", distinct.len());
}

/// The law is worth little if no row matters to a result.
#[test]
fn the_sound_tables_have_rows_that_decide() {
    let sound = sound();
    let whole = outcomes(&sound.patients, &sound.events);
    for wanted in ["Achieved", "NotAchieved"] {
        assert!(whole.contains(&format!("A81001 {wanted}")), "{whole}");
    }
    let mut without = sound.clone();
    without.events.remove(0);
    assert_ne!(outcomes(&without.patients, &without.events), whole);
}
