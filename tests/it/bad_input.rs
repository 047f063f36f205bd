//! Tables that are odd or unusable: a clear error or a counted finding, nothing lost in silence, and never a patient's
//! value on stderr.

use std::fs;

use crate::tables::{PATIENTS, Ran, Rules, Tables};
use crate::uptake::{output, root, stdout, uptake};

/// Three doses in time for a child born on 1 January 2023.
const THREE_DOSES: &str = "\
patient_id,event_date,code
kid-1,2023-03-01,312870000
kid-1,2023-04-01,312870000
kid-1,2023-05-01,312870000
";

const YEAR: [&str; 2] = ["--year", "2023-24"];
const PATIENT_ROWS: [&str; 6] = ["--year", "2023-24", "--level", "patient", "--format", "csv"];

fn patients(rows: &str) -> String {
    format!("{PATIENTS}\n{rows}")
}

/// One child who achieves VI001, with these rows of patients.
fn with_patients(rows: &str) -> Tables {
    Tables::of_texts(&patients(rows), THREE_DOSES)
}

/// The child's tables with these rows of events added.
fn with_events(rows: &str) -> Tables {
    Tables::of_texts(&patients("kid-1,A81001,2023-01-01,2023-01-01,,\n"), &format!("{THREE_DOSES}{rows}"))
}

const ACHIEVED: &str = "kid-1,A81001,2023-24,VI001,achieved,";

#[test]
fn the_code_used_here_is_one_of_the_cluster() {
    let cluster = fs::read_to_string(crate::uptake::rules().join("codes/2026.1/dtap.toml")).unwrap();
    assert!(cluster.contains("312870000"));
    assert_eq!(with_events("").run(&PATIENT_ROWS).rows(), [ACHIEVED]);
    assert_eq!(with_events("").run(&PATIENT_ROWS).stderr, "");
}

#[test]
fn a_missing_column_is_named_with_those_that_are_there() {
    let tables = with_patients("");
    tables.write("patients.csv", "patient_id,practice_code,date_of_birth,registered_date\n");
    let ran = tables.run(&YEAR).refused();
    ran.says("patients.csv` has no column `birth_date`");
    ran.says("it has `patient_id`, `practice_code`, `date_of_birth`, `registered_date`");

    let tables = with_patients("");
    tables.write("events.csv", "patient_id,code\n");
    tables.run(&YEAR).refused().says("events.csv` has no column `event_date`: it has `patient_id`, `code`");

    let tables = with_patients("");
    tables.write("practices.csv", "practice,list_size\n");
    tables.run(&YEAR).refused().says("practices.csv` has no column `practice_code`: it has `practice`, `list_size`");
}

/// First lines of rows, as patients' files have them; none of their words may be told.
const ROWS: [&str; 6] = [
    "xyzzy-1;xyzzy text;17/11/2022",
    "xyzzy-1|2022-11-17|A81000",
    "xyzzy-1\t2022-11-17\tA81000",
    "NHS 9434765919,M",
    "AB123456C,A81001,Nov-22",
    "Smith,John,E12",
];

const OF_ROWS: [&str; 8] = ["xyzzy", "2022", "A81000", "A81001", "9434765919", "AB123456C", "Nov-22", "Smith"];

/// The commands that read a table which the path is the last word of.
const READERS: [&str; 8] = [
    "run --year 2023-24 --events @events.csv --patients",
    "run --year 2023-24 --patients @patients.csv --events",
    "run --year 2023-24 --patients @patients.csv --events @events.csv --practices",
    "run --year target-payments/2020-21 --patients @patients.csv --events @events.csv --baseline",
    "pathway --year wf-newham/2024-25 --patients @patients.csv --events @events.csv --appointments",
    "pathway --year wf-newham/2024-25 --patients @patients.csv --events @events.csv --slots",
    "score --year 2023-24",
    "import-codes --cluster mmr --version 2099.1 --output -",
];

