//! `uptake audit month-end`: whose result hangs on the convention for a day that a month lacks.

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::attrition::measurements;
use crate::cli::facts::{KnownPractices, PracticeArguments};
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::inputs::PatientArguments;
use crate::cli::output::{self, Readers};
use crate::cli::progress::Bar;
use crate::cli::provenance::{Made, Provenance};
use crate::cli::years::{self, DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::data::{Extract, Silent};
use crate::eval::conventions::{Both, Hung, Pair, conventions};
use crate::eval::counts::Counts;
use crate::eval::pay::{Counted, Facts, Origin, earned};
use crate::eval::sight::{Asked, Lens};
use crate::ground::{Finding, MissingDay};
use crate::model::book::{Figure, MeasurementId};
use crate::model::{Library, Rulebook};
use crate::report::audit::month_end::{self, HangingRow, MonthEndRow};
use crate::report::findings;
use crate::report::gaps::{self, NamedGap};
use crate::report::rows::MeasureRow;
use crate::report::run_json::{self, BookStamp, RunDocument};
use crate::report::table::Table;

/// Arguments of `uptake audit month-end`.
#[derive(Args, Debug)]
pub(super) struct MonthEndArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    #[command(flatten)]
    practices: PracticeArguments,

    /// One row per practice and indicator, or (which asks for patients' data) the patients whose outcome differs
    #[arg(long, value_enum, default_value_t = LevelArgument::Practice)]
    level: LevelArgument,

    #[command(flatten)]
    output: OutputArguments,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum LevelArgument {
    /// Counts and pounds under each convention
    Practice,
    /// Each patient whose outcome differs, with the days; a file named by --output is readable by its owner alone
    Patient,
}

pub(super) fn month_end(arguments: &MonthEndArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, declared) = arguments.years.books(rules)?;
    let asked = measurements(&declared, &[])?;
    let known = arguments.practices.read(&declared)?;
    if arguments.tables.strict {
        known.practices.refuse_malformed()?;
    }
    let count = declared.len();
    let others = declared.iter().map(|book| with_other_convention(&library, book)).collect::<Result<Vec<_>, _>>()?;
    let books: Vec<Rulebook> = declared.into_iter().chain(others).collect();
    let bar = Bar::rows();
    let (extract, lenses) = arguments.tables.load(&books, Asked::default(), &bar)?;
    let (declared, others) = lenses.split_at(count);
    let pairs: Vec<Pair<'_, '_>> = declared.iter().zip(others).map(|(declared, other)| pair(declared, other)).collect();
    let (hung, grouped) = conventions(&extract, &pairs, &asked, &Silent);
    bar.finish();
    arguments.practices.check_waived(&books, &known, extract.practices().map(|(_, code)| code))?;
    let mut odd = extract.findings().clone();
    odd.merge(grouped);
    odd.merge(known.findings.clone());
    let found = Found { books: &books[..count], asked: &asked, extract: &extract, hung: &hung, odd: odd.list() };
    output::talk_block(&findings::summary(&found.odd, None));
    match arguments.level {
        LevelArgument::Practice => arguments.write_practices(&found, &known)?,
        LevelArgument::Patient => arguments.write_patients(&found)?,
    }
    Ok(Done::Well)
}

/// The rulebook checked again with the convention that it does not declare.
fn with_other_convention(library: &Library, book: &Rulebook) -> Result<Rulebook, CliError> {
    let convention = book.missing_day.other();
    let other = years::usable(&library.with_missing_day(&book.name, convention), &book.name)?;
    if other.missing_day != convention {
        return Err(CliError::usage(format!("the rules of {} cannot be given the other convention", book.name))
            .help("write `missing_day` on a line of its own, above all tables"));
    }
    Ok(other)
}

fn pair<'l, 'b>(declared: &'l Lens<'b>, other: &'l Lens<'b>) -> Pair<'l, 'b> {
    match declared.book().missing_day {
        MissingDay::LastDay => Pair { last_day: declared, next_day: other },
        MissingDay::NextDay => Pair { last_day: other, next_day: declared },
    }
}

/// What was found out.
struct Found<'a> {
    /// The rulebooks as they are.
    books: &'a [Rulebook],
    asked: &'a [Vec<MeasurementId>],
    extract: &'a Extract,
    hung: &'a [Hung],
    odd: Vec<Finding>,
}

