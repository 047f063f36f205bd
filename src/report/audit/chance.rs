//! What chance alone does to a practice's count: exact tails for small numbers, and an interval for a rate.
//!
//! Floating point is for these statistics only. All of it is sums, products, quotients and square roots, which come out
//! the same on every machine.

use crate::ground::Amount;

/// How a count of a practice would fall out by chance: the probability of each.
#[derive(Clone, PartialEq, Debug)]
pub struct Lot {
    /// The least count that can be.
    first: u64,
    /// The probability of each count from the least up.
    probabilities: Vec<f64>,
}

/// A share of chance that is left outside limits, half on either side.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// 95 % within.
    Warning,
    /// 99.8 % within.
    Alarm,
}

impl Level {
    /// What lies within, in per cent: `95`, `99.8`.
    pub fn percent(self) -> &'static str {
        match self {
            Level::Warning => "95",
            Level::Alarm => "99.8",
        }
    }

    /// The probability that lies beyond one limit at most.
    fn tail(self) -> f64 {
        match self {
            Level::Warning => 0.025,
            Level::Alarm => 0.001,
        }
    }
}

impl Lot {
    /// How the exceptions of a practice would fall out, were those of the practice and its peers dealt to the people of
    /// both by lot: the hypergeometric distribution, by which Fisher's exact test judges. With many peers it comes to the
    /// binomial distribution at their rate; with few it allows for what is not known of that rate. Of `people` of a
    /// practice and `peers`, `marked` are excepted; None if more are marked than there are.
    pub fn of(people: u64, peers: u64, marked: u64) -> Option<Lot> {
        let all = people + peers;
        let unmarked = all.checked_sub(marked)?;
        let (first, last) = (people.saturating_sub(unmarked), people.min(marked));
        // From the likeliest count outward, so that what underflows is next to nothing.
        let mode = u64::try_from(u128::from(people + 1) * u128::from(marked + 1) / u128::from(all + 2)).ok()?;
        let mode = mode.clamp(first, last);
        let up = |from: u64| {
            let ways = (marked - from) as f64 * (people - from) as f64;
            ways / ((from + 1) as f64 * (unmarked + from + 1 - people) as f64)
        };
        Some(Lot::outward((first, last), mode, up))
    }

    /// How many of `people` would be reached, had each the same chance as `reached` of `all` have: the binomial
    /// distribution at that rate. None for nobody, or if more are reached than there are.
    pub fn binomial(people: u64, reached: u64, all: u64) -> Option<Lot> {
        let missed = all.checked_sub(reached).filter(|_| all > 0)?;
        // A rate of nothing or of all leaves chance nothing to do.
        let first = if missed == 0 { people } else { 0 };
        let last = if reached == 0 { 0 } else { people };
        let mode = u64::try_from(u128::from(people + 1) * u128::from(reached) / u128::from(all)).ok()?;
        let odds = reached as f64 / missed as f64;
        let up = |from: u64| (people - from) as f64 / (from + 1) as f64 * odds;
        Some(Lot::outward((first, last), mode.clamp(first, last), up))
    }

    /// The distribution over counts from the first to the last, whose likeliest count is known, and by how much likelier
    /// the next count up is than each.
    fn outward((first, last): (u64, u64), mode: u64, up: impl Fn(u64) -> f64) -> Lot {
        let mut weights = vec![1.0; (last - first + 1) as usize];
        for at in mode..last {
            weights[(at + 1 - first) as usize] = weights[(at - first) as usize] * up(at);
        }
        for at in (first..mode).rev() {
            weights[(at - first) as usize] = weights[(at + 1 - first) as usize] / up(at);
        }
        let sum: f64 = weights.iter().sum();
        Lot { first, probabilities: weights.into_iter().map(|weight| weight / sum).collect() }
    }

    /// The probability of a count as small as this, or smaller.
    pub fn at_most(&self, count: u64) -> f64 {
        let counts = (self.first..).zip(&self.probabilities);
        counts.take_while(|(at, _)| *at <= count).map(|(_, probability)| probability).sum()
    }

    /// The probability of a count as large as this, or larger.
    pub fn at_least(&self, count: u64) -> f64 {
        let below = usize::try_from(count.saturating_sub(self.first)).unwrap_or(usize::MAX);
        // The small ones first.
        self.probabilities.iter().skip(below).rev().sum()
    }

