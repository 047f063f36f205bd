//! A numbers file carried over: the header moved, every figure kept, assumed and marked.

use toml_edit::{Date, Datetime, DocumentMut, Item, TableLike, Value};

use crate::ground::Day;
use crate::syntax::next_year::dates::{self, LeapDay};
use crate::syntax::next_year::{CARRIED_OVER, LOOK, NextYear, noted, remarks};

/// The file in the new year.
///
/// # Errors
/// What keeps it from being read as TOML.
pub fn numbers(text: &str, next: &NextYear<'_>) -> Result<String, String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let root = document.as_table_mut();
    header(root, next);
    for group in ["figures", "indicator", "course", "proxy"] {
        if let Some(table) = root.get_mut(group).and_then(Item::as_table_like_mut) {
            carry(table, next);
        }
    }
    if let Some(table) = root.get_mut("uses").and_then(Item::as_table_like_mut) {
        uses(table, next);
    }
    if let Some(sources) = root.get_mut("sources").and_then(Item::as_table_like_mut) {
        let title = format!("carried over from {}, not yet confirmed", next.from);
        // What was put aside by an earlier year stands above it, and stays.
        match sources.contains_key(CARRIED_OVER) {
            true => set(sources, CARRIED_OVER, title.into()),
            false => drop(sources.insert(CARRIED_OVER, toml_edit::value(title))),
        }
    }
    comments(&mut document, next);
    Ok(document.to_string())
}

/// The file with the sources that nothing cites any more turned into comments, so that none is lost: a figure that is
/// confirmed by one of them takes it back.
///
/// # Errors
/// What keeps it from being read as TOML.
pub fn without_sources(text: &str, uncited: &[String], from: &str) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let Some(sources) = document.get_mut("sources").and_then(Item::as_table_mut) else { return Ok(text.to_owned()) };
    let mut put_aside = String::new();
    for id in uncited {
        let Some((key, item)) = sources.remove_entry(id) else { continue };
        let before = key.leaf_decor().prefix().and_then(toml_edit::RawString::as_str).unwrap_or("");
        let title = item.as_str().unwrap_or_default();
        let quoted = Value::from(title).to_string();
        let line = format!("# {} = {}", key.display_repr(), quoted.trim());
        put_aside += &format!("{before}{}\n", noted(&line, &format!("cited by figures of {from} only")));
    }
    if let Some(mut last) = sources.key_mut(CARRIED_OVER) {
        let before = last.leaf_decor().prefix().and_then(toml_edit::RawString::as_str).unwrap_or("").to_owned();
        last.leaf_decor_mut().set_prefix(format!("{before}{put_aside}"));
    }
    Ok(document.to_string())
}

fn header(root: &mut dyn TableLike, next: &NextYear<'_>) {
    set(root, "scheme", next.scheme.into());
    set(root, "year", next.year.into());
    set(root, "revision", 1.into());
    if let Some(title) = root.get("title").and_then(Item::as_str).map(str::to_owned) {
        let moved = dates::with_year_moved(&title, next.first, next.by);
        set(root, "title", moved.as_str().into());
        if moved == title || next.is_of_another_scheme() {
            look(root, "title", &format!("as in {}", next.from));
        }
    }
    if next.is_of_another_scheme() {
        look(root, "areas", &format!("as in {}", next.from));
    }
    for key in ["starts", "ends"] {
        let date = root.get(key).and_then(Item::as_datetime).and_then(|datetime| datetime.date);
        let moved = date.and_then(|date| moved(date, next.by));
        if let Some(moved) = moved {
            set(root, key, moved.into());
            look(root, key, &format!("moved from {}", next.from));
        }
    }
    look(root, "codes", "there may be a newer version of the code clusters");
    baseline_years(root, next);
}

/// The years whose results are the baseline: as many years later, and marked.
fn baseline_years(root: &mut dyn TableLike, next: &NextYear<'_>) {
    let Some(years) = root.get_mut("baseline_years").and_then(Item::as_array_mut) else { return };
    for year in years.iter_mut() {
        let Some(moved) = year.as_str().map(|year| dates::with_dates_moved(year, next.by, LeapDay::Before)) else {
            continue;
        };
        replace(year, moved.into());
    }
    look(root, "baseline_years", &format!("moved from {}", next.from));
}

/// Figures, or tables of figures: what has a value, or says why there is none, is a figure.
fn carry(table: &mut dyn TableLike, next: &NextYear<'_>) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let Some(item) = table.get_mut(&key) else { continue };
        let Some(inner) = item.as_table_like_mut() else { continue };
        let is_figure = ["is", "unset", "none", "lowest_of"].iter().any(|key| inner.contains_key(key));
        if !is_figure {
            carry(inner, next);
            continue;
        }
        let note = doubt(inner, next);
        // A figure on a line of its own is marked there; one that has a table is marked at what it says.
        let is_on_one_line = item.is_inline_table();
        if is_on_one_line {
            mark(item, &note);
        } else if let Some(inner) = item.as_table_like_mut() {
            let at = ["source", "is", "unset", "none", "lowest_of"].into_iter().find(|key| inner.contains_key(key));
            at.iter().for_each(|key| look(inner, key, &note));
        }
    }
}

