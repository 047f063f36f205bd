//! Names that `define` gives, and what a mistyped one may have meant.

use std::collections::{BTreeSet, HashMap};

use crate::ground::{Diagnostic, Span, is_slip_of_the_pen};
use crate::model::book::{ConditionId, DateId};

/// What a name stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    Condition(ConditionId),
    Date(DateId),
}

/// The names of the rulebook, and of the measure that is being read.
#[derive(Default)]
pub(super) struct Names {
    shared: HashMap<String, Named>,
    own: Option<HashMap<String, Named>>,
    /// Names of earlier measures, to say where one that is not known here was defined.
    elsewhere: HashMap<String, (String, Span)>,
}

pub(super) struct Named {
    pub(super) meaning: Meaning,
    pub(super) span: Span,
    pub(super) used: bool,
}

impl Names {
    /// Starts a measure with no names of its own.
    pub(super) fn enter(&mut self) {
        self.own = Some(HashMap::new());
    }

    /// Ends it, and gives the names that nothing used.
    pub(super) fn leave(&mut self, measure: &str) -> Vec<(String, Span)> {
        let own = self.own.take().unwrap_or_default();
        let mut unused: Vec<_> =
            own.iter().filter(|(_, named)| !named.used).map(|(name, named)| (name.clone(), named.span)).collect();
        unused.sort();
        for (name, named) in own {
            self.elsewhere.insert(name, (measure.to_owned(), named.span));
        }
        unused
    }

    /// Shared names that nothing used.
    pub(super) fn unused_shared(&self) -> Vec<(String, Span)> {
        let unused = self.shared.iter().filter(|(_, named)| !named.used);
        let mut unused: Vec<_> = unused.map(|(name, named)| (name.clone(), named.span)).collect();
        unused.sort();
        unused
    }

    pub(super) fn add(&mut self, name: &str, meaning: Meaning, span: Span) {
        let named = Named { meaning, span, used: false };
        self.own.as_mut().unwrap_or(&mut self.shared).insert(name.to_owned(), named);
    }

    pub(super) fn span_of(&self, name: &str) -> Option<Span> {
        let own = self.own.as_ref().and_then(|own| own.get(name));
        own.or_else(|| self.shared.get(name)).map(|named| named.span)
    }

    pub(super) fn find(&mut self, name: &str) -> Option<Meaning> {
        let own = self.own.as_mut().and_then(|own| own.get_mut(name));
        let named = own.or_else(|| self.shared.get_mut(name))?;
        named.used = true;
        Some(named.meaning)
    }

    pub(super) fn defined_elsewhere(&self, name: &str) -> Option<&(String, Span)> {
        self.elsewhere.get(name)
    }

    /// All names that can be used here.
    pub(super) fn known(&self) -> impl Iterator<Item = &str> {
        self.own.iter().flatten().chain(&self.shared).map(|(name, _)| name.as_str())
    }
}

/// The known word nearest to a mistyped one, if one is near.
pub(in crate::model) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).clamp(1, 3);
    let distances = known.map(|known| (strsim::damerau_levenshtein(word, known), known));
    distances.filter(|(distance, _)| *distance <= allowed).min().map(|(_, known)| known)
}

/// A fault at a mistyped word, with the known word that was most likely meant as its help; with other help where none is
/// near. Where it is a mere slip of the pen, and no other word is about as near, it is also the edit that mends the fault.
pub(super) fn suggest<'a>(
    fault: Diagnostic,
    word: &str,
    place: Span,
    known: impl Iterator<Item = &'a str>,
    otherwise: impl FnOnce(Diagnostic) -> Diagnostic,
) -> Diagnostic {
    let known: BTreeSet<&str> = known.filter(|known| *known != word).collect();
    let Some(near) = nearest(word, known.iter().copied()) else { return otherwise(fault) };
    let fault = fault.help(format!("did you mean `{near}`?"));
    let slips = |known: &str| strsim::damerau_levenshtein(word, known);
    let has_rival = known.into_iter().any(|other| other != near && slips(other) <= slips(near) + 1);
    let is_certain = !has_rival && is_slip_of_the_pen(word, near);
    match as_written(word, place, near).filter(|_| is_certain) {
        Some(text) => fault.fix(place, text),
        None => fault,
    }
}

/// A word in the place of another: bare, or in quotes where the place is longer by two of them.
fn as_written(word: &str, place: Span, near: &str) -> Option<String> {
    let length = place.range().len();
    match length.checked_sub(word.len()) {
        Some(0) => Some(near.to_owned()),
        Some(2) => Some(format!("\"{near}\"")),
        Some(_) | None => None,
    }
}
