//! What a query must know of each patient, and under which names: days, counts, lists, rows of other tables.

use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Window};
use crate::model::pathway::{Beside, RowTable, Saying, WordListId};
use crate::report::sql::Refusal;
use crate::report::sql::script::Names;

/// What is counted by its days: one kind of record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// `shingles_live or shingles_inactivated`
    Clusters(ClusterSet),
    /// `imms_refused saying written_evidence`
    Saying(ClusterSet, Saying),
    /// `imms_call_1 saying phone of means and nothing else`: the thing by its place in the list
    SayingOnly(ClusterSet, WordListId, usize),
    /// `imms_call_1 on the same day as imms_call_2`: the days of the first that are days of the second
    SameDay(Box<Kind>, ClusterSet),
}

impl Kind {
    /// The kind in the rule's words, which is also its name in the query.
    pub(super) fn words(&self, book: &Rulebook) -> String {
        let clusters = |set: ClusterSet| {
            let names: Vec<&str> = set.iter().map(|at| book.clusters[at].name.as_str()).collect();
            names.join(" or ")
        };
        match self {
            Kind::Clusters(set) => clusters(*set),
            Kind::Saying(set, saying) => {
                let list = &book.word_lists[saying.words.index()].name;
                let (not, one) = (if saying.absent { "not " } else { "" }, if saying.one { "one " } else { "" });
                format!("{} {not}saying {one}{list}", clusters(*set))
            }
            Kind::SayingOnly(set, words, thing) => {
                let list = &book.word_lists[words.index()];
                format!("{} saying only {} of {}", clusters(*set), list.things[*thing].name, list.name)
            }
            Kind::SameDay(kind, other) => format!("{} on the same day as {}", kind.words(book), clusters(*other)),
        }
    }

    /// The kinds it is made of, itself last.
    fn with_parts(&self) -> Vec<Kind> {
        match self {
            Kind::Clusters(_) => vec![self.clone()],
            Kind::Saying(set, _) | Kind::SayingOnly(set, ..) => vec![Kind::Clusters(*set), self.clone()],
            Kind::SameDay(kind, other) => {
                let mut parts = kind.with_parts();
                parts.extend([Kind::Clusters(*other), self.clone()]);
                parts
            }
        }
    }
}

/// A number of days of some kinds in a window: of one kind, how many days; of several, how many kinds have one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Counted {
    pub(super) kinds: Vec<Kind>,
    pub(super) window: Window,
    /// True where it is kinds that are counted, not days.
    pub(super) of_kinds: bool,
}

/// A row of another table of which a condition holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct AnyRow {
    pub(super) table: RowTable,
    pub(super) condition: Option<ConditionId>,
}

/// What a query must know of each patient.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// All kinds of records, those that others are made of first.
    pub(super) kinds: Vec<Kind>,
    /// Days that hang on birth, registration or the measurement day only, with their names.
    pub(super) ages: Vec<(DateId, String)>,
    /// Days of events with their names, in steps: those of a step hang on earlier ones only.
    pub(super) found: Vec<Vec<(DateId, String)>>,
    /// Counts with their names, each with the words of the first condition that asks for it.
    pub(super) counts: Vec<(Counted, String, String)>,
    /// Days on which it is asked whether the patient is on a list, with their names.
    pub(super) lists: Vec<(DateId, String)>,
    /// Rows of other tables that are asked for, with their names.
    pub(super) rows: Vec<(AnyRow, String)>,
}

impl Plan {
    /// What conditions and windows of a rulebook need.
    pub(super) fn of(book: &Rulebook, conditions: &[ConditionId], windows: &[&Window]) -> Result<Plan, Refusal> {
        let mut planner = Planner { book, names: Names::default(), plan: Plan::default() };
        let conditions = book.conditions_below(conditions.to_vec());
        let edges = windows.iter().flat_map(|window| window.from.iter().chain(&window.to)).map(|edge| edge.date);
        let mut dates = book.dates_in(&conditions);
        dates.extend(book.with_dates_below(edges.collect()));
        dates.sort_unstable();
        dates.dedup();
        dates.iter().for_each(|date| planner.date(*date));
        for condition in conditions {
            planner.condition(condition)?;
        }
        Ok(planner.plan)
    }

    /// The name of a date's column, where it has one.
    pub(super) fn name_of(&self, date: DateId) -> Option<&str> {
        let named = self.ages.iter().chain(self.found.iter().flatten());
        named.clone().find(|(known, _)| *known == date).map(|(_, name)| name.as_str())
    }
}

/// How many steps of found events a date hangs on.
pub(super) fn depth(book: &Rulebook, date: DateId) -> usize {
    match &book.dates[date.index()] {
        Date::After(from, _) | Date::Before(from, _) => depth(book, *from),
        Date::Nth { window, .. } => {
            let edges = window.from.iter().chain(&window.to);
            1 + edges.map(|edge| depth(book, edge.date)).max().unwrap_or(0)
        }
        Date::Birth
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::Calendar(_) => 0,
    }
}

/// Whether a date hangs on the row of another table.
fn of_row(book: &Rulebook, date: DateId) -> bool {
    let below = book.with_dates_below(vec![date]);
    below.iter().any(|date| matches!(book.dates[date.index()], Date::OfRow(_)))
}

