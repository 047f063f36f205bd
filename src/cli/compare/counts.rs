//! The facts of practices from counts that somebody else made: read and matched as `score` does it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::cli::CliError;
use crate::cli::compare::stage::Stage;
use crate::cli::facts::{self, BookFacts, KnownPractices, PracticeArguments};
use crate::cli::given_counts::{CountRemarks, GivenCounts};
use crate::eval::pay::Facts;
use crate::ground::Findings;
use crate::model::Rulebook;
use crate::model::book::MeasureKind;
use crate::report::comparison::measured;
use crate::report::gaps::NamedGap;
use crate::report::style::listed;

/// Reads the counts once and gives every rulebook the same practices; with what was odd and what a reader must know.
pub(super) fn facts<'b>(
    path: &Path,
    practices: &PracticeArguments,
    known: &KnownPractices,
    stage: &'b Stage,
) -> Result<(Vec<BookFacts<'b>>, Findings, Vec<String>), CliError> {
    let given = GivenCounts::read(path)?;
    let mut remarks = CountRemarks::default();
    remarks.findings.merge(given.table.findings.clone());
    let by_book = given.by_book(stage.books(), &mut remarks)?;
    practices.check_waived(stage.books(), known, given.practices())?;
    let mut books = Vec::new();
    for (at, (book, counts)) in stage.books().iter().zip(&by_book).enumerate() {
        let figures = stage.figures(known, at);
        let facts = facts::from_counts(practices, known, book, figures, counts, &mut remarks);
        remarks.findings.merge(known.unmatched(book, facts.practices.keys().map(String::as_str)));
        books.push(facts);
    }
    let mut notes = remarks.notes();
    let half = |gap: NamedGap| format!("{} ({}; {})", gap.gap, listed(&gap.years), listed(&gap.practices));
    notes.extend(remarks.half_counted().map(half));
    for facts in &books {
        let pairs = remarks.stood_in(facts.book);
        let ids = pairs.filter_map(|(measure, course)| facts.book.measure(measure).zip(facts.book.measure(course)));
        notes.extend(ids.map(|(measure, course)| measured::stand_in(facts.book, measure, course)));
        notes.extend(not_counted(facts.book, &facts.practices));
    }
    Ok((books, remarks.findings, notes))
}

/// Indicators that a rulebook pays for and nobody counted.
fn not_counted(book: &Rulebook, facts: &BTreeMap<String, Facts>) -> Option<String> {
    let measured = book.measurements.iter().enumerate().filter(|(at, measurement)| {
        book.measures[measurement.measure.index()].kind == MeasureKind::Indicator
            && facts.values().all(|facts| facts.counts[*at].is_none())
    });
    let labels: Vec<&str> = measured.map(|(_, measurement)| measurement.label.as_str()).collect();
    (!labels.is_empty())
        .then(|| format!("{}: nobody was counted for {}, which earns nothing here", book.name, labels.join(", ")))
}
