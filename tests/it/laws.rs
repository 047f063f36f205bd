//! Laws that hold for any patients: made-up people, most of their dates near those that decide, through the library.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::Config;
use uptake::data::extract::{self, LoadOptions};
use uptake::data::{Extract, Input, PatientInputs, Silent, Wanted};
use uptake::eval::explain::explain;
use uptake::eval::judge::Outcome;
use uptake::eval::run::{BookResult, Level, run};
use uptake::eval::sight::{Asked, Lens};
use uptake::ground::{BookName, ConceptId, Day, MissingDay, Period, Unit};
use uptake::model::book::MeasurementId;
use uptake::model::{Library, Rulebook};

use crate::golden::code;
use crate::tables::{EVENTS, PATIENTS};

const YEARS: [&str; 3] = ["2021-22", "2023-24", "2026-27"];

pub static BOOKS: LazyLock<Vec<Rulebook>> = LazyLock::new(|| {
    let library = Library::new(crate::tables::sources(&crate::uptake::rules()));
    let book = |year: &&str| library.check(&BookName::parse(year, "qof").unwrap()).book.unwrap();
    YEARS.iter().map(book).collect()
});

/// Every shipped rulebook that counts people itself.
static ALL_BOOKS: LazyLock<Vec<Rulebook>> = LazyLock::new(|| {
    let library = Library::new(crate::tables::sources(&crate::uptake::rules()));
    let named = crate::uptake::BOOKS.iter().map(|book| BookName::parse(book, "qof").unwrap());
    named.map(|name| library.check(&name).book.unwrap()).collect()
});

/// The clusters of the indicators, by a code of each.
static CODES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let clusters = [
        "dtap",
        "dtap_ipv_booster",
        "mmr",
        "mmrv",
        "shingles_live",
        "shingles_inactivated",
        "dtap_contraindicated",
        "mmr_contraindicated",
        "shingles_contraindicated",
        "shingles_declined",
    ];
    clusters.map(code).to_vec()
});

/// A made-up patient: what stands in the tables.
#[derive(Clone, Debug)]
pub struct Person {
    birth: Day,
    stays: Vec<(u8, Day, Option<Day>)>,
    death: Option<Day>,
    events: Vec<(Day, usize)>,
}

/// A day some months after birth, give or take a few days: most rules turn on such a day.
fn near_age(birth: Day) -> impl Strategy<Value = Day> {
    let months = prop_oneof![0_u32..20, 48_u32..62, 838_u32..975];
    (months, -2_i32..3).prop_map(move |(months, days)| {
        birth.plus(Period { count: months, unit: Unit::Months }, MissingDay::LastDay).plus_days(days)
    })
}

/// Somebody who reaches one of the ages that are measured in or near one of the years.
fn person() -> impl Strategy<Value = Person> {
    let measured = (prop_oneof![Just(2021), Just(2023), Just(2026)], -20_i32..390)
        .prop_map(|(year, days)| Day::from_ymd(year, 4, 1).unwrap().plus_days(days));
    let age = prop_oneof![Just(8_u32), Just(18), Just(60), Just(960), Just(972)];
    let birth = (measured, age)
        .prop_map(|(day, months)| day.minus(Period { count: months, unit: Unit::Months }, MissingDay::LastDay));
    birth.prop_flat_map(|birth| {
        let stay =
            (0_u8..3, prop_oneof![3 => Just(birth), 2 => near_age(birth)], prop::option::weighted(0.2, 1_i32..900))
                .prop_map(|(practice, from, days)| (practice, from, days.map(|days| from.plus_days(days))));
        let stays = prop::collection::vec(stay, 1..3);
        let death = prop::option::weighted(0.05, near_age(birth));
        let events = prop::collection::vec((near_age(birth), 0..CODES.len()), 0..9);
        (Just(birth), stays, death, events).prop_map(|(birth, stays, death, events)| Person {
            birth,
            stays,
            death,
            events,
        })
    })
}

/// Some made-up patients.
pub type People = Vec<Person>;

pub fn people() -> impl Strategy<Value = People> {
    prop::collection::vec(person(), 1..12)
}

/// The rows of the two tables, without headers.
pub fn rows(people: &[Person]) -> (Vec<String>, Vec<String>) {
    let (mut patients, mut events) = (Vec::new(), Vec::new());
    let cell = |day: Option<Day>| day.map_or(String::new(), |day| day.to_string());
    for (at, person) in people.iter().enumerate() {
        for (practice, from, to) in &person.stays {
            let (birth, to, death) = (person.birth, cell(*to), cell(person.death));
            patients.push(format!("p{at},A8100{practice},{birth},{from},{to},{death}"));
        }
        events.extend(person.events.iter().map(|(day, code)| format!("p{at},{day},{}", CODES[*code])));
    }
    (patients, events)
}

fn load(patients: &[String], events: &[String]) -> (Extract, Vec<Lens<'static>>) {
    load_for(&BOOKS, patients, events)
}