/// Whether a date is another day for one patient than for the next, though it hangs on no event.
fn is_age(book: &Rulebook, date: DateId) -> bool {
    match &book.dates[date.index()] {
        Date::After(from, _) | Date::Before(from, _) => match &book.dates[from.index()] {
            Date::Birth | Date::Registration | Date::MeasurementDay => true,
            Date::After(..) | Date::Before(..) => is_age(book, *from),
            Date::YearStart
            | Date::YearEnd
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::Nth { .. } => false,
        },
        Date::Birth
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::Calendar(_)
        | Date::Nth { .. } => false,
    }
}

struct Planner<'b> {
    book: &'b Rulebook,
    names: Names,
    plan: Plan,
}

impl Planner<'_> {
    fn date(&mut self, date: DateId) {
        let words = &self.book.date_words[date.index()];
        if is_age(self.book, date) {
            let name = self.names.fresh(words);
            self.plan.ages.push((date, name));
        }
        if let Date::Nth { clusters, .. } = &self.book.dates[date.index()] {
            self.kind(&Kind::Clusters(*clusters));
            let name = self.names.fresh(&format!("{words} day"));
            let step = depth(self.book, date) - 1;
            if self.plan.found.len() <= step {
                self.plan.found.resize_with(step + 1, Vec::new);
            }
            self.plan.found[step].push((date, name));
        }
    }

    fn kind(&mut self, kind: &Kind) {
        for part in kind.with_parts() {
            if !self.plan.kinds.contains(&part) {
                self.plan.kinds.push(part);
            }
        }
    }

    fn condition(&mut self, id: ConditionId) -> Result<(), Refusal> {
        match &self.book.conditions[id.index()] {
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) | Condition::Falls { .. } => Ok(()),
            Condition::Count { clusters, window, .. } => self
                .count(id, Counted { kinds: vec![Kind::Clusters(*clusters)], window: window.clone(), of_kinds: false }),
            Condition::RegisteredAt(date) => {
                self.refuse_row(id, *date)?;
                if !self.plan.lists.iter().any(|(known, _)| known == date) {
                    let name = self.names.fresh(&format!("on a list at {}", self.book.date_words[date.index()]));
                    self.plan.lists.push((*date, name));
                }
                Ok(())
            }
            Condition::Exists(_) => Ok(()),
            Condition::Beside(beside) => self.beside(id, beside),
        }
    }

    fn beside(&mut self, id: ConditionId, beside: &Beside) -> Result<(), Refusal> {
        match beside {
            Beside::Records { window, .. } => {
                let kinds = kind_of_records(beside).into_iter().collect();
                self.count(id, Counted { kinds, window: window.clone(), of_kinds: false })
            }
            Beside::Different { words, clusters, window, .. } => {
                let things = 0..self.book.word_lists[words.index()].things.len();
                let kinds = things.map(|thing| Kind::SayingOnly(*clusters, *words, thing)).collect();
                self.count(id, Counted { kinds, window: window.clone(), of_kinds: true })
            }
            Beside::Row { table, condition } => {
                self.refuse_state(id, *condition)?;
                let row = AnyRow { table: *table, condition: *condition };
                if !self.plan.rows.iter().any(|(known, _)| *known == row) {
                    let name = self.names.fresh(match table {
                        RowTable::Appointment => "any appointment",
                        RowTable::Slot => "any slot",
                    });
                    self.plan.rows.push((row, name));
                }
                Ok(())
            }
            Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_) => Ok(()),
        }
    }

    fn count(&mut self, id: ConditionId, counted: Counted) -> Result<(), Refusal> {
        for edge in counted.window.from.iter().chain(&counted.window.to) {
            self.refuse_row(id, edge.date)?;
        }
        counted.kinds.iter().for_each(|kind| self.kind(kind));
        if !self.plan.counts.iter().any(|(known, ..)| *known == counted) {
            let words = match &counted.kinds[..] {
                [Kind::Clusters(_)] => counted.kinds[0].words(self.book),
                [Kind::SayingOnly(_, words, _), ..] => {
                    format!("different {}", self.book.word_lists[words.index()].name)
                }
                _ => "records".to_owned(),
            };
            let name = self.names.fresh(&format!("{words} count"));
            let asked = self.book.condition_words[id.index()].text.clone();
            self.plan.counts.push((counted, name, asked));
        }
        Ok(())
    }

    /// Rows are looked at before the state is known.
    fn refuse_state(&self, id: ConditionId, condition: Option<ConditionId>) -> Result<(), Refusal> {
        let below = self.book.conditions_below(condition.into_iter().collect());
        let asks = |id: &ConditionId| matches!(self.book.conditions[id.index()], Condition::Beside(Beside::InState(_)));
        if !below.iter().any(asks) {
            return Ok(());
        }
        let what = format!("`{}`", self.book.condition_words[id.index()].text);
        Err(Refusal { what, why: "it asks an appointment or slot for the child's state".to_owned() })
    }

    /// A count would have to be made anew for each row.
    fn refuse_row(&self, id: ConditionId, date: DateId) -> Result<(), Refusal> {
        if !of_row(self.book, date) {
            return Ok(());
        }
        let what = format!("`{}`", self.book.condition_words[id.index()].text);
        Err(Refusal { what, why: "it counts records by a day of an appointment or slot".to_owned() })
    }
}

/// The kind of record that a condition on records counts; None for a condition on something else.
pub(super) fn kind_of_records(beside: &Beside) -> Option<Kind> {
    let Beside::Records { clusters, same_day, saying, .. } = beside else { return None };
    let kind = match saying {
        Some(saying) => Kind::Saying(*clusters, *saying),
        None => Kind::Clusters(*clusters),
    };
    Some(match same_day {
        Some(other) => Kind::SameDay(Box::new(kind), *other),
        None => kind,
    })
}
