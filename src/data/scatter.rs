//! Rows scattered into partitions by patient, a chunk at a time.
//!
//! A chunk is what one reader gathered: its rows lie in order of their partition, so that grouping a partition copies
//! one short run out of each chunk, and nothing is ever sorted or moved again.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::data::ids::spread;
use crate::data::names::Arrival;
use crate::data::records::CodeIndex;
use crate::data::spill::Spill;
use crate::ground::Day;

/// How many rows a chunk gathers before it is closed: 2 MiB of events.
const CHUNK_ROWS: usize = 1 << 17;

/// The bits that hold a row's distance from the first row of its chunk.
const ROW_BITS: u32 = 26;

/// The bits that hold a code's place.
const CODE_BITS: u32 = 16;

/// Added to a day so that it is not negative; every day that can be read then fits in 22 bits.
const DAY_SHIFT: i64 = 1 << 20;

/// A chunk's texts are cut at so many bytes, so that their places fit in 32 bits.
const CHUNK_TEXT_BYTES: usize = 1 << 28;

/// Stands for "no giver".
pub(crate) const NO_GIVER: Arrival = Arrival::MAX;

/// Stands for "no day".
pub(crate) const NO_DAY: i32 = i32::MIN;

/// A row that belongs to a patient.
pub(crate) trait Keyed: Copy + Spillable {
    /// The patient's key.
    fn key(&self) -> u64;
}

/// Something of a fixed length that may wait in a file.
pub(crate) trait Spillable: Sized {
    /// How many bytes it has there.
    const BYTES: usize;
    /// Adds its bytes to others.
    fn encode(&self, bytes: &mut Vec<u8>);
    /// What stands in so many bytes.
    fn decode(bytes: &[u8]) -> Self;
}

/// The numbers in some bytes, each of so many bytes.
fn number<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes.get(at..).and_then(<[u8]>::first_chunk).copied().unwrap_or([0; N])
}

/// An event: the patient's key, and day, code and row in one word, so that whole words sort by day, then code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventRow {
    pub key: u64,
    pub packed: u64,
}

impl Keyed for EventRow {
    #[inline]
    fn key(&self) -> u64 {
        self.key
    }
}

impl Spillable for EventRow {
    const BYTES: usize = 16;

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.key.to_le_bytes());
        bytes.extend_from_slice(&self.packed.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> EventRow {
        EventRow { key: u64::from_le_bytes(number(bytes, 0)), packed: u64::from_le_bytes(number(bytes, 8)) }
    }
}

impl EventRow {
    /// An event of a wanted code, with the distance of its row from the first row of its chunk.
    #[inline]
    pub(crate) fn new(key: u64, day: Day, code: CodeIndex, distance: u64) -> EventRow {
        EventRow { key, packed: pack_event(day, code, distance) }
    }
}

/// Day, code and distance from the chunk's first row in one word.
#[inline]
fn pack_event(day: Day, code: CodeIndex, distance: u64) -> u64 {
    let day = (i64::from(day.epoch_days()) + DAY_SHIFT) as u64;
    day << (CODE_BITS + ROW_BITS) | u64::from(code.0) << ROW_BITS | distance
}

/// The day of a packed event.
#[inline]
pub(crate) fn day_of(packed: u64) -> Day {
    // Only days that were read are packed.
    Day::FIRST.plus_days((packed >> (CODE_BITS + ROW_BITS)) as i32 - DAY_SHIFT as i32 - Day::FIRST.epoch_days())
}

/// The code of a packed event.
#[inline]
pub(crate) fn code_of(packed: u64) -> CodeIndex {
    CodeIndex((packed >> ROW_BITS) as u16)
}

/// A packed event without its row.
#[inline]
pub(crate) fn without_row(packed: u64) -> u64 {
    packed >> ROW_BITS << ROW_BITS
}

/// Not greater than any event packed of that day or later, and greater than all of earlier days.
pub(crate) fn start_of_day(day: Day) -> u64 {
    pack_event(day, CodeIndex(0), 0)
}

