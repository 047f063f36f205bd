//! Words of free text: whole words, of two ways that both fit the longer, as the evaluator reads them.
//!
//! A text becomes its words, each between two blanks of its own; one pass puts every way of saying a thing between `<`
//! and `>`, from the left, longer ways first; a thing is said where one of its ways is so marked.

use crate::model::pathway::{Saying, WordList};
use crate::report::sql::dialect::Dialect;

/// A text as its words.
pub(super) fn normalised(dialect: Dialect, text: &str) -> String {
    dialect.spaced_words(&format!("COALESCE({text}, '')"))
}

/// A way as it stands in such a text.
fn spaced(way: &[String]) -> String {
    way.iter().map(|word| format!(" {word} ")).collect()
}

/// The words with every way of the list marked.
pub(super) fn marks(dialect: Dialect, list: &WordList, words: &str) -> String {
    let mut ways: Vec<&Vec<String>> = list.things.iter().flat_map(|thing| &thing.ways).collect();
    ways.sort_by_key(|way| std::cmp::Reverse(way.len()));
    ways.dedup();
    let pattern: Vec<String> = ways.iter().map(|way| spaced(way)).collect();
    dialect.marked(words, &pattern.join("|"))
}

/// Whether a thing of the list is said; of things that share a way, the last says it.
fn says(dialect: Dialect, list: &WordList, thing: usize, marked: &str) -> String {
    let is_taken = |way: &Vec<String>| list.things[thing + 1..].iter().any(|later| later.ways.contains(way));
    let ways = list.things[thing].ways.iter().filter(|way| !is_taken(way));
    let tests = ways.map(|way| format!("{marked} LIKE {}", dialect.literal(&format!("%<{}>%", spaced(way)))));
    let tests: Vec<String> = tests.collect();
    if tests.is_empty() { "FALSE".to_owned() } else { tests.join(" OR ") }
}

/// How many things of the list are said.
fn things(dialect: Dialect, list: &WordList, marked: &str) -> String {
    let one = |thing: usize| format!("CASE WHEN {} THEN 1 ELSE 0 END", says(dialect, list, thing, marked));
    (0..list.things.len()).map(one).collect::<Vec<_>>().join("\n      + ")
}

/// Whether a text says what is asked: something of the list, one thing of it, or not so.
pub(super) fn is_said(dialect: Dialect, list: &WordList, saying: Saying, marked: &str) -> String {
    let said = match saying.one {
        true => format!("({}) = 1", things(dialect, list, marked)),
        // Whatever is marked is a thing of the list.
        false => format!("{marked} LIKE '%<%'"),
    };
    if saying.absent { format!("NOT ({said})") } else { said }
}

/// Whether a text says one thing of the list and no other.
pub(super) fn is_thing_said(dialect: Dialect, list: &WordList, thing: usize, marked: &str) -> String {
    let alone = format!("({}) = 1", things(dialect, list, marked));
    format!("({}) AND {alone}", says(dialect, list, thing, marked))
}
