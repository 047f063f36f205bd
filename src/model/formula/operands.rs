//! What a program reads, wherever in its lines.

use crate::model::formula::{Formula, Operand, Program, Test};

impl Test {
    /// Its comparisons, in the order written.
    pub fn comparisons(&self) -> Vec<(&Formula, &Formula)> {
        match self {
            Test::All(parts) | Test::Any(parts) => parts.iter().flat_map(Test::comparisons).collect(),
            Test::Not(inner) => inner.comparisons(),
            Test::Absent(_) => Vec::new(),
            Test::Compare(left, _, right) => vec![(left, right)],
        }
    }
}

impl Program {
    /// True if some line of it, in a test or a formula, reads what is asked for.
    pub fn reads(&self, is_asked: &dyn Fn(Operand) -> bool) -> bool {
        let mut cases = self.lines.iter().flat_map(|line| &line.cases);
        cases.any(|case| {
            case.test.as_ref().is_some_and(|test| test_reads(test, is_asked)) || formula_reads(&case.formula, is_asked)
        })
    }
}

impl Formula {
    /// Tells every operand of it, in the order written.
    pub fn each_operand(&self, tell: &mut dyn FnMut(Operand)) {
        match self {
            Formula::Number(_) => {}
            Formula::Operand(operand) => tell(*operand),
            Formula::Plus(a, b) | Formula::Minus(a, b) | Formula::Times(a, b) | Formula::Over(a, b) => {
                a.each_operand(tell);
                b.each_operand(tell);
            }
            Formula::Smallest(parts) | Formula::Largest(parts) => parts.iter().for_each(|part| part.each_operand(tell)),
            Formula::Round(inner, _) => inner.each_operand(tell),
        }
    }
}

fn test_reads(test: &Test, is_asked: &dyn Fn(Operand) -> bool) -> bool {
    match test {
        Test::All(parts) | Test::Any(parts) => parts.iter().any(|part| test_reads(part, is_asked)),
        Test::Not(inner) => test_reads(inner, is_asked),
        Test::Absent(operand) => is_asked(*operand),
        Test::Compare(left, _, right) => formula_reads(left, is_asked) || formula_reads(right, is_asked),
    }
}

fn formula_reads(formula: &Formula, is_asked: &dyn Fn(Operand) -> bool) -> bool {
    match formula {
        Formula::Number(_) => false,
        Formula::Operand(operand) => is_asked(*operand),
        Formula::Plus(a, b) | Formula::Minus(a, b) | Formula::Times(a, b) | Formula::Over(a, b) => {
            formula_reads(a, is_asked) || formula_reads(b, is_asked)
        }
        Formula::Smallest(parts) | Formula::Largest(parts) => parts.iter().any(|part| formula_reads(part, is_asked)),
        Formula::Round(inner, _) => formula_reads(inner, is_asked),
    }
}
