//! The clauses of a rulebook, each with the part in which it stands.

use crate::eval::coverage::{Covered, Side, Touched};
use crate::eval::trace::Record;
use crate::ground::Span;
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, MeasureId};
use crate::model::part::Part;

/// A condition of a measure, as far as examples touched it.
pub(super) struct Clause {
    pub(super) measure: MeasureId,
    pub(super) part: Part,
    pub(super) condition: ConditionId,
    pub(super) place: Span,
    pub(super) is_true: bool,
    pub(super) is_false: bool,
}

impl Clause {
    /// Looks whether it was found to hold.
    pub(super) fn look(&mut self, record: &Record) {
        match record.of(self.condition) {
            Some((true, _)) => self.is_true = true,
            Some((false, _)) => self.is_false = true,
            None => {}
        }
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
            below(book, id, &Part::Clause(id, kind), condition, &mut seen);
        }
        all.extend(seen);
    }
    all
}

fn below(book: &Rulebook, measure: MeasureId, part: &Part, id: ConditionId, all: &mut Vec<Clause>) {
    if all.iter().any(|clause| clause.condition == id) {
        return;
    }
    let words = &book.condition_words[id.index()];
    let part = part.named(words.name.as_deref());
    let place = words.span;
    all.push(Clause { measure, part: part.clone(), condition: id, place, is_true: false, is_false: false });
    match &book.conditions[id.index()] {
        Condition::All(parts) | Condition::Any(parts) => {
            for inner in parts {
                below(book, measure, &part, *inner, all);
            }
        }
        Condition::Not(inner) => below(book, measure, &part, *inner, all),
        Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => {}
    }
}
