//! `uptake run`: patients and events in, indicators per practice or outcomes per patient out.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::disclosure::DisclosureArguments;
use crate::cli::facts::{self, BookFacts, KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::PatientArguments;
use crate::cli::memory::{self, MemorySize};
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::provenance::{Made, Provenance};
use crate::cli::results::{Asking, Publishing, Results, TableArgument};
use crate::cli::rollup::{self, RollupArguments};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::{Extract, Silent};
use crate::eval::run::{BookResult, Level, run as evaluate};
use crate::eval::sight::{Asked, Lens};
use crate::ground::{Finding, FindingKind, Findings};
use crate::model::Rulebook;
use crate::report::fhir::{self, OfBook};
use crate::report::rows::{self, PatientGrid, PatientRow};
use crate::report::run_json::{self, BookStamp, RunDocument};

/// Arguments of `uptake run`.
#[derive(Args, Debug)]
pub(super) struct RunArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// One row per practice and indicator, or (which asks for patients' data) one per patient and indicator
    #[arg(long, value_enum, default_value_t = LevelArgument::Practice)]
    level: LevelArgument,

    /// Which table: indicators, payments that are not for indicators (claw-back, targets), or fees per dose; by default
    /// all of them for people and in JSON, else the indicators
    #[arg(long, value_enum)]
    table: Option<TableArgument>,

    /// Take no more memory than this, such as 2GiB: rows that find no room wait in a temporary file
    #[arg(long, value_name = "SIZE")]
    memory: Option<MemorySize>,
    #[command(flatten)]
    rollup: RollupArguments,

    #[command(flatten)]
    disclosure: DisclosureArguments,

    /// The form of the results
    #[arg(long, value_enum, default_value_t = RunFormat::Table)]
    format: RunFormat,

    /// Write the results to a file, which appears whole or not at all; without --format its ending names the form; `-` is
    /// stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The forms of a run's results.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum RunFormat {
    /// For people: a table as wide as the terminal
    Table,
    /// One JSON document
    Json,
    /// Comma-separated, with a header
    Csv,
    /// Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
    /// Excel workbook
    #[cfg(feature = "workbook")]
    Xlsx,
    /// Tables for forges and wikis, as GitHub draws them
    Markdown,
    /// FHIR R4: a Bundle of MeasureReports, one for each practice, indicator and year
    Fhir,
}

