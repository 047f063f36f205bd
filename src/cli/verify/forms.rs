//! Other forms of a result that is verified: a table says nothing of where it comes from, but the command that made the
//! document makes it too, byte for byte.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::invocation::Invocation;

/// The form that a file's ending names, as `--format` does.
fn form_of(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()? {
        "csv" => Some("csv"),
        "parquet" => Some("parquet"),
        "md" => Some("markdown"),
        "xlsx" => Some("xlsx"),
        "json" => Some("fhir"),
        _ => None,
    }
}

/// A file beside the same made again.
#[derive(Debug)]
pub(super) struct Form {
    path: PathBuf,
    first_difference: Option<Place>,
}

/// Where two files differ first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// The line, from 1.
    Line(usize),
    /// The byte, from 1: it is no text.
    Byte(usize),
}

impl Form {
    /// Reads a file and makes it again by the command of the document that goes with it.
    pub(super) fn of(
        path: &Path,
        document: &Invocation,
        give: impl FnOnce(Invocation) -> Result<Vec<u8>, CliError>,
    ) -> Result<Form, CliError> {
        let form = form_of(path).ok_or_else(|| {
            CliError::usage(format!("{} is of no form that can be made again", path.display()))
                .help("a file's ending names its form: .csv, .parquet, .md, .xlsx, or .json for FHIR")
        })?;
        let given = fs::read(path).map_err(CliError::read(path))?;
        let again = give(document.clone().without("format").with("format", form))?;
        Ok(Form { path: path.to_owned(), first_difference: first_difference(&given, &again) })
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.first_difference.is_none()
    }

    /// Says whether it is the same; never what stands in it, which may be of single patients.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let path = self.path.display();
        match self.first_difference {
            None => writeln!(out, "confirmed: {path}, the same bytes"),
            Some(Place::Line(line)) => writeln!(out, "differs: {path}, first in line {line}"),
            Some(Place::Byte(byte)) => writeln!(out, "differs: {path}, first in byte {byte}"),
        }
    }
}

fn first_difference(given: &[u8], again: &[u8]) -> Option<Place> {
    if given == again {
        return None;
    }
    let shorter = given.len().min(again.len());
    let at = given.iter().zip(again).position(|(given, again)| given != again).unwrap_or(shorter);
    let is_text = std::str::from_utf8(given).is_ok() && std::str::from_utf8(again).is_ok();
    let line = 1 + given[..at].iter().filter(|byte| **byte == b'\n').count();
    Some(if is_text { Place::Line(line) } else { Place::Byte(at + 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_a_line_of_text_or_a_byte() {
        assert_eq!(first_difference(b"a\nb\n", b"a\nb\n"), None);
        assert_eq!(first_difference(b"a\nb\n", b"a\nc\n"), Some(Place::Line(2)));
        assert_eq!(first_difference(b"a\nb\n", b"a\n"), Some(Place::Line(2)));
        assert_eq!(first_difference(b"a\n", b"a\nb\n"), Some(Place::Line(2)));
        assert_eq!(first_difference(b"", b"a"), Some(Place::Line(1)));
        assert_eq!(first_difference(b"PAR1\xff\x00", b"PAR1\xff\x01"), Some(Place::Byte(6)));
    }
}
