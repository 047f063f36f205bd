//! People born in the same stretch of days, for whom the same codes matter.

use crate::data::records::{Births, CodeIndex, Interest};
use crate::ground::Day;

/// The cohort of those whose rows differ on their birth: everything of theirs is kept.
pub(crate) const ANY_COHORT: u16 = u16::MAX;

/// The cohorts, in order of birth.
#[derive(Debug)]
pub(crate) struct Cohorts {
    /// The first day of each cohort but the first, ascending.
    starts: Vec<Day>,
    /// By cohort: whether any of them can be on a register.
    on_registers: Vec<bool>,
    /// Cohort by cohort, code by code.
    wanted: Vec<bool>,
    codes: usize,
}

impl Cohorts {
    /// Those among which an interest tells people apart; None if there are too many to be numbered.
    pub(crate) fn new(interest: &Interest) -> Option<Cohorts> {
        let of_codes = interest.codes.iter().map(|code| &code.births);
        let stretches = of_codes.chain([&interest.births]).flat_map(Births::stretches);
        let mut starts: Vec<Day> = stretches.flat_map(|(first, last)| [first, last.plus_days(1)]).collect();
        starts.sort_unstable();
        starts.dedup();
        let someone: Vec<Day> = std::iter::once(Day::FIRST).chain(starts.iter().copied()).collect();
        let matters = |birth| interest.codes.iter().map(move |code| code.births.contain(birth));
        (someone.len() < usize::from(ANY_COHORT)).then(|| Cohorts {
            on_registers: someone.iter().map(|birth| interest.births.contain(*birth)).collect(),
            wanted: someone.iter().flat_map(|birth| matters(*birth)).collect(),
            starts,
            codes: interest.codes.len(),
        })
    }

    /// The cohort of those born on a day.
    pub(crate) fn of(&self, birth: Day) -> u16 {
        // There are some dozens: a processor compares eight at a time, sooner than a search foresees its way.
        self.starts.iter().map(|start| u16::from(*start <= birth)).sum()
    }

    /// Whether a code matters to somebody of a cohort.
    #[inline]
    pub(crate) fn want(&self, cohort: u16, code: CodeIndex) -> bool {
        cohort == ANY_COHORT || self.wanted[usize::from(cohort) * self.codes + usize::from(code.0)]
    }

    /// Whether somebody of a cohort can be on any register.
    #[inline]
    pub(crate) fn can_be_on_register(&self, cohort: u16) -> bool {
        cohort == ANY_COHORT || self.on_registers[usize::from(cohort)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::records::CodeInterest;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    #[test]
    fn a_code_matters_to_those_born_in_its_stretches() {
        let births = |stretches: &[(&str, &str)]| {
            let mut births = Births::default();
            stretches.iter().for_each(|(first, last)| births.add(day(first), day(last)));
            births
        };
        let code = |births| CodeInterest { births, last: Some(day("2024-03-31")) };
        let first = code(births(&[("2020-01-01", "2020-12-31"), ("2022-01-01", "2022-01-01")]));
        let second = code(births(&[("2020-06-01", "2022-01-01")]));
        assert_eq!(second.days(), Some((day("2020-06-01"), day("2024-03-31"))));
        let codes = vec![first, second, CodeInterest::default()];
        let cohorts = Cohorts::new(&Interest { births: births(&[("2020-01-01", "2023-01-01")]), codes }).unwrap();
        for (birth, expected) in [
            ("2019-12-31", [false, false, false]),
            ("2020-01-01", [true, true, false]),
            ("2020-05-31", [true, true, false]),
            ("2020-06-01", [true, true, true]),
            ("2020-12-31", [true, true, true]),
            ("2021-01-01", [true, false, true]),
            ("2022-01-01", [true, true, true]),
            ("2022-01-02", [true, false, false]),
            ("2023-01-02", [false, false, false]),
        ] {
            let cohort = cohorts.of(day(birth));
            let wanted = [0, 1].map(|code| cohorts.want(cohort, CodeIndex(code)));
            assert_eq!([cohorts.can_be_on_register(cohort), wanted[0], wanted[1]], expected, "{birth}");
            assert!(!cohorts.want(cohort, CodeIndex(2)));
        }
    }
}
