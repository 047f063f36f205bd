//! `uptake test`: the shipped examples, and an invented scheme in `tests/examples` whose examples are right, wrong or
//! faulty.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use insta::{assert_snapshot, with_settings};
use tempfile::TempDir;

use crate::csv_text::{cell, rows};
use crate::tables::Tables;
use crate::uptake::{output, root, rules};

#[test]
fn every_shipped_example_passes() {
    let run = output(["test"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0), "{text}");
    let passed = text.lines().map(|line| {
        let (book, result) = line.split_once(": ").unwrap();
        // A scheme that borrows all its indicators has none to give examples of.
        if result == "no examples" {
            assert!(!rules().join(book).join("examples.toml").exists(), "{book} has examples");
            return 0;
        }
        let count: usize = result.strip_suffix(" examples passed").unwrap_or_else(|| panic!("{line}")).parse().unwrap();
        assert_eq!(count, examples_of(book), "every example of {book} is tried");
        count
    });
    assert!(passed.sum::<usize>() > 1400, "{text}");
}

/// How many examples a shipped rulebook has, without reading them.
fn examples_of(book: &str) -> usize {
    let text = fs::read_to_string(rules().join(book).join("examples.toml")).unwrap();
    text.lines().filter(|line| *line == "[[example]]").count()
}

#[test]
fn one_wrong_expectation_fails_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    let file = folder.path().join("qof/2024-25/examples.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (before, _) = text.split_once("= \"achieved\"").unwrap();
    let (above, name) = before.rsplit_once("\nname ").unwrap();
    let (line, name) = (above.matches('\n').count() + 2, name.split('"').nth(1).unwrap());
    fs::write(&file, text.replacen("= \"achieved\"", "= \"not achieved\"", 1)).unwrap();

    let run = test(folder.path(), &[]);
    assert_eq!(run.code, Some(1));
    assert_eq!(run.stdout.matches("failed: ").count(), 1, "{}", run.stdout);
    assert!(
        run.stdout.contains(&format!("of {} examples passed, 1 failed", examples_of("qof/2024-25"))),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains(&format!("failed: qof/2024-25/examples.toml:{line}: ")), "{line}: {}", run.stdout);
    assert!(
        run.stdout.contains(&format!("{name}\n  expected  not achieved\n  found     achieved\n")),
        "{}",
        run.stdout
    );

    // The other years alone pass, and a year that is not there is no year.
    assert_eq!(test(folder.path(), &["2023-24", "qof/2025-26", "2023-24"]).lines(), 2);
    let unknown = test(folder.path(), &["2024-52"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (Some(2), ""));
    assert!(unknown.stderr.contains("there is no rulebook `2024-52`"), "{}", unknown.stderr);
}

#[test]
fn all_that_an_example_can_say() {
    let run = test(toy("right.toml").path(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "toy/2030-31: 14 examples passed\n"), "{}", run.stderr);
}

/// A scheme whose payments ask everything that a test can ask: no misreading of a case is left unnoticed.
#[test]
fn every_kind_of_test_decides_what_is_paid() {
    let folder = logic();
    let run = test(folder.path(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "logic/2030-31: 16 examples passed\n"), "{}", run.stderr);
    let misread = test(folder.path(), &["--mutants"]).stdout;
    assert!(misread.contains("unnoticed: "), "no example is of the register: {misread}");
    assert!(!misread.contains("payment banded, points"), "{misread}");
}

/// Each born on 2029-09-10. 1 has two jabs; 2 too, but is excluded; 3 is registered at 11 months and declined; 4 declined; 5 is
/// registered at 11 months with two jabs.
fn five_children() -> Tables {
    let registered = ["2029-09-10", "2029-09-10", "2030-08-10", "2029-09-10", "2030-08-10"];
    let patients = registered.iter().zip(1..).map(|(day, at)| format!("{at},A,2029-09-10,{day},,"));
    let mut events: Vec<String> = vec!["2,2029-09-12,1303503001".into()];
    events.extend([3, 4].map(|at| format!("{at},2030-08-11,1303503001")));
    events.extend([1, 2, 5].into_iter().flat_map(|at| [1, 2].map(|month| format!("{at},2030-0{month}-01,38598009"))));
    Tables::new(&patients.collect::<Vec<_>>(), &events, "A,1000")
}

