//! Lines of payments that cannot do what they seem to: never read, never reached, never divisible.

use crate::ground::{Diagnostic, Span};
use crate::model::book::FigureValue;
use crate::model::build::Builder;
use crate::syntax::tree::{Block, Case, Comparator, Formula, Line, Operand, Operator, Test, When};

impl Builder<'_> {
    pub(super) fn check_payment_lines(&mut self, blocks: &[&Block]) {
        for block in blocks {
            let lines = match block {
                Block::Payment(payment) => &payment.lines,
                Block::Fee(fee) => &fee.lines,
                Block::Define(_) | Block::Measure(_) | Block::Require(_) | Block::Pathway(_) | Block::Worklist(_) => {
                    continue;
                }
            };
            self.check_lines_are_read(lines);
            for line in lines {
                self.check_cases(line);
                for case in &line.cases {
                    self.check_formula(&case.formula, line.cases.len() == 1);
                }
            }
        }
    }

    fn check_lines_are_read(&mut self, lines: &[Line]) {
        let is_result = |line: &Line| ["points", "pounds"].contains(&line.name.text.as_str());
        // Of lines without a result, nobody knows which one was meant to be it.
        let lines = if lines.iter().any(is_result) { lines } else { &[] };
        for (at, line) in lines.iter().enumerate() {
            let name = line.name.text.as_str();
            let mut later = Vec::new();
            lines[at + 1..].iter().flat_map(|line| &line.cases).for_each(|case| operands_of_case(case, &mut later));
            let is_read = later.iter().any(|operand| operand.of.is_none() && operand.name.text == name);
            if !is_read && !is_result(line) {
                let message = format!("no later line reads `{name}`");
                let warning = Diagnostic::warning("W440", line.name.span, message);
                self.faults.push(warning.help("leave the line out; what is paid is the line `points` or `pounds`"));
            }
        }
    }

    fn check_cases(&mut self, line: &Line) {
        let mut before: Vec<(String, Span)> = Vec::new();
        for case in &line.cases {
            let When::Test(test) = &case.when else { continue };
            self.check_test(test);
            let place = span_of_test(test);
            let words = self.sources.quoted(place);
            match before.iter().find(|(known, _)| *known == words) {
                Some((_, first)) => {
                    let message = "this case never applies: an earlier one has the same test";
                    let warning = Diagnostic::warning("W444", place, message).also(*first, "decided here already");
                    self.faults.push(warning.help("mend one of the tests, or leave this case out"));
                }
                None => before.push((words, place)),
            }
        }
    }

    fn check_test(&mut self, test: &Test) {
        for test in parts_of_test(test) {
            if let Test::Compare(left, comparator, right, span) = test {
                self.check_formula(left, false);
                self.check_formula(right, false);
                self.check_comparison(left, *comparator, right, *span);
            }
        }
    }

    fn check_comparison(&mut self, left: &Formula, comparator: Comparator, right: &Formula, span: Span) {
        let words = |formula: &Formula| self.sources.quoted(formula.span());
        let mut operands = Vec::new();
        operands_of(left, &mut operands);
        operands_of(right, &mut operands);
        if operands.is_empty() {
            let warning = Diagnostic::warning("W445", span, "this compares numbers only, so it is always the same");
            self.faults.push(warning.help("compare with a figure or count, or leave the test out"));
        } else if words(left) == words(right) {
            let always = match comparator {
                Comparator::LessOrEqual | Comparator::Equal | Comparator::GreaterOrEqual => "always",
                Comparator::Less | Comparator::Unequal | Comparator::Greater => "never",
            };
            let message = format!("`{}` is compared with itself, which {always} holds", words(left));
            let help = "write the other side: what it must reach, or stay below";
            self.faults.push(Diagnostic::warning("W443", span, message).help(help));
        }
    }

    fn check_formula(&mut self, formula: &Formula, is_always_reached: bool) {
        for part in parts_of(formula) {
            match part {
                Formula::Binary(Operator::Over, _, right, _) => {
                    self.refuse_division_by_nothing(right, is_always_reached);
                }
                Formula::Smallest(parts, span) if parts.len() == 1 => self.one_thing("smallest", "min", *span),
                Formula::Largest(parts, span) if parts.len() == 1 => self.one_thing("largest", "max", *span),
                Formula::Number { .. }
                | Formula::Operand(_)
                | Formula::Binary(..)
                | Formula::Minus(..)
                | Formula::Smallest(..)
                | Formula::Largest(..)
                | Formula::Round(..)
                | Formula::Bracketed(..) => {}
            }
        }
    }

    fn one_thing(&mut self, word: &str, function: &str, span: Span) {
        let message = format!("the {word} of one thing is that thing");
        let help = format!("write the others after a comma, as in `{function}(a, b)`, or leave `{function}` out");
        self.faults.push(Diagnostic::warning("W442", span, message).help(help));
    }

    /// A `0`, or a figure that is 0 for everything that has it, where no earlier case can have turned it away.
    fn refuse_division_by_nothing(&mut self, divisor: &Formula, is_always_reached: bool) {
        let mut inner = divisor;
        while let Formula::Bracketed(within, _) = inner {
            inner = within;
        }
        let fault = match inner {
            Formula::Number { text, span, .. } => {
                let is_nothing = text.bytes().all(|digit| digit == b'0' || digit == b'.');
                is_nothing.then(|| Diagnostic::error("E441", *span, "nothing can be divided by 0"))
            }
            Formula::Operand(Operand { name, of: None, span }) if is_always_reached => {
                let figures = || self.contract.all_figures().filter(|figure| figure.name == name.text);
                let zeros: Vec<Span> = figures()
                    .filter(|figure| matches!(figure.value, FigureValue::Is(amount) if amount.is_zero()))
                    .map(|figure| figure.span)
                    .collect();
                let always = !zeros.is_empty() && zeros.len() == figures().count();
                let message = format!("nothing can be divided by `{}`, which is 0", name.text);
                always.then(|| Diagnostic::error("E441", *span, message).also(zeros[0], "0"))
            }
            _ => None,
        };
        self.faults.extend(fault.map(|fault| fault.help("write what it is to be divided by")));
    }
}

