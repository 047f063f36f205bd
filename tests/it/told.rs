//! What somebody asks for is done, or told why not: nothing of it is passed over in silence.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::csv_text::{cell, rows};
use crate::tables::Ran;
use crate::uptake::output;

/// A folder with counts of two practices, and what is known of them.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.file("practices.csv", "practice_code,list_size\nA81001,9639\nA81002,9639\n");
        desk.file(
            "counts.csv",
            "practice_code,measure,numerator,denominator\nA81001,VI001,75,100\nA81002,VI001,95,100\n",
        );
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// `score` of the counts with the practices.
    fn score(&self, more: &[&str]) -> Ran {
        let (counts, practices) = (self.path("counts.csv"), self.path("practices.csv"));
        Ran::of(output([&["score", &counts, "--practices", &practices], more].concat()))
    }

    /// The points of a practice for VI001 in 2026-27 with a baseline, and what was said.
    fn improved(&self, baseline: &str, practice: &str) -> (String, Ran) {
        let file = self.file("baseline.csv", baseline);
        let ran = self.score(&["--year", "2026-27", "--baseline", &file, "--format", "csv"]).fine();
        (cell(&rows(&ran.stdout), &["2026-27", practice, "VI001"], "points").to_owned(), ran)
    }
}

#[test]
fn nothing_is_waived_for_a_practice_that_no_table_has() {
    let desk = Desk::new();
    let waived = |waiver: &str| desk.score(&["--year", "2021-22", "--waive", waiver]);
    waived("clawback:A81001").fine();
    waived("A81001").fine();
    waived("clawback:A8100l")
        .refused()
        .says("there is no practice `A8100l` in these tables")
        .says("did you mean `A81001`?");
    waived("Z99999").refused().says("there is no practice `Z99999` in these tables");
    waived("clawback").refused().says("`--waive clawback` names a payment").says("`--waive clawback:PRACTICE`");
    let curve = ["curve", "--years", "2021-22", "--cohort-size", "9", "--waive", "clawback:A81001"];
    Ran::of(output(curve)).refused().says("`--waive PAYMENT`");
}

#[test]
fn a_baseline_is_of_the_years_that_the_rulebook_names() {
    let desk = Desk::new();
    let head = "year,practice_code,indicator,numerator,denominator\n";
    // 75 % is 10 percentage points above 130 of 200: (10 - 5) / (18 - 5) * 18 = 6.9231 points.
    let two = format!("{head}2024-25,A81001,VI001,60,100\n2025-26,A81001,VI001,70,100\n");
    let (points, ran) = desk.improved(&two, "A81001");
    assert_eq!(points, "6.9231");
    ran.says("1 × a practice that was counted and has no baseline");
    // A third year is told, and changes nothing; a row that stands twice is one row.
    let third = format!("{two}2023-24,A81001,VI001,10,100\n2025-26,A81001,VI001,70,100\n2025-26,A81009,VI001,7,10\n");
    let (points, ran) = desk.improved(&third, "A81001");
    assert_eq!(points, "6.9231");
    ran.says("a row of a year that the rulebook does not pool into the baseline")
        .says("a practice that has a baseline and was not counted in the year itself");
    // Of two that differ one is chosen as of a year's own counts: 60 and 55 of 200, 17.5 points above.
    let differ = format!("{two}2025-26,A81001,VI001,55,100\n");
    let (points, ran) = desk.improved(&differ, "A81001");
    assert_eq!(points, "17.3077");
    ran.says("two rows for one practice and measure that differ");
    // A table that does not say of which years it is is pooled as it stands.
    let plain = "practice_code,indicator,numerator,denominator\nA81001,VI001,60,100\nA81001,VI001,70,100\n";
    assert_eq!(desk.improved(plain, "A81001").0, "6.9231");
}

