//! Last days: what is told to be in time is put before the evaluator, for hand-worked cases, for random patients under the
//! shipped years, and for made-up rulebooks beside trying every pair of doses.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use uptake::data::extract::{CodeIndex, Event, Patient, PatientKey, PracticeId, Registration, Wanted};
use uptake::eval::in_time::{MissingDose, Outstanding, Standing, Why, outstanding};
use uptake::eval::judge::{Outcome, judge};
use uptake::eval::sight::{Asked, Lens, Scratch};
use uptake::ground::{BookName, ConceptId, Day, MissingDay, Period, Sources, Unit};
use uptake::model::book::{ClusterSet, MeasurementId};
use uptake::model::{Library, Rulebook};

fn day(text: &str) -> Day {
    Day::parse_iso(text).unwrap()
}

fn codes_of(book: &Rulebook) -> Vec<ConceptId> {
    Wanted::codes(book.clusters.iter().flat_map(|cluster| &cluster.codes).map(|code| code.id)).codes
}

/// A rulebook and the codes that an extract for it keeps.
pub struct Bench {
    pub book: Rulebook,
    pub codes: Vec<ConceptId>,
}

impl Bench {
    fn new(book: Rulebook) -> Bench {
        Bench { codes: codes_of(&book), book }
    }

    pub fn lens(&self) -> Lens<'_> {
        Lens::new(&self.book, &self.codes, Asked { courses: true, fees: false, pathway: false, related: false })
    }

    fn cluster(&self, name: &str) -> usize {
        self.book.clusters.iter().position(|cluster| cluster.name == name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// The code of a cluster that is in the fewest others.
    pub fn code(&self, cluster: usize) -> CodeIndex {
        let codes = self.book.clusters[cluster].codes.iter().map(|code| code.id);
        let code = codes.min_by_key(|code| (self.book.clusters_of(*code).0.count_ones(), *code)).unwrap();
        CodeIndex(self.codes.binary_search(&code).unwrap() as u16)
    }

    fn event(&self, cluster: usize, day: Day) -> Event {
        Event { day, code: self.code(cluster), giver: None }
    }

    fn words(&self, clusters: ClusterSet) -> String {
        clusters.iter().map(|at| self.book.clusters[at].name.as_str()).collect::<Vec<_>>().join("/")
    }

    fn measurement(&self, label: &str) -> MeasurementId {
        MeasurementId(self.book.measurements.iter().position(|known| known.label == label).unwrap() as u32)
    }
}

/// A patient with one stay.
#[derive(Clone, Debug)]
pub struct Person {
    pub birth: Day,
    stay: [Registration; 1],
    pub events: Vec<Event>,
}

impl Person {
    fn new(birth: Day, registered: Day, mut events: Vec<Event>) -> Person {
        events.sort_unstable();
        Person { birth, stay: [Registration { practice: PracticeId(0), from: registered, to: None }], events }
    }

    fn patient(&self) -> Patient<'_> {
        Patient { key: PatientKey(0), birth: self.birth, death: None, registrations: &self.stay, events: &self.events }
    }

    /// The same with nothing after a day, and with more.
    fn with(&self, as_of: Day, more: impl IntoIterator<Item = Event>) -> Person {
        let seen = self.events.iter().copied().filter(|event| event.day <= as_of);
        Person::new(self.birth, self.stay[0].from, seen.chain(more).collect())
    }
}

struct Trial<'a> {
    bench: &'a Bench,
    lens: &'a Lens<'a>,
    measurement: MeasurementId,
    person: &'a Person,
    as_of: Day,
}

