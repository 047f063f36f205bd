//! The layout of TOML: one entry a line, `=` in one column within a table, a blank line before each table. Values keep
//! the lines that the author gave them; tables of one list share their column.

use std::collections::BTreeMap;

use toml_parser::Source;
use toml_parser::lexer::TokenKind;

use crate::syntax::layout::page::{self, Line};
use crate::syntax::layout::same::unmarked;

/// How much further in the lines of a value stand for each bracket around them.
const NESTED: usize = 2;

/// Lays out a TOML text that has no fault of form.
pub(super) fn lay_out(text: &str) -> String {
    let text = unmarked(text);
    let tokens = Source::new(text)
        .lex()
        .map(|token| Token { kind: token.kind(), text: &text[token.span().start()..token.span().end()] });
    let tokens = tokens.filter(|token| token.kind != TokenKind::Eof).collect();
    let mut statements = Reader { tokens, at: 0 }.statements();
    part_tables(&mut statements);
    page::join(&lines(&statements))
}

struct Token<'a> {
    kind: TokenKind,
    text: &'a str,
}

/// What stands on a line, or on several for a value with brackets.
struct Statement {
    blank_before: bool,
    kind: Kind,
}

enum Kind {
    /// A comment by itself.
    Comment(String),
    /// `[figures]`, `[[example]]`
    Header(Line),
    /// `scheme = "qof"`
    Entry {
        key: String,
        /// The value's lines, the first without indentation.
        value: Vec<Line>,
    },
}

struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Reader<'a> {
    fn statements(mut self) -> Vec<Statement> {
        let mut statements = Vec::new();
        loop {
            let blank_before = self.pass_line_ends() > usize::from(!statements.is_empty());
            let Some(kind) = self.peek() else { return statements };
            let kind = match kind {
                TokenKind::Comment => Kind::Comment(self.comment().unwrap_or_default()),
                TokenKind::LeftSquareBracket => {
                    let text = self.joined(TokenKind::Newline);
                    Kind::Header(Line { text, beside: self.comment() })
                }
                _ => {
                    let key = self.joined(TokenKind::Equals);
                    self.at += 1;
                    Kind::Entry { key, value: self.value() }
                }
            };
            statements.push(Statement { blank_before: blank_before && !statements.is_empty(), kind });
        }
    }

    fn peek(&self) -> Option<TokenKind> {
        self.tokens.get(self.at).map(|token| token.kind)
    }

    /// Goes past blanks and line ends, and counts the latter.
    fn pass_line_ends(&mut self) -> usize {
        let rest = &self.tokens[self.at.min(self.tokens.len())..];
        let passed = rest.iter().take_while(|token| matches!(token.kind, TokenKind::Whitespace | TokenKind::Newline));
        let (count, ends) = passed
            .fold((0, 0), |(count, ends), token| (count + 1, ends + usize::from(token.kind == TokenKind::Newline)));
        self.at += count;
        ends
    }

    fn pass_blanks(&mut self) {
        while self.peek() == Some(TokenKind::Whitespace) {
            self.at += 1;
        }
    }

    /// The comment that stands next on this line.
    fn comment(&mut self) -> Option<String> {
        self.pass_blanks();
        let comment = self.tokens.get(self.at).filter(|token| token.kind == TokenKind::Comment)?;
        self.at += 1;
        Some(comment.text.trim_end().to_owned())
    }

    /// The tokens up to one of a kind, a comment or the line's end, without blanks.
    fn joined(&mut self, end: TokenKind) -> String {
        let mut text = String::new();
        while let Some(token) = self.tokens.get(self.at) {
            if token.kind == end || matches!(token.kind, TokenKind::Newline | TokenKind::Comment) {
                break;
            }
            if token.kind != TokenKind::Whitespace {
                text.push_str(token.text);
            }
            self.at += 1;
        }
        text
    }

    /// A value with the comment beside it. Within brackets it has the lines that the author gave it.
    fn value(&mut self) -> Vec<Line> {
        let mut writer = Writer::default();
        while let Some(token) = self.tokens.get(self.at) {
            match token.kind {
                TokenKind::Newline if writer.depth == 0 => break,
                TokenKind::Newline => writer.end_line(),
                TokenKind::Whitespace => writer.had_blank = true,
                TokenKind::Comment => writer.last.beside = Some(token.text.trim_end().to_owned()),
                _ => {
                    let rest = self.tokens[self.at + 1..].iter();
                    let next = rest.map(|token| token.kind).find(|kind| *kind != TokenKind::Whitespace);
                    writer.token(token, next);
                }
            }
            self.at += 1;
        }
        writer.all()
    }
}

