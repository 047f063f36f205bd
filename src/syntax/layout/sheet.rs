//! What is to be laid out: rows of words, with the places where a row may be broken. Nothing here knows a clause or a
//! condition; `blocks` and `sentences` fill it.

use crate::ground::Span;
use crate::syntax::layout::tokens::Tokens;
use crate::syntax::tree::RuleFile;

/// A whole file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Sheet {
    pub(super) rows: Vec<Row>,
    /// The index of each block's first token, in order.
    pub(super) blocks: Vec<usize>,
}

/// What starts a line, whatever stands before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) gap: Gap,
    pub(super) indent: usize,
    /// The index of its first token.
    pub(super) first: usize,
    pub(super) items: Vec<Item>,
}

/// The blank lines before a row. A file's first row has none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Gap {
    /// None.
    None,
    /// One, if the author left any.
    Kept,
    /// One.
    One,
    /// Two.
    Two,
}

/// A part of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Item {
    /// A token, by its index.
    Word(usize),
    /// Where the line may end.
    Break(Break),
    /// What belongs together.
    Group(Group),
}

/// A place where the line may end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Break {
    /// The index of the token behind it.
    pub(super) token: usize,
    pub(super) kind: BreakKind,
}

/// What a break does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum BreakKind {
    /// A blank, or a new line at the group's indentation.
    Plain,
    /// Blanks up to a column, or a new line at the group's indentation.
    Column(usize),
    /// Blanks up to a column, on a new line if this one leaves no room for two.
    Stop(usize),
    /// Blanks up to a column that lies further right than what is before it.
    Tab(usize),
}

/// Words that are broken by one rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Group {
    pub(super) style: Style,
    pub(super) indent: Indent,
    pub(super) items: Vec<Item>,
}

/// Which of a group's breaks end the line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Style {
    /// Those behind which the next words have no room.
    Fill,
    /// All, if the group has no room on the line; else none.
    Together,
    /// All.
    Apart,
}

/// Where a group's new lines start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Indent {
    /// Below the group's first word.
    Here,
    /// So many columns further in than those around it.
    In(usize),
}

/// Fills a sheet from a tree, token after token: whoever builds says where a row, a break or a group starts, and the
/// words between come by themselves.
pub(super) struct Builder<'a> {
    pub(super) tokens: &'a Tokens,
    /// The first token that is in no row yet.
    next: usize,
    sheet: Sheet,
    /// The items of the row or group that is being filled.
    items: Vec<Item>,
}

impl<'a> Builder<'a> {
    /// The sheet of a file.
    pub(super) fn build(tokens: &'a Tokens, file: &RuleFile) -> Sheet {
        let mut builder = Builder { tokens, next: 0, sheet: Sheet::default(), items: Vec::new() };
        builder.file(file);
        builder.words_to(tokens.list.len());
        builder.finish_row();
        builder.sheet
    }

    /// The index of the token at a place's start.
    pub(super) fn start(&self, place: Span) -> usize {
        self.tokens.at(place.start)
    }

    /// The index of the first token behind a place.
    pub(super) fn end(&self, place: Span) -> usize {
        self.tokens.at(place.end)
    }

    /// Puts all words before a token into what is being filled.
    pub(super) fn words_to(&mut self, token: usize) {
        while self.next < token.min(self.tokens.list.len()) {
            self.items.push(Item::Word(self.next));
            self.next += 1;
        }
    }

    /// Starts a block at a token, with its first row.
    pub(super) fn block(&mut self, gap: Gap, token: usize) {
        self.row(gap, 0, token);
        self.sheet.blocks.push(token);
    }

    /// Starts a row at a token.
    pub(super) fn row(&mut self, gap: Gap, indent: usize, token: usize) {
        self.words_to(token);
        self.finish_row();
        self.sheet.rows.push(Row { gap, indent, first: token, items: Vec::new() });
    }

    fn finish_row(&mut self) {
        let items = std::mem::take(&mut self.items);
        if let Some(row) = self.sheet.rows.last_mut() {
            row.items.extend(items);
        }
    }

    /// Says that the line may end before a token.
    pub(super) fn may_break(&mut self, token: usize, kind: BreakKind) {
        self.words_to(token);
        self.items.push(Item::Break(Break { token, kind }));
    }

    /// Puts what `fill` makes into a group; the words up to `end` belong to it.
    pub(super) fn group(&mut self, style: Style, indent: Indent, end: usize, fill: impl FnOnce(&mut Self)) {
        let around = std::mem::take(&mut self.items);
        fill(self);
        self.words_to(end);
        let items = std::mem::replace(&mut self.items, around);
        self.items.push(Item::Group(Group { style, indent, items }));
    }
}
