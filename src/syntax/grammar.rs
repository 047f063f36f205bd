//! The parser that pest makes of `grammar/rules.pest`.

use pest_derive::Parser;

/// The parser; its rules are [`Rule`].
#[derive(Parser)]
#[grammar = "../grammar/rules.pest"]
pub(super) struct RulesParser;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pest::Parser;
    use pest::iterators::Pair;

    use super::{Rule, RulesParser};

    const REFERENCE: &str = include_str!("../../docs/guide/reference.md");

    const GRAMMAR: &str = include_str!("../../grammar/rules.pest");

    /// True for a rule that only groups others, or says what separates words, and is seen in no tree.
    fn is_silent(rule: Rule) -> bool {
        let name = format!("{rule:?}");
        let is_it = |line: &str| {
            line.split_once('=')
                .is_some_and(|(known, body)| known.trim() == name && body.trim_start().starts_with("_{"))
        };
        GRAMMAR.lines().any(is_it)
    }

    /// The examples of the reference: what each is to be read as, and its text.
    fn examples() -> Vec<(Rule, String)> {
        let mut examples = Vec::new();
        for block in REFERENCE.split("\n```rules").skip(1) {
            let (label, rest) = block.split_once('\n').unwrap();
            let body = rest.split("\n```").next().unwrap();
            let rule = match label.trim() {
                "condition" | "question" => Rule::condition,
                "when" => Rule::window,
                "day" => Rule::date,
                "formula" => Rule::formula,
                "test" => Rule::test,
                _ => Rule::file,
            };
            if rule == Rule::file {
                examples.push((rule, body.to_owned()));
                continue;
            }
            // A line that is indented belongs to the one above it.
            for line in body.lines() {
                match examples.last_mut() {
                    Some((_, text)) if line.starts_with(' ') => *text += &format!("\n{line}"),
                    _ => examples.push((rule, line.to_owned())),
                }
            }
        }
        examples
    }

    fn gather(pair: Pair<'_, Rule>, found: &mut BTreeSet<Rule>) {
        found.insert(pair.as_rule());
        pair.into_inner().for_each(|inner| gather(inner, found));
    }

    /// Who adds a construct to the grammar shows it in the reference.
    #[test]
    fn the_reference_has_an_example_of_every_construct() {
        let mut found = BTreeSet::new();
        for (rule, text) in examples() {
            let pairs = RulesParser::parse(rule, &text).unwrap_or_else(|error| panic!("{text}\n{error}"));
            assert_eq!(pairs.as_str().trim_end(), text.trim_end(), "read to its end");
            pairs.for_each(|pair| gather(pair, &mut found));
        }
        let missing: Vec<&Rule> =
            Rule::all_rules().iter().filter(|rule| !found.contains(rule) && !is_silent(**rule)).collect();
        assert!(missing.is_empty(), "docs/guide/reference.md shows no {missing:?}");
    }
}