/// The distance of a packed event's row from the first row of its chunk.
#[inline]
pub(crate) fn row_distance(packed: u64) -> u64 {
    packed & ((1 << ROW_BITS) - 1)
}

/// A registration, with what its row says of the patient. Days are days since 1970 or [`NO_DAY`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegistrationRow {
    pub key: u64,
    pub from: i32,
    pub to: i32,
    pub birth: i32,
    pub death: i32,
    pub practice: Arrival,
    /// The distance from the chunk's first row.
    pub row: u32,
}

impl Keyed for RegistrationRow {
    #[inline]
    fn key(&self) -> u64 {
        self.key
    }
}

impl Spillable for RegistrationRow {
    const BYTES: usize = 32;

    fn encode(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.key.to_le_bytes());
        for days in [self.from, self.to, self.birth, self.death] {
            bytes.extend_from_slice(&days.to_le_bytes());
        }
        bytes.extend_from_slice(&self.practice.to_le_bytes());
        bytes.extend_from_slice(&self.row.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> RegistrationRow {
        let days = |at| i32::from_le_bytes(number(bytes, at));
        RegistrationRow {
            key: u64::from_le_bytes(number(bytes, 0)),
            from: days(8),
            to: days(12),
            birth: days(16),
            death: days(20),
            practice: u32::from_le_bytes(number(bytes, 24)),
            row: u32::from_le_bytes(number(bytes, 28)),
        }
    }
}

/// What an event may carry besides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extra {
    /// Who gave it, or [`NO_GIVER`].
    pub giver: Arrival,
    /// Where its text starts and ends among the chunk's texts; the same for none.
    pub text: (u32, u32),
}

impl Spillable for Extra {
    const BYTES: usize = 12;

    fn encode(&self, bytes: &mut Vec<u8>) {
        for part in [self.giver, self.text.0, self.text.1] {
            bytes.extend_from_slice(&part.to_le_bytes());
        }
    }

    fn decode(bytes: &[u8]) -> Extra {
        let part = |at| u32::from_le_bytes(number(bytes, at));
        Extra { giver: part(0), text: (part(4), part(8)) }
    }
}

/// Rows that lie in order of their partition.
#[derive(Debug)]
pub(crate) struct Chunk<R> {
    /// The line or row number from which the distances count.
    first_row: u64,
    /// Where each partition's rows start, and at last where they end.
    starts: Vec<u32>,
    rows: Stretch<R>,
    /// One for each row, or none at all.
    extras: Option<Stretch<Extra>>,
    /// They stay in memory, wherever the rows are.
    texts: String,
}

/// Some rows, wherever they are.
#[derive(Debug)]
enum Stretch<R> {
    /// In memory.
    Held(Vec<R>),
    /// In a file, from a place on.
    Spilled(Arc<Spill>, u64),
}

impl<R: Clone + Spillable> Stretch<R> {
    /// Keeps rows in memory if they find room there, else in the file. Those that the file does not take are gone, which
    /// the file's fault tells.
    fn keep(rows: Vec<R>, spill: Option<&Arc<Spill>>) -> Stretch<R> {
        match spill {
            Some(spill) if !spill.finds_room((rows.len() * size_of::<R>()) as u64) => {
                let mut bytes = Vec::with_capacity(rows.len() * R::BYTES);
                rows.iter().for_each(|row| row.encode(&mut bytes));
                Stretch::Spilled(Arc::clone(spill), spill.write(&bytes).unwrap_or(u64::MAX))
            }
            Some(_) | None => Stretch::Held(rows),
        }
    }

    /// Some of them; none if they cannot be read back, which the file's fault tells.
    fn part(&self, range: Range<usize>) -> Cow<'_, [R]> {
        match self {
            Stretch::Held(rows) => Cow::Borrowed(&rows[range]),
            Stretch::Spilled(spill, start) => {
                let at = start.saturating_add((range.start * R::BYTES) as u64);
                let bytes = if range.is_empty() { Vec::new() } else { spill.read(at, range.len() * R::BYTES) };
                Cow::Owned(bytes.chunks_exact(R::BYTES).map(R::decode).collect())
            }
        }
    }
}

