//! From a word to where it is given its meaning, and to everything else that means the same.

use lsp_types::{Location, Position};

use crate::cli::lsp::files;
use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::mentions::{Mention, Mentions, Named};
use crate::cli::lsp::places::Places;
use crate::ground::Span;

/// What is named at a position, and what was read of its rulebook.
pub(super) fn named_at(folder: &Folder, below: &str, at: Position) -> Option<(Mention, Mentions)> {
    let (file, text) = folder.file(below)?;
    let at = Places::new(text).offset(at)?;
    let mentions = folder.mentions(below)?;
    let mention = mentions.at(file, at)?.clone();
    Some((mention, mentions))
}

/// Where the word at a position is given its meaning: a figure that several measures have, more than once.
pub(super) fn definition(folder: &Folder, below: &str, at: Position) -> Option<Vec<Location>> {
    let (mention, mentions) = named_at(folder, below, at)?;
    let places = match &mention.named {
        Named::Cluster(path) => vec![Span::new(folder.sources().find(path)?, 0..0)],
        Named::Defined { .. }
        | Named::Figure(_)
        | Named::Count(_)
        | Named::Line { .. }
        | Named::Measure(_)
        | Named::Reason { .. }
        | Named::State(_)
        | Named::Words(_)
        | Named::Used(_)
        | Named::Source { .. } => {
            let definitions = |mentions: &Mentions| -> Vec<Span> {
                let found = mentions.all(&mention.named).filter(|mention| mention.is_definition);
                found.map(|mention| mention.span).collect()
            };
            // The measures of a pathway are those of a rulebook that is used.
            let used = || mentions.uses().into_iter().map(|(_, book)| Mentions::of_book(folder.sources(), &book));
            match definitions(&mentions) {
                none if none.is_empty() && matches!(mention.named, Named::Measure(_)) => {
                    used().map(|used| definitions(&used)).find(|found| !found.is_empty()).unwrap_or_default()
                }
                found => found,
            }
        }
    };
    Some(places.into_iter().filter_map(|place| folder.location(place)).collect())
}

/// Everything that means the same as the word at a position.
pub(super) fn references(folder: &Folder, below: &str, at: Position, with_definition: bool) -> Option<Vec<Location>> {
    let (mention, mentions) = named_at(folder, below, at)?;
    let mut places: Vec<Span> = Vec::new();
    let mut add = |mentions: &Mentions| {
        let wanted = mentions.all(&mention.named).filter(|mention| with_definition || !mention.is_definition);
        places.extend(wanted.map(|mention| mention.span));
    };
    add(&mentions);
    // A shared cluster may be named in every rulebook that takes that version of them.
    if let Named::Cluster(path) = &mention.named
        && let Some(clusters) = files::clusters_of(path)
    {
        add(&Mentions::of_clusters(folder.sources(), clusters));
        for name in folder.books_with(clusters) {
            add(&Mentions::of_book(folder.sources(), &name));
        }
    }
    places.sort_unstable();
    places.dedup();
    Some(places.into_iter().filter_map(|place| folder.location(place)).collect())
}
