//! What a measure or fee reads: which conditions, dates and clusters are reached from it.

use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Fee, Measure, Related, Window};
use crate::model::pathway::Beside;
use crate::model::worklist::ColumnValue;

impl Rulebook {
    fn reach(&self) -> Reach<'_> {
        Reach { conditions: &self.conditions, dates: &self.dates }
    }

    /// All conditions of a measure, parts included, in order of their ids.
    pub fn conditions_of(&self, measure: &Measure) -> Vec<ConditionId> {
        let reasons = measure.excludes.iter().chain(&measure.excepts).map(|reason| reason.clause.condition);
        let first = [measure.register.condition, measure.achieved.condition];
        self.reach().conditions_below(first.into_iter().chain(reasons).collect())
    }

    /// All dates that a measure reads, those that others hang on included, in order of their ids; when its doses are due
    /// decides nothing and is left out.
    pub fn dates_of(&self, measure: &Measure) -> Vec<DateId> {
        self.reach().dates_of_conditions(&self.conditions_of(measure))
    }

    /// All clusters that a measure counts or takes days from.
    pub fn clusters_of_measure(&self, measure: &Measure) -> ClusterSet {
        let reach = self.reach();
        let counted = reach.clusters_of_conditions(&self.conditions_of(measure));
        let dues = measure.dues.iter().flat_map(|due| &due.dates).copied();
        counted.or(reach.clusters_of_dates(&reach.dates_below(dues.collect())))
    }

    /// All clusters that what is related to a measure's doses is recorded under, or takes days from.
    pub fn clusters_of_related(&self, measure: &Measure) -> ClusterSet {
        let reach = self.reach();
        let of_one = |related: &Related| {
            let records = related.records.iter().copied();
            records.fold(reach.clusters_of_window(&related.window), ClusterSet::or)
        };
        measure.related.iter().map(of_one).fold(ClusterSet::default(), ClusterSet::or)
    }

    /// All clusters that a fee pays for or takes days from.
    pub fn clusters_of_fee(&self, fee: &Fee) -> ClusterSet {
        let reach = self.reach();
        let dates = reach.dates_below(edges(&fee.window).collect());
        fee.clusters.or(reach.clusters_of_dates(&dates))
    }

    /// These conditions and all their parts, in order of their ids.
    pub fn conditions_below(&self, conditions: Vec<ConditionId>) -> Vec<ConditionId> {
        self.reach().conditions_below(conditions)
    }

    /// All dates that conditions read, those that others hang on included, in order of their ids.
    pub fn dates_in(&self, conditions: &[ConditionId]) -> Vec<DateId> {
        self.reach().dates_of_conditions(conditions)
    }

    /// All clusters that conditions count or take days from.
    pub fn clusters_in(&self, conditions: &[ConditionId]) -> ClusterSet {
        self.reach().clusters_of_conditions(conditions)
    }

    /// All clusters that a date takes days from.
    pub fn clusters_of_date(&self, date: DateId) -> ClusterSet {
        let reach = self.reach();
        reach.clusters_of_dates(&reach.dates_below(vec![date]))
    }

    /// These dates and those that they hang on, in order of their ids.
    pub fn with_dates_below(&self, dates: Vec<DateId>) -> Vec<DateId> {
        self.reach().dates_below(dates)
    }

    /// All clusters that the rulebook's pathway reads; none without one.
    pub fn clusters_of_pathway(&self) -> ClusterSet {
        let reach = self.reach();
        let Some(pathway) = &self.pathway else { return ClusterSet::default() };
        let states = pathway
            .states
            .iter()
            .flat_map(|state| state.condition.into_iter().chain(state.next.iter().filter_map(|next| next.when)));
        let alerts = pathway.alerts.iter().map(|alert| alert.condition);
        let firsts = pathway.worklists.iter().filter_map(|worklist| worklist.first);
        let asked = reach.clusters_of_conditions(&reach.conditions_below(states.chain(alerts).chain(firsts).collect()));
        let exceptions = pathway.states.iter().filter_map(|state| state.exception.as_ref());
        let shown = exceptions.map(|exception| exception.clusters.or(reach.clusters_of_window(&exception.window)));
        let columns = pathway.worklists.iter().flat_map(|worklist| &worklist.columns);
        let listed = columns.map(|column| match &column.value {
            ColumnValue::Known(_) | ColumnValue::Figure(_) => ClusterSet::default(),
            ColumnValue::Date(date) => reach.clusters_of_dates(&reach.dates_below(vec![*date])),
            ColumnValue::Words { clusters, window, .. } => clusters.or(reach.clusters_of_window(window)),
        });
        shown.chain(listed).fold(asked, ClusterSet::or)
    }
}

