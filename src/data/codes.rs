//! Which codes are wanted.

use crate::data::LoadError;
use crate::data::ids::spread;
use crate::data::records::CodeIndex;
use crate::ground::{ConceptId, FindingKind};

/// The most codes that are read at once: an event keeps its code's place in 16 bits.
pub(crate) const MOST_CODES: usize = u16::MAX as usize;

/// What a code cell turned out to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CodeCell {
    /// A wanted code.
    Wanted(CodeIndex),
    /// A well-formed code that nobody asked for.
    Other,
    /// Not a code.
    Fault(FindingKind),
}

/// A table from code to place in the list of wanted codes, with open addressing: one look at it per event row.
#[derive(Debug)]
pub(crate) struct Codes {
    /// Code numbers with their places; no code is 0.
    slots: Vec<(u64, CodeIndex)>,
    shift: u32,
}

impl Codes {
    /// The table of these codes: ascending, each once.
    ///
    /// # Errors
    /// [`LoadError::TooManyCodes`] if they are more than [`MOST_CODES`].
    pub(crate) fn new(codes: &[ConceptId]) -> Result<Codes, LoadError> {
        assert!(codes.is_sorted_by(|a, b| a < b), "wanted codes are ascending and each stands once");
        if codes.len() > MOST_CODES {
            return Err(LoadError::TooManyCodes { codes: codes.len() });
        }
        // A quarter full, so that a code that is not wanted mostly meets an empty slot at once.
        let bits = (codes.len() * 4).next_power_of_two().ilog2().max(4);
        let mut table = Codes { slots: vec![(0, CodeIndex(0)); 1 << bits], shift: 64 - bits };
        for (place, code) in codes.iter().enumerate() {
            let mut at = table.home(code.number());
            while table.slots[at].0 != 0 {
                at = (at + 1) & (table.slots.len() - 1);
            }
            table.slots[at] = (code.number(), CodeIndex(place as u16));
        }
        Ok(table)
    }

    /// What a cell's text is; an empty text is a missing value.
    #[inline]
    pub(crate) fn read(&self, text: &[u8]) -> CodeCell {
        match ConceptId::parse_bytes(text) {
            Some(code) => self.look_up(code),
            None if text.is_empty() => CodeCell::Fault(FindingKind::MissingValue),
            None if std::str::from_utf8(text).is_err() => CodeCell::Fault(FindingKind::NotText),
            None if is_in_exponents(text) => CodeCell::Fault(FindingKind::CodeInExponents),
            None => CodeCell::Fault(FindingKind::MalformedCode),
        }
    }

    /// What a number is.
    #[inline]
    #[cfg(feature = "parquet")]
    pub(crate) fn read_number(&self, number: u64) -> CodeCell {
        ConceptId::from_number(number).map_or(CodeCell::Fault(FindingKind::MalformedCode), |code| self.look_up(code))
    }

    #[inline]
    fn look_up(&self, code: ConceptId) -> CodeCell {
        let mut at = self.home(code.number());
        loop {
            let (number, place) = self.slots[at];
            if number == code.number() {
                return CodeCell::Wanted(place);
            }
            if number == 0 {
                return CodeCell::Other;
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    #[inline]
    fn home(&self, number: u64) -> usize {
        (spread(number) >> self.shift) as usize
    }
}

/// True for `1.66281E+14`, as spreadsheets write a long number of which they have dropped digits.
fn is_in_exponents(text: &[u8]) -> bool {
    let Some(at) = text.iter().position(|byte| matches!(byte, b'E' | b'e')) else { return false };
    let (number, power) = (&text[..at], &text[at + 1..]);
    let power = power.strip_prefix(b"+").unwrap_or(power);
    let is_digits = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    let mut parts = number.split(|byte| *byte == b'.');
    is_digits(power)
        && parts.next().is_some_and(is_digits)
        && parts.next().is_none_or(is_digits)
        && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_codes_are_told_from_others() {
        let wanted: Vec<ConceptId> = (0..3000).map(|at| ConceptId::from_number(100_000 + at * 7).unwrap()).collect();
        let codes = Codes::new(&wanted).unwrap();
        for (place, code) in wanted.iter().enumerate() {
            assert_eq!(codes.read(code.to_string().as_bytes()), CodeCell::Wanted(CodeIndex(place as u16)));
        }
        assert_eq!(codes.read(b"100001"), CodeCell::Other);
        assert_eq!(codes.read(b"0100000"), CodeCell::Fault(FindingKind::MalformedCode));
        for text in [&b"1.66281E+14"[..], b"2E+16", b"3.1e15"] {
            assert_eq!(codes.read(text), CodeCell::Fault(FindingKind::CodeInExponents));
        }
        for text in [&b"E+14"[..], b"1.2.3E+4", b"1.66281E+", b"166281.0", b"1,66281E+14"] {
            assert_eq!(codes.read(text), CodeCell::Fault(FindingKind::MalformedCode));
        }
        assert_eq!(codes.read(b""), CodeCell::Fault(FindingKind::MissingValue));
        assert_eq!(codes.read(b"\xff23456"), CodeCell::Fault(FindingKind::NotText));
        assert_eq!(Codes::new(&[]).unwrap().read(b"100000"), CodeCell::Other);
    }

    #[test]
    fn more_codes_than_an_event_can_tell_apart_are_refused() {
        let mut most: Vec<ConceptId> =
            (0..MOST_CODES as u64).map(|at| ConceptId::from_number(100_000 + at).unwrap()).collect();
        assert!(Codes::new(&most).is_ok());
        most.push(ConceptId::from_number(900_000).unwrap());
        assert!(matches!(Codes::new(&most), Err(LoadError::TooManyCodes { codes: 65_536 })));
    }
}
