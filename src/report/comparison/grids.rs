//! A comparison as tables.

use crate::ground::Amount;
use crate::report::comparison::changes::{Comparison, PracticeRow, Summary};
use crate::report::comparison::{Level, per_cent};
use crate::report::disclosure::MARK;
use crate::report::table::{Cell, Column, Table};

/// The columns of the comparison by practice.
pub static PRACTICE_COLUMNS: [Column; 9] = [
    Column::text("practice_code").short("practice"),
    Column::text("year"),
    Column::amount("points", 4),
    Column::amount("pounds", 2),
    Column::amount("points_change", 4).short("points +/-"),
    Column::amount("pounds_change", 2).short("pounds +/-"),
    Column::amount("change_percent", 2).short("%"),
    Column::text("result"),
    Column::text("crossed"),
];

/// The columns of the comparison by component.
pub static COMPONENT_COLUMNS: [Column; 10] = [
    Column::text("practice_code").short("practice"),
    Column::text("payment"),
    Column::text("paid_for"),
    Column::text("year"),
    Column::amount("points", 4),
    Column::amount("pounds", 2),
    Column::amount("points_change", 4).short("points +/-"),
    Column::amount("pounds_change", 2).short("pounds +/-"),
    Column::text("level"),
    Column::text("level_before").short("before"),
];

/// The columns of the summary.
pub static SUMMARY_COLUMNS: [Column; 15] = [
    Column::text("year"),
    Column::whole("practices").short("pract."),
    Column::amount("points", 4),
    Column::amount("pounds", 2),
    Column::whole("compared").short("comp."),
    Column::amount("pounds_change", 2).short("+/-"),
    Column::amount("change_percent", 2).short("%"),
    Column::whole("gain"),
    Column::whole("lose"),
    Column::amount("mean_change", 2).short("mean"),
    Column::amount("median_change", 2).short("median"),
    Column::amount("lose_percent", 2).short("lose %"),
    Column::amount("more_than_double_percent", 2).short("double %"),
    Column::whole("crossed_up").short("up"),
    Column::whole("crossed_down").short("down"),
];

impl Comparison {
    /// One row per practice and year.
    pub fn practice_table(&self) -> Table<'_> {
        let mut table = Table::new("Practices, against the first year", PRACTICE_COLUMNS.to_vec());
        table.rows = self.practices.iter().map(|row| self.practice_cells(row)).collect();
        table
    }

    fn practice_cells<'a>(&'a self, row: &'a PracticeRow) -> Vec<Cell<'a>> {
        let crossed: Vec<String> = row
            .crossed
            .iter()
            .map(|(component, before, after)| {
                let what = [component.payment.as_str(), component.paid_for.as_str()];
                let what = if component.paid_for.is_empty() { what[0] } else { what[1] };
                format!("{what} {} → {}", before.word(), after.word())
            })
            .collect();
        vec![
            Cell::text(row.practice_code.as_str()),
            Cell::text(self.years[row.year].as_str()),
            row.points.cell(),
            row.pounds.cell(),
            changed(row.points_change, row.is_withheld && row.year > 0),
            changed(row.pounds_change, row.is_withheld && row.year > 0),
            per_cent(row.pounds_before, row.pounds_change).into(),
            row.pounds_change.map_or(Cell::Empty, |change| {
                Cell::text(match change {
                    change if change.is_negative() => "loses",
                    change if change.is_zero() => "same",
                    _ => "gains",
                })
            }),
            if crossed.is_empty() { Cell::Empty } else { Cell::text(crossed.join("; ")) },
        ]
    }

    /// One row per practice, component and year.
    pub fn component_table(&self) -> Table<'_> {
        let mut table = Table::new("Components, against the first year", COMPONENT_COLUMNS.to_vec());
        let word = |level: Option<Level>| level.map_or(Cell::Empty, |level| Cell::text(level.word()));
        let rows = self.components.iter().map(|row| {
            let paid_for = row.component.paid_for.as_str();
            vec![
                Cell::text(row.practice_code.as_str()),
                Cell::text(row.component.payment.as_str()),
                if paid_for.is_empty() { Cell::Empty } else { Cell::text(paid_for) },
                Cell::text(self.years[row.year].as_str()),
                row.part.points.cell(),
                row.part.pounds.cell(),
                changed(row.points_change, row.is_withheld && row.year > 0),
                changed(row.pounds_change, row.is_withheld && row.year > 0),
                word(row.part.level),
                if row.year > 0 { word(row.level_before) } else { Cell::Empty },
            ]
        });
        table.rows = rows.collect();
        table
    }

    /// One row per year, over all practices.
    pub fn summary_table(&self) -> Table<'_> {
        let mut table = Table::new("All practices, against the first year", SUMMARY_COLUMNS.to_vec());
        let rows = self.years.iter().zip(&self.summaries).enumerate();
        table.rows = rows.map(|(year, (label, summary))| summary_cells(label, summary, year > 0)).collect();
        table
    }
}

/// A change, marked where it is not known because something is withheld.
pub(super) fn changed(change: Option<Amount>, is_withheld: bool) -> Cell<'static> {
    if is_withheld && change.is_none() { Cell::text(MARK) } else { change.into() }
}

fn summary_cells<'a>(label: &'a str, summary: &Summary, is_later: bool) -> Vec<Cell<'a>> {
    let later = |cell: Cell<'a>| if is_later { cell } else { Cell::Empty };
    vec![
        Cell::text(label),
        Cell::Whole(summary.practices),
        changed(summary.points, summary.is_withheld),
        changed(summary.pounds, summary.is_withheld),
        later(Cell::Whole(summary.compared)),
        summary.pounds_change.into(),
        summary.percent.into(),
        later(Cell::Whole(summary.gain)),
        later(Cell::Whole(summary.lose)),
        summary.mean.into(),
        summary.median.into(),
        summary.lose_percent.into(),
        summary.double_percent.into(),
        later(Cell::Whole(summary.crossed_up)),
        later(Cell::Whole(summary.crossed_down)),
    ]
}
