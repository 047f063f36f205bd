//! Money adds up, to the penny, in every shipped year over made-up extracts: fees are doses times the fee of a dose, what a
//! practice is paid in all is the sum of its rows, and a sweep's total is the sum of its practices.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::next::{JAB, NUMBERS, RULES};
use crate::uptake::{BOOKS, rules, stdout};

/// A table's rows by their columns' names.
fn rows(csv: &str) -> Vec<BTreeMap<String, String>> {
    let mut lines = csv.lines().map(|line| line.split(',').map(str::to_owned));
    let header: Vec<String> = lines.next().unwrap().collect();
    lines.map(|cells| header.iter().cloned().zip(cells).collect()).collect()
}

/// Pounds as printed, in pence; nothing for what is not known.
fn pence(printed: &str) -> i64 {
    if printed.is_empty() {
        return 0;
    }
    let (pounds, pence) = printed.split_once('.').unwrap();
    assert_eq!(pence.len(), 2, "{printed}");
    let size: i64 = format!("{}{pence}", pounds.trim_start_matches('-')).parse().unwrap();
    if printed.starts_with('-') { -size } else { size }
}

#[test]
fn rows_add_up_to_what_practices_are_paid_and_doses_to_their_fees() {
    let (mut practices_seen, mut doses_seen) = (0, 0);
    for seed in ["1", "2", "3"] {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        stdout(["demo", folder.path().to_str().unwrap(), "--write-only", "--size", "900", "--seed", seed]);
        for year in BOOKS {
            let table = |table: &str| {
                let files = ["--patients", &place("patients.csv"), "--events", &place("events.csv")].map(str::to_owned);
                let words = [
                    "run",
                    "--year",
                    year,
                    "--format",
                    "csv",
                    "--table",
                    table,
                    "--practices",
                    &place("practices.csv"),
                ];
                rows(&stdout(words.map(str::to_owned).into_iter().chain(files)))
            };
            let (indicators, payments, fees) = (table("indicators"), table("payments"), table("fees"));
            for practice in table("practices") {
                let of = |rows: &[BTreeMap<String, String>]| -> i64 {
                    rows.iter()
                        .filter(|row| row["practice_code"] == practice["practice_code"])
                        .map(|row| pence(&row["pounds"]))
                        .sum()
                };
                let parts = [of(&indicators), of(&payments), of(&fees)];
                let printed = ["indicators", "other_payments", "fees"].map(|name| pence(&practice[name]));
                assert_eq!(parts, printed, "{year} {practice:?}");
                assert_eq!(parts.iter().sum::<i64>(), pence(&practice["pounds"]), "{year} {practice:?}");
                practices_seen += 1;
            }
            for fee in fees.iter().filter(|fee| !fee["pounds"].is_empty()) {
                // Until March 2025 a dose is £10.06 whatever was given; from then on it hangs on what and when.
                let (doses, pounds) = (fee["doses"].parse::<i64>().unwrap(), pence(&fee["pounds"]));
                if !year.ends_with("2025-26") && !year.ends_with("2026-27") {
                    assert_eq!(pounds, doses * 1006, "{year} {fee:?}");
                } else {
                    assert!((doses * 1006..=doses * 1206).contains(&pounds), "{year} {fee:?}");
                }
                doses_seen += doses;
            }
        }
    }
    assert!(practices_seen > 60 && doses_seen > 1000, "{practices_seen} practices, {doses_seen} doses");
}

/// Counts of three practices, and the lists they have: a numerator and more for each of a dozen measures.
type Counts = Vec<(u32, [(u32, u32); 12])>;

fn counts() -> impl Strategy<Value = Counts> {
    let counted = (0_u32..70, prop_oneof![1 => Just(0_u32), 3 => 0_u32..12]);
    prop::collection::vec((1_u32..20_000, prop::array::uniform12(counted)), 3)
}

/// A rulebook with payments of every shape, beside the shipped ones: a folder of rules, its measures, and a figure of each.
fn invented() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in
        [("toy/2030-31/contract.toml", NUMBERS), ("toy/2030-31/toy.rules", RULES), ("codes/toy.1/jab.toml", JAB)]
    {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What one practice is paid is the sum of its rows, and a sweep's total at a value is the sum of its practices at that value.
fn adds_up(
    rules_folder: &Path,
    book: &str,
    figure: &str,
    measures: &[&str],
    counts: &Counts,
) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (mut table, mut lists) =
        ("practice_code,measure,numerator,denominator\n".to_owned(), "practice_code,list_size\n".to_owned());
    for (at, (list_size, counted)) in counts.iter().enumerate() {
        lists.push_str(&format!("F{at},{list_size}\n"));
        for (measure, (numerator, others)) in measures.iter().zip(counted) {
            table.push_str(&format!("F{at},{measure},{numerator},{}\n", numerator + others));
        }
    }
    fs::write(place("counts.csv"), table).unwrap();
    fs::write(place("practices.csv"), lists).unwrap();
    let (rules_folder, counts_file, practices_file) =
        (rules_folder.to_str().unwrap(), place("counts.csv"), place("practices.csv"));
    let said = |words: &[&str]| {
        let files = ["--counts", &counts_file, "--practices", &practices_file, "--rules", rules_folder];
        rows(&stdout([words, &["--year", book, "--format", "csv"], &files].concat()))
    };
    let set = format!("{figure}=200");
    let score = |table: &str| said(&["score", "--table", table, "--set", &set]);
    let (indicators, payments, practices) = (score("indicators"), score("payments"), score("practices"));
    let mut total = 0;
    for practice in &practices {
        let of = |rows: &[BTreeMap<String, String>]| -> i64 {
            let ours = rows.iter().filter(|row| row["practice_code"] == practice["practice_code"]);
            ours.map(|row| pence(&row["pounds"])).sum()
        };
        prop_assert_eq!(of(&indicators), pence(&practice["indicators"]), "{} {:?}", book, practice);
        prop_assert_eq!(of(&payments), pence(&practice["other_payments"]), "{} {:?}", book, practice);
        prop_assert_eq!(of(&indicators) + of(&payments), pence(&practice["pounds"]), "{} {:?}", book, practice);
        total += pence(&practice["pounds"]);
    }
    prop_assert_eq!(practices.len(), counts.len());
    let places = said(&["sweep", "--figure", &format!("{figure}=199..200:1")]);
    prop_assert_eq!(places.len(), 2);
    prop_assert_eq!(pence(&places[1]["pounds"]), total, "{} {:?}", book, places);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn counts_of_any_practices_add_up_in_every_payment_that_can_be_said(counts in counts()) {
        let invented = invented();
        adds_up(invented.path(), "toy/2030-31", "rate", &["T1", "T2"], &counts)?;
    }

    #[test]
    fn counts_of_any_practices_add_up_in_the_shipped_years(counts in counts(), book in 0_usize..6) {
        let measures = ["VI001", "VI002", "VI003", "VI004", "DTAP_IPV_HIB_12M", "MENB_12M", "PCV_12M", "MMR1_24M", "MMR2_5Y",
            "DTAP_IPV_5Y", "ROTA_12M", "HIB_MENC_24M"];
        adds_up(&rules(), BOOKS[book], "pounds_per_point", &measures, &counts)?;
    }
}
