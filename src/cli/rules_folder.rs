//! Where the rules come from: a folder that is named, one that is found, or the copy built in.

mod decoded;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::ground::{SavedAs, Sources};
use crate::model::Library;
use crate::model::library::is_misnamed;

/// The shipped rule files: path below the rules folder, and text.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/built_in_rules.rs"));

/// More rule files than this in one folder mean that it is not a rules folder.
const MOST_FILES: usize = 20_000;

/// A rule file is `SCHEME/YEAR/codes/FILE` at most: below that, nothing is looked for.
const DEEPEST_FOLDER: usize = 3;

/// A rule file larger than this is not read: a rulebook has some tens of thousands of bytes.
const LARGEST_FILE_BYTES: u64 = 16 << 20;

/// Which rules are used, for people and for provenance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Origin {
    /// A folder.
    Folder(PathBuf),
    /// The copy in the binary.
    BuiltIn,
}

/// Finds the rules: the folder asked for, else `rules` in the current folder or one above, else the copy built in.
pub(super) fn find(asked: Option<&Path>) -> Result<(Library, Origin), CliError> {
    if let Some(folder) = asked.filter(|folder| !folder.is_dir()) {
        let message = format!("there is no folder {}", folder.display());
        return Err(CliError::usage(message).help("`--rules` names the folder that holds qof/, codes/ and the like"));
    }
    match place(asked) {
        Some(folder) => Ok((Library::new(read(&folder)?), Origin::Folder(folder))),
        None => Ok((built_in(), Origin::BuiltIn)),
    }
}

/// The folder that [`find`] reads, unless it is the copy built in.
pub(super) fn place(asked: Option<&Path>) -> Option<PathBuf> {
    asked.map(Path::to_owned).or_else(found_above)
}

/// Why nothing can be done with a folder in which no rulebook lies.
pub(super) fn no_rulebooks(origin: &Origin) -> CliError {
    let place = match origin {
        Origin::Folder(folder) => folder.display().to_string(),
        Origin::BuiltIn => "the rules built in".to_owned(),
    };
    CliError::usage(format!("there are no rulebooks in {place}"))
        .help("a rulebook is a folder SCHEME/YEAR with a contract.toml or scheme.toml")
}

/// The copy built in.
pub(super) fn built_in() -> Library {
    let mut sources = Sources::default();
    for (path, text) in BUILT_IN {
        sources.add(*path, *text);
    }
    Library::new(sources)
}

/// A folder named `rules` here or above that holds code clusters, so that somebody else's `rules` is left alone.
fn found_above() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join("rules")).find(|rules| rules.join("codes").is_dir())
}

/// The text of a rule file, and how it was saved.
///
/// # Errors
/// It cannot be read, or is no text.
pub(super) fn read_text(path: &Path) -> Result<(String, SavedAs), CliError> {
    let bytes = fs::read(path).map_err(CliError::read(path))?;
    decoded::decoded(bytes)
        .map_err(|no_text| CliError::usage(format!("{} {}", path.display(), no_text.what)).help(no_text.help))
}

fn read(folder: &Path) -> Result<Sources, CliError> {
    let mut files = Vec::new();
    collect(folder, String::new(), &mut files)?;
    files.sort();
    let mut sources = Sources::default();
    for (below, path) in files {
        if is_misnamed(&below) {
            // Only that it is there matters: what it says is read by nobody.
            sources.add(below, "");
            continue;
        }
        let (text, saved_as) = read_text(&path)?;
        sources.add_saved_as(below, text, saved_as);
    }
    Ok(sources)
}

/// Rule files below a folder, links and hidden files left out: a rulebook does not reach outside its root.
fn collect(folder: &Path, below: String, files: &mut Vec<(String, PathBuf)>) -> Result<(), CliError> {
    for entry in fs::read_dir(folder).map_err(CliError::read(folder))? {
        let entry = entry.map_err(CliError::read(folder))?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        let kind = entry.file_type().map_err(CliError::read(&path))?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() && below.matches('/').count() < DEEPEST_FOLDER {
            collect(&path, format!("{below}{name}/"), files)?;
        } else if kind.is_file() && (name.ends_with(".toml") || name.ends_with(".rules")) {
            let bytes = entry.metadata().map_err(CliError::read(&path))?.len();
            if bytes > LARGEST_FILE_BYTES {
                let message =
                    format!("{} has {bytes} bytes; a rule file has at most {LARGEST_FILE_BYTES}", path.display());
                return Err(CliError::usage(message));
            }
            files.push((format!("{below}{name}"), path));
        } else if kind.is_file() && is_misnamed(&name) {
            files.push((format!("{below}{name}"), path));
        }
        if files.len() > MOST_FILES {
            let message = format!("{} holds more than {MOST_FILES} rule files", folder.display());
            return Err(CliError::usage(message).help("name the folder that holds qof/, codes/ and the like"));
        }
    }
    Ok(())
}
