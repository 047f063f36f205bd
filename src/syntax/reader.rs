//! From a `.rules` text to its tree: pest reads, this file turns what it read into [`tree`](super::tree) values.
//!
//! A fault of form does not hide the next one: the faulty clause is blanked out and the file is read again.

mod conditions;
mod expected;
mod formulas;
mod hints;
mod pairs;
mod pathways;
mod recovery;
mod slips;

pub use self::expected::{Expected, NameKind, expected, is_in_words};
use self::pairs::{Children, word};
use crate::ground::{Diagnostic, FileId};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::{
    Block, Clause, ClauseBody, Define, Defined, Due, Fee, Measure, MeasureKind, Near, Note, Payment, Reason, Related,
    Require, RuleFile, Scope,
};

/// What one reading carries along: the file's id, and the faults met so far.
struct Reading {
    file: FileId,
    faults: Vec<Diagnostic>,
}

/// Reads a `.rules` text. The tree holds the blocks that could be read; each fault of form is a diagnostic.
pub fn read_rules(file: FileId, text: &str) -> (RuleFile, Vec<Diagnostic>) {
    let mut reading = Reading { file, faults: Vec::new() };
    let tree = recovery::read_around_faults(&mut reading, text);
    (tree, reading.faults)
}

impl Reading {
    fn file(&mut self, pair: pairs::Pair<'_>) -> RuleFile {
        let blocks = Children::of(self.file, pair).rest();
        let blocks = blocks.filter_map(|block| match block.as_rule() {
            Rule::define => Some(Block::Define(self.define(block))),
            Rule::measure => Some(Block::Measure(self.measure(block))),
            Rule::fee => Some(Block::Fee(self.fee(block))),
            Rule::payment => Some(Block::Payment(self.payment(block))),
            Rule::require => Some(Block::Require(self.require(block))),
            Rule::pathway => Some(Block::Pathway(self.pathway(block))),
            Rule::worklist => Some(Block::Worklist(self.worklist(block))),
            _ => None,
        });
        RuleFile { blocks: blocks.collect() }
    }

