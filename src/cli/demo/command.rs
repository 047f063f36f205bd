//! `uptake demo`: the first thing that a new user runs.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use crate::cli::demo::{Format, Plan, Population, Progress, Summary, write_extract};
use crate::cli::inputs::PatientArguments;
use crate::cli::pathway::{self, PathwayArguments};
use crate::cli::progress;
use crate::cli::run::{self, RunArguments};
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done, output, rules_folder};
use crate::data::Silent;
use crate::eval::judge::Outcome;
use crate::eval::run::{Level, run as evaluate};
use crate::eval::sight::Asked;
use crate::model::Library;

/// Arguments of `uptake demo`.
#[derive(Args, Debug)]
pub(in crate::cli) struct DemoArguments {
    /// Where to write the extract
    #[arg(value_name = "DIR", default_value = "uptake-demo")]
    folder: PathBuf,

    /// How many patients to draw; by default some thousands
    #[arg(long, value_name = "N")]
    size: Option<u32>,

    /// Other numbers draw other people
    #[arg(long, value_name = "S")]
    seed: Option<u64>,

    /// The form of the tables
    #[arg(long, value_enum, default_value_t = DemoFormat::Csv)]
    format: DemoFormat,

    /// Write rows in order of patient and day instead of shuffled
    #[arg(long)]
    sorted: bool,

    /// Write the extract and do not run anything over it
    #[arg(long)]
    write_only: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum DemoFormat {
    /// Comma-separated
    Csv,
    /// Patients and events as FHIR R4 bulk export writes them, a file for each type of resource; the rest comma-separated
    Ndjson,
    /// Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
}

pub(in crate::cli) fn demo(arguments: &DemoArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let population = Population::built_in().map_err(|error| CliError::usage(error.to_string()))?;
    let (library, _) = rules_folder::find(rules)?;
    let plan = Plan {
        size: arguments.size.unwrap_or(population.default_size),
        seed: arguments.seed.unwrap_or(population.default_seed),
        format: match arguments.format {
            DemoFormat::Csv => Format::Csv,
            DemoFormat::Ndjson => Format::Ndjson,
            #[cfg(feature = "parquet")]
            DemoFormat::Parquet => Format::Parquet(crate::cli::demo::Compression::default()),
        },
        shuffled: !arguments.sorted,
    };
    refuse_others_files(&arguments.folder, plan.format)?;
    let (was_there, marker) = (arguments.folder.exists(), arguments.folder.join(MARKER));
    let was_marked = marker.exists();
    // The mark is there before the first table is, or a demo that starts meanwhile would take the tables for somebody's.
    let wrote = mark(&arguments.folder, &marker).and_then(|()| write(arguments, &plan, &population, &library));
    if wrote.is_err() {
        if !was_marked {
            let _ = std::fs::remove_file(&marker);
        }
        if !was_there {
            // Only a folder in which nothing is can be taken away.
            let _ = std::fs::remove_dir(&arguments.folder);
        }
    }
    let summary = wrote?;
    let Summary { practices, patients, events, .. } = summary;
    let folder = arguments.folder.display();
    output::talk(&format!(
        "wrote {patients} made-up patients with {events} events at {practices} practices to {folder}/"
    ));
    if arguments.write_only {
        return Ok(Done::Well);
    }
    let run = RunArguments::of_tables(
        YearArguments { year: population.years.clone(), scheme: DEFAULT_SCHEME.to_owned() },
        tables_of(arguments, &summary),
        Some(summary.practices_file.clone()),
    );
    let done = run::run(&run, rules)?;
    let tables = tables_of(arguments, &summary);
    returned(&population, tables.clone(), &summary, &library, rules)?;
    let example = someone(&population.years, &tables, rules)?;
    output::talk_block(&next_steps(arguments, &summary, &population, example.as_ref()));
    Ok(done)
}

/// The return of the local scheme whose outreach the extract holds, unless the rules folder lacks it.
fn returned(
    population: &Population,
    tables: PatientArguments,
    summary: &Summary,
    library: &Library,
    rules: Option<&Path>,
) -> Result<(), CliError> {
    let scheme = &population.outreach.scheme;
    if !library.names().iter().any(|name| name.to_string() == *scheme) {
        return Ok(());
    }
    output::to_stdout(|out| writeln!(out))?;
    output::talk(&format!("\nthe return of the local scheme {scheme}:"));
    let years = YearArguments { year: vec![scheme.clone()], scheme: DEFAULT_SCHEME.to_owned() };
    let arguments = PathwayArguments::of_tables(
        years,
        tables,
        summary.practices_file.clone(),
        summary.appointments_file.clone(),
        summary.slots_file.clone(),
    );
    pathway::pathway(&arguments, rules).map(|_| ())
}

/// A made-up patient who does not count in the last year shown, with the indicator: something to explain.
fn someone(
    years: &[String],
    tables: &PatientArguments,
    rules: Option<&Path>,
) -> Result<Option<(String, String)>, CliError> {
    let last = YearArguments { year: years.last().cloned().into_iter().collect(), scheme: DEFAULT_SCHEME.to_owned() };
    let (_, books) = last.books(rules)?;
    let (extract, lenses) = tables.load(&books, Asked::default(), &Silent)?;
    let (results, _) = evaluate(&extract, &lenses, Level::Patient, &Silent);
    let outcomes = lenses.iter().zip(&results).flat_map(|(lens, result)| {
        let missed = result.patients.iter().filter(|patient| patient.outcome == Outcome::NotAchieved);
        missed.map(|patient| {
            let label = lens.book().measurements[patient.measurement.index()].label.clone();
            (label, extract.patient_id(patient.patient).into_owned())
        })
    });
    Ok(outcomes.min())
}

/// Where the patients and events of the extract are.
fn tables_of(arguments: &DemoArguments, summary: &Summary) -> PatientArguments {
    match arguments.format {
        DemoFormat::Ndjson => PatientArguments::export(&arguments.folder),
        DemoFormat::Csv => PatientArguments::tables(&summary.patients_file, &summary.events_file),
        #[cfg(feature = "parquet")]
        DemoFormat::Parquet => PatientArguments::tables(&summary.patients_file, &summary.events_file),
    }
}

/// Marks a folder whose tables the demo wrote, and may write again.
const MARKER: &str = ".uptake-demo";

fn mark(folder: &Path, marker: &Path) -> Result<(), CliError> {
    let marked =
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(marker, "made-up data, written by uptake demo\n"));
    marked.map_err(CliError::write(marker))
}

