//! What a measure or fee reads: which conditions, dates and clusters are reached from it.

use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Fee, Measure, Window};

impl Rulebook {
    /// All conditions of a measure, parts included, in order of their ids.
    pub fn conditions_of(&self, measure: &Measure) -> Vec<ConditionId> {
        let reasons = measure.excludes.iter().chain(&measure.excepts).map(|reason| reason.clause.condition);
        let first = [measure.register.condition, measure.achieved.condition];
        let mut open: Vec<ConditionId> = first.into_iter().chain(reasons).collect();
        let mut all = Vec::new();
        while let Some(id) = open.pop() {
            if all.contains(&id) {
                continue;
            }
            all.push(id);
            match &self.conditions[id.index()] {
                Condition::All(parts) | Condition::Any(parts) => open.extend(parts),
                Condition::Not(inner) => open.push(*inner),
                Condition::Count { .. }
                | Condition::Falls { .. }
                | Condition::RegisteredAt(_)
                | Condition::Exists(_) => {}
            }
        }
        all.sort_unstable();
        all
    }

    /// All dates that a measure reads, those that others hang on included, in order of their ids.
    pub fn dates_of(&self, measure: &Measure) -> Vec<DateId> {
        let mut open = Vec::new();
        for id in self.conditions_of(measure) {
            match &self.conditions[id.index()] {
                Condition::Count { window, .. } => open.extend(edges(window)),
                Condition::Falls { date, window } => {
                    open.push(*date);
                    open.extend(edges(window));
                }
                Condition::RegisteredAt(date) | Condition::Exists(date) => open.push(*date),
                Condition::All(_) | Condition::Any(_) | Condition::Not(_) => {}
            }
        }
        self.with_dates_below(open)
    }

    fn with_dates_below(&self, mut open: Vec<DateId>) -> Vec<DateId> {
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
                | Date::Calendar(_) => {}
            }
        }
        all.sort_unstable();
        all
    }

    /// All clusters that a measure counts or takes days from.
    pub fn clusters_of_measure(&self, measure: &Measure) -> ClusterSet {
        let counted = self.conditions_of(measure).into_iter().map(|id| match &self.conditions[id.index()] {
            Condition::Count { clusters, .. } => *clusters,
            Condition::All(_)
            | Condition::Any(_)
            | Condition::Not(_)
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_) => ClusterSet::default(),
        });
        let dated = self.clusters_of_dates(&self.dates_of(measure));
        counted.fold(dated, ClusterSet::or)
    }

    /// All clusters that a fee pays for or takes days from.
    pub fn clusters_of_fee(&self, fee: &Fee) -> ClusterSet {
        let dates = self.with_dates_below(edges(&fee.window).collect());
        fee.clusters.or(self.clusters_of_dates(&dates))
    }

    fn clusters_of_dates(&self, dates: &[DateId]) -> ClusterSet {
        let of_date = |id: &DateId| match &self.dates[id.index()] {
            Date::Nth { clusters, .. } => *clusters,
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
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
