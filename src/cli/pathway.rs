//! `uptake pathway`: a local scheme's states, alerts and worklists, and its return.

mod in_report;
mod lists;
mod returned;
mod setting;

pub(super) use in_report::local_scheme;
pub(super) use setting::{Beside, BesideArguments, BesideFiles, day, report_day};

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::disclosure::DisclosureArguments;
use crate::cli::facts::PracticeArguments;
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::{PatientArguments, RecordDigests, TableDigest};
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::provenance::{Made, digests};
use crate::cli::years::YearArguments;
use crate::cli::{CliError, Done, worklists};
use crate::data::Silent;
use crate::eval::pathway::{self, Lenses};
use crate::ground::{Finding, Findings};
use crate::model::Rulebook;
use crate::report::findings;
use crate::report::gaps::{self, NamedGap};
use crate::report::pathway::{Scene, alerts, areas, children, exceptions, returns, states, won};
use crate::report::run_json::{self, BookStamp, RunDocument};
use crate::report::table::{Grid, Table};

/// Arguments of `uptake pathway`.
#[derive(Args, Debug)]
pub(super) struct PathwayArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    #[command(flatten)]
    beside: setting::BesideFiles,

    /// Counts at the year's end made elsewhere, as by a search: practice_code, indicator, numerator, denominator; the
    /// baseline's are given with --baseline
    #[arg(long, value_name = "FILE")]
    year_end: Option<PathBuf>,

    /// Counts per practice, or (which asks for patients' data) one row per child not achieved
    #[arg(long, value_enum, default_value_t = LevelArgument::Practice, conflicts_with_all = ["table", "list", "lists"])]
    level: LevelArgument,

    /// Which table; by default all of them for people and in JSON, else the return
    #[arg(long, value_enum, conflicts_with_all = ["list", "lists"])]
    table: Option<TableArgument>,

    /// Write one worklist (which asks for patients' data), by the name it has in the rule file
    #[arg(long, value_name = "NAME", conflicts_with = "lists")]
    list: Option<String>,

    /// Write every worklist of every practice (which asks for patients' data) into a new folder, DIR/PRACTICE/LIST.csv
    #[arg(long, value_name = "DIR")]
    lists: Option<PathBuf>,

    /// The practice whose list it is; by default all practices'
    #[arg(long, value_name = "CODE", requires = "list")]
    practice: Option<String>,

    #[command(flatten)]
    disclosure: DisclosureArguments,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum LevelArgument {
    /// Counts per practice
    Practice,
    /// Each child's state; a file named by --output is readable by its owner alone
    Patient,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum TableArgument {
    /// Baseline and year end, exceptions and payment, per practice and indicator
    Return,
    /// The same per area
    Areas,
    /// Children not achieved, per practice and state, with those who have nothing left to be given
    States,
    /// Children reported as exceptions per area, each child once
    Exceptions,
    /// Children who achieved since the baseline, by the state before the dose
    Won,
    /// How often each alert was raised
    Alerts,
}

/// True for the tables that can be made fit to be published.
fn is_published(table: TableArgument) -> bool {
    matches!(table, TableArgument::Return | TableArgument::Areas)
}

/// Where the results come from.
#[derive(Serialize)]
struct Provenance {
    #[serde(flatten)]
    made: Made,
    #[serde(flatten)]
    records: RecordDigests,
    practices: Option<TableDigest>,
    appointments: Option<TableDigest>,
    slots: Option<TableDigest>,
    year_end: Option<TableDigest>,
    baselines: Vec<TableDigest>,
}

pub(super) fn pathway(arguments: &PathwayArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    look(arguments, rules, |scene, counting, found| arguments.write(scene, counting, found))?;
    Ok(Done::Well)
}

/// Reads what was named, applies the scheme, and tells what it came to.
fn look<T>(
    arguments: &PathwayArguments,
    rules: Option<&Path>,
    tell: impl FnOnce(&Scene<'_>, &returned::Counting<'_>, Findings) -> Result<T, CliError>,
) -> Result<T, CliError> {
    let (library, books) = arguments.years.books(rules)?;
    let [scheme] = &books[..] else {
        return Err(CliError::usage("a pathway is looked at one year at a time").help("name one year with `--year`"));
    };
    let Some(resolved) = &scheme.pathway else { return Err(setting::no_pathway(scheme, &library)) };
    arguments.check_disclosure()?;
    let as_of = report_day(scheme, arguments.beside.as_of)?;
    let known = arguments.practices.read(&books)?;
    let beside = Beside::of_files(&arguments.beside, arguments.tables.strict)?;
    let bar = Bar::rows();
    let wanted = pathway::wanted(scheme);
    let extract = arguments.tables.read(&wanted, &bar)?;
    arguments.practices.check_waived(&books, &known, extract.practices().map(|(_, code)| code))?;
    let mut found = extract.findings().clone();
    let taking_part = setting::TakingPart::of(scheme, &known.practices);
    let takes_part = taking_part.of_extract(&extract, &arguments.practices, &mut found);
    let Some(lenses) = Lenses::new(scheme, &wanted.codes) else { return Err(setting::no_pathway(scheme, &library)) };
    let (appointments, slots) = (&beside.appointments, &beside.slots);
    let setting = pathway::Setting { as_of, appointments, slots, practices: &known.practices, takes_part: &takes_part };
    let (result, grouped) = pathway::run(&extract, &lenses, &setting, &Silent);
    bar.finish();
    found.merge(grouped);
    found.merge(known.findings.clone());
    found.merge(beside.findings(&extract));
    let cards = pathway::cards(&extract, &setting);
    let scene = Scene { book: scheme, pathway: resolved, cards: &cards, as_of, result: &result };
    let counted = returned::Counting { extract: &extract, known: &known, taking_part: &taking_part };
    tell(&scene, &counted, found)
}

impl PathwayArguments {
    /// The arguments that print a scheme's return at its year's end over these tables.
    pub(super) fn of_tables(
        years: YearArguments,
        tables: PatientArguments,
        practices: PathBuf,
        appointments: PathBuf,
        slots: PathBuf,
    ) -> PathwayArguments {
        PathwayArguments {
            years,
            tables,
            practices: PracticeArguments { practices: Some(practices), ..PracticeArguments::default() },
            beside: setting::BesideFiles { appointments: Some(appointments), slots: Some(slots), as_of: None },
            year_end: None,
            level: LevelArgument::Practice,
            table: Some(TableArgument::Return),
            list: None,
            lists: None,
            practice: None,
            disclosure: DisclosureArguments::default(),
            output: OutputArguments { format: Format::Table, output: None },
        }
    }

    fn write(&self, scene: &Scene<'_>, counting: &returned::Counting<'_>, mut found: Findings) -> Result<(), CliError> {
        let disclosure = self.disclosure.asked()?;
        let tell = |found: &Findings| output::talk_block(&findings::summary(&found.list(), disclosure));
        if let Some(folder) = &self.lists {
            tell(&found);
            return lists::write_all(scene, folder);
        }
        if let Some(name) = &self.list {
            self.refuse_unknown_practice(scene)?;
            tell(&found);
            return self.write_list(scene, name);
        }
        if self.level == LevelArgument::Patient {
            tell(&found);
            return self.write_children(scene, &found.list());
        }
        let returned = returned::Returned::of(self, scene, counting, &mut found)?;
        tell(&found);
        output::talk_block(&gaps::summary(&returned.gaps));
        returned.notes.iter().for_each(|note| output::talk(note));
        output::talk(&format!("as of {}", scene.as_of.in_words()));
        self.write_tables(scene, &returned, &found.list())
    }

    /// Only counts of the return and of areas can be published.
    fn check_disclosure(&self) -> Result<(), CliError> {
        if self.level == LevelArgument::Patient || self.list.is_some() || self.lists.is_some() {
            return self.disclosure.refuse_patients();
        }
        match (self.disclosure.asked()?, self.table) {
            (Some(_), Some(table)) if !is_published(table) => {
                let error = CliError::usage("only the return and the areas are made fit to be published");
                Err(error.help("ask for `--table return` or `--table areas`, or for no table by name"))
            }
            _ => Ok(()),
        }
    }

    /// A list of a practice that is not there would look like one with nothing to do.
    fn refuse_unknown_practice(&self, scene: &Scene<'_>) -> Result<(), CliError> {
        let Some(code) = self.practice.as_ref().filter(|code| !scene.cards.contains_key(*code)) else { return Ok(()) };
        let error = CliError::usage(format!("no patient is registered at a practice `{code}`"));
        Err(error.help("name a practice_code of the patients file with `--practice`"))
    }

    fn write_list(&self, scene: &Scene<'_>, name: &str) -> Result<(), CliError> {
        let at = lists::find(scene, name)?;
        let table = crate::report::pathway::worklist(scene, at, self.practice.as_deref());
        let list = &scene.pathway.worklists[at];
        output::talk(&format!("{} for {}, as of {}", list.title, list.role, scene.as_of.in_words()));
        worklists::write_one(&table, &self.output, [scene.book])
    }

    fn write_children(&self, scene: &Scene<'_>, findings: &[Finding]) -> Result<(), CliError> {
        let table = children(scene);
        self.output.write(&table, &[], Readers::Owner, &format::notes([scene.book]), |out| {
            self.document(out, scene.book, &table, &[], &[], findings)
        })
    }

    fn write_tables(
        &self,
        scene: &Scene<'_>,
        returned: &returned::Returned,
        findings: &[Finding],
    ) -> Result<(), CliError> {
        // People are shown all practices together; each practice's figures stand in the table asked for by name.
        let together = self.table.is_none() && self.output.format.is_for_people();
        let is_for_people = self.output.format.is_for_people();
        let readers = if is_for_people { returned::Readers::People } else { returned::Readers::Programs };
        let returns = returns(scene.pathway, &returned.rows, readers);
        let areas = areas(scene.pathway, &returned.rows, &returned.withheld_areas, readers);
        let (states, won, alerts) = (states(scene, together), won(scene, together), alerts(scene, together));
        let exceptions = exceptions(scene);
        let tables: [(TableArgument, &str, &Table<'_>); 6] = [
            (TableArgument::States, "states", &states),
            (TableArgument::Alerts, "alerts", &alerts),
            (TableArgument::Won, "won", &won),
            (TableArgument::Return, "return", &returns),
            (TableArgument::Areas, "areas", &areas),
            (TableArgument::Exceptions, "exceptions", &exceptions),
        ];
        let disclosure = self.disclosure.asked()?;
        let tables: Vec<_> =
            tables.into_iter().filter(|(table, ..)| disclosure.is_none() || is_published(*table)).collect();
        let notes = format::notes([scene.book]).disclosed(disclosure);
        if self.output.format == Format::Json {
            let further: Vec<(&str, &dyn Grid)> = tables
                .iter()
                .filter(|(table, ..)| *table != TableArgument::Return)
                .map(|(_, name, grid)| (*name, *grid as &dyn Grid))
                .collect();
            let named = tables.iter().find(|(table, ..)| self.table == Some(*table));
            let results = named.map_or(&returns, |(.., grid)| *grid);
            let further = if named.is_some() { &[][..] } else { &further };
            return self.output.write(results, &[], Readers::Anyone, &notes, |out| {
                self.document(out, scene.book, results, further, &returned.gaps, findings)
            });
        }
        let all = self.output.format.is_for_people() || self.output.format.is_workbook();
        let is_shown = |table: TableArgument| match self.table {
            Some(asked) => asked == table,
            None => all || table == TableArgument::Return,
        };
        let shown: Vec<(&dyn Grid, &[Vec<crate::report::table::Cell<'_>>])> = tables
            .iter()
            .filter(|(table, ..)| is_shown(*table))
            .map(|(_, _, grid)| (*grid as &dyn Grid, &[][..]))
            .collect();
        self.output.write_tables(&shown, Readers::Anyone, &notes)
    }

    fn document(
        &self,
        out: &mut dyn std::io::Write,
        book: &Rulebook,
        results: &dyn Grid,
        tables: &[(&str, &dyn Grid)],
        gaps: &[NamedGap],
        findings: &[Finding],
    ) -> std::io::Result<()> {
        let digest = |path: &Option<PathBuf>| path.as_deref().map(TableDigest::of);
        let provenance = Provenance {
            made: Made::now(),
            records: self.tables.digests(),
            practices: digest(&self.practices.practices),
            appointments: digest(&self.beside.appointments),
            slots: digest(&self.beside.slots),
            year_end: digest(&self.year_end),
            baselines: digests(&self.practices.baseline),
        };
        let used = book.uses.iter().map(|used| BookStamp::of(&used.book));
        let stamps: Vec<BookStamp> = std::iter::once(BookStamp::of(book)).chain(used).collect();
        // What patients' rows show cannot be withheld, and was refused.
        let document = RunDocument {
            rulebooks: &stamps,
            results,
            tables,
            overrides: &serde_json::Value::Null,
            disclosure: self.disclosure.asked().ok().flatten(),
            remarks: &[],
            gaps,
            findings,
            provenance: &provenance,
        };
        run_json::write_as(out, "uptake.pathway/1", &document)
    }
}
