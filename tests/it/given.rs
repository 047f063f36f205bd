//! Counts in all their forms through `score`, and doses through `run`: what is read, what is said of it, and what is paid.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::csv_text::{cell, rows, sum};
use crate::golden::code;
use crate::uptake::output;

struct Desk(TempDir);

struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    #[track_caller]
    fn says(&self, words: &str) -> &Said {
        assert!(self.stderr.contains(words), "`{words}` is not in:\n{}", self.stderr);
        self
    }
}

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn said(&self, arguments: &[&str]) -> Said {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let out = output(arguments);
        Said { code: out.status.code(), stdout: text(out.stdout), stderr: text(out.stderr) }
    }

    fn score(&self, counts: &str, more: &[&str]) -> Said {
        let file = self.file("counts.csv", counts);
        self.said(&[&["score", "--counts", &file, "--format", "csv"], more].concat())
    }
}

const PUBLISHED: &str = "PRACTICE_CODE,INDICATOR_CODE,MEASURE,VALUE\n\
    F1,VI001,NUMERATOR,90\nF1,VI001,DENOMINATOR,100\nF1,VI001,PCAS,4\nF1,VI001,ACHIEVED_POINTS,3\n\
    F1,VI002,NUMERATOR,911\nF1,VI002,DENOMINATOR,1000\nF1,VI002,PCAS,0\nF1,VI002,ACHIEVED_POINTS,9.42\n\
    F2,VI003,NUMERATOR,881\nF2,VI003,DENOMINATOR,1000\nF2,VI003,PCAS,0\nF2,VI003,ACHIEVED_POINTS,8.51\n\
    F2,AF001,REGISTER,70\nF2,AF001,ACHIEVED_POINTS,5\n";

#[test]
fn published_points_are_compared_as_they_are_rounded() {
    let desk = Desk::new();
    // 8.5125 is 8.51 to the two decimals of the file.
    let same = desk.score(PUBLISHED, &["--year", "2021-22", "--check"]);
    assert_eq!((same.code, same.stdout.lines().count()), (Some(0), 1), "{}", same.stderr);
    same.says("points compared to 2 decimals: 3 published figures the same, 0 different, 1 not compared");

    let wrong = PUBLISHED.replace("8.51", "8.52").replace("POINTS,3\n", "POINTS,3.01\n");
    let differ = desk.score(&wrong, &["--year", "2021-22", "--check"]);
    assert_eq!(differ.code, Some(1), "{}", differ.stderr);
    let expected = "year,practice_code,indicator,published_points,points,why\n\
                    2021-22,F1,VI001,3.01,3.00,\n2021-22,F2,VI003,8.52,8.51,\n";
    assert_eq!(differ.stdout, expected);

    // The same counts by another year's rules: 18/7 for 90 %, 18 x 5.1/10 = 9.18, 18 x 7.1/15 = 8.52.
    let other = desk.score(PUBLISHED, &["--year", "2023-24", "--check"]);
    assert_eq!((other.code, other.stdout.lines().count()), (Some(1), 4), "{}", other.stdout);

    let plain = "practice_code,indicator,numerator,denominator\nF,VI001,1,2\n";
    assert_eq!(desk.score(plain, &["--year", "2021-22", "--check"]).code, Some(2));
    assert_eq!(desk.score(PUBLISHED, &["--year", "2021-22,2022-23", "--check"]).code, Some(2));
}

#[test]
fn the_published_form_is_scored_too() {
    let said = Desk::new().score(PUBLISHED, &["--year", "2021-22"]);
    // 100 in the denominator and 4 adjusted for: 104 on the register.
    assert!(said.stdout.contains("\n2021-22,F1,VI001,104,0,4,100,90,90.00,3.0000,\n"), "{}", said.stdout);
}

