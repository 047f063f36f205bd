//! A sheet as lines: comments go to the places where a line may start or end, then each row is filled.

use crate::syntax::layout::WIDTH;
use crate::syntax::layout::page::{self, Line};
use crate::syntax::layout::sheet::{Break, BreakKind, Gap, Group, Indent, Item, Row, Sheet, Style};
use crate::syntax::layout::tokens::{Comment, Tokens};

/// The sheet as a text.
pub(super) fn print(tokens: &Tokens, sheet: &Sheet) -> String {
    let mut printer = Printer {
        tokens,
        comments: Comments::put(tokens, sheet),
        lines: Vec::new(),
        line: String::new(),
        beside: None,
    };
    for (at, row) in sheet.rows.iter().enumerate() {
        printer.row(row);
        printer.below(sheet.rows.get(at + 1).map_or(tokens.list.len(), |next| next.first));
    }
    printer.end();
    page::join(&printer.lines)
}

/// Which comment is printed where. A comment that stands in the middle of words that are never broken goes above them,
/// or to the end of their line.
struct Comments<'a> {
    /// By token: the comments above the line that starts with it.
    above: Vec<Vec<&'a Comment>>,
    /// By token: the comment beside the line that ends with it.
    beside: Vec<Option<&'a Comment>>,
    /// By token that starts a block: the comments below the block before it. The last are those at the file's end.
    below: Vec<Vec<&'a Comment>>,
}

impl<'a> Comments<'a> {
    fn put(tokens: &'a Tokens, sheet: &Sheet) -> Comments<'a> {
        let count = tokens.list.len();
        let mut starts = vec![false; count + 1];
        for row in &sheet.rows {
            starts[row.first] = true;
            mark_breaks(&row.items, &mut starts);
        }
        // The run of words that a token belongs to, by its first and its last token.
        let mut firsts: Vec<usize> = (0..count).collect();
        (1..count).filter(|&token| !starts[token]).for_each(|token| firsts[token] = firsts[token - 1]);
        let last = |token: usize| (token + 1..count).find(|&next| starts[next]).unwrap_or(count) - 1;
        let mut comments =
            Comments { above: vec![vec![]; count + 1], beside: vec![None; count], below: vec![vec![]; count + 1] };
        let mut is_below = false;
        for comment in &tokens.comments {
            // Indented comments in front of a block go with the block before it.
            let ends_block =
                comment.next > 0 && (comment.next == count || sheet.blocks.binary_search(&comment.next).is_ok());
            is_below = ends_block
                && comment.is_alone
                && comment.is_indented
                && (is_below || comments.above[comment.next].is_empty());
            if !comment.is_alone {
                let end = last(comment.next - 1);
                if let Some(other) = comments.beside[end].replace(comment) {
                    comments.above[firsts[end]].push(other);
                }
            } else if is_below {
                comments.below[comment.next].push(comment);
            } else {
                comments.above[firsts.get(comment.next).copied().unwrap_or(count)].push(comment);
            }
        }
        comments
    }
}

fn mark_breaks(items: &[Item], starts: &mut [bool]) {
    for item in items {
        match item {
            Item::Word(_) => {}
            Item::Break(place) => starts[place.token] = true,
            Item::Group(group) => mark_breaks(&group.items, starts),
        }
    }
}

/// How the breaks of the group that is being printed behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Flat,
    Fill,
    Broken,
}

struct Printer<'a> {
    tokens: &'a Tokens,
    comments: Comments<'a>,
    lines: Vec<Line>,
    /// The line that is being filled.
    line: String,
    /// The comment that will stand beside it: nothing may follow on the line.
    beside: Option<String>,
}

