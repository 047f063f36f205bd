//! `uptake fmt`: rule files in one layout. Every file is laid out before the first is written, and each is written whole
//! or not at all.

mod difference;
mod places;

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::fmt::places::Place;
use crate::cli::{CliError, Done, output};
use crate::ground::{Diagnostic, FileId, Sources};
use crate::report::diagnostics;
use crate::report::style::counted;
use crate::syntax::layout::{self, Refusal};

/// Arguments of `uptake fmt`.
#[derive(Args, Debug)]
pub(super) struct FmtArguments {
    /// Files to lay out, or rulebooks such as 2023-24 or target-payments/2019-20; `-` for stdin to stdout; all rulebooks
    /// and code clusters of the rules folder if nothing is named
    #[arg(value_name = "FILE|YEAR")]
    what: Vec<String>,

    /// Write nothing: show what would change, and exit with 1 if anything would
    #[arg(long)]
    check: bool,

    /// What stdin holds
    #[arg(long = "as", value_name = "FORM", value_enum, default_value_t = Form::Rules)]
    form: Form,
}

/// What kind of text a file holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Form {
    /// Sentences: a `.rules` file
    Rules,
    /// Numbers and lists: a `.toml` file
    Toml,
}

impl Form {
    /// By the ending of a file's name.
    fn of(path: &Path) -> Option<Form> {
        match path.extension()?.to_str()? {
            "rules" => Some(Form::Rules),
            "toml" => Some(Form::Toml),
            _ => None,
        }
    }

    fn lay_out(self, file: FileId, text: &str) -> Result<String, Refusal> {
        match self {
            Form::Rules => layout::rules(file, text),
            Form::Toml => layout::toml(file, text),
        }
    }
}

pub(super) fn fmt(arguments: &FmtArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    if arguments.what.iter().any(|what| what == "-") {
        return stdin_to_stdout(arguments);
    }
    let places = places::find(&arguments.what, rules)?;
    let mut sources = Sources::default();
    for place in &places {
        sources.add(place.path.display().to_string(), place.text.clone());
    }
    let laid_out = LaidOut::of(&places, &sources)?;
    let changed: Vec<(&Place, &String)> =
        laid_out.texts.iter().filter(|(place, text)| *text != place.text).map(|(place, text)| (*place, text)).collect();
    if arguments.check {
        output::to_stdout(|out| {
            for (place, text) in &changed {
                difference::show(out, &place.path.display().to_string(), &place.text, text)?;
            }
            writeln!(out, "{}", summary(changed.len(), &laid_out, "would change"))
        })?;
    } else {
        for (place, text) in &changed {
            output::in_place(&place.path, text)?;
        }
        output::to_stdout(|out| {
            changed.iter().try_for_each(|(place, _)| writeln!(out, "laid out {}", place.path.display()))?;
            writeln!(out, "{}", summary(changed.len(), &laid_out, "changed"))
        })?;
    }
    laid_out.refuse_faulty(&sources)?;
    Ok(if arguments.check && !changed.is_empty() { Done::CheckFailed } else { Done::Well })
}

/// For editors: nothing is written to stdout unless all of it can be.
fn stdin_to_stdout(arguments: &FmtArguments) -> Result<Done, CliError> {
    if arguments.what.len() > 1 {
        return Err(CliError::usage("`-` stands for stdin and goes with no other file"));
    }
    let path = PathBuf::from("stdin");
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes).map_err(CliError::read(&path))?;
    let places = [Place { text: places::utf8(&path, bytes)?, path, form: arguments.form }];
    let mut sources = Sources::default();
    sources.add("stdin", places[0].text.clone());
    let laid_out = LaidOut::of(&places, &sources)?;
    laid_out.refuse_faulty(&sources)?;
    let (place, text) = &laid_out.texts[0];
    let changes = place.text != *text;
    output::to_stdout(|out| match arguments.check {
        true if changes => difference::show(out, "stdin", &place.text, text),
        true => Ok(()),
        false => out.write_all(text.as_bytes()),
    })?;
    Ok(if arguments.check && changes { Done::CheckFailed } else { Done::Well })
}

/// What came of laying out files.
struct LaidOut<'a> {
    /// Those that could be, with their new text.
    texts: Vec<(&'a Place, String)>,
    /// What is wrong with the others.
    faults: Vec<Diagnostic>,
    /// How many others there are.
    faulty: u64,
}

impl<'a> LaidOut<'a> {
    /// Lays out all of them. A result that would say something else is our own bug: then nothing is written at all.
    fn of(places: &'a [Place], sources: &Sources) -> Result<LaidOut<'a>, CliError> {
        let mut laid_out = LaidOut { texts: Vec::new(), faults: Vec::new(), faulty: 0 };
        for (place, (file, source)) in places.iter().zip(sources.iter()) {
            match place.form.lay_out(file, &source.text) {
                Ok(text) => laid_out.texts.push((place, text)),
                Err(Refusal::Faults(faults)) => {
                    laid_out.faults.extend(faults);
                    laid_out.faulty += 1;
                }
                Err(Refusal::Meaning) => {
                    let path = place.path.display();
                    let message = format!("laying out {path} would change what it says, so nothing was written");
                    return Err(
                        CliError::usage(message).help("this is a mistake of `uptake`, not yours: please report it")
                    );
                }
            }
        }
        Ok(laid_out)
    }

    /// Shows what is wrong with files that could not be read.
    fn refuse_faulty(&self, sources: &Sources) -> Result<(), CliError> {
        if self.faulty == 0 {
            return Ok(());
        }
        output::talk(&diagnostics::render_all(&self.faults, sources, output::stderr_style()));
        let message = if self.faulty == 1 {
            "1 file has faults and was left as it is".to_owned()
        } else {
            format!("{} files have faults and were left as they are", self.faulty)
        };
        Err(CliError::usage(message))
    }
}

/// `2 of 57 files would change`, and how many could not be looked at
fn summary(changed: usize, laid_out: &LaidOut<'_>, verb: &str) -> String {
    let all = laid_out.texts.len();
    let files = counted(all as u64, "file");
    let of_these = match changed {
        0 => format!("{files} looked at: nothing to change"),
        _ => format!("{changed} of {files} {verb}"),
    };
    match laid_out.faulty {
        0 => of_these,
        faulty => format!("{of_these}; {} not laid out, because of faults", counted(faulty, "file")),
    }
}
