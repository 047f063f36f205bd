//! A table as Markdown, as forges and wikis draw it (GitHub's form): a title in bold, a header, a row to a line.
//!
//! What stands in a cell is text and nothing else: whatever Markdown or HTML would take for a mark is escaped, so that a
//! practice's name can be no link, no tag and no end of a cell.

use std::io;

use crate::report::style::harmless;
use crate::report::table::{Cell, Column, Grid, UNKNOWN};

/// Writes a table, and below its rows the totals, in bold.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn io::Write, grid: &dyn Grid, totals: &[Vec<Cell<'_>>]) -> io::Result<()> {
    if !grid.title().is_empty() {
        writeln!(out, "**{}**\n", escaped(grid.title()))?;
    }
    if grid.row_count() == 0 {
        return writeln!(out, "no rows");
    }
    let columns = grid.columns();
    let names: Vec<String> = columns.iter().map(|column| escaped(&column.name.replace('_', " "))).collect();
    let rules: Vec<&str> = columns.iter().map(|column| if column.kind.is_number() { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |", names.join(" | "))?;
    writeln!(out, "| {} |", rules.join(" | "))?;
    for row in 0..grid.row_count() {
        let cells = columns.iter().enumerate().map(|(at, column)| shown(&grid.cell(row, at), column, UNKNOWN));
        writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    for total in totals {
        let bold = |text: String| if text.is_empty() { text } else { format!("**{text}**") };
        let cells = columns
            .iter()
            .enumerate()
            .map(|(at, column)| bold(total.get(at).map_or(String::new(), |cell| shown(cell, column, ""))));
        writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}

fn shown(cell: &Cell<'_>, column: &Column, empty: &str) -> String {
    match cell {
        Cell::Empty => empty.to_owned(),
        Cell::Text(_) => escaped(&cell.shown(column.kind)),
        Cell::Whole(_) | Cell::Amount(_) => cell.shown(column.kind).into_owned(),
    }
}

/// Text in which nothing is a mark of Markdown or HTML. A link that is recognised without marks (`www.`, `http://`) is
/// broken by an escaped point or colon.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in harmless(text).chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '~' | '[' | ']' | '(' | ')' | '|' | '#' | '!' | '@' | ':' | '$' => {
                safe.push('\\');
                safe.push(sign);
            }
            _ => safe.push(sign),
        }
    }
    safe.replace("www.", "www\\.")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::table::Table;
    use crate::report::table::tests::sample;

    fn written(grid: &dyn Grid, totals: &[Vec<Cell<'_>>]) -> String {
        let mut out = Vec::new();
        write(&mut out, grid, totals).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_stand_to_the_right_and_totals_are_bold() {
        let totals = [vec![Cell::text("all"), Cell::Whole(1234), Cell::Empty]];
        let expected = "\
**What is paid**

| practice code | register | pounds |
| --- | ---: | ---: |
| A1 | 1234 | 12.35 |
| B, \"2\" | 0 | – |
| **all** | **1234** |  |
";
        assert_eq!(written(&sample(), &totals), expected);
        assert_eq!(written(&Table::new("Paid", sample().columns), &[]), "**Paid**\n\nno rows\n");
    }

    #[test]
    fn a_hostile_name_is_text() {
        for (name, safe) in [
            ("<script>alert(1)</script>", "&lt;script&gt;alert\\(1\\)&lt;/script&gt;"),
            ("a | b", "a \\| b"),
            ("[x](javascript:y)", "\\[x\\]\\(javascript\\:y\\)"),
            ("![x](y) **z** `w`", "\\!\\[x\\]\\(y\\) \\*\\*z\\*\\* \\`w\\`"),
            ("www.example.org a@b.c", "www\\.example.org a\\@b.c"),
            ("&lt;b&gt; \\", "&amp;lt;b&amp;gt; \\\\"),
            ("\u{202e}abc\r\n| x", "\u{fffd}abc\u{fffd}\u{fffd}\\| x"),
        ] {
            assert_eq!(escaped(name), safe);
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_within_its_cell(text in any::<String>()) {
            let mut table = Table::new("", [Column::text("a"), Column::text("b")]);
            table.rows.push(vec![Cell::text(text.as_str()), Cell::text("end")]);
            let all = written(&table, &[]);
            prop_assert_eq!(all.lines().count(), 3);
            let line = all.lines().nth(2).unwrap();
            // Bars that no backslash escapes: the first, one between the cells, and the last.
            let mut bars = 0;
            let mut is_escaped = false;
            for sign in line.chars() {
                bars += u32::from(sign == '|' && !is_escaped);
                is_escaped = sign == '\\' && !is_escaped;
            }
            prop_assert_eq!(bars, 3, "{}", line);
            prop_assert!(!line.contains('<'));
        }
    }
}
