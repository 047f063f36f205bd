//! A table as CSV: RFC 4180, comma, UTF-8 without a mark, `\n` line ends, a header with the columns' names.

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use csv::{IntoInnerError, Terminator, WriterBuilder};
use rayon::prelude::*;

use crate::report::table::{Cell, Grid, Kind};

/// What becomes of text that a spreadsheet would take for a formula, or a terminal for a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Formulas {
    /// It is written as it is: for programs, and for ids that must be found again.
    AsWritten,
    /// An apostrophe is put before text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return, and control
    /// characters other than tabs and line ends become `�`: for text that someone else chose and a spreadsheet or a terminal
    /// will show. Numbers are never changed.
    Defused,
}

/// Writes a table with its header.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn io::Write, grid: &dyn Grid, formulas: Formulas) -> io::Result<()> {
    let mut header = writer(Vec::new());
    header.write_record(grid.columns().iter().map(|column| column.name.as_bytes()))?;
    out.write_all(&header.into_inner().map_err(IntoInnerError::into_error)?)?;
    // Rows are written side by side, as many blocks at a time as there are threads, so that only those stand in memory.
    let starts: Vec<usize> = (0..grid.row_count()).step_by(BLOCK_ROWS).collect();
    for starts in starts.chunks(rayon::current_num_threads().max(1)) {
        let block = |&start: &usize| rows(grid, start..grid.row_count().min(start + BLOCK_ROWS), formulas);
        let blocks: Vec<io::Result<Vec<u8>>> = starts.par_iter().map(block).collect();
        blocks.into_iter().try_for_each(|block| out.write_all(&block?))?;
    }
    out.flush()
}

/// How many rows a thread writes at a time: some hundred kilobytes.
const BLOCK_ROWS: usize = 1 << 12;

fn writer(out: Vec<u8>) -> csv::Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::Any(b'\n')).from_writer(out)
}

/// Some rows as they are written.
fn rows(grid: &dyn Grid, rows: Range<usize>, formulas: Formulas) -> io::Result<Vec<u8>> {
    let mut writer = writer(Vec::new());
    for row in rows {
        for (at, column) in grid.columns().iter().enumerate() {
            let cell = grid.cell(row, at);
            writer.write_field(field(&cell, column.kind, formulas).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(IntoInnerError::into_error)
}

fn field<'a>(cell: &'a Cell<'_>, kind: Kind, formulas: Formulas) -> Cow<'a, str> {
    let shown = cell.shown(kind);
    match (cell, formulas) {
        (Cell::Text(text), Formulas::Defused) => defused(text),
        (Cell::Empty | Cell::Text(_) | Cell::Whole(_) | Cell::Amount(_), _) => shown,
    }
}

fn defused(text: &str) -> Cow<'_, str> {
    let commands = |sign: char| sign.is_control() && !matches!(sign, '\t' | '\n' | '\r');
    let shown = if text.contains(commands) { text.replace(commands, "\u{fffd}").into() } else { Cow::Borrowed(text) };
    if shown.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{shown}").into() } else { shown }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ground::Amount;
    use crate::report::table::tests::sample;
    use crate::report::table::{Column, Table};

    fn written(grid: &dyn Grid, formulas: Formulas) -> String {
        let mut out = Vec::new();
        write(&mut out, grid, formulas).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_needs_quotes_gets_them() {
        let expected = "practice_code,register,pounds\nA1,1234,12.35\n\"B, \"\"2\"\"\",0,\n";
        assert_eq!(written(&sample(), Formulas::AsWritten), expected);
    }

    #[test]
    fn a_table_without_rows_has_its_header() {
        let table = Table::new("", [Column::text("a"), Column::text("b")]);
        assert_eq!(written(&table, Formulas::AsWritten), "a,b\n");
    }

    #[test]
    fn formulas_are_defused_only_where_asked_and_never_in_numbers() {
        let mut table = Table::new("", [Column::text("text"), Column::amount("change", 2)]);
        let loss = Amount::parse("-1.5").unwrap();
        for text in ["=1+1", "+1", "-1", "@a", "\ta", "\ra", "a=1"] {
            table.rows.push(vec![Cell::text(text), Cell::Amount(loss)]);
        }
        let defused =
            "text,change\n'=1+1,-1.50\n'+1,-1.50\n'-1,-1.50\n'@a,-1.50\n'\ta,-1.50\n\"'\ra\",-1.50\na=1,-1.50\n";
        assert_eq!(written(&table, Formulas::Defused), defused);
        assert!(written(&table, Formulas::AsWritten).contains("\n=1+1,"));
    }

    #[test]
    fn what_would_command_a_terminal_is_defused_too() {
        let mut table = Table::new("", [Column::text("text")]);
        table.rows.push(vec![Cell::text("a\u{1b}]0;b\u{7}\u{9b}31m\nc\td")]);
        assert_eq!(written(&table, Formulas::Defused), "text\n\"a\u{fffd}]0;b\u{fffd}\u{fffd}31m\nc\td\"\n");
        assert!(written(&table, Formulas::AsWritten).contains("a\u{1b}]0;b"));
    }

    #[test]
    fn what_the_writer_says_is_told() {
        let mut full: &mut [u8] = &mut [0; 4];
        assert!(write(&mut full, &sample(), Formulas::AsWritten).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(rows in proptest::collection::vec((".*", ".*"), 0..5)) {
            let mut table = Table::new("", [Column::text("a"), Column::text("b")]);
            table.rows = rows.iter().map(|(a, b)| vec![Cell::text(a), Cell::text(b)]).collect();
            let text = written(&table, Formulas::AsWritten);
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let back: Vec<(String, String)> = reader.deserialize().collect::<Result<_, _>>().unwrap();
            prop_assert_eq!(back, rows);
        }
    }
}