/// The tables, and some rulebooks ready to look at them.
pub fn load_for<'b>(books: &'b [Rulebook], patients: &[String], events: &[String]) -> (Extract, Vec<Lens<'b>>) {
    load_asked(books, Asked::default(), patients, events)
}

/// The same for what is asked of the rulebooks.
fn load_asked<'b>(
    books: &'b [Rulebook],
    asked: Asked,
    patients: &[String],
    events: &[String],
) -> (Extract, Vec<Lens<'b>>) {
    let clusters = books.iter().flat_map(|book| &book.clusters);
    let wanted =
        Wanted::codes(clusters.flat_map(|cluster| &cluster.codes).map(|code| code.id).collect::<Vec<ConceptId>>());
    let table = |header: &str, rows: &[String]| format!("{header}\n{}\n", rows.join("\n"));
    let inputs = PatientInputs {
        patients: Input::csv("patients.csv", table(PATIENTS, patients)),
        events: Input::csv("events.csv", table(EVENTS, events)),
    };
    let extract = extract::load(&inputs, &wanted, &LoadOptions::default(), &Silent).unwrap();
    let lenses = books.iter().map(|book| Lens::new(book, &wanted.codes, asked)).collect();
    (extract, lenses)
}

/// Every outcome in words, in order: all that a run can say of patients.
pub fn outcomes(patients: &[String], events: &[String]) -> String {
    let (extract, lenses) = load(patients, events);
    let (results, _) = run(&extract, &lenses, Level::Patient, &Silent);
    let mut lines = Vec::new();
    for (lens, result) in lenses.iter().zip(&results) {
        for patient in &result.patients {
            let (id, practice) = (extract.patient_id(patient.patient), extract.practice_code(patient.practice));
            let (book, outcome) = (lens.book(), patient.outcome);
            let label = &book.measurements[patient.measurement.index()].label;
            lines.push(format!("{} {label} {id} {practice} {outcome:?}\n", book.name.year));
        }
    }
    lines.sort();
    lines.concat()
}

/// Outcomes counted from what is said of each patient, by practice and measurement.
fn counted(result: &BookResult) -> BTreeMap<(u32, u32), [u64; 5]> {
    let mut counted: BTreeMap<(u32, u32), [u64; 5]> = BTreeMap::new();
    for patient in &result.patients {
        let counts = counted.entry((patient.practice.0, patient.measurement.0)).or_default();
        counts[0] += 1;
        counts[match patient.outcome {
            Outcome::Achieved => 1,
            Outcome::NotAchieved => 2,
            Outcome::Excepted(_) => 3,
            Outcome::Excluded(_) => 4,
        }] += 1;
    }
    counted
}

/// Puts rows in an order that numbers decide.
pub fn shuffled(rows: &[String], order: &[u32]) -> Vec<String> {
    let key = |at: usize| order.get(at % order.len().max(1)).copied().unwrap_or(0).wrapping_mul(at as u32 + 1);
    let mut keyed: Vec<(u32, &String)> = rows.iter().enumerate().map(|(at, row)| (key(at), row)).collect();
    keyed.sort();
    keyed.into_iter().map(|(_, row)| row.clone()).collect()
}

