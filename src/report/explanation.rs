//! One patient's result for one indicator, clause by clause, in sentences that a practice manager reads.

mod clauses;
pub mod pathway;

use self::clauses::{Clauses, Hints};
use crate::eval::explain::{Explained, Explanation, Why};
use crate::eval::judge::Outcome;
use crate::ground::{Day, MissingDay};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Figure, FigureValue, Measure, Reason};

/// Whom an explanation is about.
#[derive(Clone, Copy, Debug)]
pub struct Who<'a> {
    /// The patient's id as written.
    pub patient_id: &'a str,
    /// The practice of the registration that counts.
    pub practice_code: &'a str,
}

/// The explanation as text, some tens of lines.
pub fn explanation(book: &Rulebook, explained: &Explanation, who: Who<'_>) -> String {
    let measured = &book.measurements[explained.measurement.index()];
    let measure = &book.measures[measured.measure.index()];
    let text = Clauses {
        book,
        birth: explained.birth,
        left: explained.registration.to,
        last_seen: measured.day,
        out: String::new(),
    };
    let mut page = Page { explained, text };
    page.head(measure, measured.day, who);
    page.text.clause("Register", &explained.register, &measure.register.notes, Hints::None);
    if explained.register.holds {
        page.reasons("Exclusion", &measure.excludes, &explained.excludes);
        let hints = match explained.outcome {
            Some(Outcome::NotAchieved | Outcome::Excepted(_)) => Hints::WhatWouldCount,
            Some(Outcome::Achieved | Outcome::Excluded(_)) | None => Hints::None,
        };
        page.text.clause("Achieved", &explained.achieved, &measure.achieved.notes, hints);
        page.exceptions(measure);
    } else {
        page.text.line(0, "Nothing else is looked at: who is not on the register is not counted.");
        page.text.out.push('\n');
    }
    page.conventions();
    page.code_lists();
    page.foot(measure);
    page.text.out
}

struct Page<'a> {
    explained: &'a Explanation,
    text: Clauses<'a>,
}

