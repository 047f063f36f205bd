//! A table with a column that says what disclosure control it has seen, for forms that have no other place to say it.

use crate::report::disclosure::Disclosure;
use crate::report::table::{Cell, Column, Grid};

/// The name of the column.
pub const COLUMN: Column = Column::text("disclosure");

/// A table with the column `disclosure` after its own.
pub struct Stated<'a> {
    grid: &'a dyn Grid,
    columns: Vec<Column>,
    label: String,
}

impl<'a> Stated<'a> {
    /// The table with the column.
    pub fn new(grid: &'a dyn Grid, disclosure: Disclosure) -> Stated<'a> {
        let columns = grid.columns().iter().cloned().chain([COLUMN]).collect();
        Stated { grid, columns, label: disclosure.label() }
    }
}

impl Grid for Stated<'_> {
    fn title(&self) -> &str {
        self.grid.title()
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn row_count(&self) -> usize {
        self.grid.row_count()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        if column + 1 == self.columns.len() { Cell::text(self.label.as_str()) } else { self.grid.cell(row, column) }
    }
}
