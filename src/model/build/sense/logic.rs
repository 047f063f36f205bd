//! Whether any patient at all can meet some conditions together.
//!
//! Each day of birth that a register may hold is tried, with its ages worked out on the calendar. What is left unknown is
//! the day of registration, the days of events and how many there are: days stand in an order ([`Order`]), and counts lie
//! between bounds. Only a certain no is a no: where the search grows too long, or a question is beyond it, the answer is
//! that somebody may.

mod order;
mod state;
#[cfg(test)]
mod tests;

use std::cell::Cell;

use crate::ground::{Day, MissingDay, Unit};
use crate::model::book::{Condition, ConditionId, Date, DateId, Window};

use self::state::State;

/// A condition, and whether it must hold or must not.
pub(super) type Wanted = (ConditionId, bool);

/// Turns taken for one day of birth before the answer is that somebody may.
const TURNS: usize = 4000;

/// Turns taken for all days of birth in all questions about a rulebook: the longest that is shipped needs a twentieth.
const ALL_TURNS: usize = 1_000_000;

/// With so many parts still open a turn takes twice as long as with none.
const PARTS_WORTH_A_TURN: usize = 8;

/// Nobody on a list is older than this, in days.
const OLDEST_DAYS: i32 = 130 * 366;

/// A month-end moves an age by at most three days, under either convention.
const MONTH_END_DAYS: i32 = 3;

/// The tables of a rulebook that say what its conditions mean.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    pub(super) dates: &'a [Date],
    pub(super) conditions: &'a [Condition],
    pub(super) start: Day,
    pub(super) end: Day,
    pub(super) missing_day: MissingDay,
    pub(super) budget: &'a Budget,
}

/// How many turns are left for all questions about a rulebook. Once they are spent, every answer is that somebody may.
pub(super) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Budget {
        Budget(Cell::new(ALL_TURNS))
    }
}

impl Budget {
    /// Takes so many turns; false if they are not there.
    fn spend(&self, turns: usize) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(turns));
        turns <= left
    }
}

/// Those whom a question is about: born in a range of days, and measured on some days.
#[derive(Clone)]
pub(super) struct People {
    births: (Day, Day),
    days: Vec<Day>,
    /// True if events after the measurement day are seen as well.
    until_a_report: bool,
}

/// One day of birth and one measurement day.
#[derive(Clone, Copy)]
struct World {
    birth: Day,
    day: Day,
    /// Events after this day are not seen.
    seen: Day,
}

impl<'a> Tables<'a> {
    /// All whom a condition may hold for, judged by their births alone; everybody where no condition is given.
    pub(super) fn people(&self, register: Option<ConditionId>, days: Vec<Day>) -> People {
        let all = (self.start.plus_days(-OLDEST_DAYS), days.iter().copied().max().unwrap_or(self.end));
        let Some(register) = register else { return People { births: all, days, until_a_report: false } };
        let ranges = days.iter().map(|day| self.births(*day, register));
        let range = ranges.fold((Day::LAST, Day::FIRST), |(a, b), (from, to)| (a.min(from), b.max(to)));
        People { births: (range.0.max(all.0), range.1.min(all.1)), days, until_a_report: false }
    }

    /// True if it is certain that nobody among these people meets all that is wanted.
    pub(super) fn nobody(&self, people: &People, wanted: &[Wanted]) -> bool {
        self.always_fails(people, wanted, |_, _| true)
    }

    /// True if it is certain that a window ends before it starts, for all who meet what is wanted.
    pub(super) fn ends_before_it_starts(&self, people: &People, wanted: &[Wanted], window: &Window) -> bool {
        self.always_fails(people, wanted, |search, state| search.spans(state, window, 1).is_some())
    }

    /// True if it is certain that events can be seen on fewer days of a window than so many, for all who meet what is
    /// wanted.
    pub(super) fn has_fewer_days(&self, people: &People, wanted: &[Wanted], window: &Window, days: u32) -> bool {
        self.always_fails(people, wanted, |search, state| search.holds_days(state, window, days))
    }

