//! `uptake sql`: every shipped rulebook is SQL that parses in each dialect. That the engines agree with the evaluator is
//! shown by `tests/engines/run.sh`, which needs them.

use std::fs;

use sqlparser::dialect::{Dialect, DuckDbDialect, PostgreSqlDialect, SparkSqlDialect};
use sqlparser::parser::Parser;

use crate::tables::Rules;
use crate::uptake::{BOOKS, output, root, rules, stdout};

const LOCAL: &str = "wf-newham/2024-25";

/// The dialects by the names they have on the command line.
fn dialects() -> [(&'static str, Box<dyn Dialect>); 3] {
    [
        ("duckdb", Box::new(DuckDbDialect {})),
        ("spark", Box::new(SparkSqlDialect {})),
        ("postgres", Box::new(PostgreSqlDialect {})),
    ]
}

fn sql(arguments: &[&str]) -> String {
    stdout([&["sql"], arguments].concat())
}

/// Stderr of a command that ends with exit code 2.
fn refusal(arguments: &[&str]) -> String {
    let ran = output([&["sql"], arguments].concat());
    assert_eq!(ran.status.code(), Some(2), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stdout));
    assert!(ran.stdout.is_empty(), "{arguments:?} prints a query all the same");
    String::from_utf8(ran.stderr).unwrap()
}

fn assert_parses(name: &str, dialect: &dyn Dialect, text: &str) {
    let parser = Parser::new(dialect).with_recursion_limit(500).try_with_sql(text);
    let parsed = parser.and_then(|mut parser| parser.parse_statements());
    let statements = parsed.unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(statements.len(), 1, "{name}");
}

/// What is asked of a rulebook: the arguments after `--year`.
fn questions(book: &str) -> Vec<Vec<&'static str>> {
    let mut questions = vec![vec!["--level", "patient"], vec![]];
    if book == LOCAL {
        questions.push(vec!["--as-of", "2024-11-15", "--set", "pounds_per_child=30", "--set", "audit_rate=10"]);
        return questions;
    }
    questions.push(vec!["--table", "baseline=earlier"]);
    let text: String = fs::read_dir(rules().join(book))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    if text.contains("\nfee ") {
        questions.push(vec!["--result", "fees"]);
    }
    if text.contains("for each quarter") || text.contains("payment clawback") {
        questions.push(vec!["--result", "payments"]);
    }
    questions
}

#[test]
fn every_shipped_rulebook_parses_in_every_dialect() {
    let mut asked = 0;
    for book in BOOKS.into_iter().chain([LOCAL]) {
        for question in questions(book) {
            for (name, dialect) in dialects() {
                let text = sql(&[&["--year", book, "--dialect", name], &question[..]].concat());
                assert_parses(&format!("{book} {question:?} {name}"), &*dialect, &text);
                // These disagree from engine to engine about month ends.
                for word in ["datediff", "date_diff", "months_between", "age(", "DOUBLE", "FLOAT"] {
                    assert!(!text.contains(word), "{book} {name} uses {word}");
                }
                asked += 1;
            }
        }
    }
    assert!(asked > 80, "only {asked} queries were tried");
}

#[test]
fn the_made_up_rulebook_of_the_engine_checks_is_sound_and_parses() {
    let copied = Rules::copy(&[]);
    for file in ["contract.toml", "measures.rules", "payments.rules"] {
        let below = format!("made-up/2024-25/{file}");
        let text = fs::read_to_string(root().join("tests/engines/rules").join(&below)).unwrap();
        copied.append(&below, &text);
    }
    let place = copied.folder().to_str().unwrap();
    stdout(["check", "--rules", place]);
    for question in [&["--level", "patient"][..], &[], &["--result", "payments"], &["--result", "fees"]] {
        for (name, dialect) in dialects() {
            let text = sql(&[&["--year", "made-up/2024-25", "--dialect", name, "--rules", place], question].concat());
            assert_parses(name, &*dialect, &text);
        }
    }
}

#[test]
fn a_query_reads_like_the_rules() {
    let text = sql(&["--year", "2023-24", "--dialect", "duckdb", "--level", "patient"]);
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"-- [0-9a-f]{64}", "-- (digest left out)");
    // Code lists grow: which codes there are is held elsewhere.
    settings.add_filter(r"(?m)^ +\('[0-9]+', '.*\n", "    (codes left out)\n");
    settings.add_filter(r"(    \(codes left out\)\n)+", "    (codes left out)\n");
    settings.bind(|| insta::assert_snapshot!("sql-patients", text));
}

/// Each exception of the rule file stands in the query in its own words.
#[test]
fn each_block_is_commented_with_the_rule_it_says() {
    let text = sql(&["--year", "2023-24", "--dialect", "postgres"]);
    for words in [
        "-- VI001 \"DTP: three doses before 8 months\"",
        "-- register: registered at year end and turns 8 months in the year",
        "-- achieved: at least 3 dtap before age 8 months",
        "-- excepted DTPCON \"DTP vaccine contraindicated\": any dtap_contraindicated before age 8 months",
        "-- registered on or after age 7 months and at most 2 dtap before registration",
        "-- dtap: Diphtheria, tetanus and pertussis containing vaccination",
        "when achievement < lower_threshold",
    ] {
        assert!(text.contains(words), "{words}");
    }
    // The day of 8 months is out, that of 18 months is in.
    assert!(text.contains("d.counted_as = 'dtap' AND d.day < p.age_8_months "), "{text}");
    assert!(text.contains("d.day >= p.age_12_months AND d.day <= p.age_18_months "), "{text}");
}

