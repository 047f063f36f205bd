//! The lines of a funnel in the rule's own words.

use crate::eval::attrition::{Funnel, Line, LineKind, Stage};
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, Measure, Reason};
use crate::report::table::Cell;

/// A line in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ToldLine {
    /// `register`, `exclude`, `achieved`, `except`: which part of the indicator.
    pub(super) stage: &'static str,
    /// The code of the exclusion or exception; empty for other lines.
    pub(super) reason: String,
    pub(super) kind: LineKind,
    /// What is asked, whole.
    pub(super) clause: String,
    /// The same for people, who see the parts on the lines below.
    pub(super) label: String,
}

impl ToldLine {
    /// All lines of a funnel.
    pub(super) fn all(book: &Rulebook, funnel: &Funnel) -> Vec<ToldLine> {
        let measure = &book.measures[book.measurements[funnel.measurement.index()].measure.index()];
        let mut before = None;
        let lines = funnel.lines.iter().map(|line| {
            let is_first = before != Some(LineKind::Alternative);
            before = Some(line.kind);
            told(book, measure, line, is_first)
        });
        lines.collect()
    }

    /// What makes a line of one year the same as a line of another.
    pub(super) fn key(&self) -> (&'static str, &str, LineKind, &str) {
        (self.stage, &self.reason, self.kind, &self.clause)
    }

    /// `stage`, `reason`, `kind` and `clause`.
    pub(super) fn cells(&self) -> [Cell<'_>; 4] {
        let kind = match self.kind {
            LineKind::Total => "total",
            LineKind::Listed => "listed",
            LineKind::Clause => "clause",
            LineKind::Alternative => "alternative",
            LineKind::Reason => "reason",
        };
        [Cell::text(self.stage), Cell::text(&self.reason), Cell::text(kind), Cell::text(&self.clause)]
    }
}

/// A line in words; `is_first` tells the first of several alternatives.
fn told(book: &Rulebook, measure: &Measure, line: &Line, is_first: bool) -> ToldLine {
    let reason = reason(measure, line.stage);
    let words = line.condition.map(|condition| words(book, condition)).unwrap_or_default();
    let within = line.within.and_then(|id| book.condition_words[id.index()].name.clone());
    let named = |text: String| within.as_ref().map_or(text.clone(), |name| format!("{name}: {text}"));
    // The clauses of a reason stand below it.
    let indent = if reason.is_some() { "  " } else { "" };
    let (clause, label) = match line.kind {
        LineKind::Total => {
            let text = total(line.stage);
            (text.to_owned(), format!("= {text}"))
        }
        LineKind::Listed => {
            let text = "on some practice's list by the measurement day";
            (text.to_owned(), text.to_owned())
        }
        LineKind::Clause => {
            let shown = if line.is_expanded { any_of_these(book, line.condition) } else { words.clone() };
            (named(words), format!("{indent}{}", named(shown)))
        }
        LineKind::Alternative => {
            let mark = if is_first { "either" } else { "or" };
            let label = format!("{indent}  {mark} {words}");
            (words, label)
        }
        LineKind::Reason => {
            let title = reason.map_or("", |reason| reason.title.as_str());
            let code = reason.map_or("", |reason| reason.code.as_str());
            let head = format!("{} {code}, {title}", stage(line.stage));
            let label = if line.is_expanded { head } else { format!("{head}: {words}") };
            (format!("{title}: {words}"), label)
        }
    };
    let reason = reason.filter(|_| line.kind != LineKind::Total).map_or(String::new(), |reason| reason.code.clone());
    ToldLine { stage: stage(line.stage), reason, kind: line.kind, clause, label }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Extract => "extract",
        Stage::Register => "register",
        Stage::Exclude(_) => "exclude",
        Stage::Achieved => "achieved",
        Stage::Except(_) => "except",
        Stage::NotAchieved => "not_achieved",
        Stage::Denominator => "denominator",
    }
}

fn total(stage: Stage) -> &'static str {
    match stage {
        Stage::Extract => "people in the extract",
        Stage::Register => "on the register",
        Stage::Exclude(_) => "left on the register",
        Stage::Achieved => "achieved (the numerator)",
        Stage::Except(_) => "excepted",
        Stage::NotAchieved => "not achieved",
        Stage::Denominator => "the denominator",
    }
}

fn reason(measure: &Measure, stage: Stage) -> Option<&Reason> {
    match stage {
        Stage::Exclude(at) => measure.excludes.get(usize::from(at)),
        Stage::Except(at) => measure.excepts.get(usize::from(at)),
        Stage::Extract | Stage::Register | Stage::Achieved | Stage::NotAchieved | Stage::Denominator => None,
    }
}

/// The head of a clause whose alternatives follow.
fn any_of_these(book: &Rulebook, condition: Option<ConditionId>) -> String {
    let name = condition.and_then(|id| book.condition_words[id.index()].name.as_ref());
    name.map_or("any of these".to_owned(), |name| format!("{name}: any of these"))
}

/// A condition in the rule's words; a name is told with what it means.
fn words(book: &Rulebook, id: ConditionId) -> String {
    match &book.condition_words[id.index()].name {
        Some(name) => format!("{name}: {}", meaning(book, id)),
        None => meaning(book, id),
    }
}

/// What a condition says; names in it stay names.
fn meaning(book: &Rulebook, id: ConditionId) -> String {
    let joined = |parts: &[ConditionId], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| within_list(book, *part)).collect();
        parts.join(word)
    };
    match &book.conditions[id.index()] {
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(_)
        | Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => book.condition_words[id.index()].text.clone(),
    }
}

/// A condition as part of a list of conditions.
fn within_list(book: &Rulebook, id: ConditionId) -> String {
    if let Some(name) = &book.condition_words[id.index()].name {
        return name.clone();
    }
    match &book.conditions[id.index()] {
        Condition::All(_) | Condition::Any(_) => format!("({})", meaning(book, id)),
        Condition::Not(_)
        | Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => meaning(book, id),
    }
}
