//! What a rulebook's files are called, and what stands where in its numbers file, as far as it can be read.

use crate::ground::{BookName, Day, FileId, MissingDay, Sources};
use crate::syntax::toml_tree::{Entry, Table, Value};

/// The rulebook that a file belongs to; None for shared clusters, and for what is too near the root to belong to any.
pub(super) fn book_of(below: &str) -> Option<BookName> {
    let mut parts = below.split('/');
    let (scheme, year, _) = (parts.next()?, parts.next()?, parts.next()?);
    (scheme != "codes").then(|| BookName { scheme: scheme.to_owned(), year: year.to_owned() })
}

/// The folder of a file of shared clusters.
pub(super) fn clusters_of(below: &str) -> Option<&str> {
    let (folder, _) = below.rsplit_once('/')?;
    folder.starts_with("codes/").then_some(folder)
}

/// The numbers file of a rulebook.
pub(super) fn numbers(sources: &Sources, name: &BookName) -> Option<FileId> {
    ["contract.toml", "scheme.toml"].iter().find_map(|file| sources.find(&format!("{name}/{file}")))
}

/// The rule files of a rulebook's folder.
pub(super) fn rule_files<'a>(sources: &'a Sources, folder: &'a str) -> impl Iterator<Item = FileId> + 'a {
    let is_rules = move |path: &str| {
        let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|file| !file.contains('/') && file.ends_with(".rules"))
    };
    sources.iter().filter(move |(_, file)| is_rules(&file.path)).map(|(id, _)| id)
}

/// The text of a key.
pub(super) fn text<'t>(table: &'t Table, key: &str) -> Option<&'t str> {
    match &table.get(key)?.value {
        Value::Text(text) => Some(text),
        Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_) | Value::Table(_) => None,
    }
}

/// The entries of a table in a table; none where it is not there.
pub(super) fn entries<'t>(table: &'t Table, key: &str) -> &'t [Entry] {
    match table.get(key).map(|entry| &entry.value) {
        Some(Value::Table(table)) => &table.entries,
        _ => &[],
    }
}

/// The rulebooks that a numbers file uses, by the names that it has for them.
pub(super) fn uses(root: &Table) -> Vec<(&str, BookName)> {
    let used = entries(root, "uses").iter().filter_map(|entry| match &entry.value {
        Value::Text(book) => {
            Some((entry.key.as_str(), BookName::parse(book, "").filter(|name| !name.scheme.is_empty())?))
        }
        _ => None,
    });
    used.collect()
}

/// A figure as written.
pub(super) struct Figure<'t> {
    /// The code of the measure that it belongs to; None for the whole rulebook's.
    pub(super) owner: Option<&'t str>,
    pub(super) entry: &'t Entry,
}

/// The figures of a numbers file.
pub(super) fn figures(root: &Table) -> Vec<Figure<'_>> {
    let mut figures: Vec<Figure<'_>> =
        entries(root, "figures").iter().map(|entry| Figure { owner: None, entry }).collect();
    for owner in ["indicator", "course"].into_iter().flat_map(|kind| entries(root, kind)) {
        let Value::Table(table) = &owner.value else { continue };
        figures.extend(table.entries.iter().map(|entry| Figure { owner: Some(&owner.key), entry }));
    }
    figures
}

impl Figure<'_> {
    /// What it is, who says so and how sure, as far as it is written: `89 % (official: NHS England's letter)`.
    pub(super) fn words(&self, root: &Table) -> String {
        let Value::Table(table) = &self.entry.value else { return format!("written as {}", self.entry.value.kind()) };
        let unit = text(table, "unit").unwrap_or("");
        let is = table.get("is").map(|entry| match &entry.value {
            Value::Number(digits) if unit.is_empty() => digits.clone(),
            Value::Number(digits) => match unit.strip_prefix('£') {
                Some(per) => format!("£{digits}{per}"),
                None => format!("{digits} {unit}"),
            },
            Value::Date(Some(day)) => day.in_words(),
            other => other.kind().to_owned(),
        });
        let unset = text(table, "unset").map(|why| format!("not known: {why}"));
        let none = text(table, "none").map(|why| format!("there is none: {why}"));
        let mut words = is.or(unset).or(none).unwrap_or_else(|| "not said".to_owned());
        let source = text(table, "source");
        let titles = entries(root, "sources");
        let title = source.and_then(|id| titles.iter().find(|entry| entry.key == id));
        let title = title.and_then(|entry| match &entry.value {
            Value::Text(title) => Some(title.as_str()),
            _ => None,
        });
        let said: Vec<&str> = text(table, "status").into_iter().chain(title.or(source)).collect();
        if !said.is_empty() {
            words += &format!(" ({})", said.join(": "));
        }
        words
    }

    /// Where sources disagree.
    pub(super) fn conflict(&self) -> Option<&str> {
        match &self.entry.value {
            Value::Table(table) => text(table, "conflict"),
            _ => None,
        }
    }

    /// The whole number that it is.
    pub(super) fn whole(&self) -> Option<u32> {
        match &self.entry.value {
            Value::Table(table) => match &table.get("is")?.value {
                Value::Number(digits) => digits.parse().ok(),
                _ => None,
            },
            _ => None,
        }
    }

    /// True if it is a date.
    pub(super) fn is_date(&self) -> bool {
        let Value::Table(table) = &self.entry.value else { return false };
        table.get("is").is_some_and(|entry| matches!(entry.value, Value::Date(_)))
    }
}

/// The days of a contract year, and what an age is when the month lacks the day.
pub(super) struct Year {
    pub(super) name: String,
    pub(super) start: Day,
    pub(super) end: Day,
    pub(super) missing_day: MissingDay,
}

impl Year {
    pub(super) fn of(root: &Table) -> Option<Year> {
        let day = |key| match root.get(key)?.value {
            Value::Date(day) => day,
            _ => None,
        };
        let missing_day =
            if text(root, "missing_day") == Some("next day") { MissingDay::NextDay } else { MissingDay::LastDay };
        Some(Year { name: text(root, "year")?.to_owned(), start: day("starts")?, end: day("ends")?, missing_day })
    }
}
