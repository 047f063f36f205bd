//! What a rulebook requires of its figures: `require "the lower threshold is below the upper" lower_threshold < …`.

use crate::ground::Diagnostic;
use crate::model::book::{FigureId, FigureValue, MeasureId, MeasurementId, Requirement};
use crate::model::build::Builder;
use crate::model::build::formulas::Subject;
use crate::model::build::sense::MissingFigure;
use crate::model::build::sense::formulas::operands_of_test;
use crate::model::formula::CountName;
use crate::syntax::tree::{Block, Operand, Require};

impl Builder<'_> {
    pub(super) fn check_requirements(&mut self, blocks: &[&Block]) {
        // A figure that is only compared with another is used by no rule.
        let used = self.contract.used_figures();
        for block in blocks {
            match block {
                Block::Require(require) => self.requirement(require),
                Block::Define(_)
                | Block::Measure(_)
                | Block::Fee(_)
                | Block::Payment(_)
                | Block::Pathway(_)
                | Block::Worklist(_) => {}
            }
        }
        self.contract.set_used_figures(&used);
        self.report_missing_figures();
    }

    fn requirement(&mut self, require: &Require) {
        let (notes, _) = self.notes(&require.notes);
        let mut operands = Vec::new();
        operands_of_test(&require.test, &mut operands);
        if !self.reads_figures_only(require, &operands) {
            return;
        }
        let owners = self.owners_of(&operands);
        let is_astray = self.faults.iter().any(|fault| fault.code == "E307");
        if owners.is_empty() && !is_astray {
            let message = "no indicator or course has all the figures that this line reads, so it asks nothing";
            let warning = Diagnostic::warning("W415", require.test_span, message);
            self.faults.push(warning.help("give a measure these figures, or leave the line out"));
        }
        for owner in owners {
            let at = owner.and_then(|owner| self.parts.measurements.iter().position(|found| found.measure == owner));
            let measurement = at.and_then(|at| u32::try_from(at).ok()).map(MeasurementId);
            let subject = Subject {
                measurement,
                quarter: None,
                has_doses: false,
                lines: Vec::new(),
                parts: Vec::new(),
                unclear: Vec::new(),
            };
            let test = self.test(&require.test, &subject);
            let code = owner.map(|owner| self.parts.measures[owner.index()].code.clone());
            let mut figures: Vec<FigureId> = Vec::new();
            for operand in &operands {
                let found = self.contract.find(&operand.name.text, code.as_deref()).map(|(id, _)| id);
                figures.extend(found.filter(|id| !figures.contains(id)));
            }
            let says = require.says.text.clone();
            let requirement = Requirement { says, owner, figures, test, notes: notes.clone() };
            self.refuse_broken(&requirement, require);
            self.parts.requirements.push(requirement);
        }
    }

    /// Counts are known when patients are counted, and a line that is tested before there are any cannot read them.
    fn reads_figures_only(&mut self, require: &Require, operands: &[&Operand]) -> bool {
        let mut is_sound = true;
        if operands.is_empty() {
            let fault = Diagnostic::error("E416", require.test_span, "this line reads no figure");
            self.faults
                .push(fault.help("compare figures of the numbers file, as in `lower_threshold < upper_threshold`"));
            is_sound = false;
        }
        for operand in operands {
            let name = &operand.name.text;
            let is_count = CountName::ALL.iter().any(|count| count.word() == name.as_str());
            if operand.of.is_some() || is_count || ["list_size", "doses"].contains(&name.as_str()) {
                let words = self.sources.quoted(operand.span);
                let message = format!("`require` tests figures before anybody is counted, and `{words}` is a count");
                let fault = Diagnostic::error("E416", operand.span, message);
                self.faults.push(fault.help("test it in a payment's line, with `when`"));
                is_sound = false;
            } else if self
                .faults
                .iter()
                .any(|fault| fault.code == "E204" && fault.message.contains(&format!("`{name}`")))
            {
                is_sound = false;
            } else if !self.contract.figure_names().any(|known| known == name) {
                let missing = MissingFigure { name: name.clone(), span: operand.span, owner: None, lines: Vec::new() };
                self.missing.push(missing);
                is_sound = false;
            }
        }
        is_sound
    }

    /// The rulebook where all the figures are its own, else every measure that has them.
    fn owners_of(&self, operands: &[&Operand]) -> Vec<Option<MeasureId>> {
        let is_shared = |operand: &&Operand| self.contract.has(&operand.name.text, None);
        if operands.iter().all(is_shared) {
            return vec![None];
        }
        let has_all = |code: &str| {
            operands.iter().all(|operand| self.contract.has(&operand.name.text, Some(code)) || is_shared(operand))
        };
        let measures = self.parts.measures.iter().zip((0..).map(MeasureId));
        measures.filter(|(measure, _)| has_all(&measure.code)).map(|(_, id)| Some(id)).collect()
    }

    fn refuse_broken(&mut self, requirement: &Requirement, require: &Require) {
        let amount = |id: FigureId| match self.contract.figure_of(id).value {
            FigureValue::Is(amount) => Some(amount),
            FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
        };
        let [first, others @ ..] = requirement.figures.as_slice() else { return };
        if requirement.test.of_figures(&amount) != Some(false) {
            return;
        }
        let said = |id: FigureId| {
            let figure = self.contract.figure_of(id);
            let value = amount(id).map_or(String::new(), |amount| amount.to_string());
            match figure.unit_word.strip_prefix('£') {
                Some(per) => format!("`{}` is £{value}{per}", figure.name),
                None => format!("`{}` is {value} {}", figure.name, figure.unit_word).trim_end().to_owned(),
            }
        };
        let whose =
            requirement.owner.map_or(String::new(), |owner| format!("{}: ", self.parts.measures[owner.index()].code));
        let message = format!("{whose}it is required that {}, and it is not so", requirement.says);
        let place = self.contract.figure_of(*first).span;
        let mut fault = Diagnostic::error("E410", place, message).label(said(*first));
        for other in others {
            fault = fault.also(self.contract.figure_of(*other).span, said(*other));
        }
        let fault = fault.also(require.test_span, "required here");
        self.faults.push(fault.help("mend the figures; most likely two stand in each other's place"));
    }
}
