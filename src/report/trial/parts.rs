//! The names of the parts of a rulebook, of days and of edges, as rule files write them.

use crate::model::Rulebook;
use crate::model::book::{Edge, MeasureId, Which};
use crate::model::formula::ProgramOf;
use crate::model::part::{ClauseKind, Part};
use crate::model::pathway::State;

/// `VI001 achieved`, `VI003 two_mmr`, `payment achievement, points`
pub(super) fn part_name(book: &Rulebook, part: &Part) -> String {
    let code = |id: MeasureId| book.measures[id.index()].code.as_str();
    match part {
        Part::Book => "the rulebook".to_owned(),
        Part::Clause(id, kind) => {
            let measure = &book.measures[id.index()];
            let clause = match kind {
                ClauseKind::Register => "register".to_owned(),
                ClauseKind::Achieved => "achieved".to_owned(),
                ClauseKind::Excluded(at) => format!("exclude {}", measure.excludes[*at].code),
                ClauseKind::Excepted(at) => format!("except {}", measure.excepts[*at].code),
            };
            format!("{} {clause}", measure.code)
        }
        Part::Defined(Some(id), name) => format!("{} {name}", code(*id)),
        Part::Defined(None, name) => name.clone(),
        Part::Cluster(at) => format!("codes {}", book.clusters[*at].name),
        Part::Figure(id) => {
            let figure = &book.figures[id.index()];
            let owner = figure.owner.map_or(String::new(), |id| format!("{} ", code(id)));
            format!("{owner}{}", figure.name)
        }
        Part::Line { program, line } => {
            let program = &book.programs[*program];
            format!("{}, {}", program_name(book, program.of), program.lines[*line].name)
        }
        Part::Fee(id) => format!("fee {}, doses", book.fees[id.index()].name),
        Part::State(at) => format!("state {}", state(book, *at).map_or("", |state| &state.name)),
        Part::Next(of, at) => {
            let state = state(book, *of);
            let step = state.and_then(|state| state.next.get(*at)).map_or("", |next| &next.text);
            format!("state {}, next \"{step}\"", state.map_or("", |state| &state.name))
        }
        Part::Exception(at) => {
            let state = state(book, *at);
            let code = state.and_then(|state| state.exception.as_ref()).map_or("", |exception| &exception.code);
            format!("state {}, exception {code}", state.map_or("", |state| &state.name))
        }
        Part::Alert(at) => {
            let alert = book.pathway.as_ref().and_then(|pathway| pathway.alerts.get(*at));
            format!("alert {}", alert.map_or("", |alert| &alert.name))
        }
        Part::Requirement(at) => format!("require \"{}\"", book.requirements[*at].says),
    }
}

pub(super) fn state(book: &Rulebook, at: usize) -> Option<&State> {
    book.pathway.as_ref()?.states.get(at)
}

fn program_name(book: &Rulebook, of: ProgramOf) -> String {
    match of {
        ProgramOf::Payment(id) => format!("payment {}", book.payments[id.index()].name),
        ProgramOf::Fee(id) => format!("fee {}", book.fees[id.index()].name),
    }
}

/// `before age 8 months`, `on or after registration`
pub(super) fn edge(book: &Rulebook, edge: Edge, is_start: bool) -> String {
    let date = &book.date_words[edge.date.index()];
    match (is_start, edge.shift_days) {
        (true, 0) => format!("on or after {date}"),
        (true, 1) => format!("after {date}"),
        (true, -1) => format!("on or after the day before {date}"),
        (true, days) if days > 0 => format!("on or after {days} days after {date}"),
        (true, days) => format!("on or after {} days before {date}", -days),
        (false, 0) => format!("by {date}"),
        (false, -1) => format!("before {date}"),
        (false, 1) => format!("by the day after {date}"),
        (false, days) if days > 0 => format!("by {days} days after {date}"),
        (false, days) => format!("by {} days before {date}", -days),
    }
}

/// `at least 3`, `no`
pub(super) fn quantity((at_least, at_most): (u32, Option<u32>)) -> String {
    match (at_least, at_most) {
        (1, None) => "any".to_owned(),
        (least, None) => format!("at least {least}"),
        (0, Some(0)) => "no".to_owned(),
        (0, Some(most)) => format!("at most {most}"),
        (least, Some(most)) if least == most => format!("exactly {least}"),
        (least, Some(most)) => format!("{least} to {most}"),
    }
}

/// `the second`
pub(super) fn which(which: Which) -> String {
    match which {
        Which::FromStart(1) => "the first".to_owned(),
        Which::FromStart(2) => "the second".to_owned(),
        Which::FromStart(3) => "the third".to_owned(),
        Which::FromStart(4) => "the fourth".to_owned(),
        Which::FromStart(5) => "the fifth".to_owned(),
        Which::FromStart(at) => format!("number {at}"),
        Which::Last => "the last".to_owned(),
    }
}
