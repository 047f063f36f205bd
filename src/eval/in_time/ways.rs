//! Which doses would make a condition hold: each way of it, found by going down the condition and asking at each part that
//! does not hold what would make it hold.
//!
//! What is found is a proposal only. It is kept if the evaluator, shown those doses, agrees.

use std::collections::BTreeMap;

use crate::eval::in_time::place::{Dose, Tie, Towards, Way, Within, place};
use crate::eval::in_time::world::{World, dose_below, hangs_on_dose};
use crate::eval::sight::Sight;
use crate::ground::Day;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Which, Window};

/// No way has more doses than this.
const MOST_DOSES: usize = 24;

/// So many proposals are tried for one patient, those with the fewest doses first.
const MOST_TRIED: usize = 600;

/// So many are kept waiting for their turn, or were.
const MOST_WAITING: usize = 4 * MOST_TRIED;

/// A proposal that fails in the end is mended so often: what is given for one part can undo another.
const MOST_MENDED: u32 = 3;

/// The ways to make a condition hold; empty if none is found.
pub(super) fn ways<'b>(world: &mut World<'_, 'b>, condition: ConditionId, towards: Towards) -> Vec<Way<'b>> {
    let first = Proposal { way: Way::default(), open: vec![(condition, true)], mended: 0 };
    let mut search =
        Search { world, goal: condition, towards, waiting: BTreeMap::new(), proposed: 0, found: Vec::new() };
    search.wait(first);
    for _ in 0..MOST_TRIED {
        let Some((_, proposal)) = search.waiting.pop_first() else { break };
        search.pursue(proposal);
    }
    search.found
}

struct Search<'w, 'a, 'b> {
    world: &'w mut World<'a, 'b>,
    goal: ConditionId,
    towards: Towards,
    /// By how much is proposed, then in the order of proposing.
    waiting: BTreeMap<(usize, usize), Proposal<'b>>,
    /// How many have been kept waiting.
    proposed: usize,
    found: Vec<Way<'b>>,
}

/// Some doses, and the parts that are still to come out as they are wanted.
#[derive(Clone)]
struct Proposal<'b> {
    way: Way<'b>,
    open: Vec<(ConditionId, bool)>,
    mended: u32,
}

/// What a condition lacks.
#[derive(Clone, Copy)]
enum Lack<'b> {
    /// Doses, or a day that must lie somewhere, or both.
    Of(Option<Wanted<'b>>, Option<Tie<'b>>),
    /// Nothing: a dose of these clusters lies between two days, and should not.
    TooMany(ClusterSet, (Day, Day)),
}

/// Doses of any of some clusters, in a window.
#[derive(Clone, Copy)]
struct Wanted<'b> {
    clusters: ClusterSet,
    window: &'b Window,
    count: u32,
    /// True for one beyond what is counted, so that another becomes the n-th or the last. One is enough.
    extra: bool,
}

impl<'b> Search<'_, '_, 'b> {
    /// Makes one open part after another come out as it is wanted, up to the first that asks for something.
    fn pursue(&mut self, mut proposal: Proposal<'b>) {
        let book = self.world.lens.book;
        self.world.suppose(proposal.way.made_up());
        loop {
            let Some((id, wanted)) = proposal.open.pop() else { return self.finish(proposal) };
            if self.world.is(id, wanted) {
                continue;
            }
            match &book.conditions[id.index()] {
                Condition::Not(inner) => proposal.open.push((*inner, !wanted)),
                Condition::All(parts) if wanted => proposal.open.extend(parts.iter().rev().map(|part| (*part, true))),
                Condition::Any(parts) if !wanted => proposal.open.extend(parts.iter().rev().map(|part| (*part, false))),
                Condition::All(parts) | Condition::Any(parts) => {
                    for part in parts.iter().take(MOST_WAITING) {
                        let mut one = proposal.clone();
                        one.open.push((*part, wanted));
                        self.wait(one);
                    }
                    return;
                }
                leaf @ (Condition::Count { .. }
                | Condition::Falls { .. }
                | Condition::RegisteredAt(_)
                | Condition::Exists(_)
                | Condition::Beside(_)) => {
                    let lacks = self.world.ask(|sight| lacks(sight, leaf, wanted)).unwrap_or_default();
                    proposal.open.push((id, wanted));
                    for lack in lacks {
                        self.give(&proposal, lack);
                    }
                    return;
                }
            }
        }
    }

    fn wait(&mut self, proposal: Proposal<'b>) {
        if self.proposed < MOST_WAITING {
            let windows: usize = proposal.way.doses.iter().map(|dose| dose.windows.len()).sum();
            let size = proposal.way.doses.len() + windows + proposal.way.ties.len();
            self.waiting.insert((size, self.proposed), proposal);
            self.proposed += 1;
        }
    }

    /// Goes on with what was lacking.
    fn give(&mut self, proposal: &Proposal<'b>, lack: Lack<'b>) {
        let (doses, tie) = match lack {
            Lack::Of(doses, tie) => (doses, tie),
            Lack::TooMany(clusters, days) => return self.keep_out(proposal, clusters, days),
        };
        let mut more = proposal.clone();
        if let Some(tie) = tie.filter(|tie| !proposal.way.ties.contains(tie)) {
            more.way.ties.push(tie);
        } else if doses.is_none() {
            // Without a dose or a tie more, nothing would come out differently.
            return;
        }
        let Some(wanted) = doses else { return self.place(more) };
        let Wanted { clusters, window, count, extra } = wanted;
        let is_there = |dose: &Dose<'_>| dose.windows.contains(&window);
        let is_too_much = proposal.way.doses.len().saturating_add(count as usize) > MOST_DOSES;
        if is_too_much || (extra && proposal.way.doses.iter().any(is_there)) {
            return;
        }
        for code in clusters.iter().filter_map(|cluster| self.world.lens.typical(cluster)).collect::<Vec<_>>() {
            let mut with_doses = more.clone();
            with_doses.way.doses.extend((0..count).map(|_| Dose {
                clusters,
                code,
                windows: vec![window],
                limits: (Day::FIRST, Day::LAST),
            }));
            self.place(with_doses);
        }
        if !extra {
            self.share(&more, wanted);
        }
    }