#[test]
fn those_who_are_set_aside_are_counted_and_paid_for() {
    let folder = logic();
    let asked = ["--rules", folder.path().to_str().unwrap(), "--year", "logic/2030-31", "--format", "csv"];
    let counted = rows(&five_children().run(&asked).fine().stdout);
    let of = |column| cell(&counted, &["logic/2030-31", "A", "T1"], column);
    let all = ["register", "excluded", "excepted", "denominator", "numerator", "points"].map(of);
    // 2 of 2: at least 2 achieved, of at most 4.
    assert_eq!(all, ["5", "1", "2", "2", "2", "1.0000"]);
    let paid = rows(&five_children().run(&[&asked[..], &["--table", "payments"]].concat()).fine().stdout);
    // £2 for the one excluded and £5 for each of the two excepted.
    assert_eq!(cell(&paid, &["logic/2030-31", "A", "aside"], "pounds"), "12.00");
}

/// 2 of 2 are 1 point at £30. Waived, the payment gives nothing, which is known; the other is paid as before.
#[test]
fn a_waived_payment_gives_nothing() {
    let folder = logic();
    let asked = ["--rules", folder.path().to_str().unwrap(), "--year", "logic/2030-31", "--format", "csv"];
    let of = |waived: &[&str]| {
        let run = |more: &[&str]| rows(&five_children().run(&[&asked[..], waived, more].concat()).fine().stdout);
        let (counted, paid) = (run(&[]), run(&["--table", "payments"]));
        let earned = |column: &str| cell(&counted, &["logic/2030-31", "A", "T1"], column).to_owned();
        let aside = cell(&paid, &["logic/2030-31", "A", "aside"], "pounds").to_owned();
        [earned("points"), earned("pounds"), aside]
    };
    assert_eq!(of(&[]), ["1.0000", "30.00", "12.00"]);
    assert_eq!(of(&["--waive", "banded:A"]), ["0.0000", "0.00", "12.00"]);
}

/// Both achieve of two: with one fewer the bounty would be lost, but nobody pays it from records.
#[test]
fn what_is_paid_from_counts_only_has_no_step_in_a_run_of_records() {
    let folder = logic();
    let asked = ["--rules", folder.path().to_str().unwrap(), "--year", "logic/2030-31", "--measure", "T1"];
    let asked = [&asked[..], &["--table", "steps", "--format", "csv"]].concat();
    let payments = |text: &str| -> BTreeSet<String> { rows(text).iter().map(|row| row["payment"].clone()).collect() };
    let tables = five_children();
    let recorded = tables.command("next", &asked).fine().stdout;
    assert_eq!(payments(&recorded), BTreeSet::from(["banded".to_owned()]));
    tables.write("counts.csv", "practice_code,measure,numerator,denominator\nA,T1,2,2\n");
    let counts = tables.path("counts.csv");
    let counted = output([&["next", "--counts", counts.to_str().unwrap()], &asked[..]].concat());
    let counted = String::from_utf8(counted.stdout).unwrap();
    assert_eq!(payments(&counted), BTreeSet::from(["banded".to_owned(), "bounty".to_owned()]));
}

/// What did not decide is told all the same.
#[test]
fn an_explanation_tells_of_every_clause() {
    let folder = logic();
    let explained = |patient: &str| {
        let asked = ["--rules", folder.path().to_str().unwrap(), "--year", "logic/2030-31", "--indicator", "T1"];
        five_children().command("explain", &[&asked[..], &["--patient", patient]].concat()).fine().stdout
    };
    for (patient, result, clauses) in [
        ("1", "ACHIEVED", ["GONE, left by the coordinator: no", "LATE, registered too late: no", "NO, declined: no"]),
        ("2", "EXCLUDED by GONE", ["Achieved: yes", "LATE, registered too late: no", "NO, declined: no"]),
        ("3", "EXCEPTED by LATE", ["Achieved: no", "LATE, registered too late: yes", "NO, declined: yes"]),
        ("4", "EXCEPTED by NO", ["Achieved: no", "LATE, registered too late: no", "NO, declined: yes"]),
        ("5", "ACHIEVED", ["GONE, left by the coordinator: no", "LATE, registered too late: yes", "NO, declined: no"]),
    ] {
        let text = explained(patient);
        assert!(text.contains(&format!("Result: {result}")), "{text}");
        clauses.iter().for_each(|clause| assert!(text.contains(clause), "`{clause}` of {patient} in\n{text}"));
    }
}

