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
    /// `qof/2024-25`
    pub(super) book: String,
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

/// `[uses]`
pub(super) fn uses(fields: &mut Fields<'_>) -> Vec<WrittenUse> {
    let Some((table, _)) = fields.table("uses") else { return Vec::new() };
    let mut uses = Vec::new();
    for entry in &table.entries {
        match &entry.value {
            Value::Text(book) => {
                uses.push(WrittenUse { name: entry.key.clone(), book: book.clone(), span: entry.span });
            }
            other => {
                let message = format!("a rulebook that is used is named in quotes, found {}", other.kind());
                fields.fault(
                    Diagnostic::error("E302", entry.span, message)
                        .help("write `year_end = \"qof/2024-25\"`: a name of your own, and SCHEME/YEAR"),
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
                fields.fault(
                    Diagnostic::error("E302", entry.span, message).help("write `letter = [\"letter\", \"post\"]`"),
                );
            }
        }
    }
    lists
}

fn things_of(table: &Table, fields: &mut Fields<'_>) -> Vec<Thing> {
    let mut things: Vec<Thing> = Vec::new();
    for entry in &table.entries {
        let mut ways = Vec::new();
        for (text, span) in ways_of(entry, fields) {
            let way = words_of(&text);
            if way.is_empty() {
                let fault = Diagnostic::error("E605", span, format!("`{text}` holds no word to look for"));
                fields.fault(fault.help("a word is letters or digits"));
                continue;
            }
            if let Some(other) = things.iter().find(|thing| thing.ways.contains(&way)) {
                let message = format!("`{text}` stands for `{}` and for `{}`", other.name, entry.key);
                fields.fault(Diagnostic::error("E605", span, message).help("one way of writing is one thing"));
                continue;
            }
            ways.push(way);
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
            fields
                .fault(Diagnostic::error("E302", entry.span, message).help("write `letter = [\"letter\", \"post\"]`"));
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
        let name = BookName::parse(&used.book, "").filter(|name| exists(sources, name));
        let Some(name) = name else {
            faults.push(no_such_book(sources, used));
            return None;
        };
        if above.contains(&name) {
            let fault = Diagnostic::error("E602", used.span, format!("`{name}` uses this rulebook in its turn"));
            faults.push(fault.help("a rulebook cannot hang on itself"));
            return None;
        }
        let (book, its_faults) = build_below(sources, &name, above);
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

fn no_such_book(sources: &Sources, used: &WrittenUse) -> Diagnostic {
    let fault = Diagnostic::error("E601", used.span, format!("there is no rulebook `{}`", used.book));
    let folders = sources.iter().filter_map(|(_, file)| {
        let (folder, name) = file.path.rsplit_once('/')?;
        NUMBERS_FILES.contains(&name).then_some(folder)
    });
    suggest(fault, &used.book, used.span, folders, |fault| {
        fault.help("a rulebook is named SCHEME/YEAR, as its folder is")
    })
}
