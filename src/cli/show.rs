//! `uptake show`: what a rulebook says, as resolved, in plain English beside its own words.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::output::{self, Readers};
use crate::cli::years::{self, DEFAULT_SCHEME};
use crate::cli::{CliError, Done, rules_folder};
use crate::model::library::nearest;
use crate::model::{Library, Rulebook};
use crate::report::prose::{Block, write_markdown, write_text};
use crate::report::run_json::BookStamp;
use crate::report::show::pages::pages;
use crate::report::show::unverified::{page, unverified};
use crate::report::show::{SCHEMA, Shown, find, known_names, overview};
use crate::report::style::Style;
use crate::report::table::json::Document;

/// Arguments of `uptake show`.
#[derive(Args, Debug)]
pub(super) struct ShowArguments {
    /// An indicator, course, payment, fee, code cluster, figure, pathway, state, alert, worklist or list of words, such
    /// as VI001, mmr or VI001.lower_threshold; without one, the whole rulebook in short
    #[arg(value_name = "WHAT", conflicts_with = "unverified")]
    what: Vec<String>,

    /// Contract year, such as 2023-24; repeat it or separate several by commas; another scheme's as SCHEME/YEAR. Without
    /// one, the newest that knows WHAT
    #[arg(long, value_name = "YEAR", value_delimiter = ',')]
    year: Vec<String>,

    /// List everything that is not official, and what would settle it; of all rulebooks if no year is named
    #[arg(long)]
    unverified: bool,

    /// The form of what is shown
    #[arg(long, value_enum, default_value_t = ShowFormat::Text)]
    format: ShowFormat,

    /// Write to a file, which appears whole or not at all; without --format its ending names the form; `-` is stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum ShowFormat {
    /// For people: as wide as the terminal
    Text,
    /// Markdown
    Markdown,
    /// One JSON document
    Json,
}

pub(super) fn show(arguments: &ShowArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, origin) = rules_folder::find(rules)?;
    if library.names().is_empty() {
        return Err(rules_folder::no_rulebooks(&origin));
    }
    let books = books(&library, &arguments.year)?;
    let all: Vec<&Rulebook> = books.iter().collect();
    if arguments.unverified {
        let groups = unverified(&all, library.sources());
        return arguments.write(&all, &page(&groups, &all), |document| document.value("unverified", &groups));
    }
    if arguments.what.is_empty() && arguments.year.is_empty() {
        return list(&all);
    }
    let (used, shown) = match arguments.what.is_empty() {
        true => {
            let of = |book: &&Rulebook| Shown::Rulebook(Box::new(overview(book, library.sources())));
            (all.clone(), all.iter().map(of).collect())
        }
        false => named(arguments, &all, &library)?,
    };
    arguments.write(&used, &pages(&shown), |document| document.value("shown", &shown))
}

/// The rulebooks of the years that were named. If none was, all those that have no errors: one that is being written
/// must not keep the others from being shown.
fn books(library: &Library, asked: &[String]) -> Result<Vec<Rulebook>, CliError> {
    let names = years::named(library, asked)?;
    if !asked.is_empty() {
        return names.iter().map(|name| years::usable(library, name)).collect();
    }
    let mut books = Vec::new();
    for name in &names {
        match library.check(name).book {
            Some(book) => books.push(book),
            None => output::talk(&format!("left out: {name} has errors, which `uptake check {name}` shows")),
        }
    }
    Ok(books)
}

