//! Tables within JSON documents: a row is an object with the columns' names in their order, one row a line.
//!
//! Numbers are JSON numbers with exactly the decimals that are shown, written digit by digit (`9.4200`), so that no
//! floating point comes between; what is not known is `null`.

use std::io;

use serde::Serialize;

use crate::report::table::{Cell, Column, Grid, Kind};

/// A document that is written member by member: `{"schema": …, …}`.
pub struct Document<'w> {
    out: &'w mut dyn io::Write,
}

impl<'w> Document<'w> {
    /// Starts a document with its `schema`: a name and a version (`uptake.run/1`).
    ///
    /// # Errors
    /// What the writer says.
    pub fn open(out: &'w mut dyn io::Write, schema: &str) -> io::Result<Document<'w>> {
        out.write_all(b"{\n  \"schema\": ")?;
        serde_json::to_writer(&mut *out, schema)?;
        Ok(Document { out })
    }

    /// Writes a member.
    ///
    /// # Errors
    /// What the writer says, or that the value has no form in JSON (a map whose keys are not text).
    pub fn value(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        // A line end in a text is written as an escape, so each of these is one of the layout.
        let laid_out = serde_json::to_string_pretty(value)?.replace('\n', "\n  ");
        self.out.write_all(laid_out.as_bytes())
    }

    /// Writes a member that is a list, an element a line.
    ///
    /// # Errors
    /// As [`Document::value`].
    pub fn list(&mut self, name: &str, values: &[impl Serialize]) -> io::Result<()> {
        self.name(name)?;
        self.elements(values.len(), |out, at| Ok(serde_json::to_writer(out, &values[at])?))
    }

    /// Writes a member that is a table: a list of objects.
    ///
    /// # Errors
    /// What the writer says.
    pub fn rows(&mut self, name: &str, grid: &dyn Grid) -> io::Result<()> {
        self.name(name)?;
        let names = names(grid.columns())?;
        self.elements(grid.row_count(), |out, row| write_row(out, grid, &names, row))
    }

    /// Ends the document and its last line.
    ///
    /// # Errors
    /// What the writer says.
    pub fn close(self) -> io::Result<()> {
        self.out.write_all(b"\n}\n")?;
        self.out.flush()
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(b",\n  ")?;
        serde_json::to_writer(&mut *self.out, name)?;
        self.out.write_all(b": ")
    }

    fn elements(
        &mut self,
        count: usize,
        write: impl Fn(&mut dyn io::Write, usize) -> io::Result<()>,
    ) -> io::Result<()> {
        self.out.write_all(b"[")?;
        for at in 0..count {
            self.out.write_all(if at == 0 { b"\n    " } else { b",\n    " })?;
            write(&mut *self.out, at)?;
        }
        self.out.write_all(if count == 0 { b"]" } else { b"\n  ]" })
    }
}

/// The columns' names as JSON texts.
fn names(columns: &[Column]) -> io::Result<Vec<String>> {
    columns.iter().map(|column| Ok(serde_json::to_string(&column.name)?)).collect()
}

fn write_row(out: &mut dyn io::Write, grid: &dyn Grid, names: &[String], row: usize) -> io::Result<()> {
    out.write_all(b"{")?;
    for (at, (name, column)) in names.iter().zip(grid.columns()).enumerate() {
        if at > 0 {
            out.write_all(b", ")?;
        }
        out.write_all(name.as_bytes())?;
        out.write_all(b": ")?;
        write_cell(out, &grid.cell(row, at), column.kind)?;
    }
    out.write_all(b"}")
}

fn write_cell(out: &mut dyn io::Write, cell: &Cell<'_>, kind: Kind) -> io::Result<()> {
    let shown = cell.shown(kind);
    match (cell, kind) {
        (Cell::Empty, _) => out.write_all(b"null"),
        (Cell::Whole(_), Kind::Whole | Kind::Amount { .. }) | (Cell::Amount(_), Kind::Amount { .. }) => {
            out.write_all(shown.as_bytes())
        }
        (Cell::Text(_), _) | (Cell::Whole(_), Kind::Text) | (Cell::Amount(_), Kind::Text | Kind::Whole) => {
            Ok(serde_json::to_writer(out, &shown)?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Amount;
    use crate::report::table::Table;
    use crate::report::table::tests::sample;

    #[test]
    fn a_document_has_one_row_a_line_and_exact_numbers() {
        let mut out = Vec::new();
        let mut document = Document::open(&mut out, "uptake.sample/1").unwrap();
        document.value("about", &serde_json::json!({"words": "two\nlines"})).unwrap();
        document.list("numbers", &[1, 2]).unwrap();
        document.rows("results", &sample()).unwrap();
        document.rows("nothing", &Table::default()).unwrap();
        document.close().unwrap();
        let text = String::from_utf8(out).unwrap();
        let expected = r#"{
  "schema": "uptake.sample/1",
  "about": {
    "words": "two\nlines"
  },
  "numbers": [
    1,
    2
  ],
  "results": [
    {"practice_code": "A1", "register": 1234, "pounds": 12.35},
    {"practice_code": "B, \"2\"", "register": 0, "pounds": null}
  ],
  "nothing": []
}
"#;
        assert_eq!(text, expected);
        serde_json::from_str::<serde_json::Value>(&text).unwrap();
    }

    #[test]
    fn decimals_keep_their_zeros_and_size() {
        let written = |amount: &str, decimals| {
            let mut out = Vec::new();
            let cell = Cell::Amount(Amount::parse(amount).unwrap());
            write_cell(&mut out, &cell, Kind::Amount { decimals }).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("9.42", 4), "9.4200");
        assert_eq!(written("-0.004", 2), "0.00");
        assert_eq!(written("-0.005", 2), "-0.01");
        assert_eq!(written("123456789012345678.125", 2), "123456789012345678.13");
    }

    #[test]
    fn a_cell_of_another_kind_is_text() {
        let mut out = Vec::new();
        write_cell(&mut out, &Cell::text("c"), Kind::Whole).unwrap();
        write_cell(&mut out, &Cell::Amount(Amount::ratio(1, 3).unwrap()), Kind::Whole).unwrap();
        write_cell(&mut out, &Cell::Whole(7), Kind::Text).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\"c\"\"1/3\"\"7\"");
    }
}
