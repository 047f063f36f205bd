//! `uptake export`: the built-in rules as files, to read and to edit.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::whole_folder::{self, WholeFolder};
use crate::cli::{CliError, Done, output, rules_folder, years};
use crate::ground::BookName;
use crate::model::Library;

/// Arguments of `uptake export`.
#[derive(Args, Debug)]
pub(super) struct ExportArguments {
    /// Where to write them: a folder that is not there yet, or is empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// Write these rulebooks only, with those that they use and the code clusters that they share: 2023-24,
    /// target-payments/2019-20
    #[arg(long, value_name = "YEAR", value_delimiter = ',')]
    year: Vec<String>,
}

pub(super) fn export(arguments: &ExportArguments) -> Result<Done, CliError> {
    let folder = &arguments.folder;
    refuse_taken(folder)?;
    let library = rules_folder::built_in();
    let names = library.with_used(&years::named(&library, &arguments.year)?);
    let files = files(&library, &names, arguments.year.is_empty());
    let count = files.len();
    whole_folder::put(folder, &by_top_folder(files))?;
    let rulebooks = if names.len() == 1 { "1 rulebook".to_owned() } else { format!("{} rulebooks", names.len()) };
    let folder = whole_folder::shown(folder);
    output::to_stdout(|out| writeln!(out, "wrote {rulebooks} in {count} files to {folder}/"))?;
    output::talk(&format!(
        "
What to do next:
  uptake --rules {folder} check
      every fault, with its place; this after each edit
  uptake --rules {folder} test
      the worked examples beside the rules
  uptake --rules {folder} show --unverified
      what is not official yet
A folder named `rules`, here or above, is used without `--rules`; so is the one that UPTAKE_RULES names."
    ));
    Ok(Done::Well)
}

fn refuse_taken(folder: &Path) -> Result<(), CliError> {
    let taken = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some().then_some("holds files already"),
        Err(_) if folder.symlink_metadata().is_ok() => Some("is no folder that can be read"),
        Err(_) => None,
    };
    match taken {
        Some(how) => Err(CliError::usage(format!("{} {how}, and was left alone", folder.display()))
            .help("name a folder that is not there yet: `uptake export my-rules`")),
        None => Ok(()),
    }
}

/// The files to write: all, or those of some rulebooks with the code clusters that these read.
fn files(library: &Library, names: &[BookName], is_all: bool) -> Vec<(String, String)> {
    let all = library.sources().iter().map(|(_, file)| (file.path.clone(), file.text.clone()));
    let folders: Vec<String> = names.iter().map(|name| format!("{name}/")).collect();
    let clusters = library.clusters_read(names);
    let is_wanted = |path: &String| clusters.contains(path) || folders.iter().any(|folder| path.starts_with(folder));
    all.filter(|(path, _)| is_all || is_wanted(path)).collect()
}

/// The files by their outermost folders, which are put one by one.
fn by_top_folder(files: Vec<(String, String)>) -> Vec<WholeFolder> {
    let mut folders: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (path, text) in files {
        if let Some((top, below)) = path.split_once('/') {
            folders.entry(top.to_owned()).or_default().push((below.to_owned(), text));
        }
    }
    folders.into_iter().map(|(below, files)| WholeFolder { below, files }).collect()
}