/// Writes a value token by token.
#[derive(Default)]
struct Writer {
    done: Vec<Line>,
    /// The line that is being written.
    last: Line,
    /// How many brackets are open.
    depth: usize,
    before: Option<TokenKind>,
    had_blank: bool,
}

impl Writer {
    fn token(&mut self, token: &Token<'_>, next: Option<TokenKind>) {
        use TokenKind::{
            Atom, Comma, Equals, LeftCurlyBracket, LeftSquareBracket, RightCurlyBracket, RightSquareBracket,
        };
        let closes = matches!(token.kind, RightSquareBracket | RightCurlyBracket);
        self.depth -= usize::from(closes).min(self.depth);
        // A comma behind the last item has its place at a line's end only.
        if token.kind == Comma && matches!(next, Some(RightSquareBracket | RightCurlyBracket)) {
            return;
        }
        let is_first = self.done.is_empty();
        let line = &mut self.last;
        let has_blank = match (self.before, token.kind) {
            (Some(LeftCurlyBracket), RightCurlyBracket) => false,
            (Some(LeftCurlyBracket | Comma | Equals), _) => true,
            (_, RightCurlyBracket | Equals) => true,
            // The blank between a date and a time of day.
            (Some(Atom), Atom) => self.had_blank,
            (_, _) => false,
        };
        if line.text.is_empty() {
            line.text.extend(std::iter::repeat_n(' ', if is_first { 0 } else { self.depth * NESTED }));
        } else if has_blank {
            line.text.push(' ');
        }
        line.text.push_str(token.text);
        self.depth += usize::from(matches!(token.kind, LeftSquareBracket | LeftCurlyBracket));
        self.before = Some(token.kind);
        self.had_blank = false;
    }

    /// Ends a line within brackets; one with nothing on it is left out.
    fn end_line(&mut self) {
        let mut line = std::mem::take(&mut self.last);
        if line.text.is_empty() {
            let Some(comment) = line.beside.take() else { return };
            line.text = " ".repeat(self.depth * NESTED) + &comment;
        }
        line.text.truncate(line.text.trim_end().len());
        self.done.push(line);
        self.before = None;
    }

    fn all(mut self) -> Vec<Line> {
        self.done.push(self.last);
        self.done
    }
}

/// Sees to it that a blank line parts each table from what is before it: in front of the comments above the table,
/// unless the author left one between them.
fn part_tables(statements: &mut [Statement]) {
    for at in 1..statements.len() {
        if !matches!(statements[at].kind, Kind::Header(_)) {
            continue;
        }
        let is_comment = |statement: &Statement| matches!(statement.kind, Kind::Comment(_));
        let first = (0..at).rev().find(|&at| !is_comment(&statements[at])).map_or(0, |before| before + 1);
        if first > 0 && !statements[first..=at].iter().any(|statement| statement.blank_before) {
            statements[first].blank_before = true;
        }
    }
}

/// True if a value stands on one line, so that its `=` has a place in the column.
fn is_one_line(value: &[Line]) -> bool {
    value.len() == 1 && !value[0].text.contains('\n')
}

fn lines(statements: &[Statement]) -> Vec<Line> {
    let columns = columns(statements);
    let (mut lines, mut table) = (Vec::new(), "");
    for statement in statements {
        if statement.blank_before {
            lines.push(Line::default());
        }
        match &statement.kind {
            Kind::Comment(text) => lines.push(Line { text: text.clone(), beside: None }),
            Kind::Header(header) => {
                table = &header.text;
                lines.push(header.clone());
            }
            Kind::Entry { key, value } => {
                let column = if is_one_line(value) { columns.get(table).copied().unwrap_or(0) } else { 0 };
                let padding = " ".repeat(column.saturating_sub(page::width(key)));
                let mut value = value.clone();
                value[0].text = format!("{key}{padding} = {}", value[0].text);
                lines.extend(value);
            }
        }
    }
    lines
}

/// A key that fewer than one in so many tables of a list have stands out, rather than move the column of them all.
const RARE: usize = 20;

/// The width of the longest key of each table, by the table's header; that of the file's start is empty.
fn columns(statements: &[Statement]) -> BTreeMap<&str, usize> {
    let mut tables: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut table = "";
    for statement in statements {
        match &statement.kind {
            Kind::Comment(_) => {}
            Kind::Header(header) => {
                table = &header.text;
                *tables.entry(table).or_default() += 1;
            }
            Kind::Entry { key, value } if is_one_line(value) => *keys.entry((table, key)).or_default() += 1,
            Kind::Entry { .. } => {}
        }
    }
    let mut columns = BTreeMap::new();
    for ((table, key), count) in keys {
        if count * RARE >= tables.get(table).copied().unwrap_or(1) {
            let column = columns.entry(table).or_insert(0);
            *column = page::width(key).max(*column);
        }
    }
    columns
}
