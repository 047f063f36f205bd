//! Two conditions that mean different things: the smallest parts in which they do, in the rules' own words.

use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, Edge, Window};
use crate::model::difference::meaning::{Days, Meaning, cluster_names, flat, quantity, same_condition, same_window};
use crate::model::difference::{Change, Comparing, Grade, Part, Said, Subject, What};

impl Comparing<'_> {
    /// A condition that both sides have; true if it changed.
    pub(super) fn conditions(
        &mut self,
        subject: &Subject,
        what: What,
        old: (ConditionId, Said),
        new: (ConditionId, Said),
    ) -> bool {
        if same_condition((self.old, old.0), (self.new, new.0)) {
            return false;
        }
        let parts = self.parts(old.0, new.0);
        let (old, new) = (Some(old.1), Some(new.1));
        self.push(Change { subject: subject.clone(), what, grade: Grade::Logic, old, new, parts });
        true
    }

    /// A condition that either side may leave out.
    pub(super) fn optional_conditions(
        &mut self,
        subject: &Subject,
        what: What,
        old: Option<ConditionId>,
        new: Option<ConditionId>,
    ) {
        let said = |book: &Rulebook, id: Option<ConditionId>| id.map(|id| Said::text(words(book, id)));
        match (old, new) {
            (Some(a), Some(b)) => {
                let sides = (Said::text(words(self.old, a)), Said::text(words(self.new, b)));
                self.conditions(subject, what, (a, sides.0), (b, sides.1));
            }
            (None, None) => {}
            (Some(_), None) | (None, Some(_)) => {
                let sides = (said(self.old, old), said(self.new, new));
                self.change(subject, what, Grade::Logic, sides.0, sides.1);
            }
        }
    }

    fn parts(&self, a: ConditionId, b: ConditionId) -> Vec<Part> {
        let whole = || vec![Part { old: Some(words(self.old, a)), new: Some(words(self.new, b)) }];
        match (&self.old.conditions[a.index()], &self.new.conditions[b.index()]) {
            (Condition::Not(a), Condition::Not(b)) => self.parts(*a, *b),
            (Condition::All(_), Condition::All(_)) | (Condition::Any(_), Condition::Any(_)) => {
                self.parts_of_lists(&flat(self.old, a), &flat(self.new, b))
            }
            // One more condition beside what was there alone, and the other way round.
            (_, Condition::All(_) | Condition::Any(_)) if self.is_among(a, &flat(self.new, b)) => {
                self.parts_of_lists(&[a], &flat(self.new, b))
            }
            (Condition::All(_) | Condition::Any(_), _) if self.has_among(&flat(self.old, a), b) => {
                self.parts_of_lists(&flat(self.old, a), &[b])
            }
            (
                Condition::Count { clusters, at_least, at_most, window },
                Condition::Count { clusters: clusters_b, at_least: at_least_b, at_most: at_most_b, window: window_b },
            ) => {
                let counts = (quantity(*at_least, *at_most), quantity(*at_least_b, *at_most_b));
                let names = (cluster_names(self.old, *clusters), cluster_names(self.new, *clusters_b));
                let is_same = [counts.0 == counts.1, names.0 == names.1, self.is_same_window(window, window_b)];
                match is_same {
                    [false, true, true] => vec![part(counts.0 + " " + &names.0, counts.1 + " " + &names.1)],
                    [true, false, true] => vec![part(names.0, names.1)],
                    [true, true, false] => vec![self.part_of_windows(window, window_b)],
                    _ => whole(),
                }
            }
            (Condition::Falls { date, window }, Condition::Falls { date: date_b, window: window_b }) => {
                let meaning = |book| Meaning { book, days: Days::AsWritten };
                let is_same = meaning(self.old).date(*date) == meaning(self.new).date(*date_b);
                if is_same { vec![self.part_of_windows(window, window_b)] } else { whole() }
            }
            _ => whole(),
        }
    }

    fn is_among(&self, a: ConditionId, list: &[ConditionId]) -> bool {
        list.iter().any(|b| same_condition((self.old, a), (self.new, *b)))
    }

    fn has_among(&self, list: &[ConditionId], b: ConditionId) -> bool {
        list.iter().any(|a| same_condition((self.old, *a), (self.new, b)))
    }

    fn is_same_window(&self, a: &Window, b: &Window) -> bool {
        same_window((self.old, a), (self.new, b))
    }

    /// What both lists have is left aside; of the rest, as many on either side are taken to be one another's successors.
    fn parts_of_lists(&self, a: &[ConditionId], b: &[ConditionId]) -> Vec<Part> {
        let only_old: Vec<ConditionId> = a.iter().copied().filter(|a| !self.is_among(*a, b)).collect();
        let only_new: Vec<ConditionId> = b.iter().copied().filter(|b| !self.has_among(a, *b)).collect();
        if only_old.len() == only_new.len() {
            return only_old.iter().zip(&only_new).flat_map(|(a, b)| self.parts(*a, *b)).collect();
        }
        let gone = only_old.iter().map(|a| Part { old: Some(words(self.old, *a)), new: None });
        gone.chain(only_new.iter().map(|b| Part { old: None, new: Some(words(self.new, *b)) })).collect()
    }

    /// The edges that differ; in full where only what they hang on does.
    pub(super) fn part_of_windows(&self, a: &Window, b: &Window) -> Part {
        let (old, new) = (edges(self.old, a), edges(self.new, b));
        let beside = |edges: &[(String, String)], others: &[(String, String)]| -> Vec<(String, String)> {
            edges.iter().filter(|(_, meant)| others.iter().all(|(_, other)| meant != other)).cloned().collect()
        };
        let (old, new) = (beside(&old, &new), beside(&new, &old));
        let told =
            |edges: &[(String, String)]| edges.iter().map(|edge| edge.0.clone()).collect::<Vec<_>>().join(" and ");
        let meant =
            |edges: &[(String, String)]| edges.iter().map(|edge| edge.1.clone()).collect::<Vec<_>>().join(" and ");
        let (old, new) = if told(&old) == told(&new) { (meant(&old), meant(&new)) } else { (told(&old), told(&new)) };
        let or_any = |text: String| if text.is_empty() { "at any time".to_owned() } else { text };
        part(or_any(old), or_any(new))
    }
}

