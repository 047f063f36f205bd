//! The rulebook as a whole: its year, conventions, areas, what it uses, who its sources are.

use crate::ground::{BookName, MissingDay};
use crate::model::Rulebook;
use crate::model::book::Used;
use crate::model::difference::pairs::{Pair, pairs};
use crate::model::difference::{Comparing, Difference, Grade, Said, Subject, What, moved, years_later};

impl Comparing<'_> {
    pub(super) fn headers(&mut self) {
        let (old, new, book) = (self.old, self.new, Subject::Book);
        self.year();
        self.texts(&book, What::Title, Grade::Wording, Some(&old.title), Some(&new.title));
        let revisions = (old.revision.to_string(), new.revision.to_string());
        if old.name == new.name {
            self.texts(&book, What::Revision, Grade::Wording, Some(&revisions.0), Some(&revisions.1));
        }
        let convention = |book: &Rulebook| match book.missing_day {
            MissingDay::LastDay => "the month's last day",
            MissingDay::NextDay => "the first day of the next month",
        };
        self.texts(&book, What::MissingDay, Grade::Logic, Some(convention(old)), Some(convention(new)));
        let versions = (old.codes_version.as_deref(), new.codes_version.as_deref());
        self.texts(&book, What::CodesVersion, Grade::Wording, versions.0, versions.1);
        let areas = |book: &Rulebook| {
            let mut areas = book.areas.clone();
            areas.sort();
            if areas.is_empty() { "all areas".to_owned() } else { areas.join(", ") }
        };
        self.texts(&book, What::Areas, Grade::Logic, Some(&areas(old)), Some(&areas(new)));
        self.baseline_years();
        self.uses();
        for pair in pairs(&old.sources, &new.sources, |source| source.id.clone()) {
            if let Pair::Both(a, b) = pair {
                let what = What::Source(a.id.clone());
                self.texts(&book, what, Grade::Wording, Some(&a.title), Some(&b.title));
            }
        }
    }

    /// A year that moved as a whole is one line, and changes nobody's treatment at the same age; one whose length or
    /// first day is another does.
    fn year(&mut self) {
        let (old, new) = (self.old, self.new);
        if (old.start, old.end) == (new.start, new.end) {
            return;
        }
        let years = years_later(old, new);
        let as_a_whole = moved(old.start, years) == new.start && moved(old.end, years) == new.end;
        let said = |book: &Rulebook| {
            Some(Said::text(format!("{} ({} to {})", book.name.year, book.start.in_words(), book.end.in_words())))
        };
        let grade = if as_a_whole { Grade::Wording } else { Grade::Logic };
        self.change(&Subject::Book, What::Year, grade, said(old), said(new));
    }

    /// Years that moved on with the rulebook's own are the same years before it.
    fn baseline_years(&mut self) {
        let (old, new) = (&self.old.baseline_years, &self.new.baseline_years);
        let first = |name: &BookName| name.year.get(..4).and_then(|year| year.parse::<i32>().ok());
        let by = years_later(self.old, self.new);
        let is_later = |(old, new): (&BookName, &BookName)| {
            let later = first(old).zip(first(new)).map(|(old, new)| new - old);
            old.scheme == new.scheme && later == Some(by)
        };
        let moved_too = old.len() == new.len() && old.iter().zip(new).all(is_later);
        let grade = if moved_too { Grade::Wording } else { Grade::Logic };
        let said = |names: &[BookName]| {
            let years: Vec<String> = names.iter().map(ToString::to_string).collect();
            (!years.is_empty()).then(|| years.join(", "))
        };
        let (old, new) = (said(old), said(new));
        self.texts(&Subject::Book, What::BaselineYears, grade, old.as_deref(), new.as_deref());
    }

    fn uses(&mut self) {
        let (old, new) = (self.old, self.new);
        for pair in pairs(&old.uses, &new.uses, |used| used.name.clone()) {
            let said = |used: &Used| Some(Said::text(used.book.name.to_string()));
            match pair {
                Pair::Old(used) => {
                    self.change(&Subject::Book, What::Uses(used.name.clone()), Grade::Logic, said(used), None);
                }
                Pair::New(used) => {
                    self.change(&Subject::Book, What::Uses(used.name.clone()), Grade::Logic, None, said(used));
                }
                Pair::Both(a, b) if a.book.name == b.book.name => {
                    if let Some(grade) = Difference::of(&a.book, &b.book).grade() {
                        let what = What::UsedBook(a.name.clone());
                        self.change(&Subject::Book, what, grade, said(a), said(b));
                    }
                }
                Pair::Both(a, b) => {
                    let moved_too = a.book.name.scheme == b.book.name.scheme
                        && years_later(&a.book, &b.book) == years_later(old, new);
                    let grade = if moved_too { Grade::Wording } else { Grade::Logic };
                    self.change(&Subject::Book, What::Uses(a.name.clone()), grade, said(a), said(b));
                }
            }
        }
    }
}
