//! `uptake diff`: what two contract years, or two versions of a rules folder, mean differently.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::output::{self, Readers};
use crate::cli::years::{self, DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done, rules_folder};
use crate::eval::{smallest, witness};
use crate::ground::BookName;
use crate::model::difference::Difference;
use crate::model::{Library, Rulebook};
use crate::report::difference::{BookChanges, json, markdown, text};
use crate::report::style::Style;

/// Arguments of `uptake diff`.
#[derive(Args, Debug)]
pub(super) struct DiffArguments {
    /// The old side: a contract year such as 2022-23 or SCHEME/YEAR, or a rules folder; `built-in` is the rules that
    /// the program carries, to compare a folder with
    #[arg(value_name = "OLD")]
    old: String,

    /// The new side, of the same kind
    #[arg(value_name = "NEW")]
    new: String,

    /// Of two rules folders: compare only this contract year; repeat it or separate several by commas
    #[arg(long, value_name = "YEAR", value_delimiter = ',')]
    year: Vec<String>,

    /// The form of the results
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    format: DiffFormat,

    /// Write the results to a file, which appears whole or not at all; without --format its ending names the form; `-` is
    /// stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// End with exit code 1 if there is a difference
    #[arg(long)]
    exit_code: bool,
}

/// The forms of a difference.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum DiffFormat {
    /// For people
    Text,
    /// For a pull request
    Markdown,
    /// One JSON document
    Json,
}

/// Two rulebooks to be compared.
struct Compared {
    old: Rulebook,
    new: Rulebook,
}

/// What is to be compared, and what only one side has, in sentences.
struct Sides {
    compared: Vec<Compared>,
    notes: Vec<String>,
}

pub(super) fn diff(arguments: &DiffArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let sides = arguments.sides(rules)?;
    let books: Vec<BookChanges> = sides.compared.iter().map(changes).collect();
    let is_different = !sides.notes.is_empty() || books.iter().any(|book| book.grade.is_some());
    let place = arguments.output.as_deref();
    output::to_place(place, Readers::Anyone, |out| match arguments.format {
        DiffFormat::Text => {
            let style = if place.is_none() { output::stdout_style() } else { Style::PLAIN };
            text::write(out, &books, &sides.notes, style)
        }
        DiffFormat::Markdown => markdown::write(out, &books, &sides.notes),
        DiffFormat::Json => json::write(out, &books, &sides.notes),
    })?;
    Ok(if arguments.exit_code && is_different { Done::CheckFailed } else { Done::Well })
}

/// The changes of one rulebook, each with what shows it.
fn changes(compared: &Compared) -> BookChanges {
    let Compared { old, new } = compared;
    let difference = Difference::of(old, new);
    let children = witness::witnesses(old, new, &difference.changes);
    let practices = smallest::practices(old, new, &difference.changes);
    BookChanges::of(old, new, &difference, &children, &practices)
}

impl DiffArguments {
    fn sides(&self, rules: Option<&Path>) -> Result<Sides, CliError> {
        let folders = [&self.old, &self.new].map(|name| is_rules_folder(name));
        let built_in = [&self.old, &self.new].map(|name| is_built_in(name));
        let are_rules = [folders[0] || built_in[0], folders[1] || built_in[1]];
        match are_rules {
            [true, true] => self.of_folders(),
            [false, false] => self.of_years(rules),
            [first, _] => {
                let (folder, other) = if first { (&self.old, &self.new) } else { (&self.new, &self.old) };
                let message = format!("{folder} is a rules folder, and {other} is none");
                Err(CliError::usage(message).help(format!(
                    "name two contract years, or two folders that hold qof/ and the like; `uptake diff {BUILT_IN} {folder}` compares with the rules built in"
                )))
            }
        }
    }

    /// Two contract years of the same rules.
    fn of_years(&self, rules: Option<&Path>) -> Result<Sides, CliError> {
        if !self.year.is_empty() {
            return Err(CliError::usage("`--year` chooses among the rulebooks of two rules folders")
                .help("leave it out, or name two folders"));
        }
        for name in [&self.old, &self.new] {
            if Path::new(name).is_dir() && BookName::parse(name, DEFAULT_SCHEME).is_none() {
                return Err(CliError::usage(format!("there are no rulebooks in {name}"))
                    .help("a rulebook is a folder SCHEME/YEAR with a contract.toml or scheme.toml"));
            }
        }
        let of = |name: &String| {
            let years = YearArguments { year: vec![name.clone()], scheme: DEFAULT_SCHEME.to_owned() };
            years.books(rules).map(|(_, mut books)| books.remove(0))
        };
        let (old, new) = (of(&self.old)?, of(&self.new)?);
        Ok(Sides { compared: vec![Compared { old, new }], notes: Vec::new() })
    }

    /// Every rulebook of two folders, by its name.
    fn of_folders(&self) -> Result<Sides, CliError> {
        let (old, new) = (library(&self.old)?, library(&self.new)?);
        let (before, after) = (self.chosen(&old, &new)?, self.chosen(&new, &old)?);
        let only = |names: &[BookName], others: &[BookName], how: &str| -> Vec<String> {
            let only = names.iter().filter(|name| !others.contains(name));
            only.map(|name| format!("the rulebook {name} was {how}")).collect()
        };
        let notes = [only(&before, &after, "removed"), only(&after, &before, "added")].concat();
        let mut compared = Vec::new();
        for name in after.iter().filter(|name| before.contains(name)) {
            compared.push(Compared { old: years::usable(&old, name)?, new: years::usable(&new, name)? });
        }
        Ok(Sides { compared, notes })
    }

    /// The rulebooks of a folder that were asked for: all without `--year`. One that neither folder has is an error.
    fn chosen(&self, library: &Library, other: &Library) -> Result<Vec<BookName>, CliError> {
        let (known, others) = (library.names(), other.names());
        if self.year.is_empty() {
            return Ok(known);
        }
        let mut chosen = Vec::new();
        for year in &self.year {
            let name = BookName::parse(year.trim(), DEFAULT_SCHEME);
            match name.filter(|name| known.contains(name) || others.contains(name)) {
                Some(name) if known.contains(&name) && !chosen.contains(&name) => chosen.push(name),
                Some(_) => {}
                None => {
                    let all: Vec<String> = known.iter().map(BookName::to_string).collect();
                    return Err(CliError::usage(format!("neither folder has a rulebook `{year}`"))
                        .help(format!("there are: {}", all.join(", "))));
                }
            }
        }
        Ok(chosen)
    }
}

/// The word for the rules that the program carries.
const BUILT_IN: &str = "built-in";

/// True for the rules that the program carries; a folder of that name is a folder.
fn is_built_in(name: &str) -> bool {
    name == BUILT_IN && !Path::new(name).is_dir()
}

/// The rules of a folder, or those built in.
fn library(name: &str) -> Result<Library, CliError> {
    if is_built_in(name) {
        return Ok(rules_folder::built_in());
    }
    rules_folder::find(Some(Path::new(name))).map(|(library, _)| library)
}

/// A folder is taken for rules if rulebooks lie in it: `SCHEME/YEAR/contract.toml` or `scheme.toml`.
fn is_rules_folder(name: &str) -> bool {
    let path = Path::new(name);
    path.is_dir() && rules_folder::find(Some(path)).is_ok_and(|(library, _)| !library.names().is_empty())
}
