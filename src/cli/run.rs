//! `uptake run`: patients and events in, indicators per practice or outcomes per patient out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::inputs::{self, PatientArguments};
use crate::cli::progress::Bar;
use crate::cli::years::{DEFAULT_SCHEME, YearArguments};
use crate::cli::{CliError, Done, output};
use crate::data::{Extract, practices};
use crate::eval::counts::Counts;
use crate::eval::pay::{Earned, Facts, Gap, earned};
use crate::eval::run::{BookResult, Level, run as evaluate};
use crate::eval::sight::Lens;
use crate::ground::Findings;
use crate::model::Rulebook;
use crate::model::book::MeasurementId;
use crate::report::rows::{Figured, MeasureRow, PatientRow, gap_words};

/// Arguments of `uptake run`.
#[derive(Args, Debug)]
pub(super) struct RunArguments {
    #[command(flatten)]
    years: YearArguments,

    #[command(flatten)]
    tables: PatientArguments,

    /// Practices: practice_code, practice_name?, list_size?, area?; payments in pounds need the list size
    #[arg(long, value_name = "FILE")]
    practices: Option<PathBuf>,

    /// One row per practice and indicator, or (asking for patients' data) one per patient and indicator
    #[arg(long, value_enum, default_value_t = LevelArgument::Practice)]
    level: LevelArgument,

    #[command(flatten)]
    output: OutputArguments,
}
