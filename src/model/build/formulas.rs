//! Formulas, resolved for one thing that is paid for, with their units.

mod units;

use self::units::Unlike;
use crate::ground::{Amount, Diagnostic, Span};
use crate::model::book::{FigureValue, MeasureId, MeasurementId};
use crate::model::build::Builder;
use crate::model::build::names::suggest;
use crate::model::build::sense::MissingFigure;
use crate::model::formula::{Case, CountName, Formula, Line, Operand, Test};
use crate::model::unit::Unit;
use crate::syntax::tree::{self, NumberSign, Operator, RoundTo, When};

/// What a program is being built for.
pub(super) struct Subject {
    /// The measurement that bare counts are of.
    pub(super) measurement: Option<MeasurementId>,
    /// The quarter whose measurement `of` means.
    pub(super) quarter: Option<u8>,
    /// True in a fee, where `doses` is known.
    pub(super) has_doses: bool,
    /// The lines so far.
    pub(super) lines: Vec<Line>,
    /// How many parts each of them has, with all its names written out.
    pub(super) parts: Vec<u32>,
    /// Those of them whose unit nobody knows, because a figure is missing: what they stand beside is no fault of theirs.
    pub(super) unclear: Vec<usize>,
}

/// The unit of a part of a formula. A bare number in a sum takes the unit of what it stands beside: nothing is nothing
/// in pounds too, and points are counted like plain numbers.
#[derive(Clone, Copy, PartialEq)]
enum Measured {
    /// `0`
    Nothing,
    /// `18`
    Bare,
    /// Anything else.
    In(Unit),
}

impl Measured {
    fn unit(self) -> Unit {
        match self {
            Measured::Nothing | Measured::Bare => Unit::NUMBER,
            Measured::In(unit) => unit,
        }
    }

    /// The unit of a sum or comparison of two, if they can stand beside one another.
    fn beside(self, other: Measured) -> Option<Measured> {
        match (self, other) {
            (Measured::Nothing, any) | (any, Measured::Nothing) => Some(any),
            (Measured::Bare, Measured::Bare) => Some(Measured::Bare),
            (Measured::Bare, Measured::In(unit)) | (Measured::In(unit), Measured::Bare) => {
                (unit == Unit::POINTS || unit == Unit::NUMBER).then_some(Measured::In(unit))
            }
            (Measured::In(a), Measured::In(b)) => (a == b).then_some(Measured::In(a)),
        }
    }
}

