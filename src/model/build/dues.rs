//! When doses are due, resolved: dates in order, and only of doses that the measure counts.

use crate::ground::{Day, Diagnostic, Period, Unit};
use crate::model::book::{ClusterSet, Date, DateId, Due};
use crate::model::build::Builder;
use crate::model::reach::Reach;
use crate::syntax::tree;

/// Faults after which nobody knows what a measure counts: a name in it stands for nothing.
pub(super) const NOTHING_MEANT: [&str; 3] = ["E201", "E202", "E206"];

impl Builder<'_> {
    pub(super) fn due(&mut self, due: &tree::Due, before: &[Due]) -> Due {
        let clusters = self.codes.set(&due.clusters, &mut self.faults);
        if let Some(first) = before.iter().find(|first| first.clusters.meets(clusters)) {
            let fault = Diagnostic::error("E203", due.span, "a second `due` for the same doses");
            let help = "write all their dates after one `due`, the first dose's first";
            self.faults.push(fault.also(first.span, "first here").help(help));
        }
        let faults_before = self.faults.len();
        let dates: Vec<DateId> = due.dates.iter().map(|date| self.date(date)).collect();
        // A date that could not be read says nothing about the order.
        if self.faults.len() == faults_before {
            self.refuse_descending(&dates, &due.dates);
        }
        Due { clusters, dates, notes: self.notes(&due.notes).0, span: due.span }
    }

    /// A later dose is due on a later day, whoever was born when.
    fn refuse_descending(&mut self, dates: &[DateId], written: &[tree::Date]) {
        for (pair, spans) in dates.windows(2).zip(written.windows(2)) {
            let (Some(earlier), Some(later)) = (self.distance(pair[0]), self.distance(pair[1])) else { continue };
            if earlier.origin != later.origin || may_be_later(later.months - earlier.months, later.days - earlier.days)
            {
                continue;
            }
            let said = |date: &tree::Date| self.sources.quoted(date.span());
            let message = format!("`{}` is not after `{}`", said(&spans[1]), said(&spans[0]));
            let fault = Diagnostic::error("E451", spans[1].span(), message);
            let help = "the first date is the first dose's, and each dose is due after the one before it";
            self.faults.push(fault.also(spans[0].span(), "the dose before is due then").help(help));
        }
    }

    /// How far a date lies from what is the same for all its patients; None where it hangs on the patient in another way.
    fn distance(&self, id: DateId) -> Option<Distance> {
        let fixed = |day: Day| Distance { origin: Origin::Calendar, months: 0, days: i64::from(day.epoch_days()) };
        let further = |from: Distance, period: Period, sign: i64| {
            let (months, days) = months_and_days(period);
            Distance { origin: from.origin, months: from.months + sign * months, days: from.days + sign * days }
        };
        Some(match &self.parts.dates[id.index()] {
            Date::Birth => Distance { origin: Origin::Birth, months: 0, days: 0 },
            Date::YearStart => fixed(self.contract.start?),
            Date::YearEnd => fixed(self.contract.end?),
            Date::Calendar(day) => fixed(*day),
            Date::After(from, period) => further(self.distance(*from)?, *period, 1),
            Date::Before(from, period) => further(self.distance(*from)?, *period, -1),
            Date::Registration | Date::MeasurementDay | Date::ReportDay | Date::OfRow(_) | Date::Nth { .. } => {
                return None;
            }
        })
    }

    /// A dose that nothing counts cannot be due.
    pub(super) fn check_dues(&mut self) {
        if self.faults.iter().any(|fault| NOTHING_MEANT.contains(&fault.code)) {
            return;
        }
        let reach = Reach { conditions: &self.parts.conditions, dates: &self.parts.dates };
        for measure in &self.parts.measures {
            let counted = reach.clusters_of_condition(measure.achieved.condition);
            for due in &measure.dues {
                for at in due.clusters.iter().filter(|at| !counted.meets(ClusterSet(1 << at))) {
                    let name = self.codes.name(at);
                    let message = format!("`{}` counts no {name}, so none can be due", measure.code);
                    let help = "`achieved` must count what is due, under the same cluster's name";
                    self.faults.push(Diagnostic::error("E452", due.span, message).help(help));
                }
            }
        }
    }
}

/// How far a date lies from its origin.
#[derive(Clone, Copy)]
struct Distance {
    origin: Origin,
    months: i64,
    days: i64,
}

/// What a date is counted from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Birth,
    Calendar,
}

fn months_and_days(period: Period) -> (i64, i64) {
    let count = i64::from(period.count);
    match period.unit {
        Unit::Days => (0, count),
        Unit::Weeks => (0, count * 7),
        Unit::Months => (count, 0),
        Unit::Years => (count * 12, 0),
    }
}

/// True if so many months and days can be a step forward. Four hundred years have 146,097 days; where months begin and end
/// moves a step by less than a week.
fn may_be_later(months: i64, days: i64) -> bool {
    if days == 0 || months == 0 { months + days > 0 } else { months * 146_097 / 4_800 + days + 7 > 0 }
}