impl RunFormat {
    /// As a form of tables; None for one that is no table.
    fn of_tables(self) -> Option<Format> {
        match self {
            RunFormat::Table => Some(Format::Table),
            RunFormat::Markdown => Some(Format::Markdown),
            RunFormat::Json => Some(Format::Json),
            RunFormat::Csv => Some(Format::Csv),
            #[cfg(feature = "parquet")]
            RunFormat::Parquet => Some(Format::Parquet),
            #[cfg(feature = "workbook")]
            RunFormat::Xlsx => Some(Format::Xlsx),
            RunFormat::Fhir => None,
        }
    }
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum LevelArgument {
    /// Counts per practice and indicator
    Practice,
    /// Each patient's outcome; a file named by --output is readable by its owner alone
    Patient,
}

pub(super) fn run(arguments: &RunArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.counting_books(rules)?;
    let known = arguments.practices.read(&books)?;
    let asking = arguments.asking()?;
    if arguments.tables.strict {
        known.practices.refuse_malformed()?;
    }
    let level = match arguments.level {
        LevelArgument::Practice => Level::Practice,
        LevelArgument::Patient => Level::Patient,
    };
    let publishing =
        Publishing { disclosure: arguments.disclosure.asked()?, grouping: arguments.rollup.grouping(&known)? };
    if level == Level::Patient {
        arguments.disclosure.refuse_patients()?;
        arguments.refuse_table_of_patients()?;
    }
    if publishing.grouping.is_some() && (level == Level::Patient || arguments.format == RunFormat::Fhir) {
        let error = CliError::usage("only tables of practices are put together");
        return Err(error.help("leave out `--by`, or `--level patient` and `--format fhir`"));
    }
    let asked = if level == Level::Patient { Asked::default() } else { asking.asked() };
    let bar = Bar::rows();
    let (extract, lenses) = arguments.limited_tables()?.load_registers(&books, asked, &bar)?;
    let (results, grouped) = evaluate(&extract, &lenses, level, &Silent);
    bar.finish();
    extract.check_spilled()?;
    let mut findings = extract.findings().clone();
    findings.merge(grouped);
    findings.merge(known.findings.clone());
    count_odd(&arguments.tables, &books, &results, &mut findings);
    let codes = || extract.practices().map(|(_, code)| code);
    arguments.practices.check_waived(&books, &known, codes())?;
    for (book, result) in books.iter().zip(&results) {
        findings.merge(known.unmatched(book, facts::with_list(&extract, &result.counts)));
    }
    rollup::count_without(publishing.grouping.as_ref(), codes(), &mut findings);
    let findings = findings.list();
    output::talk_block(&crate::report::findings::summary(&findings, publishing.disclosure));
    match level {
        Level::Practice => {
            let facts = arguments.facts(&known, &extract, &lenses, &results, asking, &publishing);
            let results = Results::of(facts, &known, publishing.clone(), asking);
            arguments.write_measures(results, &lenses, asking, &findings)?;
        }
        Level::Patient => arguments.write_patients(&extract, &books, &results, &findings)?,
    }
    Ok(Done::Well)
}

impl RunArguments {
    /// The arguments of a plain run over these tables, as tables on stdout.
    pub(super) fn of_tables(
        years: YearArguments,
        tables: PatientArguments,
        practices: Option<PathBuf>,
    ) -> RunArguments {
        let practices = PracticeArguments { practices, ..PracticeArguments::default() };
        RunArguments {
            years,
            tables,
            practices,
            level: LevelArgument::Practice,
            table: None,
            memory: None,
            rollup: RollupArguments::default(),
            disclosure: DisclosureArguments::default(),
            format: RunFormat::Table,
            output: None,
        }
    }

    /// The tables, with what `--memory` leaves for their rows.
    fn limited_tables(&self) -> Result<PatientArguments, CliError> {
        let mut tables = self.tables.clone();
        if let Some(size) = self.memory {
            let threads = rayon::current_num_threads();
            let limit = size.limit(threads).ok_or_else(|| {
                let least = memory::least_bytes(threads).div_ceil(1 << 20);
                let error = CliError::usage(format!("`--memory` is too little for {threads} threads to work at all"));
                error.help(format!("allow at least {least}MiB, or fewer `--threads`"))
            })?;
            tables.memory = Some(limit);
        }
        Ok(tables)
    }

    /// Which tables are asked for; a MeasureReport holds what the table of indicators does.
    fn asking(&self) -> Result<Asking, CliError> {
        match (self.format.of_tables(), self.table) {
            (Some(format), table) => Ok(Asking::of(table, format)),
            (None, None | Some(TableArgument::Indicators)) => Ok(Asking::Only(TableArgument::Indicators)),
            (None, Some(_)) => {
                let error = CliError::usage("a MeasureReport holds indicators, and no payments");
                Err(error.help("leave out `--table`, or ask for another `--format`"))
            }
        }
    }

    /// A patient has outcomes, and no payments or fees to choose among.
    fn refuse_table_of_patients(&self) -> Result<(), CliError> {
        match self.table {
            None | Some(TableArgument::Indicators) => Ok(()),
            Some(_) => {
                let error = CliError::usage("`--level patient` gives outcomes, and the other tables are of practices");
                Err(error.help("leave out `--table` or `--level patient`"))
            }
        }
    }

    /// How tables are written; None where none are.
    fn tables_output(&self) -> Option<OutputArguments> {
        self.format.of_tables().map(|format| OutputArguments { format, output: self.output.clone() })
    }

