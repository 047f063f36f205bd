//! `uptake score`: numerators and denominators in, points and pounds out; or a comparison with published points.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::cli::disclosure::DisclosureArguments;
use crate::cli::facts::{self, BookFacts, PracticeArguments};
use crate::cli::format::{self, OutputArguments};
use crate::cli::given_counts::{CountRemarks, GivenCounts, is_of};
use crate::cli::inputs::TableDigest;
use crate::cli::output::{self, Readers};
use crate::cli::provenance::{Made, digests};
use crate::cli::results::{Asking, Publishing, Results, TableArgument};
use crate::cli::rollup::{self, RollupArguments};
use crate::cli::years::YearArguments;
use crate::cli::{CliError, Done};
use crate::data::counts::{Published, PublishedPoints};
use crate::report::point_check::{self, PointCheck, PublishedFigure};

/// Arguments of `uptake score`.
#[derive(Args, Debug)]
pub(super) struct ScoreArguments {
    /// Counts: practice_code, indicator (or measure), numerator (or uptake_percent), denominator; what `run --format csv`
    /// writes; or the published long form PRACTICE_CODE, INDICATOR_CODE, MEASURE, VALUE
    #[arg(value_name = "FILE", required_unless_present = "counts", conflicts_with = "counts")]
    file: Option<PathBuf>,

    /// The same, by name
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,

    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// Compare points with those published as ACHIEVED_POINTS, list every difference, and exit with 1 if there is one
    #[arg(long, conflicts_with_all = ["by", "suppress", "round"])]
    check: bool,

    /// Which table: indicators, payments that are not for indicators (claw-back, targets), or fees per dose; by default
    /// all of them for people and in JSON, else the indicators
    #[arg(long, value_enum, conflicts_with = "check")]
    table: Option<TableArgument>,

    #[command(flatten)]
    rollup: RollupArguments,

    #[command(flatten)]
    disclosure: DisclosureArguments,

    #[command(flatten)]
    output: OutputArguments,
}

/// Where the results come from.
#[derive(Serialize)]
struct Provenance {
    #[serde(flatten)]
    made: Made,
    counts: TableDigest,
    practices: Option<TableDigest>,
    baselines: Vec<TableDigest>,
}

pub(super) fn score(arguments: &ScoreArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.counting_books(rules)?;
    let known = arguments.practices.read(&books)?;
    // Clap demands one of the two.
    let path = arguments.file.as_deref().or(arguments.counts.as_deref()).unwrap_or(Path::new("-"));
    let given = GivenCounts::read(path)?;
    let mut remarks = CountRemarks::default();
    remarks.findings.merge(given.table.findings.clone());
    remarks.findings.merge(known.findings.clone());
    let by_book = given.by_book(&books, &mut remarks)?;
    let (disclosure, grouping) = (arguments.disclosure.asked()?, arguments.rollup.grouping(&known)?);
    arguments.practices.check_waived(&books, &known, given.practices())?;
    let mut facts: Vec<BookFacts<'_>> = Vec::with_capacity(books.len());
    for (at, (book, counts)) in books.iter().zip(&by_book).enumerate() {
        let figures = known.figures(at);
        let of_book = facts::from_counts(&arguments.practices, &known, book, figures, counts, &mut remarks);
        remarks.findings.merge(known.unmatched(book, of_book.practices.keys().map(String::as_str)));
        facts.push(of_book.published(disclosure, grouping.as_ref()));
    }
    let codes = facts.iter().flat_map(|facts| facts.practices.keys());
    rollup::count_without(grouping.as_ref(), codes.map(String::as_str), &mut remarks.findings);
    let findings = remarks.findings.list();
    output::talk_block(&crate::report::findings::summary(&findings, disclosure));
    let asking = Asking::of(arguments.table, arguments.output.format);
    let results = Results::of(&facts, &known, Publishing { disclosure, grouping }, asking).remarked(&remarks);
    if arguments.check {
        return arguments.compare(&given, &facts, &results);
    }
    results.write(&arguments.output, asking, &findings, || Provenance {
        made: Made::now(),
        counts: TableDigest::of(path),
        practices: arguments.practices.practices.as_deref().map(TableDigest::of),
        baselines: digests(&arguments.practices.baseline),
    })?;
    Ok(Done::Well)
}

impl ScoreArguments {
    /// Holds our points against the published ones.
    fn compare(&self, given: &GivenCounts, facts: &[BookFacts<'_>], results: &Results) -> Result<Done, CliError> {
        let published = given.table.published.as_ref().filter(|published| !published.points.is_empty());
        let Some(published) = published else {
            let message = format!("{} has no published points to compare with", given.file());
            return Err(CliError::usage(message)
                .help("`--check` reads the rows with MEASURE = ACHIEVED_POINTS of the published long form"));
        };
        let [facts] = facts else {
            return Err(CliError::usage("published points are of one year").help("name that year alone with `--year`"));
        };
        let check = point_check::check(&results.measures, &of_year(published, facts), published.decimals);
        output::talk(&check.summary());
        let grid = check.grid();
        self.output.write(&grid, &[], Readers::Anyone, &format::notes([facts.book]), |out| check.write_json(out))?;
        Ok(verdict(&check))
    }
}

fn verdict(check: &PointCheck) -> Done {
    if check.differ.is_empty() { Done::Well } else { Done::CheckFailed }
}

/// The published points of the rulebook's year; all of them where they name no such year, as their counts are used.
fn of_year<'p>(published: &'p Published, facts: &BookFacts<'_>) -> Vec<PublishedFigure<'p>> {
    let is_ours = |points: &&PublishedPoints| points.year.as_deref().is_some_and(|year| is_of(year, facts.book));
    let has_own = published.points.iter().any(|points| is_ours(&points));
    let points = published.points.iter().filter(|points| !has_own || points.year.is_none() || is_ours(points));
    let figure = |points: &'p PublishedPoints| PublishedFigure {
        practice_code: &points.practice_code,
        indicator: &points.indicator,
        points: points.points,
    };
    points.map(figure).collect()
}
