//! Other ways to write what the language writes in one: counts (`no more than 2`), units (`8 mths`), days (`31st March`), and
//! signs of other languages.

use std::ops::Range;

use super::words::is_of_a_word;
use super::{Hint, Stop};
use crate::ground::is_slip_of_the_pen;
use crate::ground::printed::number_word;
use crate::syntax::grammar::Rule;
use crate::syntax::reader::conditions::MONTHS;

/// The hint for the first of them that is recognised.
pub(super) fn other_way(stop: &Stop<'_>) -> Option<Hint> {
    comment(stop)
        .or_else(|| count(stop))
        .or_else(|| joined(stop))
        .or_else(|| sign(stop))
        .or_else(|| code(stop))
        .or_else(|| unit(stop))
        .or_else(|| ordinal_day(stop))
        .or_else(|| month(stop))
        .or_else(|| missing_comma(stop))
        .or_else(|| capitals(stop))
        .or_else(|| the_year(stop))
        .or_else(|| exception(stop))
}

/// `// a remark`
fn comment(stop: &Stop<'_>) -> Option<Hint> {
    let line_start = stop.text[..stop.at].rfind('\n').map_or(0, |at| at + 1);
    let line = stop.text[line_start..].lines().next().unwrap_or_default();
    let (at, sign) = ["//", "/*", "--"].iter().find_map(|sign| Some((line_start + line.find(sign)?, *sign)))?;
    let is_here = at <= stop.at + 1 && stop.at <= at + sign.len();
    let message = format!("`{sign}` starts no comment");
    is_here.then(|| Hint::at(at..at + sign.len(), message, "start a comment with `#`")).flatten()
}

/// A word of the clause with its place.
type Token<'t> = (Range<usize>, &'t str);

/// The words of the clause that the reading stopped in, with those of the line where it stopped.
fn tokens<'t>(stop: &Stop<'t>) -> Vec<Token<'t>> {
    let end = stop.clause.end.max(stop.at);
    let text = &stop.text[stop.clause.start.min(stop.at)..end];
    let start = stop.clause.start.min(stop.at);
    let is_between = |sign: char| sign.is_whitespace() || "()".contains(sign);
    let mut at = start;
    let mut tokens = Vec::new();
    for part in text.split_inclusive(is_between) {
        let word = part.trim_end_matches(is_between);
        if !word.is_empty() {
            tokens.push((at..at + word.len(), word));
        }
        at += part.len();
    }
    tokens
}

/// `no more than 2 dtap`, `fewer than 3 dtap`, `up to 2 dtap`, `3 or more dtap`, `at least three dtap`
fn count(stop: &Stop<'_>) -> Option<Hint> {
    if stop.in_payment {
        return None;
    }
    let tokens = tokens(stop);
    // What stands far from the stop was read as something else, and rightly.
    let is_near = |place: &Range<usize>| place.start <= stop.at + 1 && stop.at <= place.end + 16;
    let words: Vec<&str> = tokens.iter().map(|(_, word)| *word).collect();
    let (length, at, written) = (0..words.len()).find_map(|at| {
        let (length, written) = counted(&words[at..])?;
        is_near(&(tokens[at].0.start..tokens[at + length - 1].0.end)).then_some((length, at, written))
    })?;
    let place = tokens[at].0.start..tokens[at + length - 1].0.end;
    let said = &stop.text[place.clone()];
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Hint::at(place, format!("conditions do not count with `{said}`"), format!("write `{written}`"))
}

