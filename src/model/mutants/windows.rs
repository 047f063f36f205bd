//! Windows read otherwise: an edge a day earlier or later, an age a month younger or older, an edge left out.

use crate::ground::{Day, Period};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Date, DateId, Edge, FeeId, Window};
use crate::model::mutants::apply::{Change, Edit};
use crate::model::mutants::{Concerns, Mutant, Part, Rewrite};

/// A window read otherwise.
pub(super) struct Moved {
    pub(super) rewrite: Rewrite,
    pub(super) window: Window,
    pub(super) new_dates: Vec<(Date, String)>,
}

/// A window in all the ways in which it may be misread. Where nothing after an end is looked at, it is not moved beyond.
pub(super) fn moved(book: &Rulebook, window: &Window, ends_with_sight: &dyn Fn(&Edge) -> bool) -> Vec<Moved> {
    let mut all = Vec::new();
    for is_start in [true, false] {
        let edges = if is_start { &window.from } else { &window.to };
        for (at, edge) in edges.iter().enumerate() {
            let goes_on_unseen = !is_start && ends_with_sight(edge);
            for (becomes, new_dates) in readings(book, *edge) {
                let is_later =
                    becomes.is_none_or(|edge_now| edge_now.date == edge.date && edge_now.shift_days > edge.shift_days);
                let others = edges.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, edge)| *edge);
                if goes_on_unseen && is_later || is_settled_by(book, is_start, (*edge, becomes), others) {
                    continue;
                }
                let mut window = window.clone();
                let edges = if is_start { &mut window.from } else { &mut window.to };
                match becomes {
                    Some(edge) => edges[at] = edge,
                    None => {
                        edges.remove(at);
                    }
                }
                all.push(Moved { rewrite: Rewrite::Edge { is_start, was: *edge, becomes }, window, new_dates });
            }
        }
    }
    all
}

/// True if other edges settle where the window starts or ends, whatever is made of this one: `on or after 1 September`
/// leaves nothing for the year's first day to do. Only days that are the same for everybody are compared.
fn is_settled_by(
    book: &Rulebook,
    is_start: bool,
    (was, becomes): (Edge, Option<Edge>),
    others: impl Iterator<Item = Edge>,
) -> bool {
    let known = others.filter_map(|edge| fixed(book, edge));
    let tightest = if is_start { known.max() } else { known.min() };
    let is_beyond = |edge: Edge, limit: Day| {
        fixed(book, edge).is_some_and(|day| if is_start { day <= limit } else { day >= limit })
    };
    tightest.is_some_and(|limit| is_beyond(was, limit) && becomes.is_none_or(|edge| is_beyond(edge, limit)))
}

/// An edge that is the same for everybody; None for others, those on a day that the rulebook does not name among them.
pub(super) fn fixed(book: &Rulebook, edge: Edge) -> Option<Day> {
    let day = match book.dates.get(edge.date.index())? {
        Date::YearStart => book.start,
        Date::YearEnd => book.end,
        Date::Calendar(day) => *day,
        Date::Birth
        | Date::Registration
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::After(..)
        | Date::Before(..)
        | Date::Nth { .. } => return None,
    };
    Some(day.plus_days(edge.shift_days))
}

type Reading = (Option<Edge>, Vec<(Date, String)>);

fn readings(book: &Rulebook, edge: Edge) -> Vec<Reading> {
    let by_days = [-1, 1].map(|days| (Some(Edge { shift_days: edge.shift_days + days, ..edge }), Vec::new()));
    let of_other_age = other_days(book, edge.date)
        .into_iter()
        .map(|(id, date, words)| (Some(Edge { date: id, ..edge }), vec![(date, words)]));
    by_days.into_iter().chain(of_other_age).chain([(None, Vec::new())]).collect()
}

/// A day that is so long after or before another, one month (or year, week, day) less and more: with the id that it gets.
pub(super) fn other_days(book: &Rulebook, date: DateId) -> Vec<(DateId, Date, String)> {
    let (from, period, is_after) = match &book.dates[date.index()] {
        Date::After(from, period) => (*from, *period, true),
        Date::Before(from, period) => (*from, *period, false),
        Date::Birth
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::Calendar(_)
        | Date::Nth { .. } => return Vec::new(),
    };
    let id = DateId(u32::try_from(book.dates.len()).unwrap_or(u32::MAX));
    let counts = [period.count.saturating_sub(1), period.count + 1];
    let periods = counts.into_iter().filter(|count| *count > 0).map(|count| Period { count, ..period });
    periods.map(|period| dated(book, id, (from, period), is_after)).collect()
}

fn dated(book: &Rulebook, id: DateId, (from, period): (DateId, Period), is_after: bool) -> (DateId, Date, String) {
    let words = &book.date_words[from.index()];
    match (is_after, book.dates[from.index()] == Date::Birth) {
        (true, true) => (id, Date::After(from, period), format!("age {period}")),
        (true, false) => (id, Date::After(from, period), format!("{period} after {words}")),
        (false, _) => (id, Date::Before(from, period), format!("{period} before {words}")),
    }
}

/// A set of clusters without each one of them, if there are several. One whose codes the others hold too is not missed.
pub(super) fn fewer(book: &Rulebook, clusters: ClusterSet) -> Vec<(usize, ClusterSet)> {
    let all: Vec<usize> = clusters.iter().collect();
    if all.len() < 2 {
        return Vec::new();
    }
    let without = all.into_iter().map(|at| (at, ClusterSet(clusters.0 & !(1 << at))));
    let is_missed = |(at, rest): &(usize, ClusterSet)| {
        let codes = &book.clusters[*at].codes;
        codes.iter().any(|code| !rest.iter().any(|other| book.clusters[other].holds(code.id)))
    };
    without.filter(is_missed).collect()
}

/// The doses of fees, read otherwise.
pub(super) fn of_fees(book: &Rulebook) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (fee, at) in book.fees.iter().zip(0..) {
        let id = FeeId(at);
        let mutant = |rewrite, edit| Mutant {
            part: Part::Fee(id),
            within: None,
            place: fee.span,
            rewrite,
            concerns: Concerns { fees: vec![id], ..Concerns::default() },
            edit,
        };
        // Doses are looked at up to the year's end.
        let ends_with_sight = |edge: &Edge| book.dates[edge.date.index()] == Date::YearEnd && edge.shift_days >= 0;
        for Moved { rewrite, window, new_dates } in moved(book, &fee.window, &ends_with_sight) {
            all.push(mutant(rewrite, Edit { new_dates, change: Change::Fee(id, fee.clusters, window) }));
        }
        for (cluster, clusters) in fewer(book, fee.clusters) {
            let change = Change::Fee(id, clusters, fee.window.clone());
            all.push(mutant(Rewrite::ClusterDropped(cluster), change.into()));
        }
    }
    all
}
