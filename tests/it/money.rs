//! What is paid: published checks and hand-worked sums, through `score` for counts and `run` for records. The working
//! stands above each figure.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use uptake::ground::Amount;

use crate::csv_text::{Rows, cell, rows, sum};
use crate::uptake::output;

struct Desk(TempDir);

struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn said(&self, command: &str, more: &[&str]) -> Said {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let arguments = [command].into_iter().chain(more.iter().copied());
        let out = output(arguments);
        Said { code: out.status.code(), stdout: text(out.stdout), stderr: text(out.stderr) }
    }

    /// The rows of `score` over counts `practice,measure,numerator,denominator`.
    #[track_caller]
    fn score(&self, counts: &str, year: &str, more: &[&str]) -> Rows {
        rows(&self.said_score(counts, year, &[more, &["--format", "csv"]].concat()).stdout)
    }

    #[track_caller]
    fn said_score(&self, counts: &str, year: &str, more: &[&str]) -> Said {
        let file = self.file("counts.csv", &format!("practice_code,measure,numerator,denominator\n{counts}"));
        let said = self.said("score", &[&[path(&file), "--year", year], more].concat());
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        said
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The points of one practice's counts for one indicator.
#[track_caller]
fn points(year: &str, indicator: &str, numerator: u32, denominator: u32) -> String {
    let rows = Desk::new().score(&format!("F,{indicator},{numerator},{denominator}\n"), year, &[]);
    cell(&rows, &[year, "F", indicator], "points").to_owned()
}

#[test]
fn the_published_national_points_of_2021_22_come_out() {
    // 7 + (91.1 - 90) / 5 * 11 = 7 + 2.42 = 9.42 (published as 9.4)
    assert_eq!(points("2021-22", "VI002", 911, 1000), "9.4200");
    // 7 + (88.1 - 87) / 8 * 11 = 7 + 1.5125 = 8.5125 (published as 8.5)
    assert_eq!(points("2021-22", "VI003", 881, 1000), "8.5125");
}

#[test]
fn the_step_and_the_slope_of_2021_22() {
    // Exactly the threshold is 3; just under it is nothing; each further 1 % is (18 - 3) / (95 - 90) = 3.
    assert_eq!(points("2021-22", "VI001", 90, 100), "3.0000");
    assert_eq!(points("2021-22", "VI001", 89_999, 100_000), "0.0000");
    for (percent, expected) in [(91, "6.0000"), (92, "9.0000"), (93, "12.0000"), (94, "15.0000")] {
        assert_eq!(points("2021-22", "VI001", percent, 100), expected);
    }
    for percent in [95, 96, 100] {
        assert_eq!(points("2021-22", "VI001", percent, 100), "18.0000");
    }
}

#[test]
fn a_slope_without_a_step_pays_seven_children_about_549_pounds_each() {
    // 18 over 96 - 89 = 7 per cent: 18/7 = 2.5714 for each.
    assert_eq!(points("2023-24", "VI001", 89, 100), "0.0000");
    assert_eq!(points("2023-24", "VI001", 90, 100), "2.5714");
    // 90 children at the average list size of 9,639: the pounds of 80 (88.9 %) are 0, of 87 (96.7 %) 18 x 213.43 = 3841.74.
    // The seven between, 81 to 87, earn 3841.74 / 7 = 548.82 each in the mean.
    let desk = Desk::new();
    let practices = desk.file("practices.csv", "practice_code,list_size\nF,9639\n");
    let pounds = |children: u32| {
        let rows = desk.score(&format!("F,VI001,{children},90\n"), "2023-24", &["--practices", path(&practices)]);
        Amount::parse(cell(&rows, &["2023-24", "F", "VI001"], "pounds")).unwrap()
    };
    let paid: Vec<Amount> = (80..=90).map(pounds).collect();
    let gains: Vec<Amount> = paid.windows(2).map(|pair| pair[1].minus(pair[0]).unwrap()).collect();
    let earning: Vec<&Amount> = gains.iter().filter(|gain| !gain.is_zero()).collect();
    assert_eq!(earning.len(), 7);
    assert_eq!((paid[0], paid[10].to_string().as_str()), (Amount::ZERO, "3841.74"));
    assert_eq!(paid[10].over(Amount::from(7_u32)).unwrap().to_decimals(2), "548.82");
}

#[test]
fn all_four_indicators_are_64_points() {
    for year in ["2021-22", "2022-23", "2023-24", "2024-25", "2025-26", "2026-27"] {
        let counts = "F,VI001,10,10\nF,VI002,10,10\nF,VI003,10,10\nF,VI004,10,10\n";
        let rows = Desk::new().score(counts, year, &[]);
        // 18 + 18 + 18 + 10
        assert_eq!(sum(rows.iter().map(|row| row["points"].as_str())), "64.00", "{year}");
    }
}

#[test]
fn fees_are_repaid_below_80_per_cent_unless_waived() {
    let desk = Desk::new();
    let counts = "U,MMR1_24M,799,1000\nW,MMR1_24M,799,1000\nE,MMR1_24M,800,1000\nL,MMR1_24M,400,1000\n";
    let rows = desk.score(counts, "2021-22", &["--table", "payments", "--waive", "clawback:W"]);
    let pounds = |practice, payment| cell(&rows, &["2021-22", practice, payment], "pounds");
    // 79.9 %: 799 x 10.06 = 8037.94 are earned, half of 1000 x 10.06 = 5030.00 repaid.
    assert_eq!((pounds("U", "fees_from_counts"), pounds("U", "clawback")), ("8037.94", "-5030.00"));
    assert_eq!((pounds("W", "fees_from_counts"), pounds("W", "clawback")), ("8037.94", "0.00"));
    // 80 %: 800 x 10.06 = 8048.00, nothing repaid.
    assert_eq!((pounds("E", "fees_from_counts"), pounds("E", "clawback")), ("8048.00", "0.00"));
    // 40 %: 400 x 10.06 = 4024.00 is all that can be repaid; the course never ends below zero.
    assert_eq!((pounds("L", "fees_from_counts"), pounds("L", "clawback")), ("4024.00", "-4024.00"));
    // Without a course's name every waivable payment of the practice is waived.
    let rows = desk.score(counts, "2021-22", &["--table", "payments", "--waive", "U"]);
    assert_eq!(cell(&rows, &["2021-22", "U", "clawback"], "pounds"), "0.00");
    // From April 2023 nothing is repaid.
    let rows = desk.score(counts, "2023-24", &["--table", "payments"]);
    assert!(rows.iter().all(|row| row["payment"] == "fees_from_counts"), "{rows:?}");
}

#[test]
fn what_is_missing_is_named_and_the_rest_is_complete() {
    let desk = Desk::new();
    let practices = desk.file("practices.csv", "practice_code,list_size\nA,9639\n");
    let counts = "A,VI001,96,100\nA,VI002,0,0\nB,VI001,96,100\n";
    let given = ["--practices", path(&practices), "--format", "csv"];
    let said = desk.said_score(counts, "2023-24", &given);
    let table = rows(&said.stdout);
    // 18 x 213.43 x 9639 / 9639
    assert_eq!(cell(&table, &["2023-24", "A", "VI001"], "pounds"), "3841.74");
    let of = |practice, indicator, column| cell(&table, &["2023-24", practice, indicator], column);
    assert_eq!((of("A", "VI002", "achievement_percent"), of("A", "VI002", "points")), ("", "0.0000"));
    assert_eq!((of("B", "VI001", "points"), of("B", "VI001", "pounds")), ("18.0000", ""));
    assert!(said.stderr.contains("the list size of the practice is not known (2023-24; B)"), "{}", said.stderr);
}

#[test]
fn an_unset_figure_is_a_gap_in_what_needs_it() {
    let counts = "A,T5_BOOSTER,58,58\nA,T2_FIVE_IN_ONE,63,63\nA,T2_MMR,63,63\nA,T2_MENC,63,63\n";
    let said = Desk::new().said_score(counts, "target-payments/2019-20", &["--table", "payments", "--format", "csv"]);
    let table = rows(&said.stdout);
    let paid = |payment: &str| -> Vec<String> {
        table.iter().filter(|row| row["payment"] == payment).map(|row| row["pounds"].clone()).collect()
    };
    // 671.48 x 58 / 58, each quarter.
    assert_eq!(paid("five_year_olds"), ["671.48", "671.48", "671.48", "671.48"]);
    assert_eq!(paid("two_year_olds"), ["", "", "", ""]);
    assert!(said.stderr.contains("leaves `two_year_olds_higher` unset"), "{}", said.stderr);
    let note = "T5_BOOSTER is approximate: a whole year's counts of T5_BOOSTER stand for each quarter (A)";
    assert!(said.stderr.contains(note), "{}", said.stderr);
}

#[test]
fn the_old_targets_step_at_70_and_90_per_cent_each_quarter_apart() {
    // 580 children are ten average practices: the higher payment is 6714.80, a third of it 2238.27.
    let counts = "A,T5_BOOSTER Q1,405,580\nA,T5_BOOSTER Q2,406,580\nA,T5_BOOSTER Q3,521,580\nA,T5_BOOSTER Q4,522,580\n";
    let said = Desk::new().said_score(counts, "target-payments/2019-20", &["--table", "payments", "--format", "csv"]);
    // 405 / 580 = 69.8 %, 406 / 580 = 70 %, 521 / 580 = 89.8 %, 522 / 580 = 90 %
    let table = rows(&said.stdout);
    let five = table.iter().filter(|row| row["payment"] == "five_year_olds");
    let pounds: Vec<&str> = five.map(|row| row["pounds"].as_str()).collect();
    assert_eq!(pounds, ["0.00", "2238.27", "2238.27", "6714.80"]);
    assert!(!said.stderr.contains("approximate"), "{}", said.stderr);
}

#[test]
fn mmr_has_a_fee_from_2020_21_on() {
    let counts = "A,MMR1_24M,60,63\nA,MMR2_5Y,50,58\n";
    let desk = Desk::new();
    let new = desk.score(counts, "target-payments/2020-21", &["--table", "payments"]);
    let fees: Vec<&str> =
        new.iter().filter(|row| row["payment"] == "fees_from_counts").map(|row| row["pounds"].as_str()).collect();
    // 60 x 10.06 and 50 x 10.06
    assert_eq!(fees, ["603.60", "503.00"]);
    let old = desk.score(counts, "target-payments/2019-20", &["--table", "payments"]);
    assert!(old.iter().all(|row| row["payment"] != "fees_from_counts"));
}

#[test]
fn a_figure_set_for_one_run_is_used_and_named() {
    let desk = Desk::new();
    let practices = desk.file("practices.csv", "practice_code,list_size\nA,9085\n");
    let given = ["--set", "pounds_per_point=194.83", "--practices", path(&practices), "--format", "json"];
    let said = desk.said_score("A,VI001,95,100\n", "2021-22", &given);
    // 18 x 194.83 x 9085 / 9085 = 3506.94
    assert!(said.stdout.contains("\"pounds\": 3506.94"), "{}", said.stdout);
    assert!(said.stdout.contains("\"set_to\": \"194.83\""), "{}", said.stdout);
    let note = "pounds_per_point of qof/2021-22 is 194.83 (the rulebook: 201.16)";
    assert!(said.stderr.contains(note), "{}", said.stderr);
}

#[test]
fn a_practice_of_one_year_only_is_a_named_gap_in_the_other() {
    let desk = Desk::new();
    let text = "year,practice_code,indicator,numerator,denominator\n2021-22,A,VI001,95,100\n2022-23,A,VI001,90,100\n\
                2021-22,B,VI001,95,100\n";
    let file = desk.file("both.csv", text);
    let said = desk.said("score", &[path(&file), "--year", "2021-22,2022-23", "--format", "csv"]);
    let table = rows(&said.stdout);
    assert_eq!(table.len(), 3);
    assert_eq!(cell(&table, &["2021-22", "A", "VI001"], "points"), "18.0000");
    assert_eq!(cell(&table, &["2022-23", "A", "VI001"], "points"), "3.0000");
    assert!(said.stderr.contains("nothing was counted for the practice (2022-23; B)"), "{}", said.stderr);
    assert!(said.stderr.contains("each row of the counts is used for its own year"), "{}", said.stderr);
    // One year's counts under another year's rules; of two years' counts it is not known which.
    let one = desk.file("one.csv", "year,practice_code,indicator,numerator,denominator\n2021-22,A,VI001,90,100\n");
    let said = desk.said("score", &[path(&one), "--year", "2023-24", "--format", "csv"]);
    assert_eq!(cell(&rows(&said.stdout), &["2023-24", "A", "VI001"], "points"), "2.5714");
    assert!(said.stderr.contains("the counts are of 2021-22 and are used for every year asked for"), "{}", said.stderr);
    assert_eq!(desk.said("score", &[path(&file), "--year", "2023-24"]).code, Some(2));
}