impl Trial<'_> {
    fn outcome(&self, more: &[(usize, Day)]) -> Option<Outcome> {
        let events = more.iter().map(|(cluster, day)| self.bench.event(*cluster, *day));
        let person = self.person.with(self.as_of, events);
        judge(self.lens, self.measurement, person.patient(), &mut Scratch::default()).map(|(_, outcome)| outcome)
    }

    fn achieves(&self, more: &[(usize, Day)]) -> bool {
        self.outcome(more) == Some(Outcome::Achieved)
    }

    fn told(&self) -> Option<Outstanding> {
        outstanding(self.lens, self.measurement, self.person.patient(), self.as_of)
    }

    /// What holds of any answer.
    fn check(&self) -> Result<Option<Outstanding>, TestCaseError> {
        let told = self.told();
        prop_assert_eq!(told.as_ref().map(|told| told.outcome), self.outcome(&[]));
        let Some(told) = told else { return Ok(None) };
        prop_assert_eq!(told.outcome == Outcome::NotAchieved, told.standing != Standing::Settled);
        match &told.standing {
            Standing::Settled => prop_assert!(told.missing.is_empty() && told.other_ways.is_empty()),
            Standing::InTime => {
                prop_assert!(!told.missing.is_empty());
                for set in std::iter::once(&told.missing).chain(&told.other_ways) {
                    self.check_set(set)?;
                }
            }
            Standing::TooLate(why) => {
                prop_assert!(told.missing.iter().all(|dose| dose.last.is_none() && dose.earliest >= self.as_of));
                self.check_why(why)?;
            }
            Standing::GivenLate(why) => {
                prop_assert!(told.missing.is_empty());
                self.check_why(why)?;
            }
        }
        Ok(Some(told))
    }

    /// A set of doses, all on their last days, achieves; any one of them a day later does not.
    fn check_set(&self, set: &[MissingDose]) -> Result<(), TestCaseError> {
        let first = |dose: &MissingDose| dose.clusters.iter().next().unwrap();
        let on_last: Vec<(usize, Day)> = set.iter().map(|dose| (first(dose), dose.last.unwrap())).collect();
        prop_assert!(self.achieves(&on_last), "{:?}", on_last);
        // Whichever of its clusters is given for whichever dose.
        let choices: Vec<Vec<usize>> = set.iter().map(|dose| dose.clusters.iter().collect()).collect();
        for mut mixture in 0..choices.iter().map(Vec::len).product() {
            let given = set.iter().zip(&choices).map(|(dose, clusters)| {
                let cluster = clusters[mixture % clusters.len()];
                mixture /= clusters.len();
                (cluster, dose.last.unwrap())
            });
            let mut given: Vec<(usize, Day)> = given.collect();
            prop_assert!(self.achieves(&given), "{:?} of {:?}", given, set);
            for at in 0..given.len() {
                given[at].1 = given[at].1.plus_days(1);
                prop_assert!(!self.achieves(&given), "{:?}, one a day later than {:?}", given, set);
                given[at].1 = given[at].1.plus_days(-1);
            }
        }
        for dose in set {
            prop_assert!(self.as_of <= dose.earliest && dose.earliest <= dose.last.unwrap(), "{:?}", set);
            prop_assert!(dose.number >= 1);
        }
        let on_earliest: Vec<(usize, Day)> = set.iter().map(|dose| (first(dose), dose.earliest)).collect();
        let one_on_earliest = |at: usize| {
            let mut days = on_last.clone();
            days[at].1 = set[at].earliest;
            days
        };
        prop_assert!(
            self.achieves(&on_earliest) || (0..set.len()).all(|at| self.achieves(&one_on_earliest(at))),
            "{:?}",
            set
        );
        Ok(())
    }

    fn check_why(&self, why: &Why) -> Result<(), TestCaseError> {
        match why {
            Why::Passed(doses) => {
                let from = self.as_of.max(self.person.birth);
                prop_assert!(!doses.is_empty() && doses.iter().all(|dose| dose.last < from));
            }
            Why::Clause(id) => prop_assert!(id.index() < self.bench.book.conditions.len()),
        }
        Ok(())
    }
}

// ---- worked by hand -----------------------------------------------------------------------------

static SHIPPED: LazyLock<Vec<Bench>> = LazyLock::new(|| {
    let library = Library::new(crate::tables::sources(&crate::uptake::rules()));
    let book = |year: &str| library.check(&BookName::parse(year, "qof").unwrap()).book.unwrap();
    ["2021-22", "2023-24", "2026-27"].map(|year| Bench::new(book(year))).into()
});

/// What is told of a patient registered from birth, in a few words.
fn said(indicator: &str, birth: &str, events: &[(&str, &str)], as_of: &str) -> String {
    said_of(indicator, birth, birth, events, as_of)
}

