//! `uptake next`: how many more to each step of a payment, what each is worth, and how many may be lost.

use std::collections::BTreeSet;
use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::compare::SourceArguments;
use crate::cli::compare::stage::Stage;
use crate::cli::facts::{BookFacts, KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::output::{self, Readers};
use crate::cli::provenance::TablesProvenance;
use crate::cli::results;
use crate::cli::rollup::{self, RollupArguments};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::ground::Finding;
use crate::report::figured::Figured;
use crate::report::next::{self, Change, NextRow, Paying, groups, tables, words};
use crate::report::rollup::{Grouping, OfGroups};
use crate::report::run_json::BookStamp;
use crate::report::table::json::Document;
use crate::report::table::{Cell, Grid, Notes};
use crate::report::{findings, gaps};

/// How many sentences people are told.
const SENTENCES: usize = 5;

/// Arguments of `uptake next`.
#[derive(Args, Debug)]
pub(super) struct NextArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    source: SourceArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// Only these practices
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    practice: Vec<String>,

    /// Only these indicators and courses
    #[arg(long, visible_alias = "indicator", value_name = "MEASURE", value_delimiter = ',')]
    measure: Vec<String>,

    /// Which table; by default both in JSON and in a workbook, else the measures
    #[arg(long, value_enum)]
    table: Option<TableArgument>,

    #[command(flatten)]
    rollup: RollupArguments,

    #[command(flatten)]
    output: OutputArguments,
}

/// The tables.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum TableArgument {
    /// One row per practice and measure: what each of the next is worth, the next step, and what may be lost
    Measures,
    /// One row per step of a payment, those ahead and those held
    Steps,
}

/// What stands at the head and the end of a document.
struct Head {
    stated: Notes,
    stamps: Vec<BookStamp>,
    notes: Vec<String>,
    findings: Vec<Finding>,
    grouping: Option<Grouping>,
}

pub(super) fn next(arguments: &NextArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.counting_books(rules)?;
    let known = arguments.practices.read(&books)?;
    let stated = format::notes(&books);
    let stamps = books.iter().map(BookStamp::of).collect();
    let stage = Stage::of(books);
    let (mut facts, mut odd, mut notes) = arguments.source.facts(&arguments.practices, &known, &stage)?;
    odd.merge(known.findings.clone());
    let grouping = arguments.grouping(&known)?;
    let codes = facts.iter().flat_map(|facts| facts.practices.keys());
    rollup::count_without(grouping.as_ref(), codes.map(String::as_str), &mut odd);
    arguments.choose_practices(&mut facts)?;
    notes.extend(results::notes(&facts, &known));
    if arguments.source.counts.is_none() {
        notes.push("the fee of each dose given comes on top of what is said here".to_owned());
    }
    let years: Vec<String> = facts.iter().map(|facts| facts.book.year_label(DEFAULT_SCHEME)).collect();
    let paying = facts.iter().zip(&years).map(|(facts, year)| Paying {
        year,
        book: facts.book,
        figures: &facts.figures,
        practices: &facts.practices,
    });
    let rows = arguments.choose_measures(next::rows(&paying.collect::<Vec<_>>()))?;
    let head = Head { stated, stamps, notes, findings: odd.list(), grouping };
    arguments.write(&head, rows)?;
    Ok(Done::Well)
}

impl NextArguments {
    /// How practices are put together; steps are not, since each is one practice's.
    fn grouping(&self, known: &KnownPractices) -> Result<Option<Grouping>, CliError> {
        let grouping = self.rollup.grouping(known)?;
        if grouping.is_some() && self.table == Some(TableArgument::Steps) {
            let error = CliError::usage("a step is one practice's, so steps are not put together");
            return Err(error.help("leave out `--by` or `--table steps`"));
        }
        Ok(grouping)
    }

