//! A rules folder as an editor shows it: what is typed counts before what is saved.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lsp_server::Message;
use lsp_types::{Diagnostic, Location, Uri};

use crate::cli::lsp::faults::{self, Fault};
use crate::cli::lsp::mentions::Mentions;
use crate::cli::lsp::places::{self, Places};
use crate::cli::lsp::{files, messages};
use crate::cli::{CliError, rules_folder};
use crate::ground::{BookName, FileId, Sources, Span};
use crate::model::Library;
use crate::syntax::toml_tree::read_toml;

/// A rules folder. Its files are known by their paths below it.
pub(super) struct Folder {
    root: PathBuf,
    /// The texts on disk.
    saved: BTreeMap<String, String>,
    /// The texts that the editor holds.
    open: BTreeMap<String, Buffer>,
    /// All files as the editor shows them.
    library: Library,
    /// Files as the editor spells them, which must be answered in its spelling.
    spelled: BTreeMap<String, Uri>,
    /// The faults of each rulebook that was checked, each with its file.
    faults: BTreeMap<BookName, Vec<Fault>>,
    /// The rulebooks that changed since they were checked: what was typed in last before those that read its results.
    changed: Vec<BookName>,
    /// The files whose faults must be told, changed or not.
    awaited: BTreeSet<String>,
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
            library: Library::new(Sources::default()),
            spelled: BTreeMap::new(),
            faults: BTreeMap::new(),
            changed: Vec::new(),
            awaited: BTreeSet::new(),
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
        self.join();
        Ok(())
    }

    /// From now on the editor's text of a file counts.
    pub(super) fn edit(&mut self, below: &str, uri: Uri, version: i32, text: String) {
        self.spelled.insert(below.to_owned(), uri);
        self.open.insert(below.to_owned(), Buffer { version, text });
        self.join();
        self.touch(below);
    }

    /// From now on the saved text of a file counts.
    pub(super) fn close(&mut self, below: &str) {
        self.open.remove(below);
        self.join();
    }

    /// True if the editor holds none of its files.
    pub(super) fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    /// Puts the editor's texts in the place of those on disk.
    fn join(&mut self) {
        let open = self.open.iter().map(|(file, buffer)| (file, &buffer.text));
        let texts: BTreeMap<&String, &String> = self.saved.iter().chain(open).collect();
        let mut sources = Sources::default();
        for (file, text) in texts {
            sources.add(file, text);
        }
        self.library = Library::new(sources);
    }

    /// A file changed: its rulebook is to be checked, or the rulebooks that may name a cluster of its folder.
    pub(super) fn touch(&mut self, below: &str) {
        let names = match (files::book_of(below), files::clusters_of(below)) {
            (Some(name), _) => self.with_users(name),
            (None, Some(folder)) => self.books_with(folder),
            (None, None) => Vec::new(),
        };
        self.await_check(names);
        self.awaited.insert(below.to_owned());
    }

    /// Rulebooks to be checked, before all that wait for it already.
    fn await_check(&mut self, names: Vec<BookName>) {
        self.changed.retain(|waiting| !names.contains(waiting));
        self.changed.splice(0..0, names);
    }

    /// A rulebook, and those that read its results.
    fn with_users(&self, name: BookName) -> Vec<BookName> {
        let sources = self.sources();
        let books = self.library.names();
        let uses: Vec<(BookName, Vec<BookName>)> = books
            .into_iter()
            .filter_map(|book| {
                let file = files::numbers(sources, &book)?;
                let text = &sources.file(file).text;
                let root = text.contains("[uses]").then(|| read_toml(file, text).0)?;
                Some((book, files::uses(&root).into_iter().map(|(_, used)| used).collect()))
            })
            .collect();
        let mut found = vec![name];
        // A rulebook may be used by one that is used itself.
        let mut at = 0;
        while let Some(name) = found.get(at).cloned() {
            let users = uses.iter().filter(|(book, used)| used.contains(&name) && !found.contains(book));
            found.extend(users.map(|(book, _)| book.clone()).collect::<Vec<_>>());
            at += 1;
        }
        found
    }

    /// Everything that was checked is to be checked again.
    pub(super) fn touch_all(&mut self) {
        self.await_check(self.faults.keys().cloned().collect());
    }

    /// The rulebooks that take their clusters from a folder.
    pub(super) fn books_with(&self, clusters: &str) -> Vec<BookName> {
        let sources = self.sources();
        let takes = |name: &BookName| {
            let root = files::numbers(sources, name).map(|file| read_toml(file, &sources.file(file).text).0);
            let version = root.as_ref().and_then(|root| files::text(root, "codes"));
            version.is_some_and(|version| clusters.strip_prefix("codes/") == Some(version))
        };
        self.library.names().into_iter().filter(takes).collect()
    }

    /// Tells the editor to show no faults any more.
    pub(super) fn forget(mut self) -> Vec<Message> {
        let shown = std::mem::take(&mut self.faults).into_values().flatten();
        let files: BTreeSet<String> = shown.map(|fault| fault.file).collect();
        files.iter().filter_map(|file| self.tell(file, Vec::new())).collect()
    }

    /// True if something changed that was not checked since.
    pub(super) fn awaits_check(&self) -> bool {
        !self.changed.is_empty() || !self.awaited.is_empty()
    }

    /// Checks one rulebook that changed, and tells the faults of each file whose faults changed, and of those that were
    /// edited.
    pub(super) fn check_next(&mut self) -> Vec<Message> {
        let awaited = std::mem::take(&mut self.awaited);
        let mut before = self.by_file();
        if !self.changed.is_empty() {
            let name = self.changed.remove(0);
            let checked = self.library.check_with_examples(&name);
            let found = faults::shown(&checked.diagnostics, self.sources(), |file| self.uri(file));
            self.faults.insert(name, found);
        }
        let mut after = self.by_file();
        let files: BTreeSet<String> = before.keys().chain(after.keys()).chain(&awaited).cloned().collect();
        let told = files.iter().filter_map(|file| {
            let (before, after) = (before.remove(file).unwrap_or_default(), after.remove(file).unwrap_or_default());
            (before != after || awaited.contains(file)).then(|| self.tell(file, after))?
        });
        told.collect()
    }

    /// The faults of each file. One in a shared cluster is one fault, however many rulebooks name it.
    fn by_file(&self) -> BTreeMap<String, Vec<Diagnostic>> {
        let mut files: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for fault in self.faults.values().flatten() {
            let faults = files.entry(fault.file.clone()).or_default();
            if !faults.contains(&fault.shown) {
                faults.push(fault.shown.clone());
            }
        }
        files
    }

    fn tell(&self, file: &str, faults: Vec<Diagnostic>) -> Option<Message> {
        let version = self.open.get(file).map(|buffer| buffer.version);
        Some(messages::faults(self.uri(file)?, version, faults))
    }

    /// The faults of a file, as they were last told, those of several rulebooks once.
    pub(super) fn faults_of(&self, below: &str) -> Vec<&Fault> {
        let mut faults: Vec<&Fault> = Vec::new();
        for fault in self.faults.values().flatten().filter(|fault| fault.file == below) {
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
        faults
    }

    /// All files as the editor shows them.
    pub(super) fn sources(&self) -> &Sources {
        self.library.sources()
    }

    /// All files as the editor shows them, to be checked.
    pub(super) fn library(&self) -> &Library {
        &self.library
    }

    /// What is named in the rulebook of a file, or in the folder of clusters that it lies in.
    pub(super) fn mentions(&self, below: &str) -> Option<Mentions> {
        Mentions::around(self.sources(), below)
    }

    /// A file as the editor spells it.
    pub(super) fn uri(&self, file: &str) -> Option<Uri> {
        self.spelled.get(file).cloned().or_else(|| places::uri(&self.root.join(file)))
    }

    /// A place as the editor names it.
    pub(super) fn location(&self, span: Span) -> Option<Location> {
        let file = self.sources().file(span.file);
        Some(Location { uri: self.uri(&file.path)?, range: Places::new(&file.text).range(span.range()) })
    }

    /// The id and text of a file.
    pub(super) fn file(&self, below: &str) -> Option<(FileId, &str)> {
        let file = self.sources().find(below)?;
        Some((file, &self.sources().file(file).text))
    }
}