    /// What each practice is paid by, as it is published, rulebook by rulebook.
    fn facts<'b, 'f>(
        &'f self,
        known: &'f KnownPractices,
        extract: &'f Extract,
        lenses: &'f [Lens<'b>],
        results: &'f [BookResult],
        asking: Asking,
        publishing: &'f Publishing,
    ) -> impl Iterator<Item = BookFacts<'b>> {
        let of_book = move |(at, (lens, result)): (usize, (&Lens<'b>, &BookResult))| {
            let (practices, figures, asked) = (&self.practices, known.figures(at), asking.asked());
            facts::from_records(practices, known, lens.book(), figures, extract, result, asked)
                .published(publishing.disclosure, publishing.grouping.as_ref())
        };
        lenses.iter().zip(results).enumerate().map(of_book)
    }

    fn write_measures(
        &self,
        results: Results<'_>,
        lenses: &[Lens<'_>],
        asking: Asking,
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let Some(output) = self.tables_output() else {
            let books: Vec<&Rulebook> = lenses.iter().map(Lens::book).collect();
            let rows = with_books(&books, &results.measures, |row| &row.year);
            let place = self.output.as_deref();
            return output::to_place(place, Readers::Anyone, |out| {
                fhir::write_summaries(out, &rows, results.disclosure())
            });
        };
        results
            .write(&output, asking, findings, || Provenance::with_practices(Made::now(), &self.tables, &self.practices))
    }

    fn write_patients(
        &self,
        extract: &Extract,
        books: &[Rulebook],
        results: &[BookResult],
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let labels: Vec<String> = books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
        let mut rows = Vec::new();
        for ((book, label), result) in books.iter().zip(&labels).zip(results) {
            rows.extend(result.patients.iter().map(|patient| {
                let practice = extract.practice_code(patient.practice);
                let id = extract.patient_id(patient.patient);
                PatientRow::new(book, label, practice, id, patient.measurement, patient.outcome)
            }));
        }
        rows::sort_patients(&mut rows);
        let Some(output) = self.tables_output() else {
            let books: Vec<&Rulebook> = books.iter().collect();
            let rows = with_books(&books, &rows, |row| row.year);
            let place = self.output.as_deref();
            return output::to_place(place, Readers::Owner, |out| fhir::write_subject_lists(out, &rows));
        };
        let grid = PatientGrid { title: "Outcomes per patient", rows: &rows };
        let stamps: Vec<BookStamp> = books.iter().map(BookStamp::of).collect();
        output.write(&grid, &[], Readers::Owner, &format::notes(books), |out| {
            let provenance = Provenance::of(Made::now(), &self.tables, None, &[]);
            let document = RunDocument {
                rulebooks: &stamps,
                results: &grid,
                tables: &[],
                overrides: &serde_json::Value::Null,
                disclosure: None,
                remarks: &[],
                gaps: &[],
                findings,
                provenance: &provenance,
            };
            run_json::write(out, &document)
        })
    }
}

/// What only the evaluation can find: registrations that hold at once, doses that nobody can be paid for.
pub(super) fn count_odd(
    tables: &PatientArguments,
    books: &[Rulebook],
    results: &[BookResult],
    findings: &mut Findings,
) {
    // The same two rows may hold at the end of several years; each year's count is told for its year.
    let (patients, events) = tables.names();
    for (book, result) in books.iter().zip(results) {
        let column = format!("registered_date ({})", book.name);
        findings.add_counted(FindingKind::TwoRegistrations, &patients, &column, result.registered_twice, &[]);
        for (fee, doses) in book.fees.iter().zip(&result.doses_of_nobody) {
            let column = format!("practice_code ({}, fee {})", book.name, fee.name);
            findings.add_counted(FindingKind::DoseOfNobody, &events, &column, *doses, &[]);
        }
    }
}

/// Each row with the rulebook whose year it is of.
fn with_books<'a, R>(books: &[&'a Rulebook], rows: &'a [R], year: impl Fn(&R) -> &str) -> Vec<OfBook<'a, R>> {
    let labels: Vec<String> = books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
    let book = |row: &R| labels.iter().position(|label| label == year(row)).and_then(|at| books.get(at).copied());
    rows.iter().filter_map(|row| Some((book(row)?, row))).collect()
}
