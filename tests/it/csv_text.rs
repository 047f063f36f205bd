//! Results as CSV, read back.

use std::collections::BTreeMap;

use uptake::ground::Amount;

/// Rows by column name.
pub type Rows = Vec<BTreeMap<String, String>>;

/// Reads what a command wrote; none of its cells is quoted.
pub fn rows(text: &str) -> Rows {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("there is a header").split(',').collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), header.len(), "{line}");
        header.iter().zip(cells).map(|(name, cell)| ((*name).to_owned(), cell.to_owned())).collect()
    };
    lines.map(row).collect()
}

/// The cell of the one row whose first three columns are these.
#[track_caller]
pub fn cell<'r>(rows: &'r Rows, key: &[&str; 3], column: &str) -> &'r str {
    let names = ["indicator", "payment", "fee"];
    let third = |row: &BTreeMap<String, String>| names.iter().find_map(|name| row.get(*name)).cloned();
    let found: Vec<_> = rows
        .iter()
        .filter(|row| row["year"] == key[0] && row["practice_code"] == key[1] && third(row).as_deref() == Some(key[2]))
        .collect();
    let [row] = found[..] else { panic!("{} rows for {key:?} in {rows:#?}", found.len()) };
    &row[column]
}

/// The sum of what is printed, with two decimals; an empty cell is nothing.
pub fn sum<'a>(cells: impl Iterator<Item = &'a str>) -> String {
    let known = cells.filter(|cell| !cell.is_empty()).map(|cell| Amount::parse(cell).expect("a number"));
    known.fold(Amount::ZERO, |sum, part| sum.plus(part).expect("a sum")).to_decimals(2)
}