impl Page<'_> {
    fn head(&mut self, measure: &Measure, day: Day, who: Who<'_>) {
        let registration = &self.explained.registration;
        self.text.line(0, &format!("{} {} ({})", measure.code, measure.title, self.text.book.name));
        self.text.line(0, &format!("{}, revision {}", self.text.book.title, self.text.book.revision));
        if let Some(says) = &measure.says {
            self.text.line(0, says);
        }
        self.text.out.push('\n');
        let left = registration.to.map_or(String::new(), |to| format!(", left on {}", to.in_words()));
        let who_line = format!(
            "Patient {}, born {}, registered at {} on {}{left}",
            who.patient_id,
            self.explained.birth.in_words(),
            who.practice_code,
            registration.from.in_words(),
        );
        self.text.line(0, &who_line);
        self.text.line(0, &format!("Measured on {}", day.in_words()));
        let result = match self.explained.outcome {
            None => "NOT ON THE REGISTER: not counted".to_owned(),
            Some(Outcome::Achieved) => "ACHIEVED: counts in the denominator and in the numerator".to_owned(),
            Some(Outcome::NotAchieved) => "NOT ACHIEVED: counts in the denominator, not in the numerator".to_owned(),
            Some(outcome @ (Outcome::Excepted(_) | Outcome::Excluded(_))) => {
                let code = outcome.reason(measure).map_or("", |reason| reason.code.as_str());
                let title = outcome.reason(measure).map_or("", |reason| reason.title.as_str());
                let (word, effect) = match outcome {
                    Outcome::Excluded(_) => ("EXCLUDED", "taken off the register"),
                    Outcome::Excepted(_) | Outcome::Achieved | Outcome::NotAchieved => {
                        ("EXCEPTED", "taken out of the denominator (personalised care adjustment)")
                    }
                };
                format!("{word} by {code}, {title}: {effect}")
            }
        };
        self.text.line(0, &format!("Result: {result}"));
        self.text.out.push('\n');
    }

    fn reasons(&mut self, word: &str, reasons: &[Reason], explained: &[Explained]) {
        for (reason, explained) in reasons.iter().zip(explained) {
            let heading = format!("{word} {}, {}", reason.code, reason.title);
            self.text.clause(&heading, explained, &reason.clause.notes, Hints::None);
        }
    }

    fn exceptions(&mut self, measure: &Measure) {
        if measure.excepts.is_empty() {
            return;
        }
        let said = match self.explained.outcome {
            Some(Outcome::Achieved) => "Achieving comes before any exception, so these change nothing:",
            Some(Outcome::Excluded(_)) => "An exclusion comes before any exception, so these change nothing:",
            Some(Outcome::Excepted(_)) => "Exceptions, of which the first that holds is the reason:",
            Some(Outcome::NotAchieved) | None => "Exceptions, of which none holds:",
        };
        self.text.line(0, said);
        self.text.out.push('\n');
        self.reasons("Exception", &measure.excepts, &self.explained.excepts);
    }

    fn conventions(&mut self) {
        for (date, ours, other) in &self.explained.by_convention {
            let name = &self.text.book.date_words[date.index()];
            let taken = match self.text.book.missing_day {
                MissingDay::LastDay => "the month's last day",
                MissingDay::NextDay => "the day after the month",
            };
            let said = format!(
                "{name} is {}: the month lacks the day it falls on, and this rulebook takes {taken} (by the other convention: {})",
                ours.in_words(),
                other.in_words()
            );
            self.text.line(0, &said);
        }
        if self.explained.unseen_events > 0 {
            let records = if self.explained.unseen_events == 1 { "record" } else { "records" };
            let (count, day) = (self.explained.unseen_events, self.text.last_seen.in_words());
            self.text.line(0, &format!("{count} {records} with these codes after {day}: not looked at"));
        }
        if !self.explained.by_convention.is_empty() || self.explained.unseen_events > 0 {
            self.text.out.push('\n');
        }
    }

    /// The code lists that were counted: a dose under a code that its list lacks is not seen.
    fn code_lists(&mut self) {
        let explained = self.explained;
        let register = std::iter::once(&explained.register);
        let beyond = std::iter::once(&explained.achieved).chain(&explained.excludes).chain(&explained.excepts);
        let clauses = register.chain(beyond.filter(|_| explained.register.holds));
        let counted = ClusterSet(clauses.fold(0, |set, clause| set | counted_in(clause).0));
        if counted == ClusterSet::default() {
            return;
        }
        self.text.line(0, "Codes");
        for at in counted.iter() {
            let cluster = &self.text.book.clusters[at];
            let codes = cluster.codes.len();
            let codes = if codes == 1 { "1 code".to_owned() } else { format!("{codes} codes") };
            let whole = if cluster.complete { "" } else { ", not the whole official list" };
            self.text.line(1, &format!("{}: {} ({codes}{whole})", cluster.name, cluster.title));
        }
        self.text.out.push('\n');
    }

    fn foot(&mut self, measure: &Measure) {
        self.text.line(0, &format!("Sources for {}", measure.code));
        self.text.notes(1, &measure.notes);
        let own = self.text.book.measure(&measure.code);
        let figures: Vec<Figure> =
            self.text.book.figures.iter().filter(|figure| figure.owner == own && own.is_some()).cloned().collect();
        for figure in figures {
            self.text.line(1, &figure_line(self.text.book, &figure));
            if let Some(conflict) = &figure.conflict {
                self.text.line(2, &format!("sources disagree: {conflict}"));
            }
        }
        self.text.line(
            1,
            &format!(
                "rulebook {} revision {}, digest {}",
                self.text.book.name,
                self.text.book.revision,
                &self.text.book.digest[..12]
            ),
        );
    }
}

/// A figure with its unit, status and source: `lower_threshold 86 % (official: NHS England's letter of …)`.
pub fn figure_line(book: &Rulebook, figure: &Figure) -> String {
    let value = match &figure.value {
        FigureValue::Is(amount) => format!("{amount}"),
        FigureValue::IsDate(day) => day.in_words(),
        FigureValue::Unset(why) => return format!("{} is not set: {why}", figure.name),
        FigureValue::Absent(why) => return format!("{}: none, {why}", figure.name),
    };
    let said = match figure.unit_word.strip_prefix('£') {
        Some(per) => format!("£{value}{per}"),
        None => format!("{value} {}", figure.unit_word).trim_end().to_owned(),
    };
    let status = figure.status.map_or("", |status| status.word());
    let source = figure.source.map_or("", |source| book.sources[source.index()].title.as_str());
    format!("{} {said} ({status}: {source})", figure.name)
}

/// The clusters that a clause and its parts count.
fn counted_in(explained: &Explained) -> ClusterSet {
    let own = match &explained.why {
        Why::Count { clusters, .. } => clusters.0,
        Why::Parts
        | Why::Falls { .. }
        | Why::Registered { .. }
        | Why::Exists { .. }
        | Why::Records { .. }
        | Why::Things { .. }
        | Why::Rows { .. }
        | Why::Known => 0,
    };
    ClusterSet(explained.parts.iter().fold(own, |set, part| set | counted_in(part).0))
}
