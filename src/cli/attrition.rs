//! `uptake attrition`: how many people drop out at each clause of an indicator, and how many fail only that clause.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::disclosure::DisclosureArguments;
use crate::cli::format::{self, OutputArguments};
use crate::cli::inputs::{self, PatientArguments, RecordDigests, TableDigest};
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::provenance::Made;
use crate::cli::years::{self, DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::practices::{self, Practices};
use crate::data::{Extract, Silent, TableName};
use crate::eval::attrition::{Groups, attrition as count};
use crate::eval::sight::{Asked, Lens};
use crate::ground::Finding;
use crate::model::Rulebook;
use crate::model::book::{MeasureKind, MeasurementId};
use crate::report::attrition::{Attrition, LEGEND, Side};
use crate::report::findings;
use crate::report::run_json::{self, BookStamp, RunDocument};
use crate::report::table::{Cell, Grid};

/// Arguments of `uptake attrition`.
#[derive(Args, Debug)]
pub(super) struct AttritionArguments {
    /// The contract years, side by side: 2021-22,2023-24; another scheme's as SCHEME/YEAR
    #[arg(long, visible_alias = "year", value_name = "YEARS", value_delimiter = ',', required = true)]
    years: Vec<String>,

    /// The scheme that bare years belong to
    #[arg(long, value_name = "SCHEME", default_value = DEFAULT_SCHEME)]
    scheme: String,

    #[command(flatten)]
    tables: PatientArguments,

    /// Practices, as `run` reads them: told of where a row is odd, though nobody's drop-out hangs on them
    #[arg(long, value_name = "FILE")]
    practices: Option<PathBuf>,

    /// The indicator, such as VI001, or course; all indicators if none is named
    #[arg(long, visible_alias = "measure", value_name = "CODE", value_delimiter = ',')]
    indicator: Vec<String>,

    /// Whose people are counted together
    #[arg(long, value_enum, default_value_t = By::All)]
    by: By,

    #[command(flatten)]
    disclosure: DisclosureArguments,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum By {
    /// Everybody's
    All,
    /// Each practice's
    Practice,
}

/// Where the results come from.
#[derive(Serialize)]
struct Provenance {
    #[serde(flatten)]
    made: Made,
    #[serde(flatten)]
    records: RecordDigests,
    practices: Option<TableDigest>,
}

pub(super) fn attrition(arguments: &AttritionArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let years = YearArguments { year: arguments.years.clone(), scheme: arguments.scheme.clone() };
    let (_, books) = years.books(rules)?;
    let disclosure = arguments.disclosure.asked()?;
    let chosen = measurements(&books, &arguments.indicator)?;
    let is_course = |(book, id): (&Rulebook, &MeasurementId)| {
        book.measures[book.measurements[id.index()].measure.index()].kind == MeasureKind::Course
    };
    let courses = books.iter().zip(&chosen).any(|(book, ids)| ids.iter().any(|id| is_course((book, id))));
    let practices = match &arguments.practices {
        Some(path) => practices::read(&inputs::open(path, TableName::Practices)?)?,
        None => Practices::default(),
    };
    if arguments.tables.strict {
        practices.refuse_malformed()?;
    }
    let bar = Bar::rows();
    let (extract, lenses) = arguments.tables.load(&books, Asked { courses, ..Asked::default() }, &bar)?;
    let groups = match arguments.by {
        By::All => Groups::Together,
        By::Practice => Groups::Practices,
    };
    let (funnels, grouped) = count(&extract, &lenses, &chosen, groups, &Silent);
    bar.finish();
    let mut odd = extract.findings().clone();
    odd.merge(grouped);
    odd.merge(practices.findings);
    let odd = odd.list();
    output::talk_block(&findings::summary(&odd, disclosure));
    let labels: Vec<String> = books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
    let sides = lenses.iter().zip(&labels).zip(&funnels);
    let sides: Vec<Side<'_>> =
        sides.map(|((lens, year), funnels)| Side { year, book: Lens::book(lens), funnels }).collect();
    arguments.write(&Attrition::of(&sides, disclosure), &extract, &books, &odd)?;
    Ok(Done::Well)
}

/// The measurements asked for, by rulebook: those with these codes, or all indicators that a rulebook counts itself.
pub(super) fn measurements(books: &[Rulebook], codes: &[String]) -> Result<Vec<Vec<MeasurementId>>, CliError> {
    for code in codes {
        if !books.iter().any(|book| book.measure(code).is_some()) {
            let all = books.iter().flat_map(|book| &book.measures);
            let indicators = all.filter(|measure| measure.kind == MeasureKind::Indicator);
            let mut known: Vec<&str> = indicators.map(|measure| measure.code.as_str()).collect();
            known.sort_unstable();
            known.dedup();
            return Err(CliError::usage(format!("there is no indicator `{code}` in these years"))
                .help(format!("there are: {}", known.join(", "))));
        }
    }
    let of_book = |book: &Rulebook| {
        let numbered = book.measurements.iter().zip(0..);
        let chosen = numbered.filter(|(measurement, _)| {
            let measure = &book.measures[measurement.measure.index()];
            let is_asked = match codes.is_empty() {
                true => measure.kind == MeasureKind::Indicator,
                false => codes.contains(&measure.code),
            };
            is_asked && measure.borrowed.is_none()
        });
        let chosen: Vec<MeasurementId> = chosen.map(|(_, at)| MeasurementId(at)).collect();
        match chosen.is_empty() && codes.is_empty() {
            true => Err(years::no_counts(book)),
            false => Ok(chosen),
        }
    };
    books.iter().map(of_book).collect()
}

impl AttritionArguments {
    fn write(
        &self,
        attrition: &Attrition,
        extract: &Extract,
        books: &[Rulebook],
        odd: &[Finding],
    ) -> Result<(), CliError> {
        let practices: Vec<(usize, &str)> = match self.by {
            By::All => vec![(0, "")],
            By::Practice => extract.practices().map(|(id, code)| (id.0 as usize, code)).collect(),
        };
        let disclosure = self.disclosure.asked()?;
        let notes = format::notes(books).disclosed(disclosure);
        if self.output.format.is_for_people() {
            let tables: Vec<_> =
                practices.iter().flat_map(|(group, practice)| attrition.tables(*group, practice)).collect();
            let grids: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> =
                tables.iter().map(|table| (table as &dyn Grid, &[][..])).collect();
            LEGEND.iter().for_each(|line| output::talk(line));
            return self.output.write_tables(&grids, Readers::Anyone, &notes);
        }
        let long = attrition.long_table(&practices);
        self.output.write(&long, &[], Readers::Anyone, &notes, |out| {
            let stamps: Vec<BookStamp> = books.iter().map(BookStamp::of).collect();
            let provenance = Provenance {
                made: Made::now(),
                records: self.tables.digests(),
                practices: self.practices.as_deref().map(TableDigest::of),
            };
            let document = RunDocument {
                rulebooks: &stamps,
                results: &long,
                tables: &[],
                overrides: &serde_json::Value::Null,
                disclosure,
                remarks: &[],
                gaps: &[],
                findings: odd,
                provenance: &provenance,
            };
            run_json::write_as(out, "uptake.attrition/1", &document)
        })
    }
}
