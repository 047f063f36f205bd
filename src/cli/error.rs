//! What ends a command early: always a sentence for the person who must mend it.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::data::LoadError;

/// Why a command could not do what was asked: exit code 2.
#[derive(Debug, Error)]
pub enum CliError {
    /// The command line asks for something that cannot be.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// How to mend it.
        help: Option<String>,
    },
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The results cannot be written to stdout.
    #[error("cannot write the results: {0}")]
    Stdout(#[from] io::Error),
    /// An input table cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The rulebooks that were asked for have faults, which were shown.
    #[error("the rulebook {name} cannot be used: it has {errors}")]
    Rulebook {
        /// Which.
        name: String,
        /// How many errors, in words.
        errors: String,
    },
}

impl CliError {
    /// An error of the command line.
    pub fn usage(message: impl Into<String>) -> CliError {
        CliError::Usage { message: message.into(), help: None }
    }

    /// The same with the way to mend it.
    pub fn help(self, words: impl Into<String>) -> CliError {
        match self {
            CliError::Usage { message, .. } => CliError::Usage { message, help: Some(words.into()) },
            other => other,
        }
    }

    /// An error of reading a path.
    pub fn read(path: &Path) -> impl FnOnce(io::Error) -> CliError + '_ {
        move |source| CliError::Read { path: path.to_owned(), source }
    }

    /// An error of writing a path.
    pub fn write(path: &Path) -> impl FnOnce(io::Error) -> CliError + '_ {
        move |source| CliError::Write { path: path.to_owned(), source: in_our_words(source) }
    }

    /// True if the reader of stdout went away, which is no error.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, CliError::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// A folder that was not there, or was empty, when it was looked for, and holds something when it is to be put in its
/// place: the system's words tell of neither.
fn in_our_words(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::DirectoryNotEmpty => {
            io::Error::new(io::ErrorKind::DirectoryNotEmpty, "another run has put something there meanwhile")
        }
        _ => error,
    }
}