impl Printer<'_> {
    fn row(&mut self, row: &Row) {
        let first = &self.tokens.list[row.first];
        let above = self.comments.above[row.first].clone();
        let gap = match row.gap {
            Gap::None => 0,
            Gap::Kept => usize::from(self.tokens.is_apart(row.first)),
            Gap::One => 1,
            Gap::Two => 2,
        };
        self.blank_lines(if self.lines.is_empty() { 0 } else { gap });
        self.stand_alone(&above, row.indent);
        // A comment that was moved here from the middle of the row has no blank line behind it.
        let is_above = above.last().is_some_and(|comment| comment.next == row.first);
        self.blank_lines(usize::from(is_above && first.blank_before));
        self.pad(row.indent);
        self.items(&row.items, row.indent, Mode::Fill, 0);
        self.end_line();
    }

    /// The comments below a block, in front of the token that starts the next.
    fn below(&mut self, next: usize) {
        let below = self.comments.below[next].clone();
        if let Some(comment) = below.first() {
            self.blank_lines(usize::from(comment.blank_before));
            self.stand_alone(&below, 2);
        }
    }

    /// The comments at the end of the file.
    fn end(&mut self) {
        let above = self.comments.above[self.tokens.list.len()].clone();
        if let Some(comment) = above.first() {
            self.blank_lines(usize::from(comment.blank_before && !self.lines.is_empty()));
            self.stand_alone(&above, 0);
        }
    }

    /// Comments on lines of their own, with the author's blank lines between them.
    fn stand_alone(&mut self, comments: &[&Comment], indent: usize) {
        for (at, comment) in comments.iter().enumerate() {
            self.blank_lines(usize::from(at > 0 && comment.blank_before));
            self.pad(indent);
            self.line.push_str(&comment.text);
            self.end_line();
        }
    }

    fn blank_lines(&mut self, count: usize) {
        self.lines.extend(std::iter::repeat_n(Line::default(), count));
    }

    fn pad(&mut self, column: usize) {
        let width = self.column();
        self.line.extend(std::iter::repeat_n(' ', column.saturating_sub(width)));
    }

    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.line).trim_end().to_owned();
        self.lines.push(Line { text, beside: self.beside.take() });
    }

    fn column(&self) -> usize {
        page::width(&self.line)
    }

    /// True if the next word needs no blank before it.
    fn is_clear(&self) -> bool {
        self.line.is_empty() || self.line.ends_with(' ')
    }

    /// How many characters have room on the line; a word's width counts the blank before it.
    fn room(&self) -> usize {
        (WIDTH + usize::from(self.is_clear())).saturating_sub(self.column())
    }

    /// Prints items; `tail` is the width of what follows them before the next break.
    fn items(&mut self, items: &[Item], indent: usize, mode: Mode, tail: usize) {
        for (at, item) in items.iter().enumerate() {
            let rest = &items[at + 1..];
            match item {
                Item::Word(token) => self.word(*token),
                Item::Break(place) => {
                    let ends = match mode {
                        _ if self.is_forced(place) => true,
                        Mode::Flat => false,
                        Mode::Broken => true,
                        Mode::Fill => self.ends_full(place, self.width_to_break(rest, tail)),
                    };
                    self.pass(place, ends, indent);
                }
                Item::Group(group) => {
                    let tail = self.width_to_break(rest, tail);
                    self.group(group, indent, mode, tail);
                }
            }
        }
    }

    fn group(&mut self, group: &Group, indent: usize, mode: Mode, tail: usize) {
        let indent = match group.indent {
            Indent::In(columns) => indent + columns,
            Indent::Here => self.column() + usize::from(!self.is_clear() && !starts_glued(self.tokens, group)),
        };
        let mode = match (mode, group.style) {
            (Mode::Flat, _) => Mode::Flat,
            (_, Style::Fill) => Mode::Fill,
            (_, Style::Apart) => Mode::Broken,
            (_, Style::Together) => {
                let (width, is_broken) = self.width(&group.items);
                if is_broken || width + tail > self.room() { Mode::Broken } else { Mode::Flat }
            }
        };
        self.items(&group.items, indent, mode, tail);
    }

    fn word(&mut self, token: usize) {
        let word = &self.tokens.list[token];
        if !self.is_clear() && !word.is_glued {
            self.line.push(' ');
        }
        self.line.push_str(&word.text);
        self.beside = self.comments.beside[token].map(|comment| comment.text.clone());
    }

    /// True if words of a width have no room behind a break.
    fn ends_full(&self, place: &Break, width: usize) -> bool {
        match place.kind {
            BreakKind::Plain => width > self.room(),
            BreakKind::Column(column) => width + column.saturating_sub(self.column() + 1) > self.room(),
            BreakKind::Stop(column) => self.column() + 2 > column,
            BreakKind::Tab(_) => false,
        }
    }

    /// Goes past a break, to a new line or not.
    fn pass(&mut self, place: &Break, ends: bool, indent: usize) {
        if ends {
            self.end_line();
            let above = self.comments.above[place.token].clone();
            self.stand_alone(&above, indent);
            self.pad(indent);
        }
        match place.kind {
            BreakKind::Plain => {}
            BreakKind::Column(_) if ends => {}
            BreakKind::Column(column) | BreakKind::Stop(column) | BreakKind::Tab(column) => self.pad(column),
        }
    }

    /// True if a comment makes the line end here.
    fn is_forced(&self, place: &Break) -> bool {
        let before = place.token.checked_sub(1).and_then(|token| self.comments.beside[token]);
        before.is_some() || !self.comments.above[place.token].is_empty()
    }

    /// How wide items are up to the first line end that they must have, and whether there is one.
    fn width(&self, items: &[Item]) -> (usize, bool) {
        let mut width = 0;
        for item in items {
            match item {
                Item::Word(token) => {
                    let word = &self.tokens.list[*token];
                    width += page::width(&word.text) + usize::from(!word.is_glued);
                }
                Item::Break(place) => {
                    if self.is_forced(place) {
                        return (width, true);
                    }
                }
                Item::Group(group) => {
                    let (inner, is_broken) = match group.style {
                        Style::Apart => self.width_apart(group),
                        Style::Fill | Style::Together => self.width(&group.items),
                    };
                    width += inner;
                    if is_broken {
                        return (width, true);
                    }
                }
            }
        }
        (width, false)
    }

    /// The same for a group all of whose breaks end the line.
    fn width_apart(&self, group: &Group) -> (usize, bool) {
        let first = group.items.iter().position(|item| matches!(item, Item::Break(_)));
        let (width, is_broken) = self.width(&group.items[..first.unwrap_or(group.items.len())]);
        (width, is_broken || first.is_some())
    }

    /// How wide items are up to their next break, or with what follows them.
    fn width_to_break(&self, items: &[Item], tail: usize) -> usize {
        let next = items.iter().position(|item| matches!(item, Item::Break(_)));
        let (width, is_broken) = self.width(&items[..next.unwrap_or(items.len())]);
        if next.is_some() || is_broken { width } else { width + tail }
    }
}

/// True if a group's first word stands right behind what is before it.
fn starts_glued(tokens: &Tokens, group: &Group) -> bool {
    match group.items.first() {
        Some(Item::Word(token)) => tokens.list[*token].is_glued,
        Some(Item::Group(inner)) => starts_glued(tokens, inner),
        Some(Item::Break(_)) | None => false,
    }
}