fn said_of(indicator: &str, birth: &str, registered: &str, events: &[(&str, &str)], as_of: &str) -> String {
    let bench = &SHIPPED[1];
    let lens = bench.lens();
    let events = events.iter().map(|(cluster, at)| bench.event(bench.cluster(cluster), day(at)));
    let person = Person::new(day(birth), day(registered), events.collect());
    let measurement = bench.measurement(indicator);
    let trial = Trial { bench, lens: &lens, measurement, person: &person, as_of: day(as_of) };
    let Some(told) = trial.check().unwrap() else { return "not on the register".to_owned() };
    let mut said = match &told.standing {
        Standing::Settled => told.outcome.word().to_owned(),
        Standing::InTime => "in time".to_owned(),
        Standing::TooLate(why) => format!("too late, {}", why_in_words(bench, why)),
        Standing::GivenLate(why) => format!("given late, {}", why_in_words(bench, why)),
    };
    for (set, word) in
        std::iter::once(&told.missing).chain(&told.other_ways).zip([":"].into_iter().chain(std::iter::repeat("; or")))
    {
        for (dose, word) in set.iter().zip([word].into_iter().chain(std::iter::repeat(","))) {
            let kind = bench.words(dose.clusters);
            write!(said, "{word} {kind} {} {}", dose.number, dose.earliest).unwrap();
            dose.last.iter().for_each(|last| write!(said, " to {last}").unwrap());
            dose.due.iter().for_each(|due| write!(said, " due {due}").unwrap());
        }
    }
    if told.not_due_yet { said + ", not due yet" } else { said }
}

fn why_in_words(bench: &Bench, why: &Why) -> String {
    match why {
        Why::Passed(doses) => {
            let doses =
                doses.iter().map(|dose| format!("{} {} by {}", bench.words(dose.clusters), dose.number, dose.last));
            doses.collect::<Vec<_>>().join(" and ")
        }
        Why::Clause(id) => format!("`{}`", bench.book.condition_words[id.index()].text),
    }
}

#[test]
fn three_dtp_before_eight_months() {
    // Born on 4 April 2023: 8, 12 and 16 weeks are 30 May, 27 June and 25 July; 8 months on 4 December, which is too late.
    let two = [("dtap", "2023-05-30"), ("dtap", "2023-06-27")];
    assert_eq!(
        said("VI001", "2023-04-04", &two, "2023-07-01"),
        "in time: dtap 3 2023-07-01 to 2023-12-03 due 2023-07-25, not due yet"
    );
    assert_eq!(
        said("VI001", "2023-04-04", &two, "2023-12-03"),
        "in time: dtap 3 2023-12-03 to 2023-12-03 due 2023-07-25"
    );
    assert_eq!(
        said("VI001", "2023-04-04", &two, "2023-12-04"),
        "too late, dtap 3 by 2023-12-03: dtap 3 2023-12-04 due 2023-07-25"
    );
    // Three days for three doses.
    assert_eq!(
        said("VI001", "2023-04-04", &[], "2023-12-01"),
        "in time: dtap 1 2023-12-01 to 2023-12-01 due 2023-05-30, dtap 2 2023-12-02 to 2023-12-02 due 2023-06-27, \
         dtap 3 2023-12-03 to 2023-12-03 due 2023-07-25"
    );
    assert_eq!(
        said("VI001", "2023-04-04", &[], "2023-12-02"),
        "too late, dtap 1 by 2023-12-01: dtap 1 2023-12-02 due 2023-05-30, dtap 2 2023-12-03 due 2023-06-27, \
         dtap 3 2023-12-04 due 2023-07-25"
    );
    // A dose on the last day leaves the day before it for the other, and none on the day itself.
    let third_left = [("dtap", "2023-05-30"), ("dtap", "2023-12-03")];
    assert_eq!(
        said("VI001", "2023-04-04", &third_left, "2023-12-03"),
        "too late, dtap 2 by 2023-12-02: dtap 3 2023-12-04 due 2023-07-25"
    );
    // The third was given a week late: nothing is left to give.
    let late = [("dtap", "2023-05-30"), ("dtap", "2023-06-27"), ("dtap", "2023-12-10")];
    assert_eq!(said("VI001", "2023-04-04", &late, "2024-01-01"), "given late, dtap 3 by 2023-12-03");
    // On the day before it was given it was not.
    assert_eq!(
        said("VI001", "2023-04-04", &late, "2023-12-09"),
        "too late, dtap 3 by 2023-12-03: dtap 3 2023-12-09 due 2023-07-25"
    );
    let three = [("dtap", "2023-05-30"), ("dtap", "2023-06-27"), ("dtap", "2023-07-25")];
    assert_eq!(said("VI001", "2023-04-04", &three, "2023-08-01"), "achieved");
    let excepted = [("dtap_contraindicated", "2023-05-30")];
    assert_eq!(said("VI001", "2023-04-04", &excepted, "2023-08-01"), "excepted");
    // Who turns 8 months in the year after is on another year's register.
    assert_eq!(said("VI001", "2023-08-04", &[], "2023-12-01"), "not on the register");
}