fn part(old: String, new: String) -> Part {
    Part { old: Some(old), new: Some(new) }
}

/// A condition's own words.
pub(super) fn words(book: &Rulebook, id: ConditionId) -> String {
    book.condition_words[id.index()].text.clone()
}

/// A window in the words of the rules: `on or after age 3 years and before age 5 years`. Empty for any time.
pub(super) fn window_words(book: &Rulebook, window: &Window) -> String {
    edges(book, window).into_iter().map(|(words, _)| words).collect::<Vec<_>>().join(" and ")
}

/// Each edge in the words of the rules, with what it means.
fn edges(book: &Rulebook, window: &Window) -> Vec<(String, String)> {
    let meaning = Meaning { book, days: Days::AsWritten };
    let told = |edge: &Edge, [exact, shifted]: [&str; 2], shift: i32, word: &str| {
        let date = &book.date_words[edge.date.index()];
        let words = match edge.shift_days {
            0 => format!("{exact} {date}"),
            days if days == shift => format!("{shifted} {date}"),
            days => format!("{exact} {date} {days:+} days"),
        };
        let single = if word == "from" {
            Window { from: vec![*edge], to: Vec::new() }
        } else {
            Window { from: Vec::new(), to: vec![*edge] }
        };
        (words, meaning.window(&single))
    };
    let from = window.from.iter().map(|edge| told(edge, ["on or after", "after"], 1, "from"));
    from.chain(window.to.iter().map(|edge| told(edge, ["by", "before"], -1, "to"))).collect()
}
