//! `uptake near-misses`: who would count if one thing were otherwise, what to check in the record, and what it is worth.

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::facts::{self, BookFacts, KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::PatientArguments;
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::provenance::{Made, Provenance};
use crate::cli::results;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::{Extract, Silent};
use crate::eval::near_misses::{Found, Kind, Sought, find};
use crate::eval::run::{Level, run as evaluate};
use crate::eval::sight::{Asked, Lens};
use crate::ground::{Finding, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::MeasureKind;
use crate::report::gaps;
use crate::report::near_misses::{BookCases, Case, Told, kinds, patients, practices};
use crate::report::run_json::{self, BookStamp, RunDocument};
use crate::report::table::{Cell, Grid};

/// Arguments of `uptake near-misses`.
#[derive(Args, Debug)]
pub(super) struct NearMissArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// How many per practice, indicator and kind, or per practice and indicator, or (which asks for patients' data) the
    /// list of patients with what to check; by default the first two for people and in JSON, else the first
    #[arg(long, value_enum)]
    level: Option<LevelArgument>,

    /// How many days off a date may be to be near; without it, what the rulebook says
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=731))]
    days: Option<u32>,

    /// Only this indicator, such as VI001; may be repeated
    #[arg(long, visible_alias = "measure", value_name = "CODE", value_delimiter = ',')]
    indicator: Vec<String>,

    /// Only this practice; may be repeated
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    practice: Vec<String>,

    /// Only this kind; may be repeated
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    kind: Vec<KindArgument>,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum LevelArgument {
    /// Per practice, indicator and kind
    Kind,
    /// Per practice and indicator, each patient once
    Practice,
    /// Each patient's near misses; a file named by --output is readable by its owner alone
    Patient,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum KindArgument {
    /// A related code that does not count
    Code,
    /// A dose some days early or late
    Days,
    /// Two doses on one day
    #[value(alias = "same_day")]
    SameDay,
    /// Single antigens instead of the combined vaccine
    Components,
    /// A dose between two recorded ones that is not recorded
    Unrecorded,
    /// Registered after birth, with nothing recorded from before
    History,
    /// Registered some days too early for an exception
    Registration,
}

impl KindArgument {
    fn kind(self) -> Kind {
        match self {
            KindArgument::Code => Kind::Code,
            KindArgument::Days => Kind::Days,
            KindArgument::SameDay => Kind::SameDay,
            KindArgument::Components => Kind::Components,
            KindArgument::Unrecorded => Kind::Unrecorded,
            KindArgument::History => Kind::History,
            KindArgument::Registration => Kind::Registration,
        }
    }
}

/// The name and version of the JSON document's form.
const SCHEMA: &str = "uptake.near-misses/1";

pub(super) fn near_misses(arguments: &NearMissArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.counting_books(rules)?;
    arguments.check_indicators(&books)?;
    let known = arguments.practices.read(&books)?;
    if arguments.tables.strict {
        known.practices.refuse_malformed()?;
    }
    let asked = Asked { courses: true, fees: false, pathway: false, related: true };
    let bar = Bar::rows();
    let (extract, lenses) = arguments.tables.load(&books, asked, &bar)?;
    let (counts, grouped) = evaluate(&extract, &lenses, Level::Practice, &Silent);
    let sought = Sought { within: arguments.days.map(|count| Period { count, unit: Unit::Days }) };
    let found = find(&extract, &lenses, sought, &Silent);
    bar.finish();
    arguments.check_practices(&extract)?;
    arguments.practices.check_waived(&books, &known, extract.practices().map(|(_, code)| code))?;
    let mut findings = extract.findings().clone();
    findings.merge(grouped);
    findings.merge(known.findings.clone());
    for (book, result) in books.iter().zip(&counts) {
        findings.merge(known.unmatched(book, facts::with_list(&extract, &result.counts)));
    }
    let findings = findings.list();
    output::talk_block(&crate::report::findings::summary(&findings, None));
    arguments.say_what_is_not_near(&books);
    let facts: Vec<BookFacts<'_>> = lenses
        .iter()
        .zip(&counts)
        .enumerate()
        .map(|(at, (lens, result))| {
            let figures = known.figures(at);
            facts::from_records(&arguments.practices, &known, lens.book(), figures, &extract, result, asked)
        })
        .collect();
    results::notes(&facts, &known).iter().for_each(|note| output::talk(note));
    arguments.write(&extract, &lenses, found, &facts, &known, &findings)?;
    Ok(Done::Well)
}

impl NearMissArguments {
    fn check_indicators(&self, books: &[Rulebook]) -> Result<(), CliError> {
        let measures = books.iter().flat_map(|book| &book.measures);
        let mut codes: Vec<&str> = measures
            .filter(|measure| measure.kind == MeasureKind::Indicator)
            .map(|measure| measure.code.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        match self.indicator.iter().find(|code| !codes.contains(&code.as_str())) {
            None => Ok(()),
            Some(code) => Err(CliError::usage(format!("there is no indicator `{code}` in these years"))
                .help(format!("there are: {}", codes.join(", ")))),
        }
    }

    fn check_practices(&self, extract: &Extract) -> Result<(), CliError> {
        let is_known = |code: &&String| extract.practices().any(|(_, known)| known == code.as_str());
        match self.practice.iter().find(|code| !is_known(code)) {
            None => Ok(()),
            Some(code) => Err(CliError::usage(format!("the patients table has no practice `{code}`"))
                .help("name a practice_code as the table writes it")),
        }
    }

    /// Where neither the rulebook nor the command line says how far off a date may be, no date is looked at.
    fn say_what_is_not_near(&self, books: &[Rulebook]) {
        if self.days.is_some() {
            return;
        }
        for book in books {
            let measures = book.measures.iter().filter(|measure| measure.kind == MeasureKind::Indicator);
            let silent = measures.filter(|measure| measure.near.is_none() && measure.borrowed.is_none());
            let silent: Vec<&str> = silent.map(|measure| measure.code.as_str()).collect();
            if !silent.is_empty() {
                let codes = silent.join(", ");
                output::talk(&format!(
                    "{}: the rulebook does not say how many days off a date may be for {codes}, so no date is looked at; \
                     say it with --days",
                    book.name
                ));
            }
        }
    }

    /// What is asked for of what was found.
    fn cases<'a>(&self, extract: &'a Extract, book: &Rulebook, found: Vec<Found>) -> Vec<Case<'a>> {
        let wanted: Vec<Kind> = self.kind.iter().map(|kind| kind.kind()).collect();
        let mut cases = Vec::new();
        for mut found in found {
            let measure = &book.measures[book.measurements[found.measurement.index()].measure.index()];
            let practice_code = extract.practice_code(found.practice);
            let is_meant = (self.indicator.is_empty() || self.indicator.contains(&measure.code))
                && (self.practice.is_empty() || self.practice.iter().any(|code| code == practice_code));
            found.misses.retain(|miss| wanted.is_empty() || wanted.contains(&miss.kind));
            if is_meant && !found.misses.is_empty() {
                cases.push(Case { practice_code, patient_id: extract.patient_id(found.patient), found });
            }
        }
        cases
    }

    fn write(
        &self,
        extract: &Extract,
        lenses: &[Lens<'_>],
        found: Vec<Vec<Found>>,
        facts: &[BookFacts<'_>],
        known: &KnownPractices,
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let years: Vec<String> = lenses.iter().map(|lens| lens.book().year_label(DEFAULT_SCHEME)).collect();
        let cases: Vec<Vec<Case<'_>>> =
            lenses.iter().zip(found).map(|(lens, found)| self.cases(extract, lens.book(), found)).collect();
        let books: Vec<BookCases<'_>> = facts
            .iter()
            .zip(&years)
            .zip(&cases)
            .map(|((facts, year), cases)| BookCases {
                book: facts.book,
                year,
                figures: &facts.figures,
                facts: &facts.practices,
                cases,
            })
            .collect();
        let is_for_all = matches!(self.output.format, Format::Table | Format::Markdown | Format::Json)
            || self.output.format.is_workbook();
        let (told, beside, readers) = match self.level {
            None if is_for_all => (kinds(&books), Some(practices(&books)), Readers::Anyone),
            None | Some(LevelArgument::Kind) => (kinds(&books), None, Readers::Anyone),
            Some(LevelArgument::Practice) => (practices(&books), None, Readers::Anyone),
            Some(LevelArgument::Patient) => (patients(&books), None, Readers::Owner),
        };
        output::talk_block(&gaps::summary(&told.gaps));
        let stamps: Vec<BookStamp> = books.iter().map(|of| BookStamp::of(of.book)).collect();
        if self.output.format == Format::Json {
            return self.write_json(&told, beside.as_ref(), readers, &stamps, known, findings);
        }
        let mut grids: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> = vec![(&told.table, &[])];
        if let Some(beside) = &beside {
            grids.push((&beside.table, &[]));
        }
        self.output.write_tables(&grids, readers, &format::notes(books.iter().map(|of| of.book)))
    }

    fn write_json(
        &self,
        told: &Told<'_>,
        beside: Option<&Told<'_>>,
        readers: Readers,
        stamps: &[BookStamp],
        known: &KnownPractices,
        findings: &[Finding],
    ) -> Result<(), CliError> {
        let further: Vec<(&str, &dyn Grid)> =
            beside.iter().map(|beside| ("practices", &beside.table as &dyn Grid)).collect();
        let overrides = match known.overrides.is_empty() {
            true => serde_json::Value::Null,
            false => serde_json::to_value(&known.overrides).unwrap_or_default(),
        };
        self.output.write(&told.table, &[], readers, &format::notes([]), |out| {
            let provenance = Provenance::with_practices(Made::now(), &self.tables, &self.practices);
            let document = RunDocument {
                rulebooks: stamps,
                results: &told.table,
                tables: &further,
                overrides: &overrides,
                disclosure: None,
                remarks: &[],
                gaps: &told.gaps,
                findings,
                provenance: &provenance,
            };
            run_json::write_as(out, SCHEMA, &document)
        })
    }
}
