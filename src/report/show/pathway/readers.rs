//! What the parts of a pathway read: conditions, days, code clusters and lists of words.

use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, DateId, Window};
use crate::model::pathway::{Alert, Beside, Pathway, State};
use crate::model::worklist::{ColumnValue, ListColumn, Worklist};

/// What some parts of a pathway ask, beside what these hang on.
#[derive(Clone, Debug, Default)]
pub(super) struct Reads<'p> {
    asked: Vec<ConditionId>,
    days: Vec<DateId>,
    windows: Vec<&'p Window>,
    named: ClusterSet,
    words: Vec<usize>,
}

impl<'p> Reads<'p> {
    pub(super) fn of_state(state: &'p State) -> Reads<'p> {
        let next = state.next.iter().filter_map(|next| next.when);
        let exception = state.exception.as_ref();
        Reads {
            asked: state.condition.into_iter().chain(next).collect(),
            windows: exception.map(|exception| &exception.window).into_iter().collect(),
            named: exception.map_or(ClusterSet::default(), |exception| exception.clusters),
            ..Reads::default()
        }
    }

    pub(super) fn of_alert(alert: &Alert) -> Reads<'p> {
        Reads { asked: vec![alert.condition], ..Reads::default() }
    }

    pub(super) fn of_worklist(list: &'p Worklist) -> Reads<'p> {
        let first = Reads { asked: list.first.into_iter().collect(), ..Reads::default() };
        list.columns.iter().map(Reads::of_column).fold(first, Reads::and)
    }

    fn of_column(column: &'p ListColumn) -> Reads<'p> {
        match &column.value {
            ColumnValue::Known(_) | ColumnValue::Figure(_) => Reads::default(),
            ColumnValue::Date(date) => Reads { days: vec![*date], ..Reads::default() },
            ColumnValue::Words { words, clusters, window, .. } => {
                Reads { windows: vec![window], named: *clusters, words: vec![words.index()], ..Reads::default() }
            }
        }
    }

    pub(super) fn of_pathway(pathway: &'p Pathway) -> Reads<'p> {
        let states = pathway.states.iter().map(Reads::of_state);
        let alerts = pathway.alerts.iter().map(Reads::of_alert);
        let worklists = pathway.worklists.iter().map(Reads::of_worklist);
        states.chain(alerts).chain(worklists).fold(Reads::default(), Reads::and)
    }

    fn and(mut self, other: Reads<'p>) -> Reads<'p> {
        self.asked.extend(other.asked);
        self.days.extend(other.days);
        self.windows.extend(other.windows);
        self.words.extend(other.words);
        Reads { named: self.named.or(other.named), ..self }
    }

    pub(super) fn conditions(&self, book: &Rulebook) -> Vec<ConditionId> {
        book.conditions_below(self.asked.clone())
    }

    pub(super) fn dates(&self, book: &Rulebook) -> Vec<DateId> {
        let edges = self.windows.iter().flat_map(|window| window.from.iter().chain(&window.to));
        let mut open = book.dates_in(&self.conditions(book));
        open.extend(edges.map(|edge| edge.date).chain(self.days.iter().copied()));
        book.with_dates_below(open)
    }

    pub(super) fn clusters(&self, book: &Rulebook) -> ClusterSet {
        let asked = book.clusters_in(&self.conditions(book));
        let dated = self.dates(book).into_iter().map(|date| book.clusters_of_date(date));
        dated.fold(asked.or(self.named), ClusterSet::or)
    }

    fn words(&self, book: &Rulebook) -> Vec<usize> {
        let asked = self.conditions(book);
        let said = asked.iter().filter_map(|id| match &book.conditions[id.index()] {
            Condition::Beside(Beside::Records { saying, .. }) => saying.map(|saying| saying.words.index()),
            Condition::Beside(Beside::Different { words, .. }) => Some(words.index()),
            Condition::Beside(Beside::Row { .. } | Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_))
            | Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Count { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_) => None,
        });
        let mut words: Vec<usize> = said.chain(self.words.iter().copied()).collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// The lists of words by name.
    pub(super) fn word_lists(&self, book: &Rulebook) -> Vec<String> {
        self.words(book).into_iter().map(|at| book.word_lists[at].name.clone()).collect()
    }

    /// The parts of the rulebook's pathway that look for the words of a list.
    pub(super) fn readers_of_words(book: &Rulebook, at: usize) -> Vec<String> {
        readers(book, |reads| reads.words(book).contains(&at))
    }
}

/// The parts of the rulebook's pathway that read something: `state refused`, `worklist calls`.
fn readers(book: &Rulebook, is_read: impl Fn(&Reads<'_>) -> bool) -> Vec<String> {
    let Some(pathway) = &book.pathway else { return Vec::new() };
    let states = pathway.states.iter().map(|state| (format!("state {}", state.name), Reads::of_state(state)));
    let alerts = pathway.alerts.iter().map(|alert| (format!("alert {}", alert.name), Reads::of_alert(alert)));
    let lists = pathway.worklists.iter().map(|list| (format!("worklist {}", list.name), Reads::of_worklist(list)));
    let parts = states.chain(alerts).chain(lists);
    parts.filter(|(_, reads)| is_read(reads)).map(|(name, _)| name).collect()
}

/// The parts of the rulebook's pathway that read a code cluster.
pub(in crate::report::show) fn readers_of_cluster(book: &Rulebook, cluster: ClusterSet) -> Vec<String> {
    readers(book, |reads| reads.clusters(book).meets(cluster))
}

/// All conditions of the rulebook's pathway, parts included.
pub(in crate::report::show) fn conditions_of_pathway(book: &Rulebook) -> Vec<ConditionId> {
    book.pathway.as_ref().map_or_else(Vec::new, |pathway| Reads::of_pathway(pathway).conditions(book))
}
