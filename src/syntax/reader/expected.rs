//! What may stand at a place of a rule file that is being written. The parser itself is asked: it reads as far as the
//! place, and says what it would have taken there. So whatever the grammar grows is known here without a word more.

use std::sync::{Mutex, PoisonError};

use pest::Parser;
use pest::error::{Error, ErrorVariant};

use super::recovery::{self, FAULTS_SHOWN};
use crate::ground::FileId;
use crate::syntax::grammar::{Rule, RulesParser};
use crate::syntax::read_rules;
use crate::syntax::tree::Block;

/// What may stand at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// Keywords, those that only go together joined: `before`, `at least`, `measured on the first day of each quarter`.
    pub phrases: Vec<String>,
    /// What a name or code would be the name of.
    pub names: Vec<NameKind>,
    /// The block that the place lies in, as far as it was read before the place.
    pub block: Option<Block>,
}

/// What a name that is expected would be the name of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum NameKind {
    /// A code cluster.
    Cluster,
    /// A condition that `define` names.
    Condition,
    /// A day: one that `define` names, or a figure that is a date.
    Day,
    /// A figure that is a whole number.
    WholeNumber,
    /// What a formula reads: a figure, a count or a line above.
    Quantity,
    /// The code of an indicator or course.
    Measure,
    /// The id of a source.
    Source,
    /// A line of a payment or fee.
    Line,
    /// A figure of the whole rulebook.
    Figure,
    /// A state of a pathway.
    State,
    /// A list of words to look for in free text.
    Words,
    /// A rulebook that is used.
    Used,
}

/// A sign that no rule takes.
const NO_SIGN: char = '\u{1}';

/// Texts longer than this are asked once only, so that an answer is there before the next key is struck.
const LONGEST_ASKED_AGAIN_BYTES: usize = 32 << 10;

/// No more readings than this for one answer.
const MOST_READINGS: usize = 120;

/// A keyword with more words than this to follow it is offered alone.
const MOST_TO_FOLLOW: usize = 4;

/// What may stand at a byte of a rule file's text; None within a comment or a text in quotes, and where what stands
/// before in the same clause cannot be read.
pub fn expected(text: &str, at: usize) -> Option<Expected> {
    let before = &text[..text.floor_char_boundary(at.min(text.len()))];
    if recovery::is_nested_too_deep(before) || is_in_words(before) {
        return None;
    }
    let mut before = before[recovery::block_start(before)..].to_owned();
    let (error, reading) = (0..FAULTS_SHOWN).find_map(|_| {
        let error = failure(&before)?;
        let reading = Reading::of(&error)?;
        if reading.at >= before.len() {
            return Some(Some((error, reading)));
        }
        // A fault in the clause of the place itself leaves nothing to say of what may follow.
        let is_elsewhere = recovery::blank_clause(&mut before, reading.at) && !before[reading.at..].trim().is_empty();
        (!is_elsewhere).then_some(None)
    })??;
    let mut phrases = Vec::new();
    let mut readings_left = if before.len() > LONGEST_ASKED_AGAIN_BYTES { 0 } else { MOST_READINGS };
    for word in reading.keywords {
        follow(&before, word, &mut readings_left, &mut phrases);
    }
    phrases.sort();
    phrases.dedup();
    let names = names(&error, &before);
    let block = read_rules(FileId(0), &before).0.blocks.pop();
    Some(Expected { phrases, names, block })
}

/// What the parser made of a text that ends with a sign that no rule takes.
struct Reading {
    /// Where it stopped.
    at: usize,
    /// The keywords that it would have taken there.
    keywords: Vec<String>,
    /// True if it would have taken anything else too: a name, a number, a sign, the end of the file.
    takes_more: bool,
}

/// The parser keeps what it would have taken only while it is told to, and it is told for the whole process.
static DETAIL: Mutex<()> = Mutex::new(());

fn failure(before: &str) -> Option<Error<Rule>> {
    let text = format!("{before}{NO_SIGN}");
    let _alone = DETAIL.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let read = RulesParser::parse(Rule::file, &text);
    pest::set_error_detail(false);
    read.err()
}

impl Reading {
    fn of(error: &Error<Rule>) -> Option<Reading> {
        let attempts = error.parse_attempts()?;
        let tokens: Vec<String> = attempts.expected_tokens().iter().map(ToString::to_string).collect();
        let is_keyword = |token: &String| token.len() > 1 && token.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_space = |token: &String| token == "#" || token.chars().all(char::is_whitespace) || token == "\u{feff}";
        let takes_more = tokens.iter().any(|token| !is_keyword(token) && token != "a" && !is_space(token))
            || positives(error).contains(&Rule::EOI);
        let is_offered = |token: &String| is_keyword(token) || token == "a";
        Some(Reading {
            at: attempts.max_position,
            takes_more,
            keywords: tokens.into_iter().filter(is_offered).collect(),
        })
    }
}

