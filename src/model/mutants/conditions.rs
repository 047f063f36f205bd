//! Who counts, read otherwise: every clause of every measure, down to its last condition and day.

use crate::ground::{Period, Unit};
use crate::model::Rulebook;
use crate::model::book::{
    Clause, Condition, ConditionId, Date, DateId, Edge, Measure, MeasureId, Reason, Which, Window,
};
use crate::model::mutants::apply::{Change, Edit};
use crate::model::mutants::windows::{Moved, fewer, fixed, moved, other_days};
use crate::model::mutants::{ClauseKind, Concerns, Mutant, Part, Rewrite};

/// A month's end moves an age by no more days than this.
const MONTH_END_DAYS: i32 = 5;

/// What is taken for the last of several days in order.
const FIRST: Which = Which::FromStart(1);

pub(super) fn mutants(book: &Rulebook) -> Vec<Mutant> {
    let mut forge = Forge::new(book);
    forge.missing_day();
    for (measure, at) in book.measures.iter().zip(0..) {
        // What another rulebook counts is misread there.
        if measure.borrowed.is_none() {
            forge.measure(MeasureId(at), measure);
        }
    }
    forge.all
}

pub(super) struct Forge<'b> {
    pub(super) book: &'b Rulebook,
    pub(super) all: Vec<Mutant>,
    /// By measure: the conditions and the days that it reads.
    reads: Vec<(Vec<ConditionId>, Vec<DateId>)>,
    /// The same of the pathway.
    pathway_reads: (Vec<ConditionId>, Vec<DateId>),
    done: (Vec<ConditionId>, Vec<DateId>),
}

