//! Where the steps of a pathway start, and what they say.

use crate::syntax::layout::blocks::{BODY, CLAUSE, note_start};
use crate::syntax::layout::sheet::{BreakKind, Builder, Gap, Indent, Style};
use crate::syntax::tree::{Alert, Exception, ListColumn, Listed, Next, Note, Pathway, State, Step, Word, Worklist};

/// What a state or an alert says behind its condition.
enum Remark<'t> {
    Exception(&'t Exception),
    /// `credited to "…"`, `code with "…"`: two words and a text.
    TwoWords(&'t Word),
    /// `do "…"`
    OneWord(&'t Word),
    Next(&'t Next),
    Note(&'t Note),
}

impl Builder<'_> {
    pub(super) fn pathway(&mut self, gap: Gap, pathway: &Pathway) {
        self.block(gap, self.start(pathway.span));
        let pursued = self.end(pathway.title.span);
        self.row(Gap::None, CLAUSE, pursued);
        let end = self.end(pathway.of.span);
        self.group(Style::Fill, Indent::In(2), end, |inside| inside.separate(&pathway.indicators));
        if pathway.since.is_some() {
            self.row(Gap::None, CLAUSE, end);
        }
        self.notes(CLAUSE, 0, &pathway.notes);
        let columns = self.define_columns(CLAUSE, &pathway.steps, Step::define);
        for (at, step) in pathway.steps.iter().enumerate() {
            let gap = gap_between(at.checked_sub(1).map(|at| &pathway.steps[at]), step);
            match step {
                Step::Define(define) => {
                    self.row(gap, CLAUSE, self.start(define.span));
                    self.define(CLAUSE, define, columns[at]);
                }
                Step::State(state) => self.state(gap, state),
                Step::Alert(alert) => self.alert(gap, alert),
                Step::Worklist(worklist) => {
                    self.row(gap, CLAUSE, self.start(worklist.span));
                    self.worklist(BODY, worklist);
                }
                // `audit above` has two words before the figure's name.
                Step::Audit(figure) => self.row(gap, CLAUSE, self.start(figure.span).saturating_sub(2)),
            }
        }
    }

    fn state(&mut self, gap: Gap, state: &State) {
        self.row(gap, CLAUSE, self.start(state.name.span).saturating_sub(1));
        self.row(Gap::None, BODY, self.end(state.title.span));
        if let Some(condition) = &state.condition {
            self.body(condition);
        }
        let mut remarks: Vec<Remark<'_>> = state.exceptions.iter().map(Remark::Exception).collect();
        remarks.extend(state.credited.iter().map(Remark::TwoWords));
        remarks.extend(state.next.iter().map(Remark::Next));
        remarks.extend(state.notes.iter().map(Remark::Note));
        self.remarks(remarks, &state.next, &state.notes);
    }

    fn alert(&mut self, gap: Gap, alert: &Alert) {
        self.row(gap, CLAUSE, self.start(alert.name.span).saturating_sub(1));
        let condition = self.start(alert.condition.span());
        self.group(Style::Fill, Indent::In(2), condition, |inside| {
            if alert.per_practice {
                inside.may_break(inside.end(alert.title.span), BreakKind::Plain);
            }
        });
        self.row(Gap::None, BODY, condition);
        self.body(&alert.condition);
        let mut remarks: Vec<Remark<'_>> = alert.to_do.iter().map(Remark::OneWord).collect();
        remarks.extend(alert.template.iter().map(Remark::TwoWords));
        remarks.extend(alert.notes.iter().map(Remark::Note));
        self.remarks(remarks, &[], &alert.notes);
    }

    /// What follows a condition, a line each, in the order written.
    fn remarks(&mut self, mut remarks: Vec<Remark<'_>>, next: &[Next], notes: &[Note]) {
        remarks.sort_by_key(|remark| self.remark_start(remark));
        let with_when = next.iter().filter(|next| next.when.is_some());
        let width = |next: &Next| self.tokens.width(self.start(next.span)..self.end(next.text.span));
        let when = BODY + with_when.map(width).max().unwrap_or(0) + 2;
        for remark in remarks {
            let start = self.remark_start(&remark);
            match remark {
                Remark::Note(note) => self.note(BODY, 0, notes, note),
                Remark::OneWord(_) | Remark::TwoWords(_) => self.row(Gap::None, BODY, start),
                Remark::Exception(exception) => {
                    self.row(Gap::None, BODY, start);
                    let end = self.end(exception.span);
                    self.group(Style::Fill, Indent::In(2), end, |inside| {
                        inside.may_break(inside.end(exception.title.span), BreakKind::Plain);
                        inside.events(&exception.clusters, exception.window.as_ref());
                    });
                }
                Remark::Next(next) => {
                    self.row(Gap::None, BODY, start);
                    let end = self.end(next.span);
                    self.group(Style::Fill, Indent::In(2), end, |inside| {
                        if let Some(condition) = &next.when {
                            inside.may_break(inside.end(next.text.span), BreakKind::Column(when));
                            inside.condition(condition, 2);
                        }
                    });
                }
            }
        }
    }

    /// The index of a remark's first token.
    fn remark_start(&self, remark: &Remark<'_>) -> usize {
        match remark {
            Remark::Exception(exception) => self.start(exception.span),
            Remark::Next(next) => self.start(next.span),
            Remark::Note(note) => note_start(self, note),
            Remark::OneWord(text) => self.start(text.span).saturating_sub(1),
            Remark::TwoWords(text) => self.start(text.span).saturating_sub(2),
        }
    }

    /// What follows the word that starts a list; its rows and columns stand at `body`.
    pub(super) fn worklist(&mut self, body: usize, worklist: &Worklist) {
        let rows = self.end(worklist.role.span);
        self.group(Style::Fill, Indent::In(2), rows, |inside| {
            inside.may_break(inside.end(worklist.title.span), BreakKind::Plain);
        });
        self.row(Gap::None, body, rows);
        match &worklist.rows {
            Listed::Children(states) => {
                let end = states.last().map_or(rows, |state| self.end(state.span));
                self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(states, None));
            }
            Listed::Exceptions | Listed::Alerts | Listed::Patients(_) => {}
        }
        if let Some(first) = &worklist.first {
            let start = self.start(first.span());
            self.row(Gap::None, body, start.saturating_sub(1));
            self.words_to(start);
            let end = self.end(first.span());
            self.group(Style::Fill, Indent::Here, end, |inside| inside.condition(first, 2));
        }
        self.columns(body, &worklist.columns);
        self.notes(body, 0, &worklist.notes);
    }

    /// The columns on one line; if they have no room there, on lines below, where one that says what stands in it has a
    /// line of its own.
    fn columns(&mut self, body: usize, columns: &[ListColumn]) {
        let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return };
        self.row(Gap::None, body, self.start(first.span).saturating_sub(1));
        let end = self.end(last.span);
        self.group(Style::Together, Indent::In(2), end, |inside| {
            let is_plain = |column: &ListColumn| column.value.is_none();
            for neighbours in columns.chunk_by(|a, b| is_plain(a) && is_plain(b)) {
                inside.may_break(inside.start(neighbours[0].span), BreakKind::Plain);
                // The comma behind a column goes with it.
                let end = inside.end(neighbours[neighbours.len() - 1].span) + 1;
                inside.group(Style::Fill, Indent::In(0), end.min(inside.end(last.span)), |line| {
                    for column in &neighbours[1..] {
                        line.may_break(line.start(column.span), BreakKind::Plain);
                    }
                });
            }
        });
    }
}

/// Steps of one kind have a blank line between them, and what is of another kind stands further off.
fn gap_between(before: Option<&Step>, step: &Step) -> Gap {
    match (before, step) {
        (Some(Step::Define(_)), Step::Define(_)) => Gap::Kept,
        (Some(Step::State(_)), Step::Alert(_) | Step::Worklist(_))
        | (Some(Step::Alert(_)), Step::State(_) | Step::Worklist(_))
        | (Some(Step::Worklist(_)), Step::State(_) | Step::Alert(_)) => Gap::Two,
        (None | Some(Step::Define(_) | Step::State(_) | Step::Alert(_) | Step::Worklist(_) | Step::Audit(_)), _) => {
            Gap::One
        }
    }
}
