//! Days, windows and conditions as SQL over one row per patient (`p`), as a [`Plan`] names its columns.

use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{Condition, ConditionId, Date, DateId, Edge, Window};
use crate::model::pathway::{Beside, PracticeField, RowTable};
use crate::report::sql::dialect::{Dialect, literal_day};
use crate::report::sql::plan::{AnyRow, Counted, Kind, Plan, depth, kind_of_records};
use crate::report::sql::script::{indented, remark};

/// The rows at hand: patients, and what is known of each.
pub(super) struct Rows<'a> {
    pub(super) book: &'a Rulebook,
    pub(super) dialect: Dialect,
    pub(super) plan: &'a Plan,
    /// The measurement day, where it is the same for all rows.
    pub(super) measured_on: Option<Day>,
    /// The day of the report; the measurement day where there is none.
    pub(super) report_day: Option<Day>,
}

impl Rows<'_> {
    /// A day that is the same for everybody, worked out here.
    fn fixed(&self, id: DateId) -> Option<Day> {
        let missing_day = self.book.missing_day;
        match &self.book.dates[id.index()] {
            Date::YearStart => Some(self.book.start),
            Date::YearEnd => Some(self.book.end),
            Date::MeasurementDay => self.measured_on,
            Date::ReportDay => self.report_day.or(self.measured_on),
            Date::Calendar(day) => Some(*day),
            Date::After(from, period) => self.fixed(*from).map(|from| from.plus(*period, missing_day)),
            Date::Before(from, period) => self.fixed(*from).map(|from| from.minus(*period, missing_day)),
            Date::Birth | Date::Registration | Date::OfRow(_) | Date::Nth { .. } => None,
        }
    }

    /// Whether a date is the day on which the row's patient is looked at.
    pub(super) fn is_measurement_day(&self, id: DateId) -> bool {
        match self.measured_on {
            Some(day) => self.fixed(id) == Some(day),
            None => self.book.dates[id.index()] == Date::MeasurementDay,
        }
    }

    /// A date; NULL where the event or the cell that it hangs on is not there.
    pub(super) fn day(&self, id: DateId) -> String {
        if let Some(day) = self.fixed(id) {
            return literal_day(day);
        }
        match self.plan.name_of(id) {
            Some(name) => format!("p.{name}"),
            None => self.worked_out(id),
        }
    }

    /// A date from those that it hangs on, whether it has a column or not.
    pub(super) fn worked_out(&self, id: DateId) -> String {
        match &self.book.dates[id.index()] {
            Date::Birth => "p.birth_date".to_owned(),
            Date::Registration => "p.registered_date".to_owned(),
            Date::MeasurementDay | Date::ReportDay => "p.measured_on".to_owned(),
            Date::OfRow(date) => format!("a.{}", date.column().0),
            Date::After(from, period) => self.dialect.shifted(&self.day(*from), *period, false, self.book.missing_day),
            Date::Before(from, period) => self.dialect.shifted(&self.day(*from), *period, true, self.book.missing_day),
            Date::YearStart => literal_day(self.book.start),
            Date::YearEnd => literal_day(self.book.end),
            Date::Calendar(day) => literal_day(*day),
            // A day of an event is a column of its own, found before anything that hangs on it.
            Date::Nth { .. } => self.plan.name_of(id).map_or("NULL".to_owned(), |name| format!("p.{name}")),
        }
    }

    /// Whether a date may be NULL.
    fn may_lack(&self, id: DateId) -> bool {
        let below = self.book.with_dates_below(vec![id]);
        depth(self.book, id) > 0 || below.iter().any(|date| matches!(self.book.dates[date.index()], Date::OfRow(_)))
    }

    /// The tests that a day lies in a window, to be joined by AND; none where every day does.
    fn bounds(&self, day: &str, window: &Window) -> Vec<String> {
        let from = |edge: &Edge| match (edge.shift_days, self.fixed(edge.date)) {
            (days, Some(fixed)) => format!("{day} >= {}", literal_day(fixed.plus_days(days))),
            (1, None) => format!("{day} > {}", self.day(edge.date)),
            (days, None) => format!("{day} >= {}", self.dialect.plus_days(&self.day(edge.date), days)),
        };
        let to = |edge: &Edge| match (edge.shift_days, self.fixed(edge.date)) {
            (days, Some(fixed)) => format!("{day} <= {}", literal_day(fixed.plus_days(days))),
            (-1, None) => format!("{day} < {}", self.day(edge.date)),
            (days, None) => format!("{day} <= {}", self.dialect.plus_days(&self.day(edge.date), days)),
        };
        window.from.iter().map(from).chain(window.to.iter().map(to)).collect()
    }

    /// Whether a record (`d`) is of a kind and in a window. NULL where the window hangs on a day that is not there.
    pub(super) fn is_in(&self, kind: &Kind, window: &Window) -> String {
        let kind = self.dialect.literal(&kind.words(self.book));
        let mut tests = vec![format!("d.counted_as = {kind}")];
        tests.extend(self.bounds("d.day", window));
        tests.join(" AND ")
    }

    /// Whether a record's day (`d`) lies in a window.
    pub(super) fn day_is_in(&self, window: &Window) -> String {
        let tests = self.bounds("d.day", window);
        if tests.is_empty() { "TRUE".to_owned() } else { tests.join(" AND ") }
    }

    /// A count over the records (`d`) of a patient.
    pub(super) fn count(&self, counted: &Counted) -> String {
        if !counted.of_kinds {
            let kinds = counted.kinds.iter().map(|kind| self.is_in(kind, &counted.window));
            let tests: Vec<String> = kinds.collect();
            return format!("COUNT(CASE WHEN {} THEN 1 END)", tests.join(" OR "));
        }
        let has_one = |kind: &Kind| format!("MAX(CASE WHEN {} THEN 1 ELSE 0 END)", self.is_in(kind, &counted.window));
        counted.kinds.iter().map(has_one).collect::<Vec<_>>().join("\n  + ")
    }

    /// Whether a registration (`s`) holds on a day.
    pub(super) fn holds_on(day: &str) -> String {
        format!(
            "s.registered_date <= {day}\n  AND (s.deregistered_date IS NULL OR s.deregistered_date > {day})\n  \
             AND (s.death_date IS NULL OR s.death_date > {day})"
        )
    }

    /// A condition: TRUE or FALSE, never NULL.
    pub(super) fn condition(&self, id: ConditionId) -> String {
        match &self.book.conditions[id.index()] {
            Condition::All(parts) => self.joined(parts, "AND"),
            Condition::Any(parts) => self.joined(parts, "OR"),
            Condition::Not(inner) => format!("NOT ({})", self.condition(*inner)),
            Condition::Count { clusters, at_least, at_most, window } => {
                let counted =
                    Counted { kinds: vec![Kind::Clusters(*clusters)], window: window.clone(), of_kinds: false };
                self.within(&counted, *at_least, *at_most)
            }
            Condition::Falls { date, window } => self.falls(*date, window),
            Condition::RegisteredAt(date) if self.is_measurement_day(*date) => "p.is_registered = 1".to_owned(),
            Condition::RegisteredAt(date) => {
                let name = self.plan.lists.iter().find(|(known, _)| known == date).map(|(_, name)| name.as_str());
                format!("p.{} = 1", name.unwrap_or_default())
            }
            Condition::Exists(date) => format!("{} IS NOT NULL", self.day(*date)),
            Condition::Beside(beside) => self.beside(beside),
        }
    }

    fn falls(&self, date: DateId, window: &Window) -> String {
        let mut tests = self.bounds(&self.day(date), window);
        if tests.is_empty() {
            tests.push(format!("{} IS NOT NULL", self.day(date)));
        }
        let tests = tests.join(" AND ");
        let edges = window.from.iter().chain(&window.to).map(|edge| edge.date);
        if edges.chain([date]).any(|date| self.may_lack(date)) {
            // A day that is not there lies nowhere.
            format!("COALESCE({tests}, FALSE)")
        } else {
            format!("({tests})")
        }
    }

    fn within(&self, counted: &Counted, at_least: u32, at_most: Option<u32>) -> String {
        let name = self.plan.counts.iter().find(|(known, ..)| known == counted).map(|(_, name, _)| name.as_str());
        let name = format!("p.{}", name.unwrap_or_default());
        match at_most {
            None => format!("{name} >= {at_least}"),
            Some(at_most) if at_most == at_least => format!("{name} = {at_least}"),
            Some(at_most) if at_least == 0 => format!("{name} <= {at_most}"),
            Some(at_most) => format!("{name} BETWEEN {at_least} AND {at_most}"),
        }
    }

    fn beside(&self, beside: &Beside) -> String {
        match beside {
            Beside::Records { at_least, at_most, window, .. } => {
                let kinds = kind_of_records(beside).into_iter().collect();
                self.within(&Counted { kinds, window: window.clone(), of_kinds: false }, *at_least, *at_most)
            }
            Beside::Different { words, clusters, at_least, at_most, window } => {
                let things = 0..self.book.word_lists[words.index()].things.len();
                let kinds = things.map(|thing| Kind::SayingOnly(*clusters, *words, thing)).collect();
                self.within(&Counted { kinds, window: window.clone(), of_kinds: true }, *at_least, *at_most)
            }
            Beside::Row { table, condition } => {
                let row = AnyRow { table: *table, condition: *condition };
                let name = self.plan.rows.iter().find(|(known, _)| *known == row).map(|(_, name)| name.as_str());
                format!("p.{} = 1", name.unwrap_or_default())
            }
            Beside::RowSays(truth) => {
                let (column, table) = truth.column();
                match table {
                    RowTable::Appointment => format!("COALESCE(a.{column}, FALSE)"),
                    RowTable::Slot => format!("a.{column}"),
                }
            }
            Beside::Practice(field) => {
                let column = match field {
                    PracticeField::ContactName => "contact_name",
                    PracticeField::ContactDetails => "contact_details",
                };
                format!("COALESCE(TRIM(p.{column}), '') <> ''")
            }
            Beside::InState(states) => {
                let states = self.book.pathway.iter().flat_map(|pathway| {
                    states.iter().map(|state| self.dialect.literal(&pathway.states[state.index()].name))
                });
                format!("p.state IN ({})", states.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Parts on lines of their own, each below the rule's words for it.
    fn joined(&self, parts: &[ConditionId], word: &str) -> String {
        let part = |id: &ConditionId| {
            let words = &self.book.condition_words[id.index()];
            let text = words.name.as_ref().map_or(words.text.clone(), |name| {
                if *name == words.text { name.clone() } else { format!("{name}: {}", words.text) }
            });
            format!("{}{}", remark(&text, 2), indented(&self.condition(*id), 2))
        };
        let parts: Vec<String> = parts.iter().map(part).collect();
        format!("(\n{}\n)", parts.join(&format!("\n  {word}\n")))
    }
}
