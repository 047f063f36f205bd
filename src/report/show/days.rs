//! Days and windows of days as English.

use crate::ground::Unit;
use crate::model::book::{Date, DateId, Edge, Which, Window};
use crate::model::pathway::RowDate;
use crate::report::show::sentences::Speaker;

impl<'a> Speaker<'a> {
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
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::Before(..)
            | Date::Nth { .. } => false,
        }
    }

    fn closes(&self, edge: Edge) -> String {
        match edge.shift_days {
            // `before 7 days before …` would be read twice.
            -1 if matches!(self.book.dates[edge.date.index()], Date::Before(..)) => {
                format!("earlier than {}", self.date(edge.date))
            }
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
    pub(super) fn at(&self, date: DateId) -> String {
        let word = match &self.book.dates[date.index()] {
            Date::YearStart | Date::YearEnd => "at",
            Date::Birth
            | Date::Registration
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::Nth { .. } => "on",
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
            Date::ReportDay => "the report date".to_owned(),
            Date::OfRow(RowDate::AgreedDate) => "the day it was agreed".to_owned(),
            Date::OfRow(RowDate::AppointmentDate) => "the day it is held".to_owned(),
            Date::OfRow(RowDate::SlotStart) => "the day it starts".to_owned(),
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
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::After(..)
            | Date::Before(..) => self.date(id),
        }
    }

    /// A day in a column of a list: its name, and what it is.
    pub(super) fn column_date(&self, id: DateId) -> String {
        let what = self.defined_date(id);
        self.name_of(id).map_or_else(|| what.clone(), |name| format!("{name}: {what}"))
    }

    fn nth(&self, id: DateId) -> String {
        let Date::Nth { which, clusters, window } = &self.book.dates[id.index()] else { return String::new() };
        let which = match which {
            Which::Last => "last".to_owned(),
            Which::FromStart(at) => ordinal(*at),
        };
        format!("the {which} day with {} recorded{}", self.clusters(*clusters), self.window(window))
    }

    /// True for a date of the appointment or slot at hand, or one counted from it.
    pub(super) fn hangs_on_the_row(&self, id: DateId) -> bool {
        match &self.book.dates[id.index()] {
            Date::OfRow(_) => true,
            Date::After(from, _) | Date::Before(from, _) => self.hangs_on_the_row(*from),
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::Calendar(_)
            | Date::Nth { .. } => false,
        }
    }

    /// The name that a day was given by `define`: an event's day without one is spoken of by its rule's words.
    pub fn name_of(&self, id: DateId) -> Option<&'a str> {
        let words = self.book.date_words[id.index()].as_str();
        let is_event = matches!(self.book.dates[id.index()], Date::Nth { .. });
        (is_event && !words.contains(' ')).then_some(words)
    }
}

fn ordinal(at: u32) -> String {
    let words = ["first", "second", "third", "fourth", "fifth"];
    let word = (at as usize).checked_sub(1).and_then(|at| words.get(at));
    word.map_or_else(|| format!("{at}th"), |word| (*word).to_owned())
}
