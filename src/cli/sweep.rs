//! `uptake sweep`: a grid over a figure, over all practices, and where the total breaks even with another year.

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::compare::SourceArguments;
use crate::cli::compare::stage::Stage;
use crate::cli::facts::{BookFacts, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::output::{self, Readers};
use crate::cli::overrides;
use crate::cli::provenance::TablesProvenance;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::report::findings;
use crate::report::run_json::BookStamp;
use crate::report::sweep::{self, Axis, Meeting, Place, Priced};
use crate::report::table::json::Document;
use crate::report::table::{Cell, Grid, Notes, Table};

/// A grid has at most so many places.
const MOST_PLACES: usize = 100_000;

/// Arguments of `uptake sweep`.
#[derive(Args, Debug)]
pub(super) struct SweepArguments {
    /// The figure and its range: lower_threshold=85..95:1, VI001.lower_threshold=85..95:0.5; a second one makes a grid
    #[arg(long, value_name = "NAME=FROM..TO:STEP", required = true)]
    figure: Vec<String>,

    /// The contract year; another scheme's as SCHEME/YEAR
    #[arg(long, value_name = "YEAR")]
    year: String,

    #[command(flatten)]
    source: SourceArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// Find where the total equals that of this year
    #[arg(long, value_name = "YEAR")]
    break_even: Option<String>,

    /// Which table; by default both for people and in JSON, else the grid
    #[arg(long, value_enum)]
    table: Option<TableArgument>,

    #[command(flatten)]
    output: OutputArguments,
}

/// The tables of a sweep.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum TableArgument {
    /// One row per place of the grid
    Grid,
    /// One row per place where the totals meet
    BreakEven,
}

/// Where the totals meet another year's.
struct Broken {
    target: Amount,
    meetings: Vec<Meeting>,
}

/// What stands at the head of a document.
struct Head {
    stated: Notes,
    stamps: Vec<BookStamp>,
    notes: Vec<String>,
}

pub(super) fn sweep(arguments: &SweepArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    arguments.check()?;
    let mut year = vec![arguments.year.clone()];
    year.extend(arguments.break_even.clone());
    let (_, books) = YearArguments { year, scheme: DEFAULT_SCHEME.to_owned() }.counting_books(rules)?;
    let known = arguments.practices.read(&books)?;
    let axes = arguments.axes(&books[..1])?;
    let stamps: Vec<BookStamp> = books.iter().map(BookStamp::of).collect();
    let stage = Stage::of(books);
    let (facts, mut odd, mut notes) = arguments.source.facts(&arguments.practices, &known, &stage)?;
    odd.merge(known.findings.clone());
    output::talk_block(&findings::summary(&odd.list(), None));
    notes.extend(known.overrides.iter().map(|set| {
        let says = set.rulebook_says.as_deref().unwrap_or("leaves it unset");
        format!("set for this run: {} of {} is {} (the rulebook: {says})", set.figure, set.rulebook, set.set_to)
    }));
    notes.iter().for_each(|note| output::talk(&format!("note: {note}")));
    // A year that is to break even with itself is one rulebook, not two.
    let (Some(ours), Some(other)) = (facts.first(), facts.last()) else { return Ok(Done::Well) };
    let priced = priced(ours);
    if let Some(fault) = priced.out_of_order(&axes) {
        return Err(
            CliError::usage(fault).help("end the range before the other threshold, or sweep one indicator's figure")
        );
    }
    let places = priced.grid(&axes);
    let broken = arguments.break_even.as_ref().map(|_| {
        let target = sweep::total(&self::priced(other).pounds(&other.figures));
        Broken { target, meetings: priced.meetings(&axes[0], &places, target) }
    });
    arguments.tell(&places, broken.as_ref());
    let document = Head { stated: format::notes(stage.books()), stamps, notes };
    arguments.write(&document, &axes, &places, broken.as_ref())?;
    Ok(Done::Well)
}

fn priced<'a>(facts: &'a BookFacts<'_>) -> Priced<'a> {
    Priced { book: facts.book, figures: &facts.figures, practices: facts.practices.values().collect() }
}

impl SweepArguments {
    fn check(&self) -> Result<(), CliError> {
        if self.figure.len() > 2 {
            return Err(CliError::usage("a grid has at most two figures"));
        }
        if self.break_even.is_some() && self.figure.len() != 1 {
            return Err(CliError::usage("`--break-even` looks along one figure, not over a grid of two"));
        }
        if self.table == Some(TableArgument::BreakEven) && self.break_even.is_none() {
            return Err(CliError::usage("the table of where totals meet needs `--break-even YEAR`"));
        }
        Ok(())
    }

