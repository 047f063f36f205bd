//! A rulebook with one place read otherwise, made from a checked one: what is put in is of the kind that was there, so
//! that the result needs no second check.

use crate::ground::{Amount, ConceptId};
use crate::model::Rulebook;
use crate::model::book::{
    ClusterSet, Condition, ConditionId, ConditionWords, Date, DateId, FeeId, FigureId, FigureValue, MeasureId, Notes,
    Reason, Window,
};
use crate::model::formula::{Case, Test};
use crate::model::mutants::{ClauseKind, Mutant, Part};
use crate::model::pathway::{Beside, StateId};
use crate::model::worklist::Listed;

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
    /// A state, a step of it or an alert that never holds, by its part.
    NeverIn(Part),
    /// A state of the pathway and the next.
    StatesSwapped(usize),
    /// Other records that show the exception of a state.
    ShownBy(usize, ClusterSet, Window),
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
            Change::NeverIn(part) => never_in(&mut book, part),
            Change::StatesSwapped(at) => swap_states(&mut book, *at),
            Change::ShownBy(state, clusters, window) => {
                let state = book.pathway.as_mut().and_then(|pathway| pathway.states.get_mut(*state));
                if let Some(exception) = state.and_then(|state| state.exception.as_mut()) {
                    (exception.clusters, exception.window) = (*clusters, window.clone());
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

/// Puts a condition that never holds in the place of a state's, a step's or an alert's.
fn never_in(book: &mut Rulebook, part: &Part) {
    let nothing = ConditionId(u32::try_from(book.conditions.len()).unwrap_or(u32::MAX));
    let Some(pathway) = &mut book.pathway else { return };
    match part {
        Part::State(at) => pathway.states[*at].condition = Some(nothing),
        Part::Next(state, at) => pathway.states[*state].next[*at].when = Some(nothing),
        Part::Alert(at) => pathway.alerts[*at].condition = nothing,
        Part::Book
        | Part::Clause(..)
        | Part::Defined(..)
        | Part::Cluster(_)
        | Part::Figure(_)
        | Part::Line { .. }
        | Part::Fee(_)
        | Part::Exception(_)
        | Part::Requirement(_) => return,
    }
    let (span, notes) = (pathway.span, Notes::default());
    book.conditions.push(Condition::Any(Vec::new()));
    book.condition_words.push(ConditionWords { text: "never".to_owned(), name: None, span, notes });
}

/// Asks for a state after the next one; what names either by its place goes on to name it.
fn swap_states(book: &mut Rulebook, at: usize) {
    let (Ok(one), Ok(other)) = (u32::try_from(at), u32::try_from(at + 1)) else { return };
    let moved = |state: &mut StateId| match state.0 {
        here if here == one => state.0 = other,
        here if here == other => state.0 = one,
        _ => {}
    };
    for condition in &mut book.conditions {
        if let Condition::Beside(Beside::InState(states)) = condition {
            states.iter_mut().for_each(moved);
        }
    }
    let Some(pathway) = &mut book.pathway else { return };
    pathway.states.swap(at, at + 1);
    for worklist in &mut pathway.worklists {
        if let Listed::Children(states) = &mut worklist.rows {
            states.iter_mut().for_each(moved);
        }
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
