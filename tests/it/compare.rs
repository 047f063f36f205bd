//! Years compared: over counts with the shipped rules, and over records with two small rulebooks whose rules, codes and
//! dates differ.

use std::fs;
use std::path::{Path, PathBuf};

use crate::uptake::{output, stdout};

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A: 90 of 100 babies, and 79 of 100 for a course of two doses; B: 95 of 100 babies. Both lists are 2021-22's average.
fn counts(folder: &Path) -> [String; 2] {
    let counts = "practice_code,measure,numerator,denominator\nA,VI001,90,100\nA,MENB_12M,79,100\nB,VI001,95,100\n";
    let practices = "practice_code,list_size\nA,9085\nB,9085\n";
    [write(folder, "counts.csv", counts), write(folder, "practices.csv", practices)]
}

fn compared(table: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let [counts, practices] = counts(folder.path());
    let years = ["compare", "--years", "2021-22,2023-24", "--counts", &counts, "--practices", &practices];
    stdout([&years[..], &["--table", table, "--format", "csv"]].concat())
}

#[test]
fn practices_win_and_lose_against_the_first_year() {
    // 2021-22. A: 3 points at 90 %, 3 * £201.16 = £603.48; fees 2 * 79 * £10.06 = £1,589.48; below 80 % half of the
    // fees of the 100 are repaid, 0.5 * 2 * 100 * £10.06 = £1,006.00; together £1,186.96. B: all 18 points at 95 %,
    // £3,620.88.
    // 2023-24. A: 1/7 of 18 points at 90 %, 18/7 * £213.43 * 9085 / 9639 = £517.2766…; fees £1,589.48; nothing is
    // repaid; together £2,106.76, which is £919.80 or 77.4917… % more. B: 6/7 of 18 points, £3,103.6599…, £517.22 or
    // 14.2843… % less.
    let expected = "\
practice_code,year,points,pounds,points_change,pounds_change,change_percent,result,crossed
A,2021-22,3.0000,1186.96,,,,,
A,2023-24,2.5714,2106.76,-0.4286,919.80,77.49,gains,
B,2021-22,18.0000,3620.88,,,,,
B,2023-24,15.4286,3103.66,-2.5714,-517.22,-14.28,loses,VI001 full → part
";
    assert_eq!(compared("practices"), expected);
}

#[test]
fn components_add_up_to_the_practice() {
    let expected = "\
practice_code,payment,paid_for,year,points,pounds,points_change,pounds_change,level,level_before
A,achievement,VI001,2021-22,3.0000,603.48,,,part,
A,achievement,VI001,2023-24,2.5714,517.28,-0.4286,-86.20,part,part
A,clawback,MENB_12M,2021-22,,-1006.00,,,,
A,clawback,MENB_12M,2023-24,,,,1006.00,,
A,fees_from_counts,MENB_12M,2021-22,,1589.48,,,,
A,fees_from_counts,MENB_12M,2023-24,,1589.48,,0.00,,
B,achievement,VI001,2021-22,18.0000,3620.88,,,full,
B,achievement,VI001,2023-24,15.4286,3103.66,-2.5714,-517.22,part,full
";
    assert_eq!(compared("components"), expected);
}

#[test]
fn the_summary_says_how_changes_are_spread() {
    // £1,186.96 + £3,620.88 = £4,807.84; £2,106.76 + £3,103.66 = £5,210.42; £402.58 more, 8.3734… %. The mean of
    // £919.80 and −£517.22 is £201.29, and so is the median of two. One of two loses; nobody has more than twice as much.
    let expected = "\
year,practices,points,pounds,compared,pounds_change,change_percent,gain,lose,mean_change,median_change,lose_percent,more_than_double_percent,crossed_up,crossed_down
2021-22,2,21.0000,4807.84,,,,,,,,,,,
2023-24,2,18.0000,5210.42,2,402.58,8.37,1,1,201.29,201.29,50.00,0.00,0,1
";
    assert_eq!(compared("summary"), expected);
}

#[test]
fn a_course_that_stands_in_is_named_with_the_age_it_is_measured_at() {
    let folder = tempfile::tempdir().unwrap();
    let counts = "practice_code,measure,numerator,denominator\nA,DTAP_IPV_HIB_12M,90,100\n";
    let counts = write(folder.path(), "counts.csv", counts);
    let run = output(["compare", "--years", "2021-22,2023-24", "--counts", &counts]);
    let told = String::from_utf8(run.stderr).unwrap();
    assert!(told.contains("DTAP_IPV_HIB_12M stands in for VI001"), "{told}");
    assert!(told.contains("turns 12 months in the year` rather than"), "{told}");
    assert!(told.contains("the list size of the practice is not known"), "{told}");
    assert_eq!(run.status.code(), Some(0));
}

/// Two rulebooks: £10 and £20 a child; the second's codes have a second code; registers of one-year-olds and, on asking,
/// of two-year-olds.
fn rules(folder: &Path, second_age: &str) -> PathBuf {
    let cluster = |codes: &[&str]| {
        let codes: String = codes.iter().map(|code| format!("{code} = {{ term = \"t\", source = \"s\" }}\n")).collect();
        format!("title = \"t\"\ncomplete = true\nnote = \"\"\n[sources]\ns = \"a test\"\n[codes]\n{codes}")
    };
    write(folder, "rules/codes/1/jab.toml", &cluster(&["432636005"]));
    write(folder, "rules/codes/2/jab.toml", &cluster(&["432636005", "433733003"]));
    for (year, first, codes, fee, age) in [("2030-31", 2030, 1, 10, "1 year"), ("2031-32", 2031, 2, 20, second_age)] {
        let numbers = format!(
            "scheme = \"toy\"\nyear = \"{year}\"\ntitle = \"t\"\nrevision = 1\nstarts = {first}-04-01\nends = {}-03-31\ncodes = \"{codes}\"\nmissing_day = \"last day\"\n[figures]\nrate = {{ is = {fee}, unit = \"£ per child\", status = \"assumed\", source = \"s\" }}\n[sources]\ns = \"a test\"\n",
            first + 1
        );
        write(folder, &format!("rules/toy/{year}/contract.toml"), &numbers);
        let text = format!(
            "indicator T1 \"t\"\n  source s assumed\n  register\n    registered at year end\n    and turns {age} in the year\n  achieved\n    any jab before age 5 years\n\npayment p \"t\" for each indicator\n  source s assumed\n  pounds = round numerator * rate to pence\n"
        );
        write(folder, &format!("rules/toy/{year}/indicators.rules"), &text);
    }
    folder.join("rules")
}

