//! Who is known before the events are read, so that an event on which nothing hangs is dropped as soon as it is met.
//!
//! Few people are on any register of a year, and an event of anybody else changes no count. If it could have counted for
//! somebody else it is still looked at as long as it takes to tell whether its patient is known and was born by then.

mod hashed;
mod numbered;

use crate::data::cohorts::Cohorts;
use crate::data::known::hashed::Hashed;
use crate::data::known::numbered::{Numbered, Numbers};
use crate::data::records::Interest;
use crate::data::scatter::{Chunk, RegistrationRow, Scatter};

/// A patient of the patients table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    /// Days since 1970; of no meaning in the cohort of those whose rows differ on it.
    pub birth: i32,
    pub cohort: u16,
}

/// The patients, by key.
#[derive(Debug)]
pub(crate) struct Known {
    layout: Layout,
    pub cohorts: Cohorts,
    /// The room in memory that was asked for.
    bytes: u64,
}

/// How they are found.
#[derive(Debug)]
enum Layout {
    /// Ids are numbers close together.
    Numbered(Numbered),
    /// Ids are anything.
    Hashed(Hashed),
}

impl Known {
    /// Those of the rows that were read, if their tables find room in memory. The rows of those who can be on no register
    /// are dropped, unless somebody has more than one, in which something may be odd.
    pub(crate) fn of(chunks: &mut [Chunk<RegistrationRow>], scatter: &Scatter, interest: &Interest) -> Option<Known> {
        let cohorts = Cohorts::new(interest)?;
        let numbers = Numbers::of(chunks, &cohorts);
        let rows = chunks.iter().map(|chunk| chunk.len()).sum();
        let bytes = match &numbers {
            Some(numbers) => numbers.bytes(),
            None => Hashed::bytes(rows, scatter.partition_bits),
        };
        if scatter.spill.as_ref().is_some_and(|spill| !spill.finds_room(bytes)) {
            return None;
        }
        let layout = match numbers {
            Some(numbers) => Layout::Numbered(Numbered::of(chunks, numbers, &cohorts)),
            None => Layout::Hashed(Hashed::of(chunks, scatter.partition_bits, &cohorts)),
        };
        Some(Known { layout, cohorts, bytes })
    }

    /// Gives the room back that the tables took.
    pub(crate) fn forget(self, scatter: &Scatter) {
        if let Some(spill) = &scatter.spill {
            spill.give_back(self.bytes);
        }
    }

    /// Adds who each key is, in their order; None for one whom the patients table does not have.
    pub(crate) fn look_up(&self, keys: impl Iterator<Item = u64> + Clone, found: &mut Vec<Option<Found>>) {
        match &self.layout {
            Layout::Numbered(numbered) => numbered.look_up(keys, found),
            Layout::Hashed(hashed) => hashed.look_up(keys, found),
        }
    }
}
