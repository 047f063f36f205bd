//! The headline: what the practices of each area, and all of them, reached and are paid.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::eval::pay::Counted;
use crate::ground::Amount;
use crate::model::book::MeasurementId;
use crate::report::comparison::changes::PracticeRow;
use crate::report::comparison::per_cent;
use crate::report::disclosure::MARK;
use crate::report::figured::Figured;
use crate::report::page::practices::{AREA, picked};
use crate::report::page::{Material, Section};
use crate::report::rollup::RowKind;
use crate::report::rows::{MeasureRow, sum_of_counts, whole_people};
use crate::report::style::grouped;
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
    /// True if the counts may not be told.
    is_withheld: bool,
    points: Figured,
    pounds: Figured,
    /// Practices whose pounds are not known.
    not_known: u64,
    /// Practices of which some payment is withheld.
    withheld: u64,
    change: Option<Amount>,
    before: Option<Amount>,
    gain: u64,
    lose: u64,
}

pub(super) fn section(material: &Material<'_>) -> Section {
    let mut section = Section::new("headline", "Headline");
    section.paragraphs.extend(material.disclosure.map(|done| format!("Disclosure control: {}.", done.words())));
    section.paragraphs.push(
        "People are counted once for each indicator whose denominator they are in. Pounds are all that the rules pay a \
         practice: for indicators, for doses and otherwise, less what is clawed back."
            .to_owned(),
    );
    let title = if material.grouping.is_some() { "All practices" } else { "All practices, and each area" };
    let mut table = Table::new(title, AREA_COLUMNS);
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
    // Groups are not put together by their areas, so there is nothing to tell the one row of a year from.
    let of_areas = |column: &&str| material.grouping.is_none() || *column != AREA;
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_ref()).filter(of_areas).collect();
    section.tables.push(("areas-table".to_owned(), picked(&table, &columns)));
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
        let measures: Vec<&MeasureRow> = measures.collect();
        let counts = measures.iter().map(|row| row.counts);
        let count = |is: fn(&&&PracticeRow) -> bool| rows.iter().filter(is).count() as u64;
        let changed = |is: &dyn Fn(Amount) -> bool| {
            rows.iter().filter_map(|row| row.pounds_change).filter(|change| is(*change)).count() as u64
        };
        Sum {
            practices: rows.len() as u64,
            counts: (!measures.is_empty()).then(|| sum_of_counts(counts)),
            is_withheld: is_withheld(material, area, year, &measures),
            points: told_sum(rows.iter().map(|row| &row.points)),
            pounds: told_sum(rows.iter().map(|row| &row.pounds)),
            not_known: count(|row| matches!(row.pounds, Figured::Gap(_) | Figured::None)),
            withheld: count(|row| row.pounds == Figured::Withheld),
            change: sum(rows.iter().filter_map(|row| row.pounds_change)),
            before: sum(rows.iter().filter(|row| row.pounds_change.is_some()).filter_map(|row| row.pounds_before)),
            gain: changed(&|change| change > Amount::ZERO),
            lose: changed(&Amount::is_negative),
        }
    }

    /// The share reached, and of how many; None where nobody is counted.
    fn reached(&self) -> Option<(String, String)> {
        let counts = self.counts?;
        let percent = counts.achievement_percent()?;
        if self.is_withheld {
            return Some((MARK.to_owned(), "a count that it adds up is withheld".to_owned()));
        }
        let of = format!("{} of {}", shown(counts.numerator, 0), shown(counts.denominator, 0));
        Some((format!("{} %", percent.to_decimals(2)), of))
    }

    /// The pounds, and what they leave out.
    fn paid(&self, kind: RowKind) -> (String, String) {
        let left_out = match (self.withheld, self.not_known) {
            (0, 0) => String::new(),
            (0, count) => format!("without {} whose pounds are not known", kind.counted(count)),
            (count, _) => format!("what {} of {} are paid is withheld", count, kind.counted(self.practices)),
        };
        let value = match &self.pounds {
            Figured::Known(amount) => pounds(*amount),
            Figured::Withheld => MARK.to_owned(),
            Figured::Gap(_) | Figured::None => "not known".to_owned(),
        };
        (value, left_out)
    }

    fn cells(&self, area: &str, year: &str) -> Vec<Cell<'static>> {
        let people = |of: fn(&Counted) -> Amount| {
            let whole = self.counts.as_ref().and_then(|counts| whole_people(of(counts)));
            told_if(!self.is_withheld, whole.map_or(Cell::Empty, Cell::Whole))
        };
        let is_compared = |count: u64| if self.change.is_some() { Cell::Whole(count) } else { Cell::Empty };
        vec![
            Cell::text(area.to_owned()),
            Cell::text(year.to_owned()),
            Cell::Whole(self.practices),
            people(|counts| counts.denominator),
            people(|counts| counts.numerator),
            told_if(!self.is_withheld, self.counts.and_then(|counts| counts.achievement_percent()).into()),
            self.points.cell(),
            self.pounds.cell(),
            self.change.into(),
            per_cent(self.before, self.change).into(),
            is_compared(self.gain),
            is_compared(self.lose),
        ]
    }
}

/// The last year's figures, and what changed against the first.
fn card(material: &Material<'_>, area: Option<&str>, sums: &[Sum]) -> Card {
    let kind = material.known.kind;
    let mut figures = Vec::new();
    let mut add = |what: String, value: String, beside: String| figures.push(Glance { what, value, beside });
    if let (Some(sum), Some(side)) = (sums.last(), material.sides.last()) {
        let year = side.label;
        add(format!("{}, {year}", kind.heading()), grouped(&sum.practices.to_string()), String::new());
        if let Some((value, of)) = sum.reached() {
            add(format!("Reached, {year}"), value, of);
        }
        let (value, left_out) = sum.paid(kind);
        add(format!("Paid, {year}"), value, left_out);
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

/// Whether the sums of counts that a year's rows come to may not be told: of all practices, the totals over them of some
/// indicator; of an area, some row. So a sum that is told follows from what else is.
fn is_withheld(material: &Material<'_>, area: Option<&str>, year: usize, rows: &[&MeasureRow]) -> bool {
    match (area, material.sides[year].withholding) {
        (Some(_), _) => rows.iter().any(|row| row.withheld.achievement()),
        (None, Some(withholding)) => {
            let mut numbered = material.sides[year].book.measurements.iter().zip(0..);
            numbered.any(|(_, at)| withholding.total(MeasurementId(at)).achievement())
        }
        (None, None) => false,
    }
}

fn told_if(is_told: bool, cell: Cell<'static>) -> Cell<'static> {
    if is_told || cell == Cell::Empty { cell } else { Cell::text(MARK) }
}

/// The sum of what is known; withheld where something of it is.
fn told_sum<'a>(figures: impl Iterator<Item = &'a Figured> + Clone) -> Figured {
    match figures.clone().any(|figure| *figure == Figured::Withheld) {
        true => Figured::Withheld,
        false => sum(figures.filter_map(Figured::known)).map_or(Figured::None, Figured::Known),
    }
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
