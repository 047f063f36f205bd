//! The parser that pest makes of `grammar/rules.pest`.

use pest_derive::Parser;

/// The parser; its rules are [`Rule`].
#[derive(Parser)]
#[grammar = "../grammar/rules.pest"]
pub(super) struct RulesParser;
