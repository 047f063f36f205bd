//! A rulebook with one place read otherwise, made from a checked one: what is put in is of the kind that was there, so
//! that the result needs no second check.

use crate::ground::{Amount, ConceptId};
use crate::model::Rulebook;
use crate::model::book::{
    ClusterSet, Condition, ConditionId, ConditionWords, Date, DateId, FeeId, FigureId, FigureValue, MeasureId, Reason,
    Window,
};
use crate::model::formula::{Case, Test};
use crate::model::mutants::{ClauseKind, Mutant};

/// What is put in the place of what.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Edit {
    /// Days that no rule names, with their words: they follow the rulebook's own.
    pub(super) new_dates: Vec<(Date, String)>,
    pub(super) change: Change,
}

/// What is put in.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Change {
    Condition(ConditionId, Condition),
    Date(DateId, Date),
    Fee(FeeId, ClusterSet, Window),
    /// An exclusion or exception that never holds.
    Never(MeasureId, ClauseKind),
    /// An exclusion or exception and the next.
    Swapped(MeasureId, ClauseKind),
    Code(usize, ConceptId),
    Figure(FigureId, Amount),
    MissingDay,
    /// Lines of programs: program, line, cases.
    Lines(Vec<(usize, usize, Vec<Case>)>),
    /// Tests of requirements; None leaves one out.
    Requirements(Vec<(usize, Option<Test>)>),
}

impl From<Change> for Edit {
    fn from(change: Change) -> Edit {
        Edit { new_dates: Vec::new(), change }
    }
}

impl Mutant {
    /// The rulebook read so.
    pub fn of(&self, book: &Rulebook) -> Rulebook {
        let mut book = book.clone();
        for (date, words) in &self.edit.new_dates {
            book.dates.push(date.clone());
            book.date_words.push(words.clone());
        }
        match &self.edit.change {
            Change::Condition(id, condition) => book.conditions[id.index()] = condition.clone(),
            Change::Date(id, date) => book.dates[id.index()] = date.clone(),
            Change::Fee(id, clusters, window) => {
                let fee = &mut book.fees[id.index()];
                (fee.clusters, fee.window) = (*clusters, window.clone());
            }
            Change::Never(id, kind) => never(&mut book, *id, *kind),
            Change::Swapped(id, kind) => {
                if let Some((reasons, at)) = reasons(&mut book, *id, *kind) {
                    reasons.swap(at, at + 1);
                }
            }
            Change::Code(cluster, code) => book.clusters[*cluster].codes.retain(|known| known.id != *code),
            Change::Figure(id, amount) => book.figures[id.index()].value = FigureValue::Is(*amount),
            Change::MissingDay => book.missing_day = book.missing_day.other(),
            Change::Lines(lines) => {
                for (program, line, cases) in lines {
                    book.programs[*program].lines[*line].cases = cases.clone();
                }
            }
            Change::Requirements(tests) => {
                for (at, test) in tests {
                    // One that is left out asks for nothing.
                    book.requirements[*at].test = test.clone().unwrap_or(Test::All(Vec::new()));
                }
            }
        }
        book
    }
}

/// The exclusions or exceptions of a measure, and the place of one.
fn reasons(book: &mut Rulebook, id: MeasureId, kind: ClauseKind) -> Option<(&mut Vec<Reason>, usize)> {
    let measure = &mut book.measures[id.index()];
    match kind {
        ClauseKind::Excluded(at) => Some((&mut measure.excludes, at)),
        ClauseKind::Excepted(at) => Some((&mut measure.excepts, at)),
        ClauseKind::Register | ClauseKind::Achieved => None,
    }
}

/// Puts a condition that never holds in the place of a reason's. The reason stays, so that others keep their numbers.
fn never(book: &mut Rulebook, id: MeasureId, kind: ClauseKind) {
    let nothing = ConditionId(u32::try_from(book.conditions.len()).unwrap_or(u32::MAX));
    let Some((reasons, at)) = reasons(book, id, kind) else { return };
    let was = reasons[at].clause.condition;
    reasons[at].clause.condition = nothing;
    let words = ConditionWords { text: "never".to_owned(), name: None, ..book.condition_words[was.index()].clone() };
    book.conditions.push(Condition::Any(Vec::new()));
    book.condition_words.push(words);
}
