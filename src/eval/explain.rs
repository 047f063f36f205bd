//! Why one patient has the outcome it has: every clause of the rule, with the days that made it true or false.

use crate::data::extract::{Patient, Registration};
use crate::eval::beside::{records_of, things_said};
use crate::eval::judge::{Outcome, looked_at, outcome};
use crate::eval::sight::{Days, Lens, Scratch, Sight};
use crate::eval::trace::{Record, Seen};
use crate::ground::{Day, Period};
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Measure, MeasurementId, Window};
use crate::model::pathway::{Beside, RowTable};

/// A patient's result for one measurement, clause by clause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// What was measured.
    pub measurement: MeasurementId,
    /// Date of birth.
    pub birth: Day,
    /// The registration that counts.
    pub registration: Registration,
    /// The outcome; None for one who is not on the register.
    pub outcome: Option<Outcome>,
    /// Who is on the register.
    pub register: Explained,
    /// The exclusions, in order.
    pub excludes: Vec<Explained>,
    /// What achieves.
    pub achieved: Explained,
    /// The exceptions, in order.
    pub excepts: Vec<Explained>,
    /// Ages that the convention for missing days decided: the date, the day it is by the rulebook's convention, and the
    /// day it would be by the other.
    pub by_convention: Vec<(DateId, Day, Day)>,
    /// Events of the rule's clusters after the measurement day or before birth, which change nothing: how many.
    pub unseen_events: usize,
}

/// A condition, whether it holds, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explained {
    /// Which condition.
    pub condition: ConditionId,
    /// Whether it holds.
    pub holds: bool,
    /// What decided it.
    pub why: Why,
    /// Its parts, each explained.
    pub parts: Vec<Explained>,
}

/// What decided a condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Why {
    /// Its parts did.
    Parts,
    /// `at least 3 dtap before age 8 months`
    Count {
        /// No fewer than this.
        at_least: u32,
        /// No more than this.
        at_most: Option<u32>,
        /// The clusters.
        clusters: ClusterSet,
        /// The distinct days that counted.
        counted: Vec<Day>,
        /// The distinct days of the same clusters that did not count.
        outside: Vec<Day>,
        /// First and last day that count; None where a date is missing, so that no day does.
        days: Option<(Day, Day)>,
        /// The date that is missing.
        missing: Option<DateId>,
    },
    /// `turns 8 months in the year`
    Falls {
        /// Which date.
        date: DateId,
        /// What it is; None where the event it hangs on is not there.
        day: Option<Day>,
        /// First and last day of the window; None where a date is missing.
        days: Option<(Day, Day)>,
    },
    /// `registered at year end`
    Registered {
        /// On which day.
        on: Option<Day>,
        /// When the patient died, if by then.
        death: Option<Day>,
    },
    /// `there is a first_dose`
    Exists {
        /// Which date.
        date: DateId,
        /// What it is.
        day: Option<Day>,
    },
    /// `any imms_refused saying written_evidence in the year`
    Records {
        /// No fewer than this.
        at_least: u32,
        /// No more than this.
        at_most: Option<u32>,
        /// The distinct days that counted.
        counted: Vec<Day>,
    },
    /// `at least 3 different means in records of imms_call_1`
    Things {
        /// No fewer than this.
        at_least: u32,
        /// No more than this.
        at_most: Option<u32>,
        /// What was said.
        said: Vec<String>,
    },
    /// `any appointment with (…)`
    Rows {
        /// In which table.
        table: RowTable,
        /// How many rows there are.
        rows: usize,
    },
    /// `in with_coordinator`, `there is a contact_name`: it is known, or not
    Known,
}

/// Explains one measurement of one patient; None for a patient who was on no list by the measurement day.
pub fn explain(lens: &Lens<'_>, measurement: MeasurementId, patient: Patient<'_>) -> Option<Explanation> {
    let measured = &lens.book().measurements[measurement.index()];
    let measure = &lens.book().measures[measured.measure.index()];
    let mut scratch = Scratch::default();
    let mut sight = Sight::new(lens, patient, measured.day, &mut scratch)?;
    let mut record = Record::default();
    let outcome = outcome(&mut sight, measure, &mut record);
    let mut teller = Teller { sight, record: &mut record };
    let of_reasons = |teller: &mut Teller<'_, '_, '_>, reasons: &[crate::model::book::Reason]| {
        reasons.iter().map(|reason| teller.tell(reason.clause.condition)).collect()
    };
    Some(Explanation {
        measurement,
        birth: patient.birth,
        registration: *teller.sight.registration,
        outcome,
        register: teller.tell(measure.register.condition),
        excludes: of_reasons(&mut teller, &measure.excludes),
        achieved: teller.tell(measure.achieved.condition),
        excepts: of_reasons(&mut teller, &measure.excepts),
        by_convention: dates_by_convention(&mut teller.sight, measure),
        unseen_events: teller.unseen_events(measure),
    })
}

pub(crate) struct Teller<'a, 'b, 'r> {
    pub(crate) sight: Sight<'a, 'b>,
    pub(crate) record: &'r mut Record,
}

