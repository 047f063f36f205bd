//! `uptake sql`: a rulebook as one query, for an engine that already holds the records.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::output::{self, Readers};
use crate::cli::overrides::OverrideArguments;
use crate::cli::pathway::report_day;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::ground::Day;
use crate::report::sql::dialect::Dialect;
use crate::report::sql::{Asking, Refusal, TableNames, Wanted, query};

/// Arguments of `uptake sql`.
#[derive(Args, Debug)]
pub(super) struct SqlArguments {
    #[command(flatten)]
    years: YearArguments,

    /// Whose SQL to write
    #[arg(long, value_enum)]
    dialect: DialectArgument,

    /// One row per practice and indicator, or one per patient and indicator. A local scheme's pathway gives its return,
    /// or its children not achieved
    #[arg(long, value_enum, default_value_t = LevelArgument::Practice)]
    level: LevelArgument,

    /// Which results per practice: indicators, payments that are not for indicators (claw-back, targets), or fees per dose
    #[arg(long, value_enum, default_value_t = ResultArgument::Indicators)]
    result: ResultArgument,

    /// What a table is called in the engine, as TABLE=NAME: patients, events, practices, appointments, slots, or
    /// baseline, which is not read unless it is named; may be repeated
    #[arg(long = "table", value_name = "TABLE=NAME")]
    tables: Vec<String>,

    /// Of a local scheme: the day of the report, after which nothing is seen; by default the year's end
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<Day>,

    #[command(flatten)]
    overrides: OverrideArguments,

    /// Write the query to a file, which appears whole or not at all; `-` is stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum DialectArgument {
    /// DuckDB
    Duckdb,
    /// Apache Spark 3.2 or later
    Spark,
    /// PostgreSQL
    Postgres,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum LevelArgument {
    /// Counts per practice and indicator
    Practice,
    /// Each patient's outcome
    Patient,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum ResultArgument {
    /// One row per practice and indicator
    Indicators,
    /// Payments that are not for indicators: claw-back per course, targets per quarter
    Payments,
    /// Item-of-service fees per practice
    Fees,
}

fn day(text: &str) -> Result<Day, String> {
    Day::parse_iso(text).ok_or_else(|| "a date is written YYYY-MM-DD".to_owned())
}

pub(super) fn sql(arguments: &SqlArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let tables = table_names(&arguments.tables)?;
    let (_, books) = arguments.years.books(rules)?;
    let [book] = &books[..] else {
        return Err(
            CliError::usage("a query is of one year").help("name one year with `--year`, and write a query each")
        );
    };
    let (figures, _) = arguments.overrides.figures(&books)?;
    let as_of = match (&book.pathway, arguments.as_of) {
        (Some(_), as_of) => report_day(book, as_of)?,
        (None, None) => book.end,
        (None, Some(_)) => {
            return Err(CliError::usage(format!(
                "the rulebook {} has no pathway, so it has no day of a report",
                book.name
            ))
            .help("leave out `--as-of`"));
        }
    };
    let asking = Asking {
        dialect: arguments.dialect(),
        wanted: arguments.wanted()?,
        tables: &tables,
        figures: figures.first().map_or(&book.figures[..], Vec::as_slice),
        year_label: &book.year_label(DEFAULT_SCHEME),
        as_of,
    };
    let text = query(book, &asking).map_err(|refusal| refused(&refusal))?;
    output::to_place(arguments.output.as_deref(), Readers::Anyone, |out| out.write_all(text.as_bytes()))?;
    Ok(Done::Well)
}

impl SqlArguments {
    fn dialect(&self) -> Dialect {
        match self.dialect {
            DialectArgument::Duckdb => Dialect::DuckDb,
            DialectArgument::Spark => Dialect::Spark,
            DialectArgument::Postgres => Dialect::Postgres,
        }
    }

    fn wanted(&self) -> Result<Wanted, CliError> {
        match (self.level, self.result) {
            (LevelArgument::Patient, ResultArgument::Indicators) => Ok(Wanted::Patients),
            (LevelArgument::Patient, ResultArgument::Payments | ResultArgument::Fees) => {
                Err(CliError::usage("payments and fees are made to practices, not to patients")
                    .help("leave out `--level patient`, or `--result`"))
            }
            (LevelArgument::Practice, ResultArgument::Indicators) => Ok(Wanted::Indicators),
            (LevelArgument::Practice, ResultArgument::Payments) => Ok(Wanted::Payments),
            (LevelArgument::Practice, ResultArgument::Fees) => Ok(Wanted::Fees),
        }
    }
}

fn refused(refusal: &Refusal) -> CliError {
    CliError::usage(format!("{} cannot be given as SQL: {}", refusal.what, refusal.why))
}

/// The tables' names: those that were given, else their own.
fn table_names(given: &[String]) -> Result<TableNames, CliError> {
    let mut names = TableNames::default();
    for text in given {
        let Some((table, name)) = text.split_once('=') else {
            return Err(CliError::usage(format!("`--table {text}` is not TABLE=NAME"))
                .help("write for example `--table patients=warehouse.patients`"));
        };
        let name = name.trim();
        // The name goes into the query as it is, so that `schema.name` and `read_parquet('…')` can be written.
        if name.is_empty() || name.contains(';') || name.contains("--") || name.contains(char::is_control) {
            return Err(CliError::usage(format!("`--table {text}` names no table"))
                .help("a name stands on one line, without `;` and `--`"));
        }
        let name = name.to_owned();
        match table.trim() {
            "patients" => names.patients = name,
            "events" => names.events = name,
            "practices" => names.practices = name,
            "appointments" => names.appointments = name,
            "slots" => names.slots = name,
            "baseline" => names.baseline = Some(name),
            other => {
                return Err(CliError::usage(format!("there is no table `{other}` to be named"))
                    .help("there are: patients, events, practices, appointments, slots, baseline"));
            }
        }
    }
    Ok(names)
}
