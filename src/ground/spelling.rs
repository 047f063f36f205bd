//! Whether a word is another one with a slip of the pen in it. What is mended unasked must be no more than that: a letter
//! replaced by another can make another vaccine, and so can a letter more in an abbreviation.

/// A slip in a shorter word is a large part of it.
const FEWEST_LETTERS: usize = 5;

/// Signs between the words of a name.
const BETWEEN: [char; 3] = ['_', '-', ' '];

/// True if one letter was left out or written too much, or two neighbours were exchanged, in one word of five letters or
/// more; or if nothing but a sign between two words was left out or added. Digits and capitals are never slips.
pub fn is_slip_of_the_pen(written: &str, meant: &str) -> bool {
    let (written_words, meant_words): (Vec<&str>, Vec<&str>) =
        (written.split(BETWEEN).collect(), meant.split(BETWEEN).collect());
    if written_words.len() != meant_words.len() {
        return written_words.len().abs_diff(meant_words.len()) == 1
            && written_words.concat() == meant_words.concat()
            && is_long_and_plain(&meant_words.concat());
    }
    if !separators(written).eq(separators(meant)) {
        return false;
    }
    let mut unlike = written_words.iter().zip(&meant_words).filter(|(written, meant)| written != meant);
    let (Some((written, meant)), None) = (unlike.next(), unlike.next()) else { return false };
    is_long_and_plain(written)
        && is_long_and_plain(meant)
        && (is_left_out(written, meant) || is_left_out(meant, written) || is_exchanged(written, meant))
}

fn separators(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|sign| BETWEEN.contains(sign))
}

fn is_long_and_plain(word: &str) -> bool {
    word.len() >= FEWEST_LETTERS && word.bytes().all(|letter| letter.is_ascii_lowercase())
}

/// True if a word is a longer one without one of its letters.
fn is_left_out(short: &str, long: &str) -> bool {
    let same = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    short.len() + 1 == long.len() && short[same..] == long[same + 1..]
}

/// True if a word is another one with two neighbours in each other's place.
fn is_exchanged(written: &str, meant: &str) -> bool {
    let (written, meant) = (written.as_bytes(), meant.as_bytes());
    let same = written.iter().zip(meant).take_while(|(a, b)| a == b).count();
    match (written.get(same..), meant.get(same..)) {
        (Some([a, b, rest @ ..]), Some([c, d, others @ ..])) => a == d && b == c && rest == others,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen() {
        for (written, meant) in [
            ("lower_treshold", "lower_threshold"),
            ("lower_threshhold", "lower_threshold"),
            ("befor", "before"),
            ("registerd", "registered"),
            ("acheivement", "achievement"),
            ("lastday", "last day"),
            ("lower_threshold_", "lower_threshold"),
        ] {
            assert!(is_slip_of_the_pen(written, meant), "{written}");
        }
    }

    #[test]
    fn what_may_be_another_thing_is_none() {
        for (written, meant) in [
            ("menc", "menb"),
            ("rsf", "rsv"),
            ("MENC_12M", "MENB_12M"),
            ("MMR_12M", "MMRV_12M"),
            ("mmr_catch_up", "mmrv_catch_up"),
            ("dtp_ipv", "td_ipv"),
            ("lower_threshold", "upper_threshold"),
            ("indicater", "indicator"),
            ("fee_2024", "fee_2025"),
            ("dose12345", "dose1234"),
            ("uint", "unit"),
            ("jba", "jab"),
            ("points", "points"),
            ("letter-2023", "letter_2023"),
            ("Points", "points"),
            // Two slips at once.
            ("lowr_treshold", "lower_threshold"),
        ] {
            assert!(!is_slip_of_the_pen(written, meant), "{written}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_slip_either_way(written in "[a-c_]{0,9}", meant in "[a-c_é]{0,9}") {
            proptest::prop_assert_eq!(is_slip_of_the_pen(&written, &meant), is_slip_of_the_pen(&meant, &written));
        }
    }
}
