//! `uptake new-year`: a rulebook carried over into the next contract year, as a folder that passes its checks and says
//! what must be looked at.

mod carried;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::new_year::carried::Carried;
use crate::cli::rules_folder::Origin;
use crate::cli::whole_folder::{self, WholeFolder};
use crate::cli::years::{self, DEFAULT_SCHEME};
use crate::cli::{CliError, Done, output, rules_folder};
use crate::ground::BookName;
use crate::model::Library;
use crate::syntax::next_year::{Look, looks};

/// Arguments of `uptake new-year`.
#[derive(Args, Debug)]
pub(super) struct NewYearArguments {
    /// The new contract year, such as 2027-28; another scheme's as SCHEME/YEAR
    #[arg(value_name = "YEAR")]
    year: String,

    /// The contract year that is carried over
    #[arg(long, value_name = "YEAR")]
    from: String,

    /// The rules folder to write into; by default the one in use
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

pub(super) fn new_year(arguments: &NewYearArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, origin) = rules_folder::find(rules)?;
    let from = years::named(&library, &[from_words(arguments)])?.swap_remove(0);
    let name = new_name(&arguments.year, &from)?;
    let root = root(arguments, &origin)?;
    refuse_taken(&library, &origin, &root, &name)?;
    let book = years::usable(&library, &from)?;
    let carried = Carried::of(&library, &book, &name)?;
    let mut folders = what_it_reads(&library, &root, &from, &carried.uses);
    let brought = folders.iter().map(|folder| folder.below.clone()).collect::<Vec<_>>();
    let prefix = format!("{name}/");
    let below = |(path, text): &(String, String)| (path.strip_prefix(&prefix).unwrap_or(path).to_owned(), text.clone());
    folders.push(WholeFolder { below: name.to_string(), files: carried.files.iter().map(below).collect() });
    whole_folder::put(&root, &folders)?;
    tell(&carried, &name, &from, &root, &brought)?;
    Ok(Done::Well)
}

/// The old year as it was named; a year alone is one of the new one's scheme.
fn from_words(arguments: &NewYearArguments) -> String {
    match arguments.year.split_once('/') {
        Some((scheme, _)) if !arguments.from.contains('/') => format!("{scheme}/{}", arguments.from),
        _ => arguments.from.clone(),
    }
}

/// The new rulebook's name. A year alone is one of the scheme that is carried over.
fn new_name(year: &str, from: &BookName) -> Result<BookName, CliError> {
    let wrong = || {
        let scheme = if from.scheme == DEFAULT_SCHEME { String::new() } else { format!("{}/", from.scheme) };
        let example = first_year(&from.year).map_or("2027-28".to_owned(), |first| year_name(first + 1));
        CliError::usage(format!("`{year}` does not name a contract year"))
            .help(format!("write the two calendar years that it lies in, as in `{scheme}{example}`"))
    };
    let name = BookName::parse(year, &from.scheme).ok_or_else(wrong)?;
    let first = first_year(&name.year).ok_or_else(wrong)?;
    if name.year != year_name(first) { Err(wrong()) } else { Ok(name) }
}

/// 2027 of `2027-28`, if the second number follows the first.
fn first_year(year: &str) -> Option<i32> {
    let (first, _) = year.split_once('-').filter(|(first, second)| first.len() == 4 && second.len() == 2)?;
    first.parse().ok().filter(|first| *first > 0)
}

fn year_name(first: i32) -> String {
    format!("{first:04}-{:02}", (first + 1).rem_euclid(100))
}

/// The rules folder that the new year is written into.
fn root(arguments: &NewYearArguments, origin: &Origin) -> Result<PathBuf, CliError> {
    match (&arguments.into, origin) {
        (Some(into), _) => Ok(into.clone()),
        (None, Origin::Folder(folder)) => Ok(folder.clone()),
        (None, Origin::BuiltIn) => {
            let message = "there is no rules folder to write into: the rules in use are those built in";
            let help = "name one: `--into my-rules`; `uptake export my-rules` writes all the built-in rules to edit";
            Err(CliError::usage(message).help(help))
        }
    }
}

