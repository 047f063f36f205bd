//! Changes as Markdown, for a pull request: a heading per subject, a table, what shows each change below it.

use std::io;

use crate::report::difference::text::{change, details, heading, merged, money};
use crate::report::difference::{BookChanges, Effects, SubjectChanges};
use crate::report::style::harmless;

/// Writes the changes of several rulebooks.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn io::Write, books: &[BookChanges], notes: &[String]) -> io::Result<()> {
    for note in notes {
        writeln!(out, "{}\n", text(note))?;
    }
    for book in books {
        writeln!(out, "## {}\n\n{}", text(&book.heading()), text(&book.summary()))?;
        for subject in &book.subjects {
            write_subject(out, subject)?;
        }
        if let Some(effects) = &book.effects {
            write_effects(out, effects)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn write_subject(out: &mut dyn io::Write, subject: &SubjectChanges) -> io::Result<()> {
    writeln!(out, "\n### {}\n\n| grade | change |\n| --- | --- |", text(&heading(subject)))?;
    let merged = merged(subject);
    for told in &merged {
        writeln!(out, "| {} | {} |", bold(told.grade), cell(&told.says))?;
    }
    let below: Vec<_> = merged.iter().map(|told| (told, details(told))).filter(|(_, all)| !all.is_empty()).collect();
    if below.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n<details><summary>Who says so, and what shows it</summary>\n")?;
    for (told, details) in below {
        writeln!(out, "- {}", text(&told.what))?;
        for (label, words) in details {
            writeln!(out, "  - *{label}:* {}", text(&words))?;
        }
    }
    writeln!(out, "\n</details>")
}

fn bold(grade: &str) -> String {
    if grade == "logic" { format!("**{grade}**") } else { grade.to_owned() }
}

fn write_effects(out: &mut dyn io::Write, effects: &Effects) -> io::Result<()> {
    writeln!(
        out,
        "\n### What each change does by itself to {} practices\n\nPaid before: {}.\n\n| change | pay | gain | lose |\n| --- | --- | ---: | ---: |",
        effects.practices,
        money(&effects.before)
    )?;
    for figure in &effects.figures {
        let says = cell(&format!("`{}`: {} → {}", figure.figure, figure.old, figure.new));
        writeln!(out, "| {says} | {} | {} | {} |", change(&figure.change), figure.gain, figure.lose)?;
    }
    for logic in &effects.logic {
        let flips = logic.flips.iter().map(|flip| format!("{} {} → {}", flip.patients, flip.old, flip.new));
        let says = cell(&format!("{}, who counts: {}", logic.measure, flips.collect::<Vec<_>>().join("; ")));
        writeln!(out, "| {says} | {} | {} | {} |", change(&logic.change), logic.gain, logic.lose)?;
    }
    writeln!(out, "| everything together | {} | {} | {} |", change(&effects.together), effects.gain, effects.lose)?;
    for left_out in &effects.left_out {
        writeln!(out, "\n{}", text(left_out))?;
    }
    Ok(())
}

/// Text in which Markdown sees no more than the quoted words: what could start a link, an image or a tag is escaped,
/// except within backticks.
fn text(words: &str) -> String {
    let mut is_code = false;
    let mut told = String::with_capacity(words.len());
    for sign in harmless(words).chars() {
        if sign == '`' {
            is_code = !is_code;
        }
        if !is_code && matches!(sign, '<' | '>' | '[' | ']' | '*' | '_' | '\\' | '#' | '~') {
            told.push('\\');
        }
        told.push(sign);
    }
    told
}

/// The same within a table.
fn cell(words: &str) -> String {
    text(words).replace('|', "\\|")
}
