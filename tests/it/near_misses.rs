//! Near misses: hand-worked cases of each kind, made-up patients under all shipped years whose repaired records are put
//! before the evaluator and, as files, before `run`; what they are worth; and what no output says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use toml::{Table, Value};
use uptake::data::extract::{CodeIndex, Event, Patient, PatientKey, PracticeId, Registration, Wanted};
use uptake::eval::judge::{Outcome, judge};
use uptake::eval::near_misses::{Kind, NearMiss, Sought, near_misses};
use uptake::eval::sight::{Asked, Lens, Scratch};
use uptake::ground::{BookName, ConceptId, Day, MissingDay, Period, Unit};
use uptake::model::book::{MeasureKind, MeasurementId};
use uptake::model::{Library, Rulebook};

use crate::golden::code;
use crate::tables::{EVENTS, PATIENTS};
use crate::uptake::{output, root, stdout};

const LIST: &str = "patient_id,practice_code,year,indicator,kind,what,record_date,days,timing,to_check,would_be,pounds";

/// Tables in a folder of their own.
struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new(patients: &[String], events: &[String], practices: &[String]) -> Files {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, header: &str, rows: &[String]| {
            fs::write(folder.path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
        };
        write("patients.csv", PATIENTS, patients);
        write("events.csv", EVENTS, events);
        write("practices.csv", "practice_code,list_size", practices);
        Files { folder }
    }

    fn arguments(&self, command: &str, more: &[&str]) -> Vec<String> {
        let mut arguments = vec![command.to_owned()];
        for table in ["patients", "events", "practices"] {
            let path = self.folder.path().join(format!("{table}.csv"));
            arguments.extend([format!("--{table}"), path.to_str().unwrap().to_owned()]);
        }
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        arguments
    }

    fn csv(&self, command: &str, more: &[&str]) -> String {
        stdout(self.arguments(command, &[more, &["--format", "csv"]].concat()))
    }
}

/// The cells of a line of CSV, quoted ones unquoted.
fn cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for sign in line.chars() {
        match sign {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            other => cells.last_mut().unwrap().push(other),
        }
    }
    cells
}

fn golden() -> Vec<Value> {
    let text = fs::read_to_string(root().join("tests/golden-near-misses/kinds.toml")).unwrap();
    text.parse::<Table>().unwrap()["case"].as_array().unwrap().clone()
}

