//! One patient's result for one indicator, clause by clause, in sentences that a practice manager reads.

use std::fmt::Write;

use crate::eval::explain::{Explained, Explanation, Why};
use crate::eval::judge::Outcome;
use crate::ground::{Day, MissingDay, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, Date, DateId, Figure, Measure, Notes, Reason};
use crate::report::wording::{cluster_line, conflict_line, figure_line, note_lines};

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
    let mut page = Page { book, explained, out: String::new() };
    page.head(measure, measured.day, who);
    page.clause("Register", &explained.register, &measure.register.notes, Hints::None);
    if explained.register.holds {
        page.reasons("Exclusion", &measure.excludes, &explained.excludes);
        let hints = match explained.outcome {
            Some(Outcome::NotAchieved | Outcome::Excepted(_)) => Hints::WhatWouldCount,
            Some(Outcome::Achieved | Outcome::Excluded(_)) | None => Hints::None,
        };
        page.clause("Achieved", &explained.achieved, &measure.achieved.notes, hints);
        page.exceptions(measure);
    } else {
        page.line(0, "Nothing else is looked at: who is not on the register is not counted.");
        page.out.push('\n');
    }
    page.conventions();
    page.code_lists();
    page.foot(measure);
    page.out
}

/// Whether a clause that does not hold is followed by what would make it hold: what achieves is to be done, while nobody
/// should be led to record a reason for an exception.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hints {
    WhatWouldCount,
    None,
}

