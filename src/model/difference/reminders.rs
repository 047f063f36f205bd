//! What the lists of a measure go by: when doses are due, and what may be a near miss. No outcome hangs on it.

use crate::model::Rulebook;
use crate::model::book::{Due, Measure, Near, Notes, Related};
use crate::model::difference::clauses::window_words;
use crate::model::difference::meaning::{cluster_names, same_date, same_window};
use crate::model::difference::pairs::{Pair, pairs};
use crate::model::difference::{Comparing, Grade, Said, Subject, What};

impl Comparing<'_> {
    pub(super) fn reminders(&mut self, subject: &Subject, a: &Measure, b: &Measure) {
        self.dues(subject, &a.dues, &b.dues);
        self.related(subject, &a.related, &b.related);
        self.near_misses(subject, a.near.as_ref(), b.near.as_ref());
    }

    fn dues(&mut self, subject: &Subject, old: &[Due], new: &[Due]) {
        let (before, after) = (self.old, self.new);
        let said = |book, due: &Due| Some(Said::noted(book, dates(book, due), &due.notes));
        let named = |book: &Rulebook, dues: &[Due]| -> Vec<(String, Due)> {
            dues.iter().map(|due| (cluster_names(book, due.clusters), due.clone())).collect()
        };
        for pair in pairs(&named(before, old), &named(after, new), |(name, _)| name.clone()) {
            match pair {
                Pair::Old((name, due)) => {
                    self.change(subject, What::Due(name.clone()), Grade::Figures, said(before, due), None);
                }
                Pair::New((name, due)) => {
                    self.change(subject, What::Due(name.clone()), Grade::Figures, None, said(after, due));
                }
                Pair::Both((name, a), (_, b)) => {
                    let mut each = a.dates.iter().zip(&b.dates);
                    if a.dates.len() == b.dates.len() && each.all(|(a, b)| same_date((before, *a), (after, *b))) {
                        self.remarks(subject, Some(format!("when {name} is due")), &a.notes, &b.notes);
                    } else {
                        let what = What::Due(name.clone());
                        self.change(subject, what, Grade::Figures, said(before, a), said(after, b));
                    }
                }
            }
        }
    }

    fn related(&mut self, subject: &Subject, old: &[Related], new: &[Related]) {
        let (before, after) = (self.old, self.new);
        let said = |book, related: &Related| Some(Said::noted(book, records(book, related), &related.notes));
        // Several may be related to one cluster: each is known by what it may have been recorded as.
        let named = |book: &Rulebook, list: &[Related]| -> Vec<((String, String), Related)> {
            let names = |related: &Related| (cluster_names(book, related.counted), recorded(book, related));
            list.iter().map(|related| (names(related), related.clone())).collect()
        };
        for pair in pairs(&named(before, old), &named(after, new), |(names, _)| names.clone()) {
            let ((counted, _), _) = match pair {
                Pair::Old(one) | Pair::New(one) | Pair::Both(one, _) => one,
            };
            let what = What::Related(counted.clone());
            match pair {
                Pair::Old((_, related)) => self.change(subject, what, Grade::Codes, said(before, related), None),
                Pair::New((_, related)) => self.change(subject, what, Grade::Codes, None, said(after, related)),
                Pair::Both((_, a), (_, b)) if same_window((before, &a.window), (after, &b.window)) => {
                    self.texts(subject, what, Grade::Wording, a.says.as_deref(), b.says.as_deref());
                    self.remarks(subject, Some(format!("what is related to {counted}")), &a.notes, &b.notes);
                }
                Pair::Both((_, a), (_, b)) => {
                    self.change(subject, what, Grade::Codes, said(before, a), said(after, b));
                }
            }
        }
    }

    fn near_misses(&mut self, subject: &Subject, old: Option<&Near>, new: Option<&Near>) {
        let said = |book, near: &Near| Said::noted(book, format!("within {}", near.period), &near.notes);
        if old.map(|near| near.period) == new.map(|near| near.period) {
            let none = Notes::default();
            let notes = |near: Option<&Near>| near.map_or(none.clone(), |near| near.notes.clone());
            self.remarks(subject, Some("near misses".to_owned()), &notes(old), &notes(new));
        } else {
            let sides = (old.map(|near| said(self.old, near)), new.map(|near| said(self.new, near)));
            self.change(subject, What::NearMisses, Grade::Figures, sides.0, sides.1);
        }
    }
}

/// `at age 1 year, age 3 years 4 months`
fn dates(book: &Rulebook, due: &Due) -> String {
    let dates: Vec<&str> = due.dates.iter().map(|date| book.date_words[date.index()].as_str()).collect();
    format!("at {}", dates.join(", "))
}

/// `measles and mumps and rubella`
fn recorded(book: &Rulebook, related: &Related) -> String {
    let names: Vec<String> = related.records.iter().map(|one| cluster_names(book, *one)).collect();
    names.join(" and ")
}

/// `records of dtap or td_ipv on or after age 3 years`
fn records(book: &Rulebook, related: &Related) -> String {
    [format!("records of {}", recorded(book, related)), window_words(book, &related.window)]
        .join(" ")
        .trim_end()
        .to_owned()
}
