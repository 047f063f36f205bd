//! A whole rulebook on one page.

use serde::Serialize;

use crate::ground::{MissingDay, Sources};
use crate::model::Rulebook;
use crate::model::book::{MeasureId, MeasureKind, PaymentId, UsedId};
use crate::model::formula::ProgramOf;
use crate::report::show::gather::Gatherer;
use crate::report::show::{
    AlertShown, ClusterShort, FigureShown, NotesShown, PathwayShown, StandInShown, StateShown, UsedShown,
    WordListShown, WorklistShown,
};
use crate::report::style::listed;

/// A rulebook in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BookShown {
    /// `qof/2023-24`
    pub name: String,
    /// Its title.
    pub title: String,
    /// How often it was revised since it was first published.
    pub revision: u32,
    /// SHA-256 of what it says.
    pub digest: String,
    /// The first day of the contract year.
    pub starts: String,
    /// The last day of the contract year.
    pub ends: String,
    /// What an age is when the month lacks the day, in words.
    pub missing_day: &'static str,
    /// The areas that it is for; none where it is for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub areas: Vec<String>,
    /// The years whose results together are a practice's baseline, where the rulebook says so.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub baseline_years: Vec<String>,
    /// The rulebooks whose results it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<UsedShown>,
    /// Indicators and courses.
    pub measures: Vec<MeasureShort>,
    /// The rulebook's own figures.
    pub figures: Vec<FigureShown>,
    /// Payments.
    pub payments: Vec<PaidShort>,
    /// Fees.
    pub fees: Vec<PaidShort>,
    /// Which courses stand in for which measures.
    pub stand_ins: Vec<StandInShown>,
    /// Its pathway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pathway: Option<PathwayShort>,
    /// Its lists of patients.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub worklists: Vec<WorklistShort>,
    /// Its lists of words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub word_lists: Vec<WordListShown>,
    /// The code clusters that its rules name.
    pub clusters: Vec<ClusterShort>,
    /// Who says so.
    pub sources: Vec<SourceShort>,
}

/// An indicator or course with its figures.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MeasureShort {
    /// `indicator` or `course`.
    pub kind: &'static str,
    /// `VI001`
    pub code: String,
    /// Its title.
    pub title: String,
    /// The rulebook that counts it, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counted_by: Option<String>,
    /// Its own figures.
    pub figures: Vec<FigureShown>,
    /// Who says so.
    #[serde(flatten)]
    pub notes: NotesShown,
}

/// A payment or fee by name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PaidShort {
    /// `achievement`
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it is paid for, in words.
    pub paid_for: String,
}

/// A pathway by its parts' names.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PathwayShort {
    /// `childhood_immunisations`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who is pursued.
    pub sentence: String,
    /// Its states in order.
    pub states: Vec<StateShort>,
    /// Its alerts: names and titles.
    pub alerts: Vec<Named>,
    /// Its worklists.
    pub worklists: Vec<WorklistShort>,
}

/// A state in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct StateShort {
    /// `refused`
    pub name: String,
    /// Its title.
    pub title: String,
    /// The code of the exception that it is reported as.
    pub exception: Option<String>,
    /// Who is credited for a vaccination.
    pub credited_to: Option<String>,
}

/// A worklist in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WorklistShort {
    /// `calls`
    pub name: String,
    /// Its title.
    pub title: String,
    /// Who works through it.
    pub worked_by: String,
}

/// A name and a title.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Named {
    /// `too_few_means`
    pub name: String,
    /// Its title.
    pub title: String,
}

/// A source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SourceShort {
    /// `letter-2023-03-06`
    pub id: String,
    /// What it is.
    pub title: String,
}