#[test]
fn a_first_line_that_is_no_header_is_not_told() {
    let tables = with_events("");
    for row in ROWS {
        tables.write("headless.csv", format!("{row}\n{row}\n"));
        for reader in READERS {
            let word = |word: &str| word.strip_prefix('@').map(|name| tables.path(name).to_str().unwrap().to_owned());
            let words = reader.split(' ').chain(["@headless.csv"]).map(|each| word(each).unwrap_or(each.to_owned()));
            let ran = Ran::of(output(words.clone())).refused();
            ran.says(if reader.starts_with("import-codes") { "of other names" } else { "is not a header" });
            is_not_told(&ran, reader);
            if reader.ends_with("--patients") {
                let map = ["--map", "patients.birth_date=DOB"].map(str::to_owned);
                let ran = Ran::of(output(words.chain(map))).refused();
                ran.says("is not a header");
                is_not_told(&ran, reader);
            }
        }
    }
}

#[track_caller]
fn is_not_told(ran: &Ran, reader: &str) {
    let told = OF_ROWS.into_iter().find(|part| ran.stderr.contains(part));
    assert_eq!(told, None, "{reader}: {}", ran.stderr);
}

#[test]
fn a_cell_of_a_list_of_codes_is_named_by_its_row_and_column() {
    let tables = Tables::of_texts("", "");
    let file = tables.path("patients.csv");
    tables.write("patients.csv", "code,term\n9434765919,Smith\nAB123456C,Smith\n9.43E+09,Smith\n");
    let ran = Ran::of(output(["import-codes", file.to_str().unwrap(), "--cluster", "mmr", "--version", "2099.1"]));
    ran.says("row 2: the check digit of the code in the column `code` is wrong");
    for told in ["9434765919", "AB123456C", "9.43E+09", "Smith"] {
        assert!(!ran.stderr.contains(told), "{}", ran.stderr);
    }
}

#[test]
fn however_long_a_first_line_is_the_error_is_short() {
    let tables = with_events("");
    let lines = ["x".repeat(10 << 20), ",".repeat(10 << 20), "code,".repeat(2 << 20), "code ".repeat(2 << 20)];
    for line in lines {
        tables.write("patients.csv", format!("{line}\n"));
        let ran = tables.run(&YEAR).refused();
        assert!(ran.stderr.len() < 2000, "{} bytes", ran.stderr.len());
    }
}

#[test]
fn a_column_that_stands_twice_is_refused() {
    let tables = with_patients("");
    tables.write("patients.csv", format!("{PATIENTS},birth_date\n"));
    tables.run(&YEAR).refused().says("has the column `birth_date` twice");
}

#[test]
fn a_malformed_row_is_counted_with_file_line_and_column_and_set_aside() {
    // The header is line 1, the three doses are lines 2 to 4.
    let tables = with_events(
        "kid-1,31/05/2023,312870000\nkid-1,2023-02-30,312870000\nkid-1,2023-05-02,0312870000\nkid-1,2023-05-02,dtap\n\
         kid-1,,312870000\nkid-1,2023-05-02\n",
    );
    let ran = tables.run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED], "the good rows count");
    ran.says("odd in the data (6 times):");
    ran.says("1 × a date that is not a date (YYYY-MM-DD is expected): row set aside");
    ran.says("events.csv, column event_date, line 6\n");
    ran.says("1 × a date like 03/04/2021, in an order that nobody declared");
    ran.says("events.csv, column event_date, line 5\n");
    ran.says("2 × a code that is not 6 to 18 digits without a leading zero: row set aside");
    ran.says("events.csv, column code, lines 7 and 8\n");
    ran.says("1 × an empty cell where a value is needed: row set aside");
    ran.says("events.csv, column event_date, line 9\n");
    ran.says("1 × a row with more or fewer cells than the header: row set aside");
    ran.says("events.csv, line 10");
    for value in ["kid-1", "31/05/2023", "2023-02-30", "2023-05-02", "312870000", "dtap"] {
        assert!(!ran.stderr.contains(value), "{value} is a patient's: {}", ran.stderr);
    }
}

