//! What is withheld of the return: per practice, and per area, which is printed beside it.

use std::collections::BTreeMap;

use crate::report::disclosure::measures::people;
use crate::report::disclosure::rows::Shape;
use crate::report::disclosure::sums::Printed;
use crate::report::pathway::returns::ReturnRow;

/// Which counts of a row are not to be printed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WithheldReturn {
    /// Denominator and numerator at the baseline.
    pub baseline: [bool; 2],
    /// Denominator and numerator at the year's end.
    pub year_end: [bool; 2],
    /// By exception; empty where none is withheld.
    pub exceptions: Vec<bool>,
    /// All exceptions together.
    pub excepted: bool,
}

impl WithheldReturn {
    /// True if something is withheld.
    pub fn any(&self) -> bool {
        let single = self.baseline.iter().chain(&self.year_end).chain(&self.exceptions);
        self.excepted || single.copied().any(|is_withheld| is_withheld)
    }

    /// Everything, where the counts do not fit together.
    fn all(exceptions: usize) -> WithheldReturn {
        WithheldReturn { baseline: [true; 2], year_end: [true; 2], exceptions: vec![true; exceptions], excepted: true }
    }
}

/// What is withheld of each area's row for an indicator.
pub type WithheldAreas = BTreeMap<(String, String), WithheldReturn>;

/// Withholds counts from 1 to `below` - 1 of rows, with what would give them away and what is paid by them; gives back
/// what is withheld of the areas' rows.
pub fn withhold(rows: &mut [ReturnRow], below: u64) -> WithheldAreas {
    let mut indicators: Vec<String> = rows.iter().map(|row| row.indicator.clone()).collect();
    indicators.sort();
    indicators.dedup();
    let mut areas = WithheldAreas::new();
    for indicator in indicators {
        let of_indicator: Vec<&mut ReturnRow> = rows.iter_mut().filter(|row| row.indicator == indicator).collect();
        areas.extend(withhold_of(of_indicator, &indicator, below));
    }
    for row in rows.iter_mut().filter(|row| row.withheld.any()) {
        row.pounds = row.pounds.clone().withheld();
    }
    areas
}

/// The same for the rows of one indicator.
fn withhold_of(mut rows: Vec<&mut ReturnRow>, indicator: &str, below: u64) -> WithheldAreas {
    let mut by_area: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        by_area.entry(row.area.clone()).or_default().push(at);
    }
    let groups: Vec<Vec<usize>> = by_area.values().cloned().collect();
    let exceptions = rows.first().map_or(0, |row| row.exceptions.len());
    let baselines: Vec<Vec<u64>> = rows.iter().map(|row| baseline_parts(row)).collect();
    let year_ends: Vec<Vec<u64>> = rows.iter().map(|row| year_end_parts(row)).collect();
    let (baselines, baseline_totals) = baseline_shape().withheld(&baselines, &groups, below);
    let (year_ends, year_end_totals) = year_end_shape(exceptions).withheld(&year_ends, &groups, below);
    for (row, (baseline, year_end)) in rows.iter_mut().zip(baselines.iter().zip(&year_ends)) {
        row.withheld = if row.fits() { told(baseline, year_end, exceptions) } else { WithheldReturn::all(exceptions) };
    }
    let mut areas = WithheldAreas::new();
    let totals = baseline_totals.iter().zip(&year_end_totals);
    for ((area, group), (baseline, year_end)) in by_area.into_iter().zip(totals) {
        let fits = group.iter().all(|at| rows[*at].fits());
        let withheld = if fits { told(baseline, year_end, exceptions) } else { WithheldReturn::all(exceptions) };
        areas.insert((area, indicator.to_owned()), withheld);
    }
    areas
}

/// Numerator and those who had not achieved, whom no column says; their sum is the denominator.
fn baseline_shape() -> Shape {
    Shape { parts: vec![Printed::Yes, Printed::No], sums: vec![(Printed::Yes, vec![0, 1])] }
}

fn baseline_parts(row: &ReturnRow) -> Vec<u64> {
    row.baseline.map_or(vec![0, 0], |counted| {
        let numerator = people(counted.numerator);
        vec![numerator, people(counted.denominator).saturating_sub(numerator)]
    })
}

/// Numerator, the exceptions, and those who neither achieved nor are an exception, whom no column says; the exceptions
/// together, all who have not achieved, and the denominator.
fn year_end_shape(exceptions: usize) -> Shape {
    let mut parts = vec![Printed::Yes; exceptions + 1];
    parts.push(Printed::No);
    let (rest, excepted, not_achieved) = (exceptions + 1, exceptions + 2, exceptions + 3);
    let sums = vec![
        (Printed::Yes, (1..=exceptions).collect()),
        (Printed::No, vec![excepted, rest]),
        (Printed::Yes, vec![0, not_achieved]),
    ];
    Shape { parts, sums }
}

fn year_end_parts(row: &ReturnRow) -> Vec<u64> {
    let (numerator, denominator) =
        row.year_end.map_or((0, 0), |counted| (people(counted.numerator), people(counted.denominator)));
    let excepted: u64 = row.exceptions.iter().sum();
    let rest = denominator.saturating_sub(numerator).saturating_sub(excepted);
    std::iter::once(numerator).chain(row.exceptions.iter().copied()).chain([rest]).collect()
}

fn told(baseline: &[bool], year_end: &[bool], exceptions: usize) -> WithheldReturn {
    WithheldReturn {
        baseline: [baseline[2], baseline[0]],
        year_end: [year_end[exceptions + 4], year_end[0]],
        exceptions: year_end[1..=exceptions].to_vec(),
        excepted: year_end[exceptions + 2],
    }
}
