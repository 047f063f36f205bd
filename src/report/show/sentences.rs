//! Conditions and days as English, from the checked rulebook: the words of the rule file are not looked at.
//!
//! A condition becomes a predicate of a person, `is registered at the year's end (31 March 2024)`, and a clause a
//! sentence around it. What does not fit one sentence becomes a list.

use serde::Serialize;

use crate::eval::births::born_between;
use crate::ground::{Day, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Measure, MeasureId, Window};
use crate::report::show::beside::{exists_in_row, falls_in_row};

/// More parts than this make a list rather than a sentence.
const MOST_IN_A_SENTENCE: usize = 3;

/// Ages below this are a child's.
const ADULT_AGE_YEARS: u32 = 18;

/// A sentence, or the start of one that its parts go on with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Sentence {
    /// The words; they end with a colon where parts follow.
    pub text: String,
    /// The parts, each with parts of its own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Sentence>,
}

impl Sentence {
    pub(super) fn flat(text: impl Into<String>) -> Sentence {
        Sentence { text: text.into(), parts: Vec::new() }
    }
}

/// A rulebook read aloud for one measure, or for a fee.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    pub(super) book: &'a Rulebook,
    /// The day that is measured, where there is one for all.
    pub(super) day: Option<Day>,
    /// `child` or `patient`.
    pub(super) who: &'static str,
    /// What the predicates are about.
    pub(super) about: About,
}

/// What a predicate is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum About {
    Person,
    /// An appointment or a slot.
    Row,
}

