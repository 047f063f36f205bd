//! Conditions in sentences: whether each holds, what decided it, and what would bring it about.

use std::fmt::Write;

use crate::eval::explain::{Explained, Why};
use crate::ground::{Day, MissingDay, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{Condition, Date, DateId, Notes};
use crate::model::pathway::RowTable;

/// Whether a clause that does not hold is followed by what would make it hold: what achieves is to be done, while nobody
/// should be led to record a reason for an exception.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Hints {
    WhatWouldCount,
    None,
}

/// A text that is being written about one patient's conditions.
pub(super) struct Clauses<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) birth: Day,
    /// When the patient left the list of the registration that counts.
    pub(super) left: Option<Day>,
    /// What is recorded after this day is not looked at.
    pub(super) last_seen: Day,
    pub(super) out: String,
}

impl Clauses<'_> {
    pub(super) fn line(&mut self, depth: usize, text: &str) {
        let _ = writeln!(self.out, "{:width$}{text}", "", width = depth * 2);
    }

    pub(super) fn clause(&mut self, heading: &str, explained: &Explained, notes: &Notes, hints: Hints) {
        let answer = if explained.holds { "yes" } else { "no" };
        self.line(0, &format!("{heading}: {answer}"));
        self.explained(1, explained, hints);
        self.notes(1, notes);
        self.out.push('\n');
    }

    pub(super) fn explained(&mut self, depth: usize, explained: &Explained, hints: Hints) {
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
            Why::Records { at_least, at_most, counted } => {
                let dated: Vec<String> = counted.iter().map(|day| self.dated(*day)).collect();
                let dated = if dated.is_empty() { String::new() } else { format!(": {}", dated.join(", ")) };
                vec![format!("{}{dated}", found(counted.len(), *at_least, *at_most))]
            }
            Why::Things { at_least, at_most, said } => {
                let named = if said.is_empty() { String::new() } else { format!(": {}", said.join(", ")) };
                vec![format!("{}{named}", found(said.len(), *at_least, *at_most))]
            }
            Why::Rows { table, rows } => {
                let (one, many) = match table {
                    RowTable::Appointment => ("appointment", "appointments"),
                    RowTable::Slot => ("slot", "slots"),
                };
                vec![match rows {
                    0 => format!("there is no {one} at all"),
                    1 => format!("there is 1 {one}"),
                    rows => format!("there are {rows} {many}"),
                }]
            }
            Why::Known => Vec::new(),
        }
    }

    fn why_registered(&self, holds: bool, on: Option<Day>, death: Option<Day>) -> String {
        let day = on.map_or("that day".to_owned(), Day::in_words);
        match (holds, death) {
            (true, _) => format!("on the practice's list on {day}"),
            (false, Some(death)) => format!("died on {}", death.in_words()),
            (false, None) => match self.left {
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
        let last_seen = last.min(self.last_seen);
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
        let first = first.max(self.birth);
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
    pub(super) fn dated(&self, day: Day) -> String {
        format!("{} ({})", day.in_words(), age(self.birth, day))
    }

    pub(super) fn notes(&mut self, depth: usize, notes: &Notes) {
        for (source, status) in &notes.sources {
            let title = &self.book.sources[source.index()].title;
            self.line(depth, &format!("source ({}): {title}", status.word()));
        }
        for conflict in &notes.conflicts {
            self.line(depth, &format!("sources disagree: {conflict}"));
        }
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
