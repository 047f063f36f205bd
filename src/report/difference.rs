//! What two rulebooks mean differently, as a commissioner would say it: as text, as Markdown for a pull request, as JSON.
//!
//! Changes are first put into words ([`Told`], by subject), with the child or practice that shows each; the writers know
//! these only.

pub mod json;
pub mod markdown;
pub mod text;

mod effects;
mod shown;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

pub use effects::{Effects, FigureEffect, Flip, LogicEffect, Money};

use crate::eval::smallest::SmallPractice;
use crate::eval::witness::Search;
use crate::model::Rulebook;
use crate::model::difference::{Change, Difference, Grade, Subject};
use crate::report::run_json::BookStamp;
use crate::report::style::counted;

/// The changes of one rulebook, in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BookChanges {
    /// The old rulebook.
    pub old: BookStamp,
    /// The new rulebook.
    pub new: BookStamp,
    /// How much the most important change matters; None where there is none.
    pub grade: Option<&'static str>,
    /// How many changes there are of each grade, most important first.
    pub counts: Vec<GradeCount>,
    /// True if the files differ, be it in comments and layout alone.
    pub texts_differ: bool,
    /// How many years a child is born later to have the same age in the new rulebook's year.
    pub years_later: i32,
    /// The changes, by what they are about.
    pub subjects: Vec<SubjectChanges>,
    /// What the changes do to practices, where there were records to try them on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effects: Option<Effects>,
}

/// How many changes there are of a grade.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct GradeCount {
    /// `logic`
    pub grade: &'static str,
    /// How many.
    pub changes: u64,
}

/// The changes of one subject.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SubjectChanges {
    /// `indicator`, `payment`, `cluster`
    pub kind: &'static str,
    /// Its code or name; empty for the rulebook and the pathway.
    pub name: String,
    /// Its title.
    pub title: String,
    /// The changes, most important first.
    pub changes: Vec<Told>,
}

/// One change in words.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Told {
    /// `logic`
    pub grade: &'static str,
    /// Which part changed: `exception PCADTP`.
    pub what: String,
    /// `added`, `removed` or `changed`
    pub how: &'static str,
    /// The change in one line.
    pub says: String,
    /// The old text.
    pub old: Option<Side>,
    /// The new text.
    pub new: Option<Side>,
    /// The smallest parts that changed, of a clause or formula that both have.
    pub parts: Vec<PartTold>,
    /// A made-up child that the two treat differently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub child: Option<shown::ChildShown>,
    /// True if a child was sought and none was found.
    pub no_child_found: bool,
    /// The smallest practice that this change alone pays otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub practice: Option<shown::PracticeShown>,
}

/// What one side says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Side {
    /// In the rule's own words where it has some.
    pub text: String,
    /// Who says so, and how sure.
    pub sources: Vec<SourceTold>,
    /// Where sources disagree, and which is followed.
    pub conflicts: Vec<String>,
}

/// A source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SourceTold {
    /// `official`
    pub status: &'static str,
    /// Its title.
    pub title: String,
}

/// A smallest part that changed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PartTold {
    /// What is no longer there.
    pub old: Option<String>,
    /// What was not there.
    pub new: Option<String>,
}

/// The word for a grade.
pub fn grade_word(grade: Grade) -> &'static str {
    match grade {
        Grade::Wording => "wording",
        Grade::Codes => "codes",
        Grade::Figures => "figures",
        Grade::Logic => "logic",
    }
}

/// The words for the two sides: their years, or which is which where the years are the same.
pub(crate) fn side_names(old: &Rulebook, new: &Rulebook) -> (String, String) {
    if old.name == new.name {
        ("the old rules".to_owned(), "the new rules".to_owned())
    } else if old.name.scheme == new.name.scheme {
        (old.name.year.clone(), new.name.year.clone())
    } else {
        (old.name.to_string(), new.name.to_string())
    }
}

impl BookChanges {
    /// The changes in words. `children` and `practices` go with the changes one by one.
    pub fn of(
        old: &Rulebook,
        new: &Rulebook,
        difference: &Difference,
        children: &[Search],
        practices: &[Option<SmallPractice>],
    ) -> BookChanges {
        let changes = difference.changes.iter();
        let shown = changes.zip(children).zip(practices).map(|((change, search), practice)| {
            let mut told = words::told(change);
            match search {
                Search::Found(witness) => told.child = Some(shown::child(old, new, witness)),
                Search::NotFound => told.no_child_found = true,
                Search::NotSought => {}
            }
            told.practice = practice.as_ref().map(shown::practice);
            (change, told)
        });
        let mut subjects: Vec<(&Subject, SubjectChanges)> = Vec::new();
        for (change, told) in shown {
            match subjects.iter_mut().find(|(subject, _)| **subject == change.subject) {
                Some((_, known)) => known.changes.push(told),
                None => {
                    let (kind, name, title) = words::subject(old, new, &change.subject);
                    let known = SubjectChanges { kind, name, title, changes: vec![told] };
                    subjects.push((&change.subject, known));
                }
            }
        }
        let subjects = subjects.into_iter().map(|(_, mut subject)| {
            subject.changes.sort_by_key(|told| std::cmp::Reverse(rank(told.grade)));
            subject
        });
        BookChanges {
            old: BookStamp::of(old),
            new: BookStamp::of(new),
            grade: difference.grade().map(grade_word),
            counts: counts(&difference.changes),
            texts_differ: difference.texts_differ,
            years_later: difference.years_later,
            subjects: subjects.collect(),
            effects: None,
        }
    }

    /// `7 changes: 2 of logic, 5 of figures`; or that there is none.
    pub fn summary(&self) -> String {
        let all: u64 = self.counts.iter().map(|count| count.changes).sum();
        if all == 0 {
            return if self.texts_differ {
                "no difference in meaning; the files differ in comments or layout only".to_owned()
            } else {
                "no difference".to_owned()
            };
        }
        let each = self.counts.iter().map(|count| format!("{} of {}", count.changes, count.grade));
        format!("{}: {}", counted(all, "change"), each.collect::<Vec<_>>().join(", "))
    }

    /// `qof/2022-23 → qof/2023-24`, or the one name that both have.
    pub fn heading(&self) -> String {
        if self.old.name == self.new.name {
            self.new.name.clone()
        } else {
            format!("{} → {}", self.old.name, self.new.name)
        }
    }
}

fn rank(grade: &str) -> usize {
    ["wording", "codes", "figures", "logic"].iter().position(|word| *word == grade).unwrap_or(0)
}

fn counts(changes: &[Change]) -> Vec<GradeCount> {
    let mut by_grade: BTreeMap<std::cmp::Reverse<Grade>, u64> = BTreeMap::new();
    for change in changes {
        *by_grade.entry(std::cmp::Reverse(change.grade)).or_default() += 1;
    }
    by_grade.into_iter().map(|(grade, changes)| GradeCount { grade: grade_word(grade.0), changes }).collect()
}
