//! A rules folder as an editor shows it: what is typed counts before what is saved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lsp_server::Message;
use lsp_types::{Diagnostic, Hover, HoverContents, MarkupContent, MarkupKind, Position, Uri};

use crate::cli::lsp::places::{self, Places};
use crate::cli::lsp::{faults, hover, messages};
use crate::cli::{CliError, rules_folder};
use crate::ground::{BookName, Sources};
use crate::model::{Library, Rulebook};

/// A rules folder. Its files are known by their paths below it.
pub(super) struct Folder {
    root: PathBuf,
    /// The texts on disk.
    saved: BTreeMap<String, String>,
    /// The texts that the editor holds.
    open: BTreeMap<String, Buffer>,
    /// Files as the editor spells them, which must be answered in its spelling.
    spelled: BTreeMap<String, Uri>,
    /// The faults of each rulebook that was checked, each with its file.
    faults: BTreeMap<BookName, Vec<(String, Diagnostic)>>,
    /// Each rulebook as it was when it last had no errors.
    sound: BTreeMap<BookName, Rulebook>,
}

/// A text that the editor holds, and its count of changes.
struct Buffer {
    version: i32,
    text: String,
}

impl Folder {
    /// Reads a folder.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(root: PathBuf) -> Result<Folder, CliError> {
        let mut folder = Folder {
            root,
            saved: BTreeMap::new(),
            open: BTreeMap::new(),
            spelled: BTreeMap::new(),
            faults: BTreeMap::new(),
            sound: BTreeMap::new(),
        };
        folder.read_again()?;
        Ok(folder)
    }

    /// Reads what is saved again.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read_again(&mut self) -> Result<(), CliError> {
        let (library, _) = rules_folder::find(Some(&self.root))?;
        self.saved = library.sources().iter().map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
        Ok(())
    }

    /// From now on the editor's text of a file counts.
    pub(super) fn edit(&mut self, below: &str, uri: Uri, version: i32, text: String) {
        self.spelled.insert(below.to_owned(), uri);
        self.open.insert(below.to_owned(), Buffer { version, text });
    }

    /// From now on the saved text of a file counts.
    pub(super) fn close(&mut self, below: &str) {
        self.open.remove(below);
    }

    /// True if the editor holds none of its files.
    pub(super) fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    /// Checks the rulebook of a file, or every rulebook for a file of shared clusters, which any may name.
    pub(super) fn check_books_of(&mut self, below: &str) -> Vec<Message> {
        let library = self.library();
        let names = book_of(below).map_or_else(|| library.names(), |name| vec![name]);
        self.check(&library, names, Some(below))
    }

    /// Checks again what was checked before.
    pub(super) fn check_again(&mut self) -> Vec<Message> {
        let names = self.faults.keys().cloned().collect();
        self.check(&self.library(), names, None)
    }

    /// Tells the editor to show no faults any more.
    pub(super) fn forget(mut self) -> Vec<Message> {
        let shown = std::mem::take(&mut self.faults).into_values().flatten();
        let files: BTreeSet<String> = shown.map(|(file, _)| file).collect();
        files.iter().filter_map(|file| self.tell(file, Vec::new())).collect()
    }

    /// What is said of the name at a position of an open file.
    pub(super) fn hover(&self, below: &str, at: Position) -> Option<Hover> {
        let places = Places::new(&self.open.get(below)?.text);
        let (word, range) = places.word(places.offset(at)?)?;
        let value = hover::words(self.sound.get(&book_of(below)?)?, word)?;
        // Terms and titles may hold any sign, so they are not given as Markdown.
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::PlainText, value });
        Some(Hover { contents, range: Some(range) })
    }

    /// All files as the editor shows them.
    fn library(&self) -> Library {
        let open = self.open.iter().map(|(file, buffer)| (file, &buffer.text));
        let texts: BTreeMap<&String, &String> = self.saved.iter().chain(open).collect();
        let mut sources = Sources::default();
        for (file, text) in texts {
            sources.add(file, text);
        }
        Library::new(sources)
    }

    /// Checks rulebooks, and tells the faults of each file whose faults changed, and of the one that was edited.
    fn check(&mut self, library: &Library, names: Vec<BookName>, edited: Option<&str>) -> Vec<Message> {
        let mut before = self.by_file();
        for name in names {
            let checked = library.check(&name);
            let found = faults::shown(&checked.diagnostics, library.sources(), |file| self.uri(file));
            self.faults.insert(name.clone(), found);
            self.sound.extend(checked.book.map(|book| (name, book)));
        }
        let mut after = self.by_file();
        let files: BTreeSet<String> =
            before.keys().chain(after.keys()).cloned().chain(edited.map(str::to_owned)).collect();
        let changed = files.iter().filter_map(|file| {
            let (before, after) = (before.remove(file).unwrap_or_default(), after.remove(file).unwrap_or_default());
            (before != after || edited == Some(file)).then(|| self.tell(file, after))?
        });
        changed.collect()
    }

    /// The faults of each file. One in a shared cluster is one fault, however many rulebooks name it.
    fn by_file(&self) -> BTreeMap<String, Vec<Diagnostic>> {
        let mut files: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for (file, fault) in self.faults.values().flatten() {
            let faults = files.entry(file.clone()).or_default();
            if !faults.contains(fault) {
                faults.push(fault.clone());
            }
        }
        files
    }

    fn tell(&self, file: &str, faults: Vec<Diagnostic>) -> Option<Message> {
        let version = self.open.get(file).map(|buffer| buffer.version);
        Some(messages::faults(self.uri(file)?, version, faults))
    }

    fn uri(&self, file: &str) -> Option<Uri> {
        self.spelled.get(file).cloned().or_else(|| places::uri(&self.root.join(file)))
    }
}

/// The rulebook that a file belongs to; None for shared clusters, and for what is too near the root to belong to any.
fn book_of(below: &str) -> Option<BookName> {
    let mut parts = below.split('/');
    let (scheme, year, _) = (parts.next()?, parts.next()?, parts.next()?);
    (scheme != "codes").then(|| BookName { scheme: scheme.to_owned(), year: year.to_owned() })
}
