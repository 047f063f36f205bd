//! The earlier results of practices that `--baseline` names: which of them are pooled for which rulebook.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::cli::years::DEFAULT_SCHEME;
use crate::cli::{CliError, inputs};
use crate::data::counts::{self, CountRow};
use crate::data::naming::TableName;
use crate::eval::pay::Counted;
use crate::ground::{Amount, FindingKind, Findings};
use crate::model::Rulebook;
use crate::model::book::Measurement;

/// The rows of all tables of earlier results.
#[derive(Debug, Default)]
pub(in crate::cli) struct Baselines {
    /// The tables' names.
    files: Vec<String>,
    /// By practice and measure.
    rows: BTreeMap<(String, String), Vec<Earlier>>,
}

/// One row, and the place of its table among those read.
#[derive(Debug)]
struct Earlier {
    file: usize,
    row: CountRow,
}

impl Baselines {
    /// Reads the tables.
    pub(super) fn read(
        paths: &[impl AsRef<Path>],
        books: &[Rulebook],
        findings: &mut Findings,
    ) -> Result<Baselines, CliError> {
        let mut baselines = Baselines::default();
        for path in paths {
            let table = counts::read(&inputs::open(path.as_ref(), TableName::Counts)?)?;
            findings.merge(table.findings);
            let file = baselines.files.len();
            baselines.files.push(path.as_ref().display().to_string());
            for row in table.rows {
                let key = (row.practice_code.clone(), row.measure.clone());
                baselines.rows.entry(key).or_default().push(Earlier { file, row });
            }
        }
        baselines.choose(findings);
        baselines.count_other_years(books, findings);
        Ok(baselines)
    }

    /// True if nobody gave any.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The practices that have a row.
    pub(super) fn practices(&self) -> impl Iterator<Item = &str> {
        self.rows.keys().map(|(practice, _)| practice.as_str())
    }

    /// A practice's baseline for what a rulebook measures: its results of the years that the rulebook names, pooled.
    pub(super) fn of(&self, book: &Rulebook, practice_code: &str, measurement: &Measurement) -> Option<Counted> {
        let code = &book.measures[measurement.measure.index()].code;
        let pooled = |measure: &str| {
            let rows = self.rows.get(&(practice_code.to_owned(), measure.to_owned()))?;
            let counted = rows.iter().filter(|earlier| is_asked(book, &earlier.row));
            counted.map(|earlier| Counted::of(earlier.row.numerator, earlier.row.denominator)).reduce(together)
        };
        pooled(&measurement.label).or_else(|| pooled(code))
    }

    /// Of several rows for one practice, measure and year, one whatever their order, as of a year's own counts. Rows that
    /// tell no year may be of several, and are kept.
    fn choose(&mut self, findings: &mut Findings) {
        for rows in self.rows.values_mut() {
            rows.sort_by_key(order);
            let mut kept: Vec<Earlier> = Vec::with_capacity(rows.len());
            for earlier in rows.drain(..) {
                let same_year =
                    kept.iter().find(|other| other.row.year.is_some() && other.row.year == earlier.row.year);
                match same_year {
                    None => kept.push(earlier),
                    Some(other) if counts_of(&other.row) == counts_of(&earlier.row) => {}
                    Some(_) => {
                        let file = &self.files[earlier.file];
                        findings.add(FindingKind::CountedTwice, file, "measure", Some(earlier.row.row));
                    }
                }
            }
            *rows = kept;
        }
    }

    /// Counts the rows that a rulebook does not pool, for each that reads a baseline.
    fn count_other_years(&self, books: &[Rulebook], findings: &mut Findings) {
        for book in books.iter().filter(|book| super::reads_baseline(book)) {
            let column = format!("year ({})", book.name);
            for earlier in self.rows.values().flatten().filter(|earlier| !is_asked(book, &earlier.row)) {
                findings.add(FindingKind::OtherYear, &self.files[earlier.file], &column, Some(earlier.row.row));
            }
        }
    }

    /// Practices that have a baseline and were not counted, and the other way round, for a rulebook that reads baselines.
    pub(super) fn unmatched(&self, book: &Rulebook, counted: &BTreeSet<&str>) -> Findings {
        let mut findings = Findings::default();
        if self.is_empty() || !super::reads_baseline(book) {
            return findings;
        }
        let column = format!("practice_code ({})", book.name);
        let mut first_rows: BTreeMap<&str, &Earlier> = BTreeMap::new();
        for earlier in self.rows.values().flatten().filter(|earlier| is_asked(book, &earlier.row)) {
            let first = first_rows.entry(&earlier.row.practice_code).or_insert(earlier);
            if (earlier.file, earlier.row.row) < (first.file, first.row.row) {
                *first = earlier;
            }
        }
        for (_, earlier) in first_rows.iter().filter(|(code, _)| !counted.contains(**code)) {
            let file = &self.files[earlier.file];
            findings.add(FindingKind::BaselineAlone, file, &column, Some(earlier.row.row));
        }
        let without = counted.iter().filter(|code| !first_rows.contains_key(**code)).count() as u64;
        findings.add_counted(FindingKind::NoBaseline, &self.files.join(", "), &column, without, &[]);
        findings
    }
}

/// Whether a rulebook pools a row into the baseline: one of the years that it names, and any where either says nothing of
/// years.
fn is_asked(book: &Rulebook, row: &CountRow) -> bool {
    let Some(year) = &row.year else { return true };
    let mut years = book.baseline_years.iter();
    let is_it = |name: &crate::ground::BookName| {
        (name.scheme == DEFAULT_SCHEME && name.year == *year) || name.to_string() == *year
    };
    book.baseline_years.is_empty() || years.any(is_it)
}

fn counts_of(row: &CountRow) -> (Amount, Amount, Option<[u64; 3]>) {
    (row.numerator, row.denominator, row.register)
}

/// In which order rows of one practice and measure are chosen from.
fn order(earlier: &Earlier) -> (Amount, Amount, Option<[u64; 3]>, usize, u64) {
    let (numerator, denominator, register) = counts_of(&earlier.row);
    (numerator, denominator, register, earlier.file, earlier.row.row)
}

/// Counts of people never grow beyond what an exact amount holds.
fn together(one: Counted, other: Counted) -> Counted {
    one.plus(other).unwrap_or(one)
}
