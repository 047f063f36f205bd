//! The faults of rulebooks, of their worked examples, and of the way their files were saved.

use crate::cli::rules_folder::{self, Origin};
use crate::ground::{BookName, Diagnostic, FileId, SavedAs, SourceFile, Span};
use crate::model::{Library, Rulebook};

/// All faults of some rulebooks, by place.
pub(super) fn faults(library: &Library, origin: &Origin, names: &[BookName]) -> Vec<Diagnostic> {
    let mut books = Vec::new();
    let mut found = of_rulebooks_into(library, names, &mut books);
    found.extend(library.check_across(&books));
    if *origin != Origin::BuiltIn {
        found.extend(library.edited_clusters(&rules_folder::built_in()));
    }
    // Who checks everything wants to know what is not checked.
    if names.len() == library.names().len() {
        found.extend(library.stray_files());
    }
    let sources = library.sources();
    let guessed = sources.iter().filter(|(_, file)| file.saved_as == SavedAs::Windows1252);
    found.extend(guessed.filter(|(_, file)| is_of(file, names)).map(|(id, file)| guessed_characters(id, file)));
    found.sort_by(|a, b| (a.place, a.code).cmp(&(b.place, b.code)));
    // A fault in a shared cluster is one fault, however many rulebooks use it.
    found.dedup();
    found
}

/// The faults that the texts have.
pub(super) fn of_rulebooks(library: &Library, names: &[BookName]) -> Vec<Diagnostic> {
    of_rulebooks_into(library, names, &mut Vec::new())
}

/// The same, keeping the rulebooks that are sound.
fn of_rulebooks_into(library: &Library, names: &[BookName], books: &mut Vec<Rulebook>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for name in names {
        let checked = library.check_with_examples(name);
        found.extend(checked.diagnostics);
        books.extend(checked.book);
    }
    found
}

/// True for the files of a rulebook's folder, and for code clusters, which any rulebook may name.
pub(super) fn is_of(file: &SourceFile, names: &[BookName]) -> bool {
    file.path.starts_with("codes/") || names.iter().any(|name| file.path.starts_with(&format!("{name}/")))
}

/// No more characters than this are named.
const CHARACTERS_NAMED: usize = 8;

fn guessed_characters(id: FileId, file: &SourceFile) -> Diagnostic {
    let mut characters: Vec<char> = Vec::new();
    for sign in file.text.chars().filter(|sign| !sign.is_ascii()) {
        if !characters.contains(&sign) && characters.len() < CHARACTERS_NAMED {
            characters.push(sign);
        }
    }
    let named: Vec<String> = characters.iter().map(|sign| format!("`{sign}`")).collect();
    let message = format!("this file is not UTF-8; it was read as Windows-1252, which makes {}", named.join(", "));
    let first = file.text.char_indices().find(|(_, sign)| !sign.is_ascii());
    let place = first.map_or(0..0, |(at, sign)| at..at + sign.len_utf8());
    Diagnostic::warning("W107", Span::new(id, place), message)
        .help("save it as UTF-8, or let `uptake check --fix` do that, if these are the characters that were meant")
}
