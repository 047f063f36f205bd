//! What worked examples leave open, in the rules' own words: readings that none notices, clauses that none touches.

pub mod openings;
pub mod readings;

mod formulas;
mod parts;

/// More signs than this make a condition too long to be quoted whole.
const LONGEST_QUOTED: usize = 90;

/// A condition's words as they are quoted beside others: a long list ends early.
fn quoted(text: &str) -> String {
    let text = plain(text);
    if text.chars().count() <= LONGEST_QUOTED {
        return text;
    }
    let mut short = String::new();
    for word in text.split(' ') {
        if short.chars().count() + word.chars().count() > LONGEST_QUOTED - 2 {
            break;
        }
        short.push_str(word);
        short.push(' ');
    }
    short.trim_end_matches([' ', ';', ',']).to_owned() + " …"
}

/// A list of conditions on one line: `any of: a; b`.
fn plain(text: &str) -> String {
    for word in ["any of", "all of"] {
        if let Some(rest) = text.strip_prefix(&format!("{word} - ")) {
            return format!("{word}: {}", rest.replace(" - ", "; "));
        }
    }
    text.to_owned()
}
