//! The lines of an indicator's funnel: its clauses in the order in which they are asked.

use crate::eval::attrition::{Line, LineKind, Stage};
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, MeasurementId, Reason};

/// An indicator as lines, and which of them belong together.
pub(super) struct Outline {
    pub(super) measurement: MeasurementId,
    pub(super) lines: Vec<Line>,
    pub(super) register: Rule,
    pub(super) excludes: Vec<Rule>,
    /// The line of those who are left on the register; None where nothing excludes.
    pub(super) left: Option<usize>,
    pub(super) achieved: Rule,
    pub(super) excepts: Vec<Rule>,
    pub(super) not_achieved: usize,
    pub(super) denominator: usize,
}

/// The line of everybody in the extract, and that of those who are on a list: every funnel opens with them.
pub(super) const EVERYBODY: usize = 0;
pub(super) const LISTED: usize = 1;

/// A register, an exclusion, what achieves or an exception: clauses that must all hold.
pub(super) struct Rule {
    pub(super) condition: ConditionId,
    /// The line of those for whom it holds, or of the reason.
    pub(super) line: usize,
    pub(super) clauses: Vec<Clause>,
}

/// A clause, and the alternatives it is made of, if it is.
pub(super) struct Clause {
    pub(super) condition: ConditionId,
    /// None where the rule is this one clause and has a line already.
    pub(super) line: Option<usize>,
    pub(super) alternatives: Vec<Alternative>,
}

/// One of several conditions of which one must hold.
pub(super) struct Alternative {
    pub(super) condition: ConditionId,
    pub(super) line: usize,
}

impl Outline {
    pub(super) fn of(book: &Rulebook, measurement: MeasurementId) -> Outline {
        let measured = &book.measurements[measurement.index()];
        let measure = &book.measures[measured.measure.index()];
        let mut lines = Lines { book, lines: Vec::new() };
        lines.total(Stage::Extract);
        lines.add(Stage::Register, LineKind::Listed, None, None);
        let register = lines.rule(Stage::Register, measure.register.condition);
        let excludes = lines.reasons(&measure.excludes, Stage::Exclude);
        let left = excludes.len().checked_sub(1).map(|last| lines.total(Stage::Exclude(last as u16)));
        let achieved = lines.rule(Stage::Achieved, measure.achieved.condition);
        let excepts = lines.reasons(&measure.excepts, Stage::Except);
        let not_achieved = lines.total(Stage::NotAchieved);
        let denominator = lines.total(Stage::Denominator);
        let lines = lines.lines;
        Outline { measurement, lines, register, excludes, left, achieved, excepts, not_achieved, denominator }
    }
}

struct Lines<'b> {
    book: &'b Rulebook,
    lines: Vec<Line>,
}

impl Lines<'_> {
    fn add(
        &mut self,
        stage: Stage,
        kind: LineKind,
        condition: Option<ConditionId>,
        within: Option<ConditionId>,
    ) -> usize {
        self.lines.push(Line { stage, kind, condition, within, is_expanded: false });
        self.lines.len() - 1
    }

    fn total(&mut self, stage: Stage) -> usize {
        self.add(stage, LineKind::Total, None, None)
    }

    /// The clauses, each a line; then those for whom all hold.
    fn rule(&mut self, stage: Stage, condition: ConditionId) -> Rule {
        let parts = self.clauses_of(condition);
        let clauses = parts.into_iter().map(|(part, within)| {
            let line = self.add(stage, LineKind::Clause, Some(part), within);
            Clause { condition: part, line: Some(line), alternatives: self.alternatives(stage, line, part) }
        });
        let clauses = clauses.collect();
        Rule { condition, line: self.total(stage), clauses }
    }

    /// Each reason a line, with its clauses below it where it has several.
    fn reasons(&mut self, reasons: &[Reason], stage: fn(u16) -> Stage) -> Vec<Rule> {
        let numbered = reasons.iter().zip(0..);
        let rules = numbered.map(|(reason, at)| {
            let (stage, condition) = (stage(at), reason.clause.condition);
            let line = self.add(stage, LineKind::Reason, Some(condition), None);
            let parts = self.clauses_of(condition);
            let is_one = parts.len() == 1;
            self.lines[line].is_expanded = !is_one;
            let clauses = parts.into_iter().map(|(part, within)| {
                let own = (!is_one).then(|| self.add(stage, LineKind::Clause, Some(part), within));
                let above = own.unwrap_or(line);
                Clause { condition: part, line: own, alternatives: self.alternatives(stage, above, part) }
            });
            Rule { condition, line, clauses: clauses.collect() }
        });
        rules.collect()
    }

    fn alternatives(&mut self, stage: Stage, above: usize, clause: ConditionId) -> Vec<Alternative> {
        let parts = alternatives_of(self.book, clause);
        self.lines[above].is_expanded |= !parts.is_empty();
        let add =
            |part| Alternative { condition: part, line: self.add(stage, LineKind::Alternative, Some(part), None) };
        parts.into_iter().map(add).collect()
    }

    /// The clauses that must all hold, each with the name it was found under. A name is told by its parts once; a name
    /// within it stays a clause. A rule without any clause is one clause that always holds.
    fn clauses_of(&self, condition: ConditionId) -> Vec<(ConditionId, Option<ConditionId>)> {
        let mut clauses = Vec::new();
        self.walk(condition, None, &mut clauses);
        if clauses.is_empty() {
            clauses.push((condition, None));
        }
        clauses
    }

    fn walk(
        &self,
        id: ConditionId,
        within: Option<ConditionId>,
        clauses: &mut Vec<(ConditionId, Option<ConditionId>)>,
    ) {
        let is_named = self.book.condition_words[id.index()].name.is_some();
        match &self.book.conditions[id.index()] {
            Condition::All(parts) if !(is_named && within.is_some()) => {
                let within = if is_named { Some(id) } else { within };
                parts.iter().for_each(|part| self.walk(*part, within, clauses));
            }
            Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Count { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_)
            | Condition::Beside(_) => clauses.push((id, within)),
        }
    }
}

/// The conditions of which one must hold; none where a clause is no such list.
fn alternatives_of(book: &Rulebook, clause: ConditionId) -> Vec<ConditionId> {
    let Condition::Any(parts) = &book.conditions[clause.index()] else { return Vec::new() };
    let is_named = |part: &ConditionId| book.condition_words[part.index()].name.is_some();
    let mut all = Vec::new();
    for part in parts {
        match &book.conditions[part.index()] {
            Condition::Any(_) if !is_named(part) => all.extend(alternatives_of(book, *part)),
            Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Count { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_)
            | Condition::Beside(_) => all.push(*part),
        }
    }
    all
}
