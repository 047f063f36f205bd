//! `uptake completions` and `uptake man`: what shells and manual readers need, written from the command line itself.

use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::output::{self, Readers};
use crate::cli::whole_folder::{self, WholeFolder};
use crate::cli::{CliError, Done};

/// Arguments of `uptake completions`.
#[derive(Args, Debug)]
pub(super) struct CompletionArguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

/// Arguments of `uptake man`.
#[derive(Args, Debug)]
pub(super) struct ManArguments {
    /// A folder for a page per command; without one, the page of `uptake` goes to stdout
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

pub(super) fn completions(arguments: &CompletionArguments, mut command: Command) -> Result<Done, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "uptake", &mut script);
    output::to_stdout(|out| out.write_all(&script))?;
    Ok(Done::Well)
}

pub(super) fn man(arguments: &ManArguments, command: Command) -> Result<Done, CliError> {
    let Some(folder) = &arguments.folder else {
        output::to_stdout(|out| Man::new(command).render(out))?;
        return Ok(Done::Well);
    };
    let mut command = command;
    command.build();
    let pages = pages(&command)?;
    let count = pages.len();
    put(folder, pages)?;
    output::talk(&format!("wrote {count} pages to {}", folder.display()));
    Ok(Done::Well)
}

/// The pages of a command and of those below it, by their files' names.
fn pages(command: &Command) -> Result<Vec<(String, String)>, CliError> {
    let page = Man::new(command.clone());
    let mut text = Vec::new();
    page.render(&mut text)?;
    let mut all = vec![(page.get_filename(), String::from_utf8_lossy(&text).into_owned())];
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        all.extend(pages(inner)?);
    }
    Ok(all)
}

/// A new folder appears whole. Into one that is there, which may hold pages of other programs, all pages are put or none.
fn put(folder: &Path, pages: Vec<(String, String)>) -> Result<(), CliError> {
    if !folder.exists() {
        return whole_folder::put(folder, &[WholeFolder { below: String::new(), files: pages }]);
    }
    let files: Vec<(PathBuf, String)> = pages.into_iter().map(|(name, page)| (folder.join(name), page)).collect();
    output::replace_files(&files, Readers::Anyone)
}
