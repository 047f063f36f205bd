//! Disclosure control as it is asked for on the command line.

use clap::Args;

use crate::cli::CliError;
use crate::report::disclosure::{Disclosure, LEAST_BELOW};

/// The multiples that counts may be rounded to.
const BASES: [u32; 2] = [5, 10];

/// What is withheld or rounded before results are published.
#[derive(Args, Debug, Default, Clone, Copy)]
pub(super) struct DisclosureArguments {
    /// Withhold counts of 1 to N-1, what would give them away, and what is worked out from either; nobody stays 0
    #[arg(long, value_name = "N", conflicts_with = "round")]
    suppress: Option<u64>,

    /// Round counts to the nearest 5 (or 10) before anything is worked out from them
    #[arg(long, value_name = "BASE")]
    round: Option<u32>,
}

impl DisclosureArguments {
    /// What was asked for, if anything was.
    pub(super) fn asked(self) -> Result<Option<Disclosure>, CliError> {
        match (self.suppress, self.round) {
            (Some(below), _) if below < LEAST_BELOW => {
                let error = CliError::usage(format!("`--suppress {below}` would leave a withheld count one value"));
                Err(error.help(format!("ask for at least {LEAST_BELOW}; counts of 1 to N-1 are withheld")))
            }
            (Some(below), _) => Ok(Some(Disclosure::Suppress { below })),
            (None, Some(base)) if !BASES.contains(&base) => {
                let error = CliError::usage(format!("counts are rounded to 5 or to 10, and not to {base}"));
                Err(error.help("write `--round 5`"))
            }
            (None, Some(base)) => Ok(Some(Disclosure::Round { base })),
            (None, None) => Ok(None),
        }
    }

    /// An error if rows of patients would be published with it.
    pub(super) fn refuse_patients(self) -> Result<(), CliError> {
        match self.asked()? {
            None => Ok(()),
            Some(_) => {
                Err(CliError::usage("rows of patients are not published, so nothing of them is withheld or rounded")
                    .help("leave out `--suppress` and `--round`, or `--level patient` and the lists"))
            }
        }
    }
}