fn span_of_test(test: &Test) -> Span {
    match test {
        Test::All(_, span)
        | Test::Any(_, span)
        | Test::Not(_, span)
        | Test::Bracketed(_, span)
        | Test::Absent(_, span)
        | Test::Compare(_, _, _, span) => *span,
    }
}

fn operands_of_case<'t>(case: &'t Case, found: &mut Vec<&'t Operand>) {
    operands_of(&case.formula, found);
    if let When::Test(test) = &case.when {
        operands_of_test(test, found);
    }
}

/// All figures, counts and lines that a test reads, in the order written.
pub(super) fn operands_of_test<'t>(test: &'t Test, found: &mut Vec<&'t Operand>) {
    for part in parts_of_test(test) {
        match part {
            Test::Absent(operand, _) => found.push(operand),
            Test::Compare(left, _, right, _) => {
                operands_of(left, found);
                operands_of(right, found);
            }
            Test::All(..) | Test::Any(..) | Test::Not(..) | Test::Bracketed(..) => {}
        }
    }
}

fn operands_of<'t>(formula: &'t Formula, found: &mut Vec<&'t Operand>) {
    found.extend(parts_of(formula).into_iter().filter_map(|part| match part {
        Formula::Operand(operand) => Some(operand),
        Formula::Number { .. }
        | Formula::Binary(..)
        | Formula::Minus(..)
        | Formula::Smallest(..)
        | Formula::Largest(..)
        | Formula::Round(..)
        | Formula::Bracketed(..) => None,
    }));
}

/// A test and all tests in it, in the order written: by a list and not by calls, since a file may nest them deep.
fn parts_of_test(test: &Test) -> Vec<&Test> {
    let (mut open, mut all) = (vec![test], Vec::new());
    while let Some(test) = open.pop() {
        all.push(test);
        match test {
            Test::All(parts, _) | Test::Any(parts, _) => open.extend(parts.iter().rev()),
            Test::Not(inner, _) | Test::Bracketed(inner, _) => open.push(inner),
            Test::Absent(..) | Test::Compare(..) => {}
        }
    }
    all
}

/// A formula and all formulas in it, in the order written.
fn parts_of(formula: &Formula) -> Vec<&Formula> {
    let (mut open, mut all) = (vec![formula], Vec::new());
    while let Some(formula) = open.pop() {
        all.push(formula);
        match formula {
            Formula::Number { .. } | Formula::Operand(_) => {}
            Formula::Binary(_, left, right, _) => open.extend([&**right, &**left]),
            Formula::Minus(inner, _) | Formula::Round(inner, _, _) | Formula::Bracketed(inner, _) => open.push(inner),
            Formula::Smallest(parts, _) | Formula::Largest(parts, _) => open.extend(parts.iter().rev()),
        }
    }
    all
}
