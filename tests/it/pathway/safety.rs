//! Patients' data stays where it was asked for and readable by its owner alone, lists are inert, and wrong names are told.

use std::fs;
use std::path::{Path, PathBuf};

use super::stage::{BORN, Stage, rows};

/// What a spreadsheet would run if a cell began with it.
const HOSTILE: &str = "=cmd|' /C calc'!A0";

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// A practice with a child in each list, all that a stranger can write being hostile.
fn hostile(starts: &str) -> Stage {
    let text = format!("{starts}cmd|' /C calc'!A0");
    let mut stage = Stage::new();
    let practice = format!("{starts}A1");
    stage.row("practices", [&practice, "Newham", &text, &text]);
    stage.row("slots", [&practice, "2025-04-01 09:00", "", "no"]);
    let stories = [("166281000000106", "r"), ("183948000", "x"), ("185559001", "c"), ("310376006", "n")];
    for (code, name) in stories {
        let id = format!("{starts}{name}");
        stage.row("patients", [&id, &practice, BORN, BORN, "", ""]);
        stage.row("events", [&id, "2024-06-01", code, &text]);
    }
    stage
}

#[test]
fn no_cell_of_a_list_runs_as_a_formula() {
    for starts in ["=", "+", "-", "@", "\t=", "\r="] {
        let stage = hostile(starts);
        let folder = stage.path("lists");
        let ran = stage.run(&["--lists", folder.to_str().unwrap()]).fine();
        assert_eq!(ran.stdout, "");
        let lists = files(&folder);
        assert_eq!(lists.len(), 5, "five lists have rows: {lists:?}");
        let mut cells = 0;
        let mut told = 0;
        for list in &lists {
            let text = fs::read_to_string(list).unwrap();
            for row in rows(&text) {
                for (column, cell) in row {
                    let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                    assert!(!runs, "{column} of {} begins with {starts:?}: {cell:?}", list.display());
                    cells += 1;
                    told += usize::from(cell.contains("calc"));
                }
            }
        }
        // The contact's name and address in the coordinator's list, and the text of the refusal in that of the exempted.
        assert!(cells > 20 && told >= 3, "{cells} cells, {told} with the text");
    }
}

#[test]
fn one_list_on_stdout_is_as_inert_as_a_file() {
    let stage = hostile("=");
    let list = stage.list("exempted", &[]);
    assert_eq!(list[0]["evidence_text"], format!("'{HOSTILE}"));
    assert_eq!(list[0]["patient_id"], "'=x");
}

#[test]
fn a_text_with_line_ends_commas_and_quotes_is_one_cell() {
    let mut stage = Stage::new();
    stage.child("x", &[]);
    let text = "signed \"by mum\", see\n=1+1\r\n@scan";
    stage.row("events", ["x", "2024-06-01", "183948000", text]);
    let list = stage.list("exempted", &[]);
    assert_eq!((list.len(), list[0]["evidence_text"].as_str()), (1, text));
}

#[test]
fn a_practice_code_leads_out_of_no_folder() {
    let mut stage = Stage::new();
    let codes = ["../x", "..", ".", "/etc/x", "a/../../x", "C:\\x", "~", "x y", "%2E%2E%2Fx", "A81001", "a81001"];
    for (at, practice) in codes.iter().enumerate() {
        stage.row("patients", [at.to_string().as_str(), practice, BORN, BORN, "", ""]);
    }
    let inner = stage.path("deep/down/lists");
    fs::create_dir_all(inner.parent().unwrap()).unwrap();
    stage.run(&["--lists", inner.to_str().unwrap()]).fine();
    let lists = files(&stage.path("deep"));
    assert_eq!(lists.len(), codes.len(), "each practice has a folder of its own: {lists:?}");
    for list in &lists {
        assert!(list.starts_with(&inner), "{}", list.display());
        assert_eq!(list.strip_prefix(&inner).unwrap().components().count(), 2, "{}", list.display());
        assert_eq!(rows(&fs::read_to_string(list).unwrap()).len(), 1);
    }
}

#[cfg(unix)]
#[test]
fn what_names_patients_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let mut stage = Stage::new();
    stage.child("1", &["2024-06-01 referred"]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = |name: &str| stage.path(name).to_str().unwrap().to_owned();
    for (name, format) in [("p.csv", "csv"), ("p.json", "json"), ("p.txt", "table")] {
        stage.run(&["--level", "patient", "--format", format, "--output", &file(name)]).fine();
        assert_eq!(mode(&stage.path(name)), 0o600, "{name}");
        let list = format!("list-{name}");
        stage.run(&["--list", "coordinator", "--format", format, "--output", &file(&list)]).fine();
        assert_eq!(mode(&stage.path(&list)), 0o600, "{list}");
    }
    stage.run(&["--lists", &file("lists")]).fine();
    let lists = files(&stage.path("lists"));
    assert_eq!(lists.len(), 2, "the coordinator's, and alerts about the practice: {lists:?}");
    for list in lists {
        assert_eq!(mode(&list), 0o600, "{}", list.display());
        assert_eq!(mode(list.parent().unwrap()), 0o700);
    }
    assert_eq!(mode(&stage.path("lists")), 0o700);
}

