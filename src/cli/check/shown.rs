//! Faults for people and for programs.

use std::path::{Path, PathBuf};

use crate::cli::check::FormatArgument;
use crate::cli::rules_folder::Origin;
use crate::cli::{CliError, output};
use crate::ground::{BookName, Diagnostic};
use crate::model::Library;
use crate::report::fault_json::CheckDocument;
use crate::report::sarif::{Log, Root};
use crate::report::{diagnostics, github};

pub(super) fn show(
    format: FormatArgument,
    found: &[Diagnostic],
    library: &Library,
    origin: &Origin,
    names: &[BookName],
) -> Result<(), CliError> {
    let sources = library.sources();
    let folder = Folder::of(origin);
    let path = |below: &str| folder.path(below);
    let summary = diagnostics::summary(found);
    let summary = format!("{} checked: {}", rulebooks(names.len()), summary.as_deref().unwrap_or("no faults"));
    output::to_stdout(|out| match format {
        FormatArgument::Human => {
            if !found.is_empty() {
                writeln!(out, "{}", diagnostics::render_all(found, sources, output::stdout_style()))?;
            }
            writeln!(out, "{summary}")
        }
        FormatArgument::Json => {
            let rulebooks = names.iter().map(BookName::to_string).collect();
            serde_json::to_writer_pretty(&mut *out, &CheckDocument::new(rulebooks, found, sources, &path))?;
            writeln!(out)
        }
        FormatArgument::Sarif => {
            serde_json::to_writer_pretty(&mut *out, &Log::new(found, sources, folder.root()))?;
            writeln!(out)
        }
        FormatArgument::Github => {
            for diagnostic in found {
                writeln!(out, "{}", github::command(diagnostic, sources, &path))?;
            }
            writeln!(out, "{summary}")
        }
    })?;
    if format == FormatArgument::Human && output::stdout_is_terminal() {
        hint(found);
    }
    Ok(())
}

/// Which rules were checked, where nobody named them.
pub(super) fn which_rules(origin: &Origin) {
    match origin {
        Origin::Folder(folder) => {
            let below = below_here(folder);
            output::talk(&format!("checked: {}", below.as_deref().unwrap_or(folder).display()));
        }
        Origin::BuiltIn if Path::new("rules").is_dir() => output::talk(
            "checked: the rules built in, because the folder rules has no codes folder in it; `--rules rules` checks it",
        ),
        Origin::BuiltIn => output::talk("checked: the rules built in; `--rules` names a folder"),
    }
}

fn rulebooks(count: usize) -> String {
    if count == 1 { "1 rulebook".to_owned() } else { format!("{count} rulebooks") }
}

/// What more this command can do, for who sits before it.
fn hint(found: &[Diagnostic]) {
    let Some(first) = found.first() else { return };
    output::talk(&format!("help: `uptake check --explain {}` explains a code", first.code));
    let mendable = found.iter().filter(|diagnostic| diagnostic.fix.is_some()).count();
    if mendable > 0 {
        output::talk(&format!("help: `uptake check --fix` mends {mendable} of them"));
    }
}

/// The rules folder as those who read the faults can find it.
struct Folder {
    /// Its path with `/` between its parts; None for the rules built in.
    path: Option<String>,
    /// True if the path starts in the current folder.
    is_below: bool,
}

impl Folder {
    fn of(origin: &Origin) -> Folder {
        let Origin::Folder(folder) = origin else { return Folder { path: None, is_below: false } };
        let below = below_here(folder);
        let parts = |path: &Path| {
            let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            parts.join("/").replacen("//", "/", 1)
        };
        Folder { path: Some(parts(below.as_deref().unwrap_or(folder))), is_below: below.is_some() }
    }

    fn path(&self, below: &str) -> String {
        match self.path.as_deref() {
            Some(folder) if !folder.is_empty() => format!("{folder}/{below}"),
            Some(_) | None => below.to_owned(),
        }
    }

    fn root(&self) -> Root<'_> {
        match &self.path {
            Some(path) if self.is_below => Root::Below(path),
            Some(_) | None => Root::Rules,
        }
    }
}

/// A folder's path from the current folder, if it lies there.
fn below_here(folder: &Path) -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?.canonicalize().ok()?;
    Some(folder.canonicalize().ok()?.strip_prefix(here).ok()?.to_owned())
}
