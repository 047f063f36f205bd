//! Axes of charts: where a number stands, and the round numbers beside it.

use crate::ground::Amount;
use crate::report::style::grouped;

/// About so many marks stand on an axis.
const MARKS: f64 = 6.0;

/// A stretch of numbers drawn over a stretch of the picture.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(in crate::report) struct Axis {
    /// The numbers at its ends.
    pub(in crate::report) numbers: (f64, f64),
    /// Where its ends are drawn.
    pub(in crate::report) drawn: (f64, f64),
}

impl Axis {
    /// Where a number stands; one beyond the ends stands at the end.
    pub(in crate::report) fn place(&self, number: f64) -> f64 {
        let (low, high) = self.numbers;
        let share = if high > low { (number.clamp(low, high) - low) / (high - low) } else { 0.0 };
        self.drawn.0 + share * (self.drawn.1 - self.drawn.0)
    }

    /// Round numbers from end to end: steps of 1, 2 or 5 with noughts.
    pub(in crate::report) fn marks(&self) -> Vec<f64> {
        let step = self.step();
        let first = (self.numbers.0 / step).ceil();
        let last = (self.numbers.1 / step).floor();
        let count = (last - first).max(0.0) as usize;
        (0..=count).map(|at| (first + at as f64) * step).collect()
    }

    /// How far its marks are apart.
    fn step(&self) -> f64 {
        let least = ((self.numbers.1 - self.numbers.0) / MARKS).max(f64::MIN_POSITIVE);
        let ten = 10_f64.powf(least.log10().floor());
        [1.0, 2.0, 5.0, 10.0].into_iter().map(|first| first * ten).find(|step| *step >= least).unwrap_or(ten * 10.0)
    }

    /// A mark's number as it is written: without decimals it does not need, thousands parted.
    pub(in crate::report) fn written(&self, mark: f64) -> String {
        let decimals = if self.step() < 1.0 { 1 } else { 0 };
        grouped(&format!("{mark:.decimals$}"))
    }
}

/// A number of an exact amount, for a chart.
pub(in crate::report) fn number(amount: Amount) -> f64 {
    let (above, below) = amount.parts();
    above as f64 / below as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_marks_and_keeps_within_its_ends() {
        // 60 to 100 in about six steps: 40 / 6 = 6.7, so steps of ten.
        let axis = Axis { numbers: (60.0, 100.0), drawn: (0.0, 400.0) };
        assert_eq!(axis.marks(), [60.0, 70.0, 80.0, 90.0, 100.0]);
        assert_eq!(axis.place(80.0), 200.0);
        assert_eq!((axis.place(0.0), axis.place(200.0)), (0.0, 400.0));
        // Upwards the picture's numbers fall.
        let up = Axis { numbers: (0.0, 18.0), drawn: (300.0, 0.0) };
        assert_eq!(up.marks(), [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(up.place(9.0), 150.0);
    }

    #[test]
    fn an_axis_of_one_number_is_no_fault() {
        let axis = Axis { numbers: (5.0, 5.0), drawn: (0.0, 10.0) };
        assert_eq!(axis.place(5.0), 0.0);
        assert!(axis.marks().len() <= 2);
    }
}
