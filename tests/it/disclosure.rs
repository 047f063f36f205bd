//! Disclosure control: what is withheld cannot be worked out from what is printed, and what is printed says so.

#[path = "disclosure/commands.rs"]
mod commands;
#[path = "disclosure/findings.rs"]
mod findings;
#[path = "disclosure/page.rs"]
mod page;
#[path = "disclosure/reader.rs"]
mod reader;
#[path = "disclosure/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::Config;
use uptake::eval::counts::Counts;
use uptake::report::disclosure::measures::of_rows;

use self::reader::Reader;
use crate::uptake::{output, stdout, uptake};

/// What a reader can know of a withheld count at most: it is 1 or more, and no cohort of these tests is larger than this.
const MOST: i64 = 400;

/// Numerator, not achieved, excepted, excluded.
type Groups = [i64; 4];

/// Small groups are as likely as large ones, and none.
fn group() -> impl Strategy<Value = i64> {
    prop_oneof![2 => Just(0_i64), 4 => 1_i64..8, 3 => 8_i64..60]
}

fn practices() -> impl Strategy<Value = Vec<Groups>> {
    proptest::collection::vec([group(), group(), group(), group()], 1..6)
        .prop_filter("somebody is on each register", |rows| rows.iter().all(|row| row.iter().sum::<i64>() > 0))
}

/// Register, excluded, excepted, denominator, numerator: as the columns stand.
fn columns([numerator, not, excepted, excluded]: Groups) -> [i64; 5] {
    [numerator + not + excepted + excluded, excluded, excepted, numerator + not, numerator]
}

fn total(rows: &[Groups]) -> Groups {
    std::array::from_fn(|at| rows.iter().map(|row| row[at]).sum())
}

/// The cells of one indicator: of each practice, then of the total; None for a withheld one.
type Printed = Vec<[Option<i64>; 5]>;

/// Holds what is printed of one indicator against what is true.
fn proved(rows: &[Groups], printed: &Printed, below: i64) -> Result<(), String> {
    let mut all = rows.to_vec();
    if printed.len() > rows.len() {
        all.push(total(rows));
    }
    let mut reader = Reader::default();
    let mut truth = Vec::new();
    let mut cells = Vec::new();
    for (row, shown) in all.iter().zip(printed) {
        let [register, excluded, excepted, denominator, numerator] = columns(*row);
        // Those who did not achieve stand nowhere: they are what is left of the denominator.
        truth.extend([register, excluded, excepted, denominator, numerator, row[1]]);
        let bounds = shown.map(|cell| cell.map_or((1, MOST), |count| (count, count)));
        let mut placed = bounds.map(|(least, most)| reader.cell(least, most)).to_vec();
        placed.push(reader.cell(0, MOST));
        reader.sum(placed[3], vec![placed[4], placed[5]]);
        reader.sum(placed[0], vec![placed[3], placed[2], placed[1]]);
        cells.push(placed);
    }
    if all.len() > rows.len() {
        let (whole, parts) = cells.split_last().unwrap();
        (0..6).for_each(|at| reader.sum(whole[at], parts.iter().map(|row| row[at]).collect()));
    }
    for (row, (placed, shown)) in all.iter().zip(cells.iter().zip(printed)) {
        for (at, count) in columns(*row).into_iter().enumerate() {
            match shown[at] {
                Some(told) if told != count => return Err(format!("{told} is printed for {count}")),
                Some(told) if (1..below).contains(&told) => return Err(format!("{told} is printed")),
                Some(_) => {}
                None if count == 0 => return Err("nobody is withheld".to_owned()),
                None if !reader.has_other(placed[at], &truth) => return Err(format!("{count} follows: {printed:?}")),
                None => {}
            }
        }
        if (1..below).contains(&row[1]) && !reader.has_other(placed[5], &truth) {
            return Err(format!("{} who have not achieved follow: {printed:?}", row[1]));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 1500, ..Config::default() })]
    #[test]
    fn no_withheld_count_follows_from_the_others(rows in practices(), below in 3_u64..11) {
        let counted = |row: &Groups| {
            let [numerator, not, excepted, excluded] = row.map(|people| people as u32);
            let register = numerator + not + excepted + excluded;
            Counts { register: register.into(), excluded: excluded.into(), excepted: excepted.into(), numerator: numerator.into() }
        };
        let (of_practices, of_total) = of_rows(&rows.iter().map(|row| counted(row).into()).collect::<Vec<_>>(), below);
        let all: Vec<Groups> = rows.iter().copied().chain([total(&rows)]).collect();
        let printed = all.iter().zip(of_practices.iter().chain([&of_total])).map(|(row, withheld)| {
            let hidden = [withheld.register, withheld.excluded, withheld.excepted, withheld.denominator, withheld.numerator];
            let cells = columns(*row);
            std::array::from_fn(|at| (!hidden[at]).then_some(cells[at]))
        });
        let verdict = proved(&rows, &printed.collect(), below as i64);
        prop_assert!(verdict.is_ok(), "{rows:?}: {verdict:?}");
    }
}

