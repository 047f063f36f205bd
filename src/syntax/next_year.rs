//! A rulebook's files carried over into another contract year: numbers, rules and worked examples, with everything else
//! in them kept as it was written, comments too.
//!
//! Nothing that is carried over is confirmed, so figures and clauses become `assumed`, and a comment `# look: …` stands
//! at every place that somebody must look at.

mod dates;
mod examples;
mod numbers;
mod rules;

pub use self::dates::LeapDay;
pub use self::examples::{Expectation, examples, with_expectations};
pub use self::numbers::{numbers, without_sources};
pub use self::rules::rules;

/// What a place that must be looked at is marked with.
pub const LOOK: &str = "# look: ";

/// The source of what is carried over.
pub const CARRIED_OVER: &str = "carried-over";

/// From which rulebook to which.
#[derive(Clone, Copy, Debug)]
pub struct NextYear<'a> {
    /// The rulebook that is carried over: `qof/2026-27`.
    pub from: &'a str,
    /// The new one's scheme.
    pub scheme: &'a str,
    /// The new one's year: `2027-28`.
    pub year: &'a str,
    /// The calendar year in which the old one starts.
    pub first: i32,
    /// How many years later the new one starts; negative if earlier.
    pub by: i32,
    /// The names of all rulebooks that there are, for references from one to another.
    pub known: &'a [String],
}

impl NextYear<'_> {
    /// True where the new rulebook is of another scheme, so that what names the old one's place is wrong.
    fn is_of_another_scheme(&self) -> bool {
        self.from.split_once('/').is_some_and(|(scheme, _)| scheme != self.scheme)
    }

    /// The name of a rulebook as many years later as the new one is: `qof/2024-25` becomes `qof/2025-26`. None for what
    /// is not named by a contract year.
    pub fn later(&self, name: &str) -> Option<String> {
        let (scheme, year) = name.split_once('/')?;
        let later = format!("{scheme}/{}", dates::with_dates_moved(year, self.by, LeapDay::Before));
        (later != name).then_some(later)
    }
}

/// A place that must be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// Its line, counted from 1.
    pub line: usize,
    /// What stands there in short: `VI001.lower_threshold`, `source letter-2023 assumed`; empty for a remark.
    pub what: String,
    /// What is to be known of it.
    pub note: String,
}

/// The places of a text that are marked with `# look: `.
pub fn looks(text: &str) -> Vec<Look> {
    let mut table = "";
    let mut looks = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            // The last part says whose it is: `indicator.VI001`.
            table = name.trim_matches('[').rsplit('.').next().unwrap_or(name);
        }
        let Some((before, note)) = line.split_once(LOOK) else { continue };
        let (rule, _) = before.split_once('#').unwrap_or((before, ""));
        let what = match rule.split_once(" = ") {
            Some((key, _)) if table.is_empty() || table == "figures" => key.trim().to_owned(),
            Some((key, _)) => format!("{table}.{}", key.trim()),
            None => rule.split_whitespace().collect::<Vec<_>>().join(" "),
        };
        looks.push(Look { line: number, what, note: note.trim_end().to_owned() });
    }
    looks
}

/// A line's end with a note, in the place of one that an earlier year left.
fn noted(line: &str, note: &str) -> String {
    let kept = line.split_once(LOOK).map_or(line, |(kept, _)| kept).trim_end();
    let gap = if kept.is_empty() { "" } else { "  " };
    let end = if line.ends_with('\r') { "\r" } else { "" };
    format!("{kept}{gap}{LOOK}{note}{end}")
}

/// Comment lines, moved on: the first line of a file names the new year where it named the old one, and any other that
/// names a year is marked.
fn remarks(text: &str, next: &NextYear<'_>, is_start_of_file: bool) -> String {
    let mut is_first = is_start_of_file;
    let line = |line: &str| {
        if !line.trim_start().starts_with('#') {
            return line.to_owned();
        }
        if std::mem::take(&mut is_first) {
            let moved = dates::with_year_moved(line, next.first, next.by);
            // It names whose rules they are, which are another's now.
            return match next.is_of_another_scheme() && !moved.contains(LOOK) {
                true => noted(&moved, &format!("written for {}", next.from)),
                false => moved,
            };
        }
        // One that an earlier year marked keeps what was said of it then.
        match dates::names_a_year(line) && !line.contains(LOOK) {
            true => noted(line, &format!("written for {}", next.from)),
            false => line.to_owned(),
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}
