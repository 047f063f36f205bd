//! One patient on one measurement day: which registration counts, which events are seen, and what each date is.

use crate::data::extract::{CodeIndex, CodeInterest, Event, Interest, Patient, Registration};
use crate::eval::beside::{Row, Surroundings};
use crate::eval::births::{BirthDays, births};
use crate::ground::{ConceptId, Day};
use crate::model::Rulebook;
use crate::model::book::{ClusterSet, Date, DateId, Edge, Measure, MeasureKind, MeasurementId, Which, Window};

/// What is to be found out beside the indicators: it costs reading more events.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// Vaccine courses too.
    pub courses: bool,
    /// Doses that earn fees too, and who gave them.
    pub fees: bool,
    /// What the pathway reads, texts among it.
    pub pathway: bool,
    /// What may have been a dose of the indicators, recorded as something else.
    pub related: bool,
}

impl Asked {
    /// True if a measure is to be counted.
    fn measures(self, measure: &Measure) -> bool {
        self.courses || measure.kind == MeasureKind::Indicator
    }

    /// The clusters of a rulebook that must be read.
    pub fn clusters(self, book: &Rulebook) -> ClusterSet {
        let measures = book.measures.iter().filter(|measure| self.measures(measure));
        let counted =
            measures.map(|measure| book.clusters_of_measure(measure)).fold(ClusterSet::default(), ClusterSet::or);
        let fees = book.fees.iter().filter(|_| self.fees);
        let paid = fees.map(|fee| book.clusters_of_fee(fee)).fold(counted, ClusterSet::or);
        let read = if self.pathway { paid.or(book.clusters_of_pathway()) } else { paid };
        let related = book.measures.iter().filter(|measure| self.related && self.measures(measure));
        related.map(|measure| book.clusters_of_related(measure)).fold(read, ClusterSet::or)
    }

    /// By measurement: first and last date of birth that can be on its register; nobody's for what was not asked for.
    fn births(self, book: &Rulebook) -> impl Iterator<Item = (Day, Day)> {
        book.measurements.iter().map(move |measurement| {
            let measure = &book.measures[measurement.measure.index()];
            if self.measures(measure) { births(book, measurement.day, measure.register.condition) } else { NOBODY }
        })
    }

    /// On which births and codes outcomes under any of the rulebooks can hang. None where more than outcomes was asked for,
    /// since fees, a pathway and related events look at everybody.
    pub fn interest(self, books: &[Rulebook], codes: &[ConceptId]) -> Option<Interest> {
        if self.fees || self.pathway || self.related {
            return None;
        }
        let mut interest = Interest { codes: vec![CodeInterest::default(); codes.len()], ..Interest::default() };
        for book in books {
            let clusters: Vec<ClusterSet> = codes.iter().map(|code| book.clusters_of(*code)).collect();
            for (measurement, (first, last)) in book.measurements.iter().zip(self.births(book)) {
                interest.births.add(first, last);
                let read = book.clusters_of_measure(&book.measures[measurement.measure.index()]);
                let of_codes = interest.codes.iter_mut().zip(&clusters).filter(|(_, clusters)| clusters.meets(read));
                for (code, _) in of_codes.filter(|_| first <= last) {
                    code.births.add(first, last);
                    // Only what was recorded by the day of measurement is seen.
                    code.last = code.last.max(Some(measurement.day));
                }
            }
        }
        Some(interest)
    }
}

/// No date of birth.
const NOBODY: (Day, Day) = (Day::LAST, Day::FIRST);

