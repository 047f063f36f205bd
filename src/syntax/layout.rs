//! One layout for rule files: text in, the same text laid out, with every comment kept.
//!
//! Comes in: the text of a `.rules` or `.toml` file. Goes out: the text as it should look, or the reason why not. It must
//! not know what a contract is, and it never mends a fault: what does not read is left alone.
//!
//! The way of a `.rules` text: its words and comments (`tokens`); rows with the places where each may be broken (`sheet`,
//! filled by `blocks`, `pathways` and `sentences`); comments put to those places and lines filled (`printer`); lines joined
//! (`page`). A new block or condition is a new arm in `blocks` or `sentences`, which the compiler asks for. A TOML text is
//! laid out entry by entry (`entries`). Each result is read again and compared with what was written (`same`).

mod blocks;
mod entries;
mod page;
mod pathways;
mod printer;
mod same;
mod sentences;
mod sheet;
mod tokens;

use pest::Parser;

use crate::ground::{Diagnostic, FileId};
use crate::syntax::grammar::{Rule, RulesParser};
use crate::syntax::read_rules;
use crate::syntax::toml_tree::read_toml;

/// Lines longer than this many characters are broken where they may be. A text in quotes, a comment and an entry of a
/// TOML table never are.
pub const WIDTH: usize = 110;

/// The fault of a file with too many bytes: the blanks of a layout can make a file that large.
const TOO_LARGE: &str = "E105";

/// Why a text is not laid out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// It has faults of form.
    Faults(Vec<Diagnostic>),
    /// The result would say something else or lack a comment. This is our own bug, caught before anything is written.
    Meaning,
}

/// Lays out the text of a `.rules` file. Laying out the result again changes nothing.
///
/// ```
/// use uptake::ground::FileId;
/// use uptake::syntax::layout;
///
/// let written = "define young # to be called\r\n  born\tafter 1   January 2020";
/// let laid_out = layout::rules(FileId(0), written).unwrap();
/// assert_eq!(laid_out, "define young   # to be called\n  born after 1 January 2020\n");
/// assert!(layout::rules(FileId(0), "define young born after").is_err());
/// ```
pub fn rules(file: FileId, text: &str) -> Result<String, Refusal> {
    let (tree, faults) = read_rules(file, text);
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults));
    }
    let Ok(pairs) = RulesParser::parse(Rule::file, text) else { return Err(Refusal::Meaning) };
    let tokens = tokens::Tokens::read(text, pairs.clone());
    let sheet = sheet::Builder::build(&tokens, &tree);
    let laid_out = printer::print(&tokens, &sheet);
    let (_, faults) = read_rules(file, &laid_out);
    if laid_out.len() > text.len() && faults.iter().any(|fault| fault.code == TOO_LARGE) {
        return Err(Refusal::Faults(faults));
    }
    let is_sound = faults.is_empty() && same::rules(pairs, &tokens, &laid_out);
    if is_sound { Ok(laid_out) } else { Err(Refusal::Meaning) }
}

/// Lays out the text of a TOML file: one entry a line, `=` in one column within a table, a blank line before each
/// table. Laying out the result again changes nothing.
///
/// ```
/// use uptake::ground::FileId;
/// use uptake::syntax::layout;
///
/// let laid_out = layout::toml(FileId(0), "year='2023-24'\nrevision =  1 # the first\n[figures]\n").unwrap();
/// assert_eq!(laid_out, "year     = '2023-24'\nrevision = 1   # the first\n\n[figures]\n");
/// ```
pub fn toml(file: FileId, text: &str) -> Result<String, Refusal> {
    let (_, faults) = read_toml(file, text);
    if !faults.is_empty() {
        return Err(Refusal::Faults(faults));
    }
    let laid_out = entries::lay_out(text);
    if same::toml(text, &laid_out) { Ok(laid_out) } else { Err(Refusal::Meaning) }
}
