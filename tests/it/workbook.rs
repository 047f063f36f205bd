//! Workbooks: `--format xlsx` read back and held against `--format csv`.

use std::fs;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Range, Reader, Xlsx};

use crate::uptake::{output, stdout};

/// A code of a practice that a spreadsheet would run if it took it for a formula.
const HOSTILE: &str = "=cmd|'/c calc'!A1";

const PATIENTS: &str = "patient_id,practice_code,birth_date,registered_date\n\
    0012,A1,2022-09-01,2022-09-01\n\
    +3,A1,2022-09-02,2022-09-02\n\
    @SUM(1),=cmd|'/c calc'!A1,2022-09-03,2022-09-03\n\
    4,=cmd|'/c calc'!A1,2022-09-04,2022-09-04\n";

const EVENTS: &str = "patient_id,event_date,code\n\
    0012,2022-11-01,310306005\n0012,2022-12-01,310306005\n0012,2023-01-01,310306005\n\
    4,2022-11-01,310306005\n4,2022-12-01,310306005\n4,2023-01-01,310306005\n";

/// The arguments of a run over the tables above, written into a folder.
fn run(folder: &Path, further: &[&str]) -> Vec<String> {
    for (name, text) in [("patients", PATIENTS), ("events", EVENTS), ("practices", PRACTICES)] {
        fs::write(folder.join(format!("{name}.csv")), text).unwrap();
    }
    let file = |name: &str| folder.join(name).display().to_string();
    let tables = [("--patients", "patients.csv"), ("--events", "events.csv"), ("--practices", "practices.csv")];
    let mut arguments: Vec<String> = vec!["run".into(), "--year".into(), "2022-23,2023-24".into()];
    arguments.extend(tables.iter().flat_map(|(flag, name)| [(*flag).to_owned(), file(name)]));
    arguments.extend(further.iter().map(|&argument| argument.to_owned()));
    arguments
}

const PRACTICES: &str = "practice_code,list_size\nA1,9000\n=cmd|'/c calc'!A1,4321\n";

fn workbook(folder: &Path, further: &[&str]) -> Xlsx<Cursor<Vec<u8>>> {
    let file = folder.join("results.xlsx");
    let name = file.display().to_string();
    stdout(run(folder, &[further, &["--format", "xlsx", "--output", &name]].concat()));
    Xlsx::new(Cursor::new(fs::read(&file).unwrap())).unwrap()
}

/// Holds each cell below the title against the field of the CSV: numbers as numbers, all else as text.
fn assert_same(sheet: &Range<Data>, csv: &str, numbers_from: usize) {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let mut rows = 0;
    for (row, record) in (1_u32..).zip(reader.records()) {
        for (at, (column, field)) in (0_u32..).zip(&record.unwrap()).enumerate() {
            // What a spreadsheet would take for a formula has an apostrophe before it in the CSV.
            let field = field.strip_prefix("'=").map_or(field.to_owned(), |rest| format!("={rest}"));
            let expected = match field.as_str() {
                "" => Data::Empty,
                number if row > 1 && at >= numbers_from => Data::Float(number.parse().unwrap()),
                text => Data::String(text.to_owned()),
            };
            assert_eq!(sheet.get_value((row, column)).cloned().unwrap_or_default(), expected, "row {row}, {column}");
        }
        rows += 1;
    }
    assert!(rows > 3, "only {rows} rows were compared");
    assert_eq!(sheet.height(), rows + 1);
}

#[test]
fn a_workbook_holds_what_the_csv_holds() {
    let folder = tempfile::tempdir().unwrap();
    let csv = stdout(run(folder.path(), &["--format", "csv"]));
    assert!(csv.contains(HOSTILE));
    let all = workbook(folder.path(), &[]);
    assert!(all.sheet_names().len() > 3, "payments and fees have sheets of their own: {:?}", all.sheet_names());
    let mut book = workbook(folder.path(), &["--table", "indicators"]);
    let sheets = ["Cover", "Indicators per practice", "Achievement by indicator, %", "Figures", "Sources"];
    assert_eq!(book.sheet_names(), sheets);
    assert_same(&book.worksheet_range("Indicators per practice").unwrap(), &csv, 3);
    for name in book.sheet_names() {
        assert!(book.worksheet_formula(&name).unwrap().is_empty(), "{name} has a formula");
    }
}

#[test]
fn patients_ids_stay_text() {
    let folder = tempfile::tempdir().unwrap();
    let csv = stdout(run(folder.path(), &["--format", "csv", "--level", "patient"]));
    assert!(csv.contains("\n@SUM(1),=cmd") && csv.contains("\n0012,A1"));
    let mut book = workbook(folder.path(), &["--level", "patient"]);
    assert_same(&book.worksheet_range("Outcomes per patient").unwrap(), &csv, usize::MAX);
}

#[test]
fn the_cover_names_the_rulebooks_and_a_sheet_their_sources() {
    let folder = tempfile::tempdir().unwrap();
    let json: serde_json::Value = serde_json::from_str(&stdout(run(folder.path(), &["--format", "json"]))).unwrap();
    let mut book = workbook(folder.path(), &[]);
    let cover = book.worksheet_range("Cover").unwrap();
    let lines: Vec<String> = cover.rows().map(|row| format!("{} {}", row[0], row[1])).collect();
    for stamp in json["rulebooks"].as_array().unwrap() {
        let (name, digest) = (stamp["name"].as_str().unwrap(), stamp["digest"].as_str().unwrap());
        let revision = format!("revision {}", stamp["revision"]);
        let line = lines.iter().find(|line| line.starts_with(&format!("Rulebook {name} "))).unwrap();
        assert!(line.contains(digest) && line.contains(&revision), "{line}");
    }
    let sources = book.worksheet_range("Sources").unwrap();
    assert!(sources.rows().any(|row| row[0] == "qof/2023-24" && row[2] != Data::Empty));
}

#[test]
fn a_chart_stands_beside_what_all_practices_achieved_and_each_table_is_marked_as_one() {
    // Two of the four have three doses and all four turn 8 months in May 2023: 2 of 4. In the first year nobody is on a
    // register, so it has no column.
    let folder = tempfile::tempdir().unwrap();
    let mut book = workbook(folder.path(), &[]);
    let drawn = book.worksheet_range("Achievement by indicator, %").unwrap();
    let cells: Vec<Vec<Data>> = drawn.rows().skip(1).map(<[Data]>::to_vec).collect();
    let text = |text: &str| Data::String(text.to_owned());
    assert_eq!(cells[0], [text("indicator"), text("2023-24")]);
    assert!(cells.contains(&vec![text("VI001"), Data::Float(50.0)]), "{cells:?}");
    let bytes = fs::read(folder.path().join("results.xlsx")).unwrap();
    let has = |part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
    assert!(has("xl/charts/chart1.xml") && !has("xl/charts/chart2.xml"), "one chart");
    let tables = (1..).take_while(|number| has(&format!("xl/tables/table{number}.xml"))).count();
    assert_eq!(tables, book.sheet_names().len() - 1, "each sheet but the cover is a table");
}

#[test]
fn two_runs_write_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = || output(run(folder.path(), &["--format", "xlsx"])).stdout;
    let first = bytes();
    assert!(first.starts_with(b"PK"));
    assert_eq!(first, bytes());
}