impl Teller<'_, '_, '_> {
    /// What was found of a condition while the patient was judged, or is found now.
    pub(crate) fn tell(&mut self, id: ConditionId) -> Explained {
        let book = self.sight.lens.book();
        let condition = &book.conditions[id.index()];
        let (holds, seen) = looked_at(&mut self.sight, id, self.record);
        let parts = match condition {
            Condition::All(parts) | Condition::Any(parts) => parts.iter().map(|part| self.tell(*part)).collect(),
            Condition::Not(inner) => vec![self.tell(*inner)],
            // A table without rows never came to the condition on one.
            Condition::Beside(Beside::Row { condition: Some(inner), .. }) if self.record.of(*inner).is_some() => {
                vec![self.tell(*inner)]
            }
            Condition::Count { .. }
            | Condition::Falls { .. }
            | Condition::RegisteredAt(_)
            | Condition::Exists(_)
            | Condition::Beside(_) => Vec::new(),
        };
        Explained { condition: id, holds, why: self.why(condition, seen), parts }
    }

    fn why(&mut self, condition: &Condition, seen: Seen) -> Why {
        match (condition, seen) {
            (Condition::Count { clusters, at_least, at_most, window }, Seen::Count { days }) => {
                let all: Vec<Day> = self.sight.days_of(*clusters, Some((Day::FIRST, Day::LAST))).collect();
                let (counted, outside) = all.into_iter().partition(|day| lies_in(*day, days));
                let missing = self.missing(window);
                Why::Count {
                    at_least: *at_least,
                    at_most: *at_most,
                    clusters: *clusters,
                    counted,
                    outside,
                    days,
                    missing,
                }
            }
            (Condition::Falls { date, .. }, Seen::Falls { day, days }) => Why::Falls { date: *date, day, days },
            (Condition::RegisteredAt(_), Seen::Registered { on }) => {
                let death = self.sight.patient.death.filter(|death| on.is_some_and(|on| *death <= on));
                Why::Registered { on, death }
            }
            (Condition::Exists(date), Seen::Exists { day }) => Why::Exists { date: *date, day },
            (Condition::Beside(beside), _) => self.why_beside(beside),
            (_, _) => Why::Parts,
        }
    }

    fn why_beside(&mut self, beside: &Beside) -> Why {
        match beside {
            Beside::Records { at_least, at_most, .. } => {
                let counted = records_of(&mut self.sight, beside).unwrap_or_default();
                Why::Records { at_least: *at_least, at_most: *at_most, counted }
            }
            Beside::Different { words, clusters, at_least, at_most, window } => {
                let said = things_said(&mut self.sight, *words, *clusters, window);
                let list = &self.sight.lens.book().word_lists[words.index()];
                let said = said.into_iter().map(|thing| list.things[thing].name.clone()).collect();
                Why::Things { at_least: *at_least, at_most: *at_most, said }
            }
            Beside::Row { table, .. } => Why::Rows {
                table: *table,
                rows: match table {
                    RowTable::Appointment => self.sight.surroundings.appointments.len(),
                    RowTable::Slot => self.sight.surroundings.slots.len(),
                },
            },
            Beside::RowSays(_) | Beside::Practice(_) | Beside::InState(_) => Why::Known,
        }
    }

    /// The first date of a window that is not there.
    fn missing(&mut self, window: &Window) -> Option<DateId> {
        let edges = window.from.iter().chain(&window.to);
        edges.map(|edge| edge.date).find(|date| self.sight.date(*date).is_none())
    }

    /// Events of the measure's clusters that lie after the measurement day or before birth.
    fn unseen_events(&self, measure: &Measure) -> usize {
        let lens = self.sight.lens;
        let clusters = lens.book().clusters_of_measure(measure);
        let seen =
            |event: &&crate::data::extract::Event| self.sight.patient.birth <= event.day && event.day <= self.sight.day;
        let events = self.sight.patient.events.iter().filter(|event| lens.clusters_of(event).meets(clusters));
        events.filter(|event| !seen(event)).count()
    }
}

/// Every date that the measure reads and that its month lacks, in the order of the calendar: what it is by the rulebook's
/// convention, and by the other.
pub(crate) fn dates_by_convention(sight: &mut Sight<'_, '_>, measure: &Measure) -> Vec<(DateId, Day, Day)> {
    let book = sight.lens.book();
    let mut decided = Vec::new();
    for id in book.dates_of(measure) {
        let (from, period, back): (DateId, Period, bool) = match &book.dates[id.index()] {
            Date::After(from, period) => (*from, *period, false),
            Date::Before(from, period) => (*from, *period, true),
            Date::Birth
            | Date::Registration
            | Date::YearStart
            | Date::YearEnd
            | Date::MeasurementDay
            | Date::ReportDay
            | Date::OfRow(_)
            | Date::Calendar(_)
            | Date::Nth { .. } => continue,
        };
        let Some(from) = sight.date(from) else { continue };
        let by = |convention| if back { from.minus(period, convention) } else { from.plus(period, convention) };
        let (ours, other) = (by(book.missing_day), by(book.missing_day.other()));
        if ours != other {
            decided.push((id, ours, other));
        }
    }
    // In the order of the calendar, which other rules of the rulebook do not change.
    decided.sort_by_key(|(id, ours, _)| (*ours, *id));
    decided
}

fn lies_in(day: Day, days: Days) -> bool {
    days.is_some_and(|(first, last)| first <= day && day <= last)
}