#[test]
fn both_conventions_for_a_missing_day_are_said() {
    let last = sql(&["--year", "2023-24", "--dialect", "spark", "--level", "patient"]);
    assert!(last.contains("    add_months(p.birth_date, 8) AS age_8_months"), "{last}");
    let copied = Rules::copy(&["qof/2023-24"]);
    copied.edit("qof/2023-24/contract.toml", "= \"last day\"", "= \"next day\"", 1);
    let place = copied.folder().to_str().unwrap();
    let next = sql(&["--year", "2023-24", "--dialect", "spark", "--level", "patient", "--rules", place]);
    let moved = "CASE WHEN EXTRACT(DAY FROM add_months(p.birth_date, 8)) <> EXTRACT(DAY FROM p.birth_date) \
                 THEN date_add(add_months(p.birth_date, 8), 1) ELSE add_months(p.birth_date, 8) END AS age_8_months";
    assert!(next.contains(moved), "{next}");
}

#[test]
fn tables_are_called_what_the_user_calls_them() {
    let named = ["--table", "patients=gp.stays", "--table", "events=read_parquet('events.parquet')"];
    let text =
        sql(&[&["--year", "2023-24", "--dialect", "duckdb", "--table", "practices=gp.lists"], &named[..]].concat());
    for name in ["FROM gp.stays", "FROM read_parquet('events.parquet') AS e", "FROM gp.lists AS n"] {
        assert!(text.contains(name), "{name}");
    }
    let year = ["--year", "2023-24", "--dialect", "duckdb"];
    let wrong = |tables: &[&str]| refusal(&[&year[..], tables].concat());
    assert!(
        wrong(&["--table", "stays=x"]).contains("there is no table `stays` to be named\nhelp: there are: patients")
    );
    assert!(wrong(&["--table", "patients"]).contains("`--table patients` is not TABLE=NAME"));
    assert!(wrong(&["--table", "patients=x; DROP TABLE y"]).contains("names no table"));
    // Inside its own step a name would mean the step.
    let clash = wrong(&["--table", "events=doses"]);
    assert!(
        clash.contains("a table called `doses` cannot be given as SQL: a step of the query has the same name"),
        "{clash}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused_in_words() {
    let two = refusal(&["--year", "2022-23,2023-24", "--dialect", "spark"]);
    assert!(two.contains("a query is of one year"), "{two}");
    let fees = refusal(&["--year", "2023-24", "--dialect", "spark", "--level", "patient", "--result", "fees"]);
    assert!(fees.contains("payments and fees are made to practices, not to patients"), "{fees}");
    let day = refusal(&["--year", "2023-24", "--dialect", "spark", "--as-of", "2024-01-01"]);
    assert!(day.contains("has no pathway, so it has no day of a report"), "{day}");
    let none = refusal(&["--year", "2025-26", "--dialect", "spark", "--result", "payments"]);
    assert!(none.contains("cannot be given as SQL: it has none"), "{none}");
    let baseline = refusal(&["--year", LOCAL, "--dialect", "spark", "--table", "baseline=b"]);
    assert!(baseline.contains("a return counts its baseline from the records"), "{baseline}");
}

/// A rule that the query cannot say is named, in the words of its file.
#[test]
fn what_cannot_be_said_is_refused_by_name() {
    let copied = Rules::copy(&["qof/2023-24", "qof/2024-25", LOCAL]);
    let alert = "  alert asked_again \"referred again after agreeing\"\n    \
                 any appointment with (any imms_referred after agreed_date)\n    \
                 do \"look into it\"\n    code with \"a template\"\n    source  reading assumed\n\n  worklist coordinator ";
    copied.edit(&format!("{LOCAL}/pathway.rules"), "  worklist coordinator ", alert, 1);
    let place = copied.folder().to_str().unwrap();
    let asked = ["--year", LOCAL, "--dialect", "duckdb", "--rules", place];
    let refused = refusal(&[&asked[..], &["--level", "patient"]].concat());
    let words = "`any imms_referred after agreed_date` cannot be given as SQL: it counts records by a day of an appointment or slot";
    assert!(refused.contains(words), "{refused}");
    // The return does not ask for alerts.
    sql(&asked);
}

#[test]
fn figures_can_be_set_for_one_query() {
    let pounds = |set: &[&str]| sql(&[&["--year", LOCAL, "--dialect", "duckdb"], set].concat());
    assert!(pounds(&[]).contains("THEN CAST(NULL AS DECIMAL(30, 2))"));
    assert!(!pounds(&["--set", "pounds_per_child=12.50"]).contains("THEN CAST(NULL AS DECIMAL(30, 2))"));
}
