//! Lines, cases, tests and formulas of payments and fees.

use super::Reading;
use super::pairs::{Children, Pair, span, word};
use crate::ground::Diagnostic;
use crate::syntax::grammar::Rule;
use crate::syntax::tree::{
    Case, Comparator, Formula, Line, Number, NumberSign, Operand, Operator, RoundTo, Test, When,
};

/// A sum or product of more parts than this is refused: each nests the formula one deeper.
const LONGEST_CHAIN: usize = 100;

impl Reading {
    pub(super) fn line(&mut self, pair: Pair<'_>) -> Line {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let mut cases = Vec::new();
        while let Some(case) = parts.take(Rule::case) {
            cases.push(self.case(case));
        }
        Line { name, cases, notes: self.notes(&mut parts), span: parts.span() }
    }

    fn case(&mut self, pair: Pair<'_>) -> Case {
        let mut parts = Children::of(self.file, pair);
        let formula = self.formula(parts.one_of(Rule::formula));
        let when = if parts.skip(Rule::k_otherwise) {
            When::Otherwise
        } else {
            match parts.take(Rule::when) {
                Some(when) => When::Test(Box::new(self.test(Children::of(self.file, when).one()))),
                None => When::Always,
            }
        };
        Case { formula, when, span: parts.span() }
    }

    /// `a or b`; one alone is itself.
    pub(super) fn test(&mut self, pair: Pair<'_>) -> Test {
        let place = span(self.file, &pair);
        let mut tests: Vec<_> = Children::of(self.file, pair).rest().map(|both| self.test_both(both)).collect();
        if tests.len() == 1 {
            return tests.remove(0);
        }
        if tests.iter().any(|test| matches!(test, Test::All(..))) {
            let fault = Diagnostic::error("E102", place, "`and` stands beside `or` without brackets")
                .help("put the part that belongs together in brackets");
            self.faults.push(fault);
        }
        Test::Any(tests, place)
    }

    fn test_both(&mut self, pair: Pair<'_>) -> Test {
        let place = span(self.file, &pair);
        let mut tests: Vec<_> = Children::of(self.file, pair).rest().map(|single| self.test_single(single)).collect();
        if tests.len() == 1 { tests.remove(0) } else { Test::All(tests, place) }
    }

    fn test_single(&mut self, pair: Pair<'_>) -> Test {
        let place = span(self.file, &pair);
        let inner = Children::of(self.file, pair).one();
        let rule = inner.as_rule();
        let mut parts = Children::of(self.file, inner);
        match rule {
            Rule::test_not => Test::Not(Box::new(self.test_single(parts.one())), place),
            Rule::test_brackets => Test::Bracketed(Box::new(self.test(parts.one())), place),
            Rule::test_absent => {
                parts.take(Rule::k_no);
                Test::Absent(self.operand(parts.one_of(Rule::operand)), place)
            }
            // The grammar leaves only a comparison.
            _ => {
                let left = self.formula(parts.one_of(Rule::formula));
                let comparator = comparator(parts.one_of(Rule::comparator).as_str().trim());
                Test::Compare(left, comparator, self.formula(parts.one_of(Rule::formula)), place)
            }
        }
    }

    pub(super) fn formula(&mut self, pair: Pair<'_>) -> Formula {
        let inner = Children::of(self.file, pair).one();
        match inner.as_rule() {
            Rule::rounded => self.rounded(inner),
            _ => self.chain(inner, Rule::plus_or_minus),
        }
    }

    fn rounded(&mut self, pair: Pair<'_>) -> Formula {
        let place = span(self.file, &pair);
        let mut parts = Children::of(self.file, pair);
        let inner = Box::new(self.chain(parts.one_of(Rule::sum), Rule::plus_or_minus));
        let to = match parts.take(Rule::k_pence) {
            Some(pence) => RoundTo::Pence(span(self.file, &pence)),
            None => {
                let whole = parts.one_of(Rule::whole);
                let value = whole.as_str().trim().parse().ok();
                RoundTo::Decimals(Number::Whole { value, span: span(self.file, &whole) })
            }
        };
        Formula::Round(inner, to, place)
    }

    /// A sum of products, or a product of factors: operations of one rank, from left to right.
    fn chain(&mut self, pair: Pair<'_>, operators: Rule) -> Formula {
        let mut parts = Children::of(self.file, pair);
        let link = |reading: &mut Reading, part| match operators {
            Rule::plus_or_minus => reading.chain(part, Rule::times_or_over),
            _ => reading.factor(part),
        };
        let first = parts.one();
        let mut left = link(self, first);
        let mut length = 1;
        while let Some(sign) = parts.take(operators) {
            length += 1;
            if length > LONGEST_CHAIN {
                let place = span(self.file, &sign);
                let message = format!("a sum or product has at most {LONGEST_CHAIN} parts");
                let help = "give the parts that belong together a line of their own, and write its name";
                self.faults.push(Diagnostic::error("E106", place, message).help(help));
                break;
            }
            let operator = operator(sign.as_str().trim());
            let next = parts.one();
            let right = link(self, next);
            let place = left.span().to(right.span());
            left = Formula::Binary(operator, Box::new(left), Box::new(right), place);
        }
        left
    }

    fn factor(&mut self, pair: Pair<'_>) -> Formula {
        let inner = Children::of(self.file, pair).one();
        self.primary(inner)
    }

    fn primary(&mut self, pair: Pair<'_>) -> Formula {
        let place = span(self.file, &pair);
        let rule = pair.as_rule();
        let mut parts = Children::of(self.file, pair.clone());
        match rule {
            Rule::minus => Formula::Minus(Box::new(self.primary(parts.one())), place),
            Rule::smallest => Formula::Smallest(self.formulas(parts), place),
            Rule::largest => Formula::Largest(self.formulas(parts), place),
            Rule::number => self.number(pair),
            Rule::operand => Formula::Operand(self.operand(pair)),
            // The grammar leaves only a formula in brackets.
            _ => Formula::Bracketed(Box::new(self.formula(pair)), place),
        }
    }

    fn formulas(&mut self, parts: Children<'_>) -> Vec<Formula> {
        parts.rest().map(|formula| self.formula(formula)).collect()
    }

    fn number(&mut self, pair: Pair<'_>) -> Formula {
        let place = span(self.file, &pair);
        let mut parts = Children::of(self.file, pair);
        let (plain, sign) = match parts.take(Rule::pounds) {
            Some(pounds) => (Children::of(self.file, pounds).one(), NumberSign::Pounds),
            None => {
                let plain = parts.one_of(Rule::plain);
                (plain, if parts.skip(Rule::percent) { NumberSign::Percent } else { NumberSign::None })
            }
        };
        Formula::Number { text: plain.as_str().trim().to_owned(), sign, span: place }
    }

    fn operand(&mut self, pair: Pair<'_>) -> Operand {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::quantity_name);
        let of = parts.take(Rule::code).map(|code| word(self.file, &code));
        Operand { name, of, span: parts.span() }
    }
}

fn comparator(text: &str) -> Comparator {
    match text {
        "<" => Comparator::Less,
        "<=" => Comparator::LessOrEqual,
        "=" => Comparator::Equal,
        "<>" => Comparator::Unequal,
        ">=" => Comparator::GreaterOrEqual,
        _ => Comparator::Greater,
    }
}

fn operator(text: &str) -> Operator {
    match text {
        "+" => Operator::Plus,
        "-" => Operator::Minus,
        "*" => Operator::Times,
        _ => Operator::Over,
    }
}
