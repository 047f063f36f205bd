//! Payments that are tables of their own: what is paid for courses, quarters and practices, and fees per dose.

use crate::eval::pay::{Facts, Paid};
use crate::model::Rulebook;
use crate::model::book::MeasureKind;
use crate::model::formula::ProgramOf;
use crate::report::disclosure::MARK;
use crate::report::figured::Figured;
use crate::report::table::{Cell, Column, Grid};

/// The columns of the payments table.
pub static PAYMENT_COLUMNS: [Column; 6] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("payment"),
    Column::text("paid_for"),
    Column::amount("points", 4),
    Column::amount("pounds", 2),
];

/// The columns of the fees table.
pub static FEE_COLUMNS: [Column; 5] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("fee"),
    Column::whole("doses"),
    Column::amount("pounds", 2),
];

/// What one payment pays a practice for one thing: a course, a quarter, the practice itself.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PaymentKey {
    /// The practice.
    pub practice_code: String,
    /// The payment's or fee's name.
    pub payment: String,
    /// `MMR1_24M`, `Q2`, or empty for the practice as a whole.
    pub paid_for: String,
    /// The contract year.
    pub year: String,
}

/// A row of the payments table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentRow {
    /// What is paid, to whom.
    pub key: PaymentKey,
    /// The place of what pays it among the rulebook's programs.
    pub program: usize,
    /// Doses, where it is a fee.
    pub doses: Option<u64>,
    /// True if so many doses are not to be printed.
    pub doses_withheld: bool,
    /// Points.
    pub points: Figured,
    /// Pounds.
    pub pounds: Figured,
}

/// The payments and the fees of a practice, apart; what is paid for indicators is in their own table.
pub fn payment_rows(
    book: &Rulebook,
    year: &str,
    practice_code: &str,
    facts: &Facts,
    paid: &[Paid],
) -> (Vec<PaymentRow>, Vec<PaymentRow>) {
    let (mut payments, mut fees) = (Vec::new(), Vec::new());
    for paid in paid {
        let program = &book.programs[paid.program];
        let measurement = program.measurement.map(|id| &book.measurements[id.index()]);
        let measure = measurement.map(|measurement| &book.measures[measurement.measure.index()]);
        if measure.is_some_and(|measure| measure.kind == MeasureKind::Indicator) {
            continue;
        }
        let quarter = program.quarter.map(|quarter| format!("Q{quarter}"));
        let paid_for = measurement.map(|measurement| measurement.label.clone()).or(quarter).unwrap_or_default();
        let row = |payment: &str, doses: Option<u64>| PaymentRow {
            key: PaymentKey {
                practice_code: practice_code.to_owned(),
                payment: payment.to_owned(),
                paid_for,
                year: year.to_owned(),
            },
            doses,
            program: paid.program,
            doses_withheld: false,
            points: Figured::of(paid.points, book),
            pounds: Figured::of(paid.pounds, book),
        };
        match program.of {
            ProgramOf::Payment(id) => payments.push(row(&book.payments[id.index()].name, None)),
            ProgramOf::Fee(id) => {
                let doses = facts.doses.get(id.index()).copied().flatten();
                fees.push(row(&book.fees[id.index()].name, doses));
            }
        }
    }
    (payments, fees)
}

/// Sorts by practice, payment, what it is for, and year, bytewise.
pub fn sort_payments(rows: &mut [PaymentRow]) {
    rows.sort_by(|a, b| a.key.cmp(&b.key));
}

/// Which table payment rows make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaymentTable {
    /// [`PAYMENT_COLUMNS`]
    Payments,
    /// [`FEE_COLUMNS`]
    Fees,
}

/// Payment rows as a table.
#[derive(Clone, Copy, Debug)]
pub struct PaymentGrid<'a> {
    /// The title, for people.
    pub title: &'a str,
    /// With which columns.
    pub table: PaymentTable,
    /// The rows.
    pub rows: &'a [PaymentRow],
}

impl Grid for PaymentGrid<'_> {
    fn title(&self) -> &str {
        self.title
    }

    fn columns(&self) -> &[Column] {
        match self.table {
            PaymentTable::Payments => &PAYMENT_COLUMNS,
            PaymentTable::Fees => &FEE_COLUMNS,
        }
    }

    fn row_count(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let row = &self.rows[row];
        match (self.table, column) {
            (_, 0) => Cell::text(&row.key.year),
            (_, 1) => Cell::text(&row.key.practice_code),
            (_, 2) => Cell::text(&row.key.payment),
            (PaymentTable::Payments, 3) if !row.key.paid_for.is_empty() => Cell::text(&row.key.paid_for),
            (PaymentTable::Payments, 4) => row.points.cell(),
            (PaymentTable::Fees, 3) if row.doses_withheld => Cell::text(MARK),
            (PaymentTable::Fees, 3) => row.doses.map_or(Cell::Empty, Cell::Whole),
            (PaymentTable::Payments, 5) | (PaymentTable::Fees, 4) => row.pounds.cell(),
            (PaymentTable::Payments | PaymentTable::Fees, _) => Cell::Empty,
        }
    }
}
