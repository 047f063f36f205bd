//! Giving a defined name, a line or a figure another name, wherever it stands in its rulebook. Whatever could change the
//! meaning of a rule is refused: the renamed rulebook is checked before the editor is given the edits.

use std::collections::BTreeMap;

use lsp_types::{Position, PrepareRenameResponse, TextEdit, WorkspaceEdit};

use crate::cli::lsp::files;
use crate::cli::lsp::fixes;
use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::mentions::{MORE_COUNTS, Mention, Mentions, Named};
use crate::cli::lsp::navigation::named_at;
use crate::cli::lsp::places::Places;
use crate::ground::{BookName, FileId, Severity, Sources, Span};
use crate::model::Library;
use crate::model::formula::CountName;
use crate::syntax::read_rules;
use crate::syntax::tree::Block;

/// Lines whose names mean something to whoever pays.
const RESULTS: [&str; 2] = ["points", "pounds"];

/// The name at a position, if it can be changed.
///
/// # Errors
/// Why it cannot.
pub(super) fn prepare(folder: &Folder, below: &str, at: Position) -> Result<PrepareRenameResponse, String> {
    let (mention, _) = renamed(folder, below, at)?;
    let location = folder.location(mention.span).ok_or("this file has no name")?;
    let placeholder = folder.sources().text(mention.span).to_owned();
    Ok(PrepareRenameResponse::RangeWithPlaceholder { range: location.range, placeholder })
}

/// The edits that give the name at a position another.
///
/// # Errors
/// Why it cannot have it.
pub(super) fn rename(folder: &Folder, below: &str, at: Position, new: &str) -> Result<WorkspaceEdit, String> {
    let (mention, mentions) = renamed(folder, below, at)?;
    let name = files::book_of(below).ok_or("this file is of no rulebook")?;
    let sources = folder.sources();
    if sources.text(mention.span) == new {
        return Ok(WorkspaceEdit::default());
    }
    refuse_no_name(new)?;
    refuse_taken(&mentions, new)?;
    let places: Vec<Span> = mentions.all(&mention.named).map(|mention| mention.span).collect();
    let texts = edited(sources, &places, new);
    refuse_faults(folder.library(), &name, &texts)?;
    let edits = places.iter().fold(BTreeMap::<FileId, Vec<TextEdit>>::new(), |mut files, place| {
        let range = Places::new(&sources.file(place.file).text).range(place.range());
        files.entry(place.file).or_default().push(TextEdit { range, new_text: new.to_owned() });
        files
    });
    let by_uri = edits.into_iter().filter_map(|(file, edits)| Some((folder.uri(&sources.file(file).path)?, edits)));
    Ok(fixes::edit(by_uri))
}

fn renamed(folder: &Folder, below: &str, at: Position) -> Result<(Mention, Mentions), String> {
    let found = named_at(folder, below, at).ok_or("there is no name here that the rulebook knows")?;
    match &found.0.named {
        Named::Defined { .. } | Named::Figure(_) | Named::Words(_) | Named::Used(_) => Ok(found),
        Named::Line { name, .. } if !RESULTS.contains(&name.as_str()) => Ok(found),
        Named::Line { name, .. } => Err(format!("`{name}` is what is paid, and keeps its name")),
        Named::Cluster(_) => {
            Err("a cluster is called as its file is, and other rulebooks may name it: rename the file".to_owned())
        }
        Named::Count(name) => Err(format!("`{name}` is a word of the language")),
        Named::State(_) => Err("states stand in results of earlier runs, and keep their names".to_owned()),
        Named::Measure(_) | Named::Reason { .. } => {
            Err("codes are the contract's, and stand in results of earlier runs".to_owned())
        }
        Named::Source { .. } => Err("a source keeps its id".to_owned()),
    }
}

/// The reader of rules is asked whether it takes the name.
fn refuse_no_name(new: &str) -> Result<(), String> {
    let (tree, faults) = read_rules(FileId(0), &format!("define {new} no x"));
    let is_name = faults.is_empty() && matches!(&tree.blocks[..], [Block::Define(define)] if define.name.text == new);
    let help = "a name has small letters, digits and `_`, starts with a letter, and is no word of the language";
    if is_name { Ok(()) } else { Err(format!("`{new}` is not a name: {help}")) }
}

fn refuse_taken(mentions: &Mentions, new: &str) -> Result<(), String> {
    let is_count = CountName::ALL.iter().any(|count| count.word() == new) || MORE_COUNTS.contains(&new);
    let defined = mentions.list.iter().filter(|mention| mention.is_definition);
    let what = defined.into_iter().find_map(|mention| match &mention.named {
        Named::Defined { name, .. } => (name == new).then_some("a `define`"),
        Named::Figure(name) => (name == new).then_some("a figure"),
        Named::Line { name, .. } => (name == new).then_some("a line of a payment or fee"),
        Named::State(name) => (name == new).then_some("a state"),
        Named::Words(name) => (name == new).then_some("a list of words"),
        Named::Used(name) => (name == new).then_some("a rulebook that is used"),
        Named::Cluster(_) | Named::Count(_) | Named::Measure(_) | Named::Reason { .. } | Named::Source { .. } => None,
    });
    match what.or(is_count.then_some("a count")).or(RESULTS.contains(&new).then_some("what is paid")) {
        Some(what) => Err(format!("`{new}` is already the name of {what}")),
        None => Ok(()),
    }
}

/// The texts of the files that hold some places, with another name in each place.
fn edited(sources: &Sources, places: &[Span], new: &str) -> BTreeMap<FileId, String> {
    let mut places = places.to_vec();
    places.sort_unstable();
    let mut texts = BTreeMap::new();
    // From the end, so that the places before stay where they are.
    for place in places.into_iter().rev() {
        let text: &mut String = texts.entry(place.file).or_insert_with(|| sources.file(place.file).text.clone());
        text.replace_range(place.range(), new);
    }
    texts
}

/// Refuses edits that make a fault where there was none.
fn refuse_faults(library: &Library, name: &BookName, texts: &BTreeMap<FileId, String>) -> Result<(), String> {
    let mut sources = Sources::default();
    for (id, file) in library.sources().iter() {
        sources.add(&file.path, texts.get(&id).unwrap_or(&file.text));
    }
    let before = library.check(name).diagnostics;
    let after = Library::new(sources).check(name).diagnostics;
    let count =
        |faults: &[crate::ground::Diagnostic]| faults.iter().filter(|fault| fault.severity == Severity::Error).count();
    if count(&after) <= count(&before) {
        return Ok(());
    }
    let is_new = |fault: &&crate::ground::Diagnostic| !before.iter().any(|known| known.message == fault.message);
    let why = after.iter().find(is_new).map_or("the rulebook would have new faults", |fault| &fault.message);
    Err(format!("this would be a fault: {why}"))
}
