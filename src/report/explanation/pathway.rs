//! Why one child is in the state of a pathway that it is in, and what would move it, in sentences.

use super::Who;
use super::clauses::{Clauses, Hints};
use crate::eval::explain::Explained;
use crate::eval::judge::Outcome;
use crate::eval::pathway::explain::PathwayExplanation;
use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{Condition, Notes};
use crate::model::pathway::{Pathway, StateId};

/// The explanation as text, some tens of lines.
pub fn pathway_explanation(
    book: &Rulebook,
    pathway: &Pathway,
    explained: &PathwayExplanation,
    as_of: Day,
    who: Who<'_>,
) -> String {
    let text =
        Clauses { book, birth: explained.birth, left: explained.registration.to, last_seen: as_of, out: String::new() };
    let mut page = Page { pathway, explained, text };
    page.head(as_of, who);
    let Some(state) = explained.state else { return page.text.out };
    page.states(state);
    page.moves(state);
    page.alerts();
    page.foot();
    page.text.out
}

struct Page<'a> {
    pathway: &'a Pathway,
    explained: &'a PathwayExplanation,
    text: Clauses<'a>,
}

impl Page<'_> {
    fn head(&mut self, as_of: Day, who: Who<'_>) {
        let (book, registration) = (self.text.book, &self.explained.registration);
        self.text.line(0, &format!("{} ({})", self.pathway.title, book.name));
        self.text.line(0, &format!("{}, revision {}", book.title, book.revision));
        self.text.out.push('\n');
        self.text.line(
            0,
            &format!(
                "Patient {}, born {}, registered at {} on {}",
                who.patient_id,
                self.explained.birth.in_words(),
                who.practice_code,
                registration.from.in_words()
            ),
        );
        self.text.line(0, &format!("As of {}", as_of.in_words()));
        self.outcomes();
        match self.explained.state {
            Some(state) => {
                let state = &self.pathway.states[state.index()];
                self.text.line(0, &format!("State: {}, {}", state.name, state.title));
                if let Some(exception) = &state.exception {
                    let said = "local only: the national denominator keeps the child";
                    self.text.line(0, &format!("Reported as {}, {} ({said})", exception.code, exception.title));
                }
                if let Some(next) = self.explained.next {
                    self.text.line(0, &format!("Next: {}", state.next[next].text));
                }
            }
            None => self.text.line(0, "Not pursued: only who has not achieved an indicator is"),
        }
        self.text.out.push('\n');
    }

    fn outcomes(&mut self) {
        let book = self.text.book;
        let used = &book.uses[self.pathway.year_end.index()].book.name;
        for (indicator, outcome) in self.pathway.indicators.iter().zip(&self.explained.outcomes) {
            let code = &book.measures[indicator.index()].code;
            let said = match outcome {
                None => "not on the register",
                Some(Outcome::Achieved) => "achieved",
                Some(Outcome::NotAchieved) => "not achieved",
                Some(Outcome::Excepted(_)) => "excepted by the national rules, so not pursued for it",
                Some(Outcome::Excluded(_)) => "excluded by the national rules, so not pursued for it",
            };
            self.text.line(0, &format!("{code} of {used}: {said}"));
        }
    }

    /// The states up to the one that holds: what comes after it is not looked at.
    fn states(&mut self, found: StateId) {
        for (at, (state, explained)) in self.pathway.states.iter().zip(&self.explained.states).enumerate() {
            if at > found.index() {
                break;
            }
            let heading = format!("State {}, {}", state.name, state.title);
            match explained {
                Some(explained) => self.text.clause(&heading, explained, &state.notes, Hints::None),
                None => {
                    self.text.line(0, &format!("{heading}: yes, for none of those above holds"));
                    self.text.out.push('\n');
                }
            }
        }
    }

    /// What would bring the child into an earlier state, which comes before the one it is in.
    fn moves(&mut self, found: StateId) {
        self.text.line(0, "What would move this child");
        self.text.line(1, "out of the pathway: achieving, or a national exception (`uptake explain` says what lacks)");
        for (state, explained) in self.pathway.states.iter().zip(&self.explained.states).take(found.index()) {
            let Some(explained) = explained else { continue };
            let mut wanted = Vec::new();
            unmet(self.text.book, explained, &mut wanted);
            self.text.line(1, &format!("to {}: {}", state.name, wanted.join(", and ")));
        }
        self.text.out.push('\n');
    }

    fn alerts(&mut self) {
        let raised: Vec<_> =
            self.pathway.alerts.iter().zip(&self.explained.alerts).filter(|(_, explained)| explained.holds).collect();
        if raised.is_empty() {
            self.text.line(0, "No alert");
            self.text.out.push('\n');
            return;
        }
        for (alert, explained) in raised {
            self.text.line(0, &format!("Alert {}, {}", alert.name, alert.title));
            self.text.line(1, &format!("do: {}", alert.to_do));
            if let Some(template) = &alert.template {
                self.text.line(1, &format!("code with: {template}"));
            }
            self.text.explained(1, explained, Hints::None);
            self.text.notes(1, &alert.notes);
            self.text.out.push('\n');
        }
    }

    fn foot(&mut self) {
        self.text.line(0, "Sources for the pathway");
        let notes: &Notes = &self.pathway.notes;
        self.text.notes(1, notes);
        let book = self.text.book;
        self.text.line(1, &format!("rulebook {} revision {}, digest {}", book.name, book.revision, &book.digest[..12]));
    }
}

/// What must come to hold, or no longer hold, for a condition to do so; of several ways, each.
fn unmet(book: &Rulebook, explained: &Explained, wanted: &mut Vec<String>) {
    if explained.holds {
        return;
    }
    let words = &book.condition_words[explained.condition.index()].text;
    match &book.conditions[explained.condition.index()] {
        Condition::All(_) => explained.parts.iter().for_each(|part| unmet(book, part, wanted)),
        Condition::Any(_) => {
            let ways = explained.parts.iter().map(|part| {
                let mut way = Vec::new();
                unmet(book, part, &mut way);
                way.join(" and ")
            });
            wanted.push(ways.collect::<Vec<_>>().join(", or "));
        }
        Condition::Not(_)
        | Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => wanted.push(words.clone()),
    }
}
