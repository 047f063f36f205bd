//! `uptake report`: all that practices reached, are paid and could do next, as one page or one workbook.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::attrition::measurements;
use crate::cli::compare::leave_out_givers;
use crate::cli::disclosure::DisclosureArguments;
use crate::cli::facts::{self, BookFacts, KnownPractices, PracticeArguments};
#[cfg(feature = "workbook")]
use crate::cli::format;
use crate::cli::inputs::{PatientArguments, TableDigest};
use crate::cli::output::{self, Readers};
use crate::cli::pathway::{self, BesideFiles};
use crate::cli::progress::Bar;
use crate::cli::results::{self, Asking, Publishing, Results};
use crate::cli::rollup::{self, RollupArguments};
use crate::cli::run::count_odd;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::Silent;
use crate::data::practices::Practice;
use crate::eval::attrition::{Groups, attrition as count};
use crate::eval::run::{Level, run as evaluate};
use crate::eval::sight::Lens;
use crate::ground::{Finding, Findings};
use crate::model::Rulebook;
#[cfg(feature = "workbook")]
use crate::report::achievement::by_indicator;
use crate::report::attrition::{Attrition, Side as Funnels};
use crate::report::comparison::Side;
use crate::report::comparison::changes::Comparison;
use crate::report::disclosure::Disclosure;
use crate::report::disclosure::measures::WithheldCounts;
use crate::report::gaps::NamedGap;
use crate::report::next::{self, NextRow, Paying};
use crate::report::page::{self, InputFile, Known, LocalScheme, Material, Named};
use crate::report::rollup::{Grouping, RowKind};
#[cfg(feature = "workbook")]
use crate::report::table::{Grid, workbook};
use crate::report::{findings, gaps};

/// Arguments of `uptake report`.
#[derive(Args, Debug)]
pub(super) struct ReportArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// A local scheme whose pathway's return is to be in the report, as SCHEME/YEAR
    #[arg(long, value_name = "SCHEME/YEAR")]
    pathway: Option<String>,

    #[command(flatten)]
    beside: BesideFiles,

    #[command(flatten)]
    rollup: RollupArguments,

    #[command(flatten)]
    disclosure: DisclosureArguments,

    /// The form of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Html)]
    format: ReportFormat,

    /// Write the report to a file, which appears whole or not at all; without --format its ending names the form; `-` is
    /// stdout
    #[arg(long, short, value_name = "FILE", default_value = "report.html")]
    output: PathBuf,
}

/// The forms of a report.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum ReportFormat {
    /// One HTML page that needs no other file and no network
    Html,
    /// Excel workbook
    #[cfg(feature = "workbook")]
    Xlsx,
}

/// What was found out, from the files once read.
struct Found<'b> {
    facts: Vec<BookFacts<'b>>,
    results: Results<'b>,
    attrition: Attrition,
    notes: Vec<String>,
    findings: Findings,
}

pub(super) fn report(arguments: &ReportArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.counting_books(rules)?;
    let known = arguments.practices.read(&books)?;
    if arguments.tables.strict {
        known.practices.refuse_malformed()?;
    }
    let (disclosure, grouping) = (arguments.disclosure.asked()?, arguments.rollup.grouping(&known)?);
    let scheme = arguments.scheme(rules)?;
    let found = arguments.found(&books, &known, (disclosure, grouping.as_ref()))?;
    let labels: Vec<String> = books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
    let sides = found.facts.iter().zip(&labels).map(|(facts, label)| facts.side(label, grouping.as_ref()));
    let sides: Vec<Side<'_>> = sides.collect();
    let comparison = Comparison::of(&sides);
    let next = next_rows(&sides);
    let findings = found.findings.list();
    let gaps = all_gaps(&found.results, &comparison);
    let material = Material {
        known: &named(&found.facts, &known, grouping.as_ref()),
        sides: &sides,
        measures: &found.results.measures,
        comparison: &comparison,
        next: &next,
        attrition: &found.attrition,
        scheme: scheme.as_ref(),
        findings: &findings,
        disclosure,
        grouping: grouping.as_ref(),
        gaps: &gaps,
        notes: &found.notes,
        inputs: &arguments.inputs(),
    };
    arguments.talk(&findings, &gaps, &found.notes);
    arguments.write(&material)?;
    Ok(Done::Well)
}