/// Makes a figure assumed, and gives what must be said of it.
fn doubt(figure: &mut dyn TableLike, next: &NextYear<'_>) -> String {
    let from = next.from;
    let word = |key: &str| figure.get(key).and_then(Item::as_str).map(str::to_owned);
    let (status, source) = (word("status"), word("source"));
    if figure.contains_key("unset") {
        return format!("not set in {from}");
    }
    if figure.contains_key("none") {
        return format!("none in {from}");
    }
    let is_date = figure.get("is").is_some_and(|is| is.as_datetime().is_some());
    set(figure, "status", "assumed".into());
    set(figure, "source", CARRIED_OVER.into());
    let date = if is_date { ", a day of the calendar, left as it was" } else { "" };
    let (status, source) = (status.unwrap_or_default(), source.unwrap_or_default());
    format!("in {from} {status}, from {source}{date}")
}

/// The rulebooks that this one uses: the same many years later where there are such, and marked.
fn uses(table: &mut dyn TableLike, next: &NextYear<'_>) {
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in keys {
        let Some(name) = table.get(&key).and_then(Item::as_str).map(str::to_owned) else { continue };
        let Some(later) = next.later(&name) else { continue };
        let note = if next.known.contains(&later) {
            set(table, &key, later.into());
            format!("{name} in {}", next.from)
        } else {
            format!("as in {}: there is no rulebook {later}", next.from)
        };
        look(table, &key, &note);
    }
}

/// The comments above keys and tables.
fn comments(document: &mut DocumentMut, next: &NextYear<'_>) {
    let mut is_first = true;
    let trailing = document.trailing().as_str().map(|text| remarks(text, next, false));
    of_table(document.as_table_mut(), next, &mut is_first);
    if let Some(trailing) = trailing {
        document.set_trailing(trailing);
    }
}

fn of_table(table: &mut toml_edit::Table, next: &NextYear<'_>, is_first: &mut bool) {
    let mut move_on = |decor: &mut toml_edit::Decor| {
        let Some(prefix) = decor.prefix().and_then(toml_edit::RawString::as_str) else { return };
        let moved = remarks(prefix, next, *is_first);
        *is_first &= prefix.trim().is_empty();
        decor.set_prefix(moved);
    };
    move_on(table.decor_mut());
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    for key in &keys {
        if let Some(mut key) = table.key_mut(key) {
            move_on(key.leaf_decor_mut());
        }
    }
    for key in &keys {
        if let Some(inner) = table.get_mut(key).and_then(Item::as_table_mut) {
            of_table(inner, next, is_first);
        }
    }
}

/// Sets a value in the place of another, with the blanks and comments around it.
fn set(table: &mut dyn TableLike, key: &str, new: Value) {
    if let Some(value) = table.get_mut(key).and_then(Item::as_value_mut) {
        replace(value, new);
    }
}

fn replace(value: &mut Value, new: Value) {
    let decor = value.decor().clone();
    *value = new;
    *value.decor_mut() = decor;
}

/// Marks the line of a key.
fn look(table: &mut dyn TableLike, key: &str, note: &str) {
    if let Some(item) = table.get_mut(key) {
        mark(item, note);
    }
}

fn mark(item: &mut Item, note: &str) {
    let Some(value) = item.as_value_mut() else { return };
    let suffix = value.decor().suffix().and_then(toml_edit::RawString::as_str).unwrap_or("");
    // A figure that was never confirmed keeps the note of the year in which somebody said so.
    if note.ends_with(&format!("from {CARRIED_OVER}")) && suffix.contains(LOOK) {
        return;
    }
    let suffix = noted(suffix, note);
    let gap = if suffix.starts_with(' ') { "" } else { "  " };
    value.decor_mut().set_suffix(format!("{gap}{suffix}"));
}

/// A date of TOML whole years later.
pub(super) fn moved_by(date: Date, by: i32, leap: LeapDay) -> Option<Datetime> {
    let day = Day::from_ymd(i32::from(date.year), date.month.into(), date.day.into())?;
    let (year, month, day) = dates::moved(day, by, leap).ymd();
    let date = Date { year: u16::try_from(year).ok()?, month: u8::try_from(month).ok()?, day: u8::try_from(day).ok()? };
    Some(Datetime { date: Some(date), time: None, offset: None })
}

fn moved(date: Date, by: i32) -> Option<Datetime> {
    moved_by(date, by, LeapDay::Before)
}
