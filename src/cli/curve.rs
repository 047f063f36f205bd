//! `uptake curve`: pay against uptake from 0 to 100 %.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::output::{self, Readers};
use crate::cli::overrides::OverrideArguments;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{MeasurementId, PaymentId};
use crate::report::curve::{self, Drawn, Line};
use crate::report::gaps::Figured;
use crate::report::run_json::BookStamp;
use crate::report::table::json::Document;

/// A curve has at most so many places, lest a slip of the keyboard fill the memory.
const MOST_PLACES: u64 = 100_000;

/// Arguments of `uptake curve`.
#[derive(Args, Debug)]
pub(super) struct CurveArguments {
    /// The contract years: 2021-22,2023-24; another scheme's as SCHEME/YEAR
    #[arg(long, visible_alias = "year", value_name = "YEARS", value_delimiter = ',', required = true)]
    years: Vec<String>,

    /// How many people are in the denominator of each measure
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    cohort_size: u64,

    /// How many patients are on the practice's list; pounds for points need it
    #[arg(long, value_name = "L")]
    list_size: Option<u64>,

    /// Only these indicators and courses; by default all that the rulebooks have, at one uptake
    #[arg(long, visible_alias = "indicator", value_name = "MEASURE", value_delimiter = ',')]
    measure: Vec<String>,

    /// A place for each whole person, or every so many per cent
    #[arg(long, value_name = "child|PERCENT", default_value = "child")]
    step: String,

    /// Waive a payment that may be waived; may be repeated
    #[arg(long, value_name = "PAYMENT", value_delimiter = ',')]
    waive: Vec<String>,

    #[command(flatten)]
    overrides: OverrideArguments,

    /// The form of the results
    #[arg(long, value_enum, default_value_t = CurveFormat::Table)]
    format: CurveFormat,

    /// Write the results to a file, which appears whole or not at all; without --format its ending names the form; `-` is
    /// stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The forms of a curve.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum CurveFormat {
    /// For people: a table as wide as the terminal
    Table,
    /// One JSON document
    Json,
    /// Comma-separated, with a header
    Csv,
    /// Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
    /// A table for forges and wikis, as GitHub draws it
    Markdown,
    /// A picture that stands on its own
    Svg,
}

pub(super) fn curve(arguments: &CurveArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let years = YearArguments { year: arguments.years.clone(), scheme: DEFAULT_SCHEME.to_owned() };
    let (_, books) = years.counting_books(rules)?;
    let (figures, overrides) = arguments.overrides.figures(&books)?;
    arguments.check_names(&books)?;
    let drawn =
        Drawn { cohort_size: arguments.cohort_size, list_size: arguments.list_size, reached: arguments.places()? };
    let mut lines = Vec::new();
    for (book, figures) in books.iter().zip(&figures) {
        let label = book.year_label(DEFAULT_SCHEME);
        let (measurements, waived) = (arguments.measurements(book), arguments.waived(book));
        lines.extend(curve::lines(book, &label, figures, &drawn, &measurements, &waived));
    }
    for set in &overrides {
        output::talk(&format!("note: set for this run: {} of {} is {}", set.figure, set.rulebook, set.set_to));
    }
    let gaps = gaps(&lines);
    gaps.iter().for_each(|gap| output::talk(&format!("not known: {gap}")));
    arguments.write(&books, &drawn, &lines, &gaps)?;
    Ok(Done::Well)
}

/// What is not known, each once.
fn gaps(lines: &[Line]) -> BTreeSet<&str> {
    let figures = lines.iter().flat_map(|line| &line.paid).flat_map(|(points, pounds)| [points, pounds]);
    figures.filter_map(gap).collect()
}

fn gap(figure: &Figured) -> Option<&str> {
    match figure {
        Figured::Gap(gap) => Some(gap),
        Figured::Known(_) | Figured::None | Figured::Withheld => None,
    }
}