    /// Goes on with a dose that another part asked for, which is to serve this one too.
    fn share(&mut self, proposal: &Proposal<'b>, wanted: Wanted<'b>) {
        for (at, dose) in proposal.way.doses.iter().enumerate() {
            let counts = self.world.lens.clusters_of_code(dose.code).meets(wanted.clusters);
            if counts && !dose.windows.contains(&wanted.window) {
                let mut sharing = proposal.clone();
                sharing.way.doses[at].windows.push(wanted.window);
                self.place(sharing);
            }
        }
    }

    /// Goes on with a dose given before, or after, the days on which it breaks a part, or not at all.
    fn keep_out(&mut self, proposal: &Proposal<'b>, clusters: ClusterSet, (first, last): (Day, Day)) {
        for (at, (dose, day)) in proposal.way.doses.iter().zip(&proposal.way.days).enumerate() {
            if !(first <= *day && *day <= last && self.world.lens.clusters_of_code(dose.code).meets(clusters)) {
                continue;
            }
            let mut left_out = proposal.clone();
            left_out.way.doses.remove(at);
            self.place(left_out);
            let (from, to) = dose.limits;
            // Before the first of days there is none, and none after the last of a window that does not end.
            let before = (first > Day::FIRST).then(|| (from, to.min(first.plus_days(-1))));
            let after = (last < Day::LAST).then(|| (from.max(last.plus_days(1)), to));
            for limits in before.into_iter().chain(after) {
                let mut kept_out = proposal.clone();
                kept_out.way.doses[at].limits = limits;
                self.place(kept_out);
            }
        }
    }

    fn place(&mut self, mut proposal: Proposal<'b>) {
        if self.proposed < MOST_WAITING
            && let Some(days) = place(self.world, &proposal.way, self.towards)
        {
            proposal.way.days = days;
            self.wait(proposal);
        }
    }

    /// Keeps a way that the evaluator agrees with.
    fn finish(&mut self, proposal: Proposal<'b>) {
        let is_measured = self.goal == self.world.measure.achieved.condition;
        let agrees = if is_measured { self.world.is_achieved() } else { self.world.is(self.goal, true) };
        if agrees {
            self.found.push(proposal.way);
        } else if proposal.mended < MOST_MENDED {
            self.wait(Proposal { open: vec![(self.goal, true)], mended: proposal.mended + 1, ..proposal });
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
            let is_too_many = if wanted { at_most.is_some_and(|at_most| found > at_most) } else { found >= *at_least };
            let doses = Wanted { clusters: *clusters, window, count, extra: false };
            let mut lacks = Vec::new();
            if count > 0 {
                lacks.push(Lack::Of(Some(doses), None));
                lacks.extend(later_lasts(sight, window));
            }
            lacks.extend(days.filter(|_| is_too_many).map(|days| Lack::TooMany(*clusters, days)));
            lacks
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
        Condition::Exists(date) | Condition::Falls { date, .. } => unwanted(sight, *date),
        // What stands beside the records is no dose; only pathways ask for it.
        Condition::RegisteredAt(_) | Condition::Beside(_) => Vec::new(),
        // These are gone down into.
        Condition::All(_) | Condition::Any(_) | Condition::Not(_) => Vec::new(),
    }
}

/// An event that should not be there, or not then.
fn unwanted<'b>(sight: &mut Sight<'_, 'b>, date: DateId) -> Vec<Lack<'b>> {
    let book = sight.lens.book;
    match dose_below(&book.dates, date).map(|nth| &book.dates[nth.index()]) {
        Some(Date::Nth { clusters, window, .. }) => {
            sight.days(window).map(|days| Lack::TooMany(*clusters, days)).into_iter().collect()
        }
        Some(_) | None => Vec::new(),
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
        lacks.push(Lack::Of(None, Some(tie)));
    }
    // One more dose makes another one the n-th, or the last.
    if let Some(nth) = dose_below(&book.dates, date)
        && let Date::Nth { clusters, window, .. } = &book.dates[nth.index()]
    {
        let doses = Wanted { clusters: *clusters, window, count: 1, extra: true };
        lacks.push(Lack::Of(Some(doses), Some(tie)));
    }
    lacks
}

/// A window that ends some time after the last of some events ends later after one more of them.
fn later_lasts<'b>(sight: &Sight<'_, 'b>, window: &'b Window) -> Vec<Lack<'b>> {
    let book = sight.lens.book;
    let nth = |date| dose_below(&book.dates, date).map(|nth| &book.dates[nth.index()]);
    let lasts = sight.ends(window).iter().filter_map(|edge| match nth(edge.date) {
        Some(Date::Nth { which: Which::Last, clusters, window }) => {
            Some(Wanted { clusters: *clusters, window, count: 1, extra: true })
        }
        Some(_) | None => None,
    });
    lasts.map(|doses| Lack::Of(Some(doses), None)).collect()
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
    let doses = (count > 0).then_some(Wanted { clusters: *clusters, window, count, extra: false });
    vec![Lack::Of(doses, tie)]
}
