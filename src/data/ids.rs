//! Patient ids as eight bytes.
//!
//! An id of 1 to 18 digits is packed as the number that a leading 1 and the digits write, so `7` and `007` stay apart
//! and nothing need be stored. Any other id is kept once, from the patients table, and its key says where.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};

use hashbrown::{DefaultHashBuilder, HashTable};

/// The longest run of digits that is packed: with the leading 1 it stays below 2^63.
const PACKED_DIGITS: usize = 18;

/// Set in the keys of ids that are kept.
const KEPT: u64 = 1 << 63;

/// Kept ids are spread over so many locks, as a power of two.
const SHARD_BITS: u32 = 6;

/// The place within a shard takes the low bits of a key.
const PLACE_BITS: u32 = 32;

/// The key of an id of 1 to 18 digits; None for any other.
#[inline]
pub(crate) fn pack(id: &[u8]) -> Option<u64> {
    if id.is_empty() || id.len() > PACKED_DIGITS {
        return None;
    }
    let mut number = 1_u64;
    for &byte in id {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// The key of an id that a table holds as a number: that of its digits, if there are 1 to 18.
#[inline]
pub(crate) fn pack_number(id: u64) -> Option<u64> {
    (id < 10_u64.pow(PACKED_DIGITS as u32)).then(|| id + 10_u64.pow(id.checked_ilog10().unwrap_or(0) + 1))
}

/// Spreads keys evenly over 64 bits: the top bits choose a partition, the next ones a place in its table.
#[inline]
pub(crate) fn spread(key: u64) -> u64 {
    let mixed = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed ^ (mixed >> 32)).wrapping_mul(0xD6E8_FEB8_6659_FD93)
}

/// Some of the kept ids: their texts end to end, and a table from text to place.
#[derive(Default, Debug)]
struct Shard {
    texts: String,
    /// Where each text ends.
    ends: Vec<u64>,
    places: HashTable<u32>,
}

impl Shard {
    fn text(&self, place: u32) -> &str {
        let place = place as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        &self.texts[start as usize..self.ends[place] as usize]
    }

    fn find(&self, hash: u64, id: &str) -> Option<u32> {
        self.places.find(hash, |&place| self.text(place) == id).copied()
    }

    fn keep(&mut self, hash: u64, id: &str, hasher: &DefaultHashBuilder) -> u32 {
        if let Some(place) = self.find(hash, id) {
            return place;
        }
        // Four thousand million ids in one of 64 shards is beyond any table of people.
        let place = u32::try_from(self.ends.len()).expect("fewer than 2^32 ids to a shard");
        self.texts.push_str(id);
        self.ends.push(self.texts.len() as u64);
        let Shard { texts, ends, places } = self;
        let text = |place: u32| {
            let start = if place == 0 { 0 } else { ends[place as usize - 1] };
            &texts[start as usize..ends[place as usize] as usize]
        };
        places.insert_unique(hash, place, |&place| hasher.hash_one(text(place)));
        place
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
        let shards = (0..1 << SHARD_BITS).map(|_| Mutex::default()).collect();
        Keeper { hasher: DefaultHashBuilder::default(), shards }
    }

    /// The key of an id that is not digits only, which is kept.
    pub(crate) fn keep(&self, id: &str) -> u64 {
        let hash = self.hasher.hash_one(id);
        let shard = shard_of(hash);
        let mut held = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        key(shard, held.keep(hash, id, &self.hasher))
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
    #[inline]
    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        let hash = self.hasher.hash_one(id);
        let shard = shard_of(hash);
        Some(key(shard, self.shards[shard].find(hash, id)?))
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

/// The tables of [`hashbrown`] use the top and the low bits of a hash, so a shard is chosen by bits in between.
fn shard_of(hash: u64) -> usize {
    (hash >> 40) as usize & ((1 << SHARD_BITS) - 1)
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