impl CurveArguments {
    fn check_names(&self, books: &[Rulebook]) -> Result<(), CliError> {
        for code in &self.measure {
            if books.iter().all(|book| book.measure(code).is_none()) {
                let known: BTreeSet<&str> =
                    books.iter().flat_map(|book| &book.measures).map(|measure| measure.code.as_str()).collect();
                let known: Vec<&str> = known.into_iter().collect();
                let message = format!("there is no measure `{code}` in these years");
                return Err(CliError::usage(message).help(format!("there are: {}", known.join(", "))));
            }
        }
        for name in &self.waive {
            let mut payments = books.iter().flat_map(|book| &book.payments);
            if !payments.any(|payment| payment.name == *name && payment.waivable) {
                let error = CliError::usage(format!("there is no payment `{name}` that may be waived in these years"));
                return Err(error.help("a curve is of no practice in particular: write `--waive PAYMENT`, without one"));
            }
        }
        Ok(())
    }

    fn measurements(&self, book: &Rulebook) -> Vec<MeasurementId> {
        let is_asked = |code: &String| self.measure.is_empty() || self.measure.contains(code);
        let ids = (0..).map(MeasurementId).zip(&book.measurements);
        ids.filter(|(_, measurement)| is_asked(&book.measures[measurement.measure.index()].code))
            .map(|(id, _)| id)
            .collect()
    }

    fn waived(&self, book: &Rulebook) -> Vec<PaymentId> {
        let ids = (0..).map(PaymentId).zip(&book.payments);
        ids.filter(|(_, payment)| payment.waivable && self.waive.contains(&payment.name)).map(|(id, _)| id).collect()
    }

    /// How many people are reached at each place.
    fn places(&self) -> Result<Vec<Amount>, CliError> {
        let size = Amount::from(self.cohort_size);
        let step = if self.step == "child" {
            Some(Amount::ONE)
        } else {
            let percent = Amount::parse(self.step.trim_end_matches('%'));
            percent.and_then(|percent| percent.times(size)?.over(Amount::from(100_u32)))
        };
        let step = step.filter(|step| *step > Amount::ZERO).ok_or_else(|| {
            CliError::usage(format!("`--step {}` is neither `child` nor a number of per cent", self.step))
        })?;
        // The first place is at nobody, before any step.
        let steps = size.over(step).unwrap_or(size);
        if steps > Amount::from(MOST_PLACES - 1) {
            return Err(CliError::usage(format!("the curve would have more than {MOST_PLACES} places"))
                .help("give a `--step` of some per cent"));
        }
        let next = |reached: &Amount| if *reached == size { None } else { Some(reached.plus(step)?.min(size)) };
        Ok(std::iter::successors(Some(Amount::ZERO), next).collect())
    }

    fn write(&self, books: &[Rulebook], drawn: &Drawn, lines: &[Line], gaps: &BTreeSet<&str>) -> Result<(), CliError> {
        let table = curve::table(drawn, lines);
        let format = match self.format {
            CurveFormat::Svg => {
                let picture = curve::svg::svg(drawn, lines);
                return output::to_place(self.output.as_deref(), Readers::Anyone, |out| {
                    out.write_all(picture.as_bytes())
                });
            }
            CurveFormat::Table => Format::Table,
            CurveFormat::Markdown => Format::Markdown,
            CurveFormat::Json => Format::Json,
            CurveFormat::Csv => Format::Csv,
            #[cfg(feature = "parquet")]
            CurveFormat::Parquet => Format::Parquet,
        };
        let output = OutputArguments { format, output: self.output.clone() };
        output.write(&table, &[], Readers::Anyone, &format::notes(books), |out| {
            let stamps: Vec<BookStamp> = books.iter().map(BookStamp::of).collect();
            let mut document = Document::open(out, "uptake.curve/1")?;
            document.list("rulebooks", &stamps)?;
            document.value("cohort_size", &drawn.cohort_size)?;
            document.value("list_size", &drawn.list_size)?;
            document.rows("results", &table)?;
            document.value("gaps", gaps)?;
            document.close()
        })
    }
}
