//! Who is known before the events are read, so that an event on which nothing hangs is dropped as soon as it is met.
//!
//! Few people are on any register of a year, and an event of anybody else changes no count. If it could have counted for
//! somebody else it is still looked at as long as it takes to tell whether its patient is known and was born by then.

use rayon::prelude::*;

use crate::data::cohorts::{ANY_COHORT, Cohorts};
use crate::data::ids::spread;
use crate::data::records::Interest;
use crate::data::scatter::{Chunk, RegistrationRow, Scatter, partition_of};
use crate::ground::Day;

/// What is known of a patient of the patients table.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Found {
    /// Days since 1970.
    pub birth: i32,
    pub cohort: u16,
    /// It stands in more than one row.
    in_many: bool,
}

/// As many patients as a processor fetches from memory at a time, filled from the front.
#[derive(Clone, Copy, Default, Debug)]
#[repr(align(64))]
struct Line {
    /// 0 for an empty slot: no id has that key.
    keys: [u64; LINE_SLOTS],
    found: [Found; LINE_SLOTS],
}

const LINE_SLOTS: usize = 4;

impl Line {
    /// The first slot of a key. Every slot is compared, so that a processor need not foresee which it is.
    #[inline]
    fn slot(&self, key: u64) -> Option<usize> {
        let mut found = LINE_SLOTS;
        for slot in (0..LINE_SLOTS).rev() {
            if self.keys[slot] == key {
                found = slot;
            }
        }
        (found < LINE_SLOTS).then_some(found)
    }

    /// Whether it is full, so that a search goes on.
    #[inline]
    fn is_full(&self) -> bool {
        self.keys[LINE_SLOTS - 1] != 0
    }
}

/// The place where the search for a key begins: its partition, and a line of the partition's table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    partition: u32,
    line: u32,
}

/// The patients, by key.
#[derive(Debug)]
pub(crate) struct Known {
    /// By partition.
    tables: Vec<Table>,
    partition_bits: u32,
    pub cohorts: Cohorts,
    /// The room in memory that was asked for.
    bytes: u64,
}

impl Known {
    /// Those of the rows that were read, if their tables find room in memory. The rows of those who can be on no register
    /// are dropped, unless somebody has more than one, in which something may be odd.
    pub(crate) fn of(chunks: &mut [Chunk<RegistrationRow>], scatter: &Scatter, interest: &Interest) -> Option<Known> {
        let cohorts = Cohorts::new(interest)?;
        let partition_bits = scatter.partition_bits;
        let rows = |partition| chunks.iter().map(|chunk| chunk.count(partition)).sum();
        let line_counts: Vec<usize> = (0..1 << partition_bits).map(|partition| line_count(rows(partition))).collect();
        let bytes = (line_counts.iter().sum::<usize>() * size_of::<Line>()) as u64;
        let is_too_large = line_counts.iter().any(|lines| u32::try_from(*lines).is_err());
        if is_too_large || scatter.spill.as_ref().is_some_and(|spill| !spill.finds_room(bytes)) {
            return None;
        }
        // Each thread fills a table right after it has its memory, while it is near.
        let fill = |(partition, lines): (usize, &usize)| {
            let mut table = Table { lines: vec![Line::default(); *lines], partition_bits };
            let kept = table.fill(chunks, partition, &cohorts);
            (table, kept)
        };
        let (tables, kept): (Vec<Table>, Vec<Kept>) = line_counts.par_iter().enumerate().map(fill).unzip();
        chunks.par_iter_mut().enumerate().for_each(|(at, chunk)| {
            let mut kept = kept.iter().flat_map(|of_chunks| &of_chunks[at]);
            chunk.retain(|| kept.next().is_none_or(|kept| *kept));
        });
        Some(Known { tables, partition_bits, cohorts, bytes })
    }

    /// Gives the room back that the tables took.
    pub(crate) fn forget(self, scatter: &Scatter) {
        if let Some(spill) = &scatter.spill {
            spill.give_back(self.bytes);
        }
    }

