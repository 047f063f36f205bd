//! `uptake verify`: a result made again from what it says of itself, and confirmed, or what differs.
//!
//! The command that a result records is run again by this program, over the same files and this machine's rulebooks of
//! the same names; it writes no file.

mod forms;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;

use crate::cli::invocation::Invocation;
use crate::cli::output;
use crate::cli::verify::forms::Form;
use crate::cli::{CliError, Done};
use crate::report::verification::{Document, Shown, Verification};

/// The commands whose documents say where they come from.
const COMMANDS: [&str; 10] =
    ["attrition", "audit", "compare", "near-misses", "next", "pathway", "recall", "run", "score", "sweep"];

/// Arguments of `uptake verify`.
#[derive(Args, Debug)]
pub(super) struct VerifyArguments {
    /// A result, as a command wrote it with `--format json`
    #[arg(value_name = "RESULT")]
    result: PathBuf,

    /// The same result in another form, as the same command wrote it with another `--format`; the ending says which (.csv,
    /// .parquet, .md, .xlsx, or .json for FHIR); may be repeated
    #[arg(long, value_name = "FILE")]
    also: Vec<PathBuf>,

    #[command(flatten)]
    moved: Moved,

    /// Show every row that differs, not the first ones only
    #[arg(long)]
    all: bool,
}

/// Where the files of a result are now, if not where they were.
#[derive(Args, Debug)]
struct Moved {
    /// Patients
    #[arg(long, value_name = "FILE")]
    patients: Option<PathBuf>,

    /// Events
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,

    /// FHIR R4 as bulk export writes it: a folder or a file; may be repeated
    #[arg(long, value_name = "PLACE")]
    fhir: Vec<PathBuf>,

    /// Practices
    #[arg(long, value_name = "FILE")]
    practices: Option<PathBuf>,

    /// Earlier results; may be repeated
    #[arg(long, value_name = "FILE")]
    baseline: Vec<PathBuf>,

    /// Counts
    #[arg(long, value_name = "FILE")]
    counts: Option<PathBuf>,

    /// Appointments
    #[arg(long, value_name = "FILE")]
    appointments: Option<PathBuf>,

    /// Slots
    #[arg(long, value_name = "FILE")]
    slots: Option<PathBuf>,

    /// Counts at the year's end
    #[arg(long, value_name = "FILE")]
    year_end: Option<PathBuf>,
}

pub(super) fn verify(
    arguments: &VerifyArguments,
    rules: Option<&Path>,
    threads: Option<usize>,
) -> Result<Done, CliError> {
    let path = &arguments.result;
    let text = fs::read(path).map_err(CliError::read(path))?;
    let given = Document::read(&text)
        .ok_or_else(|| unusable(path, "is no JSON document of results").help("write one with `--format json`"))?;
    let recorded = recorded(path, &given)?;
    let asks_for_patients = recorded.says("level", "patient") || recorded.has("list");
    let invocation = arguments.moved.in_place_of(recorded);
    if invocation.reads_stdin() {
        let error = unusable(path, "was made from what stdin held, which is gone");
        return Err(error.help("name the file with `--patients`, `--events` or whichever it was"));
    }
    let give = |invocation| given_again(invocation, rules, threads);
    let again = made_again(invocation.clone(), give)?;
    let verification = Verification::of(&given, &again);
    let forms = arguments.also.iter().map(|path| Form::of(path, &invocation, give)).collect::<Result<Vec<_>, _>>()?;
    let shown = match (asks_for_patients || given.is_of_patients() || again.is_of_patients(), arguments.all) {
        (true, _) => Shown::Counts,
        (false, true) => Shown::All,
        (false, false) => Shown::First,
    };
    output::to_stdout(|out| {
        verification.write(out, &path.display().to_string(), shown)?;
        forms.iter().try_for_each(|form| form.write(out))
    })?;
    let is_confirmed = verification.is_confirmed() && forms.iter().all(Form::is_confirmed);
    Ok(if is_confirmed { Done::Well } else { Done::CheckFailed })
}

/// The command that made a result, if it is one that can be given again and writes nothing.
fn recorded(path: &Path, given: &Document) -> Result<Invocation, CliError> {
    let Some(words) = given.command() else {
        let error = unusable(path, "does not say by which command it was made");
        return Err(error.help("results of this version say so in `provenance.command`: make it anew"));
    };
    let is_sound =
        |invocation: &Invocation| COMMANDS.contains(&invocation.command()) && invocation.says("format", "json");
    let typed = Invocation::read(&words).ok().filter(is_sound);
    typed.filter(|invocation| !writes(&words, invocation)).ok_or_else(|| {
        unusable(path, "names a command that this version cannot give again").help("make the result anew")
    })
}

/// True if anything among the words names a place to write to; what was recorded leaves that out.
fn writes(words: &[String], read: &Invocation) -> bool {
    let sorted = |mut words: Vec<String>| {
        words.sort_unstable();
        words
    };
    read.has("lists") || sorted(words.to_vec()) != sorted(read.clone().into())
}

fn unusable(path: &Path, why: &str) -> CliError {
    CliError::usage(format!("{} {why}", path.display()))
}

/// The document of a command that is given again.
fn made_again(
    invocation: Invocation,
    give: impl FnOnce(Invocation) -> Result<Vec<u8>, CliError>,
) -> Result<Document, CliError> {
    let name = invocation.command().to_owned();
    Document::read(&give(invocation)?).ok_or_else(|| cannot_be_made_again(&name))
}

fn cannot_be_made_again(name: &str) -> CliError {
    CliError::usage(format!("the result cannot be made again: `uptake {name}` could not be done"))
        .help("files that have moved are named with `--patients`, `--events` and the like; rules with `--rules`")
}

/// Gives a command again, for what it writes to stdout.
fn given_again(invocation: Invocation, rules: Option<&Path>, threads: Option<usize>) -> Result<Vec<u8>, CliError> {
    let name = invocation.command().to_owned();
    let program = std::env::current_exe().map_err(CliError::read(Path::new("this program")))?;
    let mut command = Command::new(&program);
    command.args(Vec::from(invocation)).stdin(Stdio::null());
    if let Some(rules) = rules {
        command.arg("--rules").arg(rules);
    }
    if let Some(threads) = threads {
        command.arg(format!("--threads={threads}"));
    }
    let made = command.output().map_err(CliError::read(&program))?;
    if made.status.success() {
        return Ok(made.stdout);
    }
    output::talk_block(&String::from_utf8_lossy(&made.stderr));
    Err(cannot_be_made_again(&name))
}

impl Moved {
    /// The command over these files, where they were named.
    fn in_place_of(&self, recorded: Invocation) -> Invocation {
        let single = [
            ("patients", &self.patients),
            ("events", &self.events),
            ("practices", &self.practices),
            ("counts", &self.counts),
            ("appointments", &self.appointments),
            ("slots", &self.slots),
            ("year-end", &self.year_end),
        ];
        let single = single.map(|(name, path)| (name, path.as_slice()));
        let repeated = [("fhir", &self.fhir[..]), ("baseline", &self.baseline[..])];
        let named = single.into_iter().chain(repeated).filter(|(_, paths)| !paths.is_empty());
        named.fold(recorded, |invocation, (name, paths)| {
            // Counts are named by their place too.
            let without = invocation.without(name);
            let without = if name == "counts" { without.without("file") } else { without };
            paths.iter().fold(without, |with, path| with.with(name, &path.to_string_lossy()))
        })
    }
}
