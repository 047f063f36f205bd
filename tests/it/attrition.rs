//! `attrition`: a funnel worked by hand, and laws: the sums add up, and dropping a clause lets by just those who fail only
//! it.

use std::fmt::Write;
use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use toml::Table;
use uptake::data::Silent;
use uptake::eval::attrition::{Funnel, Groups, LineKind, Stage, attrition};
use uptake::eval::run::{Level, run};
use uptake::ground::{BookName, Sources};
use uptake::model::book::{MeasureKind, MeasurementId};
use uptake::model::{Library, Rulebook};

use crate::golden::code;
use crate::laws::{BOOKS, People, config, load_for, people, rows};
use crate::tables::{Rules, Tables, copy};
use crate::uptake::{output, root, stdout};

fn toy() -> Rules {
    let rules = Rules::copy(&[]);
    copy(&root().join("tests/attrition/toy"), &rules.path("toy"));
    rules
}

/// The people of the hand-worked funnel, as tables; `marked` stands before every id.
fn hand_worked(marked: &str) -> (Tables, Table) {
    let file = fs::read_to_string(root().join("tests/attrition/people.toml")).unwrap().parse::<Table>().unwrap();
    let (mut patients, mut events) = (Vec::new(), Vec::new());
    for (at, person) in file["person"].as_array().unwrap().iter().enumerate() {
        let day = |key: &str| person.get(key).map(toml::Value::to_string);
        let born = day("born").unwrap();
        let registered = day("registered").unwrap_or_else(|| born.clone());
        let left = day("deregistered").unwrap_or_default();
        patients.push(format!("{marked}{at},A8100{},{born},{registered},{left},", at % 2));
        for event in person.get("events").and_then(toml::Value::as_array).unwrap_or(&Vec::new()) {
            let (date, what) = event.as_str().unwrap().split_once(' ').unwrap();
            events.push(format!("{marked}{at},{date},{}", code(what)));
        }
    }
    (Tables::new(&patients, &events, "A81000,9000"), file)
}

fn arguments(tables: &Tables, rules: &std::path::Path, more: &[&str]) -> Vec<String> {
    let file = |name: &str| tables.path(name).to_str().unwrap().to_owned();
    let mut all = vec!["attrition".to_owned(), "--rules".to_owned(), rules.to_str().unwrap().to_owned()];
    all.extend(["--patients".to_owned(), file("patients.csv"), "--events".to_owned(), file("events.csv")]);
    all.extend(more.iter().map(|word| (*word).to_owned()));
    all
}

/// The lines of the long table in the words of the hand-worked funnel.
fn in_short(json: &str) -> Vec<String> {
    let document: serde_json::Value = serde_json::from_str(json).unwrap();
    let line = |row: &serde_json::Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let counts = ["people", "fail", "fail_only", "hold", "hold_only"];
        let counts = counts.map(|name| row[name].as_u64().map_or("-".to_owned(), |count| count.to_string()));
        let key = [text("stage"), text("reason"), text("kind")].join(" ");
        format!("{key} {}: {}", text("clause"), counts.join(" "))
    };
    document["results"].as_array().unwrap().iter().map(line).collect()
}

