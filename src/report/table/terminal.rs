//! A table for people: a title, headings, numbers to the right, totals below.

use std::io;

use comfy_table::presets::NOTHING;
use comfy_table::{
    Attribute, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table as Layout, TableStyle, Width,
};

use crate::report::style::{Style, harmless, wrapped};
use crate::report::table::{Cell, Column, Grid, UNKNOWN};

/// A word of text is broken in two only beyond so many characters, so that ids can be copied.
const WORD: usize = 40;

/// A text of several words gets at least so many characters, or all that it has: in fewer it is hard to read.
const SEVERAL_WORDS: usize = 16;

/// Writes a table, and below it the totals: rows with the same columns, whose cells are blank where [`Cell::Empty`].
/// It fits the style's width by breaking lines between words, and where that is not enough by writing the columns in
/// several parts one below the other, each of which begins with the columns that tell the rows apart. Numbers and ids are
/// never broken, so that a part may still be wider than a very narrow window.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn io::Write, grid: &dyn Grid, totals: &[Vec<Cell<'_>>], style: Style) -> io::Result<()> {
    if !grid.title().is_empty() {
        for line in wrapped(&harmless(grid.title()), 0, 2, style.width) {
            writeln!(out, "{line}")?;
        }
    }
    if grid.row_count() == 0 {
        return writeln!(out, "  no rows");
    }
    let columns = grid.columns();
    let mut lines: Vec<Vec<String>> = (0..grid.row_count())
        .map(|row| columns.iter().enumerate().map(|(at, column)| shown(&grid.cell(row, at), column, UNKNOWN)).collect())
        .collect();
    if !totals.is_empty() {
        lines.push(vec![String::new(); columns.len()]);
    }
    lines.extend(totals.iter().map(|total| total.iter().zip(columns).map(|(cell, at)| shown(cell, at, "")).collect()));
    let bold_from = lines.len() - totals.len();
    for (at, part) in parts(columns, &lines, style.width).into_iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let of_part: Vec<Column> = part.iter().map(|column| columns[*column].clone()).collect();
        let cell = |line: &Vec<String>, at: &usize| line.get(*at).cloned().unwrap_or_default();
        let lines = lines.iter().map(|line| part.iter().map(|at| cell(line, at)).collect()).collect();
        for line in layout(&of_part, lines, bold_from, style).lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
    }
    Ok(())
}

/// The most columns that tell rows apart.
const KEYS: usize = 3;

/// The columns of each part: all in one where they fit. Otherwise each part begins with the columns of text that the
/// table begins with, and takes as many of the others as fit beside them.
fn parts(columns: &[Column], lines: &[Vec<String>], width: Option<u16>) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..columns.len()).collect();
    let Some(width) = width.map(usize::from) else { return vec![all] };
    let least = |at: &usize| {
        let column = &columns[*at];
        let heading = column.short.map_or_else(|| heading(column), str::to_owned);
        unbroken(lines, *at, column.kind.is_number()).max(longest_word(&heading))
    };
    // One blank stands between columns.
    let taken = |part: &[usize]| part.iter().map(|at| least(at) + 1).sum::<usize>().saturating_sub(1);
    if taken(&all) <= width {
        return vec![all];
    }
    let keys: Vec<usize> = all.iter().copied().take_while(|at| !columns[*at].kind.is_number()).take(KEYS).collect();
    let mut parts: Vec<Vec<usize>> = Vec::new();
    for at in all.into_iter().skip(keys.len()) {
        match parts.last_mut().filter(|part| taken(part) + 1 + least(&at) <= width) {
            Some(part) => part.push(at),
            None => parts.push(keys.iter().copied().chain([at]).collect()),
        }
    }
    if parts.is_empty() { vec![keys] } else { parts }
}

fn shown(cell: &Cell<'_>, column: &Column, empty: &str) -> String {
    match cell {
        Cell::Empty => empty.to_owned(),
        Cell::Text(_) | Cell::Whole(_) | Cell::Amount(_) => harmless(&cell.shown(column.kind)).into_owned(),
    }
}