impl Builder<'_> {
    /// Resolves one more line of a program.
    pub(super) fn line(&mut self, line: &tree::Line, subject: &mut Subject) {
        let missing_before = self.missing.len() + self.units_missing;
        let (mut resolved, unit) = self.line_in_unit(line, subject);
        let (parts, cases) = self.no_line_longer_than_can_be_read(resolved.cases, &subject.parts, line.name.span);
        resolved.cases = cases;
        let hangs_on_what_is_missing =
            self.missing.len() + self.units_missing > missing_before || !subject.unclear.is_empty();
        if unit == Measured::Nothing && hangs_on_what_is_missing {
            subject.unclear.push(subject.lines.len());
        }
        subject.lines.push(resolved);
        subject.parts.push(parts);
    }

    fn line_in_unit(&mut self, line: &tree::Line, subject: &Subject) -> (Line, Measured) {
        let mut unit = Measured::Nothing;
        let mut cases = Vec::new();
        for (at, case) in line.cases.iter().enumerate() {
            let is_last = at + 1 == line.cases.len();
            self.check_case_order(case, is_last);
            let (formula, measured) = self.formula(&case.formula, subject);
            match unit.beside(measured) {
                Some(both) => unit = both,
                None => {
                    let formulas: Vec<&tree::Formula> = line.cases[..=at].iter().map(|case| &case.formula).collect();
                    let beside = "an earlier case of the same line";
                    let units = Unlike { span: case.formula.span(), left: measured, right: unit, beside };
                    self.unlike(&units, &formulas, subject);
                }
            }
            let test = match &case.when {
                When::Test(test) => Some(self.test(test, subject)),
                When::Always | When::Otherwise => None,
            };
            cases.push(Case { test, formula });
        }
        let (notes, _) = self.notes(&line.notes);
        let (Some(first), Some(last)) = (line.cases.first(), line.cases.last()) else {
            let empty = Line { name: line.name.text.clone(), unit: unit.unit(), cases, text: String::new(), notes };
            return (empty, unit);
        };
        let text = self.sources.quoted(first.span.to(last.span));
        let named = self.check_unit_of_name(line, unit, subject);
        let text = format!("{} {text}", line.name.text);
        (Line { name: line.name.text.clone(), unit: named, cases, text, notes }, unit)
    }

    /// The last case must always hold, and no other may.
    fn check_case_order(&mut self, case: &tree::Case, is_last: bool) {
        let always = matches!(case.when, When::Always | When::Otherwise);
        if always && !is_last {
            let fault = Diagnostic::error("E404", case.span, "the cases after this one can never apply");
            self.faults.push(fault.help("say `when …` here, or make it the last case"));
        }
        if !always && is_last {
            let fault = Diagnostic::error("E405", case.span, "what holds when none of the cases applies is not said");
            self.faults.push(fault.help("end the line with a case that says `otherwise`"));
        }
    }

    /// `points` are points and `pounds` are pounds, rounded to pence.
    fn check_unit_of_name(&mut self, line: &tree::Line, measured: Measured, subject: &Subject) -> Unit {
        let wanted = match line.name.text.as_str() {
            "points" => Unit::POINTS,
            "pounds" => Unit::POUNDS,
            _ => return measured.unit(),
        };
        if measured.beside(Measured::In(wanted)).is_none() {
            let message = format!("`{}` comes out as {}", line.name.text, measured.unit());
            let formulas: Vec<&tree::Formula> = line.cases.iter().map(|case| &case.formula).collect();
            self.fault_of_figures(Diagnostic::error("E406", line.name.span, message), &formulas, subject);
        }
        if wanted == Unit::POUNDS {
            for case in &line.cases {
                if !is_in_pence(&case.formula) {
                    let fault =
                        Diagnostic::error("E407", case.formula.span(), "what is paid is not rounded to whole pence");
                    self.faults
                        .push(fault.help("write `round … to pence`: the rule file says where figures are rounded"));
                }
            }
        }
        wanted
    }

    fn formula(&mut self, formula: &tree::Formula, subject: &Subject) -> (Formula, Measured) {
        match formula {
            tree::Formula::Number { text, sign, span } => self.number_literal(text, *sign, *span),
            tree::Formula::Operand(operand) => match self.operand(operand, subject) {
                Some((Operand::Line(at), _)) if subject.unclear.contains(&at) => {
                    (Formula::Operand(Operand::Line(at)), Measured::Nothing)
                }
                Some((Operand::Figure(id), _)) if !self.has_unit(id) => {
                    (Formula::Operand(Operand::Figure(id)), Measured::Nothing)
                }
                Some((operand, unit)) => (Formula::Operand(operand), Measured::In(unit)),
                None => (Formula::Number(Amount::ZERO), Measured::Nothing),
            },
            tree::Formula::Bracketed(inner, _) => self.formula(inner, subject),
            tree::Formula::Minus(inner, _) => {
                let (inner, measured) = self.formula(inner, subject);
                (Formula::Minus(Box::new(Formula::Number(Amount::ZERO)), Box::new(inner)), measured)
            }
            tree::Formula::Binary(operator, left, right, span) => self.binary(*operator, left, right, *span, subject),
            tree::Formula::Smallest(parts, span) => {
                let (parts, measured) = self.alike(parts, *span, subject);
                (Formula::Smallest(parts), measured)
            }
            tree::Formula::Largest(parts, span) => {
                let (parts, measured) = self.alike(parts, *span, subject);
                (Formula::Largest(parts), measured)
            }
            tree::Formula::Round(inner, to, _) => {
                let (resolved, measured) = self.formula(inner, subject);
                (Formula::Round(Box::new(resolved), self.step(to, measured, inner, subject)), measured)
            }
        }
    }

    fn number_literal(&mut self, text: &str, sign: NumberSign, span: Span) -> (Formula, Measured) {
        let Some(amount) = Amount::parse(text) else {
            self.faults.push(Diagnostic::error("E212", span, "this number has too many digits"));
            return (Formula::Number(Amount::ZERO), Measured::Nothing);
        };
        let measured = match sign {
            NumberSign::Percent => Measured::In(Unit::PERCENT),
            NumberSign::Pounds => Measured::In(Unit::POUNDS),
            NumberSign::None if amount.is_zero() => Measured::Nothing,
            NumberSign::None => Measured::Bare,
        };
        (Formula::Number(amount), measured)
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &tree::Formula,
        right: &tree::Formula,
        span: Span,
        subject: &Subject,
    ) -> (Formula, Measured) {
        let formulas = [left, right];
        let (left, left_measured) = self.formula(left, subject);
        let (right, right_measured) = self.formula(right, subject);
        let (left, right) = (Box::new(left), Box::new(right));
        let times = || left_measured.unit().times(right_measured.unit());
        let over = || left_measured.unit().over(right_measured.unit());
        let beside = left_measured.beside(right_measured);
        // What goes with every unit, as an operand that nobody knows does, gives what goes with every unit.
        let known = !matches!(left_measured, Measured::Nothing) && !matches!(right_measured, Measured::Nothing);
        match operator {
            Operator::Times => {
                (Formula::Times(left, right), if known { Measured::In(times()) } else { Measured::Nothing })
            }
            Operator::Over => {
                (Formula::Over(left, right), if known { Measured::In(over()) } else { Measured::Nothing })
            }
            Operator::Plus | Operator::Minus => {
                if beside.is_none() {
                    let units = Unlike { span, left: left_measured, right: right_measured, beside: "the other" };
                    self.unlike(&units, &formulas, subject);
                }
                let formula =
                    if operator == Operator::Plus { Formula::Plus(left, right) } else { Formula::Minus(left, right) };
                (formula, beside.unwrap_or(left_measured))
            }
        }
    }

    fn alike(&mut self, parts: &[tree::Formula], span: Span, subject: &Subject) -> (Vec<Formula>, Measured) {
        let mut unit = Measured::Nothing;
        let mut resolved = Vec::new();
        for part in parts {
            let (formula, measured) = self.formula(part, subject);
            match unit.beside(measured) {
                Some(both) => unit = both,
                None => {
                    let units = Unlike { span, left: measured, right: unit, beside: "the others" };
                    self.unlike(&units, &parts.iter().collect::<Vec<_>>(), subject);
                }
            }
            resolved.push(formula);
        }
        (resolved, unit)
    }

    /// The amount whose multiples are rounded to.
    fn step(&mut self, to: &RoundTo, measured: Measured, rounded: &tree::Formula, subject: &Subject) -> Amount {
        match to {
            RoundTo::Pence(span) => {
                if measured.beside(Measured::In(Unit::POUNDS)).is_none() {
                    let message = format!("only pounds are rounded to pence, and this is {}", measured.unit());
                    self.fault_of_figures(Diagnostic::error("E406", *span, message), &[rounded], subject);
                }
                Amount::ratio(1, 100).unwrap_or(Amount::ONE)
            }
            RoundTo::Decimals(number) => {
                let places = self.number(number);
                let step =
                    10_i128.checked_pow(places).filter(|_| places <= 12).and_then(|scale| Amount::ratio(1, scale));
                step.unwrap_or_else(|| {
                    self.faults.push(Diagnostic::error("E212", number.span(), "at most 12 decimals can be rounded to"));
                    Amount::ONE
                })
            }
        }
    }

    pub(super) fn test(&mut self, test: &tree::Test, subject: &Subject) -> Test {
        match test {
            tree::Test::Bracketed(inner, _) => self.test(inner, subject),
            tree::Test::All(parts, _) => Test::All(parts.iter().map(|part| self.test(part, subject)).collect()),
            tree::Test::Any(parts, _) => Test::Any(parts.iter().map(|part| self.test(part, subject)).collect()),
            tree::Test::Not(inner, _) => Test::Not(Box::new(self.test(inner, subject))),
            tree::Test::Absent(operand, _) => match self.operand(operand, subject) {
                Some((operand, _)) => Test::Absent(operand),
                None => Test::All(Vec::new()),
            },
            tree::Test::Compare(left, comparator, right, span) => {
                let formulas = [left, right];
                self.compare_with_difference(left, right, subject);
                let (left, left_measured) = self.formula(left, subject);
                let (right, right_measured) = self.formula(right, subject);
                if left_measured.beside(right_measured).is_none() {
                    let beside = "what it is compared with";
                    let units = Unlike { span: *span, left: left_measured, right: right_measured, beside };
                    self.unlike(&units, &formulas, subject);
                }
                Test::Compare(left, *comparator, right)
            }
        }
    }

    fn operand(&mut self, operand: &tree::Operand, subject: &Subject) -> Option<(Operand, Unit)> {
        let name = operand.name.text.as_str();
        let measurement = match &operand.of {
            Some(code) => Some(self.measurement_of(code, subject)?),
            None => subject.measurement,
        };
        if let Some(count) = CountName::ALL.into_iter().find(|count| count.word() == name) {
            let Some(measurement) = measurement else {
                let message = format!("`{name}` of which indicator or course?");
                self.faults.push(
                    Diagnostic::error("E213", operand.span, message).help(format!("write `{name} of` and its code")),
                );
                return None;
            };
            if count == CountName::LocallyExcepted && !self.is_borrowed(measurement) {
                let fault = Diagnostic::error("E604", operand.span, "only a pathway has local exceptions");
                self.faults.push(fault.help("pay for indicators that a pathway of this rulebook is for"));
                return None;
            }
            let is_percent = matches!(count, CountName::Achievement | CountName::BaselineAchievement);
            return Some((Operand::Count(count, measurement), if is_percent { Unit::PERCENT } else { Unit::NUMBER }));
        }
        if operand.of.is_none() {
            if name == "list_size" {
                return Some((Operand::ListSize, Unit::NUMBER));
            }
            if name == "doses" && subject.has_doses {
                return Some((Operand::Doses, Unit::NUMBER));
            }
            if let Some(at) = subject.lines.iter().position(|line| line.name == name) {
                return Some((Operand::Line(at), subject.lines[at].unit));
            }
        }
        self.figure_operand(operand, measurement, subject)
    }

    fn figure_operand(
        &mut self,
        operand: &tree::Operand,
        measurement: Option<MeasurementId>,
        subject: &Subject,
    ) -> Option<(Operand, Unit)> {
        let name = operand.name.text.as_str();
        let owner = measurement.map(|id| self.code_of(self.parts.measurements[id.0 as usize].measure));
        if let Some((id, figure)) = self.contract.find(name, owner.as_deref()) {
            if matches!(figure.value, FigureValue::IsDate(_)) {
                let message = format!("the figure `{name}` is a date, and a number is needed here");
                let fault = Diagnostic::error("E206", operand.span, message).also(figure.span, "a date here");
                self.faults.push(fault);
                return None;
            }
            let unit = figure.unit;
            // What has no unit is told once, at the figure, and not in each formula that reads it.
            self.tell_missing_unit(name, owner.as_deref());
            return Some((Operand::Figure(id), unit));
        }
        self.no_figure(operand, owner, subject);
        None
    }

    /// Takes note of a name that is neither figure nor count nor line. Apart, so that what is nested deep takes little
    /// room on the stack.
    #[inline(never)]
    fn no_figure(&mut self, operand: &tree::Operand, owner: Option<String>, subject: &Subject) {
        let lines = subject.lines.iter().map(|line| line.name.clone()).collect();
        self.missing.push(MissingFigure { name: operand.name.text.clone(), span: operand.name.span, owner, lines });
    }

    fn is_borrowed(&self, measurement: MeasurementId) -> bool {
        let measure = self.parts.measurements[measurement.index()].measure;
        self.parts.measures[measure.index()].borrowed.is_some()
    }

    fn code_of(&self, measure: MeasureId) -> String {
        self.parts.measures[measure.index()].code.clone()
    }

    /// The measurement that `of CODE` means: in a quarter, that quarter's.
    fn measurement_of(&mut self, code: &tree::Word, subject: &Subject) -> Option<MeasurementId> {
        let measures = &self.parts.measures;
        let of_code = |id: MeasureId| measures[id.index()].code == code.text;
        let mut found =
            self.parts.measurements.iter().enumerate().filter(|(_, measurement)| of_code(measurement.measure));
        let right = found
            .clone()
            .find(|(_, measurement)| measurement.quarter.is_none() || measurement.quarter == subject.quarter);
        if let Some((at, _)) = right {
            return u32::try_from(at).ok().map(MeasurementId);
        }
        let fault = if found.next().is_some() {
            let message =
                format!("`{}` is measured each quarter, and this payment is not made for each quarter", code.text);
            Diagnostic::error("E214", code.span, message).help("write `for each quarter`")
        } else {
            let fault =
                Diagnostic::error("E202", code.span, format!("there is no indicator or course `{}`", code.text));
            let known = measures.iter().map(|measure| measure.code.as_str());
            suggest(fault, &code.text, code.span, known, |fault| fault)
        };
        self.faults.push(fault);
        None
    }
}

/// True if a formula can only give whole pence: nothing, or rounded to pence last.
fn is_in_pence(formula: &tree::Formula) -> bool {
    match formula {
        tree::Formula::Round(_, RoundTo::Pence(_), _) => true,
        tree::Formula::Number { text, .. } => text.split_once('.').is_none_or(|(_, decimals)| decimals.len() <= 2),
        tree::Formula::Bracketed(inner, _) | tree::Formula::Minus(inner, _) => is_in_pence(inner),
        tree::Formula::Smallest(parts, _) | tree::Formula::Largest(parts, _) => parts.iter().all(is_in_pence),
        tree::Formula::Binary(Operator::Plus | Operator::Minus, left, right, _) => {
            is_in_pence(left) && is_in_pence(right)
        }
        tree::Formula::Round(_, RoundTo::Decimals(_), _) | tree::Formula::Operand(_) | tree::Formula::Binary(..) => {
            false
        }
    }
}