    /// The least and the largest count within limits: neither they nor anything between is as rare on its side as the
    /// level has it.
    pub fn limits(&self, level: Level) -> (u64, u64) {
        let last = self.first + self.probabilities.len() as u64 - 1;
        let is_common = |sum: &mut f64, probability: &f64| {
            *sum += probability;
            Some(*sum > level.tail())
        };
        let rare_below =
            self.probabilities.iter().scan(0.0, is_common).take_while(|is_common| !is_common).count() as u64;
        let rare_above =
            self.probabilities.iter().rev().scan(0.0, is_common).take_while(|is_common| !is_common).count() as u64;
        ((self.first + rare_below).min(last), last.saturating_sub(rare_above).max(self.first))
    }

    /// The probability that chance alone comes to lie beyond the limits: never more than the level has it, and for small
    /// numbers far less.
    pub fn beyond(&self, level: Level) -> f64 {
        let (low, high) = self.limits(level);
        let below = if low == 0 { 0.0 } else { self.at_most(low - 1) };
        below + self.at_least(high + 1)
    }
}

/// The 97.5th percentile of the normal distribution.
const NORMAL_97_5: f64 = 1.959_963_984_540_054;

/// The 95 % interval of a rate by Wilson's score method, as shares of 1; None for nobody.
pub fn wilson(count: u64, people: u64) -> Option<(f64, f64)> {
    if people == 0 {
        return None;
    }
    let (count, people, z) = (count as f64, people as f64, NORMAL_97_5);
    let (rate, square) = (count / people, z * z);
    let middle = rate + square / (2.0 * people);
    let half = z * (rate * (1.0 - rate) / people + square / (4.0 * people * people)).sqrt();
    let scale = 1.0 + square / people;
    Some((((middle - half) / scale).max(0.0), ((middle + half) / scale).min(1.0)))
}

