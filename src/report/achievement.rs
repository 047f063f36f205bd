//! What all practices together achieved, by indicator and year.

use std::collections::{BTreeMap, BTreeSet};

use crate::eval::pay::Counted;
use crate::report::rows::{MeasureRow, sum_of_counts};
use crate::report::table::{Cell, Column, Table};

/// A row for each indicator and a column for each year, in per cent of all practices' denominators; empty where nobody was
/// counted.
pub fn by_indicator(rows: &[MeasureRow]) -> Table<'static> {
    let years: BTreeSet<&str> = rows.iter().map(|row| row.year.as_str()).collect();
    let mut counts: BTreeMap<&str, BTreeMap<&str, Vec<Counted>>> = BTreeMap::new();
    for row in rows {
        counts.entry(&row.indicator).or_default().entry(&row.year).or_default().push(row.counts);
    }
    let mut columns = vec![Column::text("indicator")];
    columns.extend(years.iter().map(|year| Column { name: (*year).to_owned().into(), ..Column::amount("", 2) }));
    let mut table = Table::new("Achievement by indicator, %", columns);
    for (indicator, by_year) in counts {
        let percent = |year: &&str| sum_of_counts(by_year.get(year)?.iter().copied()).achievement_percent();
        let mut cells = vec![Cell::text(indicator.to_owned())];
        cells.extend(years.iter().map(|year| Cell::from(percent(year))));
        table.rows.push(cells);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Amount;
    use crate::report::rows::tests::row;

    #[test]
    fn practices_are_put_together_before_the_percentage_is_taken() {
        // Both have 5 of 7; in the second year one has, and the other has nobody.
        let mut nobody = row("2031-32", "A2", "T1");
        nobody.counts = Counted::of(Amount::ZERO, Amount::ZERO);
        let rows = [row("2030-31", "A1", "T1"), row("2030-31", "A2", "T1"), row("2031-32", "A1", "T2"), nobody];
        let table = by_indicator(&rows);
        let shown: Vec<Vec<String>> = table
            .rows
            .iter()
            .map(|row| {
                row.iter().zip(&table.columns).map(|(cell, column)| cell.shown(column.kind).into_owned()).collect()
            })
            .collect();
        // 10 of 14 is 71.43 %; nobody has no percentage.
        assert_eq!(shown, [["T1", "71.43", ""], ["T2", "", "71.43"]]);
    }
}
