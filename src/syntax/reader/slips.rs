//! What is written in a rule file as a word processor or a printed page has it: signs that only look like those of
//! formulas, and numbers with a comma.

use std::ops::Range;

use crate::ground::printed::plain_digits;

/// Signs that a word processor or a printed page has, and what a rule file writes.
const SIGNS: [(char, &str); 8] =
    [('–', "-"), ('—', "-"), ('−', "-"), ('×', "*"), ('÷', "/"), ('≤', "<="), ('≥', ">="), ('≠', "<>")];

/// A stretch of text, and what to write in its place.
pub(super) struct Slip {
    pub(super) place: Range<usize>,
    pub(super) mended: String,
}

/// The slip at the place where reading stopped.
pub(super) fn at(text: &str, at: usize) -> Option<Slip> {
    let sign = text[at..].chars().next()?;
    if let Some((_, mended)) = SIGNS.iter().find(|(known, _)| *known == sign) {
        return Some(Slip { place: at..at + sign.len_utf8(), mended: (*mended).to_owned() });
    }
    if is_single(sign) { quotes(text, at) } else { number(text, at) }
}

fn is_single(sign: char) -> bool {
    matches!(sign, '‘' | '’' | '‚')
}

/// `‘a title’`: only a double quote starts a text.
fn quotes(text: &str, at: usize) -> Option<Slip> {
    let line = text[at..].lines().next()?;
    let (end, sign) = line.char_indices().skip(1).filter(|(_, sign)| is_single(*sign) || *sign == '\'').last()?;
    let inner = line[..end].trim_start_matches(is_single);
    let is_plain = !inner.contains(['"', '“', '”']);
    let place = at..at + end + sign.len_utf8();
    is_plain.then(|| Slip { place, mended: format!("\"{inner}\"") })
}

/// `9,639` or `£10,06`, at whose start or comma reading stopped.
fn number(text: &str, at: usize) -> Option<Slip> {
    let belongs = |sign: char| sign.is_ascii_digit() || matches!(sign, ',' | '.' | '£');
    let start = at - text[..at].chars().rev().take_while(|sign| belongs(*sign)).map(char::len_utf8).sum::<usize>();
    let end = at + text[at..].chars().take_while(|sign| belongs(*sign)).map(char::len_utf8).sum::<usize>();
    let found = text[start..end].trim_end_matches([',', '.']);
    if !found.contains(',') {
        return None;
    }
    let pounds = if found.starts_with('£') { "£" } else { "" };
    let digits = plain_digits(found)?;
    Some(Slip { place: start..start + found.len(), mended: format!("{pounds}{digits}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str, stopped: usize) -> Option<String> {
        let slip = at(text, stopped)?;
        Some(format!("{}{}{}", &text[..slip.place.start], slip.mended, &text[slip.place.end..]))
    }

    #[test]
    fn signs_and_numbers() {
        assert_eq!(mended("a ≥ b", 2).as_deref(), Some("a >= b"));
        assert_eq!(mended("= 9,639 * a", 2).as_deref(), Some("= 9639 * a"));
        assert_eq!(mended("= £10,06 * a", 5).as_deref(), Some("= £10.06 * a"));
        assert_eq!(mended("x ‘child’s jab’ y", 2).as_deref(), Some("x \"child’s jab\" y"));
        assert_eq!(mended("= 1,2,3", 2), None);
        assert_eq!(mended("only VI001, VI002", 10), None);
        assert_eq!(mended("= 7", 2), None);
    }
}
