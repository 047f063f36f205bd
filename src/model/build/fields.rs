//! Reading the entries of a TOML table: which must be there, of which kind, and none that nobody knows.
//!
//! The keys of a table stand in its [`Shape`]; assertions hold that they are read as they stand there.

use crate::ground::printed::plain_digits;
use crate::ground::{Day, Diagnostic, FileId, Fix, Span};
use crate::model::build::names::{nearest, suggest};
use crate::model::shape::{Kind, Need, Shape};
use crate::syntax::toml_tree::{Entry, Table, Value};

/// A table whose entries are taken one by one; what is never asked for is a fault.
pub(super) struct Fields<'a> {
    table: &'a Table,
    place: Span,
    what: String,
    known: Vec<&'static str>,
    must: Vec<&'static str>,
    shape: Option<&'static Shape>,
    faults: Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    /// The entries of a table; `what` names it in messages: `the figure lower_threshold`.
    pub(super) fn new(table: &'a Table, place: Span, what: impl Into<String>) -> Fields<'a> {
        let (known, must, faults) = (Vec::new(), Vec::new(), Vec::new());
        Fields { table, place, what: what.into(), known, must, shape: None, faults }
    }

    /// The same, where the keys that a table can have stand in a shape.
    pub(super) fn of(shape: &'static Shape, table: &'a Table, place: Span, what: impl Into<String>) -> Fields<'a> {
        Fields { shape: Some(shape), ..Fields::new(table, place, what) }
    }

    /// The start of a file, for faults that have no better place.
    pub(super) fn file_start(file: FileId) -> Span {
        Span::new(file, 0..0)
    }

    pub(super) fn entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        debug_assert!(
            self.shape.is_none_or(|shape| shape.keys.iter().any(|known| known.name == key)),
            "`{key}` is read, but is no key of its table's shape: add a line for it to model/shape.rs"
        );
        self.known.push(key);
        self.table.get(key)
    }

    /// A text as it stands there, whether it is in order or not.
    pub(super) fn written(&self, key: &str) -> Option<&'a str> {
        match &self.table.get(key)?.value {
            Value::Text(text) => Some(text),
            Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        }
    }

    /// Takes a key for known that tables of another shape have: a mistyped one may have been meant.
    pub(super) fn knows(&mut self, key: &'static str) {
        self.known.push(key);
    }

    /// Says what is wrong at an entry.
    pub(super) fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    fn typed<T>(&mut self, key: &'static str, form: Form, read: impl Fn(&'a Value) -> Option<T>) -> Option<(T, Span)> {
        debug_assert!(
            self.shape.is_none_or(|shape| shape.keys.iter().all(|known| known.name != key || form.is_of(&known.kind))),
            "`{key}` is read as {}, but is something else in model/shape.rs",
            form.words()
        );
        let entry = self.entry(key)?;
        let value = read(&entry.value);
        if value.is_none() {
            let message = format!("`{key}` must be {}, found {}", form.words(), entry.value.kind());
            let fault = Diagnostic::error("E302", entry.span, message);
            self.fault(match form.meant(&entry.value) {
                None if form == Form::List && is_table(&entry.value) => {
                    fault.help(format!("start each of them with a line `[[{key}]]`, in two brackets"))
                }
                None if form == Form::Text && is_number(&entry.value) => {
                    fault.help(format!("write it in quotes, as in `{key} = \"{}\"`", number_of(&entry.value)))
                }
                None if form == Form::List => fault.help(format!("write `{key} = [\"…\", \"…\"]`, in square brackets")),
                Some(right) => fault.help(format!("write {right} without quotes")).fix(entry.span, right),
                None => fault,
            });
        }
        value.map(|value| (value, entry.span))
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<(&'a str, Span)> {
        self.typed(key, Form::Text, |value| match value {
            Value::Text(text) => Some(text.as_str()),
            Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn date(&mut self, key: &'static str) -> Option<(Day, Span)> {
        self.typed(key, Form::Date, |value| match value {
            Value::Date(day) => *day,
            Value::Text(_) | Value::Number(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn truth(&mut self, key: &'static str) -> Option<(bool, Span)> {
        self.typed(key, Form::Truth, |value| match value {
            Value::Truth(truth) => Some(*truth),
            Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn whole(&mut self, key: &'static str) -> Option<(u32, Span)> {
        self.typed(key, Form::Whole, |value| match value {
            Value::Number(digits) => digits.parse().ok(),
            Value::Text(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
        })
    }

    pub(super) fn table(&mut self, key: &'static str) -> Option<(&'a Table, Span)> {
        self.typed(key, Form::Table, |value| match value {
            Value::Table(table) => Some(table),
            Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) => None,
        })
    }

    pub(super) fn list(&mut self, key: &'static str) -> Option<(&'a [(Value, Span)], Span)> {
        self.typed(key, Form::List, |value| match value {
            Value::List(list) => Some(list.as_slice()),
            Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::Table(_) => None,
        })
    }

    /// Takes note that an entry must be there.
    pub(super) fn required<T>(&mut self, key: &'static str, read: Option<T>, help: &str) -> Option<T> {
        self.must.push(key);
        if read.is_none() && self.table.get(key).is_none() {
            let message = format!("{} has no `{key}`", self.what);
            self.fault(Diagnostic::error("E301", self.place, message).help(help));
        }
        read
    }

    /// Ends the reading: entries that nobody asked for are faults, most likely mistyped.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.hold_shape();
        let missing: Vec<&str> = self.must.iter().copied().filter(|key| self.table.get(key).is_none()).collect();
        for entry in &self.table.entries {
            if self.known.contains(&entry.key.as_str()) {
                continue;
            }
            // What is mistyped is not missing too.
            if let Some(meant) = nearest(&entry.key, missing.iter().copied()) {
                let message = format!("{} has no `{meant}`", self.what);
                self.faults.retain(|fault| fault.code != "E301" || fault.message != message);
            }
            let message = format!("{} does not know `{}`", self.what, entry.key);
            let fault = Diagnostic::error("E303", entry.key_span, message);
            let fault = suggest(fault, &entry.key, entry.key_span, self.known.iter().copied(), |fault| {
                let known = self.known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
                fault.help(format!("it knows {known}"))
            });
            // What is there already can hardly be written once more.
            let is_free = |fix: &Fix| self.table.get(fix.text.trim_matches('"')).is_none();
            self.faults.push(Diagnostic { fix: fault.fix.clone().filter(is_free), ..fault });
        }
        self.faults
    }

    /// What was asked for is what the shape has, so that editors are told the truth.
    fn hold_shape(&self) {
        for key in self.shape.iter().flat_map(|shape| shape.keys) {
            debug_assert!(self.known.contains(&key.name), "nobody reads `{}`, which model/shape.rs has", key.name);
            let is_held = match key.need {
                Need::Must => self.must.contains(&key.name),
                Need::May => !self.must.contains(&key.name),
                Need::Sometimes => true,
            };
            debug_assert!(is_held, "whether `{}` must be there is said otherwise in model/shape.rs", key.name);
        }
    }
}

fn is_table(value: &Value) -> bool {
    matches!(value, Value::Table(_))
}

fn is_number(value: &Value) -> bool {
    matches!(value, Value::Number(_))
}

fn number_of(value: &Value) -> &str {
    if let Value::Number(digits) = value { digits } else { "…" }
}

/// What a value must be to be read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Date,
    Truth,
    Whole,
    Table,
    List,
}

impl Form {
    fn words(self) -> &'static str {
        match self {
            Form::Text => "a text in quotes",
            Form::Date => "a date such as 2023-04-01",
            Form::Truth => "true or false",
            Form::Whole => "a whole number",
            Form::Table => "a table",
            Form::List => "a list",
        }
    }

    fn is_of(self, kind: &Kind) -> bool {
        match kind {
            Kind::Text | Kind::OneOf(_) => matches!(self, Form::Text),
            Kind::Date => matches!(self, Form::Date),
            Kind::Truth => matches!(self, Form::Truth),
            Kind::Whole => matches!(self, Form::Whole),
            Kind::Figure | Kind::Amount => false,
            Kind::Texts | Kind::Dates | Kind::ListOf { .. } => matches!(self, Form::List),
            Kind::Table(_)
            | Kind::NamedTexts
            | Kind::NamedAmounts
            | Kind::NamedLists
            | Kind::Named(_)
            | Kind::NamedByMeasure(_)
            | Kind::ByConcept(_) => {
                matches!(self, Form::Table)
            }
        }
    }

    /// What a text that stands in the place of something else says without its quotes.
    fn meant(self, found: &Value) -> Option<String> {
        let Value::Text(text) = found else { return None };
        match self {
            Form::Whole => plain_digits(text).filter(|digits| digits.parse::<u32>().is_ok()),
            Form::Date => Day::parse_iso(text).map(|_| text.clone()),
            Form::Truth => ["true", "false"].into_iter().find(|word| word == text).map(str::to_owned),
            Form::Text | Form::Table | Form::List => None,
        }
    }
}