#[test]
fn nobody_is_named_unless_asked_for() {
    let mut stage = Stage::new();
    stage.child("secret-id", &["2024-06-01 refused secret-text", "2024-06-02 call1 secret-text"]);
    stage.event("secret-nobody", "2024-06-01 refused secret-text");
    stage.row("appointments", ["secret-stranger", "2024-06-01", "2024-06-02", ""]);
    stage.row("appointments", ["secret-id", "2024-06-01", "secret-day", ""]);
    for format in ["table", "csv", "json"] {
        let ran = stage.run(&["--format", format]).fine();
        let all = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!all.contains("secret") && !all.contains(BORN), "{all}");
        assert!(all.contains("A81001"), "{all}");
    }
}

#[test]
fn lists_refuse_a_filled_folder_and_leave_it_alone() {
    let mut stage = Stage::new();
    stage.child("1", &["2024-06-01 referred"]);
    let folder = stage.path("lists");
    let place = folder.to_str().unwrap();
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    stage.run(&["--lists", place]).refused().says("is there already").says("name a new folder");
    assert_eq!(files(&folder), [folder.join("notes.txt")]);
    assert_eq!(fs::read_to_string(folder.join("notes.txt")).unwrap(), "mine");
    fs::remove_file(folder.join("notes.txt")).unwrap();
    stage.run(&["--lists", place]).fine();
    stage.run(&["--lists", place]).refused().says("is there already");
    let left: Vec<_> =
        fs::read_dir(folder.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "nothing half-made stays: {left:?}");
}

#[test]
fn wrong_names_and_dates_are_told() {
    let mut stage = Stage::new();
    stage.child("1", &[]);
    let lists = "there are: coordinator, calls, review, exempted, alerts";
    stage.run(&["--list", "coordinators"]).refused().says("no worklist `coordinators`").says(lists);
    stage
        .run(&["--as-of", "2024-03-31"])
        .refused()
        .says("31 March 2024 is before the scheme year, which starts on 1 April 2024");
    for date in ["2025-02-30", "31/03/2025", "yesterday", ""] {
        stage.run(&["--as-of", date]).refused().says("a date is written YYYY-MM-DD");
    }
    stage
        .run_scheme(&["--year", "2024-25"], &[])
        .refused()
        .says("qof/2024-25 has no pathway")
        .says("wf-newham/2024-25");
    stage.run_scheme(&["--scheme", "wf-newam", "--year", "2024-25"], &[]).refused().says("wf-newham");
    stage.run_scheme(&["--scheme", "wf-newham", "--year", "2025-26"], &[]).refused().says("2024-25");
    stage.run(&["--set", "pounds_per_kid=5"]).refused().says("pounds_per_kid");
    stage.run(&["--set", "audit_rate=many"]).refused().says("audit_rate");
    stage.run(&["--list", "calls", "--table", "won"]).refused().says("--list");
    stage.run(&["--appointments", "nowhere.csv"]).refused().says("nowhere.csv");
}

#[test]
fn faulty_appointments_and_slots_are_set_aside_counted_and_refused_when_strict() {
    let mut stage = Stage::new();
    stage.child("1", &["2024-06-01 referred"]);
    stage.row("appointments", ["1", "2025-03-27", "2025-02-30", ""]);
    stage.row("appointments", ["somebody", "2025-03-27", "2025-04-01", ""]);
    stage.row("slots", ["A81001", "9 o'clock", "", ""]);
    let ran = stage.run(&["--table", "states", "--format", "csv"]).fine();
    ran.says("1 × a date that is not a date")
        .says("1 × a time that is not a time")
        .says("who is not among the patients");
    assert_eq!(stage.state("1"), "with_coordinator");
    stage.run(&["--strict"]).refused();
}

#[cfg(feature = "workbook")]
#[test]
fn a_list_in_a_workbook_holds_text_and_no_formula() {
    use calamine::{Data, Reader};
    let stage = hostile("=");
    let file = stage.path("list.xlsx");
    stage.run(&["--list", "exempted", "--format", "xlsx", "--output", file.to_str().unwrap()]).fine();
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(&file).unwrap();
    let sheets = book.sheet_names();
    let mut found = 0;
    for sheet in sheets {
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet} has a formula");
        let cells = book.worksheet_range(&sheet).unwrap();
        found += cells.used_cells().filter(|(.., cell)| **cell == Data::String(HOSTILE.to_owned())).count();
    }
    assert_eq!(found, 1, "the text beside the refusal");
}

#[test]
fn a_practice_that_is_not_there_is_told() {
    let mut stage = Stage::new();
    stage.child("1", &["2024-06-01 referred"]);
    stage.run(&["--list", "coordinator", "--practice", "A81009"]).refused().says("A81009");
}

#[test]
fn counts_are_numbers_in_json() {
    let mut stage = Stage::new();
    stage.then(1, 2);
    stage.child("1", &["2024-06-01 refused signed"]);
    let ran = stage.run(&["--format", "json"]).fine();
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let row = &document["results"][0];
    let counts = ["baseline_denominator", "baseline_numerator", "denominator", "numerator", "exceptions"];
    assert_eq!(counts.map(|column| row[column].as_u64()), [Some(2), Some(1), Some(1), Some(0), Some(1)], "{row}");
}