fn spaceless(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_funnel_worked_by_hand() {
    let rules = toy();
    let (tables, file) = hand_worked("p");
    let more = ["--years", "toy/2030-31", "--format", "json"];
    let found: Vec<String> =
        in_short(&stdout(arguments(&tables, rules.folder(), &more))).iter().map(|line| spaceless(line)).collect();
    let worked = file["funnel"]["lines"].as_array().unwrap();
    let worked: Vec<String> = worked.iter().map(|line| spaceless(line.as_str().unwrap())).collect();
    assert_eq!(found, worked);
}

#[test]
fn practices_add_up_to_everybody_whatever_the_threads() {
    let rules = toy();
    let (tables, _) = hand_worked("p");
    let run = |more: &[&str]| {
        let shared = ["--years", "toy/2030-31", "--format", "csv"];
        stdout(arguments(&tables, rules.folder(), &[&shared, more].concat()))
    };
    let counts = |csv: &str, practice: &str| -> Vec<u64> {
        let ours = csv.lines().filter(|line| line.split(',').nth(1) == Some(practice));
        ours.map(|line| line.rsplit(',').nth(4).unwrap().parse().unwrap()).collect()
    };
    let by_practice = run(&["--by", "practice", "--threads", "3"]);
    assert_eq!(by_practice, run(&["--by", "practice", "--threads", "1"]));
    let (first, second) = (counts(&by_practice, "A81000"), counts(&by_practice, "A81001"));
    let sums: Vec<u64> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
    assert_eq!((first.len(), sums), (20, counts(&run(&[]), "")));
}

#[test]
fn years_stand_beside_one_another_and_what_differs_on_its_own_lines() {
    let rules = toy();
    copy(&rules.path("toy/2030-31"), &rules.path("toy/2031-32"));
    for (from, to) in [("2030-31", "2031-32"), ("2031-03-31", "2032-03-31"), ("2030-04-01", "2031-04-01")] {
        rules.edit("toy/2031-32/contract.toml", from, to, 1);
    }
    rules.edit("toy/2031-32/indicators.rules", "at least 2 mmr before", "at least 1 mmr before", 1);
    let (tables, _) = hand_worked("p");
    let csv = stdout(arguments(&tables, rules.folder(), &["--years", "toy/2030-31,toy/2031-32", "--format", "csv"]));
    let rows: Vec<Vec<&str>> = csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
    // 20 lines in both years but for one clause, which each year has its own of.
    assert_eq!(rows.len(), 40);
    let numbers = |year: &str| -> Vec<u32> {
        rows.iter().filter(|row| row[0] == year).map(|row| row[3].parse().unwrap()).collect()
    };
    let all_but = |missing: u32| (1..=21).filter(|line| *line != missing).collect::<Vec<u32>>();
    assert_eq!((numbers("toy/2030-31"), numbers("toy/2031-32")), (all_but(11), all_but(10)));
    // For people, one table of both.
    let table = stdout(arguments(&tables, rules.folder(), &["--years", "toy/2030-31,toy/2031-32"]));
    assert_eq!(table.lines().filter(|line| line.contains("mmr before age 2 years")).count(), 2, "{table}");
    let changed = table.lines().find(|line| line.contains("at least 1 mmr before age 2 years")).unwrap();
    assert_eq!(changed.matches('–').count(), 4, "{changed}");
}

#[test]
fn no_patient_is_named() {
    let rules = toy();
    let (tables, _) = hand_worked("MARKED");
    for format in ["table", "csv", "json"] {
        for by in ["all", "practice"] {
            let more = ["--years", "toy/2030-31", "--format", format, "--by", by];
            let ran = output(arguments(&tables, rules.folder(), &more));
            let said = [ran.stdout, ran.stderr].concat();
            let said = String::from_utf8_lossy(&said);
            assert!(said.contains("people in the extract") && !said.contains("MARKED"), "{said}");
        }
    }
}

#[test]
fn an_indicator_that_is_not_there_and_a_scheme_that_counts_nobody_are_refused() {
    let (tables, _) = hand_worked("p");
    let rules = crate::uptake::rules();
    for (more, words) in [
        (&["--years", "2023-24", "--indicator", "VI009"][..], "there is no indicator `VI009` in these years"),
        (&["--years", "wf-newham/2024-25"][..], "wf-newham/2024-25 counts nobody itself"),
    ] {
        let ran = output(arguments(&tables, &rules, more));
        assert_eq!(ran.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&ran.stderr).contains(words));
    }
}

/// All indicators of a rulebook.
fn indicators(book: &Rulebook) -> Vec<MeasurementId> {
    let kind = |at: u32| book.measures[book.measurements[at as usize].measure.index()].kind;
    (0..book.measurements.len() as u32).filter(|at| kind(*at) == MeasureKind::Indicator).map(MeasurementId).collect()
}

