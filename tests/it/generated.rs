//! Laws of made-up rulebooks over made-up patients: whatever `check` passes never fails in evaluation, counts add up,
//! nothing hangs on order, threads or irrelevant events, `explain` agrees, and laying rules out changes nothing they say.

use std::fmt::Write;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use uptake::data::Silent;
use uptake::eval::explain::explain;
use uptake::eval::judge::Outcome;
use uptake::eval::run::{Level, run};
use uptake::ground::{Day, FileId};
use uptake::model::Rulebook;
use uptake::model::book::MeasurementId;
use uptake::syntax::layout;

use crate::in_time::{Bench, condition, defines, made_up, unwilling, willing};
use crate::laws::{load_for, shuffled};

/// A rulebook's sentences: its names, then what follows `achieved`.
#[derive(Clone, Debug)]
struct Sentences {
    defines: String,
    rest: String,
}

impl Sentences {
    /// None where `check` finds an error, as for a clause that can never hold.
    fn book(&self) -> Option<Bench> {
        made_up(&self.defines, &self.rest)
    }
}

fn clause() -> impl Strategy<Value = String> {
    prop_oneof![3 => willing().boxed(), 2 => unwilling().boxed()]
}

fn sentences() -> impl Strategy<Value = Sentences> {
    (defines(), condition(clause()), clause(), clause(), clause()).prop_map(
        |(defines, achieved, exclude, first, second)| {
            let rest = format!(
                "{achieved}\n  exclude OUT \"out\"\n    {exclude}\n  except E1 \"one\"\n    {first}\n  except E2 \"two\"\n    {second}\n"
            );
            Sentences { defines, rest }
        },
    )
}

/// Patients by when they are born, from their birth on registered where, and what is recorded how many days later.
type People = Vec<(i32, u8, Vec<(usize, i32)>)>;

fn people() -> impl Strategy<Value = People> {
    prop::collection::vec((-2_i32..24, 0_u8..3, prop::collection::vec((0_usize..4, -2_i32..26), 0..6)), 1..10)
}

fn rows(bench: &Bench, people: &People) -> (Vec<String>, Vec<String>) {
    let (mut patients, mut events) = (Vec::new(), Vec::new());
    for (at, (born, practice, given)) in people.iter().enumerate() {
        let birth = bench.book.end.plus_days(*born - 22);
        patients.push(format!("p{at},A8100{practice},{birth},{birth},,"));
        let code = |kind: usize| {
            bench.book.clusters.get(kind).map_or("999001100000100".to_owned(), |cluster| {
                cluster.codes.first().map_or(String::new(), |code| code.id.to_string())
            })
        };
        events.extend(given.iter().map(|(kind, days)| format!("p{at},{},{}", birth.plus_days(*days), code(*kind))));
    }
    (patients, events)
}

/// Every outcome in words.
fn outcomes(book: &Rulebook, patients: &[String], events: &[String]) -> String {
    let books = std::slice::from_ref(book);
    let (extract, lenses) = load_for(books, patients, events);
    let (results, _) = run(&extract, &lenses, Level::Patient, &Silent);
    let mut lines: Vec<String> = Vec::new();
    for row in &results[0].patients {
        let (id, practice) = (extract.patient_id(row.patient), extract.practice_code(row.practice));
        lines.push(format!("{id} {practice} {:?}\n", row.outcome));
    }
    lines.sort();
    lines.concat()
}

fn law() -> Config {
    Config { cases: 256, failure_persistence: None, ..Config::default() }
}

/// So many made-up rulebooks are tried: checking one takes longer than judging people by it.
const BOOKS: usize = 24;

/// The first of those drawn that `check` passes, with what they say.
static CHECKED: LazyLock<Vec<(Sentences, Bench)>> = LazyLock::new(|| {
    let mut runner = TestRunner::deterministic();
    let drawn = std::iter::repeat_with(|| sentences().new_tree(&mut runner).unwrap().current());
    // Fewer than one in ten would be a language in which nothing can be said.
    let checked = drawn.take(10 * BOOKS).filter_map(|sentences| sentences.book().map(|bench| (sentences, bench)));
    let checked: Vec<(Sentences, Bench)> = checked.take(BOOKS).collect();
    assert_eq!(checked.len(), BOOKS);
    checked
});

fn bench() -> impl Strategy<Value = usize> {
    0..BOOKS
}

