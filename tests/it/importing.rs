//! Tables as people have them: other names of columns, other orders of dates, codes that a spreadsheet has cut.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use tempfile::TempDir;

use crate::uptake::{output, stdout};

static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let more = ["--size", "900", "--seed", "5", "--write-only"];
    stdout(["demo", folder.path().join("demo").to_str().unwrap()].iter().chain(&more));
    folder
});

fn demo(name: &str) -> PathBuf {
    DEMO.path().join("demo").join(name)
}

/// Rewrites a table of the demo: its header, and each cell by its column's place.
fn rewritten(folder: &Path, name: &str, header: &str, cell: impl Fn(usize, &str) -> String) -> String {
    let text = fs::read_to_string(demo(name)).unwrap();
    let mut out = vec![header.to_owned()];
    for line in text.lines().skip(1) {
        let cells: Vec<String> = line.split(',').enumerate().map(|(at, text)| cell(at, text)).collect();
        out.push(cells.join(","));
    }
    let path = folder.join(name);
    fs::write(&path, out.join("\n") + "\n").unwrap();
    path.to_str().unwrap().to_owned()
}

/// `2021-04-03` as `03/04/2021`.
fn day_first(date: &str) -> String {
    match date.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => format!("{day}/{month}/{year}"),
        _ => date.to_owned(),
    }
}

fn run(patients: &str, events: &str, more: &[&str]) -> std::process::Output {
    let first = ["run", "--year", "2023-24", "--format", "csv", "--patients", patients, "--events", events];
    output(first.iter().chain(more))
}

fn expected() -> Vec<u8> {
    run(demo("patients.csv").to_str().unwrap(), demo("events.csv").to_str().unwrap(), &[]).stdout
}

const OTHER_PATIENTS: &str = "NHS No,Surgery,DOB,Date of reg.,Left,Died";
const OTHER_EVENTS: &str = "NHS No,When,SNOMED,Free text,Surgery";

#[test]
fn other_names_and_day_first_dates_give_the_same_results() {
    let folder = tempfile::tempdir().unwrap();
    let dates = |at: usize, text: &str| if at >= 2 { day_first(text) } else { text.to_owned() };
    let patients = rewritten(folder.path(), "patients.csv", OTHER_PATIENTS, dates);
    let header = fs::read_to_string(demo("events.csv")).unwrap().lines().next().unwrap().to_owned();
    assert_eq!(header, "patient_id,event_date,code,text,practice_code");
    let date = |at: usize, text: &str| if at == 1 { day_first(text) } else { text.to_owned() };
    let events = rewritten(folder.path(), "events.csv", OTHER_EVENTS, date);
    let names = [
        "--map=patients.patient_id=NHS No",
        "--map=patients.practice_code=Surgery",
        "--map=patients.birth_date=DOB",
        "--map=patients.registered_date=Date of reg.",
        "--map=patients.deregistered_date=Left",
        "--map=patients.death_date=Died",
        "--map=events.patient_id=NHS No",
        "--map=events.event_date=When",
        "--map=events.code=SNOMED",
        "--map=events.practice_code=Surgery",
    ];
    let ran = run(&patients, &events, &[&names[..], &["--dates", "day-first"]].concat());
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert!(ran.stdout == expected() && ran.stdout.len() > 500);
    // The same from a file, with one column's order declared by itself.
    let map = folder.path().join("map.toml");
    let file = "dates = 'day-first'\n[patients]\npatient_id = 'NHS No'\npractice_code = 'Surgery'\nbirth_date = 'DOB'\n\
                registered_date = {column = 'Date of reg.', dates = 'day-first'}\nderegistered_date = 'Left'\n\
                death_date = 'Died'\n[events]\npatient_id = 'NHS No'\nevent_date = 'When'\ncode = 'SNOMED'\n\
                practice_code = 'Surgery'\n";
    fs::write(&map, file).unwrap();
    assert!(run(&patients, &events, &["--map", map.to_str().unwrap()]).stdout == expected());
}

#[test]
fn an_order_that_nobody_declared_is_refused_with_what_to_declare() {
    let folder = tempfile::tempdir().unwrap();
    let header = "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date";
    let dates = |at: usize, text: &str| if at >= 2 { day_first(text) } else { text.to_owned() };
    let patients = rewritten(folder.path(), "patients.csv", header, dates);
    let ran = run(&patients, demo("events.csv").to_str().unwrap(), &[]);
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.contains("declare it with `--dates day-first`") && ran.stdout.is_empty(), "{told}");
    // One cell of another order is set aside and told of, and the rest is read.
    let first = fs::read_to_string(demo("patients.csv")).unwrap();
    let one = folder.path().join("one.csv");
    fs::write(&one, format!("{first}99,Z81001,03/04/2021,2021-05-01,,\n")).unwrap();
    let ran = run(one.to_str().unwrap(), demo("events.csv").to_str().unwrap(), &[]);
    assert!(ran.status.success() && ran.stdout == expected());
    assert!(String::from_utf8(ran.stderr).unwrap().contains("a date like 03/04/2021"));
}

