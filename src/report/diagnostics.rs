//! Diagnostics rendered: with the source lines underlined for people, or one line each for editors and scripts.

use annotate_snippets::{Annotation, AnnotationKind, Level, Renderer, Snippet};

use crate::ground::{Diagnostic, FileId, Severity, SourceFile, Sources, Span};
use crate::report::style::{Style, counted, harmless};

/// One diagnostic with its code, message, the place underlined, other places and the help; it ends with a line end.
/// Places of a file that `sources` does not hold are left out, and those beyond a file's end point at its end.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, style: Style) -> String {
    let level = level(diagnostic.severity);
    let group = level.primary_title(spoken(&diagnostic.message)).id(diagnostic.code);
    let mut group = group.elements(snippets(diagnostic, sources));
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(spoken(help)));
    }
    let renderer = if style.colour { Renderer::styled() } else { Renderer::plain() };
    let renderer = match style.width {
        Some(width) => renderer.term_width(usize::from(width).max(NARROWEST)),
        None => renderer,
    };
    let mut text = renderer.render(&[group]);
    text.push('\n');
    text
}

/// A window narrower than this, in characters, shows no source line worth reading.
const NARROWEST: usize = 40;

/// Several diagnostics, with an empty line between any two.
pub fn render_all(diagnostics: &[Diagnostic], sources: &Sources, style: Style) -> String {
    diagnostics.iter().map(|diagnostic| render(diagnostic, sources, style)).collect::<Vec<_>>().join("\n")
}

/// One diagnostic as `path:line:column: error[E203]: message`, without a line end. Line and column are counted from 1,
/// columns in characters; a byte order mark is none.
pub fn one_line(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let word = word(diagnostic.severity);
    let message = harmless(&diagnostic.message);
    let fault = format!("{word}[{}]: {message}", diagnostic.code);
    let place = diagnostic.place;
    let Some(shown) = Shown::around(sources, place.file, std::iter::once(place)) else { return fault };
    let before = &shown.text[..shown.range(place).start];
    let line = shown.first_line + before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    format!("{}:{line}:{column}: {fault}", harmless(shown.path))
}

/// `2 errors, 1 warning`; None if there are neither.
pub fn summary(diagnostics: &[Diagnostic]) -> Option<String> {
    let of = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count() as u64;
    let counts = [Severity::Error, Severity::Warning].map(|severity| (of(severity), word(severity)));
    let said: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| counted(*count, word)).collect();
    (!said.is_empty()).then(|| said.join(", "))
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    }
}

/// One snippet per file: that of the fault first, then the others in the order they are named.
fn snippets<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Snippet<'a, Annotation<'a>>> {
    let others = diagnostic.others.iter().map(|(place, label)| (AnnotationKind::Context, *place, label));
    let places: Vec<_> =
        std::iter::once((AnnotationKind::Primary, diagnostic.place, &diagnostic.label)).chain(others).collect();
    let mut files: Vec<FileId> = Vec::new();
    for (_, place, _) in &places {
        if !files.contains(&place.file) {
            files.push(place.file);
        }
    }
    let snippet = |file: FileId| {
        let here = || places.iter().filter(|(_, place, _)| place.file == file);
        let shown = Shown::around(sources, file, here().map(|(_, place, _)| *place))?;
        let annotations: Vec<Annotation<'a>> = here()
            .map(|(kind, place, label)| {
                let label = (!label.is_empty()).then(|| spoken(label));
                kind.span(shown.range(*place)).label(label)
            })
            .collect();
        Some(Snippet::source(shown.text).line_start(shown.first_line).path(shown.path).annotations(annotations))
    };
    files.into_iter().filter_map(snippet).collect()
}

/// The byte order mark that some editors put before a text.
const MARK: char = '\u{feff}';

/// The lines of a file's text that are shown, and those beside them: a renderer that was given all of a long file would
/// look through it for each of its faults.
struct Shown<'a> {
    path: &'a str,
    /// Without a byte order mark, and with nothing that could command a terminal.
    text: String,
    /// How many bytes of the file stand before the text.
    skipped: usize,
    /// The number of its first line.
    first_line: usize,
}

/// So many lines before and after those with a place are given to the renderer.
const LINES_BESIDE: usize = 2;