impl ReportArguments {
    /// Reads the tables once and evaluates every year as `run` does, and where people drop out as `attrition` does; all of
    /// it as it is to be published.
    fn found<'b>(
        &self,
        books: &'b [Rulebook],
        known: &KnownPractices,
        (disclosure, grouping): (Option<Disclosure>, Option<&Grouping>),
    ) -> Result<Found<'b>, CliError> {
        let asked = Asking::All.asked();
        let chosen = measurements(books, &[])?;
        let bar = Bar::rows();
        let (extract, lenses) = self.tables.load(books, asked, &bar)?;
        let (results, grouped) = evaluate(&extract, &lenses, Level::Practice, &Silent);
        let (funnels, _) = count(&extract, &lenses, &chosen, Groups::Together, &Silent);
        bar.finish();
        let mut findings = extract.findings().clone();
        findings.merge(grouped);
        findings.merge(known.findings.clone());
        count_odd(&self.tables, books, &results, &mut findings);
        let codes = || extract.practices().map(|(_, code)| code);
        self.practices.check_waived(books, known, codes())?;
        for (book, result) in books.iter().zip(&results) {
            findings.merge(known.unmatched(book, facts::with_list(&extract, &result.counts)));
        }
        rollup::count_without(grouping, codes(), &mut findings);
        let of_book = |(at, (lens, result)): (usize, (&Lens<'b>, _))| {
            facts::from_records(&self.practices, known, lens.book(), known.figures(at), &extract, result, asked)
        };
        let mut facts: Vec<BookFacts<'b>> = lenses.iter().zip(&results).enumerate().map(of_book).collect();
        let mut notes = results::notes(&facts, known);
        notes.extend(leave_out_givers(&mut facts));
        let facts: Vec<_> = facts.into_iter().map(|facts| facts.published(disclosure, grouping)).collect();
        let labels: Vec<String> = books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
        let sides = books.iter().zip(&labels).zip(&funnels);
        let sides: Vec<Funnels<'_>> = sides.map(|((book, year), funnels)| Funnels { year, book, funnels }).collect();
        Ok(Found {
            results: Results::of(&facts, known, Publishing { disclosure, grouping: grouping.cloned() }, Asking::All),
            attrition: Attrition::of(&sides, disclosure)
                .beside_practices(|label, year| has_all_totals(&facts, label, year)),
            facts,
            notes,
            findings,
        })
    }

    /// The return of the local scheme, where one was asked for.
    fn scheme(&self, rules: Option<&Path>) -> Result<Option<LocalScheme>, CliError> {
        let Some(name) = &self.pathway else {
            return match self.beside.is_given() {
                true => {
                    Err(CliError::usage("appointments, slots and `--as-of` are read for a pathway, and none was named")
                        .help("name a local scheme with `--pathway SCHEME/YEAR`"))
                }
                false => Ok(None),
            };
        };
        if self.tables.reads_stdin() {
            return Err(CliError::usage("the pathway reads the tables a second time, and stdin can be read once")
                .help("write the table to a file and name it"));
        }
        let years = YearArguments { year: vec![name.clone()], scheme: DEFAULT_SCHEME.to_owned() };
        pathway::local_scheme(years, &self.tables, &self.practices, &self.beside, self.disclosure, rules).map(Some)
    }

    /// The files that were read, each once.
    fn inputs(&self) -> Vec<InputFile> {
        let practices = self.practices.practices.iter().chain(&self.practices.baseline);
        let beside = self.beside.appointments.iter().chain(&self.beside.slots);
        let others = practices.chain(beside).map(|path| TableDigest::of(path));
        self.tables.digests().list().into_iter().chain(others).map(TableDigest::listed).collect()
    }

    /// Says on stderr what was odd, what is not known, and where the report is.
    fn talk(&self, findings: &[Finding], gaps: &[NamedGap], notes: &[String]) {
        output::talk_block(&findings::summary(findings, self.disclosure.asked().ok().flatten()));
        output::talk_block(&gaps::summary(gaps));
        notes.iter().for_each(|note| output::talk(&format!("note: {note}")));
    }

    fn write(&self, material: &Material<'_>) -> Result<(), CliError> {
        let (title, sections) = (page::title(material), page::sections(material));
        let place = Some(self.output.as_path());
        match self.format {
            ReportFormat::Html => output::to_place(place, Readers::Anyone, |out| {
                let about = page::html::About { known: material.known, disclosure: material.disclosure };
                page::html::write(out, &title, &sections, &about)
            })?,
            #[cfg(feature = "workbook")]
            ReportFormat::Xlsx => {
                let tables = sections.iter().flat_map(|section| &section.tables);
                // Figures and sources come with the notes of every workbook.
                let own = tables.filter(|(id, _)| id != page::FIGURES_TABLE);
                let grids: Vec<&dyn Grid> = own.map(|(_, table)| -> &dyn Grid { table }).collect();
                let mut notes = format::notes(page::books(material)).disclosed(material.disclosure);
                notes.title.clone_from(&title);
                if material.disclosure.is_none() {
                    notes.drawn.push(by_indicator(material.measures));
                }
                output::to_place(place, Readers::Anyone, |out| workbook::write(out, &grids, &notes))?;
            }
        }
        if self.output.as_os_str() != "-" {
            output::talk(&format!("wrote {}", self.output.display()));
        }
        Ok(())
    }
}