    fn always_fails(
        &self,
        people: &People,
        wanted: &[Wanted],
        can_be: impl Fn(&Search<'_>, &mut State) -> bool,
    ) -> bool {
        people.worlds().all(|world| {
            let mut search = Search { tables: *self, world, turns: 0 };
            let mut state = State::new(world.day);
            let nobody = !can_be(&search, &mut state) || !search.somebody(state, wanted.to_vec());
            self.budget.spend(search.turns) && nobody
        })
    }

    /// First and last date of birth that may satisfy a condition: perhaps wider than the truth, never narrower.
    fn births(&self, day: Day, condition: ConditionId) -> (Day, Day) {
        match &self.conditions[condition.index()] {
            Condition::All(parts) => {
                let ranges = parts.iter().map(|part| self.births(day, *part));
                ranges.fold((Day::FIRST, Day::LAST), |(a, b), (from, to)| (a.max(from), b.min(to)))
            }
            Condition::Any(parts) => {
                let ranges = parts.iter().map(|part| self.births(day, *part));
                ranges.fold((Day::LAST, Day::FIRST), |(a, b), (from, to)| (a.min(from), b.max(to)))
            }
            Condition::Falls { date, window } => self.births_of_age(day, *date, window),
            Condition::Not(_)
            | Condition::Count { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_)
            | Condition::Beside(_) => (Day::FIRST, Day::LAST),
        }
    }

    fn births_of_age(&self, day: Day, date: DateId, window: &Window) -> (Day, Day) {
        let mut range = (Day::FIRST, Day::LAST);
        let period = match &self.dates[date.index()] {
            Date::After(from, period) if self.dates[from.index()] == Date::Birth => *period,
            _ => return range,
        };
        let slack = if matches!(period.unit, Unit::Months | Unit::Years) { MONTH_END_DAYS } else { 0 };
        let fixed = World { birth: Day::FIRST, day, seen: day };
        for edge in window.from.iter().filter(|edge| !self.hangs_on_the_patient(edge.date)) {
            if let Some(at) = self.known(fixed, edge.date) {
                let earliest = at.plus_days(edge.shift_days).minus(period, self.missing_day).plus_days(-slack);
                range.0 = range.0.max(earliest);
            }
        }
        for edge in window.to.iter().filter(|edge| !self.hangs_on_the_patient(edge.date)) {
            if let Some(at) = self.known(fixed, edge.date) {
                let latest = at.plus_days(edge.shift_days).minus(period, self.missing_day).plus_days(slack);
                range.1 = range.1.min(latest);
            }
        }
        range
    }

    fn hangs_on_the_patient(&self, date: DateId) -> bool {
        match &self.dates[date.index()] {
            Date::Birth | Date::Registration | Date::Nth { .. } | Date::ReportDay | Date::OfRow(_) => true,
            Date::YearStart | Date::YearEnd | Date::MeasurementDay | Date::Calendar(_) => false,
            Date::After(from, _) | Date::Before(from, _) => self.hangs_on_the_patient(*from),
        }
    }

    /// The day of a date that hangs on nothing but the birth and the measurement day.
    fn known(&self, world: World, date: DateId) -> Option<Day> {
        match &self.dates[date.index()] {
            Date::Birth => Some(world.birth),
            Date::YearStart => Some(self.start),
            Date::YearEnd => Some(self.end),
            Date::MeasurementDay => Some(world.day),
            Date::Calendar(day) => Some(*day),
            Date::After(from, period) => self.known(world, *from).map(|from| from.plus(*period, self.missing_day)),
            Date::Before(from, period) => self.known(world, *from).map(|from| from.minus(*period, self.missing_day)),
            Date::Registration | Date::Nth { .. } | Date::ReportDay | Date::OfRow(_) => None,
        }
    }
}

impl People {
    /// The same, with everything seen that was recorded by the day of a report, whenever that is made.
    pub(super) fn seen_until_a_report(self) -> People {
        People { until_a_report: true, ..self }
    }

    /// True if nobody can be among them.
    pub(super) fn is_nobody(&self) -> bool {
        self.births.0 > self.births.1
    }

    /// Every day of birth with every measurement day; a few that lie apart first, since most questions have an answer soon.
    fn worlds(&self) -> impl Iterator<Item = World> + '_ {
        const APART: i32 = 97;
        let days = self.births.1.days_since(self.births.0);
        let first = (0..=days).step_by(APART as usize);
        let rest = (0..=days).filter(|at| at % APART != 0);
        let births = first.chain(rest).map(|at| self.births.0.plus_days(at));
        let seen = |day: Day| if self.until_a_report { Day::LAST } else { day };
        births.flat_map(move |birth| self.days.iter().map(move |day| World { birth, day: *day, seen: seen(*day) }))
    }
}

