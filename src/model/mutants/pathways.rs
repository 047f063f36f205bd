//! A pathway, read otherwise: its states, their steps and exceptions, and its alerts.

use crate::ground::Span;
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId};
use crate::model::mutants::apply::{Change, Edit};
use crate::model::mutants::conditions::{Forge, quantities};
use crate::model::mutants::windows::{Moved, fewer, moved};
use crate::model::mutants::{Concerns, Mutant, Part, Rewrite};
use crate::model::pathway::{Beside, Pathway, Saying, State};

pub(super) fn mutants(book: &Rulebook) -> Vec<Mutant> {
    let Some(pathway) = &book.pathway else { return Vec::new() };
    let mut forge = Forge::new(book);
    for at in 0..pathway.states.len() {
        state(&mut forge, pathway, at);
    }
    for (at, alert) in pathway.alerts.iter().enumerate() {
        let part = Part::Alert(at);
        forge.all.push(whole(&part, alert.span, Rewrite::ReasonDropped, Change::NeverIn(part.clone())));
        forge.condition(&part, alert.condition);
    }
    forge.all
}

fn state(forge: &mut Forge<'_>, pathway: &Pathway, at: usize) {
    let State { condition, exception, next, span, .. } = &pathway.states[at];
    let part = Part::State(at);
    if let Some(condition) = condition {
        forge.all.push(whole(&part, *span, Rewrite::ReasonDropped, Change::NeverIn(part.clone())));
        // The last state holds of all that is left, so nothing can be asked after it.
        if let Some(after) = pathway.states.get(at + 1).filter(|after| after.condition.is_some()) {
            let rewrite = Rewrite::ReadAfter(after.name.clone());
            forge.all.push(whole(&part, *span, rewrite, Change::StatesSwapped(at)));
        }
        forge.condition(&part, *condition);
    }
    if let Some(exception) = exception {
        let part = Part::Exception(at);
        for Moved { rewrite, window, new_dates } in moved(forge.book, &exception.window, &|_| false) {
            let edit = Edit { new_dates, change: Change::ShownBy(at, exception.clusters, window) };
            forge.all.push(Mutant { edit, ..whole(&part, *span, rewrite, Change::MissingDay) });
        }
        for (cluster, clusters) in fewer(forge.book, exception.clusters) {
            let change = Change::ShownBy(at, clusters, exception.window.clone());
            forge.all.push(whole(&part, *span, Rewrite::ClusterDropped(cluster), change));
        }
    }
    for (step, next) in next.iter().enumerate() {
        let part = Part::Next(at, step);
        forge.all.push(whole(&part, *span, Rewrite::ReasonDropped, Change::NeverIn(part.clone())));
        if let Some(when) = next.when {
            forge.condition(&part, when);
        }
    }
}

fn whole(part: &Part, place: Span, rewrite: Rewrite, change: Change) -> Mutant {
    let concerns = Concerns { pathway: true, ..Concerns::default() };
    Mutant { part: part.clone(), within: None, place, rewrite, concerns, edit: change.into() }
}

impl Forge<'_> {
    /// A condition on what stands beside the records.
    pub(super) fn beside(&mut self, part: &Part, id: ConditionId, beside: &Beside) {
        let read = |beside: Beside| Condition::Beside(beside);
        match beside {
            Beside::Records { clusters, same_day, saying, at_least, at_most, window } => {
                let with = |change: &dyn Fn(&mut Beside)| {
                    let mut other = beside.clone();
                    change(&mut other);
                    read(other)
                };
                self.counted(part, id, beside);
                if let Some(others) = same_day {
                    let without = Beside::Records {
                        clusters: *clusters,
                        same_day: None,
                        saying: *saying,
                        at_least: *at_least,
                        at_most: *at_most,
                        window: window.clone(),
                    };
                    self.push(part, id, Rewrite::SameDayDropped(*others), read(without), Vec::new());
                }
                for (was, becomes) in saying.iter().flat_map(|was| sayings(*was).map(|becomes| (*was, becomes))) {
                    let changed = with(&|other| {
                        if let Beside::Records { saying, .. } = other {
                            *saying = becomes;
                        }
                    });
                    self.push(part, id, Rewrite::Saying { was, becomes }, changed, Vec::new());
                }
            }
            Beside::Different { .. } => self.counted(part, id, beside),
            Beside::Row { table, condition: Some(inner) } => {
                let any = Beside::Row { table: *table, condition: None };
                self.push(part, id, Rewrite::Dropped(*inner), read(any), Vec::new());
                self.condition(part, *inner);
            }
            Beside::InState(states) if states.len() > 1 => {
                for (at, state) in states.iter().enumerate() {
                    let mut fewer = states.clone();
                    fewer.remove(at);
                    let rewrite = Rewrite::StateDropped(state.index());
                    self.push(part, id, rewrite, read(Beside::InState(fewer)), Vec::new());
                }
            }
            Beside::Row { condition: None, .. } | Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_) => {}
        }
    }

    /// How many records, of which clusters and when.
    fn counted(&mut self, part: &Part, id: ConditionId, beside: &Beside) {
        let (Beside::Records { clusters: set, at_least: least, at_most: most, window: when, .. }
        | Beside::Different { clusters: set, at_least: least, at_most: most, window: when, .. }) = beside
        else {
            return;
        };
        for becomes in quantities(*least, *most) {
            let mut other = beside.clone();
            if let Beside::Records { at_least, at_most, .. } | Beside::Different { at_least, at_most, .. } = &mut other
            {
                (*at_least, *at_most) = becomes;
            }
            let rewrite = Rewrite::Quantity { was: (*least, *most), becomes };
            self.push(part, id, rewrite, Condition::Beside(other), Vec::new());
        }
        for (cluster, fewer) in fewer(self.book, *set) {
            let mut other = beside.clone();
            if let Beside::Records { clusters, .. } | Beside::Different { clusters, .. } = &mut other {
                *clusters = fewer;
            }
            self.push(part, id, Rewrite::ClusterDropped(cluster), Condition::Beside(other), Vec::new());
        }
        for Moved { rewrite, window: read, new_dates } in moved(self.book, when, &|_| false) {
            let mut other = beside.clone();
            if let Beside::Records { window, .. } | Beside::Different { window, .. } = &mut other {
                *window = read;
            }
            self.push(part, id, rewrite, Condition::Beside(other), new_dates);
        }
        self.window(part, id, when);
    }
}

/// What a text must say, read otherwise: the contrary, several things where it must be one, or nothing at all.
fn sayings(was: Saying) -> impl Iterator<Item = Option<Saying>> {
    let contrary = Some(Saying { absent: !was.absent, ..was });
    let several = was.one.then_some(Some(Saying { one: false, ..was }));
    [Some(contrary), several, Some(None)].into_iter().flatten()
}