/// The counts of practices for indicators, as `run --format csv` writes them.
fn counts(folder: &Path, indicators: &[(&str, &[Groups])]) -> String {
    let mut text = "practice_code,indicator,register,excluded,excepted,denominator,numerator\n".to_owned();
    for (indicator, rows) in indicators {
        for (at, row) in rows.iter().enumerate() {
            let cells: Vec<String> = columns(*row).iter().map(i64::to_string).collect();
            let _ = writeln!(text, "F{at},{indicator},{}", cells.join(","));
        }
    }
    let path = folder.join("counts.csv");
    fs::write(&path, text).unwrap();
    fs::write(folder.join("practices.csv"), "practice_code,list_size\nF0,9000\nF1,8000\nF2,7000\nF3,6000\nF4,5000\n")
        .unwrap();
    path.to_str().unwrap().to_owned()
}

/// The rows of a table for people by indicator: counts, and the other cells. Every cell of these has a word.
fn read_table(text: &str) -> BTreeMap<String, (Printed, Vec<Vec<String>>)> {
    let mut found: BTreeMap<String, (Printed, Vec<Vec<String>>)> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("2023-24")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let cell = |word: &str| word.parse().ok();
        let (counts, others) = found.entry(words[2].to_owned()).or_default();
        counts.push(std::array::from_fn(|at| cell(words[3 + at])));
        others.push(words[8..].iter().map(|word| (*word).to_owned()).collect());
    }
    found
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 24, ..Config::default() })]
    #[test]
    fn what_the_command_prints_gives_nothing_away(first in practices(), second in practices(), below in 3_u64..11) {
        let folder = tempfile::tempdir().unwrap();
        let file = counts(folder.path(), &[("VI001", &first), ("VI003", &second)]);
        let practices = folder.path().join("practices.csv");
        let asked = ["score", &file, "--year", "2023-24", "--practices", practices.to_str().unwrap(), "--table", "indicators"];
        let suppress = ["--suppress".to_owned(), below.to_string()];
        let text = stdout(asked.iter().map(|word| (*word).to_owned()).chain(suppress));
        let (mark, note) = (text.contains("[c] "), text.contains(&format!("[c]: withheld; counts of 1 to {} are", below - 1)));
        prop_assert!(note, "{text}");
        let found = read_table(&text);
        for (indicator, rows) in [("VI001", &first), ("VI003", &second)] {
            let (printed, others) = &found[indicator];
            let verdict = proved(rows, printed, below as i64);
            prop_assert!(verdict.is_ok(), "{mark} {verdict:?}\n{text}");
            for (shown, others) in printed.iter().zip(others).take(rows.len()) {
                let is_withheld = shown[3].is_none() || shown[4].is_none();
                // What is worked out from a withheld count is withheld, but for what is not known anyway.
                let told = others.iter().filter(|word| !["[c]", "–"].contains(&word.as_str())).count();
                prop_assert!(!is_withheld || told == 0, "{text}");
            }
        }
    }
}

