//! Which rulebooks a command uses: contract years as people write them.

use std::path::Path;

use clap::Args;
use rayon::prelude::*;

use crate::cli::{CliError, output, rules_folder};
use crate::ground::{BookName, Severity};
use crate::model::library::Checked;
use crate::model::{Library, Rulebook};
use crate::report::diagnostics;

/// The scheme that a bare year means.
pub(super) const DEFAULT_SCHEME: &str = "qof";

/// Which contract years.
#[derive(Args, Debug)]
pub(super) struct YearArguments {
    /// Contract year, such as 2023-24; repeat it or separate several by commas; another scheme's as SCHEME/YEAR
    #[arg(long, value_name = "YEAR", value_delimiter = ',', required = true)]
    pub(super) year: Vec<String>,

    /// The scheme that bare years belong to
    #[arg(long, value_name = "SCHEME", default_value = DEFAULT_SCHEME)]
    pub(super) scheme: String,
}

impl YearArguments {
    /// The checked rulebooks, each once, in the order asked for, with the library they come from. Faults are shown on
    /// stderr.
    pub(super) fn books(&self, rules: Option<&Path>) -> Result<(Library, Vec<Rulebook>), CliError> {
        let (library, origin) = rules_folder::find(rules)?;
        if library.names().is_empty() {
            return Err(rules_folder::no_rulebooks(&origin));
        }
        let names = self.names(&library)?;
        // Side by side, but what is at fault is told in the order asked for.
        let checked: Vec<Checked> = names.par_iter().map(|name| library.check(name)).collect();
        let each = checked.into_iter().zip(&names);
        let books = each.map(|(checked, name)| sound(&library, name, checked)).collect::<Result<Vec<_>, _>>()?;
        Ok((library, books))
    }

    /// The same for a command that pays by counts, which a scheme that only sorts others' patients has none of.
    pub(super) fn counting_books(&self, rules: Option<&Path>) -> Result<(Library, Vec<Rulebook>), CliError> {
        let (library, books) = self.books(rules)?;
        match books.iter().find(|book| counts_nobody(book)) {
            Some(book) => Err(no_counts(book)),
            None => Ok((library, books)),
        }
    }

