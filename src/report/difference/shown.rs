//! The child and the practice that show a change, each in one sentence.

use serde::Serialize;

use crate::eval::judge::Outcome;
use crate::eval::pay::Gap;
use crate::eval::smallest::{LIST_SIZE, Pays, SmallPractice};
use crate::eval::witness::{Child, Witness};
use crate::ground::{Amount, ConceptId, Day};
use crate::model::Rulebook;
use crate::model::book::{Measure, MeasurementId};
use crate::report::difference::side_names;
use crate::report::style::{counted, listed};

/// A made-up child that two rulebooks treat differently.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChildShown {
    /// The whole in one sentence.
    pub says: String,
    /// What is measured.
    pub measure: String,
    /// The child in the old rulebook's years.
    pub old: ChildSide,
    /// The same child in the new rulebook's years.
    pub new: ChildSide,
}

/// A made-up child as one rulebook sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ChildSide {
    /// ISO date of birth.
    pub birth_date: String,
    /// The first day on the list.
    pub registered_date: String,
    /// What was recorded when.
    pub events: Vec<EventShown>,
    /// The `outcome` column's word; `not_on_register` for one who is not on the register.
    pub outcome: &'static str,
    /// The exception or exclusion that decided it; empty where none did.
    pub reason: String,
}

/// A made-up record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct EventShown {
    /// ISO date.
    pub event_date: String,
    /// The SNOMED CT concept id.
    pub code: String,
}

/// A made-up practice that is paid otherwise.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PracticeShown {
    /// The whole in one sentence.
    pub says: String,
    /// Which payment.
    pub payment: String,
    /// What it is paid for.
    pub paid_for: Option<String>,
    /// Patients who achieved, or doses.
    pub numerator: u64,
    /// Patients in the denominator.
    pub denominator: u64,
    /// Patients on the list.
    pub list_size: u64,
}

pub(super) fn child(old: &Rulebook, new: &Rulebook, witness: &Witness) -> ChildShown {
    let measures = (measure(old, witness.measurements.0), measure(new, witness.measurements.1));
    let names = side_names(old, new);
    let (first, second) = (&witness.children.0, &witness.children.1);
    let outcomes = (outcome_words(measures.0, witness.outcomes.0), outcome_words(measures.1, witness.outcomes.1));
    let years = second.birth.ymd().0 - first.birth.ymd().0;
    let shifted = match years {
        0 => String::new(),
        years => {
            let plural = if years.abs() == 1 { "" } else { "s" };
            let way = if years > 0 { "later" } else { "earlier" };
            let years = years.abs();
            format!(
                " (there born {years} year{plural} {way}, {}, so that the ages are the same)",
                second.birth.in_words()
            )
        }
    };
    let life = life((old, measures.0), (new, measures.1), first);
    let says = format!("{life}: {} in {}, {} in {}{shifted}", outcomes.0, names.0, outcomes.1, names.1);
    ChildShown {
        says,
        measure: old.measurements[witness.measurements.0.index()].label.clone(),
        old: side(first, measures.0, witness.outcomes.0),
        new: side(second, measures.1, witness.outcomes.1),
    }
}

fn measure(book: &Rulebook, id: MeasurementId) -> &Measure {
    &book.measures[book.measurements[id.index()].measure.index()]
}

fn side(child: &Child, measure: &Measure, outcome: Option<Outcome>) -> ChildSide {
    let events = child.events.iter();
    let events = events.map(|(day, code)| EventShown { event_date: day.to_string(), code: code.to_string() });
    ChildSide {
        birth_date: child.birth.to_string(),
        registered_date: child.registered.to_string(),
        events: events.collect(),
        outcome: outcome.map_or("not_on_register", Outcome::word),
        reason: outcome.and_then(|outcome| outcome.reason(measure)).map_or(String::new(), |reason| reason.code.clone()),
    }
}

fn outcome_words(measure: &Measure, outcome: Option<Outcome>) -> String {
    let reason = outcome.and_then(|outcome| outcome.reason(measure)).map_or("", |reason| reason.code.as_str());
    match outcome {
        None => "not on the register".to_owned(),
        Some(Outcome::Achieved) => "achieved".to_owned(),
        Some(Outcome::NotAchieved) => "not achieved".to_owned(),
        Some(Outcome::Excepted(_)) => format!("excepted by {reason}"),
        Some(Outcome::Excluded(_)) => format!("excluded by {reason}"),
    }
}

