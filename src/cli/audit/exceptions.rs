//! `uptake audit exceptions`: exception rates per practice and reason against those of the other practices.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::format::{self, OutputArguments};
use crate::cli::inputs::{self, PatientArguments};
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::provenance::{Made, Provenance};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::naming::TableName;
use crate::data::practices::{self, Practices};
use crate::data::{Extract, Silent};
use crate::eval::reasons::{ByReason, reasons};
use crate::eval::sight::Asked;
use crate::ground::Finding;
use crate::model::Rulebook;
use crate::model::book::MeasureKind;
use crate::report::audit::exceptions::{self, ANY_REASON, Excepted, compared};
use crate::report::findings;
use crate::report::run_json::{self, BookStamp, RunDocument};

/// Arguments of `uptake audit exceptions`.
#[derive(Args, Debug)]
pub(super) struct ExceptionArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    /// Practices: practice_code, area?; needed only to compare within areas
    #[arg(long, value_name = "FILE")]
    practices: Option<PathBuf>,

    /// Which practices are a practice's peers
    #[arg(long, value_enum, default_value_t = Peers::All)]
    peers: Peers,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum Peers {
    /// All others
    All,
    /// The others of its area, as the practices table has it
    Area,
}

pub(super) fn exceptions(arguments: &ExceptionArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    if arguments.peers == Peers::Area && arguments.practices.is_none() {
        return Err(CliError::usage("peers of the same area need a table of practices")
            .help("give `--practices FILE` with the columns practice_code and area"));
    }
    let (_, books) = arguments.years.books(rules)?;
    let known = match &arguments.practices {
        Some(path) => practices::read(&inputs::open(path, TableName::Practices)?)?,
        None => Practices::default(),
    };
    if arguments.tables.strict {
        known.refuse_malformed()?;
    }
    let bar = Bar::rows();
    let (extract, lenses) = arguments.tables.load(&books, Asked::default(), &bar)?;
    let (found, grouped) = reasons(&extract, &lenses, &Silent);
    bar.finish();
    let mut odd = extract.findings().clone();
    odd.merge(grouped);
    odd.merge(known.findings.clone());
    let all = books.iter().zip(&found).flat_map(|(book, found)| arguments.excepted(book, found, &extract, &known));
    arguments.write(&books, all.collect(), &odd.list())?;
    Ok(Done::Well)
}

impl ExceptionArguments {
    /// Each practice's people and exceptions by one rulebook.
    fn excepted(
        &self,
        book: &Rulebook,
        found: &[Vec<ByReason>],
        extract: &Extract,
        known: &Practices,
    ) -> Vec<Excepted> {
        let year = book.year_label(DEFAULT_SCHEME);
        let mut all = Vec::new();
        for (id, practice_code) in extract.practices() {
            let area = known.find(practice_code).and_then(|practice| practice.area.clone()).unwrap_or_default();
            let peers = if self.peers == Peers::Area { area } else { String::new() };
            for (measurement, by_reason) in book.measurements.iter().zip(&found[id.0 as usize]) {
                let measure = &book.measures[measurement.measure.index()];
                if measure.kind != MeasureKind::Indicator {
                    continue;
                }
                let codes = measure.excepts.iter().map(|reason| reason.code.as_str());
                let single = codes.zip(by_reason.excepted.iter().copied());
                let row = |(reason, excepted): (&str, u64)| Excepted {
                    year: year.clone(),
                    practice_code: practice_code.to_owned(),
                    peers: peers.clone(),
                    indicator: measurement.label.clone(),
                    reason: reason.to_owned(),
                    eligible: by_reason.counts.register - by_reason.counts.excluded,
                    excepted,
                };
                all.extend(std::iter::once((ANY_REASON, by_reason.counts.excepted)).chain(single).map(row));
            }
        }
        all
    }

    fn write(&self, books: &[Rulebook], all: Vec<Excepted>, odd: &[Finding]) -> Result<(), CliError> {
        let rows = compared(all);
        output::talk_block(&findings::summary(odd, None));
        let told: Vec<String> = exceptions::method().into_iter().chain(exceptions::by_chance(&rows)).collect();
        told.iter().for_each(|line| output::talk(line));
        let notes = format::notes(books);
        if self.output.format.is_for_people() {
            exceptions::left_out(&rows).iter().for_each(|line| output::talk(line));
            return self.output.write(&exceptions::short_table(&rows), &[], Readers::Anyone, &notes, |_| Ok(()));
        }
        let table = exceptions::table(&rows);
        self.output.write(&table, &[], Readers::Anyone, &notes, |out| {
            let stamps: Vec<BookStamp> = books.iter().map(BookStamp::of).collect();
            let document = RunDocument {
                rulebooks: &stamps,
                results: &table,
                tables: &[],
                overrides: &serde_json::Value::Null,
                disclosure: None,
                remarks: &[("notes", serde_json::json!(told))],
                gaps: &[],
                findings: odd,
                provenance: &Provenance::of(Made::now(), &self.tables, self.practices.as_deref(), &[]),
            };
            run_json::write_as(out, "uptake.audit-exceptions/1", &document)
        })
    }
}
