//! Tables as a page shows them: headings in words, numbers as people read them, and whose each row is.

use serde::Serialize;

use crate::report::page::practices::AREA;
use crate::report::rollup::RowKind;
use crate::report::style::{capital, grouped};
use crate::report::table::{Cell, Kind, Table};

/// A table of a page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(in crate::report) struct TableView {
    /// Its name in links.
    pub(in crate::report) id: String,
    /// What it is.
    pub(in crate::report) caption: String,
    /// The columns.
    pub(in crate::report) columns: Vec<ColumnView>,
    /// The rows.
    pub(in crate::report) rows: Vec<RowView>,
}

/// A column's heading.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(in crate::report) struct ColumnView {
    /// As in CSV.
    pub(in crate::report) name: String,
    /// In words.
    pub(in crate::report) heading: String,
    /// Whether numbers stand in it.
    pub(in crate::report) is_number: bool,
    /// Whether it holds texts so long that they go over several lines.
    pub(in crate::report) is_wide: bool,
    /// Whether all its texts are so short that none is broken, even on paper: `2023-24`.
    pub(in crate::report) is_short: bool,
}

/// A column with a longer text than this, in characters, is a wide one.
const LONGEST_ON_ONE_LINE: usize = 26;

/// One without a longer text than this is a short one.
const LONGEST_UNBROKEN: usize = 9;

/// A row, and whose it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(in crate::report) struct RowView {
    /// The practice's code; empty where it is of no one practice.
    pub(in crate::report) practice: String,
    /// The area; empty where it is of no one area, or of a practice's.
    pub(in crate::report) area: String,
    /// The cells as they are shown; None for an empty one.
    pub(in crate::report) cells: Vec<Option<String>>,
}

impl TableView {
    /// A table under a name for links; its rows are those of the practices, or groups, in the column of `kind`.
    pub(in crate::report) fn of(id: &str, table: &Table<'_>, kind: RowKind) -> TableView {
        let signs = |row: &Vec<Cell<'_>>, at: usize| match row.get(at) {
            Some(Cell::Text(text)) => text.chars().count(),
            Some(Cell::Empty | Cell::Whole(_) | Cell::Amount(_)) | None => 0,
        };
        let longest = |at: usize| table.rows.iter().map(|row| signs(row, at)).max().unwrap_or(0);
        let columns = table.columns.iter().enumerate().map(|(at, column)| ColumnView {
            name: column.name.clone().into_owned(),
            heading: heading(&column.name),
            is_number: column.kind.is_number(),
            is_wide: longest(at) > LONGEST_ON_ONE_LINE,
            is_short: longest(at) <= LONGEST_UNBROKEN,
        });
        let whose = |name: &str, row: &[Cell<'_>]| {
            let at = table.columns.iter().position(|column| column.name == name)?;
            row.get(at).map(|cell| cell.shown(Kind::Text).into_owned())
        };
        let row = |cells: &Vec<Cell<'_>>| {
            let practice = whose(kind.column, cells).unwrap_or_default();
            let area = if practice.is_empty() { whose(AREA, cells).unwrap_or_default() } else { String::new() };
            let shown = table.columns.iter().enumerate().map(|(at, column)| shown(cells.get(at), column.kind));
            RowView { practice, area, cells: shown.collect() }
        };
        TableView {
            id: id.to_owned(),
            caption: table.title.clone(),
            columns: columns.collect(),
            rows: table.rows.iter().map(row).collect(),
        }
    }
}

/// A cell as it is shown.
fn shown(cell: Option<&Cell<'_>>, kind: Kind) -> Option<String> {
    let cell = cell?;
    match cell {
        Cell::Empty => None,
        Cell::Text(text) if text.is_empty() => None,
        Cell::Text(text) => Some(text.clone().into_owned()),
        Cell::Whole(_) | Cell::Amount(_) => Some(grouped(&cell.shown(kind))),
    }
}

/// A column's name as a heading: `Achievement %`, `One more, £`.
fn heading(name: &str) -> String {
    let (rest, unit) = [("_percent", " %"), ("_pounds", ", £"), ("_points", ", points")]
        .into_iter()
        .find_map(|(ending, unit)| Some((name.strip_suffix(ending)?, unit)))
        .unwrap_or((name, ""));
    format!("{}{unit}", capital(&rest.replace('_', " ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Amount;
    use crate::report::table::Column;

    #[test]
    fn headings_are_words() {
        for (name, words) in [
            ("achievement_percent", "Achievement %"),
            ("one_more_pounds", "One more, £"),
            ("pounds", "Pounds"),
            ("practice_code", "Practice code"),
            ("2023-24 fail", "2023-24 fail"),
        ] {
            assert_eq!(heading(name), words);
        }
    }

    #[test]
    fn a_row_says_whose_it_is_and_numbers_are_grouped() {
        let columns = [Column::text("practice_code"), Column::text("area"), Column::amount("pounds", 2)];
        let mut table = Table::new("Paid", columns);
        let loss = Amount::parse("-1234.5").unwrap();
        table.rows.push(vec![Cell::text("A1"), Cell::text("North"), Cell::Amount(loss)]);
        table.rows.push(vec![Cell::Empty, Cell::text("South"), Cell::Empty]);
        let view = TableView::of("paid", &table, RowKind::PRACTICE);
        assert_eq!((view.rows[0].practice.as_str(), view.rows[0].area.as_str()), ("A1", ""));
        assert_eq!(view.rows[0].cells[2].as_deref(), Some("−1,234.50"));
        assert_eq!(view.rows[1].area, "South");
        assert_eq!(view.rows[1].cells, [None, Some("South".to_owned()), None]);
    }
}
