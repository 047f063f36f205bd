//! Indicators and courses: who is on the register, who achieves, who leaves the count, and their figures.

use crate::model::Rulebook;
use crate::model::book::{Clause, Measure, Measurement, Proxy, Reason};
use crate::model::difference::clauses::words;
use crate::model::difference::pairs::{Pair, pairs, reordered};
use crate::model::difference::{Comparing, Grade, ReasonKind, Said, Subject, What, moved, years_later};

impl Comparing<'_> {
    pub(super) fn measures(&mut self) {
        let (old, new) = (self.old, self.new);
        self.figures(None);
        for pair in pairs(&old.measures, &new.measures, |measure| measure.code.clone()) {
            let (subject, code) = match pair {
                Pair::Old(measure) | Pair::New(measure) | Pair::Both(measure, _) => {
                    (Subject::Measure(measure.code.clone()), measure.code.clone())
                }
            };
            match pair {
                Pair::Old(measure) => {
                    let said = Said::noted(old, &measure.title, &measure.notes);
                    self.change(&subject, What::Whole, Grade::Logic, Some(said), None);
                }
                Pair::New(measure) => {
                    let said = Said::noted(new, &measure.title, &measure.notes);
                    self.change(&subject, What::Whole, Grade::Logic, None, Some(said));
                }
                Pair::Both(a, b) => self.measure(&subject, a, b),
            }
            self.figures(Some(&code));
            self.proxy(&subject, &code);
        }
    }

    fn measure(&mut self, subject: &Subject, a: &Measure, b: &Measure) {
        self.texts(subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        self.texts(subject, What::Wording, Grade::Wording, a.says.as_deref(), b.says.as_deref());
        let days = (measured_on(self.old, a, 0), measured_on(self.new, b, years_later(self.old, self.new)));
        if days.0 != days.1 {
            let sides = (measured_on(self.old, a, 0), measured_on(self.new, b, 0));
            self.texts(subject, What::MeasuredOn, Grade::Logic, Some(&sides.0), Some(&sides.1));
        }
        if a.borrowed.is_some() && b.borrowed.is_some() {
            return;
        }
        self.clause(subject, What::Register, "register", a, b, (&a.register, &b.register));
        self.reasons(subject, ReasonKind::Exclusion, (a, &a.excludes), (b, &b.excludes));
        self.clause(subject, What::Achieved, "achieved", a, b, (&a.achieved, &b.achieved));
        self.reasons(subject, ReasonKind::Exception, (a, &a.excepts), (b, &b.excepts));
        self.reminders(subject, a, b);
        self.remarks(subject, None, &a.notes, &b.notes);
    }

    /// A clause with the sources it names itself, else those of the measure.
    fn clause(
        &mut self,
        subject: &Subject,
        what: What,
        part: &str,
        a: &Measure,
        b: &Measure,
        clauses: (&Clause, &Clause),
    ) {
        let old = (clauses.0.condition, said(self.old, a, clauses.0));
        let new = (clauses.1.condition, said(self.new, b, clauses.1));
        if !self.conditions(subject, what, old, new) {
            self.remarks(subject, Some(part.to_owned()), &clauses.0.notes, &clauses.1.notes);
        }
    }

    fn reasons(
        &mut self,
        subject: &Subject,
        kind: ReasonKind,
        (a, old): (&Measure, &[Reason]),
        (b, new): (&Measure, &[Reason]),
    ) {
        for pair in pairs(old, new, |reason| reason.code.clone()) {
            match pair {
                Pair::Old(reason) => {
                    let what = What::Reason(kind, reason.code.clone());
                    let said = said(self.old, a, &reason.clause);
                    self.change(subject, what, Grade::Logic, Some(said), None);
                }
                Pair::New(reason) => {
                    let what = What::Reason(kind, reason.code.clone());
                    let said = said(self.new, b, &reason.clause);
                    self.change(subject, what, Grade::Logic, None, Some(said));
                }
                Pair::Both(before, after) => {
                    let what = What::ReasonTitle(kind, after.code.clone());
                    self.texts(subject, what, Grade::Wording, Some(&before.title), Some(&after.title));
                    let what = What::Reason(kind, after.code.clone());
                    self.clause(subject, what, &after.code, a, b, (&before.clause, &after.clause));
                }
            }
        }
        let old: Vec<&str> = old.iter().map(|reason| reason.code.as_str()).collect();
        let new: Vec<&str> = new.iter().map(|reason| reason.code.as_str()).collect();
        if let Some((old, new)) = reordered(&old, &new) {
            let sides = (Some(Said::text(old)), Some(Said::text(new)));
            self.change(subject, What::ReasonOrder(kind), Grade::Logic, sides.0, sides.1);
        }
    }

    /// What stands in for a measure that counts lack.
    fn proxy(&mut self, subject: &Subject, code: &str) {
        let find = |book: &Rulebook| {
            let measure = book.measure(code)?;
            book.proxies.iter().find(|proxy| proxy.measure == measure).map(|proxy| stand_in(book, proxy))
        };
        let (old, new) = (find(self.old), find(self.new));
        if old.as_ref().map(|said| &said.text) != new.as_ref().map(|said| &said.text) {
            self.change(subject, What::Proxy, Grade::Logic, old, new);
        }
    }
}

fn stand_in(book: &Rulebook, proxy: &Proxy) -> Said {
    let mut codes: Vec<&str> = proxy.lowest_of.iter().map(|id| book.measures[id.index()].code.as_str()).collect();
    codes.sort_unstable();
    let by = proxy.status.zip(proxy.source).map(|(status, id)| (status, book.sources[id.index()].title.clone()));
    Said {
        text: format!("the lowest of {}", codes.join(", ")),
        by: by.into_iter().collect(),
        conflicts: proxy.conflict.iter().cloned().collect(),
    }
}

fn said(book: &Rulebook, measure: &Measure, clause: &Clause) -> Said {
    let own = &clause.notes;
    let notes = if own.sources.is_empty() { &measure.notes } else { own };
    Said { conflicts: own.conflicts.clone(), ..Said::noted(book, words(book, clause.condition), notes) }
}

/// The days on which a measure is measured, as they would be so many years earlier.
fn measured_on(book: &Rulebook, measure: &Measure, years: i32) -> String {
    let Some(id) = book.measure(&measure.code) else { return String::new() };
    let days = book.measurements.iter().filter(|measurement| measurement.measure == id);
    let told = |measurement: &Measurement| {
        if measurement.day == book.end && measurement.quarter.is_none() {
            return "the year's end".to_owned();
        }
        let quarter = measurement.quarter.map(|quarter| format!(" (quarter {quarter})")).unwrap_or_default();
        format!("{}{quarter}", moved(measurement.day, -years).in_words())
    };
    days.map(told).collect::<Vec<_>>().join(", ")
}
