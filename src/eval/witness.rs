//! A made-up child that two rulebooks treat differently: the shortest way to say what a change of rules does.
//!
//! Children are drawn at the edges that either rulebook names (an age, the year's first and last day) and a day to either
//! side, judged by the ordinary evaluator on both sides, and made as small as they go: fewer events, registered at birth.
//! Where the rulebooks are of different years the child is born so many years later for the new one, so that it has the
//! same ages. The draws are the same each time.

mod draw;

use crate::eval::examples::{Bench, MadeUp};
use crate::eval::judge::Outcome;
use crate::eval::witness::draw::{Field, Luck};
use crate::ground::{ConceptId, Day};
use crate::model::Rulebook;
use crate::model::book::{Measure, MeasurementId};
use crate::model::difference::{Change, ReasonKind, Subject, What, moved};
use crate::model::examples::Person;

/// The most children that are drawn for one measure.
const MOST_DRAWN: usize = 60_000;

/// So many finds are made small; the smallest is told.
const ENOUGH_FOUND: usize = 12;

/// The codes of one cluster that are searched for.
const MOST_CODES: usize = 3;

/// A made-up child.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Child {
    /// Date of birth.
    pub birth: Day,
    /// The first day on the list.
    pub registered: Day,
    /// What was recorded when, in order of day.
    pub events: Vec<(Day, ConceptId)>,
}

impl Child {
    /// The same child, born so many years later.
    fn later(&self, years: i32) -> Child {
        let events = self.events.iter().map(|(day, code)| (moved(*day, years), *code)).collect();
        Child { birth: moved(self.birth, years), registered: moved(self.registered, years), events }
    }

    fn made_up(&self) -> MadeUp<'_> {
        let person = Person { birth: self.birth, registered: self.registered, deregistered: None, death: None };
        MadeUp { person, events: &self.events }
    }

    /// Fewer events are simpler; then to be registered at birth; then a day of birth that every month has.
    fn size(&self) -> (usize, bool, bool, &Child) {
        (self.events.len(), self.registered != self.birth, !is_plain(self.birth), self)
    }
}

/// A child that two rulebooks treat differently.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// What is measured, in the old rulebook and in the new one.
    pub measurements: (MeasurementId, MeasurementId),
    /// The child, in the old rulebook's years and in the new one's.
    pub children: (Child, Child),
    /// What becomes of it; None where it is not on the register.
    pub outcomes: (Option<Outcome>, Option<Outcome>),
}

/// What a search came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Search {
    /// The change is not one of how a child is treated by a measure that both rulebooks have.
    NotSought,
    /// No child was found that the two treat differently.
    NotFound,
    /// This one was.
    Found(Box<Witness>),
}

/// For each change, a child that shows it.
pub fn witnesses(old: &Rulebook, new: &Rulebook, changes: &[Change]) -> Vec<Search> {
    let mut found = vec![Search::NotSought; changes.len()];
    let mut sought_codes: Vec<(&Subject, usize)> = Vec::new();
    let mut pair = BothSides::new(old, new);
    for (at, change) in changes.iter().enumerate() {
        let measures: Vec<&str> = match (&change.subject, &change.what) {
            (Subject::Measure(code), _) => vec![code],
            (Subject::Book, What::MissingDay) => pair.common().collect(),
            (Subject::Cluster(name), What::Code(_)) => {
                let searched = sought_codes.iter().filter(|(subject, _)| **subject == change.subject).count();
                sought_codes.push((&change.subject, at));
                if searched < MOST_CODES { pair.reading(name) } else { Vec::new() }
            }
            _ => Vec::new(),
        };
        let both = |code: &&str| old.measure(code).is_some() && new.measure(code).is_some();
        let measures: Vec<&str> = measures.into_iter().filter(both).collect();
        let Some(sought) = Sought::of(change).filter(|_| !measures.is_empty()) else { continue };
        let search = measures.into_iter().find_map(|code| pair.search(code, &sought));
        found[at] = search.map_or(Search::NotFound, |witness| Search::Found(Box::new(witness)));
    }
    found
}

