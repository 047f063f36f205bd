//! Which doses would make a condition hold: each way of it, found by going down the condition and asking at each part that
//! does not hold what would make it hold.
//!
//! What is found is a proposal only. It is kept if the evaluator, shown those doses, agrees.

use crate::eval::in_time::place::{Dose, Tie, Towards, Way, Within, place};
use crate::eval::in_time::world::{World, dose_below, hangs_on_dose};
use crate::eval::sight::Sight;
use crate::ground::Day;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Which, Window};

/// No way has more doses than this.
const MOST_DOSES: usize = 24;

/// So many proposals are tried for one patient.
const MOST_TRIED: u32 = 256;

/// A proposal that fails in the end is mended so often: what is given for one part can undo another.
const MOST_MENDED: u32 = 3;

/// The ways to make a condition hold; empty if none is found.
pub(super) fn ways<'b>(world: &mut World<'_, 'b>, condition: ConditionId, towards: Towards) -> Vec<Way<'b>> {
    let mut search = Search { world, goal: condition, towards, tried: 0, found: Vec::new() };
    search.pursue(Way::default(), vec![(condition, true)], 0);
    search.found
}

struct Search<'w, 'a, 'b> {
    world: &'w mut World<'a, 'b>,
    goal: ConditionId,
    towards: Towards,
    tried: u32,
    found: Vec<Way<'b>>,
}

/// What a condition lacks.
#[derive(Clone, Copy)]
struct Lack<'b> {
    /// So many doses of any of the clusters, in a window.
    doses: Option<(ClusterSet, &'b Window, u32)>,
    /// A day that must lie somewhere.
    tie: Option<Tie<'b>>,
}

impl<'b> Search<'_, '_, 'b> {
    /// Makes one open part after another come out as it is wanted.
    fn pursue(&mut self, way: Way<'b>, mut open: Vec<(ConditionId, bool)>, mended: u32) {
        self.tried += 1;
        let book = self.world.lens.book;
        while self.tried <= MOST_TRIED {
            let Some((id, wanted)) = open.pop() else { return self.finish(way, mended) };
            self.world.suppose(way.made_up());
            if self.world.is(id, wanted) {
                continue;
            }
            match &book.conditions[id.index()] {
                Condition::Not(inner) => open.push((*inner, !wanted)),
                Condition::All(parts) if wanted => open.extend(parts.iter().rev().map(|part| (*part, wanted))),
                Condition::Any(parts) if !wanted => open.extend(parts.iter().rev().map(|part| (*part, wanted))),
                Condition::All(parts) | Condition::Any(parts) => {
                    for part in parts {
                        if self.tried > MOST_TRIED {
                            return;
                        }
                        let mut open = open.clone();
                        open.push((*part, wanted));
                        self.pursue(way.clone(), open, mended);
                    }
                    return;
                }
                leaf @ (Condition::Count { .. }
                | Condition::Falls { .. }
                | Condition::RegisteredAt(_)
                | Condition::Exists(_)
                | Condition::Beside(_)) => {
                    let lacks = self.world.ask(|sight| lacks(sight, leaf, wanted)).unwrap_or_default();
                    open.push((id, wanted));
                    for lack in lacks {
                        self.give(&way, lack, &open, mended);
                    }
                    return;
                }
            }
        }
    }

    /// Goes on with what was lacking.
    fn give(&mut self, way: &Way<'b>, lack: Lack<'b>, open: &[(ConditionId, bool)], mended: u32) {
        let mut more = way.clone();
        if let Some(tie) = lack.tie.filter(|tie| !way.ties.contains(tie)) {
            more.ties.push(tie);
        } else if lack.doses.is_none() {
            // Without a dose or a tie more, nothing would come out differently.
            return;
        }
        let Some((clusters, window, count)) = lack.doses else {
            return self.go_on(more, open, mended);
        };
        if way.doses.len().saturating_add(count as usize) > MOST_DOSES {
            return;
        }
        for code in clusters.iter().filter_map(|cluster| self.world.lens.typical(cluster)).collect::<Vec<_>>() {
            let mut with_doses = more.clone();
            with_doses.doses.extend((0..count).map(|_| Dose { clusters, code, window }));
            self.go_on(with_doses, open, mended);
        }
    }

    fn go_on(&mut self, way: Way<'b>, open: &[(ConditionId, bool)], mended: u32) {
        if let Some(days) = place(self.world, &way, self.towards) {
            self.pursue(Way { days, ..way }, open.to_vec(), mended);
        }
    }

