//! The words, signs and comments of a `.rules` text, as pest found them, each as it is to be written.

use pest::iterators::Pairs;

use crate::syntax::grammar::Rule;

type Pair<'a> = pest::iterators::Pair<'a, Rule>;

/// A word, a number, a text in quotes or a sign.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Token {
    /// Where it starts.
    pub(super) start: usize,
    /// As it is to be written.
    pub(super) text: String,
    /// True if it stands right behind the token before it, without a blank.
    pub(super) is_glued: bool,
    /// True if the author left a blank line before it.
    pub(super) blank_before: bool,
}

/// A comment, from its `#` to the end of its line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Comment {
    /// As it is to be written.
    pub(super) text: String,
    /// How many tokens stand before it.
    pub(super) next: usize,
    /// True if nothing else stands on its line.
    pub(super) is_alone: bool,
    /// True if it does not start its line.
    pub(super) is_indented: bool,
    /// True if the author left a blank line before it.
    pub(super) blank_before: bool,
}

/// All that a text says, and all that is said beside it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    pub(super) comments: Vec<Comment>,
}

impl Tokens {
    /// The tokens and comments of a text that pest could read.
    pub(super) fn read(text: &str, pairs: Pairs<'_, Rule>) -> Tokens {
        let mut leaves = Vec::new();
        let mut minuses = Vec::new();
        pairs.for_each(|pair| collect(pair, &mut leaves, &mut minuses));
        let mut scan = Scan { text, minuses, newlines: 0, glues_next: false, tokens: Tokens::default() };
        let mut at = 0;
        for leaf in leaves {
            let place = leaf.as_span();
            scan.between(at, place.start());
            let rule = leaf.as_rule();
            scan.token(place.start(), written(&leaf));
            // `min(` and `max(` are one sign to the eye.
            scan.glues_next = matches!(rule, Rule::k_min | Rule::k_max);
            at = place.start() + place.as_str().trim_end().len();
        }
        scan.between(at, text.len());
        scan.tokens
    }

    /// The index of the first token at or after an offset.
    pub(super) fn at(&self, offset: u32) -> usize {
        self.list.partition_point(|token| token.start < offset as usize)
    }

    /// True if the author left a blank line before a token, or before the comments above it.
    pub(super) fn is_apart(&self, token: usize) -> bool {
        let first = self.comments.partition_point(|comment| comment.next < token);
        let mut near = self.comments[first..].iter().take_while(|comment| comment.next == token);
        near.find(|comment| comment.is_alone).map_or(self.list[token].blank_before, |above| above.blank_before)
    }

    /// How wide the tokens of a range are on one line.
    pub(super) fn width(&self, range: std::ops::Range<usize>) -> usize {
        let blank = |token: &Token| usize::from(!token.is_glued);
        let width: usize =
            self.list[range.clone()].iter().map(|token| super::page::width(&token.text) + blank(token)).sum();
        width - self.list[range].first().map_or(0, blank)
    }
}

/// The parts of a pair that have no parts themselves, and where the signs of negative numbers stand.
fn collect<'a>(pair: Pair<'a>, leaves: &mut Vec<Pair<'a>>, minuses: &mut Vec<usize>) {
    let rule = pair.as_rule();
    if rule == Rule::minus {
        minuses.push(pair.as_span().start());
    }
    let is_whole =
        matches!(rule, Rule::text | Rule::calendar | Rule::pounds) || pair.clone().into_inner().peek().is_none();
    if !is_whole {
        pair.into_inner().for_each(|inner| collect(inner, leaves, minuses));
    } else if rule != Rule::EOI && !pair.as_str().trim().is_empty() {
        leaves.push(pair);
    }
}

/// A leaf as it is to be written: straight quotes where the text allows them, single blanks in a date.
fn written(pair: &Pair<'_>) -> String {
    let text = pair.as_str().trim_end();
    match pair.as_rule() {
        Rule::calendar => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Rule::text => {
            let inner = pair.clone().into_inner().next().map_or("", |inner| inner.as_str());
            if inner.contains('"') { format!("“{inner}”") } else { format!("\"{inner}\"") }
        }
        _ => text.to_owned(),
    }
}

/// What a walk over the text carries along.
struct Scan<'a> {
    text: &'a str,
    minuses: Vec<usize>,
    /// Line ends since the last token or comment.
    newlines: usize,
    glues_next: bool,
    tokens: Tokens,
}

impl Scan<'_> {
    fn token(&mut self, start: usize, text: String) {
        let is_glued = self.glues_next || matches!(text.as_str(), ")" | ",");
        self.tokens.list.push(Token { start, text, is_glued, blank_before: self.newlines > 1 });
        self.newlines = 0;
        self.glues_next = false;
    }

    /// The signs and comments between two leaves.
    fn between(&mut self, from: usize, to: usize) {
        let mut at = from;
        while let Some(sign) = self.text[at..to].chars().next() {
            match sign {
                '\n' => self.newlines += 1,
                '#' => {
                    let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
                    self.comment(at, self.text[at..end].trim_end());
                    at = end;
                    continue;
                }
                '\u{feff}' => {}
                _ if sign.is_whitespace() => {}
                _ => {
                    self.token(at, sign.to_string());
                    self.glues_next = sign == '(' || self.minuses.contains(&at);
                }
            }
            at += sign.len_utf8();
        }
    }

    fn comment(&mut self, at: usize, text: &str) {
        let line = self.text[..at].rsplit('\n').next().unwrap_or("");
        self.tokens.comments.push(Comment {
            text: text.to_owned(),
            next: self.tokens.list.len(),
            is_alone: self.newlines > 0 || self.tokens.list.is_empty(),
            is_indented: !line.trim_start_matches('\u{feff}').is_empty(),
            blank_before: self.newlines > 1,
        });
        self.newlines = 0;
    }
}
