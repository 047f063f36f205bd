//! Reading the entries of a TOML table: which must be there, of which kind, and none that nobody knows.

use crate::ground::{Day, Diagnostic, FileId, Span};
use crate::syntax::toml_tree::{Entry, Table, Value};

/// A table whose entries are taken one by one; what is never asked for is a fault.
pub(super) struct Fields<'a> {
    table: &'a Table,
    place: Span,
    what: String,
    known: Vec<&'static str>,
    faults: Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    /// The entries of a table; `what` names it in messages: `the figure lower_threshold`.
    pub(super) fn new(table: &'a Table, place: Span, what: impl Into<String>) -> Fields<'a> {
        Fields { table, place, what: what.into(), known: Vec::new(), faults: Vec::new() }
    }

    /// The start of a file, for faults that have no better place.
    pub(super) fn file_start(file: FileId) -> Span {
        Span::new(file, 0..0)
    }

    pub(super) fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Says what is wrong at an entry.
    pub(super) fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    fn typed<T>(&mut self, key: &'static str, kind: &str, read: impl Fn(&'a Value) -> Option<T>) -> Option<(T, Span)> {
        let entry = self.entry(key)?;
        let value = read(&entry.value);
        if value.is_none() {
            let message = format!("`{key}` must be {kind}, found {}", entry.value.kind());
            self.fault(Diagnostic::error("E302", entry.span, message));
        }
        value.map(|value| (value, entry.span))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<(&'a str, Span)> {
        self.typed(key, "a text in quotes", |value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn date(&mut self, key: &'static str) -> Option<(Day, Span)> {
        self.typed(key, "a date such as 2023-04-01", |value| match value {
            Value::Date(day) => *day,
            Value::Text(_) | Value::Number(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn truth(&mut self, key: &'static str) -> Option<(bool, Span)> {
        self.typed(key, "true or false", |value| match value {
            Value::Truth(truth) => Some(*truth),
            Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn whole(&mut self, key: &'static str) -> Option<(u32, Span)> {
        self.typed(key, "a whole number", |value| match value {
            Value::Number(digits) => digits.parse().ok(),
            Value::Text(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<(&'a Table, Span)> {
        self.typed(key, "a table", |value| match value {
            Value::Table(table) => Some(table),
            Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) => None,
        })
    }

    pub(super) fn list(&mut self, key: &'static str) -> Option<(&'a [(Value, Span)], Span)> {
        self.typed(key, "a list", |value| match value {
            Value::List(list) => Some(list.as_slice()),
            Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::Table(_) => None,
        })
    }

    /// Takes note that an entry must be there.
    pub(super) fn required<T>(&mut self, key: &'static str, read: Option<T>, help: &str) -> Option<T> {
        if read.is_none() && self.table.get(key).is_none() {
            let message = format!("{} has no `{key}`", self.what);
            self.fault(Diagnostic::error("E301", self.place, message).help(help));
        }
        read
    }

    /// Ends the reading: entries that nobody asked for are faults, most likely mistyped.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        for entry in &self.table.entries {
            if !self.known.contains(&entry.key.as_str()) {
                let message = format!("{} does not know `{}`", self.what, entry.key);
                let fault = Diagnostic::error("E303", entry.key_span, message);
                let near = crate::model::build::names::nearest(&entry.key, self.known.iter().copied());
                let known = self.known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                self.faults.push(match near {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(format!("it knows {known}")),
                });
            }
        }
        self.faults
    }
}
