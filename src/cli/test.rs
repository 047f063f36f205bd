//! `uptake test`: the worked examples beside the rules, tried.

mod failure;

use std::path::Path;

use clap::Args;
use rayon::prelude::*;

use crate::cli::test::failure::Failure;
pub(super) use crate::cli::test::failure::outcome_words;
use crate::cli::{CliError, Done, output, rules_folder, years};
use crate::eval::examples::Bench;
use crate::ground::{BookName, Diagnostic, Severity};
use crate::model::{Library, examples};
use crate::report::diagnostics;

/// Arguments of `uptake test`.
#[derive(Args, Debug)]
pub(super) struct TestArguments {
    /// Rulebooks whose examples to try, such as 2023-24 or target-payments/2019-20; all of them if none is named
    #[arg(value_name = "YEAR")]
    years: Vec<String>,

    /// Explain the patient of each example that fails, clause by clause
    #[arg(long)]
    explain: bool,
}

pub(super) fn test(arguments: &TestArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    let (library, _) = rules_folder::find(rules)?;
    let names = years::named(&library, &arguments.years)?;
    let trials: Vec<Trial> = names.par_iter().map(|name| Trial::of(&library, name, arguments.explain)).collect();
    output::to_stdout(|out| {
        trials.iter().try_for_each(|trial| writeln!(out, "{}: {}", trial.name, trial.result()))?;
        for trial in &trials {
            if !trial.faults.is_empty() {
                let style = output::stdout_style();
                write!(out, "\n{}", diagnostics::render_all(&trial.faults, library.sources(), style))?;
            }
            trial.failures.iter().try_for_each(|failure| write!(out, "\n{failure}"))?;
        }
        Ok(())
    })?;
    Ok(if trials.iter().all(Trial::is_passed) { Done::Well } else { Done::CheckFailed })
}

/// What came of one rulebook's examples.
struct Trial {
    name: BookName,
    /// How many were tried; None if the rulebook itself is at fault.
    tried: Option<usize>,
    /// Errors in the rulebook, or in its examples.
    faults: Vec<Diagnostic>,
    /// Each failed example, in words.
    failures: Vec<String>,
}

impl Trial {
    fn of(library: &Library, name: &BookName, with_explanations: bool) -> Trial {
        let checked = library.check(name);
        let Some(book) = checked.book else {
            return Trial {
                name: name.clone(),
                tried: None,
                faults: errors(checked.diagnostics),
                failures: Vec::new(),
            };
        };
        let (examples, diagnostics) = examples::read(library, &book);
        let mut bench = Bench::new(&book);
        let mut failures = Vec::new();
        for example in &examples {
            let found = bench.try_out(example);
            if !found.is_expected(example, &book) {
                let failure = Failure { library, book: &book, example, found, reasons: bench.explain(example) };
                failures.push(failure.in_words(with_explanations));
            }
        }
        Trial { name: name.clone(), tried: Some(examples.len()), faults: errors(diagnostics), failures }
    }

    fn is_passed(&self) -> bool {
        self.tried.is_some() && self.faults.is_empty() && self.failures.is_empty()
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