/// What goes by the names that were asked for: in the years asked for, else in the newest rulebook that knows them.
fn named<'b>(
    arguments: &ShowArguments,
    books: &[&'b Rulebook],
    library: &Library,
) -> Result<(Vec<&'b Rulebook>, Vec<Shown>), CliError> {
    let (mut used, mut shown) = (Vec::new(), Vec::new());
    for name in &arguments.what {
        let mut found: Vec<(&Rulebook, Vec<Shown>)> =
            books.iter().map(|book| (*book, find(book, library.sources(), name))).collect();
        found.retain(|(_, things)| !things.is_empty());
        if found.is_empty() {
            return Err(unread_cluster(name, library).unwrap_or_else(|| unknown(name, books)));
        }
        if arguments.year.is_empty() {
            found.sort_by_key(|(book, _)| (book.name.scheme != DEFAULT_SCHEME, std::cmp::Reverse(book.end)));
            let others: Vec<String> = found[1..].iter().map(|(book, _)| book.name.to_string()).collect();
            found.truncate(1);
            let newest = &found[0].0.name;
            if !others.is_empty() {
                output::talk(&format!("`{name}` as in {newest}; name another with `--year`: {}", others.join(", ")));
            }
        }
        for (book, things) in found {
            if !used.iter().any(|known: &&Rulebook| known.name == book.name) {
                used.push(book);
            }
            shown.extend(things);
        }
    }
    Ok((used, shown))
}

/// A code cluster that is there, though no rule names it.
fn unread_cluster(name: &str, library: &Library) -> Option<CliError> {
    let including = library.clusters_including(name)?;
    let help = match including.first() {
        Some(cluster) => format!("its codes are part of `{cluster}`, which includes it: `uptake show {cluster}`"),
        None => format!("count it in a rule, as in `any {name}`, and it can be shown"),
    };
    Some(CliError::usage(format!("no rule names the code cluster `{name}` itself")).help(help))
}

fn unknown(name: &str, books: &[&Rulebook]) -> CliError {
    let lists = known_names(books);
    let all = lists.iter().flat_map(|(_, names)| names).map(String::as_str);
    let capital = name.to_ascii_uppercase();
    let near = nearest(name, all.clone()).or_else(|| nearest(&capital, all));
    let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
    let lists: Vec<String> = lists.iter().map(|(what, names)| format!("  {what}: {}", names.join(", "))).collect();
    CliError::usage(format!("nothing in these rulebooks is named `{name}`"))
        .help(format!("{near}there are:\n{}", lists.join("\n")))
}

/// A line for each rulebook, for somebody who asked for nothing yet.
fn list(books: &[&Rulebook]) -> Result<Done, CliError> {
    output::to_stdout(|out| {
        let width = books.iter().map(|book| book.name.to_string().len()).max().unwrap_or(0);
        books.iter().try_for_each(|book| writeln!(out, "{:width$}  {}", book.name.to_string(), book.title))
    })?;
    let example = books.iter().rev().find(|book| book.name.scheme == DEFAULT_SCHEME).or(books.last());
    if let Some(book) = example {
        let year = book.year_label(DEFAULT_SCHEME);
        output::talk(&format!(
            "`uptake show --year {year}` shows one in short, `uptake show NAME --year {year}` one thing in it, `uptake show --unverified` what is not official"
        ));
    }
    Ok(Done::Well)
}

impl ShowArguments {
    fn write(
        &self,
        books: &[&Rulebook],
        blocks: &[Block],
        json: impl FnOnce(&mut Document<'_>) -> io::Result<()>,
    ) -> Result<Done, CliError> {
        let is_stdout = self.output.as_deref().is_none_or(|path| path.as_os_str() == "-");
        let style = if is_stdout { output::stdout_style() } else { Style::PLAIN };
        output::to_place(self.output.as_deref(), Readers::Anyone, |out| match self.format {
            ShowFormat::Text => write_text(out, blocks, style),
            ShowFormat::Markdown => write_markdown(out, blocks),
            ShowFormat::Json => {
                let mut document = Document::open(out, SCHEMA)?;
                let stamps: Vec<BookStamp> = books.iter().map(|book| BookStamp::of(book)).collect();
                document.list("rulebooks", &stamps)?;
                json(&mut document)?;
                document.close()
            }
        })?;
        Ok(Done::Well)
    }
}