    /// Keeps a way that the evaluator agrees with.
    fn finish(&mut self, way: Way<'b>, mended: u32) {
        self.world.suppose(way.made_up());
        if self.goal == self.world.measure.achieved.condition && self.world.is_achieved() {
            self.found.push(way);
        } else if self.goal != self.world.measure.achieved.condition && self.world.is(self.goal, true) {
            self.found.push(way);
        } else if mended < MOST_MENDED {
            self.pursue(way, vec![(self.goal, true)], mended + 1);
        }
    }
}

/// What a part lacks to come out as it is wanted: several answers are alternatives, none says that doses cannot help.
fn lacks<'b>(sight: &mut Sight<'_, 'b>, part: &'b Condition, wanted: bool) -> Vec<Lack<'b>> {
    match part {
        Condition::Count { clusters, at_least, at_most, window } => {
            if let Some(date) = missing(sight, window) {
                return event(sight, date, None);
            }
            let days = sight.days(window);
            let found = u32::try_from(sight.days_of(*clusters, days).count()).unwrap_or(u32::MAX);
            let needed = if wanted { Some(*at_least) } else { at_most.map(|at_most| at_most.saturating_add(1)) };
            let count = needed.map_or(0, |needed| needed.saturating_sub(found));
            let lack = Lack { doses: Some((*clusters, window, count)), tie: None };
            if count > 0 { vec![lack] } else { Vec::new() }
        }
        Condition::Falls { date, window } if wanted => falls(sight, *date, window),
        Condition::RegisteredAt(date) if wanted => {
            let patient = sight.patient;
            let stays = patient.registrations.iter().map(|stay| {
                let ends = [stay.to, patient.death].into_iter().flatten().min().unwrap_or(Day::LAST);
                Tie { date: *date, within: Within::Days(stay.from, ends.plus_days(-1)) }
            });
            let ties: Vec<Tie<'b>> = stays.filter(|_| hangs_on_dose(&sight.lens.book.dates, *date)).collect();
            ties.into_iter().flat_map(|tie| event(sight, *date, Some(tie))).collect()
        }
        Condition::Exists(date) if wanted => event(sight, *date, None),
        // A dose that was given cannot be taken back.
        Condition::Falls { .. } | Condition::RegisteredAt(_) | Condition::Exists(_) => Vec::new(),
        // What stands beside the records is no dose; only pathways ask for it.
        Condition::Beside(_) => Vec::new(),
        // These are gone down into.
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) => Vec::new(),
    }
}

fn falls<'b>(sight: &mut Sight<'_, 'b>, date: DateId, window: &'b Window) -> Vec<Lack<'b>> {
    let book = sight.lens.book;
    let tie = Tie { date, within: Within::Window(window) };
    if let Some(missing) = missing(sight, window) {
        return event(sight, missing, Some(tie));
    }
    if sight.date(date).is_none() {
        return event(sight, date, Some(tie));
    }
    let mut lacks = Vec::new();
    let edges = || window.from.iter().chain(&window.to).map(|edge| edge.date);
    if hangs_on_dose(&book.dates, date) || edges().any(|edge| hangs_on_dose(&book.dates, edge)) {
        lacks.push(Lack { doses: None, tie: Some(tie) });
    }
    // One more dose makes another one the n-th, or the last.
    if let Some(nth) = dose_below(&book.dates, date)
        && let Date::Nth { clusters, window, .. } = &book.dates[nth.index()]
    {
        lacks.push(Lack { doses: Some((*clusters, window, 1)), tie: Some(tie) });
    }
    lacks
}

/// The first edge of a window that hangs on an event that is not there.
fn missing(sight: &mut Sight<'_, '_>, window: &Window) -> Option<DateId> {
    let lifted = sight.ends_are_lifted();
    let edges = window.from.iter().chain(window.to.iter().filter(|_| !lifted));
    edges.map(|edge| edge.date).find(|date| sight.date(*date).is_none())
}

/// What must be given for an event's day to be there.
fn event<'b>(sight: &mut Sight<'_, 'b>, date: DateId, tie: Option<Tie<'b>>) -> Vec<Lack<'b>> {
    let book = sight.lens.book;
    let Some(nth) = dose_below(&book.dates, date) else { return Vec::new() };
    let Date::Nth { which, clusters, window } = &book.dates[nth.index()] else { return Vec::new() };
    if let Some(earlier) = missing(sight, window) {
        return event(sight, earlier, tie);
    }
    let days = sight.days(window);
    let found = u32::try_from(sight.days_of(*clusters, days).count()).unwrap_or(u32::MAX);
    let needed = match which {
        Which::FromStart(at) => *at,
        Which::Last => 1,
    };
    let count = needed.saturating_sub(found);
    let doses = (count > 0).then_some((*clusters, window, count));
    vec![Lack { doses, tie }]
}
