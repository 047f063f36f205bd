//! Results are never written over what they are made from.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::cli::{CliError, rules_folder};

/// The arguments that name places to write to.
const WRITTEN: [&str; 2] = ["output", "lists"];

/// Refuses an output that is one of the files that the command reads, by whatever name or link. It looks at the command
/// line as it was read, so that no command can be forgotten.
pub(super) fn refuse_overwriting(matches: &ArgMatches) -> Result<(), CliError> {
    let Some((name, mut command)) = matches.subcommand() else { return Ok(()) };
    while let Some((_, inner)) = command.subcommand() {
        command = inner;
    }
    let outputs = paths(command, |id| id == "output");
    let Some((output, about)) = outputs.iter().find_map(|path| Some((path, file_at(path)?))) else { return Ok(()) };
    let read = paths(command, |id| !WRITTEN.contains(&id)).into_iter().flat_map(files);
    let is_read =
        read.into_iter().any(|path| file_at(&path).is_some_and(|input| is_same(&input, &about, &path, output)));
    // `import-codes` writes rule files, and has its own way to ask.
    let is_rule = || name != "import-codes" && is_rule_file(command, output);
    if is_read || is_rule() {
        let message = format!("{} is one of the files that are read, and was left alone", output.display());
        return Err(CliError::usage(message).help("name another file with `--output`"));
    }
    Ok(())
}

/// The paths that some of the arguments name.
fn paths(command: &ArgMatches, is_meant: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for id in command.ids().map(clap::Id::as_str).filter(|id| is_meant(id)) {
        if let Ok(Some(named)) = command.try_get_many::<PathBuf>(id) {
            paths.extend(named.cloned());
        } else if id == "map"
            && let Ok(Some(named)) = command.try_get_many::<String>(id)
        {
            paths.extend(named.map(PathBuf::from));
        }
    }
    paths
}

/// A file, or those right in a folder, such as an export's.
fn files(path: PathBuf) -> Vec<PathBuf> {
    match fs::read_dir(&path) {
        Ok(entries) => entries.filter_map(Result::ok).map(|entry| entry.path()).collect(),
        Err(_) => vec![path],
    }
}

/// What is known of a file that is there; nothing of a pipe or of `/dev/null`.
fn file_at(path: &Path) -> Option<Metadata> {
    fs::metadata(path).ok().filter(Metadata::is_file)
}

#[cfg(unix)]
fn is_same(input: &Metadata, output: &Metadata, _: &Path, _: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    (input.dev(), input.ino()) == (output.dev(), output.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata, input: &Path, output: &Path) -> bool {
    fs::canonicalize(input).is_ok_and(|input| fs::canonicalize(output).is_ok_and(|output| input == output))
}

/// True for a file of the rules folder that is in use.
fn is_rule_file(command: &ArgMatches, output: &Path) -> bool {
    let asked = command.try_get_one::<PathBuf>("rules").ok().flatten();
    let Some(folder) = rules_folder::place(asked.map(PathBuf::as_path)) else { return false };
    let is_below = |folder: PathBuf| fs::canonicalize(output).is_ok_and(|output| output.starts_with(folder));
    let ending = output.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("rules" | "toml")) && fs::canonicalize(folder).is_ok_and(is_below)
}
