//! Conditions and days as English, from the checked rulebook: the words of the rule file are not looked at.
//!
//! A condition becomes a predicate of a person, `is registered at the year's end (31 March 2024)`, and a clause a
//! sentence around it. What does not fit one sentence becomes a list.

use serde::Serialize;

use crate::eval::births::born_between;
use crate::ground::{Day, Unit};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Edge, Measure, MeasureId, Which, Window};

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
    fn flat(text: impl Into<String>) -> Sentence {
        Sentence { text: text.into(), parts: Vec::new() }
    }
}

/// A rulebook read aloud for one measure, or for a fee.
#[derive(Clone, Copy, Debug)]
pub struct Speaker<'a> {
    book: &'a Rulebook,
    /// The day that is measured, where there is one for all.
    day: Option<Day>,
    /// `child` or `patient`.
    who: &'static str,
}

impl<'a> Speaker<'a> {
    /// Reads a measure aloud.
    pub fn of_measure(book: &'a Rulebook, id: MeasureId) -> Speaker<'a> {
        let mut days = book.measurements.iter().filter(|measured| measured.measure == id).map(|measured| measured.day);
        let first = days.next();
        let day = if days.next().is_none() { first } else { None };
        let who = if is_of_children(book, &book.measures[id.index()]) { "child" } else { "patient" };
        Speaker { book, day, who }
    }

    /// Reads what belongs to no measure aloud.
    pub fn of_book(book: &'a Rulebook) -> Speaker<'a> {
        Speaker { book, day: None, who: "patient" }
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

    fn around(&self, start: &str, condition: ConditionId) -> Sentence {
        let Sentence { text, parts } = self.predicate(condition, Naming::Said);
        let end = if parts.is_empty() { "." } else { "" };
        Sentence { text: format!("{start} {text}{end}"), parts }
    }

    fn predicate(&self, id: ConditionId, naming: Naming) -> Sentence {
        let name = self.book.condition_words[id.index()].name.as_deref().filter(|_| naming == Naming::Said);
        let named = name.map_or(String::new(), |name| format!(" ({name})"));
        match &self.book.conditions[id.index()] {
            Condition::All(parts) => self.compound(parts, "and", "all", &named),
            Condition::Any(parts) => self.compound(parts, "or", "any", &named),
            Condition::Not(inner) => match &self.book.conditions[inner.index()] {
                Condition::All(_) | Condition::Any(_) | Condition::Not(_) => Sentence {
                    text: format!("is one for whom this is not so{named}:"),
                    parts: vec![self.predicate(*inner, Naming::Said)],
                },
                Condition::Count { .. }
                | Condition::Falls { .. }
                | Condition::RegisteredAt(_)
                | Condition::Exists(_) => Sentence::flat(self.leaf(*inner, Mood::Denied) + &named),
            },
            Condition::Count { .. } | Condition::Falls { .. } | Condition::RegisteredAt(_) | Condition::Exists(_) => {
                Sentence::flat(self.leaf(id, Mood::Said) + &named)
            }
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
                let no = if mood == Mood::Denied { "no" } else { "a" };
                format!("has {no} {}", self.date(*date))
            }
            // What has parts is never asked for here.
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => String::new(),
        }
    }

    fn count(&self, clusters: ClusterSet, (at_least, at_most): (u32, Option<u32>), mood: Mood) -> String {
        let what = self.clusters(clusters);
        let days = |count: u32| if count == 1 { "1 day".to_owned() } else { format!("{count} different days") };
        let often = match (at_least, at_most) {
            (1, None) => String::new(),
            (0, Some(0)) => {
                let no = if mood == Mood::Denied { "" } else { "no " };
                return format!("has {no}{what} recorded");
            }
            (least, None) => format!(" on at least {}", days(least)),
            (0, Some(most)) => format!(" on no more than {}", days(most)),
            (least, Some(most)) if least == most => format!(" on exactly {}", days(least)),
            (least, Some(most)) => format!(" on {least} to {}", days(most)),
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
            Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_)
            | Date::After(..)
            | Date::Before(..) => {
                let lies = if said { "lies" } else { "does not lie" };
                format!("is one for whom {} {lies}{when}", self.date(date))
            }
        }
    }

    /// The names of clusters: `shingles_live or shingles_inactivated`.
    pub fn clusters(&self, clusters: ClusterSet) -> String {
        let names: Vec<&str> = clusters.iter().map(|at| self.book.clusters[at].name.as_str()).collect();
        names.join(" or ")
    }

    /// When, with a blank before it: ` from the age of 1 year to before the age of 5 years`; nothing for every day.
    pub fn window(&self, window: &Window) -> String {
        let mut from: Vec<Edge> = window.from.clone();
        let mut to: Vec<Edge> = window.to.clone();
        let mut said = Vec::new();
        // Two edges that one phrase of the language makes are said by one phrase.
        let pair = |from: &[Edge], to: &[Edge]| {
            let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
            pairs.into_iter().find_map(|(from, to)| Some((from, to, self.pair(from, to)?)))
        };
        while let Some((first, last, words)) = pair(&from, &to) {
            said.push(words);
            from.retain(|edge| *edge != first);
            to.retain(|edge| *edge != last);
        }
        match (&from[..], &to[..]) {
            ([from], [to]) => said.push(self.between(*from, *to)),
            (from, to) => {
                said.extend(from.iter().map(|edge| self.opens(*edge)));
                said.extend(to.iter().map(|edge| self.closes(*edge)));
            }
        }
        if said.is_empty() { String::new() } else { format!(" {}", said.join(" and ")) }
    }

    /// Two edges that belong together: a year, a day, a time before or after a day.
    fn pair(&self, from: Edge, to: Edge) -> Option<String> {
        let date = |edge: Edge| &self.book.dates[edge.date.index()];
        match ((date(from), from.shift_days), (date(to), to.shift_days)) {
            ((Date::YearStart, 0), (Date::YearEnd, 0)) => Some("in the year".to_owned()),
            ((_, 0), (_, 0)) if from == to => Some(format!("on {}", self.date(from.date))),
            ((Date::Before(anchor, period), 1), (_, 0)) if *anchor == to.date => {
                Some(format!("in the {period} up to and including {}", self.date(to.date)))
            }
            ((_, 0), (Date::After(anchor, period), 0)) if *anchor == from.date => {
                let last = if period.unit == Unit::Days { " (the last day included)" } else { "" };
                Some(format!("within {period} after {}{last}", self.date(from.date)))
            }
            _ => None,
        }
    }

    fn between(&self, from: Edge, to: Edge) -> String {
        let opens = match from.shift_days {
            1 => format!("after {}", self.date(from.date)),
            _ => format!("from {}", self.shifted(from)),
        };
        let closes = match (from.shift_days, to.shift_days) {
            (1, -1) => format!("and before {}", self.date(to.date)),
            (1, _) => format!("and by {}", self.shifted(to)),
            (_, -1) => format!("to before {}", self.date(to.date)),
            _ => format!("up to and including {}", self.shifted(to)),
        };
        format!("{opens} {closes}")
    }

    fn opens(&self, edge: Edge) -> String {
        match edge.shift_days {
            1 => format!("after {}", self.date(edge.date)),
            0 if self.is_after_an_event(edge.date) => format!("at least {}", self.date(edge.date)),
            _ => format!("on or after {}", self.shifted(edge)),
        }
    }

    /// True for `28 days after first_dose`, and not for an age.
    fn is_after_an_event(&self, date: DateId) -> bool {
        match &self.book.dates[date.index()] {
            Date::After(from, _) => self.book.dates[from.index()] != Date::Birth,
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_)
            | Date::Before(..)
            | Date::Nth { .. } => false,
        }
    }

