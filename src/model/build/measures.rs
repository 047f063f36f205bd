//! Indicators and courses, resolved, and the days on which they are measured.

use crate::ground::{Day, Diagnostic, MissingDay, Period, Span, Unit};
use crate::model::book::{Clause, Measure, MeasureId, Measurement, Reason};
use crate::model::build::Builder;
use crate::model::build::contract::kind_word;
use crate::syntax::tree::{self, ClauseBody};

impl Builder<'_> {
    pub(super) fn measure(&mut self, measure: &tree::Measure) {
        if let Some(first) = self.parts.measures.iter().find(|known| known.code == measure.code.text) {
            let message = format!("`{}` is defined twice", measure.code.text);
            self.faults.push(Diagnostic::error("E203", measure.code.span, message).also(first.span, "first here"));
        }
        self.names.enter();
        let resolved = self.clauses(measure);
        self.parts.measures.push(resolved);
        self.measurements(measure);
        for (name, span) in self.names.leave(&measure.code.text) {
            let message = format!("`{name}` is defined, and nothing uses it");
            self.faults.push(Diagnostic::warning("W402", span, message));
        }
    }

    fn clauses(&mut self, measure: &tree::Measure) -> Measure {
        let (notes, says) = self.notes(&measure.notes);
        if !measure.notes.iter().any(|note| matches!(note, tree::Note::Source { .. })) {
            let message = format!("`{}` does not say who says so", measure.code.text);
            let fault = Diagnostic::error("E304", measure.code.span, message);
            self.faults.push(fault.help("write `source` and the id of a source below the title"));
        }
        let (mut register, mut achieved) = (None, None);
        let (mut excludes, mut excepts, mut dues) = (Vec::new(), Vec::new(), Vec::new());
        let (mut related, mut near) = (Vec::new(), None);
        for clause in &measure.clauses {
            match clause {
                tree::Clause::Define(define) => self.define(define),
                tree::Clause::Register(body) => self.only_one("register", body, &mut register),
                tree::Clause::Achieved(body) => self.only_one("achieved", body, &mut achieved),
                tree::Clause::Exclude(reason) => {
                    let reason = self.reason(reason, &excludes, &excepts);
                    excludes.push(reason);
                }
                tree::Clause::Except(reason) => {
                    let reason = self.reason(reason, &excludes, &excepts);
                    excepts.push(reason);
                }
                tree::Clause::Due(due) => {
                    let due = self.due(due, &dues);
                    dues.push(due);
                }
                tree::Clause::Related(clause) => related.push(self.related(clause)),
                tree::Clause::Near(clause) => self.near_misses(clause, &mut near),
            }
        }
        let code = &measure.code;
        let register = self.present("register", register, measure);
        let achieved = self.present("achieved", achieved, measure);
        let title = measure.title.text.clone();
        Measure {
            kind: measure.kind,
            code: code.text.clone(),
            title,
            says,
            notes,
            register,
            excludes,
            achieved,
            excepts,
            borrowed: None,
            dues,
            related,
            near,
            span: code.span,
        }
    }

    fn only_one(&mut self, word: &str, body: &ClauseBody, slot: &mut Option<(Clause, Span)>) {
        let clause = self.clause(body);
        match slot {
            Some((_, first)) => {
                let message = format!("a second `{word}`");
                self.faults.push(Diagnostic::error("E308", body.span, message).also(*first, "first here"));
            }
            None => *slot = Some((clause, body.span)),
        }
    }

    fn present(&mut self, word: &str, slot: Option<(Clause, Span)>, measure: &tree::Measure) -> Clause {
        match slot {
            Some((clause, _)) => clause,
            None => {
                let message = format!("{} `{}` has no `{word}`", kind_word(measure.kind), measure.code.text);
                let help = format!("write `{word}` and the condition that must hold");
                self.faults.push(Diagnostic::error("E308", measure.code.span, message).help(help));
                Clause { condition: self.nothing(measure.code.span), notes: Default::default() }
            }
        }
    }

    fn clause(&mut self, body: &ClauseBody) -> Clause {
        let condition = self.condition(&body.condition);
        Clause { condition, notes: self.notes(&body.notes).0 }
    }

    fn reason(&mut self, reason: &tree::Reason, excludes: &[Reason], excepts: &[Reason]) -> Reason {
        if excludes.iter().chain(excepts).any(|known| known.code == reason.code.text) {
            let message = format!("`{}` is given twice", reason.code.text);
            let help = "one code is one reason: join the two with `any of`";
            self.faults.push(Diagnostic::error("E203", reason.code.span, message).help(help));
        }
        Reason { code: reason.code.text.clone(), title: reason.title.text.clone(), clause: self.clause(&reason.body) }
    }

    /// The year's end, or the first day of each of its quarters.
    fn measurements(&mut self, measure: &tree::Measure) {
        // Without its days there is no rulebook, but what is paid for is known all the same.
        let start = self.contract.start.unwrap_or(Day::FIRST);
        let end = self.contract.end.unwrap_or(Day::LAST);
        let id = MeasureId(u32::try_from(self.parts.measures.len() - 1).unwrap_or(u32::MAX));
        let code = &measure.code.text;
        if measure.each_quarter.is_none() {
            let measurement = Measurement { measure: id, label: code.clone(), quarter: None, day: end };
            self.parts.measurements.push(measurement);
            return;
        }
        for (quarter, day) in (1..=4).zip(quarter_starts(start)) {
            let label = format!("{code} Q{quarter}");
            self.parts.measurements.push(Measurement { measure: id, label, quarter: Some(quarter), day });
        }
    }
}

/// The first days of the four quarters of a year.
fn quarter_starts(start: Day) -> impl Iterator<Item = Day> {
    (0..4).map(move |quarter| start.plus(Period { count: 3 * quarter, unit: Unit::Months }, MissingDay::LastDay))
}
