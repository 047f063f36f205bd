//! The clauses of a rulebook, each with the part in which it stands.

use crate::eval::coverage::{Covered, Owner, Side, Touched};
use crate::eval::trace::Ever;
use crate::ground::Span;
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, MeasureId};
use crate::model::part::Part;
use crate::model::pathway::Beside;

/// A condition of a measure, as far as examples touched it.
pub(super) struct Clause {
    pub(super) owner: Owner,
    pub(super) part: Part,
    pub(super) condition: ConditionId,
    pub(super) place: Span,
    pub(super) is_true: bool,
    pub(super) is_false: bool,
}

impl Clause {
    /// Looks whether it was found to hold.
    pub(super) fn look(&mut self, record: &Ever) {
        let (is_true, is_false) = record.of(self.condition);
        self.is_true |= is_true;
        self.is_false |= is_false;
    }

    pub(super) fn touched(self) -> Touched<Covered> {
        Touched {
            what: Covered::Condition(self.part, self.condition),
            place: self.place,
            sides: vec![(Side::True, self.is_true), (Side::False, self.is_false)],
        }
    }
}

/// Every condition of every measure, each once, in the order written.
pub(super) fn clauses(book: &Rulebook) -> Vec<Clause> {
    let mut all = Vec::new();
    for (measure, at) in book.measures.iter().zip(0..) {
        // What another rulebook counts has its examples there.
        if measure.borrowed.is_some() {
            continue;
        }
        let id = MeasureId(at);
        let mut seen = Vec::new();
        for (kind, condition) in measure.clauses() {
            below(book, Owner::Measure(id), &Part::Clause(id, kind), condition, &mut seen);
        }
        all.extend(seen);
    }
    all.extend(of_pathway(book));
    all
}

/// The same of the pathway: its states, their steps, and its alerts.
fn of_pathway(book: &Rulebook) -> Vec<Clause> {
    let mut seen = Vec::new();
    let Some(pathway) = &book.pathway else { return seen };
    for (at, state) in pathway.states.iter().enumerate() {
        if let Some(condition) = state.condition {
            below(book, Owner::Pathway, &Part::State(at), condition, &mut seen);
        }
        for (step, next) in state.next.iter().enumerate() {
            if let Some(when) = next.when {
                below(book, Owner::Pathway, &Part::Next(at, step), when, &mut seen);
            }
        }
    }
    for (at, alert) in pathway.alerts.iter().enumerate() {
        below(book, Owner::Pathway, &Part::Alert(at), alert.condition, &mut seen);
    }
    seen
}

fn below(book: &Rulebook, owner: Owner, part: &Part, id: ConditionId, all: &mut Vec<Clause>) {
    if all.iter().any(|clause| clause.condition == id) {
        return;
    }
    let words = &book.condition_words[id.index()];
    let part = part.named(words.name.as_deref());
    let place = words.span;
    all.push(Clause { owner, part: part.clone(), condition: id, place, is_true: false, is_false: false });
    match &book.conditions[id.index()] {
        Condition::All(parts) | Condition::Any(parts) => {
            for inner in parts {
                below(book, owner, &part, *inner, all);
            }
        }
        Condition::Not(inner) | Condition::Beside(Beside::Row { condition: Some(inner), .. }) => {
            below(book, owner, &part, *inner, all)
        }
        Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => {}
    }
}
