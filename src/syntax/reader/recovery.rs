//! Reading on after a fault: the clause that holds it is blanked out and the text is read again, so that one mistake
//! does not hide the next.

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::{Reading, slips};
use crate::ground::{Diagnostic, Span};
use crate::syntax::grammar::{Rule, RulesParser};
use crate::syntax::phrases::phrase;
use crate::syntax::tree::RuleFile;

/// No more faults of form than this are worth reading at once.
pub(super) const FAULTS_SHOWN: usize = 20;

/// A rule file larger than this many bytes is refused: the shipped ones have a few thousand.
const LARGEST_FILE_BYTES: usize = 1 << 20;

/// Brackets nested deeper than this are refused before pest recurses into them.
const DEEPEST_NESTING: usize = 60;

/// Words that start a block when they start a line.
const BLOCKS: [&str; 5] = ["indicator", "course", "payment", "fee", "pathway"];

/// Words that start a clause of a block when they start a line.
const CLAUSES: [&str; 13] = [
    "define", "register", "exclude", "achieved", "except", "due", "measured", "source", "conflict", "state", "alert",
    "worklist", "audit",
];

/// Reads the text, blanking out one faulty clause after another.
pub(super) fn read_around_faults(reading: &mut Reading, text: &str) -> RuleFile {
    if let Some(fault) = refused_outright(reading, text) {
        reading.faults.push(fault);
        return RuleFile::default();
    }
    let mut text = text.to_owned();
    for _ in 0..FAULTS_SHOWN {
        match RulesParser::parse(Rule::file, &text) {
            Ok(mut pairs) => {
                let file = pairs.next().expect("the grammar gives a file");
                return reading.file(file);
            }
            Err(error) => {
                let at = offset(&error).min(text.len());
                let (fault, at) = match bare_period(&text, at, positives_of(&error)) {
                    Some(period) => (needs_a_day(reading, &text, period.clone()), period.start),
                    None => (fault(reading, &text, at, &error), at),
                };
                reading.faults.push(fault);
                if !blank_clause(&mut text, at) {
                    break;
                }
            }
        }
    }
    RuleFile::default()
}

fn refused_outright(reading: &Reading, text: &str) -> Option<Diagnostic> {
    let start = Span::new(reading.file, 0..0);
    if text.len() > LARGEST_FILE_BYTES {
        let message = format!("a rule file has at most {LARGEST_FILE_BYTES} bytes, and this one has {}", text.len());
        return Some(Diagnostic::error("E105", start, message).help("split it into several files of the same folder"));
    }
    let at = too_deep(text)?;
    let place = Span::new(reading.file, at..at + 1);
    let message = format!("brackets are nested more than {DEEPEST_NESTING} deep here");
    Some(Diagnostic::error("E106", place, message).help("give the inner parts names with `define`"))
}

/// Where brackets are nested too deep.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST_NESTING
    })
}

