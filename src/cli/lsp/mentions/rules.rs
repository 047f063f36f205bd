//! The words of `.rules` files.

use std::collections::BTreeSet;

use super::{Named, Reader, defines_of, names_of};
use crate::model::formula::CountName;
use crate::syntax::tree::{
    Block, BoundKind, Clause, ClauseBody, Condition, Date, Define, Defined, Formula, Line, Note, Number, Operand,
    Period, Reason, RoundTo, RuleFile, Scope, Subject, Test, When, Window, Word,
};

/// Counts of a payment or fee that are of no measure.
pub(in crate::cli::lsp) const MORE_COUNTS: [&str; 2] = ["list_size", "doses"];

impl Reader<'_> {
    pub(super) fn file(&mut self, file: &RuleFile) {
        for block in &file.blocks {
            self.own = BTreeSet::new();
            match block {
                Block::Define(define) => {
                    self.block.clear();
                    self.define(define);
                }
                Block::Measure(measure) => {
                    self.block.clone_from(&measure.code.text);
                    self.own = names_of(defines_of(block));
                    self.definition(Named::Measure(measure.code.text.clone()), measure.code.span);
                    self.notes(&measure.notes);
                    measure.clauses.iter().for_each(|clause| self.clause(clause));
                }
                Block::Fee(fee) => {
                    self.block.clone_from(&fee.name.text);
                    self.notes(&fee.notes);
                    self.clusters(&fee.clusters);
                    self.window(&fee.window);
                    self.lines(&fee.lines);
                }
                Block::Payment(payment) => {
                    self.block.clone_from(&payment.name.text);
                    if let Scope::Each(_, only) = &payment.scope {
                        only.iter().for_each(|code| self.mention(Named::Measure(code.text.clone()), code.span));
                    }
                    self.notes(&payment.notes);
                    self.lines(&payment.lines);
                }
                Block::Require(require) => {
                    self.block.clear();
                    self.test(&require.test);
                    self.notes(&require.notes);
                }
                Block::Pathway(pathway) => {
                    self.block.clone_from(&pathway.name.text);
                    self.own = names_of(defines_of(block));
                    self.pathway(pathway);
                }
                Block::Worklist(list) => {
                    self.block.clone_from(&list.name.text);
                    self.worklist(list);
                }
            }
        }
    }

    fn clause(&mut self, clause: &Clause) {
        match clause {
            Clause::Define(define) => self.define(define),
            Clause::Register(body) | Clause::Achieved(body) => self.body(body),
            Clause::Exclude(reason) | Clause::Except(reason) => self.reason(reason),
            Clause::Due(due) => {
                self.clusters(&due.clusters);
                due.dates.iter().for_each(|date| self.date(date));
                self.notes(&due.notes);
            }
            Clause::Related(related) => {
                self.clusters(std::slice::from_ref(&related.counted));
                self.clusters(&related.records);
                related.window.iter().for_each(|window| self.window(window));
                self.notes(&related.notes);
            }
            Clause::Near(near) => {
                self.period(&near.period);
                self.notes(&near.notes);
            }
        }
    }

    pub(super) fn define(&mut self, define: &Define) {
        let named = self.defined(&define.name.text);
        self.definition(named, define.name.span);
        match &define.meaning {
            Defined::Condition(condition) => self.condition(condition),
            Defined::Date(date) => self.date(date),
        }
        self.notes(&define.notes);
    }

    pub(super) fn defined(&self, name: &str) -> Named {
        let of = self.own.contains(name).then(|| self.block.clone());
        Named::Defined { of, name: name.to_owned() }
    }

    fn reason(&mut self, reason: &Reason) {
        let named = Named::Reason { of: self.block.clone(), code: reason.code.text.clone() };
        self.definition(named, reason.code.span);
        self.body(&reason.body);
    }

    fn body(&mut self, body: &ClauseBody) {
        self.condition(&body.condition);
        self.notes(&body.notes);
    }

    pub(super) fn notes(&mut self, notes: &[Note]) {
        for note in notes {
            match note {
                Note::Source { id, .. } => {
                    let named = Named::Source { of: self.numbers_path.clone(), id: id.text.clone() };
                    self.mention(named, id.span);
                }
                Note::Conflict(_) | Note::Says(_) => {}
            }
        }
    }

    pub(super) fn clusters(&mut self, names: &[Word]) {
        names.iter().for_each(|name| self.cluster(&name.text, name.span));
    }

    pub(super) fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::All { parts, .. } | Condition::Any { parts, .. } => {
                parts.iter().for_each(|part| self.condition(part));
            }
            Condition::Not { inner, .. } | Condition::Bracketed { inner, .. } => self.condition(inner),
            Condition::Count { quantity, clusters, same_day, saying, window, .. } => {
                self.quantity(quantity);
                self.clusters(clusters);
                self.clusters(same_day);
                saying.iter().for_each(|saying| self.saying(saying));
                window.iter().for_each(|window| self.window(window));
            }
            Condition::Different { quantity, words, clusters, window, .. } => {
                self.quantity(quantity);
                self.words(words);
                self.clusters(clusters);
                window.iter().for_each(|window| self.window(window));
            }
            Condition::Row { condition, .. } => condition.iter().for_each(|condition| self.condition(condition)),
            Condition::InState { states, .. } => self.states(states),
            Condition::Falls { subject, window, .. } => {
                match subject {
                    Subject::Turns(period) => self.age(period),
                    Subject::Date(date) => self.date(date),
                    Subject::Registered(_) | Subject::Born(_) => {}
                }
                self.window(window);
            }
            Condition::RegisteredAt { date, .. } => self.date(date),
            Condition::Exists { name, .. } | Condition::Named(name) => self.name(name),
        }
    }

    /// A name that `define` gave, else a figure's.
    fn name(&mut self, name: &Word) {
        if self.own.contains(&name.text) || self.shared.contains(&name.text) {
            let named = self.defined(&name.text);
            self.mention(named, name.span);
        } else {
            self.figure(name);
        }
    }

    pub(super) fn figure(&mut self, name: &Word) {
        if self.figures.contains(&name.text) {
            self.mention(Named::Figure(name.text.clone()), name.span);
        }
    }

    pub(super) fn number(&mut self, number: &Number) {
        match number {
            Number::Whole { .. } => {}
            Number::Figure(name) => self.figure(name),
        }
    }

    fn age(&mut self, period: &Period) {
        self.found.ages.push(period.clone());
        self.period(period);
    }

    fn period(&mut self, period: &Period) {
        self.number(&period.count);
        period.and.iter().for_each(|(number, _)| self.number(number));
    }

    pub(super) fn date(&mut self, date: &Date) {
        match date {
            Date::Nth { clusters, window, .. } => {
                self.clusters(clusters);
                window.iter().for_each(|window| self.window(window));
            }
            Date::Age(period) => self.age(period),
            Date::Shifted { period, from, .. } => {
                self.period(period);
                self.date(from);
            }
            Date::Named(name) => self.name(name),
            Date::YearStart(_)
            | Date::YearEnd(_)
            | Date::MeasurementDay(_)
            | Date::ReportDay(_)
            | Date::Birth(_)
            | Date::Registration(_)
            | Date::Calendar { .. } => {}
        }
    }

    pub(super) fn window(&mut self, window: &Window) {
        for bound in &window.bounds {
            match &bound.kind {
                BoundKind::InYear => {}
                BoundKind::InPreceding(period) => self.period(period),
                BoundKind::FromToBefore(from, to) | BoundKind::FromTo(from, to) => {
                    self.date(from);
                    self.date(to);
                }
                BoundKind::OnOrAfter(date)
                | BoundKind::After(date)
                | BoundKind::Before(date)
                | BoundKind::By(date)
                | BoundKind::On(date) => self.date(date),
                BoundKind::Within(period, date) | BoundKind::AtLeastAfter(period, date) => {
                    self.period(period);
                    self.date(date);
                }
            }
        }
    }

    /// A line may read those above it, which hide a figure of the same name.
    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            for case in &line.cases {
                self.formula(&case.formula);
                match &case.when {
                    When::Test(test) => self.test(test),
                    When::Always | When::Otherwise => {}
                }
            }
            self.notes(&line.notes);
            self.own.insert(line.name.text.clone());
            let named = Named::Line { of: self.block.clone(), name: line.name.text.clone() };
            self.definition(named, line.name.span);
        }
    }

    fn test(&mut self, test: &Test) {
        match test {
            Test::All(parts, _) | Test::Any(parts, _) => parts.iter().for_each(|part| self.test(part)),
            Test::Not(inner, _) | Test::Bracketed(inner, _) => self.test(inner),
            Test::Absent(operand, _) => self.operand(operand),
            Test::Compare(left, _, right, _) => {
                self.formula(left);
                self.formula(right);
            }
        }
    }

    fn formula(&mut self, formula: &Formula) {
        match formula {
            Formula::Number { .. } => {}
            Formula::Operand(operand) => self.operand(operand),
            Formula::Binary(_, left, right, _) => {
                self.formula(left);
                self.formula(right);
            }
            Formula::Minus(inner, _) | Formula::Bracketed(inner, _) => self.formula(inner),
            Formula::Smallest(parts, _) | Formula::Largest(parts, _) => {
                parts.iter().for_each(|part| self.formula(part));
            }
            Formula::Round(inner, to, _) => {
                self.formula(inner);
                match to {
                    RoundTo::Pence(_) => {}
                    RoundTo::Decimals(number) => self.number(number),
                }
            }
        }
    }

    fn operand(&mut self, operand: &Operand) {
        let name = &operand.name;
        if let Some(of) = &operand.of {
            self.mention(Named::Measure(of.text.clone()), of.span);
        }
        let is_count = CountName::ALL.iter().any(|count| count.word() == name.text);
        if is_count || operand.of.is_none() && MORE_COUNTS.contains(&name.text.as_str()) {
            self.mention(Named::Count(name.text.clone()), name.span);
        } else if operand.of.is_none() && self.own.contains(&name.text) {
            let named = Named::Line { of: self.block.clone(), name: name.text.clone() };
            self.mention(named, name.span);
        } else {
            self.figure(name);
        }
    }
}
