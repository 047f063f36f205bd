//! `uptake completions` and `uptake man`: what shells and manual readers need, written from the command line itself.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::cli::output::{self, Readers};
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
    fs::create_dir_all(folder).map_err(CliError::write(folder))?;
    let mut command = command;
    command.build();
    let pages = write_pages(&command, folder)?;
    output::talk(&format!("wrote {pages} pages to {}", folder.display()));
    Ok(Done::Well)
}

/// The page of a command and those below it; how many there are.
fn write_pages(command: &Command, folder: &Path) -> Result<usize, CliError> {
    let page = Man::new(command.clone());
    let place = folder.join(page.get_filename());
    output::to_place(Some(&place), Readers::Anyone, |out| page.render(out))?;
    let mut pages = 1;
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        pages += write_pages(inner, folder)?;
    }
    Ok(pages)
}
