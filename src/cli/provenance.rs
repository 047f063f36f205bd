//! Where results from patient records come from, as JSON documents say it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::cli::facts::PracticeArguments;
use crate::cli::inputs::{PatientArguments, RecordDigests, TableDigest};

/// The program's version, and the names and digests of the files that it read.
#[derive(Serialize)]
pub(super) struct Provenance {
    uptake: &'static str,
    #[serde(flatten)]
    records: RecordDigests,
    practices: Option<TableDigest>,
    baselines: Vec<TableDigest>,
}

impl Provenance {
    /// Of records, and of what is known of practices besides; the files are read again for their digests.
    pub(super) fn of(tables: &PatientArguments, practices: Option<&Path>, baselines: &[PathBuf]) -> Provenance {
        Provenance {
            uptake: env!("CARGO_PKG_VERSION"),
            records: tables.digests(),
            practices: practices.map(TableDigest::of),
            baselines: baselines.iter().map(|path| TableDigest::of(path)).collect(),
        }
    }

    /// Of records and all that a command takes of practices.
    pub(super) fn with_practices(tables: &PatientArguments, practices: &PracticeArguments) -> Provenance {
        Provenance::of(tables, practices.practices.as_deref(), &practices.baseline)
    }
}
