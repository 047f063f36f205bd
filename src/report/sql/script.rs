//! A query in the making: named steps (`WITH`), each with its remark, and names that no engine cuts short.

use std::collections::BTreeSet;
use std::fmt::Write;

/// How wide remarks are.
const REMARK_WIDTH: usize = 110;

/// How wide lines of rows are.
const ROW_WIDTH: usize = 110;

/// PostgreSQL cuts names beyond 63 bytes; some room is left for what is put before or after one.
const LONGEST_NAME: usize = 48;

/// Steps of a query, in order.
#[derive(Debug, Default)]
pub(super) struct Script {
    steps: Vec<String>,
    names: BTreeSet<String>,
}

impl Script {
    /// Adds a step: its name, its remark, and its query.
    pub(super) fn step(&mut self, name: &str, says: &str, query: &str) {
        self.headed_step(name, &format!("{name} AS"), says, query);
    }

    /// Adds a step that is a list of rows under these columns.
    pub(super) fn rows(&mut self, name: &str, columns: &str, says: &str, rows: &[String]) {
        self.rows_kept(name, columns, says, rows, "");
    }

    /// The same with a word before the brackets.
    pub(super) fn rows_kept(&mut self, name: &str, columns: &str, says: &str, rows: &[String], kept: &str) {
        let mut query = "VALUES".to_owned();
        let mut width = ROW_WIDTH;
        for (at, row) in rows.iter().enumerate() {
            let comma = if at + 1 < rows.len() { "," } else { "" };
            if width + row.len() >= ROW_WIDTH {
                query.push_str("\n ");
                width = 2;
            }
            width += row.len() + 2;
            let _ = write!(query, " {row}{comma}");
        }
        let kept = kept.trim_end();
        let gap = if kept.is_empty() { "" } else { " " };
        self.headed_step(name, &format!("{name} ({columns}) AS{gap}{kept}"), says, &query);
    }

    fn headed_step(&mut self, name: &str, heading: &str, says: &str, query: &str) {
        self.names.insert(name.to_owned());
        self.steps.push(format!("{}{heading} (\n{}\n)", remark(says, 0), indented(query, 2)));
    }

    /// True if a step has that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|step| step.eq_ignore_ascii_case(name))
    }

    /// The whole query: the steps, then what they lead to.
    pub(super) fn finish(self, says: &str, last: &str) -> String {
        format!("{}WITH\n{}\n{last};\n", remark(says, 0), self.steps.join(",\n\n"))
    }
}

/// A text as remarks, each line of it wrapped, each with a line's end.
pub(super) fn remark(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let mut written = String::new();
        for word in line.split_whitespace() {
            if !written.is_empty() && written.chars().count() + word.chars().count() >= REMARK_WIDTH - indent {
                let _ = writeln!(lines, "{:indent$}-- {written}", "");
                written.clear();
            }
            if !written.is_empty() {
                written.push(' ');
            }
            written.push_str(word);
        }
        let _ = writeln!(lines, "{:indent$}-- {written}", "");
    }
    lines
}

/// A text with blanks before each line.
pub(super) fn indented(text: &str, indent: usize) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{:indent$}{line}", "") };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Names that are still to be given, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeSet<String>,
}

impl Names {
    /// A name like the words: small letters, digits and underscores, none that was given before.
    pub(super) fn fresh(&mut self, words: &str) -> String {
        let stem = plain(words);
        let mut name = stem.clone();
        let mut at = 2;
        while !self.given.insert(name.clone()) {
            name = format!("{stem}_{at}");
            at += 1;
        }
        name
    }
}

/// Words as a name: runs of anything but letters and digits become underscores, and it starts with a letter.
pub(super) fn plain(words: &str) -> String {
    let parts = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let mut name = parts.collect::<Vec<_>>().join("_").to_lowercase();
    if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        name.insert_str(0, "x_");
    }
    name.truncate(LONGEST_NAME);
    name.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_short_and_given_once() {
        let mut names = Names::default();
        assert_eq!(names.fresh("age 8 months"), "age_8_months");
        assert_eq!(names.fresh("Age 8-months"), "age_8_months_2");
        assert_eq!(names.fresh("28 days after first_dose"), "x_28_days_after_first_dose");
        assert!(names.fresh(&"long ".repeat(40)).len() <= LONGEST_NAME);
        assert_eq!(plain("T5_BOOSTER Q2"), "t5_booster_q2");
    }

    #[test]
    fn a_remark_never_leaves_its_line() {
        let long = "word ".repeat(60);
        for text in ["one\ntwo; DROP TABLE patients", long.as_str()] {
            let written = remark(text, 4);
            assert!(
                written.lines().count() > 1 && written.lines().all(|line| line.starts_with("    -- ")),
                "{written}"
            );
        }
    }
}