#[test]
fn a_percentage_is_exact_in_sums_and_said_to_be_rounded() {
    let counts = "practice_code,indicator,uptake_percent,denominator\nF,VI001,92.5 %,70\n";
    let desk = Desk::new();
    let said = desk.score(counts, &["--year", "2021-22"]);
    // 3 + 2.5 x 3 = 10.5
    assert_eq!(cell(&rows(&said.stdout), &["2021-22", "F", "VI001"], "points"), "10.5000");
    said.says("VI001 is rounded: its numerator is worked out from a percentage (F)");
    let file = desk.file("counts.csv", counts);
    let json = desk.said(&["score", &file, "--year", "2021-22", "--format", "json"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(document["rounded"][0]["measure"], "VI001");
    assert_eq!(document["rounded"][0]["practices"], serde_json::json!(["F"]));
}

#[test]
fn a_course_that_counts_nobody_has_no_achievement_that_could_be_lowest() {
    let (nobody, many) = ("F,DTAP_IPV_HIB_5Y,0,0\n", "F,MMR2_5Y,96,100\n");
    let desk = Desk::new();
    for lines in [[nobody, many], [many, nobody]] {
        let counts = format!("practice_code,measure,numerator,denominator\n{}", lines.concat());
        let said = desk.score(&counts, &["--year", "2023-24"]);
        // All points from 96 %.
        assert_eq!(cell(&rows(&said.stdout), &["2023-24", "F", "VI003"], "points"), "18.0000", "{}", said.stderr);
        said.says("VI003 is not counted, and MMR2_5Y stands in for it (F)");
    }
    let both = "practice_code,measure,numerator,denominator\nF,MMR2_5Y,0,0\nF,DTAP_IPV_HIB_5Y,0,0\n";
    let said = desk.score(both, &["--year", "2023-24"]);
    assert_eq!(cell(&rows(&said.stdout), &["2023-24", "F", "VI003"], "points"), "0.0000");
}

#[test]
fn courses_stand_in_for_indicators_that_are_not_counted() {
    let counts = "practice_code,measure,numerator,denominator\nF,DTAP_IPV_HIB_5Y,60,60\nF,MMR2_5Y,57,60\nG,MMR2_5Y,57,60\n\
                  H,VI003,60,60\nH,DTAP_IPV_HIB_5Y,6,60\nH,MMR2_5Y,5,60\n";
    let desk = Desk::new();
    let said = desk.score(counts, &["--year", "2021-22"]);
    let table = rows(&said.stdout);
    // F: the lower is 57 of 60, 95 %. G lacks a course of the two. H was counted itself.
    assert_eq!(cell(&table, &["2021-22", "F", "VI003"], "numerator"), "57");
    assert_eq!(cell(&table, &["2021-22", "H", "VI003"], "numerator"), "60");
    assert!(table.iter().all(|row| row["practice_code"] != "G"), "{table:?}");
    said.says("qof/2021-22: VI003 is not counted, and MMR2_5Y stands in for it (F)");
    let file = desk.file("counts.csv", counts);
    let json = desk.said(&["score", &file, "--year", "2021-22", "--format", "json"]).stdout;
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!([
        {"rulebook": "qof/2021-22", "measure": "VI003", "counts_of": "MMR2_5Y", "practices": ["F"]}
    ]);
    assert_eq!(document["proxies"], expected);
}

#[test]
fn odd_counts_are_found_whatever_their_order() {
    let header = "practice_code,measure,numerator,denominator";
    let counts = ["F,VI001,95,100", "F,VI001,90,100", "F,VI001,90,100", "F,XX001,1,2", "G,VI001,101,100"];
    let desk = Desk::new();
    let said = desk.score(&format!("{header}\n{}\n", counts.join("\n")), &["--year", "2021-22"]);
    let table = rows(&said.stdout);
    assert_eq!((table.len(), cell(&table, &["2021-22", "F", "VI001"], "points")), (1, "3.0000"));
    said.says("1 × two rows for one practice and measure that differ: the one with the smaller numerator is used");
    said.says("1 × a row for a measure that the rulebook has not got: row not used");
    said.says("measure (qof/2021-22: XX001)").says("a numerator that is greater than its denominator");
    let mut turned = counts;
    turned.reverse();
    let again = desk.score(&format!("{header}\n{}\n", turned.join("\n")), &["--year", "2021-22"]);
    assert_eq!(again.stdout, said.stdout);
    // A register of 99 cannot have 100 in the denominator.
    let lost = "practice_code,indicator,register,excluded,excepted,denominator,numerator\nF,VI001,99,0,0,100,90\n";
    desk.score(lost, &["--year", "2021-22"]).says("a register that is not denominator, excluded and excepted");
}

/// Patients `id,practice,birth,registered` and events `id,date,cluster,giver` as files, run.
fn run(desk: &Desk, patients: &[&str], events: &[&str], more: &[&str]) -> Said {
    let mut table = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    patients.iter().for_each(|patient| writeln!(table, "{patient}").unwrap());
    let patients = desk.file("patients.csv", &table);
    let mut table = "patient_id,event_date,code,practice_code\n".to_owned();
    for event in events {
        let cells: Vec<&str> = event.split(',').collect();
        let [id, date, cluster, giver] = cells[..] else { panic!("{event}") };
        writeln!(table, "{id},{date},{},{giver}", code(cluster)).unwrap();
    }
    let events = desk.file("events.csv", &table);
    let all = ["run", "--patients", &patients, "--events", &events, "--format", "csv"];
    let said = desk.said(&[&all, more].concat());
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    said
}

#[test]
fn a_dose_given_elsewhere_counts_and_earns_its_fee_there() {
    // 8 months on 1 October 2023. Two doses at F, one at G: three in time; two fees of 10.06 for F and one for G.
    let patients = ["1,F,2023-02-01,2023-02-01", "2,G,1990-01-01,2000-01-01"];
    let events = ["1,2023-04-03,dtap,F", "1,2023-05-03,dtap,G", "1,2023-06-05,dtap,"];
    let desk = Desk::new();
    let said = run(&desk, &patients, &events, &["--year", "2023-24"]);
    assert_eq!(cell(&rows(&said.stdout), &["2023-24", "F", "VI001"], "numerator"), "1");
    let fees = rows(&run(&desk, &patients, &events, &["--year", "2023-24", "--table", "fees"]).stdout);
    let fee = |practice, column| cell(&fees, &["2023-24", practice, "dtap"], column);
    assert_eq!((fee("F", "doses"), fee("F", "pounds")), ("2", "20.12"));
    assert_eq!((fee("G", "doses"), fee("G", "pounds")), ("1", "10.06"));
}

#[test]
fn a_fee_goes_to_who_gave_the_dose_of_that_day() {
    // Two doses given at G earn G two fees of 10.06; the third says nothing, and F had the child. On 2023-06-05 two practices
    // say that they gave the one dose, and the first of them by code earns it.
    let patients = ["1,F,2023-02-01,2023-02-01", "2,G,1990-01-01,2000-01-01", "3,F,2023-02-01,2023-02-01"];
    let mut events = vec!["1,2023-04-03,dtap,G", "1,2023-05-03,dtap,G", "1,2023-06-05,dtap,"];
    events.extend(["3,2023-06-05,dtap,G", "3,2023-06-05,dtap,F", "3,2023-06-05,pcv,A"]);
    let fees = rows(&run(&Desk::new(), &patients, &events, &["--year", "2023-24", "--table", "fees"]).stdout);
    let fee = |practice| cell(&fees, &["2023-24", practice, "dtap"], "pounds");
    assert_eq!((fee("F"), fee("G")), ("20.12", "20.12"));
}

#[test]
fn who_is_on_two_lists_and_what_nobody_gave_is_counted() {
    // Two doses before 1 came to a list, and one after it: a fee of 10.06 for F. 2 and 3 are on two lists at the year's end.
    let patients = [
        "1,F,2023-02-01,2023-08-01",
        "2,F,2023-02-01,2023-02-01",
        "2,G,2023-02-01,2023-05-01",
        "3,F,2023-03-01,2023-03-01",
        "3,G,2023-03-01,2023-03-01",
    ];
    let events = ["1,2023-04-03,dtap,", "1,2023-05-03,dtap,", "1,2023-09-05,dtap,"];
    let said = run(&Desk::new(), &patients, &events, &["--year", "2023-24", "--table", "fees"]);
    assert_eq!(cell(&rows(&said.stdout), &["2023-24", "F", "dtap"], "pounds"), "10.06");
    said.says("2 × a patient with two registrations that hold at once").says("2 × a dose without a giver");
}

#[test]
fn a_dose_too_late_for_its_indicator_earns_its_fee() {
    // 8 months on 1 October 2023, and the third dose that day: not achieved, three fees, 30.18.
    let patients = ["1,F,2023-02-01,2023-02-01"];
    let events = ["1,2023-04-03,dtap,", "1,2023-05-03,dtap,", "1,2023-10-01,dtap,"];
    let desk = Desk::new();
    let said = run(&desk, &patients, &events, &["--year", "2023-24"]);
    assert_eq!(cell(&rows(&said.stdout), &["2023-24", "F", "VI001"], "numerator"), "0");
    let fees = rows(&run(&desk, &patients, &events, &["--year", "2023-24", "--table", "fees"]).stdout);
    assert_eq!(cell(&fees, &["2023-24", "F", "dtap"], "pounds"), "30.18");
}

#[test]
fn mmrv_pays_the_new_fee_from_january_2026() {
    // MMR of a child under six and MMRV in January 2026: both 12.06 in 2025-26; MMR in March 2025, in the year before: 10.06.
    let patients = ["1,F,2024-07-01,2024-07-01", "2,F,2024-03-10,2024-03-10"];
    let events = ["1,2026-01-15,mmrv,", "2,2025-03-20,mmr,"];
    let desk = Desk::new();
    let said = run(&desk, &patients, &events, &["--year", "2024-25,2025-26", "--table", "fees"]);
    let fees = rows(&said.stdout);
    let of = |year: &str| sum(fees.iter().filter(|row| row["year"] == year).map(|row| row["pounds"].as_str()));
    assert_eq!((of("2024-25").as_str(), of("2025-26").as_str()), ("10.06", "12.06"), "{fees:?}");
}

#[test]
fn a_run_scored_again_gives_the_same_points() {
    // VI002: 18 months on 1 July 2023; one has MMR, one has not, one is contraindicated.
    let patients = ["1,F,2022-01-01,2022-01-01", "2,F,2022-01-01,2022-01-01", "3,F,2022-01-01,2022-01-01"];
    let events = ["1,2023-02-01,mmr,", "3,2023-02-01,mmr_contraindicated,"];
    let desk = Desk::new();
    let ran = run(&desk, &patients, &events, &["--year", "2021-22,2023-24"]);
    let again = desk.score(&ran.stdout, &["--year", "2021-22,2023-24"]);
    assert_eq!(again.stdout, ran.stdout);
    assert_eq!(cell(&rows(&ran.stdout), &["2023-24", "F", "VI002"], "excepted"), "1");
}

#[test]
fn totals_are_the_sums_of_what_is_printed() {
    let mut counts = "practice_code,measure,numerator,denominator\n".to_owned();
    let mut practices = "practice_code,list_size\n".to_owned();
    for at in 0..40 {
        writeln!(counts, "P{at:02},VI001,{},97", 85 + at % 12).unwrap();
        writeln!(practices, "P{at:02},{}", 7001 + 137 * at).unwrap();
    }
    let desk = Desk::new();
    let practices = desk.file("practices.csv", &practices);
    let given = ["--year", "2023-24", "--practices", &practices];
    let table = rows(&desk.score(&counts, &given).stdout);
    let total = sum(table.iter().map(|row| row["pounds"].as_str()));
    let file = desk.file("counts.csv", &counts);
    let shown = desk.said(&[&["score", &file], &given[..]].concat()).stdout;
    let last = shown.lines().find(|line| line.contains(" all ")).expect("there are totals");
    assert!(last.trim_end().ends_with(&total), "{last} does not end with {total}");
}

#[test]
fn json_holds_the_table_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts.csv");
    std::fs::write(&counts, "practice_code,measure,numerator,denominator\nA,MMR2_5Y,43,63\n").unwrap();
    let asked = ["score", counts.to_str().unwrap(), "--year", "2021-22", "--format", "json", "--table", "payments"];
    let text = crate::uptake::stdout(asked);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let results = document["results"].as_array().unwrap();
    // Fees of 43 doses and the claw-back of the same course.
    assert_eq!(results.len(), 2, "{text}");
    assert!(results.iter().all(|row| row["paid_for"] == "MMR2_5Y"), "{text}");
    assert!(document.get("practices").is_none());
}
