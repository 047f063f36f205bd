//! What is said of a name that the mouse rests on.

use std::fmt::Write;

use crate::model::Rulebook;
use crate::model::book::{Cluster, Figure, FigureValue};
use crate::model::unit::Unit;

/// How many codes of a cluster are shown.
const CODES_SHOWN: usize = 8;

/// The words on a name of a rulebook: what a code cluster holds, what a figure is and who says so.
pub(super) fn words(book: &Rulebook, name: &str) -> Option<String> {
    let clusters = book.clusters.iter().filter(|cluster| cluster.name == name).map(of_cluster);
    let figures: Vec<&Figure> = book.figures.iter().filter(|figure| figure.name == name).collect();
    let figures = (!figures.is_empty()).then(|| of_figures(book, name, &figures));
    let found: Vec<String> = clusters.chain(figures).collect();
    (!found.is_empty()).then(|| found.join("\n\n"))
}

fn of_cluster(cluster: &Cluster) -> String {
    let count = cluster.codes.len();
    let codes = if count == 1 { "1 code".to_owned() } else { format!("{count} codes") };
    let mut words = format!("{}: {}\n{codes}", cluster.name, cluster.title);
    if !cluster.complete {
        words += ", not the whole official list";
    }
    if !cluster.note.is_empty() {
        let _ = write!(words, "\n{}", cluster.note);
    }
    for code in cluster.codes.iter().take(CODES_SHOWN) {
        let _ = write!(words, "\n{}  {}", code.id, code.term);
    }
    if count > CODES_SHOWN {
        let _ = write!(words, "\nand {} more", count - CODES_SHOWN);
    }
    words
}

/// A figure that each indicator has of its own is shown for each.
fn of_figures(book: &Rulebook, name: &str, figures: &[&Figure]) -> String {
    let mut words = name.to_owned();
    for figure in figures {
        let owner = figure.owner.map_or("the whole rulebook", |owner| &book.measures[owner.index()].code);
        let _ = write!(words, "\n{owner}: {}", value(figure));
        let status = figure.status.map(|status| status.word().to_owned());
        let source = figure.source.map(|source| book.sources[source.index()].title.clone());
        let said: Vec<String> = status.into_iter().chain(source).collect();
        if !said.is_empty() {
            let _ = write!(words, " ({})", said.join(": "));
        }
        if let Some(conflict) = &figure.conflict {
            let _ = write!(words, "\n    sources disagree: {conflict}");
        }
    }
    words
}

fn value(figure: &Figure) -> String {
    match &figure.value {
        FigureValue::Is(amount) if figure.unit == Unit::NUMBER => amount.to_string(),
        FigureValue::Is(amount) => format!("{amount} {}", figure.unit),
        FigureValue::IsDate(day) => day.in_words(),
        FigureValue::Unset(why) => format!("not known: {why}"),
        FigureValue::Absent(why) => format!("there is none: {why}"),
    }
}