#[test]
fn counts_are_rounded_and_everything_is_worked_out_from_the_rounded() {
    let folder = tempfile::tempdir().unwrap();
    let file = counts(folder.path(), &[("VI001", &[[47, 6, 2, 0], [48, 2, 0, 3]])]);
    let asked = ["score", &file, "--year", "2023-24", "--round", "5", "--format", "csv"];
    let text = stdout(asked);
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[0].ends_with(",pounds,disclosure"), "{}", rows[0]);
    // 55, 0, 2, 53 and 47 round to 55, 0, 0, 55 and 45: 45 of 55 is 81.82 %, below the lower threshold of 90 %.
    assert_eq!(rows[1], "2023-24,F0,VI001,55,0,0,55,45,81.82,0.0000,,rounded to 5");
    // 53, 3, 0, 50 and 48 round to 55, 5, 0, 50 and 50, which is 100 % and all 18 points.
    assert_eq!(rows[2], "2023-24,F1,VI001,55,5,0,50,50,100.00,18.0000,,rounded to 5");
}

/// The least and the greatest count that rounds to a multiple of a base.
fn rounds_to(rounded: i64, base: i64) -> (i64, i64) {
    ((rounded - base / 2).max(0), rounded + (base - 1) / 2)
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, cases: 500, ..Config::default() })]
    #[test]
    fn no_rounded_count_follows_from_the_others(row in [group(), group(), group(), group()], base in prop_oneof![Just(5_u32), Just(10)]) {
        let truth: Vec<i64> = columns(row).into_iter().chain([row[1]]).collect();
        let mut reader = Reader::default();
        for count in columns(row) {
            let rounded = uptake::report::disclosure::rounded_whole(count as u64, base) as i64;
            let (least, most) = rounds_to(rounded, base.into());
            prop_assert!((least..=most).contains(&count));
            reader.cell(least, most);
        }
        let not = reader.cell(0, MOST);
        reader.sum(3, vec![4, not]);
        reader.sum(0, vec![3, 2, 1]);
        for at in 0..5 {
            prop_assert!(reader.has_other(at, &truth), "{row:?} {at}");
        }
    }
}

/// Practices of which one is small, in every form; with the name of the form.
fn in_form(format: &str, more: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = counts(folder.path(), &[("VI001", &[[47, 3, 0, 0], [48, 12, 0, 0], [60, 20, 0, 0]])]);
    let asked = ["score", &file, "--year", "2023-24", "--format", format, "--table", "indicators"];
    let run = output(asked.iter().chain(more));
    assert_eq!(run.status.code(), Some(0), "{}", String::from_utf8_lossy(&run.stderr));
    run.stdout
}

#[test]
fn every_form_says_what_was_done() {
    let suppress = ["--suppress", "5"];
    let json: serde_json::Value = serde_json::from_slice(&in_form("json", &suppress)).unwrap();
    assert_eq!(json["disclosure"]["method"], "suppress");
    assert_eq!(json["disclosure"]["below"], 5);
    assert_eq!(json["results"][0]["numerator"], "[c]");
    assert_eq!(json["results"][0]["points"], "[c]");
    let csv = String::from_utf8(in_form("csv", &suppress)).unwrap();
    assert!(csv.lines().skip(1).all(|line| line.ends_with(",suppressed below 5")), "{csv}");
    let plain = String::from_utf8(in_form("csv", &[])).unwrap();
    assert!(plain.lines().next().unwrap().ends_with(",pounds") && !plain.contains("[c]"), "{plain}");
    let rounded: serde_json::Value = serde_json::from_slice(&in_form("json", &["--round", "5"])).unwrap();
    assert_eq!(rounded["disclosure"]["base"], 5);
}

#[test]
fn what_is_asked_for_must_make_sense() {
    let told = |more: &[&str]| {
        let run = uptake(["score", "counts.csv", "--year", "2023-24"].iter().chain(more)).output().unwrap();
        assert_eq!(run.status.code(), Some(2), "{more:?}");
        String::from_utf8(run.stderr).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let file = counts(folder.path(), &[("VI001", &[[47, 3, 0, 0]])]);
    let of_file = |more: &[&str]| {
        let run = uptake(["score", &file, "--year", "2023-24"].iter().chain(more)).output().unwrap();
        (run.status.code(), String::from_utf8(run.stderr).unwrap())
    };
    let (code, text) = of_file(&["--suppress", "2"]);
    assert!(code == Some(2) && text.contains("would leave a withheld count one value"), "{text}");
    let (code, text) = of_file(&["--round", "7"]);
    assert!(code == Some(2) && text.contains("rounded to 5 or to 10, and not to 7"), "{text}");
    assert!(told(&["--round", "5", "--suppress", "5"]).contains("cannot be used with"));
}