#[test]
fn the_unborn_and_the_unregistered_are_not_due_yet() {
    assert_eq!(
        said("VI001", "2023-04-04", &[], "2023-04-01"),
        "in time: dtap 1 2023-04-04 to 2023-12-01 due 2023-05-30, dtap 2 2023-04-05 to 2023-12-02 due 2023-06-27, \
         dtap 3 2023-04-06 to 2023-12-03 due 2023-07-25, not due yet"
    );
    // Registered on 1 August, after the second dose was due.
    let told =
        said_of("VI001", "2023-04-04", "2023-08-01", &[("dtap", "2023-05-30"), ("dtap", "2023-06-27")], "2023-07-28");
    assert_eq!(told, "in time: dtap 3 2023-07-28 to 2023-12-03 due 2023-07-25, not due yet");
}

#[test]
fn the_first_mmr_from_one_year_up_to_and_including_eighteen_months() {
    // Born on 10 May 2022: one year on 10 May 2023, 18 months on 10 November 2023, which still counts.
    assert_eq!(
        said("VI002", "2022-05-10", &[], "2023-04-01"),
        "in time: mmr 1 2023-05-10 to 2023-11-10 due 2023-05-10, not due yet"
    );
    assert_eq!(
        said("VI002", "2022-05-10", &[], "2023-11-10"),
        "in time: mmr 1 2023-11-10 to 2023-11-10 due 2023-05-10"
    );
    assert_eq!(
        said("VI002", "2022-05-10", &[], "2023-11-11"),
        "too late, mmr 1 by 2023-11-10: mmr 1 2023-11-11 due 2023-05-10"
    );
    // A dose before the first birthday does not count and is not the first.
    assert_eq!(
        said("VI002", "2022-05-10", &[("mmr", "2023-05-09")], "2023-06-01"),
        "in time: mmr 1 2023-06-01 to 2023-11-10 due 2023-05-10"
    );
}

#[test]
fn two_mmr_and_the_booster_before_five_years() {
    // Born on 20 June 2018: the 5th birthday on 20 June 2023 is too late; 3 years 4 months on 20 October 2021.
    assert_eq!(
        said("VI003", "2018-06-20", &[("mmr", "2019-07-01")], "2023-04-05"),
        "in time: mmr 2 2023-04-05 to 2023-06-19 due 2021-10-20, dtap_ipv_booster 1 2023-04-05 to 2023-06-19 due 2021-10-20"
    );
    assert_eq!(
        said("VI003", "2018-06-20", &[], "2021-01-01"),
        "in time: mmr 1 2021-01-01 to 2023-06-18 due 2019-06-20, mmr 2 2021-01-02 to 2023-06-19 due 2021-10-20, \
         dtap_ipv_booster 1 2021-01-01 to 2023-06-19 due 2021-10-20"
    );
    // The booster can be late while the second MMR is in time: the child cannot achieve, and only the booster is missing.
    let two = [("mmr", "2019-07-01"), ("mmr", "2022-01-10")];
    assert_eq!(
        said("VI003", "2018-06-20", &two, "2023-06-20"),
        "too late, dtap_ipv_booster 1 by 2023-06-19: dtap_ipv_booster 1 2023-06-20 due 2021-10-20"
    );
    let all = [("mmr", "2019-07-01"), ("mmr", "2023-06-20"), ("dtap_ipv_booster", "2023-06-21")];
    assert_eq!(
        said("VI003", "2018-06-20", &all, "2023-07-01"),
        "given late, mmr 2 by 2023-06-19 and dtap_ipv_booster 1 by 2023-06-19"
    );
}

