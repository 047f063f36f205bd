//! Payments and fees: what they are paid for, and by which formulas.

use crate::model::Rulebook;
use crate::model::book::{Fee, Payment};
use crate::model::difference::formulas::Naming;
use crate::model::difference::meaning::{cluster_names, same_window};
use crate::model::difference::pairs::{Pair, pairs};
use crate::model::difference::{Change, Comparing, Grade, Part, Said, Subject, What};
use crate::model::formula::{Line, Program, ProgramOf};

impl Comparing<'_> {
    pub(super) fn payments(&mut self) {
        let (old, new) = (self.old, self.new);
        for pair in pairs(&old.payments, &new.payments, |payment| payment.name.clone()) {
            match pair {
                Pair::Old(payment) => {
                    let said = Said::noted(old, &payment.title, &payment.notes);
                    let subject = Subject::Payment(payment.name.clone());
                    self.change(&subject, What::Whole, Grade::Logic, Some(said), None);
                }
                Pair::New(payment) => {
                    let said = Said::noted(new, &payment.title, &payment.notes);
                    let subject = Subject::Payment(payment.name.clone());
                    self.change(&subject, What::Whole, Grade::Logic, None, Some(said));
                }
                Pair::Both(a, b) => self.payment(a, b),
            }
        }
    }

    fn payment(&mut self, a: &Payment, b: &Payment) {
        let subject = Subject::Payment(b.name.clone());
        self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        let yes = |truth: bool| Some(if truth { "yes" } else { "no" });
        self.texts(&subject, What::Waivable, Grade::Logic, yes(a.waivable), yes(b.waivable));
        self.texts(&subject, What::FromCounts, Grade::Logic, yes(a.from_counts), yes(b.from_counts));
        self.remarks(&subject, None, &a.notes, &b.notes);
        let of = |book: &Rulebook, name: &str| -> Vec<Program> {
            let is_ours = |program: &&Program| match program.of {
                ProgramOf::Payment(id) => book.payments[id.index()].name == name,
                ProgramOf::Fee(_) => false,
            };
            book.programs.iter().filter(is_ours).cloned().collect()
        };
        self.programs(&subject, &of(self.old, &b.name), &of(self.new, &b.name));
    }

    pub(super) fn fees(&mut self) {
        let (old, new) = (self.old, self.new);
        for pair in pairs(&old.fees, &new.fees, |fee| fee.name.clone()) {
            match pair {
                Pair::Old(fee) => {
                    let said = Said::noted(old, &fee.title, &fee.notes);
                    self.change(&Subject::Fee(fee.name.clone()), What::Whole, Grade::Logic, Some(said), None);
                }
                Pair::New(fee) => {
                    let said = Said::noted(new, &fee.title, &fee.notes);
                    self.change(&Subject::Fee(fee.name.clone()), What::Whole, Grade::Logic, None, Some(said));
                }
                Pair::Both(a, b) => self.fee(a, b),
            }
        }
    }

    fn fee(&mut self, a: &Fee, b: &Fee) {
        let subject = Subject::Fee(b.name.clone());
        self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        let names = (cluster_names(self.old, a.clusters), cluster_names(self.new, b.clusters));
        self.texts(&subject, What::Doses, Grade::Logic, Some(&names.0), Some(&names.1));
        if !same_window((self.old, &a.window), (self.new, &b.window)) {
            let Part { old, new } = self.part_of_windows(&a.window, &b.window);
            self.change(&subject, What::Doses, Grade::Logic, old.map(Said::text), new.map(Said::text));
        }
        self.remarks(&subject, None, &a.notes, &b.notes);
        let of = |book: &Rulebook, name: &str| -> Vec<Program> {
            let is_ours = |program: &&Program| match program.of {
                ProgramOf::Fee(id) => book.fees[id.index()].name == name,
                ProgramOf::Payment(_) => false,
            };
            book.programs.iter().filter(is_ours).cloned().collect()
        };
        self.programs(&subject, &of(self.old, &b.name), &of(self.new, &b.name));
    }

    fn programs(&mut self, subject: &Subject, old: &[Program], new: &[Program]) {
        let mut paid_for = (Vec::new(), Vec::new());
        let (before, after) = (self.old, self.new);
        let named_old: Vec<(String, &Program)> = old.iter().map(|program| (paid(before, program), program)).collect();
        let named_new: Vec<(String, &Program)> = new.iter().map(|program| (paid(after, program), program)).collect();
        for pair in pairs(&named_old, &named_new, |(name, _)| name.clone()) {
            match pair {
                Pair::Old((name, _)) => paid_for.0.push(name.clone()),
                Pair::New((name, _)) => paid_for.1.push(name.clone()),
                Pair::Both((_, a), (_, b)) => self.lines(subject, a, b),
            }
        }
        if paid_for != (Vec::new(), Vec::new()) {
            let said = |names: Vec<String>| (!names.is_empty()).then(|| Said::text(names.join(", ")));
            self.change(subject, What::PaidFor, Grade::Logic, said(paid_for.0), said(paid_for.1));
        }
    }

    fn lines(&mut self, subject: &Subject, a: &Program, b: &Program) {
        for pair in pairs(&a.lines, &b.lines, |line| line.name.clone()) {
            match pair {
                Pair::Old(line) => {
                    let said = Said::noted(self.old, &line.text, &line.notes);
                    self.change(subject, What::Line(line.name.clone()), Grade::Logic, Some(said), None);
                }
                Pair::New(line) => {
                    let said = Said::noted(self.new, &line.text, &line.notes);
                    self.change(subject, What::Line(line.name.clone()), Grade::Logic, None, Some(said));
                }
                Pair::Both(before, after) => self.line(subject, (a, before), (b, after)),
            }
        }
    }

    fn line(&mut self, subject: &Subject, (a, before): (&Program, &Line), (b, after): (&Program, &Line)) {
        let cases = |book, program, line: &Line| -> Vec<String> {
            line.cases.iter().map(|case| Naming { book, program }.case(case)).collect()
        };
        let (old, new) = (cases(self.old, a, before), cases(self.new, b, after));
        if old == new {
            self.remarks(subject, Some(after.name.clone()), &before.notes, &after.notes);
            return;
        }
        let parts = if old.len() == new.len() {
            let changed = old.iter().zip(&new).filter(|(old, new)| old != new);
            changed.map(|(old, new)| Part { old: Some(old.clone()), new: Some(new.clone()) }).collect()
        } else {
            let gone = old.iter().filter(|case| !new.contains(case));
            let gone = gone.map(|case| Part { old: Some(case.clone()), new: None });
            let come = new.iter().filter(|case| !old.contains(case));
            gone.chain(come.map(|case| Part { old: None, new: Some(case.clone()) })).collect()
        };
        let what = What::Line(after.name.clone());
        let old = Some(Said::noted(self.old, &before.text, &before.notes));
        let new = Some(Said::noted(self.new, &after.text, &after.notes));
        self.push(Change { subject: subject.clone(), what, grade: Grade::Logic, old, new, parts });
    }
}

/// What a program is paid for: a measurement, a quarter, or the practice.
fn paid(book: &Rulebook, program: &Program) -> String {
    match (program.measurement, program.quarter) {
        (Some(id), _) => book.measurements[id.index()].label.clone(),
        (None, Some(quarter)) => format!("quarter {quarter}"),
        (None, None) => "the practice".to_owned(),
    }
}