/// The rulebook in short.
pub fn overview(book: &Rulebook, sources: &Sources) -> BookShown {
    let gatherer = Gatherer { book, sources };
    let measure = |(measure, at): (&crate::model::book::Measure, u32)| MeasureShort {
        kind: kind_word(measure.kind),
        code: measure.code.clone(),
        title: measure.title.clone(),
        counted_by: measure.borrowed.map(|borrowed| gatherer.used(borrowed.from).rulebook),
        figures: gatherer.figures_of(Some(MeasureId(at))),
        notes: gatherer.notes_of(MeasureId(at)),
    };
    let payment = |(payment, at): (&crate::model::book::Payment, u32)| PaidShort {
        name: payment.name.clone(),
        title: payment.title.clone(),
        paid_for: paid_for(book, PaymentId(at)),
    };
    BookShown {
        name: book.name.to_string(),
        title: book.title.clone(),
        revision: book.revision,
        digest: book.digest.clone(),
        starts: book.start.to_string(),
        ends: book.end.to_string(),
        missing_day: match book.missing_day {
            MissingDay::LastDay => "an age that falls on a day its month lacks is reached on the month's last day",
            MissingDay::NextDay => "an age that falls on a day its month lacks is reached on the day after the month",
        },
        areas: book.areas.clone(),
        baseline_years: book.baseline_years.iter().map(ToString::to_string).collect(),
        uses: (0..book.uses.len())
            .filter_map(|at| u32::try_from(at).ok())
            .map(|at| gatherer.used(UsedId(at)))
            .collect(),
        measures: book.measures.iter().zip(0..).map(measure).collect(),
        figures: gatherer.figures_of(None),
        payments: book.payments.iter().zip(0..).map(payment).collect(),
        fees: book
            .fees
            .iter()
            .map(|fee| PaidShort { name: fee.name.clone(), title: fee.title.clone(), paid_for: "each dose".to_owned() })
            .collect(),
        stand_ins: gatherer.stand_ins(),
        pathway: book.pathway.as_ref().map(|pathway| short(&gatherer.pathway(pathway))),
        worklists: book
            .worklists
            .iter()
            .enumerate()
            .map(|(at, list)| list_short(&gatherer.worklist(at, list)))
            .collect(),
        word_lists: book.word_lists.iter().enumerate().map(|(at, list)| gatherer.word_list(at, list)).collect(),
        clusters: (0..book.clusters.len()).map(|at| gatherer.cluster_short(at)).collect(),
        sources: book
            .sources
            .iter()
            .map(|source| SourceShort { id: source.id.clone(), title: source.title.clone() })
            .collect(),
    }
}

fn short(pathway: &PathwayShown) -> PathwayShort {
    let state = |state: &StateShown| StateShort {
        name: state.name.clone(),
        title: state.title.clone(),
        exception: state.exception.as_ref().map(|exception| exception.code.clone()),
        credited_to: state.credited_to.clone(),
    };
    let named = |alert: &AlertShown| Named { name: alert.name.clone(), title: alert.title.clone() };
    PathwayShort {
        name: pathway.name.clone(),
        title: pathway.title.clone(),
        sentence: pathway.sentence.clone(),
        states: pathway.states.iter().map(state).collect(),
        alerts: pathway.alerts.iter().map(named).collect(),
        worklists: pathway.worklists.iter().map(list_short).collect(),
    }
}

fn list_short(list: &WorklistShown) -> WorklistShort {
    WorklistShort { name: list.name.clone(), title: list.title.clone(), worked_by: list.worked_by.clone() }
}

/// `indicator` or `course`.
pub(super) fn kind_word(kind: MeasureKind) -> &'static str {
    match kind {
        MeasureKind::Indicator => "indicator",
        MeasureKind::Course => "course",
    }
}

/// `VI001, VI002 and VI003`, `each of 4 quarters`, `the practice`.
fn paid_for(book: &Rulebook, id: PaymentId) -> String {
    let programs: Vec<_> = book.programs.iter().filter(|program| program.of == ProgramOf::Payment(id)).collect();
    let labels: Vec<String> = programs
        .iter()
        .filter_map(|program| program.measurement)
        .map(|measured| book.measurements[measured.index()].label.clone())
        .collect();
    let quarters = programs.iter().filter(|program| program.quarter.is_some()).count();
    match (labels.is_empty(), quarters) {
        (false, _) => listed(&labels),
        (true, 0) => "the practice".to_owned(),
        (true, quarters) => format!("each of {quarters} quarters"),
    }
}