#[test]
fn shingles_at_seventy_to_seventy_nine() {
    // Born on 15 September 1943: 70 on 15 September 2013, 80 on 15 September 2023. The measurement day, 31 March 2024, comes
    // before the 81st birthday, so it bounds the second inactivated dose.
    assert_eq!(
        said_of("VI004", "1943-09-15", "2000-01-01", &[], "2023-05-01"),
        "in time: shingles_live 1 2023-05-01 to 2023-09-14 due 2013-09-15; or shingles_inactivated 1 2023-05-01 to 2023-09-14 \
         due 2013-09-15, shingles_inactivated 2 2023-05-02 to 2024-03-31"
    );
    assert_eq!(
        said_of("VI004", "1943-09-15", "2000-01-01", &[], "2023-09-15"),
        "too late, shingles_live 1 by 2023-09-14: shingles_live 1 2023-09-15 due 2013-09-15"
    );
    // Measured at 81: one dose before the year, and the second up to the day before the 81st birthday.
    let one = [("shingles_inactivated", "2022-08-01")];
    assert_eq!(
        said_of("VI004", "1942-09-15", "2000-01-01", &one, "2023-05-01"),
        "in time: shingles_inactivated 2 2023-05-01 to 2023-09-14"
    );
    assert_eq!(
        said_of("VI004", "1942-09-15", "2000-01-01", &one, "2023-09-15"),
        "too late, shingles_inactivated 2 by 2023-09-14: shingles_inactivated 2 2023-09-15"
    );
    // A second dose before the year has begun takes the patient off this year's register, so it counts from 1 April on.
    assert_eq!(
        said_of("VI004", "1942-09-15", "2000-01-01", &one, "2023-03-01"),
        "in time: shingles_inactivated 2 2023-04-01 to 2023-09-14, not due yet"
    );
    // In the year of the 80th birthday one dose and no second is an exception, so nothing is missing for the denominator.
    assert_eq!(said_of("VI004", "1943-09-15", "2000-01-01", &one, "2023-05-01"), "excepted");
}

// ---- the shipped years --------------------------------------------------------------------------

/// The clusters that the shipped indicators look at.
const KINDS: [&str; 10] = [
    "dtap",
    "dtap_ipv_booster",
    "mmr",
    "mmr",
    "shingles_live",
    "shingles_inactivated",
    "dtap_contraindicated",
    "mmr_contraindicated",
    "shingles_contraindicated",
    "shingles_declined",
];

/// A day some months after birth, give or take a few days.
fn near_age(birth: Day) -> impl Strategy<Value = Day> {
    let months = prop_oneof![0_u32..20, 48_u32..62, 838_u32..975];
    (months, -2_i32..3).prop_map(move |(months, days)| {
        birth.plus(Period { count: months, unit: Unit::Months }, MissingDay::LastDay).plus_days(days)
    })
}

/// Somebody who reaches one of the measured ages in a year, what was given, and a day to ask about.
fn somebody(start: Day) -> impl Strategy<Value = (Day, Day, Vec<(usize, Day)>, Day)> {
    let measured = (-20_i32..390).prop_map(move |days| start.plus_days(days));
    let age = prop_oneof![Just(8_u32), Just(18), Just(60), Just(960), Just(972)];
    let birth = (measured, age)
        .prop_map(|(day, months)| day.minus(Period { count: months, unit: Unit::Months }, MissingDay::LastDay));
    birth.prop_flat_map(move |birth| {
        let events = prop::collection::vec((0..KINDS.len(), near_age(birth)), 0..6);
        let registered = prop_oneof![3 => Just(birth), 1 => near_age(birth)];
        let as_of = prop_oneof![near_age(birth), (-60_i32..420).prop_map(move |days| start.plus_days(days))];
        (Just(birth), registered, events, as_of)
    })
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_shipped_years_keep_their_word((year, (birth, registered, events, as_of)) in (0_usize..3).prop_flat_map(|year| {
        (Just(year), somebody(SHIPPED[year].book.start))
    })) {
        let bench = &SHIPPED[year];
        let lens = bench.lens();
        let events = events.iter().map(|(kind, day)| bench.event(bench.cluster(KINDS[*kind]), *day)).collect();
        let person = Person::new(birth, registered, events);
        for (measurement, at) in bench.book.measurements.iter().zip(0..) {
            let measurement_id = MeasurementId(at);
            let trial = Trial { bench, lens: &lens, measurement: measurement_id, person: &person, as_of };
            let told = trial.check()?;
            // Doses alone decide all of these rules but one: who turns 81 on the year's first day would need the second
            // dose before it, and with two doses before the year would not be on the register.
            if let Some(Outstanding { standing: Standing::TooLate(Why::Clause(_)), .. }) = told {
                prop_assert_eq!((measurement.label.as_str(), birth.ymd().1, birth.ymd().2), ("VI004", 4, 1));
            }
        }
    }
}

