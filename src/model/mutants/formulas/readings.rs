//! One formula or test in all the ways in which one sign of it may be misread.

use crate::ground::Amount;
use crate::model::formula::{Comparator, Formula, Operand, Test};

/// What is read, as what, and the whole that comes of it.
type OfFormula = (Formula, Formula, Formula);

/// The same of a test; None for a part that is left out.
type OfTest = (Test, Option<Test>, Test);

pub(super) fn of_formula(formula: &Formula) -> Vec<OfFormula> {
    let own = |becomes: Formula| (formula.clone(), becomes.clone(), becomes);
    match formula {
        Formula::Number(amount) => {
            let less = amount.minus(Amount::ONE).filter(|less| !less.is_negative());
            [less, amount.plus(Amount::ONE)].into_iter().flatten().map(|amount| own(Formula::Number(amount))).collect()
        }
        Formula::Operand(_) => Vec::new(),
        Formula::Plus(a, b) => two(own(Formula::Minus(a.clone(), b.clone())), (a, b), Formula::Plus),
        Formula::Minus(a, b) => two(own(Formula::Plus(a.clone(), b.clone())), (a, b), Formula::Minus),
        Formula::Times(a, b) => two(own(Formula::Over(a.clone(), b.clone())), (a, b), Formula::Times),
        Formula::Over(a, b) => two(own(Formula::Times(a.clone(), b.clone())), (a, b), Formula::Over),
        Formula::Smallest(parts) => several(formula, own(Formula::Largest(parts.clone())), parts, Formula::Smallest),
        Formula::Largest(parts) => several(formula, own(Formula::Smallest(parts.clone())), parts, Formula::Largest),
        Formula::Round(inner, step) => {
            let mut all = vec![own((**inner).clone())];
            let coarser = step.times(Amount::from(10_u32));
            all.extend(coarser.map(|step| own(Formula::Round(inner.clone(), step))));
            let whole = |read| Formula::Round(Box::new(read), *step);
            all.extend(of_formula(inner).into_iter().map(|(was, becomes, read)| (was, becomes, whole(read))));
            all
        }
    }
}

/// The readings of a sum or product: its own sign's, and those of its two sides.
fn two(
    own: OfFormula,
    (a, b): (&Formula, &Formula),
    join: fn(Box<Formula>, Box<Formula>) -> Formula,
) -> Vec<OfFormula> {
    let mut all = vec![own];
    let boxed = |formula: &Formula| Box::new(formula.clone());
    let left = of_formula(a).into_iter().map(|(was, becomes, read)| (was, becomes, join(Box::new(read), boxed(b))));
    all.extend(left);
    let right = of_formula(b).into_iter().map(|(was, becomes, read)| (was, becomes, join(boxed(a), Box::new(read))));
    all.extend(right);
    all
}

/// The readings of `min` and `max`: the other one, a part left out, and those of its parts.
fn several(formula: &Formula, own: OfFormula, parts: &[Formula], join: fn(Vec<Formula>) -> Formula) -> Vec<OfFormula> {
    let mut all = vec![own];
    for (at, part) in parts.iter().enumerate() {
        if parts.len() > 1 {
            let mut fewer = parts.to_vec();
            fewer.remove(at);
            all.push((formula.clone(), join(fewer.clone()), join(fewer)));
        }
        for (was, becomes, read) in of_formula(part) {
            let mut others = parts.to_vec();
            others[at] = read;
            all.push((was, becomes, join(others)));
        }
    }
    all
}

pub(super) fn of_test(test: &Test) -> Vec<OfTest> {
    let own = |becomes: Test| (test.clone(), Some(becomes.clone()), becomes);
    match test {
        Test::All(parts) => joined(parts, own(Test::Any(parts.clone())), Test::All),
        Test::Any(parts) => joined(parts, own(Test::All(parts.clone())), Test::Any),
        Test::Not(inner) => {
            let mut all = vec![own((**inner).clone())];
            let whole = |read| Test::Not(Box::new(read));
            all.extend(of_test(inner).into_iter().map(|(was, becomes, read)| (was, becomes, whole(read))));
            all
        }
        Test::Absent(_) => Vec::new(),
        Test::Compare(left, comparator, right) => {
            let mut all = vec![own(Test::Compare(left.clone(), other(*comparator), right.clone()))];
            for (_, _, read) in of_formula(left) {
                all.push(own(Test::Compare(read, *comparator, right.clone())));
            }
            for (_, _, read) in of_formula(right) {
                all.push(own(Test::Compare(left.clone(), *comparator, read)));
            }
            all
        }
    }
}

fn joined(parts: &[Test], own: OfTest, join: fn(Vec<Test>) -> Test) -> Vec<OfTest> {
    let mut all = vec![own];
    for (at, part) in parts.iter().enumerate() {
        let mut fewer = parts.to_vec();
        fewer.remove(at);
        all.push((part.clone(), None, join(fewer)));
        for (was, becomes, read) in of_test(part) {
            let mut others = parts.to_vec();
            others[at] = read;
            all.push((was, becomes, join(others)));
        }
    }
    all
}

/// The comparison that it is most easily taken for.
fn other(comparator: Comparator) -> Comparator {
    match comparator {
        Comparator::Less => Comparator::LessOrEqual,
        Comparator::LessOrEqual => Comparator::Less,
        Comparator::Equal => Comparator::Unequal,
        Comparator::Unequal => Comparator::Equal,
        Comparator::GreaterOrEqual => Comparator::Greater,
        Comparator::Greater => Comparator::GreaterOrEqual,
    }
}

/// A formula with an amount in the place of what it reads.
pub(super) fn with_operand(formula: &Formula, operand: Operand, amount: Amount) -> Formula {
    let inner = |formula: &Formula| Box::new(with_operand(formula, operand, amount));
    let each = |parts: &[Formula]| parts.iter().map(|part| with_operand(part, operand, amount)).collect();
    match formula {
        Formula::Operand(read) if *read == operand => Formula::Number(amount),
        Formula::Number(_) | Formula::Operand(_) => formula.clone(),
        Formula::Plus(a, b) => Formula::Plus(inner(a), inner(b)),
        Formula::Minus(a, b) => Formula::Minus(inner(a), inner(b)),
        Formula::Times(a, b) => Formula::Times(inner(a), inner(b)),
        Formula::Over(a, b) => Formula::Over(inner(a), inner(b)),
        Formula::Smallest(parts) => Formula::Smallest(each(parts)),
        Formula::Largest(parts) => Formula::Largest(each(parts)),
        Formula::Round(part, step) => Formula::Round(inner(part), *step),
    }
}
