//! `uptake check`: every fault of every rulebook, in one go.

use std::path::Path;

use clap::Args;

use crate::cli::rules_folder::Origin;
use crate::cli::{CliError, Done, output, rules_folder, years};
use crate::ground::Severity;
use crate::report::diagnostics;

/// Arguments of `uptake check`.
#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Rulebooks to check, such as 2023-24 or target-payments/2019-20; all of them if none is named
    #[arg(value_name = "YEAR")]
    years: Vec<String>,
}

pub(super) fn check(arguments: &CheckArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, origin) = rules_folder::find(rules)?;
    if library.names().is_empty() {
        return Err(rules_folder::no_rulebooks(&origin));
    }
    let names = years::named(&library, &arguments.years)?;
    let mut found = Vec::new();
    let mut books = Vec::new();
    for name in &names {
        let checked = library.check(name);
        found.extend(checked.diagnostics);
        books.extend(checked.book);
    }
    found.extend(library.check_across(&books));
    if origin != Origin::BuiltIn {
        found.extend(library.edited_clusters(&rules_folder::built_in()));
    }
    found.sort_by(|a, b| (a.place, a.code).cmp(&(b.place, b.code)));
    // A fault in a shared cluster is one fault, however many rulebooks use it.
    found.dedup();
    output::to_stdout(|out| {
        if !found.is_empty() {
            writeln!(out, "{}", diagnostics::render_all(&found, library.sources(), output::stdout_style()))?;
        }
        let summary = diagnostics::summary(&found);
        writeln!(out, "{} checked: {}", rulebooks(names.len()), summary.as_deref().unwrap_or("no faults"))
    })?;
    let has_errors = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(if has_errors { Done::CheckFailed } else { Done::Well })
}

fn rulebooks(count: usize) -> String {
    if count == 1 { "1 rulebook".to_owned() } else { format!("{count} rulebooks") }
}