#[test]
fn every_golden_near_miss_comes_out_as_worked_by_hand() {
    let cases = golden();
    let year = |case: &Value| case.get("year").and_then(Value::as_str).unwrap_or("2023-24").to_owned();
    let (mut patients, mut events) = (Vec::new(), Vec::new());
    for (at, case) in cases.iter().enumerate() {
        let registered = case.get("registered").unwrap_or(&case["born"]);
        patients.push(format!("{at},A81001,{},{registered},,", case["born"]));
        for event in case["events"].as_array().unwrap() {
            let (date, what) = event.as_str().unwrap().split_once(' ').unwrap();
            events.push(format!("{at},{date},{}", code(what)));
        }
    }
    let files = Files::new(&patients, &events, &[]);
    let years: BTreeSet<String> = cases.iter().map(year).collect();
    let years: Vec<String> = years.into_iter().collect();
    let list = files.csv("near-misses", &["--year", &years.join(","), "--level", "patient"]);
    let mut found: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for line in list.lines().skip(1) {
        let cells = cells(line);
        let [id, _, year, indicator, kind, what, record, days, timing, _, would_be, _] = &cells[..] else {
            panic!("{line}")
        };
        let said = format!("{indicator} {kind} | {what} | {record} | {days} | {timing} | {would_be}");
        found.entry((id.clone(), year.clone())).or_default().push(said);
    }
    let (mut wrong, mut kinds) = (String::new(), BTreeSet::new());
    for (at, case) in cases.iter().enumerate() {
        let expected: Vec<String> =
            case["expect"].as_array().unwrap().iter().map(|said| said.as_str().unwrap().to_owned()).collect();
        kinds.extend(expected.iter().filter_map(|said| said.split(' ').nth(1).map(str::to_owned)));
        let found = found.remove(&(at.to_string(), year(case))).unwrap_or_default();
        if found != expected {
            let name = case["name"].as_str().unwrap();
            let _ = writeln!(wrong, "{name}\n  worked: {expected:#?}\n  found:  {found:#?}");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let all: BTreeSet<String> = Kind::ALL.iter().map(|kind| kind.word().to_owned()).collect();
    assert_eq!(kinds, all, "every kind has a case");
}

// ---- made-up patients under all shipped years -----------------------------------------------------------------------------

const YEARS: [&str; 6] = ["2021-22", "2022-23", "2023-24", "2024-25", "2025-26", "2026-27"];

const ASKED: Asked = Asked { courses: true, fees: false, pathway: false, related: true };

/// The codes that an extract keeps for all years, and the years.
static SHIPPED: LazyLock<(Vec<ConceptId>, Vec<Rulebook>)> = LazyLock::new(|| {
    let library = Library::new(crate::tables::sources(&crate::uptake::rules()));
    let book = |year: &&str| library.check(&BookName::parse(year, "qof").unwrap()).book.unwrap();
    let books: Vec<Rulebook> = YEARS.iter().map(book).collect();
    let clusters = books.iter().flat_map(|book| &book.clusters);
    (Wanted::codes(clusters.flat_map(|cluster| &cluster.codes).map(|code| code.id)).codes, books)
});

/// The clusters that people are drawn with, by a code of each; of the first three two codes.
static CODES: LazyLock<Vec<CodeIndex>> = LazyLock::new(|| {
    let second = ["1082441000000108".to_owned(), "247821000000102".to_owned(), "38598009".to_owned()];
    let clusters = ["dtap", "dtap_ipv_booster", "mmr", "shingles_live", "shingles_inactivated", "td_ipv", "measles"];
    let rest = ["mumps", "rubella", "diphtheria", "tetanus", "pertussis", "mmr_contraindicated", "shingles_declined"];
    let texts = clusters.iter().chain(&rest).map(|cluster| code(cluster)).chain(second);
    texts.filter_map(|text| index(&text)).collect()
});

fn index(code: &str) -> Option<CodeIndex> {
    let id = ConceptId::parse_bytes(code.as_bytes()).unwrap();
    SHIPPED.0.binary_search(&id).ok().map(|at| CodeIndex(at as u16))
}

/// A patient with one stay, which has not ended.
#[derive(Clone, Debug)]
struct Person {
    birth: Day,
    stay: [Registration; 1],
    events: Vec<Event>,
}

impl Person {
    fn new(birth: Day, from: Day, mut events: Vec<Event>) -> Person {
        events.retain(|event| event.day >= birth);
        events.sort_unstable();
        Person { birth, stay: [Registration { practice: PracticeId(0), from, to: None }], events }
    }

    fn patient(&self) -> Patient<'_> {
        Patient { key: PatientKey(0), birth: self.birth, death: None, registrations: &self.stay, events: &self.events }
    }

    /// With what a near miss says otherwise.
    fn repaired(&self, miss: &NearMiss) -> Person {
        let kept = self.events.iter().filter(|event| !miss.repair.removed.contains(event));
        let events = kept.chain(&miss.repair.added).copied().collect();
        Person::new(self.birth, miss.repair.registered.unwrap_or(self.stay[0].from), events)
    }

    /// With one record on another day.
    fn moved(&self, at: usize, days: i32) -> Person {
        let mut events = self.events.clone();
        events[at].day = events[at].day.plus_days(days);
        Person::new(self.birth, self.stay[0].from, events)
    }

    fn rows(&self, id: &str) -> (String, Vec<String>) {
        let event = |event: &Event| format!("{id},{},{}", event.day, SHIPPED.0[usize::from(event.code.0)]);
        let patient = format!("{id},A81001,{},{},,", self.birth, self.stay[0].from);
        (patient, self.events.iter().map(event).collect())
    }
}

/// The patient of a golden case.
fn of_case(case: &Value) -> Person {
    let day = |value: &Value| Day::parse_iso(&value.to_string()).unwrap();
    let event = |event: &Value| {
        let (date, what) = event.as_str().unwrap().split_once(' ').unwrap();
        Event { day: Day::parse_iso(date).unwrap(), code: index(&code(what)).unwrap(), giver: None }
    };
    let events = case["events"].as_array().unwrap().iter().map(event).collect();
    Person::new(day(&case["born"]), day(case.get("registered").unwrap_or(&case["born"])), events)
}

fn outcome(lens: &Lens<'_>, measurement: MeasurementId, person: &Person) -> Option<Outcome> {
    judge(lens, measurement, person.patient(), &mut Scratch::default()).map(|(_, outcome)| outcome)
}

fn months(birth: Day, count: u32) -> Day {
    birth.plus(Period { count, unit: Unit::Months }, MissingDay::LastDay)
}

/// Somebody who comes to an age that is measured in one of the years, with doses near the days that decide.
fn person() -> impl Strategy<Value = Person> {
    let measured =
        (2021_i32..2027, 0_i32..365).prop_map(|(year, days)| Day::from_ymd(year, 4, 1).unwrap().plus_days(days));
    let age = prop_oneof![3 => Just(8_u32), 3 => Just(18), 4 => Just(60), 1 => Just(960), 1 => Just(972)];
    (measured, age).prop_flat_map(|(day, age)| {
        let birth = day.minus(Period { count: age, unit: Unit::Months }, MissingDay::LastDay);
        let young = prop_oneof![Just(2_u32), Just(3), Just(4), Just(8), Just(12), Just(18), Just(40), Just(60)];
        let old = prop_oneof![Just(840_u32), Just(940), Just(960), Just(972)];
        let at = if age > 100 { old.boxed() } else { young.boxed() };
        let near =
            |at: BoxedStrategy<u32>| (at, -35_i32..36).prop_map(move |(at, days)| months(birth, at).plus_days(days));
        let single = (near(at.clone()), 0..CODES.len()).prop_map(|(day, code)| vec![(day, CODES[code])]);
        // Three single vaccines within some days; the first and the third dose of a baby, the third perhaps under two codes.
        let set = (near(at.clone()), 0_i32..20).prop_map(|(day, apart)| {
            let kinds = ["measles", "mumps", "rubella"].map(|cluster| index(&code(cluster)).unwrap());
            (0..).zip(kinds).map(|(nth, code)| (day.plus_days(nth * apart), code)).collect::<Vec<_>>()
        });
        let gap = (-9_i32..10, -9_i32..10, any::<bool>()).prop_map(move |(first, third, twice)| {
            let (dtap, other) = (index(&code("dtap")).unwrap(), index("1082441000000108").unwrap());
            let third = birth.plus_days(112 + third);
            vec![(birth.plus_days(56 + first), dtap), (third, dtap), (third, if twice { other } else { dtap })]
        });
        let events = prop::collection::vec(prop_oneof![8 => single, 1 => set, 1 => gap], 0..7);
        let registered = prop_oneof![3 => Just(birth), 2 => near(at)];
        (registered, events).prop_map(move |(registered, events)| {
            let event = |(day, code): (Day, CodeIndex)| Event { day, code, giver: None };
            Person::new(birth, registered, events.into_iter().flatten().map(event).collect())
        })
    })
}

fn indicators(book: &Rulebook) -> impl Iterator<Item = MeasurementId> + '_ {
    let is_indicator = |at: &u32| {
        let measure = book.measurements[*at as usize].measure;
        book.measures[measure.index()].kind == MeasureKind::Indicator
    };
    (0..book.measurements.len() as u32).filter(is_indicator).map(MeasurementId)
}