/// Adds a phrase, or what it becomes with the keywords that must follow it.
fn follow(before: &str, phrase: String, readings_left: &mut usize, phrases: &mut Vec<String>) {
    if *readings_left == 0 {
        return phrases.push(phrase);
    }
    *readings_left -= 1;
    let with_phrase = format!("{before}{phrase} ");
    let reading = failure(&with_phrase).and_then(|error| Reading::of(&error));
    match reading.filter(|reading| reading.at >= with_phrase.len() && !reading.takes_more) {
        Some(reading) if (1..=MOST_TO_FOLLOW).contains(&reading.keywords.len()) => {
            for word in reading.keywords {
                follow(before, format!("{phrase} {word}"), readings_left, phrases);
            }
        }
        _ => phrases.push(phrase),
    }
}

fn positives(error: &Error<Rule>) -> &[Rule] {
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => &[],
    }
}

fn names(error: &Error<Rule>, before: &str) -> Vec<NameKind> {
    let rules = positives(error);
    let mut kinds: Vec<NameKind> = rules.iter().flat_map(|rule| kinds(*rule, rules, before)).copied().collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

/// What a name would be where a rule is expected. A rule that is not listed starts with no name that is known already,
/// or holds one that is.
fn kinds(rule: Rule, rules: &[Rule], before: &str) -> &'static [NameKind] {
    match rule {
        Rule::clusters => &[NameKind::Cluster],
        Rule::condition | Rule::both | Rule::single => &[NameKind::Condition, NameKind::Day, NameKind::WholeNumber],
        Rule::bullet => &[],
        Rule::named => &[NameKind::Condition],
        Rule::defined_date | Rule::falls | Rule::subject | Rule::date => &[NameKind::Day, NameKind::WholeNumber],
        Rule::how_many | Rule::how_long | Rule::period | Rule::shifted => &[NameKind::WholeNumber],
        Rule::formula
        | Rule::rounded
        | Rule::sum
        | Rule::product
        | Rule::factor
        | Rule::operand
        | Rule::quantity_name
        | Rule::test
        | Rule::test_both
        | Rule::test_single
        | Rule::comparison => &[NameKind::Quantity],
        Rule::source_id => &[NameKind::Source],
        Rule::code if matches!(last_word(before), "only" | "of" | "" | "in") => &[NameKind::Measure],
        Rule::line => &[NameKind::Line],
        Rule::in_state => &[NameKind::State],
        // A name alone is told by the word before it: of a day, of a cluster, of a state, or new.
        Rule::name => match last_word(before) {
            "is" | "a" | "an" | "no" => &[NameKind::Day],
            "of" if is_after_code(before) => &[NameKind::Used],
            "since" => &[NameKind::Used],
            "in" => &[NameKind::State],
            "above" => &[NameKind::Figure],
            "saying" | "one" | "different" => &[NameKind::Words],
            "of" => &[NameKind::Cluster],
            "or" => &[NameKind::Cluster, NameKind::State],
            "doses" if rules.len() == 1 => &[NameKind::Cluster],
            _ if rules.len() > 1 => &[NameKind::Line],
            _ => &[],
        },
        _ => &[],
    }
}

/// The word that a text ends with, or nothing if it ends with a sign.
fn last_word(before: &str) -> &str {
    let before = before.trim_end();
    let length = before.bytes().rev().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    &before[before.len() - length..]
}

/// True if a text ends with a code and a word.
fn is_after_code(before: &str) -> bool {
    let before = before.trim_end();
    let without = &before[..before.len() - last_word(before).len()];
    last_word(without).starts_with(|sign: char| sign.is_ascii_uppercase())
}