    fn axes(&self, books: &[Rulebook]) -> Result<Vec<Axis>, CliError> {
        let axes = self.figure.iter().map(|text| axis(text, books)).collect::<Result<Vec<Axis>, _>>()?;
        let places: usize = axes.iter().map(|axis| axis.values.len()).product();
        if places > MOST_PLACES {
            return Err(CliError::usage(format!("the grid has {places} places; at most {MOST_PLACES} are swept")));
        }
        Ok(axes)
    }

    /// Says in a sentence what the tables leave to be seen.
    fn tell(&self, places: &[Place], broken: Option<&Broken>) {
        let unknown = places.iter().map(|place| place.unknown).max().unwrap_or(0);
        if unknown > 0 {
            output::talk(&format!(
                "note: the pounds of {unknown} practices are not known, and no total has them; `compare` names why"
            ));
        }
        if broken.is_some_and(|broken| broken.meetings.is_empty()) {
            output::talk("note: the total breaks even nowhere in this range");
        }
    }

    fn write(&self, head: &Head, axes: &[Axis], places: &[Place], broken: Option<&Broken>) -> Result<(), CliError> {
        let grid = sweep::grid_table(axes, places);
        let met: Option<Table<'_>> =
            broken.map(|broken| sweep::meeting_table(&axes[0], broken.target, &broken.meetings));
        let is_shown = |table| match (self.table, self.output.format) {
            (Some(asked), _) => asked == table,
            (None, Format::Table | Format::Markdown | Format::Json) => true,
            (None, _) => table == TableArgument::Grid,
        };
        let mut shown: Vec<(&str, &dyn Grid)> = Vec::new();
        if is_shown(TableArgument::Grid) {
            shown.push(("results", &grid));
        }
        if let Some(met) = met.as_ref().filter(|_| is_shown(TableArgument::BreakEven)) {
            shown.push(("break_even", met));
        }
        if self.output.format == Format::Json {
            return self.output.write(&grid, &[], Readers::Anyone, &head.stated, |out| {
                let mut document = Document::open(out, "uptake.sweep/1")?;
                document.list("rulebooks", &head.stamps)?;
                document.list("notes", &head.notes)?;
                for (name, grid) in &shown {
                    document.rows(name, *grid)?;
                }
                document.value("provenance", &TablesProvenance::of(self.source.digests(), &self.practices))?;
                document.close()
            });
        }
        let grids: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> = shown.iter().map(|(_, grid)| (*grid, &[][..])).collect();
        self.output.write_tables(&grids, Readers::Anyone, &head.stated)
    }
}

/// Reads `NAME=FROM..TO:STEP`.
fn axis(text: &str, books: &[Rulebook]) -> Result<Axis, CliError> {
    let wrong = || {
        CliError::usage(format!("`--figure {text}` is not NAME=FROM..TO:STEP"))
            .help("write for example `--figure lower_threshold=85..95:1`")
    };
    let (name, range) = text.split_once('=').ok_or_else(wrong)?;
    let (range, step) = range.split_once(':').unwrap_or((range, "1"));
    let (from, to) = range.split_once("..").ok_or_else(wrong)?;
    let read = |text: &str| Amount::parse(text.trim().trim_start_matches('£').trim_end_matches('%')).ok_or_else(wrong);
    let (from, to, step) = (read(from)?, read(to)?, read(step)?);
    if step <= Amount::ZERO || to < from {
        return Err(CliError::usage(format!("`--figure {text}` has no values: it must rise by more than nothing")));
    }
    let next = |value: &Amount| value.plus(step).filter(|next| *next <= to);
    let values: Vec<Amount> = std::iter::successors(Some(from), next).take(MOST_PLACES + 1).collect();
    let is_exact = |decimals: &u32| {
        let scale = Amount::ratio(10_i128.pow(*decimals), 1).unwrap_or(Amount::ONE);
        [from, step].iter().all(|value| value.times(scale).is_some_and(Amount::is_whole))
    };
    let figures = overrides::numbers_named(name, &books[0])?;
    for id in &figures {
        // What lies between two that can be can be, too.
        let odd = [from, values[values.len() - 1]]
            .into_iter()
            .find_map(|value| books[0].figures[id.index()].out_of_bounds(value));
        if let Some(odd) = odd {
            return Err(overrides::out_of_bounds(&format!("--figure {text}"), &odd));
        }
    }
    let decimals = (0..12).find(is_exact).unwrap_or(12);
    Ok(Axis { name: name.trim().to_owned(), figures, values, decimals })
}
