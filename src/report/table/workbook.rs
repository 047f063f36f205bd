//! Tables as an Excel workbook: a cover that says what it is, then each table on a sheet of its own, with its title in
//! the first cell, its header below it and fixed in view. The same tables give the same bytes.
//!
//! Text is always written as text, so that nothing that somebody typed becomes a formula and ids keep their zeros.

mod bars;

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatUnderline, Table as MarkedTable, TableColumn, TableStyle,
    Url, Workbook, Worksheet, XlsxError,
};

use crate::report::table::{Cell, Column, Grid, Kind, Notes};

/// The rows above the first row of a table: its title and its header.
const HEAD_ROWS: u32 = 2;

/// The most rows of a table: what a sheet holds without the head.
pub const MOST_ROWS: usize = 1_048_576 - HEAD_ROWS as usize;

/// A spreadsheet keeps 15 digits of a number; one that has more is written as text, lest it become another number.
const MOST_DIGITS: usize = 15;

/// The longest name of a sheet, in characters.
const LONGEST_NAME: usize = 31;

const COVER: &str = "Cover";

/// Writes tables, then those of the notes, of which some are drawn. Without a title of its own, that of the first is the
/// workbook's.
///
/// # Errors
/// What the writer says; [`io::ErrorKind::InvalidData`] for what no sheet can hold: more than [`MOST_ROWS`] rows, or a
/// text of more than 32,767 characters.
pub fn write(out: &mut dyn io::Write, grids: &[&dyn Grid], notes: &Notes) -> io::Result<()> {
    let further = notes.drawn.iter().chain(&notes.tables).map(|table| -> &dyn Grid { table });
    let tables: Vec<&dyn Grid> = grids.iter().copied().chain(further).collect();
    let drawn = grids.len()..grids.len() + notes.drawn.len();
    if tables.iter().any(|table| table.row_count() > MOST_ROWS) {
        let message = format!("a sheet of a workbook holds at most {MOST_ROWS} rows; csv and parquet hold any number");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    let bytes = workbook(&tables, drawn, notes).map_err(unwritable)?;
    out.write_all(&bytes)?;
    out.flush()
}

fn workbook(tables: &[&dyn Grid], drawn: Range<usize>, notes: &Notes) -> Result<Vec<u8>, XlsxError> {
    let names = sheet_names(tables);
    let own = Some(notes.title.as_str()).filter(|title| !title.is_empty());
    let title = own.unwrap_or_else(|| tables.first().map_or("", |table| table.title()));
    let mut workbook = Workbook::new();
    // The library would write today's date, and two runs would differ.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
    let contents: Vec<(&str, &str)> =
        names.iter().map(String::as_str).zip(tables.iter().map(|table| table.title())).collect();
    write_cover(workbook.add_worksheet(), title, &contents, notes)?;
    for (at, (table, name)) in tables.iter().zip(&names).enumerate() {
        let sheet = workbook.add_worksheet();
        write_table(sheet, *table, name)?;
        if drawn.contains(&at) {
            bars::draw(sheet, *table, name)?;
        }
    }
    workbook.save_to_buffer()
}

/// What the workbook is, line by line: a heading, and its text beside it; then a link to each sheet, by its name and with
/// its table's title.
fn write_cover(sheet: &mut Worksheet, title: &str, contents: &[(&str, &str)], notes: &Notes) -> Result<(), XlsxError> {
    let (heading, text) = (text_format().set_bold().set_align(FormatAlign::Top), text_format().set_text_wrap());
    let fixed = [
        (
            "Sheets",
            "one table on each, its title in the first cell and its header below; a link to each is at the end"
                .to_owned(),
        ),
        ("Empty cells", "not known, or there is none".to_owned()),
        ("Rounding", "numbers are rounded to the decimals shown, halves away from zero".to_owned()),
    ];
    let about = notes.about.iter().map(|(heading, text)| (heading.as_str(), text.as_str()));
    let lines = about.chain(fixed.iter().map(|(heading, text)| (*heading, text.as_str())));
    sheet.set_name(COVER)?.set_column_width(0, 24)?.set_column_width(1, LINE_LENGTH as f64)?;
    sheet.write_string_with_format(0, 0, title, &title_format())?;
    for (row, (said, meant)) in (1..).zip(lines) {
        sheet.write_string_with_format(row, 0, said, &heading)?;
        sheet.write_string_with_format(row, 1, meant, &text)?;
        sheet.set_row_height(row, LINE_HEIGHT * lines_of(meant) as f64)?;
    }
    let first = 1 + (notes.about.len() + fixed.len()) as u32;
    for (row, (name, title)) in (first..).zip(contents) {
        sheet.write_string_with_format(row, 0, "Sheet", &heading)?;
        let text = if title.is_empty() { name } else { title };
        let place = Url::new(format!("internal:'{}'!A1", name.replace('\'', "''"))).set_text(*text);
        sheet.write_url_with_format(row, 1, place, &link_format())?;
    }
    Ok(())
}

/// How high a line of the cover is, in points, and how many characters stand on it.
const LINE_HEIGHT: f64 = 15.0;
const LINE_LENGTH: usize = 90;

/// Over how many lines of the cover a text goes.
fn lines_of(text: &str) -> usize {
    text.lines().map(|line| line.chars().count().div_ceil(LINE_LENGTH).max(1)).sum::<usize>().max(1)
}

fn write_table(sheet: &mut Worksheet, table: &dyn Grid, name: &str) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_freeze_panes(HEAD_ROWS, 0)?;
    for (at, column) in (0_u16..).zip(table.columns()) {
        write_column(sheet, table, at, column)?;
    }
    let (columns, rows) = (table.columns().len(), table.row_count());
    if let (Ok(columns), Ok(rows)) = (u16::try_from(columns), u32::try_from(rows))
        && columns > 0
    {
        let (first, last) = (HEAD_ROWS - 1, HEAD_ROWS - 1 + rows);
        match marked(table) {
            Some(marked) => sheet.add_table(first, 0, last, columns - 1, &marked)?,
            None => sheet.autofilter(first, 0, last, columns - 1)?,
        };
    }
    // The title comes after the widths are taken, which it would stretch.
    sheet.autofit();
    let title = if table.title().is_empty() { name } else { table.title() };
    sheet.write_string_with_format(0, 0, title, &title_format())?;
    Ok(())
}