    /// Where the search for a key begins.
    #[inline]
    pub(crate) fn home(&self, key: u64) -> Home {
        let partition = partition_of(key, self.partition_bits);
        // Both are below 2^32: the lines were counted, and so many partitions are not made.
        Home { partition: partition as u32, line: self.tables[partition].home(key) as u32 }
    }

    /// Looks at a line, which brings it near; what it gives means nothing.
    #[inline]
    pub(crate) fn approach(&self, home: Home) -> u64 {
        self.line(home).keys[0]
    }

    /// Who has a key; None for nobody.
    #[inline]
    pub(crate) fn find(&self, key: u64, home: Home) -> Option<Found> {
        let line = self.line(home);
        match line.slot(key) {
            Some(slot) => Some(line.found[slot]),
            None if line.is_full() => self.further(key, home),
            None => None,
        }
    }

    #[cold]
    fn further(&self, key: u64, home: Home) -> Option<Found> {
        self.tables[home.partition as usize].find(key)
    }

    #[inline]
    fn line(&self, home: Home) -> &Line {
        &self.tables[home.partition as usize].lines[home.line as usize]
    }
}

/// How many lines so many rows take, a third of the slots to spare, so that they are never full.
fn line_count(rows: usize) -> usize {
    (rows + rows / 2) / LINE_SLOTS + 1
}

/// By chunk: whether each row of a partition is kept.
type Kept = Vec<Vec<bool>>;

/// The patients of a partition: a table with open addressing that is never full.
#[derive(Debug)]
struct Table {
    lines: Vec<Line>,
    partition_bits: u32,
}

impl Table {
    /// Takes in the patients of the partition, and tells which of their rows are kept.
    fn fill(&mut self, chunks: &[Chunk<RegistrationRow>], partition: usize, cohorts: &Cohorts) -> Kept {
        let parts: Vec<_> = chunks.iter().map(|chunk| chunk.part(partition)).collect();
        for row in parts.iter().flat_map(|part| part.rows.iter()) {
            let cohort = Day::from_epoch_days(row.birth).map_or(ANY_COHORT, |birth| cohorts.of(birth));
            self.add(row.key, Found { birth: row.birth, cohort, in_many: false });
        }
        // They are looked up once more while the table is near.
        let is_kept = |row: &RegistrationRow| {
            let found = self.find(row.key);
            found.is_none_or(|found| found.in_many || cohorts.can_be_on_register(found.cohort))
        };
        parts.iter().map(|part| part.rows.iter().map(is_kept).collect()).collect()
    }

    /// The line in which the search for a key begins. The first bits of the spread key are the same for the whole partition.
    #[inline]
    fn home(&self, key: u64) -> usize {
        let rest = spread(key) << self.partition_bits >> 32;
        ((rest * self.lines.len() as u64) >> 32) as usize
    }

    /// Who has a key.
    fn find(&self, key: u64) -> Option<Found> {
        for at in self.lines_from(self.home(key)) {
            let line = &self.lines[at];
            match line.slot(key) {
                Some(slot) => return Some(line.found[slot]),
                None if line.is_full() => {}
                None => return None,
            }
        }
        None
    }

    /// Adds a patient, or what another row says of one who is there already.
    fn add(&mut self, key: u64, added: Found) {
        for at in self.lines_from(self.home(key)) {
            let line = &mut self.lines[at];
            if let Some(slot) = line.slot(key) {
                let found = &mut line.found[slot];
                found.in_many = true;
                if found.birth != added.birth {
                    found.cohort = ANY_COHORT;
                }
                return;
            }
            if let Some(slot) = line.slot(0) {
                (line.keys[slot], line.found[slot]) = (key, added);
                return;
            }
        }
    }

    /// All lines, from one on and then from the first.
    fn lines_from(&self, first: usize) -> impl Iterator<Item = usize> + use<> {
        (first..self.lines.len()).chain(0..first)
    }
}
