//! Practices put together, and the published long form out and in.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::uptake::{output, stdout};

const COUNTS: &str = "practice_code,indicator,register,excluded,excepted,denominator,numerator\n\
    F1,VI001,60,1,3,56,53\nF2,VI001,110,0,0,110,107\nF3,VI001,40,0,2,38,30\nF4,VI001,20,0,0,20,20\n\
    F1,VI002,50,0,0,50,44\nF2,VI002,90,0,4,86,80\n";

/// As the published geography has them: F4 is in no network.
const PRACTICES: &str = "PRACTICE_CODE,PRACTICE_NAME,PRACTICE_LIST_SIZE,PCN_ODS_CODE,SUB_ICB_LOC_CODE,ICB_ODS_CODE\n\
    F1,One,9000,U1,S1,Q1\nF2,Two,12000,U1,S1,Q1\nF3,Three,5000,U2,S1,Q1\nF4,Four,4000,,S2,Q1\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("counts.csv"), COUNTS).unwrap();
    fs::write(folder.path().join("practices.csv"), PRACTICES).unwrap();
    folder
}

fn score(folder: &Path, more: &[&str]) -> String {
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let asked =
        ["score", &file("counts.csv"), "--year", "2023-24", "--practices", &file("practices.csv"), "--format", "csv"];
    stdout(asked.iter().chain(more))
}

/// Cells by the first three: year, practice or group, indicator.
fn cells(text: &str) -> BTreeMap<(String, String), Vec<String>> {
    let row = |line: &str| {
        let cells: Vec<String> = line.split(',').map(str::to_owned).collect();
        ((cells[1].clone(), cells[2].clone()), cells[3..].to_vec())
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn counts_and_pay_of_groups_are_the_sums_of_their_practices() {
    let folder = folder();
    let practices = cells(&score(folder.path(), &[]));
    let by_pcn = score(folder.path(), &["--by", "pcn"]);
    assert!(by_pcn.starts_with("year,pcn,indicator,register,"), "{by_pcn}");
    let groups = cells(&by_pcn);
    // 60 + 110, 1 + 0, 3 + 0, 56 + 110, 53 + 107: 160 of 166 is 96.39 %.
    let u1 = &groups[&("U1".to_owned(), "VI001".to_owned())];
    assert_eq!(u1[..6], ["170", "1", "3", "166", "160", "96.39"]);
    assert!(groups.contains_key(&("no pcn".to_owned(), "VI001".to_owned())), "{by_pcn}");
    for at in [6, 7] {
        let number = |text: &str| (text.parse::<f64>().unwrap() * 10_000.0).round() as i64;
        let sum =
            |rows: &BTreeMap<(String, String), Vec<String>>| rows.values().map(|row| number(&row[at])).sum::<i64>();
        assert_eq!(sum(&practices), sum(&groups));
        assert_eq!(sum(&practices), sum(&cells(&score(folder.path(), &["--by", "icb"]))));
        assert!(sum(&practices) > 0);
    }
    let icb = cells(&score(folder.path(), &["--by", "icb"]));
    assert_eq!(icb[&("Q1".to_owned(), "VI001".to_owned())][..5], ["230", "1", "5", "224", "210"]);
    assert_eq!(cells(&score(folder.path(), &["--by", "sub-icb"])).len(), 3);
}

#[test]
fn a_practice_in_no_group_is_told_of_and_groups_that_are_nowhere_are_refused() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let asked = ["score", &file("counts.csv"), "--year", "2023-24", "--practices", &file("practices.csv")];
    let ran = output(asked.iter().chain(&["--by", "pcn"]));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("a practice that is in no group"));
    let ran = output(asked.iter().chain(&["--by", "area"]));
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("no practice in the practices table has a `area`"));
    // Another name of the column is declared.
    let ran = output(asked.iter().chain(&["--by", "area", "--map", "practices.area=PRACTICE_NAME", "--format", "csv"]));
    assert_eq!(cells(&String::from_utf8(ran.stdout).unwrap()).len(), 6);
}

#[test]
fn groups_are_compared_by_their_sums() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let asked = [
        "compare",
        "--years",
        "2021-22,2023-24",
        "--counts",
        &file("counts.csv"),
        "--practices",
        &file("practices.csv"),
    ];
    let text = |more: &[&str]| stdout(asked.iter().chain(&["--format", "csv"]).chain(more));
    let pounds = |text: &str| {
        let cells = text.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
        cells.filter(|row| row[1] == "2023-24").map(|row| row[3].replace('.', "").parse::<i64>().unwrap()).sum::<i64>()
    };
    let (practices, groups) = (text(&[]), text(&["--by", "pcn"]));
    assert!(groups.starts_with("pcn,year,"), "{groups}");
    assert_eq!(groups.lines().count(), 7);
    assert_eq!(pounds(&practices), pounds(&groups));
}

