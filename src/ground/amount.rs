//! Exact amounts: points, pounds and percentages as ratios of integers, never as floating point.

use std::fmt;

use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Signed, Zero};
use rust_decimal::Decimal;

/// An exact ratio of two integers. It carries no unit; what uses it knows the unit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Amount(Ratio<i128>);

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(Ratio::new_raw(0, 1));
    /// One.
    pub const ONE: Amount = Amount(Ratio::new_raw(1, 1));

    /// `numerator / denominator`, if the denominator is not zero.
    pub fn ratio(numerator: i128, denominator: i128) -> Option<Amount> {
        (denominator != 0).then(|| Amount(Ratio::new(numerator, denominator)))
    }

    /// Reads a decimal such as `213.43` or `-4`, exactly; at most 28 digits.
    pub fn parse(text: &str) -> Option<Amount> {
        let decimal = Decimal::from_str_exact(text.trim()).ok()?;
        Amount::ratio(decimal.mantissa(), 10_i128.checked_pow(decimal.scale())?)
    }

    /// The sum, unless it is too large to hold exactly.
    pub fn plus(self, other: Amount) -> Option<Amount> {
        self.wholes(other, i128::checked_add)
            .or_else(|| self.with(other, |a, b| a.checked_add(b), |a, b| a.checked_add(b)))
    }

    /// The difference, unless it is too large to hold exactly.
    pub fn minus(self, other: Amount) -> Option<Amount> {
        self.wholes(other, i128::checked_sub)
            .or_else(|| self.with(other, |a, b| a.checked_sub(b), |a, b| a.checked_sub(b)))
    }

    /// The product, unless it is too large to hold exactly.
    pub fn times(self, other: Amount) -> Option<Amount> {
        self.wholes(other, i128::checked_mul)
            .or_else(|| self.with(other, |a, b| a.checked_mul(b), |a, b| a.checked_mul(b)))
    }

    /// The quotient, unless `other` is zero or it is too large to hold exactly.
    pub fn over(self, other: Amount) -> Option<Amount> {
        if other.0.is_zero() {
            return None;
        }
        self.with(other, |a, b| a.checked_div(b), |a, b| a.checked_div(b))
    }

    /// An operation on two whole numbers, which needs no common divisor; None if they are not, or it is too large to hold.
    #[inline]
    fn wholes(self, other: Amount, operation: fn(i128, i128) -> Option<i128>) -> Option<Amount> {
        operation(self.whole()?, other.whole()?).map(|whole| Amount(Ratio::from_integer(whole)))
    }

    /// An operation, on small numbers where they hold it, which nearly all do: a processor divides them in one step.
    #[inline]
    fn with(
        self,
        other: Amount,
        of_small: impl Fn(&Ratio<i64>, &Ratio<i64>) -> Option<Ratio<i64>>,
        of_wide: impl Fn(&Ratio<i128>, &Ratio<i128>) -> Option<Ratio<i128>>,
    ) -> Option<Amount> {
        let small = self.small().zip(other.small()).and_then(|(a, b)| of_small(&a, &b));
        match small {
            Some(small) => Some(Amount(Ratio::new_raw(i128::from(*small.numer()), i128::from(*small.denom())))),
            None => of_wide(&self.0, &other.0).map(Amount),
        }
    }

    /// The same ratio of small numbers, if it is one. The least number of all has no opposite, so it is left out.
    #[inline]
    fn small(self) -> Option<Ratio<i64>> {
        let small = |part: i128| i64::try_from(part).ok().filter(|&part| part > i64::MIN);
        Some(Ratio::new_raw(small(*self.0.numer())?, small(*self.0.denom())?))
    }

    /// The nearest whole multiple of `step`; halves go away from zero. None if it is too large to hold exactly or
    /// `step` is zero.
    pub fn round_to(self, step: Amount) -> Option<Amount> {
        Amount(Ratio::from_integer(self.over(step)?.rounded())).times(step)
    }

    /// True for exactly nothing.
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.0.is_negative()
    }

    /// True for a whole number.
    pub fn is_whole(self) -> bool {
        self.0.is_integer()
    }

    /// The whole number, if it is one.
    pub fn whole(self) -> Option<i128> {
        self.0.is_integer().then(|| *self.0.numer())
    }

    /// Numerator and denominator, without a common divisor; the denominator is above zero.
    pub fn parts(self) -> (i128, i128) {
        (*self.0.numer(), *self.0.denom())
    }

    /// The greatest whole number that is not above it.
    pub fn floor(self) -> i128 {
        self.0.floor().to_integer()
    }

    /// The amount with exactly that many decimals, halves away from zero: for display only.
    pub fn to_decimals(self, places: u32) -> String {
        let scaled = 10_i128.checked_pow(places).and_then(|scale| self.times(Amount(Ratio::from_integer(scale))));
        let whole = scaled.map(Amount::rounded);
        match whole.and_then(|whole| Decimal::try_from_i128_with_scale(whole, places).ok()) {
            Some(decimal) => decimal.to_string(),
            // Beyond 28 digits there are no decimals worth showing.
            None => self.rounded().to_string(),
        }
    }

    /// The nearest whole number; halves go away from zero.
    fn rounded(self) -> i128 {
        match self.small() {
            Some(small) => i128::from(small.round().to_integer()),
            None => self.0.round().to_integer(),
        }
    }
}