/// The search for a patient who was born on one day.
struct Search<'a> {
    tables: Tables<'a>,
    world: World,
    turns: usize,
}

impl Search<'_> {
    /// True unless it is certain that nobody meets the rest, what was settled before given.
    fn somebody(&mut self, mut state: State, mut open: Vec<Wanted>) -> bool {
        loop {
            self.turns += 1 + open.len() / PARTS_WORTH_A_TURN;
            if self.turns > TURNS {
                return true;
            }
            // What leaves no choice comes first.
            let certain = open.iter().rposition(|wanted| !self.is_choice(*wanted));
            let Some(at) = certain.or_else(|| open.len().checked_sub(1)) else { return self.is_consistent(&state) };
            let (id, wanted) = open.swap_remove(at);
            match (&self.tables.conditions[id.index()], wanted) {
                (Condition::All(parts), true) | (Condition::Any(parts), false) => {
                    open.extend(parts.iter().map(|part| (*part, wanted)));
                }
                (Condition::Any(parts), true) | (Condition::All(parts), false) => {
                    return parts.iter().any(|part| {
                        let mut open = open.clone();
                        open.push((*part, wanted));
                        self.somebody(state.clone(), open)
                    });
                }
                (Condition::Not(inner), _) => open.push((*inner, !wanted)),
                (Condition::Falls { date, window }, false) => {
                    return self.falls_outside(&state, *date, window, &open);
                }
                (Condition::Count { clusters, at_least, at_most, window }, false) => {
                    let fewer = at_least.checked_sub(1).map(|most| (0, Some(most)));
                    let more = at_most.map(|most| (most.saturating_add(1), None));
                    return [fewer, more].into_iter().flatten().any(|(least, most)| {
                        let mut state = state.clone();
                        self.counts(&mut state, *clusters, window, least, most) && self.somebody(state, open.clone())
                    });
                }
                (Condition::Count { clusters, at_least, at_most, window }, true) => {
                    if !self.counts(&mut state, *clusters, window, *at_least, *at_most) {
                        return false;
                    }
                }
                (Condition::Falls { date, window }, true) => {
                    if !self.falls_inside(&mut state, *date, window) {
                        return false;
                    }
                }
                (Condition::RegisteredAt(date), _) => {
                    if !state.flag(*date, wanted) {
                        return false;
                    }
                }
                // It may hold or not, whatever else does.
                (Condition::Beside(_), _) => {}
                (Condition::Exists(date), true) => {
                    if !self.exists(&mut state, *date) {
                        return false;
                    }
                }
                (Condition::Exists(date), false) => {
                    if !self.is_absent(&mut state, *date) {
                        return false;
                    }
                }
            }
        }
    }

    fn is_choice(&self, (id, wanted): Wanted) -> bool {
        match (&self.tables.conditions[id.index()], wanted) {
            (Condition::Any(_), true) | (Condition::All(_), false) | (Condition::Falls { .. }, false) => true,
            (Condition::Count { at_most, .. }, false) => at_most.is_some_and(|most| most > 0),
            (Condition::Count { .. } | Condition::Falls { .. } | Condition::All(_), true)
            | (Condition::Any(_), false)
            | (Condition::Not(_) | Condition::RegisteredAt(_) | Condition::Exists(_) | Condition::Beside(_), _) => {
                false
            }
        }
    }

    /// Tries each way in which a day can fail to lie in a window.
    fn falls_outside(&mut self, state: &State, date: DateId, window: &Window, open: &[Wanted]) -> bool {
        let edges = window.from.iter().chain(&window.to);
        for needed in edges.clone().map(|edge| edge.date).chain([date]) {
            let mut state = state.clone();
            if self.is_absent(&mut state, needed) && self.somebody(state, open.to_vec()) {
                return true;
            }
        }
        for (at, edge) in edges.enumerate() {
            let mut state = state.clone();
            if self.exists(&mut state, date) && self.exists(&mut state, edge.date) {
                let (day, edge_day) = (self.term(&mut state, date), self.term(&mut state, edge.date));
                let edge_day = edge_day.later(edge.shift_days);
                let is_from = at < window.from.len();
                let outside = if is_from {
                    state.order.not_after(day, edge_day.later(-1))
                } else {
                    state.order.not_after(edge_day.later(1), day)
                };
                if outside && self.somebody(state, open.to_vec()) {
                    return true;
                }
            }
        }
        false
    }
}