/// A rulebook made ready to look at patients: which clusters each wanted code is in.
#[derive(Debug)]
pub struct Lens<'b> {
    pub(crate) book: &'b Rulebook,
    /// By the code's place in the extract's list.
    code_sets: Vec<ClusterSet>,
    /// By measurement: first and last date of birth that can be on its register.
    pub(crate) births: Vec<(Day, Day)>,
    /// The measurements that have a register, each with the first and last date of birth that can be on it.
    pub(crate) judged: Vec<(MeasurementId, Day, Day)>,
    /// The births that can be on any register at all.
    registers: BirthDays,
    /// By cluster: the code that stands for it where a dose is supposed, the one that is in the fewest other clusters.
    typical: Vec<Option<CodeIndex>>,
    /// All clusters that a fee pays for; none where fees were not asked for.
    pub(crate) fee_clusters: ClusterSet,
    /// By date: whether it hangs on the row of a table that is being asked about.
    pub(crate) of_rows: Vec<bool>,
}

impl<'b> Lens<'b> {
    /// A lens for an extract that keeps these codes, in this order; measures that were not asked for have no register.
    pub fn new(book: &'b Rulebook, codes: &[ConceptId], asked: Asked) -> Lens<'b> {
        let fees = book.fees.iter().filter(|_| asked.fees);
        let code_sets: Vec<ClusterSet> = codes.iter().map(|code| book.clusters_of(*code)).collect();
        let births: Vec<(Day, Day)> = asked.births(book).collect();
        Lens {
            book,
            judged: judged(&births),
            registers: BirthDays::of(&births),
            typical: (0..book.clusters.len()).map(|cluster| typical(&code_sets, cluster)).collect(),
            code_sets,
            births,
            of_rows: (0..).take(book.dates.len()).map(|at| hangs_on_row(book, DateId(at))).collect(),
            fee_clusters: fees.map(|fee| fee.clusters).fold(ClusterSet::default(), ClusterSet::or),
        }
    }

    /// Whether one born on a day can be on any register of what was asked for.
    #[inline]
    pub(crate) fn may_be_on_register(&self, birth: Day) -> bool {
        self.registers.contain(birth)
    }

    /// The rulebook.
    pub fn book(&self) -> &'b Rulebook {
        self.book
    }

    /// The code that stands for a cluster; None where none of its codes is kept.
    pub(crate) fn typical(&self, cluster: usize) -> Option<CodeIndex> {
        self.typical.get(cluster).copied().flatten()
    }

    /// The clusters that a kept code is in.
    pub(crate) fn clusters_of_code(&self, code: CodeIndex) -> ClusterSet {
        self.code_sets.get(usize::from(code.0)).copied().unwrap_or_default()
    }

    pub(crate) fn clusters_of(&self, event: &Event) -> ClusterSet {
        self.clusters_of_code(event.code)
    }
}

/// Those of the measurements on whose register somebody can be.
fn judged(births: &[(Day, Day)]) -> Vec<(MeasurementId, Day, Day)> {
    let measurements = (0..).map(MeasurementId).zip(births);
    measurements.filter(|(_, (first, last))| first <= last).map(|(id, (first, last))| (id, *first, *last)).collect()
}

/// The code of a cluster that is in the fewest clusters; of several the first.
fn typical(code_sets: &[ClusterSet], cluster: usize) -> Option<CodeIndex> {
    let codes = (0..=u16::MAX).zip(code_sets).filter(|(_, set)| set.meets(ClusterSet(1 << cluster)));
    codes.min_by_key(|(_, set)| set.0.count_ones()).map(|(at, _)| CodeIndex(at))
}

/// Whether a date hangs on the row of a table that is being asked about.
fn hangs_on_row(book: &Rulebook, date: DateId) -> bool {
    match &book.dates[date.index()] {
        Date::OfRow(_) => true,
        Date::After(from, _) | Date::Before(from, _) => hangs_on_row(book, *from),
        Date::Nth { window, .. } => window.from.iter().chain(&window.to).any(|edge| hangs_on_row(book, edge.date)),
        Date::Birth
        | Date::Registration
        | Date::YearStart
        | Date::YearEnd
        | Date::MeasurementDay
        | Date::ReportDay
        | Date::Calendar(_) => false,
    }
}

