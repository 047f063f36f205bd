//! Whatever some made-up patient meets, the search must not say that nobody can.

use proptest::prelude::*;

use super::{Budget, People, Tables, Wanted};
use crate::ground::{Day, MissingDay, Period, Unit};
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Edge, Which, Window};

const DAYS: Unit = Unit::Days;

fn day(text: &str) -> Day {
    Day::parse_iso(text).unwrap()
}

fn edge(date: u32, shift_days: i32) -> Edge {
    Edge { date: DateId(date), shift_days }
}

/// Days of which each hangs on earlier ones.
fn dates() -> Vec<Date> {
    let after = |from: u32, count, unit| Date::After(DateId(from), Period { count, unit });
    let nth = |which, clusters, from: Vec<Edge>, to: Vec<Edge>| Date::Nth {
        which,
        clusters: ClusterSet(clusters),
        window: Window { from, to },
    };
    vec![
        Date::Birth,
        Date::Registration,
        Date::YearStart,
        Date::YearEnd,
        Date::MeasurementDay,
        Date::Calendar(day("2023-04-10")),
        after(0, 5, DAYS),
        after(0, 1, Unit::Months),
        nth(Which::FromStart(1), 1, vec![edge(6, 0)], vec![]),
        nth(Which::FromStart(2), 3, vec![], vec![edge(3, 0)]),
        nth(Which::Last, 2, vec![edge(8, 1)], vec![edge(7, 0)]),
        after(8, 3, DAYS),
        after(1, 1, Unit::Months),
        Date::Before(DateId(9), Period { count: 2, unit: DAYS }),
        Date::Before(DateId(3), Period { count: 2, unit: Unit::Weeks }),
    ]
}

/// A patient on one list: events are day and cluster.
#[derive(Clone, Debug)]
struct Patient {
    birth: Day,
    registered: Day,
    events: Vec<(Day, u32)>,
}

struct Judge<'a> {
    tables: Tables<'a>,
    patient: &'a Patient,
    seen_to: Day,
}

impl Judge<'_> {
    fn date(&self, id: DateId) -> Option<Day> {
        let convention = self.tables.missing_day;
        match &self.tables.dates[id.index()] {
            Date::Birth => Some(self.patient.birth),
            Date::Registration => Some(self.patient.registered),
            Date::YearStart => Some(self.tables.start),
            Date::YearEnd => Some(self.tables.end),
            Date::MeasurementDay => Some(self.seen_to),
            Date::Calendar(day) => Some(*day),
            Date::After(from, period) => Some(self.date(*from)?.plus(*period, convention)),
            Date::Before(from, period) => Some(self.date(*from)?.minus(*period, convention)),
            Date::Nth { which, clusters, window } => {
                let days = self.days_of(*clusters, window);
                match which {
                    Which::FromStart(at) => days.get(*at as usize - 1).copied(),
                    Which::Last => days.last().copied(),
                }
            }
            // The conditions that are tried here ask for nothing that only a pathway knows.
            Date::ReportDay | Date::OfRow(_) => None,
        }
    }

    fn lies_in(&self, day: Day, window: &Window) -> bool {
        let edge = |edge: &Edge| Some(self.date(edge.date)?.plus_days(edge.shift_days));
        window.from.iter().all(|from| edge(from).is_some_and(|from| from <= day))
            && window.to.iter().all(|to| edge(to).is_some_and(|to| day <= to))
    }

    fn days_of(&self, clusters: ClusterSet, window: &Window) -> Vec<Day> {
        let seen = |day: Day| self.patient.birth <= day && day <= self.seen_to && self.lies_in(day, window);
        let events = self.patient.events.iter().filter(|(day, cluster)| clusters.0 >> cluster & 1 == 1 && seen(*day));
        let mut days: Vec<Day> = events.map(|(day, _)| *day).collect();
        days.sort_unstable();
        days.dedup();
        days
    }

    fn holds(&self, id: ConditionId) -> bool {
        match &self.tables.conditions[id.index()] {
            Condition::All(parts) => parts.iter().all(|part| self.holds(*part)),
            Condition::Any(parts) => parts.iter().any(|part| self.holds(*part)),
            Condition::Not(inner) => !self.holds(*inner),
            Condition::Count { clusters, at_least, at_most, window } => {
                let count = self.days_of(*clusters, window).len() as u32;
                count >= *at_least && at_most.is_none_or(|most| count <= most)
            }
            Condition::Falls { date, window } => self.date(*date).is_some_and(|day| self.lies_in(day, window)),
            Condition::RegisteredAt(date) => self.date(*date).is_some_and(|day| self.patient.registered <= day),
            Condition::Exists(date) => self.date(*date).is_some(),
            Condition::Beside(_) => false,
        }
    }
}