    fn names(&self, library: &Library) -> Result<Vec<BookName>, CliError> {
        let known = library.names();
        let mut names = Vec::new();
        for year in &self.year {
            let name = BookName::parse(year.trim(), &self.scheme).filter(|name| known.contains(name));
            let Some(name) = name else { return Err(no_such_year(year, &self.scheme, &known)) };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// The rulebooks of years that were named, each once; all that there are if none was.
pub(super) fn named(library: &Library, years: &[String]) -> Result<Vec<BookName>, CliError> {
    let known = library.names();
    if known.is_empty() {
        return Err(CliError::usage("there are no rulebooks in this folder")
            .help("a rulebook is a folder SCHEME/YEAR with a contract.toml or scheme.toml"));
    }
    if years.is_empty() {
        return Ok(known);
    }
    let mut names = Vec::new();
    for year in years {
        let Some(name) = BookName::parse(year, DEFAULT_SCHEME).filter(|name| known.contains(name)) else {
            return Err(no_such_rulebook(year, &known));
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// True if all that a rulebook has counts of is another's.
fn counts_nobody(book: &Rulebook) -> bool {
    book.fees.is_empty() && book.measures.iter().all(|measure| measure.borrowed.is_some())
}

/// A rulebook that has no counts of its own.
pub(super) fn no_counts(book: &Rulebook) -> CliError {
    let error = CliError::usage(format!("{} counts nobody itself", book.name));
    let others: Vec<String> = book.uses.iter().map(|used| used.book.name.to_string()).collect();
    let instead = match others.is_empty() {
        true => "name a contract year that has indicators".to_owned(),
        false => format!("name a contract year whose indicators it reads: {}", others.join(", ")),
    };
    error.help(match &book.pathway {
        Some(_) => format!("`uptake pathway --year {}` applies its pathway; here {instead}", book.name),
        None => instead,
    })
}

fn no_such_rulebook(year: &str, known: &[BookName]) -> CliError {
    if let Some((folder, name)) = of_a_path(year) {
        let help = format!("write `uptake check {name} --rules {folder}`, which checks all files of the rulebook");
        return CliError::usage(format!("`{year}` is a path, and a rulebook is named by its year")).help(help);
    }
    let meant =
        year_meant(year, DEFAULT_SCHEME, known).map_or(String::new(), |meant| format!("did you mean `{meant}`? "));
    let known: Vec<String> = known.iter().map(BookName::to_string).collect();
    CliError::usage(format!("there is no rulebook `{year}`")).help(format!("{meant}there are: {}", known.join(", ")))
}

/// The rules folder and the rulebook that a path to a file or folder of it leads to.
fn of_a_path(written: &str) -> Option<(String, String)> {
    let path = Path::new(written);
    let is_file = path.extension().is_some_and(|ending| ending == "toml" || ending == "rules");
    let folder = if is_file { path.parent()? } else { path };
    let (year, scheme) = (folder.file_name()?.to_str()?, folder.parent()?.file_name()?.to_str()?);
    let root = folder.parent()?.parent()?;
    let name = format!("{scheme}/{year}");
    let is_path = path.exists() && BookName::parse(&name, DEFAULT_SCHEME).is_some();
    let root = if root.as_os_str().is_empty() { ".".to_owned() } else { root.display().to_string() };
    is_path.then_some((root, name))
}

/// The contract year that was written otherwise: `2023/24`, `23-24`, `2023-2024`, `2023-25`.
fn year_meant(written: &str, scheme: &str, known: &[BookName]) -> Option<String> {
    let groups = written.split(|sign: char| !sign.is_ascii_digit()).filter(|group| !group.is_empty());
    let groups: Vec<&str> = groups.collect();
    let first = match *groups.first()? {
        long if long.len() == 4 => long.to_owned(),
        short if short.len() == 2 => format!("20{short}"),
        _ => return None,
    };
    let start: u32 = first.parse().ok()?;
    let year = format!("{first}-{:02}", (start + 1) % 100);
    let of_scheme = written.split_once('/').map(|(scheme, _)| scheme);
    let of_scheme = of_scheme.filter(|scheme| scheme.contains(|sign: char| sign.is_ascii_alphabetic()));
    let meant = BookName::parse(&year, of_scheme.unwrap_or(scheme)).filter(|name| known.contains(name))?;
    Some(if meant.scheme == scheme { meant.year } else { meant.to_string() })
}

fn no_such_year(year: &str, scheme: &str, known: &[BookName]) -> CliError {
    let label = |name: &BookName| if name.scheme == scheme { name.year.clone() } else { name.to_string() };
    let meant = year_meant(year, scheme, known).map_or(String::new(), |meant| format!("did you mean `{meant}`? "));
    let known: Vec<String> = known.iter().map(label).collect();
    CliError::usage(format!("there is no rulebook `{year}`")).help(format!("{meant}there are: {}", known.join(", ")))
}

/// A rulebook that has no errors; what it has instead is shown.
pub(super) fn usable(library: &Library, name: &BookName) -> Result<Rulebook, CliError> {
    sound(library, name, library.check(name))
}

/// The rulebook that was checked, if it has no errors.
fn sound(library: &Library, name: &BookName, Checked { book, diagnostics }: Checked) -> Result<Rulebook, CliError> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    let errors: Vec<_> = errors.cloned().collect();
    if !errors.is_empty() {
        output::talk(&diagnostics::render_all(&errors, library.sources(), output::stderr_style()));
    }
    let count = diagnostics::summary(&errors).unwrap_or_default();
    book.ok_or_else(|| CliError::Rulebook { name: name.to_string(), errors: count })
}
