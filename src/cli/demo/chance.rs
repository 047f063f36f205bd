//! Chance that is the same on every machine: a small generator of its own, because libraries may change theirs.

/// A stream of pseudo-random numbers: SplitMix64, whose whole definition is the two functions below.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

/// The step between two states: 2^64 divided by the golden ratio, made odd.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// Scatters the bits of a number over all 64.
fn scatter(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// What a stream is for, so that streams of one seed have nothing in common.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    /// One practice.
    Practice = 1,
    /// One patient's life.
    Life,
    /// Where a patient's rows go in a shuffled table.
    Scatter,
    /// The order within one part of a shuffled table.
    Order,
    /// How a patient's practice reaches out.
    Outreach,
    /// The appointments that a practice keeps free.
    Slots,
}

impl Chance {
    /// The stream of one thing: a practice, a patient, a part of a table. It depends on nothing else, so things can be
    /// drawn in any order and side by side.
    pub(super) fn of(seed: u64, purpose: Purpose, number: u64) -> Chance {
        let stream = scatter(seed.wrapping_add(STEP.wrapping_mul(purpose as u64)));
        Chance(scatter(stream ^ number.wrapping_mul(STEP)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scatter(self.0)
    }

    /// A number from 0 up to but not including `end`; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: u32) -> u32 {
        // The high half of the product; its bias is below one in 2^32 and the same everywhere.
        let high = ((self.next() >> 32) * u64::from(end)) >> 32;
        high as u32
    }

    /// A number from `from` to `to`, both included; `from` if the range is empty.
    pub(super) fn between(&mut self, from: i32, to: i32) -> i32 {
        let width = to.saturating_sub(from).max(0);
        from + self.below(width.cast_unsigned() + 1).cast_signed()
    }

    /// True `per_thousand` times in a thousand.
    pub(super) fn happens(&mut self, per_thousand: u32) -> bool {
        self.below(1000) < per_thousand
    }

    /// One of a list, each as likely as the others; None of an empty one.
    pub(super) fn one_of<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        list.get(self.below(u32::try_from(list.len()).unwrap_or(u32::MAX)) as usize)
    }

    /// Puts a list into an order in which every order is as likely.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let end = u32::try_from(last + 1).unwrap_or(u32::MAX);
            list.swap(last, self.below(end) as usize);
        }
    }
}

/// Shares that add up, to draw a place among them in proportion.
#[derive(Clone, Debug, Default)]
pub(super) struct Shares(Vec<u32>);

impl Shares {
    /// Adds the shares up; a sum past 32 bits stays at the greatest number.
    pub(super) fn of(shares: impl IntoIterator<Item = u32>) -> Shares {
        let running = |sum: &mut u32, share: u32| {
            *sum = sum.saturating_add(share);
            Some(*sum)
        };
        Shares(shares.into_iter().scan(0, running).collect())
    }

    /// A place, as likely as its share; 0 where there are none.
    pub(super) fn draw(&self, chance: &mut Chance) -> usize {
        let drawn = chance.below(self.0.last().copied().unwrap_or(0));
        self.0.partition_point(|&end| end <= drawn).min(self.0.len().saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_the_published_one() {
        // The first numbers of SplitMix64 from state 1234567, as its author's reference gives them.
        let mut chance = Chance(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| chance.next()).collect();
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn shares_are_drawn_in_proportion() {
        let shares = Shares::of([1, 0, 3]);
        let mut chance = Chance::of(1, Purpose::Life, 7);
        let mut drawn = [0; 3];
        for _ in 0..4000 {
            drawn[shares.draw(&mut chance)] += 1;
        }
        assert_eq!(drawn[1], 0);
        assert!((900..1100).contains(&drawn[0]), "{drawn:?}");
    }

    #[test]
    fn bounds_are_kept() {
        let mut chance = Chance::of(3, Purpose::Order, 0);
        assert!((0..1000).all(|_| (-2..=2).contains(&chance.between(-2, 2))));
        assert_eq!(chance.between(5, 4), 5);
        assert!(!(0..1000).any(|_| chance.happens(0)));
        assert!((0..1000).all(|_| chance.happens(1000)));
    }
}
