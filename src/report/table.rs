//! Tables of typed columns, and what writes them: one shape for all results, whatever the format.
//!
//! | writer | document |
//! |---|---|
//! | [`csv`] | one table as RFC 4180, `\n` line ends |
//! | [`json`] | tables as lists of objects within a document |
//! | [`markdown`] | one table for forges and wikis, with totals |
//! | `parquet` | one table with typed columns; under the feature `parquet` |
//! | [`terminal`] | one table for people, with totals |
//! | `workbook` | tables on the sheets of an Excel workbook; under the feature `workbook` |

pub mod csv;
pub mod json;
pub mod markdown;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod terminal;
#[cfg(feature = "workbook")]
pub mod workbook;

use std::borrow::Cow;

use crate::ground::Amount;
use crate::report::disclosure::Disclosure;

/// What stands for a cell that is not known, where people read it.
const UNKNOWN: &str = "–";

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text: ids, codes, words.
    Text,
    /// Whole numbers from nothing up: patients, doses, days.
    Whole,
    /// Exact amounts, shown with so many decimals, halves away from zero. Whole numbers that may be negative are
    /// amounts without decimals.
    Amount {
        /// At most 18.
        decimals: u32,
    },
}

impl Kind {
    /// True for a column of numbers.
    pub fn is_number(self) -> bool {
        match self {
            Kind::Text => false,
            Kind::Whole | Kind::Amount { .. } => true,
        }
    }
}

/// A column: its name as in CSV headers (`achievement_percent`), and what it holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// The name.
    pub name: Cow<'static, str>,
    /// What it holds.
    pub kind: Kind,
    /// A shorter heading for a narrow window; without one, the name.
    pub short: Option<&'static str>,
}

impl Column {
    /// A column of text.
    pub const fn text(name: &'static str) -> Column {
        Column { name: Cow::Borrowed(name), kind: Kind::Text, short: None }
    }

    /// A column of whole numbers.
    pub const fn whole(name: &'static str) -> Column {
        Column { name: Cow::Borrowed(name), kind: Kind::Whole, short: None }
    }

    /// A column of amounts that are shown with so many decimals.
    pub const fn amount(name: &'static str, decimals: u32) -> Column {
        Column { name: Cow::Borrowed(name), kind: Kind::Amount { decimals }, short: None }
    }

    /// The same with a shorter heading for a narrow window.
    pub const fn short(mut self, heading: &'static str) -> Column {
        self.short = Some(heading);
        self
    }
}

/// One cell. One that is not of its column's kind (`[c]` for a withheld count) is written as text, and is null in
/// Parquet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cell<'a> {
    /// Not known, or there is none.
    Empty,
    /// Text.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(u64),
    /// An exact amount, in the unit that the column's name says.
    Amount(Amount),
}

impl<'a> Cell<'a> {
    /// Text that is borrowed or owned.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
        Cell::Text(text.into())
    }

    /// The same cell, borrowing its text.
    pub fn borrowed(&self) -> Cell<'_> {
        match self {
            Cell::Empty => Cell::Empty,
            Cell::Text(text) => Cell::Text(Cow::Borrowed(text)),
            Cell::Whole(whole) => Cell::Whole(*whole),
            Cell::Amount(amount) => Cell::Amount(*amount),
        }
    }

    /// The same cell, borrowing nothing.
    pub fn owned(&self) -> Cell<'static> {
        match self {
            Cell::Empty => Cell::Empty,
            Cell::Text(text) => Cell::text(text.clone().into_owned()),
            Cell::Whole(whole) => Cell::Whole(*whole),
            Cell::Amount(amount) => Cell::Amount(*amount),
        }
    }

    /// The text that a column of this kind shows: amounts rounded for display, an empty text for an empty cell.
    pub fn shown(&self, kind: Kind) -> Cow<'_, str> {
        match (self, kind) {
            (Cell::Empty, _) => Cow::Borrowed(""),
            (Cell::Text(text), _) => Cow::Borrowed(text),
            (Cell::Whole(whole), Kind::Amount { decimals }) => Cow::Owned(Amount::from(*whole).to_decimals(decimals)),
            (Cell::Whole(whole), Kind::Text | Kind::Whole) => Cow::Owned(whole.to_string()),
            (Cell::Amount(amount), Kind::Amount { decimals }) => Cow::Owned(amount.to_decimals(decimals)),
            (Cell::Amount(amount), Kind::Text | Kind::Whole) => Cow::Owned(amount.to_string()),
        }
    }
}

