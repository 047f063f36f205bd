//! `audit`: whose result hangs on a convention, held to cases worked by hand; exception rates beside the peers'.

use std::collections::BTreeSet;
use std::fs;

use toml::{Table, Value};

use crate::golden;
use crate::tables::Tables;
use crate::uptake::{output, root, stdout};

fn arguments(audit: &str, tables: &Tables, more: &[&str]) -> Vec<String> {
    let file = |name: &str| tables.path(name).to_str().unwrap().to_owned();
    let mut all = vec!["audit".to_owned(), audit.to_owned()];
    all.extend(["--patients".to_owned(), file("patients.csv"), "--events".to_owned(), file("events.csv")]);
    all.extend(more.iter().map(|word| (*word).to_owned()));
    all
}

fn cases(path: &str) -> Vec<Value> {
    let file = fs::read_to_string(root().join(path)).unwrap().parse::<Table>().unwrap();
    file["case"].as_array().unwrap().clone()
}

/// What cases expect: year, indicator, outcome with its reason.
fn expected(case: &Value) -> Vec<(String, String, String)> {
    let years = case["expect"].as_table().unwrap().iter();
    let of_year = |(year, outcomes): (&String, &Value)| {
        let each = outcomes.as_table().unwrap().iter();
        let told = each.map(|(code, outcome)| (year.clone(), code.clone(), outcome.as_str().unwrap().to_owned()));
        told.collect::<Vec<_>>()
    };
    years.flat_map(of_year).collect()
}

#[test]
fn month_ends_worked_by_hand_under_both_conventions() {
    let last_day = cases("tests/golden/month-ends.toml");
    let next_day = cases("tests/audit/month-ends-next-day.toml");
    let (patients, events) = golden::tables(&last_day);
    let tables = Tables::of_texts(&patients, &events);
    let years = "2021-22,2022-23,2023-24,2024-25,2025-26";
    let csv = stdout(arguments("month-end", &tables, &["--year", years, "--level", "patient", "--format", "csv"]));
    let name = |case: &Value| case["name"].as_str().unwrap().to_owned();
    let worked: BTreeSet<_> = next_day
        .iter()
        .flat_map(|case| {
            let before = last_day.iter().find(|known| name(known) == name(case)).expect("a case of that name");
            let before = expected(before);
            let both = |(year, code, next): (String, String, String)| {
                let last = before.iter().find(|known| known.0 == year && known.1 == code).expect("an outcome there");
                (name(case), year, code, last.2.clone(), next)
            };
            expected(case).into_iter().map(both).collect::<Vec<_>>()
        })
        .collect();
    let found: BTreeSet<_> = csv
        .lines()
        .skip(1)
        .filter_map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let case = &last_day[cells[0].parse::<usize>().unwrap()];
            let reasoned = |outcome: &str, reason: &str| format!("{outcome} {reason}").trim_end().to_owned();
            let (last, next) = (reasoned(cells[5], cells[6]), reasoned(cells[7], cells[8]));
            assert!(cells[9].contains(" is 20") && cells[9].contains(" or 20"), "{line}");
            // A case says nothing of other years than its own.
            let is_its = expected(case).iter().any(|known| known.0 == cells[2] && known.1 == cells[3]);
            is_its.then(|| (name(case), cells[2].to_owned(), cells[3].to_owned(), last, next))
        })
        .collect();
    assert_eq!(found, worked);
    assert_eq!(worked.len(), 21);
}

/// Three babies, each with the third dose on 28 February 2023: of one it is the day of 8 months by the last day and the day
/// before by the next; of the others it is before either. 2 of 3 is below the lower threshold of 90 %, 3 of 3 is above
/// the upper of 95 %: 18 points at £207.56, times 9,374 over the national 9,374: £3,736.08.
#[test]
fn what_the_convention_is_worth_by_hand() {
    let dose = golden::code("dtap");
    let born = [("a", "2022-06-30"), ("b", "2022-07-30"), ("c", "2022-07-15")];
    let patients = born.map(|(id, birth)| format!("{id},A81001,{birth},{birth},,"));
    let doses = |id: &str| ["2022-09-01", "2022-10-01", "2023-02-28"].map(|day| format!("{id},{day},{dose}"));
    let tables = Tables::new(&patients, &["a", "b", "c"].map(doses).concat(), "A81001,9374");
    let practices = tables.path("practices.csv");
    let year = ["--year", "2022-23", "--format", "csv", "--practices", practices.to_str().unwrap()];
    let csv = stdout(arguments("month-end", &tables, &year));
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    // Only the first baby's 8 months fall on a day that its month lacks (30 February; 30 March is there).
    assert_eq!(rows, ["2022-23,A81001,VI001,last day,1,1,3,3,0,0,3,3,2,3,0.00,3736.08,3736.08"]);
    // A rulebook that declares the other convention is held against the same two.
    let other = crate::tables::Rules::copy(&["qof/2022-23"]);
    other.edit("qof/2022-23/contract.toml", "\"last day\"", "\"next day\"", 1);
    let mut arguments = arguments("month-end", &tables, &year);
    arguments.extend(["--rules".to_owned(), other.folder().to_str().unwrap().to_owned()]);
    let csv = stdout(arguments);
    assert!(csv.contains("A81001,VI001,next day,1,1,3,3,0,0,3,3,2,3,0.00,3736.08,3736.08"), "{csv}");
}

