//! Writes an extract and says how long it took:
//! `cargo bench --bench extract -- DIR [SIZE [SEED [csv|parquet|zstd [sorted]]]]`. Without a folder it times a small
//! one and throws it away.

use std::collections::BTreeMap;
use std::env;
use std::error::Error;
use std::io::{Write, stdout};
use std::path::Path;
use std::time::Instant;

use uptake::cli::demo::{Format, Plan, Population, write_extract};
use uptake::ground::ConceptId;

fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench` to what it is given.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let argument = |place: usize| arguments.get(place).map(String::as_str);
    let population = Population::built_in()?;
    let plan = Plan {
        size: argument(1).map_or(Ok(20_000), str::parse)?,
        seed: argument(2).map_or(Ok(population.default_seed), str::parse)?,
        format: format(argument(3).unwrap_or("csv"))?,
        shuffled: argument(4) != Some("sorted"),
    };
    match argument(0) {
        Some(dir) => write(Path::new(dir), &plan, &population),
        None => write(tempfile::tempdir()?.path(), &plan, &population),
    }
}

fn format(name: &str) -> Result<Format, String> {
    match name {
        "csv" => Ok(Format::Csv),
        #[cfg(feature = "parquet")]
        "parquet" => Ok(Format::Parquet(uptake::cli::demo::Compression::Snappy)),
        #[cfg(feature = "parquet")]
        "zstd" => Ok(Format::Parquet(uptake::cli::demo::Compression::Zstd)),
        other => Err(format!("`{other}` is not a format")),
    }
}

fn write(dir: &Path, plan: &Plan, population: &Population) -> Result<(), Box<dyn Error>> {
    let clusters = clusters();
    let codes_of = |cluster: &str| clusters.get(cluster).cloned().unwrap_or_default();
    let start = Instant::now();
    let summary = write_extract(dir, plan, population, &codes_of, &mut |_| ())?;
    let seconds = start.elapsed().as_secs_f64();
    let each = summary.events as f64 / f64::from(plan.size.max(1));
    writeln!(
        stdout(),
        "{} patients, {} registrations, {} events ({each:.2} each), {} practices in {seconds:.2} s",
        summary.patients,
        summary.registrations,
        summary.events,
        summary.practices,
    )?;
    Ok(())
}

/// The codes of the yardstick's clusters.
fn clusters() -> BTreeMap<&'static str, Vec<ConceptId>> {
    let mut clusters: BTreeMap<&str, Vec<ConceptId>> = BTreeMap::new();
    for (cluster, code) in include_str!("yardstick/codes.csv").lines().filter_map(|line| line.split_once(',')) {
        clusters.entry(cluster).or_default().extend(ConceptId::parse(code));
    }
    clusters
}
