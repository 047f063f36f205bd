//! Who is known before the events are read, so that an event on which nothing hangs is dropped as soon as it is met.
//!
//! Few people are on any register of a year, and an event of anybody else changes no count. If it could have counted for
//! somebody else it is still looked at as long as it takes to tell whether its patient is known and was born by then.

use rayon::prelude::*;

use crate::data::cohorts::{ANY_COHORT, Cohorts};
use crate::data::ids::spread;
use crate::data::records::Interest;
use crate::data::scatter::{Chunk, RegistrationRow, Scatter};
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

/// The line in which the search for a key begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home(u32);

/// The patients, by key: a table with open addressing, in which each partition has so many lines for itself and is never
/// full.
#[derive(Debug)]
pub(crate) struct Known {
    lines: Vec<Line>,
    lines_each: usize,
    pub cohorts: Cohorts,
    /// The room in memory that was asked for.
    bytes: u64,
}

impl Known {
    /// Those of the rows that were read, if their table finds room in memory. The rows of those who can be on no register
    /// are dropped, unless somebody has more than one, in which something may be odd.
    pub(crate) fn of(chunks: &mut [Chunk<RegistrationRow>], scatter: &Scatter, interest: &Interest) -> Option<Known> {
        let cohorts = Cohorts::new(interest)?;
        let partitions = 1 << scatter.partition_bits;
        let rows = |partition| chunks.iter().map(|chunk| chunk.count(partition)).sum();
        let lines_each = line_count((0..partitions).map(rows).max().unwrap_or(0));
        let line_total = lines_each * partitions;
        let bytes = (line_total * size_of::<Line>()) as u64;
        // Ids can be chosen so that they crowd in one partition; and a search begins where 32 bits of a key say.
        let rows = chunks.iter().map(|chunk| chunk.len()).sum();
        let is_crowded = line_total > MOST_TIMES * (line_count(rows) + partitions);
        let is_too_large = is_crowded || u32::try_from(line_total).is_err();
        if is_too_large || scatter.spill.as_ref().is_some_and(|spill| !spill.finds_room(bytes)) {
            return None;
        }
        // On all threads: memory is handed out page by page as it is first written to.
        let mut lines: Vec<Line> = (0..line_total).into_par_iter().map(|_| Line::default()).collect();
        let tables = lines.par_chunks_mut(lines_each).enumerate();
        let fill = |(partition, table): (usize, &mut [Line])| {
            let mut table = Table { lines: table, first: partition * lines_each, of: line_total };
            table.fill(chunks, partition, &cohorts)
        };
        let kept: Vec<Kept> = tables.map(fill).collect();
        chunks.par_iter_mut().enumerate().for_each(|(at, chunk)| {
            let mut kept = kept.iter().flat_map(|of_chunks| &of_chunks[at]);
            chunk.retain(|| kept.next().is_none_or(|kept| *kept));
        });
        Some(Known { lines, lines_each, cohorts, bytes })
    }

    /// Gives the room back that the table took.
    pub(crate) fn forget(self, scatter: &Scatter) {
        if let Some(spill) = &scatter.spill {
            spill.give_back(self.bytes);
        }
    }

    /// Where the search for a key begins.
    #[inline]
    pub(crate) fn home(&self, key: u64) -> Home {
        Home(home(key, self.lines.len()) as u32)
    }

    /// Looks at a line, which brings it near; what it gives means nothing.
    #[inline]
    pub(crate) fn approach(&self, home: Home) -> u64 {
        self.lines[home.0 as usize].keys[0]
    }

    /// Who has a key; None for nobody.
    #[inline]
    pub(crate) fn find(&self, key: u64, home: Home) -> Option<Found> {
        let line = &self.lines[home.0 as usize];
        match line.slot(key) {
            Some(slot) => Some(line.found[slot]),
            None if line.is_full() => self.further(key, home),
            None => None,
        }
    }

    #[cold]
    fn further(&self, key: u64, home: Home) -> Option<Found> {
        let first = home.0 as usize;
        let start = first - first % self.lines_each;
        find(&self.lines[start..start + self.lines_each], key, first - start)
    }
}

/// Equal shares for all partitions take at most so many times what they need.
const MOST_TIMES: usize = 4;

/// How many lines so many rows take, a third of the slots to spare, so that they are never full.
fn line_count(rows: usize) -> usize {
    (rows + rows / 2) / LINE_SLOTS + 1
}

/// The line, of so many, in which the search for a key begins. Partitions follow the first bits of the spread key, so each
/// has its own equal share of the lines.
#[inline]
fn home(key: u64, lines: usize) -> usize {
    (((spread(key) >> 32) * lines as u64) >> 32) as usize
}

/// Who among a partition's lines has a key, the search beginning in one of them.
fn find(lines: &[Line], key: u64, home: usize) -> Option<Found> {
    for at in lines_from(lines.len(), home) {
        let line = &lines[at];
        match line.slot(key) {
            Some(slot) => return Some(line.found[slot]),
            None if line.is_full() => {}
            None => return None,
        }
    }
    None
}

/// All lines, from one on and then from the first.
fn lines_from(lines: usize, first: usize) -> impl Iterator<Item = usize> {
    (first..lines).chain(0..first)
}

/// By chunk: whether each row of a partition is kept.
type Kept = Vec<Vec<bool>>;

/// A partition's lines.
struct Table<'a> {
    lines: &'a mut [Line],
    /// How many lines the partitions before it have.
    first: usize,
    /// How many lines all partitions have.
    of: usize,
}

impl Table<'_> {
    /// Takes in the patients of the partition, and tells which of their rows are kept.
    fn fill(&mut self, chunks: &[Chunk<RegistrationRow>], partition: usize, cohorts: &Cohorts) -> Kept {
        let parts: Vec<_> = chunks.iter().map(|chunk| chunk.part(partition)).collect();
        for row in parts.iter().flat_map(|part| part.rows.iter()) {
            let cohort = Day::from_epoch_days(row.birth).map_or(ANY_COHORT, |birth| cohorts.of(birth));
            self.add(row.key, Found { birth: row.birth, cohort, in_many: false });
        }
        // They are looked up once more while the table is near.
        let is_kept = |row: &RegistrationRow| {
            let found = find(self.lines, row.key, self.home(row.key));
            found.is_none_or(|found| found.in_many || cohorts.can_be_on_register(found.cohort))
        };
        parts.iter().map(|part| part.rows.iter().map(is_kept).collect()).collect()
    }

    /// The place among the partition's lines in which the search for a key begins.
    #[inline]
    fn home(&self, key: u64) -> usize {
        home(key, self.of) - self.first
    }

    /// Adds a patient, or what another row says of one who is there already.
    fn add(&mut self, key: u64, added: Found) {
        for at in lines_from(self.lines.len(), self.home(key)) {
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
}