proptest! {
    #![proptest_config(Config { cases: 400, ..Config::default() })]

    /// What is told flips the outcome; and no single date within the limit would flip it untold.
    #[test]
    fn repairing_the_one_thing_flips_the_outcome(person in person()) {
        for book in &SHIPPED.1 {
            let lens = Lens::new(book, &SHIPPED.0, ASKED);
            for measurement in indicators(book) {
                let before = outcome(&lens, measurement, &person);
                let misses = near_misses(&lens, measurement, person.patient(), Sought::default());
                if before != Some(Outcome::NotAchieved) {
                    prop_assert!(misses.is_empty());
                    continue;
                }
                for miss in &misses {
                    let after = outcome(&lens, measurement, &person.repaired(miss));
                    prop_assert_eq!(after, Some(miss.would_be), "{:?}", miss);
                    let may_be_excepted = miss.kind == Kind::Registration;
                    prop_assert!(miss.would_be == Outcome::Achieved || may_be_excepted, "{:?}", miss);
                    prop_assert!(miss.kind != Kind::Days || (1..=31).contains(&miss.move_days.abs()));
                }
                prop_assert!(misses.is_sorted_by_key(|miss| (miss.kind, miss.move_days.abs())));
                for (at, event) in person.events.iter().enumerate() {
                    let is_repeated = person.events.iter().filter(|other| *other == event).count() > 1;
                    let flips = |days: &i32| {
                        outcome(&lens, measurement, &person.moved(at, *days)) == Some(Outcome::Achieved)
                    };
                    let Some(days) = (1..=31).find(|days| flips(days) || flips(&-days)).filter(|_| !is_repeated) else {
                        continue;
                    };
                    let is_told = misses.iter().any(|miss| {
                        let is_dated = matches!(miss.kind, Kind::Days | Kind::SameDay);
                        is_dated && miss.recorded == Some(event.day) && miss.move_days.abs() <= days
                    });
                    prop_assert!(is_told, "{event:?} {days} days off, {misses:?}");
                }
            }
        }
    }

    /// Repeated rows, and records of nothing that is counted or related, change nothing.
    #[test]
    fn what_is_no_other_record_changes_nothing(person in person(), repeated in 1_usize..3) {
        for book in &SHIPPED.1 {
            let lens = Lens::new(book, &SHIPPED.0, ASKED);
            let events = person.events.iter().flat_map(|event| vec![*event; repeated]).collect();
            let again = Person::new(person.birth, person.stay[0].from, events);
            for measurement in indicators(book) {
                let told = |person: &Person| near_misses(&lens, measurement, person.patient(), Sought::default());
                prop_assert_eq!(told(&person), told(&again));
            }
        }
    }
}

