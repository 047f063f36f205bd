//! The facts of practices from counts that somebody else made.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::compare::stage::Stage;
use crate::cli::facts::{BookFacts, KnownPractices, PracticeArguments};
use crate::cli::{CliError, inputs};
use crate::data::counts::{self, CountRow};
use crate::eval::pay::{Counted, Facts, Origin};
use crate::ground::{Amount, Findings};
use crate::model::Rulebook;
use crate::model::book::{MeasureId, MeasureKind};
use crate::report::comparison::measured;

/// Reads the counts once and gives every rulebook the same practices.
pub(super) fn facts<'b>(
    path: &Path,
    practices: &PracticeArguments,
    known: &KnownPractices,
    stage: &'b Stage,
) -> Result<(Vec<BookFacts<'b>>, Findings, Vec<String>), CliError> {
    let table = counts::read(&inputs::open(path)?)?;
    let mut by_practice: BTreeMap<&str, BTreeMap<&str, &CountRow>> = BTreeMap::new();
    for row in &table.rows {
        let of_practice = by_practice.entry(&row.practice_code).or_default();
        if of_practice.insert(&row.measure, row).is_some() {
            let message =
                format!("row {} of {} counts {} a second time for one practice", row.row, path.display(), row.measure);
            return Err(CliError::usage(message).help("give one row per practice and measure: counts of one year"));
        }
    }
    let mut notes = BTreeSet::new();
    let mut books = Vec::new();
    for (at, book) in stage.books().iter().enumerate() {
        let mut facts = BTreeMap::new();
        for (code, rows) in &by_practice {
            let mut of_practice = known.facts(practices, book, code, Origin::Counts);
            fill(book, rows, &mut of_practice, &mut notes);
            facts.insert((*code).to_owned(), of_practice);
        }
        notes.extend(not_counted(book, &facts));
        books.push(BookFacts { book, figures: stage.figures(known, at), practices: facts });
    }
    if table.rows.iter().any(|row| row.rounded) {
        notes.insert("numerators worked out from a percentage are only as exact as it was written".to_owned());
    }
    Ok((books, table.findings, notes.into_iter().collect()))
}

/// What was counted, by label or by code; then what stands in for measures that were not.
fn fill(book: &Rulebook, rows: &BTreeMap<&str, &CountRow>, facts: &mut Facts, notes: &mut BTreeSet<String>) {
    let of_measure = |id: MeasureId| rows.get(book.measures[id.index()].code.as_str());
    for (counted, measurement) in facts.counts.iter_mut().zip(&book.measurements) {
        let by_label = rows.get(measurement.label.as_str());
        if let Some(row) = by_label.or_else(|| of_measure(measurement.measure)) {
            *counted = Some(counted_of(row));
            if by_label.is_none() {
                notes.insert(format!(
                    "{}: a count for the whole year is used for {}, which is approximate",
                    book.name, measurement.label
                ));
            }
            continue;
        }
        let proxy = book.proxies.iter().find(|proxy| proxy.measure == measurement.measure);
        let Some(proxy) = proxy else { continue };
        let rows: Option<Vec<_>> = proxy.lowest_of.iter().map(|id| Some((*id, counted_of(of_measure(*id)?)))).collect();
        let lowest = rows.and_then(|rows| rows.into_iter().min_by_key(|(_, counted)| counted.achievement_percent()));
        if let Some((id, lowest)) = lowest {
            *counted = Some(lowest);
            notes.insert(measured::stand_in(book, measurement.measure, id));
        }
    }
}

fn counted_of(row: &CountRow) -> Counted {
    let counted = Counted::of(row.numerator, row.denominator);
    match row.register.map(|people| people.map(Amount::from)) {
        Some([register, excluded, excepted]) => Counted { register, excluded, excepted, ..counted },
        None => counted,
    }
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