#[test]
fn a_wrong_declaration_is_refused_too() {
    let (patients, events) = (demo("patients.csv"), demo("events.csv"));
    let ran = run(patients.to_str().unwrap(), events.to_str().unwrap(), &["--dates", "day-first"]);
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.contains("are not day first, as was declared") && ran.stdout.is_empty(), "{told}");
    // Of a table whose dates are day first a few may be something else, and are set aside.
    let folder = tempfile::tempdir().unwrap();
    let header = "patient_id,practice_code,birth_date,registered_date,deregistered_date,death_date";
    let dates = |at: usize, text: &str| if at >= 2 { day_first(text) } else { text.to_owned() };
    let turned = rewritten(folder.path(), "patients.csv", header, dates);
    let text = fs::read_to_string(&turned).unwrap();
    fs::write(&turned, format!("{text}99,Z81001,2021-04-03,03/05/2021,,\n")).unwrap();
    let map = folder.path().join("map.toml");
    fs::write(
        &map,
        "[patients]\nbirth_date = { column = \"birth_date\", dates = \"day-first\" }\n\
        registered_date = { column = \"registered_date\", dates = \"day-first\" }\n\
        deregistered_date = { column = \"deregistered_date\", dates = \"day-first\" }\n\
        death_date = { column = \"death_date\", dates = \"day-first\" }\n",
    )
    .unwrap();
    let ran = run(&turned, events.to_str().unwrap(), &["--map", map.to_str().unwrap()]);
    assert!(ran.status.success() && ran.stdout == expected());
    assert!(String::from_utf8(ran.stderr).unwrap().contains("1 × a date that is not day first, as was declared"));
}

#[test]
fn a_code_that_a_spreadsheet_cut_is_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let cut = |at: usize, text: &str| if at == 2 { "1.66281E+14".to_owned() } else { text.to_owned() };
    let events = rewritten(folder.path(), "events.csv", "patient_id,event_date,code,text,practice_code", cut);
    let patients = demo("patients.csv");
    let ran = run(patients.to_str().unwrap(), &events, &[]);
    let told = String::from_utf8(ran.stderr).unwrap();
    // A table of such codes would count nobody.
    assert_eq!(ran.status.code(), Some(2), "{told}");
    assert!(told.contains("of which a spreadsheet has dropped digits that cannot be found again"), "{told}");
    assert!(told.contains("export the column as text") && ran.stdout.is_empty(), "{told}");
    // One such row is set aside.
    let whole = fs::read_to_string(demo("events.csv")).unwrap();
    let one = folder.path().join("one.csv");
    fs::write(&one, format!("{whole}1,2023-05-01,1.66281E+14,,\n")).unwrap();
    let ran = run(patients.to_str().unwrap(), one.to_str().unwrap(), &[]);
    assert!(ran.status.success() && ran.stdout == expected());
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(told.contains("1 × a code like 1.66281E+14, of which a spreadsheet has dropped digits"), "{told}");
    let strict = run(patients.to_str().unwrap(), one.to_str().unwrap(), &["--strict"]);
    assert_eq!(strict.status.code(), Some(2));
}

#[test]
fn a_name_that_is_not_known_is_refused() {
    let (patients, events) = (demo("patients.csv"), demo("events.csv"));
    let told = |more: &[&str]| {
        let ran = run(patients.to_str().unwrap(), events.to_str().unwrap(), more);
        assert_eq!(ran.status.code(), Some(2), "{more:?}");
        String::from_utf8(ran.stderr).unwrap()
    };
    assert!(told(&["--map", "patient.birth_date=DOB"]).contains("did you mean `patients`?"));
    assert!(told(&["--map", "patients.birthdate=DOB"]).contains("did you mean `birth_date`?"));
    assert!(told(&["--map", "birth_date=DOB"]).contains("is neither TABLE.COLUMN=NAME nor a file"));
    let missing = told(&["--map", "patients.birth_date=DOB"]);
    assert!(
        missing.contains("has no column `DOB`, which was declared to be its `birth_date`: it has `patient_id`"),
        "{missing}"
    );
    // A column that may be absent must be there once it was named.
    let missing = told(&["--map", "patients.death_date=Died"]);
    assert!(missing.contains("has no column `Died`, which was declared to be its `death_date`"), "{missing}");
    let file = DEMO.path().join("bad.toml");
    fs::write(&file, "[patients]\nbirth_date = {column = 'DOB', dates = 'month-first'}\n").unwrap();
    assert!(told(&["--map", file.to_str().unwrap()]).contains("not written in an order `month-first`"));
}

#[cfg(feature = "parquet")]
#[test]
fn parquet_is_named_as_csv_is() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("p");
    let more = ["--size", "900", "--seed", "5", "--write-only", "--format", "parquet"];
    stdout(["demo", place.to_str().unwrap()].iter().chain(&more));
    let file = |name: &str| place.join(name).to_str().unwrap().to_owned();
    let ran = run(&file("patients.parquet"), &file("events.parquet"), &["--map", "patients.birth_date=DOB"]);
    let told = String::from_utf8(ran.stderr).unwrap();
    assert!(told.contains("has no column `DOB`, which was declared to be its `birth_date`"), "{told}");
    // Swapped names are swapped columns: nobody is registered before birth where both are read the other way round.
    let swap = ["--map", "patients.deregistered_date=death_date", "--map", "patients.death_date=deregistered_date"];
    let parquet = run(&file("patients.parquet"), &file("events.parquet"), &swap);
    let csv = run(demo("patients.csv").to_str().unwrap(), demo("events.csv").to_str().unwrap(), &swap);
    assert!(parquet.status.success() && parquet.stdout == csv.stdout && csv.stdout != expected());
}