/// The tables in which one thing leads to another.
#[derive(Clone, Copy)]
pub(in crate::model) struct Reach<'a> {
    pub(in crate::model) conditions: &'a [Condition],
    pub(in crate::model) dates: &'a [Date],
}

impl Reach<'_> {
    /// All clusters that a condition counts or takes days from.
    pub(in crate::model) fn clusters_of_condition(self, condition: ConditionId) -> ClusterSet {
        self.clusters_of_conditions(&self.conditions_below(vec![condition]))
    }

    /// These conditions and all their parts, in order of their ids.
    pub(in crate::model) fn conditions_below(self, mut open: Vec<ConditionId>) -> Vec<ConditionId> {
        let mut all = Vec::new();
        while let Some(id) = open.pop() {
            if all.contains(&id) {
                continue;
            }
            all.push(id);
            match &self.conditions[id.index()] {
                Condition::All(parts) | Condition::Any(parts) => open.extend(parts),
                Condition::Not(inner) => open.push(*inner),
                Condition::Beside(Beside::Row { condition, .. }) => open.extend(condition),
                Condition::Count { .. }
                | Condition::Falls { .. }
                | Condition::RegisteredAt(_)
                | Condition::Exists(_)
                | Condition::Beside(
                    Beside::Records { .. }
                    | Beside::Different { .. }
                    | Beside::RowSays(_)
                    | Beside::Practice(_)
                    | Beside::InState(_),
                ) => {}
            }
        }
        all.sort_unstable();
        all
    }

    fn dates_of_conditions(self, conditions: &[ConditionId]) -> Vec<DateId> {
        let mut open = Vec::new();
        for id in conditions {
            match &self.conditions[id.index()] {
                Condition::Count { window, .. }
                | Condition::Beside(Beside::Records { window, .. } | Beside::Different { window, .. }) => {
                    open.extend(edges(window));
                }
                Condition::Falls { date, window } => {
                    open.push(*date);
                    open.extend(edges(window));
                }
                Condition::RegisteredAt(date) | Condition::Exists(date) => open.push(*date),
                Condition::All(_)
                | Condition::Any(_)
                | Condition::Not(_)
                | Condition::Beside(
                    Beside::Row { .. } | Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_),
                ) => {}
            }
        }
        self.dates_below(open)
    }

    fn dates_below(self, mut open: Vec<DateId>) -> Vec<DateId> {
        let mut all = Vec::new();
        while let Some(id) = open.pop() {
            if all.contains(&id) {
                continue;
            }
            all.push(id);
            match &self.dates[id.index()] {
                Date::After(from, _) | Date::Before(from, _) => open.push(*from),
                Date::Nth { window, .. } => open.extend(edges(window)),
                Date::Birth
                | Date::Registration
                | Date::YearStart
                | Date::YearEnd
                | Date::MeasurementDay
                | Date::ReportDay
                | Date::OfRow(_)
                | Date::Calendar(_) => {}
            }
        }
        all.sort_unstable();
        all
    }

    fn clusters_of_conditions(self, conditions: &[ConditionId]) -> ClusterSet {
        let counted = conditions.iter().map(|id| match &self.conditions[id.index()] {
            Condition::Count { clusters, .. } | Condition::Beside(Beside::Different { clusters, .. }) => *clusters,
            Condition::Beside(Beside::Records { clusters, same_day, .. }) => clusters.or(same_day.unwrap_or_default()),
            Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_)
            | Condition::Beside(Beside::Row { .. } | Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_)) => {
                ClusterSet::default()
            }
        });
        let dated = self.clusters_of_dates(&self.dates_of_conditions(conditions));
        counted.fold(dated, ClusterSet::or)
    }

    fn clusters_of_window(self, window: &Window) -> ClusterSet {
        self.clusters_of_dates(&self.dates_below(edges(window).collect()))
    }

    fn clusters_of_dates(self, dates: &[DateId]) -> ClusterSet {
        let of_date = |id: &DateId| match &self.dates[id.index()] {
            Date::Nth { clusters, .. } => *clusters,
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::After(..)
            | Date::Before(..) => ClusterSet::default(),
        };
        dates.iter().map(of_date).fold(ClusterSet::default(), ClusterSet::or)
    }
}

fn edges(window: &Window) -> impl Iterator<Item = DateId> {
    window.from.iter().chain(&window.to).map(|edge| edge.date)
}
