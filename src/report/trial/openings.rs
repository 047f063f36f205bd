//! What no example touches, in words: "VI001 except DTPCON, `any dtap_contraindicated before age 8 months`: never false".

use crate::eval::coverage::{Boundary, Coverage, Covered, Side, Touched};
use crate::ground::Span;
use crate::model::Rulebook;
use crate::model::book::ConditionId;
use crate::model::part::Part;
use crate::report::style::listed;
use crate::report::trial::formulas::Writer;
use crate::report::trial::parts::{edge, part_name};
use crate::report::trial::quoted;

/// Something that examples leave open, in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opening {
    /// What, and which of its sides: one line, the same as long as the rule and its examples are the same.
    pub words: String,
    /// Where the rule stands.
    pub place: Span,
}

/// The clauses that are never true or never false.
pub fn clauses(book: &Rulebook, coverage: &Coverage) -> Vec<Opening> {
    let open = coverage.clauses.iter().filter(|clause| !clause.is_whole());
    open.map(|clause| Opening { words: clause_words(book, clause), place: clause.place }).collect()
}

/// The boundaries that are not touched from all sides.
pub fn boundaries(book: &Rulebook, coverage: &Coverage) -> Vec<Opening> {
    let open = coverage.boundaries.iter().filter(|boundary| !boundary.is_whole());
    open.map(|boundary| Opening { words: boundary_words(book, boundary), place: boundary.place }).collect()
}

fn clause_words(book: &Rulebook, clause: &Touched<Covered>) -> String {
    let what = match &clause.what {
        Covered::Condition(part, id) => in_part(book, part, Some(*id)),
        Covered::Case(part, case) => format!("{}, `{}`", part_name(book, part), case_words(book, part, *case)),
        Covered::Requirement(part) => part_name(book, part),
    };
    let is_case = matches!(clause.what, Covered::Case(..));
    let side = |side: Side| match (side, is_case) {
        (Side::True, true) => "never applies",
        (Side::False, true) => "always applies",
        (Side::True, false) => "never true",
        (Side::False | Side::Below | Side::On | Side::Above, _) => "never false",
    };
    let sides: Vec<String> = clause.open().map(|open| side(open).to_owned()).collect();
    // What is never asked is neither.
    match (sides.len(), is_case) {
        (2, true) => format!("{what}: never asked"),
        (2, false) => format!("{what}: never true and never false"),
        _ => format!("{what}: {}", listed(&sides)),
    }
}

fn boundary_words(book: &Rulebook, boundary: &Touched<Boundary>) -> String {
    let date = |id: crate::model::book::DateId| &book.date_words[id.index()];
    let (what, of) = match &boundary.what {
        Boundary::Edge { part, condition, is_start, edge: at } => {
            let what = format!("{}: `{}`", in_part(book, part, *condition), edge(book, *at, *is_start));
            (what, Of::Day(date(at.date).clone()))
        }
        Boundary::Registered { part, condition, date: on, is_joining } => {
            let how = if *is_joining { "joining the list" } else { "leaving the list or dying" };
            (format!("{}: {how}", in_part(book, part, Some(*condition))), Of::Day(date(*on).clone()))
        }
        Boundary::Count { part, condition, bound } => {
            (format!("{}: how many", in_part(book, part, Some(*condition))), Of::Count(*bound))
        }
        Boundary::Required { part, at } => {
            let Part::Requirement(requirement) = part else { return String::new() };
            let writer = Writer { book, program: None };
            let test = writer.comparisons(&book.requirements[*requirement].test).into_iter().nth(*at);
            (format!("{}: `{}`", part_name(book, part), test.unwrap_or_default()), Of::Amount)
        }
        Boundary::Threshold { part, case, at, owner } => {
            let test = comparison(book, part, *case, *at);
            let owner = owner.map_or(String::new(), |id| format!(" of {}", book.measures[id.index()].code));
            (format!("{}: `{test}`{owner}", part_name(book, part)), Of::Amount)
        }
    };
    let sides: Vec<String> = boundary.open().map(|side| of.side(side)).collect();
    format!("{what}: no example {}", joined(&sides))
}

/// What a boundary is one of.
enum Of {
    Day(String),
    Count(u32),
    Amount,
}

impl Of {
    fn side(&self, side: Side) -> String {
        match (self, side) {
            (Of::Day(date), Side::Below) => format!("the day before {date}"),
            (Of::Day(date), Side::On) => format!("on {date}"),
            (Of::Day(date), _) => format!("the day after {date}"),
            (Of::Count(bound), Side::Below) => format!("with {}", bound.saturating_sub(1)),
            (Of::Count(bound), Side::On) => format!("with {bound}"),
            (Of::Count(bound), _) => format!("with {}", bound + 1),
            (Of::Amount, Side::Below) => "below".to_owned(),
            (Of::Amount, Side::On) => "on it".to_owned(),
            (Of::Amount, _) => "above".to_owned(),
        }
    }
}

/// `below`, `below or on it`, `below, on it or above`
fn joined(sides: &[String]) -> String {
    match sides {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `VI001 except DTPCON, `any dtap_contraindicated before age 8 months``
fn in_part(book: &Rulebook, part: &Part, condition: Option<ConditionId>) -> String {
    let name = part_name(book, part);
    match condition {
        Some(id) => format!("{name}, `{}`", quoted(&book.condition_words[id.index()].text)),
        None => name,
    }
}

fn case_words(book: &Rulebook, part: &Part, case: usize) -> String {
    let Part::Line { program, line } = part else { return String::new() };
    let program = &book.programs[*program];
    let cases = &program.lines[*line].cases;
    let writer = Writer { book, program: Some(program) };
    if cases.len() == 1 { writer.formula(&cases[case].formula) } else { writer.case(&cases[case]) }
}

fn comparison(book: &Rulebook, part: &Part, case: usize, at: usize) -> String {
    let Part::Line { program, line } = part else { return String::new() };
    let program = &book.programs[*program];
    let writer = Writer { book, program: Some(program) };
    let test = program.lines[*line].cases[case].test.as_ref();
    test.map(|test| writer.comparisons(test)).and_then(|all| all.into_iter().nth(at)).unwrap_or_default()
}
