//! The article's Table 2: which of its twelve figures the shipped example reproduces, and which it does not claim.

use std::fs;

use toml::{Table, Value};
use uptake::ground::Amount;

use crate::csv_text::{Rows, cell, rows, sum};
use crate::uptake::{root, stdout};

struct Scored {
    payments: Rows,
    indicators: Rows,
}

/// The command that the example's README names, for one file and one table.
fn scored(age: &str) -> Scored {
    let file = format!("docs/examples/table-2/{age}.csv");
    let table = |table| {
        let mut arguments = vec!["score", &file, "--year", "target-payments/2019-20,2021-22", "--format", "csv"];
        arguments.extend(["--set", "pounds_per_point=194.83", "--table", table]);
        if age == "two-years" {
            arguments.extend(["--set", "PCV_12M.doses_per_child=2"]);
        }
        rows(&stdout(arguments))
    };
    Scored { payments: table("payments"), indicators: table("indicators") }
}

#[test]
fn each_figure_of_table_2_comes_out_as_its_verdict_says() {
    let text = fs::read_to_string(root().join("tests/golden-money/table-2.toml")).unwrap();
    let figures = text.parse::<Table>().unwrap();
    let (five, two) = (scored("five-years"), scored("two-years"));
    let mut seen = Vec::new();
    for figure in figures["figure"].as_array().unwrap() {
        let word = |name: &str| figure.get(name).and_then(Value::as_str).unwrap_or("");
        let scored = if word("age") == "five-years" { &five } else { &two };
        check(&word, scored);
        seen.push(word("verdict").to_owned());
    }
    let count = |verdict: &str| seen.iter().filter(|seen| *seen == verdict).count();
    let counts = ["reproduced", "each_quarter", "in_part", "unknown"].map(count);
    assert_eq!(counts, [4, 2, 1, 5], "of the twelve figures");
}

fn check<'a>(word: &impl Fn(&str) -> &'a str, scored: &Scored) {
    let name = format!("{} {} {}", word("practice"), word("age"), word("system"));
    let is_old = word("system") == "old";
    let year = if is_old { "target-payments/2019-20" } else { "2021-22" };
    let is_ours = |row: &&std::collections::BTreeMap<String, String>| {
        let payment_of_age = !is_old || row["payment"] == payment_of(word("age"));
        row["year"] == year && row["practice_code"] == word("practice") && payment_of_age
    };
    let payments: Vec<_> = scored.payments.iter().filter(is_ours).collect();
    assert!(!payments.is_empty(), "{name}");
    match word("verdict") {
        "reproduced" => {
            assert_eq!(sum(payments.iter().map(|row| row["pounds"].as_str())), word("printed"), "{name}");
            // Indicators add nothing: no points.
            for row in scored.indicators.iter().filter(|row| !is_old && row["practice_code"] == word("practice")) {
                assert!(row["points"].is_empty() || row["points"] == "0.0000", "{name}");
            }
        }
        "each_quarter" => {
            assert!(payments.iter().all(|row| row["pounds"] == word("ours")), "{name}");
            assert_eq!(payments.len(), 4, "{name}");
            assert_eq!(worked(word("exact")).to_decimals(2), word("at_once"), "{name}");
        }
        "in_part" => {
            assert_eq!(sum(payments.iter().map(|row| row["pounds"].as_str())), word("ours"), "{name}");
            assert_eq!(cell(&scored.indicators, &[year, word("practice"), "VI003"], "pounds"), "", "{name}");
            assert_eq!(cell(&scored.indicators, &[year, word("practice"), "VI003"], "points"), "17.3408", "{name}");
        }
        "unknown" if is_old => assert!(payments.iter().all(|row| row["pounds"].is_empty()), "{name}"),
        "unknown" => {
            assert_eq!(cell(&scored.indicators, &[year, word("practice"), "VI001"], "pounds"), "", "{name}");
            assert_ne!(sum(payments.iter().map(|row| row["pounds"].as_str())), word("printed"), "{name}");
        }
        verdict => panic!("{name}: {verdict} is no verdict"),
    }
}

fn payment_of(age: &str) -> &'static str {
    if age == "five-years" { "five_year_olds" } else { "two_year_olds" }
}

/// `4 * 671.48 * 73 / 58`, from left to right.
fn worked(text: &str) -> Amount {
    let mut words = text.split(' ');
    let mut value = Amount::parse(words.next().unwrap()).unwrap();
    while let (Some(sign), Some(number)) = (words.next(), words.next()) {
        let number = Amount::parse(number).unwrap();
        value = if sign == "*" { value.times(number) } else { value.over(number) }.unwrap();
    }
    value
}
