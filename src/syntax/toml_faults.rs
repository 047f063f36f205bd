//! What is wrong where a TOML file cannot be read: told in the words of those who write numbers files, with what to write. The
//! parser only says where it stopped; one slip makes it stop in many places, of which the first is worth telling.

mod values;

use std::collections::HashSet;
use std::ops::Range;

use crate::ground::{Diagnostic, FileId, Span};

/// Where the parser stopped, and its own words: they only help to tell one fault from another.
pub(super) struct Stop {
    pub(super) at: Range<usize>,
    pub(super) words: String,
}

/// No more faults of form than this are worth reading at once.
const FAULTS_SHOWN: usize = 100;

/// A line of a text, its line end left out.
struct Line<'t> {
    start: usize,
    text: &'t str,
}

impl Line<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// The faults of a text, the stops of which are in order. Lines with a slip that was told already are passed over.
pub(super) fn faults(file: FileId, text: &str, stops: &[Stop], told: &HashSet<usize>) -> Vec<Diagnostic> {
    let lines = lines(text);
    let open = left_open(&lines);
    let is_after_one = |at: usize| open.iter().any(|(_, heard)| heard.contains(&at));
    let mut faults: Vec<Diagnostic> = Vec::new();
    for (fault, heard) in &open {
        if stops.iter().any(|stop| heard.contains(&stop.at.start)) {
            let (place, message, help) = fault;
            faults.push(Diagnostic::error("E110", Span::new(file, place.clone()), *message).help(*help));
        }
    }
    let mut last: Option<usize> = None;
    // What stands below a heading that is there already may stand twice for that reason alone.
    let mut repeated = 0..0;
    for stop in stops {
        if faults.len() >= FAULTS_SHOWN {
            break;
        }
        let at = stop.at.start.min(text.len());
        let line = line_of(&lines, at);
        // What follows on the same line stumbles over the first fault of it.
        let follows = repeated.contains(&at) && stop.words == "duplicate key";
        if last == Some(line.start) || is_after_one(at) || told.contains(&line.start) || follows {
            last = Some(line.start);
            continue;
        }
        last = Some(line.start);
        if is_heading(line) {
            let next = lines.iter().find(|next| next.start > line.start && is_heading(next));
            repeated = line.start..next.map_or(text.len(), |next| next.start);
        }
        faults.push(fault(file, text, &lines, line, stop));
    }
    faults.sort_by_key(|fault| fault.place);
    faults.dedup();
    faults
}

fn is_heading(line: &Line<'_>) -> bool {
    line.text.trim_start().starts_with('[')
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        lines.push(Line { start, text: line.trim_end_matches(['\n', '\r']) });
        start += line.len();
    }
    if text.is_empty() || text.ends_with('\n') {
        lines.push(Line { start, text: "" });
    }
    lines
}

fn line_of<'l, 't>(lines: &'l [Line<'t>], at: usize) -> &'l Line<'t> {
    let after = lines.partition_point(|line| line.start <= at);
    &lines[after.saturating_sub(1)]
}

/// What is left open at the end of a line, and how far what follows is misread because of it.
type LeftOpen = ((Range<usize>, &'static str, &'static str), Range<usize>);