/// Dates of the patient at hand that were worked out already; kept between patients so that nothing is allocated.
#[derive(Debug, Default)]
pub struct Scratch {
    dates: Vec<(u32, Option<Day>)>,
    turn: u32,
}

impl Scratch {
    /// Forgets the dates of the patient before.
    fn renew(&mut self, dates: usize) {
        self.turn = self.turn.wrapping_add(1);
        if self.dates.len() < dates || self.turn == 0 {
            self.dates.clear();
            self.dates.resize(dates, (0, None));
            self.turn = 1;
        }
    }
}

/// One patient on one measurement day.
pub(crate) struct Sight<'a, 'b> {
    pub(crate) lens: &'a Lens<'b>,
    pub(crate) patient: Patient<'a>,
    pub(crate) day: Day,
    /// The registration that counts.
    pub(crate) registration: &'a Registration,
    /// Events from birth to the measurement day.
    pub(crate) events: &'a [Event],
    /// What stands beside the records; nothing in an ordinary run.
    pub(crate) surroundings: Surroundings<'a>,
    /// The row of a table that is being asked about.
    pub(crate) row: Option<Row<'a>>,
    /// The place of the first of `events` among the patient's.
    first_event: usize,
    /// True if no window ends, so that nothing can be too late.
    ends_lifted: bool,
    scratch: &'a mut Scratch,
}

/// A window with its days worked out: from the first to the last, both included. None where a date is missing: then no
/// day lies in it.
pub(crate) type Days = Option<(Day, Day)>;

impl<'a, 'b> Sight<'a, 'b> {
    /// None for a patient who was on no list by that day.
    pub(crate) fn new(
        lens: &'a Lens<'b>,
        patient: Patient<'a>,
        day: Day,
        scratch: &'a mut Scratch,
    ) -> Option<Sight<'a, 'b>> {
        let registration = registration_on(&patient, day)?;
        Some(Sight::with(lens, patient, day, registration, scratch))
    }

    /// One patient at the year's end with what stands beside the records, everything recorded by the day of the report
    /// seen. None for a patient who was on no list by the year's end.
    pub(crate) fn reported(
        lens: &'a Lens<'b>,
        patient: Patient<'a>,
        surroundings: Surroundings<'a>,
        scratch: &'a mut Scratch,
    ) -> Option<Sight<'a, 'b>> {
        let end = lens.book.end;
        let registration = registration_on(&patient, end)?;
        let seen_to = surroundings.report_day.unwrap_or(end);
        let seen = Sight::with(lens, patient, seen_to, registration, scratch);
        Some(Sight { day: end, surroundings, ..seen })
    }

    fn with(
        lens: &'a Lens<'b>,
        patient: Patient<'a>,
        day: Day,
        registration: &'a Registration,
        scratch: &'a mut Scratch,
    ) -> Sight<'a, 'b> {
        let (born, seen) = (first_of_life(&patient), events_until(&patient, day));
        scratch.renew(lens.book.dates.len());
        let events = patient.events.get(born..seen).unwrap_or(&[]);
        Sight {
            lens,
            patient,
            day,
            registration,
            events,
            surroundings: Surroundings::default(),
            row: None,
            first_event: born,
            ends_lifted: false,
            scratch,
        }
    }

    /// The same where no window ends: what was given too late is seen as if it had been in time, and so is what was given
    /// after the measurement day.
    pub(crate) fn without_ends(
        lens: &'a Lens<'b>,
        patient: Patient<'a>,
        day: Day,
        scratch: &'a mut Scratch,
    ) -> Option<Sight<'a, 'b>> {
        let mut sight = Sight::new(lens, patient, day, scratch)?;
        let born = first_of_life(&patient);
        sight.events = patient.events.get(born..).unwrap_or(&[]);
        sight.ends_lifted = true;
        Some(sight)
    }

