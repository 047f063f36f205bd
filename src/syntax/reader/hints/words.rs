//! Words that the language has not: those of other ways to say it, and those that were mistyped.

use super::{Hint, Stop};
use crate::ground::is_slip_of_the_pen;
use crate::syntax::grammar::Rule;
use crate::syntax::reader::recovery::BLOCKS;

/// Words that people write in rules, and what the language says in their place.
const FOREIGN: [(&str, &str); 22] = [
    ("if", "leave `if` out: what stands in a clause is a condition already"),
    ("when", "leave `when` out: what stands in a clause is a condition already"),
    ("where", "leave `where` out, and join conditions with `and`"),
    ("who", "leave `who` out: every condition is about the patient"),
    ("has", "leave `has` out: write `any dtap before age 8 months`"),
    ("had", "leave `had` out: write `any dtap before age 8 months`"),
    ("unless", "write `and not`, and what must not hold in brackets"),
    ("but", "write `and`, or `and not`"),
    ("between", "write `from … to before …`, or `from … up to and including …`"),
    ("until", "write `before` a day, or `by` it where the day itself counts"),
    ("till", "write `before` a day, or `by` it where the day itself counts"),
    ("since", "write `on or after` a day"),
    ("during", "write `in the year`, or `from … to before …`"),
    ("under", "write `before age 5 years`"),
    ("over", "write `on or after age 5 years`"),
    ("aged", "write `age 5 years` for the day, or `turns 5 years in the year`"),
    ("more", "write `at least` or `at most` and a number: more than 2 is `at least 3`, no more than 2 is `at most 2`"),
    ("less", "write `at most` or `at least` and a number: less than 3 is `at most 2`, no less than 3 is `at least 3`"),
    (
        "fewer",
        "write `at most` or `at least` and a number: fewer than 3 is `at most 2`, no fewer than 3 is `at least 3`",
    ),
    ("two", "write numbers in digits: `2`"),
    ("three", "write numbers in digits: `3`"),
    ("without", "write `no`, as in `no dtap before age 8 months`"),
];

/// The same in lines of payments.
const FOREIGN_IN_PAYMENTS: [(&str, &str); 5] = [
    ("if", "write `when`, as in `= 0 when achievement < lower_threshold`"),
    ("unless", "write `when not`, as in `= 0 when not achievement < lower_threshold`"),
    ("else", "write `otherwise`, in the last case"),
    ("default", "write `otherwise`, in the last case"),
    ("then", "leave `then` out: the value comes first, as in `= 0 when achievement < lower_threshold`"),
];

/// What the results of payments are called: no words of the language, and known all the same.
const RESULTS: [&str; 2] = ["points", "pounds"];

/// How many words before the stop may hold the mistake: a word that is not known reads like a name.
const WORDS_BACK: usize = 2;

/// The word at the stop and those just before it.
pub(super) fn nearby<'s>(stop: &'s Stop<'_>) -> impl Iterator<Item = std::ops::Range<usize>> + 's {
    let found = stop.at..stop.at + stop.found().len();
    let is_inside = stop.clause.contains(&stop.at);
    let found = Some(found).filter(|found| !found.is_empty() && is_inside);
    found.into_iter().chain(stop.before().take(WORDS_BACK))
}

pub(super) fn foreign_word(stop: &Stop<'_>) -> Option<Hint> {
    let (foreign, what) = match stop.in_payment {
        true => (&FOREIGN_IN_PAYMENTS[..], "lines of payments"),
        false => (&FOREIGN[..], "conditions"),
    };
    nearby(stop).find_map(|place| {
        let word = stop.word(&place);
        if stop.in_pathway && is_the_pathways_own(stop.text, place.start, word) {
            return None;
        }
        let (_, help) = foreign.iter().find(|(foreign, _)| *foreign == word)?;
        Hint::at(place.clone(), format!("{what} have no word `{word}`"), *help)
    })
}

/// A pathway has a line `since baseline`, and a next step says `when`.
fn is_the_pathways_own(text: &str, at: usize, word: &str) -> bool {
    let line_start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let first = text[line_start..].split_whitespace().next();
    matches!((first, word), (Some("since"), "since") | (Some("next"), "when"))
}