/// What is next for every practice, as `next` has it.
fn next_rows(sides: &[Side<'_>]) -> Vec<NextRow> {
    let paying = sides.iter().map(|side| Paying {
        year: side.label,
        book: side.book,
        figures: side.figures,
        practices: side.practices,
    });
    next::rows(&paying.collect::<Vec<_>>())
}

/// What is not known in the results and beside them, each once.
fn all_gaps(results: &Results<'_>, comparison: &Comparison) -> Vec<NamedGap> {
    let mut gaps = results.gaps(Asking::All);
    gaps.extend(comparison.gaps.iter().filter(|gap| !results_say(&gaps, gap)).cloned().collect::<Vec<_>>());
    gaps
}

fn results_say(gaps: &[NamedGap], gap: &NamedGap) -> bool {
    gaps.iter().any(|other| other.gap == gap.gap)
}

/// True if all totals over a year's practices of an indicator may be told.
fn has_all_totals(facts: &[BookFacts<'_>], label: &str, year: &str) -> bool {
    let of_year = facts.iter().filter(|facts| facts.book.year_label(DEFAULT_SCHEME) == year);
    let mut totals =
        of_year.filter_map(|facts| Some(facts.withholding.as_ref()?.total(facts.book.measurement_labelled(label)?)));
    totals.all(|withheld| withheld == WithheldCounts::default())
}

/// The practices of any year with the names and areas that the practices table has, or the groups of any year.
fn named(facts: &[BookFacts<'_>], known: &KnownPractices, grouping: Option<&Grouping>) -> Known {
    let codes = facts.iter().flat_map(|facts| facts.shown().keys());
    let named = codes.map(|code| {
        let practice = known.practices.find(code);
        let text = |of: fn(&Practice) -> &Option<String>| practice.and_then(|practice| of(practice).clone());
        (code.clone(), Named { name: text(|practice| &practice.name), area: text(|practice| &practice.area) })
    });
    let kind = grouping.map_or(RowKind::PRACTICE, |grouping| grouping.kind);
    Known { kind, named: named.collect() }
}
