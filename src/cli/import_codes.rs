//! `uptake import-codes`: a published list of codes becomes a code cluster of the rules, checked code by code.

mod account;
mod place;
mod previous;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::import_codes::account::Account;
use crate::cli::import_codes::place::Place;
use crate::cli::import_codes::previous::Previous;
use crate::cli::output::{self, Readers};
use crate::cli::{CliError, Done, rules_folder};
use crate::data::code_list::{ChoiceError, CodeList, CodeListForm, Selection};
use crate::syntax::cluster_text::ClusterText;

/// Arguments of `uptake import-codes`.
#[derive(Args, Debug)]
pub(super) struct ImportCodesArguments {
    /// The published list: a CSV download from OpenCodelists, or the content file of NHS England's reference sets
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The cluster to write, as rules name it: mmr
    #[arg(long, value_name = "NAME")]
    cluster: String,

    /// The version of the national clusters that it belongs to: 2027.1
    #[arg(long, value_name = "VERSION")]
    version: String,

    /// Who published the list; by default its columns say so
    #[arg(long, value_name = "WHO", value_enum, default_value_t = Publisher::Auto)]
    from: Publisher,

    /// Which reference set of the file: its cluster (PNEUVAC1_COD) or its SNOMED CT id
    #[arg(long, value_name = "ID")]
    refset: Option<String>,

    /// What the cluster is called; by default as in its newest version, else as the reference set is described
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,

    /// A short name for the source, which each code carries
    #[arg(long, value_name = "ID", requires = "source_title")]
    source: Option<String>,

    /// Who says that these codes belong here, with what finds it again: publisher, list, date
    #[arg(long, value_name = "TITLE")]
    source_title: Option<String>,

    /// The list is the whole official one
    #[arg(long)]
    complete: bool,

    /// Leave out rows that are faulty, instead of writing nothing
    #[arg(long)]
    skip_faulty: bool,

    /// Where to write, `-` for stdout; by default codes/VERSION/NAME.toml in the rules folder
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace a file that is there
    #[arg(long)]
    overwrite: bool,
}

/// Who published a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Publisher {
    /// Whoever has such columns
    Auto,
    /// OpenCodelists
    Opencodelists,
    /// NHS England, in the primary care domain reference sets
    Refset,
}

impl Publisher {
    fn form(self) -> Option<CodeListForm> {
        match self {
            Publisher::Auto => None,
            Publisher::Opencodelists => Some(CodeListForm::OpenCodelists),
            Publisher::Refset => Some(CodeListForm::Refset),
        }
    }
}

pub(super) fn import_codes(arguments: &ImportCodesArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    place::check_names(&arguments.cluster, &arguments.version, arguments.source.as_deref())?;
    let (library, origin) = rules_folder::find(rules)?;
    let place = Place::of(arguments, &origin)?;
    let bytes = fs::read(&arguments.file).map_err(CliError::read(&arguments.file))?;
    let list = CodeList::read(&arguments.file.display().to_string(), &bytes, arguments.from.form());
    let list = list.map_err(|error| CliError::usage(error.to_string()))?;
    let selection = list.select(arguments.refset.as_deref()).map_err(|error| choice(arguments, &list, error))?;
    check_faults(arguments, &selection)?;
    let previous = Previous::newest(library.sources(), &arguments.cluster);
    let account = Account { arguments, list: &list, selection: &selection, previous: previous.as_ref() };
    let title = title(arguments, &selection, previous.as_ref())?;
    let cluster = ClusterText {
        title: &title,
        complete: arguments.complete,
        note: &account.note(),
        source: arguments.source.as_deref().unwrap_or(account.source()),
        source_title: &arguments.source_title.clone().unwrap_or_else(|| account.source_title()),
        codes: &selection.codes,
    };
    place.make_folder()?;
    output::to_place(place.path(), Readers::Anyone, |out| write!(out, "{cluster}"))?;
    account.tell(&place);
    if place.is_in_rules() {
        account.tell_what_lacks(library.sources());
    }
    Ok(Done::Well)
}

/// The title that is given, or the one that the cluster has, or the publisher's words for the reference set.
fn title(
    arguments: &ImportCodesArguments,
    selection: &Selection,
    previous: Option<&Previous>,
) -> Result<String, CliError> {
    let described = selection.refsets.iter().map(|refset| refset.description.as_str());
    let candidates =
        arguments.title.as_deref().into_iter().chain(previous.map(|previous| previous.title.as_str())).chain(described);
    let title = candidates.map(str::trim).find(|title| !title.is_empty());
    title.map(str::to_owned).ok_or_else(|| {
        let message = format!("nothing says what the cluster `{}` is called", arguments.cluster);
        CliError::usage(message).help("give it a title: `--title \"Measles, mumps and rubella vaccination\"`")
    })
}

/// So many faulty rows are shown: a file of something else has nothing but such.
const MOST_FAULTS: usize = 100;

/// Shows the faulty rows, and lets the command go on only if it may leave them out.
fn check_faults(arguments: &ImportCodesArguments, selection: &Selection) -> Result<(), CliError> {
    let file = arguments.file.display();
    let kind = if arguments.skip_faulty { "left out" } else { "error" };
    for (line, fault) in selection.faults.iter().take(MOST_FAULTS) {
        output::talk(&format!("{kind}: {file}, row {line}: {fault}"));
    }
    if let Some(more) = selection.faults.len().checked_sub(MOST_FAULTS).filter(|more| *more > 0) {
        output::talk(&format!("{kind}: {file}: {} more", account::counted(more, "faulty row")));
    }
    let rows = account::counted(selection.faults.len(), "row");
    if !selection.faults.is_empty() && !arguments.skip_faulty {
        let message = format!("{rows} of {file} cannot be taken over, so nothing was written");
        return Err(CliError::usage(message).help("mend the file, or leave such rows out with `--skip-faulty`"));
    }
    if !selection.faults.is_empty() && arguments.complete {
        let message = format!("the list is not complete without {rows} of {file}, so nothing was written");
        return Err(CliError::usage(message).help("mend the file, or do not call the list `--complete`"));
    }
    if selection.codes.is_empty() {
        let message = format!("{file} has no codes for this cluster, so nothing was written");
        return Err(CliError::usage(message).help(format!("{} no longer active", account::rows_are(selection.retired))));
    }
    Ok(())
}

/// Asks which reference set is meant, with a list of those there are.
fn choice(arguments: &ImportCodesArguments, list: &CodeList, error: ChoiceError) -> CliError {
    let file = arguments.file.display();
    let wanted = arguments.refset.as_deref().unwrap_or("");
    let count = account::counted(list.refsets.len(), "reference set");
    let message = match error {
        ChoiceError::Several => {
            format!("{file} holds {count}: name the one that fills the cluster `{}`", arguments.cluster)
        }
        ChoiceError::Unknown => format!("none of the {count} of {file} is `{wanted}`"),
        ChoiceError::NoRefsets => format!("{file} is one list, without a reference set `{wanted}`"),
    };
    match error {
        ChoiceError::Several | ChoiceError::Unknown => {
            account::show_refsets(&list.refsets);
            CliError::usage(message).help("choose one of those above by its name or its id: `--refset PNEUVAC1_COD`")
        }
        ChoiceError::NoRefsets => {
            CliError::usage(message).help("leave out `--refset`, or read the file with `--from refset`")
        }
    }
}