/// Born on 31 August 2028: 18 months on 28 February 2030 by the last day, and by the next on 1 March, on which this year begins.
/// The invented scheme pays 2 points of £30 where nobody of the denominator achieved.
#[test]
fn one_may_be_on_the_register_under_one_convention_alone() {
    let rules = tempfile::tempdir().unwrap();
    let book = rules.path().join("logic/2030-31");
    crate::tables::copy(&root().join("tests/examples/logic"), &book);
    for (file, from, to) in [
        ("contract.toml", "2030-04-01", "2030-03-01"),
        ("contract.toml", "2031-03-31", "2031-02-28"),
        ("indicators.rules", "turns 1 year in the year", "turns 18 months in the year"),
    ] {
        let text = fs::read_to_string(book.join(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        fs::write(book.join(file), text.replace(from, to)).unwrap();
    }
    let tables = Tables::new(&["a,A,2028-08-31,2028-08-31,,".to_owned()], &[], "A,1000");
    let asked = ["--rules", rules.path().to_str().unwrap(), "--year", "logic/2030-31", "--format", "csv"];
    let csv = stdout(arguments("month-end", &tables, &asked));
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(rows, ["logic/2030-31,A,T1,last day,1,1,0,1,0,0,0,1,0,0,0.00,60.00,60.00"]);
}

/// The counts with the declared convention are `run`'s, row by row.
#[test]
fn under_its_own_convention_a_rulebook_counts_as_run_does() {
    let (patients, events) = golden::tables(&cases("tests/golden/month-ends.toml"));
    let tables = Tables::of_texts(&patients, &events);
    let years = ["--year", "2022-23,2023-24", "--format", "csv"];
    let audit = stdout(arguments("month-end", &tables, &years));
    let ours: Vec<Vec<&str>> = audit.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let run = tables.run(&years);
    let rows: Vec<Vec<&str>> = run.rows().iter().map(|line| line.split(',').collect()).collect();
    assert!(rows.len() > 5);
    for row in rows {
        let [year, practice, indicator] = row[..3] else { panic!("{row:?}") };
        let audited = ours.iter().find(|ours| ours[..3] == [year, practice, indicator]).expect("a row");
        assert_eq!([audited[6], audited[8], audited[10], audited[12]], [row[3], row[5], row[6], row[7]], "{row:?}");
    }
}

/// Four babies of one practice, all contraindicated, and six of another, none: of the 210 ways in which four of the ten
/// could be excepted, 1 gives all to the four. That is 0.48 %, beyond the 2.5 % of the 95 % limit and not the 0.1 % of
/// the 99.8 % limit. Wilson: z² = 3.84146; 4 of 4 is from 4 / 7.84146 = 51.01 %; 0 of 6 is to 3.84146 / 9.84146 = 39.03 %.
#[test]
fn exception_rates_worked_by_hand() {
    let tables = ten_babies("");
    let year = ["--year", "2021-22", "--format", "csv"];
    let csv = stdout(arguments("exceptions", &tables, &year));
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    let own = |reason: &str| {
        [
            format!("2021-22,A81001,VI001,{reason},4,4,100.00,51.01,100.00,6,0,0.00,1.60,0,3,0,4,above_95"),
            format!("2021-22,B81002,VI001,{reason},6,0,0.00,0.00,39.03,4,4,100.00,2.40,1,4,0,4,below_95"),
        ]
    };
    let ([first, second], [third, fourth]) = (own("any"), own("DTPCON"));
    // The practice with nobody of the age has no row.
    assert_eq!(rows, [first, third, second, fourth]);
    let ran = output(arguments("exceptions", &tables, &year));
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    // By chance each is beyond 95 % in 1 of 210: 0.0048 twice.
    let words = "all exceptions together: of 2 comparisons, 2 beyond the 95 % limits, where chance alone would put 0.01; 0 beyond the 99.8 % limits, where it would put 0.00";
    assert!(said.contains(words), "{said}");
}

#[test]
fn peers_may_be_those_of_the_area() {
    let tables = ten_babies("");
    tables.write("practices.csv", "practice_code,area\nA81001,north\nB81002,south\n");
    let practices = tables.path("practices.csv");
    let more = ["--year", "2021-22", "--format", "csv", "--peers", "area"];
    let refused = output(arguments("exceptions", &tables, &more));
    assert_eq!(refused.status.code(), Some(2));
    let with = [&more[..], &["--practices", practices.to_str().unwrap()]].concat();
    let csv = stdout(arguments("exceptions", &tables, &with));
    // Each is alone in its area: a rate, and nothing to hold it against.
    assert!(csv.contains("2021-22,A81001,VI001,any,4,4,100.00,51.01,100.00,0,0,,,,,,,\n"), "{csv}");
}

/// Ten babies of 2021-22 and a child of no indicator's age, with marked ids.
fn ten_babies(marked: &str) -> Tables {
    let (mut patients, mut events) = (vec![format!("{marked}x,C81003,2010-01-01,2010-01-01,,")], Vec::new());
    for at in 0..10 {
        let practice = if at < 4 { "A81001" } else { "B81002" };
        let born = format!("2021-01-{:02}", at + 1);
        patients.push(format!("{marked}{at},{practice},{born},{born},,"));
        if at < 4 {
            events.push(format!("{marked}{at},2021-03-01,{}", golden::code("dtap_contraindicated")));
        }
    }
    Tables::new(&patients, &events, "A81001,9000")
}

#[test]
fn no_patient_is_named_unless_asked_for() {
    let tables = ten_babies("MARKED");
    for audit in ["month-end", "exceptions"] {
        for format in ["table", "csv", "json"] {
            let ran = output(arguments(audit, &tables, &["--year", "2021-22,2023-24", "--format", format]));
            assert_eq!(ran.status.code(), Some(0));
            let said = [ran.stdout, ran.stderr].concat();
            assert!(!String::from_utf8_lossy(&said).contains("MARKED"), "{audit} {format}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_file_of_patients_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let (patients, events) = golden::tables(&cases("tests/golden/month-ends.toml"));
    let tables = Tables::of_texts(&patients, &events);
    let file = tables.path("hanging.csv");
    let more = ["--year", "2023-24", "--level", "patient", "--format", "csv", "--output", file.to_str().unwrap()];
    stdout(arguments("month-end", &tables, &more));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().lines().count() > 10);
}

#[test]
fn the_same_whatever_the_threads_and_the_order_of_rows() {
    let (patients, events) = golden::tables(&cases("tests/golden/month-ends.toml"));
    let tables = Tables::of_texts(&patients, &events);
    let turned = |text: &str| {
        let (header, rows) = text.split_once('\n').unwrap();
        let rows: Vec<&str> = rows.lines().rev().collect();
        format!("{header}\n{}\n", rows.join("\n"))
    };
    let other = Tables::of_texts(&turned(&patients), &turned(&events));
    for (audit, level) in [("month-end", Some("patient")), ("month-end", None), ("exceptions", None)] {
        let run = |tables: &Tables, threads: &str| {
            let mut more = vec!["--year", "2022-23,2023-24", "--format", "csv", "--threads", threads];
            more.extend(level.iter().flat_map(|level| ["--level", level]));
            stdout(arguments(audit, tables, &more))
        };
        let first = run(&tables, "1");
        assert!(first.lines().count() > 2);
        assert_eq!(first, run(&other, "3"), "{audit}");
    }
}

#[test]
fn a_convention_that_cannot_be_changed_is_said() {
    let copied = crate::tables::Rules::copy(&["qof/2022-23"]);
    let contract = copied.path("qof/2022-23/contract.toml");
    let text = fs::read_to_string(&contract).unwrap();
    let quoted = text.replace("missing_day", "\"missing_day\"");
    fs::write(&contract, quoted).unwrap();
    let tables = ten_babies("");
    let mut arguments = arguments("month-end", &tables, &["--year", "2022-23"]);
    arguments.extend(["--rules".to_owned(), copied.folder().to_str().unwrap().to_owned()]);
    let ran = output(arguments);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains("the rules of qof/2022-23 cannot be given the other convention"), "{said}");
}
