//! Worklists on disk: one, or all of them in a new folder. Whoever works through a list is told no more of a patient than
//! the columns that its rule file declares, and a file is readable by its owner alone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::format::{self, Format, OutputArguments};
use crate::cli::output::{self, Readers};
use crate::ground::Day;
use crate::model::Rulebook;
use crate::report::style::counted;
use crate::report::table::{Table, csv};

/// Writes one list. In CSV, text that a spreadsheet would take for a formula is defused.
pub(super) fn write_one<'b>(
    table: &Table<'_>,
    to: &OutputArguments,
    books: impl IntoIterator<Item = &'b Rulebook>,
) -> Result<(), CliError> {
    match to.format {
        Format::Csv => {
            output::to_place(to.output.as_deref(), Readers::Owner, |out| csv::write(out, table, csv::Formulas::Defused))
        }
        _ => to.write(table, &[], Readers::Owner, &format::notes(books), |out| {
            let mut document = crate::report::table::json::Document::open(out, "uptake.worklist/1")?;
            document.rows("results", table)?;
            document.close()
        }),
    }
}

/// Writes every list that has rows, one file for each practice and list: given are the practice, the list's name and its
/// rows. The folder appears whole or not at all: it is
/// filled beside its place and renamed.
pub(super) fn write_all<'a>(
    folder: &Path,
    as_of: Day,
    lists: impl Iterator<Item = (&'a str, &'a str, Table<'a>)>,
) -> Result<(), CliError> {
    refuse_nameless(folder)?;
    refuse_filled(folder)?;
    let beside = beside(folder)?;
    let written = fill(lists, &beside);
    let moved = written.and_then(|count| {
        if folder.exists() {
            fs::remove_dir(folder).map_err(CliError::write(folder))?;
        }
        fs::rename(&beside, folder).map_err(CliError::write(folder))?;
        Ok(count)
    });
    match moved {
        Ok((files, rows)) => {
            let day = as_of.in_words();
            let (files, rows) = (counted(files as u64, "list"), counted(rows as u64, "row"));
            output::talk(&format!("wrote {files} with {rows} to {}/, as of {day}", folder.display()));
            Ok(())
        }
        Err(error) => {
            let _ = fs::remove_dir_all(&beside);
            Err(error)
        }
    }
}

/// A folder such as `.` cannot be put in its place whole.
fn refuse_nameless(folder: &Path) -> Result<(), CliError> {
    if folder.file_name().is_some() {
        return Ok(());
    }
    Err(CliError::usage(format!("{} is no name for a new folder", folder.display())).help("name a new folder"))
}

/// Lists of another day beside today's would be worked through twice.
fn refuse_filled(folder: &Path) -> Result<(), CliError> {
    let entries = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(CliError::write(folder)(error)),
    };
    if !entries {
        return Ok(());
    }
    let message = format!("{} is there already, and lists of another day may be in it", folder.display());
    Err(CliError::usage(message).help("name a new folder"))
}

fn beside(folder: &Path) -> Result<PathBuf, CliError> {
    let name = folder.file_name().map_or("lists".into(), |name| name.to_string_lossy().into_owned());
    let beside = folder.with_file_name(format!(".{name}.{}", std::process::id()));
    if let Some(parent) = beside.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent).map_err(CliError::write(parent))?;
    }
    output::create_private_folder(&beside).map_err(CliError::write(&beside))?;
    Ok(beside)
}

fn fill<'a>(
    lists: impl Iterator<Item = (&'a str, &'a str, Table<'a>)>,
    folder: &Path,
) -> Result<(usize, usize), CliError> {
    let (mut files, mut rows) = (0, 0);
    for (practice, name, table) in lists.filter(|(.., table)| !table.rows.is_empty()) {
        let of_practice = folder.join(file_name(practice));
        if !of_practice.exists() {
            output::create_private_folder(&of_practice).map_err(CliError::write(&of_practice))?;
        }
        let path = of_practice.join(format!("{name}.csv"));
        output::to_place(Some(&path), Readers::Owner, |out| csv::write(out, &table, csv::Formulas::Defused))?;
        files += 1;
        rows += table.rows.len();
    }
    Ok((files, rows))
}

/// A practice's code as the name of a folder: whatever is no letter, digit, `-` or `_` is written as its number, so that
/// no code leads out of the folder and no two share one.
fn file_name(practice_code: &str) -> String {
    let mut name = String::new();
    for c in practice_code.chars() {
        match c {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '_' => name.push(c),
            other => name.push_str(&format!("%{:X}", u32::from(other))),
        }
    }
    name
}
