//! Where the cluster is written, and under which names.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::import_codes::ImportCodesArguments;
use crate::cli::rules_folder::Origin;

/// Where the cluster is written.
pub(super) enum Place {
    /// A version of the rules folder.
    Rules(PathBuf),
    /// A file of the caller's, or stdout as `-`.
    Asked(PathBuf),
}

impl Place {
    /// The place that the arguments name. A file that is there is left alone unless it may be replaced.
    pub(super) fn of(arguments: &ImportCodesArguments, origin: &Origin) -> Result<Place, CliError> {
        let place = match (&arguments.output, origin) {
            (Some(output), _) => Place::Asked(output.clone()),
            (None, Origin::Folder(rules)) => {
                let version = rules.join("codes").join(&arguments.version);
                Place::Rules(version.join(format!("{}.toml", arguments.cluster)))
            }
            (None, Origin::BuiltIn) => {
                let message = "there is no rules folder to write into: the rules in use are those built in";
                let help =
                    "write them out with `uptake export`, name a folder with `--rules`, or a file with `--output`";
                return Err(CliError::usage(message).help(help));
            }
        };
        match place.path() {
            Some(path) if path.as_os_str() != "-" && path.exists() && !arguments.overwrite => Err(place.taken(path)),
            _ => Ok(place),
        }
    }

    fn taken(&self, path: &Path) -> CliError {
        let message = format!("{} is there already, and was left alone", path.display());
        CliError::usage(message).help(match self {
            Place::Rules(_) => {
                "a version that has been published is never edited: import as a new `--version`, or replace a draft with `--overwrite`"
            }
            Place::Asked(_) => "name another file, or replace this one with `--overwrite`",
        })
    }

    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Place::Rules(path) | Place::Asked(path) => Some(path),
        }
    }

    pub(super) fn is_in_rules(&self) -> bool {
        matches!(self, Place::Rules(_))
    }

    /// Makes the folder of a new version; a folder that the caller names must be there.
    pub(super) fn make_folder(&self) -> Result<(), CliError> {
        match self {
            Place::Rules(path) => {
                let folder = path.parent().unwrap_or(path);
                fs::create_dir_all(folder).map_err(CliError::write(folder))
            }
            Place::Asked(_) => Ok(()),
        }
    }
}

/// The names become a file's, a folder's, and words in rules: they are held to what those can be.
pub(super) fn check_names(cluster: &str, version: &str, source: Option<&str>) -> Result<(), CliError> {
    let starts_low = |name: &str| name.starts_with(|first: char| first.is_ascii_lowercase());
    let is_name = |name: &str, more: &[char]| {
        starts_low(name) && name.chars().all(|letter| letter.is_ascii_alphanumeric() || more.contains(&letter))
    };
    if !is_name(cluster, &['_']) {
        let message = format!("`{cluster}` cannot name a cluster: rules could not name it");
        return Err(CliError::usage(message).help("use small letters, digits and underscores, a letter first: `mmr`"));
    }
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !version.split('.').all(is_number) {
        let message = format!("`{version}` cannot be a version: versions are put in order by their numbers");
        return Err(CliError::usage(message).help("write the year and a number: `--version 2027.1`"));
    }
    match source.filter(|source| !is_name(source, &['_', '-'])) {
        Some(source) => {
            let message = format!("`{source}` cannot be a source's short name");
            Err(CliError::usage(message).help("use small letters, digits and hyphens, a letter first: `pcd-2027-04`"))
        }
        None => Ok(()),
    }
}
