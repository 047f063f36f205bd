//! Where commas and line ends stand in a text. In tables they stand so close together that a search for the next one costs
//! more than a look at every byte, eight bytes at a time.

/// Tells the place of every comma and newline, in order.
#[inline]
pub(crate) fn each_separator(text: &[u8], mut tell: impl FnMut(usize)) {
    let (blocks, rest) = text.as_chunks::<64>();
    for (number, block) in blocks.iter().enumerate() {
        let mut bits = separator_bits(block);
        while bits != 0 {
            tell(number * 64 + bits.trailing_zeros() as usize);
            bits &= bits - 1;
        }
    }
    let start = blocks.len() * 64;
    rest.iter().zip(start..).filter(|(byte, _)| matches!(byte, b',' | b'\n')).for_each(|(_, at)| tell(at));
}

/// A bit for each byte, the lowest for the first.
#[inline]
fn separator_bits(block: &[u8; 64]) -> u64 {
    let (words, _) = block.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| {
        let word = u64::from_le_bytes(*word);
        let marks = high_bits_where(word, b',') | high_bits_where(word, b'\n');
        // The multiplication brings the eight marks together in the highest byte.
        bits << 8 | (marks >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
    })
}

/// The high bit of every byte of a word that is this byte.
#[inline]
fn high_bits_where(word: u64, byte: u8) -> u64 {
    const LOW_BITS: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    // A byte that is the one looked for becomes 0: its low bits do not carry into its high bit, which is 0 too.
    let differences = word ^ u64::from_le_bytes([byte; 8]);
    !(((differences & LOW_BITS) + LOW_BITS) | differences | LOW_BITS)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn separators_are_found_among_any_bytes(
            text in proptest::collection::vec(prop_oneof![Just(b','), Just(b'\n'), any::<u8>()], 0..300),
        ) {
            let mut found = Vec::new();
            each_separator(&text, |at| found.push(at));
            let expected: Vec<usize> = (0..text.len()).filter(|&at| matches!(text[at], b',' | b'\n')).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn every_byte_is_told_apart_from_the_separators() {
        let text: Vec<u8> = (0..=255).collect();
        let mut found = Vec::new();
        each_separator(&text, |at| found.push(at));
        assert_eq!(found, [usize::from(b'\n'), usize::from(b',')]);
    }
}