fn refuse_taken(library: &Library, origin: &Origin, root: &Path, name: &BookName) -> Result<(), CliError> {
    let place = root.join(&name.scheme).join(&name.year);
    let is_in_use = matches!(origin, Origin::Folder(folder) if folder == root) && library.names().contains(name);
    if is_in_use || place.symlink_metadata().is_ok() {
        let message = format!("{} is there already, and was left alone", place.display());
        return Err(CliError::usage(message).help("name another year, or move that folder away first"));
    }
    Ok(())
}

/// The rulebooks that the new one uses, and the shared code clusters that all of them read, where the folder that it is
/// written into lacks them.
fn what_it_reads(library: &Library, root: &Path, from: &BookName, uses: &[BookName]) -> Vec<WholeFolder> {
    let used = library.with_used(uses);
    let versions = std::iter::once(from).chain(&used).filter_map(|name| library.codes_version(name));
    let mut below: Vec<String> = versions.map(|version| format!("codes/{version}")).collect();
    below.extend(used.iter().map(BookName::to_string));
    below.sort();
    below.dedup();
    below.retain(|folder| !root.join(folder).exists());
    let reading: Vec<BookName> = std::iter::once(from.clone()).chain(used).collect();
    let clusters = library.clusters_read(&reading);
    let folder = |below: String| {
        let inside = format!("{below}/");
        let file = |(_, file): (crate::ground::FileId, &crate::ground::SourceFile)| {
            let is_read = !inside.starts_with("codes/") || clusters.contains(&file.path);
            Some((file.path.strip_prefix(&inside).filter(|_| is_read)?.to_owned(), file.text.clone()))
        };
        WholeFolder { files: library.sources().iter().filter_map(file).collect(), below }
    };
    below.into_iter().map(folder).filter(|folder| !folder.files.is_empty()).collect()
}

/// That the new year does not follow the one that is carried over, which may be meant or a slip.
fn remark_on_years(name: &BookName, from: &BookName) -> Option<String> {
    let (new, old) = (first_year(&name.year)?, first_year(&from.year)?);
    match new - old {
        0 | 1 => None,
        later if later > 1 => {
            let between = later - 1;
            let years = if between == 1 { "a year lies".to_owned() } else { format!("{between} years lie") };
            Some(format!("note: {years} between {from} and {name}: if there is a later rulebook, carry that over"))
        }
        _ => Some(format!("note: {name} is before {from}: what is carried over may not have been so yet")),
    }
}

/// `qof/2027-28/contract.toml:27: VI001.lower_threshold: in qof/2026-27 reported, from press`
fn place(path: &str, look: &Look) -> String {
    let Look { line, what, note } = look;
    let comma = if what.is_empty() { "" } else { ": " };
    format!("{path}:{line}: {what}{comma}{note}")
}

/// What was written, what must be looked at, and what to run next.
fn tell(carried: &Carried, name: &BookName, from: &BookName, root: &Path, brought: &[String]) -> Result<(), CliError> {
    let shown = whole_folder::shown(root);
    let places: Vec<String> = carried
        .files
        .iter()
        .flat_map(|(path, text)| looks(text).into_iter().map(move |look| place(path, &look)))
        .collect();
    output::to_stdout(|out| {
        writeln!(out, "wrote {shown}/{name}/, carried over from {from}")?;
        brought.iter().try_for_each(|folder| writeln!(out, "wrote {shown}/{folder}/, which it reads"))?;
        writeln!(out, "{}", carried.examined())?;
        carried.failing.iter().try_for_each(|failing| writeln!(out, "  {failing}"))?;
        writeln!(out, "\nto look at, {} places, each marked `# look:`", places.len())?;
        places.iter().try_for_each(|place| writeln!(out, "  {shown}/{place}"))
    })?;
    if let Some(remark) = remark_on_years(name, from) {
        output::talk(&remark);
    }
    let year = if name.scheme == DEFAULT_SCHEME { name.year.clone() } else { name.to_string() };
    output::talk(&format!(
        "
What to do next: confirm or change what is marked, with its source and status, and take the mark away.
  uptake --rules {shown} show --unverified --year {year}
      what is not official yet
  uptake --rules {shown} check {year}
      every fault, after each edit
  uptake --rules {shown} test {year}
      the worked examples beside the rules"
    ));
    Ok(())
}