/// True if a text ends within a comment or within quotes, neither of which goes on in the next line.
pub fn is_in_words(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or("");
    let mut closing: Option<&[char]> = None;
    for sign in line.chars() {
        match (closing, sign) {
            (Some(ends), sign) if ends.contains(&sign) => closing = None,
            (None, '"') => closing = Some(&['"']),
            (None, '“') => closing = Some(&['”', '“']),
            (None, '#') => return true,
            _ => {}
        }
    }
    closing.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "define two any mmr\nindicator X \"x\"\n  register registered at year end\n  achieved";

    fn at_end(text: &str) -> Expected {
        expected(text, text.len()).unwrap_or_else(|| panic!("nothing fits after {text}"))
    }

    #[track_caller]
    fn holds(text: &str, phrases: &[&str], names: &[NameKind]) {
        let found = at_end(text);
        for phrase in phrases {
            assert!(found.phrases.iter().any(|known| known == phrase), "{phrase} after {text}: {found:?}");
        }
        assert_eq!(found.names, names, "after {text}: {:?}", found.phrases);
    }

    #[test]
    fn the_parser_says_what_fits() {
        use NameKind::{
            Cluster, Condition, Day, Figure, Line, Measure, Quantity, Source, State, Used, WholeNumber, Words,
        };
        holds("", &["indicator", "course", "payment", "fee", "define"], &[]);
        holds(&format!("{RULES} "), &["any", "no", "at least", "there is", "year end"], &[Condition, Day, WholeNumber]);
        for quantity in ["any", "no", "at least 3", "any mmr before birth and at most 1", "any dose of"] {
            holds(&format!("{RULES} {quantity} "), &[], &[Cluster]);
        }
        // Another cluster, or another condition.
        holds(&format!("{RULES} any dose of mmr or "), &["any"], &[Cluster, Condition, Day, WholeNumber, State]);
        holds(&format!("{RULES} at "), &["least", "most"], &[]);
        holds(&format!("{RULES} any mmr before "), &["age", "year end", "birth"], &[Day, WholeNumber]);
        holds(&format!("{RULES} there is a "), &[], &[Day]);
        holds(&format!("{RULES} any mmr in "), &["the year", "the preceding"], &[]);
        holds(&format!("{RULES} any mmr "), &["before", "except", "source", "and"], &[]);
        holds(&format!("{RULES} any mmr\n source "), &[], &[Source]);
        holds(&format!("{RULES} any mmr\n source x-1.2 "), &["official", "assumed"], &[]);
        holds("indicator X \"x\" ", &["measured on the first day of each quarter", "says", "register"], &[]);
        let payment = "payment p \"p\" for each indicator";
        holds("payment p \"p\" for ", &["each indicator", "each course", "each quarter", "the practice"], &[]);
        holds(&format!("{payment} only A, "), &[], &[Measure]);
        holds(&format!("{payment} points = "), &["round", "min", "max"], &[Quantity]);
        holds(&format!("{payment} points = 1 * "), &[], &[Quantity]);
        holds(&format!("{payment} points = (1 + "), &[], &[Quantity]);
        holds(&format!("{payment} points = numerator of "), &[], &[Measure]);
        holds(&format!("{payment} points = 1 when "), &["not", "there is no"], &[Quantity]);
        holds(&format!("{payment} points = 1 when there is no "), &[], &[Quantity]);
        holds(&format!("{payment} points = round 1 to "), &["pence"], &[]);
        holds(&format!("{payment} points = 1\n"), &["when", "otherwise", "source"], &[Line]);
        holds("fee f \"f\" doses ", &[], &[Cluster]);
        holds("fee f \"f\" doses mmr or ", &[], &[Cluster, State]);
        holds("fee f \"f\" doses mmr in the year pounds = doses ", &["when"], &[Line]);
        let pathway = "pathway p \"p\" for those not achieved in at least one of A, B of";
        holds("pathway p \"p\" ", &["for those not achieved in at least one of"], &[]);
        holds(&format!("{pathway} "), &[], &[Used]);
        holds(&format!("{pathway} x since "), &[], &[Used]);
        let steps = ["state", "alert", "worklist", "audit above", "define"];
        holds(&format!("{pathway} x "), &steps, &[]);
        holds(&format!("{pathway} x audit above "), &[], &[Figure]);
        holds(&format!("{pathway} x alert w \"w\" in "), &[], &[State]);
        holds(&format!("{pathway} x alert w \"w\" any mmr saying "), &["one"], &[Words]);
        holds(&format!("{pathway} x alert w \"w\" at least 3 different "), &[], &[Words]);
        holds(&format!("{pathway} x alert w \"w\" at least 3 different y in "), &[], &[Cluster]);
        holds("define ", &[], &[]);
        holds("fee ", &[], &[]);
    }

    #[test]
    fn a_fault_before_does_not_silence_the_parser() {
        let text = "indicator X \"x\"\n register nonsense here\n achieved any ";
        assert_eq!(at_end(text).names, [NameKind::Cluster]);
        let earlier_block = "indicator Y nonsense\nindicator X \"x\"\n achieved any ";
        assert_eq!(at_end(earlier_block).names, [NameKind::Cluster]);
        assert_eq!(expected("indicator X \"x\"\n achieved nonsense here any ", 44), None);
    }

    #[test]
    fn comments_and_titles_are_the_writers_own() {
        for text in ["# any ", "indicator X \"any ", "indicator X “any ", "indicator X \"x\" # any "] {
            assert_eq!(expected(text, text.len()), None, "{text}");
        }
        assert!(expected("indicator X \"#\" ", 16).is_some());
    }

    #[test]
    fn the_block_so_far_is_given() {
        let text = format!("{RULES} any mmr\n  except ");
        let Some(Block::Measure(measure)) = at_end(&text).block else { panic!("no block") };
        assert_eq!((measure.code.text.as_str(), measure.clauses.len()), ("X", 2));
    }

    proptest::proptest! {
        #[test]
        fn any_place_in_any_text(text in "(indicator X|achieved|any|mmr|[(]|£|#|\"|“|\n| |[^a]){0,20}", at in 0_usize..60) {
            expected(&text, at);
        }
    }
}