impl<'a> Speaker<'a> {
    /// Reads a measure aloud.
    pub fn of_measure(book: &'a Rulebook, id: MeasureId) -> Speaker<'a> {
        let mut days = book.measurements.iter().filter(|measured| measured.measure == id).map(|measured| measured.day);
        let first = days.next();
        let day = if days.next().is_none() { first } else { None };
        let who = if is_of_children(book, &book.measures[id.index()]) { "child" } else { "patient" };
        Speaker { book, day, who, about: About::Person }
    }

    /// Reads what belongs to no measure aloud.
    pub fn of_book(book: &'a Rulebook) -> Speaker<'a> {
        Speaker { book, day: None, who: "patient", about: About::Person }
    }

    /// Reads a pathway aloud.
    pub fn of_pathway(book: &'a Rulebook) -> Speaker<'a> {
        Speaker { who: "child", ..Speaker::of_book(book) }
    }

    /// `A child is on the register who …`
    pub fn register(&self, condition: ConditionId) -> Sentence {
        self.around(&format!("A {} is on the register who", self.who), condition)
    }

    /// `A child achieves it who …`
    pub fn achieved(&self, condition: ConditionId) -> Sentence {
        self.around(&format!("A {} achieves it who", self.who), condition)
    }

    /// `Achieved or not, a child is taken off the register who …`
    pub fn excluded(&self, condition: ConditionId) -> Sentence {
        self.around(&format!("Achieved or not, a {} is taken off the register who", self.who), condition)
    }

    /// `Unless it is achieved, a child is taken out of the denominator who …`
    pub fn excepted(&self, condition: ConditionId) -> Sentence {
        self.around(&format!("Unless it is achieved, a {} is taken out of the denominator who", self.who), condition)
    }

    /// The predicate alone, for a defined name: `has mmr recorded on at least 2 different days …`
    pub fn condition(&self, condition: ConditionId) -> Sentence {
        self.predicate(condition, Naming::Left)
    }

    pub(super) fn around(&self, start: &str, condition: ConditionId) -> Sentence {
        let Sentence { text, parts } = self.told(start, condition);
        let end = if parts.is_empty() { "." } else { "" };
        Sentence { text: text + end, parts }
    }

    /// The same without a full stop.
    pub(super) fn told(&self, start: &str, condition: ConditionId) -> Sentence {
        let Sentence { text, parts } = self.predicate(condition, Naming::Said);
        Sentence { text: format!("{start} {text}"), parts }
    }

    pub(super) fn predicate(&self, id: ConditionId, naming: Naming) -> Sentence {
        let name = self.book.condition_words[id.index()].name.as_deref().filter(|_| naming == Naming::Said);
        let named = name.map_or(String::new(), |name| format!(" ({name})"));
        match &self.book.conditions[id.index()] {
            Condition::All(parts) => self.compound(parts, "and", "all", &named),
            Condition::Any(parts) => self.compound(parts, "or", "any", &named),
            Condition::Not(inner) => self.denied(*inner, &named),
            Condition::Beside(beside) => self.beside(beside, Mood::Said, &named),
            Condition::Count { .. } | Condition::Falls { .. } | Condition::RegisteredAt(_) | Condition::Exists(_) => {
                Sentence::flat(self.leaf(id, Mood::Said) + &named)
            }
        }
    }

    fn denied(&self, id: ConditionId, named: &str) -> Sentence {
        // `not two_mmr`: what is denied has the name.
        let inner = self.book.condition_words[id.index()].name.as_deref();
        let inner = inner.map_or(String::new(), |name| format!(" (not {name})"));
        let named = if named.is_empty() { inner.as_str() } else { named };
        match &self.book.conditions[id.index()] {
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => Sentence {
                text: format!("is one {} this is not so{named}:", self.of_whom()),
                parts: vec![self.predicate(id, Naming::Left)],
            },
            Condition::Beside(beside) => self.beside(beside, Mood::Denied, named),
            Condition::Count { .. } | Condition::Falls { .. } | Condition::RegisteredAt(_) | Condition::Exists(_) => {
                Sentence::flat(self.leaf(id, Mood::Denied) + named)
            }
        }
    }

    /// `for whom`, of a person.
    fn of_whom(&self) -> &'static str {
        match self.about {
            About::Person => "for whom",
            About::Row => "of which",
        }
    }

    fn compound(&self, parts: &[ConditionId], joint: &str, quantity: &str, named: &str) -> Sentence {
        let told: Vec<Sentence> = parts.iter().map(|part| self.predicate(*part, Naming::Said)).collect();
        let is_compound =
            |part: &ConditionId| matches!(self.book.conditions[part.index()], Condition::All(_) | Condition::Any(_));
        let is_short = parts.len() <= MOST_IN_A_SENTENCE && named.is_empty();
        if is_short && !parts.iter().any(is_compound) && told.iter().all(|part| part.parts.is_empty()) {
            let texts: Vec<String> = told.into_iter().map(|part| part.text).collect();
            return Sentence::flat(texts.join(&format!(" {joint} ")));
        }
        Sentence { text: format!("meets {quantity} of these{named}:"), parts: told }
    }

    /// A condition without parts, said or denied.
    fn leaf(&self, id: ConditionId, mood: Mood) -> String {
        let said = self.bare_leaf(id, mood);
        if self.about == About::Row && !self.is_of_the_row(id) {
            return format!("concerns a {} who {said}", self.who);
        }
        said
    }

    /// True for a condition on a date of the appointment or slot itself.
    fn is_of_the_row(&self, id: ConditionId) -> bool {
        match &self.book.conditions[id.index()] {
            Condition::Falls { date, .. } | Condition::Exists(date) => self.hangs_on_the_row(*date),
            Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Count { .. }
            | Condition::RegisteredAt(_)
            | Condition::Beside(_) => false,
        }
    }

    fn bare_leaf(&self, id: ConditionId, mood: Mood) -> String {
        match &self.book.conditions[id.index()] {
            Condition::Count { clusters, at_least, at_most, window } => {
                self.count(*clusters, (*at_least, *at_most), mood) + &self.window(window)
            }
            Condition::Falls { date, window } => self.falls(*date, window, mood),
            Condition::RegisteredAt(date) => {
                let not = if mood == Mood::Denied { "not " } else { "" };
                format!("is {not}registered {}", self.at(*date))
            }
            Condition::Exists(date) => {
                if let Date::OfRow(row) = &self.book.dates[date.index()] {
                    return exists_in_row(*row, mood);
                }
                let no = if mood == Mood::Denied { "no" } else { "a" };
                format!("has {no} {}", self.date(*date))
            }
            // What has parts, or stands beside the records, is never asked for here.
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Beside(_) => String::new(),
        }
    }

    fn count(&self, clusters: ClusterSet, (at_least, at_most): (u32, Option<u32>), mood: Mood) -> String {
        let what = self.clusters(clusters);
        let often = match (at_least, at_most) {
            (0, Some(0)) => {
                let no = if mood == Mood::Denied { "" } else { "no " };
                return format!("has {no}{what} recorded");
            }
            (at_least, at_most) => on_days(at_least, at_most),
        };
        match mood {
            Mood::Said => format!("has {what} recorded{often}"),
            Mood::Denied if often.is_empty() => format!("has no {what} recorded"),
            Mood::Denied => format!("does not have {what} recorded{often}"),
        }
    }

    fn falls(&self, date: DateId, window: &Window, mood: Mood) -> String {
        let when = self.window(window);
        let said = mood == Mood::Said;
        match &self.book.dates[date.index()] {
            Date::Birth => format!("{}{when}", if said { "was born" } else { "was not born" }),
            Date::Registration => format!("{}{when}", if said { "registered" } else { "did not register" }),
            Date::After(from, period) if self.book.dates[from.index()] == Date::Birth => {
                let born = self.day.and_then(|day| born_between(self.book, day, date, window));
                let born = born.map_or(String::new(), |(first, last)| {
                    format!(" (born from {} to {})", first.in_words(), last.in_words())
                });
                // `reaches 1 year after …` would be another age.
                let age = if when.starts_with(" in the ") { "" } else { "the age of " };
                format!("{} {age}{period}{when}{born}", if said { "reaches" } else { "does not reach" })
            }
            Date::Nth { .. } => format!("{} {}{when}", if said { "has" } else { "does not have" }, self.date(date)),
            Date::OfRow(row) => falls_in_row(*row, mood).to_owned() + &when,
            Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::Calendar(_)
            | Date::After(..)
            | Date::Before(..) => {
                let lies = if said { "lies" } else { "does not lie" };
                format!("is one {} {} {lies}{when}", self.of_whom(), self.date(date))
            }
        }
    }

    /// The names of clusters: `shingles_live or shingles_inactivated`.
    pub fn clusters(&self, clusters: ClusterSet) -> String {
        let names: Vec<&str> = clusters.iter().map(|at| self.book.clusters[at].name.as_str()).collect();
        names.join(" or ")
    }
}

/// Whether the name that a condition was given is said behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    Said,
    Left,
}

/// Whether a condition is to hold or not to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Said,
    Denied,
}