/// The same as files: every patient as recorded, and once more for each near miss with that one thing repaired, through
/// `near-misses` and `run`.
#[test]
fn repaired_files_run_to_the_outcome_that_was_told() {
    let mut runner = TestRunner::deterministic();
    let drawn = (0..1000).map(|_| person().new_tree(&mut runner).unwrap().current());
    let people: Vec<Person> = golden().iter().map(of_case).chain(drawn).collect();
    let (mut patients, mut events) = (Vec::new(), Vec::new());
    let mut expected: BTreeMap<(String, String, String), (String, String)> = BTreeMap::new();
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    let mut listed: BTreeSet<(String, String, String, &str)> = BTreeSet::new();
    for (at, person) in people.iter().enumerate() {
        let (row, mut rows) = person.rows(&format!("p{at}"));
        patients.push(row);
        events.append(&mut rows);
        for (year, book) in YEARS.iter().zip(&SHIPPED.1) {
            let lens = Lens::new(book, &SHIPPED.0, ASKED);
            for measurement in indicators(book) {
                let measured = &book.measurements[measurement.index()];
                let measure = &book.measures[measured.measure.index()];
                for (nth, miss) in
                    near_misses(&lens, measurement, person.patient(), Sought::default()).iter().enumerate()
                {
                    let id = format!("p{at}-{year}-{}-{nth}", measured.label);
                    let (row, mut rows) = person.repaired(miss).rows(&id);
                    patients.push(row);
                    events.append(&mut rows);
                    let reason = miss.would_be.reason(measure).map_or(String::new(), |reason| reason.code.clone());
                    let told = (miss.would_be.word().to_owned(), reason);
                    expected.insert((id, (*year).to_owned(), measured.label.clone()), told);
                    let before = (format!("p{at}"), (*year).to_owned(), measured.label.clone());
                    listed.insert((before.0.clone(), before.1.clone(), before.2.clone(), miss.kind.word()));
                    expected.insert(before, ("not_achieved".to_owned(), String::new()));
                    *kinds.entry(miss.kind).or_default() += 1;
                }
            }
        }
    }
    let files = Files::new(&patients, &events, &[]);
    let years = YEARS.join(",");
    let ran = files.csv("run", &["--year", &years, "--level", "patient"]);
    let mut found = BTreeMap::new();
    for line in ran.lines().skip(1) {
        let [id, _, year, indicator, outcome, reason] = &cells(line)[..] else { panic!("{line}") };
        found.insert((id.clone(), year.clone(), indicator.clone()), (outcome.clone(), reason.clone()));
    }
    for (key, told) in &expected {
        assert_eq!(found.get(key), Some(told), "{key:?}");
    }
    for kind in Kind::ALL {
        assert!(kinds.contains_key(&kind), "none of {kind:?}: {kinds:?}");
    }
    let list = files.csv("near-misses", &["--year", &years, "--level", "patient"]);
    for (id, year, indicator, kind) in &listed {
        let start = format!("{id},A81001,{year},{indicator},{kind},");
        assert!(list.lines().any(|line| line.starts_with(&start)), "{start}");
    }
    let of_recorded = list.lines().skip(1).map(cells).filter(|cells| !cells[0].contains('-'));
    let told: BTreeSet<(String, String, String, String)> =
        of_recorded.map(|cells| (cells[0].clone(), cells[2].clone(), cells[3].clone(), cells[4].clone())).collect();
    assert_eq!(told.len(), listed.len());
}