#[test]
fn a_malformed_patient_is_set_aside_and_found() {
    let tables = with_patients(
        "kid-1,A81001,2023-01-01,2023-01-01,,\nkid-2,A81001,2023-13-01,2023-01-01,,\nkid-3,A81001,2023-01-01,soon,,\n\
         kid-4,A81001,2023-01-01,2023-01-01,never,\nkid-5,A81001,2023-01-01,2023-01-01,,99\n",
    );
    let ran = tables.run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED]);
    for (column, line) in [("birth_date", 3), ("registered_date", 4), ("deregistered_date", 5), ("death_date", 6)] {
        ran.says(&format!("patients.csv, column {column}, line {line}\n"));
    }
}

#[test]
fn findings_stand_in_the_document_too() {
    let document = with_events("kid-1,31/05/2023,312870000\n").run(&["--year", "2023-24", "--format", "json"]).fine();
    let document: serde_json::Value = serde_json::from_str(&document.stdout).unwrap();
    let finding = &document["findings"][0];
    assert_eq!(finding["kind"], "undeclared_date");
    assert_eq!(finding["column"], "event_date");
    assert_eq!(finding["count"], 1);
    assert_eq!(finding["first_rows"], serde_json::json!([5]));
}

#[test]
fn strict_ends_at_the_first_malformed_row() {
    let tables = with_events("kid-1,2023-05-02,nought\nkid-1,31/05/2023,312870000\n");
    let ran = tables.run(&["--year", "2023-24", "--strict"]).refused();
    ran.says("row 5 of `").says("events.csv` has a code that is not 6 to 18 digits without a leading zero");
    ran.says("in the column `code`").says("run without --strict");
    assert!(!ran.stderr.contains("nought"), "{}", ran.stderr);

    let tables = with_events("");
    tables.write("practices.csv", "practice_code,list_size\nA81001,9639\nA81002,many\n");
    let ran = tables.run(&["--year", "2023-24", "--strict"]).refused();
    ran.says("row 3 of `").says("practices.csv` has a number that cannot be read in the column `list_size`");

    // What is odd without being malformed does not end a strict run.
    let tables = with_events("stranger,2023-05-02,312870000\n");
    assert_eq!(tables.run(&[&PATIENT_ROWS[..], &["--strict"]].concat()).rows(), [ACHIEVED]);
}

#[test]
fn of_two_birth_dates_the_one_beside_the_registration_that_counts_is_used() {
    // Born 1 January 2023 by the later row; born 1 January 2020, and so on no register of these, by the earlier.
    let tables =
        with_patients("kid-1,A81002,2020-01-01,2023-01-01,2023-02-01,\nkid-1,A81001,2023-01-01,2023-02-01,,\n");
    let ran = tables.run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED]);
    ran.says("1 × a patient with two birth dates: the one beside the registration that counts is used");
    ran.says("patients.csv, column birth_date, line 2");
}

#[test]
fn of_two_registrations_the_later_one_counts() {
    let tables = with_patients("kid-1,A81009,2023-01-01,2023-01-01,,\nkid-1,A81001,2023-01-01,2023-06-01,,\n");
    let ran = tables.run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED], "A81001 is the later one, and A81009 the greater");
    ran.says("1 × a patient with two registrations that hold at once: the later one is used, then the greatest");
    assert_eq!(tables.run(&["--year", "2023-24", "--format", "csv"]).rows().len(), 1, "counted at one practice");
}

#[test]
fn of_two_registrations_on_one_day_the_greatest_practice_code_counts() {
    for rows in [
        "kid-1,A81001,2023-01-01,2023-01-01,,\nkid-1,A81009,2023-01-01,2023-01-01,,\n",
        "kid-1,A81009,2023-01-01,2023-01-01,,\nkid-1,A81001,2023-01-01,2023-01-01,,\n",
    ] {
        let ran = with_patients(rows).run(&PATIENT_ROWS);
        assert_eq!(ran.rows(), ["kid-1,A81009,2023-24,VI001,achieved,"]);
        ran.says("1 × a patient with two registrations that hold at once");
    }
}