pub fn config() -> Config {
    Config { cases: 96, failure_persistence: None, ..Config::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_register_is_the_denominator_with_excluded_and_excepted(people in people()) {
        let (patients, events) = rows(&people);
        let (extract, lenses) = load(&patients, &events);
        let (results, _) = run(&extract, &lenses, Level::Patient, &Silent);
        for result in &results {
            let by_patient = counted(result);
            for (practice, counts) in (0..).zip(&result.counts) {
                for (measurement, counts) in (0..).zip(counts) {
                    let [register, achieved, not_achieved, excepted, excluded] =
                        by_patient.get(&(practice, measurement)).copied().unwrap_or_default();
                    prop_assert_eq!(counts.register, counts.denominator() + counts.excluded + counts.excepted);
                    prop_assert!(counts.numerator <= counts.denominator());
                    prop_assert_eq!(counts.register, register);
                    prop_assert_eq!(counts.numerator, achieved);
                    prop_assert_eq!(counts.denominator(), achieved + not_achieved);
                    prop_assert_eq!(counts.excepted, excepted);
                    prop_assert_eq!(counts.excluded, excluded);
                }
            }
        }
    }

    #[test]
    fn a_patient_is_counted_once_for_a_measurement(people in people()) {
        let (patients, events) = rows(&people);
        let (extract, lenses) = load(&patients, &events);
        for result in run(&extract, &lenses, Level::Patient, &Silent).0 {
            let mut seen: Vec<_> = result.patients.iter().map(|row| (row.patient.0, row.measurement.0)).collect();
            let all = seen.len();
            seen.sort_unstable();
            seen.dedup();
            prop_assert_eq!(seen.len(), all);
        }
    }

    #[test]
    fn the_order_of_rows_and_rows_twice_change_nothing(people in people(), order in prop::collection::vec(any::<u32>(), 1..40)) {
        let (patients, events) = rows(&people);
        let expected = outcomes(&patients, &events);
        prop_assert_eq!(outcomes(&shuffled(&patients, &order), &shuffled(&events, &order)), expected.clone());
        let twice = |rows: &[String]| [rows, rows].concat();
        prop_assert_eq!(outcomes(&twice(&patients), &twice(&events)), expected);
    }

    #[test]
    fn irrelevant_events_change_nothing(
        people in people(),
        days in prop::collection::vec((0_usize..12, -900_i32..900, 0_usize..10), 0..12),
    ) {
        let (patients, events) = rows(&people);
        let expected = outcomes(&patients, &events);
        let mut more = events.clone();
        for (at, days, code) in days {
            let at = at % people.len();
            let birth = people[at].birth;
            // A code of no cluster on any day; a dose before birth; a dose after the last year's end; a stranger's dose.
            more.push(format!("p{at},{},999001100000100", birth.plus_days(days)));
            more.push(format!("p{at},{},{}", birth.plus_days(-1 - days.abs()), CODES[code]));
            more.push(format!("p{at},{},{}", Day::from_ymd(2027, 4, 1).unwrap().plus_days(days.abs()), CODES[code]));
            more.push(format!("stranger,{},{}", birth.plus_days(days), CODES[code]));
        }
        prop_assert_eq!(outcomes(&patients, &more), expected);
    }

    #[test]
    fn what_happens_after_a_year_changes_nothing_in_it(people in people(), more in prop::collection::vec((0_usize..12, 0_i32..900, 0_usize..10), 0..12)) {
        let of_first_year = |text: &str| text.lines().filter(|line| line.starts_with(YEARS[0])).collect::<Vec<_>>().join("\n");
        let (patients, mut events) = rows(&people);
        let expected = of_first_year(&outcomes(&patients, &events));
        let after = Day::from_ymd(2022, 4, 1).unwrap();
        events.extend(more.iter().map(|(at, days, code)| format!("p{},{},{}", at % people.len(), after.plus_days(*days), CODES[*code])));
        prop_assert_eq!(of_first_year(&outcomes(&patients, &events)), expected);
    }

    #[test]
    fn explain_comes_to_what_run_came_to(people in people()) {
        let (patients, events) = rows(&people);
        let asked = Asked { courses: true, ..Asked::default() };
        let (extract, lenses) = load_asked(&ALL_BOOKS, asked, &patients, &events);
        let (results, _) = run(&extract, &lenses, Level::Patient, &Silent);
        for (lens, result) in lenses.iter().zip(&results) {
            let mut expected: Vec<_> = result.patients.iter().map(|row| (row.patient.0, row.measurement.0, row.outcome, row.practice.0)).collect();
            let mut explained = Vec::new();
            for at in 0..extract.partition_count() {
                for patient in extract.partition(at).patients() {
                    for (_, id) in lens.book().measurements.iter().zip(0..) {
                        let Some(told) = explain(lens, MeasurementId(id), patient) else { continue };
                        prop_assert_eq!(told.register.holds, told.outcome.is_some());
                        let Some(outcome) = told.outcome else { continue };
                        // The clauses that are shown as holding say the same as the outcome.
                        let by_clauses = match (
                            told.excludes.iter().position(|clause| clause.holds),
                            told.achieved.holds,
                            told.excepts.iter().position(|clause| clause.holds),
                        ) {
                            (Some(at), _, _) => Outcome::Excluded(at as u16),
                            (None, true, _) => Outcome::Achieved,
                            (None, false, Some(at)) => Outcome::Excepted(at as u16),
                            (None, false, None) => Outcome::NotAchieved,
                        };
                        prop_assert_eq!(by_clauses, outcome);
                        explained.push((patient.key.0, id, outcome, told.registration.practice.0));
                    }
                }
            }
            expected.sort();
            explained.sort();
            prop_assert_eq!(explained, expected);
        }
    }
}

/// The laws are worth little if the made-up people never meet the rules.
#[test]
fn the_made_up_people_meet_every_outcome() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..300 {
        let people = people().new_tree(&mut runner).unwrap().current();
        let (patients, events) = rows(&people);
        for line in outcomes(&patients, &events).lines() {
            let words: Vec<&str> = line.split(' ').collect();
            *seen.entry(format!("{} {}", words[1], words[4])).or_default() += 1;
        }
    }
    let mut told = String::new();
    seen.iter().for_each(|(outcome, count)| writeln!(told, "{outcome}: {count}").unwrap());
    // Of each indicator: achieved, not achieved, and each exception: two, two, two and four of them.
    assert_eq!(seen.len(), 4 * 2 + 2 + 2 + 2 + 4, "{told}");
}