#[test]
fn blanks_around_a_practice_code_are_no_part_of_it() {
    let desk = Desk::new();
    let counts = desk.file("counts.csv", "practice_code,measure,numerator,denominator\n A81001 ,VI001,75,100\n");
    let practices = desk.file("practices.csv", "practice_code,list_size\nA81001 ,9639\n");
    let arguments = ["score", &counts, "--practices", &practices, "--year", "2023-24", "--format", "csv"];
    let ran = Ran::of(output(arguments)).fine();
    assert!(!cell(&rows(&ran.stdout), &["2023-24", "A81001", "VI001"], "pounds").is_empty(), "{}", ran.stdout);
    let patients = "patient_id,practice_code,birth_date,registered_date\n1, A81001,2022-09-01,2022-09-01\n\
                    2,A81001 ,2022-09-01,2022-09-01\n";
    let patients = desk.file("patients.csv", patients);
    let events = desk.file("events.csv", "patient_id,event_date,code\n");
    let run = ["run", "--year", "2023-24", "--patients", &patients, "--events", &events, "--format", "csv"];
    let ran = Ran::of(output(run)).fine();
    assert_eq!(cell(&rows(&ran.stdout), &["2023-24", "A81001", "VI001"], "register"), "2");
}

#[test]
fn a_figure_is_set_only_to_what_a_numbers_file_could_say() {
    let desk = Desk::new();
    let set = |setting: &str| desk.score(&["--year", "2023-24", "--set", setting]);
    set("pounds_per_point=-200").refused().says("an amount is never below nothing");
    set("VI001.lower_threshold=-5").refused().says("a share lies between 0 and 100 %");
    set("VI001.upper_threshold=150").refused().says("`--set VI001.upper_threshold=150` cannot be");
    set("pounds_per_point=1,000").refused().says("has a comma in its number").says("`--set pounds_per_point=1000`");
    set("pounds_per_point=many").refused().says("neither a number nor a day");
    set("pounds_per_point=2024-06-30").refused().says("gives a day, and `pounds_per_point` is a number");
    set("settlement_date=5").refused().says("gives a number, and `settlement_date` is a day").says("YYYY-MM-DD");
    set("settlement_date=2024-06-30").fine().says("settlement_date of qof/2023-24 is 2024-06-30");
    set("2021-22:VI001.lower_threshold=50").refused().says("`2021-22` is not among the years that were asked for");
    set("VI001.lower_threshold=98").refused().says("set the other figure too");
    set("lower_threshold=96").refused().says("set the figure for one indicator");
    let (counts, practices) = (desk.path("counts.csv"), desk.path("practices.csv"));
    let sweep = |figure: &str| {
        let tables = ["--counts", &counts, "--practices", &practices];
        Ran::of(output([&["sweep", "--year", "2023-24", "--figure", figure], &tables[..]].concat()))
    };
    sweep("pounds_per_point=-10..10:5").refused().says("an amount is never below nothing");
    sweep("VI001.upper_threshold=95..105:1").refused().says("is 105 %, and a share lies between 0 and 100 %");
    sweep("settlement_date=1..2:1").refused().says("is a day");
    sweep("nothing=1..2:1").refused().says("none of these rulebooks has a figure `nothing`");
    sweep("VI001.lower_threshold=88..89:1").fine();
    let swept = sweep("VI001.lower_threshold=88..89:1");
    assert!(swept.stdout.contains("VI001.lower_threshold") && !swept.stdout.contains("lower threshold"));
}