/// Brackets and texts that end with their line although nothing closes them. Behind a bracket all the rest is misread, behind a
/// heading all up to the next one, and behind a text its line.
fn left_open(lines: &[Line<'_>]) -> Vec<LeftOpen> {
    let mut open = Vec::new();
    let mut in_long_text = false;
    for (at, line) in lines.iter().enumerate() {
        let long_quotes = line.text.matches("\"\"\"").count() + line.text.matches("'''").count();
        let starts_in_text = in_long_text;
        in_long_text ^= long_quotes % 2 == 1;
        if starts_in_text || long_quotes > 0 {
            continue;
        }
        let Some((place, message, help)) = open_in(lines, at) else { continue };
        let next = match line.text.as_bytes().get(place.start - line.start) {
            Some(b'"' | b'\'') => lines.get(at + 1),
            _ if is_heading(line) => lines[at + 1..].iter().find(|line| is_heading(line)),
            _ => None,
        };
        let end = next.map_or(usize::MAX, |line| line.start);
        open.push(((place, message, help), line.start..end));
        if open.len() >= FAULTS_SHOWN {
            break;
        }
    }
    open
}

fn open_in(lines: &[Line<'_>], at: usize) -> Option<(Range<usize>, &'static str, &'static str)> {
    let line = &lines[at];
    let code = values::outside_texts(line.text);
    if let Some(quote) = code.open_text {
        let place = line.start + quote..line.end();
        return Some((
            place,
            "this text has no quotation mark at its end",
            "close it on the same line, with the same mark",
        ));
    }
    let trimmed = line.text.trim_start();
    if trimmed.starts_with('[') && !code.has_equals && code.open_bracket.is_some() {
        let place = line.start + line.text.len() - trimmed.len()..line.end();
        return Some((place, "this heading has no bracket at its end", "close it, as in `[figures]` or `[[example]]`"));
    }
    let bracket = code.open_bracket.filter(|_| !code.ends_open)?;
    // A list or table that goes on in the next line is in order: only another entry, or a heading, shows that it does not.
    let next = lines[at + 1..].iter().find(|line| !values::is_blank_or_comment(line.text));
    let goes_on = next.is_some_and(|next| !values::starts_entry(next.text));
    let (message, help) = match line.text.as_bytes().get(bracket) {
        Some(b'{') => ("this bracket is opened and never closed", "write `}` at the end of the line"),
        _ => ("this bracket is opened and never closed", "write `]` where the list ends"),
    };
    (!goes_on).then_some((line.start + bracket..line.start + bracket + 1, message, help))
}

/// One fault: by what stands there, else by what the parser says.
fn fault(file: FileId, text: &str, lines: &[Line<'_>], line: &Line<'_>, stop: &Stop) -> Diagnostic {
    if stop.words == "duplicate key" {
        return twice(file, text, lines, Span::new(file, stop.at.clone()));
    }
    // At the end of a line, the parser may look at the next one already.
    let before = lines.iter().take_while(|before| before.start < line.start).last();
    let line = if line.text.trim().is_empty() { before.unwrap_or(line) } else { line };
    let at = stop.at.start.clamp(line.start, line.end()) - line.start;
    if let Some(found) = values::wrong_in(line.text, at) {
        let place = Span::new(file, line.start + found.place.start..line.start + found.place.end);
        return Diagnostic::error("E110", place, found.message).help(found.help);
    }
    let words = stop.words.as_str();
    let says = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
    let (message, help) = match () {
        () if says(&["escape"]) => {
            ("a backslash in a text starts a sign that there is not", "write `\\\\` for a backslash")
        }
        () if says(&["unclosed", "missing closing"]) => {
            ("what is opened here is never closed", "write the bracket or quotation mark that closes it")
        }
        () if says(&["extra comma"]) => ("a comma is too many here", "leave it out"),
        () if says(&["missing comma"]) => ("a comma is missing here", "write a comma between two parts"),
        () if says(&["no value", "missing value", "missing assignment"]) => {
            ("expected a name, `=` and a value", "write `name = value`")
        }
        () if says(&["date", "time"]) => ("this is no date", "write dates as 2023-04-01"),
        () if says(&["float", "integer", "number", "digit"]) => {
            ("this is no number", "write digits and a point only, as in `9639` or `2.5`")
        }
        () if says(&["unexpected"]) => ("nothing more was expected on this line", "write one `name = value` a line"),
        () => ("this cannot be read", "write `name = value`, texts in quotes, dates as 2023-04-01"),
    };
    Diagnostic::error("E110", Span::new(file, stop.at.clone()), message).help(help)
}

/// A name that stands twice in one table, such as a code in a cluster.
fn twice(file: FileId, text: &str, lines: &[Line<'_>], place: Span) -> Diagnostic {
    let name = text.get(place.range()).unwrap_or_default();
    let fault = Diagnostic::error("E110", place, format!("`{}` stands twice", name.trim_matches('"')));
    let fault = fault.help("leave one of the two out; two different things need two names");
    let line = line_of(lines, place.range().start);
    let heading = line.text.trim_start().starts_with('[').then(|| line.text.trim());
    let is_first = |known: &&Line<'_>| match heading {
        Some(heading) => known.text.trim() == heading,
        None => known.text.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with('=')),
    };
    // Of one name in several tables, the nearest above is the one of the same table.
    let first = lines.iter().take_while(|known| known.start < line.start).filter(is_first).last();
    match first {
        Some(first) => {
            let start = first.start + first.text.find(name).unwrap_or(0);
            fault.also(Span::new(file, start..start + name.len()), "first here")
        }
        None => fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::toml_tree::read_toml;

    /// Each fault of a text: the line it stands on, what it says, and the way to mend it.
    fn told(text: &str) -> Vec<(usize, String)> {
        let (_, faults) = read_toml(FileId(0), text);
        faults
            .into_iter()
            .map(|fault| {
                let line = text[..fault.place.range().start.min(text.len())].matches('\n').count() + 1;
                (line, format!("{}: {}", fault.message, fault.help.unwrap_or_default()))
            })
            .collect()
    }

    #[test]
    fn each_slip_is_told_once_where_it_is() {
        for (text, line, says) in [
            ("a = 01/04/2026", 1, "write `2026-04-01`"),
            ("a = 1.4.2026", 1, "write `2026-04-01`"),
            ("a = { is = 10 295, unit = \"£\" }", 1, "write `10295`"),
            ("a = { is = 89 unit = \"%\" }", 1, "no comma stands between `89` and `unit`"),
            ("a = { is = 89, unit = \"%\" status = \"assumed\" }", 1, "no comma stands between `\"%\"` and `status`"),
            ("a = no", 1, "write `false`"),
            ("a = True", 1, "write `true`"),
            ("a = { is = 089 }", 1, "write `89`"),
            ("a = 2026-02-30", 1, "2026-02-30"),
            ("title = A rulebook", 1, "write `\"A rulebook\"`"),
            ("a = { is = 1, source = paper }", 1, "write `\"paper\"`"),
            ("[figures]\na = { is = 1, unit = \"%\"\nb = { is = 2 }\nc = 3\n[sources]\nx = \"y\"", 2, "write `}`"),
            ("a = [\"x\", \"y\"\nb = 1", 1, "write `]`"),
            ("a = \"x\nb = 1\nc = 2", 1, "no quotation mark at its end"),
            ("[figures\na = 1", 1, "this heading has no bracket at its end"),
            ("[a]\nx = 1\n[a]\ny = 2", 3, "`a` stands twice"),
            ("a 1", 1, "write `a = 1`"),
            ("a =", 1, "nothing stands after `=`"),
            ("a: 1", 1, "write `a = 1`"),
            ("a = .5", 1, "write `0.5`"),
            ("a = 5.", 1, "write `5`"),
            ("a = \"C:\\q\"", 1, "backslash"),
        ] {
            let told = told(text);
            assert_eq!(told.len(), 1, "{text}: {told:?}");
            assert_eq!(told[0].0, line, "{text}: {told:?}");
            assert!(told[0].1.contains(says), "{text}: {told:?}");
        }
    }

    /// Words of the parser, none of which may be told.
    const FOREIGN: [&str; 8] =
        ["literal", "expected nothing", "inline table", "key-value", "expected `", "TOML parse", "newline", "datetime"];

    proptest::proptest! {
        #[test]
        fn no_word_of_the_parser_is_told(text in "(a = |\\{|\\}|\\[|\\]|\"|'|\n|,|=|1|089|nan|é|no|#| |[^a]){0,20}") {
            for (_, said) in told(&text) {
                proptest::prop_assert!(!FOREIGN.iter().any(|word| said.contains(word)), "{text}: {said}");
            }
        }
    }
}