// ---- what they are worth, and what is not said -------------------------------------------------------------------------------

/// 90 babies of one practice, born so that they come to 8 months on 2023-09-15, 80 of them with three doses in time; of
/// the others two had their third dose a day late, and one was registered a day too early to be excepted.
fn babies() -> Files {
    let (mut patients, mut events) = (Vec::new(), Vec::new());
    for at in 0..90 {
        let registered = if at == 82 { "2023-08-14" } else { "2023-01-15" };
        patients.push(format!("child{at:02},A81001,2023-01-15,{registered},,"));
        let third = match at {
            0..80 => "2023-05-15",
            80 | 81 => "2023-09-15",
            _ => continue,
        };
        for day in ["2023-03-15", "2023-04-15", third] {
            events.push(format!("child{at:02},{day},{}", code("dtap")));
        }
    }
    for day in ["2023-03-15", "2023-04-15"] {
        events.push(format!("child82,{day},{}", code("dtap")));
    }
    Files::new(&patients, &events, &["A81001,9639".to_owned()])
}

/// 80 of 90 is below 89 % and earns nothing. The 81st makes 90 %, 1/7 of the way to 96 %: 18/7 points at £213.43, £548.82;
/// the 82nd 91 1/9 %: (2 1/9)/7 of 18 points, £1,158.62 in all. Excepted, one leaves 80 of 89, 79/89 above 89 %: 79/89/7 of
/// 18 points, £487.15 (303497.46/623). All three: 82 of 89, 92 12/89 %: (3 12/89)/7 of 18 points, £1,720.46
/// (1071845.46/623 = 1720.458…).
#[test]
fn what_near_misses_are_worth_alone_and_together() {
    let files = babies();
    let kinds = files.csv("near-misses", &["--year", "2023-24"]);
    let expected = "year,practice_code,indicator,kind,patients,pounds_for_one,pounds\n\
                    2023-24,A81001,VI001,days,2,548.82,1158.62\n\
                    2023-24,A81001,VI001,registration,1,487.15,487.15\n";
    assert_eq!(kinds, expected);
    let practices = files.csv("near-misses", &["--year", "2023-24", "--level", "practice"]);
    let expected = "year,practice_code,indicator,not_achieved,near_misses,pounds\n2023-24,A81001,VI001,10,3,1720.46\n";
    assert_eq!(practices, expected);
    let list = files.csv("near-misses", &["--year", "2023-24", "--level", "patient", "--kind", "days"]);
    let worth: Vec<String> = list.lines().skip(1).map(|line| cells(line)[11].clone()).collect();
    assert_eq!(worth, ["548.82", "548.82"]);
}

