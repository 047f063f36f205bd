//! What conditions, dates and windows mean, as texts that two rulebooks share: two that are written differently and mean
//! the same have the same text.

use crate::ground::{Day, Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Edge, Which, Window};
use crate::model::pathway::{Beside, RowTable, Saying};

/// How days that the rules name outright are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Days {
    /// As they are.
    AsWritten,
    /// By how many years they lie after the contract year's first.
    FromYearStart,
}

/// Whether two conditions mean the same; days that moved with the year do.
pub(super) fn same_condition(old: (&Rulebook, ConditionId), new: (&Rulebook, ConditionId)) -> bool {
    [Days::AsWritten, Days::FromYearStart]
        .into_iter()
        .any(|days| Meaning { book: old.0, days }.condition(old.1) == Meaning { book: new.0, days }.condition(new.1))
}

/// Whether two windows mean the same.
pub(super) fn same_window(old: (&Rulebook, &Window), new: (&Rulebook, &Window)) -> bool {
    [Days::AsWritten, Days::FromYearStart]
        .into_iter()
        .any(|days| Meaning { book: old.0, days }.window(old.1) == Meaning { book: new.0, days }.window(new.1))
}

/// Whether two dates mean the same.
pub(super) fn same_date(old: (&Rulebook, DateId), new: (&Rulebook, DateId)) -> bool {
    [Days::AsWritten, Days::FromYearStart]
        .into_iter()
        .any(|days| Meaning { book: old.0, days }.date(old.1) == Meaning { book: new.0, days }.date(new.1))
}

/// A rulebook whose conditions are told in full.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meaning<'b> {
    pub(super) book: &'b Rulebook,
    pub(super) days: Days,
}

impl Meaning<'_> {
    pub(super) fn condition(self, id: ConditionId) -> String {
        match &self.book.conditions[id.index()] {
            Condition::All(_) => self.joined(flat(self.book, id), "and"),
            Condition::Any(_) => self.joined(flat(self.book, id), "or"),
            Condition::Not(inner) => format!("not {}", self.condition(*inner)),
            Condition::Count { clusters, at_least, at_most, window } => {
                let clusters = cluster_names(self.book, *clusters);
                format!("{} {clusters} {}", quantity(*at_least, *at_most), self.window(window))
            }
            Condition::Falls { date, window } => format!("{} {}", self.date(*date), self.window(window)),
            Condition::RegisteredAt(date) => format!("registered at {}", self.date(*date)),
            Condition::Exists(date) => format!("there is {}", self.date(*date)),
            Condition::Beside(beside) => self.beside(beside),
        }
    }

    /// Parts in an order of their own: which stands first changes nothing.
    fn joined(self, parts: Vec<ConditionId>, word: &str) -> String {
        let mut parts: Vec<String> = parts.into_iter().map(|part| self.condition(part)).collect();
        parts.sort();
        parts.dedup();
        match parts.as_slice() {
            [only] => only.clone(),
            _ => format!("({})", parts.join(&format!(" {word} "))),
        }
    }

    pub(super) fn date(self, id: DateId) -> String {
        match &self.book.dates[id.index()] {
            Date::Birth => "birth".to_owned(),
            Date::Registration => "registration".to_owned(),
            Date::YearStart => "year start".to_owned(),
            Date::YearEnd => "year end".to_owned(),
            Date::MeasurementDay => "the measurement day".to_owned(),
            Date::ReportDay => "the report date".to_owned(),
            Date::OfRow(date) => date.column().0.to_owned(),
            Date::Calendar(day) => self.day(*day),
            Date::After(from, period) => format!("{} after {}", in_months_or_days(*period), self.date(*from)),
            Date::Before(from, period) => format!("{} before {}", in_months_or_days(*period), self.date(*from)),
            Date::Nth { which, clusters, window } => {
                let which = match which {
                    Which::FromStart(at) => format!("number {at} of"),
                    Which::Last => "the last".to_owned(),
                };
                format!("{which} ({} {})", cluster_names(self.book, *clusters), self.window(window))
            }
        }
    }

    fn day(self, day: Day) -> String {
        match self.days {
            Days::AsWritten => day.in_words(),
            Days::FromYearStart => {
                let (year, month, of_month) = day.ymd();
                format!("{of_month}.{month}. {} years later", year - self.book.start.ymd().0)
            }
        }
    }

    pub(super) fn window(self, window: &Window) -> String {
        let edges = |edges: &[Edge], word: &str| {
            let mut told: Vec<String> = edges
                .iter()
                .map(|edge| format!("{word} {} and {} days", self.date(edge.date), edge.shift_days))
                .collect();
            told.sort();
            told.dedup();
            told
        };
        [edges(&window.from, "from"), edges(&window.to, "to")].concat().join(" ")
    }

    fn beside(self, beside: &Beside) -> String {
        let names = |clusters: ClusterSet| cluster_names(self.book, clusters);
        let list = |words: crate::model::book::WordListId| &self.book.word_lists[words.index()].name;
        match beside {
            Beside::Records { clusters, same_day, saying, at_least, at_most, window } => {
                let same_day = same_day.map(|others| format!(" on the same day as {}", names(others)));
                let saying = saying.map(|Saying { words, absent, one }| {
                    let (not, one) = (if absent { " not" } else { "" }, if one { " one" } else { "" });
                    format!("{not} saying{one} {}", list(words))
                });
                let (quantity, clusters) = (quantity(*at_least, *at_most), names(*clusters));
                let (same_day, saying) = (same_day.unwrap_or_default(), saying.unwrap_or_default());
                format!("{quantity} {clusters}{same_day}{saying} {}", self.window(window))
            }
            Beside::Different { words, clusters, at_least, at_most, window } => {
                let (quantity, clusters) = (quantity(*at_least, *at_most), names(*clusters));
                format!("{quantity} different {} in records of {clusters} {}", list(*words), self.window(window))
            }
            Beside::Row { table, condition } => {
                let table = match table {
                    RowTable::Appointment => "appointment",
                    RowTable::Slot => "slot",
                };
                let with = condition.map(|condition| format!(" with ({})", self.condition(condition)));
                format!("any {table}{}", with.unwrap_or_default())
            }
            Beside::RowSays(truth) => truth.column().0.to_owned(),
            Beside::Practice(field) => format!("there is a {}", field.column()),
            Beside::InState(states) => {
                let state = |id: &crate::model::book::StateId| {
                    let states = self.book.pathway.as_ref().map(|pathway| &pathway.states);
                    states.and_then(|states| states.get(id.index())).map_or("", |state| &state.name).to_owned()
                };
                let mut states: Vec<String> = states.iter().map(state).collect();
                states.sort();
                format!("in {}", states.join(" or "))
            }
        }
    }
}

