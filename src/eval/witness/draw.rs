//! Made-up children drawn at the edges that two rulebooks name.

use crate::eval::witness::{Child, is_plain};
use crate::ground::{ConceptId, Day, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{Cluster, ClusterSet, Condition, Date, Measure, MeasurementId, Which};
use crate::model::difference::moved;

/// The most doses of one cluster that are drawn.
const MOST_DOSES: u32 = 6;

/// Days between doses where no rule names any.
const USUAL_GAP_DAYS: i32 = 28;

/// Draws that are the same each time (splitmix64).
pub(super) struct Luck(u64);

impl Luck {
    pub(super) fn new() -> Luck {
        Luck(0)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % (count.max(1) as u64)).unwrap_or(0)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'t, T>(&mut self, list: &'t [T]) -> Option<&'t T> {
        if list.is_empty() { None } else { list.get(self.below(list.len())) }
    }
}

/// What children of one measure may be like.
pub(super) struct Field {
    births: Vec<Day>,
    plain_births: Vec<Day>,
    /// Ages and gaps that either rulebook names.
    periods: Vec<Period>,
    /// Days that are the same for everybody.
    fixed: Vec<Day>,
    /// A code of each cluster, with the most doses that a rule asks about.
    kinds: Vec<(ConceptId, u32)>,
    /// Days between doses.
    gaps: Vec<i32>,
    last: Day,
}

impl Field {
    pub(super) fn of(
        (old, new): (&Rulebook, &Rulebook),
        measurements: (MeasurementId, MeasurementId),
        years: i32,
        extra: Option<ConceptId>,
    ) -> Field {
        let sides = [(old, measurements.0, 0), (new, measurements.1, -years)];
        let (mut periods, mut fixed) = (Vec::new(), Vec::new());
        for (book, measurement, years) in sides {
            let measured = &book.measurements[measurement.index()];
            fixed.extend([book.start, book.end, measured.day].map(|day| moved(day, years)));
            for id in book.dates_of(&book.measures[measured.measure.index()]) {
                match &book.dates[id.index()] {
                    Date::After(_, period) | Date::Before(_, period) => periods.push(*period),
                    Date::Calendar(day) => fixed.push(moved(*day, years)),
                    Date::Birth
                    | Date::Registration
                    | Date::YearStart
                    | Date::YearEnd
                    | Date::MeasurementDay
                    | Date::ReportDay
                    | Date::OfRow(_)
                    | Date::Nth { .. } => {}
                }
            }
        }
        periods.sort_by_key(|period| (period.unit.singular(), period.count));
        periods.dedup();
        fixed.sort();
        fixed.dedup();
        let births = births(&sides, &periods, &fixed);
        let plain_births: Vec<Day> = births.iter().copied().filter(|day| is_plain(*day)).collect();
        let mut gaps = vec![USUAL_GAP_DAYS];
        for period in periods.iter().filter(|period| matches!(period.unit, Unit::Days | Unit::Weeks)) {
            let days = i32::try_from(period.count).unwrap_or(0) * if period.unit == Unit::Weeks { 7 } else { 1 };
            gaps.extend([days - 1, days, days + 1]);
        }
        gaps.retain(|days| (1..=3_660).contains(days));
        let kinds = kinds((old, new), measurements, extra);
        let last = old.end.max(moved(new.end, -years));
        Field { births, plain_births, periods, fixed, kinds, gaps, last }
    }

    pub(super) fn plain_births(&self) -> &[Day] {
        &self.plain_births
    }

    pub(super) fn draw(&self, luck: &mut Luck, only_plain: bool) -> Child {
        let births = if only_plain && !self.plain_births.is_empty() { &self.plain_births } else { &self.births };
        let birth = luck.of(births).copied().unwrap_or(self.last);
        let marks = self.marks(birth, only_plain);
        let registered = if luck.one_in(2) { birth } else { luck.of(&marks).copied().unwrap_or(birth) };
        let mut events = Vec::new();
        for (code, most) in &self.kinds {
            if luck.one_in(2) {
                continue;
            }
            let doses = 1 + luck.below((*most).min(MOST_DOSES) as usize + 1);
            let first = luck.of(&marks).copied().unwrap_or(birth);
            let gap = luck.of(&self.gaps).copied().unwrap_or(USUAL_GAP_DAYS);
            let in_a_row = luck.one_in(2);
            for dose in 0..doses {
                let day = match in_a_row {
                    true => first.plus_days(-gap * i32::try_from(dose).unwrap_or(0)),
                    false => luck.of(&marks).copied().unwrap_or(first),
                };
                if day >= birth && !events.contains(&(day, *code)) && (!only_plain || is_plain(day)) {
                    events.push((day, *code));
                }
            }
        }
        events.sort_unstable();
        Child { birth, registered, events }
    }

