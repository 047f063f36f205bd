//! What has been settled of one patient so far: days in their order, counts between bounds.

use super::order::{FIXED, Order, REGISTRATION, Term, Unknown};
use super::{Search, World};
use crate::ground::{Day, Period, Unit};
use crate::model::book::{ClusterSet, Date, DateId, Which, Window};

/// What has been settled so far.
#[derive(Clone)]
pub(super) struct State {
    pub(super) order: Order,
    /// Days that hang on events, or lie months from a day that is not known: each that is there, by its date.
    unknown: Vec<(DateId, Unknown)>,
    /// How many days were counted, by what and when.
    counts: Vec<Counted>,
    /// Whether the patient was on a list on a day.
    flags: Vec<(DateId, bool)>,
}

#[derive(Clone)]
struct Counted {
    clusters: ClusterSet,
    window: Window,
    least: u32,
    most: Option<u32>,
}

impl State {
    /// The registration that counts on a day had begun by then.
    pub(super) fn new(day: Day) -> State {
        let mut order = Order::new();
        order.not_after(Term { from: REGISTRATION, days: 0 }, fixed(day));
        State { order, unknown: Vec::new(), counts: Vec::new(), flags: Vec::new() }
    }

    /// Takes note whether somebody was on a list on a day; false if that contradicts what was settled.
    pub(super) fn flag(&mut self, date: DateId, holds: bool) -> bool {
        match self.flags.iter().find(|(known, _)| *known == date) {
            Some((_, known)) => *known == holds,
            None => {
                self.flags.push((date, holds));
                true
            }
        }
    }

    fn unknown(&self, date: DateId) -> Option<Unknown> {
        self.unknown.iter().find(|(known, _)| *known == date).map(|(_, unknown)| *unknown)
    }
}

fn fixed(day: Day) -> Term {
    Term { from: FIXED, days: day.epoch_days().into() }
}

/// The fewest and most days that a length of time can have.
fn days_of(period: Period) -> (i64, i64) {
    let count = i64::from(period.count);
    match period.unit {
        Unit::Days => (count, count),
        Unit::Weeks => (count * 7, count * 7),
        Unit::Months => (count * 28 - 1, count * 31 + 1),
        Unit::Years => (count * 365 - 1, count * 366 + 1),
    }
}

