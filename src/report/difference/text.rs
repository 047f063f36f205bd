//! Changes as text for people.

use std::io;

use crate::report::difference::words::plain;
use crate::report::difference::{BookChanges, Effects, Money, Side, SubjectChanges, Told};
use crate::report::style::{Style, harmless};

/// Codes named in one line.
const MOST_NAMED: usize = 12;

/// Writes the changes of several rulebooks, one below the other.
///
/// # Errors
/// What the writer says.
pub fn write(out: &mut dyn io::Write, books: &[BookChanges], notes: &[String], style: Style) -> io::Result<()> {
    let mut lines = Vec::new();
    for note in notes {
        lines.push(note.clone());
    }
    for (at, book) in books.iter().enumerate() {
        if at > 0 || !notes.is_empty() {
            lines.push(String::new());
        }
        lines.push(format!("{}: {}", book.heading(), book.summary()));
        for subject in &book.subjects {
            subject_lines(subject, &mut lines);
        }
        if let Some(effects) = &book.effects {
            effect_lines(effects, &mut lines);
        }
    }
    let width = style.width.map_or(WIDTH, usize::from).clamp(60, 160);
    for line in lines {
        for wrapped in wrapped(&harmless(&line), width) {
            writeln!(out, "{wrapped}")?;
        }
    }
    Ok(())
}

/// How wide text is where nothing says so, in characters.
const WIDTH: usize = 120;

fn subject_lines(subject: &SubjectChanges, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push(heading(subject));
    for told in merged(subject) {
        lines.push(format!("  {:<8} {}", told.grade, told.says));
        for (label, text) in details(&told) {
            lines.push(format!("             {label}: {text}"));
        }
    }
}

/// `VI001, DTP: three doses before 8 months`
pub(super) fn heading(subject: &SubjectChanges) -> String {
    let name = match (subject.kind, subject.name.as_str()) {
        ("rulebook", _) => return "The rulebook".to_owned(),
        ("indicator" | "course", code) => code.to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, name) => format!("{kind} {name}"),
    };
    if subject.title.is_empty() { name } else { format!("{name}, {}", subject.title) }
}

/// The changes of a subject; codes of a cluster that came or went are told together.
pub(super) fn merged(subject: &SubjectChanges) -> Vec<Told> {
    if subject.kind != "cluster" {
        return subject.changes.clone();
    }
    let mut all = Vec::new();
    for how in ["added", "removed"] {
        let codes: Vec<&Told> =
            subject.changes.iter().filter(|told| told.grade == "codes" && told.how == how).collect();
        let Some(first) = codes.first() else { continue };
        let term = |told: &&Told| {
            let side = told.new.as_ref().or(told.old.as_ref());
            let code = told.what.strip_prefix("code ").unwrap_or(&told.what);
            format!("{code} {}", side.map_or("", |side| &side.text))
        };
        let mut named: Vec<String> = codes.iter().take(MOST_NAMED).map(term).collect();
        if codes.len() > MOST_NAMED {
            named.push(format!("and {} more", codes.len() - MOST_NAMED));
        }
        let (plural, to) = (if codes.len() == 1 { "" } else { "s" }, if how == "added" { "to" } else { "from" });
        let says = format!("{} code{plural} {how} {to} `{}`: {}", codes.len(), subject.name, named.join("; "));
        let child = codes.iter().find_map(|told| told.child.clone());
        let no_child_found = child.is_none() && codes.iter().any(|told| told.no_child_found);
        all.push(Told { says, child, no_child_found, ..(*first).clone() });
    }
    all.extend(subject.changes.iter().filter(|told| told.grade != "codes").cloned());
    all
}

