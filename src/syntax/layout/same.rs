//! Whether a text that was laid out still says what it said, and still has its comments.

use pest::Parser;
use pest::iterators::Pairs;
use toml::de::{DeArray, DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::syntax::grammar::{Rule, RulesParser};
use crate::syntax::layout::tokens::Tokens;

/// True if a `.rules` text reads as those pairs and has the same comments.
pub(super) fn rules(before: Pairs<'_, Rule>, tokens: &Tokens, after: &str) -> bool {
    let Ok(pairs) = RulesParser::parse(Rule::file, after) else { return false };
    let found = Tokens::read(after, pairs.clone());
    let texts = |tokens: &Tokens| {
        let mut texts: Vec<String> = tokens.comments.iter().map(|comment| comment.text.clone()).collect();
        texts.sort();
        texts
    };
    texts(tokens) == texts(&found) && are_same(before, pairs)
}

/// True if what pest read is the same but for where it stands and how texts are quoted.
fn are_same(before: Pairs<'_, Rule>, after: Pairs<'_, Rule>) -> bool {
    let (before, after) = (before.collect::<Vec<_>>(), after.collect::<Vec<_>>());
    before.len() == after.len()
        && before.into_iter().zip(after).all(|(before, after)| {
            let is_quotation = before.as_rule() == Rule::straight || before.as_rule() == Rule::curly;
            let (words, found) = (before.as_str(), after.as_str());
            if is_quotation {
                return words == found;
            }
            let has_parts = before.clone().into_inner().peek().is_some();
            let is_same = has_parts || words.trim_end() == found.trim_end();
            before.as_rule() == after.as_rule() && is_same && are_same(before.into_inner(), after.into_inner())
        })
}

/// True if two TOML texts hold the same values under the same keys in the same order, and the same comments.
pub(super) fn toml(before: &str, after: &str) -> bool {
    let (before, after) = (unmarked(before), unmarked(after));
    let (Ok(old), Ok(new)) = (DeTable::parse(before), DeTable::parse(after)) else { return false };
    comments(before) == comments(after) && tables(old.get_ref(), new.get_ref())
}

/// A text without a byte-order mark.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn comments(text: &str) -> Vec<&str> {
    let lexer = Source::new(text).lex().filter(|token| token.kind() == TokenKind::Comment);
    lexer.map(|token| text[token.span().start()..token.span().end()].trim_end()).collect()
}

fn tables(before: &DeTable<'_>, after: &DeTable<'_>) -> bool {
    fn in_order<'a, 'i>(table: &'a DeTable<'i>) -> Vec<(&'a str, &'a DeValue<'i>)> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(|(key, value)| (key.get_ref().as_ref(), value.get_ref())).collect()
    }
    let (before, after) = (in_order(before), in_order(after));
    before.len() == after.len()
        && before.iter().zip(&after).all(|((key, value), (other, found))| key == other && values(value, found))
}

fn values(before: &DeValue<'_>, after: &DeValue<'_>) -> bool {
    match (before, after) {
        (DeValue::String(before), DeValue::String(after)) => before == after,
        (DeValue::Integer(before), DeValue::Integer(after)) => {
            before.as_str() == after.as_str() && before.radix() == after.radix()
        }
        (DeValue::Float(before), DeValue::Float(after)) => before.as_str() == after.as_str(),
        (DeValue::Boolean(before), DeValue::Boolean(after)) => before == after,
        (DeValue::Datetime(before), DeValue::Datetime(after)) => before == after,
        (DeValue::Array(before), DeValue::Array(after)) => arrays(before, after),
        (DeValue::Table(before), DeValue::Table(after)) => tables(before, after),
        (
            DeValue::String(_)
            | DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_),
            _,
        ) => false,
    }
}

fn arrays(before: &DeArray<'_>, after: &DeArray<'_>) -> bool {
    before.len() == after.len()
        && before.iter().zip(after.iter()).all(|(before, after)| values(before.get_ref(), after.get_ref()))
}