impl<'a> Shown<'a> {
    fn around(sources: &'a Sources, file: FileId, places: impl Iterator<Item = Span>) -> Option<Shown<'a>> {
        let (_, SourceFile { path, text, .. }) = sources.iter().nth(file.0 as usize)?;
        let mark = text.len() - text.strip_prefix(MARK).unwrap_or(text).len();
        let (start, end) = places.fold((text.len(), 0), |(start, end), place| {
            (start.min(place.start as usize), end.max(place.end.max(place.start) as usize))
        });
        let (start, end) = (start.min(text.trim_end().len()), end.min(text.len()));
        let mut before = text.as_bytes()[..start].iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
        let skipped = before.nth(LINES_BESIDE).map_or(mark, |(at, _)| at + 1);
        let mut after = text.as_bytes()[end..].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
        let shown_to = after.nth(LINES_BESIDE).map_or(text.len(), |(at, _)| end + at + 1);
        let first_line = 1 + text.as_bytes()[..skipped].iter().filter(|byte| **byte == b'\n').count();
        Some(Shown { path, text: visible(&text[skipped..shown_to]), skipped, first_line })
    }

    /// A place in the text as it is shown: within it, in order, between characters, and without the blank lines at its
    /// end. What lies behind the last line of all is shown at that line's end.
    fn range(&self, place: Span) -> std::ops::Range<usize> {
        let end_of_text = self.text.trim_end_matches(['\n', '\r']).len();
        let within =
            |at: u32| self.text.floor_char_boundary((at as usize).saturating_sub(self.skipped).min(end_of_text));
        let start = within(place.start);
        let end = within(place.end).max(start);
        start..start + self.text[start..end].trim_end().len()
    }
}

/// Words for a message, which the renderer does not look through everywhere; they may have several lines.
fn spoken(text: &str) -> String {
    text.lines().map(harmless).collect::<Vec<_>>().join("\n")
}

/// The same text with signs that take as many bytes in place of those that could command a terminal and that the
/// renderer would let through, so that places stay where they are.
fn visible(text: &str) -> String {
    text.chars().map(|sign| if matches!(sign, '\u{80}'..='\u{9f}') { '¿' } else { sign }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sources(texts: &[&str]) -> Sources {
        let mut sources = Sources::default();
        for (at, text) in texts.iter().enumerate() {
            sources.add(format!("toy/2030-31/{at}.rules"), *text);
        }
        sources
    }

    /// The place of some words in a file.
    fn place(sources: &Sources, file: u32, words: &str) -> Span {
        let id = FileId(file);
        let start = sources.file(id).text.find(words).unwrap();
        Span::new(id, start..start + words.len())
    }

    fn fault(sources: &Sources, words: &str) -> Diagnostic {
        Diagnostic::error("E203", place(sources, 0, words), "there is no cluster `jabb`").label("no such cluster")
    }

    /// Where the underline of a rendered fault stands, and what it underlines, by display columns.
    fn underlined(text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let marks = lines.iter().position(|line| line.contains('^')).unwrap();
        let start = lines[marks].chars().position(|sign| sign == '^').unwrap();
        let length = lines[marks].chars().filter(|sign| *sign == '^').count();
        lines[marks - 1].chars().skip(start).take(length).collect()
    }

    #[test]
    fn a_fault_with_its_place_another_place_and_help() {
        let sources =
            sources(&["indicator T1\n  achieved\n    any jabb before age 8 months\n", "[clusters]\njab = 1\n"]);
        let diagnostic = fault(&sources, "jabb")
            .also(place(&sources, 0, "T1"), "in this indicator")
            .also(place(&sources, 1, "jab"), "this one is like it")
            .help("write `jab`");
        let expected = "\
error[E203]: there is no cluster `jabb`
 --> toy/2030-31/0.rules:3:9
  |
1 | indicator T1
  |           -- in this indicator
2 |   achieved
3 |     any jabb before age 8 months
  |         ^^^^ no such cluster
  |
 ::: toy/2030-31/1.rules:2:1
  |
2 | jab = 1
  | --- this one is like it
  |
  = help: write `jab`
";
        assert_eq!(render(&diagnostic, &sources, Style::PLAIN), expected);
    }

    #[test]
    fn a_warning_without_label_and_colour_only_where_asked() {
        let sources = sources(&["points = 1\n"]);
        let diagnostic = Diagnostic::warning("W301", place(&sources, 0, "points"), "nothing reads it");
        let plain = render(&diagnostic, &sources, Style::PLAIN);
        assert!(plain.starts_with("warning[W301]: nothing reads it\n"), "{plain}");
        assert!(!plain.contains('\u{1b}'));
        assert!(render(&diagnostic, &sources, Style { colour: true, width: Some(80) }).contains("\u{1b}["));
    }

    #[test]
    fn signs_before_the_place_do_not_shift_the_underline() {
        for before in [
            "\t",
            "\t\tany ",
            "£10.06 ",
            "“quoted” ",
            "\u{feff}",
            "\u{feff}\r\n\r\n",
            "a\r\n\tb ",
            "é\u{301} ",
            "\u{85}",
        ] {
            let text = format!("{before}jabb before\r\n");
            let sources = sources(&[&text]);
            let rendered = render(&fault(&sources, "jabb"), &sources, Style::PLAIN);
            // A combining sign takes no column of its own.
            let expected = if before.contains('\u{301}') { " jab" } else { "jabb" };
            assert_eq!(underlined(&rendered), expected, "{before:?}\n{rendered}");
        }
    }

    #[test]
    fn a_place_at_the_end_of_the_file_is_on_its_last_line() {
        for text in ["achieved", "achieved\n", "achieved\r\n", "achieved\n\n\n"] {
            let sources = sources(&[text]);
            let end = Span::new(FileId(0), text.len()..text.len());
            let diagnostic = Diagnostic::error("E101", end, "a condition is expected");
            let rendered = render(&diagnostic, &sources, Style::PLAIN);
            assert!(rendered.contains("1 | achieved\n  |         ^\n"), "{text:?}\n{rendered}");
            assert_eq!(
                one_line(&diagnostic, &sources),
                "toy/2030-31/0.rules:1:9: error[E101]: a condition is expected"
            );
        }
    }

    #[test]
    fn an_empty_file_and_one_that_is_not_held() {
        let sources = sources(&[""]);
        let empty = Diagnostic::error("E101", Span::new(FileId(0), 0..0), "a rule is expected");
        assert!(render(&empty, &sources, Style::PLAIN).contains("0.rules:1:1"));
        let elsewhere = Diagnostic::error("E101", Span::new(FileId(7), 3..9), "a rule is expected").help("write one");
        let rendered = render(&elsewhere, &sources, Style::PLAIN);
        assert!(rendered.starts_with("error[E101]: a rule is expected\n") && rendered.contains("help: write one"));
        assert_eq!(one_line(&elsewhere, &sources), "error[E101]: a rule is expected");
    }

    #[test]
    fn one_line_counts_characters() {
        let sources = sources(&["\u{feff}a\r\n\t“£” jabb\r\n"]);
        let mut diagnostic = fault(&sources, "jabb");
        diagnostic.message = "two\nlines".to_owned();
        assert_eq!(one_line(&diagnostic, &sources), "toy/2030-31/0.rules:2:6: error[E203]: two\u{fffd}lines");
    }

    #[test]
    fn the_summary_counts_errors_and_warnings() {
        let sources = sources(&["jabb"]);
        let error = fault(&sources, "jabb");
        let warning = Diagnostic::warning("W1", error.place, "odd");
        assert_eq!(summary(&[]), None);
        assert_eq!(summary(std::slice::from_ref(&error)).as_deref(), Some("1 error"));
        assert_eq!(summary(&[warning.clone(), warning.clone()]).as_deref(), Some("2 warnings"));
        assert_eq!(summary(&[error.clone(), warning.clone(), error.clone()]).as_deref(), Some("2 errors, 1 warning"));
        assert_eq!(render_all(&[error, warning], &sources, Style::PLAIN).matches("\n\n").count(), 1);
    }

    #[test]
    fn rule_text_cannot_command_the_terminal() {
        let sources = sources(&["\u{1b}[2J jabb \u{9b}2J\n"]);
        let mut diagnostic = fault(&sources, "jabb").help("\u{1b}[2J").also(place(&sources, 0, "2J"), "\u{9b}");
        diagnostic.message = "\u{9b}\u{1b}".to_owned();
        let rendered = render(&diagnostic, &sources, Style::PLAIN);
        assert!(!rendered.contains(['\u{1b}', '\u{9b}']), "{rendered:?}");
    }

    #[test]
    fn a_place_of_several_lines_ends_with_its_last_word() {
        let sources = sources(&["indicator T1\r\n  achieved\r\n\r\n\r\nindicator T2\r\n"]);
        let text = &sources.file(FileId(0)).text;
        let block = Span::new(FileId(0), 0..text.find("indicator T2").unwrap());
        let rendered = render(&Diagnostic::error("E1", block, "it is odd"), &sources, Style::PLAIN);
        assert_eq!(
            rendered.lines().filter(|line| line.starts_with(['1', '2', '3', '4', '5'])).count(),
            2,
            "{rendered}"
        );
    }

    /// Text with what rule files may hold, line ends and wide and broken signs among it.
    fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("\n".to_owned()),
            Just("\r\n".to_owned()),
            Just("\t".to_owned()),
            Just("\u{feff}".to_owned()),
            Just("£ “漢字” e\u{301} 👩‍🔬".to_owned()),
            "[ -~]{0,200}",
            ".{0,20}",
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn span() -> impl Strategy<Value = Span> {
        let offset = prop_oneof![0..400_u32, any::<u32>()];
        (0..3_u32, offset.clone(), offset).prop_map(|(file, start, end)| Span { file: FileId(file), start, end })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]
        #[test]
        fn no_text_and_no_place_panics(
            texts in proptest::collection::vec(text(), 0..3),
            message in any::<String>(),
            place in span(),
            others in proptest::collection::vec((span(), any::<String>()), 0..4),
            help in any::<Option<String>>(),
            width in any::<Option<u16>>(),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let sources = sources(&texts);
            let diagnostic = Diagnostic { others, help, ..Diagnostic::error("E999", place, message).label("here") };
            let width = width.map(|width| width % 300);
            let rendered = render(&diagnostic, &sources, Style { colour: width.is_some(), width });
            prop_assert!(rendered.contains("E999"));
            prop_assert_eq!(one_line(&diagnostic, &sources).lines().count(), 1);
        }
    }
}
