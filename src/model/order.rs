//! Figures of an indicator that must stand in order, as written and as a run sets them.

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue, MeasureId};

/// Pairs of an indicator's figures of which the first must not be above the second.
pub(in crate::model) const IN_ORDER: [(&str, &str); 3] = [
    ("lower_threshold", "upper_threshold"),
    ("points_at_lower", "points_available"),
    ("improvement_starts", "improvement_full"),
];

/// True if the lower of two figures is below the higher; points may be the same at both ends.
pub(in crate::model) fn are_in_order(low: &str, low_amount: Amount, high_amount: Amount) -> bool {
    low_amount < high_amount || (low_amount == high_amount && low == "points_at_lower")
}

impl Rulebook {
    /// The first pair of figures that are out of order among figures that a run may have set, as a sentence.
    pub fn figures_out_of_order(&self, figures: &[Figure]) -> Option<String> {
        (0..).map(MeasureId).zip(&self.measures).find_map(|(id, measure)| {
            let amount = |name: &str| {
                let own = figures.iter().find(|figure| figure.owner == Some(id) && figure.name == name)?;
                match own.value {
                    FigureValue::Is(amount) => Some(amount),
                    FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
                }
            };
            IN_ORDER.into_iter().find_map(|(low, high)| {
                let (low_amount, high_amount) = (amount(low)?, amount(high)?);
                let code = &measure.code;
                let said =
                    || format!("{code} of {}: `{low}` would be {low_amount}, but `{high}` is {high_amount}", self.name);
                (!are_in_order(low, low_amount, high_amount)).then(said)
            })
        })
    }
}