/// An age in weeks, and a day that hangs on no birth: ten weeks are 70 days, and 4 weeks after registration 28.
#[test]
fn a_register_begins_and_ends_on_its_days() {
    let people = [
        "A,A,2030-01-20,2030-01-20,,", // ten weeks on 2030-03-31, the day before the year
        "B,A,2030-01-21,2030-01-21,,", // ten weeks on its first day
        "C,A,2031-01-20,2031-01-20,,", // ten weeks on its last day; 4 weeks on a list on 2031-02-17
        "D,A,2031-01-21,2031-01-21,,", // ten weeks on the day after it; 4 weeks on a list on 2031-02-18
        "E,A,1990-05-05,2030-03-03,,", // 4 weeks on a list on the day before the year
        "F,A,1990-05-05,2030-03-04,,", // 4 weeks on a list on its first day
        "G,A,1960-05-05,2031-03-03,,", // 4 weeks on a list on its last day
        "H,A,1960-05-05,2031-03-04,,", // 4 weeks on a list on the day after it
    ];
    let folder = logic();
    let asked = ["--rules", folder.path().to_str().unwrap(), "--year", "logic/2030-31"];
    // The last day before ten weeks of B, and the first day after it of C.
    let events = ["B,2030-03-31,38598009", "C,2031-03-31,38598009"].map(String::from);
    let tables = Tables::new(&people.map(String::from), &events, "A,1000");
    let run = tables.run(&[&asked[..], &["--level", "patient", "--format", "csv"]].concat()).fine();
    let on = |indicator: &str| -> Vec<String> {
        let mut of: Vec<_> = run.stdout.lines().map(|line| line.split(',').collect::<Vec<_>>()).collect();
        of.retain(|cells| cells[3] == indicator);
        of.iter().map(|cells| format!("{} {}", cells[0], cells[4])).collect()
    };
    assert_eq!(on("T2"), ["B achieved", "C not_achieved"]);
    assert_eq!(on("T3"), ["C not_achieved", "D not_achieved", "F not_achieved", "G not_achieved"]);
}

