//! A local pathway over an extract: the state of each child not achieved, alerts, what lists say, and what was won.
//!
//! Outcomes are those of the rulebooks that the scheme uses, by the same evaluator; the scheme cannot change them.

pub mod child;
pub mod explain;
mod won;

use std::collections::BTreeMap;

use rayon::prelude::*;

pub use self::child::{Apart, Child, Evidence, ListCell, OutstandingDose};
use crate::data::appointments::Appointments;
use crate::data::extract::{Extract, Partition, Patient, PracticeId, Wanted};
use crate::data::practices::{Practice, Practices};
use crate::data::progress::Progress;
use crate::data::slots::Slots;
use crate::eval::counts::Counts;
use crate::eval::judge::{Outcome, judge};
use crate::eval::sight::{Asked, Lens, Scratch};
use crate::ground::{ConceptId, Day, Findings};
use crate::model::Rulebook;
use crate::model::book::MeasurementId;
use crate::model::pathway::{Pathway, StateId};

/// What a pathway reads of the scheme's own rulebook, and of those that it uses.
pub const ASKED: Asked = Asked { courses: false, fees: false, pathway: true, related: false };

/// A scheme's rulebook, and those that it uses, made ready to look at patients.
#[derive(Debug)]
pub struct Lenses<'b> {
    pub(crate) scheme: Lens<'b>,
    pub(crate) pathway: &'b Pathway,
    pub(crate) year_end: Lens<'b>,
    pub(crate) baseline: Option<Lens<'b>>,
    /// By indicator of the pathway: its measurement in the rulebook of the year's end.
    pub(crate) indicators: Vec<MeasurementId>,
    /// The same in the baseline's rulebook; None for an indicator that it has not got.
    pub(crate) baseline_indicators: Vec<Option<MeasurementId>>,
    /// The codes that the extract keeps.
    pub(crate) codes: Vec<ConceptId>,
}

/// The codes of a scheme and of the rulebooks that it uses, with the texts beside them.
pub fn wanted(scheme: &Rulebook) -> Wanted {
    let mut codes: Vec<ConceptId> = Vec::new();
    let used = scheme.uses.iter().map(|used| (&*used.book, Asked::default()));
    for (book, asked) in used.chain([(scheme, ASKED)]) {
        let clusters = asked.clusters(book).iter().map(|at| &book.clusters[at]);
        codes.extend(clusters.flat_map(|cluster| &cluster.codes).map(|code| code.id));
    }
    Wanted { text: true, ..Wanted::codes(codes) }
}

impl<'b> Lenses<'b> {
    /// Lenses for an extract that keeps these codes, in this order; None for a rulebook without a pathway.
    pub fn new(scheme: &'b Rulebook, codes: &[ConceptId]) -> Option<Lenses<'b>> {
        let pathway = scheme.pathway.as_ref()?;
        let year_end: &Rulebook = &scheme.uses[pathway.year_end.index()].book;
        let baseline: Option<&Rulebook> = pathway.baseline.map(|used| &*scheme.uses[used.index()].book);
        let measures = pathway.indicators.iter().map(|id| &scheme.measures[id.index()]);
        let indicators = measures.clone().filter_map(|measure| measure.borrowed.map(|borrowed| borrowed.measurement));
        let baseline_indicators = measures.map(|measure| baseline.and_then(|book| book.measurement_of(&measure.code)));
        Some(Lenses {
            scheme: Lens::new(scheme, codes, ASKED),
            pathway,
            year_end: Lens::new(year_end, codes, Asked::default()),
            baseline: baseline.map(|book| Lens::new(book, codes, Asked::default())),
            indicators: indicators.collect(),
            baseline_indicators: baseline_indicators.collect(),
            codes: codes.to_vec(),
        })
    }

    /// By indicator of the pathway: the outcome of a patient; None for one who is not on its register.
    pub(crate) fn outcomes(&self, patient: Patient<'_>, scratch: &mut Scratch) -> Vec<Option<Outcome>> {
        let outcome = |id: &_| judge(&self.year_end, *id, patient, scratch).map(|(_, outcome)| outcome);
        self.indicators.iter().map(outcome).collect()
    }
}

/// What a pathway is looked at with, besides records.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The day of the report: what was recorded after it is not seen. Registrations stay those of the whole extract.
    pub as_of: Day,
    /// Appointments.
    pub appointments: &'a Appointments,
    /// Protected slots.
    pub slots: &'a Slots,
    /// What is known of practices.
    pub practices: &'a Practices,
    /// By practice: whether it takes part.
    pub takes_part: &'a [bool],
}

