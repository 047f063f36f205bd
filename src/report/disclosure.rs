//! Disclosure control: what of a table is withheld or rounded, so that it may be published.
//!
//! Counts of people from 1 to a number below N are withheld ([`Disclosure::Suppress`]), and with them as many others as
//! it takes that none of them follows from the rest ([`sums`]); whatever is worked out from a withheld count is withheld
//! too, and every sum leaves out what is withheld and says so. Or every count is rounded ([`Disclosure::Round`]) before
//! anything is worked out from it. Nobody is a count that stays, as in NHS England's hospital statistics, where values
//! from 1 are replaced and 0 is shown
//! (<https://digital.nhs.uk/data-and-information/data-tools-and-services/data-services/hospital-episode-statistics/change-to-disclosure-control-methodology-for-hes-and-ecds-from-september-2018>).

pub mod measures;
pub mod rows;
pub mod stated;
pub mod sums;

use serde_json::json;

use crate::eval::pay::{Counted, Facts};
use crate::ground::Amount;

/// What stands in the place of a figure that is withheld: the shorthand of the Government Statistical Service for what
/// is confidential.
pub const MARK: &str = "[c]";

/// The least N for suppression: below 3 a withheld count could only be 1.
pub const LEAST_BELOW: u64 = 3;

/// How a result is made fit to be published.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Disclosure {
    /// Counts from 1 to one less than this are withheld, with what would give them away.
    Suppress {
        /// At least [`LEAST_BELOW`].
        below: u64,
    },
    /// Counts are rounded to the nearest multiple, halves up.
    Round {
        /// What they are multiples of.
        base: u32,
    },
}

impl Disclosure {
    /// The least count from 1 up that is printed; None where counts are rounded.
    pub fn below(self) -> Option<u64> {
        match self {
            Disclosure::Suppress { below } => Some(below),
            Disclosure::Round { .. } => None,
        }
    }

    /// The text of the `disclosure` column.
    pub fn label(self) -> String {
        match self {
            Disclosure::Suppress { below } => format!("suppressed below {below}"),
            Disclosure::Round { base } => format!("rounded to {base}"),
        }
    }

    /// What was done, in a sentence without a full stop.
    pub fn words(self) -> String {
        match self {
            Disclosure::Suppress { below } => format!(
                "{MARK}: withheld; counts of 1 to {} are, with the counts that would give them away and what is worked out from either",
                below - 1
            ),
            Disclosure::Round { base } => format!(
                "counts are rounded to the nearest {base}, each by itself; percentages, points and pounds are those of the rounded counts, not what is paid"
            ),
        }
    }

    /// The member `disclosure` of a JSON document.
    pub fn member(self) -> (&'static str, serde_json::Value) {
        let value = match self {
            Disclosure::Suppress { below } => {
                json!({"method": "suppress", "below": below, "mark": MARK, "meaning": self.words()})
            }
            Disclosure::Round { base } => json!({"method": "round", "base": base, "meaning": self.words()}),
        };
        ("disclosure", value)
    }

    /// What is told of a count that stands in no sum: it, rounded or not; None if it is small and withheld.
    pub fn told(self, count: u64) -> Option<u64> {
        match self {
            Disclosure::Suppress { below } => (!(1..below).contains(&count)).then_some(count),
            Disclosure::Round { base } => Some(rounded_whole(count, base)),
        }
    }

    /// What is known of a practice, as it may be worked with.
    pub fn facts(self, facts: Facts) -> Facts {
        match self {
            Disclosure::Suppress { .. } => facts,
            Disclosure::Round { base } => {
                let all_rounded = |counts: &[Option<Counted>]| {
                    counts.iter().map(|counted| counted.map(|counted| rounded(counted, base))).collect()
                };
                Facts {
                    counts: all_rounded(&facts.counts),
                    baselines: all_rounded(&facts.baselines),
                    doses: facts.doses.iter().map(|doses| doses.map(|doses| rounded_whole(doses, base))).collect(),
                    ..facts
                }
            }
        }
    }
}

/// Counts, each rounded by itself.
pub fn rounded(counted: Counted, base: u32) -> Counted {
    let round = |people: Amount| people.round_to(Amount::from(base)).unwrap_or(people);
    Counted {
        register: round(counted.register),
        excluded: round(counted.excluded),
        excepted: round(counted.excepted),
        denominator: round(counted.denominator),
        numerator: round(counted.numerator),
        locally_excepted: round(counted.locally_excepted),
    }
}

/// A whole number to the nearest multiple, halves up.
pub fn rounded_whole(people: u64, base: u32) -> u64 {
    let base = u64::from(base);
    (people + base / 2) / base * base
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_round_to_the_nearest_multiple() {
        let rounded: Vec<u64> = [0, 2, 3, 7, 8, 12, 13].map(|people| rounded_whole(people, 5)).to_vec();
        assert_eq!(rounded, [0, 0, 5, 5, 10, 10, 15]);
        assert_eq!(rounded_whole(5, 10), 10);
        let counted = Counted::of(Amount::from(7_u32), Amount::from(13_u32));
        assert_eq!(super::rounded(counted, 5), Counted::of(Amount::from(5_u32), Amount::from(15_u32)));
    }
}
