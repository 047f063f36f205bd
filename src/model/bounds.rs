//! What a figure can be by its unit, whether a numbers file gives it or a run sets it.

use crate::ground::Amount;
use crate::model::book::Figure;
use crate::model::unit::Unit;

/// Why an amount cannot be a figure's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutOfBounds {
    /// The fault's code, as `uptake check` shows it.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: &'static str,
}

impl Figure {
    /// Why an amount cannot be this figure's; None where it can.
    pub fn out_of_bounds(&self, amount: Amount) -> Option<OutOfBounds> {
        match (self.unit, self.unit_word.as_str()) {
            (Unit::PERCENT, "%") => self.share(amount),
            // An improvement in percentage points may be a fall.
            (Unit::PERCENT, _) => None,
            // One payment may be three times another: what the unit calls a share can be a ratio.
            _ => self.negative(amount),
        }
    }

    fn share(&self, amount: Amount) -> Option<OutOfBounds> {
        let is_share = !amount.is_negative() && amount <= Amount::from(100_u32);
        (!is_share).then(|| OutOfBounds {
            code: "E411",
            message: format!("`{}` is {amount} %, and a share lies between 0 and 100 %", self.name),
            help: "mend the figure; a difference between two shares has the unit `% points`",
        })
    }

    fn negative(&self, amount: Amount) -> Option<OutOfBounds> {
        amount.is_negative().then(|| OutOfBounds {
            code: "E412",
            message: format!("`{}` is {amount}, and an amount is never below nothing", self.name),
            help: "write it without the sign: a rule that takes it away says so with `-`",
        })
    }
}
