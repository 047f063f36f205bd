//! Mistakes that are often made in pathways.

use super::{Hint, Stop, words};
use crate::syntax::grammar::Rule;

pub(super) fn of_pathways(stop: &Stop<'_>) -> Option<Hint> {
    if !stop.in_pathway {
        return None;
    }
    let clause = stop.text[stop.clause.clone()].split_whitespace().next().unwrap_or_default();
    next_if(stop).or_else(|| match clause {
        "pathway" => for_whom(stop),
        "worklist" => whose_list(stop).or_else(|| missing_comma(stop)),
        _ => words_in_quotes(stop),
    })
}

/// `next "call again" if any appointment`
fn next_if(stop: &Stop<'_>) -> Option<Hint> {
    let line_start = stop.text[..stop.at].rfind('\n').map_or(0, |at| at + 1);
    let is_next = stop.text[line_start..].split_whitespace().next() == Some("next");
    let place = stop.at..stop.at + stop.found().len();
    let help = "write `when`, as in `next \"agree a day\" when no appointment`";
    let hint = Hint::at(place.clone(), "next steps have no word `if`", help)?;
    (is_next && stop.found() == "if").then(|| hint.fix(place, "when"))
}

/// `for children without VI001`
fn for_whom(stop: &Stop<'_>) -> Option<Hint> {
    let parts = [
        Rule::pursued,
        Rule::k_for,
        Rule::k_those,
        Rule::k_not,
        Rule::k_achieved,
        Rule::k_in,
        Rule::k_at,
        Rule::k_least,
        Rule::k_one,
        Rule::k_of,
    ];
    let is_start = parts.iter().any(|part| stop.expects(*part)) && !stop.expects(Rule::state);
    let help = "say whose pathway it is: `for those not achieved in at least one of CODE, CODE of year_end`, where \
                `year_end` is a name of `[uses]`";
    is_start.then(|| Hint::help(help)).flatten()
}

/// A list without the role that works with it.
fn whose_list(stop: &Stop<'_>) -> Option<Hint> {
    let help = "say who works with the list, in quotes: `for \"the practice\"`";
    (stop.expected == [Rule::k_for]).then(|| Hint::help(help)).flatten()
}

/// `columns patient_id birth_date`
fn missing_comma(stop: &Stop<'_>) -> Option<Hint> {
    let last = stop.before().next()?;
    let (before, found) = (stop.word(&last), stop.found());
    let is_name = |word: &str| {
        word.starts_with(|sign: char| sign.is_ascii_lowercase())
            && word.bytes().all(|sign| sign.is_ascii_alphanumeric() || sign == b'_')
            && !words::keywords().any(|known| known == word)
    };
    let in_columns = stop.text[stop.clause.start..last.start].split_whitespace().any(|word| word == "columns");
    let found = found.trim_end_matches(',');
    if !in_columns || !stop.expects(Rule::equals) || !is_name(before) || !is_name(found) {
        return None;
    }
    let help = format!("write a comma between two columns: `{before}, {found}`");
    let hint = Hint::at(last.start..stop.at + found.len(), "no comma stands between these columns", help)?;
    // One name twice is no list of two.
    Some(if before == found { hint } else { hint.fix(last.clone(), format!("{before},")) })
}

/// `any refused saying "by letter"`
fn words_in_quotes(stop: &Stop<'_>) -> Option<Hint> {
    let is_saying = stop.before().next().is_some_and(|place| stop.word(&place) == "saying");
    let help = "write the name of a list of words, such as `means`: the words stand below `[words.means]` of the numbers \
                file";
    (is_saying && stop.rest().starts_with(['"', '“'])).then(|| Hint::help(help)).flatten()
}