impl<'b> Forge<'b> {
    pub(super) fn new(book: &'b Rulebook) -> Forge<'b> {
        let reads = book.measures.iter().map(|measure| (book.conditions_of(measure), book.dates_of(measure)));
        let pathway_reads = read_by_pathway(book);
        Forge { book, all: Vec::new(), reads: reads.collect(), pathway_reads, done: (Vec::new(), Vec::new()) }
    }

    fn missing_day(&mut self) {
        let book = self.book;
        let ours = || book.measures.iter().zip(0..).filter(|(measure, _)| measure.borrowed.is_none());
        let Some((first, _)) = ours().next() else { return };
        let measures = ours().map(|(_, at)| MeasureId(at)).collect();
        self.all.push(Mutant {
            part: Part::Book,
            within: None,
            place: first.span,
            rewrite: Rewrite::MissingDay(book.missing_day.other()),
            concerns: Concerns { measures, ..Concerns::default() },
            edit: Change::MissingDay.into(),
        });
    }

    fn measure(&mut self, id: MeasureId, measure: &Measure) {
        self.clause(id, ClauseKind::Register, &measure.register);
        self.reasons(id, &measure.excludes, ClauseKind::Excluded);
        self.clause(id, ClauseKind::Achieved, &measure.achieved);
        self.reasons(id, &measure.excepts, ClauseKind::Excepted);
    }

    fn clause(&mut self, id: MeasureId, kind: ClauseKind, clause: &Clause) {
        self.condition(&Part::Clause(id, kind), clause.condition);
    }

    fn reasons(&mut self, id: MeasureId, reasons: &[Reason], kind: fn(usize) -> ClauseKind) {
        let concerns = || Concerns { measures: vec![id], ..Concerns::default() };
        for (at, reason) in reasons.iter().enumerate() {
            let part = Part::Clause(id, kind(at));
            let place = self.book.condition_words[reason.clause.condition.index()].span;
            let mutant = |rewrite, change: Change| Mutant {
                part: part.clone(),
                within: None,
                place,
                rewrite,
                concerns: concerns(),
                edit: change.into(),
            };
            self.all.push(mutant(Rewrite::ReasonDropped, Change::Never(id, kind(at))));
            if let Some(next) = reasons.get(at + 1) {
                self.all.push(mutant(Rewrite::ReadAfter(next.code.clone()), Change::Swapped(id, kind(at))));
            }
            self.clause(id, kind(at), &reason.clause);
        }
    }

    /// Its own readings, then those of what it is made of. One that several clauses read is read otherwise in all.
    pub(super) fn condition(&mut self, part: &Part, id: ConditionId) {
        if self.done.0.contains(&id) {
            return;
        }
        self.done.0.push(id);
        let book = self.book;
        let part = &part.named(book.condition_words[id.index()].name.as_deref());
        match &book.conditions[id.index()] {
            Condition::All(parts) => self.joined(part, id, parts, true),
            Condition::Any(parts) => self.joined(part, id, parts, false),
            Condition::Not(inner) => {
                self.push(part, id, Rewrite::Affirmed(*inner), Condition::All(vec![*inner]), Vec::new());
                self.condition(part, *inner);
            }
            Condition::Count { clusters, at_least, at_most, window } => {
                for becomes in quantities(*at_least, *at_most) {
                    let rewrite = Rewrite::Quantity { was: (*at_least, *at_most), becomes };
                    let (at_least, at_most) = becomes;
                    let read = Condition::Count { clusters: *clusters, at_least, at_most, window: window.clone() };
                    self.push(part, id, rewrite, read, Vec::new());
                }
                for (cluster, clusters) in fewer(book, *clusters) {
                    let (at_least, at_most, window) = (*at_least, *at_most, window.clone());
                    let read = Condition::Count { clusters, at_least, at_most, window };
                    self.push(part, id, Rewrite::ClusterDropped(cluster), read, Vec::new());
                }
                let in_pathway = self.pathway_reads.0.contains(&id);
                let ends = |edge: &Edge| !in_pathway && self.ends_with_sight(&self.reading(id), edge);
                for Moved { rewrite, window, new_dates } in moved(book, window, &ends) {
                    let read = Condition::Count { clusters: *clusters, at_least: *at_least, at_most: *at_most, window };
                    self.push(part, id, rewrite, read, new_dates);
                }
                self.window(part, id, window);
            }
            Condition::Falls { date, window } => self.falls(part, id, *date, window),
            Condition::RegisteredAt(date) => self.registered(part, id, *date),
            Condition::Exists(date) => self.date(part, id, *date),
            Condition::Beside(beside) => self.beside(part, id, beside),
        }
    }

    fn joined(&mut self, part: &Part, id: ConditionId, parts: &[ConditionId], of_all: bool) {
        let join = |parts: Vec<ConditionId>, of_all| if of_all { Condition::All(parts) } else { Condition::Any(parts) };
        if parts.len() > 1 {
            self.push(part, id, Rewrite::Joint { of_all }, join(parts.to_vec(), !of_all), Vec::new());
            for (at, dropped) in parts.iter().enumerate() {
                let mut fewer = parts.to_vec();
                fewer.remove(at);
                self.push(part, id, Rewrite::Dropped(*dropped), join(fewer, of_all), Vec::new());
            }
        }
        for inner in parts {
            self.condition(part, *inner);
        }
    }

    fn falls(&mut self, part: &Part, id: ConditionId, date: DateId, window: &Window) {
        for (becomes, day, words) in other_days(self.book, date) {
            let read = Condition::Falls { date: becomes, window: window.clone() };
            self.push(part, id, Rewrite::Day { was: date, becomes }, read, vec![(day, words)]);
        }
        for Moved { rewrite, window, new_dates } in moved(self.book, window, &|_| false) {
            if self.is_never_reached(date, &rewrite) {
                continue;
            }
            self.push(part, id, rewrite, Condition::Falls { date, window }, new_dates);
        }
        self.date(part, id, date);
        self.window(part, id, window);
    }

    /// True if nobody comes to an age on the one day that a moved edge takes in or leaves out: no birth comes to 18 months
    /// on 31 March, since September has 30 days.
    fn is_never_reached(&self, date: DateId, rewrite: &Rewrite) -> bool {
        let Rewrite::Edge { is_start, was, becomes: Some(becomes) } = rewrite else { return false };
        let Date::After(from, period) = self.book.dates[date.index()] else { return false };
        let (Some(old), Some(new)) = (fixed(self.book, *was), fixed(self.book, *becomes)) else { return false };
        let is_a_day_off = (new.days_since(old)).abs() == 1;
        if self.book.dates[from.index()] != Date::Birth || !is_a_day_off {
            return false;
        }
        // A later start leaves the old first day out; a later end takes the new last one in.
        let day = if (new > old) == *is_start { old } else { new };
        let birth = day.minus(period, self.book.missing_day);
        let births = (-MONTH_END_DAYS..=MONTH_END_DAYS).map(|days| birth.plus_days(days));
        !births.into_iter().any(|birth| birth.plus(period, self.book.missing_day) == day)
    }

    fn registered(&mut self, part: &Part, id: ConditionId, date: DateId) {
        let day = Period { count: 1, unit: Unit::Days };
        let becomes = DateId(u32::try_from(self.book.dates.len()).unwrap_or(u32::MAX));
        let words = &self.book.date_words[date.index()];
        let others = [
            (Date::Before(date, day), format!("the day before {words}")),
            (Date::After(date, day), format!("the day after {words}")),
        ];
        for new in others {
            let read = Condition::RegisteredAt(becomes);
            self.push(part, id, Rewrite::Day { was: date, becomes }, read, vec![new]);
        }
        self.date(part, id, date);
    }

    pub(super) fn window(&mut self, part: &Part, within: ConditionId, window: &Window) {
        for edge in window.from.iter().chain(&window.to) {
            self.date(part, within, edge.date);
        }
    }

    /// A day that is one of several in order; others are read otherwise where they are used.
    fn date(&mut self, part: &Part, within: ConditionId, id: DateId) {
        if self.done.1.contains(&id) {
            return;
        }
        self.done.1.push(id);
        let book = self.book;
        match &book.dates[id.index()] {
            Date::After(from, _) | Date::Before(from, _) => self.date(part, within, *from),
            Date::Nth { which, clusters, window } => {
                let part = part.named(Some(&book.date_words[id.index()]));
                let (which, clusters) = (*which, *clusters);
                let read = |which, clusters, window: &Window| Date::Nth { which, clusters, window: window.clone() };
                for becomes in others(which) {
                    let rewrite = Rewrite::Which { was: which, becomes };
                    self.push_date(&part, within, id, rewrite, read(becomes, clusters, window), Vec::new());
                }
                for (cluster, clusters) in fewer(book, clusters) {
                    let rewrite = Rewrite::ClusterDropped(cluster);
                    self.push_date(&part, within, id, rewrite, read(which, clusters, window), Vec::new());
                }
                let in_pathway = self.pathway_reads.1.contains(&id);
                let ends = |edge: &Edge| !in_pathway && self.ends_with_sight(&self.reading_day(id), edge);
                for Moved { rewrite, window, new_dates } in moved(book, window, &ends) {
                    self.push_date(&part, within, id, rewrite, read(which, clusters, &window), new_dates);
                }
                self.window(&part, within, window);
            }
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

    /// The measures that read a condition.
    fn reading(&self, id: ConditionId) -> Vec<MeasureId> {
        let numbered = self.reads.iter().zip(0..);
        numbered.filter(|((conditions, _), _)| conditions.contains(&id)).map(|(_, at)| MeasureId(at)).collect()
    }

    /// The measures that read a day.
    fn reading_day(&self, id: DateId) -> Vec<MeasureId> {
        let numbered = self.reads.iter().zip(0..);
        numbered.filter(|((_, dates), _)| dates.contains(&id)).map(|(_, at)| MeasureId(at)).collect()
    }

    /// True if nothing that is recorded after an edge is ever looked at: measures look no further than their day.
    fn ends_with_sight(&self, measures: &[MeasureId], edge: &Edge) -> bool {
        let book = self.book;
        let measured = || book.measurements.iter().filter(|measured| measures.contains(&measured.measure));
        edge.shift_days >= 0
            && match &book.dates[edge.date.index()] {
                Date::MeasurementDay => true,
                Date::YearEnd => measured().all(|measured| measured.day <= book.end),
                Date::Birth
                | Date::Registration
                | Date::YearStart
                | Date::ReportDay
                | Date::OfRow(_)
                | Date::Calendar(_)
                | Date::After(..)
                | Date::Before(..)
                | Date::Nth { .. } => false,
            }
    }

    pub(super) fn push(
        &mut self,
        part: &Part,
        id: ConditionId,
        rewrite: Rewrite,
        read: Condition,
        new_dates: Vec<(Date, String)>,
    ) {
        let pathway = self.pathway_reads.0.contains(&id);
        let concerns = Concerns { measures: self.reading(id), pathway, ..Concerns::default() };
        let place = self.book.condition_words[id.index()].span;
        let edit = Edit { new_dates, change: Change::Condition(id, read) };
        self.all.push(Mutant { part: part.clone(), within: Some(id), place, rewrite, concerns, edit });
    }

    fn push_date(
        &mut self,
        part: &Part,
        within: ConditionId,
        id: DateId,
        rewrite: Rewrite,
        read: Date,
        new_dates: Vec<(Date, String)>,
    ) {
        let pathway = self.pathway_reads.1.contains(&id);
        let concerns = Concerns { measures: self.reading_day(id), pathway, ..Concerns::default() };
        let place = self.book.condition_words[within.index()].span;
        let edit = Edit { new_dates, change: Change::Date(id, read) };
        self.all.push(Mutant { part: part.clone(), within: None, place, rewrite, concerns, edit });
    }
}

/// The conditions and days that a pathway reads.
fn read_by_pathway(book: &Rulebook) -> (Vec<ConditionId>, Vec<DateId>) {
    let Some(pathway) = &book.pathway else { return (Vec::new(), Vec::new()) };
    let of_states = pathway
        .states
        .iter()
        .flat_map(|state| state.condition.into_iter().chain(state.next.iter().filter_map(|next| next.when)));
    let roots = of_states.chain(pathway.alerts.iter().map(|alert| alert.condition)).collect();
    let conditions = book.conditions_below(roots);
    let dates = book.dates_in(&conditions);
    (conditions, dates)
}

/// A count asked for otherwise: one fewer and one more, and for an exact number one of its two bounds alone.
pub(super) fn quantities(at_least: u32, at_most: Option<u32>) -> Vec<(u32, Option<u32>)> {
    match at_most {
        None => [at_least.saturating_sub(1), at_least + 1]
            .into_iter()
            .filter(|count| *count > 0)
            .map(|count| (count, None))
            .collect(),
        Some(0) => vec![(0, Some(1)), (1, None)],
        Some(most) if most == at_least => {
            vec![(most - 1, Some(most - 1)), (most + 1, Some(most + 1)), (at_least, None), (0, Some(most))]
        }
        Some(most) => vec![(at_least, Some(most - 1)), (at_least, Some(most + 1))],
    }
}

/// Other days of several in order.
fn others(which: Which) -> Vec<Which> {
    match which {
        Which::FromStart(1) => vec![Which::FromStart(2), Which::Last],
        Which::FromStart(at) => vec![Which::FromStart(at - 1), Which::FromStart(at + 1), Which::Last],
        Which::Last => vec![FIRST],
    }
}