/// The parts of an `and` or `or`, those of brackets of the same kind among them.
pub(super) fn flat(book: &Rulebook, id: ConditionId) -> Vec<ConditionId> {
    fn is_same_kind(a: &Condition, b: &Condition) -> bool {
        matches!((a, b), (Condition::All(_), Condition::All(_)) | (Condition::Any(_), Condition::Any(_)))
    }
    let whole = &book.conditions[id.index()];
    let (Condition::All(parts) | Condition::Any(parts)) = whole else { return vec![id] };
    let below = |part: &ConditionId| {
        if is_same_kind(whole, &book.conditions[part.index()]) { flat(book, *part) } else { vec![*part] }
    };
    parts.iter().flat_map(below).collect()
}

/// `dtap or mmr`, in an order of their own.
pub(super) fn cluster_names(book: &Rulebook, clusters: ClusterSet) -> String {
    let mut names: Vec<&str> = clusters.iter().map(|at| book.clusters[at].name.as_str()).collect();
    names.sort_unstable();
    names.join(" or ")
}

/// `at least 3`, `exactly 1`, `no`.
pub(super) fn quantity(at_least: u32, at_most: Option<u32>) -> String {
    match (at_least, at_most) {
        (0, Some(0)) => "no".to_owned(),
        (1, None) => "any".to_owned(),
        (at_least, None) => format!("at least {at_least}"),
        (0, Some(at_most)) => format!("at most {at_most}"),
        (at_least, Some(at_most)) if at_least == at_most => format!("exactly {at_least}"),
        (at_least, Some(at_most)) => format!("from {at_least} to {at_most}"),
    }
}

/// 24 months and 2 years are the same, and so are 2 weeks and 14 days.
fn in_months_or_days(period: Period) -> String {
    match period.unit {
        Unit::Days => format!("{} days", period.count),
        Unit::Weeks => format!("{} days", u64::from(period.count) * 7),
        Unit::Months => format!("{} months", period.count),
        Unit::Years => format!("{} months", u64::from(period.count) * 12),
    }
}