    fn closes(&self, edge: Edge) -> String {
        match edge.shift_days {
            -1 => format!("before {}", self.date(edge.date)),
            _ => format!("by {}", self.shifted(edge)),
        }
    }

    fn shifted(&self, edge: Edge) -> String {
        let date = self.date(edge.date);
        match edge.shift_days {
            0 => date,
            1.. => format!("{} days after {date}", edge.shift_days),
            _ => format!("{} days before {date}", edge.shift_days.unsigned_abs()),
        }
    }

    /// `at the year's end (31 March 2024)`, `on the measurement day`
    fn at(&self, date: DateId) -> String {
        let word = match &self.book.dates[date.index()] {
            Date::YearStart | Date::YearEnd => "at",
            Date::Birth | Date::Registration | Date::MeasurementDay | Date::Calendar(_) | Date::Nth { .. } => "on",
            Date::After(..) | Date::Before(..) => "at",
        };
        format!("{word} {}", self.date(date))
    }

    /// A day: `the age of 8 months`, `the year's end (31 March 2024)`, `first_dose`.
    pub fn date(&self, id: DateId) -> String {
        match &self.book.dates[id.index()] {
            Date::Birth => "birth".to_owned(),
            Date::Registration => "registration".to_owned(),
            Date::YearStart => format!("the year's start ({})", self.book.start.in_words()),
            Date::YearEnd => format!("the year's end ({})", self.book.end.in_words()),
            Date::MeasurementDay => match self.day {
                Some(day) => format!("the measurement day ({})", day.in_words()),
                None => "the measurement day".to_owned(),
            },
            Date::Calendar(day) => day.in_words(),
            Date::After(from, period) if self.book.dates[from.index()] == Date::Birth => format!("the age of {period}"),
            Date::After(from, period) => format!("{period} after {}", self.date(*from)),
            Date::Before(from, period) => format!("{period} before {}", self.date(*from)),
            Date::Nth { .. } => match self.name_of(id) {
                Some(name) => name.to_owned(),
                None => self.nth(id),
            },
        }
    }