/// A statistic as an amount, to six decimals.
pub fn amount(statistic: f64) -> Option<Amount> {
    statistic.is_finite().then(|| Amount::ratio((statistic * 1e6).round() as i128, 1_000_000))?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Equal but for the last digits.
    fn close(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    /// Four of ten people are a practice's, four of the ten are excepted: of the 210 ways to choose four of ten, 1, 24, 90,
    /// 80 and 15 give it 4, 3, 2, 1 and 0 of them (4C4·6C0, 4C3·6C1, 4C2·6C2, 4C1·6C3, 4C0·6C4).
    #[test]
    fn few_people_dealt_by_hand() {
        let lot = Lot::of(4, 6, 4).unwrap();
        let ways: [f64; 5] = [15.0, 80.0, 90.0, 24.0, 1.0];
        for (count, ways) in ways.iter().enumerate() {
            assert!(close(lot.probabilities[count], ways / 210.0), "{count}");
        }
        // 1/210 = 0.0048 is beyond 2.5 % and not beyond 0.1 %; 15/210 = 0.071 is within.
        assert_eq!(lot.limits(Level::Warning), (0, 3));
        assert_eq!(lot.limits(Level::Alarm), (0, 4));
        assert!(close(lot.beyond(Level::Warning), 1.0 / 210.0));
        assert!(close(lot.beyond(Level::Alarm), 0.0));
        // The six others: none of the four exceptions is as rare as all four are for the four.
        assert_eq!(Lot::of(6, 4, 4).unwrap().limits(Level::Warning), (1, 4));
    }

    /// The tea of Fisher's lady: eight cups, four with milk first, four chosen: 1, 16, 36, 16, 1 of 70.
    #[test]
    fn the_tasting_of_tea() {
        let lot = Lot::of(4, 4, 4).unwrap();
        assert!(close(lot.at_least(4), 1.0 / 70.0));
        assert!(close(lot.at_least(3), 17.0 / 70.0));
        assert!(close(lot.at_most(0), 1.0 / 70.0));
        assert_eq!(lot.limits(Level::Warning), (1, 3));
    }

    /// With a thousand million peers the rate is known: the binomial table for n = 20, p = 0.1 has P(X ≤ 3) = 0.8670,
    /// P(X ≤ 4) = 0.9568, P(X ≤ 5) = 0.9887; so 5 is within 2.5 % above (1 − 0.9568 = 0.0432) and 6 beyond (0.0113).
    #[test]
    fn with_many_peers_it_is_the_binomial_table() {
        let lot = Lot::of(20, 1_000_000_000, 100_000_002).unwrap();
        for (count, table) in [(3, 0.8670), (4, 0.9568), (5, 0.9887)] {
            assert!((lot.at_most(count) - table).abs() < 5e-5, "{count}");
        }
        assert_eq!(lot.limits(Level::Warning), (0, 5));
    }

    /// The same table by the distribution itself: P(X ≤ 3) = 0.8670 and so on for n = 20, p = 0.1; and for n = 10, p = 0.9
    /// the probability of all ten is 0.9^10 = 0.3487, of seven or fewer 0.0702, of six or fewer 0.0128, of four or fewer 0.0001.
    #[test]
    fn the_binomial_table() {
        let chance = Lot::binomial(20, 1, 10).unwrap();
        for (count, table) in [(0, 0.1216), (3, 0.8670), (4, 0.9568), (5, 0.9887)] {
            assert!((chance.at_most(count) - table).abs() < 5e-5, "{count}");
        }
        assert_eq!(chance.limits(Level::Warning), (0, 5));
        let chance = Lot::binomial(10, 90, 100).unwrap();
        assert!((chance.at_least(10) - 0.3487).abs() < 5e-5);
        assert!((chance.at_most(7) - 0.0702).abs() < 5e-5);
        assert!((chance.at_most(6) - 0.0128).abs() < 5e-5);
        // 0.0128 is rarer than 2.5 %, so seven is the least within; 0.0016 of five or fewer is not rarer than 0.1 %, 0.0001 is.
        assert!((chance.at_most(5) - 0.0016).abs() < 5e-5);
        assert_eq!((chance.limits(Level::Warning), chance.limits(Level::Alarm)), ((7, 10), (5, 10)));
        // Where nobody or everybody is reached, so it is in every practice.
        assert_eq!(Lot::binomial(8, 0, 40).unwrap().limits(Level::Alarm), (0, 0));
        assert_eq!(Lot::binomial(8, 40, 40).unwrap().limits(Level::Alarm), (8, 8));
        assert_eq!((Lot::binomial(8, 0, 0), Lot::binomial(8, 2, 1)), (None, None));
    }

    /// Wilson 1927, as Newcombe (1998) has it: 81 of 263 is 0.2553 to 0.3662, 0 of 20 is 0 to 0.1611, 1 of 29 is 0.0061
    /// to 0.1718.
    #[test]
    fn published_intervals() {
        for (count, people, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let (from, to) = wilson(count, people).unwrap();
            assert!((from - low).abs() < 5e-5 && (to - high).abs() < 5e-5, "{count}/{people}: {from} {to}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn more_marked_than_there_are_is_no_lot() {
        assert_eq!(Lot::of(1, 1, 3), None);
        assert_eq!(Lot::of(0, 0, 0).unwrap().limits(Level::Warning), (0, 0));
    }

    proptest! {
        #[test]
        fn chance_is_whole_and_limits_hold_what_they_say(people in 0_u64..60, peers in 0_u64..400, share in 0_u64..=100) {
            let marked = (people + peers) * share / 100;
            let lot = Lot::of(people, peers, marked).unwrap();
            prop_assert!(close(lot.probabilities.iter().sum(), 1.0));
            // The mean is the share of all that is the practice's.
            let mean: f64 = (lot.first..).zip(&lot.probabilities).map(|(at, probability)| at as f64 * probability).sum();
            let expected = if people + peers == 0 { 0.0 } else { people as f64 * marked as f64 / (people + peers) as f64 };
            prop_assert!((mean - expected).abs() < 1e-6, "{mean} {expected}");
            let (narrow, wide) = (lot.limits(Level::Warning), lot.limits(Level::Alarm));
            prop_assert!(wide.0 <= narrow.0 && narrow.0 <= narrow.1 && narrow.1 <= wide.1);
            prop_assert!(lot.beyond(Level::Warning) <= 0.05 + 1e-9 && lot.beyond(Level::Alarm) <= 0.002 + 1e-9);
        }

        #[test]
        fn an_interval_holds_its_rate(people in 1_u64..5000, share in 0_u64..=100) {
            let count = people * share / 100;
            let (low, high) = wilson(count, people).unwrap();
            let rate = count as f64 / people as f64;
            prop_assert!(low <= rate + 1e-12 && rate <= high + 1e-12 && low < high);
        }
    }
}
