//! The words of pathways.

use super::{Named, Reader};
use crate::syntax::tree::{ColumnValue, Condition, Listed, Pathway, Quantity, Saying, Step, Word, Worklist};

impl Reader<'_> {
    pub(super) fn pathway(&mut self, pathway: &Pathway) {
        for code in &pathway.indicators {
            self.mention(Named::Measure(code.text.clone()), code.span);
        }
        for name in [Some(&pathway.of), pathway.since.as_ref()].into_iter().flatten() {
            self.mention(Named::Used(name.text.clone()), name.span);
        }
        self.notes(&pathway.notes);
        pathway.steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Define(define) => self.define(define),
            Step::State(state) => {
                self.definition(Named::State(state.name.text.clone()), state.name.span);
                self.conditions(&state.condition);
                for exception in &state.exceptions {
                    self.clusters(&exception.clusters);
                    exception.window.iter().for_each(|window| self.window(window));
                }
                state.next.iter().for_each(|next| self.conditions(&next.when));
                self.notes(&state.notes);
            }
            Step::Alert(alert) => {
                self.condition(&alert.condition);
                self.notes(&alert.notes);
            }
            Step::Worklist(list) => self.worklist(list),
            Step::Audit(figure) => self.figure(figure),
        }
    }

    pub(super) fn worklist(&mut self, list: &Worklist) {
        match &list.rows {
            Listed::Children(states) => self.states(states),
            Listed::Exceptions | Listed::Alerts | Listed::Patients(_) => {}
        }
        self.conditions(&list.first);
        list.columns.iter().filter_map(|column| column.value.as_ref()).for_each(|value| self.column(value));
        self.notes(&list.notes);
    }

    fn conditions(&mut self, condition: &Option<Condition>) {
        condition.iter().for_each(|condition| self.condition(condition));
    }

    pub(super) fn states(&mut self, names: &[Word]) {
        names.iter().for_each(|name| self.mention(Named::State(name.text.clone()), name.span));
    }

    pub(super) fn saying(&mut self, saying: &Saying) {
        self.words(&saying.words);
    }

    pub(super) fn words(&mut self, name: &Word) {
        self.mention(Named::Words(name.text.clone()), name.span);
    }

    pub(super) fn quantity(&mut self, quantity: &Quantity) {
        match quantity {
            Quantity::AtLeast(number) | Quantity::AtMost(number) | Quantity::Exactly(number) => self.number(number),
            Quantity::Any | Quantity::No => {}
        }
    }

    fn column(&mut self, value: &ColumnValue) {
        match value {
            ColumnValue::Date(date) => self.date(date),
            ColumnValue::Words { words, clusters, window, .. } => {
                self.words(words);
                self.clusters(clusters);
                window.iter().for_each(|window| self.window(window));
            }
        }
    }
}
