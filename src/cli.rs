//! The command line: arguments in, files read and written, exit codes out.
//!
//! This is the only floor that opens a path, reads a clock, or prints. Results go to stdout, everything else to stderr.
//! Exit codes: 0 done; 1 the check that was asked for failed; 2 the command line or the input is unusable, or the program
//! itself is at fault, which it says.

mod apart;
mod attrition;
mod audit;
mod check;
mod compare;
mod curve;
pub mod demo;
mod diff;
mod disclosure;
mod ending;
mod error;
mod examples;
mod explain;
mod export;
mod facts;
mod fault;
mod fmt;
mod format;
mod given_counts;
mod import_codes;
mod importing;
mod inputs;
mod invocation;
#[cfg(feature = "lsp")]
mod lsp;
mod memory;
mod near_misses;
mod new_year;
mod next;
mod output;
mod overrides;
mod pathway;
mod progress;
mod provenance;
mod recall;
mod report;
mod results;
mod rollup;
mod rules_folder;
mod run;
mod schema;
mod score;
mod shells;
mod show;
mod sql;
mod sweep;
mod test;
mod verify;
mod whole_folder;
mod worklists;
mod years;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Command as CommandLine, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use error::CliError;

/// Vaccination and immunisation payments to GP practices: who counts, what is paid, who to call next, and why. The rules
/// are data: every contract year is a folder of text files.
#[derive(Parser, Debug)]
#[command(name = "uptake", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// The folder with the rules; else UPTAKE_RULES, else a `rules` folder here or above, else the rules built in
    #[arg(long, global = true, value_name = "DIR", env = "UPTAKE_RULES")]
    rules: Option<PathBuf>,

    #[command(flatten)]
    import: importing::ImportArguments,

    /// How many threads to use; by default as many as there are processors
    #[arg(long, global = true, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Write a small made-up extract, run two contract years over it, and say what to try next
    Demo(demo::command::DemoArguments),
    /// Patients and events in, indicators and payments out, per practice and in total
    Run(run::RunArguments),
    /// Numerators and denominators in, counted here or elsewhere; points and pounds out
    Score(score::ScoreArguments),
    /// The same practices under several years' rules: winners, losers, thresholds crossed
    Compare(compare::CompareArguments),
    /// What two contract years, or two versions of a rules folder, mean differently
    Diff(diff::DiffArguments),
    /// All of it to look at: one page that stands alone, or one workbook
    Report(report::ReportArguments),
    /// How many more to each step of a payment, what each is worth, and how many may be lost
    Next(next::NextArguments),
    /// Pay against uptake from 0 to 100 %, as a table or a picture
    Curve(curve::CurveArguments),
    /// A grid over any figure: what all practices cost, who gains, who loses, and where it breaks even
    Sweep(sweep::SweepArguments),
    /// Check rulebooks and show every fault in them
    Check(check::CheckArguments),
    /// Try the worked examples of rulebooks
    Test(test::TestArguments),
    /// Lay out rule files in one way, comments kept
    Fmt(fmt::FmtArguments),
    /// A local scheme: states of children not achieved, alerts, worklists, and the return
    Pathway(pathway::PathwayArguments),
    /// Whom to call: who can still be in time, until when, and what it is worth; who can no longer
    Recall(recall::RecallArguments),
    /// How many people drop out at each clause of an indicator, and how many fail only that clause
    Attrition(attrition::AttritionArguments),
    /// Whose result hangs on a convention, and which exception rates stand out among their peers
    Audit(audit::AuditArguments),
    /// Explain one patient's result for one indicator, clause by clause
    Explain(explain::ExplainArguments),
    /// Who would count if one thing were otherwise: a code, a date, a dose that is not recorded; and what it is worth
    NearMisses(near_misses::NearMissArguments),
    /// Make a result again from what it says of itself, and confirm it or say what differs
    Verify(verify::VerifyArguments),
    /// Show what a rulebook says in plain English, with every figure, source and disagreement
    Show(show::ShowArguments),
    /// Write a rulebook as SQL for DuckDB, Spark or PostgreSQL, to run where the records already are
    Sql(sql::SqlArguments),
    /// Start a contract year: a rulebook carried over, with everything marked that must be looked at
    NewYear(new_year::NewYearArguments),
    /// Write out the built-in rules, to read and to edit
    Export(export::ExportArguments),
    /// Print what a TOML file of the rules can hold, as JSON Schema for editors
    Schema(schema::SchemaArguments),
    /// Take over a published list of codes as a code cluster of the rules
    ImportCodes(import_codes::ImportCodesArguments),
    /// Write a script by which a shell completes commands and options
    Completions(shells::CompletionArguments),
    /// Write the manual's pages
    Man(shells::ManArguments),
    /// Show faults and meanings in an editor, which starts this itself (language server protocol)
    #[cfg(feature = "lsp")]
    Lsp(lsp::LspArguments),
}

