//! Where conditions, windows and formulas may be broken. Matched without `_`: a new kind has to say it here.

use crate::ground::Span;
use crate::syntax::layout::sheet::{BreakKind, Builder, Indent, Style};
use crate::syntax::tree::{Condition, Date, Formula, Test, Window, Word};

impl Builder<'_> {
    /// A clause's condition on lines of its own: parts joined by `and` or `or` have a line each, unless each is a name.
    pub(super) fn body(&mut self, condition: &Condition) {
        match condition {
            Condition::All { parts, listed: false, span } | Condition::Any { parts, listed: false, span } => {
                let style = if parts.iter().all(is_name) { Style::Together } else { Style::Apart };
                self.chain(style, parts, *span);
            }
            Condition::All { .. }
            | Condition::Any { .. }
            | Condition::Not { .. }
            | Condition::Bracketed { .. }
            | Condition::Count { .. }
            | Condition::Different { .. }
            | Condition::Row { .. }
            | Condition::InState { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt { .. }
            | Condition::Exists { .. }
            | Condition::Named(_) => self.condition(condition, 2),
        }
    }

    /// A condition; the lines of a list stand `list_indent` columns further in.
    pub(super) fn condition(&mut self, condition: &Condition, list_indent: usize) {
        match condition {
            Condition::All { parts, listed: true, .. } | Condition::Any { parts, listed: true, .. } => {
                self.list(parts, list_indent);
            }
            Condition::All { parts, span, .. } | Condition::Any { parts, span, .. } => {
                self.chain(Style::Together, parts, *span);
            }
            Condition::Not { inner, .. } => self.condition(inner, list_indent),
            Condition::Bracketed { inner, span } => {
                self.words_to(self.start(inner.span()));
                let end = self.end(inner.span());
                self.group(Style::Fill, Indent::Here, end, |inside| inside.condition(inner, 2));
                self.words_to(self.end(*span));
            }
            Condition::Count { clusters, same_day, window, span, .. } => {
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| {
                    inside.events(clusters, None);
                    inside.events(same_day, window.as_ref());
                });
            }
            Condition::Different { clusters, window, span, .. } => {
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(clusters, window.as_ref()));
            }
            Condition::InState { states, span } => {
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(states, None));
            }
            Condition::Row { condition, span, .. } => {
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| {
                    if let Some(condition) = condition {
                        inside.may_break(inside.start(condition.span()), BreakKind::Plain);
                        inside.condition(condition, 2);
                    }
                });
            }
            Condition::Falls { window, span, .. } => {
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(&[], Some(window)));
            }
            Condition::RegisteredAt { span, .. } | Condition::Exists { span, .. } => self.words_to(self.end(*span)),
            Condition::Named(name) => self.words_to(self.end(name.span)),
        }
    }

    /// Parts joined by a word: the line may end before that word.
    fn chain(&mut self, style: Style, parts: &[Condition], span: Span) {
        let end = self.end(span);
        self.words_to(self.start(span));
        self.group(style, Indent::In(0), end, |inside| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    inside.may_break(inside.start(part.span()).saturating_sub(1), BreakKind::Plain);
                }
                inside.condition(part, 2);
            }
        });
    }

    /// `- a` and `- b`, a line each, below `any of`.
    fn list(&mut self, parts: &[Condition], indent: usize) {
        let Some(last) = parts.last() else { return };
        let dash = |builder: &Self, part: &Condition| builder.start(part.span()).saturating_sub(1);
        self.words_to(dash(self, &parts[0]));
        let end = self.end(last.span());
        self.group(Style::Apart, Indent::In(indent), end, |inside| {
            for part in parts {
                inside.may_break(dash(inside, part), BreakKind::Plain);
                inside.words_to(inside.start(part.span()));
                let end = inside.end(part.span());
                inside.group(Style::Fill, Indent::Here, end, |line| line.condition(part, 2));
            }
        });
    }

    /// A day that a `define` names.
    pub(super) fn date(&mut self, date: &Date) {
        match date {
            Date::Nth { clusters, window, span, .. } => {
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| inside.events(clusters, window.as_ref()));
            }
            Date::Shifted { .. }
            | Date::Calendar { .. }
            | Date::YearStart(_)
            | Date::YearEnd(_)
            | Date::MeasurementDay(_)
            | Date::ReportDay(_)
            | Date::Birth(_)
            | Date::Registration(_)
            | Date::Age(_)
            | Date::Named(_) => self.words_to(self.end(date.span())),
        }
    }

    /// Which events and when: the line may end before each `or`, before the window, and before each `and` in it.
    pub(super) fn events(&mut self, clusters: &[Word], window: Option<&Window>) {
        for cluster in clusters.iter().skip(1) {
            self.may_break(self.start(cluster.span).saturating_sub(1), BreakKind::Plain);
        }
        let Some(window) = window else { return };
        for (at, bound) in window.bounds.iter().enumerate() {
            let start = self.start(bound.span);
            self.may_break(if at == 0 { start } else { start.saturating_sub(1) }, BreakKind::Plain);
        }
        self.words_to(self.end(window.span));
    }

    /// The index of a formula's first token. The place of brackets in the tree is that of what stands in them.
    pub(super) fn formula_start(&self, formula: &Formula) -> usize {
        let mut first = formula;
        while let Formula::Binary(_, left, _, _) = first {
            first = left;
        }
        let start = self.start(first.span());
        if matches!(first, Formula::Bracketed(..)) { start.saturating_sub(1) } else { start }
    }

    /// The index of the first token behind a formula.
    pub(super) fn formula_end(&self, formula: &Formula) -> usize {
        let mut last = formula;
        while let Formula::Binary(_, _, right, _) = last {
            last = right;
        }
        self.end(last.span()) + usize::from(matches!(last, Formula::Bracketed(..)))
    }

    /// A formula: the line may end before each sign of arithmetic.
    pub(super) fn formula(&mut self, formula: &Formula) {
        self.words_to(self.formula_start(formula));
        match formula {
            Formula::Binary(_, left, right, _) => {
                // The first operands of `a + b + c` lie ever deeper: they are gone through one after another.
                let (mut first, mut rest) = (left, vec![right]);
                while let Formula::Binary(_, left, right, _) = &**first {
                    rest.push(right);
                    first = left;
                }
                self.formula(first);
                for operand in rest.into_iter().rev() {
                    self.may_break(self.formula_start(operand).saturating_sub(1), BreakKind::Plain);
                    self.formula(operand);
                }
            }
            Formula::Minus(inner, _) | Formula::Round(inner, _, _) => self.formula(inner),
            Formula::Smallest(parts, _) | Formula::Largest(parts, _) => self.arguments(parts),
            Formula::Bracketed(inner, _) => {
                self.words_to(self.formula_start(inner));
                let end = self.formula_end(inner);
                self.group(Style::Fill, Indent::Here, end, |inside| inside.formula(inner));
            }
            Formula::Number { .. } | Formula::Operand(_) => {}
        }
        self.words_to(self.formula_end(formula));
    }

    /// `a, b` within `min(a, b)`.
    fn arguments(&mut self, parts: &[Formula]) {
        let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return };
        self.words_to(self.formula_start(first));
        let end = self.formula_end(last);
        self.group(Style::Fill, Indent::Here, end, |inside| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    inside.may_break(inside.formula_start(part), BreakKind::Plain);
                }
                inside.formula(part);
            }
        });
    }

    /// A test: the line may end before each `and` and `or`, then before signs of arithmetic.
    pub(super) fn test(&mut self, test: &Test) {
        match test {
            Test::All(parts, _) | Test::Any(parts, _) => {
                for (at, part) in parts.iter().enumerate() {
                    if at > 0 {
                        self.may_break(self.start(part.span()).saturating_sub(1), BreakKind::Plain);
                    }
                    self.test(part);
                }
            }
            Test::Not(inner, _) => {
                self.words_to(self.start(inner.span()));
                self.test(inner);
            }
            Test::Bracketed(inner, _) => {
                self.words_to(self.start(inner.span()));
                let end = self.end(inner.span());
                self.group(Style::Fill, Indent::Here, end, |inside| inside.test(inner));
            }
            Test::Compare(left, _, right, span) => {
                self.words_to(self.start(*span));
                let end = self.end(*span);
                self.group(Style::Fill, Indent::In(2), end, |inside| {
                    inside.formula(left);
                    inside.formula(right);
                });
            }
            Test::Absent(..) => {}
        }
        self.words_to(self.end(test.span()));
    }
}

/// A name, with `not` or `there is` before it.
fn is_name(condition: &Condition) -> bool {
    match condition {
        Condition::Named(_) | Condition::Exists { .. } | Condition::InState { .. } => true,
        Condition::Not { inner, .. } => is_name(inner),
        Condition::All { .. }
        | Condition::Any { .. }
        | Condition::Bracketed { .. }
        | Condition::Count { .. }
        | Condition::Different { .. }
        | Condition::Row { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt { .. } => false,
    }
}
