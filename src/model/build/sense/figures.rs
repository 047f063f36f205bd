//! Figures that cannot be what their unit says.

use crate::ground::{Amount, Diagnostic, Span};
use crate::model::book::FigureValue;
use crate::model::build::Builder;
use crate::model::unit::Unit;

impl Builder<'_> {
    pub(super) fn check_figures(&mut self) {
        for figure in self.contract.all_figures() {
            let FigureValue::Is(amount) = figure.value else { continue };
            let place = Place { name: &figure.name, span: figure.span, amount };
            self.faults.extend(match (figure.unit, figure.unit_word.as_str()) {
                (Unit::PERCENT, "%") => place.share().or_else(|| place.part_of_one()),
                // One payment may be three times another: what the unit calls a share can be a ratio.
                (_, "share") => place.negative(),
                // An improvement in percentage points may be a fall.
                (Unit::PERCENT, _) => None,
                (Unit::NUMBER, unit) => place.negative().or_else(|| place.fraction(unit)),
                _ => place.negative(),
            });
        }
    }
}

struct Place<'a> {
    name: &'a str,
    span: Span,
    amount: Amount,
}

impl Place<'_> {
    fn share(&self) -> Option<Diagnostic> {
        let Place { name, span, amount } = self;
        let is_share = !amount.is_negative() && *amount <= Amount::from(100_u32);
        let message = format!("`{name}` is {amount} %, and a share lies between 0 and 100 %");
        let help = "mend the figure; a difference between two shares has the unit `% points`";
        (!is_share).then(|| Diagnostic::error("E411", *span, message).help(help))
    }

    /// `0.89` for 89 %. A share that small may be meant, so it is no more than odd.
    fn part_of_one(&self) -> Option<Diagnostic> {
        let Place { name, span, amount } = self;
        let odd = !amount.is_zero() && !amount.is_negative() && *amount < Amount::ONE;
        let times_100 = amount.times(Amount::from(100_u32))?;
        let message = format!("`{name}` is {amount} %, which is less than one in a hundred");
        let help = format!("write `{times_100}` if {times_100} % is meant: the unit `%` counts in hundredths");
        odd.then(|| Diagnostic::warning("W446", *span, message).help(help))
    }

    fn negative(&self) -> Option<Diagnostic> {
        let Place { name, span, amount } = self;
        let message = format!("`{name}` is {amount}, and an amount is never below nothing");
        let help = "write it without the sign: a rule that takes it away says so with `-`";
        amount.is_negative().then(|| Diagnostic::error("E412", *span, message).help(help))
    }

    /// Half a child may be an average, so it is no more than odd.
    fn fraction(&self, unit: &str) -> Option<Diagnostic> {
        let Place { name, span, amount } = self;
        let message = format!("`{name}` is {amount} {unit}, which is not a whole number");
        let help = format!("mend the figure, or its unit: {unit} are counted one by one");
        let odd = !unit.is_empty() && !amount.is_whole();
        odd.then(|| Diagnostic::warning("W413", *span, message).help(help))
    }
}
