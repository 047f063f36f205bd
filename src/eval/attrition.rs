//! Where people drop out: how many come to each clause of an indicator, how many it lets by, and how many it alone
//! keeps out.
//!
//! It listens to the one evaluator (`Record`), patient by patient, on all threads, in one pass over the extract; a run
//! that does not ask for it pays nothing for it.

mod outline;
mod tally;

use crate::data::extract::{Extract, Patient, PracticeId};
use crate::data::progress::Progress;
use crate::eval::attrition::outline::Outline;
use crate::eval::attrition::tally::Tally;
use crate::eval::shares::shares;
use crate::eval::sight::{Lens, Scratch, Sight, registration_on};
use crate::eval::trace::Record;
use crate::ground::Findings;
use crate::model::book::{ConditionId, MeasurementId};

/// The part of an indicator that a line of a funnel belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Stage {
    /// Everybody in the extract.
    Extract,
    /// Who is on the register.
    Register,
    /// The n-th `exclude`.
    Exclude(u16),
    /// Who achieves.
    Achieved,
    /// The n-th `except`.
    Except(u16),
    /// Who is left: in the denominator and not in the numerator.
    NotAchieved,
    /// Who counts.
    Denominator,
}

/// What a line of a funnel is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum LineKind {
    /// So many people have come to this point.
    Total,
    /// Who has been on some practice's list by the measurement day: no clause of the rule, but nobody else is looked at.
    Listed,
    /// A clause that must hold, beside the others of its stage.
    Clause,
    /// One of several parts of the line above it, of which one must hold.
    Alternative,
    /// A whole exclusion or exception.
    Reason,
}

/// A line of a funnel: what is asked of those who come to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Line {
    /// The part of the indicator.
    pub stage: Stage,
    /// What it is.
    pub kind: LineKind,
    /// The condition that is asked; None for a total.
    pub condition: Option<ConditionId>,
    /// The defined condition that it is a part of, where a name is told by its parts.
    pub within: Option<ConditionId>,
    /// True if its own parts follow on lines of their own.
    pub is_expanded: bool,
}

/// How many people came to a line, and what became of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LineCounts {
    /// People who come to the line: no line before it kept them out. Of an alternative: no alternative before it held.
    pub people: u64,
    /// Of those, people for whom it holds.
    pub hold: u64,
    /// Of the people who come to the stage, those who fail this clause and no other: dropping it would let them by.
    pub fail_only: u64,
    /// Of those who come to the line, those for whom this alternative, exclusion or exception holds and no other does.
    pub hold_only: u64,
}

impl LineCounts {
    /// People who come to the line and fail it.
    pub fn fail(&self) -> u64 {
        self.people - self.hold
    }

    /// Takes over another's counts.
    pub fn add(&mut self, other: LineCounts) {
        self.people += other.people;
        self.hold += other.hold;
        self.fail_only += other.fail_only;
        self.hold_only += other.hold_only;
    }
}

/// One measurement's lines, with the counts of each group of people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Funnel {
    /// What is measured.
    pub measurement: MeasurementId,
    /// The lines in order.
    pub lines: Vec<Line>,
    /// By group, then by line. The groups are the extract's practices, or one of everybody.
    pub counts: Vec<Vec<LineCounts>>,
}

/// Who is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Groups {
    /// Everybody.
    Together,
    /// Each practice's people: those whose registration there is the one that counts.
    Practices,
}

/// The funnels of some measurements of each rulebook, in their order; and the findings that only grouping by patient can
/// show.
pub fn attrition(
    extract: &Extract,
    lenses: &[Lens<'_>],
    asked: &[Vec<MeasurementId>],
    groups: Groups,
    progress: &dyn Progress,
) -> (Vec<Vec<Funnel>>, Findings) {
    let outlines: Vec<Vec<Outline>> = lenses
        .iter()
        .zip(asked)
        .map(|(lens, asked)| asked.iter().map(|id| Outline::of(lens.book, *id)).collect())
        .collect();
    let count = match groups {
        Groups::Together => 1,
        Groups::Practices => extract.practices().len(),
    };
    let empty = || Counting::new(lenses, &outlines, groups, count);
    let (shares, findings) = shares(extract, progress, empty, |counting, patient| counting.patient(patient));
    let mut whole = empty().tallies;
    for share in shares {
        let theirs = share.tallies.into_iter().flatten();
        whole.iter_mut().flatten().zip(theirs).for_each(|(mine, theirs)| mine.add(theirs));
    }
    let of_book = |(outlines, tallies): (&Vec<Outline>, Vec<Tally>)| {
        let each = outlines.iter().zip(tallies);
        each.map(|(outline, tally)| Funnel {
            measurement: outline.measurement,
            lines: outline.lines.clone(),
            counts: tally.into_groups(outline.lines.len()),
        })
        .collect()
    };
    (outlines.iter().zip(whole).map(of_book).collect(), findings)
}

/// One thread's counts.
struct Counting<'a, 'b> {
    lenses: &'a [Lens<'b>],
    outlines: &'a [Vec<Outline>],
    groups: Groups,
    /// By rulebook, then by measurement asked for.
    tallies: Vec<Vec<Tally>>,
    scratch: Vec<Scratch>,
    record: Record,
}

impl<'a, 'b> Counting<'a, 'b> {
    fn new(lenses: &'a [Lens<'b>], outlines: &'a [Vec<Outline>], groups: Groups, count: usize) -> Counting<'a, 'b> {
        let empty =
            |outlines: &Vec<Outline>| outlines.iter().map(|outline| Tally::new(outline.lines.len(), count)).collect();
        Counting {
            lenses,
            outlines,
            groups,
            tallies: outlines.iter().map(empty).collect(),
            scratch: lenses.iter().map(|_| Scratch::default()).collect(),
            record: Record::default(),
        }
    }

    fn patient(&mut self, patient: Patient<'_>) {
        let books = self.lenses.iter().zip(self.outlines).zip(&mut self.tallies).zip(&mut self.scratch);
        for (((lens, outlines), tallies), scratch) in books {
            let mut sight: Option<Sight<'_, '_>> = None;
            for (outline, tally) in outlines.iter().zip(tallies) {
                let day = lens.book.measurements[outline.measurement.index()].day;
                let Some(group) = group(self.groups, patient, day) else { continue };
                // Dates that one measure worked out serve the next, as long as the day is the same.
                if sight.as_ref().is_none_or(|sight| sight.day != day) {
                    sight = Sight::new(lens, patient, day, &mut *scratch);
                }
                tally.patient(outline, group, sight.as_mut(), &mut self.record);
            }
        }
    }
}

/// The group of a patient; one who is on no list by the day belongs to the practice of the first list.
fn group(groups: Groups, patient: Patient<'_>, day: crate::ground::Day) -> Option<usize> {
    let registration = registration_on(&patient, day).or_else(|| patient.registrations.first())?;
    let PracticeId(practice) = registration.practice;
    Some(match groups {
        Groups::Together => 0,
        Groups::Practices => practice as usize,
    })
}