fn any_date() -> impl Strategy<Value = DateId> {
    (0..dates().len() as u32).prop_map(DateId)
}

fn any_window() -> impl Strategy<Value = Window> {
    let edge = || (any_date(), -2..3_i32).prop_map(|(date, shift_days)| Edge { date, shift_days });
    let edges = move || proptest::collection::vec(edge(), 0..2);
    (edges(), edges()).prop_map(|(from, to)| Window { from, to })
}

/// Conditions of which each may be made of earlier ones.
fn any_condition(earlier: u32) -> impl Strategy<Value = Condition> {
    let ids = move || proptest::collection::vec((0..earlier.max(1)).prop_map(ConditionId), 1..4);
    let count = (1..4_u64, 0..4_u32, proptest::option::of(0..3_u32), any_window());
    let count = count.prop_map(|(clusters, at_least, at_most, window)| Condition::Count {
        clusters: ClusterSet(clusters),
        at_least,
        at_most,
        window,
    });
    let falls = (any_date(), any_window()).prop_map(|(date, window)| Condition::Falls { date, window });
    let simple = prop_oneof![
        4 => count,
        3 => falls,
        1 => any_date().prop_map(Condition::RegisteredAt),
        1 => any_date().prop_map(Condition::Exists)
    ];
    prop_oneof![
        if earlier == 0 { 0 } else { 1 } => ids().prop_map(Condition::All),
        if earlier == 0 { 0 } else { 1 } => ids().prop_map(Condition::Any),
        if earlier == 0 { 0 } else { 1 } => ids().prop_map(|ids| Condition::Not(ids[0])),
        3 => simple,
    ]
}

fn any_conditions() -> impl Strategy<Value = Vec<Condition>> {
    (0..10_u32).map(any_condition).collect::<Vec<_>>()
}

fn any_patient() -> impl Strategy<Value = Patient> {
    let events = proptest::collection::vec((-3..45_i32, 0..2_u32), 0..7);
    (0..40_i32, -10..60_i32, events).prop_map(|(birth, registered, events)| {
        let birth = day("2023-03-05").plus_days(birth);
        let events = events.into_iter().map(|(at, cluster)| (birth.plus_days(at), cluster)).collect();
        Patient { birth, registered: birth.plus_days(registered), events }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, max_shrink_iters: 500, ..ProptestConfig::default() })]
    #[test]
    fn nobody_is_never_said_of_what_somebody_meets(
        conditions in any_conditions(),
        patient in any_patient(),
        wanted in proptest::collection::vec(0..10_u32, 1..5),
        next_day in any::<bool>(),
    ) {
        let dates = dates();
        let missing_day = if next_day { MissingDay::NextDay } else { MissingDay::LastDay };
        let (start, end) = (day("2023-04-01"), day("2024-03-31"));
        let budget = Budget::default();
        let tables = Tables { dates: &dates, conditions: &conditions, start, end, missing_day, budget: &budget };
        let judge = Judge { tables, patient: &patient, seen_to: end };
        let wanted: Vec<Wanted> =
            wanted.into_iter().map(ConditionId).map(|id| (id, judge.holds(id))).collect();
        let people = People { births: (patient.birth, patient.birth), days: vec![end], until_a_report: false };
        prop_assert!(!tables.nobody(&people, &wanted), "{wanted:?}");
        for (id, _) in &wanted {
            if let Condition::Count { clusters, window, .. } = &conditions[id.index()] {
                let days = judge.days_of(*clusters, window).len() as u32;
                prop_assert!(days == 0 || !tables.has_fewer_days(&people, &[], window, days));
                prop_assert!(days == 0 || !tables.ends_before_it_starts(&people, &wanted, window));
            }
            if wanted.iter().all(|(id, holds)| *holds && id.index() == wanted[0].0.index()) {
                let register = tables.people(Some(wanted[0].0), vec![end]);
                prop_assert!(register.births.0 <= patient.birth && patient.birth <= register.births.1);
            }
        }
    }
}