fn layout(columns: &[Column], lines: Vec<Vec<String>>, bold_from: usize, style: Style) -> Layout {
    let mut layout = Layout::new();
    // The caller has looked at the terminal already; the layout must not look again.
    layout.force_no_tty();
    layout.load_style(table_style());
    if style.colour {
        layout.enforce_styling();
    }
    if let Some(width) = style.width {
        layout.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
    } else {
        layout.set_content_arrangement(ContentArrangement::Disabled);
    }
    let head = Head::fitting(columns, &lines, style.width);
    let bold = |text: String| comfy_table::Cell::new_owned(text).add_attribute(Attribute::Bold);
    layout.set_header(head.headings.into_iter().map(bold).collect::<Vec<_>>());
    for (line, at) in lines.into_iter().zip(0..) {
        let cell = |text| if at >= bold_from { bold(text) } else { comfy_table::Cell::new_owned(text) };
        layout.add_row(line.into_iter().map(cell).collect::<Vec<_>>());
    }
    let last = columns.len().saturating_sub(1);
    for (at, column) in layout.column_iter_mut().enumerate() {
        let gap = if at == last { 0 } else { head.gap };
        column.set_padding((0, gap));
        let width = u16::try_from(head.widths[at]).unwrap_or(u16::MAX).saturating_add(gap);
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width)));
        let is_number = columns[at].kind.is_number();
        column.set_cell_alignment(if is_number { CellAlignment::Right } else { CellAlignment::Left });
    }
    layout
}

/// The headings, and how wide the columns must be.
struct Head {
    headings: Vec<String>,
    /// Least widths in characters, the gap not included.
    widths: Vec<usize>,
    /// Blanks between columns.
    gap: u16,
}

impl Head {
    /// The roomiest that fits a width: names well apart, names close together, short headings. Where not even these
    /// fit, only the cells keep their width, and headings are broken.
    fn fitting(columns: &[Column], lines: &[Vec<String>], width: Option<u16>) -> Head {
        let cells: Vec<usize> =
            (0..columns.len()).map(|at| unbroken(lines, at, columns[at].kind.is_number())).collect();
        let names: Vec<String> = columns.iter().map(heading).collect();
        let shorts = columns.iter().zip(&names).map(|(column, name)| column.short.map_or(name.clone(), str::to_owned));
        let shorts: Vec<String> = shorts.collect();
        for (headings, gap) in [(&names, 2), (&names, 1), (&shorts, 2), (&shorts, 1)] {
            let with_heading = |(cell, heading): (&usize, &String)| longest_word(heading).max(*cell);
            let widths: Vec<usize> = cells.iter().zip(headings).map(with_heading).collect();
            let whole = widths.iter().sum::<usize>() + usize::from(gap) * columns.len().saturating_sub(1);
            if width.is_none_or(|width| whole <= usize::from(width)) {
                return Head { headings: headings.clone(), widths, gap };
            }
        }
        Head { headings: shorts, widths: cells, gap: 1 }
    }
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0)
}

/// A column's name in words. One with a point in it is a figure's, as a command line names it, and stays so.
fn heading(column: &Column) -> String {
    let name = harmless(&column.name);
    if name.contains('.') { name.into_owned() } else { name.replace('_', " ") }
}

/// A line under the headings and nothing else.
fn table_style() -> TableStyle {
    NOTHING.header_separator(LineStyle::none().fill('─'))
}

