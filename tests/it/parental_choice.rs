//! What an exception for parental choice would have done to points and pounds, as an edit of rules: the steps of
//! `docs/examples/parental-choice`, over a practice worked by hand.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use crate::csv_text::rows;
use crate::uptake::{output, root, rules, stdout};

/// A copy of the rules with the exception, made as the example says.
fn edited(folder: &Path) -> String {
    let copy = folder.join("choice");
    let example = root().join("docs/examples/parental-choice");
    stdout(["export", copy.to_str().unwrap(), "--year", "2024-25"]);
    let year = copy.join("qof/2024-25");
    fs::create_dir(year.join("codes")).unwrap();
    fs::copy(example.join("imms_refused.toml"), year.join("codes/imms_refused.toml")).unwrap();
    let exception = fs::read_to_string(example.join("exception.txt")).unwrap();
    let path = year.join("indicators.rules");
    let text = fs::read_to_string(&path).unwrap();
    let mut blocks: Vec<String> = text.split("\n\n\nindicator ").map(str::to_owned).collect();
    let mut edits = 0;
    for block in blocks.iter_mut().filter(|block| ["VI001", "VI002", "VI003"].iter().any(|code| starts(block, code))) {
        *block = format!("{}\n\n{}", block.trim_end(), exception.trim_end());
        edits += 1;
    }
    assert_eq!(edits, 3);
    fs::write(&path, blocks.join("\n\n\nindicator ")).unwrap();
    copy.to_str().unwrap().to_owned()
}

/// True of an indicator's block; the first stands behind the file's head.
fn starts(block: &str, code: &str) -> bool {
    block.starts_with(code) || block.contains(&format!("\nindicator {code} "))
}

/// Practice A: 18 babies who turn 8 months in 2024-25, 16 of them with three doses, the parents of the other two declined
/// in writing; B: 16 of 18, and nobody declined.
fn records(folder: &Path) -> [String; 3] {
    let mut patients = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    let mut events = "patient_id,event_date,code\n".to_owned();
    for practice in ["A", "B"] {
        for child in 0..18 {
            let id = format!("{practice}{child}");
            writeln!(patients, "{id},{practice},2024-01-01,2024-01-01").unwrap();
            let days: &[&str] = if child < 16 { &["2024-03-01", "2024-04-01", "2024-05-01"] } else { &[] };
            for day in days {
                writeln!(events, "{id},{day},{}", crate::golden::code("dtap")).unwrap();
            }
            if child >= 16 && practice == "A" {
                writeln!(events, "{id},2024-06-01,183948000").unwrap();
            }
        }
    }
    let practices = "practice_code,list_size\nA,9964\nB,9964\n";
    [("patients.csv", patients.as_str()), ("events.csv", &events), ("practices.csv", practices)].map(|(name, text)| {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

#[test]
fn an_exception_for_parental_choice_is_an_edit_of_rules() {
    let folder = tempfile::tempdir().unwrap();
    let choice = edited(folder.path());
    stdout(["--rules", &choice, "check"]);
    stdout(["--rules", &choice, "test"]);
    let [patients, events, practices] = records(folder.path());
    let tables = ["--patients", &patients, "--events", &events, "--practices", &practices, "--format", "csv"];
    let compare = ["compare", "--years", "2024-25", "--against", &choice, "--table", "components"];
    let table = rows(&stdout([&compare[..], &tables].concat()));
    let of = |practice: &str, year: &str| {
        let is_it = |row: &&std::collections::BTreeMap<String, String>| {
            row["practice_code"] == practice && row["paid_for"] == "VI001" && row["year"] == year
        };
        let row = table.iter().find(is_it).unwrap_or_else(|| panic!("{practice} {year} in {table:#?}"));
        ["points", "pounds", "points_change", "pounds_change"].map(|column| row[column].clone())
    };
    // 2024-25: nothing below 89 %, all 18 points from 96 %, £220.62 a point at the average list of 9,964.
    // As it is, A and B: 16 of 18 is 88.9 %, no points. With the exception, A: 16 of 16 is 100 %, 18 points, and
    // 18 * £220.62 = £3,971.16. B: as it is.
    let edited = format!("2024-25 ({choice})");
    assert_eq!(of("A", "2024-25"), ["0.0000", "0.00", "", ""]);
    assert_eq!(of("A", &edited), ["18.0000", "3971.16", "18.0000", "3971.16"]);
    assert_eq!(of("B", "2024-25"), ["0.0000", "0.00", "", ""]);
    assert_eq!(of("B", &edited), ["0.0000", "0.00", "0.0000", "0.00"]);
    // The two are told apart in counts too: whoever is excepted is named with the reason.
    let run = ["--rules", &choice, "run", "--year", "2024-25", "--level", "patient"];
    let outcomes = stdout([&run[..], &tables].concat());
    let excepted: Vec<&str> = outcomes.lines().filter(|line| line.ends_with(",excepted,CHOICE")).collect();
    assert_eq!(excepted, ["A16,A,2024-25,VI001,excepted,CHOICE", "A17,A,2024-25,VI001,excepted,CHOICE"]);
}

#[test]
fn the_difference_between_the_two_folders_is_the_exception() {
    let folder = tempfile::tempdir().unwrap();
    let choice = edited(folder.path());
    let text = stdout(["diff", rules().to_str().unwrap(), &choice, "--year", "2024-25"]);
    for code in ["VI001", "VI002", "VI003"] {
        assert!(text.contains(code), "{text}");
    }
    assert!(text.contains("CHOICE") && !text.contains("VI004"), "{text}");
}

#[test]
fn counts_are_compared_under_two_folders_too_and_an_edited_figure_shows() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("lower");
    stdout(["export", copy.to_str().unwrap(), "--year", "2023-24"]);
    let contract = copy.join("qof/2023-24/contract.toml");
    let text = fs::read_to_string(&contract).unwrap();
    let at = text.find("[indicator.VI001]").unwrap();
    let lowered = text[at..].replacen("{ is = 89,", "{ is = 86,", 1);
    fs::write(&contract, format!("{}{lowered}", &text[..at])).unwrap();
    let counts = folder.path().join("counts.csv");
    fs::write(&counts, "year,practice_code,indicator,numerator,denominator\n2023-24,A,VI001,91,100\n").unwrap();
    let copy = copy.to_str().unwrap();
    let counts = counts.to_str().unwrap();
    let compare = ["compare", "--years", "2023-24", "--against", copy, "--counts", counts, "--format", "csv"];
    // (91 - 89) / 7 * 18 = 5.1429 and (91 - 86) / 10 * 18 = 9 points.
    let table = rows(&stdout(compare));
    let points: Vec<[&str; 2]> = table.iter().map(|row| [row["points"].as_str(), &row["points_change"]]).collect();
    assert_eq!(points, [["5.1429", ""], ["9.0000", "3.8571"]]);
    // Two years against a folder, and one year against nothing, are no comparison.
    let counts = ["--counts", counts];
    for refused in [&["2023-24,2024-25", "--against", copy][..], &["2023-24"]] {
        let run = output([&["compare", "--years"][..], refused, &counts].concat());
        assert_eq!(run.status.code(), Some(2), "{}", String::from_utf8_lossy(&run.stderr));
    }
}