#[test]
fn what_is_next_for_a_group_is_what_its_practices_have_ahead() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (counts, practices) = (file("counts.csv"), file("practices.csv"));
    let asked = ["next", "--counts", &counts, "--year", "2023-24", "--practices", &practices, "--by", "pcn"];
    let text = stdout(asked.iter().chain(&["--format", "csv"]));
    assert!(
        text.starts_with("year,pcn,indicator,denominator,numerator,achievement_percent,practices_counted,"),
        "{text}"
    );
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
    let row = |group: &str| rows.iter().find(|row| row["pcn"] == group && row["indicator"] == "VI001").unwrap();
    let told =
        |group: &str, columns: &[&str]| columns.iter().map(|column| row(group)[*column].clone()).collect::<Vec<_>>();
    let counts = ["denominator", "numerator", "achievement_percent", "practices_counted", "practices_with_step"];
    let steps = ["more_needed", "next_step_points", "begin_with", "begin_needs", "lost_by_one_fewer"];
    // Thresholds are 89 and 96 %. F1 has 53 of 56, 94.64 %: 96 % of 56 is 53.76, so one more reaches it and all 18 points,
    // of which it has 18 × (5300/56 − 89) / 7 = 14.5102. F2 has 107 of 110, 97.27 %: nothing is ahead, and of the 105.6 that
    // it takes one may be lost.
    assert_eq!(told("U1", &counts), ["166", "160", "96.39", "2", "1"]);
    assert_eq!(told("U1", &steps), ["1", "3.4898", "F1", "1", "0"]);
    assert_eq!(row("U1")["pounds_for_each"], row("U1")["next_step_pounds"]);
    assert_eq!(row("U1")["begin_pounds"], row("U1")["next_step_pounds"]);
    // F3 has 30 of 38: 89 % of 38 is 33.82, so four more. F4 has all 20, and 96 % of them is 19.2: one fewer loses it.
    assert_eq!(told("U2", &counts), ["38", "30", "78.95", "1", "1"]);
    assert_eq!(told("U2", &["more_needed", "begin_with", "lost_by_one_fewer"]), ["4", "F3", "0"]);
    assert_eq!(
        told("no pcn", &["practices_with_step", "more_needed", "begin_with", "lost_by_one_fewer"]),
        ["0", "0", "", "1"]
    );
    let ran = output(asked.iter().chain(&["--table", "steps"]));
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().contains("a step is one practice's"));
}

#[test]
fn suppression_looks_at_the_groups() {
    let folder = folder();
    // U1's 160 of 166 leave 6, and 3 are excepted, 1 excluded: those go, and the numerator stays.
    let rows = cells(&score(folder.path(), &["--by", "pcn", "--suppress", "5"]));
    let u1 = &rows[&("U1".to_owned(), "VI001".to_owned())];
    assert_eq!((u1[1].as_str(), u1[2].as_str(), u1[4].as_str()), ("[c]", "[c]", "160"));
}

#[test]
fn the_long_form_is_read_back_with_equal_results() {
    let folder = folder();
    let long = score(folder.path(), &["--table", "long"]);
    assert!(
        long.starts_with("PRACTICE_CODE,INDICATOR_CODE,MEASURE,VALUE\nF1,VI001,REGISTER,60\nF1,VI001,DENOMINATOR,56\n")
    );
    assert!(long.contains("F1,VI001,NUMERATOR,53\nF1,VI001,PCAS,3\nF1,VI001,ACHIEVED_POINTS,"), "{long}");
    let file = folder.path().join("long.csv");
    fs::write(&file, &long).unwrap();
    let practices = folder.path().join("practices.csv");
    let again = ["score", file.to_str().unwrap(), "--year", "2023-24", "--practices", practices.to_str().unwrap()];
    assert_eq!(stdout(again.iter().chain(&["--format", "csv"])), score(folder.path(), &[]));
    assert_eq!(stdout(again.iter().chain(&["--format", "csv", "--table", "long"])), long);
    // The points that it says were achieved are those that the rules give.
    assert!(output(again.iter().chain(&["--check"])).status.success());
}

#[test]
fn the_long_form_of_several_years_keeps_them_apart() {
    let folder = folder();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let years = ["--year", "2021-22,2023-24", "--practices", &file("practices.csv"), "--format", "csv"];
    let long = stdout(["score", &file("counts.csv"), "--table", "long"].iter().chain(&years));
    assert!(long.starts_with("YEAR,PRACTICE_CODE,"), "{long}");
    fs::write(folder.path().join("long.csv"), &long).unwrap();
    let again = stdout(["score", &file("long.csv")].iter().chain(&years));
    assert_eq!(again, stdout(["score", &file("counts.csv")].iter().chain(&years)));
}
