//! Pages of sentences for people: headings, paragraphs, lists and tables, as text that fits a window or as Markdown.

use std::io;

use crate::report::style::{Style, harmless, wrapped};
use crate::report::table::{Cell, Column, Grid, Kind, Table, terminal};

/// One piece of a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// What the page is about; starts a new one.
    Title(String),
    /// What the next pieces are about.
    Heading(String),
    /// A sentence or two.
    Line(String),
    /// A point of a list.
    Item {
        /// How deep in lists within lists: 0 for the outermost.
        depth: usize,
        /// What it says.
        text: String,
    },
    /// A remark on what stands before it.
    Remark {
        /// As deep as the point that it belongs to; 0 for a sentence's.
        depth: usize,
        /// What it says.
        text: String,
    },
    /// A rule's own words.
    Words(String),
    /// Rows and columns.
    Table(Table<'static>),
}

/// Writes pages as text: lines are broken between words where the style has a width.
///
/// # Errors
/// What the writer says.
pub fn write_text(out: &mut dyn io::Write, blocks: &[Block], style: Style) -> io::Result<()> {
    let mut base = 0;
    for (at, block) in blocks.iter().enumerate() {
        match block {
            Block::Title(text) => {
                if at > 0 {
                    writeln!(out, "\n{}\n", "─".repeat(style.width.map_or(80, usize::from).min(80)))?;
                }
                base = 0;
                write_bold(out, text, style)?;
            }
            Block::Heading(text) => {
                base = 2;
                writeln!(out)?;
                write_bold(out, text, style)?;
            }
            Block::Line(text) => write_wrapped(out, text, (base, base), "", style)?,
            Block::Item { depth, text } => {
                let indent = base + 2 * depth;
                write_wrapped(out, text, (indent, indent + 2), "- ", style)?;
            }
            Block::Remark { depth, text } => {
                let indent = base + 2 + 2 * depth;
                write_wrapped(out, text, (indent, indent + 2), "", style)?;
            }
            Block::Words(text) => write_wrapped(out, text, (base + 2, base + 4), "rule: ", style)?,
            Block::Table(table) => write_table(out, table, base, style)?,
        }
    }
    Ok(())
}

fn write_bold(out: &mut dyn io::Write, text: &str, style: Style) -> io::Result<()> {
    for line in wrapped(&harmless(text), 0, 2, style.width) {
        match style.colour {
            true => writeln!(out, "\u{1b}[1m{line}\u{1b}[0m")?,
            false => writeln!(out, "{line}")?,
        }
    }
    Ok(())
}

/// Writes a text that starts with a mark; `indents` are those of its first line and of the others.
fn write_wrapped(
    out: &mut dyn io::Write,
    text: &str,
    indents: (usize, usize),
    mark: &str,
    style: Style,
) -> io::Result<()> {
    let text = format!("{mark}{}", harmless(text));
    for line in wrapped(&text, indents.0, indents.1, style.width) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A table as the writer of tables lays it out, moved to the right.
fn write_table(out: &mut dyn io::Write, table: &Table<'static>, indent: usize, style: Style) -> io::Result<()> {
    let width = style.width.map(|width| width.saturating_sub(u16::try_from(indent).unwrap_or(0)).max(20));
    let mut text = Vec::new();
    terminal::write(&mut text, table, &[], Style { width, ..style })?;
    for line in String::from_utf8_lossy(&text).lines() {
        writeln!(out, "{}", format!("{:indent$}{line}", "").trim_end())?;
    }
    Ok(())
}

/// Writes pages as Markdown.
///
/// # Errors
/// What the writer says.
pub fn write_markdown(out: &mut dyn io::Write, blocks: &[Block]) -> io::Result<()> {
    let mut in_list = false;
    for (at, block) in blocks.iter().enumerate() {
        let is_point = matches!(block, Block::Item { .. } | Block::Remark { .. });
        if at > 0 && !(in_list && is_point) {
            writeln!(out)?;
        }
        in_list = is_point;
        match block {
            Block::Title(text) => writeln!(out, "# {}", escaped(text))?,
            Block::Heading(text) => writeln!(out, "## {}", escaped(text))?,
            Block::Line(text) => writeln!(out, "{}", escaped(text))?,
            Block::Item { depth, text } => writeln!(out, "{:indent$}- {}", "", escaped(text), indent = 2 * depth)?,
            Block::Remark { depth, text } => writeln!(out, "{:indent$}- *{}*", "", escaped(text), indent = 2 * depth)?,
            Block::Words(text) => writeln!(out, "> `{}`", harmless(text).replace('`', "'"))?,
            Block::Table(table) => write_pipes(out, table)?,
        }
    }
    Ok(())
}

fn write_pipes(out: &mut dyn io::Write, table: &Table<'static>) -> io::Result<()> {
    let heading = |column: &Column| escaped(&column.name.replace('_', " "));
    row(out, table.columns.iter().map(heading))?;
    let rule = |column: &Column| if column.kind.is_number() { "--:" } else { "---" };
    row(out, table.columns.iter().map(|column| rule(column).to_owned()))?;
    for at in 0..table.row_count() {
        let cells = table.columns.iter().enumerate();
        row(out, cells.map(|(column, of)| shown(&table.cell(at, column), of.kind)))?;
    }
    Ok(())
}

fn row(out: &mut dyn io::Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    writeln!(out, "| {} |", cells.collect::<Vec<_>>().join(" | "))
}

fn shown(cell: &Cell<'_>, kind: Kind) -> String {
    match cell {
        Cell::Empty => "–".to_owned(),
        Cell::Text(_) | Cell::Whole(_) | Cell::Amount(_) => escaped(&cell.shown(kind)),
    }
}

/// Text that Markdown shows as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in harmless(text).chars() {
        if matches!(sign, '\\' | '`' | '*' | '<' | '[' | ']' | '|') {
            out.push('\\');
        }
        out.push(sign);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_are_broken_between_words_and_hang() {
        let item = Block::Item { depth: 1, text: "one two three four".to_owned() };
        let mut out = Vec::new();
        write_text(&mut out, &[item], Style { width: Some(12), colour: false }).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "  - one two\n    three\n    four\n");
    }

    #[test]
    fn markdown_shows_what_would_command_it() {
        let mut out = Vec::new();
        write_markdown(&mut out, &[Block::Title("a*b".to_owned()), Block::Words("x < y".to_owned())]).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "# a\\*b\n\n> `x < y`\n");
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_width_panics(text in any::<String>(), width in any::<Option<u16>>()) {
            let lines = wrapped(&text, 2, 4, width);
            let kept: Vec<String> = lines.iter().map(|line| line.trim_start_matches(' ').to_owned()).collect();
            let spaceless = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).collect::<String>();
            prop_assert_eq!(spaceless(&kept.join("")), spaceless(&text));
        }
    }
}