/// A partition's rows out of one chunk.
#[derive(Debug)]
pub(crate) struct ChunkPart<'a, R: Clone> {
    /// The line or row number from which the distances count.
    pub first_row: u64,
    pub rows: Cow<'a, [R]>,
    /// What the rows carry besides; empty unless that was read.
    pub extras: Cow<'a, [Extra]>,
    texts: &'a str,
}

impl<'a, R: Clone> ChunkPart<'a, R> {
    /// An event's text; empty for none.
    pub(crate) fn text(&self, extra: Extra) -> &'a str {
        &self.texts[extra.text.0 as usize..extra.text.1 as usize]
    }
}

impl<R: Keyed> Chunk<R> {
    /// The rows of a partition.
    pub(crate) fn part(&self, partition: usize) -> ChunkPart<'_, R> {
        let range = self.starts[partition] as usize..self.starts[partition + 1] as usize;
        ChunkPart {
            first_row: self.first_row,
            rows: self.rows.part(range.clone()),
            extras: self.extras.as_ref().map_or(Cow::Borrowed(&[]), |extras| extras.part(range)),
            texts: &self.texts,
        }
    }

    /// Drops the rows that are not to be kept, asked for each in order; rows in a file all stay there.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut() -> bool) {
        let (Stretch::Held(rows), None) = (&mut self.rows, &self.extras) else { return };
        let mut kept = 0;
        let mut starts = Vec::with_capacity(self.starts.len());
        for bounds in self.starts.windows(2) {
            starts.push(kept as u32);
            for at in bounds[0] as usize..bounds[1] as usize {
                if keep() {
                    rows[kept] = rows[at];
                    kept += 1;
                }
            }
        }
        starts.push(kept as u32);
        rows.truncate(kept);
        rows.shrink_to_fit();
        self.starts = starts;
    }

    /// How many rows a partition has.
    pub(crate) fn count(&self, partition: usize) -> usize {
        (self.starts[partition + 1] - self.starts[partition]) as usize
    }

    /// How many rows there are in all partitions.
    pub(crate) fn len(&self) -> usize {
        self.starts.last().map_or(0, |&end| end as usize)
    }
}

/// Into how many partitions rows are scattered, as a power of two, and where those go that find no room in memory.
#[derive(Clone, Debug)]
pub(crate) struct Scatter {
    pub partition_bits: u32,
    pub spill: Option<Arc<Spill>>,
}

/// The partition of a patient among `2^bits`.
#[inline]
pub(crate) fn partition_of(key: u64, bits: u32) -> usize {
    // A shift by all 64 bits is not a shift, so it is done in two.
    (spread(key) >> 1 >> (63 - bits)) as usize
}

/// Gathers rows in the order in which they are read, and closes a chunk when there are many.
#[derive(Debug)]
pub(crate) struct Gatherer<R> {
    scatter: Scatter,
    first_row: u64,
    rows: Vec<R>,
    extras: Vec<Extra>,
    texts: String,
    chunks: Vec<Chunk<R>>,
}

impl<R: Keyed> Gatherer<R> {
    pub(crate) fn new(scatter: &Scatter) -> Gatherer<R> {
        let (scatter, texts) = (scatter.clone(), String::new());
        Gatherer { scatter, first_row: 0, rows: Vec::new(), extras: Vec::new(), texts, chunks: Vec::new() }
    }

    /// Makes room for a row with that number and gives its distance from the chunk's first row.
    #[inline]
    pub(crate) fn distance(&mut self, row: u64) -> u64 {
        if self.rows.is_empty() {
            self.first_row = row;
        } else if self.rows.len() >= CHUNK_ROWS || row - self.first_row >= 1 << ROW_BITS {
            self.close_chunk();
            self.first_row = row;
        }
        row - self.first_row
    }

