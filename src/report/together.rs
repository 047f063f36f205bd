//! What each practice is paid in all: indicators, other payments and fees together.

use std::collections::BTreeMap;

use crate::ground::Amount;
use crate::report::disclosure::MARK;
use crate::report::figured::Figured;
use crate::report::payments::PaymentRow;
use crate::report::rows::MeasureRow;
use crate::report::table::{Cell, Column, Table};

/// The columns: pounds of each kind, their sum, and how many figures are not known, which leave their sums empty.
pub const TOGETHER_COLUMNS: [Column; 8] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::amount("points", 4),
    Column::amount("indicators", 2),
    Column::amount("other_payments", 2).short("other"),
    Column::amount("fees", 2),
    Column::amount("pounds", 2),
    Column::whole("not_known"),
];

/// One practice's sums: points, then pounds of indicators, other payments and fees.
#[derive(Default)]
struct Sums {
    amounts: [Option<Amount>; 4],
    /// True where a part is withheld: so is the sum.
    withheld: [bool; 4],
    /// True where a part is not known: neither is the sum.
    gaps: [bool; 4],
    not_known: u64,
}

impl Sums {
    /// Adds a figure as it is printed.
    fn add(&mut self, at: usize, figure: &Figured, decimals: u32) {
        match figure {
            Figured::Known(amount) => {
                let step = Amount::ratio(1, 10_i128.pow(decimals)).unwrap_or(Amount::ONE);
                let printed = amount.round_to(step).unwrap_or(*amount);
                // Sums of payments never grow beyond what an exact amount holds.
                let held = self.amounts[at].unwrap_or(Amount::ZERO);
                self.amounts[at] = Some(held.plus(printed).unwrap_or(held));
            }
            Figured::Gap(_) => {
                self.gaps[at] = true;
                self.not_known += 1;
            }
            Figured::Withheld => self.withheld[at] = true,
            Figured::None => {}
        }
    }

    fn cell(&self, at: usize) -> Cell<'static> {
        match self.amounts[at] {
            _ if self.withheld[at] => Cell::text(MARK),
            _ if self.gaps[at] => Cell::Empty,
            amount => amount.into(),
        }
    }

    fn pounds(&self) -> Cell<'static> {
        if self.withheld[1..].contains(&true) {
            return Cell::text(MARK);
        }
        if self.gaps[1..].contains(&true) {
            return Cell::Empty;
        }
        self.amounts[1..].iter().flatten().copied().reduce(|sum, part| sum.plus(part).unwrap_or(sum)).into()
    }
}

/// One row per practice and year, sorted by practice and year: each sum is that of the figures printed in the other
/// tables. A sum of which a part is not known is not known either, and such parts are counted; one of which a part is
/// withheld is withheld.
pub fn together(measures: &[MeasureRow], payments: &[PaymentRow], fees: &[PaymentRow]) -> Table<'static> {
    let mut practices: BTreeMap<(String, String), Sums> = BTreeMap::new();
    for row in measures {
        let sums = practices.entry((row.practice_code.clone(), row.year.clone())).or_default();
        sums.add(0, &row.points, 4);
        sums.add(1, &row.pounds, 2);
    }
    for (at, rows) in [(2, payments), (3, fees)] {
        for row in rows {
            let sums = practices.entry((row.key.practice_code.clone(), row.key.year.clone())).or_default();
            sums.add(0, &row.points, 4);
            sums.add(at, &row.pounds, 2);
        }
    }
    let mut table = Table::new("All together, per practice", TOGETHER_COLUMNS);
    for ((practice_code, year), sums) in practices {
        let mut row = vec![Cell::text(year), Cell::text(practice_code)];
        row.extend((0..sums.amounts.len()).map(|at| sums.cell(at)));
        row.extend([sums.pounds(), Cell::Whole(sums.not_known)]);
        table.rows.push(row);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::payments::PaymentKey;

    #[test]
    fn a_sum_is_of_what_is_known_and_empty_where_a_part_is_not() {
        let key = |payment: &str| PaymentKey {
            practice_code: "A1".to_owned(),
            payment: payment.to_owned(),
            paid_for: String::new(),
            year: "2030-31".to_owned(),
        };
        let pounds = |text: &str| Figured::Known(Amount::parse(text).unwrap());
        let row = |payment: &str, pounds| PaymentRow {
            key: key(payment),
            doses: None,
            program: 0,
            doses_withheld: false,
            points: Figured::None,
            pounds,
        };
        let payments = [row("back", pounds("-2.50")), row("more", Figured::Gap("it is not known".to_owned()))];
        let fees = [row("jab", pounds("10.06")), row("jab2", pounds("20.12"))];
        let table = together(&[], &payments, &fees);
        // 10.06 + 20.12 = 30.18; one other payment is not known, and so is what they come to together.
        let shown: Vec<String> = table.rows[0]
            .iter()
            .zip(&table.columns)
            .map(|(cell, column)| cell.shown(column.kind).into_owned())
            .collect();
        assert_eq!(shown, ["2030-31", "A1", "", "", "", "30.18", "", "1"]);
    }
}