// ---- made-up rulebooks --------------------------------------------------------------------------

/// Three clusters of made-up codes; whatever is a `pox` is `wide` too.
fn clusters() -> [(&'static str, String); 3] {
    let mut ids = (1_000_000_u64..).filter_map(ConceptId::from_number).filter(|id| id.fault().is_none());
    let mut file = |more: &str| {
        let id = ids.next().unwrap();
        format!(
            "title = \"made up\"\ncomplete = true\n{more}[sources]\npaper = \"made up\"\n[codes]\n{id} = {{ term = \"t\", source = \"paper\" }}\n"
        )
    };
    [("jab", file("")), ("pox", file("")), ("wide", file("includes = [\"pox\"]\n"))]
}

const CONTRACT: &str = "scheme = \"test\"\nyear = \"2023-24\"\ntitle = \"made up\"\nrevision = 1\nstarts = 2023-04-01\n\
    ends = 2024-03-31\nmissing_day = \"last day\"\n[sources]\npaper = \"made up\"\n";

/// A rulebook of one indicator; None if the rules are refused.
pub fn made_up(defines: &str, achieved: &str) -> Option<Bench> {
    let mut sources = Sources::default();
    for (name, text) in clusters() {
        sources.add(format!("test/2023-24/codes/{name}.toml"), text);
    }
    sources.add("test/2023-24/contract.toml", CONTRACT);
    let rules = format!(
        "indicator T1 \"t\"\n  source paper assumed\n{defines}  register  registered at year end\n  achieved  {achieved}\n"
    );
    sources.add("test/2023-24/t.rules", rules);
    Library::new(sources).check(&BookName::parse("test/2023-24", "qof").unwrap()).book.map(Bench::new)
}

/// The measured ones are born so many days before the year's end, so that all that happens lies within a few weeks.
const AGE_AT_END: i32 = 20;

fn cluster() -> impl Strategy<Value = &'static str> {
    prop_oneof![3 => Just("jab"), 2 => Just("pox"), 2 => Just("wide"), 1 => Just("doses of jab or pox")]
}

fn fixed_window() -> impl Strategy<Value = String> {
    let age = || 0_i32..24;
    prop_oneof![
        Just(String::new()),
        age().prop_map(|to| format!("before age {to} days")),
        age().prop_map(|to| format!("by age {to} days")),
        (age(), age()).prop_map(|(a, b)| format!("from age {} days to before age {} days", a.min(b), a.max(b))),
        age().prop_map(|from| format!("on or after age {from} days")),
    ]
}

/// A window that may hang on the events that the rules define.
fn window() -> impl Strategy<Value = String> {
    let named = || prop_oneof![Just("one"), Just("two"), Just("three")];
    let age = || 0_i32..24;
    prop_oneof![
        6 => fixed_window(),
        1 => named().prop_map(|name| format!("after {name}")),
        1 => (named(), age()).prop_map(|(name, to)| format!("after {name} and before age {to} days")),
        1 => (1..6, named(), age()).prop_map(|(days, name, to)| format!("at least {days} days after {name} and by age {to} days")),
        1 => (1..6, named()).prop_map(|(days, name)| format!("within {days} days after {name} and after {name}")),
    ]
}

pub fn defines() -> impl Strategy<Value = String> {
    let ordinal = || prop_oneof![3 => Just("first"), 1 => Just("second"), 1 => Just("last")];
    (ordinal(), cluster(), fixed_window(), ordinal(), cluster(), fixed_window(), cluster(), 1..5, fixed_window())
        .prop_map(|(first, its, when, second, others, then, third, days, by)| {
            let by = if by.is_empty() { String::new() } else { format!(" and {by}") };
            format!(
                "  define one    the {first} {its} {when}\n  define two    the {second} {others} {then}\n  \
                 define three  the first {third} at least {days} days after one{by}\n"
            )
        })
}

