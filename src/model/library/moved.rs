//! One year's rules with another year's dates or codes: a library in which the rulebook says so, to be checked anew.

use crate::ground::{BookName, Sources};
use crate::model::Library;
use crate::model::build::NUMBERS_FILES;

impl Library {
    /// A library in which a rulebook's year starts and ends as that of `dates_of`, and its code clusters are those of
    /// `codes_of`; and the name that it has there. Worked examples are left out: they are dated for the rulebook's own
    /// year. Days that the rules name outright (`1 January 2026`) stay as they are. A name that is not in the library
    /// leaves everything as it is.
    pub fn moved(&self, name: &BookName, dates_of: &BookName, codes_of: &BookName) -> (Library, BookName) {
        let moved = BookName { scheme: name.scheme.clone(), year: dates_of.year.clone() };
        let (from, to, codes) = (format!("{name}/"), format!("{moved}/"), format!("{codes_of}/codes/"));
        let own_codes = format!("{from}codes/");
        let dates = self.numbers(dates_of).unwrap_or_default();
        let codes_line = self.numbers(codes_of).and_then(|text| header_line(text, "codes"));
        let year_line = format!("year = \"{}\"", moved.year);
        let lines = [
            ("year", Some(year_line.as_str())),
            ("starts", header_line(dates, "starts")),
            ("ends", header_line(dates, "ends")),
            ("codes", codes_line),
        ];
        let mut sources = Sources::default();
        for (_, file) in self.sources.iter() {
            let path = file.path.as_str();
            if let Some(cluster) = path.strip_prefix(&codes) {
                sources.add(format!("{to}codes/{cluster}"), file.text.as_str());
            }
            if let Some(below) = path.strip_prefix(&from) {
                let is_numbers = NUMBERS_FILES.contains(&below);
                if !path.starts_with(&own_codes) && below != "examples.toml" {
                    let text = if is_numbers { with_lines(&file.text, &lines) } else { file.text.clone() };
                    sources.add(format!("{to}{below}"), text);
                }
            } else if !path.starts_with(&to) {
                sources.add(path, file.text.as_str());
            }
        }
        (Library::new(sources), moved)
    }

    fn numbers(&self, name: &BookName) -> Option<&str> {
        let found = NUMBERS_FILES.iter().find_map(|file| self.sources.find(&format!("{name}/{file}")))?;
        Some(&self.sources.file(found).text)
    }
}

/// The lines of a numbers file above its first table, where the rulebook's own keys stand.
fn header(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| !line.trim_start().starts_with('['))
}

fn is_key(line: &str, key: &str) -> bool {
    line.split_once('=').is_some_and(|(name, _)| name.trim() == key)
}

fn header_line<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    header(text).find(|line| is_key(line, key))
}

/// The text with some lines of its header put in the place of others; a key with no line loses its own. Every line
/// stays where it was, so that a fault is shown at its place.
pub(super) fn with_lines(text: &str, lines: &[(&str, Option<&str>)]) -> String {
    let in_header = header(text).count();
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        let replaced = lines.iter().find(|(key, _)| at < in_header && is_key(line, key));
        out.push_str(replaced.map_or(line, |(_, line)| line.unwrap_or("")));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(year: &str, first: i32, codes: &str) -> String {
        format!(
            "scheme = \"toy\"\nyear = \"{year}\"\ntitle = \"t\"\nrevision = 1\nstarts = {first}-04-01\nends = {}-03-31\ncodes = \"{codes}\"\nmissing_day = \"last day\"\n[sources]\nstarts = \"no header\"\n",
            first + 1
        )
    }

    #[test]
    fn dates_and_codes_come_from_other_years() {
        let mut sources = Sources::default();
        sources.add("codes/1/x.toml", "name = \"x\"\n");
        sources.add("codes/2/x.toml", "name = \"x\"\n");
        sources.add("toy/2030-31/contract.toml", numbers("2030-31", 2030, "1"));
        sources.add("toy/2031-32/contract.toml", numbers("2031-32", 2031, "2"));
        let library = Library::new(sources);
        let name = |year: &str| BookName { scheme: "toy".into(), year: year.into() };
        let (moved, called) = library.moved(&name("2030-31"), &name("2031-32"), &name("2030-31"));
        assert_eq!(called, name("2031-32"));
        let book = moved.check(&called).book.expect("it is sound");
        assert_eq!(book.start, library.check(&name("2031-32")).book.unwrap().start);
        let text = moved.numbers(&called).unwrap();
        assert!(text.contains("codes = \"1\"") && text.contains("starts = \"no header\""), "{text}");
        let (coded, called) = library.moved(&name("2030-31"), &name("2030-31"), &name("2031-32"));
        assert!(coded.numbers(&called).unwrap().contains("codes = \"2\""));
    }
}
