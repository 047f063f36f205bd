//! What a numbers file says beside figures: areas, the rulebooks it uses, and words to look for.

use std::sync::Arc;

use crate::ground::{BookName, Diagnostic, Severity, Sources, Span};
use crate::model::book::Used;
use crate::model::build::fields::Fields;
use crate::model::build::names::suggest;
use crate::model::build::{NUMBERS_FILES, build_below};
use crate::model::pathway::{Thing, WordList, words_of};
use crate::syntax::toml_tree::{Entry, Table, Value};

/// A rulebook that is to be used, as written.
#[derive(Clone, Debug)]
pub(super) struct WrittenUse {
    /// `year_end`
    pub(super) name: String,
    /// `qof/2024-25`; None where something else stands there, which was a fault already.
    pub(super) book: Option<String>,
    pub(super) span: Span,
}

/// A list of words, and its place.
pub(super) struct WrittenWords {
    pub(super) list: WordList,
    pub(super) span: Span,
    pub(super) used: bool,
}

/// `areas = ["Newham", "Waltham Forest"]`
pub(super) fn areas(fields: &mut Fields<'_>) -> Vec<String> {
    let list = fields.list("areas").map_or(&[][..], |(list, _)| list);
    texts(list, "`areas` lists names in quotes", fields).into_iter().map(|(text, _)| text).collect()
}

/// `baseline_years = ["2024-25", "2025-26"]`: years of the rulebook's own scheme, or of another's as SCHEME/YEAR.
pub(super) fn baseline_years(fields: &mut Fields<'_>, scheme: &str) -> Vec<BookName> {
    let list = fields.list("baseline_years").map_or(&[][..], |(list, _)| list);
    let mut names = Vec::new();
    for (text, span) in texts(list, "`baseline_years` lists contract years in quotes", fields) {
        match BookName::parse(&text, scheme) {
            Some(name) => names.push(name),
            None => {
                let fault = Diagnostic::error("E302", span, format!("`{text}` is not the name of a contract year"));
                fields.fault(fault.help("write a year of this scheme, as in \"2024-25\", or SCHEME/YEAR"));
            }
        }
    }
    names
}

/// `[uses]`
pub(super) fn uses(fields: &mut Fields<'_>) -> Vec<WrittenUse> {
    let Some((table, _)) = fields.table("uses") else { return Vec::new() };
    let mut uses = Vec::new();
    for entry in &table.entries {
        match &entry.value {
            Value::Text(book) => {
                uses.push(WrittenUse { name: entry.key.clone(), book: Some(book.clone()), span: entry.span });
            }
            other => {
                uses.push(WrittenUse { name: entry.key.clone(), book: None, span: entry.span });
                let message = format!("a rulebook that is used is named in quotes, found {}", other.kind());
                fields.fault(
                    Diagnostic::error("E302", entry.span, message)
                        .help(format!("write `{} = \"SCHEME/YEAR\"`, as the folder is called", entry.key)),
                );
            }
        }
    }
    uses
}

/// `[words.means]`
pub(super) fn words(fields: &mut Fields<'_>) -> Vec<WrittenWords> {
    let Some((table, _)) = fields.table("words") else { return Vec::new() };
    let mut lists = Vec::new();
    for entry in &table.entries {
        match &entry.value {
            Value::Table(things) => {
                let list = WordList { name: entry.key.clone(), things: things_of(things, fields) };
                lists.push(WrittenWords { list, span: entry.key_span, used: false });
            }
            other => {
                let message = format!("`{}` must be a table of words, found {}", entry.key, other.kind());
                let help = format!(
                    "write `[words.{}]`, and below it a line for each thing: `letter = [\"letter\", \"by post\"]`",
                    entry.key
                );
                fields.fault(Diagnostic::error("E302", entry.span, message).help(help));
            }
        }
    }
    lists
}

fn things_of(table: &Table, fields: &mut Fields<'_>) -> Vec<Thing> {
    let mut things: Vec<Thing> = Vec::new();
    // All ways of writing so far, each with its thing and place.
    let mut known: Vec<(Vec<String>, &str, Span)> = Vec::new();
    for entry in &table.entries {
        let mut ways = Vec::new();
        for (text, span) in ways_of(entry, fields) {
            let way = words_of(&text);
            if way.is_empty() {
                let what = if text.trim().is_empty() { "an empty text".to_owned() } else { format!("`{text}`") };
                let fault = Diagnostic::error("E605", span, format!("{what} holds no word to look for"));
                fields.fault(fault.help("a word is letters or digits: write one, or leave it out"));
                continue;
            }
            match known.iter().find(|(known, thing, _)| *known == way && *thing != entry.key) {
                Some((_, thing, first)) => {
                    let message = format!("`{text}` stands for `{thing}` and for `{}`", entry.key);
                    let fault = Diagnostic::error("E605", span, message).also(*first, "first here");
                    let help = "leave one of the two out: capitals and punctuation make no other word of it";
                    fields.fault(fault.help(help));
                }
                None => {
                    known.push((way.clone(), &entry.key, span));
                    ways.push(way);
                }
            }
        }
        things.push(Thing { name: entry.key.clone(), ways });
    }
    things
}