/// How many characters a column needs so that nothing is broken which must not be.
fn unbroken(lines: &[Vec<String>], column: usize, is_number: bool) -> usize {
    let cells = lines.iter().filter_map(|line| line.get(column));
    if is_number {
        cells.map(|text| text.chars().count()).max().unwrap_or(0)
    } else {
        let least = |text: &String| {
            let words = text.split(' ').map(|word| word.chars().count().min(WORD));
            words.max().unwrap_or(0).max(text.chars().count().min(SEVERAL_WORDS))
        };
        cells.map(least).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ground::Amount;
    use crate::report::table::Table;
    use crate::report::table::tests::sample;

    fn written(grid: &dyn Grid, totals: &[Vec<Cell<'_>>], style: Style) -> String {
        let mut out = Vec::new();
        write(&mut out, grid, totals, style).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn wide(practice: &str) -> Table<'static> {
        let columns = [Column::text("practice_code"), Column::text("what_was_done"), Column::amount("pounds_paid", 2)];
        let mut table = Table::new("", columns);
        let amount = Cell::Amount(Amount::parse("1234567.5").unwrap());
        table.rows.push(vec![Cell::text(practice.to_owned()), Cell::text("a remark of several words"), amount]);
        table
    }

    #[test]
    fn numbers_stand_to_the_right_and_what_is_not_known_is_a_dash() {
        let totals = [vec![Cell::text("all"), Cell::Whole(1234), Cell::Empty]];
        let expected = "\
What is paid
practice code  register  pounds
───────────────────────────────
A1                 1234   12.35
B, \"2\"                0       –

all                1234
";
        assert_eq!(written(&sample(), &totals, Style::PLAIN), expected);
    }

    #[test]
    fn without_rows_it_says_so() {
        let table = Table::new("Paid", sample().columns);
        assert_eq!(written(&table, &[], Style::PLAIN), "Paid\n  no rows\n");
    }

    #[test]
    fn a_long_title_fits_the_width_too() {
        let mut table = sample();
        table.title = "Results that hang on the convention for a day that a month lacks".to_owned();
        let text = written(&table, &[], Style { width: Some(40), colour: false });
        assert!(text.starts_with("Results that hang on the convention for\n  a day that a month lacks\n"), "{text}");
    }

    #[test]
    fn it_fits_the_width_between_words() {
        let style = Style { width: Some(40), colour: false };
        let text = written(&wide("A12345"), &[], style);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(text.contains("1234567.50"), "{text}");
        assert!(text.contains("A12345"), "{text}");
    }

    #[test]
    fn numbers_and_ids_are_not_broken_in_a_narrow_window() {
        let text = written(&wide("A1234567890123456789"), &[], Style { width: Some(20), colour: false });
        assert!(text.contains("A1234567890123456789") && text.contains("1234567.50"), "{text}");
    }

    #[test]
    fn a_table_that_is_too_wide_is_written_in_parts_that_tell_their_rows() {
        let numbers = ["first_count", "second_count", "third_count", "fourth_count"].map(Column::whole);
        let columns = [Column::text("year"), Column::text("practice_code").short("practice")];
        let mut table = Table::new("Wide", columns.into_iter().chain(numbers).collect::<Vec<_>>());
        let row = |practice: &'static str| {
            let key = [Cell::text("2030-31"), Cell::text(practice)];
            key.into_iter().chain([1_234_567, 2_345_678, 3_456_789, 4_567_890].map(Cell::Whole)).collect()
        };
        table.rows = vec![row("A1"), row("B2")];
        let expected = "\
Wide
year     practice    first    second
         code        count     count
────────────────────────────────────
2030-31  A1        1234567   2345678
2030-31  B2        1234567   2345678

year     practice    third    fourth
         code        count     count
────────────────────────────────────
2030-31  A1        3456789   4567890
2030-31  B2        3456789   4567890
";
        let text = written(&table, &[], Style { width: Some(36), colour: false });
        assert_eq!(text, expected);
        assert!(text.lines().all(|line| line.chars().count() <= 36), "{text}");
        assert_eq!(written(&table, &[], Style::PLAIN).lines().count(), 5);
    }

    #[test]
    fn colour_is_written_only_where_allowed() {
        assert!(!written(&sample(), &[], Style::PLAIN).contains('\u{1b}'));
        assert!(written(&sample(), &[], Style { colour: true, width: None }).contains("\u{1b}["));
    }

    #[test]
    fn text_from_data_cannot_command_the_terminal() {
        let text = written(&wide("A\u{1b}]0;x\u{7}\nB"), &[], Style::PLAIN);
        assert!(!text.contains('\u{1b}') && !text.contains('\u{7}'), "{text:?}");
        assert_eq!(text.lines().count(), 3);
    }

    proptest! {
        #[test]
        fn no_text_and_no_width_panics(text in any::<String>(), title in any::<String>(), width in any::<Option<u16>>()) {
            let mut table = wide(&text);
            table.title = title;
            // A column of the full width of 65,535 takes long to draw and shows nothing more.
            let width = width.map(|width| width % 300);
            written(&table, &[], Style { colour: width.is_some(), width });
        }
    }
}