/// What must be so of a child that shows a change.
#[derive(Clone, Debug)]
enum Sought {
    /// On the register of one of the two only.
    OnRegister,
    /// On both registers, and achieved by one only.
    Achieved,
    /// On both registers, and let out of the count by this reason on one side only.
    Reason(ReasonKind, String),
    /// Let out of the count on both sides, for different reasons.
    Reasons,
    /// Treated differently in any way.
    Anything,
    /// Treated differently for a record of this code alone.
    Code(ConceptId),
}

impl Sought {
    fn of(change: &Change) -> Option<Sought> {
        match &change.what {
            What::Register => Some(Sought::OnRegister),
            What::Achieved => Some(Sought::Achieved),
            What::Reason(kind, code) => Some(Sought::Reason(*kind, code.clone())),
            What::ReasonOrder(_) => Some(Sought::Reasons),
            What::MeasuredOn | What::MissingDay => Some(Sought::Anything),
            What::Code(code) => Some(Sought::Code(*code)),
            _ => None,
        }
    }

    fn is_shown(&self, old: (&Measure, Option<Outcome>), new: (&Measure, Option<Outcome>)) -> bool {
        let reason = |(measure, outcome): (&Measure, Option<Outcome>)| {
            outcome.and_then(|outcome| outcome.reason(measure)).map(|reason| reason.code.clone())
        };
        let on_both = old.1.is_some() && new.1.is_some();
        let reasons = (reason(old), reason(new));
        match self {
            Sought::OnRegister => old.1.is_some() != new.1.is_some(),
            Sought::Achieved => on_both && (old.1 == Some(Outcome::Achieved)) != (new.1 == Some(Outcome::Achieved)),
            Sought::Reason(kind, code) => {
                let is_it = |outcome: Option<Outcome>, reason: &Option<String>| {
                    let of_kind = match kind {
                        ReasonKind::Exception => matches!(outcome, Some(Outcome::Excepted(_))),
                        ReasonKind::Exclusion => matches!(outcome, Some(Outcome::Excluded(_))),
                    };
                    of_kind && reason.as_ref() == Some(code)
                };
                on_both && is_it(old.1, &reasons.0) != is_it(new.1, &reasons.1)
            }
            Sought::Reasons => on_both && reasons.0.is_some() && reasons.1.is_some() && reasons.0 != reasons.1,
            Sought::Anything | Sought::Code(_) => {
                let word = |outcome: Option<Outcome>| outcome.map(Outcome::word);
                word(old.1) != word(new.1) || reasons.0 != reasons.1
            }
        }
    }
}

/// True for a day of the month that every month has, and that no leap day moves.
fn is_plain(day: Day) -> bool {
    let (_, month, of_month) = day.ymd();
    of_month <= 27 && !(month == 3 && of_month == 1)
}

/// Both rulebooks, ready to judge.
struct BothSides<'b> {
    old: &'b Rulebook,
    new: &'b Rulebook,
    years: i32,
    benches: (Bench<'b>, Bench<'b>),
}