/// What stands below a change: whole texts, who says so, what shows it.
pub(super) fn details(told: &Told) -> Vec<(&'static str, String)> {
    let mut details = Vec::new();
    let whole_is_said = told.parts.iter().any(|part| {
        part.old.as_ref() == told.old.as_ref().map(|side| &side.text)
            && part.new.as_ref() == told.new.as_ref().map(|side| &side.text)
    });
    if !told.parts.is_empty() && !whole_is_said {
        let text = |side: &Option<Side>| side.as_ref().map(|side| format!("`{}`", plain(&side.text)));
        details.extend(text(&told.old).map(|text| ("was", text)));
        details.extend(text(&told.new).map(|text| ("is", text)));
    }
    if told.grade != "wording" {
        sources(told, &mut details);
    }
    if let Some(child) = &told.child {
        details.push(("for example", child.says.clone()));
    }
    if told.no_child_found {
        details.push(("for example", "no child was found that the two treat differently".to_owned()));
    }
    if let Some(practice) = &told.practice {
        details.push(("alone", practice.says.clone()));
    }
    details
}

fn sources(told: &Told, details: &mut Vec<(&'static str, String)>) {
    let by = |side: &Option<Side>| -> Option<String> {
        let sources = side.as_ref().map(|side| &side.sources).filter(|sources| !sources.is_empty())?;
        let one = |source: &crate::report::difference::SourceTold| format!("{}, {}", source.status, source.title);
        Some(sources.iter().map(one).collect::<Vec<_>>().join("; "))
    };
    match (by(&told.old), by(&told.new)) {
        (Some(old), Some(new)) if old == new => details.push(("says who", new)),
        (old, new) => {
            details.extend(old.map(|old| ("said who", old)));
            details.extend(new.map(|new| ("says who", new)));
        }
    }
    let conflicts = |side: &Option<Side>| side.as_ref().map(|side| side.conflicts.clone()).unwrap_or_default();
    let (before, after) = (conflicts(&told.old), conflicts(&told.new));
    details.extend(after.iter().map(|conflict| ("disputed", conflict.clone())));
    if told.how == "removed" {
        details.extend(before.into_iter().map(|conflict| ("was disputed", conflict)));
    }
}

fn effect_lines(effects: &Effects, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.push(format!(
        "What each change does by itself to {} practices (paid before: {})",
        effects.practices,
        money(&effects.before)
    ));
    for figure in &effects.figures {
        lines.push(format!(
            "  {}: {} → {}: {}; {} gain, {} lose",
            figure.figure,
            figure.old,
            figure.new,
            change(&figure.change),
            figure.gain,
            figure.lose
        ));
    }
    for logic in &effects.logic {
        lines.push(format!(
            "  {}, who counts: {}; {} gain, {} lose",
            logic.measure,
            change(&logic.change),
            logic.gain,
            logic.lose
        ));
        for flip in &logic.flips {
            lines.push(format!("             {} patients: {} → {}", flip.patients, flip.old, flip.new));
        }
    }
    lines.push(format!(
        "  everything together: {}; {} gain, {} lose",
        change(&effects.together),
        effects.gain,
        effects.lose
    ));
    lines.extend(effects.left_out.iter().map(|left_out| format!("  {left_out}")));
}

pub(super) fn money(money: &Money) -> String {
    let points = money.points.as_ref().map_or("points not known".to_owned(), |points| format!("{points} points"));
    let pounds = money.pounds.as_ref().map_or("pounds not known".to_owned(), |pounds| format!("£{pounds}"));
    format!("{points}, {pounds}")
}

pub(super) fn change(money: &Money) -> String {
    let signed = |text: &str| if text.starts_with('-') { text.to_owned() } else { format!("+{text}") };
    let points =
        money.points.as_ref().map_or("points not known".to_owned(), |points| format!("{} points", signed(points)));
    let pounds = money.pounds.as_ref().map_or("pounds not known".to_owned(), |pounds| match pounds.strip_prefix('-') {
        Some(less) => format!("-£{less}"),
        None => format!("+£{pounds}"),
    });
    format!("{points}, {pounds}")
}

/// A line broken between words; what follows is indented as far as the line's own words, and two more.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let indent = line.len() - line.trim_start().len();
    let hang = " ".repeat(if indent == 2 { 11 } else { indent + 2 });
    let mut lines: Vec<String> = Vec::new();
    let mut current = " ".repeat(indent);
    let mut is_empty = true;
    for word in line.trim_start().split(' ') {
        if !is_empty && current.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut current, hang.clone()));
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    lines.push(current);
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}
