//! A patient's record with one thing otherwise, put before the ordinary evaluator.

use crate::data::extract::{CodeIndex, Event, Patient, PracticeId, Registration};
use crate::eval::judge::{Outcome, judge, outcome};
use crate::eval::near_misses::{Kind, NearMiss, Sought, clauses};
use crate::eval::sight::{Lens, Scratch, Sight, registration_on};
use crate::eval::trace::{Record, Whole};
use crate::ground::{Day, Period};
use crate::model::book::{ClusterSet, DateId, Measure, Measurement, MeasurementId, Window};

/// So many doses of a record are looked at, the first.
const MOST_RECORDS: usize = 64;

/// What of a record would be otherwise: events taken out, events put in, the first day of the registration that counts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Repair {
    /// Events that go; of each every repetition.
    pub removed: Vec<Event>,
    /// Events that come.
    pub added: Vec<Event>,
    /// When the registration begins instead.
    pub registered: Option<Day>,
}

/// One patient who has not achieved.
pub(super) struct Trial<'a, 'b> {
    pub(super) lens: &'a Lens<'b>,
    pub(super) measure: &'b Measure,
    pub(super) measured: &'b Measurement,
    pub(super) patient: Patient<'a>,
    /// The clusters that `achieved` counts or takes days from.
    pub(super) counted: ClusterSet,
    /// How far off a date may be.
    pub(super) within: Option<Period>,
    measurement: MeasurementId,
    practice: PracticeId,
    /// What was seen of the record as it is.
    seen: Record,
    events: Vec<Event>,
    registrations: Vec<Registration>,
    scratch: Scratch,
}

impl<'a, 'b> Trial<'a, 'b> {
    /// None for one who is not on the register or needs no repair.
    pub(super) fn new(
        lens: &'a Lens<'b>,
        measurement: MeasurementId,
        patient: Patient<'a>,
        sought: Sought,
    ) -> Option<Trial<'a, 'b>> {
        let book = lens.book;
        let measured = &book.measurements[measurement.index()];
        let measure = &book.measures[measured.measure.index()];
        let mut scratch = Scratch::default();
        let (practice, found) = judge(lens, measurement, patient, &mut scratch)?;
        match found {
            Outcome::NotAchieved => {}
            Outcome::Achieved | Outcome::Excepted(_) | Outcome::Excluded(_) => return None,
        }
        let mut seen = Record::default();
        outcome(&mut Sight::new(lens, patient, measured.day, &mut scratch)?, measure, &mut Whole(&mut seen));
        Some(Trial {
            lens,
            measure,
            measured,
            patient,
            counted: book.clusters_in(&book.conditions_below(vec![measure.achieved.condition])),
            within: sought.within.or(measure.near.as_ref().map(|near| near.period)),
            measurement,
            practice,
            seen,
            events: Vec::new(),
            registrations: Vec::new(),
            scratch,
        })
    }

    /// The registration that counts.
    pub(super) fn registration(&self) -> Option<&'a Registration> {
        registration_on(&self.patient, self.measured.day)
    }

    /// The recorded events of some clusters, each once, as many as are looked at.
    pub(super) fn records(&self, clusters: ClusterSet) -> Vec<Event> {
        let events = self.patient.events.iter().filter(|event| self.lens.clusters_of(event).meets(clusters));
        let mut records: Vec<Event> = events.copied().collect();
        records.dedup();
        records.truncate(MOST_RECORDS);
        records
    }

    /// The recorded events of some clusters that are seen on the measurement day and lie in a window.
    pub(super) fn records_in(&mut self, clusters: ClusterSet, window: &Window) -> Vec<Event> {
        let mut sight = Sight::new(self.lens, self.patient, self.measured.day, &mut self.scratch);
        let days = sight.as_mut().and_then(|sight| sight.days(window));
        let (first, last) = days.unwrap_or((Day::LAST, Day::FIRST));
        let (first, last) = (first.max(self.patient.birth), last.min(self.measured.day));
        let mut records = self.records(clusters);
        records.retain(|event| first <= event.day && event.day <= last);
        records
    }

    /// What some dates are for the record as it is.
    pub(super) fn dates(&mut self, ids: &[DateId]) -> Vec<Option<Day>> {
        match Sight::new(self.lens, self.patient, self.measured.day, &mut self.scratch) {
            Some(mut sight) => ids.iter().map(|id| sight.date(*id)).collect(),
            None => Vec::new(),
        }
    }

    /// An event of a cluster, with the code that stands for it; None where no code of it is kept.
    pub(super) fn dose(&self, cluster: ClusterSet, day: Day) -> Option<Event> {
        let code: CodeIndex = cluster.iter().find_map(|at| self.lens.typical(at))?;
        Some(Event { day, code, giver: None })
    }

    /// The record as it would be.
    fn repair(&mut self, repair: &Repair) {
        self.events.clear();
        let stays = |event: &&Event| !repair.removed.contains(event);
        self.events.extend(self.patient.events.iter().filter(stays));
        self.events.extend(&repair.added);
        // What is dated before birth is never read.
        self.events.retain(|event| event.day >= self.patient.birth);
        self.events.sort_unstable();
        let counting = self.registration().copied();
        self.registrations.clear();
        self.registrations.extend(self.patient.registrations.iter().map(|stay| match repair.registered {
            Some(from) if Some(*stay) == counting => Registration { from, ..*stay },
            Some(_) | None => *stay,
        }));
        self.registrations.sort_by_key(|stay| (stay.from, stay.practice, stay.to.unwrap_or(Day::LAST)));
    }

    /// What would become of the patient, in the same practice.
    pub(super) fn outcome(&mut self, repair: &Repair) -> Option<Outcome> {
        self.repair(repair);
        let patient = Patient { events: &self.events, registrations: &self.registrations, ..self.patient };
        let (practice, outcome) = judge(self.lens, self.measurement, patient, &mut self.scratch)?;
        (practice == self.practice).then_some(outcome)
    }

    /// True if the patient would have achieved.
    pub(super) fn achieves(&mut self, repair: &Repair) -> bool {
        self.outcome(repair) == Some(Outcome::Achieved)
    }

    /// A repair that flips the outcome, with the clause that it makes hold; what else there is to say is left to say.
    pub(super) fn told(&mut self, told: NearMiss) -> NearMiss {
        self.repair(&told.repair);
        let patient = Patient { events: &self.events, registrations: &self.registrations, ..self.patient };
        let mut now = Record::default();
        if let Some(mut sight) = Sight::new(self.lens, patient, self.measured.day, &mut self.scratch) {
            outcome(&mut sight, self.measure, &mut Whole(&mut now));
        }
        let whole = match told.would_be.reason(self.measure) {
            Some(reason) => reason.clause.condition,
            None => self.measure.achieved.condition,
        };
        NearMiss { clause: clauses::flipped(self.lens.book, whole, &self.seen, &now), ..told }
    }

    /// A near miss of which so far only the kind and the repair are known, and that it achieves.
    pub(super) fn miss(&self, kind: Kind, repair: Repair) -> NearMiss {
        NearMiss {
            kind,
            would_be: Outcome::Achieved,
            clause: self.measure.achieved.condition,
            clusters: ClusterSet::default(),
            related: None,
            recorded_as: ClusterSet::default(),
            recorded: None,
            doses: 1,
            move_days: 0,
            repair,
        }
    }
}