impl<'b> BothSides<'b> {
    fn new(old: &'b Rulebook, new: &'b Rulebook) -> BothSides<'b> {
        let years = new.start.ymd().0 - old.start.ymd().0;
        BothSides { old, new, years, benches: (Bench::new(old), Bench::new(new)) }
    }

    /// The codes of measures that both rulebooks have.
    fn common(&self) -> impl Iterator<Item = &'b str> {
        let new = self.new;
        let codes = self.old.measures.iter().map(|measure| measure.code.as_str());
        codes.filter(move |code| new.measure(code).is_some())
    }

    /// Those of them that read a cluster, on both sides.
    fn reading(&self, cluster: &str) -> Vec<&'b str> {
        let reads = |book: &Rulebook, code: &str| {
            let measure = book.measure(code).map(|id| &book.measures[id.index()]);
            measure.is_some_and(|measure| {
                book.clusters_of_measure(measure).iter().any(|at| book.clusters[at].name == cluster)
            })
        };
        self.common().filter(|code| reads(self.old, code) && reads(self.new, code)).collect()
    }

    fn search(&mut self, code: &str, sought: &Sought) -> Option<Witness> {
        let measurements = self.measurements(code)?;
        let extra = match sought {
            Sought::Code(code) => Some(*code),
            _ => None,
        };
        let field = Field::of((self.old, self.new), measurements, self.years, extra);
        let mut luck = Luck::new();
        let mut smallest: Option<Child> = None;
        let mut finds = 0;
        // A leap day between two years must not pass for a change of the rules; within one year every day may be drawn.
        for only_plain in if self.years == 0 { [true, false] } else { [true, true] } {
            for _ in 0..MOST_DRAWN / 2 {
                let child = field.draw(&mut luck, only_plain);
                if !self.shows(measurements, &child, sought) {
                    continue;
                }
                let child = self.shrunk(measurements, child, sought, &field);
                if smallest.as_ref().is_none_or(|smallest| child.size() < smallest.size()) {
                    smallest = Some(child);
                }
                finds += 1;
                if finds == ENOUGH_FOUND {
                    break;
                }
            }
            if smallest.is_some() {
                break;
            }
        }
        let child = smallest?;
        let outcomes = self.outcomes(measurements, &child);
        let later = child.later(self.years);
        Some(Witness { measurements, children: (child, later), outcomes })
    }

    /// The measurements of a measure in both rulebooks that have the same label.
    fn measurements(&self, code: &str) -> Option<(MeasurementId, MeasurementId)> {
        let of = |book: &Rulebook| -> Vec<(u32, String)> {
            let measure = book.measure(code);
            let numbered = book.measurements.iter().zip(0..);
            numbered.filter(|(it, _)| Some(it.measure) == measure).map(|(it, at)| (at, it.label.clone())).collect()
        };
        let (old, new) = (of(self.old), of(self.new));
        let same = |(at, label): &(u32, String)| {
            new.iter().find(|(_, other)| other == label).map(|(other, _)| (MeasurementId(*at), MeasurementId(*other)))
        };
        let first = || Some((MeasurementId(old.first()?.0), MeasurementId(new.first()?.0)));
        old.iter().find_map(same).or_else(first)
    }

    fn outcomes(
        &mut self,
        (old, new): (MeasurementId, MeasurementId),
        child: &Child,
    ) -> (Option<Outcome>, Option<Outcome>) {
        let later = child.later(self.years);
        (self.benches.0.outcome(old, child.made_up()), self.benches.1.outcome(new, later.made_up()))
    }

    fn shows(&mut self, measurements: (MeasurementId, MeasurementId), child: &Child, sought: &Sought) -> bool {
        if !self.differs(measurements, child, sought) {
            return false;
        }
        let Sought::Code(code) = sought else { return true };
        let without: Vec<(Day, ConceptId)> = child.events.iter().copied().filter(|(_, of)| of != code).collect();
        let without = Child { events: without, ..child.clone() };
        without.events.len() < child.events.len() && !self.differs(measurements, &without, sought)
    }

    fn differs(&mut self, measurements: (MeasurementId, MeasurementId), child: &Child, sought: &Sought) -> bool {
        let outcomes = self.outcomes(measurements, child);
        let measure =
            |book: &'b Rulebook, id: MeasurementId| &book.measures[book.measurements[id.index()].measure.index()];
        let old = (measure(self.old, measurements.0), outcomes.0);
        sought.is_shown(old, (measure(self.new, measurements.1), outcomes.1))
    }

    /// The same find with as little as it takes.
    fn shrunk(
        &mut self,
        measurements: (MeasurementId, MeasurementId),
        mut child: Child,
        sought: &Sought,
        field: &Field,
    ) -> Child {
        let at_birth = Child { registered: child.birth, ..child.clone() };
        if self.shows(measurements, &at_birth, sought) {
            child = at_birth;
        }
        let mut at = 0;
        while at < child.events.len() {
            let mut fewer = child.clone();
            fewer.events.remove(at);
            if self.shows(measurements, &fewer, sought) { child = fewer } else { at += 1 }
        }
        // The same ages on a birthday that no month lacks.
        for birth in field.plain_births() {
            let days = birth.days_since(child.birth);
            let elsewhere = Child {
                birth: *birth,
                registered: child.registered.plus_days(days),
                events: child.events.iter().map(|(day, code)| (day.plus_days(days), *code)).collect(),
            };
            if elsewhere.size() < child.size() && self.shows(measurements, &elsewhere, sought) {
                return elsewhere;
            }
        }
        child
    }
}
