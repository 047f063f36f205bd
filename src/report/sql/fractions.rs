//! Exact amounts in SQL: a fraction of two whole numbers, multiplied out, so that no engine rounds before the rule does.

use crate::ground::Amount;
use crate::report::sql::dialect::Dialect;

/// How a lower part starts that is NULL where it would be nothing.
const NULL_IF: &str = "NULLIF(";

/// A product: a number times columns and brackets. What is in it is never negative but where it says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Product {
    times: i128,
    factors: Vec<Factor>,
}

/// A column, or something in brackets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Factor {
    text: String,
    /// True where it may be below nothing.
    signed: bool,
}

/// A fraction whose lower part is above nothing, or NULL where the fraction is not known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Fraction {
    above: Product,
    below: Product,
    /// True where it may be NULL.
    pub(super) may_lack: bool,
}

impl Product {
    fn number(times: i128) -> Product {
        Product { times, factors: Vec::new() }
    }

    fn factor(text: String, signed: bool) -> Product {
        Product { times: 1, factors: vec![Factor { text, signed }] }
    }

    fn by(&self, other: &Product) -> Product {
        let mut factors = self.factors.clone();
        factors.extend(other.factors.iter().cloned());
        factors.sort();
        Product { times: self.times.saturating_mul(other.times), factors }
    }

    fn text(&self) -> String {
        let mut parts: Vec<String> = self.factors.iter().map(|factor| factor.text.clone()).collect();
        if self.times != 1 || parts.is_empty() {
            parts.insert(0, self.times.to_string());
        }
        if parts.len() == 1 { parts.remove(0) } else { parts.join(" * ") }
    }

    fn is_signed(&self) -> bool {
        self.times < 0 || self.factors.iter().any(|factor| factor.signed)
    }

