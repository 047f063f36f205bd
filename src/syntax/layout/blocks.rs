//! Where blocks, clauses, remarks and the lines of payments start. Matched without `_`: a new kind has to say it here.

use crate::syntax::layout::WIDTH;
use crate::syntax::layout::sheet::{BreakKind, Builder, Gap, Indent, Style};
use crate::syntax::tree::{
    Block, Case, Clause, ClauseBody, Define, Defined, Due, Fee, Line, Measure, Near, Note, Payment, Reason, Related,
    Require, RuleFile, Scope, When, Word,
};

/// Clauses stand so far in.
pub(super) const CLAUSE: usize = 2;

/// What a clause says stands so far in.
pub(super) const BODY: usize = 4;

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
        let columns = self.define_columns(0, &file.blocks, Block::define);
        for (at, block) in file.blocks.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &file.blocks[at]);
            let gap = match (before, block) {
                (None, _) => Gap::None,
                (Some(Block::Define(_)), Block::Define(_)) => Gap::Kept,
                (Some(Block::Fee(_)), Block::Fee(_)) | (Some(Block::Worklist(_)), Block::Worklist(_)) => Gap::One,
                (Some(Block::Require(_)), Block::Require(_)) => Gap::Kept,
                (
                    Some(
                        Block::Define(_)
                        | Block::Measure(_)
                        | Block::Fee(_)
                        | Block::Payment(_)
                        | Block::Require(_)
                        | Block::Pathway(_)
                        | Block::Worklist(_),
                    ),
                    _,
                ) => Gap::Two,
            };
            match block {
                Block::Define(define) => {
                    let token = self.start(define.span);
                    self.block(gap, token);
                    self.define(0, define, columns[at]);
                }
                Block::Measure(measure) => self.measure(gap, measure),
                Block::Fee(fee) => self.fee(gap, fee),
                Block::Payment(payment) => self.payment(gap, payment),
                Block::Require(require) => {
                    self.block(gap, self.start(require.says.span).saturating_sub(1));
                    let column = self.require_column(&file.blocks, at);
                    self.require(require, column);
                }
                Block::Pathway(pathway) => self.pathway(gap, pathway),
                Block::Worklist(worklist) => {
                    self.block(gap, self.start(worklist.span));
                    self.worklist(CLAUSE, worklist);
                }
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
        let columns = self.define_columns(CLAUSE, &measure.clauses, Clause::define);
        for (at, clause) in measure.clauses.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| &measure.clauses[at]);
            match clause {
                Clause::Define(define) => {
                    let gap = if matches!(before, Some(Clause::Define(_))) { Gap::Kept } else { Gap::One };
                    self.row(gap, CLAUSE, self.start(define.span));
                    self.define(CLAUSE, define, columns[at]);
                }
                Clause::Due(due) => {
                    let gap = if matches!(before, Some(Clause::Due(_))) { Gap::Kept } else { Gap::One };
                    self.due(gap, due);
                }
                Clause::Related(related) => {
                    let gap = if matches!(before, Some(Clause::Related(_))) { Gap::Kept } else { Gap::One };
                    self.related(gap, related);
                }
                Clause::Near(near) => {
                    let is_beside = matches!(before, Some(Clause::Related(_) | Clause::Near(_)));
                    self.near(if is_beside { Gap::Kept } else { Gap::One }, near);
                }
                Clause::Register(body) | Clause::Achieved(body) => self.clause(body),
                Clause::Exclude(reason) | Clause::Except(reason) => self.reason(reason),
            }
        }
    }

    /// `due mmr at age 1 year, age 3 years 4 months`
    fn due(&mut self, gap: Gap, due: &Due) {
        self.row(gap, CLAUSE, self.start(due.span));
        if let Some(last) = due.dates.last() {
            self.words_to(self.end(last.span()));
        }
        self.notes(BODY, LONGEST_REMARK, &due.notes);
    }

    /// `related to mmr records of measles and mumps and rubella on or after age 1 year`
    fn related(&mut self, gap: Gap, related: &Related) {
        self.row(gap, CLAUSE, self.start(related.span));
        let end = related.window.as_ref().map(|window| window.span).or(related.records.last().map(|name| name.span));
        let end = self.end(end.unwrap_or(related.span));
        self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(&related.records, related.window.as_ref()));
        self.notes(BODY, LONGEST_REMARK, &related.notes);
    }

    /// `near misses within 31 days`
    fn near(&mut self, gap: Gap, near: &Near) {
        self.row(gap, CLAUSE, self.start(near.span));
        self.words_to(self.end(near.period.span));
        self.notes(BODY, LONGEST_REMARK, &near.notes);
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

    /// For each of several blocks, clauses or steps, the column in which a define says what its name means: the same for
    /// neighbours that no blank line parts.
    pub(super) fn define_columns<'t, T>(
        &self,
        indent: usize,
        all: &'t [T],
        define: impl Fn(&'t T) -> Option<&'t Define>,
    ) -> Vec<usize> {
        let goes_on = |at: usize| {
            let here = define(&all[at]).is_some_and(|define| !self.tokens.is_apart(self.start(define.span)));
            here && define(&all[at - 1]).is_some()
        };
        let length = |one| define(one).map_or(0, |define| define.name.text.len());
        let longest = longest_near(all, length, goes_on);
        longest.into_iter().map(|longest| indent + "define ".len() + longest + 2).collect()
    }

    pub(super) fn define(&mut self, indent: usize, define: &Define, column: usize) {
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
    pub(super) fn notes(&mut self, indent: usize, longest: usize, notes: &[Note]) {
        notes.iter().for_each(|note| self.note(indent, longest, notes, note));
    }

    /// One of several remarks that share a column.
    pub(super) fn note(&mut self, indent: usize, longest: usize, notes: &[Note], note: &Note) {
        let longest = notes.iter().map(|note| keyword(note).len()).max().unwrap_or(0).max(longest);
        let start = note_start(self, note);
        let end = match note {
            Note::Source { status, .. } => self.end(status.span),
            Note::Conflict(text) | Note::Says(text) => self.end(text.span),
        };
        self.row(Gap::None, indent, start);
        self.group(Style::Fill, Indent::In(2), end, |inside| {
            inside.may_break(start + 1, BreakKind::Tab(indent + longest + 2));
        });
    }

    /// The column in which neighbouring requirements have their tests: those that no blank line parts.
    fn require_column(&self, blocks: &[Block], at: usize) -> usize {
        let all: Vec<Option<&Require>> = blocks.iter().map(block_require).collect();
        let first = |require: &Require| self.start(require.says.span).saturating_sub(1);
        let goes_on =
            |at: usize| all[at - 1].is_some() && all[at].is_some_and(|require| !self.tokens.is_apart(first(require)));
        let near = all[neighbours(all.len(), at, goes_on)].iter().flatten();
        let widths = near.map(|require| self.tokens.width(first(require)..self.end(require.says.span)));
        widths.max().unwrap_or(0) + 1
    }

    /// The title of a requirement, and its test beside it, or below it where the line grows too long.
    fn require(&mut self, require: &Require, column: usize) {
        let end = self.end(require.test_span);
        self.group(Style::Fill, Indent::In(CLAUSE), end, |inside| {
            inside.may_break(inside.end(require.says.span), BreakKind::Column(column));
            let end = inside.end(require.test_span);
            inside.group(Style::Fill, Indent::Here, end, |within| within.test(&require.test));
        });
        self.notes(CLAUSE, 0, &require.notes);
    }

    fn fee(&mut self, gap: Gap, fee: &Fee) {
        self.block(gap, self.start(fee.span));
        self.words_to(self.end(fee.title.span));
        self.notes(CLAUSE, 0, &fee.notes);
        let doses = fee.clusters.first().map_or(fee.window.span, |cluster| cluster.span);
        self.row(Gap::None, CLAUSE, self.start(doses).saturating_sub(1));
        let end = self.end(fee.window.span);
        self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(&fee.clusters, Some(&fee.window)));
        self.lines(&fee.lines, |_, _| Gap::None);
    }

    /// `A, B`: the line may end behind each comma.
    pub(super) fn separate(&mut self, words: &[Word]) {
        words.iter().skip(1).for_each(|word| self.may_break(self.start(word.span), BreakKind::Plain));
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
            self.group(Style::Fill, Indent::Here, end, |inside| inside.separate(codes));
        }
        // `may be waived` and `from counts only` have three words each.
        let options = usize::from(payment.waivable) + usize::from(payment.from_counts);
        let first = self.end(payment.scope_span);
        (0..options).for_each(|at| self.row(Gap::None, BODY, first + 3 * at));
        self.words_to(first + 3 * options);
        self.notes(CLAUSE, 0, &payment.notes);
        self.lines(&payment.lines, gap_between);
    }

    /// The lines of a payment or fee. One formula stands beside its name, in a column with those of neighbouring lines
    /// that no blank line parts; several cases stand beside a short name, or below a long one.
    fn lines(&mut self, lines: &[Line], gap: impl Fn(Option<&Line>, &Line) -> Gap) {
        let gap = |at: usize| gap(at.checked_sub(1).map(|at| &lines[at]), &lines[at]);
        let goes_on = |at: usize| {
            let is_joined = match gap(at) {
                Gap::None => true,
                Gap::Kept => !self.tokens.is_apart(self.start(lines[at].span)),
                Gap::One | Gap::Two => false,
            };
            is_joined && is_plain(&lines[at - 1]) && is_plain(&lines[at])
        };
        let longest = longest_near(lines, |line| line.name.text.len(), goes_on);
        for (at, line) in lines.iter().enumerate() {
            let is_beside = is_plain(line) || longest[at] <= SHORT_NAME;
            self.row(gap(at), CLAUSE, self.start(line.span));
            self.cases(line, is_beside, if is_beside { CLAUSE + longest[at] + 1 } else { CASES });
            self.notes(BODY, 0, &line.notes);
        }
    }

    /// The cases of a line, their `=` in a column, the first beside the name or below it.
    fn cases(&mut self, line: &Line, is_beside: bool, equals: usize) {
        let when = self.when_column(line, equals);
        self.words_to(self.end(line.name.span));
        for (at, case) in line.cases.iter().enumerate() {
            let start = self.start(case.span);
            if at == 0 && is_beside {
                self.may_break(start, BreakKind::Tab(equals));
            } else {
                self.row(Gap::None, equals, start);
            }
            self.case(case, when);
        }
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
        let widths = line
            .cases
            .iter()
            .filter(|case| case.when != When::Always)
            .map(|case| self.tokens.width(self.formula_start(&case.formula)..self.formula_end(&case.formula)));
        let short = widths.filter(|&width| width <= SHORT_FORMULA).max();
        equals + 2 + short.map_or(4, |width| width + 2).min(WIDTH)
    }
}

