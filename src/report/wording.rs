//! Lines that several pages print in the same words: a figure, a remark, a code cluster.

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Cluster, Figure, FigureValue, Notes};
use crate::report::style::counted;

/// A figure with its unit, status and source: `lower_threshold 86 % (official: NHS England's letter of …)`.
pub fn figure_line(book: &Rulebook, figure: &Figure) -> String {
    let said = match (&figure.value, value_words(figure)) {
        (FigureValue::Unset(why), _) => return format!("{} is not set: {why}", figure.name),
        (FigureValue::Absent(why), _) => return format!("{}: none, {why}", figure.name),
        (FigureValue::Is(_) | FigureValue::IsDate(_), said) => said.unwrap_or_default(),
    };
    let status = figure.status.map_or("", |status| status.word());
    let source = figure.source.map_or("", |source| book.sources[source.index()].title.as_str());
    format!("{} {said} ({status}: {source})", figure.name)
}

/// A figure's name as people say it: `lower threshold`.
pub fn said(name: &str) -> String {
    name.replace('_', " ")
}

/// A figure's value in its unit: `86 %`, `£10.06 per dose`, `1 January 2026`; None for one that has no value.
pub fn value_words(figure: &Figure) -> Option<String> {
    match &figure.value {
        FigureValue::Is(amount) => Some(match figure.unit_word.strip_prefix('£') {
            Some(per) => format!("{}{per}", pounds(*amount)),
            None if *amount == Amount::ONE => format!("1 {}", singular(&figure.unit_word)).trim_end().to_owned(),
            None => format!("{amount} {}", figure.unit_word).trim_end().to_owned(),
        }),
        FigureValue::IsDate(day) => Some(day.in_words()),
        FigureValue::Unset(_) | FigureValue::Absent(_) => None,
    }
}

/// An exact amount of pounds: `£10.06`, `£12.50`, `£30`.
pub fn pounds(amount: Amount) -> String {
    let is_in_pence = Amount::ratio(1, 100).and_then(|pence| amount.over(pence)).is_some_and(Amount::is_whole);
    if is_in_pence && !amount.is_whole() { format!("£{}", amount.to_decimals(2)) } else { format!("£{amount}") }
}

fn singular(unit: &str) -> &str {
    match unit {
        "points" => "point",
        "patients" => "patient",
        "children" => "child",
        "doses" => "dose",
        "days" => "day",
        "months" => "month",
        other => other,
    }
}

/// Who says so, and where sources disagree, a line each.
pub fn note_lines(book: &Rulebook, notes: &Notes) -> Vec<String> {
    let source = |(source, status): &(crate::model::book::SourceId, crate::model::book::Status)| {
        source_line(status.word(), &book.sources[source.index()].title)
    };
    let sources = notes.sources.iter().map(source);
    sources.chain(notes.conflicts.iter().map(|conflict| conflict_line(conflict))).collect()
}

/// `source (official): NHS England's letter of …`
pub fn source_line(status: &str, title: &str) -> String {
    format!("source ({status}): {title}")
}

/// `sources disagree: …`
pub fn conflict_line(conflict: &str) -> String {
    format!("sources disagree: {conflict}")
}

/// `mmr: Measles, mumps and rubella vaccination (15 codes, not the whole official list)`
pub fn cluster_line(cluster: &Cluster) -> String {
    format!("{}: {} ({})", cluster.name, cluster.title, cluster_size(cluster.codes.len(), cluster.complete))
}

/// `15 codes, not the whole official list`
pub fn cluster_size(codes: usize, complete: bool) -> String {
    let whole = if complete { "" } else { ", not the whole official list" };
    format!("{}{whole}", counted(codes as u64, "code"))
}