    /// The same for one who may have been on no list yet: the first registration then stands in.
    pub(crate) fn of_anyone(
        lens: &'a Lens<'b>,
        patient: Patient<'a>,
        day: Day,
        scratch: &'a mut Scratch,
    ) -> Option<Sight<'a, 'b>> {
        let registration = registration_on(&patient, day).or_else(|| patient.registrations.first())?;
        Some(Sight::with(lens, patient, day, registration, scratch))
    }

    /// What a date is for this patient; None where the event it hangs on is not there.
    pub(crate) fn date(&mut self, id: DateId) -> Option<Day> {
        // What hangs on the row at hand is another day for the next row.
        if self.row.is_some() && self.lens.of_rows[id.index()] {
            return self.work_out(id);
        }
        let (turn, day) = self.scratch.dates[id.index()];
        if turn == self.scratch.turn {
            return day;
        }
        let day = self.work_out(id);
        self.scratch.dates[id.index()] = (self.scratch.turn, day);
        day
    }

    fn work_out(&mut self, id: DateId) -> Option<Day> {
        let book = self.lens.book;
        match &book.dates[id.index()] {
            Date::Birth => Some(self.patient.birth),
            Date::Registration => Some(self.registration.from),
            Date::YearStart => Some(book.start),
            Date::YearEnd => Some(book.end),
            Date::MeasurementDay => Some(self.day),
            Date::ReportDay => Some(self.surroundings.report_day.unwrap_or(self.day)),
            Date::OfRow(date) => self.row.and_then(|row| row.date(*date)),
            Date::Calendar(day) => Some(*day),
            Date::After(from, period) => self.date(*from).map(|from| from.plus(*period, book.missing_day)),
            Date::Before(from, period) => self.date(*from).map(|from| from.minus(*period, book.missing_day)),
            Date::Nth { which, clusters, window } => {
                let days = self.days(window);
                let mut found = self.days_of(*clusters, days);
                match which {
                    Which::FromStart(at) => found.nth(*at as usize - 1),
                    Which::Last => found.last(),
                }
            }
        }
    }

    /// The days of a window.
    pub(crate) fn days(&mut self, window: &Window) -> Days {
        let mut first = Day::FIRST;
        for edge in &window.from {
            first = first.max(self.date(edge.date)?.plus_days(edge.shift_days));
        }
        let mut last = Day::LAST;
        for edge in self.ends(window) {
            last = last.min(self.date(edge.date)?.plus_days(edge.shift_days));
        }
        Some((first, last))
    }

    /// True if no window ends here.
    pub(crate) fn ends_are_lifted(&self) -> bool {
        self.ends_lifted
    }

