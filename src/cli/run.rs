//! `uptake run`: patients and events in, indicators per practice or outcomes per patient out.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::format::{Format, OutputArguments};
use crate::cli::inputs::{self, PatientArguments, TableDigest};
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::practices::{self, Practices};
use crate::data::{Extract, PracticeId, Silent};
use crate::eval::counts::Counts;
use crate::eval::pay::{Facts, earned};
use crate::eval::run::{BookResult, Level, run as evaluate};
use crate::eval::sight::Lens;
use crate::ground::{Finding, FindingKind, Findings};
use crate::model::Rulebook;
use crate::model::book::MeasurementId;
use crate::report::gaps;
use crate::report::rows::{self, MeasureGrid, MeasureRow, PatientGrid, PatientRow};
use crate::report::run_json::{self, BookStamp, RunDocument};

/// Arguments of `uptake run`.
#[derive(Args, Debug)]
pub(super) struct RunArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    /// Practices: practice_code, practice_name?, list_size?, area?; pounds need the list size
    #[arg(long, value_name = "FILE")]
    practices: Option<PathBuf>,

    /// One row per practice and indicator, or (which asks for patients' data) one per patient and indicator
    #[arg(long, value_enum, default_value_t = LevelArgument::Practice)]
    level: LevelArgument,

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
    patients: TableDigest,
    events: TableDigest,
    practices: Option<TableDigest>,
}

pub(super) fn run(arguments: &RunArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.books(rules)?;
    let practices = arguments.practices.as_deref().map(read_practices).transpose()?.unwrap_or_default();
    if arguments.tables.strict {
        practices.refuse_malformed()?;
    }
    let bar = Bar::rows();
    let (extract, lenses) = arguments.tables.load(&books, &bar, false)?;
    let level = match arguments.level {
        LevelArgument::Practice => Level::Practice,
        LevelArgument::Patient => Level::Patient,
    };
    let (results, grouped) = evaluate(&extract, &lenses, level, &Silent);
    bar.finish();
    let mut findings = extract.findings().clone();
    findings.merge(grouped);
    findings.merge(practices.findings.clone());
    arguments.registered_twice(&books, &results, &mut findings);
    let findings = findings.list();
    output::talk_block(&crate::report::findings::summary(&findings));
    let lists = Lists { extract: &extract, practices: &practices };
    match level {
        Level::Practice => arguments.write_measures(&lists, &lenses, &results, &findings)?,
        Level::Patient => arguments.write_patients(&extract, &books, &results, &findings)?,
    }
    Ok(Done::Well)
}

fn read_practices(path: &Path) -> Result<Practices, CliError> {
    Ok(practices::read(&inputs::open(path)?)?)
}

/// What is known of the practices of an extract.
struct Lists<'a> {
    extract: &'a Extract,
    practices: &'a Practices,
}

impl RunArguments {
    /// The arguments of a plain run over these tables, as a table on stdout.
    pub(super) fn of_tables(
        years: YearArguments,
        tables: PatientArguments,
        practices: Option<PathBuf>,
    ) -> RunArguments {
        let output = OutputArguments { format: Format::Table, output: None };
        RunArguments { years, tables, practices, level: LevelArgument::Practice, output }
    }

    fn registered_twice(&self, books: &[Rulebook], results: &[BookResult], findings: &mut Findings) {
        // The same two rows may hold at the end of several years; each year's count is told for its year.
        let file = self.tables.patients.display().to_string();
        for (book, result) in books.iter().zip(results) {
            for _ in 0..result.registered_twice {
                findings.add(FindingKind::TwoRegistrations, &file, &format!("registered_date ({})", book.name), None);
            }
        }
    }

    fn write_measures(
        &self,
        lists: &Lists<'_>,
        lenses: &[Lens<'_>],
        results: &[BookResult],
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let mut rows = Vec::new();
        for (lens, result) in lenses.iter().zip(results) {
            rows.extend(measure_rows(lens.book(), result, lists));
        }
        rows::sort_measures(&mut rows);
        let gaps = gaps::named(&rows);
        let totals = rows::totals(&rows);
        output::talk_block(&gaps::summary(&gaps));
        totals.notes.iter().for_each(|note| output::talk(note));
        let grid = MeasureGrid { title: "Indicators per practice", rows: &rows };
        let stamps: Vec<BookStamp> = lenses.iter().map(|lens| BookStamp::of(lens.book())).collect();
        let provenance = self.provenance();
        self.output.write(&grid, &totals.rows, Readers::Anyone, |out| {
            let document =
                RunDocument { rulebooks: &stamps, results: &grid, gaps: &gaps, findings, provenance: &provenance };
            run_json::write(out, &document)
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
        let provenance = self.provenance();
        self.output.write(&grid, &[], Readers::Owner, |out| {
            let document =
                RunDocument { rulebooks: &stamps, results: &grid, gaps: &[], findings, provenance: &provenance };
            run_json::write(out, &document)
        })
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            uptake: env!("CARGO_PKG_VERSION"),
            patients: TableDigest::of(&self.tables.patients),
            events: TableDigest::of(&self.tables.events),
            practices: self.practices.as_deref().map(TableDigest::of),
        }
    }
}

/// One row per practice and measurement on whose register somebody is.
fn measure_rows(book: &Rulebook, result: &BookResult, lists: &Lists<'_>) -> Vec<MeasureRow> {
    let label = book.year_label(DEFAULT_SCHEME);
    let mut rows = Vec::new();
    for (counts, at) in result.counts.iter().zip(0..) {
        if counts.iter().all(|counts| counts.register == 0) {
            continue;
        }
        let practice_code = lists.extract.practice_code(PracticeId(at));
        let list_size = lists.practices.find(practice_code).and_then(|practice| practice.list_size).map(u64::from);
        let facts = Facts { list_size, counts: counts.iter().copied().map(Some).collect(), ..Facts::default() };
        for (counts, measurement) in counts.iter().zip(0..).filter(|(counts, _)| counts.register > 0) {
            let measurement = MeasurementId(measurement);
            let earned = earned(book, &book.figures, measurement, &facts);
            rows.push(MeasureRow::new(book, &label, practice_code, measurement, Counts::clone(counts), earned));
        }
    }
    rows
}