#[test]
fn registrations_one_after_the_other_are_not_odd() {
    let tables =
        with_patients("kid-1,A81009,2023-01-01,2023-01-01,2023-06-01,\nkid-1,A81001,2023-01-01,2023-06-01,,\n");
    let ran = tables.run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED]);
    assert_eq!(ran.stderr, "");
}

#[test]
fn events_of_unknown_patients_are_counted_and_change_nothing() {
    let ran = with_events("stranger,2023-05-02,312870000\nstranger,2023-06-02,312870000\n").run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED]);
    ran.says("2 × an event of a patient who is not among the patients: row set aside");
    ran.says("events.csv, column patient_id, lines 5 and 6");
    assert!(!ran.stderr.contains("stranger"), "{}", ran.stderr);
}

#[test]
fn an_event_before_birth_is_counted_and_ignored() {
    let tables = with_patients("kid-1,A81001,2023-03-02,2023-03-02,,\n");
    let ran = tables.run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), ["kid-1,A81001,2023-24,VI001,not_achieved,"], "two doses are left");
    ran.says("1 × an event before birth: ignored").says("events.csv, column event_date, line 2");
}

#[test]
fn a_registration_before_birth_is_kept_and_found() {
    let ran = with_patients("kid-1,A81001,2023-01-01,2022-12-31,,\n").run(&PATIENT_ROWS);
    assert_eq!(ran.rows(), [ACHIEVED]);
    ran.says("1 × a registration before birth: kept as written");
    ran.says("patients.csv, column registered_date, line 2");
}

#[test]
fn a_deregistration_on_or_before_registration_sets_the_row_aside() {
    for left in ["2023-06-01", "2023-05-31"] {
        let rows = format!("kid-1,A81009,2023-01-01,2023-06-01,{left},\nkid-1,A81001,2023-01-01,2023-01-01,,\n");
        let ran = with_patients(&rows).run(&PATIENT_ROWS);
        assert_eq!(ran.rows(), [ACHIEVED], "the other row counts");
        ran.says("1 × a deregistration on or before the day of registration: row set aside");
        ran.says("patients.csv, column deregistered_date, line 2");
    }
    let after = "kid-1,A81009,2023-01-01,2023-06-01,2023-06-02,\nkid-1,A81001,2023-01-01,2023-01-01,,\n";
    assert_eq!(with_patients(after).run(&PATIENT_ROWS).stderr, "");
}

#[test]
fn an_empty_file_is_refused_and_a_header_alone_is_nobody() {
    let tables = with_patients("");
    tables.write("patients.csv", "");
    tables.run(&YEAR).refused().says("patients.csv` is empty: a header line with the column names is expected");

    let tables = Tables::of_texts(&patients(""), "patient_id,event_date,code\n");
    let ran = tables.run(&PATIENT_ROWS).fine();
    assert_eq!(ran.stdout, "patient_id,practice_code,year,indicator,outcome,reason\n");
    assert_eq!(ran.stderr, "");
    assert!(tables.run(&YEAR).rows().len() < 5, "a table of nobody is no error");
}