    /// The upper edges of a window, if windows end.
    pub(crate) fn ends(&self, window: &'b Window) -> &'b [Edge] {
        if self.ends_lifted { &[] } else { &window.to }
    }

    /// The distinct days in a window on which an event of the clusters was recorded, in order.
    pub(crate) fn days_of(&self, clusters: ClusterSet, days: Days) -> impl Iterator<Item = Day> + use<'a, 'b> {
        let (first, last) = days.unwrap_or((Day::LAST, Day::FIRST));
        let lens = self.lens;
        let mut before = None;
        let in_window =
            self.events.iter().skip_while(move |event| event.day < first).take_while(move |event| event.day <= last);
        in_window.filter(move |event| lens.clusters_of(event).meets(clusters)).filter_map(move |event| {
            let is_new = before != Some(event.day);
            before = Some(event.day);
            is_new.then_some(event.day)
        })
    }

    /// Every day on which an event of the clusters was recorded, those before birth or after the measurement day too.
    pub(crate) fn all_days_of(&self, clusters: ClusterSet) -> Vec<Day> {
        let recorded = self.patient.events.iter().filter(|event| self.lens.clusters_of(event).meets(clusters));
        recorded.map(|event| event.day).collect()
    }

    /// The records of the clusters in a window, in order of day, each with its text; empty for none.
    pub(crate) fn texts_of(
        &self,
        clusters: ClusterSet,
        days: Days,
    ) -> impl Iterator<Item = (Day, &'a str)> + use<'a, 'b> {
        let (first, last) = days.unwrap_or((Day::LAST, Day::FIRST));
        let (lens, texts, first_event) = (self.lens, self.surroundings.texts, self.first_event);
        let numbered = self.events.iter().enumerate();
        let in_window = numbered.filter(move |(_, event)| first <= event.day && event.day <= last);
        in_window
            .filter(move |(_, event)| lens.clusters_of(event).meets(clusters))
            .map(move |(at, event)| (event.day, texts.get(first_event + at).copied().unwrap_or_default()))
    }

    /// The records of the clusters in a window, in order of day, with their places among the patient's events.
    pub(crate) fn records_of(&self, clusters: ClusterSet, days: Days) -> impl Iterator<Item = usize> + use<'a, 'b> {
        let (first, last) = days.unwrap_or((Day::LAST, Day::FIRST));
        let (lens, first_event) = (self.lens, self.first_event);
        let numbered = self.events.iter().enumerate();
        let in_window = numbered.filter(move |(_, event)| first <= event.day && event.day <= last);
        in_window.filter(move |(_, event)| lens.clusters_of(event).meets(clusters)).map(move |(at, _)| first_event + at)
    }

    /// True if some registration holds on a day.
    pub(crate) fn registered_at(&self, day: Day) -> bool {
        self.patient.registrations.iter().any(|registration| holds(registration, &self.patient, day))
    }
}

/// The place of the first event that is not before birth; hardly anybody has one before.
fn first_of_life(patient: &Patient<'_>) -> usize {
    let is_before = |event: &Event| event.day < patient.birth;
    match patient.events.first() {
        Some(first) if is_before(first) => patient.events.partition_point(is_before),
        Some(_) | None => 0,
    }
}

/// How many events there are until the end of a day; most often all of them.
fn events_until(patient: &Patient<'_>, day: Day) -> usize {
    let is_seen = |event: &Event| event.day <= day;
    match patient.events.last() {
        Some(last) if !is_seen(last) => patient.events.partition_point(is_seen),
        Some(_) | None => patient.events.len(),
    }
}

/// True if the patient is on that list, and alive, on a day.
fn holds(registration: &Registration, patient: &Patient<'_>, day: Day) -> bool {
    registration.from <= day
        && registration.to.is_none_or(|to| to > day)
        && patient.death.is_none_or(|death| death > day)
}

/// The registration that counts on a day: the last that holds, else the last that had begun.
pub(crate) fn registration_on<'a>(patient: &Patient<'a>, day: Day) -> Option<&'a Registration> {
    let begun = || patient.registrations.iter().rfind(|registration| registration.from <= day);
    holding(patient, day).or_else(begun)
}

/// The registration that holds on a day; of several the last.
pub(crate) fn holding<'a>(patient: &Patient<'a>, day: Day) -> Option<&'a Registration> {
    patient.registrations.iter().rfind(|registration| holds(registration, patient, day))
}

/// True if more than one registration holds on a day.
pub(crate) fn is_registered_twice(patient: &Patient<'_>, day: Day) -> bool {
    patient.registrations.len() > 1
        && patient.registrations.iter().filter(|registration| holds(registration, patient, day)).count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_a_pathway_and_related_events_each_look_at_everybody() {
        let outcomes = Asked::default();
        let fees = Asked { fees: true, ..outcomes };
        let pathway = Asked { pathway: true, ..outcomes };
        let related = Asked { related: true, ..outcomes };
        for asked in [fees, pathway, related] {
            assert!(asked.interest(&[], &[]).is_none(), "{asked:?}");
        }
        for asked in [outcomes, Asked { courses: true, ..outcomes }] {
            assert!(asked.interest(&[], &[]).is_some(), "{asked:?}");
        }
    }
}