/// In practice A three turn one in 2030-31, two of them with the old code and one with the new; in 2031-32 five, four
/// with the old code and one with the new. In Q one turns one in 2031-32.
fn records(folder: &Path) -> [String; 2] {
    let mut patients = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    let mut events = "patient_id,event_date,code\n".to_owned();
    let (old, new) = ("432636005", "433733003");
    let one = [(2029, old, "A"); 2].into_iter().chain([(2029, new, "A")]);
    let two = [(2030, old, "A"); 4].into_iter().chain([(2030, new, "A"), (2030, old, "Q")]);
    for (at, (born, code, practice)) in one.chain(two).enumerate() {
        patients.push_str(&format!("{at},{practice},{born}-06-01,{born}-06-01\n"));
        events.push_str(&format!("{at},{born}-09-01,{code}\n"));
    }
    [write(folder, "patients.csv", &patients), write(folder, "events.csv", &events)]
}

fn on_records(second_age: &str, more: &[&str]) -> (String, String) {
    let folder = tempfile::tempdir().unwrap();
    let rules = rules(folder.path(), second_age);
    let [patients, events] = records(folder.path());
    let arguments = ["compare", "--years", "toy/2030-31,toy/2031-32", "--patients", &patients, "--events", &events];
    let arguments = [&arguments[..], &["--rules", rules.to_str().unwrap(), "--format", "csv"], more].concat();
    let run = output(arguments);
    let told = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(0), "{told}");
    (String::from_utf8(run.stdout).unwrap(), told)
}

#[test]
fn a_change_is_split_into_rules_codes_and_people_exactly() {
    // 2 * £10 = £20. The second year's rules: 2 * £20, £20 more. Its codes: 3 * £20, £20 more. Its children: 5 * £20,
    // £40 more. Together £80, from £20 to £100.
    let (split, told) = on_records("1 year", &["--table", "split"]);
    let expected = "\
practice_code,step,exchanged,points_change,pounds_change
A,1,rules,,20.00
A,2,codes,,20.00
A,3,cohort,,40.00
";
    assert_eq!(split, expected);
    assert!(told.contains("split in this order"), "{told}");
}

#[test]
fn a_practice_that_only_one_year_has_is_named_and_the_rest_is_complete() {
    let (practices, told) = on_records("1 year", &[]);
    let expected = "\
practice_code,year,points,pounds,points_change,pounds_change,change_percent,result,crossed
A,toy/2030-31,,20.00,,,,,
A,toy/2031-32,,100.00,,80.00,400.00,gains,
Q,toy/2031-32,,20.00,,,,,
";
    assert_eq!(practices, expected);
    assert!(told.contains("nobody of the practice was counted in toy/2030-31"), "{told}");
    assert!(told.contains("(toy/2030-31; Q)"), "{told}");
}

#[test]
fn every_years_rules_can_be_applied_to_one_years_people() {
    // The people of 2031-32: the old code list finds 4 in A and 1 in Q, at £10; the new one 5 and 1, at £20.
    let (practices, _) = on_records("1 year", &["--cohort", "toy/2031-32"]);
    let expected = "\
practice_code,year,points,pounds,points_change,pounds_change,change_percent,result,crossed
A,toy/2030-31,,40.00,,,,,
A,toy/2031-32,,100.00,,60.00,150.00,gains,
Q,toy/2030-31,,10.00,,,,,
Q,toy/2031-32,,20.00,,10.00,100.00,gains,
";
    assert_eq!(practices, expected);
}

#[test]
fn a_measure_at_another_age_is_warned_of() {
    let (_, told) = on_records("2 years", &[]);
    assert!(told.contains("T1 counts other people in toy/2031-32 than in toy/2030-31"), "{told}");
    assert!(told.contains("turns 2 years in the year` rather than"), "{told}");
    let (_, told) = on_records("1 year", &[]);
    assert!(!told.contains("T1 counts other people"), "{told}");
}

#[test]
fn json_holds_all_tables() {
    let folder = tempfile::tempdir().unwrap();
    let [counts, practices] = counts(folder.path());
    let text = stdout([
        "compare",
        "--years",
        "2021-22,2023-24",
        "--counts",
        &counts,
        "--practices",
        &practices,
        "--format",
        "json",
    ]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], "uptake.compare/1");
    for table in ["practices", "components", "summary"] {
        assert!(!value[table].as_array().unwrap().is_empty(), "{table}");
    }
}

#[test]
fn one_year_alone_is_no_comparison() {
    let folder = tempfile::tempdir().unwrap();
    let [counts, _] = counts(folder.path());
    let run = output(["compare", "--years", "2021-22", "--counts", &counts]);
    assert_eq!(run.status.code(), Some(2));
    assert!(String::from_utf8(run.stderr).unwrap().contains("at least two years"));
}
