//! A pathway and its parts, as resolved.

mod gather;
mod lists;
mod readers;

use serde::Serialize;

pub(super) use readers::{conditions_of_pathway, readers_of_cluster};

use crate::report::show::{ClusterShort, DefinedShown, FigureShown, NotesShown, Place, Sentence};

/// A pathway.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PathwayShown {
    /// `childhood_immunisations`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The indicators.
    pub indicators: Vec<String>,
    /// The rulebook that counts them at the year's end.
    pub year_end: UsedShown,
    /// The rulebook that improvement is measured from.
    pub baseline: Option<UsedShown>,
    /// Who is pursued.
    pub sentence: String,
    /// Its states in order.
    pub states: Vec<StateShown>,
    /// Its alerts.
    pub alerts: Vec<AlertShown>,
    /// Its worklists.
    pub worklists: Vec<WorklistShown>,
    /// The share of exceptions above which a practice is flagged.
    pub audit_above: Option<FigureShown>,
    /// The names that its conditions use.
    pub defined: Vec<DefinedShown>,
    /// The code clusters that it reads.
    pub clusters: Vec<ClusterShort>,
    /// The lists of words that it looks for.
    pub word_lists: Vec<String>,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A rulebook whose results are read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct UsedShown {
    /// `year_end`
    pub name: String,
    /// `qof/2024-25`
    pub rulebook: String,
    /// Its title.
    pub title: String,
}

/// A state, alert or worklist by itself, with what it reads.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartShown<T> {
    /// The part.
    #[serde(flatten)]
    pub part: T,
    /// The pathway that it is of; None for a list outside one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pathway: Option<String>,
    /// How many there are of its kind.
    pub of: usize,
    /// The names that it uses.
    pub defined: Vec<DefinedShown>,
    /// The code clusters that it reads.
    pub clusters: Vec<ClusterShort>,
    /// The lists of words that it looks for.
    pub word_lists: Vec<String>,
}

/// A state.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StateShown {
    /// Its place among the states, from 1.
    pub number: usize,
    /// `refused`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// When a child is in it.
    pub sentence: Sentence,
    /// The rule's own words; None for `otherwise`.
    pub words: Option<String>,
    /// The exception that it is reported as.
    pub exception: Option<ExceptionShown>,
    /// Who is credited for a vaccination.
    pub credited_to: Option<String>,
    /// What to do next: the first that applies.
    pub next: Vec<NextShown>,
    /// The worklists that list its children.
    pub listed_in: Vec<String>,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// An exception that a state is reported as.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ExceptionShown {
    /// `ABSOLUTE`
    pub code: String,
    /// Its title.
    pub title: String,
    /// Which records show it.
    pub shown_by: String,
}

/// A next step.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NextShown {
    /// What to do.
    pub step: String,
    /// When it applies; None: always.
    pub when: Option<Sentence>,
    /// The rule's own words for it.
    pub words: Option<String>,
}

/// An alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AlertShown {
    /// Its place among the alerts, from 1.
    pub number: usize,
    /// `too_few_means`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// True where it is raised once for a practice.
    pub once_per_practice: bool,
    /// When it is raised.
    pub sentence: Sentence,
    /// The rule's own words.
    pub words: String,
    /// What to do.
    pub to_do: String,
    /// The template to code with.
    pub template: Option<String>,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A worklist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WorklistShown {
    /// Its place among the worklists, from 1.
    pub number: usize,
    /// `coordinator`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// Who works through it.
    pub worked_by: String,
    /// What its rows are.
    pub rows: String,
    /// Who stands first.
    pub first: Option<Sentence>,
    /// The rule's own words for it.
    pub first_words: Option<String>,
    /// Its columns, left to right.
    pub columns: Vec<ColumnShown>,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A column of a worklist.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ColumnShown {
    /// Its heading.
    pub column: String,
    /// What stands in it.
    pub holds: String,
}

/// A list of words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WordListShown {
    /// `means`
    pub name: String,
    /// The rulebook that it stands in.
    pub rulebook: String,
    /// Its title.
    pub rulebook_title: String,
    /// Its things, each in all the ways it is written.
    pub things: Vec<ThingShown>,
    /// What looks for it.
    pub read_by: Vec<String>,
}

/// A thing of a list of words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ThingShown {
    /// `text_message`
    pub thing: String,
    /// How it is written: small letters, punctuation left out.
    pub ways: Vec<String>,
}
