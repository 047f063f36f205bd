//! Results in the long form in which the Quality and Outcomes Framework is published: one row per practice, indicator and
//! thing counted. `uptake score` reads it.

use crate::ground::Amount;
use crate::report::rows::{MeasureGrid, MeasureRow};
use crate::report::table::{Cell, Column, Grid, Table};

/// What is counted, with the column of the rows' table that has it. Adjustments are those excepted; the excluded are who
/// is left of the register.
const MEASURES: [(&str, &str); 5] = [
    ("REGISTER", "register"),
    ("DENOMINATOR", "denominator"),
    ("NUMERATOR", "numerator"),
    ("PCAS", "excepted"),
    ("ACHIEVED_POINTS", "points"),
];

/// Rows as the published table; with a column YEAR where they are of several years. What is not known has no row.
pub fn table<'a>(rows: &'a [MeasureRow]) -> Table<'a> {
    let is_of_years = rows.windows(2).any(|pair| pair[0].year != pair[1].year);
    let names = ["PRACTICE_CODE", "INDICATOR_CODE", "MEASURE", "VALUE"].map(Column::text);
    let year = is_of_years.then_some(Column::text("YEAR"));
    let mut table = Table::new("Published long form", year.into_iter().chain(names).collect::<Vec<_>>());
    let grid = MeasureGrid { title: "", rows };
    let place = |name: &str| grid.columns().iter().position(|column| column.name == name);
    let measures = MEASURES.map(|(measure, name)| (measure, place(name)));
    for (at, row) in rows.iter().enumerate() {
        for (measure, column) in measures {
            let value = column.map_or(Cell::Empty, |column| grid.cell(at, column));
            if value == Cell::Empty {
                continue;
            }
            let year = is_of_years.then(|| Cell::text(row.year.as_str()));
            let key = [row.practice_code.as_str(), row.indicator.as_str(), measure].map(Cell::text);
            table.rows.push(year.into_iter().chain(key).chain([Cell::text(written(&value))]).collect());
        }
    }
    table
}

/// A value as it is published: without zeros that say nothing.
fn written(value: &Cell<'_>) -> String {
    const DECIMALS: u32 = 4;
    match value {
        Cell::Empty => String::new(),
        Cell::Text(text) => text.clone().into_owned(),
        Cell::Whole(people) => people.to_string(),
        Cell::Amount(amount) => {
            let shown = Amount::to_decimals(*amount, DECIMALS);
            shown.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    }
}
