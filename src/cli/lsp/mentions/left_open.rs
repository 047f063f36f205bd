//! The names in what a rulebook's examples leave open, which quotes the rules: a name that changes there changes here.

use super::{Named, Reader, defines_of, lines_of, names_of};
use crate::ground::Span;
use crate::syntax::toml_tree::{Entry, Table, Value};
use crate::syntax::tree::{Block, RuleFile};

impl Reader<'_> {
    /// `[[left_open]]` of the examples file; the rules were read before.
    pub(super) fn left_open(&mut self, root: &Table, rules: &[RuleFile]) {
        let Some(Entry { value: Value::List(list), .. }) = root.get("left_open") else { return };
        for (left_open, _) in list {
            let Value::Table(table) = left_open else { continue };
            let Some((what, span)) = table.get("what").and_then(|entry| self.text(&entry.value, entry.span)) else {
                continue;
            };
            let about = rules.iter().flat_map(|file| &file.blocks).find(|block| is_about(block, &what));
            self.block = about.map(|block| name_of(block).to_owned()).unwrap_or_default();
            self.own = about.map(|block| names_of(defines_of(block))).unwrap_or_default();
            for (at, word) in quoted(&what) {
                let start = span.range().start + at;
                self.quoted(about, word, Span::new(span.file, start..start + word.len()));
            }
        }
    }

    fn quoted(&mut self, about: Option<&Block>, word: &str, span: Span) {
        let has_line = about.is_some_and(|block| lines_of(block).iter().any(|line| line.name.text == word));
        let words = Named::Words(word.to_owned());
        if self.own.contains(word) || self.shared.contains(word) {
            self.mention(self.defined(word), span);
        } else if has_line {
            self.mention(Named::Line { of: self.block.clone(), name: word.to_owned() }, span);
        } else if self.figures.contains(word) {
            self.mention(Named::Figure(word.to_owned()), span);
        } else if self.found.list.iter().any(|mention| mention.named == words) {
            self.mention(words, span);
        }
    }
}

/// The name by which what is left open calls a block.
fn name_of(block: &Block) -> &str {
    match block {
        Block::Define(define) => &define.name.text,
        Block::Measure(measure) => &measure.code.text,
        Block::Fee(fee) => &fee.name.text,
        Block::Payment(payment) => &payment.name.text,
        Block::Require(_) => "",
        Block::Pathway(pathway) => &pathway.name.text,
        Block::Worklist(list) => &list.name.text,
    }
}

/// True if a text that starts with `VI001`, `payment achievement` or a part of a pathway is about the block.
fn is_about(block: &Block, what: &str) -> bool {
    let mut words = what.split([' ', ',', ':']);
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match block {
        Block::Measure(_) => first == name_of(block),
        Block::Fee(_) => first == "fee" && second == name_of(block),
        Block::Payment(_) => first == "payment" && second == name_of(block),
        Block::Pathway(_) => ["state", "alert", "pathway"].contains(&first),
        Block::Define(_) | Block::Require(_) | Block::Worklist(_) => false,
    }
}

/// The words that quote the rules, with the bytes before each: those in backquotes, and those of the head that says what it
/// is about.
fn quoted(what: &str) -> Vec<(usize, &str)> {
    let head = what.find([',', ':']).unwrap_or(what.len());
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    let (mut words, mut start, mut ticks) = (Vec::new(), None, 0_usize);
    for (at, sign) in what.char_indices().chain([(what.len(), ' ')]) {
        if is_sign(sign) {
            start.get_or_insert(at);
        } else if let Some(from) = start.take()
            && (ticks % 2 == 1 || from < head)
        {
            words.push((from, &what[from..at]));
        }
        ticks += usize::from(sign == '`');
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_quotes_the_rules_is_read() {
        let what = "VI004 carried_over, `at least 2 dtap after due_day`: `2` read as `3` by two_mmr";
        let words: Vec<&str> = quoted(what).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words, ["VI004", "carried_over", "at", "least", "2", "dtap", "after", "due_day", "2", "3"]);
        assert!(quoted(what).iter().all(|(at, word)| what[*at..].starts_with(word)));
    }
}