/// Tables that somebody else put there are not overwritten: they may be real.
fn refuse_others_files(folder: &Path, format: Format) -> Result<(), CliError> {
    if folder.join(MARKER).exists() {
        return Ok(());
    }
    let files = |names: &[&str], ending: &str| -> Vec<PathBuf> {
        names.iter().map(|name| folder.join(format!("{name}.{ending}"))).collect()
    };
    let (records, others) = (["patients", "events"], ["practices", "appointments", "slots"]);
    let tables = match format {
        Format::Ndjson => {
            let resources = ["Patient", "EpisodeOfCare", "Organization"].into_iter().chain(super::RECORDED_AS);
            [files(&resources.collect::<Vec<_>>(), "ndjson"), files(&others, "csv")].concat()
        }
        table => [files(&records, table.extension()), files(&others, table.extension())].concat(),
    };
    match tables.iter().find(|table| table.exists()) {
        Some(table) => {
            let message = format!("{} is there already, and the demo did not write it", table.display());
            Err(CliError::usage(message).help("name another folder: `uptake demo DIR`"))
        }
        None => Ok(()),
    }
}

fn write(
    arguments: &DemoArguments,
    plan: &Plan,
    population: &Population,
    library: &Library,
) -> Result<Summary, CliError> {
    let codes_of = |cluster: &str| library.codes(cluster);
    let bar = progress::bar("writing {human_pos} of {human_len} rows {wide_bar} {eta}");
    let mut tell = |progress: Progress| show(&bar, progress);
    let written = write_extract(&arguments.folder, plan, population, &codes_of, &mut tell);
    bar.finish_and_clear();
    written.map_err(|error| CliError::usage(error.to_string()))
}

fn show(bar: &ProgressBar, progress: Progress) {
    let (done, of) = match progress {
        Progress::Drawn { patients, of } => (patients, of),
        Progress::Written { rows, of } => (rows, of),
    };
    bar.set_length(of);
    bar.set_position(done);
}

fn next_steps(
    arguments: &DemoArguments,
    summary: &Summary,
    population: &Population,
    example: Option<&(String, String)>,
) -> String {
    let outreach = &population.outreach;
    let (years, scheme, as_of, list) = (&population.years, &outreach.scheme, outreach.as_of, &outreach.list);
    let (appointments, slots) = (summary.appointments_file.display(), summary.slots_file.display());
    let practices = summary.practices_file.display();
    let records = tables_of(arguments, summary);
    let tables = match (&records.patients, &records.events) {
        (Some(patients), Some(events)) => {
            format!("--patients {} --events {}", patients.display(), events.display())
        }
        _ => format!("--fhir {}", arguments.folder.display()),
    };
    let year = years.last().map_or("", String::as_str);
    let (indicator, patient) =
        example.map_or(("CODE", "ID"), |(indicator, patient)| (indicator.as_str(), patient.as_str()));
    let years = years.join(",");
    format!(
        "
What to try next:
  uptake explain --year {year} {tables} --patient {patient} --indicator {indicator}
      why this made-up child does not count, clause by clause
  uptake run --year {year} {tables} --level patient --format csv
      each patient on a register, with the outcome and its reason
  uptake compare --years {years} {tables} --practices {practices}
      who gains and who loses, and whether rules or people made the difference
  uptake report --year {years} {tables} --practices {practices} --pathway {scheme} --appointments {appointments} --slots {slots} --output report.html
      all of it on one page to look at; with a file that ends in .xlsx, as a workbook
  uptake pathway --year {scheme} {tables} --practices {practices} --appointments {appointments} --slots {slots}
      a local scheme at its year's end: states of children not achieved, alerts, and the return
  uptake pathway --year {scheme} {tables} --practices {practices} --appointments {appointments} --slots {slots} --as-of {as_of} --list {list}
      one of its worklists, in the middle of the year
  uptake check
      every rulebook, with every fault that it has
  uptake --help"
    )
}