fn ways_of(entry: &Entry, fields: &mut Fields<'_>) -> Vec<(String, Span)> {
    match &entry.value {
        Value::List(list) => texts(list, &format!("`{}` lists words in quotes", entry.key), fields),
        other => {
            let message = format!("`{}` must be a list of words, found {}", entry.key, other.kind());
            let fault = Diagnostic::error("E302", entry.span, message);
            fields.fault(match other {
                Value::Text(text) if !text.contains(['"', '\\', '\n']) => fault
                    .help(format!("write `{} = [\"{text}\"]`, in square brackets", entry.key))
                    .fix(entry.span, format!("[\"{text}\"]")),
                _ => fault.help(format!("write `{} = [\"…\", \"…\"]`: all the ways it is written", entry.key)),
            });
            Vec::new()
        }
    }
}

fn texts(list: &[(Value, Span)], what: &str, fields: &mut Fields<'_>) -> Vec<(String, Span)> {
    let mut texts = Vec::new();
    for (value, span) in list {
        match value {
            Value::Text(text) => texts.push((text.clone(), *span)),
            other => fields.fault(Diagnostic::error("E302", *span, format!("{what}, found {}", other.kind()))),
        }
    }
    texts
}

/// The rulebooks that one uses, built. `above` are those that are being built because of one another.
pub(super) fn used_books(
    sources: &Sources,
    uses: &[WrittenUse],
    above: &[BookName],
    faults: &mut Vec<Diagnostic>,
) -> Vec<Option<Used>> {
    let mut book_of = |used: &WrittenUse| {
        let written = used.book.as_ref()?;
        let Some(name) = BookName::parse(written, "").filter(|name| exists(sources, name)) else {
            faults.push(no_such_book(sources, used, written));
            return None;
        };
        if above.contains(&name) {
            faults.push(circle(used, &name, above));
            return None;
        }
        let (book, its_faults) = build_below(sources, &name, above);
        if let Some(back) = its_faults.iter().find(|fault| fault.code == "E602") {
            let message = format!("`{name}` leads back to itself by the rulebooks that it uses");
            let fault = Diagnostic::error("E602", used.span, message).also(back.place, "here the way leads back");
            faults.push(fault.help("take one of the two lines out: a rulebook cannot hang on itself"));
            return None;
        }
        if book.is_none() || its_faults.iter().any(|fault| fault.severity == Severity::Error) {
            let fault = Diagnostic::error("E601", used.span, format!("the rulebook `{name}` has errors"));
            faults.push(fault.help(format!("`uptake check {name}` shows them")));
            return None;
        }
        book.map(|book| Used { name: used.name.clone(), book: Arc::new(book) })
    };
    uses.iter().map(&mut book_of).collect()
}

fn exists(sources: &Sources, name: &BookName) -> bool {
    NUMBERS_FILES.iter().any(|file| sources.find(&format!("{name}/{file}")).is_some())
}

fn circle(used: &WrittenUse, name: &BookName, above: &[BookName]) -> Diagnostic {
    let message = match above.last() {
        Some(last) if last == name => "this rulebook uses itself".to_owned(),
        Some(_) | None => format!("`{name}` uses this rulebook in its turn"),
    };
    let help = "name the rulebook whose outcomes are wanted: none can hang on itself";
    Diagnostic::error("E602", used.span, message).help(help)
}

fn no_such_book(sources: &Sources, used: &WrittenUse, written: &str) -> Diagnostic {
    let fault = Diagnostic::error("E601", used.span, format!("there is no rulebook `{written}`"));
    let folders = sources.iter().filter_map(|(_, file)| {
        let (folder, name) = file.path.rsplit_once('/')?;
        NUMBERS_FILES.contains(&name).then_some(folder)
    });
    let folders: Vec<&str> = folders.collect();
    suggest(fault, written, used.span, folders.iter().copied(), |fault| {
        fault.help(format!("a rulebook is named SCHEME/YEAR, as its folder is; there are: {}", folders.join(", ")))
    })
}