/// A word that is nearly one that was expected, or nearly a word of the language.
pub(super) fn mistyped_word(stop: &Stop<'_>) -> Option<Hint> {
    let found = stop.found();
    let found = &found[..found.find(|sign: char| !is_of_a_word(sign)).unwrap_or(found.len())];
    // A word of the language stands in the wrong place; it is not another one mistyped.
    let is_keyword = keywords().any(|known| known == found);
    let expected = stop.expected.iter().flat_map(|rule| expected_words(*rule));
    if let Some(near) = nearest(found, expected).filter(|_| !is_keyword) {
        let help = format!("did you mean `{}`?", near.word);
        let place = stop.at..stop.at + found.len();
        // A few expected words are worth reading, and many are not.
        let is_few = stop.expected.len() <= 3 && !BLOCKS.contains(&near.word);
        let hint = if is_few { Hint::help(help) } else { Hint::at(place.clone(), unknown(found), help) };
        return hint.map(|hint| near.mends(hint, place, found));
    }
    let looks_back = !(stop.in_payment || stop.expects(Rule::text) || stop.expects(Rule::status));
    nearby(stop).filter(|_| looks_back).find_map(|place| {
        let word = stop.word(&place);
        let is_plain = word.len() >= 4 && word.bytes().all(|sign| sign.is_ascii_lowercase());
        if !is_plain || RESULTS.contains(&word) || keywords().any(|known| known == word) {
            return None;
        }
        let near = nearest(word, keywords().filter(|known| known.len() >= 4))?;
        let hint = Hint::at(place.clone(), unknown(word), format!("did you mean `{}`?", near.word))?;
        Some(near.mends(hint, place.clone(), word))
    })
}

pub(super) fn is_of_a_word(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

fn unknown(word: &str) -> String {
    format!("the language has no word `{word}` that could stand here")
}

/// The word that was most likely meant.
struct Near {
    word: &'static str,
    /// True if no other word is about as near.
    is_alone: bool,
}

impl Near {
    /// The hint with the word as its fix, if that is certain.
    fn mends(&self, hint: Hint, place: std::ops::Range<usize>, mistyped: &str) -> Hint {
        let hint = Hint { spoils_block: BLOCKS.contains(&self.word), ..hint };
        if self.is_alone && is_slip_of_the_pen(mistyped, self.word) { hint.fix(place, self.word) } else { hint }
    }
}

fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<Near> {
    let allowed = match word.chars().count() {
        0..=2 => return None,
        3..=5 => 1,
        _ => 2,
    };
    let mut near: Vec<(usize, &str)> = known.map(|known| (strsim::damerau_levenshtein(known, word), known)).collect();
    near.retain(|(distance, _)| *distance <= allowed);
    near.sort_unstable();
    near.dedup();
    near.first().map(|(_, first)| Near { word: first, is_alone: near.len() == 1 })
}

/// The words that could stand where a rule was expected: its phrase has them in backticks.
fn expected_words(rule: Rule) -> impl Iterator<Item = &'static str> {
    let phrases = crate::syntax::phrases::phrase(rule).split('`').skip(1).step_by(2);
    let words = phrases.filter_map(|phrase| phrase.split(' ').next());
    let blocks = BLOCKS.into_iter().filter(move |_| rule == Rule::file);
    words.chain(blocks).filter(|word| word.bytes().all(|sign| sign.is_ascii_lowercase()))
}

/// The word of a rule that is one.
fn keyword(rule: Rule) -> Option<&'static str> {
    let phrase = crate::syntax::phrases::phrase(rule).strip_prefix('`')?.strip_suffix('`')?;
    let word = phrase.split(' ').next()?;
    word.bytes().all(|sign| sign.is_ascii_lowercase()).then_some(word)
}

/// All words of the language.
pub(super) fn keywords() -> impl Iterator<Item = &'static str> {
    Rule::all_rules().iter().filter(|rule| format!("{rule:?}").starts_with("k_")).filter_map(|rule| keyword(*rule))
}
