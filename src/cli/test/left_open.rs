//! What the examples of a rulebook leave open: clauses and boundaries without an example, readings that none notices.

use serde::Serialize;

use crate::eval::coverage::{self, Touched};
use crate::eval::mutants;
use crate::ground::{Sources, Span};
use crate::model::Rulebook;
use crate::model::examples::{Example, Explained};
use crate::report::trial::{openings, readings};

/// What is asked of examples beside that they pass.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) coverage: bool,
    pub(super) mutants: bool,
}

/// What one rulebook's examples leave open.
#[derive(Debug, Default, Serialize)]
pub(super) struct LeftOpen {
    /// Of clauses, that each is true in one example and false in another.
    #[serde(skip_serializing_if = "Option::is_none")]
    clauses: Option<Open>,
    /// Of boundaries, that each is touched from below, on it and from above.
    #[serde(skip_serializing_if = "Option::is_none")]
    boundaries: Option<Open>,
    /// Of readings, that each is noticed.
    #[serde(skip_serializing_if = "Option::is_none")]
    readings: Option<Open>,
    /// Explanations of what is open no longer.
    explained_in_vain: Vec<Left>,
}

/// What is open of one kind.
#[derive(Debug, Serialize)]
struct Open {
    /// How many there are.
    all: usize,
    /// What is open and not explained.
    open: Vec<Left>,
    /// What is open and explained in the rulebook's folder.
    explained: Vec<Left>,
}

/// One thing that is open.
#[derive(Debug, Serialize)]
struct Left {
    words: String,
    file: String,
    line: usize,
    /// Why it may stay open.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl LeftOpen {
    pub(super) fn of(
        asked: Asked,
        sources: &Sources,
        book: &Rulebook,
        examples: &[Example],
        explained: &[Explained],
    ) -> LeftOpen {
        let mut left = LeftOpen::default();
        if !asked.coverage && !asked.mutants {
            return left;
        }
        let mut explanations = Explanations { all: explained.iter().map(|one| (one, false)).collect(), sources };
        // Whether an explanation is needed shows only where both kinds were looked at.
        let both = !explained.is_empty();
        if asked.coverage || both {
            let covered = coverage::coverage(book, examples);
            let clauses = openings::clauses(book, &covered).into_iter().map(|open| (open.words, open.place));
            left.clauses = Some(explanations.sort(sides(&covered.clauses), clauses));
            let boundaries = openings::boundaries(book, &covered).into_iter().map(|open| (open.words, open.place));
            left.boundaries = Some(explanations.sort(sides(&covered.boundaries), boundaries));
        }
        if asked.mutants || both {
            let tried = mutants::tried(book, examples);
            let words = tried.unnoticed.iter().map(|mutant| readings::reading(book, mutant));
            let words = words.map(|reading| (reading.words, reading.place));
            left.readings = Some(explanations.sort(tried.mutants, words));
        }
        left.explained_in_vain = explanations.in_vain();
        if !asked.coverage {
            (left.clauses, left.boundaries) = (None, None);
        }
        if !asked.mutants {
            left.readings = None;
        }
        left
    }

    /// True if nothing is open that is not explained, and nothing explained that is not open.
    pub(super) fn is_nothing(&self) -> bool {
        let kinds = [&self.clauses, &self.boundaries, &self.readings];
        kinds.into_iter().flatten().all(|kind| kind.open.is_empty()) && self.explained_in_vain.is_empty()
    }

    /// A line for each kind, without what it is about: `clauses: 120 of 131 …`
    pub(super) fn summary(&self) -> Vec<String> {
        let line = |kind: &Option<Open>, what: &str, done: &str| {
            kind.as_ref().map(|kind| {
                let closed = kind.all - kind.open.len() - kind.explained.len();
                let explained = match kind.explained.len() {
                    0 => String::new(),
                    count => format!(", {count} explained"),
                };
                format!("{what}: {closed} of {} {done}{explained}", kind.all)
            })
        };
        let lines = [
            line(&self.clauses, "clauses", "both true and false in an example"),
            line(&self.boundaries, "boundaries", "held from below, on and above"),
            line(&self.readings, "misreadings", "noticed"),
        ];
        lines.into_iter().flatten().collect()
    }

    /// Everything that is open and not explained, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let kinds = [(&self.clauses, "clause"), (&self.boundaries, "boundary"), (&self.readings, "unnoticed")];
        let mut lines = Vec::new();
        for (kind, word) in kinds {
            let open = kind.iter().flat_map(|kind| &kind.open);
            lines.extend(open.map(|left| format!("{word}: {}:{}: {}", left.file, left.line, left.words)));
        }
        let in_vain = self.explained_in_vain.iter();
        lines.extend(
            in_vain.map(|left| format!("explained, but not open: {}:{}: {}", left.file, left.line, left.words)),
        );
        lines
    }
}

fn sides<T>(all: &[Touched<T>]) -> usize {
    all.len()
}

/// The explanations of a rulebook's folder, and whether each was needed.
struct Explanations<'a> {
    all: Vec<(&'a Explained, bool)>,
    sources: &'a Sources,
}

impl Explanations<'_> {
    /// Parts what is open into what is explained and what is not.
    fn sort(&mut self, all: usize, found: impl Iterator<Item = (String, Span)>) -> Open {
        let (mut open, mut explained) = (Vec::new(), Vec::new());
        for (words, place) in found {
            let mut left = self.left(words, place);
            let known = self.all.iter_mut().find(|(known, _)| known.what == left.words);
            match known {
                Some((known, is_needed)) => {
                    *is_needed = true;
                    left.why = Some(known.why.clone());
                    explained.push(left);
                }
                None => open.push(left),
            }
        }
        Open { all, open, explained }
    }

    fn left(&self, words: String, place: Span) -> Left {
        let (file, line) = (self.sources.file(place.file).path.clone(), self.sources.line(place));
        Left { words, file, line, why: None }
    }

    fn in_vain(&self) -> Vec<Left> {
        let unneeded = self.all.iter().filter(|(_, is_needed)| !is_needed);
        unneeded.map(|(known, _)| self.left(known.what.clone(), known.place)).collect()
    }
}
