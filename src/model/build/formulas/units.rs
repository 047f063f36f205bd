//! Units that do not go together, told at the formula and at the figures that it reads: either may be wrong.

use crate::ground::{Diagnostic, Span};
use crate::model::book::{Figure, FigureId, FigureValue, MeasurementId};
use crate::model::build::Builder;
use crate::model::build::formulas::{Measured, Subject};
use crate::model::unit::Unit;
use crate::syntax::tree;

/// More figures than this are not pointed to in one fault.
const FIGURES_SHOWN: usize = 4;

/// What stands beside what.
pub(super) struct Unlike<'a> {
    /// The place of both.
    pub(super) span: Span,
    /// The units.
    pub(super) left: Measured,
    pub(super) right: Measured,
    /// What the first stands beside: `an earlier case of the same line`.
    pub(super) beside: &'a str,
}

impl Builder<'_> {
    /// Units that do not go together in some formulas.
    pub(super) fn unlike(&mut self, units: &Unlike<'_>, formulas: &[&tree::Formula], subject: &Subject) {
        let Unlike { span, left, right, beside } = units;
        let message = format!("{} stands beside {}", left.unit(), right.unit());
        let fault = Diagnostic::error("E406", *span, message).label(format!("does not go with {beside}"));
        let bare = matches!(left, Measured::Bare) || matches!(right, Measured::Bare);
        let fault = if bare { fault.help("write `%` after it or `£` before it if that is meant") } else { fault };
        self.fault_of_figures(fault, formulas, subject);
    }

    /// Tells a fault of units with the figures that the formulas read. A payment is built for each indicator: what is wrong
    /// for several of them is one fault, with the figures of them all.
    pub(super) fn fault_of_figures(&mut self, fault: Diagnostic, formulas: &[&tree::Formula], subject: &Subject) {
        let mut operands = Vec::new();
        formulas.iter().for_each(|formula| operands_of(formula, &mut operands));
        let figures: Vec<(Span, String)> = operands
            .into_iter()
            .filter_map(|operand| self.figure_read(operand, subject))
            .filter(|figure| !figure.unit_word.is_empty())
            .map(|figure| (figure.span, format!("the unit of `{}` is `{}`", figure.name, figure.unit_word)))
            .collect();
        let same = |known: &&mut Diagnostic| {
            (known.code, known.place, &known.message) == (fault.code, fault.place, &fault.message)
        };
        let at = match self.faults.iter_mut().find(same) {
            Some(known) => known,
            None => {
                self.faults.push(fault);
                self.faults.last_mut().expect("a fault was just added")
            }
        };
        for figure in figures {
            if at.others.len() < FIGURES_SHOWN && !at.others.contains(&figure) {
                at.others.push(figure);
            }
        }
    }

    /// True if a figure's unit is one that there is.
    pub(super) fn has_unit(&self, figure: FigureId) -> bool {
        Unit::parse(&self.contract.figure_of(figure).unit_word).is_some()
    }

    /// Takes note of a figure whose unit is not known. Of one that has none it is told here, at the figure; of one that there is
    /// not, it was told there already.
    pub(super) fn tell_missing_unit(&mut self, name: &str, owner: Option<&str>) {
        let Some(figure) = self.contract.figure_at(name, owner) else { return };
        if Unit::parse(&figure.unit_word).is_some() {
            return;
        }
        self.units_missing += 1;
        let word = match &figure.value {
            FigureValue::Absent(_) if figure.unit_word.is_empty() => "none",
            // Of a value that could not be read, something is told already.
            FigureValue::Unset(why) if figure.unit_word.is_empty() && !why.is_empty() => "unset",
            FigureValue::Absent(_) | FigureValue::Unset(_) | FigureValue::Is(_) | FigureValue::IsDate(_) => return,
        };
        let known = Unit::WORDS.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let message = format!("the figure `{name}` has no `unit`, and a payment reads it");
        let help = format!("write `{{ {word} = \"…\", unit = \"…\" }}`; units are: {known}");
        let fault = Diagnostic::error("E301", figure.span, message).help(help);
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// `achievement < lower_threshold` where the threshold is in percentage points: a share is no difference of two.
    pub(super) fn compare_with_difference(&mut self, left: &tree::Formula, right: &tree::Formula, subject: &Subject) {
        for (share, bound) in [(left, right), (right, left)] {
            let (tree::Formula::Operand(share), tree::Formula::Operand(operand)) = (share, bound) else { continue };
            let figure = self.figure_read(operand, subject).filter(|figure| figure.unit_word == "% points");
            let is_share = ["achievement", "baseline_achievement"].contains(&share.name.text.as_str());
            let Some(figure) = figure.filter(|_| is_share) else { continue };
            let message = format!("`{}` is a share, and `{}` a difference of two", share.name.text, figure.name);
            let help = format!("give `{}` the unit `%`, or compare a difference with it", figure.name);
            let fault = Diagnostic::error("E406", operand.span, message).help(help);
            self.fault_of_figures(fault, &[bound], subject);
        }
    }

    fn figure_read(&self, operand: &tree::Operand, subject: &Subject) -> Option<&Figure> {
        let name = operand.name.text.as_str();
        if subject.lines.iter().any(|line| line.name == name) {
            return None;
        }
        let measurement = match &operand.of {
            Some(code) => self.parts.measures.iter().find(|measure| measure.code == code.text).map(|m| m.code.clone()),
            None => {
                subject.measurement.map(|id: MeasurementId| self.code_of(self.parts.measurements[id.index()].measure))
            }
        };
        self.contract.figure_at(name, measurement.as_deref())
    }
}

fn operands_of<'t>(formula: &'t tree::Formula, operands: &mut Vec<&'t tree::Operand>) {
    match formula {
        tree::Formula::Number { .. } => {}
        tree::Formula::Operand(operand) => operands.push(operand),
        tree::Formula::Binary(_, left, right, _) => {
            operands_of(left, operands);
            operands_of(right, operands);
        }
        tree::Formula::Minus(inner, _) | tree::Formula::Round(inner, _, _) | tree::Formula::Bracketed(inner, _) => {
            operands_of(inner, operands);
        }
        tree::Formula::Smallest(parts, _) | tree::Formula::Largest(parts, _) => {
            parts.iter().for_each(|part| operands_of(part, operands));
        }
    }
}