/// What a pathway comes to.
#[derive(Clone, Debug, Default)]
pub struct PathwayResult {
    /// The children who have not achieved one of the indicators, in no order.
    pub children: Vec<Child>,
    /// By practice (its id in the extract), then by indicator of the pathway, on the day of the report.
    pub year_end: Vec<Vec<Counts>>,
    /// The same at the baseline.
    pub baseline: Vec<Vec<Counts>>,
    /// Who achieved since the baseline.
    pub won: Vec<Won>,
}

/// One indicator of one child achieved since the baseline.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Won {
    /// The practice it counts for.
    pub practice_code: String,
    /// The indicator, by its place in the pathway.
    pub indicator: usize,
    /// The state before the dose that achieved it; None for one who was not pursued then.
    pub state: Option<StateId>,
}

/// What lists say of a practice.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Card {
    /// The name.
    pub name: Option<String>,
    /// The area.
    pub area: Option<String>,
    /// The member of staff who books.
    pub contact_name: Option<String>,
    /// How to reach them.
    pub contact_details: Option<String>,
    /// Protected slots that are free on or after the day of the report, in order: `2025-01-15 09:00 to 2025-01-15 09:20`.
    pub free_slots: Vec<String>,
}

/// The cards of all practices of an extract, by code.
pub fn cards(extract: &Extract, setting: &Setting<'_>) -> BTreeMap<String, Card> {
    let card = |code: &str| {
        let practice = setting.practices.find(code);
        let text = |of: fn(&Practice) -> &Option<String>| practice.and_then(|practice| of(practice).clone());
        let free = setting.slots.of(code).iter().filter(|slot| !slot.taken && slot.day >= setting.as_of);
        let shown = free.map(|slot| match &slot.end {
            Some(end) => format!("{} to {end}", slot.start),
            None => slot.start.clone(),
        });
        Card {
            name: text(|practice| &practice.name),
            area: text(|practice| &practice.area),
            contact_name: text(|practice| &practice.contact_name),
            contact_details: text(|practice| &practice.contact_details),
            free_slots: shown.collect(),
        }
    };
    extract.practices().map(|(_, code)| (code.to_owned(), card(code))).collect()
}

/// Looks at every patient of an extract, on the threads of the current pool. Findings are those that only grouping by
/// patient can show.
pub fn run(
    extract: &Extract,
    lenses: &Lenses<'_>,
    setting: &Setting<'_>,
    progress: &dyn Progress,
) -> (PathwayResult, Findings) {
    let practices = extract.practices().len();
    let empty = || vec![vec![Counts::default(); lenses.indicators.len()]; practices];
    let of_partition = |at: usize| {
        let partition = extract.partition(at);
        let mut result = PathwayResult { year_end: empty(), baseline: empty(), ..PathwayResult::default() };
        let mut look = Look { lenses, setting, extract, partition: &partition, scratch: Scratches::default() };
        let patients = partition.patients();
        let rows = patients.len() as u64;
        for (place, patient) in patients.enumerate() {
            look.patient(place, patient, &mut result);
        }
        progress.advance(rows);
        (result, partition.findings().clone())
    };
    let start =
        || (PathwayResult { year_end: empty(), baseline: empty(), ..PathwayResult::default() }, Findings::default());
    let merge = |mut a: (PathwayResult, Findings), b: (PathwayResult, Findings)| {
        a.0.merge(b.0);
        a.1.merge(b.1);
        a
    };
    (0..extract.partition_count()).into_par_iter().map(of_partition).reduce(start, merge)
}