/// The mark by which a spreadsheet, and whoever has it read aloud, knows a table with its header; None where it cannot be
/// one: without rows, or with two columns of one name.
fn marked(table: &dyn Grid) -> Option<MarkedTable> {
    let names: BTreeSet<String> = table.columns().iter().map(|column| column.name.to_lowercase()).collect();
    if table.row_count() == 0 || names.len() < table.columns().len() {
        return None;
    }
    let column = |column: &Column| {
        TableColumn::new().set_header(column.name.as_ref()).set_header_format(header_format(column.kind))
    };
    let columns: Vec<TableColumn> = table.columns().iter().map(column).collect();
    Some(MarkedTable::new().set_columns(&columns).set_style(TableStyle::Light1).set_alt_text_title(table.title()))
}

fn write_column(sheet: &mut Worksheet, table: &dyn Grid, at: u16, column: &Column) -> Result<(), XlsxError> {
    let (text, number) = (text_format(), number_format(column.kind));
    sheet.write_string_with_format(HEAD_ROWS - 1, at, column.name.as_ref(), &header_format(column.kind))?;
    for (row, place) in (0..table.row_count()).zip(HEAD_ROWS..) {
        let cell = table.cell(row, usize::from(at));
        match as_number(&cell, column.kind) {
            Some(value) => sheet.write_number_with_format(place, at, value, &number)?,
            None if cell == Cell::Empty => continue,
            None => sheet.write_string_with_format(place, at, cell.shown(column.kind), &text)?,
        };
    }
    Ok(())
}

/// The number of a cell in a column of numbers, rounded as it is shown.
fn as_number(cell: &Cell<'_>, kind: Kind) -> Option<f64> {
    match cell {
        Cell::Whole(_) | Cell::Amount(_) if kind.is_number() => {
            let shown = cell.shown(kind);
            let digits = shown.bytes().filter(u8::is_ascii_digit).count();
            shown.parse().ok().filter(|_| digits <= MOST_DIGITS)
        }
        Cell::Empty | Cell::Text(_) | Cell::Whole(_) | Cell::Amount(_) => None,
    }
}