#[test]
fn what_is_no_table_is_refused_by_name() {
    let tables = with_events("");
    let refused = |name: &str| {
        let (patients, events) = (tables.path(name), tables.path("events.csv"));
        let arguments = ["--patients", patients.to_str().unwrap(), "--events", events.to_str().unwrap()];
        Ran::of(output(["run"].iter().chain(&YEAR).chain(&arguments))).refused()
    };
    refused("absent.csv").says("cannot read ").says("absent.csv");

    fs::create_dir(tables.path("folder.csv")).unwrap();
    refused("folder.csv").says("folder.csv").says("directory");

    tables.write("patients.xlsx", "");
    refused("patients.xlsx").says("patients.xlsx` is neither .csv nor .parquet");
    tables.write("patients", "");
    refused("patients").says("patients` is neither .csv nor .parquet");

    let utf16: Vec<u8> = "\u{feff}patient_id".encode_utf16().flat_map(u16::to_le_bytes).collect();
    tables.write("utf16.csv", utf16);
    refused("utf16.csv").says("is text in UTF-16: save it as CSV in UTF-8");

    tables.write("open.csv", patients("\"kid-1,A81001,2023-01-01,2023-01-01,,\n"));
    refused("open.csv").says("opens a quote at or after line 1 that is never closed");
}

#[test]
#[cfg(feature = "parquet")]
fn a_parquet_file_that_is_cut_short_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    stdout(["demo", place, "--size", "100", "--format", "parquet", "--write-only"]);
    let (patients, events) = (folder.path().join("patients.parquet"), folder.path().join("events.parquet"));
    let whole = fs::read(&patients).unwrap();
    for length in [whole.len() / 2, whole.len() - 1, 3, 0] {
        fs::write(&patients, &whole[..length]).unwrap();
        let arguments = ["--patients", patients.to_str().unwrap(), "--events", events.to_str().unwrap()];
        let ran = Ran::of(output(["run"].iter().chain(&YEAR).chain(&arguments))).refused();
        ran.says("patients.parquet` cannot be read as Parquet").says("check that it is complete");
    }
}

#[test]
fn a_year_that_does_not_exist_lists_those_there_are() {
    let tables = with_events("");
    let known = "there are: 2021-22, 2022-23, 2023-24, 2024-25, 2025-26, 2026-27";
    for year in ["2019-20", "2023", "2023-2024", "qof", "qof/2019-20", "../2023-24", ""] {
        let ran = tables.run(&["--year", year]).refused();
        ran.says(&format!("there is no rulebook `{year}`")).says(known);
    }
    Ran::of(output(["check", "2019-20"])).refused().says("there is no rulebook `2019-20`").says("qof/2026-27");
}

#[test]
fn a_format_that_does_not_exist_lists_those_there_are() {
    let ran = with_events("").run(&["--year", "2023-24", "--format", "xml"]).refused();
    ran.says("invalid value 'xml'").says("table, json, csv");
}

#[test]
fn a_folder_that_holds_no_rules_is_refused() {
    let tables = with_events("");
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_str().unwrap();
    tables.run(&["--year", "2023-24", "--rules", empty]).refused().says("there are no rulebooks in");
    Ran::of(output(["check", "--rules", empty])).refused().says("there are no rulebooks in");
    tables.run(&["--year", "2023-24", "--rules", "no/such/folder"]).refused().says("there is no folder no/such/folder");
    let file = tables.path("events.csv");
    tables.run(&["--year", "2023-24", "--rules", file.to_str().unwrap()]).refused().says("there is no folder");
}

#[test]
fn a_faulty_rulebook_is_shown_with_place_and_help_and_not_used() {
    let rules = Rules::copy(&["qof/2023-24"]);
    rules.edit("qof/2023-24/indicators.rules", "at least 3 dtap before", "at least 3 dtapp before", 1);
    let ran = with_events("").run(&["--year", "2023-24", "--rules", rules.folder().to_str().unwrap()]).refused();
    ran.says("error[E201]: there is no code cluster `dtapp`").says("qof/2023-24/indicators.rules:");
    ran.says("did you mean `dtap`?").says("the rulebook qof/2023-24 cannot be used: it has 1 error");
}

