//! Where blocks, clauses, remarks and the lines of payments start. Matched without `_`: a new kind has to say it here.

use crate::syntax::layout::WIDTH;
use crate::syntax::layout::sheet::{BreakKind, Builder, Gap, Indent, Style};
use crate::syntax::tree::{
    Block, Case, Clause, ClauseBody, Define, Defined, Fee, Line, Measure, Note, Payment, Reason, RuleFile, Scope, When,
};

/// Clauses stand so far in.
const CLAUSE: usize = 2;

/// What a clause says stands so far in.
const BODY: usize = 4;

/// The cases of a line with a long name stand below it, so far in.
const CASES: usize = 7;

/// A line with a name no longer than this (`points`, `pounds`) has its cases beside the name.
const SHORT_NAME: usize = 6;

/// A formula wider than this has its `when` on the next line, lest the others stand too far out.
const SHORT_FORMULA: usize = 50;

/// The remarks of an indicator's clauses stand in the column that `conflict` needs, whether it is there or not.
const LONGEST_REMARK: usize = "conflict".len();

impl Builder<'_> {
    /// All blocks.
    pub(super) fn file(&mut self, file: &RuleFile) {
        for (at, block) in file.blocks.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &file.blocks[at]);
            let gap = match (before, block) {
                (None, _) => Gap::None,
                (Some(Block::Define(_)), Block::Define(_)) => Gap::Kept,
                (Some(Block::Fee(_)), Block::Fee(_)) => Gap::One,
                (Some(Block::Define(_) | Block::Measure(_) | Block::Fee(_) | Block::Payment(_)), _) => Gap::Two,
            };
            match block {
                Block::Define(define) => {
                    let token = self.start(define.span);
                    self.block(gap, token);
                    let column = self.define_column(0, file.blocks.iter().map(block_define), at);
                    self.define(0, define, column);
                }
                Block::Measure(measure) => self.measure(gap, measure),
                Block::Fee(fee) => self.fee(gap, fee),
                Block::Payment(payment) => self.payment(gap, payment),
            }
        }
    }

    fn measure(&mut self, gap: Gap, measure: &Measure) {
        self.block(gap, self.start(measure.span));
        self.words_to(self.end(measure.title.span));
        self.notes(CLAUSE, 0, &measure.notes);
        if let Some(measured) = measure.each_quarter {
            self.row(Gap::None, CLAUSE, self.start(measured));
            self.words_to(self.end(measured));
        }
        for (at, clause) in measure.clauses.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &measure.clauses[at]);
            match clause {
                Clause::Define(define) => {
                    let gap = if matches!(before, Some(Clause::Define(_))) { Gap::Kept } else { Gap::One };
                    self.row(gap, CLAUSE, self.start(define.span));
                    let column = self.define_column(CLAUSE, measure.clauses.iter().map(clause_define), at);
                    self.define(CLAUSE, define, column);
                }
                Clause::Register(body) | Clause::Achieved(body) => self.clause(body),
                Clause::Exclude(reason) | Clause::Except(reason) => self.reason(reason),
            }
        }
    }

    /// `register`, and what it says below it.
    fn clause(&mut self, body: &ClauseBody) {
        self.row(Gap::One, CLAUSE, self.start(body.span));
        self.clause_body(body);
    }

    /// `except DTPCON "…"`, and when it holds below it.
    fn reason(&mut self, reason: &Reason) {
        self.row(Gap::One, CLAUSE, self.start(reason.code.span).saturating_sub(1));
        self.clause_body(&reason.body);
    }

    fn clause_body(&mut self, body: &ClauseBody) {
        self.row(Gap::None, BODY, self.start(body.condition.span()));
        self.body(&body.condition);
        self.notes(BODY, LONGEST_REMARK, &body.notes);
    }

    /// The column in which neighbouring defines say what their names mean: those that no blank line parts.
    fn define_column<'t>(
        &self,
        indent: usize,
        all: impl Iterator<Item = Option<&'t Define>>,
        at: usize,
    ) -> usize {
        let all: Vec<Option<&Define>> = all.collect();
        let goes_on = |at: usize| all[at].is_some_and(|define| at > 0 && all[at - 1].is_some() && !self.is_apart(define));
        let first = (0..=at).rev().find(|&at| !goes_on(at)).unwrap_or(at);
        let last = (at + 1..all.len()).find(|&at| !goes_on(at)).unwrap_or(all.len());
        let longest = all[first..last].iter().flatten().map(|define| define.name.text.len()).max().unwrap_or(0);
        indent + "define ".len() + longest + 2
    }

    /// True if the author left a blank line before a define, or before the comment above it.
    fn is_apart(&self, define: &Define) -> bool {
        let first = self.start(define.span);
        let above = self.tokens.comments.iter().find(|comment| comment.next == first && comment.is_alone);
        above.map_or(self.tokens.list[first].blank_before, |comment| comment.blank_before)
    }

    fn define(&mut self, indent: usize, define: &Define, column: usize) {
        let meaning = match &define.meaning {
            Defined::Condition(condition) => condition.span(),
            Defined::Date(date) => date.span(),
        };
        let end = self.end(meaning);
        self.group(Style::Fill, Indent::In(2), end, |inside| {
            inside.may_break(inside.end(define.name.span), BreakKind::Column(column));
            match &define.meaning {
                Defined::Condition(condition) => inside.condition(condition, 0),
                Defined::Date(date) => inside.date(date),
            }
        });
        self.notes(indent + 2, LONGEST_REMARK, &define.notes);
    }

    /// Remarks, a line each, what they say in one column that leaves room for `longest` letters.
    fn notes(&mut self, indent: usize, longest: usize, notes: &[Note]) {
        let longest = notes.iter().map(|note| keyword(note).len()).max().unwrap_or(0).max(longest);
        for note in notes {
            let (start, end) = match note {
                Note::Source { id, status } => (id.span, status.span),
                Note::Conflict(text) | Note::Says(text) => (text.span, text.span),
            };
            let (start, end) = (self.start(start), self.end(end));
            self.row(Gap::None, indent, start.saturating_sub(1));
            self.group(Style::Fill, Indent::In(2), end, |inside| {
                inside.may_break(start, BreakKind::Stop(indent + longest + 2));
            });
        }
    }

    fn fee(&mut self, gap: Gap, fee: &Fee) {
        self.block(gap, self.start(fee.span));
        self.words_to(self.end(fee.title.span));
        self.notes(CLAUSE, 0, &fee.notes);
        let doses = fee.clusters.first().map_or(fee.window.span, |cluster| cluster.span);
        self.row(Gap::None, CLAUSE, self.start(doses).saturating_sub(1));
        let end = self.end(fee.window.span);
        self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(&fee.clusters, Some(&fee.window)));
        fee.lines.iter().for_each(|line| self.line(Gap::None, line));
    }

    fn payment(&mut self, gap: Gap, payment: &Payment) {
        self.block(gap, self.start(payment.span));
        let scope = self.start(payment.scope_span).saturating_sub(1);
        let only = match &payment.scope {
            Scope::Each(_, codes) => codes.first().map(|code| self.start(code.span).saturating_sub(1)),
            Scope::Quarter | Scope::Practice => None,
        };
        let end = only.unwrap_or(self.end(payment.scope_span));
        self.group(Style::Fill, Indent::In(4), end, |inside| inside.may_break(scope, BreakKind::Plain));
        if let Scope::Each(_, codes) = &payment.scope
            && let Some(only) = only
        {
            self.row(Gap::None, BODY, only);
            self.words_to(only + 1);
            let end = self.end(payment.scope_span);
            self.group(Style::Fill, Indent::Here, end, |inside| {
                codes.iter().skip(1).for_each(|code| inside.may_break(inside.start(code.span), BreakKind::Plain));
            });
        }
        // `may be waived` and `from counts only` have three words each.
        let options = usize::from(payment.waivable) + usize::from(payment.from_counts);
        let first = self.end(payment.scope_span);
        (0..options).for_each(|at| self.row(Gap::None, BODY, first + 3 * at));
        self.words_to(first + 3 * options);
        self.notes(CLAUSE, 0, &payment.notes);
        for (at, line) in payment.lines.iter().enumerate() {
            self.line(if at == 0 { Gap::Kept } else { gap_between(&payment.lines[at - 1], line) }, line);
        }
    }

    /// A line of a payment or fee: its cases beside a short name, or below a long one.
    fn line(&mut self, gap: Gap, line: &Line) {
        self.row(gap, CLAUSE, self.start(line.span));
        let is_short = line.name.text.len() <= SHORT_NAME;
        let equals = if is_short { CLAUSE + line.name.text.len() + 1 } else { CASES };
        let when = self.when_column(line, equals);
        self.words_to(self.end(line.name.span));
        for (at, case) in line.cases.iter().enumerate() {
            let start = self.start(case.span);
            if at == 0 && is_short {
                self.may_break(start, BreakKind::Plain);
            } else {
                self.row(Gap::None, equals, start);
            }
            self.case(case, when);
        }
        self.notes(BODY, 0, &line.notes);
    }

    /// `= 0  when denominator = 0`
    fn case(&mut self, case: &Case, when: usize) {
        let end = self.end(case.span);
        self.group(Style::Fill, Indent::Here, end, |inside| {
            inside.words_to(inside.formula_start(&case.formula));
            let end = inside.formula_end(&case.formula);
            inside.group(Style::Fill, Indent::In(4), end, |within| within.formula(&case.formula));
            match &case.when {
                When::Always => {}
                When::Otherwise => inside.may_break(end, BreakKind::Stop(when)),
                When::Test(test) => {
                    inside.may_break(inside.start(test.span()).saturating_sub(1), BreakKind::Stop(when));
                    let end = inside.end(test.span());
                    inside.words_to(inside.start(test.span()));
                    inside.group(Style::Fill, Indent::Here, end, |within| within.test(test));
                }
            }
        });
    }

    /// The column of `when` and `otherwise`: two blanks behind the longest of the short formulas.
    fn when_column(&self, line: &Line, equals: usize) -> usize {
        let widths = line.cases.iter().filter(|case| case.when != When::Always).map(|case| {
            self.tokens.width(self.formula_start(&case.formula)..self.formula_end(&case.formula))
        });
        let short = widths.filter(|&width| width <= SHORT_FORMULA).max();
        equals + 2 + short.map_or(4, |width| width + 2).min(WIDTH)
    }
}

/// The word that a remark starts with.
fn keyword(note: &Note) -> &'static str {
    match note {
        Note::Source { .. } => "source",
        Note::Conflict(_) => "conflict",
        Note::Says(_) => "says",
    }
}

fn block_define(block: &Block) -> Option<&Define> {
    match block {
        Block::Define(define) => Some(define),
        Block::Measure(_) | Block::Fee(_) | Block::Payment(_) => None,
    }
}

fn clause_define(clause: &Clause) -> Option<&Define> {
    match clause {
        Clause::Define(define) => Some(define),
        Clause::Register(_) | Clause::Achieved(_) | Clause::Exclude(_) | Clause::Except(_) => None,
    }
}

/// A blank line parts the lines of a payment; between two that have one case and no remark it is the author's.
fn gap_between(before: &Line, line: &Line) -> Gap {
    let is_plain = |line: &Line| line.cases.len() == 1 && line.notes.is_empty();
    if is_plain(before) && is_plain(line) { Gap::Kept } else { Gap::One }
}
