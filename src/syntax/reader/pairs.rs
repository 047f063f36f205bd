//! What the readers ask of pest's pairs: the next part of a kind, a word, a text, a place.
//!
//! The grammar says which parts a rule has; where a reader and the grammar disagree, that is our own bug and the
//! assertion here says so.

use std::iter::Peekable;

use crate::ground::{FileId, Span};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Word;

pub(super) type Pair<'a> = pest::iterators::Pair<'a, Rule>;

/// The parts of a pair that say something, keywords that only connect left out.
pub(super) struct Children<'a> {
    file: FileId,
    span: Span,
    rule: Rule,
    parts: Peekable<pest::iterators::Pairs<'a, Rule>>,
}

/// The place of a pair, trailing white space left out.
pub(super) fn span(file: FileId, pair: &Pair<'_>) -> Span {
    let place = pair.as_span();
    let kept = place.as_str().trim_end().len();
    Span::new(file, place.start()..place.start() + kept)
}

/// A pair's own text and place.
pub(super) fn word(file: FileId, pair: &Pair<'_>) -> Word {
    Word { text: pair.as_str().trim_end().to_owned(), span: span(file, pair) }
}

/// True for keywords that only connect: what they say is in the rule that holds them.
fn only_connects(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::k_indicator
            | Rule::k_define
            | Rule::k_register
            | Rule::k_exclude
            | Rule::k_achieved
            | Rule::k_except
            | Rule::k_due
            | Rule::k_related
            | Rule::k_near
            | Rule::k_misses
            | Rule::k_source
            | Rule::k_conflict
            | Rule::k_says
            | Rule::k_payment
            | Rule::k_fee
            | Rule::k_for
            | Rule::k_doses
            | Rule::k_and
            | Rule::k_or
            | Rule::k_not
            | Rule::k_there
            | Rule::k_is
            | Rule::k_a
            | Rule::k_an
            | Rule::k_at
            | Rule::k_least
            | Rule::k_most
            | Rule::k_in
            | Rule::k_the
            | Rule::k_from
            | Rule::k_to
            | Rule::k_up
            | Rule::k_including
            | Rule::k_on
            | Rule::k_by
            | Rule::k_within
            | Rule::k_preceding
            | Rule::k_age
            | Rule::k_turns
            | Rule::k_of
            | Rule::k_only
            | Rule::k_each
            | Rule::k_when
            | Rule::k_require
            | Rule::k_round
            | Rule::k_min
            | Rule::k_max
            | Rule::k_pathway
            | Rule::k_audit
            | Rule::k_above
            | Rule::k_those
            | Rule::k_since
            | Rule::k_state
            | Rule::k_shown
            | Rule::k_credited
            | Rule::k_next
            | Rule::k_alert
            | Rule::k_do
            | Rule::k_code
            | Rule::k_with
            | Rule::k_worklist
            | Rule::k_child
            | Rule::k_patient
            | Rule::k_time
            | Rule::k_too
            | Rule::k_late
            | Rule::k_columns
            | Rule::k_same
            | Rule::k_as
            | Rule::k_saying
            | Rule::k_different
            | Rule::doses_of
            | Rule::equals
            | Rule::EOI
    )
}

impl<'a> Children<'a> {
    pub(super) fn of(file: FileId, pair: Pair<'a>) -> Children<'a> {
        Children { file, span: span(file, &pair), rule: pair.as_rule(), parts: pair.into_inner().peekable() }
    }

    /// The place of the whole.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    fn skip_connecting(&mut self) {
        while self.parts.next_if(|part| only_connects(part.as_rule())).is_some() {}
    }

    /// Takes the next part if it is of that rule.
    pub(super) fn take(&mut self, rule: Rule) -> Option<Pair<'a>> {
        if !only_connects(rule) {
            self.skip_connecting();
        }
        self.parts.next_if(|part| part.as_rule() == rule)
    }

    /// Takes the next part if it is of that rule, and says whether it was.
    pub(super) fn skip(&mut self, rule: Rule) -> bool {
        self.take(rule).is_some()
    }

    /// Takes the next part, whatever it is.
    pub(super) fn next(&mut self) -> Option<Pair<'a>> {
        self.skip_connecting();
        self.parts.next()
    }

    /// The next part, which the grammar promises.
    pub(super) fn one(&mut self) -> Pair<'a> {
        let rule = self.rule;
        self.next().unwrap_or_else(|| panic!("the grammar gives {rule:?} one more part"))
    }

    /// The next part, which the grammar promises to be of that rule.
    pub(super) fn one_of(&mut self, rule: Rule) -> Pair<'a> {
        let parent = self.rule;
        self.take(rule).unwrap_or_else(|| panic!("the grammar gives {parent:?} a {rule:?} next"))
    }

    /// The next part as a word.
    pub(super) fn word(&mut self, rule: Rule) -> Word {
        let part = self.one_of(rule);
        word(self.file, &part)
    }

    /// The next part, a text in quotes, without its quotes; its place is that of the text with them.
    pub(super) fn text(&mut self) -> Word {
        let part = self.one_of(Rule::text);
        let place = span(self.file, &part);
        let text = part.into_inner().next().map_or("", |inner| inner.as_str());
        Word { text: text.to_owned(), span: place }
    }

    /// All parts that are left and say something.
    pub(super) fn rest(self) -> impl Iterator<Item = Pair<'a>> {
        self.parts.filter(|part| !only_connects(part.as_rule()))
    }
}