/// Each line's people go on to the next.
fn adds_up(funnel: &Funnel, group: usize) -> Result<(), String> {
    let counts = &funnel.counts[group];
    let lines: Vec<_> = funnel.lines.iter().zip(counts).collect();
    let check = |is_so: bool, words: String| if is_so { Ok(()) } else { Err(words) };
    // Of each stage the clauses in order, and what comes out of it.
    let mut coming = lines[0].1.people;
    let mut failed_at_achieved = 0;
    let mut reason_left = None;
    let mut inner: Option<u64> = None;
    let mut alternative: Option<u64> = None;
    for (at, (line, found)) in lines.iter().enumerate().skip(1) {
        check(found.hold <= found.people, format!("{at}: holds"))?;
        check(found.fail_only <= found.fail() && found.hold_only <= found.hold, format!("{at}: only"))?;
        match line.kind {
            LineKind::Listed => {
                check(found.people == coming, format!("{at}: listed"))?;
                coming = found.hold;
            }
            LineKind::Clause if matches!(line.stage, Stage::Exclude(_) | Stage::Except(_)) => {
                check(inner == Some(found.people), format!("{at}: clause of a reason"))?;
                (inner, alternative) = (Some(found.hold), Some(found.people));
            }
            LineKind::Clause => {
                check(found.people == coming, format!("{at}: clause"))?;
                failed_at_achieved += if line.stage == Stage::Achieved { found.fail() } else { 0 };
                (coming, alternative) = (found.hold, Some(found.people));
            }
            LineKind::Alternative => {
                check(alternative == Some(found.people), format!("{at}: alternative"))?;
                alternative = Some(found.fail());
            }
            LineKind::Reason => {
                let from = match line.stage {
                    Stage::Except(_) => reason_left.unwrap_or(failed_at_achieved),
                    _ => reason_left.unwrap_or(coming),
                };
                check(found.people == from, format!("{at}: reason"))?;
                reason_left = Some(found.fail());
                (inner, alternative) = (Some(found.people), Some(found.people));
            }
            LineKind::Total => {
                let expected = match line.stage {
                    Stage::Exclude(_) => reason_left.take().unwrap_or(coming),
                    Stage::NotAchieved => reason_left.unwrap_or(failed_at_achieved),
                    Stage::Denominator => coming + reason_left.unwrap_or(failed_at_achieved),
                    Stage::Extract | Stage::Register | Stage::Achieved | Stage::Except(_) => coming,
                };
                check(found.people == expected, format!("{at}: total"))?;
                coming = found.people;
                if line.stage == Stage::NotAchieved {
                    // The denominator is these and the numerator.
                    coming = lines
                        .iter()
                        .find(|(line, _)| is_total(line.stage, line.kind, Stage::Achieved))
                        .unwrap()
                        .1
                        .people;
                }
            }
        }
    }
    Ok(())
}

fn is_total(stage: Stage, kind: LineKind, wanted: Stage) -> bool {
    stage == wanted && kind == LineKind::Total
}

fn total(funnel: &Funnel, group: usize, wanted: Stage) -> u64 {
    let at = funnel.lines.iter().position(|line| is_total(line.stage, line.kind, wanted)).unwrap();
    funnel.counts[group][at].people
}

/// How many each reason of a kind takes out.
fn taken(funnel: &Funnel, group: usize, is_kind: fn(Stage) -> bool) -> u64 {
    let lines = funnel.lines.iter().zip(&funnel.counts[group]);
    lines.filter(|(line, _)| line.kind == LineKind::Reason && is_kind(line.stage)).map(|(_, counts)| counts.hold).sum()
}

/// The indicators of a rulebook of the project with words replaced.
fn edited(year: &str, edits: &[(&str, &str)]) -> Rulebook {
    let all = crate::tables::sources(&crate::uptake::rules());
    let mut sources = Sources::default();
    for (_, file) in all.iter() {
        let mut text = file.text.clone();
        if file.path == format!("qof/{year}/indicators.rules") {
            for (from, to) in edits {
                assert_eq!(text.matches(from).count(), 1, "`{from}`");
                text = text.replace(from, to);
            }
        }
        sources.add(file.path.as_str(), text);
    }
    Library::new(sources).check(&BookName::parse(year, "qof").unwrap()).book.expect("it has no errors")
}

/// A clause that is dropped: the indicator, the stage, the clause's words, and what `run` then counts more of.
struct Dropped {
    indicator: &'static str,
    stage: &'static str,
    clause: &'static str,
    book: Rulebook,
}

