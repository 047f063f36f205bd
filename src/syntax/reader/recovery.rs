//! Reading on after a fault: the clause that holds it is blanked out and the text is read again, so that one mistake
//! does not hide the next.

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::Reading;
use super::hints::{Hint, Stop, hint};
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
pub(super) const BLOCKS: [&str; 6] = ["indicator", "course", "payment", "fee", "require", "pathway"];

/// Words that start a clause of a block when they start a line.
const CLAUSES: [&str; 15] = [
    "define", "register", "exclude", "achieved", "except", "due", "related", "near", "measured", "source", "conflict",
    "state", "alert", "worklist", "audit",
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
                let (fault, spoilt) = fault(reading, &text, at, &error);
                reading.faults.push(fault);
                let spoilt = match spoilt {
                    Spoilt::Clause(at) => clause_around(&text, at),
                    Spoilt::Block(at) => block_after(&text, at),
                };
                if !blank(&mut text, spoilt) {
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

/// What cannot be read because of a fault.
enum Spoilt {
    /// The clause around a place.
    Clause(usize),
    /// What follows a place, up to the next block.
    Block(usize),
}

/// What was expected and what stands there, or what was most likely meant; and what cannot be read because of it.
fn fault(reading: &Reading, text: &str, at: usize, error: &Error<Rule>) -> (Diagnostic, Spoilt) {
    let clause = faulty_clause(text, at);
    let block = line_starts(text).filter(|start| *start <= at).map(|start| first_word(&text[start..]));
    let block = block.filter(|word| BLOCKS.contains(word)).last();
    let in_payment = matches!(block, Some("payment" | "fee" | "require"));
    let in_pathway = block == Some("pathway");
    let stop = Stop { text, at, expected: positives_of(error), clause: clause.clone(), in_payment, in_pathway };
    let hint = hint(&stop);
    let rest = &text[at..];
    let word_length = rest.find(|c: char| c.is_whitespace() || c == '(' || c == ')').unwrap_or(rest.len()).max(1);
    let found: String = rest.chars().take_while(|c| !c.is_whitespace()).take(30).collect();
    let found = if rest.trim().is_empty() { "the end of the file".to_owned() } else { format!("`{found}`") };
    let end = at + rest.char_indices().nth(1).map_or(rest.len(), |(next, _)| next).max(word_length.min(rest.len()));
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } if !positives.is_empty() => {
            format!("expected {}, found {found}", one_of(positives))
        }
        ErrorVariant::ParsingError { .. } | ErrorVariant::CustomError { .. } => format!("did not expect {found} here"),
    };
    // Where a new clause could not start yet, the one before it is not whole.
    let spoilt = if positives_of(error).contains(&Rule::measure) { at } else { at.min(clause.end.saturating_sub(1)) };
    let spoilt = text.floor_char_boundary(spoilt);
    let is_cut_short = at >= clause.end && !positives_of(error).contains(&Rule::measure);
    let last = clause.start + text[clause.start..at.max(clause.start)].trim_end().len();
    let last_word =
        text[clause.start..last].rfind(char::is_whitespace).map_or(clause.start, |at| clause.start + at + 1);
    let (here, expected) = match text.get(last_word..last).filter(|word| is_cut_short && !word.is_empty()) {
        Some(word) => (last_word..last, format!("expected {} after `{word}`", one_of(positives_of(error)))),
        None => (at..end.min(text.len()), expected),
    };
    let Some(Hint { place, message, help, spoils_block, fix }) = hint else {
        return (Diagnostic::error("E101", Span::new(reading.file, here), expected), Spoilt::Clause(spoilt));
    };
    let spoilt = match &place {
        Some(place) if spoils_block => Spoilt::Block(place.start),
        Some(place) => Spoilt::Clause(place.start),
        None => Spoilt::Clause(spoilt),
    };
    let place = Span::new(reading.file, place.unwrap_or(here));
    let fault = Diagnostic::error("E101", place, message.unwrap_or(expected)).help(help);
    let fault = match fix {
        Some((place, text)) => fault.fix(Span::new(reading.file, place), text),
        None => fault,
    };
    (fault, spoilt)
}

/// The clause in which the reading stopped; where it stopped at the start of one, or at the end of the text, the clause
/// before.
fn faulty_clause(text: &str, at: usize) -> std::ops::Range<usize> {
    let is_start = text[at..].trim().is_empty()
        || (is_clause_start(&text[at..]) && text[..at].trim_end_matches([' ', '\t']).ends_with('\n'));
    let before = text[..at].trim_end().len();
    let inside = if is_start { text.floor_char_boundary(before.saturating_sub(1)) } else { at };
    let from = line_starts(text).filter(|start| is_clause_start(&text[*start..])).filter(|start| *start <= inside);
    let from = from.max().unwrap_or(0);
    let to = line_starts(text).filter(|start| is_clause_start(&text[*start..])).find(|start| *start > inside);
    from..to.unwrap_or(text.len())
}

fn is_clause_start(text: &str) -> bool {
    let word = first_word(text);
    BLOCKS.contains(&word) || CLAUSES.contains(&word)
}

fn positives_of(error: &Error<Rule>) -> &[Rule] {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
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

/// The clause around an offset; without its first line, a block's other clauses would all be faults.
fn clause_around(text: &str, at: usize) -> std::ops::Range<usize> {
    let is_block = |start: &usize| BLOCKS.contains(&first_word(&text[*start..]));
    let is_start = |start: &usize| is_clause_start(&text[*start..]);
    let from = line_starts(text).filter(is_start).filter(|&start| start <= at).max().unwrap_or(0);
    let goes_whole = is_block(&from);
    let ends = |start: &usize| if goes_whole { is_block(start) } else { is_start(start) };
    from..line_starts(text).filter(ends).find(|&start| start > at).unwrap_or(text.len())
}

/// What follows an offset, up to the next block.
fn block_after(text: &str, at: usize) -> std::ops::Range<usize> {
    let is_block = |start: &usize| BLOCKS.contains(&first_word(&text[*start..]));
    at..line_starts(text).filter(is_block).find(|&start| start > at).unwrap_or(text.len())
}

/// Overwrites the clause around an offset with spaces; false if nothing was left to overwrite.
pub(super) fn blank_clause(text: &mut String, at: usize) -> bool {
    let part = clause_around(text, at);
    blank(text, part)
}

/// Overwrites a part with spaces; false if nothing was left to overwrite.
fn blank(text: &mut String, part: std::ops::Range<usize>) -> bool {
    if text[part.clone()].trim().is_empty() {
        return false;
    }
    let blank: String = text[part.clone()].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(part, &blank);
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
