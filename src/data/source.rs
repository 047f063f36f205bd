//! What a user handed over: an open file or bytes, with its name and its format.

use std::fs::File;

use crate::data::error::LoadError;
use crate::data::naming::Naming;

/// How a table is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Comma-separated text in UTF-8 with a header line.
    Csv,
    /// Apache Parquet.
    Parquet,
    /// Resources of FHIR R4, one JSON object to a line, as bulk export writes them.
    Ndjson,
}

impl Format {
    /// The format that a name tells: `.csv`, `.parquet` or `.ndjson` at its end, in capitals or not; `-` is CSV.
    ///
    /// # Errors
    /// [`LoadError::UnknownFormat`] for any other name.
    pub fn of_name(name: &str) -> Result<Format, LoadError> {
        let lower = name.to_ascii_lowercase();
        if name == "-" || lower.ends_with(".csv") {
            Ok(Format::Csv)
        } else if lower.ends_with(".parquet") {
            Ok(Format::Parquet)
        } else if lower.ends_with(".ndjson") {
            Ok(Format::Ndjson)
        } else {
            Err(LoadError::UnknownFormat { file: name.to_owned() })
        }
    }
}

/// Where a table's bytes are.
#[derive(Debug)]
pub enum Content {
    /// An open file, read from its start. It is read by position where the system can, so that threads may share it.
    File(File),
    /// The bytes themselves: standard input, a test, a web page.
    Bytes(Vec<u8>),
}

/// One table to be read.
#[derive(Debug)]
pub struct Input {
    /// The name as the user gave it: findings and errors repeat it.
    pub name: String,
    /// How it is written.
    pub format: Format,
    /// Where its bytes are.
    pub content: Content,
    /// How it names its columns and writes its dates.
    pub naming: Naming,
}

impl Input {
    /// A CSV table from text.
    pub fn csv(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Input {
        Input {
            name: name.into(),
            format: Format::Csv,
            content: Content::Bytes(text.into()),
            naming: Naming::default(),
        }
    }

    /// Resources of FHIR from text.
    pub fn ndjson(name: impl Into<String>, text: impl Into<Vec<u8>>) -> Input {
        Input {
            name: name.into(),
            format: Format::Ndjson,
            content: Content::Bytes(text.into()),
            naming: Naming::default(),
        }
    }

    /// A table in an open file.
    pub fn file(name: impl Into<String>, format: Format, file: File) -> Input {
        Input { name: name.into(), format, content: Content::File(file), naming: Naming::default() }
    }

    /// The same with what was declared of it.
    pub fn named(self, naming: Naming) -> Input {
        Input { naming, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_format() {
        assert_eq!(Format::of_name("a/b.CSV").unwrap(), Format::Csv);
        assert_eq!(Format::of_name("-").unwrap(), Format::Csv);
        assert_eq!(Format::of_name("events.parquet").unwrap(), Format::Parquet);
        assert!(Format::of_name("events.xlsx").is_err());
    }
}