/// Everything that can be said of patients is marked, and all of it is odd in some way.
fn marked() -> Tables {
    let patients = "\
SECRET-1,A81001,1999-01-07,1999-01-07,,
SECRET-1,A81002,1999-01-08,1999-01-07,,
SECRET-2,A81001,1999-01-09,1998-12-31,,
SECRET-3,A81001,1999-01-10,1999-02-10,1999-02-10,
SECRET-4,A81001,19990111,1999-02-10,,
SECRET-5,A81001,1999-01-12,1999-01-12,,,SECRET-CELL
SECRET-6,A81001,1999-01-13,1999-01-13,1999-SECRET,1999-01-14
SECRET-6,A81001,1999-01-13,1999-01-13,,1999-01-15
SECRET-6,A81001,1999-01-13,1999-01-13,,1999-01-16
\"SECRET\u{1b}[2J-7\",A81001,1999-01-13,1999-01-13,,1999-01-16
";
    let events = "\
patient_id,event_date,code,text
SECRET-1,1999-01-06,312870000,SECRET-TEXT
SECRET-1,1999-03-07,SECRET-CODE,SECRET-TEXT
SECRET-1,1999/03/07,312870000,SECRET-TEXT
SECRET-8,1999-03-07,312870000,SECRET-TEXT
SECRET-1,1999-03-07,999999199919991999,SECRET-TEXT
SECRET-1,1999-03-07,312870000
";
    Tables::of_texts(&self::patients(patients), events)
}

#[track_caller]
fn tells_nothing(stderr: &str) {
    for mark in ["SECRET", "1999", "312870000", "\u{1b}"] {
        assert!(!stderr.contains(mark), "`{mark}` is told:\n{stderr}");
    }
}

#[test]
fn nothing_of_a_patient_is_ever_told_on_stderr() {
    let tables = marked();
    for level in ["practice", "patient"] {
        for format in ["table", "csv", "json"] {
            let ran = tables.run(&["--year", "2021-22,2023-24", "--level", level, "--format", format]).fine();
            assert!(ran.stderr.contains("odd in the data"), "{}", ran.stderr);
            tells_nothing(&ran.stderr);
            assert!(level == "patient" || !ran.stdout.contains("SECRET"), "{}", ran.stdout);
        }
        tells_nothing(&tables.run(&["--year", "2023-24", "--level", level, "--strict"]).refused().stderr);
    }
    tells_nothing(&tables.command("explain", &["--year", "2023-24", "--patient", "SECRET-99"]).refused().stderr);
    tells_nothing(&tables.command("explain", &["--year", "2023-24", "--patient", "SECRET-1"]).stderr);
}

#[test]
fn explain_says_what_was_odd_so_that_nobody_looks_for_a_row_set_aside() {
    let tables = with_patients("kid-1,A81001,2023-01-01,2023-02-30,,\n");
    let ran = tables.command("explain", &["--year", "2023-24", "--patient", "kid-1"]).refused();
    ran.says("the patients table has no patient of that id");
    ran.says("1 × a date that is not a date").says("patients.csv, column registered_date, line 2");
}

#[test]
fn a_year_written_otherwise_is_recognised() {
    for written in ["2023/24", "23-24", "2023-2024", "2023-25"] {
        for command in [&["check", written][..], &["show", "--year", written]] {
            let folder = tempfile::tempdir().unwrap();
            let ran = Ran::of(uptake(command.iter().copied()).current_dir(folder.path()).output().unwrap());
            ran.refused().says("did you mean `2023-24`?");
        }
    }
}

#[test]
fn a_path_is_no_year_and_the_help_says_which_one_it_is_of() {
    let path = root().join("rules/qof/2023-24/contract.toml");
    let ran = Ran::of(output(["check", path.to_str().unwrap()]));
    ran.refused().says("a rulebook is named by its year").says("uptake check qof/2023-24 --rules");
}

#[test]
fn check_says_which_rules_were_checked() {
    let folder = tempfile::tempdir().unwrap();
    let check = || Ran::of(uptake(["check", "2023-24"]).current_dir(folder.path()).output().unwrap());
    check().fine().says("checked: the rules built in; `--rules` names a folder");
    std::fs::create_dir(folder.path().join("rules")).unwrap();
    check().fine().says("because the folder rules has no codes folder in it");
}