impl From<Option<Amount>> for Cell<'_> {
    fn from(amount: Option<Amount>) -> Self {
        amount.map_or(Cell::Empty, Cell::Amount)
    }
}

/// Rows and columns that a writer can ask for cell by cell, so that many rows need not stand in memory a second time; on
/// any thread, so that many can be written side by side.
pub trait Grid: Sync {
    /// What the table is, in a few words; may be empty. Only people are shown it.
    fn title(&self) -> &str;

    /// The columns, left to right.
    fn columns(&self) -> &[Column];

    /// How many rows there are.
    fn row_count(&self) -> usize;

    /// The cell in a row below [`Grid::row_count`] and a column of [`Grid::columns`], both counted from 0.
    fn cell(&self, row: usize, column: usize) -> Cell<'_>;
}

/// A table whose cells stand in memory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table<'a> {
    /// What it is, in a few words; may be empty.
    pub title: String,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows, each with a cell for every column; a missing one is empty.
    pub rows: Vec<Vec<Cell<'a>>>,
}

impl<'a> Table<'a> {
    /// A table without rows.
    pub fn new(title: impl Into<String>, columns: impl Into<Vec<Column>>) -> Table<'a> {
        Table { title: title.into(), columns: columns.into(), rows: Vec::new() }
    }
}

impl Grid for Table<'_> {
    fn title(&self) -> &str {
        &self.title
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn row_count(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.rows[row].get(column).map_or(Cell::Empty, Cell::borrowed)
    }
}

/// What goes with tables into a document that stands alone.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Notes {
    /// The document's title; where it is empty, that of the first table.
    pub title: String,
    /// What the document is: headings, each with its text.
    pub about: Vec<(String, String)>,
    /// Tables that a workbook draws too: a group of bars for each row, named by the first column, with one for each other
    /// column.
    pub drawn: Vec<Table<'static>>,
    /// Further tables.
    pub tables: Vec<Table<'static>>,
    /// What the tables have seen of disclosure control.
    pub disclosure: Option<Disclosure>,
}

impl Notes {
    /// The same of tables that have seen disclosure control.
    pub fn disclosed(mut self, disclosure: Option<Disclosure>) -> Notes {
        self.about.extend(disclosure.map(|done| ("Disclosure control".to_owned(), done.words())));
        self.disclosure = disclosure;
        self
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A small table with every kind of cell.
    pub(crate) fn sample() -> Table<'static> {
        let columns = [Column::text("practice_code"), Column::whole("register"), Column::amount("pounds", 2)];
        let mut table = Table::new("What is paid", columns);
        table.rows.push(vec![Cell::text("A1"), Cell::Whole(1234), Cell::Amount(Amount::ratio(2469, 200).unwrap())]);
        table.rows.push(vec![Cell::text("B, \"2\""), Cell::Whole(0), Cell::Empty]);
        table
    }

    #[test]
    fn cells_show_as_their_column_says() {
        let third = Amount::ratio(1, 3).unwrap();
        assert_eq!(Cell::Amount(third).shown(Kind::Amount { decimals: 4 }), "0.3333");
        assert_eq!(Cell::Amount(third).shown(Kind::Text), "1/3");
        assert_eq!(Cell::Whole(9).shown(Kind::Amount { decimals: 2 }), "9.00");
        assert_eq!(Cell::Whole(9).shown(Kind::Whole), "9");
        assert_eq!(Cell::Empty.shown(Kind::Whole), "");
        assert_eq!(Cell::from(None), Cell::Empty);
    }

    #[test]
    fn a_row_may_lack_cells() {
        let mut table = sample();
        table.rows.push(Vec::new());
        assert_eq!(table.cell(2, 1), Cell::Empty);
    }
}
