//! Pay against uptake: what one practice with so many people in every measure is paid from nobody reached to everybody.

pub mod svg;

use std::collections::BTreeMap;

use crate::eval::pay::{Counted, Facts, Origin, paid};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasurementId, PaymentId};
use crate::report::comparison::{POINTS_DECIMALS, POUNDS_DECIMALS, component, printed, total};
use crate::report::gaps::Figured;
use crate::report::table::{Cell, Column, Table};

/// The name under which all payments are added up.
pub const TOGETHER: &str = "together";

/// The columns of the curve.
pub static CURVE_COLUMNS: [Column; 6] = [
    Column::text("year"),
    Column::text("payment"),
    Column::amount("reached", 2),
    Column::amount("uptake_percent", 2).short("%"),
    Column::amount("points", POINTS_DECIMALS),
    Column::amount("pounds", POUNDS_DECIMALS),
];

/// The practice that a curve is drawn for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drawn {
    /// How many people are in the denominator of each measure.
    pub cohort_size: u64,
    /// Patients on its list; pounds for points need it.
    pub list_size: Option<u64>,
    /// How many people are reached at each place, none and all among them.
    pub reached: Vec<Amount>,
}

/// One payment of one year at every place, or all of them together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The year, as in the `year` column.
    pub year: String,
    /// The payment's name, or [`TOGETHER`].
    pub payment: String,
    /// Points and pounds at every place, as printed.
    pub paid: Vec<(Figured, Figured)>,
}

/// The lines of one year: each payment's over all that it is made for, then all together. Nobody is counted for what is
/// not among the measurements.
pub fn lines(
    book: &Rulebook,
    year: &str,
    figures: &[Figure],
    drawn: &Drawn,
    measurements: &[MeasurementId],
    waived: &[PaymentId],
) -> Vec<Line> {
    let mut by_payment: BTreeMap<String, Vec<(Figured, Figured)>> = BTreeMap::new();
    let mut together = Vec::new();
    for (place, reached) in drawn.reached.iter().enumerate() {
        let facts = facts(book, drawn, *reached, measurements, waived);
        let mut parts: BTreeMap<String, (Vec<Figured>, Vec<Figured>)> = BTreeMap::new();
        for paid in paid(book, figures, &facts) {
            let (points, pounds) = parts.entry(component(book, paid.program).payment).or_default();
            points.push(printed(Figured::of(paid.points, book), POINTS_DECIMALS));
            pounds.push(printed(Figured::of(paid.pounds, book), POUNDS_DECIMALS));
        }
        let all = (parts.values().flat_map(|(points, _)| points), parts.values().flat_map(|(_, pounds)| pounds));
        together.push((total(all.0), total(all.1)));
        for (payment, (points, pounds)) in &parts {
            let line = by_payment.entry(payment.clone()).or_default();
            // A payment that begins to be made keeps its places in step with the others.
            line.resize(place, (Figured::None, Figured::None));
            line.push((total(points), total(pounds)));
        }
    }
    let line = |(payment, paid)| Line { year: year.to_owned(), payment, paid };
    by_payment.into_iter().chain([(TOGETHER.to_owned(), together)]).map(line).collect()
}

fn facts(
    book: &Rulebook,
    drawn: &Drawn,
    reached: Amount,
    measurements: &[MeasurementId],
    waived: &[PaymentId],
) -> Facts {
    let mut counts = vec![None; book.measurements.len()];
    for id in measurements {
        counts[id.index()] = Some(Counted::of(reached, Amount::from(drawn.cohort_size)));
    }
    Facts {
        list_size: drawn.list_size,
        counts,
        baselines: vec![None; book.measurements.len()],
        doses: vec![None; book.fees.len()],
        waived: waived.to_vec(),
        origin: Origin::Counts,
    }
}

impl Drawn {
    /// The uptake at a place in per cent.
    pub fn percent(&self, place: usize) -> Option<Amount> {
        self.reached.get(place)?.times(Amount::from(100_u32))?.over(Amount::from(self.cohort_size))
    }
}

/// The curve as a table: by year, payment and uptake.
pub fn table<'a>(drawn: &Drawn, lines: &'a [Line]) -> Table<'a> {
    let mut table =
        Table::new(format!("Pay against uptake, {} people in each measure", drawn.cohort_size), CURVE_COLUMNS.to_vec());
    for line in lines {
        let rows = line.paid.iter().enumerate().map(|(place, (points, pounds))| {
            vec![
                Cell::text(line.year.as_str()),
                Cell::text(line.payment.as_str()),
                drawn.reached.get(place).copied().into(),
                drawn.percent(place).into(),
                points.known().into(),
                pounds.known().into(),
            ]
        });
        table.rows.extend(rows);
    }
    table
}