proptest! {
    #![proptest_config(law())]

    #[test]
    fn a_checked_rulebook_is_evaluated_and_its_counts_add_up(at in bench(), people in people()) {
        let (sentences, bench) = &CHECKED[at];
        let (patients, events) = rows(bench, &people);
        let books = std::slice::from_ref(&bench.book);
        let (extract, lenses) = load_for(books, &patients, &events);
        let (results, _) = run(&extract, &lenses, Level::Patient, &Silent);
        let (mut register, mut numerator) = (0, 0);
        for counts in results[0].counts.iter().flatten() {
            prop_assert_eq!(counts.register, counts.denominator() + counts.excluded + counts.excepted);
            prop_assert!(counts.numerator <= counts.denominator());
            register += counts.register;
            numerator += counts.numerator;
        }
        let of_patients = &results[0].patients;
        prop_assert_eq!(register, of_patients.len() as u64, "{:?}", sentences);
        prop_assert_eq!(numerator, of_patients.iter().filter(|row| row.outcome == Outcome::Achieved).count() as u64);
    }

    #[test]
    fn neither_order_nor_threads_nor_what_no_rule_reads_matters(
        at in bench(),
        people in people(),
        order in prop::collection::vec(any::<u32>(), 1..40),
        threads in 1_usize..4,
    ) {
        let (sentences, bench) = &CHECKED[at];
        let (patients, events) = rows(bench, &people);
        let expected = outcomes(&bench.book, &patients, &events);
        let mut more = events.clone();
        for (at, (born, ..)) in people.iter().enumerate() {
            let birth = bench.book.end.plus_days(*born - 22);
            more.push(format!("p{at},{},999001100000100", birth.plus_days(3)));
            more.extend(events.iter().map(|row| row.replacen(&format!("p{at},"), "stranger,", 1)).filter(|row| row.starts_with("str")));
            more.extend(events.iter().take(1).map(|row| {
                let code = row.rsplit(',').next().unwrap();
                format!("p{at},{},{code}", Day::from_ymd(2024, 4, 1).unwrap().plus_days(at as i32))
            }));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let found = pool.install(|| outcomes(&bench.book, &shuffled(&patients, &order), &shuffled(&more, &order)));
        prop_assert_eq!(found, expected, "{:?}", sentences);
    }

    #[test]
    fn explain_comes_to_what_run_comes_to_under_any_rules(at in bench(), people in people()) {
        let (sentences, bench) = &CHECKED[at];
        let (patients, events) = rows(bench, &people);
        let books = std::slice::from_ref(&bench.book);
        let (extract, lenses) = load_for(books, &patients, &events);
        let (results, _) = run(&extract, &lenses, Level::Patient, &Silent);
        let mut expected: Vec<_> = results[0].patients.iter().map(|row| (row.patient.0, row.outcome)).collect();
        let mut explained = Vec::new();
        for at in 0..extract.partition_count() {
            for patient in extract.partition(at).patients() {
                let Some(told) = explain(&lenses[0], MeasurementId(0), patient) else { continue };
                explained.extend(told.outcome.map(|outcome| (patient.key.0, outcome)));
            }
        }
        expected.sort();
        explained.sort();
        prop_assert_eq!(explained, expected, "{:?}", sentences);
    }
}

#[test]
fn laying_rules_out_changes_nothing_they_say() {
    for (sentences, _) in CHECKED.iter() {
        let head = "indicator T1 \"t\"\n  source paper assumed\n";
        let Sentences { defines, rest } = sentences;
        let text = format!("{head}{defines}  register  registered at year end\n  achieved  {rest}\n");
        let laid_out = layout::rules(FileId(0), &text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        assert_eq!(layout::rules(FileId(0), &laid_out).ok().as_ref(), Some(&laid_out), "laid out twice");
        assert_eq!(crate::fmt::meaning(false, &laid_out), crate::fmt::meaning(false, &text), "{laid_out}");
    }
}

/// The laws are worth little if most rules are refused, or everybody has one outcome.
#[test]
fn the_made_up_rulebooks_meet_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let mut told = String::new();
    for (_, bench) in CHECKED.iter() {
        for _ in 0..6 {
            let people = people().new_tree(&mut runner).unwrap().current();
            let (patients, events) = rows(bench, &people);
            write!(told, "{}", outcomes(&bench.book, &patients, &events)).unwrap();
        }
    }
    for outcome in [" Achieved", " NotAchieved", " Excepted(0)", " Excepted(1)", " Excluded(0)"] {
        assert!(told.matches(outcome).count() > 5, "{outcome}: {}", told.matches(outcome).count());
    }
}