#[test]
fn the_ending_of_the_output_names_its_form() {
    let desk = Desk::new();
    let written = |name: &str, more: &[&str]| {
        let file = desk.path(name);
        desk.score(&[&["--year", "2023-24", "--output", &file][..], more].concat()).fine();
        fs::read(file).unwrap()
    };
    assert!(written("o.csv", &[]).starts_with(b"year,practice_code,"));
    let document: Value = serde_json::from_slice(&written("o.json", &[])).unwrap();
    let command: Vec<&str> =
        document["provenance"]["command"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(command.contains(&"--format=json"), "what makes it again says so: {command:?}");
    assert!(written("o.xlsx", &[]).starts_with(b"PK"));
    assert!(written("o.parquet", &[]).starts_with(b"PAR1"));
    assert!(written("o.md", &[]).starts_with(b"## ") || written("o.md", &[]).windows(2).any(|two| two == b"| "));
    assert!(written("o.txt", &[]).starts_with(b"Indicators per practice"));
    assert!(written("p.csv", &["--format", "json"]).starts_with(b"{"), "what is said is done");
    desk.score(&["--year", "2023-24", "--output", &desk.path("o.pdf")])
        .refused()
        .says("`uptake score` has no form for a file that ends in .pdf")
        .says("table, json, csv");
    assert!(!Path::new(&desk.path("o.pdf")).exists());
    let curve = desk.path("c.svg");
    Ran::of(output(["curve", "--years", "2023-24", "--cohort-size", "9", "--output", &curve])).fine();
    assert!(fs::read_to_string(curve).unwrap().starts_with("<svg"));
}

#[test]
fn a_scheme_that_counts_nobody_is_refused_with_the_command_that_applies_it() {
    let desk = Desk::new();
    let patients = desk.file("patients.csv", "patient_id,practice_code,birth_date,registered_date\n");
    let events = desk.file("events.csv", "patient_id,event_date,code\n");
    let counts = desk.path("counts.csv");
    let records = ["--patients", patients.as_str(), "--events", events.as_str()];
    let local = "wf-newham/2024-25";
    let given = ["--counts", counts.as_str()];
    let commands: [&[&str]; 8] = [
        &[&["run", "--year", local], &records[..]].concat(),
        &[&["run", "--year", "2023-24,wf-newham/2024-25"], &records[..]].concat(),
        &[&["near-misses", "--year", local], &records[..]].concat(),
        &[&["recall", "--year", local, "--as-of", "2024-06-01"], &records[..]].concat(),
        &["curve", "--years", local, "--cohort-size", "9"],
        &["score", &counts, "--year", local],
        &[&["next", "--year", local], &given[..]].concat(),
        &[&["sweep", "--year", local, "--figure", "pounds_per_child=1..2:1"], &given[..]].concat(),
    ];
    for command in commands {
        Ran::of(output(command))
            .refused()
            .says("wf-newham/2024-25 counts nobody itself")
            .says("`uptake pathway --year wf-newham/2024-25`");
    }
    let ran = Ran::of(output([&["compare", "--years", "2023-24,wf-newham/2024-25"], &records[..]].concat())).refused();
    assert!(ran.says("counts nobody itself").stderr.lines().count() == 2, "{}", ran.stderr);
}

#[test]
fn a_table_of_payments_is_not_asked_for_of_patients() {
    let desk = Desk::new();
    let patients = desk.file("patients.csv", "patient_id,practice_code,birth_date,registered_date\n");
    let events = desk.file("events.csv", "patient_id,event_date,code\n");
    let run = ["run", "--year", "2023-24", "--patients", &patients, "--events", &events, "--level", "patient"];
    Ran::of(output([&run[..], &["--table", "fees"]].concat())).refused().says("leave out `--table`");
    Ran::of(output(run)).fine();
    let attrition = ["attrition", "--years", "2023-24", "--patients", &patients, "--events", &events];
    Ran::of(output([&attrition[..], &["--practices", &desk.path("practices.csv")]].concat())).fine();
}

#[test]
fn a_sum_of_what_is_not_known_is_empty() {
    let desk = Desk::new();
    // Nobody says how long the second practice's list is.
    desk.file("practices.csv", "practice_code,list_size\nA81001,9639\n");
    let ran = desk.score(&["--year", "2023-24", "--table", "practices", "--format", "csv"]).fine();
    let table = rows(&ran.stdout);
    let of = |practice: &str| table.iter().find(|row| row["practice_code"] == practice).unwrap().clone();
    assert!(!of("A81001")["pounds"].is_empty() && of("A81001")["not_known"] == "0");
    assert!(of("A81002")["pounds"].is_empty() && of("A81002")["indicators"].is_empty(), "{}", ran.stdout);
    assert_eq!(of("A81002")["not_known"], "1");
    ran.says("the list size of the practice is not known (2023-24; A81002)");
}

#[test]
fn a_measure_that_is_counted_by_half_is_a_named_gap() {
    let desk = Desk::new();
    desk.file("counts.csv", "practice_code,measure,numerator,denominator\nA81001,MMR2_5Y,57,60\n");
    let ran = desk.score(&["--year", "2021-22", "--format", "csv"]).fine();
    ran.says("VI003 was not counted, and without DTAP_IPV_HIB_5Y nothing stands in for it (2021-22; A81001)");
}

#[test]
fn help_offers_tables_only_where_they_are_read() {
    for (command, reads) in [("check", false), ("diff", false), ("fmt", false), ("run", true), ("score", true)] {
        let help = Ran::of(output([command, "--help"])).fine().stdout;
        assert_eq!(help.contains("--map"), reads, "{command}");
    }
    for command in [["next", "--measure"], ["recall", "--indicator"]] {
        let help = Ran::of(output([command[0], "--help"])).fine().stdout;
        assert!(help.contains("[alias: --"), "{help}");
    }
}