/// How many words at the start of some count in another way, and how the language says it.
fn counted(words: &[&str]) -> Option<(usize, String)> {
    let number = |at: usize| words.get(at).and_then(|word| word.parse().ok().or_else(|| number_word(word)));
    let at_least = |count: u32| format!("at least {count}");
    let at_most = |count: u32| format!("at most {count}");
    Some(match words {
        ["no" | "not", "more" | "greater", "than", ..] => (4, at_most(number(3)?)),
        ["no" | "not", "less" | "fewer", "than", ..] => (4, at_least(number(3)?)),
        ["more" | "greater", "than", ..] => (3, at_least(number(2)?.checked_add(1)?)),
        ["less" | "fewer", "than", ..] => (3, at_most(number(2)?.checked_sub(1)?)),
        ["up", "to", _, ..] => (3, at_most(number(2)?)),
        ["upto", _, ..] => (2, at_most(number(1)?)),
        [_, "or", "more", ..] => (3, at_least(number(0)?)),
        [_, "or", "less" | "fewer", ..] => (3, at_most(number(0)?)),
        ["atleast", _, ..] => (2, at_least(number(1)?)),
        ["atmost", _, ..] => (2, at_most(number(1)?)),
        // A pathway is for those not achieved in `at least one of` some indicators.
        ["at", "least", "one", "of", ..] => return None,
        ["at", bound @ ("least" | "most"), word, ..] => (3, format!("at {bound} {}", number_word(word)?)),
        ["exactly", word, ..] => (2, format!("exactly {}", number_word(word)?)),
        _ => return None,
    })
}

/// Words of the language that are written in two.
const JOINED: [(&str, &str); 10] = [
    ("atleast", "at least"),
    ("atmost", "at most"),
    ("upto", "up to"),
    ("yearend", "year end"),
    ("yearstart", "year start"),
    ("anyof", "any of"),
    ("allof", "all of"),
    ("thereis", "there is"),
    ("onor", "on or"),
    ("inthe", "in the"),
];

/// `atleast`
fn joined(stop: &Stop<'_>) -> Option<Hint> {
    super::words::nearby(stop).find_map(|place| {
        let word = stop.word(&place);
        let (_, right) = JOINED.iter().find(|(joined, _)| *joined == word)?;
        Hint::at(place, format!("the language has no word `{word}`"), format!("write `{right}`, in two words"))
    })
}

/// `&`, `==`, `any of:`, and a full stop at the end.
fn sign(stop: &Stop<'_>) -> Option<Hint> {
    let rest = stop.rest();
    let (found, help) = match () {
        () if rest.starts_with('&') => (if rest.starts_with("&&") { "&&" } else { "&" }, "write `and`"),
        () if rest.starts_with('|') => (if rest.starts_with("||") { "||" } else { "|" }, "write `or`"),
        () if rest.starts_with("!=") => ("!=", "write `<>`"),
        () if rest.starts_with('!') => ("!", "write `not`"),
        () if rest.starts_with(':') => (":", "leave it out: what follows starts without a sign"),
        () if rest.starts_with(';') => (";", "leave it out: a line ends without a sign"),
        () if rest.starts_with('.') && !rest[1..].starts_with(|sign: char| sign.is_ascii_digit()) => {
            (".", "leave it out: a line ends without a full stop")
        }
        () => return double_equals(stop),
    };
    Hint::at(stop.at..stop.at + found.len(), format!("rule files have no sign `{found}` here"), help)
}

/// `achievement == 90 %`, of which the first sign was read already.
fn double_equals(stop: &Stop<'_>) -> Option<Hint> {
    let start = stop.at.checked_sub(1)?;
    let found = stop.text.get(start..)?;
    let (sign, right) =
        [("==", "="), ("=>", ">="), ("=<", "<=")].into_iter().find(|(sign, _)| found.starts_with(sign))?;
    let message = format!("rule files have no sign `{sign}`");
    stop.in_payment.then(|| Hint::at(start..start + sign.len(), message, format!("write `{right}`"))).flatten()
}

/// `except DTP-CON "…"`, `indicator VI 001 "…"`
fn code(stop: &Stop<'_>) -> Option<Hint> {
    if !stop.expects(Rule::text) {
        return None;
    }
    let before = stop.before().next().filter(|place| is_code(stop.word(place)))?;
    let line = stop.rest().lines().next().unwrap_or_default();
    let title = line.find(['"', '“']).unwrap_or(line.len());
    let second = line[..title].trim();
    let plain = second.trim_start_matches(['-', '.', '/', ' ']);
    if plain.is_empty() || !plain.bytes().all(|sign| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == b'_')
    {
        return None;
    }
    let between = if plain.bytes().all(|sign| sign.is_ascii_digit()) { "" } else { "_" };
    let place = before.start..stop.at + line[..title].trim_end().len();
    let written = stop.word(&place).to_owned();
    let right = format!("{}{between}{plain}", stop.word(&before));
    Hint::at(place, format!("`{written}` is no code: capitals, digits and `_` only"), format!("write `{right}`"))
}

