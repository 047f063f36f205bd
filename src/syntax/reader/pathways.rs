//! Pathways: states, alerts and worklists.

use super::Reading;
use super::pairs::{Children, Pair, word};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::{
    Alert, ColumnValue, Exception, ListColumn, Listed, Next, Pathway, PatientRows, State, Step, Window, Word, Worklist,
};

impl Reading {
    pub(super) fn pathway(&mut self, pair: Pair<'_>) -> Pathway {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let title = parts.text();
        let (indicators, of) = self.pursued(parts.one_of(Rule::pursued));
        let since = parts.take(Rule::since).map(|since| Children::of(self.file, since).word(Rule::name));
        let notes = self.notes(&mut parts);
        let span = parts.span();
        let steps = parts.rest().filter_map(|step| self.step(step)).collect();
        Pathway { name, title, indicators, of, since, notes, steps, span }
    }

    fn pursued(&self, pair: Pair<'_>) -> (Vec<Word>, Word) {
        let mut parts = Children::of(self.file, pair);
        parts.take(Rule::k_achieved);
        parts.take(Rule::k_one);
        let mut indicators = Vec::new();
        while let Some(code) = parts.take(Rule::code) {
            indicators.push(word(self.file, &code));
        }
        (indicators, parts.word(Rule::name))
    }

    fn step(&mut self, pair: Pair<'_>) -> Option<Step> {
        match pair.as_rule() {
            Rule::define => Some(Step::Define(self.define(pair))),
            Rule::state => Some(Step::State(self.state(pair))),
            Rule::alert => Some(Step::Alert(self.alert(pair))),
            Rule::worklist => Some(Step::Worklist(self.worklist(pair))),
            Rule::audit => Some(Step::Audit(Children::of(self.file, pair).word(Rule::name))),
            _ => None,
        }
    }

    fn state(&mut self, pair: Pair<'_>) -> State {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let title = parts.text();
        parts.take(Rule::k_otherwise);
        let condition = parts.take(Rule::condition).map(|condition| self.condition(condition));
        let span = parts.span();
        let (mut exceptions, mut credited, mut next) = (Vec::new(), Vec::new(), Vec::new());
        let mut notes = Vec::new();
        for part in parts.rest() {
            match part.as_rule() {
                Rule::exception => exceptions.push(self.exception(part)),
                Rule::credited => credited.push(self.text_in(part, Rule::k_to)),
                Rule::next => next.push(self.next_step(part)),
                _ => notes.extend(self.note(part)),
            }
        }
        State { name, title, condition, exceptions, credited, next, notes, span }
    }

    fn exception(&mut self, pair: Pair<'_>) -> Exception {
        let mut parts = Children::of(self.file, pair);
        parts.take(Rule::k_exception);
        let code = parts.word(Rule::code);
        let title = parts.text();
        let clusters = self.clusters(parts.one_of(Rule::clusters));
        let window = self.optional_window(&mut parts);
        Exception { code, title, clusters, window, span: parts.span() }
    }

    fn next_step(&mut self, pair: Pair<'_>) -> Next {
        let mut parts = Children::of(self.file, pair);
        let text = parts.text();
        let when = parts.take(Rule::condition).map(|condition| self.condition(condition));
        Next { text, when, span: parts.span() }
    }

    fn alert(&mut self, pair: Pair<'_>) -> Alert {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let title = parts.text();
        let per_practice = parts.skip(Rule::once);
        let condition = self.condition(parts.one_of(Rule::condition));
        let span = parts.span();
        let (mut to_do, mut template, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts.rest() {
            match part.as_rule() {
                Rule::to_do => to_do.push(self.text_in(part, Rule::k_do)),
                Rule::template => template.push(self.text_in(part, Rule::k_with)),
                _ => notes.extend(self.note(part)),
            }
        }
        Alert { name, title, per_practice, condition, to_do, template, notes, span }
    }

    pub(super) fn worklist(&mut self, pair: Pair<'_>) -> Worklist {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let title = parts.text();
        let role = parts.text();
        let rows = self.listed(parts.one_of(Rule::listed));
        let first = parts.take(Rule::first_rows).map(|first| {
            let mut first = Children::of(self.file, first);
            first.take(Rule::k_first);
            self.condition(first.one_of(Rule::condition))
        });
        let columns = Children::of(self.file, parts.one_of(Rule::columns)).rest();
        let columns = columns.map(|column| self.list_column(column)).collect();
        let notes = self.notes(&mut parts);
        Worklist { name, title, role, rows, first, columns, notes, span: parts.span() }
    }

    fn listed(&self, pair: Pair<'_>) -> Listed {
        let inner = Children::of(self.file, pair).one();
        match inner.as_rule() {
            Rule::each_child => {
                Listed::Children(Children::of(self.file, inner).rest().map(|state| word(self.file, &state)).collect())
            }
            Rule::each_exception => Listed::Exceptions,
            Rule::each_patient => Listed::Patients(match Children::of(self.file, inner).one().as_rule() {
                Rule::in_time => PatientRows::InTime,
                Rule::too_late => PatientRows::TooLate,
                _ => PatientRows::Excepted,
            }),
            _ => Listed::Alerts,
        }
    }

    fn list_column(&mut self, pair: Pair<'_>) -> ListColumn {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::column_name);
        let value = match parts.take(Rule::words_in) {
            Some(words) => Some(self.words_in(words)),
            None => parts.next().map(|date| ColumnValue::Date(self.date_or_nth(date))),
        };
        ListColumn { name, value, span: parts.span() }
    }

    fn words_in(&mut self, pair: Pair<'_>) -> ColumnValue {
        let mut parts = Children::of(self.file, pair);
        let words = parts.word(Rule::name);
        let absent = parts.skip(Rule::k_not);
        let clusters = self.clusters(parts.one_of(Rule::clusters));
        ColumnValue::Words { words, absent, clusters, window: self.optional_window(&mut parts) }
    }

    pub(super) fn optional_window(&mut self, parts: &mut Children<'_>) -> Option<Window> {
        parts.take(Rule::window).map(|window| self.window(window))
    }

    /// The text of a clause that says nothing else than a keyword and it.
    fn text_in(&self, pair: Pair<'_>, keyword: Rule) -> Word {
        let mut parts = Children::of(self.file, pair);
        parts.take(keyword);
        parts.text()
    }
}
