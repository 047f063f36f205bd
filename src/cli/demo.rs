//! A made-up extract: patients, events, practices and appointments that nobody has met, of any size, the same on every
//! machine.
//!
//! Comes in: a [`Plan`], a [`Population`] (which is data: it alone knows who is drawn and what is given when) and the codes
//! of clusters. Goes out: the tables that other commands read. It must not know what a rule says about them.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

pub use extract::write_extract;
pub use population::{Population, PopulationError};

mod chance;
pub(in crate::cli) mod command;
mod extract;
mod life;
mod outreach;
mod population;
mod practice;
mod slot;
mod table;
mod vocabulary;

#[cfg(test)]
mod tests;

/// The types of FHIR resource that events are written as.
const RECORDED_AS: [&str; 4] = population::Resource::ALL;

/// What to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// How many patients, at most a hundred million.
    pub size: u32,
    /// Other numbers draw other people.
    pub seed: u64,
    /// In which form.
    pub format: Format,
    /// True to put the rows of patients and events into a chance order, which holds all of them in memory (12 bytes an
    /// event); false to leave them in order of patient and day.
    pub shuffled: bool,
}

/// The form of the tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Comma-separated, UTF-8, with a header.
    Csv,
    /// Patients and events as resources of FHIR R4, a file for each type; the other tables as CSV.
    Ndjson,
    /// Parquet in row groups of about a million rows: ids and codes as text, dates as date32.
    #[cfg(feature = "parquet")]
    Parquet(Compression),
}

impl Format {
    /// The ending of file names, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            #[cfg(feature = "parquet")]
            Format::Parquet(_) => "parquet",
        }
    }
}

/// How Parquet is compressed.
#[cfg(feature = "parquet")]
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Compression {
    /// Quick.
    #[default]
    Snappy,
    /// Small.
    Zstd,
}

/// How far the work is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
    /// Patients are drawn; tables in order of patient are written meanwhile.
    Drawn {
        /// So many.
        patients: u64,
        /// Of so many.
        of: u64,
    },
    /// A shuffled table is written.
    Written {
        /// So many rows.
        rows: u64,
        /// Of so many.
        of: u64,
    },
}

/// What was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Rows of the practices table.
    pub practices: u64,
    /// People.
    pub patients: u64,
    /// Rows of the patients table: some people have two.
    pub registrations: u64,
    /// Rows of the events table.
    pub events: u64,
    /// Where the patients table is.
    pub patients_file: PathBuf,
    /// Where the events table is.
    pub events_file: PathBuf,
    /// Where the practices table is.
    pub practices_file: PathBuf,
    /// Where the table of appointments that families agreed to is.
    pub appointments_file: PathBuf,
    /// Where the table of appointments that practices keep free is.
    pub slots_file: PathBuf,
}

/// Why no extract was written.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A file or folder cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The population names a cluster that has no codes, or none that are not left out.
    #[error("the cluster `{cluster}` has no codes from which to record `{event}`")]
    NoCodes {
        /// The cluster.
        cluster: String,
        /// The population's entry.
        event: String,
    },
    /// More codes than fit.
    #[error("{pairs} pairs of code and text are more than the 60,000 that can be drawn from")]
    TooManyCodes {
        /// So many.
        pairs: usize,
    },
    /// More patients than there are ids for.
    #[error("no more than {most} patients can be drawn")]
    TooManyPatients {
        /// So many.
        most: u32,
    },
}