fn number_format(kind: Kind) -> Format {
    let format = match kind {
        Kind::Text => "@".to_owned(),
        Kind::Whole | Kind::Amount { decimals: 0 } => "#,##0".to_owned(),
        Kind::Amount { decimals } => format!("#,##0.{}", "0".repeat(decimals as usize)),
    };
    Format::new().set_num_format(format)
}

/// The format `@` is a spreadsheet's own for text: editing such a cell makes no formula or number of it.
fn text_format() -> Format {
    Format::new().set_num_format("@").set_align(FormatAlign::Top)
}

fn header_format(kind: Kind) -> Format {
    let side = if kind.is_number() { FormatAlign::Right } else { FormatAlign::Left };
    text_format().set_bold().set_align(side)
}

fn link_format() -> Format {
    text_format().set_underline(FormatUnderline::Single).set_font_color("#005EB8")
}

fn title_format() -> Format {
    text_format().set_bold().set_font_size(14)
}

/// A name for each table's sheet: its title as far as a sheet may be called so, and no two the same.
fn sheet_names(tables: &[&dyn Grid]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for table in tables {
        let wanted = sheet_name(table.title());
        let is_free = |name: &String| {
            let is_same = |other: &String| other.to_lowercase() == name.to_lowercase();
            !names.iter().any(is_same) && !is_same(&COVER.to_owned())
        };
        let numbered = (2..).map(|number| {
            let number = format!(" {number}");
            let room = LONGEST_NAME - number.len();
            wanted.chars().take(room).collect::<String>() + &number
        });
        let name = std::iter::once(wanted.clone()).chain(numbered).find(is_free);
        names.extend(name);
    }
    names
}

fn sheet_name(title: &str) -> String {
    let allowed = |sign: &char| !sign.is_control() && !"[]:*?/\\".contains(*sign);
    let whole: String = title.chars().filter(allowed).collect();
    let start: String = whole.chars().take(LONGEST_NAME).collect();
    // What does not fit ends with a whole word, if there is one.
    let ends_within_word = whole[start.len()..].starts_with(|next: char| !next.is_whitespace());
    let words = start.rsplit_once(' ').filter(|_| ends_within_word).map_or(&start[..], |(words, _)| words);
    let is_cut = words.len() < whole.len();
    let name = words.trim_matches(|sign: char| sign == '\'' || sign.is_whitespace());
    let name = if is_cut { name.trim_end_matches([',', ';', '.']) } else { name };
    // Excel keeps this name for itself.
    let is_kept = name.to_lowercase() == "history";
    if name.is_empty() || is_kept { "Table".to_owned() } else { name.to_owned() }
}

