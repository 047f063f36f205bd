//! `uptake check`: every fault of every rulebook, in one go; as text, or for programs; explained, and mended where the
//! right text is certain.

mod explained;
mod found;
mod mended;
mod shown;

use std::path::Path;

use clap::{Args, ValueEnum};

use crate::cli::rules_folder::Origin;
use crate::cli::{CliError, Done, output, rules_folder, years};
use crate::ground::Severity;

/// Arguments of `uptake check`.
#[derive(Args, Debug)]
pub(super) struct CheckArguments {
    /// Rulebooks to check, such as 2023-24 or target-payments/2019-20; all of them if none is named
    #[arg(value_name = "YEAR")]
    years: Vec<String>,

    /// Explain a kind of fault by its code, such as E203, with a wrong example and the right one
    #[arg(long, value_name = "CODE", conflicts_with_all = ["years", "format", "fix"])]
    explain: Option<String>,

    /// How faults are shown
    #[arg(long, value_enum, default_value_t = FormatArgument::Human)]
    format: FormatArgument,

    /// Mend the faults whose right text is certain, in the files of the rules folder, and show the rest
    #[arg(long)]
    fix: bool,

    /// With --fix: say what would be mended, and write nothing
    #[arg(long, requires = "fix")]
    dry_run: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum FormatArgument {
    /// Sentences, each with the lines it is about
    Human,
    /// One document, `uptake.check/1`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub, shown beside the lines of a pull request
    Github,
}

pub(super) fn check(arguments: &CheckArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    if let Some(code) = &arguments.explain {
        return explained::explain(code);
    }
    let (mut library, origin) = rules_folder::find(rules)?;
    if library.names().is_empty() {
        return Err(rules_folder::no_rulebooks(&origin));
    }
    let names = years::named(&library, &arguments.years)?;
    if arguments.fix {
        let Origin::Folder(folder) = &origin else {
            let message = "the rules built in are not mended";
            return Err(CliError::usage(message).help("`--rules` names the folder whose files are to be mended"));
        };
        let mended = mended::mend(&library, &names);
        if !arguments.dry_run {
            mended.write(&library, folder)?;
        }
        let told = mended.in_words(arguments.dry_run);
        match arguments.format {
            FormatArgument::Human => output::to_stdout(|out| write!(out, "{told}"))?,
            FormatArgument::Json | FormatArgument::Sarif | FormatArgument::Github => output::talk_block(&told),
        }
        if !arguments.dry_run {
            library = mended.into_library();
        }
    }
    let found = found::faults(&library, &origin, &names);
    shown::show(arguments.format, &found, &library, &origin, &names)?;
    if rules.is_none() && arguments.format == FormatArgument::Human {
        shown::which_rules(&origin);
    }
    let has_errors = found.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(if has_errors { Done::CheckFailed } else { Done::Well })
}