fn is_code(word: &str) -> bool {
    let is_part = |sign: u8| sign.is_ascii_uppercase() || sign.is_ascii_digit() || sign == b'_';
    word.starts_with(|sign: char| sign.is_ascii_uppercase()) && word.bytes().all(is_part)
}

/// `any DTAP`, `AND`
fn capitals(stop: &Stop<'_>) -> Option<Hint> {
    let found = plain_word(stop.rest());
    let small = found.to_lowercase();
    if small == found || month_of(found).is_some() {
        return None;
    }
    let place = stop.at..stop.at + found.len();
    if super::words::keywords().any(|word| word == small) {
        let message = format!("words of the language are in small letters, found `{found}`");
        return Hint::at(place, message, format!("write `{small}`"));
    }
    let is_name = stop.expects(Rule::clusters) || stop.expects(Rule::name) || stop.expects(Rule::quantity_name);
    let is_after_count = stop.expects(Rule::unit) && !stop.expects(Rule::code);
    if is_after_count {
        let number = stop.before().next()?;
        let count = stop.word(&number).to_owned();
        let is_count = count.parse::<u32>().is_ok()
            && !stop.before().nth(1).is_some_and(|place| ["age", "turns", "within"].contains(&stop.word(&place)));
        let message = format!("how `{count}` counts is not said");
        let help = format!("write `at least {count} {small}`, or `exactly` or `at most`; names are in small letters");
        return is_count.then(|| Hint::at(number, message, help)).flatten();
    }
    let message = format!("names are in small letters, found `{found}`");
    (is_name && !stop.expects(Rule::code)).then(|| Hint::at(place, message, format!("write `{small}`"))).flatten()
}

/// The letters, digits and `_` that a text starts with.
fn plain_word(text: &str) -> &str {
    &text[..text.find(|sign: char| !is_of_a_word(sign)).unwrap_or(text.len())]
}

/// `8 mths`
fn unit(stop: &Stop<'_>) -> Option<Hint> {
    let found = plain_word(stop.rest());
    let unit = match found.to_lowercase().as_str() {
        "mths" | "mth" | "mos" | "mo" | "m" => "months",
        "yrs" | "yr" | "y" => "years",
        "wks" | "wk" | "w" => "weeks",
        "d" | "dys" => "days",
        _ => return None,
    };
    let number = stop.before().next().filter(|_| stop.expects(Rule::unit) || stop.expects(Rule::k_months))?;
    let number = stop.word(&number).trim_start_matches('(').to_owned();
    let place = stop.at..stop.at + found.len();
    let is_after_number = number.bytes().all(|digit| digit.is_ascii_digit());
    let message = format!("units of time are written in full, found `{found}`");
    is_after_number.then(|| Hint::at(place, message, format!("write `{number} {unit}`"))).flatten()
}

/// `31st March 2024`, of which `31` was read already.
fn ordinal_day(stop: &Stop<'_>) -> Option<Hint> {
    let before = &stop.text[..stop.at];
    let digits = before.len() - before.trim_end_matches(|sign: char| sign.is_ascii_digit()).len();
    let rest = plain_word(stop.rest());
    let (start, day) = match digits {
        0 => (stop.at, rest.trim_end_matches(|sign: char| sign.is_ascii_lowercase())),
        _ => (stop.at - digits, &before[stop.at - digits..]),
    };
    let word = plain_word(&stop.text[start..]);
    if day.is_empty() || !["st", "nd", "rd", "th"].iter().any(|ending| word == format!("{day}{ending}")) {
        return None;
    }
    let mut behind = stop.text[start + word.len()..].lines().next().unwrap_or_default().split_whitespace();
    let month = behind.next().and_then(month_of)?;
    let year = behind.next().filter(|year| year.len() == 4).unwrap_or("2024");
    let message = format!("the day of a date is a number alone, found `{word}`");
    Hint::at(start..start + word.len(), message, format!("write `{day} {month} {year}`"))
}