/// A condition that more doses can only help.
pub fn willing() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => (1..4, cluster(), window()).prop_map(|(many, of, when)| format!("at least {many} {of} {when}")),
        1 => prop_oneof![Just("one"), Just("two"), Just("three")].prop_map(|name| format!("there is a {name}")),
        1 => (prop_oneof![Just("one"), Just("two"), Just("three")], 0..24).prop_map(|(name, to)| format!("{name} before age {to} days")),
    ]
}

/// A condition that doses can break.
pub fn unwilling() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..3, cluster(), window()).prop_map(|(many, of, when)| format!("at most {many} {of} {when}")),
        (1..3, cluster(), window()).prop_map(|(many, of, when)| format!("exactly {many} {of} {when}")),
        (cluster(), window()).prop_map(|(of, when)| format!("no {of} {when}")),
        prop_oneof![Just("one"), Just("two")].prop_map(|name| format!("there is no {name}")),
        willing().prop_map(|inner| format!("not ({inner})")),
    ]
}

pub fn condition(leaf: impl Strategy<Value = String> + 'static) -> impl Strategy<Value = String> {
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" and "))),
            prop::collection::vec(inner, 2..4).prop_map(|parts| format!("({})", parts.join(" or "))),
        ]
    })
}

pub type Given = (i32, Vec<(usize, i32)>, i32);

/// When the patient is born, what is given how many days later, and the day that is asked about.
pub fn given() -> impl Strategy<Value = Given> {
    (-2_i32..3, prop::collection::vec((0_usize..3, -1_i32..22), 0..4), -2_i32..24)
}

pub fn trial_of(bench: &Bench, (born, events, as_of): &Given) -> (Person, Day) {
    let birth = bench.book.end.plus_days(born - AGE_AT_END);
    // What the rules do not name is not read.
    let named =
        |kind: usize| bench.book.clusters.iter().position(|cluster| cluster.name == ["jab", "pox", "wide"][kind]);
    let events = events.iter().filter_map(|(kind, days)| Some(bench.event(named(*kind)?, birth.plus_days(*days))));
    (Person::new(birth, birth, events.collect()), birth.plus_days(*as_of))
}

/// The latest day by which something must be given, of all ways with one dose or two; None if there is no such way.
fn latest_of_few(trial: &Trial<'_>) -> Option<Day> {
    let from = trial.as_of.max(trial.person.birth);
    let days = (0..=trial.bench.book.end.days_since(from)).map(|after| from.plus_days(after));
    let doses: Vec<(usize, Day)> =
        days.rev().flat_map(|day| (0..trial.bench.book.clusters.len()).map(move |at| (at, day))).collect();
    let mut latest: Option<Day> = None;
    for (at, dose) in doses.iter().enumerate() {
        // The second dose is the earlier one, so nothing before the best so far can be better.
        if latest.is_none_or(|latest| dose.1 > latest) && trial.achieves(&[*dose]) {
            latest = Some(dose.1);
        }
        for other in &doses[at + 1..] {
            if latest.is_none_or(|latest| other.1 > latest) && trial.achieves(&[*dose, *other]) {
                latest = Some(other.1);
            }
        }
    }
    latest
}

/// What is told of a made-up rulebook, and that nothing better was to be had with one dose or two.
fn check_made_up(bench: &Bench, given: &Given, exhaust: bool) -> Result<Option<Outstanding>, TestCaseError> {
    let lens = bench.lens();
    let (person, as_of) = trial_of(bench, given);
    let trial = Trial { bench, lens: &lens, measurement: MeasurementId(0), person: &person, as_of };
    let told = trial.check()?;
    let Some(told) = told.filter(|told| exhaust && told.standing != Standing::Settled) else { return Ok(None) };
    let first = told.missing.iter().filter_map(|dose| dose.last).min();
    let best = latest_of_few(&trial);
    prop_assert!(first >= best, "told {:?}, and there is {:?}", told, best);
    Ok(Some(told))
}

