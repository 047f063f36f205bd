//! Every figure of some rulebooks as a table: what it is, how far to trust it, and who says so.

use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue};
use crate::report::table::{Cell, Column, Table};
use crate::report::wording::value_words;

/// The columns: `belongs_to` is the indicator or course, empty for a figure of the whole rulebook.
pub const FIGURE_COLUMNS: [Column; 7] = [
    Column::text("rulebook"),
    Column::text("belongs_to"),
    Column::text("figure"),
    Column::text("value"),
    Column::text("status"),
    Column::text("source"),
    Column::text("conflict"),
];

/// The figures in the order of the rulebooks, and within one as it is written.
pub fn table<'b>(books: impl IntoIterator<Item = &'b Rulebook>) -> Table<'static> {
    let mut table = Table::new("Figures", FIGURE_COLUMNS);
    for book in books {
        table.rows.extend(book.figures.iter().map(|figure| cells(book, figure)));
    }
    table
}

fn cells(book: &Rulebook, figure: &Figure) -> Vec<Cell<'static>> {
    let text = |text: Option<String>| text.filter(|text| !text.is_empty()).map_or(Cell::Empty, Cell::text);
    let owner = figure.owner.map(|owner| book.measures[owner.index()].code.clone());
    let value = match &figure.value {
        FigureValue::Is(_) | FigureValue::IsDate(_) => value_words(figure),
        FigureValue::Unset(why) => Some(format!("not set: {why}")),
        FigureValue::Absent(why) => Some(format!("none: {why}")),
    };
    vec![
        Cell::text(book.name.to_string()),
        text(owner),
        Cell::text(figure.name.clone()),
        text(value),
        text(figure.status.map(|status| status.word().to_owned())),
        text(figure.source.map(|source| book.sources[source.index()].title.clone())),
        text(figure.conflict.clone()),
    ]
}