/// The index of a remark's first token.
pub(super) fn note_start(builder: &Builder<'_>, note: &Note) -> usize {
    let words = match note {
        Note::Source { id, .. } => id,
        Note::Conflict(text) | Note::Says(text) => text,
    };
    builder.start(words.span).saturating_sub(1)
}

/// The word that a remark starts with.
fn keyword(note: &Note) -> &'static str {
    match note {
        Note::Source { .. } => "source",
        Note::Conflict(_) => "conflict",
        Note::Says(_) => "says",
    }
}

fn block_require(block: &Block) -> Option<&Require> {
    match block {
        Block::Require(require) => Some(require),
        Block::Define(_)
        | Block::Measure(_)
        | Block::Fee(_)
        | Block::Payment(_)
        | Block::Pathway(_)
        | Block::Worklist(_) => None,
    }
}

/// A blank line parts the lines of a payment; before the first, and between two that have one formula and no remark, it
/// is the author's.
fn gap_between(before: Option<&Line>, line: &Line) -> Gap {
    match before {
        Some(before) if !(is_plain(before) && before.notes.is_empty() && is_plain(line) && line.notes.is_empty()) => {
            Gap::One
        }
        _ => Gap::Kept,
    }
}

/// True for a line with one formula.
fn is_plain(line: &Line) -> bool {
    line.cases.len() == 1
}

/// For each of several, the greatest length in its run of neighbours; `goes_on` says of each but the first whether it
/// belongs to the one before it.
fn longest_near<'t, T>(all: &'t [T], length: impl Fn(&'t T) -> usize, goes_on: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut longest: Vec<usize> = all.iter().map(length).collect();
    let mut first = 0;
    for at in 1..=all.len() {
        if at == all.len() || !goes_on(at) {
            let greatest = longest[first..at].iter().copied().max().unwrap_or(0);
            longest[first..at].fill(greatest);
            first = at;
        }
    }
    longest
}

/// The run of neighbours around one of several, where `goes_on` says of each but the first whether it belongs to the one
/// before it.
fn neighbours(count: usize, at: usize, goes_on: impl Fn(usize) -> bool) -> std::ops::Range<usize> {
    let first = (1..=at).rev().find(|&at| !goes_on(at)).unwrap_or(0);
    let end = (at + 1..count).find(|&at| !goes_on(at)).unwrap_or(count);
    first..end
}