fn offset(error: &Error<Rule>) -> usize {
    match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// What was expected and what stands there.
fn fault(reading: &Reading, text: &str, at: usize, error: &Error<Rule>) -> Diagnostic {
    let rest = &text[at..];
    let word_length = rest.find(|c: char| c.is_whitespace() || c == '(' || c == ')').unwrap_or(rest.len()).max(1);
    let found: String = rest.chars().take_while(|c| !c.is_whitespace()).take(30).collect();
    let found = if rest.trim().is_empty() { "the end of the file".to_owned() } else { format!("`{found}`") };
    let end = at + rest.char_indices().nth(1).map_or(rest.len(), |(next, _)| next).max(word_length.min(rest.len()));
    let place = Span::new(reading.file, at..end.min(text.len()));
    let message = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } if !positives.is_empty() => {
            format!("expected {}, found {found}", one_of(positives))
        }
        ErrorVariant::ParsingError { .. } | ErrorVariant::CustomError { .. } => format!("did not expect {found} here"),
    };
    let diagnostic = Diagnostic::error("E101", place, message);
    if let Some(slip) = slips::at(text, at) {
        let place = Span::new(reading.file, slip.place);
        return diagnostic.help(format!("write `{}`", slip.mended)).fix(place, slip.mended);
    }
    match hint(rest, positives_of(error)) {
        Some(Hint { help, instead: Some((length, word)) }) => {
            diagnostic.help(help).fix(Span::new(reading.file, at..at + length), word)
        }
        Some(Hint { help, instead: None }) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The place of a length of time that stands before `at` where a day should: `before 8 months` was read as the start of
/// `8 months after …`, so pest stumbles over what follows it.
fn bare_period(text: &str, at: usize, expected: &[Rule]) -> Option<std::ops::Range<usize>> {
    if !(expected.contains(&Rule::k_after) && expected.contains(&Rule::k_before)) {
        return None;
    }
    let before = text[..at].trim_end();
    let (rest, unit) = before.rsplit_once(char::is_whitespace)?;
    let is_unit = ["day", "week", "month", "year"].contains(&unit.trim_end_matches('s'));
    let rest = rest.trim_end();
    let digits = rest.bytes().rev().take_while(u8::is_ascii_digit).count();
    (is_unit && digits > 0).then(|| rest.len() - digits..before.len())
}

fn needs_a_day(reading: &Reading, text: &str, period: std::ops::Range<usize>) -> Diagnostic {
    let found = text[period.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
    let message = format!("expected a day, found the length of time `{found}`");
    let help = format!("write `age {found}`, or `{found} after` and a day");
    Diagnostic::error("E101", Span::new(reading.file, period), message).help(help)
}

fn positives_of(error: &Error<Rule>) -> &[Rule] {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
}

/// How to mend a mistake that is often made.
struct Hint {
    help: String,
    /// So many bytes are this word mistyped.
    instead: Option<(usize, String)>,
}

impl Hint {
    fn words(help: &str) -> Option<Hint> {
        Some(Hint { help: help.to_owned(), instead: None })
    }
}

fn hint(rest: &str, expected: &[Rule]) -> Option<Hint> {
    let word: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if expected.contains(&Rule::text) {
        return Hint::words("a title stands in quotes: \"like this\"");
    }
    if rest.starts_with("to ") && expected.contains(&Rule::k_up) {
        return Hint::words("write `up to and including` or `to before`");
    }
    // A word of the language stands in the wrong place; it is not another one mistyped.
    if word.starts_with(|sign: char| sign.is_ascii_lowercase()) && RulesParser::parse(Rule::name, &word).is_err() {
        return None;
    }
    // Words that could stand here are in backticks; where a file starts, it is those that start a block.
    let phrases = expected.iter().flat_map(|rule| phrase(*rule).split('`').skip(1).step_by(2));
    let blocks = BLOCKS.iter().copied().filter(|_| expected.contains(&Rule::file));
    let words = phrases.filter_map(|phrase| phrase.split(' ').next()).chain(blocks);
    let mut near: Vec<(usize, &str)> = words.map(|known| (strsim::damerau_levenshtein(known, &word), known)).collect();
    let allowed = (word.len() / 3).clamp(1, 2);
    near.retain(|(distance, _)| word.len() > 1 && *distance <= allowed);
    near.sort_unstable();
    near.dedup();
    let (_, nearest) = near.first()?;
    // Two letters of a short word are half of it: that is a guess.
    let is_certain = near.len() == 1 && word.len() >= 5;
    Some(Hint {
        help: format!("did you mean `{nearest}`?"),
        instead: is_certain.then(|| (word.len(), (*nearest).to_owned())),
    })
}

/// `a, b or c`, each phrase once and at most six.
fn one_of(rules: &[Rule]) -> String {
    let mut phrases: Vec<&str> = Vec::new();
    for rule in rules {
        let phrase = phrase(*rule);
        if !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    let many = phrases.len() > 6;
    phrases.truncate(6);
    match phrases.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) if many => format!("{}, {last} or the like", rest.join(", ")),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => "something else".to_owned(),
    }
}

/// Overwrites the clause around an offset with spaces; false if nothing was left to overwrite.
pub(super) fn blank_clause(text: &mut String, at: usize) -> bool {
    let is_block = |start: &usize| BLOCKS.contains(&first_word(&text[*start..]));
    let is_start = |start: &usize| is_block(start) || CLAUSES.contains(&first_word(&text[*start..]));
    let from = line_starts(text).filter(is_start).filter(|&start| start <= at).max().unwrap_or(0);
    // Without its first line, a block's other clauses would all be faults.
    let goes_whole = is_block(&from);
    let ends = |start: &usize| if goes_whole { is_block(start) } else { is_start(start) };
    let to = line_starts(text).filter(ends).find(|&start| start > at).unwrap_or(text.len());
    if text[from..to].trim().is_empty() {
        return false;
    }
    let blank: String = text[from..to].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(from..to, &blank);
    true
}

/// Where the block starts that the end of a text lies in.
pub(super) fn block_start(text: &str) -> usize {
    line_starts(text).filter(|&start| BLOCKS.contains(&first_word(&text[start..]))).last().unwrap_or(0)
}

/// True if brackets are nested too deep for pest to recurse into them.
pub(super) fn is_nested_too_deep(text: &str) -> bool {
    text.len() > LARGEST_FILE_BYTES || too_deep(text).is_some()
}

fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1))
}

fn first_word(line: &str) -> &str {
    let line = line.trim_start_matches([' ', '\t', '\u{feff}']);
    line.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("")
}
