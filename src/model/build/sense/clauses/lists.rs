//! Parts of a condition beside one another: those that contradict, repeat or follow from the others.

use super::{Clauses, Context};
use crate::ground::Diagnostic;
use crate::model::book::{Condition, ConditionId};

/// Lists longer than this are not compared line by line: the time for it grows with the cube of their length.
const LONGEST_COMPARED: usize = 40;

impl Clauses<'_> {
    /// `a and b`, `all of`: true if something was found.
    pub(super) fn all_of(&mut self, context: Context<'_>, id: ConditionId, parts: &[ConditionId]) -> bool {
        let all = || parts.iter().map(|part| (*part, true));
        if self.tables.nobody(context.people, &context.and(all())) {
            self.contradiction(context, id, parts);
            return true;
        }
        if parts.len() > LONGEST_COMPARED {
            return false;
        }
        for (at, part) in parts.iter().enumerate().rev() {
            if self.tables.nobody(context.people, &context.and([(*part, false)])) {
                let message = format!("this holds for {}, so it says nothing here", context.everybody());
                self.warn("W426", *part, message, "leave it out, or mend it");
                return true;
            }
            let others = parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| *other);
            let rest = others.clone().map(|other| (other, true)).chain([(*part, false)]);
            if self.tables.nobody(context.people, &context.and(rest)) {
                let from = others
                    .clone()
                    .find(|other| self.tables.nobody(context.people, &context.and([(*other, true), (*part, false)])));
                self.says_nothing_new(*part, from, "this follows from the rest of the condition, so it says nothing");
                return true;
            }
        }
        false
    }

    /// `a or b`, `any of`: true if something was found.
    pub(super) fn any_of(&mut self, context: Context<'_>, parts: &[ConditionId]) -> bool {
        if parts.len() > LONGEST_COMPARED {
            return false;
        }
        for (at, part) in parts.iter().enumerate().rev() {
            if self.tables.nobody(context.people, &context.and([(*part, true)])) {
                let message = format!("this can never hold for {}", context.whom());
                self.never("E425", *part, message, "mend it, or leave it out of the list");
                return true;
            }
            let others = parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| *other);
            let rest = others.clone().map(|other| (other, false)).chain([(*part, true)]);
            if parts.len() > 1 && self.tables.nobody(context.people, &context.and(rest)) {
                let from = others
                    .clone()
                    .find(|other| self.tables.nobody(context.people, &context.and([(*other, false), (*part, true)])));
                self.says_nothing_new(*part, from, "this holds only where another line does, so it says nothing");
                return true;
            }
        }
        false
    }

    fn contradiction(&mut self, context: Context<'_>, id: ConditionId, parts: &[ConditionId]) {
        let pairs = parts.iter().enumerate().flat_map(|(at, b)| parts[..at].iter().map(move |a| (*a, *b)));
        let mut pairs =
            pairs.filter(|(a, b)| self.tables.nobody(context.people, &context.and([(*a, true), (*b, true)])));
        let pair = pairs.next();
        drop(pairs);
        let help = "mend one of them";
        match pair {
            Some((first, second)) => {
                let one = [first, second]
                    .into_iter()
                    .find(|one| self.tables.nobody(context.people, &context.and([(*one, true)])));
                match one {
                    Some(one) => {
                        let message = format!("this can never hold for {}", context.whom());
                        self.never("E425", one, message, "mend it, or leave it out");
                    }
                    None => {
                        let message = format!("these two can never hold together for {}", context.whom());
                        self.never("E425", second, message, help);
                        let place = self.span(first);
                        if let Some(fault) = self.found.last_mut() {
                            fault.others.push((place, "contradicts this".to_owned()));
                        }
                    }
                }
            }
            None => {
                let message = format!("these parts can never hold together for {}", context.whom());
                self.never("E425", id, message, help);
            }
        }
    }

    /// A part that another one decides: the same words, or what they come to.
    fn says_nothing_new(&mut self, part: ConditionId, from: Option<ConditionId>, message: &str) {
        let is_same = from.is_some_and(|from| self.is_same(from, part));
        let message = if is_same { "the same condition stands twice in this list" } else { message };
        let mut warning = Diagnostic::warning("W427", self.span(part), message);
        if let Some(from) = from {
            warning = warning.also(self.span(from), if is_same { "first here" } else { "decides it" });
        }
        self.found.push(warning.help("leave it out, or mend it if something else was meant"));
    }

    fn is_same(&self, a: ConditionId, b: ConditionId) -> bool {
        let all_same = |a: &[ConditionId], b: &[ConditionId]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_same(*a, *b))
        };
        match (&self.tables.conditions[a.index()], &self.tables.conditions[b.index()]) {
            (Condition::All(a), Condition::All(b)) | (Condition::Any(a), Condition::Any(b)) => all_same(a, b),
            (Condition::Not(a), Condition::Not(b)) => self.is_same(*a, *b),
            (a, b) => a == b,
        }
    }
}
