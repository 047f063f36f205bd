//! Whom to call: counts per practice and indicator, and the lists of patients that a rulebook declares.

mod lists;
mod summary;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use self::lists::{list, unset_figures};
pub use self::summary::{excepted, in_time, too_late};
use crate::eval::in_time::MissingDose;
use crate::eval::pathway::Card;
use crate::eval::recall::Called;
use crate::ground::{Amount, Day};
use crate::model::Rulebook;
use crate::model::book::ClusterSet;
use crate::model::worklist::PatientRows;
use crate::report::figured::Figured;

/// What the tables are made of.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The day on which they are made.
    pub as_of: Day,
    /// What lists say of practices, by code.
    pub cards: &'a BTreeMap<String, Card>,
    /// Everybody who stands in some list.
    pub lines: &'a [Line<'a>],
}

/// One patient and one indicator.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// The rulebook.
    pub book: &'a Rulebook,
    /// Its year, as results name it.
    pub year: &'a str,
    /// The practice that it counts for.
    pub practice_code: &'a str,
    /// The patient's id, as it was written.
    pub patient_id: Cow<'a, str>,
    /// What is missing.
    pub called: &'a Called,
    /// What one more patient who achieves the indicator is worth to the practice.
    pub at_stake: Figured,
    /// The fees that the missing doses earn.
    pub fees: Figured,
}

impl Line<'_> {
    /// The measurement's label.
    pub fn indicator(&self) -> &str {
        &self.book.measurements[self.called.measurement.index()].label
    }

    /// The missing doses.
    pub fn missing(&self) -> &[MissingDose] {
        &self.called.outstanding.missing
    }

    /// The first of the days by which something must be given.
    pub fn first_last(&self) -> Option<Day> {
        self.missing().iter().filter_map(|dose| dose.last).min()
    }

    /// How long the first due dose is overdue, in days; None where none is.
    pub fn days_overdue(&self, as_of: Day) -> Option<u64> {
        let due = self.missing().iter().filter_map(|dose| dose.due).min()?;
        u64::try_from(as_of.days_since(due)).ok().filter(|days| *days > 0)
    }

    /// Practice, indicator, year, patient: the order of what has no better one.
    fn place(&self) -> (&str, &str, &str, &str) {
        (self.practice_code, self.indicator(), self.year, &self.patient_id)
    }
}

/// Puts patients who can still be in time in the order in which to call them: the most pounds at stake first and unknown
/// pounds last, then the fewest days left, then by practice, indicator, year and patient, bytewise.
pub fn sort_in_time(lines: &mut [Line<'_>]) {
    let urgency = |line: &Line<'_>| {
        let pounds: Option<Amount> = line.at_stake.known();
        (std::cmp::Reverse(pounds), line.first_last())
    };
    lines.sort_by(|a, b| urgency(a).cmp(&urgency(b)).then_with(|| a.place().cmp(&b.place())));
}

/// Puts patients in order of practice, indicator, year and patient, bytewise.
pub fn sort_by_place(lines: &mut [Line<'_>]) {
    lines.sort_by(|a, b| a.place().cmp(&b.place()));
}

/// Keeps so many doses' worth of those who can still be in time: down the list, whoever's missing doses are all still to be
/// had. Those of the other lists stay.
pub fn limit_doses(lines: Vec<Line<'_>>, doses: u64) -> Vec<Line<'_>> {
    let mut left = doses;
    let mut serve = |line: &Line<'_>| {
        let wanted = line.missing().len() as u64;
        let is_served = wanted <= left;
        left -= if is_served { wanted } else { 0 };
        is_served
    };
    let is_in_time = |line: &Line<'_>| line.called.rows == PatientRows::InTime;
    lines.into_iter().filter(|line| !is_in_time(line) || serve(line)).collect()
}

/// `dtap`, `shingles_live or shingles_inactivated`
fn vaccine(book: &Rulebook, clusters: ClusterSet) -> String {
    let names = clusters.iter().map(|at| book.clusters[at].name.as_str());
    names.collect::<Vec<_>>().join(" or ")
}