    /// The days at which something may change for a child, a day to either side of each, and the days halfway between.
    fn marks(&self, birth: Day, only_plain: bool) -> Vec<Day> {
        let convention = crate::ground::MissingDay::LastDay;
        let ages = self.periods.iter().map(|period| birth.plus(*period, convention));
        let mut edges: Vec<Day> = ages.chain(self.fixed.iter().copied()).chain([birth]).collect();
        edges.retain(|day| *day >= birth && *day <= self.last.plus_days(1));
        edges.sort();
        edges.dedup();
        let halfway = edges.windows(2).map(|pair| pair[0].plus_days(pair[1].days_since(pair[0]) / 2));
        let mut marks: Vec<Day> = halfway.collect();
        marks.extend(edges.iter().flat_map(|edge| [-1, 0, 1].map(|days| edge.plus_days(days))));
        marks.retain(|day| *day >= birth && (!only_plain || is_plain(*day)));
        marks.sort();
        marks.dedup();
        marks
    }
}

/// Births at which someone reaches an age on a day that a rulebook names, a day to either side, and within the year.
fn births(sides: &[(&Rulebook, MeasurementId, i32); 2], periods: &[Period], fixed: &[Day]) -> Vec<Day> {
    let convention = crate::ground::MissingDay::LastDay;
    let mut births = Vec::new();
    for day in fixed {
        for period in periods {
            let at = day.minus(*period, convention);
            births.extend([-1, 0, 1, 3, 14, 44, 106, 167, 200].map(|days| at.plus_days(days)));
        }
        births.extend([-1, 0, 1].map(|days| day.plus_days(days)));
    }
    births.sort();
    births.dedup();
    let ranges: Vec<(Day, Day, i32)> = sides
        .iter()
        .map(|(book, id, years)| {
            let measured = &book.measurements[id.index()];
            let register = book.measures[measured.measure.index()].register.condition;
            let (first, last) = crate::eval::births::births(book, measured.day, register);
            (first, last, -years)
        })
        .collect();
    let may_be =
        |birth: &Day| ranges.iter().any(|(first, last, years)| (*first..=*last).contains(&moved(*birth, *years)));
    let on_a_register: Vec<Day> = births.iter().copied().filter(may_be).collect();
    if on_a_register.is_empty() { births } else { on_a_register }
}

fn kinds(
    (old, new): (&Rulebook, &Rulebook),
    measurements: (MeasurementId, MeasurementId),
    extra: Option<ConceptId>,
) -> Vec<(ConceptId, u32)> {
    let measure = |book: &'_ Rulebook, id: MeasurementId| book.measurements[id.index()].measure;
    let of_old = &old.measures[measure(old, measurements.0).index()];
    let of_new = &new.measures[measure(new, measurements.1).index()];
    let mut kinds: Vec<(ConceptId, u32)> = Vec::new();
    let mut most_of_all = 1;
    for (book, measure, other) in [(new, of_new, old), (old, of_old, new)] {
        for at in book.clusters_of_measure(measure).iter() {
            let cluster = &book.clusters[at];
            let most = most_asked(book, measure, ClusterSet(1 << at));
            most_of_all = most_of_all.max(most);
            let elsewhere = other.clusters.iter().find(|other| other.name == cluster.name);
            let Some(code) = code_of_both(cluster, elsewhere) else { continue };
            match kinds.iter_mut().find(|(known, _)| *known == code) {
                Some((_, known)) => *known = (*known).max(most),
                None => kinds.push((code, most)),
            }
        }
    }
    if let Some(code) = extra.filter(|code| kinds.iter().all(|(known, _)| known != code)) {
        kinds.push((code, most_of_all));
    }
    kinds
}

/// A code that both rulebooks have in a cluster of that name, the first written if it is one; else any code.
fn code_of_both(cluster: &Cluster, elsewhere: Option<&Cluster>) -> Option<ConceptId> {
    let in_both = |code: &ConceptId| elsewhere.is_none_or(|other| other.holds(*code));
    let first = cluster.first_code.filter(|code| in_both(code));
    let any = || cluster.codes.iter().map(|code| code.id).find(|code| in_both(code));
    first.or_else(any).or(cluster.first_code)
}

/// The most doses of a cluster that a rule of the measure asks about.
fn most_asked(book: &Rulebook, measure: &Measure, cluster: ClusterSet) -> u32 {
    let conditions = book.conditions_of(measure);
    let counted = conditions.iter().filter_map(|id| match &book.conditions[id.index()] {
        Condition::Count { clusters, at_least, at_most, .. } if clusters.meets(cluster) => {
            Some((*at_least).max(at_most.unwrap_or(0)))
        }
        _ => None,
    });
    let dated = book.dates_of(measure).into_iter().filter_map(|id| match &book.dates[id.index()] {
        Date::Nth { which: Which::FromStart(at), clusters, .. } if clusters.meets(cluster) => Some(*at),
        _ => None,
    });
    counted.chain(dated).max().unwrap_or(1)
}
