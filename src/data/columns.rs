//! Columns by name: which cell of a row plays which part.

use crate::data::error::LoadError;
use crate::data::first_line::FirstLine;
use crate::data::naming::{DateOrder, Naming};

/// What a column holds, so that a reader can pick the cheapest way to decode it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holds {
    /// An id, nearly every value met once or a few times.
    Id,
    /// A code out of a small set of codes.
    Code,
    /// A name out of a small set of names.
    Name,
    /// A day.
    Date,
    /// Free text.
    Text,
}

/// A column that a table may have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Column {
    /// Its name in the header.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether it is read.
    pub read: Read,
}

/// Whether a column is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Read {
    /// The table is unusable without it.
    Always,
    /// It is read if it is there.
    IfPresent,
    /// Nobody asked for it: it may be absent, or stand twice, or hold anything.
    Never,
}

const fn needed(name: &'static str, holds: Holds) -> Column {
    Column { name, holds, read: Read::Always }
}

const fn optional(name: &'static str, holds: Holds) -> Column {
    Column { name, holds, read: Read::IfPresent }
}

/// The columns of the patients table.
pub(crate) const PATIENT_COLUMNS: [Column; 6] = [
    needed("patient_id", Holds::Id),
    needed("practice_code", Holds::Name),
    needed("birth_date", Holds::Date),
    needed("registered_date", Holds::Date),
    optional("deregistered_date", Holds::Date),
    optional("death_date", Holds::Date),
];

/// The places in the list of the events table's columns of those that may be left out.
pub(crate) const GIVER_COLUMN: usize = 3;
pub(crate) const TEXT_COLUMN: usize = 4;

/// The columns of the events table, if givers and texts are wanted or not.
pub(crate) fn event_columns(givers: bool, text: bool) -> [Column; 5] {
    let unless =
        |wanted: bool, column: Column| Column { read: if wanted { column.read } else { Read::Never }, ..column };
    [
        needed("patient_id", Holds::Id),
        needed("event_date", Holds::Date),
        needed("code", Holds::Code),
        unless(givers, optional("practice_code", Holds::Name)),
        unless(text, optional("text", Holds::Text)),
    ]
}

/// The column names of one file, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    file: String,
    names: Vec<String>,
    naming: Naming,
}

impl Header {
    /// The header of a file; white space around a name does not count.
    pub(crate) fn new<'a>(file: &str, names: impl IntoIterator<Item = &'a str>) -> Header {
        let names = names.into_iter().map(|name| name.trim().to_owned()).collect();
        Header { file: file.to_owned(), names, naming: Naming::default() }
    }

    /// The same with what was declared of the file.
    pub(crate) fn named(self, naming: &Naming) -> Header {
        Header { naming: naming.clone(), ..self }
    }

    /// In which order the dates of a column are written.
    pub(crate) fn date_order(&self, column: &str) -> DateOrder {
        self.naming.order_of(column)
    }

    /// The names, trimmed.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Where a column is: the one that was declared to be it, else the one of exactly that name, else the one of that name
    /// in other capitals.
    pub(crate) fn find(&self, name: &str) -> Result<Option<usize>, LoadError> {
        let Some(called) = self.naming.called(name) else { return self.find_called(name) };
        let declared = || {
            let (file, column, called) = (self.file.clone(), name.to_owned(), called.to_owned());
            match self.first_line() {
                present if present.is_header() => LoadError::DeclaredColumn { file, column, called, present },
                _ => LoadError::NoHeader { file, column: called },
            }
        };
        self.find_called(called)?.map(Some).ok_or_else(declared)
    }

    fn find_called(&self, name: &str) -> Result<Option<usize>, LoadError> {
        let exact = self.places(|present| present == name);
        let places = if exact.is_empty() { self.places(|present| present.eq_ignore_ascii_case(name)) } else { exact };
        match places[..] {
            [] => Ok(None),
            [at] => Ok(Some(at)),
            [..] => Err(LoadError::ColumnTwice { file: self.file.clone(), column: name.to_owned() }),
        }
    }

    /// Where a column is that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<usize, LoadError> {
        let missing = || {
            let (file, column, present) = (self.file.clone(), name.to_owned(), self.first_line());
            match present.is_header() {
                true => LoadError::MissingColumn { file, column, near: present.nearest(name), present },
                false => LoadError::NoHeader { file, column },
            }
        };
        self.find(name)?.ok_or_else(missing)
    }

    /// What may be told of it, since it may be a row.
    fn first_line(&self) -> FirstLine {
        FirstLine::of_table(&self.names, &self.naming)
    }

    /// Where each of several columns is.
    pub(crate) fn places_of(&self, columns: &[Column]) -> Result<Vec<Option<usize>>, LoadError> {
        let place = |column: &Column| match column.read {
            Read::Always => self.need(column.name).map(Some),
            Read::IfPresent => self.find(column.name),
            Read::Never => Ok(None),
        };
        columns.iter().map(place).collect()
    }

    fn places(&self, is_it: impl Fn(&str) -> bool) -> Vec<usize> {
        (0..self.names.len()).filter(|&at| is_it(&self.names[at])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let header = Header::new("f.csv", [" patient_id ", "Code", "CODE", "code", "Birth Date"]);
        assert_eq!(header.find("patient_id").unwrap(), Some(0));
        assert_eq!(header.find("code").unwrap(), Some(3));
        assert_eq!(header.find("Birth Date").unwrap(), Some(4));
        assert_eq!(header.find("death_date").unwrap(), None);
    }

    #[test]
    fn a_missing_or_doubled_column_is_named() {
        let header = Header::new("f.csv", ["Birth Date", "CODE", "Code"]);
        let missing = header.need("birth_date").unwrap_err().to_string();
        assert_eq!(
            missing,
            "`f.csv` has no column `birth_date`: it has `Birth Date`, `CODE`, `Code`; if it is `Birth Date`, declare it with `--map`"
        );
        assert_eq!(
            header.find("code").unwrap_err().to_string(),
            "`f.csv` has the column `code` twice: rename or remove one of them"
        );
        assert!(matches!(header.need("nothing_like_it"), Err(LoadError::MissingColumn { near: None, .. })));
    }

    #[test]
    fn a_row_in_the_place_of_a_header_is_not_told() {
        let header = Header::new("f.csv", ["kid-1", "A81001", "2020-01-31", "2020-02-01"]);
        let error = header.need("birth_date").unwrap_err().to_string();
        assert!(error.starts_with("the first line of `f.csv` is not a header: "), "{error}");
        assert!(!error.contains("kid-1") && !error.contains("2020"), "{error}");
    }
}
