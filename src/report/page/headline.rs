//! The headline: what the practices of each area, and all of them, reached and are paid.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::eval::pay::Counted;
use crate::ground::Amount;
use crate::report::comparison::changes::PracticeRow;
use crate::report::comparison::per_cent;
use crate::report::page::practices::AREA;
use crate::report::page::{Material, Section};
use crate::report::rows::{sum_of_counts, whole_people};
use crate::report::style::{counted, grouped};
use crate::report::table::{Cell, Column, Table};

/// What stands for all areas in the column `area`.
const ALL: &str = "all";

/// The columns of the table by area.
const AREA_COLUMNS: [Column; 12] = [
    Column::text(AREA),
    Column::text("year"),
    Column::whole("practices"),
    Column::whole("denominator"),
    Column::whole("numerator"),
    Column::amount("achievement_percent", 2),
    Column::amount("points", 4),
    Column::amount("pounds", 2),
    Column::amount("pounds_change", 2),
    Column::amount("change_percent", 2),
    Column::whole("gain"),
    Column::whole("lose"),
];

/// The figures of an area at a glance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Card {
    /// The area; empty for all practices.
    pub area: String,
    /// Each figure with its words.
    pub figures: Vec<Glance>,
}

/// One figure at a glance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Glance {
    /// What it is.
    pub what: String,
    /// As it is printed.
    pub value: String,
    /// What must be known beside it; may be empty.
    pub beside: String,
}

/// What an area's practices come to in one year.
struct Sum {
    practices: u64,
    counts: Option<Counted>,
    points: Option<Amount>,
    pounds: Option<Amount>,
    /// Practices whose pounds are not known.
    not_known: u64,
    change: Option<Amount>,
    before: Option<Amount>,
    gain: u64,
    lose: u64,
}

pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("headline", "Headline");
    section.paragraphs.push(
        "People are counted once for each indicator whose denominator they are in. Pounds are all that the rules pay a \
         practice: for indicators, for doses and otherwise, less what is clawed back."
            .to_owned(),
    );
    let mut table = Table::new("All practices, and each area", AREA_COLUMNS);
    let areas: BTreeSet<&str> = material.known.areas();
    for area in std::iter::once(None).chain(areas.into_iter().map(Some)) {
        let sums: Vec<Sum> = (0..material.sides.len()).map(|year| Sum::of(material, area, year)).collect();
        if sums.iter().all(|sum| sum.practices == 0) {
            continue;
        }
        for (side, sum) in material.sides.iter().zip(&sums) {
            table.rows.push(sum.cells(area.unwrap_or(ALL), side.label));
        }
        section.cards.push(card(material, area, &sums));
    }
    section.tables.push(("areas-table".to_owned(), table));
    section
}

impl Sum {
    fn of(material: &Material<'_>, area: Option<&str>, year: usize) -> Sum {
        let is_here = |code: &str| area.is_none_or(|area| material.known.area(code) == Some(area));
        let rows: Vec<&PracticeRow> = material
            .comparison
            .practices
            .iter()
            .filter(|row| row.year == year && is_here(&row.practice_code))
            .collect();
        let label = material.sides[year].label;
        let measures = material.measures.iter().filter(|row| row.year == label && is_here(&row.practice_code));
        let counts: Vec<Counted> = measures.map(|row| row.counts).collect();
        let changed = |is: &dyn Fn(Amount) -> bool| {
            rows.iter().filter_map(|row| row.pounds_change).filter(|change| is(*change)).count() as u64
        };
        Sum {
            practices: rows.len() as u64,
            counts: (!counts.is_empty()).then(|| sum_of_counts(counts.into_iter())),
            points: sum(rows.iter().filter_map(|row| row.points.known())),
            pounds: sum(rows.iter().filter_map(|row| row.pounds.known())),
            not_known: rows.iter().filter(|row| row.pounds.known().is_none()).count() as u64,
            change: sum(rows.iter().filter_map(|row| row.pounds_change)),
            before: sum(rows.iter().filter(|row| row.pounds_change.is_some()).filter_map(|row| row.pounds_before)),
            gain: changed(&|change| change > Amount::ZERO),
            lose: changed(&Amount::is_negative),
        }
    }

