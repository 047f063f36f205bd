//! A fault in a rule file: what is wrong, where, and how to mend it. Plain data; `report` renders it.

use crate::ground::Span;

/// How much a fault matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// The rulebook cannot be used.
    Error,
    /// It can be used, and somebody should look.
    Warning,
}

/// One fault in a rule file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The stable code: `E203`.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One lower-case sentence without a full stop: what is wrong.
    pub message: String,
    /// The place, and what stands there in a few words.
    pub place: Span,
    /// The words beside the place; may be empty.
    pub label: String,
    /// Other places that matter, each with its words.
    pub others: Vec<(Span, String)>,
    /// How to mend it in words, if that can be said.
    pub help: Option<String>,
    /// The edit that mends it, where the right text is certain.
    pub fix: Option<Fix>,
}

/// An edit that mends a fault: a stretch of text, and what to write in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What is replaced.
    pub place: Span,
    /// What is written there.
    pub text: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, place: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            place,
            label: String::new(),
            others: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, place: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, place, message) }
    }

    /// The same with words beside the place.
    pub fn label(self, label: impl Into<String>) -> Diagnostic {
        Diagnostic { label: label.into(), ..self }
    }

    /// The same with another place that matters.
    pub fn also(mut self, place: Span, label: impl Into<String>) -> Diagnostic {
        self.others.push((place, label.into()));
        self
    }

    /// The same with the way to mend it.
    pub fn help(self, help: impl Into<String>) -> Diagnostic {
        Diagnostic { help: Some(help.into()), ..self }
    }

    /// The same with the edit that mends it: only where the right text is certain, for it may be made unasked.
    pub fn fix(self, place: Span, text: impl Into<String>) -> Diagnostic {
        Diagnostic { fix: Some(Fix { place, text: text.into() }), ..self }
    }
}
