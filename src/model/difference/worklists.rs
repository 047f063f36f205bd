//! Worklists: what stands in their rows and columns.

use crate::model::Rulebook;
use crate::model::difference::meaning::{cluster_names, same_date, same_window};
use crate::model::difference::pairs::{Pair, pairs};
use crate::model::difference::{Comparing, Grade, Said, Subject, What};
use crate::model::pathway::Pathway;
use crate::model::worklist::{ColumnValue, ListColumn, Listed, Worklist};

impl Comparing<'_> {
    /// The lists outside a pathway.
    pub(super) fn lists_of_patients(&mut self) {
        let (old, new) = (self.old, self.new);
        self.worklists((None, &old.worklists), (None, &new.worklists));
    }

    /// The lists of two pathways, or of neither.
    pub(super) fn worklists(
        &mut self,
        (of_a, a): (Option<&Pathway>, &[Worklist]),
        (of_b, b): (Option<&Pathway>, &[Worklist]),
    ) {
        for pair in pairs(a, b, |list| list.name.clone()) {
            match pair {
                Pair::Old(list) => {
                    let said = Said::noted(self.old, &list.title, &list.notes);
                    self.change(&Subject::Worklist(list.name.clone()), What::Whole, Grade::Logic, Some(said), None);
                }
                Pair::New(list) => {
                    let said = Said::noted(self.new, &list.title, &list.notes);
                    self.change(&Subject::Worklist(list.name.clone()), What::Whole, Grade::Logic, None, Some(said));
                }
                Pair::Both(before, after) => self.worklist((of_a, before), (of_b, after)),
            }
        }
    }

    fn worklist(&mut self, (of_a, a): (Option<&Pathway>, &Worklist), (of_b, b): (Option<&Pathway>, &Worklist)) {
        let subject = Subject::Worklist(b.name.clone());
        self.texts(&subject, What::Title, Grade::Wording, Some(&a.title), Some(&b.title));
        self.texts(&subject, What::Role, Grade::Wording, Some(&a.role), Some(&b.role));
        self.texts(&subject, What::Rows, Grade::Logic, Some(&rows(of_a, &a.rows)), Some(&rows(of_b, &b.rows)));
        self.optional_conditions(&subject, What::First, a.first, b.first);
        let is_same = |a: &ListColumn, b: &ListColumn| a.name == b.name && self.is_same_value(&a.value, &b.value);
        if a.columns.len() != b.columns.len() || !a.columns.iter().zip(&b.columns).all(|(a, b)| is_same(a, b)) {
            let sides = (columns(self.old, &a.columns), columns(self.new, &b.columns));
            self.change(&subject, What::Columns, Grade::Logic, sides.0, sides.1);
        }
        self.remarks(&subject, None, &a.notes, &b.notes);
    }

    fn is_same_value(&self, a: &ColumnValue, b: &ColumnValue) -> bool {
        match (a, b) {
            (ColumnValue::Known(a), ColumnValue::Known(b)) => a == b,
            (ColumnValue::Figure(a), ColumnValue::Figure(b)) => {
                self.old.figures[a.index()].name == self.new.figures[b.index()].name
            }
            (ColumnValue::Date(a), ColumnValue::Date(b)) => same_date((self.old, *a), (self.new, *b)),
            (
                ColumnValue::Words { words, absent, clusters, window },
                ColumnValue::Words { words: words_b, absent: absent_b, clusters: clusters_b, window: window_b },
            ) => {
                self.old.word_lists[words.index()].name == self.new.word_lists[words_b.index()].name
                    && absent == absent_b
                    && cluster_names(self.old, *clusters) == cluster_names(self.new, *clusters_b)
                    && same_window((self.old, window), (self.new, window_b))
            }
            (ColumnValue::Known(_) | ColumnValue::Figure(_) | ColumnValue::Date(_) | ColumnValue::Words { .. }, _) => {
                false
            }
        }
    }
}

/// The rows as the rule file has them; only a pathway's list has states.
fn rows(pathway: Option<&Pathway>, rows: &Listed) -> String {
    let words = rows.kind().words();
    match (rows, pathway) {
        (Listed::Children(states), Some(pathway)) => {
            let names = states.iter().map(|id| pathway.states[id.index()].name.as_str());
            format!("{words} {}", names.collect::<Vec<_>>().join(" or "))
        }
        (Listed::Children(_) | Listed::Exceptions | Listed::Alerts | Listed::Patients(_), _) => words.to_owned(),
    }
}

fn columns(book: &Rulebook, columns: &[ListColumn]) -> Option<Said> {
    let told = |column: &ListColumn| match &column.value {
        ColumnValue::Known(_) => column.name.clone(),
        ColumnValue::Figure(figure) => format!("{} = {}", column.name, book.figures[figure.index()].name),
        ColumnValue::Date(date) => format!("{} = {}", column.name, book.date_words[date.index()]),
        ColumnValue::Words { words, absent, clusters, .. } => {
            let (list, not) = (&book.word_lists[words.index()].name, if *absent { " not" } else { "" });
            format!("{} = {list}{not} in records of {}", column.name, cluster_names(book, *clusters))
        }
    };
    Some(Said::text(columns.iter().map(told).collect::<Vec<_>>().join(", ")))
}