#[test]
fn the_list_has_its_columns_and_everything_else_has_no_patient() {
    let files = babies();
    let list = files.csv("near-misses", &["--year", "2023-24", "--level", "patient"]);
    assert_eq!(list.lines().next(), Some(LIST));
    assert_eq!(list.lines().count(), 4);
    // Nothing of a patient stands in the words beside how many days.
    let words: Vec<String> = list.lines().skip(1).map(|line| cells(line)[9].clone()).collect();
    let late = "Is the date of this dose (dtap) right? It is 1 day too late to count.";
    let early = "Is the date of registration right? 1 day later, and PCADTP (registered too late to finish the course) \
                 would apply.";
    assert_eq!(words, [late, late, early]);
    for format in ["table", "json", "csv"] {
        let ran = output(files.arguments("near-misses", &["--year", "2023-24", "--format", format]));
        let said = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
        assert!(said.contains("VI001"), "{said}");
        assert!(!said.contains("child") && !said.contains("2023-09-1") && !said.contains("2023-08-1"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn a_list_in_a_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let files = babies();
    for (level, private) in [("patient", true), ("kind", false)] {
        let place = files.folder.path().join(format!("{level}.csv"));
        files.csv("near-misses", &["--year", "2023-24", "--level", level, "--output", place.to_str().unwrap()]);
        let mode = fs::metadata(&place).unwrap().permissions().mode() & 0o077;
        assert_eq!(mode == 0, private, "{level}: {mode:o}");
    }
}

#[test]
fn what_is_asked_for_is_what_is_told() {
    let files = babies();
    let lines = |more: &[&str]| files.csv("near-misses", &[&["--year", "2023-24"], more].concat()).lines().count();
    assert_eq!(lines(&["--kind", "registration"]), 2);
    assert_eq!(lines(&["--kind", "code,history"]), 1);
    assert_eq!(lines(&["--indicator", "VI002"]), 1);
    assert_eq!(lines(&["--practice", "A81001"]), 3);
    assert_eq!(lines(&["--days", "0"]), 1, "no date is near");
    for (more, said) in [
        (["--indicator", "VI009"], "there is no indicator `VI009` in these years"),
        (["--practice", "X1"], "the patients table has no practice `X1`"),
    ] {
        let ran = output(files.arguments("near-misses", &[&["--year", "2023-24"], &more[..]].concat()));
        assert_eq!(ran.status.code(), Some(2));
        assert!(String::from_utf8(ran.stderr).unwrap().contains(said));
    }
}

/// 32 days are more than the rulebook's 31.
#[test]
fn the_limit_is_the_rulebooks_unless_it_is_said() {
    let patients = ["a,A81001,2023-01-15,2023-01-15,,".to_owned()];
    let event = |day: &str| format!("a,{day},{}", code("dtap"));
    let files = Files::new(&patients, &["2023-03-15", "2023-04-15", "2023-10-16"].map(event), &[]);
    let told = |more: &[&str]| files.csv("near-misses", &[&["--year", "2023-24"], more].concat()).lines().count() - 1;
    assert_eq!([told(&[]), told(&["--days", "31"]), told(&["--days", "32"])], [0, 0, 1]);
}

/// What only near misses ask for is read for them alone, and tells nothing to an ordinary run.
#[test]
fn related_codes_are_read_only_when_they_are_asked_for() {
    let (codes, books) = &*SHIPPED;
    for book in books {
        let measles = book.clusters.iter().position(|cluster| cluster.name == "measles").unwrap();
        let plain = Asked { related: false, ..ASKED };
        assert!(!plain.clusters(book).iter().any(|at| at == measles));
        assert!(ASKED.clusters(book).iter().any(|at| at == measles));
    }
    assert!(codes.len() > 100);
}
