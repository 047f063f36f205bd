//! `uptake audit`: whose result hangs on a convention, and which exception rates stand out among their peers.

mod exceptions;
mod month_end;

use std::path::Path;

use clap::{Args, Subcommand};

use crate::cli::{CliError, Done};

/// Arguments of `uptake audit`.
#[derive(Args, Debug)]
pub(super) struct AuditArguments {
    #[command(subcommand)]
    audit: Audit,
}

#[derive(Subcommand, Debug)]
enum Audit {
    /// Whose result hangs on the convention for a day that a month lacks (31 August + 6 months), and in pounds
    MonthEnd(month_end::MonthEndArguments),
    /// Exception rates per practice and reason against those of the other practices, with exact limits
    Exceptions(exceptions::ExceptionArguments),
}

pub(super) fn audit(arguments: &AuditArguments, rules: Option<&Path>) -> Result<Done, CliError> {
    match &arguments.audit {
        Audit::MonthEnd(arguments) => month_end::month_end(arguments, rules),
        Audit::Exceptions(arguments) => exceptions::exceptions(arguments, rules),
    }
}
