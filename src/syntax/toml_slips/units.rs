//! What the sign of a printed number says of its unit, and whether the `unit` beside it says the same.

use std::ops::Range;

/// Signs of units, and what the `unit` of such a number has in it.
const SIGNS: [char; 4] = ['£', '%', '$', '€'];

/// True if a printed number says its unit.
pub(super) fn is_said_by(number: &str) -> bool {
    number.contains(SIGNS)
}

/// True if a number says another unit than the one beside it.
pub(super) fn contradicts(number: &str, unit: &str) -> bool {
    let mut signs = number.chars().filter(|sign| SIGNS.contains(sign));
    signs.any(|sign| !unit.contains(sign))
}

/// The value of `unit` in the same braces as a place, with its quotes.
pub(super) fn beside(text: &str, place: Range<usize>) -> Option<Range<usize>> {
    let line_start = text[..place.start].rfind('\n').map_or(0, |at| at + 1);
    let start = text[line_start..place.start].rfind('{').map_or(line_start, |at| line_start + at + 1);
    let line_end = text[place.end..].find('\n').map_or(text.len(), |at| place.end + at);
    let table = &text[start..line_end];
    let key = table.match_indices("unit").find(|(at, word)| {
        let before = table[..*at].trim_end();
        let after = table[at + word.len()..].trim_start();
        (before.is_empty() || before.ends_with(',')) && after.starts_with('=')
    })?;
    let open = key.0 + table[key.0..].find('"')?;
    let length = table[open + 1..].find('"')? + 2;
    Some(start + open..start + open + length)
}
