//! Which part of a rule a repair makes hold.

use crate::eval::trace::Record;
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId};

/// The innermost part that did not hold and does now, and alone makes the whole hold: where several parts flip, the
/// part that holds them together.
pub(super) fn flipped(book: &Rulebook, whole: ConditionId, before: &Record, now: &Record) -> ConditionId {
    let held = |record: &Record, id: ConditionId| record.of(id).is_some_and(|(holds, _)| holds);
    let flips = |id: &ConditionId| !held(before, *id) && held(now, *id);
    match &book.conditions[whole.index()] {
        Condition::All(parts) | Condition::Any(parts) => {
            let mut flipping = parts.iter().copied().filter(flips);
            match (flipping.next(), flipping.next()) {
                (Some(only), None) => flipped(book, only, before, now),
                (Some(_), Some(_)) | (None, _) => whole,
            }
        }
        Condition::Not(_)
        | Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => whole,
    }
}
