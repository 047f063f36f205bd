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
                None => fraction(figure, amount),
            });
        }
    }
}

/// Half a child may be an average, so it is no more than odd.
fn fraction(figure: &Figure, amount: Amount) -> Option<Diagnostic> {
    let Figure { name, unit_word: unit, span, .. } = figure;
    let is_counted = figure.unit == Unit::NUMBER && !unit.is_empty() && unit != "share";
    let message = format!("`{name}` is {amount} {unit}, which is not a whole number");
    let help = format!("mend the figure, or its unit: {unit} are counted one by one");
    (is_counted && !amount.is_whole()).then(|| Diagnostic::warning("W413", *span, message).help(help))
}
