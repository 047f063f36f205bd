//! `uptake check --explain E203`: the page of a kind of fault.

use crate::cli::{CliError, Done, output};
use crate::report::fault_pages::{self, PAGES};

pub(super) fn explain(code: &str) -> Result<Done, CliError> {
    let Some(page) = fault_pages::page(code) else { return Err(unknown(code)) };
    output::to_stdout(|out| write!(out, "{}", page.plain()))?;
    Ok(Done::Well)
}

/// With more codes that may be meant than this, all of them are named.
const MOST_GUESSES: usize = 3;

fn unknown(code: &str) -> CliError {
    let near = fault_pages::like(code);
    let help = match near.as_slice() {
        [first, rest @ ..] if rest.len() < MOST_GUESSES => {
            format!("did you mean {}?", [&[*first], rest].concat().join(" or "))
        }
        _ => {
            let codes: Vec<&str> = PAGES.iter().map(|page| page.code).collect();
            format!("there are: {}", codes.join(", "))
        }
    };
    CliError::usage(format!("no fault has the code `{code}`")).help(help)
}
