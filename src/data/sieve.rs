//! Events on their way into memory, of which only those come through on which something may hang.

use std::hint::black_box;

use crate::data::cohorts::ANY_COHORT;
use crate::data::group::{EVENT_DATE_COLUMN, EVENT_ID_COLUMN};
use crate::data::known::{Home, Known};
use crate::data::records::CodeIndex;
use crate::data::tally::Tally;
use crate::ground::{Day, FindingKind};

/// An event whose patient is yet to be looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sifted {
    pub row: u64,
    pub key: u64,
    pub day: Day,
    pub code: CodeIndex,
}

/// How many events wait until their patients are looked up together. Millions of patients do not fit in a processor's
/// cache, so each look waits for memory; first looks that decide nothing overlap in their waits.
const WAITING_EVENTS: usize = 1 << 9;

/// Lets through the events on which something may hang.
#[derive(Debug)]
pub(crate) struct Sieve<'a> {
    known: &'a Known,
    waiting: Vec<Sifted>,
    homes: Vec<Home>,
}

impl<'a> Sieve<'a> {
    pub(crate) fn new(known: &'a Known) -> Sieve<'a> {
        Sieve { known, waiting: Vec::with_capacity(WAITING_EVENTS), homes: Vec::with_capacity(WAITING_EVENTS) }
    }

    /// Takes in an event; true if it is time to let them through.
    #[inline]
    pub(crate) fn put(&mut self, event: Sifted) -> bool {
        self.waiting.push(event);
        self.waiting.len() >= WAITING_EVENTS
    }

    /// Lets through what waits, in its order; what is odd goes into the tally of the events table.
    pub(crate) fn empty(&mut self, tally: &mut Tally, mut keep: impl FnMut(Sifted)) {
        self.homes.clear();
        self.homes.extend(self.waiting.iter().map(|event| self.known.home(event.key)));
        black_box(self.homes.iter().fold(0, |all, home| all ^ self.known.approach(*home)));
        for (event, home) in self.waiting.iter().zip(&self.homes) {
            let Some(found) = self.known.find(event.key, *home) else {
                tally.add(FindingKind::UnknownPatient, EVENT_ID_COLUMN, event.row);
                continue;
            };
            if event.day.epoch_days() < found.birth && found.cohort != ANY_COHORT {
                tally.add(FindingKind::EventBeforeBirth, EVENT_DATE_COLUMN, event.row);
            } else if self.known.cohorts.want(found.cohort, event.code) {
                keep(*event);
            }
        }
        self.waiting.clear();
    }
}
