//! Which files are to be laid out.

use std::fs;
use std::path::{Path, PathBuf};

use super::Form;
use crate::cli::rules_folder::{self, Origin};
use crate::cli::{CliError, years};

/// A file that is to be laid out.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) form: Form,
}

/// The files that are named, those of the rulebooks that are named, or all of the rules folder, each once.
pub(super) fn find(what: &[String], rules: Option<&Path>) -> Result<Vec<Place>, CliError> {
    let mut places = Vec::new();
    let (files, years): (Vec<&String>, Vec<&String>) = what.iter().partition(|what| is_file(what));
    for path in files.iter().map(Path::new) {
        let Some(form) = Form::of(path) else {
            let message = format!("{} is no rule file", path.display());
            return Err(CliError::usage(message).help("rule files end in .rules or .toml"));
        };
        if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
            let message = format!("{} is a pipe or a device, which cannot be laid out in its place", path.display());
            return Err(CliError::usage(message).help("hand its text over on stdin: `uptake fmt -`"));
        }
        let bytes = fs::read(path).map_err(CliError::read(path))?;
        places.push(Place { text: utf8(path, bytes)?, path: path.to_owned(), form });
    }
    if !years.is_empty() || what.is_empty() {
        places.extend(of_rulebooks(&years, rules)?);
    }
    let mut seen = Vec::new();
    places.retain(|place| {
        let real = fs::canonicalize(&place.path).unwrap_or_else(|_| place.path.clone());
        let is_new = !seen.contains(&real);
        seen.push(real);
        is_new
    });
    Ok(places)
}

/// A text that must be UTF-8.
pub(super) fn utf8(path: &Path, bytes: Vec<u8>) -> Result<String, CliError> {
    String::from_utf8(bytes)
        .map_err(|_| CliError::usage(format!("{} is not UTF-8 text", path.display())).help("save it again as UTF-8"))
}

/// True for the path of a file, there or not; else a rulebook is meant.
fn is_file(what: &str) -> bool {
    Form::of(Path::new(what)).is_some() || Path::new(what).is_file()
}

/// The files of rulebooks, their own code clusters among them; with none named, those of all rulebooks and the code
/// clusters that they share.
fn of_rulebooks(years: &[&String], rules: Option<&Path>) -> Result<Vec<Place>, CliError> {
    let (library, origin) = rules_folder::find(rules)?;
    let Origin::Folder(folder) = &origin else {
        return Err(CliError::usage("the rules built in cannot be laid out anew")
            .help("name a file, or the folder that holds your rules with `--rules`"));
    };
    if let Some(folder) = years.iter().find(|year| Path::new(year).is_dir() && year.contains(['.', '\\'])) {
        return Err(CliError::usage(format!("{folder} is a folder"))
            .help("name files, or a rulebook as SCHEME/YEAR in the rules folder"));
    }
    let years: Vec<String> = years.iter().map(|year| (*year).clone()).collect();
    let names = if years.is_empty() { Vec::new() } else { years::named(&library, &years)? };
    let is_meant = |below: &str| {
        // What lies in the rules folder itself or one folder deep belongs to no rulebook.
        let is_of_all = years.is_empty() && below.matches('/').count() > 1;
        is_of_all
            || names.iter().any(|name| below.strip_prefix(&name.to_string()).is_some_and(|rest| rest.starts_with('/')))
    };
    let files = library.sources().iter().filter(|(_, file)| is_meant(&file.path));
    let places = files.filter_map(|(_, file)| {
        let path = folder.join(&file.path);
        Form::of(&path).map(|form| Place { path, text: file.text.clone(), form })
    });
    let places: Vec<Place> = places.collect();
    if places.is_empty() { Err(rules_folder::no_rulebooks(&origin)) } else { Ok(places) }
}
