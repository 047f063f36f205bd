//! Readings of a rulebook in words: "VI001 achieved, `at least 3 dtap before age 8 months`: `before age 8 months` read as
//! `by age 8 months`".

use crate::ground::{MissingDay, Span};
use crate::model::Rulebook;
use crate::model::book::{Cluster, FigureValue};
use crate::model::mutants::{Mutant, Rewrite};
use crate::model::part::Part;
use crate::model::pathway::Saying;
use crate::report::trial::formulas::Writer;
use crate::report::trial::parts::{edge, part_name, quantity, state, which};
use crate::report::trial::quoted;
use crate::report::wording::value_words;

/// A reading in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reading {
    /// What is read otherwise, and how: one line, the same as long as the rule is the same.
    pub words: String,
    /// Where the rule stands.
    pub place: Span,
}

/// A mutant in words.
pub fn reading(book: &Rulebook, mutant: &Mutant) -> Reading {
    // Days of the reading stand behind the rulebook's own.
    let changed = mutant.of(book);
    let condition = |id: crate::model::book::ConditionId| quoted(&book.condition_words[id.index()].text);
    let mut subject = part_name(book, &mutant.part);
    if let Some(within) = mutant.within.filter(|_| !matches!(mutant.rewrite, Rewrite::Dropped(_))) {
        subject = format!("{subject}, `{}`", condition(within));
    }
    let read_as = |was: String, becomes: String| format!("`{was}` read as `{becomes}`");
    let writer = Writer { book, program: program(book, &mutant.part) };
    let says = match &mutant.rewrite {
        Rewrite::Edge { is_start, was, becomes: Some(becomes) } => {
            read_as(edge(book, *was, *is_start), edge(&changed, *becomes, *is_start))
        }
        Rewrite::Edge { is_start, was, becomes: None } => format!("`{}` left out", edge(book, *was, *is_start)),
        Rewrite::Quantity { was, becomes } => read_as(quantity(*was), quantity(*becomes)),
        Rewrite::Joint { of_all: true } => read_as("and".to_owned(), "or".to_owned()),
        Rewrite::Joint { of_all: false } => read_as("or".to_owned(), "and".to_owned()),
        Rewrite::Dropped(part) => format!("`{}` left out", condition(*part)),
        Rewrite::Affirmed(_) => "`not` left out".to_owned(),
        Rewrite::ClusterDropped(at) => format!("`{}` left out", book.clusters[*at].name),
        Rewrite::Day { was, becomes } => {
            let words = |book: &Rulebook, id: crate::model::book::DateId| book.date_words[id.index()].clone();
            read_as(words(book, *was), words(&changed, *becomes))
        }
        Rewrite::Which { was, becomes } => read_as(which(*was), which(*becomes)),
        Rewrite::ReasonDropped => "left out".to_owned(),
        Rewrite::ReadAfter(code) => format!("read after {code}"),
        Rewrite::CodeDropped(code) => {
            let term = match &mutant.part {
                Part::Cluster(at) => term(&book.clusters[*at], *code),
                _ => String::new(),
            };
            format!("{code}{term} left out")
        }
        Rewrite::Figure { was, becomes } => match &mutant.part {
            Part::Figure(id) => {
                let mut figure = book.figures[id.index()].clone();
                let mut words = |amount| {
                    figure.value = FigureValue::Is(amount);
                    value_words(&figure).unwrap_or_default()
                };
                read_as(words(*was), words(*becomes))
            }
            _ => read_as(was.to_string(), becomes.to_string()),
        },
        Rewrite::MissingDay(becomes) => {
            let words = |day: MissingDay| match day {
                MissingDay::LastDay => "missing_day = \"last day\"".to_owned(),
                MissingDay::NextDay => "missing_day = \"next day\"".to_owned(),
            };
            read_as(words(book.missing_day), words(*becomes))
        }
        Rewrite::Test(was, Some(becomes)) => read_as(writer.test(was), writer.test(becomes)),
        Rewrite::Test(was, None) => format!("`{}` left out", writer.test(was)),
        Rewrite::Formula(was, becomes) => read_as(writer.formula(was), writer.formula(becomes)),
        Rewrite::CaseDropped(case) => format!("`{}` left out", writer.case(case)),
        Rewrite::Saying { was, becomes: Some(becomes) } => read_as(saying(book, *was), saying(book, *becomes)),
        Rewrite::Saying { was, becomes: None } => format!("`{}` left out", saying(book, *was)),
        Rewrite::SameDayDropped(clusters) => {
            let names: Vec<&str> = clusters.iter().map(|at| book.clusters[at].name.as_str()).collect();
            format!("`on the same day as {}` left out", names.join(" or "))
        }
        Rewrite::StateDropped(at) => format!("`{}` left out", state(book, *at).map_or("", |state| &state.name)),
        Rewrite::RequirementDropped => "left out".to_owned(),
    };
    Reading { words: format!("{subject}: {says}"), place: mutant.place }
}

/// `not saying one means`
fn saying(book: &Rulebook, saying: Saying) -> String {
    let (not, one) = (if saying.absent { "not " } else { "" }, if saying.one { "one " } else { "" });
    format!("{not}saying {one}{}", book.word_lists[saying.words.index()].name)
}

fn term(cluster: &Cluster, code: crate::ground::ConceptId) -> String {
    let known = cluster.codes.iter().find(|known| known.id == code);
    known.map_or(String::new(), |known| format!(" ({})", known.term))
}

/// The first program that a part stands in.
fn program<'b>(book: &'b Rulebook, part: &Part) -> Option<&'b crate::model::formula::Program> {
    match part {
        Part::Line { program, .. } => book.programs.get(*program),
        Part::Book
        | Part::Clause(..)
        | Part::Defined(..)
        | Part::Cluster(_)
        | Part::Figure(_)
        | Part::Fee(_)
        | Part::State(_)
        | Part::Next(..)
        | Part::Exception(_)
        | Part::Alert(_)
        | Part::Requirement(_) => None,
    }
}
