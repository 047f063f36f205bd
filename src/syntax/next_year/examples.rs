//! Worked examples carried over: every date in them moved by whole years, so that ages stay.

use toml_edit::visit_mut::{self, VisitMut};
use toml_edit::{Datetime, DocumentMut, Formatted, Item, KeyMut, Table, Value};

use crate::syntax::next_year::dates::{LeapDay, with_dates_moved};
use crate::syntax::next_year::numbers::moved_by;
use crate::syntax::next_year::{NextYear, noted};

/// The file in the new year; `leap` says for each example, counted from 0, where the end of February goes.
///
/// # Errors
/// What keeps it from being read as TOML.
pub fn examples(text: &str, next: &NextYear<'_>, leap: &dyn Fn(usize) -> LeapDay) -> Result<String, String> {
    let mut document = read(text)?;
    let by = next.by;
    if let Some(list) = document.get_mut("example").and_then(Item::as_array_of_tables_mut) {
        for (example, at) in list.iter_mut().zip(0..) {
            Mover { by, leap: leap(at) }.visit_table_mut(example);
        }
    }
    let mover = Mover { by, leap: LeapDay::Before };
    let trailing = document.trailing().as_str().map(|text| mover.text(text));
    if let Some(trailing) = trailing {
        document.set_trailing(trailing);
    }
    Ok(document.to_string())
}

/// What an example must come to in the new year, where that is not what it came to in the old one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// Which example, counted from 0.
    pub example: usize,
    /// What is found, as TOML: `"not achieved"`, `{ doses = 4 }`.
    pub found: String,
}

/// The examples with some expectations set anew, each marked with what it was.
///
/// # Errors
/// What keeps them from being read as TOML.
pub fn with_expectations(text: &str, expectations: &[Expectation], from: &str) -> Result<String, String> {
    let mut document = read(text)?;
    if let Some(list) = document.get_mut("example").and_then(Item::as_array_of_tables_mut) {
        for Expectation { example, found } in expectations {
            let expect = list.get_mut(*example).and_then(|example| example.get_mut("expect"));
            let Some(value) = expect.and_then(Item::as_value_mut) else { continue };
            let mut found: Value = found.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
            let was = value.as_str().map_or_else(|| value.to_string().trim().to_owned(), str::to_owned);
            let suffix = value.decor().suffix().and_then(toml_edit::RawString::as_str).unwrap_or("");
            let suffix = noted(suffix, &format!("`{was}` in {from}; the days of this year make it so"));
            let mut decor = value.decor().clone();
            decor.set_suffix(format!("  {}", suffix.trim_start()));
            *found.decor_mut() = decor;
            *value = found;
        }
    }
    Ok(document.to_string())
}

fn read(text: &str) -> Result<DocumentMut, String> {
    let text = text.trim_start_matches('\u{feff}');
    text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())
}

/// Moves dates, texts that start with one or name one, and comments.
struct Mover {
    by: i32,
    leap: LeapDay,
}

impl Mover {
    fn text(&self, text: &str) -> String {
        with_dates_moved(text, self.by, self.leap)
    }

    fn decor(&self, decor: &mut toml_edit::Decor) {
        if let Some(prefix) = decor.prefix().and_then(toml_edit::RawString::as_str).map(|text| self.text(text)) {
            decor.set_prefix(prefix);
        }
        if let Some(suffix) = decor.suffix().and_then(toml_edit::RawString::as_str).map(|text| self.text(text)) {
            decor.set_suffix(suffix);
        }
    }
}

impl VisitMut for Mover {
    fn visit_table_mut(&mut self, table: &mut Table) {
        self.decor(table.decor_mut());
        visit_mut::visit_table_mut(self, table);
    }

    fn visit_table_like_kv_mut(&mut self, mut key: KeyMut<'_>, item: &mut Item) {
        self.decor(key.leaf_decor_mut());
        visit_mut::visit_table_like_kv_mut(self, key, item);
    }

    fn visit_value_mut(&mut self, value: &mut Value) {
        self.decor(value.decor_mut());
        visit_mut::visit_value_mut(self, value);
    }

    fn visit_datetime_mut(&mut self, node: &mut Formatted<Datetime>) {
        let Some(moved) = node.value().date.and_then(|date| moved_by(date, self.by, self.leap)) else { return };
        let decor = node.decor().clone();
        *node = Formatted::new(moved);
        *node.decor_mut() = decor;
    }

    fn visit_string_mut(&mut self, node: &mut Formatted<String>) {
        let moved = self.text(node.value());
        if moved != *node.value() {
            let decor = node.decor().clone();
            *node = Formatted::new(moved);
            *node.decor_mut() = decor;
        }
    }
}