fn unwritable(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::new(io::ErrorKind::InvalidData, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Range, Reader, Xlsx};

    use super::*;
    use crate::ground::Amount;
    use crate::report::table::Table;
    use crate::report::table::tests::sample;

    fn written(grid: &dyn Grid, notes: &Notes) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, &[grid], notes).unwrap();
        out
    }

    fn sheet(bytes: Vec<u8>, name: &str) -> Range<Data> {
        Xlsx::new(Cursor::new(bytes)).unwrap().worksheet_range(name).unwrap()
    }

    fn cell(range: &Range<Data>, row: u32, column: u32) -> Data {
        range.get_value((row, column)).cloned().unwrap_or_default()
    }

    #[test]
    fn cells_come_back_with_their_types() {
        let range = sheet(written(&sample(), &Notes::default()), "What is paid");
        assert_eq!(cell(&range, 0, 0), Data::String("What is paid".into()));
        assert_eq!(cell(&range, 1, 1), Data::String("register".into()));
        assert_eq!(cell(&range, 2, 1), Data::Float(1234.0));
        // 12.345 is shown as 12.35.
        assert_eq!(cell(&range, 2, 2), Data::Float(12.35));
        assert_eq!(cell(&range, 3, 0), Data::String("B, \"2\"".into()));
        assert_eq!(cell(&range, 3, 2), Data::Empty);
    }

    #[test]
    fn text_is_text_whatever_it_looks_like() {
        let mut table = Table::new("T", [Column::text("text"), Column::whole("n"), Column::amount("pounds", 2)]);
        let texts = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "0012", "1E5", "TRUE", "_x0041_", " a ", "a\u{1}b"];
        for text in texts {
            table.rows.push(vec![Cell::text(text), Cell::text(text), Cell::text(text)]);
        }
        let bytes = written(&table, &Notes::default());
        let formulas = Xlsx::new(Cursor::new(bytes.clone())).unwrap().worksheet_formula("T").unwrap();
        assert!(formulas.is_empty());
        let range = sheet(bytes, "T");
        for (text, row) in texts.iter().zip(2..) {
            for column in 0..3 {
                let Data::String(read) = cell(&range, row, column) else { panic!("{text} is not text") };
                if !text.contains('\u{1}') {
                    assert_eq!(read, *text);
                }
            }
        }
    }

    #[test]
    fn a_number_of_too_many_digits_is_text_and_not_another_number() {
        let mut table = Table::new("T", [Column::whole("n"), Column::amount("pounds", 2)]);
        let large = Amount::parse("99999999999999.99").unwrap();
        table.rows.push(vec![Cell::Whole(999_999_999_999_999), Cell::Amount(large)]);
        table.rows.push(vec![Cell::Whole(u64::MAX), Cell::Amount(Amount::parse("-0.1").unwrap())]);
        let range = sheet(written(&table, &Notes::default()), "T");
        assert_eq!(cell(&range, 2, 0), Data::Float(999_999_999_999_999.0));
        assert_eq!(cell(&range, 2, 1), Data::String("99999999999999.99".into()));
        assert_eq!(cell(&range, 3, 0), Data::String(u64::MAX.to_string()));
        assert_eq!(cell(&range, 3, 1), Data::Float(-0.1));
    }

    #[test]
    fn the_same_table_gives_the_same_bytes() {
        assert_eq!(written(&sample(), &Notes::default()), written(&sample(), &Notes::default()));
    }

    #[test]
    fn the_cover_and_further_tables() {
        let sources = Table::new("What is paid", [Column::text("source")]);
        let notes =
            Notes { about: vec![("Rulebook".into(), "=toy".into())], tables: vec![sources], ..Notes::default() };
        let bytes = written(&sample(), &notes);
        let names = Xlsx::new(Cursor::new(bytes.clone())).unwrap().sheet_names();
        assert_eq!(names, ["Cover", "What is paid", "What is paid 2"]);
        let cover = sheet(bytes, "Cover");
        assert_eq!(cell(&cover, 0, 0), Data::String("What is paid".into()));
        assert_eq!(cell(&cover, 1, 0), Data::String("Rulebook".into()));
        assert_eq!(cell(&cover, 1, 1), Data::String("=toy".into()));
    }

    #[test]
    fn any_title_makes_a_name_of_a_sheet() {
        assert_eq!(sheet_name("a/b: [c]?"), "ab c");
        assert_eq!(sheet_name("'''"), "Table");
        assert_eq!(sheet_name("HISTORY"), "Table");
        assert_eq!(sheet_name(&"x".repeat(40)).len(), LONGEST_NAME);
        assert_eq!(sheet_name("All practices, against the first year"), "All practices, against the");
        assert_eq!(sheet_name("Indicators against thresholds, all practices"), "Indicators against thresholds");
        assert_eq!(sheet_name("Exactly as many as there may be"), "Exactly as many as there may be");
        let (cover, none) = (Table::new("cover", []), Table::new("", []));
        assert_eq!(sheet_names(&[&cover, &none, &none]), ["cover 2", "Table", "Table 2"]);
        written(&none, &Notes::default());
    }

    #[test]
    fn what_no_sheet_holds_is_an_error() {
        let mut table = Table::new("T", [Column::text("text")]);
        table.rows = vec![Vec::new(); MOST_ROWS + 1];
        assert_eq!(
            write(&mut Vec::new(), &[&table], &Notes::default()).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
        table.rows = vec![vec![Cell::text("x".repeat(32_768))]];
        assert_eq!(
            write(&mut Vec::new(), &[&table], &Notes::default()).unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }
}
