//! Changes as JSON: `uptake.diff/1`.

use std::io;

use serde::Serialize;

use crate::report::difference::BookChanges;

/// The name and version of the document's form.
pub const SCHEMA: &str = "uptake.diff/1";

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    notes: &'a [String],
    rulebooks: &'a [BookChanges],
}

/// Writes the document.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn io::Write, books: &[BookChanges], notes: &[String]) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &Document { schema: SCHEMA, notes, rulebooks: books })?;
    writeln!(out)
}
