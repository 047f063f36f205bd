//! Patients whose keys lie anywhere, in tables with open addressing.

use rayon::prelude::*;

use crate::data::cohorts::{ANY_COHORT, Cohorts};
use crate::data::ids::spread;
use crate::data::known::Found;
use crate::data::scatter::{Chunk, RegistrationRow, partition_of};
use crate::ground::Day;

/// A patient of the patients table.
#[derive(Clone, Copy, Default, Debug)]
struct Slot {
    /// 0 for an empty slot: no id has that key.
    key: u64,
    /// Days since 1970.
    birth: i32,
    cohort: u16,
    /// It stands in more than one row.
    in_many: bool,
}

impl Slot {
    #[inline]
    fn found(self) -> Option<Found> {
        (self.key != 0).then_some(Found { birth: self.birth, cohort: self.cohort })
    }
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

/// The patients, by key: a table for each partition, never full.
#[derive(Debug)]
pub(super) struct Hashed {
    partition_bits: u32,
    tables: Vec<Box<[Line]>>,
}

impl Hashed {
    /// The bytes that the tables of so many rows take.
    pub(super) fn bytes(rows: usize, partition_bits: u32) -> u64 {
        // Each partition's table has a line more than it needs, so that it is never full.
        ((line_count(rows) + (1 << partition_bits)) * size_of::<Line>()) as u64
    }

    /// The patients of these rows. The rows of those who can be on no register are dropped, unless somebody has more than
    /// one.
    pub(super) fn of(chunks: &mut [Chunk<RegistrationRow>], partition_bits: u32, cohorts: &Cohorts) -> Hashed {
        let table = |partition| table(chunks, partition, partition_bits, cohorts);
        let (tables, kept): (Vec<Box<[Line]>>, Vec<Kept>) = (0..1 << partition_bits).into_par_iter().map(table).unzip();
        chunks.par_iter_mut().enumerate().for_each(|(at, chunk)| {
            let mut kept = kept.iter().flat_map(|of_chunks| &of_chunks[at]);
            chunk.retain(|_| kept.next().is_none_or(|kept| *kept));
        });
        Hashed { partition_bits, tables }
    }

    /// Adds who each key is, or None. Millions of patients do not fit in a processor's cache, so each look waits for
    /// memory; first looks that decide nothing overlap in their waits.
    pub(super) fn look_up(&self, keys: impl Iterator<Item = u64> + Clone, found: &mut Vec<Option<Found>>) {
        let first_looks: Vec<Slot> = keys.clone().map(|key| self.first_look(key)).collect();
        found.extend(keys.zip(first_looks).map(|(key, first)| {
            let slot = if first.key == key { first } else { self.find(key) };
            slot.found()
        }));
    }

    /// The first slot of the line in which the search for a key begins, which brings the line near.
    #[inline]
    fn first_look(&self, key: u64) -> Slot {
        let table = &self.tables[partition_of(key, self.partition_bits)];
        table[home(table, key, self.partition_bits)].0[0]
    }

    /// The slot of a key, or an empty one.
    #[inline]
    fn find(&self, key: u64) -> Slot {
        find(&self.tables[partition_of(key, self.partition_bits)], key, self.partition_bits)
    }
}

/// How many lines so many rows take, a third of the slots to spare.
fn line_count(rows: usize) -> usize {
    (rows + rows / 2) / LINE_SLOTS + 1
}

/// The line in which the search for a key begins.
#[inline]
fn home(table: &[Line], key: u64, partition_bits: u32) -> usize {
    // The first bits of the spread key are the same for the whole partition.
    let place = u128::from(spread(key) << partition_bits) * table.len() as u128;
    (place >> 64) as usize
}

/// The slot of a key of a partition, or an empty one.
#[inline]
fn find(table: &[Line], key: u64, partition_bits: u32) -> Slot {
    let first = home(table, key, partition_bits);
    table[first].look(key).unwrap_or_else(|| further(table, key, first))
}

/// The slot of a key that is not in the line in which its search begins, or an empty one.
#[cold]
fn further(table: &[Line], key: u64, first: usize) -> Slot {
    lines_from(table.len(), first).find_map(|at| table[at].look(key)).unwrap_or_default()
}

/// All lines, from one on and then from the first.
fn lines_from(lines: usize, first: usize) -> impl Iterator<Item = usize> {
    (first..lines).chain(0..first)
}

/// By chunk: whether each row of a partition is kept.
type Kept = Vec<Vec<bool>>;

/// The patients of a partition, and which of their rows are kept.
fn table(
    chunks: &[Chunk<RegistrationRow>],
    partition: usize,
    partition_bits: u32,
    cohorts: &Cohorts,
) -> (Box<[Line]>, Kept) {
    let parts: Vec<_> = chunks.iter().map(|chunk| chunk.part(partition)).collect();
    let rows = parts.iter().map(|part| part.rows.len()).sum();
    let mut table = vec![Line::default(); line_count(rows)].into_boxed_slice();
    for row in parts.iter().flat_map(|part| part.rows.iter()) {
        let cohort = cohorts.of(Day::from_epoch_days(row.birth).unwrap_or(Day::FIRST));
        add(&mut table, partition_bits, Slot { key: row.key, birth: row.birth, cohort, in_many: false });
    }
    // They are looked up once more while the table is near.
    let is_kept = |row: &RegistrationRow| {
        let slot = find(&table, row.key, partition_bits);
        slot.in_many || cohorts.can_be_on_register(slot.cohort)
    };
    let kept = parts.iter().map(|part| part.rows.iter().map(is_kept).collect()).collect();
    (table, kept)
}

/// Adds a patient, or what another row says of one who is there already.
fn add(table: &mut [Line], partition_bits: u32, added: Slot) {
    let first = home(table, added.key, partition_bits);
    for at in lines_from(table.len(), first) {
        for slot in &mut table[at].0 {
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
