//! Pathways: states and their order, alerts.

use crate::model::Rulebook;
use crate::model::book::UsedId;
use crate::model::difference::clauses::words;
use crate::model::difference::meaning::{cluster_names, same_condition, same_window};
use crate::model::difference::pairs::{Pair, pairs, reordered};
use crate::model::difference::{Comparing, Grade, Said, Subject, What};
use crate::model::pathway::{Alert, Exception, Next, Pathway, State};

impl Comparing<'_> {
    pub(super) fn pathways(&mut self) {
        let said = |book: &Rulebook, pathway: &Pathway| Some(Said::noted(book, &pathway.title, &pathway.notes));
        match (&self.old.pathway, &self.new.pathway) {
            (None, None) => {}
            (Some(a), None) => {
                let said = said(self.old, a);
                self.change(&Subject::Pathway, What::Whole, Grade::Logic, said, None);
            }
            (None, Some(b)) => {
                let said = said(self.new, b);
                self.change(&Subject::Pathway, What::Whole, Grade::Logic, None, said);
            }
            (Some(a), Some(b)) => self.pathway(a, b),
        }
    }

    fn pathway(&mut self, a: &Pathway, b: &Pathway) {
        let (old, new, subject) = (self.old, self.new, Subject::Pathway);
        self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        let codes = |book: &Rulebook, pathway: &Pathway| {
            let codes = pathway.indicators.iter().map(|id| book.measures[id.index()].code.clone());
            format!("{} of {}", codes.collect::<Vec<_>>().join(", "), book.uses[pathway.year_end.index()].name)
        };
        self.texts(&subject, What::Indicators, Grade::Logic, Some(&codes(old, a)), Some(&codes(new, b)));
        let since = |book: &Rulebook, id: Option<UsedId>| id.map(|id| book.uses[id.index()].name.clone());
        let sides = (since(old, a.baseline), since(new, b.baseline));
        self.texts(&subject, What::Since, Grade::Logic, sides.0.as_deref(), sides.1.as_deref());
        let audit =
            |book: &Rulebook, pathway: &Pathway| pathway.audit_above.map(|id| book.figures[id.index()].name.clone());
        let sides = (audit(old, a), audit(new, b));
        self.texts(&subject, What::AuditAbove, Grade::Logic, sides.0.as_deref(), sides.1.as_deref());
        self.remarks(&subject, None, &a.notes, &b.notes);
        self.states(a, b);
        self.alerts(a, b);
        self.worklists((Some(a), &a.worklists), (Some(b), &b.worklists));
    }

    fn states(&mut self, a: &Pathway, b: &Pathway) {
        let (old, new) = (self.old, self.new);
        let said = |book: &Rulebook, state: &State| {
            let when = state.condition.map_or("otherwise".to_owned(), |id| words(book, id));
            Some(Said::noted(book, format!("{}: {when}", state.title), &state.notes))
        };
        for pair in pairs(&a.states, &b.states, |state| state.name.clone()) {
            match pair {
                Pair::Old(state) => {
                    let subject = Subject::State(state.name.clone());
                    self.change(&subject, What::Whole, Grade::Logic, said(old, state), None);
                }
                Pair::New(state) => {
                    let subject = Subject::State(state.name.clone());
                    self.change(&subject, What::Whole, Grade::Logic, None, said(new, state));
                }
                Pair::Both(a, b) => self.state(a, b),
            }
        }
        let names = |pathway: &Pathway| pathway.states.iter().map(|state| state.name.clone()).collect::<Vec<_>>();
        let (before, after) = (names(a), names(b));
        let before: Vec<&str> = before.iter().map(String::as_str).collect();
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        if let Some((old, new)) = reordered(&before, &after) {
            let sides = (Some(Said::text(old)), Some(Said::text(new)));
            self.change(&Subject::Pathway, What::StateOrder, Grade::Logic, sides.0, sides.1);
        }
    }

    fn state(&mut self, a: &State, b: &State) {
        let subject = Subject::State(b.name.clone());
        self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        self.optional_conditions(&subject, What::Condition, a.condition, b.condition);
        let is_same = match (&a.exception, &b.exception) {
            (Some(before), Some(after)) => {
                before.code == after.code
                    && cluster_names(self.old, before.clusters) == cluster_names(self.new, after.clusters)
                    && same_window((self.old, &before.window), (self.new, &after.window))
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let said = |book: &Rulebook, exception: &Option<Exception>| {
            exception.as_ref().map(|exception| {
                let shown = cluster_names(book, exception.clusters);
                Said::text(format!("{} \"{}\" shown by {shown}", exception.code, exception.title))
            })
        };
        if !is_same {
            let sides = (said(self.old, &a.exception), said(self.new, &b.exception));
            self.change(&subject, What::Exception, Grade::Logic, sides.0, sides.1);
        } else if let (Some(before), Some(after)) = (&a.exception, &b.exception) {
            let what = What::ReasonTitle(super::ReasonKind::Exception, after.code.clone());
            self.texts(&subject, what, Grade::Wording, Some(&before.title), Some(&after.title));
        }
        self.texts(&subject, What::Credited, Grade::Logic, a.credited.as_deref(), b.credited.as_deref());
        self.next_steps(&subject, &a.next, &b.next);
        self.remarks(&subject, None, &a.notes, &b.notes);
    }

    fn next_steps(&mut self, subject: &Subject, a: &[Next], b: &[Next]) {
        let is_same = |a: &Next, b: &Next| {
            let same_when = match (a.when, b.when) {
                (Some(a), Some(b)) => same_condition((self.old, a), (self.new, b)),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            same_when && a.text == b.text
        };
        if a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)) {
            return;
        }
        let said = |book: &Rulebook, steps: &[Next]| {
            let step = |next: &Next| match next.when {
                Some(when) => format!("\"{}\" when {}", next.text, words(book, when)),
                None => format!("\"{}\"", next.text),
            };
            (!steps.is_empty()).then(|| Said::text(steps.iter().map(step).collect::<Vec<_>>().join(", else ")))
        };
        let sides = (said(self.old, a), said(self.new, b));
        self.change(subject, What::Next, Grade::Logic, sides.0, sides.1);
    }

    fn alerts(&mut self, a: &Pathway, b: &Pathway) {
        let said = |book: &Rulebook, alert: &Alert| {
            Some(Said::noted(book, format!("{}: {}", alert.title, words(book, alert.condition)), &alert.notes))
        };
        for pair in pairs(&a.alerts, &b.alerts, |alert| alert.name.clone()) {
            match pair {
                Pair::Old(alert) => {
                    let (subject, said) = (Subject::Alert(alert.name.clone()), said(self.old, alert));
                    self.change(&subject, What::Whole, Grade::Logic, said, None);
                }
                Pair::New(alert) => {
                    let (subject, said) = (Subject::Alert(alert.name.clone()), said(self.new, alert));
                    self.change(&subject, What::Whole, Grade::Logic, None, said);
                }
                Pair::Both(a, b) => {
                    let subject = Subject::Alert(b.name.clone());
                    let per_practice =
                        |alert: &Alert| Some(if alert.per_practice { "once per practice" } else { "for each child" });
                    self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
                    self.optional_conditions(&subject, What::Condition, Some(a.condition), Some(b.condition));
                    self.texts(&subject, What::PerPractice, Grade::Logic, per_practice(a), per_practice(b));
                    self.texts(&subject, What::ToDo, Grade::Wording, Some(&a.to_do), Some(&b.to_do));
                    self.texts(&subject, What::Template, Grade::Wording, a.template.as_deref(), b.template.as_deref());
                    self.remarks(&subject, None, &a.notes, &b.notes);
                }
            }
        }
    }
}
