//! Whoever is said to be in time is counted by `run` once the doses are given on their last days, and is not if one of them
//! is given a day later: for generated rulebooks through the rows of the evaluation, and for the shipped years through the
//! list that the command writes.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use uptake::data::extract::{Extract, LoadOptions, PatientInputs, load};
use uptake::data::{Input, Silent, Wanted};
use uptake::eval::in_time::MissingDose;
use uptake::eval::judge::Outcome;
use uptake::eval::recall::{Asking, Recall, recall};
use uptake::eval::run::{Level, run};
use uptake::ground::{Day, MissingDay, Period, Unit};
use uptake::model::worklist::PatientRows;

use super::stage::{Stage, code, rows};
use crate::in_time::{Bench, Given, Person, condition, defines, given, made_up, trial_of, unwilling, willing};

/// A story: an id and the doses, each a code and a day.
type Story = (String, Vec<(usize, Day)>);

fn extract(bench: &Bench, birth: Day, stories: &[Story]) -> Extract {
    let header = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    let patients = stories.iter().fold(header, |text, (id, _)| format!("{text}{id},A1,{birth},{birth}\n"));
    let mut events = "patient_id,event_date,code\n".to_owned();
    for (id, doses) in stories {
        for (cluster, day) in doses {
            let code = bench.codes[usize::from(bench.code(*cluster).0)];
            events += &format!("{id},{day},{code}\n");
        }
    }
    let inputs =
        PatientInputs { patients: Input::csv("patients.csv", patients), events: Input::csv("events.csv", events) };
    let options = LoadOptions { strict: true, ..LoadOptions::default() };
    load(&inputs, &Wanted::codes(bench.codes.iter().copied()), &options, &Silent).unwrap()
}

/// The recorded doses of a person up to a day, by their clusters.
fn recorded(bench: &Bench, person: &Person, as_of: Day) -> Vec<(usize, Day)> {
    let cluster = |event: &uptake::data::extract::Event| {
        (0..bench.book.clusters.len())
            .find(|at| bench.code(*at) == event.code)
            .expect("each cluster has a code of its own")
    };
    let seen = person.events.iter().filter(|event| event.day <= as_of);
    seen.map(|event| (cluster(event), event.day)).collect()
}

/// What recall says of a person.
fn recalled(bench: &Bench, person: &Person, as_of: Day) -> Recall {
    let doses = recorded(bench, person, Day::LAST);
    let extract = extract(bench, person.birth, &[("p".to_owned(), doses)]);
    let lens = bench.lens();
    let told = [vec![true; bench.book.measurements.len()]];
    let asking = Asking { as_of, told: &told, payers: &[] };
    let (mut results, _) = recall(&extract, std::slice::from_ref(&lens), asking, &Silent);
    results.remove(0)
}

/// The stories of a set of doses: all on their last days, and with each of them a day later.
fn stories(name: &str, before: &[(usize, Day)], set: &[MissingDose]) -> Vec<Story> {
    let last = |dose: &MissingDose| (dose.clusters.iter().next().unwrap(), dose.last.unwrap());
    let story = |late: Option<usize>| {
        let doses = set.iter().map(last).enumerate();
        let given = doses.map(|(at, (cluster, day))| (cluster, if late == Some(at) { day.plus_days(1) } else { day }));
        let doses = before.iter().copied().chain(given).collect();
        (late.map_or(format!("{name}-in-time"), |at| format!("{name}-late-{at}")), doses)
    };
    std::iter::once(None).chain((0..set.len()).map(Some)).map(story).collect()
}

/// How many stories were put before `run`.
fn check(bench: &Bench, given: &Given) -> Result<usize, TestCaseError> {
    let (person, as_of) = trial_of(bench, given);
    let said = recalled(bench, &person, as_of);
    let before = recorded(bench, &person, as_of);
    let mut all: Vec<Story> = Vec::new();
    for called in &said.called {
        let told = &called.outstanding;
        match called.rows {
            PatientRows::InTime => {
                for (at, set) in std::iter::once(&told.missing).chain(&told.other_ways).enumerate() {
                    all.extend(stories(&at.to_string(), &before, set));
                }
            }
            PatientRows::TooLate => {
                let doses = told.missing.iter().map(|dose| (dose.clusters.iter().next().unwrap(), dose.earliest));
                all.push(("too-late".to_owned(), before.iter().copied().chain(doses).collect()));
            }
            PatientRows::Excepted => {}
        }
    }
    let extract = extract(bench, person.birth, &all);
    let (results, _) = run(&extract, &[bench.lens()], Level::Patient, &Silent);
    prop_assert_eq!(results[0].patients.len(), all.len());
    for patient in &results[0].patients {
        let id = extract.patient_id(patient.patient);
        let expected = if id.ends_with("in-time") { Outcome::Achieved } else { Outcome::NotAchieved };
        prop_assert_eq!(patient.outcome, expected, "{} of {:?}", id, said);
    }
    Ok(all.len())
}

proptest! {
    #![proptest_config(Config { cases: 32, failure_persistence: None, ..Config::default() })]

    #[test]
    fn made_up_rulebooks_count_the_doses_of_the_list(
        defines in defines(),
        achieved in condition(prop_oneof![4 => willing().boxed(), 1 => unwilling().boxed()]),
        given in given()
    ) {
        let Some(bench) = made_up(&defines, &achieved) else { return Err(TestCaseError::reject("refused")) };
        check(&bench, &given)?;
    }
}

