//! Digits as a number, eight at a time: every id and every code of a table goes through here.

/// The number that 1 to 18 ASCII digits write; None for anything else.
#[inline]
pub fn number_of_digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > MOST_DIGITS {
        return None;
    }
    let mut number = 0;
    let mut rest = text;
    while let Some((eight, after)) = rest.split_first_chunk() {
        number = number * 100_000_000 + eight_digits(*eight)?;
        rest = after;
    }
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    Some(number)
}

/// Eighteen nines stay below 2^60.
const MOST_DIGITS: usize = 18;

/// The number that eight digits write: all are checked at once, then joined to pairs, fours and the whole.
#[inline]
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const HIGH_BITS: u64 = 0x8080_8080_8080_8080;
    let bytes = u64::from_le_bytes(text);
    // A byte above `9` carries into its high bit in the first sum, one below `0` borrows it in the difference.
    let is_odd =
        (bytes | bytes.wrapping_add(0x4646_4646_4646_4646) | bytes.wrapping_sub(0x3030_3030_3030_3030)) & HIGH_BITS;
    if is_odd != 0 {
        return None;
    }
    let digits = bytes & 0x0F0F_0F0F_0F0F_0F0F;
    let pairs = (digits.wrapping_mul(10) + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000) + (fours >> 32)) & 0xFFFF_FFFF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_byte_that_is_no_digit_is_met_at_every_place() {
        for length in 1..=MOST_DIGITS {
            for at in 0..length {
                for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit()) {
                    let mut text = vec![b'9'; length];
                    text[at] = byte;
                    assert_eq!(number_of_digits(&text), None, "{text:?}");
                }
            }
        }
        assert_eq!(number_of_digits(b""), None);
        assert_eq!(number_of_digits(&[b'0'; 19]), None);
    }

    proptest! {
        #[test]
        fn digits_write_their_number(text in "[0-9]{1,18}") {
            prop_assert_eq!(number_of_digits(text.as_bytes()), text.parse().ok());
        }
    }
}