    fn cells(&self, area: &str, year: &str) -> Vec<Cell<'static>> {
        let people = |of: fn(&Counted) -> Amount| {
            self.counts.as_ref().and_then(|counts| whole_people(of(counts))).map_or(Cell::Empty, Cell::Whole)
        };
        let is_compared = |count: u64| if self.change.is_some() { Cell::Whole(count) } else { Cell::Empty };
        vec![
            Cell::text(area.to_owned()),
            Cell::text(year.to_owned()),
            Cell::Whole(self.practices),
            people(|counts| counts.denominator),
            people(|counts| counts.numerator),
            self.counts.and_then(|counts| counts.achievement_percent()).into(),
            self.points.into(),
            self.pounds.into(),
            self.change.into(),
            per_cent(self.before, self.change).into(),
            is_compared(self.gain),
            is_compared(self.lose),
        ]
    }
}

/// The last year's figures, and what changed against the first.
fn card(material: &Material<'_>, area: Option<&str>, sums: &[Sum]) -> Card {
    let mut figures = Vec::new();
    let mut add = |what: String, value: String, beside: String| figures.push(Glance { what, value, beside });
    if let (Some(sum), Some(side)) = (sums.last(), material.sides.last()) {
        let year = side.label;
        add(format!("Practices, {year}"), grouped(&sum.practices.to_string()), String::new());
        if let Some((counts, percent)) = sum.counts.and_then(|counts| Some((counts, counts.achievement_percent()?))) {
            let of = format!("{} of {}", shown(counts.numerator, 0), shown(counts.denominator, 0));
            add(format!("Reached, {year}"), format!("{} %", percent.to_decimals(2)), of);
        }
        let left_out = match sum.not_known {
            0 => String::new(),
            count => format!("without {} whose pounds are not known", counted(count, "practice")),
        };
        let pounds = sum.pounds.map_or("not known".to_owned(), pounds);
        add(format!("Paid, {year}"), pounds, left_out);
        if let (Some(change), Some(first)) = (sum.change, material.sides.first()) {
            let percent = per_cent(sum.before, change.into());
            let beside = percent.map_or(String::new(), |percent| format!("{} %", signed(percent, 2)));
            add(format!("Change since {}", first.label), signed_pounds(change), beside);
            let gainers = format!("{} gain, {} lose", sum.gain, sum.lose);
            add("Winners and losers".to_owned(), gainers, format!("{year} against {}", first.label));
        }
    }
    Card { area: area.unwrap_or_default().to_owned(), figures }
}

/// The sum of amounts; None of none.
fn sum(amounts: impl Iterator<Item = Amount>) -> Option<Amount> {
    amounts.reduce(|sum, part| sum.plus(part).unwrap_or(sum))
}

/// An amount with so many decimals, thousands parted.
pub(super) fn shown(amount: Amount, decimals: u32) -> String {
    grouped(&amount.to_decimals(decimals))
}

/// The same with a sign in any case but nothing.
pub(super) fn signed(amount: Amount, decimals: u32) -> String {
    let plus = if amount > Amount::ZERO { "+" } else { "" };
    format!("{plus}{}", shown(amount, decimals))
}

/// `£1,234.50`
pub(super) fn pounds(amount: Amount) -> String {
    let printed = shown(amount, 2);
    match printed.strip_prefix('−') {
        Some(printed) => format!("−£{printed}"),
        None => format!("£{printed}"),
    }
}

/// `+£1,234.50`, `−£20.00`
pub(super) fn signed_pounds(amount: Amount) -> String {
    let plus = if amount > Amount::ZERO { "+" } else { "" };
    format!("{plus}{}", pounds(amount))
}