    /// What a defined day is: `the first day with mmr recorded from the age of 1 year`.
    pub fn defined_date(&self, id: DateId) -> String {
        match &self.book.dates[id.index()] {
            Date::Nth { .. } => self.nth(id),
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::Calendar(_)
            | Date::After(..)
            | Date::Before(..) => self.date(id),
        }
    }

    fn nth(&self, id: DateId) -> String {
        let Date::Nth { which, clusters, window } = &self.book.dates[id.index()] else { return String::new() };
        let which = match which {
            Which::Last => "last".to_owned(),
            Which::FromStart(at) => ordinal(*at),
        };
        format!("the {which} day with {} recorded{}", self.clusters(*clusters), self.window(window))
    }

    /// The name that a day was given by `define`: an event's day without one is spoken of by its rule's words.
    pub fn name_of(&self, id: DateId) -> Option<&'a str> {
        let words = self.book.date_words[id.index()].as_str();
        let is_event = matches!(self.book.dates[id.index()], Date::Nth { .. });
        (is_event && !words.contains(' ')).then_some(words)
    }
}

/// Whether the name that a condition was given is said behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Naming {
    Said,
    Left,
}

/// Whether a condition is to hold or not to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    Said,
    Denied,
}

fn ordinal(at: u32) -> String {
    let words = ["first", "second", "third", "fourth", "fifth"];
    let word = (at as usize).checked_sub(1).and_then(|at| words.get(at));
    word.map_or_else(|| format!("{at}th"), |word| (*word).to_owned())
}

/// True for a measure whose register asks for an age, and for none of grown-up people.
fn is_of_children(book: &Rulebook, measure: &Measure) -> bool {
    let mut ages = falls_in(book, measure.register.condition).into_iter().filter_map(|(date, _)| {
        let Date::After(from, period) = &book.dates[date.index()] else { return None };
        (book.dates[from.index()] == Date::Birth).then_some(*period)
    });
    let is_young = |period: &crate::ground::Period| match period.unit {
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
        Condition::Not(_) | Condition::Count { .. } | Condition::RegisteredAt(_) | Condition::Exists(_) => Vec::new(),
    }
}
