//! `uptake explain`: one patient, one or more indicators, clause by clause; under a local scheme, the child's state.

mod pathway;

use std::path::Path;

use clap::Args;

use crate::cli::inputs::PatientArguments;
use crate::cli::pathway::BesideArguments;
use crate::cli::progress::Bar;
use crate::cli::years::YearArguments;
use crate::cli::{CliError, Done, output};
use crate::data::Extract;
use crate::eval::explain::explain as explain_measurement;
use crate::eval::sight::{Asked, Lens};
use crate::model::Rulebook;
use crate::model::book::{MeasureKind, MeasurementId};
use crate::model::library::nearest;
use crate::report::explanation::{Who, explanation};

/// Arguments of `uptake explain`.
#[derive(Args, Debug)]
pub(super) struct ExplainArguments {
    /// The patient's id
    #[arg(long, value_name = "ID")]
    pub(super) patient: String,

    /// The indicator, such as VI001; all whose register the patient is on if none is named
    #[arg(long, visible_alias = "measure", value_name = "CODE", value_delimiter = ',')]
    indicator: Vec<String>,

    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    pub(super) tables: PatientArguments,

    #[command(flatten)]
    pub(super) beside: BesideArguments,
}

pub(super) fn explain(arguments: &ExplainArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (_, books) = arguments.years.books(rules)?;
    let (schemes, books): (Vec<Rulebook>, Vec<Rulebook>) = books.into_iter().partition(|book| book.pathway.is_some());
    for scheme in &schemes {
        pathway::explain(scheme, arguments)?;
    }
    if books.is_empty() {
        return Ok(Done::Well);
    }
    for code in &arguments.indicator {
        check_code(&books, code)?;
    }
    let bar = Bar::rows();
    let (extract, lenses) =
        arguments.tables.load(&books, Asked { courses: true, fees: false, pathway: false, related: false }, &bar)?;
    bar.finish();
    // A row that was set aside may be the very one that is looked for.
    output::talk_block(&crate::report::findings::summary(&extract.findings().list(), None));
    let mut pages = Vec::new();
    for lens in &lenses {
        pages.extend(pages_of(&extract, lens, arguments)?);
    }
    if pages.is_empty() {
        output::talk("the patient is on no register of these years; name an indicator to see why");
    }
    output::to_stdout(|out| pages.iter().try_for_each(|page| writeln!(out, "{page}")))?;
    Ok(Done::Well)
}

fn check_code(books: &[Rulebook], code: &str) -> Result<(), CliError> {
    if books.iter().any(|book| book.measure(code).is_some()) {
        return Ok(());
    }
    // Courses can be explained too, but would bury the indicators here.
    let indicators =
        books.iter().flat_map(|book| &book.measures).filter(|measure| measure.kind == MeasureKind::Indicator);
    let mut known: Vec<&str> = indicators.map(|measure| measure.code.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let near = nearest(&code.to_ascii_uppercase(), known.iter().copied());
    let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
    let help = format!("{near}there are: {}", known.join(", "));
    Err(CliError::usage(format!("there is no indicator `{code}`")).help(help))
}

/// The explanations of one rulebook. The id that was asked for may be repeated to the one who asked.
fn pages_of(extract: &Extract, lens: &Lens<'_>, arguments: &ExplainArguments) -> Result<Vec<String>, CliError> {
    let not_there = || CliError::usage("the patients table has no patient of that id");
    let (key, at) = extract.find(&arguments.patient).ok_or_else(not_there)?;
    let partition = extract.partition(at);
    let (_, patient) = partition.patient(key).ok_or_else(not_there)?;
    let book = lens.book();
    let mut pages = Vec::new();
    for (measurement, id) in book.measurements.iter().zip(0..) {
        let measure = &book.measures[measurement.measure.index()];
        let code = &measure.code;
        let is_asked = arguments.indicator.contains(code);
        // Unless courses are named, nobody asks about them.
        let is_meant = arguments.indicator.is_empty() && measure.kind == MeasureKind::Indicator;
        if !is_asked && !is_meant {
            continue;
        }
        let Some(explained) = explain_measurement(lens, MeasurementId(id), patient) else {
            if is_asked {
                let label = book.year_label(crate::cli::years::DEFAULT_SCHEME);
                pages.push(format!(
                    "{code} in {label}: the patient was on no practice's list by {}\n",
                    measurement.day.in_words()
                ));
            }
            continue;
        };
        if is_asked || explained.outcome.is_some() {
            let practice_code = extract.practice_code(explained.registration.practice);
            let who = Who { patient_id: &arguments.patient, practice_code };
            pages.push(explanation(book, &explained, who));
        }
    }
    Ok(pages)
}
