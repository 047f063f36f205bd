//! A folder of rulebooks: which there are, and each one checked when it is asked for.

use std::collections::HashMap;

use crate::ground::{BookName, ConceptId, Diagnostic, FileId, Severity, Sources};
use crate::model::Rulebook;
use crate::model::build::{self, NUMBERS_FILES};
use crate::model::examples;

mod across;
mod convention;
mod moved;
mod stray;

pub use self::stray::is_misnamed;

/// All the files of a rules folder.
#[derive(Clone, Debug)]
pub struct Library {
    sources: Sources,
}

/// The known word nearest to a mistyped one, if one is near.
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    build::nearest(word, known)
}

/// A rulebook and what somebody should look at in it; or no rulebook and the faults.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The rulebook, unless there are errors.
    pub book: Option<Rulebook>,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Library {
    /// A library of the files of a rules folder, by their paths below it.
    pub fn new(sources: Sources) -> Library {
        Library { sources }
    }

    /// The files.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The names of all rulebooks, in order.
    pub fn names(&self) -> Vec<BookName> {
        let books = self.sources.iter().filter_map(|(_, file)| {
            let (folder, name) = file.path.rsplit_once('/')?;
            let (scheme, year) = folder.split_once('/')?;
            let is_book = NUMBERS_FILES.contains(&name) && !year.contains('/') && scheme != "codes";
            is_book.then(|| BookName { scheme: scheme.to_owned(), year: year.to_owned() })
        });
        let mut names: Vec<BookName> = books.collect();
        names.sort();
        names.dedup();
        names
    }

    /// The codes of a cluster by its name, from the newest national version that has it, else from a scheme's own folder;
    /// none if nothing has it. For made-up data: a rulebook's clusters are its own.
    pub fn codes(&self, cluster: &str) -> Vec<ConceptId> {
        build::cluster_codes(&self.sources, cluster)
    }

    /// The version of the national code clusters that a rulebook uses, if it names one.
    pub fn codes_version(&self, name: &BookName) -> Option<String> {
        build::codes_version(&self.sources, name)
    }

    /// These rulebooks and all those that they use, each once, in order.
    pub fn with_used(&self, names: &[BookName]) -> Vec<BookName> {
        let mut all: Vec<BookName> = names.to_vec();
        for name in names {
            if let Some(book) = self.check(name).book {
                add_used(&book, &mut all);
            }
        }
        all.sort();
        all.dedup();
        all
    }

    /// Clusters of published versions that say otherwise here than where they were published: a warning each, which names
    /// the codes. A published version is not edited, because past years stand on it; a change is a new version.
    pub fn edited_clusters(&self, published: &Library) -> Vec<Diagnostic> {
        build::edited_clusters(&self.sources, &published.sources)
    }

    /// Reads and checks one rulebook. A name that is not among [`Library::names`] gives neither book nor diagnostics.
    pub fn check(&self, name: &BookName) -> Checked {
        if !self.names().contains(name) {
            return Checked { book: None, diagnostics: Vec::new() };
        }
        let (book, mut diagnostics) = build::build(&self.sources, name);
        diagnostics.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        diagnostics.dedup();
        keep_readable(&mut diagnostics);
        let is_sound = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
        Checked { book: book.filter(|_| is_sound), diagnostics }
    }

    /// The same with the faults of its worked examples. Against a rulebook that has errors nobody can say whether an
    /// example is right: then they are not looked at.
    pub fn check_with_examples(&self, name: &BookName) -> Checked {
        let Checked { book, mut diagnostics } = self.check(name);
        if let Some(book) = &book {
            diagnostics.extend(examples::read(self, book).1);
        }
        Checked { book, diagnostics }
    }
}

/// No more faults of one kind in one file than this are worth reading at once.
const MOST_ALIKE: usize = 100;

/// Leaves out what is alike beyond what anybody reads; the last that is kept says how many there are.
pub(in crate::model) fn keep_readable(diagnostics: &mut Vec<Diagnostic>) {
    let mut alike: HashMap<(FileId, &'static str), usize> = HashMap::new();
    for diagnostic in diagnostics.iter() {
        *alike.entry((diagnostic.place.file, diagnostic.code)).or_default() += 1;
    }
    alike.retain(|_, count| *count > MOST_ALIKE);
    let mut kept: HashMap<(FileId, &'static str), usize> = HashMap::new();
    diagnostics.retain_mut(|diagnostic| {
        let Some(all) = alike.get(&(diagnostic.place.file, diagnostic.code)) else { return true };
        let at = kept.entry((diagnostic.place.file, diagnostic.code)).or_default();
        *at += 1;
        if *at == MOST_ALIKE {
            let more = format!("{} more of {} in this file are not shown", all - MOST_ALIKE, diagnostic.code);
            diagnostic.help = Some(diagnostic.help.take().map_or(more.clone(), |help| format!("{help}; {more}")));
        }
        *at <= MOST_ALIKE
    });
}

fn add_used(book: &Rulebook, all: &mut Vec<BookName>) {
    for used in &book.uses {
        all.push(used.book.name.clone());
        add_used(&used.book, all);
    }
}
