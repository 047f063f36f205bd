//! Figures that cannot be what their unit says.

use crate::ground::{Amount, Diagnostic};
use crate::model::book::{Figure, FigureValue};
use crate::model::build::Builder;
use crate::model::unit::Unit;

impl Builder<'_> {
    pub(super) fn check_figures(&mut self) {
        for figure in self.contract.all_figures() {
            let FigureValue::Is(amount) = figure.value else { continue };
            self.faults.extend(match figure.out_of_bounds(amount) {
                Some(odd) => Some(Diagnostic::error(odd.code, figure.span, odd.message).help(odd.help)),
                None => part_of_one(figure, amount).or_else(|| fraction(figure, amount)),
            });
        }
    }
}

/// `0.89` for 89 %. A share that small may be meant, so it is no more than odd.
fn part_of_one(figure: &Figure, amount: Amount) -> Option<Diagnostic> {
    let Figure { name, unit_word, span, .. } = figure;
    let is_share = figure.unit == Unit::PERCENT && unit_word == "%";
    let is_odd = is_share && !amount.is_zero() && !amount.is_negative() && amount < Amount::ONE;
    let times_100 = amount.times(Amount::from(100_u32))?;
    let message = format!("`{name}` is {amount} %, which is less than one in a hundred");
    let help = format!("write `{times_100}` if {times_100} % is meant: the unit `%` counts in hundredths");
    is_odd.then(|| Diagnostic::warning("W446", *span, message).help(help))
}

/// Half a child may be an average, so it is no more than odd.
fn fraction(figure: &Figure, amount: Amount) -> Option<Diagnostic> {
    let Figure { name, unit_word: unit, span, .. } = figure;
    let is_counted = figure.unit == Unit::NUMBER && !unit.is_empty() && unit != "share";
    let message = format!("`{name}` is {amount} {unit}, which is not a whole number");
    let help = format!("mend the figure, or its unit: {unit} are counted one by one");
    (is_counted && !amount.is_whole()).then(|| Diagnostic::warning("W413", *span, message).help(help))
}