proptest! {
    #![proptest_config(Config { cases: 30, failure_persistence: None, ..Config::default() })]

    #[test]
    fn made_up_rules_that_doses_can_only_help(defines in defines(), achieved in condition(willing()), given in given()) {
        let Some(bench) = made_up(&defines, &achieved) else { return Err(TestCaseError::reject("refused")) };
        check_made_up(&bench, &given, true)?;
    }

    #[test]
    fn made_up_rules_that_doses_can_break(defines in defines(), achieved in condition(prop_oneof![3 => willing().boxed(), 2 => unwilling().boxed()]), given in given()) {
        let Some(bench) = made_up(&defines, &achieved) else { return Err(TestCaseError::reject("refused")) };
        check_made_up(&bench, &given, false)?;
    }
}

/// The laws are worth little if the made-up rules never leave anybody anything to do.
#[test]
fn the_made_up_rules_meet_every_standing() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let is_enough = |seen: &BTreeMap<&str, u32>| seen.len() == 7 && seen.values().all(|times| *times >= 3);
    for _ in 0..400 {
        if is_enough(&seen) {
            break;
        }
        let leaf = prop_oneof![3 => willing().boxed(), 1 => unwilling().boxed()];
        let ((defines, achieved), given) =
            ((defines(), condition(leaf)), given()).new_tree(&mut runner).unwrap().current();
        let Some(bench) = made_up(&defines, &achieved) else { continue };
        let (person, as_of) = trial_of(&bench, &given);
        let Some(told) = outstanding(&bench.lens(), MeasurementId(0), person.patient(), as_of) else { continue };
        let word = match (&told.standing, told.missing.len()) {
            (Standing::Settled, _) => "settled",
            (Standing::InTime, 1) => "in time by one dose",
            (Standing::InTime, _) if told.other_ways.is_empty() => "in time by several doses",
            (Standing::InTime, _) => "in time in several ways",
            (Standing::TooLate(Why::Passed(_)), _) => "too late for a dose",
            (Standing::TooLate(Why::Clause(_)), _) => "too late whatever is given",
            (Standing::GivenLate(_), _) => "given late",
        };
        *seen.entry(word).or_default() += 1;
    }
    assert!(is_enough(&seen), "{seen:?}");
}

/// However a rulebook asks for doses, an answer comes soon, and none is made up.
#[test]
fn unreasonable_rules_are_answered_soon() {
    let many = |part: &str, times: usize| vec![part; times].join(" and ");
    let chain = (1..300).fold("  define e0  the first jab\n".to_owned(), |chain, at| {
        format!("{chain}  define e{at}  the first jab at least 1 days after e{}\n", at - 1)
    });
    let either = "(at least 2 jab before age 9 days or at least 2 pox before age 8 days or any wide by age 2 days)";
    let mut asked = 0;
    for (defines, achieved, standing) in [
        ("", "at least 24 jab".to_owned(), "too late"),
        ("", "at least 20 jab".to_owned(), "in time"),
        ("", many(either, 40), "in time"),
        ("", vec!["any jab by age 1 days"; 400].join(" or "), "in time"),
        (chain.as_str(), "there is a e299".to_owned(), "too late"),
        (chain.as_str(), "there is a e15".to_owned(), "in time"),
        ("  define e  the last jab\n", "no jab by e and any jab by e".to_owned(), "too late"),
        ("  define e  the second jab\n", "registered at e and not (registered at e)".to_owned(), "too late"),
    ] {
        // What the check refuses, as a clause that nobody can meet, is never asked.
        let Some(bench) = made_up(defines, &achieved) else { continue };
        asked += 1;
        let (person, as_of) = trial_of(&bench, &(0, Vec::new(), 0));
        let lens = bench.lens();
        let trial = Trial { bench: &bench, lens: &lens, measurement: MeasurementId(0), person: &person, as_of };
        let start = std::time::Instant::now();
        let told = trial.told().unwrap();
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{achieved} took {:?}", start.elapsed());
        trial.check().unwrap();
        let word = match told.standing {
            Standing::InTime => "in time",
            Standing::TooLate(_) => "too late",
            Standing::Settled | Standing::GivenLate(_) => "neither",
        };
        assert_eq!(word, standing, "{defines}{achieved}");
    }
    assert!(asked >= 6, "only {asked} were asked");
}