impl Search<'_> {
    /// The day of a date that is there: [`Search::exists`] has settled it.
    pub(super) fn term(&self, state: &mut State, date: DateId) -> Term {
        self.term_if_there(state, date).unwrap_or_else(|| Term { from: state.order.add(), days: 0 })
    }

    fn term_if_there(&self, state: &State, date: DateId) -> Option<Term> {
        if let Some(day) = self.tables.known(self.world, date) {
            return Some(fixed(day));
        }
        if let Some(from) = state.unknown(date) {
            return Some(Term { from, days: 0 });
        }
        let shifted = |from: DateId, period: Period, sign: i64| {
            let (fewest, most) = days_of(period);
            let from = self.term_if_there(state, from)?;
            (fewest == most).then(|| Term { days: from.days.saturating_add(sign * most), ..from })
        };
        match &self.tables.dates[date.index()] {
            Date::Registration => Some(Term { from: REGISTRATION, days: 0 }),
            Date::After(from, period) => shifted(*from, *period, 1),
            Date::Before(from, period) => shifted(*from, *period, -1),
            Date::Birth
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_)
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Nth { .. } => None,
        }
    }

    /// Takes note that a date is there; false if that cannot be.
    pub(super) fn exists(&self, state: &mut State, date: DateId) -> bool {
        if self.term_if_there(state, date).is_some() {
            return true;
        }
        match &self.tables.dates[date.index()] {
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_) => true,
            // Any day at all.
            Date::ReportDay | Date::OfRow(_) => {
                let day = state.order.add();
                state.unknown.push((date, day));
                true
            }
            Date::After(from, period) => self.exists(state, *from) && self.lies_apart(state, date, *from, *period, 1),
            Date::Before(from, period) => self.exists(state, *from) && self.lies_apart(state, date, *from, *period, -1),
            Date::Nth { which, clusters, window } => {
                let place = match which {
                    Which::FromStart(at) => *at,
                    Which::Last => 1,
                };
                if !self.counts(state, *clusters, window, place, None) {
                    return false;
                }
                let day = Term { from: state.order.add(), days: 0 };
                state.unknown.push((date, day.from));
                let World { birth, seen, .. } = self.world;
                state.order.not_after(fixed(birth), day)
                    && state.order.not_after(day, fixed(seen))
                    && self.lies_in(state, day, window, place.saturating_sub(1))
            }
        }
    }

    /// A day that lies some months from one that is not known: between so many days and so many.
    fn lies_apart(&self, state: &mut State, date: DateId, from: DateId, period: Period, sign: i64) -> bool {
        let (fewest, most) = days_of(period);
        if fewest == most {
            return true;
        }
        let from = self.term(state, from);
        let day = Term { from: state.order.add(), days: 0 };
        state.unknown.push((date, day.from));
        let apart = |days: i64| Term { days: from.days.saturating_add(days), ..from };
        let (low, high) = if sign > 0 { (apart(fewest), apart(most)) } else { (apart(-most), apart(-fewest)) };
        state.order.not_after(low, day) && state.order.not_after(day, high)
    }

    /// Takes note that a date is not there; false if that cannot be.
    pub(super) fn is_absent(&self, state: &mut State, date: DateId) -> bool {
        match &self.tables.dates[date.index()] {
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_)
            | Date::ReportDay => false,
            Date::OfRow(_) => true,
            Date::After(from, _) | Date::Before(from, _) => self.is_absent(state, *from),
            Date::Nth { which, clusters, window } => {
                let most = match which {
                    Which::FromStart(at) => at.saturating_sub(1),
                    Which::Last => 0,
                };
                self.counts(state, *clusters, window, 0, Some(most))
            }
        }
    }

    /// Takes note that a day lies in a window, with so many days of the window before it.
    fn lies_in(&self, state: &mut State, day: Term, window: &Window, before: u32) -> bool {
        let before = i32::try_from(before).unwrap_or(i32::MAX);
        for (edge, is_from) in
            window.from.iter().map(|edge| (edge, true)).chain(window.to.iter().map(|edge| (edge, false)))
        {
            if !self.exists(state, edge.date) {
                return false;
            }
            let edge_day = self.term(state, edge.date).later(edge.shift_days);
            let fits = if is_from {
                state.order.not_after(edge_day.later(before), day)
            } else {
                state.order.not_after(day, edge_day)
            };
            if !fits {
                return false;
            }
        }
        true
    }

    /// Takes note that a day falls in a window; false if that cannot be.
    pub(super) fn falls_inside(&self, state: &mut State, date: DateId, window: &Window) -> bool {
        if !self.exists(state, date) {
            return false;
        }
        let day = self.term(state, date);
        self.lies_in(state, day, window, 0)
    }

    /// Takes note that a window holds at least so many days on which an event may be seen; false if that cannot be.
    pub(super) fn holds_days(&self, state: &mut State, window: &Window, days: u32) -> bool {
        let World { birth, seen, .. } = self.world;
        match self.spans(state, window, days) {
            // Events before birth, and after the measurement day, are not seen.
            Some((first, last)) => {
                state.order.not_after(fixed(birth), first) && state.order.not_after(last, fixed(seen))
            }
            None => false,
        }
    }

    /// Takes note that a window holds at least so many days, and gives the first and the last of so many; None if it
    /// cannot.
    pub(super) fn spans(&self, state: &mut State, window: &Window, days: u32) -> Option<(Term, Term)> {
        let first = Term { from: state.order.add(), days: 0 };
        let last = first.later(i32::try_from(days.saturating_sub(1)).unwrap_or(i32::MAX));
        let fits = self.lies_in(state, first, &Window { to: Vec::new(), ..window.clone() }, 0)
            && self.lies_in(state, last, &Window { from: Vec::new(), ..window.clone() }, 0);
        fits.then_some((first, last))
    }

    /// Takes note of a count; false if that cannot be.
    pub(super) fn counts(
        &self,
        state: &mut State,
        clusters: ClusterSet,
        window: &Window,
        least: u32,
        most: Option<u32>,
    ) -> bool {
        let known = state.counts.iter().position(|count| count.clusters == clusters && count.window == *window);
        let at = known.unwrap_or_else(|| {
            state.counts.push(Counted { clusters, window: window.clone(), least: 0, most: None });
            state.counts.len() - 1
        });
        let count = &mut state.counts[at];
        let grows = least > count.least;
        count.least = count.least.max(least);
        count.most = [count.most, most].into_iter().flatten().min();
        let (least, most) = (count.least, count.most);
        if most.is_some_and(|most| least > most) {
            return false;
        }
        !grows || self.holds_days(state, window, least)
    }

    /// True unless what was settled of the counts contradicts itself: no more days can be counted in a part of a window than
    /// in the whole.
    pub(super) fn is_consistent(&self, state: &State) -> bool {
        state.counts.iter().all(|part| {
            part.least == 0
                || state.counts.iter().all(|whole| {
                    whole.most.is_none_or(|most| part.least <= most)
                        || part.clusters.0 & !whole.clusters.0 != 0
                        || !self.is_within(state, &part.window, &whole.window)
                })
        })
    }

    /// True if a window certainly lies within another.
    fn is_within(&self, state: &State, part: &Window, whole: &Window) -> bool {
        let term = |edge: &crate::model::book::Edge| {
            self.term_if_there(state, edge.date).map(|term| term.later(edge.shift_days))
        };
        let starts: Vec<Term> = part.from.iter().filter_map(term).chain([fixed(self.world.birth)]).collect();
        let ends: Vec<Term> = part.to.iter().filter_map(term).chain([fixed(self.world.seen)]).collect();
        whole.from.iter().all(|edge| {
            term(edge).is_some_and(|edge| starts.iter().any(|start| state.order.is_not_after(edge, *start)))
        }) && whole
            .to
            .iter()
            .all(|edge| term(edge).is_some_and(|edge| ends.iter().any(|end| state.order.is_not_after(*end, edge))))
    }
}
