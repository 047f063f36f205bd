//! A page taken apart: its tags with their attributes and text, nested as they must be.

use std::collections::BTreeMap;

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "input", "br", "hr"];

/// Elements whose content is not markup.
const RAW: [&str; 2] = ["script", "style"];

/// One element.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tag<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its attributes as written, in order; one without a value has an empty one.
    pub attributes: Vec<(&'a str, &'a str)>,
    /// The text up to the next tag, as written.
    pub text: &'a str,
    /// Its place among all, and the place after the last within it.
    places: (usize, usize),
}

impl<'a> Tag<'a> {
    /// An attribute's value as written.
    pub fn value(&self, name: &str) -> Option<&'a str> {
        self.attributes.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
    }
}

/// A page.
pub struct Page<'a> {
    tags: Vec<Tag<'a>>,
}

impl<'a> Page<'a> {
    /// Takes a page apart; asserts that each element ends where it must.
    pub fn of(html: &'a str) -> Page<'a> {
        let mut tags: Vec<Tag<'a>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut rest = html.strip_prefix("<!DOCTYPE html>").expect("a page begins with its type");
        while let Some(start) = rest.find('<') {
            rest = &rest[start + 1..];
            let end = rest.find('>').expect("a tag ends");
            let inner = &rest[..end];
            rest = &rest[end + 1..];
            if let Some(name) = inner.strip_prefix('/') {
                let at = open.pop().unwrap_or_else(|| panic!("</{name}> ends nothing"));
                assert_eq!(tags[at].name, name, "</{name}> ends <{}>", tags[at].name);
                tags[at].places.1 = tags.len();
                continue;
            }
            let (name, attributes) = taken_apart(inner.strip_suffix('/').unwrap_or(inner));
            let text =
                if RAW.contains(&name) { &rest[..rest.find("</").unwrap()] } else { &rest[..rest.find('<').unwrap()] };
            if RAW.contains(&name) {
                rest = &rest[text.len()..];
            }
            let at = tags.len();
            tags.push(Tag { name, attributes, text, places: (at, at + 1) });
            if !VOID.contains(&name) && !inner.ends_with('/') {
                open.push(at);
            }
        }
        assert!(open.is_empty(), "{} is not ended", tags[open[0]].name);
        Page { tags }
    }

    /// All elements in order.
    pub fn all(&self) -> impl Iterator<Item = &Tag<'a>> {
        self.tags.iter()
    }

    /// The elements of a name.
    pub fn tags(&self, name: &str) -> impl Iterator<Item = &Tag<'a>> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }

    /// The elements within another.
    pub fn within(&self, tag: &Tag<'a>) -> impl Iterator<Item = &Tag<'a>> {
        self.tags[tag.places.0 + 1..tag.places.1].iter()
    }

    /// The elements within the first of a name.
    pub fn inside(&self, name: &str) -> impl Iterator<Item = &Tag<'a>> {
        self.within(self.tags(name).next().unwrap())
    }

    /// A table's rows by the columns' names: numbers as CSV has them, and nothing for what is not known.
    pub fn table(&self, id: &str) -> Vec<BTreeMap<String, String>> {
        let table =
            self.tags("table").find(|tag| tag.value("id") == Some(id)).unwrap_or_else(|| panic!("no table {id}"));
        let mut columns: Vec<(String, bool)> = Vec::new();
        let mut rows = Vec::new();
        for row in self.within(table).filter(|tag| tag.name == "tr") {
            let cells: Vec<&Tag<'_>> = self.within(row).collect();
            if columns.is_empty() {
                columns = cells
                    .iter()
                    .map(|th| (plain(th.value("data-name").unwrap()), th.value("class") == Some("n")))
                    .collect();
                continue;
            }
            assert_eq!(cells.len(), columns.len(), "a row of {id}");
            let cell = |((name, is_number), cell): (&(String, bool), &&Tag<'_>)| {
                let is_none = cell.value("class").is_some_and(|class| class.ends_with("none"));
                let text = if is_none { String::new() } else { plain(cell.text) };
                let text = if *is_number { text.replace(',', "").replace('−', "-") } else { text };
                (name.clone(), text)
            };
            rows.push(columns.iter().zip(&cells).map(cell).collect());
        }
        rows
    }
}

/// A tag's name and attributes.
fn taken_apart(inner: &str) -> (&str, Vec<(&str, &str)>) {
    let (name, mut rest) = inner.split_once(' ').unwrap_or((inner, ""));
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return (name, attributes);
        }
        let end = rest.find([' ', '=']).unwrap_or(rest.len());
        let attribute = &rest[..end];
        rest = &rest[end..];
        match rest.strip_prefix("=\"") {
            Some(value) => {
                let end = value.find('"').expect("a value ends");
                attributes.push((attribute, &value[..end]));
                rest = &value[end + 1..];
            }
            None => attributes.push((attribute, "")),
        }
    }
}

/// Text without the escapes that the templates write.
pub fn plain(written: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#x2f;", "/"), ("&amp;", "&")];
    signs.iter().fold(written.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
}
