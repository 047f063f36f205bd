//! `uptake compare`: the same practices under several years' rules, side by side.

mod counts;
pub(super) mod stage;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::compare::stage::Stage;
use crate::cli::disclosure::DisclosureArguments;
use crate::cli::facts::{BookFacts, KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::{PatientArguments, TableDigest};
use crate::cli::output::{self, Readers};
use crate::cli::provenance::TablesProvenance;
use crate::cli::rollup::{self, RollupArguments};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::ground::{Finding, Findings};
use crate::model::Rulebook;
use crate::report::comparison::changes::Comparison;
use crate::report::comparison::split::{self, SplitRow};
use crate::report::comparison::{Side, measured};
use crate::report::disclosure::Disclosure;
use crate::report::rollup::{Grouping, OfGroups, RowKind};
use crate::report::run_json::BookStamp;
use crate::report::table::json::Document;
use crate::report::table::{Cell, Grid, Notes};
use crate::report::{findings, gaps};

/// Arguments of `uptake compare`.
#[derive(Args, Debug)]
pub(super) struct CompareArguments {
    /// The contract years, the first of which the others are compared with: 2021-22,2023-24; another scheme's as
    /// SCHEME/YEAR
    #[arg(long, visible_alias = "year", value_name = "YEARS", value_delimiter = ',', required = true)]
    years: Vec<String>,

    #[command(flatten)]
    source: SourceArguments,

    /// Apply every year's rules to the people and dates of this one year
    #[arg(long, value_name = "YEAR", conflicts_with = "counts")]
    cohort: Option<String>,

    /// Compare one year with the same year in another rules folder: what an edit of its rules does to practices
    #[arg(long, value_name = "DIR", conflicts_with = "cohort")]
    against: Option<PathBuf>,

    #[command(flatten)]
    practices: PracticeArguments,

    /// Which table; by default all of them in JSON, for people all but the components, else the practices
    #[arg(long, value_enum)]
    table: Option<TableArgument>,

    #[command(flatten)]
    rollup: RollupArguments,

    #[command(flatten)]
    disclosure: DisclosureArguments,

    #[command(flatten)]
    output: OutputArguments,
}

/// Where the counts of practices come from.
#[derive(Args, Debug)]
pub(super) struct SourceArguments {
    /// Counts: practice_code, indicator or measure, numerator, denominator (or uptake_percent, denominator)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["patients", "events", "fhir"], required_unless_present_any = ["patients", "fhir"])]
    pub(super) counts: Option<PathBuf>,

    /// Patients, as `uptake run` reads them
    #[arg(long, value_name = "FILE", requires = "events")]
    pub(super) patients: Option<PathBuf>,

    /// Events, as `uptake run` reads them
    #[arg(long, value_name = "FILE", requires = "patients")]
    pub(super) events: Option<PathBuf>,

    /// Instead of patients and events, FHIR R4 as `uptake run` reads it: a folder of .ndjson files, or a file, which may
    /// be repeated
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["patients", "events"])]
    pub(super) fhir: Vec<PathBuf>,

    /// End at the first malformed row instead of setting it aside
    #[arg(long, conflicts_with = "counts")]
    pub(super) strict: bool,
}

impl SourceArguments {
    /// The tables of patients, where they are given.
    pub(super) fn records(&self) -> Option<PatientArguments> {
        let SourceArguments { patients, events, fhir, strict, .. } = self;
        let is_there = (patients.is_some() && events.is_some()) || !fhir.is_empty();
        let (patients, events, fhir) = (patients.clone(), events.clone(), fhir.clone());
        is_there.then_some(PatientArguments { patients, events, fhir, strict: *strict, memory: None })
    }

    /// The facts of practices under several rulebooks, each read from the tables once; with what was odd and what a
    /// reader must know.
    pub(super) fn facts<'b>(
        &self,
        practices: &PracticeArguments,
        known: &KnownPractices,
        stage: &'b Stage,
    ) -> Result<(Vec<BookFacts<'b>>, Findings, Vec<String>), CliError> {
        match (self.records(), &self.counts) {
            (Some(tables), _) => {
                let (mut facts, findings) = stage::from_records(&tables, practices, known, stage)?;
                let told = leave_out_givers(&mut facts);
                Ok((facts, findings, told.into_iter().collect()))
            }
            (None, Some(path)) => counts::facts(path, practices, known, stage),
            (None, None) => {
                Err(CliError::usage("none of `--patients` with `--events`, `--fhir` and `--counts` was given"))
            }
        }
    }

    /// The files' names and digests.
    pub(super) fn digests(&self) -> Vec<TableDigest> {
        let counts = self.counts.as_deref().map(TableDigest::of);
        let records = self.records().map(|records| records.digests().list()).unwrap_or_default();
        counts.into_iter().chain(records).collect()
    }
}

