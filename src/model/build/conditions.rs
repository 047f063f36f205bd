//! Conditions and definitions, resolved.

use crate::ground::{Diagnostic, Span};
use crate::model::book::{Condition, ConditionId, ConditionWords, Date, Notes, Window};
use crate::model::build::Builder;
use crate::model::build::names::Meaning;
use crate::model::pathway::Beside;
use crate::syntax::tree::{self, Define, Defined, Quantity, Subject, Word};

impl Builder<'_> {
    pub(super) fn define(&mut self, define: &Define) {
        if let Some(first) = self.names.span_of(&define.name.text) {
            let message = format!("`{}` is defined twice", define.name.text);
            self.faults.push(Diagnostic::error("E203", define.name.span, message).also(first, "first here"));
            return;
        }
        if self.codes.exists(&define.name.text) {
            let message = format!("`{}` is already the name of a code cluster", define.name.text);
            self.faults.push(Diagnostic::error("E203", define.name.span, message).help("take another name"));
        }
        let (notes, _) = self.notes(&define.notes);
        let meaning = match &define.meaning {
            Defined::Condition(condition) => {
                let id = self.condition(condition);
                let words = &mut self.parts.condition_words[id.index()];
                // A name for another name keeps the first: both say the same.
                if words.name.is_none() {
                    words.name = Some(define.name.text.clone());
                    words.notes = notes;
                }
                Meaning::Condition(id)
            }
            Defined::Date(date) => {
                let id = self.date(date);
                // A defined date is spoken of by its name.
                self.parts.date_words[id.index()] = define.name.text.clone();
                Meaning::Date(id)
            }
        };
        self.names.add(&define.name.text, meaning, define.name.span);
    }

    pub(super) fn add(&mut self, condition: Condition, span: Span) -> ConditionId {
        let condition = self.no_longer_than_can_be_read(condition, span);
        self.parts.conditions.push(condition);
        let text = self.sources.quoted(span);
        self.parts.condition_words.push(ConditionWords { text, name: None, span, notes: Notes::default() });
        ConditionId(u32::try_from(self.parts.conditions.len() - 1).unwrap_or(u32::MAX))
    }

    pub(super) fn condition(&mut self, condition: &tree::Condition) -> ConditionId {
        let resolved = match condition {
            tree::Condition::Bracketed { inner, .. } => return self.condition(inner),
            tree::Condition::Named(name) => return self.named_condition(name),
            tree::Condition::All { parts, .. } => Condition::All(self.conditions(parts)),
            tree::Condition::Any { parts, .. } => Condition::Any(self.conditions(parts)),
            tree::Condition::Not { inner, .. } => Condition::Not(self.condition(inner)),
            tree::Condition::Count { quantity, clusters, same_day, saying, window, span } => {
                let clusters = self.codes.set(clusters, &mut self.faults);
                let (at_least, at_most) = self.quantity(quantity);
                if at_least == 0 && at_most.is_none() {
                    let fault = Diagnostic::error("E401", *span, "`at least 0` always holds");
                    self.faults.push(fault.help("leave the clause out, or write how many are needed"));
                }
                let window = window.as_ref().map(|window| self.window(window)).unwrap_or_default();
                if same_day.is_empty() && saying.is_none() {
                    Condition::Count { clusters, at_least, at_most, window }
                } else {
                    self.records((clusters, at_least, at_most), same_day, saying.as_ref(), window)
                }
            }
            tree::Condition::Different { quantity, words, clusters, window, span } => {
                let clusters = self.codes.set(clusters, &mut self.faults);
                let (at_least, at_most) = self.quantity(quantity);
                let window = window.as_ref().map(|window| self.window(window)).unwrap_or_default();
                match self.word_list(words) {
                    Some(words) => Condition::Beside(Beside::Different { words, clusters, at_least, at_most, window }),
                    None => return self.nothing(*span),
                }
            }
            tree::Condition::Row { table, absent, condition, span } => {
                self.row(*table, *absent, condition.as_deref(), *span)
            }
            tree::Condition::InState { states, .. } => Condition::Beside(Beside::InState(self.state_ids(states))),
            tree::Condition::Falls { subject, window, .. } => {
                let date = match subject {
                    Subject::Turns(period) => self.age(period),
                    Subject::Registered(_) => self.intern_date(Date::Registration, "registration"),
                    Subject::Born(_) => self.intern_date(Date::Birth, "birth"),
                    Subject::Date(date) => self.date(date),
                };
                Condition::Falls { date, window: self.window(window) }
            }
            tree::Condition::RegisteredAt { date, .. } => Condition::RegisteredAt(self.date(date)),
            tree::Condition::Exists { name, absent, span } => {
                if let Some(field) = self.practice_field(name, *span) {
                    if !absent {
                        return field;
                    }
                    return self.add(Condition::Not(field), *span);
                }
                let date = self.date(&tree::Date::Named(name.clone()));
                if !absent {
                    return self.add(Condition::Exists(date), *span);
                }
                let exists = self.add(Condition::Exists(date), *span);
                self.parts.condition_words[exists.index()].text = format!("there is a {}", name.text);
                Condition::Not(exists)
            }
        };
        self.add(resolved, condition.span())
    }

    fn conditions(&mut self, parts: &[tree::Condition]) -> Vec<ConditionId> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    fn named_condition(&mut self, name: &Word) -> ConditionId {
        if let Some(truth) = self.row_truth(name) {
            return truth;
        }
        match self.names.find(&name.text) {
            Some(Meaning::Condition(id)) => return id,
            Some(Meaning::Date(_)) => {
                let message = format!("`{}` is a day, and a condition is needed here", name.text);
                let help = format!("write `there is a {}`, or when it must lie: `{} before …`", name.text, name.text);
                self.faults.push(Diagnostic::error("E206", name.span, message).help(help));
            }
            None => self.unknown_name(name, "a condition"),
        }
        self.add(Condition::All(Vec::new()), name.span)
    }

    fn quantity(&mut self, quantity: &Quantity) -> (u32, Option<u32>) {
        match quantity {
            Quantity::AtLeast(number) => (self.number(number), None),
            Quantity::AtMost(number) => (0, Some(self.number(number))),
            Quantity::Exactly(number) => {
                let number = self.number(number);
                (number, Some(number))
            }
            Quantity::Any => (1, None),
            Quantity::No => (0, Some(0)),
        }
    }

    /// A condition that always holds, in the place of one that is missing.
    pub(super) fn nothing(&mut self, span: Span) -> ConditionId {
        let window = Window::default();
        let date = self.intern_date(Date::Birth, "birth");
        self.add(Condition::Falls { date, window }, span)
    }
}