/// How often, with a blank before it: ` on at least 2 different days`; nothing for once or more.
pub(super) fn on_days(at_least: u32, at_most: Option<u32>) -> String {
    let days = |count: u32| if count == 1 { "1 day".to_owned() } else { format!("{count} different days") };
    match (at_least, at_most) {
        (1, None) => String::new(),
        (least, None) => format!(" on at least {}", days(least)),
        (0, Some(most)) => format!(" on no more than {}", days(most)),
        (least, Some(most)) if least == most => format!(" on exactly {}", days(least)),
        (least, Some(most)) => format!(" on {least} to {}", days(most)),
    }
}

/// True for a measure whose register asks for an age, and for none of grown-up people.
fn is_of_children(book: &Rulebook, measure: &Measure) -> bool {
    let mut ages = falls_in(book, measure.register.condition).into_iter().filter_map(|(date, _)| {
        let Date::After(from, period) = &book.dates[date.index()] else { return None };
        (book.dates[from.index()] == Date::Birth).then_some(*period)
    });
    let is_young = |period: &Period| match period.unit {
        Unit::Days | Unit::Weeks => true,
        Unit::Months => period.count < ADULT_AGE_YEARS * 12,
        Unit::Years => period.count < ADULT_AGE_YEARS,
    };
    ages.next().is_some_and(|first| is_young(&first)) && ages.all(|age| is_young(&age))
}

/// The days that a condition asks to lie in a window, its parts' among them; what is denied is left out.
pub(super) fn falls_in(book: &Rulebook, id: ConditionId) -> Vec<(DateId, &Window)> {
    match &book.conditions[id.index()] {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().flat_map(|part| falls_in(book, *part)).collect(),
        Condition::Falls { date, window } => vec![(*date, window)],
        Condition::Not(_)
        | Condition::Count { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => Vec::new(),
    }
}