    /// Leaves the practices asked for.
    fn choose_practices(&self, facts: &mut [BookFacts<'_>]) -> Result<(), CliError> {
        let unknown = |code: &&String| facts.iter().all(|facts| !facts.practices.contains_key(*code));
        if let Some(code) = self.practice.iter().find(unknown) {
            return Err(CliError::usage(format!("there is no practice `{code}` in these tables")));
        }
        for facts in facts.iter_mut().filter(|_| !self.practice.is_empty()) {
            facts.practices.retain(|code, _| self.practice.contains(code));
        }
        Ok(())
    }

    /// Leaves the measures asked for.
    fn choose_measures(&self, mut rows: Vec<NextRow>) -> Result<Vec<NextRow>, CliError> {
        let known: BTreeSet<&str> = rows.iter().map(|row| row.indicator.as_str()).collect();
        if let Some(code) = self.measure.iter().find(|code| !known.contains(code.as_str())) {
            let known: Vec<&str> = known.into_iter().collect();
            let error = CliError::usage(format!("no payment here reads a measure `{code}`"));
            return Err(error.help(format!("those that are read: {}", known.join(", "))));
        }
        if !self.measure.is_empty() {
            rows.retain(|row| self.measure.contains(&row.indicator));
        }
        Ok(rows)
    }

    fn write(&self, head: &Head, rows: Vec<NextRow>) -> Result<(), CliError> {
        let gaps = gaps::of_figures(rows.iter().flat_map(|row| {
            figures(row).into_iter().map(|figure| (row.year.as_str(), row.practice_code.as_str(), figure))
        }));
        output::talk_block(&findings::summary(&head.findings, None));
        output::talk_block(&gaps::summary(&gaps));
        head.notes.iter().for_each(|note| output::talk(&format!("note: {note}")));
        let is_for_people = self.output.format.is_for_people();
        let mut ordered: Vec<&NextRow> = rows.iter().collect();
        if is_for_people {
            // Within a practice, what is worth most for fewest people comes first.
            ordered.sort_by(|a, b| a.practice_code.cmp(&b.practice_code).then_with(|| words::by_worth(a, b)));
            self.tell(&rows);
        }
        let measures = match &head.grouping {
            Some(grouping) => OfGroups::new(&groups::table(&rows, grouping), grouping).table(),
            None => tables::measures(ordered.iter().copied()),
        };
        let steps = tables::steps(ordered.iter().copied());
        let both: [(TableArgument, &str, &dyn Grid); 2] =
            [(TableArgument::Measures, "results", &measures), (TableArgument::Steps, "steps", &steps)];
        let has_both =
            head.grouping.is_none() && (self.output.format == Format::Json || self.output.format.is_workbook());
        let is_shown = |table| self.table.map_or(has_both || table == TableArgument::Measures, |asked| asked == table);
        let shown: Vec<_> = both.into_iter().filter(|(table, ..)| is_shown(*table)).collect();
        if self.output.format == Format::Json {
            return self.output.write(&measures, &[], Readers::Anyone, &head.stated, |out| {
                let mut document = Document::open(out, "uptake.next/1")?;
                document.list("rulebooks", &head.stamps)?;
                document.list("notes", &head.notes)?;
                for (_, name, grid) in &shown {
                    document.rows(name, *grid)?;
                }
                document.list("gaps", &gaps)?;
                document.list("findings", &findings::in_words(&head.findings, None))?;
                document.value("provenance", &TablesProvenance::of(self.source.digests(), &self.practices))?;
                document.close()
            });
        }
        let grids: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> = shown.iter().map(|(_, _, grid)| (*grid, &[][..])).collect();
        self.output.write_tables(&grids, Readers::Anyone, &head.stated)
    }

    /// Says in sentences what brings most for fewest people.
    fn tell(&self, rows: &[NextRow]) {
        let best = words::best_first(rows);
        let sentences: Vec<String> = best.iter().take(SENTENCES).filter_map(|row| words::sentence(row)).collect();
        if sentences.is_empty() {
            return;
        }
        output::talk("most for fewest people:");
        sentences.iter().for_each(|sentence| output::talk(&format!("  {sentence}")));
        if best.len() > sentences.len() {
            output::talk(&format!("  and {} more with a step ahead, in the table", best.len() - sentences.len()));
        }
    }
}

/// All figures of a row.
fn figures(row: &NextRow) -> Vec<&Figured> {
    let of_steps = row.steps.iter().flat_map(|step| [&step.change, &step.last, &step.after]);
    let changes = row.each_more.iter().chain([&row.one_fewer]).chain(of_steps);
    changes.flat_map(|Change { points, pounds }| [points, pounds]).collect()
}
