//! Numbers as people print them, for messages that say how a rule file writes them.

/// The plain digits of a number that is printed for people: `9,639` is `9639`, `£2.05` is `2.05`, `2,05` is `2.05`
/// and `89 %` is `89`. None for what is no number, and for what can be read in two ways.
pub fn plain_digits(printed: &str) -> Option<String> {
    let printed = printed.trim();
    let (sign, printed) = match printed.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", printed),
    };
    let printed = printed.strip_prefix(['£', '$', '€']).unwrap_or(printed);
    let printed = printed.strip_suffix('%').unwrap_or(printed).trim();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = match printed.split_once('.') {
        Some((whole, decimals)) if is_digits(decimals) => (whole, Some(decimals)),
        Some(_) => return None,
        None => (printed, None),
    };
    let groups: Vec<&str> = whole.split([',', ' ', '\u{a0}', '\u{202f}', '\u{2009}']).collect();
    let (first, rest) = groups.split_first()?;
    if !groups.iter().all(|group| is_digits(group)) {
        return None;
    }
    let whole = match rest {
        [] => (*first).to_owned(),
        _ if first.len() <= 3 && rest.iter().all(|group| group.len() == 3) => groups.concat(),
        // A comma in the place of the point, as on the continent.
        [cents] if decimals.is_none() && cents.len() <= 2 && whole.contains(',') => format!("{first}.{cents}"),
        _ => return None,
    };
    Some(match decimals {
        Some(decimals) => format!("{sign}{whole}.{decimals}"),
        None => format!("{sign}{whole}"),
    })
}

/// The words of numbers from one on.
const NUMBER_WORDS: [&str; 12] =
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/// The number that a word is: `three` is 3.
pub fn number_word(word: &str) -> Option<u32> {
    let at = NUMBER_WORDS.iter().position(|known| *known == word)?;
    u32::try_from(at + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printed_numbers_and_their_digits() {
        for (printed, plain) in [
            ("9,639", "9639"),
            ("1,234,567.50", "1234567.50"),
            ("£10.06", "10.06"),
            ("£10,06", "10.06"),
            ("-£1,000", "-1000"),
            ("89 %", "89"),
            ("9\u{a0}639", "9639"),
            ("7", "7"),
        ] {
            assert_eq!(plain_digits(printed).as_deref(), Some(plain), "{printed}");
        }
    }

    #[test]
    fn what_reads_two_ways_or_is_no_number() {
        for printed in ["", "£", "1,2,3", "12,3456", "1.234,50", "1.", ".5", "9 63", "ten", "2023-04-01", "1e3"] {
            assert_eq!(plain_digits(printed), None, "{printed}");
        }
    }
}