fn life(old: (&Rulebook, &Measure), new: (&Rulebook, &Measure), child: &Child) -> String {
    let mut told = vec![format!("born {}", child.birth.in_words())];
    if child.registered != child.birth {
        told.push(format!("registered {}", child.registered.in_words()));
    }
    let mut kinds: Vec<(String, Vec<Day>)> = Vec::new();
    for (day, code) in &child.events {
        let name = code_words(old, new, *code);
        match kinds.iter_mut().find(|(known, _)| *known == name) {
            Some((_, days)) => days.push(*day),
            None => kinds.push((name, vec![*day])),
        }
    }
    if kinds.is_empty() {
        told.push("nothing recorded".to_owned());
    }
    told.extend(kinds.into_iter().map(|(name, days)| {
        let days: Vec<String> = days.into_iter().map(Day::in_words).collect();
        format!("{name} on {}", listed(&days))
    }));
    told.join(", ")
}

/// The cluster that a code stands for where both sides have it there, the one with fewest codes; else the code itself.
fn code_words(old: (&Rulebook, &Measure), new: (&Rulebook, &Measure), code: ConceptId) -> String {
    let held = |(book, measure): (&Rulebook, &Measure)| {
        let clusters = book.clusters_of_measure(measure);
        let mut held: Vec<(usize, String)> = clusters
            .iter()
            .map(|at| &book.clusters[at])
            .filter(|cluster| cluster.holds(code))
            .map(|cluster| (cluster.codes.len(), cluster.name.clone()))
            .collect();
        held.sort();
        held
    };
    let (before, after) = (held(old), held(new));
    let names = |held: &[(usize, String)]| {
        let mut names: Vec<String> = held.iter().map(|(_, name)| name.clone()).collect();
        names.sort();
        names
    };
    let known_by_both = names(&before) == names(&after) || before.is_empty() || after.is_empty();
    let is_reading = |(book, measure): (&Rulebook, &Measure), name: &str| {
        book.clusters_of_measure(measure).iter().any(|at| book.clusters[at].name == name)
    };
    let first = after.first().or(before.first()).map(|(_, name)| name.clone());
    match first {
        // A side that reads the cluster and lacks the code is the reason why the child shows anything.
        Some(name)
            if known_by_both
                && (!is_reading(old, &name) || !before.is_empty())
                && (!is_reading(new, &name) || !after.is_empty()) =>
        {
            name
        }
        Some(_) | None => format!("code {code}"),
    }
}

pub(super) fn practice(practice: &SmallPractice) -> PracticeShown {
    let people = match &practice.paid_for {
        Some(label) => format!("{} of {} for {label}", practice.numerator, practice.denominator),
        None => {
            let doses = counted(practice.numerator, "dose");
            format!("{} of {} everywhere, {doses}", practice.numerator, practice.denominator)
        }
    };
    let says = format!(
        "{people}, {LIST_SIZE} patients on the list: {} → {} ({})",
        pays(practice.pays.0),
        pays(practice.pays.1),
        practice.payment
    );
    PracticeShown {
        says,
        payment: practice.payment.clone(),
        paid_for: practice.paid_for.clone(),
        numerator: practice.numerator,
        denominator: practice.denominator,
        list_size: LIST_SIZE,
    }
}

fn pays(pays: Pays) -> String {
    let known = |paid: Result<Amount, Gap>, tell: &dyn Fn(Amount) -> String| match paid {
        Ok(amount) => tell(amount),
        Err(_) => "not known".to_owned(),
    };
    let points = pays.points.map(|paid| known(paid, &|amount| format!("{} points", amount.to_decimals(2))));
    let pounds = pays.pounds.map(|paid| {
        known(paid, &|amount| match amount.is_negative() {
            true => format!("-£{}", amount.to_decimals(2).trim_start_matches('-')),
            false => format!("£{}", amount.to_decimals(2)),
        })
    });
    let told: Vec<String> = points.into_iter().chain(pounds).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(", ") }
}
