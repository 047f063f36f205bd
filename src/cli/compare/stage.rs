//! The rulebooks of a comparison: those compared, and those that stand between two of them when a change is split.

use std::path::Path;

use crate::cli::CliError;
use crate::cli::facts::{self, BookFacts, KnownPractices, PracticeArguments};
use crate::cli::inputs::PatientArguments;
use crate::cli::output;
use crate::cli::progress::Bar;
use crate::cli::years::{self, DEFAULT_SCHEME};
use crate::data::Silent;
use crate::eval::run::{Level, run as evaluate};
use crate::eval::sight::Asked;
use crate::ground::{BookName, Findings};
use crate::model::{Library, Rulebook};

/// The rulebooks, the compared ones first.
#[derive(Debug)]
pub(in crate::cli) struct Stage {
    books: Vec<Rulebook>,
    labels: Vec<String>,
    /// By rulebook: the place among those compared of the one whose figures it has.
    figures_of: Vec<usize>,
    years: usize,
}

impl Stage {
    /// Each year on its own dates.
    pub(in crate::cli) fn of(books: Vec<Rulebook>) -> Stage {
        let labels = books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
        Stage { figures_of: (0..books.len()).collect(), years: books.len(), labels, books }
    }

    /// A year under these rules, and the same year under those of another folder, whose name stands in its label.
    pub(super) fn against(books: Vec<Rulebook>, others: Vec<Rulebook>, folder: &Path) -> Stage {
        let own = books.len();
        let mut stage = Stage::of(books.into_iter().chain(others).collect());
        for label in stage.labels.iter_mut().skip(own) {
            *label = format!("{label} ({})", folder.display());
        }
        stage
    }

    /// Every year's rules on the dates of one.
    pub(super) fn on_cohort(library: &Library, books: Vec<Rulebook>, year: &str) -> Result<Stage, CliError> {
        let named = years::named(library, &[year.to_owned()])?;
        let cohort = years::usable(library, &named[0])?;
        let moved = books.iter().map(|book| moved(library, book, &cohort, &book.name));
        let moved = moved.collect::<Result<Vec<_>, _>>()?;
        Ok(Stage::of(moved))
    }

    /// Two years, and between them the second year's rules on the first year's dates: with its codes, and with their
    /// own. Rules that cannot be given those dates are compared without, and why the change is not split is said.
    pub(super) fn with_split(library: &Library, books: Vec<Rulebook>) -> Result<Stage, CliError> {
        let mut stage = Stage::of(books);
        let [first, second] = &stage.books[..] else { return Ok(stage) };
        let between = moved(library, second, first, &first.name)
            .and_then(|rules| Ok((rules, moved(library, second, first, &second.name)?)));
        let (rules, codes) = match between {
            Ok(between) => between,
            Err(error) => {
                output::talk(&format!("note: the change is not split: {error}"));
                return Ok(stage);
            }
        };
        let label = stage.labels[1].clone();
        stage.books.extend([rules, codes]);
        stage.labels.extend([label.clone(), label]);
        stage.figures_of.extend([1, 1]);
        Ok(stage)
    }

    /// How many rulebooks are compared.
    pub(super) fn years(&self) -> usize {
        self.years
    }

    pub(super) fn has_split(&self) -> bool {
        self.books.len() > self.years
    }

    pub(in crate::cli) fn books(&self) -> &[Rulebook] {
        &self.books
    }

    pub(super) fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.iter().map(String::as_str)
    }

    /// The compared rulebooks, each under a name that tells it from the others.
    pub(super) fn compared(&self) -> Vec<(String, &Rulebook)> {
        let books = &self.books[..self.years];
        let name = |(book, label): (&Rulebook, &str)| {
            let is_told = books.iter().filter(|other| other.name == book.name).count() == 1;
            if is_told { book.name.to_string() } else { label.to_owned() }
        };
        books.iter().zip(self.labels()).map(|(book, label)| (name((book, label)), book)).collect()
    }

    /// The figures of the rulebook at a place, those that the run sets among them.
    pub(super) fn figures(&self, known: &KnownPractices, at: usize) -> Vec<crate::model::book::Figure> {
        known.figures(self.figures_of[at])
    }
}

/// A rulebook checked again with another year's dates and codes; it keeps its own name.
fn moved(library: &Library, book: &Rulebook, dates: &Rulebook, codes_of: &BookName) -> Result<Rulebook, CliError> {
    let (library, name) = library.moved(&book.name, &dates.name, codes_of);
    let cannot = || CliError::usage(format!("the rules of {} cannot be given the dates of {}", book.name, dates.name));
    // What is at fault then is a rulebook that nobody wrote, so its faults are nobody's to mend.
    let Some(mut moved) = library.check(&name).book else {
        return Err(cannot().help("leave out `--cohort`, or name a year of the same scheme with it"));
    };
    if (moved.start, moved.end) != (dates.start, dates.end) {
        return Err(cannot().help("write `starts` and `ends` each on a line of its own, above all tables"));
    }
    moved.name = book.name.clone();
    Ok(moved)
}

/// The facts of practices from records, read and evaluated once for all rulebooks.
pub(super) fn from_records<'b>(
    tables: &PatientArguments,
    practices: &PracticeArguments,
    known: &KnownPractices,
    stage: &'b Stage,
) -> Result<(Vec<BookFacts<'b>>, Findings), CliError> {
    let asked = Asked { courses: true, fees: true, pathway: false, related: false };
    let bar = Bar::rows();
    let (extract, lenses) = tables.load(&stage.books, asked, &bar)?;
    let (results, grouped) = evaluate(&extract, &lenses, Level::Practice, &Silent);
    bar.finish();
    practices.check_waived(&stage.books, known, extract.practices().map(|(_, code)| code))?;
    let mut findings = extract.findings().clone();
    findings.merge(grouped);
    for (book, result) in stage.books.iter().zip(&results).take(stage.years) {
        findings.merge(known.unmatched(book, facts::with_list(&extract, &result.counts)));
    }
    let each = lenses.iter().zip(&results).enumerate();
    let facts = each.map(|(at, (lens, result))| {
        let figures = stage.figures(known, at);
        facts::from_records(practices, known, lens.book(), figures, &extract, result, asked)
    });
    Ok((facts.collect(), findings))
}
