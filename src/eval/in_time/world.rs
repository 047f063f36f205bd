//! A patient as it would be with more doses: the ordinary evaluator looks at the same records with made-up events among
//! them.

use crate::data::extract::{CodeIndex, Event, Patient};
use crate::eval::judge::{Outcome, holds, outcome};
use crate::eval::sight::{Lens, Scratch, Sight};
use crate::eval::trace::Silent;
use crate::ground::Day;
use crate::model::book::{ClusterSet, Condition, ConditionId, Date, DateId, Measure, Measurement};

/// Whether windows end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ends {
    /// As the rules say.
    Kept,
    /// Never: what the rules ask for can be given too late, and is then given.
    Lifted,
}

/// For all that is tried of one patient together.
const MOST_MOVES: u32 = 50_000;

/// A patient, some made-up doses, and the rules of one measurement.
pub(super) struct World<'a, 'b> {
    pub(super) lens: &'a Lens<'b>,
    pub(super) measure: &'b Measure,
    /// The day on which the measure is measured.
    pub(super) day: Day,
    pub(super) ends: Ends,
    /// How often a dose may still be moved while its day is sought, for the work to end.
    pub(super) moves_left: u32,
    patient: Patient<'a>,
    /// The patient's events and the made-up ones, in order.
    events: Vec<Event>,
    scratch: [Scratch; 2],
}

impl<'a, 'b> World<'a, 'b> {
    pub(super) fn new(lens: &'a Lens<'b>, measured: &Measurement, patient: Patient<'a>, ends: Ends) -> World<'a, 'b> {
        let measure = &lens.book.measures[measured.measure.index()];
        let events = patient.events.to_vec();
        World {
            lens,
            measure,
            day: measured.day,
            ends,
            moves_left: MOST_MOVES,
            patient,
            events,
            scratch: Default::default(),
        }
    }

    pub(super) fn birth(&self) -> Day {
        self.patient.birth
    }

    /// The last day on which a dose is seen.
    pub(super) fn last_day(&self) -> Day {
        match self.ends {
            Ends::Kept => self.day,
            Ends::Lifted => Day::LAST,
        }
    }

    /// Supposes that these doses were given too, and none that was supposed before.
    pub(super) fn suppose(&mut self, doses: impl IntoIterator<Item = (CodeIndex, Day)>) {
        self.events.clear();
        self.events.extend_from_slice(self.patient.events);
        self.events.extend(doses.into_iter().map(|(code, day)| Event { day, code, giver: None }));
        self.events.sort_unstable();
    }

    /// True if a recorded event of the clusters is of that day, so that a dose then would be no other.
    pub(super) fn has_recorded(&self, clusters: ClusterSet, day: Day) -> bool {
        let from = self.patient.events.partition_point(|event| event.day < day);
        let of_day = self.patient.events[from..].iter().take_while(|event| event.day == day);
        of_day.into_iter().any(|event| self.lens.clusters_of(event).meets(clusters))
    }

    /// Asks about dates and windows as they are with what is supposed.
    pub(super) fn ask<R>(&mut self, ask: impl FnOnce(&mut Sight<'_, 'b>) -> R) -> Option<R> {
        let patient = Patient { events: &self.events, ..self.patient };
        let [scratch, _] = &mut self.scratch;
        let mut sight = match self.ends {
            Ends::Kept => Sight::new(self.lens, patient, self.day, scratch)?,
            Ends::Lifted => Sight::without_ends(self.lens, patient, self.day, scratch)?,
        };
        Some(ask(&mut sight))
    }

    /// True if with what is supposed the measure is achieved; where windows do not end, if nothing it asks for is left to
    /// be given.
    pub(super) fn is_achieved(&mut self) -> bool {
        let measure = self.measure;
        match self.ends {
            Ends::Kept => {
                self.ask(|sight| outcome(sight, measure, &mut Silent) == Some(Outcome::Achieved)).unwrap_or(false)
            }
            Ends::Lifted => self.is(measure.achieved.condition, true),
        }
    }

    /// True if a condition holds, or does not, as is wanted.
    pub(super) fn is(&mut self, condition: ConditionId, wanted: bool) -> bool {
        match self.ends {
            Ends::Kept => self.ask(|sight| holds(sight, condition, &mut Silent)) == Some(wanted),
            Ends::Lifted => {
                let patient = Patient { events: &self.events, ..self.patient };
                let [scratch, other] = &mut self.scratch;
                let plain = Sight::new(self.lens, patient, self.day, scratch);
                let lifted = Sight::without_ends(self.lens, patient, self.day, other);
                plain
                    .zip(lifted)
                    .is_some_and(|(mut plain, mut lifted)| eased(&mut plain, &mut lifted, condition, wanted))
            }
        }
    }
}

/// True if a condition comes out as wanted for one for whom no dose can be too late: each part may be taken as the rules
/// say or with the ends of its windows lifted, whichever is easier.
fn eased(plain: &mut Sight<'_, '_>, lifted: &mut Sight<'_, '_>, id: ConditionId, wanted: bool) -> bool {
    let book = plain.lens.book;
    match &book.conditions[id.index()] {
        Condition::Not(inner) => eased(plain, lifted, *inner, !wanted),
        Condition::All(parts) if wanted => parts.iter().all(|part| eased(plain, lifted, *part, wanted)),
        Condition::Any(parts) if !wanted => parts.iter().all(|part| eased(plain, lifted, *part, wanted)),
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| eased(plain, lifted, *part, wanted)),
        // When somebody was born or registered is no dose that could be late.
        Condition::Falls { date, .. } if !hangs_on_dose(&book.dates, *date) => holds(plain, id, &mut Silent) == wanted,
        Condition::Count { .. }
        | Condition::Falls { .. }
        | Condition::RegisteredAt(_)
        | Condition::Exists(_)
        | Condition::Beside(_) => holds(plain, id, &mut Silent) == wanted || holds(lifted, id, &mut Silent) == wanted,
    }
}

/// True if a date is an event's day, or counted from one.
pub(super) fn hangs_on_dose(dates: &[Date], id: DateId) -> bool {
    dose_below(dates, id).is_some()
}

/// The n-th event that a date is, or is counted from.
pub(super) fn dose_below(dates: &[Date], id: DateId) -> Option<DateId> {
    match &dates[id.index()] {
        Date::Nth { .. } => Some(id),
        Date::After(from, _) | Date::Before(from, _) => dose_below(dates, *from),
        Date::Birth
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::OfRow(_)
        | Date::Calendar(_) => None,
    }
}
