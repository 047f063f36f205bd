//! Where results come from, as JSON documents say it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::facts::PracticeArguments;
use crate::cli::inputs::{PatientArguments, RecordDigests, TableDigest};
use crate::cli::invocation::Invocation;
use crate::ground::Day;

/// What made a result, so that it can be made again: the program's version, and the command that was given.
#[derive(Serialize)]
pub(super) struct Made {
    uptake: &'static str,
    command: Option<Invocation>,
}

impl Made {
    /// By this process.
    pub(super) fn now() -> Made {
        Made { uptake: env!("CARGO_PKG_VERSION"), command: Invocation::of_this_process() }
    }

    /// By this process, as on a day: one that asked for none took today's, which will be another.
    pub(super) fn as_of(day: Day) -> Made {
        let dated = |command: Invocation| match command.has("as-of") {
            true => command,
            false => command.with("as-of", &day.to_string()),
        };
        let made = Made::now();
        Made { command: made.command.map(dated), ..made }
    }
}

/// What made a result of patient records, and the names and digests of the files that it read.
#[derive(Serialize)]
pub(super) struct Provenance {
    #[serde(flatten)]
    made: Made,
    #[serde(flatten)]
    records: RecordDigests,
    practices: Option<TableDigest>,
    baselines: Vec<TableDigest>,
}

impl Provenance {
    /// Of records, and of what is known of practices besides; the files are read again for their digests.
    pub(super) fn of(
        made: Made,
        tables: &PatientArguments,
        practices: Option<&Path>,
        baselines: &[PathBuf],
    ) -> Provenance {
        Provenance {
            made,
            records: tables.digests(),
            practices: practices.map(TableDigest::of),
            baselines: digests(baselines),
        }
    }

    /// Of records and all that a command takes of practices.
    pub(super) fn with_practices(made: Made, tables: &PatientArguments, practices: &PracticeArguments) -> Provenance {
        Provenance::of(made, tables, practices.practices.as_deref(), &practices.baseline)
    }
}

/// What made a result of either records or counts, and the names and digests of the files that it read.
#[derive(Serialize)]
pub(super) struct TablesProvenance {
    #[serde(flatten)]
    made: Made,
    tables: Vec<TableDigest>,
    practices: Option<TableDigest>,
    baselines: Vec<TableDigest>,
}

impl TablesProvenance {
    /// Of these tables, and of what is known of practices besides.
    pub(super) fn of(tables: Vec<TableDigest>, practices: &PracticeArguments) -> TablesProvenance {
        TablesProvenance {
            made: Made::now(),
            tables,
            practices: practices.practices.as_deref().map(TableDigest::of),
            baselines: digests(&practices.baseline),
        }
    }
}

/// The digests of files.
pub(super) fn digests(paths: &[PathBuf]) -> Vec<TableDigest> {
    paths.iter().map(|path| TableDigest::of(path)).collect()
}