/// Leaves out practices on whose list nobody is: they only gave doses to others' patients, so nothing of theirs can be
/// compared. Says how many there were.
pub(super) fn leave_out_givers(facts: &mut [BookFacts<'_>]) -> Option<String> {
    let has_list = |facts: &BookFacts<'_>, code: &String| {
        facts
            .practices
            .get(code)
            .is_some_and(|facts| facts.counts.iter().flatten().any(|counts| !counts.register.is_zero()))
    };
    let codes: BTreeSet<String> = facts.iter().flat_map(|facts| facts.practices.keys().cloned()).collect();
    let givers: Vec<&String> = codes.iter().filter(|code| !facts.iter().any(|facts| has_list(facts, code))).collect();
    for book in facts.iter_mut() {
        book.practices.retain(|code, _| !givers.contains(&code));
    }
    let count = givers.len();
    (count > 0).then(|| format!("{count} practices that only gave doses to others' patients are left out"))
}

/// The tables of a comparison.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum TableArgument {
    /// One row per practice and year
    Practices,
    /// One row per practice, payment and year
    Components,
    /// One row per year over all practices
    Summary,
    /// What of the change is due to the rules, to the code lists and to the people
    Split,
}

/// What was found out.
struct Found {
    stated: Notes,
    stamps: Vec<BookStamp>,
    comparison: Comparison,
    split: Option<Vec<SplitRow>>,
    notes: Vec<String>,
    findings: Vec<Finding>,
    grouping: Option<Grouping>,
}

pub(super) fn compare(arguments: &CompareArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let years = YearArguments { year: arguments.years.clone(), scheme: DEFAULT_SCHEME.to_owned() };
    let (library, books) = years.counting_books(rules)?;
    let others = arguments.others(&years, &books)?;
    let known = arguments.practices.read(&[&books[..], &others].concat())?;
    let stamps = books.iter().chain(&others).map(BookStamp::of).collect();
    let stage = match (&arguments.against, &arguments.cohort) {
        (Some(folder), _) => Stage::against(books, others, folder),
        (None, Some(year)) => Stage::on_cohort(&library, books, year)?,
        (None, None) if arguments.source.records().is_some() && books.len() == 2 => Stage::with_split(&library, books)?,
        (None, None) => Stage::of(books),
    };
    if arguments.table == Some(TableArgument::Split) && !stage.has_split() {
        return Err(CliError::usage("only a change between two years of patient records can be split")
            .help("give two years, `--patients` and `--events`, and no `--cohort`"));
    }
    let (disclosure, grouping) = (arguments.disclosure.asked()?, arguments.rollup.grouping(&known)?);
    let (facts, mut odd, told) = arguments.source.facts(&arguments.practices, &known, &stage)?;
    let codes = facts.iter().flat_map(|facts| facts.practices.keys());
    rollup::count_without(grouping.as_ref(), codes.map(String::as_str), &mut odd);
    let facts: Vec<BookFacts<'_>> =
        facts.into_iter().map(|facts| facts.published(disclosure, grouping.as_ref())).collect();
    odd.merge(known.findings.clone());
    let sides = sides(&facts, &stage, grouping.as_ref());
    let comparison = Comparison::of(&sides[..stage.years()]);
    let split = stage.has_split().then(|| split::split(&[sides[0], sides[2], sides[3], sides[1]]));
    let mut notes = notes(arguments, &known, &stage, told);
    notes.extend(split.as_deref().and_then(|split| left_out(&comparison, split)));
    notes.extend(comparison.withheld_from_sums(grouping.as_ref().map_or(RowKind::PRACTICE, |grouping| grouping.kind)));
    let stated = format::notes(&stage.books()[..stage.years()]).disclosed(disclosure);
    let found = Found { stated, stamps, comparison, split, notes, findings: odd.list(), grouping: grouping.clone() };
    arguments.write(&found)?;
    Ok(Done::Well)
}

/// The years, then the two steps between the first and the second where the change is split.
fn sides<'a>(facts: &'a [BookFacts<'_>], stage: &'a Stage, grouping: Option<&'a Grouping>) -> Vec<Side<'a>> {
    facts.iter().zip(stage.labels()).map(|(facts, label)| facts.side(label, grouping)).collect()
}

impl BookFacts<'_> {
    /// These practices, or the groups that they are put together in, as a side of a comparison.
    pub(super) fn side<'a>(&'a self, label: &'a str, grouping: Option<&'a Grouping>) -> Side<'a> {
        Side {
            label,
            book: self.book,
            figures: &self.figures,
            practices: &self.practices,
            grouping,
            shown: self.shown(),
            withholding: self.withholding.as_ref(),
        }
    }
}

/// How many practices of either year the split has not got.
fn left_out(comparison: &Comparison, split: &[SplitRow]) -> Option<String> {
    let all: BTreeSet<&str> = comparison.practices.iter().map(|row| row.practice_code.as_str()).collect();
    let left_out = all.len() - split.len();
    (left_out > 0)
        .then(|| format!("the split leaves out {left_out} of {} practices, which are not in both years", all.len()))
}

