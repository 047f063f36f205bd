//! Money adds up, to the penny, in every shipped year over made-up extracts: fees are doses times the fee of a dose, what a
//! practice is paid in all is the sum of its rows, and a sweep's total is the sum of its practices.

use std::collections::BTreeMap;

use crate::uptake::{BOOKS, stdout};

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
