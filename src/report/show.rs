//! What a rulebook says, as resolved: each thing in it as plain English beside the rule's own words, with every figure,
//! source and disagreement.
//!
//! A thing is first made into one of the structures here, which is what `--format json` prints; [`pages`] turns the same
//! structures into pages for people, so that no format knows more than another.

mod beside;
mod days;
mod find;
pub(in crate::report) mod formulas;
mod gather;
mod overview;
pub mod pages;
mod pathway;
mod sentences;
pub mod unverified;

use serde::Serialize;

pub use find::{find, known_names};
pub use overview::{BookShown, overview};
pub use pathway::{
    AlertShown, ColumnShown, ExceptionShown, NextShown, PartShown, PathwayShown, StateShown, ThingShown, UsedShown,
    WordListShown, WorklistShown,
};
pub use sentences::Sentence;

/// The name and version of the JSON document's form.
pub const SCHEMA: &str = "uptake.show/1";

/// Something of a rulebook.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Shown {
    /// The whole rulebook in short.
    Rulebook(Box<BookShown>),
    /// An indicator.
    Indicator(Box<MeasureShown>),
    /// A course.
    Course(Box<MeasureShown>),
    /// A payment.
    Payment(Box<PaymentShown>),
    /// An item-of-service fee.
    Fee(Box<FeeShown>),
    /// A figure.
    Figure(Box<FigureShown>),
    /// A code cluster.
    Cluster(Box<ClusterShown>),
    /// A pathway.
    Pathway(Box<PathwayShown>),
    /// A state of a pathway.
    State(Box<PartShown<StateShown>>),
    /// An alert of a pathway.
    Alert(Box<PartShown<AlertShown>>),
    /// A worklist of a pathway.
    Worklist(Box<PartShown<WorklistShown>>),
    /// A list of words.
    WordList(Box<WordListShown>),
}

/// Where something stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Place {
    /// `qof/2023-24`
    pub rulebook: String,
    /// The rulebook's title.
    pub rulebook_title: String,
    /// `qof/2023-24/indicators.rules:6`: the path below the rules folder, and the line.
    pub place: String,
}

/// Who says so, and how sure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SourceShown {
    /// `official`, `reported`, `derived` or `assumed`.
    pub status: &'static str,
    /// `letter-2023-03-06`
    pub source: String,
    /// What it is.
    pub title: String,
}

/// Remarks on a clause.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct NotesShown {
    /// Who says so.
    pub sources: Vec<SourceShown>,
    /// Where sources disagree, and which is followed.
    pub conflicts: Vec<String>,
}

/// An indicator or course.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MeasureShown {
    /// `VI001`
    pub code: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The place that borrows it, where what was asked is a rulebook that has it from another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borrowed_by: Option<Place>,
    /// The contract's wording in short.
    pub says: Option<String>,
    /// Who says so.
    #[serde(flatten)]
    pub notes: NotesShown,
    /// The days on which it is measured.
    pub measured: Vec<MeasuredShown>,
    /// Who is on the register, who leaves it, who achieves, who is excepted: in the order in which they are looked at.
    pub clauses: Vec<ClauseShown>,
    /// When the doses that it counts are due, which decides no outcome.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<DueShown>,
    /// What may have been such a dose, and how far off a date may be; neither decides an outcome.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub near_misses: Vec<NearShown>,
    /// The names that its clauses use.
    pub defined: Vec<DefinedShown>,
    /// When those on the register come to the ages that are asked for.
    pub ages: Vec<CohortShown>,
    /// Its own figures.
    pub figures: Vec<FigureShown>,
    /// What is paid for it.
    pub payments: Vec<ProgramShown>,
    /// Which courses stand in for it where counts lack it.
    pub stand_in: Option<StandInShown>,
    /// The code clusters that it reads.
    pub clusters: Vec<ClusterShort>,
}

/// A day on which something is measured.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MeasuredShown {
    /// `VI001`, or `T5_BOOSTER Q2`.
    pub label: String,
    /// `2024-03-31`
    pub day: String,
    /// `31 March 2024`
    #[serde(skip)]
    pub day_in_words: String,
}