/// What a reader must know of how the results came about.
fn notes(arguments: &CompareArguments, known: &KnownPractices, stage: &Stage, told: Vec<String>) -> Vec<String> {
    let mut notes = measured::differences(&stage.compared());
    notes.extend(told);
    notes.extend(known.overrides.iter().map(|set| {
        let says = set.rulebook_says.as_deref().unwrap_or("leaves it unset");
        format!("set for this run: {} of {} is {} (the rulebook: {says})", set.figure, set.rulebook, set.set_to)
    }));
    if let Some(year) = &arguments.cohort {
        notes.push(format!("every year's rules are applied to the people and dates of {year}"));
    }
    if stage.has_split() && matches!(arguments.table, None | Some(TableArgument::Split)) {
        notes.push(split::ORDER.to_owned());
    }
    notes
}

impl CompareArguments {
    /// The rulebooks of the other folder, if there is one.
    fn others(&self, years: &YearArguments, books: &[Rulebook]) -> Result<Vec<Rulebook>, CliError> {
        match &self.against {
            Some(folder) if books.len() == 1 => Ok(years.counting_books(Some(folder))?.1),
            Some(_) => Err(CliError::usage("`--against` compares one year with itself, and several years were named")
                .help("name one with `--years`")),
            None if books.len() < 2 => Err(CliError::usage("a comparison needs at least two years")
                .help("write for example `--years 2021-22,2023-24`, or name another rules folder with `--against`")),
            None => Ok(Vec::new()),
        }
    }

    fn write(&self, found: &Found) -> Result<(), CliError> {
        output::talk_block(&findings::summary(&found.findings, found.stated.disclosure));
        output::talk_block(&gaps::summary(&found.comparison.gaps));
        found.notes.iter().for_each(|note| output::talk(&format!("note: {note}")));
        let comparison = &found.comparison;
        let summary = comparison.summary_table();
        let practices = comparison.practice_table();
        let components = comparison.component_table();
        let split = found.split.as_deref().map(split::table);
        let split_totals = found.split.as_deref().map(split::totals_of).unwrap_or_default();
        let mut plain: Vec<(TableArgument, &dyn Grid, &[Vec<Cell<'_>>])> = vec![
            (TableArgument::Summary, &summary, &[]),
            (TableArgument::Practices, &practices, &[]),
            (TableArgument::Components, &components, &[]),
        ];
        if let Some(split) = &split {
            plain.push((TableArgument::Split, split, &split_totals));
        }
        let renamed: Vec<OfGroups<'_>> = found
            .grouping
            .iter()
            .flat_map(|grouping| plain.iter().map(move |(_, grid, _)| OfGroups::new(*grid, grouping)))
            .collect();
        let grid = |at: usize| renamed.get(at).map_or(plain[at].1, |grid| grid as &dyn Grid);
        let tables: Vec<(TableArgument, &dyn Grid, &[Vec<Cell<'_>>])> =
            plain.iter().enumerate().map(|(at, (table, _, totals))| (*table, grid(at), *totals)).collect();
        if self.output.format == Format::Json {
            return self
                .output
                .write(&practices, &[], Readers::Anyone, &found.stated, |out| self.write_json(out, found, &tables));
        }
        let is_shown = |table: TableArgument| match (self.table, self.output.format) {
            (Some(asked), _) => asked == table,
            (None, Format::Table | Format::Markdown) => table != TableArgument::Components,
            (None, _) => table == TableArgument::Practices,
        };
        let shown = tables.iter().filter(|(table, ..)| is_shown(*table));
        let grids: Vec<(&dyn Grid, &[Vec<Cell<'_>>])> = shown.map(|(_, grid, totals)| (*grid, *totals)).collect();
        self.output.write_tables(&grids, Readers::Anyone, &found.stated)
    }

    fn write_json(
        &self,
        out: &mut dyn std::io::Write,
        found: &Found,
        tables: &[(TableArgument, &dyn Grid, &[Vec<Cell<'_>>])],
    ) -> std::io::Result<()> {
        let mut document = Document::open(out, "uptake.compare/1")?;
        document.list("rulebooks", &found.stamps)?;
        document.list("notes", &found.notes)?;
        if let Some((name, member)) = found.stated.disclosure.map(Disclosure::member) {
            document.value(name, &member)?;
        }
        for (table, grid, _) in tables.iter().filter(|(table, ..)| self.table.is_none_or(|asked| asked == *table)) {
            let name = match table {
                TableArgument::Practices => "practices",
                TableArgument::Components => "components",
                TableArgument::Summary => "summary",
                TableArgument::Split => "split",
            };
            document.rows(name, *grid)?;
        }
        document.list("gaps", &found.comparison.gaps)?;
        document.list("findings", &findings::in_words(&found.findings, found.stated.disclosure))?;
        document.value("provenance", &TablesProvenance::of(self.source.digests(), &self.practices))?;
        document.close()
    }
}
