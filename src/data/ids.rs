//! Patient ids as eight bytes.
//!
//! An id of 1 to 18 digits is packed as the number that a leading 1 and the digits write, so `7` and `007` stay apart
//! and nothing need be stored. Any other id is kept once, from the patients table, and its key says where.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use hashbrown::DefaultHashBuilder;

use crate::ground::number_of_digits;

/// The longest run of digits that is packed: with the leading 1 it stays below 2^63.
const PACKED_DIGITS: usize = 18;

/// The powers of ten to that of the longest run.
const POWERS: [u64; PACKED_DIGITS + 1] = {
    let mut powers = [1; PACKED_DIGITS + 1];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// Set in the keys of ids that are kept.
const KEPT: u64 = 1 << 63;

/// Kept ids are spread over so many locks, as a power of two.
const SHARD_BITS: u32 = 6;

/// What a kept id takes at most besides its text: its bounds, and four slots of a table that was just doubled.
pub(crate) const KEPT_ID_BYTES: u64 = 4 + 4 * 16;

/// The place within a shard takes the low bits of a key.
const PLACE_BITS: u32 = 32;

/// The key of an id of 1 to 18 digits; None for any other.
#[inline]
pub(crate) fn pack(id: &[u8]) -> Option<u64> {
    let number = number_of_digits(id)?;
    // It has as many digits as the text, so the power is there.
    Some(POWERS[id.len()] + number)
}

/// The key of an id that a table holds as a number: that of its digits, if there are 1 to 18.
#[inline]
#[cfg_attr(not(feature = "parquet"), allow(dead_code, reason = "only Parquet holds ids as numbers"))]
pub(crate) fn pack_number(id: u64) -> Option<u64> {
    (id < 10_u64.pow(PACKED_DIGITS as u32)).then(|| id + 10_u64.pow(id.checked_ilog10().unwrap_or(0) + 1))
}

/// Spreads keys evenly over 64 bits: the top bits choose a partition, the next ones a place in its table.
#[inline]
pub(crate) fn spread(key: u64) -> u64 {
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// Where a kept id is, in a slot of a table: one look at memory tells most ids apart.
#[derive(Clone, Copy, Default, Debug)]
struct Slot {
    /// The mark of the id's hash.
    mark: u32,
    /// The place plus one; 0 for an empty slot.
    place: u32,
    /// Where the text is among the shard's texts.
    start: u32,
    length: u32,
}

/// Some of the kept ids: their texts end to end, and a table with open addressing.
#[derive(Debug)]
struct Shard {
    texts: String,
    /// Where each text starts, and where the last one ends.
    bounds: Vec<u32>,
    slots: Vec<Slot>,
}

impl Shard {
    fn new() -> Shard {
        Shard { texts: String::new(), bounds: vec![0], slots: vec![Slot::default(); 16] }
    }

    fn text(&self, place: u32) -> &str {
        let place = place as usize;
        &self.texts[self.bounds[place] as usize..self.bounds[place + 1] as usize]
    }

    fn text_of(&self, slot: Slot) -> &str {
        &self.texts[slot.start as usize..][..slot.length as usize]
    }

    /// Where a mark's search begins.
    #[inline]
    fn home(&self, mark: u32) -> usize {
        // The table never has more than 2^32 slots, nor fewer than two.
        (mark >> (32 - self.slots.len().ilog2())) as usize
    }

    /// The first slot from the mark's home on that is empty or is the one looked for.
    #[inline]
    fn look(&self, mark: u32, is_it: impl Fn(Slot) -> bool) -> Result<Slot, usize> {
        let mut at = self.home(mark);
        loop {
            let slot = self.slots[at];
            if slot.place == 0 {
                return Err(at);
            }
            if slot.mark == mark && is_it(slot) {
                return Ok(slot);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    fn find(&self, mark: u32, id: &str) -> Result<Slot, usize> {
        self.look(mark, |slot| self.text_of(slot) == id)
    }

    /// The place of an id, which is kept if it is new.
    fn keep(&mut self, mark: u32, id: &str) -> u32 {
        let at = match self.find(mark, id) {
            Ok(slot) => return slot.place - 1,
            Err(at) => at,
        };
        let place = self.bounds.len() as u32;
        let start = self.texts.len() as u32;
        self.texts.push_str(id);
        // With 64 shards that is 256 GiB of ids, beyond any table of people.
        self.bounds.push(u32::try_from(self.texts.len()).expect("at most 4 GiB of ids to a shard"));
        self.slots[at] = Slot { mark, place, start, length: id.len() as u32 };
        if self.bounds.len() * 2 > self.slots.len() {
            self.grow();
        }
        place - 1
    }

    fn grow(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        self.slots = vec![Slot::default(); slots.len() * 2];
        for slot in slots.into_iter().filter(|slot| slot.place != 0) {
            if let Err(at) = self.look(slot.mark, |_| false) {
                self.slots[at] = slot;
            }
        }
    }
}

/// Ids that are being kept, from any thread.
#[derive(Debug)]
pub(crate) struct Keeper {
    hasher: DefaultHashBuilder,
    shards: Vec<Mutex<Shard>>,
}

impl Keeper {
    pub(crate) fn new() -> Keeper {
        let shards = (0..1 << SHARD_BITS).map(|_| Mutex::new(Shard::new())).collect();
        Keeper { hasher: DefaultHashBuilder::default(), shards }
    }

    /// The key of an id that is not digits only, which is kept.
    pub(crate) fn keep(&self, id: &str) -> u64 {
        let (shard, mark) = shard_and_mark(self.hasher.hash_one(id));
        let mut held = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        key(shard, held.keep(mark, id))
    }

    /// Ends the keeping.
    pub(crate) fn freeze(self) -> Ids {
        let shards = self.shards.into_iter().map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ids { hasher: self.hasher, shards: shards.collect() }
    }
}

/// The ids that were kept.
#[derive(Debug)]
pub(crate) struct Ids {
    hasher: DefaultHashBuilder,
    shards: Vec<Shard>,
}

impl Ids {
    /// The key of an id that is not digits only, if it was kept.
    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        let (shard, mark) = shard_and_mark(self.hasher.hash_one(id));
        self.shards[shard].find(mark, id).ok().map(|slot| key(shard, slot.place - 1))
    }

    /// The same for many ids at once. Millions of ids do not fit in a processor's cache, so a search waits for memory
    /// twice: for its slot and for its text. The steps are taken for all ids in turn, so that these waits overlap.
    pub(crate) fn find_all(&self, ids: &[&str]) -> Vec<Option<u64>> {
        let places: Vec<(usize, u32)> = ids.iter().map(|id| shard_and_mark(self.hasher.hash_one(id))).collect();
        let home = |&(shard, mark): &(usize, u32)| self.shards[shard].slots[self.shards[shard].home(mark)];
        let homes: Vec<Slot> = places.iter().map(home).collect();
        let candidate = |(&(shard, mark), &home): (&(usize, u32), &Slot)| {
            let is_home = home.place != 0 && home.mark == mark;
            if is_home { Some(home) } else { self.shards[shard].look(mark, |_| true).ok() }
        };
        let candidates: Vec<Option<Slot>> = places.iter().zip(&homes).map(candidate).collect();
        let checked = candidates.iter().zip(&places).zip(ids).map(|((slot, &(shard, _)), id)| {
            let slot = (*slot)?;
            if self.shards[shard].text_of(slot) == *id { Some(key(shard, slot.place - 1)) } else { self.find(id) }
        });
        checked.collect()
    }

    /// The id that a key stands for.
    pub(crate) fn text(&self, key: u64) -> Cow<'_, str> {
        if key & KEPT == 0 {
            // The leading 1 is not part of the id.
            return Cow::Owned(key.to_string().split_off(1));
        }
        let shard = (key & !KEPT) >> PLACE_BITS;
        Cow::Borrowed(self.shards[shard as usize].text(key as u32))
    }
}

/// The shard of a hash, and its mark there: the two take different bits.
#[inline]
fn shard_and_mark(hash: u64) -> (usize, u32) {
    ((hash >> 40) as usize & ((1 << SHARD_BITS) - 1), hash as u32)
}

fn key(shard: usize, place: u32) -> u64 {
    KEPT | (shard as u64) << PLACE_BITS | u64::from(place)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leading_zeros_keep_ids_apart() {
        assert_ne!(pack(b"007"), pack(b"7"));
        assert_eq!(pack(b"7"), pack_number(7));
        assert_eq!(pack(b"0"), pack_number(0));
        assert_eq!(pack(b"999999999999999999"), pack_number(999_999_999_999_999_999));
        assert_eq!(pack(b"1000000000000000000"), None);
        assert_eq!(pack_number(1_000_000_000_000_000_000), None);
        for other in ["", "-5", "12 ", "7a", "\u{0661}"] {
            assert_eq!(pack(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn other_ids_are_kept_once_and_given_back() {
        let keeper = Keeper::new();
        let names: Vec<String> = (0..5000).map(|at| format!("{at:08x}-0000-4000-8000-00000000000a")).collect();
        let keys: Vec<u64> = names.iter().map(|name| keeper.keep(name)).collect();
        assert_eq!(keeper.keep(&names[17]), keys[17]);
        let ids = keeper.freeze();
        for (name, &key) in names.iter().zip(&keys) {
            assert_eq!(ids.find(name), Some(key));
            assert_eq!(ids.text(key), *name);
        }
        assert_eq!(ids.find("not there"), None);
        let some: Vec<&str> = names.iter().map(String::as_str).step_by(7).chain(["not there"]).collect();
        let expected: Vec<Option<u64>> = keys.iter().copied().map(Some).step_by(7).chain([None]).collect();
        assert_eq!(ids.find_all(&some), expected);
    }

    proptest! {
        #[test]
        fn packing_is_undone_by_unpacking(id in "[0-9]{1,18}") {
            let ids = Keeper::new().freeze();
            let key = pack(id.as_bytes()).unwrap();
            prop_assert_eq!(key & KEPT, 0);
            prop_assert_eq!(ids.text(key), id.as_str());
        }

        #[test]
        fn numbers_pack_as_their_digits(id in 0_u64..2_000_000_000_000_000_000) {
            prop_assert_eq!(pack_number(id), pack(id.to_string().as_bytes()));
        }
    }
}