impl PathwayResult {
    fn merge(&mut self, other: PathwayResult) {
        self.children.extend(other.children);
        self.won.extend(other.won);
        for (mine, theirs) in [(&mut self.year_end, other.year_end), (&mut self.baseline, other.baseline)] {
            for (mine, theirs) in mine.iter_mut().flatten().zip(theirs.into_iter().flatten()) {
                mine.add(theirs);
            }
        }
    }
}

/// Room for the dates of each rulebook, kept between patients.
#[derive(Debug, Default)]
pub(crate) struct Scratches {
    scheme: Scratch,
    year_end: Scratch,
    baseline: Scratch,
}

/// One thread's look at one partition.
struct Look<'l, 'b> {
    lenses: &'l Lenses<'b>,
    setting: &'l Setting<'l>,
    extract: &'l Extract,
    partition: &'l Partition,
    scratch: Scratches,
}

/// The patient as seen on a day: what was recorded after it is not there.
pub(crate) fn as_seen_on<'p>(patient: Patient<'p>, day: Day) -> Patient<'p> {
    let seen = patient.events.partition_point(|event| event.day <= day);
    Patient { events: &patient.events[..seen], ..patient }
}

impl Look<'_, '_> {
    fn patient(&mut self, place: usize, patient: Patient<'_>, result: &mut PathwayResult) {
        self.baseline(patient, result);
        let seen = as_seen_on(patient, self.setting.as_of);
        let mut outcomes = Vec::new();
        for (at, id) in self.lenses.indicators.iter().enumerate() {
            let (first, last) = self.lenses.year_end.births[id.index()];
            if patient.birth < first || patient.birth > last {
                continue;
            }
            let judged = judge(&self.lenses.year_end, *id, seen, &mut self.scratch.year_end);
            if let Some((practice, outcome)) = judged.filter(|(practice, _)| self.takes_part(*practice)) {
                result.year_end[practice.0 as usize][at].count(outcome);
                outcomes.push((at, practice, outcome));
            }
        }
        if outcomes.is_empty() {
            return;
        }
        let texts = texts(self.partition, place, patient);
        for (at, practice, outcome) in &outcomes {
            if *outcome == Outcome::Achieved
                && let Some(won) = self.won(*at, *practice, patient, &texts)
            {
                result.won.push(won);
            }
        }
        let open: Vec<usize> =
            outcomes.iter().filter(|(_, _, outcome)| *outcome == Outcome::NotAchieved).map(|(at, ..)| *at).collect();
        if let (false, Some((_, practice, _))) = (open.is_empty(), outcomes.first())
            && let Some(child) = self.child(patient, *practice, open, &texts)
        {
            result.children.push(child);
        }
    }

    fn takes_part(&self, practice: PracticeId) -> bool {
        self.setting.takes_part.get(practice.0 as usize).copied().unwrap_or(false)
    }

    fn baseline(&mut self, patient: Patient<'_>, result: &mut PathwayResult) {
        let Some(lens) = &self.lenses.baseline else { return };
        for (at, id) in self.lenses.baseline_indicators.iter().enumerate() {
            let Some(id) = id else { continue };
            let (first, last) = lens.births[id.index()];
            if patient.birth < first || patient.birth > last {
                continue;
            }
            if let Some((practice, outcome)) = judge(lens, *id, patient, &mut self.scratch.baseline)
                && self.takes_part(practice)
            {
                result.baseline[practice.0 as usize][at].count(outcome);
            }
        }
    }
}

/// The texts of all events of a patient, those that have none empty.
fn texts<'p>(partition: &'p Partition, place: usize, patient: Patient<'_>) -> Vec<&'p str> {
    (0..patient.events.len()).map(|event| partition.text(place, event).unwrap_or_default()).collect()
}