    /// Adds a row whose distance was just asked for.
    #[inline]
    pub(crate) fn push(&mut self, row: R) {
        self.rows.push(row);
    }

    /// Adds what the row just added carries besides: all rows of a table have it, or none.
    pub(crate) fn push_extra(&mut self, giver: Arrival, text: &str) {
        let start = self.texts.len() as u32;
        self.texts.push_str(text);
        self.extras.push(Extra { giver, text: (start, self.texts.len() as u32) });
        if self.texts.len() > CHUNK_TEXT_BYTES {
            self.close_chunk();
        }
    }

    /// Ends the gathering.
    pub(crate) fn finish(mut self) -> Vec<Chunk<R>> {
        self.close_chunk();
        self.chunks
    }

    /// Puts the gathered rows in order of their partition, by counting.
    fn close_chunk(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        let bits = self.scatter.partition_bits;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        for row in &self.rows {
            starts[partition_of(row.key(), bits) + 1] += 1;
        }
        for partition in 0..1 << bits {
            starts[partition + 1] += starts[partition];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; self.rows.len()];
        for (at, row) in self.rows.iter().enumerate() {
            let place = &mut next[partition_of(row.key(), bits)];
            order[*place as usize] = at as u32;
            *place += 1;
        }
        let spill = self.scatter.spill.as_ref();
        let rows = Stretch::keep(order.iter().map(|&at| self.rows[at as usize]).collect(), spill);
        let in_order = || order.iter().map(|&at| self.extras[at as usize]).collect();
        let extras = (!self.extras.is_empty()).then(|| Stretch::keep(in_order(), spill));
        self.rows.clear();
        self.extras.clear();
        let texts = std::mem::take(&mut self.texts);
        self.chunks.push(Chunk { first_row: self.first_row, starts, rows, extras, texts });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::spill::MemoryLimit;

    #[test]
    fn an_event_is_packed_and_unpacked() {
        for (text, code) in [("0001-01-01", 0), ("1970-01-01", 7), ("9999-12-31", 65_534)] {
            let day = Day::parse_iso(text).unwrap();
            let packed = pack_event(day, CodeIndex(code), 12_345);
            assert_eq!((day_of(packed), code_of(packed), row_distance(packed)), (day, CodeIndex(code), 12_345));
        }
    }

    #[test]
    fn chunks_hold_every_row_once_in_its_partition() {
        // The first two of three chunks find room in memory.
        let some_room = MemoryLimit { rows_bytes: 2 * 16 * CHUNK_ROWS as u64, new_file: tempfile::tempfile };
        for (bits, limit) in [(0, None), (3, None), (0, Some(some_room)), (3, Some(some_room))] {
            let spill = limit.map(|limit| Arc::new(Spill::new(limit)));
            let mut gatherer = Gatherer::new(&Scatter { partition_bits: bits, spill });
            for at in 0..300_000_u64 {
                let distance = gatherer.distance(at * 500);
                gatherer.push(EventRow::new(at, Day::FIRST, CodeIndex(0), distance));
            }
            let chunks = gatherer.finish();
            assert!(chunks.len() > 2);
            let is_spilled = |chunk: &&Chunk<EventRow>| matches!(chunk.rows, Stretch::Spilled(..));
            assert_eq!(chunks.iter().filter(is_spilled).count(), if limit.is_some() { chunks.len() - 2 } else { 0 });
            let mut seen = vec![false; 300_000];
            for chunk in &chunks {
                for partition in 0..1 << bits {
                    for row in chunk.part(partition).rows.iter() {
                        assert_eq!(partition_of(row.key, bits), partition);
                        assert_eq!(chunk.first_row + row_distance(row.packed), row.key * 500);
                        assert!(!std::mem::replace(&mut seen[row.key as usize], true));
                    }
                }
            }
            assert!(seen.iter().all(|&seen| seen));
        }
    }
}