    /// What must be multiplied to both to make them the same.
    fn to_common(&self, other: &Product) -> (Product, Product) {
        let gcd = gcd(self.times.unsigned_abs(), other.times.unsigned_abs()).max(1);
        let gcd = i128::try_from(gcd).unwrap_or(1);
        let (mut mine, mut theirs) = (Vec::new(), other.factors.clone());
        for factor in &self.factors {
            match theirs.iter().position(|known| known == factor) {
                Some(at) => drop(theirs.remove(at)),
                None => mine.push(factor.clone()),
            }
        }
        (Product { times: other.times / gcd, factors: theirs }, Product { times: self.times / gcd, factors: mine })
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl Fraction {
    /// A number.
    pub(super) fn number(amount: Amount) -> Fraction {
        let (above, below) = amount.parts();
        Fraction { above: Product::number(above), below: Product::number(below), may_lack: false }
    }

    /// A column of whole numbers, none below nothing.
    pub(super) fn count(column: &str, may_lack: bool) -> Fraction {
        Fraction { above: Product::factor(column.to_owned(), false), below: Product::number(1), may_lack }
    }

    /// A fraction whose parts stand in two columns, the lower one above nothing.
    pub(super) fn columns(above: &str, below: &str, signed: bool, may_lack: bool) -> Fraction {
        let above = Product::factor(above.to_owned(), signed);
        Fraction { above, below: Product::factor(below.to_owned(), false), may_lack }
    }

    /// The same lower part below a column.
    pub(super) fn with_above(&self, above: &str, signed: bool, may_lack: bool) -> Fraction {
        Fraction { above: Product::factor(above.to_owned(), signed), below: self.below.clone(), may_lack }
    }

    /// True where it may be below nothing.
    pub(super) fn is_signed(&self) -> bool {
        self.above.is_signed()
    }

    /// So many per cent: `part` of `whole`, both columns; NULL where the whole is nothing, unless that is ruled out.
    pub(super) fn percent(part: &str, whole: &str, whole_is_sure: bool) -> Fraction {
        let below = if whole_is_sure { whole.to_owned() } else { format!("NULLIF({whole}, 0)") };
        let above = Product::number(100).by(&Product::factor(part.to_owned(), false));
        Fraction { above, below: Product::factor(below, false), may_lack: !whole_is_sure }
    }

    fn simple(above: Product, below: Product, may_lack: bool) -> Fraction {
        // What stands above and below is left out, and so is a common divisor.
        let (mut kept, mut rest) = (Vec::new(), below.factors.clone());
        for factor in &above.factors {
            match rest.iter().position(|known| known == factor && !factor.text.starts_with(NULL_IF)) {
                Some(at) => drop(rest.remove(at)),
                None => kept.push(factor.clone()),
            }
        }
        let divisor = gcd(above.times.unsigned_abs(), below.times.unsigned_abs()).max(1);
        let divisor = i128::try_from(divisor).unwrap_or(1);
        Fraction {
            above: Product { times: above.times / divisor, factors: kept },
            below: Product { times: below.times / divisor, factors: rest },
            may_lack,
        }
    }

    /// The number, where it is the same for everybody.
    pub(super) fn known(&self) -> Option<Amount> {
        let is_number = self.above.factors.is_empty() && self.below.factors.is_empty();
        if is_number { Amount::ratio(self.above.times, self.below.times) } else { None }
    }

    /// Both on one lower part: the two upper parts, and the lower one.
    fn on_one(&self, other: &Fraction) -> (Product, Product, Product) {
        let (mine, theirs) = self.below.to_common(&other.below);
        (self.above.by(&mine), other.above.by(&theirs), self.below.by(&mine))
    }

    /// The sum, or the difference.
    pub(super) fn plus(&self, other: &Fraction, minus: bool) -> Fraction {
        let may_lack = self.may_lack || other.may_lack;
        let (a, b, below) = self.on_one(other);
        if a.factors.is_empty() && b.factors.is_empty() {
            let sum = if minus { a.times - b.times } else { a.times + b.times };
            return Fraction::simple(Product::number(sum), below, may_lack);
        }
        if b.times == 0 {
            return Fraction::simple(a, below, may_lack);
        }
        if a.times == 0 && !minus {
            return Fraction::simple(b, below, may_lack);
        }
        let signed = minus || a.is_signed() || b.is_signed();
        let text = format!("({} {} {})", a.text(), if minus { '-' } else { '+' }, b.text());
        Fraction::simple(Product::factor(text, signed), below, may_lack)
    }

    /// The product.
    pub(super) fn times(&self, other: &Fraction) -> Fraction {
        let may_lack = self.may_lack || other.may_lack;
        Fraction::simple(self.above.by(&other.above), self.below.by(&other.below), may_lack)
    }

    /// The quotient; NULL where the divisor is nothing. None where it always is.
    pub(super) fn over(&self, other: &Fraction) -> Option<Fraction> {
        if other.above.times == 0 {
            return None;
        }
        let mut may_lack = self.may_lack || other.may_lack;
        // Below stands nothing negative: a sign goes up.
        let mut above = self.above.by(&other.below);
        let mut below = self.below.clone();
        below.times = below.times.saturating_mul(other.above.times.abs());
        above.times *= other.above.times.signum();
        for factor in &other.above.factors {
            may_lack = true;
            let text = &factor.text;
            let held = if factor.signed { format!("ABS({text})") } else { text.clone() };
            below = below.by(&Product::factor(format!("NULLIF({held}, 0)"), false));
            if factor.signed {
                above = above.by(&Product::factor(format!("(CASE WHEN {text} < 0 THEN -1 ELSE 1 END)"), true));
            }
        }
        Some(Fraction::simple(above, below, may_lack))
    }

    /// The smaller of two, or the larger.
    pub(super) fn better(&self, other: &Fraction, largest: bool) -> Fraction {
        let may_lack = self.may_lack || other.may_lack;
        let (a, b, below) = self.on_one(other);
        let signed = if largest { a.is_signed() && b.is_signed() } else { a.is_signed() || b.is_signed() };
        let (a, b) = (a.text(), b.text());
        // The engines' own functions differ where one side is NULL; this is NULL in all.
        let sign = if largest { ">=" } else { "<=" };
        let text = format!("(CASE WHEN {a} {sign} {b} THEN {a} WHEN {b} {sign} {a} THEN {b} END)");
        Fraction::simple(Product::factor(text, signed), below, may_lack)
    }

    /// The nearest multiple of a step, halves away from nothing.
    pub(super) fn rounded(&self, step: Amount, dialect: Dialect) -> Option<Fraction> {
        let steps = self.over(&Fraction::number(step))?;
        let count = steps.nearest(dialect);
        let (above, below) = step.parts();
        let may_lack = self.may_lack;
        let above = Product::number(above).by(&Product::factor(count, self.above.is_signed()));
        Some(Fraction { above, below: Product::number(below), may_lack })
    }

    /// The nearest whole number, halves away from nothing.
    fn nearest(&self, dialect: Dialect) -> String {
        let twice = |product: &Product| Product::number(2).by(product);
        let (above, below) = (self.above.text(), &self.below);
        if self.below == Product::number(1) {
            return format!("({above})");
        }
        let held = Product { times: self.above.times.abs(), factors: self.above.factors.clone() };
        if !self.above.is_signed() {
            let above = format!("{} + {}", twice(&held).text(), below.text());
            return dialect.quotient(&above, &twice(below).text());
        }
        let size = format!("2 * ABS({above}) + {}", below.text());
        let size = dialect.quotient(&size, &twice(below).text());
        format!("(CASE WHEN {above} < 0 THEN -1 ELSE 1 END * {size})")
    }

    /// As a decimal of so many places, halves away from nothing.
    pub(super) fn decimal(&self, places: u32, dialect: Dialect) -> String {
        let step = Amount::ratio(1, 10_i128.pow(places)).unwrap_or(Amount::ONE);
        let steps = self.over(&Fraction::number(step)).unwrap_or_else(|| self.clone());
        let step = format!("0.{}1", "0".repeat(places.saturating_sub(1) as usize));
        format!("CAST(CAST({} AS DECIMAL(30, 0)) * {step} AS DECIMAL(30, {places}))", steps.nearest(dialect))
    }

    /// A comparison of two.
    pub(super) fn compared(&self, sign: &str, other: &Fraction) -> String {
        let (a, b, _) = self.on_one(other);
        let test = format!("{} {sign} {}", a.text(), b.text());
        // A lower part that both have falls out of the comparison, yet where it is NULL nothing is known.
        let both = self.below.factors.iter().filter(|factor| other.below.factors.contains(factor));
        let known: Vec<String> = both
            .filter(|factor| factor.text.starts_with(NULL_IF))
            .map(|factor| format!("{} IS NOT NULL", factor.text))
            .collect();
        if known.is_empty() { test } else { format!("CASE WHEN {} THEN {test} END", known.join(" AND ")) }
    }

    /// The two parts.
    pub(super) fn texts(&self) -> (String, String) {
        (self.above.text(), self.below.text())
    }

    /// True if two have one lower part.
    pub(super) fn shares_below(&self, other: &Fraction) -> bool {
        self.below == other.below && !self.below.text().contains(NULL_IF)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Fraction {
        Fraction::number(Amount::parse(text).unwrap())
    }

    fn achievement() -> Fraction {
        Fraction::percent("p.n", "p.d", true)
    }

    #[test]
    fn what_is_the_same_for_everybody_is_worked_out_here() {
        let third = number("1").over(&number("3")).unwrap();
        assert_eq!(third.plus(&number("0.5"), false).known(), Amount::ratio(5, 6));
        assert_eq!(third.times(&number("-6")).known(), Amount::parse("-2"));
        assert_eq!(number("1").over(&number("0")), None);
    }

    /// (100 n / d − 89) / (96 − 89) × 18 = 18 (100 n − 89 d) / (7 d).
    #[test]
    fn a_slope_is_multiplied_out() {
        let slope = achievement().plus(&number("89"), true).over(&number("7")).unwrap().times(&number("18"));
        assert_eq!(slope.texts(), ("18 * (100 * p.n - 89 * p.d)".to_owned(), "7 * p.d".to_owned()));
        assert!(slope.is_signed() && !slope.may_lack);
    }

    #[test]
    fn thresholds_are_compared_without_dividing() {
        assert_eq!(achievement().compared("<", &number("89.5")), "200 * p.n < 179 * p.d");
        let unsure = Fraction::percent("p.n", "p.d", false);
        assert_eq!(unsure.compared(">=", &number("80")), "100 * p.n >= 80 * NULLIF(p.d, 0)");
        let same = unsure.compared("<", &Fraction::percent("p.m", "p.d", false));
        assert_eq!(same, "CASE WHEN NULLIF(p.d, 0) IS NOT NULL THEN 100 * p.n < 100 * p.m END");
    }

    /// Half a penny goes away from nothing: 2 |t| + b over 2 b, cut down to whole steps, with the sign of t.
    #[test]
    fn rounding_is_done_in_whole_numbers() {
        let pence = Amount::parse("0.01").unwrap();
        let third = Fraction::count("p.n", false).over(&number("3")).unwrap();
        let (above, below) = third.rounded(pence, Dialect::DuckDb).unwrap().texts();
        assert_eq!((above.as_str(), below.as_str()), ("((200 * p.n + 3) // (6))", "100"));
        let signed = number("1").plus(&third, true).rounded(pence, Dialect::Postgres).unwrap().texts().0;
        let expected = "(CASE WHEN 100 * (3 - p.n) < 0 THEN -1 ELSE 1 END * DIV(2 * ABS(100 * (3 - p.n)) + 3, 6))";
        assert_eq!(signed, expected);
    }

    #[test]
    fn a_divisor_below_nothing_hands_its_sign_up() {
        let gap = Fraction::count("p.a", false).plus(&Fraction::count("p.b", false), true);
        let (above, below) = number("5").over(&gap).unwrap().texts();
        assert_eq!(above, "5 * (CASE WHEN (p.a - p.b) < 0 THEN -1 ELSE 1 END)");
        assert_eq!(below, "NULLIF(ABS((p.a - p.b)), 0)");
    }
}