static DROPPED: LazyLock<Vec<Dropped>> = LazyLock::new(|| {
    // A clause that holds for everybody is as good as none, and what is due of its doses stays counted.
    let both = "    two_mmr and reinforcing_dose\n";
    let no_booster = (both, "    two_mmr and (reinforcing_dose or not reinforcing_dose)\n");
    let no_mmr = (both, "    (two_mmr or not two_mmr) and reinforcing_dose\n");
    let listed = ("registered at year end\n    and turns 8 months", "turns 8 months");
    let aged = ("registered at year end\n    and turns 18 months in the year", "registered at year end");
    let drop = |indicator, stage, clause, edits: &[(&str, &str)]| {
        let book = edited("2023-24", edits);
        Dropped { indicator, stage, clause, book }
    };
    vec![
        drop("VI001", "register", "registered at year end", &[listed]),
        drop("VI002", "register", "turns 18 months in the year", &[aged]),
        drop("VI003", "achieved", "reinforcing_dose", &[no_booster]),
        drop("VI003", "achieved", "two_mmr", &[no_mmr]),
    ]
});

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_sums_add_up_to_what_run_counts(people in people()) {
        let (patients, events) = rows(&people);
        let (extract, lenses) = load_for(&BOOKS, &patients, &events);
        let (results, _) = run(&extract, &lenses, Level::Practice, &Silent);
        let asked: Vec<_> = BOOKS.iter().map(indicators).collect();
        let (by_practice, _) = attrition(&extract, &lenses, &asked, Groups::Practices, &Silent);
        let (together, _) = attrition(&extract, &lenses, &asked, Groups::Together, &Silent);
        for ((result, funnels), together) in results.iter().zip(&by_practice).zip(&together) {
            for (funnel, together) in funnels.iter().zip(together) {
                prop_assert_eq!(together.counts[0][0].people, people.len() as u64);
                prop_assert_eq!(adds_up(together, 0), Ok(()));
                for (group, counts) in result.counts.iter().map(|row| row[funnel.measurement.index()]).enumerate() {
                    prop_assert_eq!(adds_up(funnel, group), Ok(()));
                    prop_assert_eq!(total(funnel, group, Stage::Register), counts.register);
                    prop_assert_eq!(total(funnel, group, Stage::Achieved), counts.numerator);
                    prop_assert_eq!(total(funnel, group, Stage::Denominator), counts.denominator());
                    prop_assert_eq!(taken(funnel, group, |stage| matches!(stage, Stage::Except(_))), counts.excepted);
                    prop_assert_eq!(taken(funnel, group, |stage| matches!(stage, Stage::Exclude(_))), counts.excluded);
                }
            }
        }
    }

    #[test]
    fn dropping_a_clause_lets_by_just_those_who_fail_only_it(people in people()) {
        let (patients, events) = rows(&people);
        let book = BOOKS.iter().position(|book| book.name.year == "2023-24").unwrap();
        let whole = &BOOKS[book..=book];
        let (extract, lenses) = load_for(whole, &patients, &events);
        let asked = [indicators(&whole[0])];
        let (funnels, _) = attrition(&extract, &lenses, &asked, Groups::Together, &Silent);
        let counted = |book: &Rulebook, dropped: &Dropped| {
            let (extract, lenses) = load_for(std::slice::from_ref(book), &patients, &events);
            let (results, _) = run(&extract, &lenses, Level::Practice, &Silent);
            let at = book.measurement_of(dropped.indicator).unwrap().index();
            let counts = results[0].counts.iter().map(|row| row[at]);
            let count = |counts: uptake::eval::counts::Counts| match dropped.stage {
                "register" => counts.register,
                _ => counts.numerator,
            };
            counts.map(count).sum::<u64>()
        };
        for dropped in DROPPED.iter() {
            let measurement = whole[0].measurement_of(dropped.indicator).unwrap();
            let funnel = funnels[0].iter().find(|funnel| funnel.measurement == measurement).unwrap();
            let words = |id: uptake::model::book::ConditionId| {
                let words = &whole[0].condition_words[id.index()];
                words.name.clone().unwrap_or(words.text.clone())
            };
            let at = funnel.lines.iter().position(|line| line.condition.is_some_and(|id| words(id) == dropped.clause)).unwrap();
            let fail_only = funnel.counts[0][at].fail_only;
            prop_assert_eq!(counted(&dropped.book, dropped) - counted(&whole[0], dropped), fail_only, "{}", dropped.clause);
        }
    }
}

/// The laws are worth little if nobody ever fails one clause only.
#[test]
fn the_made_up_people_fail_single_clauses() {
    let mut seen = String::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut fails: Vec<u64> = vec![0; DROPPED.len()];
    for _ in 0..200 {
        let people: People = proptest::strategy::ValueTree::current(&people().new_tree(&mut runner).unwrap());
        let (patients, events) = rows(&people);
        let book = BOOKS.iter().position(|book| book.name.year == "2023-24").unwrap();
        let (extract, lenses) = load_for(&BOOKS[book..=book], &patients, &events);
        let asked = [indicators(&BOOKS[book])];
        let (funnels, _) = attrition(&extract, &lenses, &asked, Groups::Together, &Silent);
        for (dropped, fails) in DROPPED.iter().zip(&mut fails) {
            let measurement = BOOKS[book].measurement_of(dropped.indicator).unwrap();
            let funnel = funnels[0].iter().find(|funnel| funnel.measurement == measurement).unwrap();
            let names = |id: uptake::model::book::ConditionId| {
                let words = &BOOKS[book].condition_words[id.index()];
                words.name.clone().unwrap_or(words.text.clone()) == dropped.clause
            };
            let at = funnel.lines.iter().position(|line| line.condition.is_some_and(names)).unwrap();
            *fails += funnel.counts[0][at].fail_only;
        }
    }
    DROPPED.iter().zip(&fails).for_each(|(dropped, fails)| writeln!(seen, "{}: {fails}", dropped.clause).unwrap());
    assert!(fails.iter().all(|fails| *fails > 0), "{seen}");
}