impl From<u32> for Amount {
    fn from(whole: u32) -> Amount {
        Amount(Ratio::from_integer(i128::from(whole)))
    }
}

impl From<u64> for Amount {
    fn from(whole: u64) -> Amount {
        Amount(Ratio::from_integer(i128::from(whole)))
    }
}

impl fmt::Display for Amount {
    /// As a decimal where it is one of at most 12 places, else as `a/b`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for places in 0..=12 {
            let Some(scale) = 10_i128.checked_pow(places) else { break };
            let scaled = self.times(Amount(Ratio::from_integer(scale)));
            if scaled.is_some_and(Amount::is_whole) {
                return f.write_str(&self.to_decimals(places));
            }
        }
        write!(f, "{}/{}", self.0.numer(), self.0.denom())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn small_numbers_say_what_wide_ones_say(
            parts in proptest::array::uniform4(prop_oneof![-40_i128..40, any::<i64>().prop_map(i128::from), (-1_i128 << 90)..1 << 90]),
        ) {
            let [a, b, c, d] = parts;
            prop_assume!(b != 0 && d != 0);
            let (one, other) = (Ratio::new(a, b), Ratio::new(c, d));
            let (first, second) = (Amount(one), Amount(other));
            prop_assert_eq!(first.plus(second), one.checked_add(&other).map(Amount));
            prop_assert_eq!(first.minus(second), one.checked_sub(&other).map(Amount));
            prop_assert_eq!(first.times(second), one.checked_mul(&other).map(Amount));
            prop_assert_eq!(first.over(second), if c == 0 { None } else { one.checked_div(&other).map(Amount) });
        }
    }

    #[test]
    fn decimals_are_exact_and_halves_go_up() {
        let tenth = Amount::parse("0.1").unwrap();
        let sum = (0..10).try_fold(Amount::ZERO, |sum, _| sum.plus(tenth)).unwrap();
        assert_eq!(sum, Amount::ONE);
        assert_eq!(Amount::parse("2.345").unwrap().to_decimals(2), "2.35");
        assert_eq!(Amount::parse("-2.345").unwrap().to_decimals(2), "-2.35");
        assert_eq!(Amount::parse("10.06").unwrap().to_string(), "10.06");
        assert_eq!(Amount::ratio(18, 7).unwrap().to_string(), "18/7");
        let pence = Amount::parse("0.01").unwrap();
        assert_eq!(Amount::parse("0.125").unwrap().round_to(pence).unwrap().to_string(), "0.13");
        assert_eq!((Amount::ratio(7, 2).unwrap().floor(), Amount::ratio(-7, 2).unwrap().floor()), (3, -4));
        assert_eq!(Amount::ONE.over(Amount::ZERO), None);
        assert_eq!(Amount::parse("1e5"), None);
        assert_eq!(Amount::parse("1,000"), None);
    }
}