/// A clause of a measure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClauseShown {
    /// `register`, `exclude`, `achieved` or `except`.
    pub clause: &'static str,
    /// The reason's code, for `exclude` and `except`.
    pub code: Option<String>,
    /// The reason's title.
    pub title: Option<String>,
    /// The clause in English.
    pub sentence: Sentence,
    /// The rule's own words.
    pub words: String,
    /// The line on which the condition starts.
    pub place: String,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// When doses are due.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DueShown {
    /// `Doses of mmr are due at the age of 1 year and the age of 3 years 4 months.`
    pub sentence: String,
    /// Where it stands.
    pub place: String,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// What is taken for a near miss.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NearShown {
    /// `A record of td_ipv may have been a dose of dtap.`
    pub sentence: String,
    /// What to look at, in the rulebook's own words.
    pub says: Option<String>,
    /// Where it stands.
    pub place: String,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A name that a clause uses.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DefinedShown {
    /// `two_mmr`
    pub name: String,
    /// What it stands for, in English.
    pub sentence: Sentence,
    /// The rule's own words; None for a day.
    pub words: Option<String>,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// Those who can be on a register by one of its ages.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CohortShown {
    /// `VI001`, or `T5_BOOSTER Q2`.
    pub label: String,
    /// `reaches 8 months in the year`
    pub reaches: String,
    /// The first date of birth.
    pub born_from: String,
    /// The last date of birth.
    pub born_to: String,
    /// The ages that the measure reads.
    pub ages: Vec<AgeShown>,
}

/// An age, and when the first born and the last born come to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct AgeShown {
    /// `8 months`
    pub age: String,
    /// The day on which the first born reach it.
    pub from: String,
    /// The day on which the last born reach it.
    pub to: String,
}

/// A figure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FigureShown {
    /// `lower_threshold`
    pub name: String,
    /// The indicator or course that it belongs to; None for the rulebook's.
    pub of: Option<String>,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// `is`, `unset` or `none`.
    pub state: &'static str,
    /// The exact number, or the date; None where it has none.
    pub value: Option<String>,
    /// Its unit as written.
    pub unit: String,
    /// `86 %`, `not set`, `there is none`.
    pub in_words: String,
    /// Why it is not set, or why there is none.
    pub why: Option<String>,
    /// How far to trust it.
    pub status: Option<&'static str>,
    /// Who says so.
    pub source: Option<String>,
    /// What that is.
    pub source_title: Option<String>,
    /// Where sources disagree, and which is followed.
    pub conflict: Option<String>,
    /// The payments and fees that read it.
    pub read_by: Vec<String>,
}

/// A payment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PaymentShown {
    /// `achievement`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// True if a run may waive it for a practice.
    pub may_be_waived: bool,
    /// True if it is paid where only counts are known.
    pub from_counts_only: bool,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
    /// How it is worked out, for each thing that it is paid for.
    pub programs: Vec<ProgramShown>,
}

/// How a payment is worked out for some of the things that it is paid for: those with the same figures together.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ProgramShown {
    /// `achievement`
    pub payment: String,
    /// The payment's title.
    pub title: String,
    /// `VI001`, `quarter 2`, `the practice`, `each dose`.
    pub paid_for: Vec<String>,
    /// Its lines in order.
    pub lines: Vec<LineShown>,
}

/// A line of a payment.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct LineShown {
    /// `points`
    pub name: String,
    /// In what unit, in words.
    pub unit: String,
    /// Its cases in words with the figures' values in place: the first that applies gives the value.
    pub cases: Vec<String>,
    /// The rule's own words.
    pub words: String,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A fee.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FeeShown {
    /// `mmr`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// What is paid for, in English.
    pub sentence: String,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
    /// What is paid for each.
    pub program: Option<ProgramShown>,
    /// The code clusters that it pays for.
    pub clusters: Vec<ClusterShort>,
}

/// Courses that stand in for a measure.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StandInShown {
    /// What is stood in for.
    pub measure: String,
    /// The course of lowest achievement among these stands in.
    pub lowest_of: Vec<String>,
    /// Remarks.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A code cluster by its name and size.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClusterShort {
    /// `mmr`
    pub name: String,
    /// Its title.
    pub title: String,
    /// How many codes it has.
    pub codes: usize,
    /// False if it is only what could be found in public.
    pub complete: bool,
}

/// A code cluster.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ClusterShown {
    /// `mmr`
    pub name: String,
    /// Its title.
    pub title: String,
    /// The rulebook that it was read for.
    pub rulebook: String,
    /// Its title.
    pub rulebook_title: String,
    /// False if it is only what could be found in public.
    pub complete: bool,
    /// What is known to be missing or uncertain.
    pub note: String,
    /// The measures and fees that read it.
    pub read_by: Vec<String>,
    /// Its codes by number, those of the clusters that it includes among them.
    pub codes: Vec<CodeShown>,
}

/// A code of a cluster.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CodeShown {
    /// The concept id, as text: many programs round such numbers.
    pub code: String,
    /// Its term.
    pub term: String,
    /// Who says that it belongs here.
    pub source: String,
}
