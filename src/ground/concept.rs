//! SNOMED CT concept ids.

use std::fmt;

use crate::ground::digits::number_of_digits;

/// A SNOMED CT concept id: 6 to 18 digits, no leading zero.
///
/// The form is that of the SNOMED CT identifier (SCTID). Having one says nothing about its check digit:
/// data are counted as they stand, and rule files ask [`ConceptId::fault`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConceptId(u64);

/// Why a well-formed id is not one that SNOMED CT can have issued for a concept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConceptFault {
    /// The last digit does not agree with the others (Verhoeff's dihedral check).
    CheckDigit,
    /// The two digits before the check digit are not those of a concept (`00`, or `10` in an extension).
    Partition,
}

impl ConceptId {
    /// Reads 6 to 18 digits without a leading zero.
    pub fn parse(text: &str) -> Option<ConceptId> {
        ConceptId::parse_bytes(text.as_bytes())
    }

    /// Reads 6 to 18 digits without a leading zero from bytes, as they stand in a table's cell.
    pub fn parse_bytes(text: &[u8]) -> Option<ConceptId> {
        if text.len() < 6 || text[0] == b'0' {
            return None;
        }
        number_of_digits(text).map(ConceptId)
    }

    /// The id that this number writes, if it has 6 to 18 digits.
    pub fn from_number(number: u64) -> Option<ConceptId> {
        (100_000..1_000_000_000_000_000_000).contains(&number).then_some(ConceptId(number))
    }

    /// The id as a number.
    pub fn number(self) -> u64 {
        self.0
    }

    /// What is wrong with the id, if anything is.
    pub fn fault(self) -> Option<ConceptFault> {
        if !self.check_digit_agrees() {
            return Some(ConceptFault::CheckDigit);
        }
        let partition = self.0 / 10 % 100;
        (partition != 0 && partition != 10).then_some(ConceptFault::Partition)
    }

    /// What SNOMED CT numbers with such an id, by the two digits before the check digit.
    pub fn kind(self) -> &'static str {
        match self.0 / 10 % 100 {
            0 | 10 => "a concept",
            1 | 11 => "a description",
            2 | 12 => "a relationship",
            _ => "something else than a concept",
        }
    }

    /// Verhoeff's check: the product of all digits, permuted by their position, in the dihedral group D5 is nothing.
    fn check_digit_agrees(self) -> bool {
        let mut check = 0;
        let mut rest = self.0;
        let mut position = 0;
        while rest > 0 {
            check = dihedral(check, permuted((rest % 10) as u8, position));
            rest /= 10;
            position += 1;
        }
        check == 0
    }
}

/// The product of two elements of the dihedral group of order ten: 0 to 4 rotate, 5 to 9 reflect.
fn dihedral(a: u8, b: u8) -> u8 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Verhoeff's permutation of a digit, applied `position` times.
fn permuted(digit: u8, position: u32) -> u8 {
    const ONCE: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..position % 8).fold(digit, |digit, _| ONCE[usize::from(digit)])
}

impl fmt::Display for ConceptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for ConceptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_and_partitions() {
        for right in ["38598009", "308081000000105", "16290681000119103"] {
            assert_eq!(ConceptId::parse(right).unwrap().fault(), None, "{right}");
        }
        assert_eq!(ConceptId::parse("38598008").unwrap().fault(), Some(ConceptFault::CheckDigit));
        // A description's id has partition 01.
        assert_eq!(
            ["38598009", "1480921012", "308081000000105"].map(|id| ConceptId::parse(id).unwrap().kind()),
            ["a concept", "a description", "a concept"]
        );
        assert_eq!(ConceptId::parse("64572019").map(|id| id.fault().is_some()), Some(true));
        for wrong in ["12345", "038598009", "3859800a", "1234567890123456789", "1.66281E+14"] {
            assert_eq!(ConceptId::parse(wrong), None, "{wrong}");
        }
    }
}