/// What a command came to.
enum Done {
    /// Exit code 0.
    Well,
    /// Exit code 1: the check that was asked for failed.
    CheckFailed,
}

/// The command line as it is read and as its help shows it.
fn command_line() -> CommandLine {
    examples::with_examples(importing::shown_where_read(Arguments::command()))
}

/// Runs the command line and gives the exit code.
pub fn main() -> ExitCode {
    fault::guarded(parse_and_run).unwrap_or(ExitCode::from(2))
}

fn parse_and_run() -> ExitCode {
    let typed = match ending::completed(&Arguments::command(), std::env::args_os().collect()) {
        Ok(typed) => typed,
        Err(error) => {
            output::complain(&error);
            return ExitCode::from(2);
        }
    };
    let parse = |line: CommandLine| {
        let matches = line.try_get_matches_from(&typed)?;
        Ok::<_, clap::Error>((Arguments::from_arg_matches(&matches)?, matches))
    };
    // Help ends with examples, which nobody else need wait for.
    let (arguments, matches) = match parse(Arguments::command()).or_else(|_| parse(command_line())) {
        Ok(parsed) => parsed,
        Err(error) => {
            // Help and version are results; a wrong command line is exit code 2. A closed pipe is no error.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match apart::refuse_overwriting(&matches).and_then(|()| run(arguments)) {
        Ok(Done::Well) => ExitCode::SUCCESS,
        Ok(Done::CheckFailed) => ExitCode::from(1),
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<Done, CliError> {
    if let Some(threads) = arguments.threads {
        if threads == 0 {
            return Err(CliError::usage("`--threads` must be at least 1"));
        }
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
        pool.map_err(|error| CliError::usage(format!("cannot start {threads} threads: {error}")))?;
    }
    arguments.import.declare()?;
    let rules = arguments.rules.as_deref();
    match arguments.command {
        Command::Demo(arguments) => demo::command::demo(&arguments, rules),
        Command::Run(arguments) => run::run(&arguments, rules),
        Command::Score(arguments) => score::score(&arguments, rules),
        Command::Compare(arguments) => compare::compare(&arguments, rules),
        Command::Diff(arguments) => diff::diff(&arguments, rules),
        Command::Report(arguments) => report::report(&arguments, rules),
        Command::Next(arguments) => next::next(&arguments, rules),
        Command::Curve(arguments) => curve::curve(&arguments, rules),
        Command::Sweep(arguments) => sweep::sweep(&arguments, rules),
        Command::Check(arguments) => check::check(&arguments, rules),
        Command::Test(arguments) => test::test(&arguments, rules),
        Command::Fmt(arguments) => fmt::fmt(&arguments, rules),
        Command::Pathway(arguments) => pathway::pathway(&arguments, rules),
        Command::Recall(arguments) => recall::recall(&arguments, rules),
        Command::Attrition(arguments) => attrition::attrition(&arguments, rules),
        Command::Audit(arguments) => audit::audit(&arguments, rules),
        Command::Explain(arguments) => explain::explain(&arguments, rules),
        Command::NearMisses(arguments) => near_misses::near_misses(&arguments, rules),
        Command::Verify(again) => verify::verify(&again, rules, arguments.threads),
        Command::Show(arguments) => show::show(&arguments, rules),
        Command::Sql(arguments) => sql::sql(&arguments, rules),
        Command::NewYear(arguments) => new_year::new_year(&arguments, rules),
        Command::Export(arguments) => export::export(&arguments),
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::ImportCodes(arguments) => import_codes::import_codes(&arguments, rules),
        Command::Completions(arguments) => shells::completions(&arguments, command_line()),
        Command::Man(arguments) => shells::man(&arguments, command_line()),
        #[cfg(feature = "lsp")]
        Command::Lsp(arguments) => lsp::lsp(&arguments, rules),
    }
}
