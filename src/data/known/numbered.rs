//! Patients whose keys are numbers close together: a word for each number, which is found without a search.

use std::sync::atomic::{AtomicU32, Ordering};

use rayon::prelude::*;

use crate::data::cohorts::{ANY_COHORT, Cohorts};
use crate::data::known::Found;
use crate::data::scatter::{Chunk, RegistrationRow};
use crate::ground::Day;

/// So many numbers to a patient are close together: more, and a table by hash takes less memory.
const MOST_NUMBERS_EACH: u64 = 4;

/// The numbers from a first one on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Numbers {
    first: u64,
    count: usize,
}

impl Numbers {
    /// Those of the rows' keys, if they are close together and a word has room for every cohort.
    pub(super) fn of(chunks: &[Chunk<RegistrationRow>], cohorts: &Cohorts) -> Option<Numbers> {
        let rows: u64 = chunks.iter().map(|chunk| chunk.len() as u64).sum();
        let of_chunks = || chunks.iter().map(Chunk::keys);
        let first = of_chunks().map(|(first, _)| first).min()?;
        let last = of_chunks().map(|(_, last)| last).max()?;
        let count = (last - first).checked_add(1).filter(|count| *count <= rows.saturating_mul(MOST_NUMBERS_EACH))?;
        let has_room = cohorts.len() < usize::from(Word::ANY_COHORT);
        has_room.then_some(Numbers { first, count: usize::try_from(count).ok()? })
    }

    /// The bytes that their words take.
    pub(super) fn bytes(&self) -> u64 {
        (self.count * size_of::<AtomicU32>()) as u64
    }
}

/// The patients, by the distance of their key from the first one.
#[derive(Debug)]
pub(super) struct Numbered {
    first: u64,
    words: Vec<AtomicU32>,
}

impl Numbered {
    /// The patients of these rows. The rows of those who can be on no register are dropped, unless somebody has more than
    /// one.
    pub(super) fn of(chunks: &mut [Chunk<RegistrationRow>], numbers: Numbers, cohorts: &Cohorts) -> Numbered {
        let mut words = Vec::new();
        words.resize_with(numbers.count, AtomicU32::default);
        let numbered = Numbered { first: numbers.first, words };
        chunks.par_iter().for_each(|chunk| chunk.rows().iter().for_each(|row| numbered.add(row, cohorts)));
        chunks.par_iter_mut().for_each(|chunk| {
            chunk.retain(|row| {
                let word = numbered.word(row.key);
                word.is_in_many() || word.found().is_some_and(|found| cohorts.can_be_on_register(found.cohort))
            });
        });
        numbered
    }

    /// Adds who each key is, or None.
    pub(super) fn look_up(&self, keys: impl Iterator<Item = u64>, found: &mut Vec<Option<Found>>) {
        found.extend(keys.map(|key| self.word(key).found()));
    }

    /// Adds a patient, or what another row says of one who is there already: whichever of them comes first, the word is
    /// the same in the end.
    fn add(&self, row: &RegistrationRow, cohorts: &Cohorts) {
        let Some(place) = self.words.get((row.key - self.first) as usize) else { return };
        let birth = Day::from_epoch_days(row.birth).unwrap_or(Day::FIRST);
        let word = Word::new(birth, cohorts.of(birth));
        if place.compare_exchange(Word::EMPTY.0, word.0, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            place.update(Ordering::Relaxed, Ordering::Relaxed, |before| Word(before).and(word).0);
        }
    }

    #[inline]
    fn word(&self, key: u64) -> Word {
        let place = usize::try_from(key.wrapping_sub(self.first)).ok().and_then(|place| self.words.get(place));
        place.map_or(Word::EMPTY, |word| Word(word.load(Ordering::Relaxed)))
    }
}

/// A patient in 32 bits: from the lowest, the birth, the cohort, and whether it stands in more than one row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Word(u32);

impl Word {
    /// Nobody.
    const EMPTY: Word = Word(0);
    /// Every day that can be read, counted from 1, fits in 22 bits.
    const BIRTH_BITS: u32 = 22;
    const COHORT_BITS: u32 = 9;
    const IN_MANY: u32 = 1 << 31;
    /// Stands for [`ANY_COHORT`].
    const ANY_COHORT: u16 = (1 << Word::COHORT_BITS) - 1;

    fn new(birth: Day, cohort: u16) -> Word {
        let days = birth.days_since(Day::FIRST) as u32 + 1;
        Word(days | u32::from(cohort.min(Word::ANY_COHORT)) << Word::BIRTH_BITS)
    }

    /// What two rows say together: whichever of many comes first, the last word is the same.
    fn and(self, other: Word) -> Word {
        let same = (self.0 ^ other.0) & !Word::IN_MANY == 0;
        let word = if same { self } else { Word::new(Day::FIRST, ANY_COHORT) };
        Word(word.0 | Word::IN_MANY)
    }

    fn is_in_many(self) -> bool {
        self.0 & Word::IN_MANY != 0
    }

    #[inline]
    fn found(self) -> Option<Found> {
        let days = self.0 & ((1 << Word::BIRTH_BITS) - 1);
        let cohort = (self.0 >> Word::BIRTH_BITS) as u16 & Word::ANY_COHORT;
        (days != 0).then(|| Found {
            birth: Day::FIRST.epoch_days() + days as i32 - 1,
            cohort: if cohort == Word::ANY_COHORT { ANY_COHORT } else { cohort },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_word() -> impl Strategy<Value = Word> {
        (0..3, 0_u16..3).prop_map(|(day, cohort)| Word::new(Day::FIRST.plus_days(day), cohort))
    }

    #[test]
    fn a_word_holds_every_day_and_cohort() {
        for (day, cohort) in [(Day::FIRST, 0), (Day::LAST, Word::ANY_COHORT - 1), (Day::LAST, ANY_COHORT)] {
            let word = Word::new(day, cohort);
            assert_eq!(word.found(), Some(Found { birth: day.epoch_days(), cohort }));
            assert!(!word.is_in_many() && word.and(word).is_in_many());
            assert_eq!(word.and(word).found(), word.found());
        }
        assert_eq!(Word::EMPTY.found(), None);
    }

    proptest! {
        #[test]
        fn rows_say_the_same_in_every_order(words in proptest::collection::vec(any_word(), 2..5)) {
            let all = |words: &mut dyn Iterator<Item = Word>| words.reduce(Word::and);
            let forth = all(&mut words.iter().copied());
            prop_assert_eq!(forth, all(&mut words.iter().rev().copied()));
            let agree = words.windows(2).all(|pair| pair[0] == pair[1]);
            prop_assert_eq!(forth.and_then(Word::found).map(|found| found.cohort == ANY_COHORT), Some(!agree));
        }
    }
}