/// `28 Febuary 2024`
fn month(stop: &Stop<'_>) -> Option<Hint> {
    let found = plain_word(stop.rest());
    let day: u32 = stop.before().next().and_then(|place| stop.word(&place).parse().ok())?;
    let month = month_of(found).filter(|month| *month != found && found.len() > 3)?;
    let near = month.to_lowercase().starts_with(&found.to_lowercase());
    let place = stop.at..stop.at + found.len();
    let help = format!("did you mean `{day} {month}`?");
    let hint = Hint::at(place.clone(), format!("there is no month `{found}`"), help).filter(|_| !near)?;
    let is_slip = is_slip_of_the_pen(&found.to_lowercase(), &month.to_lowercase());
    Some(if is_slip { hint.fix(place, month) } else { hint })
}

/// The month that a word is, or is nearly.
fn month_of(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let distance = |month: &str| strsim::damerau_levenshtein(&word, &month.to_lowercase());
    let nearest = MONTHS.iter().min_by_key(|month| distance(month))?;
    let starts = MONTHS.iter().find(|month| word.len() >= 3 && month.to_lowercase().starts_with(&word));
    starts.copied().or_else(|| (word.len() > 4 && distance(nearest) <= 2).then_some(*nearest))
}

/// `registered at the year end`
fn the_year(stop: &Stop<'_>) -> Option<Hint> {
    let the = stop.before().next().filter(|place| stop.word(place) == "the")?;
    let which = ["year end", "year start"].into_iter().find(|day| stop.rest().starts_with(day))?;
    let place = the.start..stop.at + which.len();
    let message = format!("the day is called `{which}`, without `the`");
    Hint::at(place, message, format!("write `{which}`"))
}

/// `exception LATE "…"` outside a pathway, `except` in one.
fn exception(stop: &Stop<'_>) -> Option<Hint> {
    let found = plain_word(stop.rest());
    let (message, right) = match (found, stop.in_pathway) {
        ("exception", false) => ("exceptions of an indicator start with `except`", "except"),
        ("except", true) => ("exceptions of a pathway start with `exception`", "exception"),
        _ => return None,
    };
    Hint::at(stop.at..stop.at + found.len(), message, format!("write `{right}`"))
}

/// `only VI001 VI002`, `max(a b)`, `due mmr at age 1 year age 3 years`
fn missing_comma(stop: &Stop<'_>) -> Option<Hint> {
    let last = stop.before().next()?;
    let (before, found) = (stop.word(&last), plain_word(stop.rest()));
    let clause: Vec<&str> = stop.text[stop.clause.start.min(stop.at)..last.start].split_whitespace().collect();
    let is_list_of_codes = clause.contains(&"only") || clause.ends_with(&["one", "of"]);
    let open = stop.text[..stop.at].rfind('(').map(|at| plain_end(&stop.text[..at]));
    let closed = stop.text[..stop.at].rfind(')') > stop.text[..stop.at].rfind('(');
    let is_call = stop.in_payment && !closed && matches!(open, Some("min" | "max"));
    let is_due = clause.first() == Some(&"due") && found == "age";
    let starts_part = found.starts_with(|sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit());
    if !(is_list_of_codes && is_code(before) && is_code(found) || is_call && starts_part || is_due) {
        return None;
    }
    let before = before.rsplit('(').next().unwrap_or_default();
    let message = format!("no comma stands between `{before}` and `{found}`");
    Hint::at(last.start..stop.at + found.len(), message, format!("write `{before}, {found}`"))
}

/// The word that a text ends with.
fn plain_end(text: &str) -> &str {
    let text = text.trim_end();
    &text[text.trim_end_matches(is_of_a_word).len()..]
}

/// Words that a condition starts with, and nothing else that could follow one.
const STARTS: [&str; 10] = ["turns", "registered", "born", "any", "no", "exactly", "there", "not", "all", "at"];

/// `registered at year end turns 1 year in the year`
pub(super) fn missing_and(stop: &Stop<'_>) -> Option<Hint> {
    let found = plain_word(stop.rest());
    let goes_on = stop.expects(Rule::k_and) || stop.expects(Rule::k_or);
    if stop.in_payment || !goes_on || stop.expects_condition() || !STARTS.contains(&found) {
        return None;
    }
    let help = format!("write `and {found}`, or `or {found}`");
    Hint::at(stop.at..stop.at + found.len(), "neither `and` nor `or` stands between two conditions", help)
}
