//! `uptake run`: patients and events in, indicators per practice or outcomes per patient out.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::facts::{self, BookFacts, KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::{PatientArguments, RecordDigests, TableDigest};
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::results::{Asking, Results, TableArgument};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::{Extract, Silent};
use crate::eval::run::{BookResult, Level, run as evaluate};
use crate::eval::sight::{Asked, Lens};
use crate::ground::{Finding, FindingKind, Findings};
use crate::model::Rulebook;
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

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum LevelArgument {
    /// Counts per practice and indicator
    Practice,
    /// Each patient's outcome; a file named by --output is readable by its owner alone
    Patient,
}

/// Where the results of a run come from.
#[derive(Serialize)]
struct Provenance {
    uptake: &'static str,
    #[serde(flatten)]
    records: RecordDigests,
    practices: Option<TableDigest>,
    baselines: Vec<TableDigest>,
}

pub(super) fn run(arguments: &RunArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.books(rules)?;
    let known = arguments.practices.read(&books)?;
    let asking = Asking::of(arguments.table, arguments.output.format);
    if arguments.tables.strict {
        known.practices.refuse_malformed()?;
    }
    let level = match arguments.level {
        LevelArgument::Practice => Level::Practice,
        LevelArgument::Patient => Level::Patient,
    };
    let asked = if level == Level::Patient { Asked::default() } else { asking.asked() };
    let bar = Bar::rows();
    let (extract, lenses) = arguments.tables.load(&books, asked, &bar)?;
    let (results, grouped) = evaluate(&extract, &lenses, level, &Silent);
    bar.finish();
    let mut findings = extract.findings().clone();
    findings.merge(grouped);
    findings.merge(known.findings.clone());
    arguments.count_odd(&books, &results, &mut findings);
    let findings = findings.list();
    output::talk_block(&crate::report::findings::summary(&findings));
    match level {
        Level::Practice => arguments.write_measures(&known, &extract, &lenses, &results, asking, &findings)?,
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
        let output = OutputArguments { format: Format::Table, output: None };
        let practices = PracticeArguments { practices, ..PracticeArguments::default() };
        RunArguments { years, tables, practices, level: LevelArgument::Practice, table: None, output }
    }

    /// What only the evaluation can find: registrations that hold at once, doses that nobody can be paid for.
    fn count_odd(&self, books: &[Rulebook], results: &[BookResult], findings: &mut Findings) {
        // The same two rows may hold at the end of several years; each year's count is told for its year.
        let (patients, events) = self.tables.names();
        for (book, result) in books.iter().zip(results) {
            let column = format!("registered_date ({})", book.name);
            findings.add_counted(FindingKind::TwoRegistrations, &patients, &column, result.registered_twice, &[]);
            for (fee, doses) in book.fees.iter().zip(&result.doses_of_nobody) {
                let column = format!("practice_code ({}, fee {})", book.name, fee.name);
                findings.add_counted(FindingKind::DoseOfNobody, &events, &column, *doses, &[]);
            }
        }
    }

    fn write_measures(
        &self,
        known: &KnownPractices,
        extract: &Extract,
        lenses: &[Lens<'_>],
        results: &[BookResult],
        asking: Asking,
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let facts: Vec<BookFacts<'_>> = lenses
            .iter()
            .zip(results)
            .enumerate()
            .map(|(at, (lens, result))| {
                let figures = known.figures(at);
                facts::from_records(&self.practices, known, lens.book(), figures, extract, result, asking.asked())
            })
            .collect();
        let results = Results::of(&facts, known);
        results.write(&self.output, asking, findings, || Provenance {
            uptake: env!("CARGO_PKG_VERSION"),
            records: self.tables.digests(),
            practices: self.practices.practices.as_deref().map(TableDigest::of),
            baselines: self.practices.baseline.iter().map(|path| TableDigest::of(path)).collect(),
        })
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
        let grid = PatientGrid { title: "Outcomes per patient", rows: &rows };
        let stamps: Vec<BookStamp> = books.iter().map(BookStamp::of).collect();
        self.output.write(&grid, &[], Readers::Owner, &format::notes(books), |out| {
            let provenance = Provenance {
                uptake: env!("CARGO_PKG_VERSION"),
                records: self.tables.digests(),
                practices: None,
                baselines: Vec::new(),
            };
            let document = RunDocument {
                rulebooks: &stamps,
                results: &grid,
                tables: &[],
                overrides: &serde_json::Value::Null,
                remarks: &[],
                gaps: &[],
                findings,
                provenance: &provenance,
            };
            run_json::write(out, &document)
        })
    }
}
