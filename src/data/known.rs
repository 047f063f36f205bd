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

/// A patient of the patients table.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Slot {
    /// 0 for an empty slot: no id has that key.
    pub key: u64,
    /// Days since 1970.
    pub birth: i32,
    pub cohort: u16,
    /// It stands in more than one row.
    in_many: bool,
}

/// As many slots as a processor fetches from memory at a time, filled from the front.
#[derive(Clone, Copy, Default, Debug)]
#[repr(align(64))]
struct Line([Slot; LINE_SLOTS]);

const LINE_SLOTS: usize = 4;

impl Line {
    /// The slot of a key or else an empty one; None if the line is full of others, so that the search goes on.
    #[inline]
    fn look(&self, key: u64) -> Option<Slot> {
        let found = self.0.iter().find(|slot| slot.key == key || slot.key == 0);
        found.copied()
    }
}

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
        let bytes = (lines_each * partitions * size_of::<Line>()) as u64;
        // Ids can be chosen so that they crowd in one partition; and a search begins where 32 bits of a key say.
        let rows = chunks.iter().map(|chunk| chunk.len()).sum();
        let is_crowded = lines_each * partitions > MOST_TIMES * (line_count(rows) + partitions);
        let is_too_large = is_crowded || u32::try_from(lines_each * partitions).is_err();
        if is_too_large || scatter.spill.as_ref().is_some_and(|spill| !spill.finds_room(bytes)) {
            return None;
        }
        let mut lines = vec![Line::default(); lines_each * partitions];
        let tables = lines.par_chunks_mut(lines_each).enumerate();
        let fill = |(partition, table): (usize, &mut [Line])| {
            let mut table = Table { lines: table, first: partition * lines_each, of: lines_each * partitions };
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

    /// The first slot of the line in which the search for a key begins, which brings the line near.
    #[inline]
    pub(crate) fn first_look(&self, key: u64) -> Slot {
        self.lines[home(key, self.lines.len())].0[0]
    }

    /// The slot of a key, or an empty one.
    #[inline]
    pub(crate) fn find(&self, key: u64) -> Slot {
        let first = home(key, self.lines.len());
        self.lines[first].look(key).unwrap_or_else(|| self.further(key, first))
    }

    #[cold]
    fn further(&self, key: u64, first: usize) -> Slot {
        let start = first - first % self.lines_each;
        further(&self.lines[start..start + self.lines_each], key, first - start)
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

/// The slot of a key that is not in the line of a partition's in which its search begins, or an empty one.
fn further(table: &[Line], key: u64, first: usize) -> Slot {
    lines_from(table.len(), first).find_map(|at| table[at].look(key)).unwrap_or_default()
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
            self.add(Slot { key: row.key, birth: row.birth, cohort, in_many: false });
        }
        // They are looked up once more while the table is near.
        let is_kept = |row: &RegistrationRow| {
            let slot = self.find(row.key);
            slot.in_many || cohorts.can_be_on_register(slot.cohort)
        };
        parts.iter().map(|part| part.rows.iter().map(is_kept).collect()).collect()
    }

    /// The place among the partition's lines in which the search for a key begins.
    #[inline]
    fn home(&self, key: u64) -> usize {
        home(key, self.of) - self.first
    }

    fn find(&self, key: u64) -> Slot {
        further(self.lines, key, self.home(key))
    }

    /// Adds a patient, or what another row says of one who is there already.
    fn add(&mut self, added: Slot) {
        for at in lines_from(self.lines.len(), self.home(added.key)) {
            for slot in &mut self.lines[at].0 {
                if slot.key == 0 {
                    *slot = added;
                    return;
                }
                if slot.key == added.key {
                    slot.in_many = true;
                    if slot.birth != added.birth {
                        slot.cohort = ANY_COHORT;
                    }
                    return;
                }
            }
        }
    }
}