impl MonthEndArguments {
    fn write_practices(&self, found: &Found<'_>, known: &KnownPractices) -> Result<(), CliError> {
        let mut rows = Vec::new();
        for (at, ((book, hung), asked)) in found.books.iter().zip(found.hung).zip(found.asked).enumerate() {
            let figures = known.figures(at);
            for (id, practice_code) in found.extract.practices() {
                let paying = Paying { arguments: self, known, book, figures: &figures, practice_code };
                rows.extend(paying.rows(asked, &hung.practices[id.0 as usize]));
            }
        }
        month_end::sort(&mut rows);
        let paid: Vec<MeasureRow> = rows.iter().flat_map(|row| [row.last_day.clone(), row.next_day.clone()]).collect();
        let gaps = gaps::named(&paid, []);
        output::talk_block(&gaps::summary(&gaps));
        for set in &known.overrides {
            let says = set.rulebook_says.as_deref().unwrap_or("leaves it unset");
            output::talk(&format!(
                "set for this run: {} of {} is {} (the rulebook: {says})",
                set.figure, set.rulebook, set.set_to
            ));
        }
        month_end::summary(&rows).iter().for_each(|line| output::talk(line));
        let table = match self.output.format {
            Format::Table | Format::Markdown => {
                month_end::left_out(&rows).iter().for_each(|line| output::talk(line));
                month_end::short_table(&rows)
            }
            _ => month_end::table(&rows),
        };
        let overrides = match known.overrides.is_empty() {
            true => serde_json::Value::Null,
            false => serde_json::to_value(&known.overrides).unwrap_or_default(),
        };
        self.write(found, &table, Readers::Anyone, &gaps, &overrides)
    }

    fn write_patients(&self, found: &Found<'_>) -> Result<(), CliError> {
        let labels: Vec<String> = found.books.iter().map(|book| book.year_label(DEFAULT_SCHEME)).collect();
        let mut rows = Vec::new();
        for ((book, year), hung) in found.books.iter().zip(&labels).zip(found.hung) {
            rows.extend(hung.patients.iter().map(|patient| HangingRow {
                patient_id: found.extract.patient_id(patient.patient),
                practice_code: found.extract.practice_code(patient.practice),
                year,
                book,
                found: patient,
            }));
        }
        let table = month_end::patient_table(&mut rows);
        self.write(found, &table, Readers::Owner, &[], &serde_json::Value::Null)
    }

    fn write(
        &self,
        found: &Found<'_>,
        table: &Table<'_>,
        readers: Readers,
        gaps: &[NamedGap],
        overrides: &serde_json::Value,
    ) -> Result<(), CliError> {
        self.output.write(table, &[], readers, &format::notes(found.books), |out| {
            let stamps: Vec<BookStamp> = found.books.iter().map(BookStamp::of).collect();
            let practices = self.practices.practices.as_deref();
            let document = RunDocument {
                rulebooks: &stamps,
                results: table,
                tables: &[],
                overrides,
                disclosure: None,
                remarks: &[],
                gaps,
                findings: &found.odd,
                provenance: &Provenance::of(Made::now(), &self.tables, practices, &self.practices.baseline),
            };
            run_json::write_as(out, "uptake.audit-month-end/1", &document)
        })
    }
}

/// One practice by one rulebook, to be paid under both conventions.
struct Paying<'a> {
    arguments: &'a MonthEndArguments,
    known: &'a KnownPractices,
    book: &'a Rulebook,
    /// The rulebook's figures, those that this run sets among them.
    figures: &'a [Figure],
    practice_code: &'a str,
}

impl Paying<'_> {
    /// A row for each indicator on whose register the practice has anyone under either convention.
    fn rows(&self, asked: &[MeasurementId], both: &[Option<Both>]) -> Vec<MonthEndRow> {
        let last_day = self.facts(both, |both| both.last_day);
        let next_day = self.facts(both, |both| both.next_day);
        let row = |id: &MeasurementId| {
            let both = both[id.index()]?;
            Some(MonthEndRow {
                declared: self.book.missing_day,
                with_missing_day: both.with_missing_day,
                differ: both.differ,
                last_day: self.row(*id, &last_day, both.last_day),
                next_day: self.row(*id, &next_day, both.next_day),
            })
        };
        asked.iter().filter_map(row).collect()
    }

    fn facts(&self, both: &[Option<Both>], counts: impl Fn(Both) -> Counts) -> Facts {
        let mut facts = self.known.facts(&self.arguments.practices, self.book, self.practice_code, Origin::Records);
        for (counted, both) in facts.counts.iter_mut().zip(both) {
            // Nobody on a register is a count too.
            *counted = Some(Counted::from(both.map(&counts).unwrap_or_default()));
        }
        facts
    }

    fn row(&self, id: MeasurementId, facts: &Facts, counts: Counts) -> MeasureRow {
        let earned = earned(self.book, self.figures, id, facts);
        let year = self.book.year_label(DEFAULT_SCHEME);
        MeasureRow::new(self.book, &year, self.practice_code, id, Counted::from(counts), earned)
    }
}
