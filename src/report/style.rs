//! How text for people is to look, as the caller found out.

use std::borrow::Cow;

/// How text for people is to look. The caller asks the terminal and the environment; nothing here does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Style {
    /// Whether escape sequences for colour and weight may be written.
    pub colour: bool,
    /// How many columns of characters there are; None for as many as it takes.
    pub width: Option<u16>,
}

impl Style {
    /// Without colour, and as wide as it takes: for files and pipes.
    pub const PLAIN: Style = Style { colour: false, width: None };
}

/// Text on one line that cannot move a cursor or change a colour: control characters, line ends among them, and marks
/// that turn the direction of writing become `�`.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_harmful) {
        Cow::Owned(text.chars().map(|sign| if is_harmful(sign) { '\u{fffd}' } else { sign }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_harmful(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `1 error`, `2 errors`: a count with its noun, whose plural is made with `s`.
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `5`, `5 and 9`, `5, 9 and 12`.
pub(crate) fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A printed number with commas between thousands and a true minus sign.
pub(crate) fn grouped(printed: &str) -> String {
    let (sign, rest) = printed.strip_prefix('-').map_or(("", printed), |rest| ("−", rest));
    let (whole, decimals) = rest.split_once('.').map_or((rest, None), |(whole, decimals)| (whole, Some(decimals)));
    let mut out = sign.to_owned();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(decimals) = decimals {
        out.push('.');
        out.push_str(decimals);
    }
    out
}

/// The lines of a text that fit a width, broken between words; a word that is wider stands alone. The first line and the
/// others are so far to the right.
pub(crate) fn wrapped(text: &str, first: usize, others: usize, width: Option<u16>) -> Vec<String> {
    let width = width.map_or(usize::MAX, usize::from);
    let mut lines = Vec::new();
    let mut line = " ".repeat(first);
    let mut columns = first;
    let mut is_empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let wide = word.chars().count();
        if !is_empty && columns + 1 + wide > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(others)));
            columns = others;
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
            columns += 1;
        }
        line.push_str(word);
        columns += wide;
        is_empty = false;
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Text with a capital first letter.
pub(crate) fn capital(text: &str) -> String {
    let mut signs = text.chars();
    signs.next().map_or(String::new(), |first| first.to_uppercase().chain(signs).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(harmless("£5 “now”"), "£5 “now”");
        assert_eq!(harmless("N\u{200f}5\u{61c}"), "N\u{fffd}5\u{fffd}");
        assert_eq!(harmless("a\u{1b}[31mb\r\nc\u{202e}"), "a\u{fffd}[31mb\u{fffd}\u{fffd}c\u{fffd}");
    }

    #[test]
    fn numbers_are_printed_as_people_read_them() {
        for (printed, grouped_so) in
            [("0", "0"), ("999.5000", "999.5000"), ("1000", "1,000"), ("-1234567.89", "−1,234,567.89"), ("", "")]
        {
            assert_eq!(grouped(printed), grouped_so);
        }
    }

    #[test]
    fn counts_and_lists_in_words() {
        assert_eq!(counted(1, "error"), "1 error");
        assert_eq!(counted(0, "error"), "0 errors");
        let parts = ["5", "9", "12"].map(str::to_owned);
        assert_eq!(listed(&parts), "5, 9 and 12");
        assert_eq!(listed(&parts[..2]), "5 and 9");
        assert_eq!(listed(&parts[..1]), "5");
        assert_eq!(listed(&[]), "");
    }
}