#[test]
fn each_wrong_expectation_is_shown_with_what_was_found() {
    let folder = toy("wrong.toml");
    let run = test(folder.path(), &[]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    kept("wrong", &run.stdout);
    let explained = test(folder.path(), &["--explain"]);
    assert!(explained.stdout.contains("    Result: EXCEPTED by LATE, registered too late"), "{}", explained.stdout);
    assert!(explained.stdout.contains("      ✗ at least 2 jab before age 1 year\n"), "{}", explained.stdout);
}

#[test]
fn each_fault_of_an_examples_file_is_shown_at_its_place() {
    let files = toml_files(&root().join("tests/examples/faulty"));
    assert!(files.len() >= 14, "only {} faulty files were found", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let run = test(toy(&format!("faulty/{name}.toml")).path(), &[]);
        assert_eq!(run.code, Some(1), "{name}: {}", run.stderr);
        let code = name.split('-').next().unwrap().to_uppercase();
        assert!(run.stdout.contains(&format!("error[{code}]: ")), "{name}: {}", run.stdout);
        kept(name, &run.stdout);
    }
}

#[test]
fn a_rulebook_that_does_not_check_is_not_tested() {
    let folder = toy("right.toml");
    let contract = folder.path().join("toy/2030-31/contract.toml");
    let text = fs::read_to_string(&contract).unwrap();
    fs::write(&contract, text.replace("= 7", "= \"7\"")).unwrap();
    let run = test(folder.path(), &[]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    assert!(run.stdout.starts_with("toy/2030-31: not tested, the rulebook has "), "{}", run.stdout);
    assert!(run.stdout.contains("error[E302]: `is` must be a number or a date"), "{}", run.stdout);
}

#[test]
fn a_rulebook_without_examples_passes() {
    let folder = toy("right.toml");
    fs::remove_file(folder.path().join("toy/2030-31/examples.toml")).unwrap();
    let run = test(folder.path(), &[]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "toy/2030-31: no examples\n"));
}

#[test]
fn all_that_an_example_of_a_pathway_can_say() {
    let run = test(harbour("right.toml").path(), &["harbour/2025-26"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "harbour/2025-26: 10 examples passed\n"), "{}", run.stderr);
}

#[test]
fn each_wrong_expectation_of_a_pathway_is_shown_with_what_was_found() {
    let folder = harbour("wrong.toml");
    let run = test(folder.path(), &["harbour/2025-26"]);
    assert_eq!(run.code, Some(1), "{}", run.stderr);
    kept("pathway-wrong", &run.stdout);
    let explained = test(folder.path(), &["harbour/2025-26", "--explain"]).stdout;
    assert!(explained.contains("    State: unreachable, rung and knocked for in vain\n"), "{explained}");
    assert!(explained.contains("    What would move this child\n"), "{explained}");
    assert!(explained.contains("    Not pursued: only who has not achieved an indicator is\n"), "{explained}");
}

#[test]
fn each_fault_of_a_pathways_example_is_shown_at_its_place() {
    let files = toml_files(&root().join("tests/examples/pathway/faulty"));
    assert!(files.len() >= 7, "only {} faulty files were found", files.len());
    for file in files {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let run = test(harbour(&format!("faulty/{name}.toml")).path(), &["harbour/2025-26"]);
        assert_eq!(run.code, Some(1), "{name}: {}", run.stderr);
        let code = name.split('-').next().unwrap().to_uppercase();
        assert!(run.stdout.contains(&format!("error[{code}]: ")), "{name}: {}", run.stdout);
        kept(&format!("pathway-{name}"), &run.stdout);
    }
}

#[test]
fn every_state_alert_step_and_exception_of_a_shipped_pathway_has_an_example() {
    for book in [rules().join("wf-newham/2024-25")] {
        let read = |file: &str| fs::read_to_string(book.join(file)).unwrap();
        let (pathway, examples) = (read("pathway.rules"), read("examples.toml"));
        let examples: toml::Table = examples.parse().unwrap();
        let expected: Vec<&toml::Table> =
            examples["example"].as_array().unwrap().iter().filter_map(|example| example["expect"].as_table()).collect();
        let texts = |key: &str| -> Vec<&str> {
            let said = expected.iter().filter_map(|expect| expect.get(key));
            said.flat_map(|said| match said {
                toml::Value::Array(list) => list.iter().filter_map(toml::Value::as_str).collect(),
                one => one.as_str().into_iter().collect::<Vec<_>>(),
            })
            .collect()
        };
        for (key, word) in [("state", "state"), ("alerts", "alert"), ("next", "next"), ("exception", "exception")] {
            let shown = texts(key);
            let lines = pathway.lines().filter_map(|line| line.trim_start().strip_prefix(&format!("{word} ")));
            let named = lines.map(|line| line.strip_prefix('"').unwrap_or(line));
            let named: Vec<&str> =
                named.map(|line| line.split(if word == "next" { '"' } else { ' ' }).next().unwrap()).collect();
            assert!(named.len() > 2, "{word}: {named:?}");
            for name in named {
                assert!(shown.contains(&name), "no example expects the {word} {name}");
            }
        }
    }
}

pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    fn lines(self) -> usize {
        assert_eq!(self.code, Some(0), "{}", self.stdout);
        self.stdout.lines().count()
    }
}

/// `uptake test` on a folder of rules.
pub(crate) fn test(folder: &Path, more: &[&str]) -> Run {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let Output { status, stdout, stderr } = output(["test", "--rules", folder.to_str().unwrap()].iter().chain(more));
    Run { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
}

/// A folder of rules with the invented scheme and a file of examples.
pub(crate) fn toy(examples: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (from, book) = (root().join("tests/examples"), folder.path().join("toy/2030-31"));
    copy(&from.join("toy"), &book);
    fs::copy(from.join(examples), book.join("examples.toml")).unwrap();
    folder
}

/// A folder of rules with the invented scheme whose payments test everything.
fn logic() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("tests/examples/logic"), &folder.path().join("logic/2030-31"));
    folder
}

/// A folder of rules with the invented scheme of `tests/schemes`, and a file of examples of its pathway.
fn harbour(examples: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for book in ["codes", "qof/2024-25", "qof/2025-26"] {
        copy(&rules().join(book), &folder.path().join(book));
    }
    let book = folder.path().join("harbour/2025-26");
    copy(&root().join("tests/schemes/harbour/2025-26"), &book);
    fs::copy(root().join("tests/examples/pathway").join(examples), book.join("examples.toml")).unwrap();
    folder
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

/// Holds an output against the one that is kept beside the files.
fn kept(name: &str, output: &str) {
    let folder = root().join("tests/examples/kept");
    with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true }, {
        assert_snapshot!(name, output);
    });
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (from, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if from.is_dir() { copy(&from, &to) } else { fs::copy(&from, &to).map(|_| ()).unwrap() }
    }
}