/// The law is worth little if nobody is ever called.
#[test]
fn the_made_up_rulebooks_call_somebody() {
    let mut runner = TestRunner::deterministic();
    let mut stories = 0;
    for _ in 0..40 {
        let drawn = ((defines(), condition(willing())), given()).new_tree(&mut runner).unwrap().current();
        let ((defines, achieved), given) = drawn;
        let Some(bench) = made_up(&defines, &achieved) else { continue };
        stories += check(&bench, &given).unwrap();
    }
    assert!(stories > 20, "only {stories} stories");
}

// ---- the shipped years, through the command ---------------------------------------------------

const KINDS: [&str; 7] =
    ["dtap", "dtap_ipv_booster", "mmr", "mmr", "shingles_live", "shingles_inactivated", "dtap_contraindicated"];

/// Somebody who reaches a measured age in the year, and some doses.
fn somebody(start: Day) -> impl Strategy<Value = (Day, Vec<(&'static str, Day)>)> {
    let measured = (0_i32..366).prop_map(move |days| start.plus_days(days));
    let age = prop_oneof![3 => Just(8_u32), 3 => Just(18), 3 => Just(60), 2 => Just(960), 1 => Just(972)];
    let birth = (measured, age).prop_map(|(day, months)| {
        (day.minus(Period { count: months, unit: Unit::Months }, MissingDay::LastDay), months)
    });
    birth.prop_flat_map(move |(birth, months)| {
        let months = prop_oneof![2 => 0..months.min(20), 3 => months.saturating_sub(14)..months];
        let day = (months, -2_i32..3).prop_map(move |(months, days)| {
            birth.plus(Period { count: months, unit: Unit::Months }, MissingDay::LastDay).plus_days(days)
        });
        (Just(birth), prop::collection::vec(((0..KINDS.len()).prop_map(|at| KINDS[at]), day), 0..5))
    })
}

/// Everybody of a year's list with the doses of the list on their last days, and with each of them a day later, in one run.
fn check_year(year: &str, start: &str, as_of: &str, runner: &mut TestRunner) -> usize {
    let (start, day) = (Day::parse_iso(start).unwrap(), Day::parse_iso(as_of).unwrap());
    let (mut stage, mut after) = (Stage::new(), Stage::new());
    let mut people = BTreeMap::new();
    for at in 0..300 {
        let (birth, doses) = somebody(start).new_tree(runner).unwrap().current();
        let id = format!("p{at}");
        stage.patients.push(format!("{id},A1,{birth},{birth},,"));
        stage.events.extend(doses.iter().map(|(kind, day)| format!("{id},{day},{}", code(kind))));
        people.insert(id, (birth, doses));
    }
    let list = stage.list(year, as_of, "to_call", &[]);
    let mut expected: BTreeMap<(String, String), &str> = BTreeMap::new();
    for row in &list {
        let (birth, doses) = &people[&row["patient_id"]];
        let vaccines: Vec<&str> =
            row["vaccines_outstanding"].split("; ").map(|of| of.split(" or ").next().unwrap()).collect();
        let lasts: Vec<Day> = row["last_days"].split("; ").map(|last| Day::parse_iso(last).unwrap()).collect();
        assert_eq!(vaccines.len(), lasts.len(), "{row:?}");
        for late in std::iter::once(None).chain((0..lasts.len()).map(Some)) {
            let id = format!("{} {} {late:?}", row["patient_id"], row["indicator"]);
            after.patients.push(format!("{id},A1,{birth},{birth},,"));
            let seen = doses.iter().filter(|(_, given)| *given <= day);
            after.events.extend(seen.map(|(kind, given)| format!("{id},{given},{}", code(kind))));
            for (at, (vaccine, last)) in vaccines.iter().zip(&lasts).enumerate() {
                let given = last.plus_days(i32::from(late == Some(at)));
                after.events.push(format!("{id},{given},{}", code(vaccine)));
            }
            expected.insert((id, row["indicator"].clone()), if late.is_none() { "yes" } else { "no" });
        }
    }
    let outcomes = after.command("run", &["--year", year, "--level", "patient", "--format", "csv"]).fine();
    let mut met = 0;
    for row in rows(&outcomes.stdout) {
        // A second dose that comes too late may leave one who turned 80 excepted; who is not counted is all that matters.
        let is_counted = if row["outcome"] == "achieved" { "yes" } else { "no" };
        if let Some(expected) = expected.get(&(row["patient_id"].clone(), row["indicator"].clone())) {
            assert_eq!(is_counted, *expected, "{row:?}");
            met += 1;
        }
    }
    assert_eq!(met, expected.len());
    list.len()
}

#[test]
fn the_shipped_years_count_the_doses_of_the_list() {
    let mut runner = TestRunner::deterministic();
    for (year, start, as_of) in [
        ("2021-22", "2021-04-01", "2021-05-01"),
        ("2023-24", "2023-04-01", "2023-09-30"),
        ("2024-25", "2024-04-01", "2024-01-15"),
        ("2026-27", "2026-04-01", "2026-12-01"),
    ] {
        let called = check_year(year, start, as_of, &mut runner);
        assert!(called > 40, "only {called} are called in {year}");
    }
}
