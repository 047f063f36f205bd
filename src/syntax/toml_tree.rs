//! TOML files as a tree with exact places: figures keep the digits that were written.
//!
//! The toml crate's own tree turns `213.43` into a floating point number on demand; a figure that is paid on must keep
//! its digits, and every fault must be able to point to its place.

use std::collections::HashSet;
use std::ops::Range;

use toml::de::{DeInteger, DeTable, DeValue};

use crate::ground::{Day, Diagnostic, FileId, Span};
use crate::syntax::toml_faults::{self, Stop};
use crate::syntax::toml_slips;

/// A table: its entries in the order written.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Where the table stands; empty for one that was never written.
    pub span: Option<Span>,
}

/// `lower_threshold = { is = 89 }`
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// `lower_threshold`
    pub key: String,
    /// The key's place.
    pub key_span: Span,
    /// The value.
    pub value: Value,
    /// The value's place.
    pub span: Span,
}

/// A value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// `"reported"`
    Text(String),
    /// `213.43`, `9639`: the digits as written, underscores left out.
    Number(String),
    /// `2023-04-01`, if the calendar has it
    Date(Option<Day>),
    /// `true`
    Truth(bool),
    /// `["VI001", "VI002"]`
    List(Vec<(Value, Span)>),
    /// `{ is = 89 }` or `[indicator.VI001]`
    Table(Table),
}

impl Value {
    /// What the value is, for a message: `a number`.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Text(_) => "a text",
            Value::Number(_) => "a number",
            Value::Date(_) => "a date",
            Value::Truth(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }
}

impl Table {
    /// The entry with a key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

/// Brackets nested deeper than this are refused before the parser looks at each of them.
const DEEPEST_NESTING: usize = 60;

/// A file larger than this is not read, as of rule files: a long list of codes has a tenth of it.
const LARGEST_BYTES: usize = 1 << 20;

/// Where brackets are nested too deep. Those in texts are counted too: no text holds so many that are never closed.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth > DEEPEST_NESTING
    })
}

/// Reads a TOML text. The tree holds what could be read; each fault of form is a diagnostic.
pub fn read_toml(file: FileId, text: &str) -> (Table, Vec<Diagnostic>) {
    // A byte-order mark is what Notepad leaves; three spaces keep every place where it was.
    let unmarked = text.strip_prefix('\u{feff}').map(|rest| format!("   {rest}"));
    let text = unmarked.as_deref().unwrap_or(text);
    if text.len() > LARGEST_BYTES {
        let message =
            format!("a file of numbers or codes has at most {LARGEST_BYTES} bytes, this one has {}", text.len());
        let fault = Diagnostic::error("E105", Span::new(file, 0..0), message);
        return (Table::default(), vec![fault.help("put it into several files, or look whether it is the right one")]);
    }
    if let Some(at) = too_deep(text) {
        let message = format!("brackets are nested more than {DEEPEST_NESTING} deep here");
        let fault = Diagnostic::error("E106", Span::new(file, at..at + 1), message);
        return (Table::default(), vec![fault.help("write one figure a line, as the shipped files do")]);
    }
    let places = Places { file, text };
    let (root, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return (places.table(root.get_ref(), root.span()), Vec::new());
    }
    let slips = toml_slips::slips(text);
    let mended = toml_slips::mended(text, &slips);
    let (root, errors) = DeTable::parse_recoverable(&mended);
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |at| at + 1);
    let with_slips: HashSet<_> = slips.iter().map(|slip| line_start(slip.place().start)).collect();
    let mut faults: Vec<Diagnostic> = slips.iter().map(|slip| slip.fault(file, text)).collect();
    let mut stops: Vec<Stop> = errors.iter().map(|error| places.stop(error)).collect();
    stops.sort_by_key(|stop| stop.at.start);
    faults.extend(toml_faults::faults(file, text, &stops, &with_slips));
    (places.table(root.get_ref(), root.span()), faults)
}

/// Places in a file whose text was read mended: where a slip was, a place can lie amid one of the characters there.
#[derive(Clone, Copy)]
struct Places<'t> {
    file: FileId,
    text: &'t str,
}

impl Places<'_> {
    /// Where the parser stopped. A mended text has the length of the one that was written.
    fn stop(self, error: &toml::de::Error) -> Stop {
        let at = self.span(error.span().unwrap_or(0..0)).range();
        let words = error.message().lines().next().unwrap_or_default().trim_end_matches('.').to_owned();
        Stop { at, words }
    }

    /// A place, its ends at the start of characters.
    fn span(self, range: Range<usize>) -> Span {
        Span::new(self.file, self.text.floor_char_boundary(range.start)..self.text.floor_char_boundary(range.end))
    }

    fn table(self, read: &DeTable<'_>, range: Range<usize>) -> Table {
        let mut entries: Vec<Entry> = read
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: self.span(key.span()),
                value: self.value(value.get_ref(), value.span()),
                span: self.span(value.span()),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_span.start);
        Table { entries, span: Some(self.span(range)) }
    }

    fn value(self, read: &DeValue<'_>, range: Range<usize>) -> Value {
        match read {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Number(integer(number)),
            DeValue::Float(number) => Value::Number(number.as_str().replace('_', "")),
            DeValue::Boolean(truth) => Value::Truth(*truth),
            DeValue::Datetime(datetime) => Value::Date(
                datetime
                    .date
                    .filter(|_| datetime.time.is_none())
                    .and_then(|date| Day::from_ymd(i32::from(date.year), date.month.into(), date.day.into())),
            ),
            DeValue::Array(items) => Value::List(
                items.iter().map(|item| (self.value(item.get_ref(), item.span()), self.span(item.span()))).collect(),
            ),
            DeValue::Table(inner) => Value::Table(self.table(inner, range)),
        }
    }
}

/// Only decimal integers are figures; others keep a form that no reader of figures accepts.
fn integer(number: &DeInteger<'_>) -> String {
    if number.radix() == 10 { number.as_str().replace('_', "") } else { format!("0 in base {}", number.radix()) }
}