struct Page<'a> {
    book: &'a Rulebook,
    explained: &'a Explanation,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = depth * 2);
    }

    fn head(&mut self, measure: &Measure, day: Day, who: Who<'_>) {
        let registration = &self.explained.registration;
        self.line(0, &format!("{} {} ({})", measure.code, measure.title, self.book.name));
        self.line(0, &format!("{}, revision {}", self.book.title, self.book.revision));
        if let Some(says) = &measure.says {
            self.line(0, says);
        }
        self.out.push('\n');
        let left = registration.to.map_or(String::new(), |to| format!(", left on {}", to.in_words()));
        let who_line = format!(
            "Patient {}, born {}, registered at {} on {}{left}",
            who.patient_id,
            self.explained.birth.in_words(),
            who.practice_code,
            registration.from.in_words(),
        );
        self.line(0, &who_line);
        self.line(0, &format!("Measured on {}", day.in_words()));
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
        self.line(0, &format!("Result: {result}"));
        self.out.push('\n');
    }

    fn clause(&mut self, heading: &str, explained: &Explained, notes: &Notes, hints: Hints) {
        let answer = if explained.holds { "yes" } else { "no" };
        self.line(0, &format!("{heading}: {answer}"));
        self.explained(1, explained, hints);
        self.notes(1, notes);
        self.out.push('\n');
    }

    fn reasons(&mut self, word: &str, reasons: &[Reason], explained: &[Explained]) {
        for (reason, explained) in reasons.iter().zip(explained) {
            let heading = format!("{word} {}, {}", reason.code, reason.title);
            self.clause(&heading, explained, &reason.clause.notes, Hints::None);
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
        self.line(0, said);
        self.out.push('\n');
        self.reasons("Exception", &measure.excepts, &self.explained.excepts);
    }

    fn explained(&mut self, depth: usize, explained: &Explained, hints: Hints) {
        let words = &self.book.condition_words[explained.condition.index()];
        let mark = if explained.holds { "✓" } else { "✗" };
        let condition = &self.book.conditions[explained.condition.index()];
        let said = match (condition, &words.name) {
            (Condition::All(_), None) => "all of these".to_owned(),
            (Condition::Any(_), None) => "any of these".to_owned(),
            (Condition::All(_), Some(name)) => format!("{name}: all of these"),
            (Condition::Any(_), Some(name)) => format!("{name}: any of these"),
            (_, Some(name)) => format!("{name}: {}", words.text),
            (_, None) => words.text.clone(),
        };
        self.line(depth, &format!("{mark} {said}"));
        for reason in self.why(explained, hints) {
            self.line(depth + 2, &reason);
        }
        // What is denied is not to be brought about, and what holds wants nothing more.
        let is_denied = matches!(condition, Condition::Not(_));
        let hints = if explained.holds || is_denied { Hints::None } else { hints };
        for part in &explained.parts {
            self.explained(depth + 1, part, hints);
        }
        let notes = words.notes.clone();
        self.notes(depth + 1, &notes);
    }

    fn why(&self, explained: &Explained, hints: Hints) -> Vec<String> {
        match &explained.why {
            Why::Parts => Vec::new(),
            Why::Count { .. } => self.why_count(explained, hints),
            Why::Falls { date, day, days } => vec![self.why_falls(*date, *day, *days)],
            Why::Registered { on, death } => vec![self.why_registered(explained.holds, *on, *death)],
            Why::Exists { date, day } => {
                let name = &self.book.date_words[date.index()];
                vec![match day {
                    Some(day) => format!("{name} is {}", self.dated(*day)),
                    None => format!("there is no {name}"),
                }]
            }
        }
    }

    fn why_registered(&self, holds: bool, on: Option<Day>, death: Option<Day>) -> String {
        let day = on.map_or("that day".to_owned(), Day::in_words);
        match (holds, death) {
            (true, _) => format!("on the practice's list on {day}"),
            (false, Some(death)) => format!("died on {}", death.in_words()),
            (false, None) => match self.explained.registration.to {
                Some(to) => format!("left the list on {}, so is not on it on {day}", to.in_words()),
                None => format!("not on the list on {day}"),
            },
        }
    }

    fn why_falls(&self, date: DateId, day: Option<Day>, days: Option<(Day, Day)>) -> String {
        let name = &self.book.date_words[date.index()];
        let Some(day) = day else { return format!("there is no {name}") };
        let said = format!("{name} is {}", day.in_words());
        match days {
            None => format!("{said}, but a date that it is held against is not there"),
            Some((first, _)) if day < first => {
                format!("{said}, {} before {}", in_days(first.days_since(day)), first.in_words())
            }
            Some((_, last)) if day > last => {
                format!("{said}, {} after {}", in_days(day.days_since(last)), last.in_words())
            }
            Some((first, last)) => match (first <= Day::FIRST, last >= Day::LAST) {
                (true, true) => said,
                (true, false) => format!("{said}, on or before {}", last.in_words()),
                (false, true) => format!("{said}, on or after {}", first.in_words()),
                (false, false) => format!("{said}, within {} to {}", first.in_words(), last.in_words()),
            },
        }
    }

    fn why_count(&self, explained: &Explained, hints: Hints) -> Vec<String> {
        let Why::Count { at_least, at_most, clusters, counted, outside, days, missing } = &explained.why else {
            return Vec::new();
        };
        let names: Vec<&str> = clusters.iter().map(|at| self.book.clusters[at].name.as_str()).collect();
        let names = names.join(" or ");
        if let Some(missing) = missing {
            return vec![format!("there is no {}, so no day counts", self.book.date_words[missing.index()])];
        }
        let Some((first, last)) = *days else { return Vec::new() };
        // What is recorded after the measurement day is not looked at, whatever the rule would let in.
        let last_seen = last.min(self.measured_on());
        let when = span(first, last_seen).map_or(String::new(), |span| format!(" {span}"));
        let dated: Vec<String> = counted.iter().map(|day| self.dated(*day)).collect();
        let dated = if dated.is_empty() { String::new() } else { format!(": {}", dated.join(", ")) };
        let mut lines = vec![format!("{names}{when}: {}{dated}", found(counted.len(), *at_least, *at_most))];
        let too_few = counted.len() < *at_least as usize;
        if too_few {
            lines.extend(outside.iter().map(|day| self.missed(explained, *day, first, last)));
        } else if !outside.is_empty() {
            let outside: Vec<String> = outside.iter().map(|day| self.dated(*day)).collect();
            lines.push(format!("outside that time: {}", outside.join(", ")));
        }
        if too_few && hints == Hints::WhatWouldCount {
            lines.push(self.what_would_count(*at_least as usize - counted.len(), &names, first, last_seen));
        }
        lines
    }

    fn measured_on(&self) -> Day {
        self.book.measurements[self.explained.measurement.index()].day
    }

    /// Why a day outside the window does not count.
    fn missed(&self, explained: &Explained, day: Day, first: Day, last: Day) -> String {
        let dated = self.dated(day);
        if let Some(name) = self.starts_from(explained, day, first) {
            return format!("{dated} is {name} itself");
        }
        let how = if day < first {
            format!("too early by {}", in_days(first.days_since(day)))
        } else {
            format!("too late by {}", in_days(day.days_since(last)))
        };
        format!("{dated} does not count: {how}")
    }

    /// The name of the event after which a window opens, if it was on the day before it opens.
    fn starts_from(&self, explained: &Explained, day: Day, first: Day) -> Option<&str> {
        let Condition::Count { window, .. } = &self.book.conditions[explained.condition.index()] else { return None };
        let is_event = |date: DateId| matches!(self.book.dates[date.index()], Date::Nth { .. });
        let edge = window.from.iter().find(|edge| edge.shift_days == 1 && is_event(edge.date))?;
        (day.plus_days(1) == first).then(|| self.book.date_words[edge.date.index()].as_str())
    }

    fn what_would_count(&self, missing: usize, names: &str, first: Day, last: Day) -> String {
        let first = first.max(self.explained.birth);
        let room = last.days_since(first) + 1;
        if (room.max(0) as usize) < missing {
            return "nothing would count: the time has no room for it".to_owned();
        }
        let days = if missing == 1 { "1 more day" } else { &format!("{missing} more days") };
        match span(first, last) {
            Some(span) => format!("would count: {names} on {days} {span}"),
            None => format!("would count: {names} on {days}"),
        }
    }

    /// A day with the patient's age on it.
    fn dated(&self, day: Day) -> String {
        format!("{} ({})", day.in_words(), age(self.explained.birth, day))
    }

    fn notes(&mut self, depth: usize, notes: &Notes) {
        note_lines(self.book, notes).iter().for_each(|note| self.line(depth, note));
    }

    fn conventions(&mut self) {
        for (date, ours, other) in &self.explained.by_convention {
            let name = &self.book.date_words[date.index()];
            let taken = match self.book.missing_day {
                MissingDay::LastDay => "the month's last day",
                MissingDay::NextDay => "the day after the month",
            };
            let said = format!(
                "{name} is {}: the month lacks the day it falls on, and this rulebook takes {taken} (by the other convention: {})",
                ours.in_words(),
                other.in_words()
            );
            self.line(0, &said);
        }
        if self.explained.unseen_events > 0 {
            let records = if self.explained.unseen_events == 1 { "record" } else { "records" };
            let (count, day) = (self.explained.unseen_events, self.measured_on().in_words());
            self.line(0, &format!("{count} {records} with these codes after {day}: not looked at"));
        }
        if !self.explained.by_convention.is_empty() || self.explained.unseen_events > 0 {
            self.out.push('\n');
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
        self.line(0, "Codes");
        for at in counted.iter() {
            let cluster = &self.book.clusters[at];
            self.line(1, &cluster_line(cluster));
        }
        self.out.push('\n');
    }

    fn foot(&mut self, measure: &Measure) {
        self.line(0, &format!("Sources for {}", measure.code));
        self.notes(1, &measure.notes);
        let own = self.book.measure(&measure.code);
        let figures: Vec<Figure> =
            self.book.figures.iter().filter(|figure| figure.owner == own && own.is_some()).cloned().collect();
        for figure in figures {
            self.line(1, &figure_line(self.book, &figure));
            if let Some(conflict) = &figure.conflict {
                self.line(2, &conflict_line(conflict));
            }
        }
        self.line(
            1,
            &format!("rulebook {} revision {}, digest {}", self.book.name, self.book.revision, &self.book.digest[..12]),
        );
    }
}

/// How many days were found, beside how many there should be.
fn found(found: usize, at_least: u32, at_most: Option<u32>) -> String {
    let count = if found == 0 { "none".to_owned() } else { found.to_string() };
    match (at_least, at_most) {
        (1, None) if found > 0 => count,
        (least, None) if found > 0 && found < least as usize => format!("{count} of the {least} needed"),
        (least, None) => format!("{count}, and {least} needed"),
        (least, Some(most)) if least == most && found == most as usize => format!("{count}, as it must be"),
        (0, Some(0)) => format!("{count}, and there must be none"),
        (0, Some(most)) => format!("{count}, and at most {most} allowed"),
        (_, Some(most)) => format!("{count}, and exactly {most} needed"),
    }
}

/// The clusters that a clause and its parts count.
fn counted_in(explained: &Explained) -> ClusterSet {
    let own = match &explained.why {
        Why::Count { clusters, .. } => clusters.0,
        Why::Parts | Why::Falls { .. } | Why::Registered { .. } | Why::Exists { .. } => 0,
    };
    ClusterSet(explained.parts.iter().fold(own, |set, part| set | counted_in(part).0))
}

/// `from 1 April 2023 to 31 March 2024`; None for every day.
fn span(first: Day, last: Day) -> Option<String> {
    match (first <= Day::FIRST, last >= Day::LAST) {
        (true, true) => None,
        (true, false) => Some(format!("by {}", last.in_words())),
        (false, true) => Some(format!("from {}", first.in_words())),
        (false, false) => Some(format!("from {} to {}", first.in_words(), last.in_words())),
    }
}

fn in_days(days: i32) -> String {
    if days == 1 { "1 day".to_owned() } else { format!("{days} days") }
}

/// An age in words: weeks and days in the first half year, months up to five years, then years and months.
fn age(birth: Day, day: Day) -> String {
    let days = day.days_since(birth);
    if days < 0 {
        return format!("{} before birth", in_days(-days));
    }
    if days < 183 {
        let (weeks, rest) = (days / 7, days % 7);
        let rest = if rest == 0 { String::new() } else { format!(" {}", in_days(rest)) };
        return if weeks == 0 { in_days(days) } else { format!("{} old", plural(weeks as u32, Unit::Weeks) + &rest) };
    }
    let has_passed = |count: u32| birth.plus(Period { count, unit: Unit::Months }, MissingDay::LastDay) <= day;
    let months = (1..=2400).take_while(|count| has_passed(*count)).last().unwrap_or(0);
    match (months / 12, months % 12) {
        (0..5, _) => format!("{} old", plural(months, Unit::Months)),
        (years, 0) => format!("{} old", plural(years, Unit::Years)),
        (years, rest) => format!("{} {} old", plural(years, Unit::Years), plural(rest, Unit::Months)),
    }
}

fn plural(count: u32, unit: Unit) -> String {
    Period { count, unit }.to_string()
}