    fn define(&mut self, pair: pairs::Pair<'_>) -> Define {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let meaning = match parts.take(Rule::defined_date) {
            Some(date) => {
                let inner = Children::of(self.file, date).one();
                Defined::Date(self.date_or_nth(inner))
            }
            None => Defined::Condition(self.condition(parts.one_of(Rule::condition))),
        };
        Define { name, meaning, notes: self.notes(&mut parts), span: parts.span() }
    }

    fn measure(&mut self, pair: pairs::Pair<'_>) -> Measure {
        let mut parts = Children::of(self.file, pair);
        let kind = if parts.skip(Rule::k_course) { MeasureKind::Course } else { MeasureKind::Indicator };
        let code = parts.word(Rule::code);
        let title = parts.text();
        let notes = self.notes(&mut parts);
        let each_quarter = parts.take(Rule::measured).map(|pair| pairs::span(self.file, &pair));
        let span = parts.span();
        let clauses = parts.rest().filter_map(|clause| self.clause(clause)).collect();
        Measure { kind, code, title, notes, each_quarter, clauses, span }
    }

    fn clause(&mut self, pair: pairs::Pair<'_>) -> Option<Clause> {
        match pair.as_rule() {
            Rule::define => Some(Clause::Define(self.define(pair))),
            Rule::register => Some(Clause::Register(self.body(Children::of(self.file, pair)))),
            Rule::achieved => Some(Clause::Achieved(self.body(Children::of(self.file, pair)))),
            Rule::exclude => Some(Clause::Exclude(self.reason(pair))),
            Rule::except => Some(Clause::Except(self.reason(pair))),
            Rule::due => Some(Clause::Due(self.due(pair))),
            Rule::related => Some(Clause::Related(self.related(pair))),
            Rule::near => Some(Clause::Near(self.near(pair))),
            _ => None,
        }
    }

    fn reason(&mut self, pair: pairs::Pair<'_>) -> Reason {
        let mut parts = Children::of(self.file, pair);
        let code = parts.word(Rule::code);
        let title = parts.text();
        Reason { code, title, body: self.body(parts) }
    }

    fn due(&mut self, pair: pairs::Pair<'_>) -> Due {
        let mut parts = Children::of(self.file, pair);
        let clusters = self.clusters(parts.one_of(Rule::clusters));
        let mut dates = Vec::new();
        while let Some(date) = parts.take(Rule::date) {
            dates.push(self.date(date));
        }
        Due { clusters, dates, notes: self.notes(&mut parts), span: parts.span() }
    }

    fn related(&mut self, pair: pairs::Pair<'_>) -> Related {
        let mut parts = Children::of(self.file, pair);
        let counted = parts.word(Rule::name);
        let mut records = vec![parts.word(Rule::name)];
        let all = parts.take(Rule::related_all);
        let together = all.is_some();
        for others in all.into_iter().chain(parts.take(Rule::related_any)) {
            records.extend(Children::of(self.file, others).rest().map(|name| word(self.file, &name)));
        }
        let window = parts.take(Rule::window).map(|window| self.window(window));
        Related { counted, records, together, window, notes: self.notes(&mut parts), span: parts.span() }
    }

    fn near(&mut self, pair: pairs::Pair<'_>) -> Near {
        let mut parts = Children::of(self.file, pair);
        let period = self.period(parts.one_of(Rule::period));
        Near { period, notes: self.notes(&mut parts), span: parts.span() }
    }

    fn body(&mut self, mut parts: Children<'_>) -> ClauseBody {
        let condition = self.condition(parts.one_of(Rule::condition));
        ClauseBody { condition, notes: self.notes(&mut parts), span: parts.span() }
    }

    fn notes(&mut self, parts: &mut Children<'_>) -> Vec<Note> {
        let mut notes = Vec::new();
        for rule in std::iter::repeat([Rule::source, Rule::conflict, Rule::says]) {
            let Some(pair) = rule.into_iter().find_map(|rule| parts.take(rule)) else { break };
            notes.extend(self.note(pair));
        }
        notes
    }

    /// One remark; None for what is none.
    fn note(&self, pair: pairs::Pair<'_>) -> Option<Note> {
        let rule = pair.as_rule();
        let mut parts = Children::of(self.file, pair);
        match rule {
            Rule::source => {
                let id = parts.word(Rule::source_id);
                Some(Note::Source { id, status: parts.word(Rule::status) })
            }
            Rule::conflict => Some(Note::Conflict(parts.text())),
            Rule::says => Some(Note::Says(parts.text())),
            _ => None,
        }
    }

    fn fee(&mut self, pair: pairs::Pair<'_>) -> Fee {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let title = parts.text();
        let notes = self.notes(&mut parts);
        let mut clusters = Vec::new();
        while let Some(cluster) = parts.take(Rule::name) {
            clusters.push(word(self.file, &cluster));
        }
        let window = self.window(parts.one_of(Rule::window));
        let span = parts.span();
        let lines = parts.rest().map(|line| self.line(line)).collect();
        Fee { name, title, notes, clusters, window, lines, span }
    }

    fn payment(&mut self, pair: pairs::Pair<'_>) -> Payment {
        let mut parts = Children::of(self.file, pair);
        let name = parts.word(Rule::name);
        let title = parts.text();
        let scope = parts.one_of(Rule::scope);
        let scope_span = pairs::span(self.file, &scope);
        let scope = self.scope(Children::of(self.file, scope).one());
        let waivable = parts.take(Rule::waivable).is_some();
        let from_counts = parts.take(Rule::from_counts).is_some();
        let notes = self.notes(&mut parts);
        let span = parts.span();
        let lines = parts.rest().map(|line| self.line(line)).collect();
        Payment { name, title, scope, scope_span, waivable, from_counts, notes, lines, span }
    }

    fn require(&mut self, pair: pairs::Pair<'_>) -> Require {
        let mut parts = Children::of(self.file, pair);
        let says = parts.text();
        let test = parts.one_of(Rule::test);
        let test_span = pairs::span(self.file, &test);
        Require { says, test: self.test(test), test_span, notes: self.notes(&mut parts) }
    }

    fn scope(&self, pair: pairs::Pair<'_>) -> Scope {
        let kind = match pair.as_rule() {
            Rule::each_quarter => return Scope::Quarter,
            Rule::the_practice => return Scope::Practice,
            Rule::each_course => MeasureKind::Course,
            _ => MeasureKind::Indicator,
        };
        let mut parts = Children::of(self.file, pair);
        parts.take(Rule::k_course);
        let only = parts.take(Rule::only);
        let codes = only.map(|only| Children::of(self.file, only).rest().map(|code| word(self.file, &code)).collect());
        Scope::Each(kind, codes.unwrap_or_default())
    }
}
