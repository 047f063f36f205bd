//! `uptake test`: the worked examples beside the rules, tried.

mod failure;
mod left_open;

use std::io::{self, Write};
use std::path::Path;

use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde::{Serialize, Serializer};

use crate::cli::test::failure::Failure;
pub(super) use crate::cli::test::failure::outcome_words;
use crate::cli::test::left_open::{Asked, LeftOpen};
use crate::cli::{CliError, Done, output, rules_folder, years};
use crate::eval::examples::Bench;
use crate::ground::{BookName, Diagnostic, Severity};
use crate::model::{Library, examples};
use crate::report::diagnostics;
use crate::report::style::harmless;

/// Arguments of `uptake test`.
#[derive(Args, Debug)]
pub(super) struct TestArguments {
    /// Rulebooks whose examples to try, such as 2023-24 or target-payments/2019-20; all of them if none is named
    #[arg(value_name = "YEAR")]
    years: Vec<String>,

    /// Explain the patient of each example that fails, clause by clause
    #[arg(long)]
    explain: bool,

    /// Name each clause that no example makes true or none makes false, and each boundary that is not held from below, on
    /// it and above
    #[arg(long)]
    coverage: bool,

    /// Read the rules otherwise in one place after the other, and name each misreading that no example notices
    #[arg(long)]
    mutants: bool,

    /// The form of the results
    #[arg(long, value_enum, default_value_t = FormatArgument::Table)]
    format: FormatArgument,
}

/// In which form results are written.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
enum FormatArgument {
    /// For people
    Table,
    /// One JSON document
    Json,
}

pub(super) fn test(arguments: &TestArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, _) = rules_folder::find(rules)?;
    let names = years::named(&library, &arguments.years)?;
    let trials: Vec<Trial> = names.par_iter().map(|name| Trial::of(&library, name, arguments)).collect();
    output::to_stdout(|out| match arguments.format {
        FormatArgument::Table => told(out, &trials, &library),
        FormatArgument::Json => {
            let document = Document { schema: "uptake.test/1", rulebooks: &trials };
            serde_json::to_writer_pretty(&mut *out, &document)?;
            writeln!(out)
        }
    })?;
    Ok(if trials.iter().all(Trial::is_passed) { Done::Well } else { Done::CheckFailed })
}

/// Everything in words: a line for each rulebook, then what is wrong and what is open.
fn told(out: &mut dyn Write, trials: &[Trial], library: &Library) -> io::Result<()> {
    for trial in trials {
        writeln!(out, "{}: {}", trial.name, trial.result())?;
        trial.left_open.summary().iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    for trial in trials {
        if !trial.faults.is_empty() {
            let style = output::stdout_style();
            write!(out, "\n{}", diagnostics::render_all(&trial.faults, library.sources(), style))?;
        }
        trial.failures.iter().try_for_each(|failure| write!(out, "\n{failure}"))?;
        for (at, line) in trial.left_open.lines().iter().enumerate() {
            writeln!(out, "{}{}", if at == 0 { "\n" } else { "" }, harmless(line))?;
        }
    }
    Ok(())
}

/// What `--format json` writes.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rulebooks: &'a [Trial],
}

/// What came of one rulebook's examples.
#[derive(Serialize)]
struct Trial {
    #[serde(serialize_with = "as_text")]
    name: BookName,
    /// How many were tried; None if the rulebook itself is at fault.
    tried: Option<usize>,
    /// Errors in the rulebook, or in its examples.
    #[serde(serialize_with = "as_messages")]
    faults: Vec<Diagnostic>,
    /// Each failed example, in words.
    failures: Vec<String>,
    /// What the examples leave open, as far as it was asked.
    left_open: LeftOpen,
}

fn as_text<S: Serializer>(name: &BookName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(name)
}

fn as_messages<S: Serializer>(faults: &[Diagnostic], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(faults.iter().map(|fault| format!("{}: {}", fault.code, fault.message)))
}

impl Trial {
    fn of(library: &Library, name: &BookName, arguments: &TestArguments) -> Trial {
        let checked = library.check(name);
        let Some(book) = checked.book else {
            return Trial {
                name: name.clone(),
                tried: None,
                faults: errors(checked.diagnostics),
                failures: Vec::new(),
                left_open: LeftOpen::default(),
            };
        };
        let (examples, diagnostics) = examples::read(library, &book);
        let mut bench = Bench::new(&book);
        let mut failures = Vec::new();
        for example in &examples {
            let found = bench.try_out(example);
            if !found.is_expected(example, &book) {
                let failure = Failure {
                    library,
                    book: &book,
                    example,
                    found,
                    reasons: bench.explain(example),
                    code: bench.failing_code(example),
                };
                failures.push(failure.in_words(arguments.explain));
            }
        }
        let asked = Asked { coverage: arguments.coverage, mutants: arguments.mutants };
        let left_open = LeftOpen::of(asked, library.sources(), &book, &examples, &examples::explained(library, &book));
        Trial { name: name.clone(), tried: Some(examples.len()), faults: errors(diagnostics), failures, left_open }
    }

    fn is_passed(&self) -> bool {
        self.tried.is_some() && self.faults.is_empty() && self.failures.is_empty() && self.left_open.is_nothing()
    }

    /// `12 examples passed`
    fn result(&self) -> String {
        let errors = diagnostics::summary(&self.faults);
        let Some(tried) = self.tried else {
            return format!("not tested, the rulebook has {}", errors.unwrap_or_default());
        };
        let passed = tried - self.failures.len();
        let result = match (tried, self.failures.len()) {
            (0, _) if errors.is_some() => "no example tried".to_owned(),
            (0, _) => "no examples".to_owned(),
            (1, 0) => "1 example passed".to_owned(),
            (_, 0) => format!("{passed} examples passed"),
            (_, failed) => format!("{passed} of {tried} examples passed, {failed} failed"),
        };
        match errors {
            Some(errors) => format!("{result}; {errors} in the examples"),
            None => result,
        }
    }
}

fn errors(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.retain(|diagnostic| diagnostic.severity == Severity::Error);
    diagnostics
}
