//! A whole rulebook on one page.

use serde::Serialize;

use crate::ground::{MissingDay, Sources};
use crate::model::Rulebook;
use crate::model::book::{MeasureId, MeasureKind, PaymentId};
use crate::model::formula::ProgramOf;
use crate::report::show::gather::Gatherer;
use crate::report::show::{ClusterShort, FigureShown, NotesShown, StandInShown};
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
        figures: gatherer.figures_of(Some(MeasureId(at))),
        notes: gatherer.notes(&measure.notes),
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
        measures: book.measures.iter().zip(0..).map(measure).collect(),
        figures: gatherer.figures_of(None),
        payments: book.payments.iter().zip(0..).map(payment).collect(),
        fees: book
            .fees
            .iter()
            .map(|fee| PaidShort { name: fee.name.clone(), title: fee.title.clone(), paid_for: "each dose".to_owned() })
            .collect(),
        stand_ins: gatherer.stand_ins(),
        clusters: (0..book.clusters.len()).map(|at| gatherer.cluster_short(at)).collect(),
        sources: book
            .sources
            .iter()
            .map(|source| SourceShort { id: source.id.clone(), title: source.title.clone() })
            .collect(),
    }
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
