//! The rules folders that an editor has files of.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

use lsp_server::Message;
use lsp_types::Uri;

use crate::cli::CliError;
use crate::cli::lsp::folder::Folder;
use crate::cli::lsp::messages::Told;
use crate::cli::lsp::places;

/// All that is open.
pub(super) struct Workspace {
    /// The rules folder that the command line names, in the spellings that a path may have.
    asked: Vec<PathBuf>,
    /// The rules folders with an open file.
    folders: BTreeMap<PathBuf, Folder>,
}

/// A rule file: its rules folder, and its path below.
struct Place {
    root: PathBuf,
    below: String,
}

impl Workspace {
    /// Nothing is open yet.
    pub(super) fn new(rules: Option<&Path>) -> Workspace {
        let spellings = rules.map(|rules| [std::path::absolute(rules), rules.canonicalize()]);
        Workspace { asked: spellings.into_iter().flatten().flatten().collect(), folders: BTreeMap::new() }
    }

    /// Takes note of what the editor says, and gives what it is to be told at once; what changed is checked later.
    ///
    /// # Errors
    /// A rules folder cannot be read.
    pub(super) fn hear(&mut self, told: Told) -> Result<Vec<Message>, CliError> {
        match told {
            Told::Text { uri, version, text } => {
                let Some(Place { root, below }) = self.place(&uri) else { return Ok(Vec::new()) };
                let folder = match self.folders.entry(root) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => {
                        let folder = Folder::read(new.key().clone())?;
                        new.insert(folder)
                    }
                };
                folder.edit(&below, uri, version, text);
                Ok(Vec::new())
            }
            Told::Saved(uri) => self.read_again(&uri, |_, _| ()),
            Told::Closed(uri) => self.read_again(&uri, |folder, below| folder.close(below)),
            Told::Changed => {
                for folder in self.folders.values_mut() {
                    folder.read_again()?;
                    folder.touch_all();
                }
                Ok(Vec::new())
            }
        }
    }

    /// Checks one rulebook that changed, and gives the faults that the editor is to show; None if there is none left.
    pub(super) fn check_next(&mut self) -> Option<Vec<Message>> {
        self.folders.values_mut().find(|folder| folder.awaits_check()).map(Folder::check_next)
    }

    /// The rules folder of an open file, and the file's path below it.
    pub(super) fn find(&self, uri: &Uri) -> Option<(&Folder, String)> {
        let Place { root, below } = self.place(uri)?;
        Some((self.folders.get(&root)?, below))
    }

    /// The rules folders with an open file.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Folder> {
        self.folders.values()
    }

    /// Where a rule file lies: below the folder asked for, else below one that holds code clusters, else in a rulebook
    /// that stands alone.
    fn place(&self, uri: &Uri) -> Option<Place> {
        let path = places::path(uri)?;
        path.extension().filter(|extension| *extension == "rules" || *extension == "toml")?;
        let asked = self.asked.iter().find(|asked| path.starts_with(asked)).map(PathBuf::as_path);
        // A file is `SCHEME/YEAR/FILE` or `codes/VERSION/FILE`, or lies in a scheme's own `codes`.
        let above = || path.ancestors().skip(3).take(2);
        let with_clusters = || above().find(|folder| folder.join("codes").is_dir());
        let is_book = |folder: &Path| ["contract.toml", "scheme.toml"].iter().any(|file| folder.join(file).is_file());
        let alone = || above().zip(path.ancestors().skip(1)).find(|(_, book)| is_book(book)).map(|(root, _)| root);
        let root = asked.or_else(with_clusters).or_else(alone)?;
        let parts = path.strip_prefix(root).ok()?.iter().map(|part| part.to_str());
        let below = parts.collect::<Option<Vec<_>>>()?.join("/");
        Some(Place { root: root.to_owned(), below })
    }

    /// Reads the rules folder of a file again. One that has no open file any more is forgotten.
    fn read_again(&mut self, uri: &Uri, change: impl FnOnce(&mut Folder, &str)) -> Result<Vec<Message>, CliError> {
        let Some(Place { root, below }) = self.place(uri) else { return Ok(Vec::new()) };
        let Some(folder) = self.folders.get_mut(&root) else { return Ok(Vec::new()) };
        change(folder, &below);
        if folder.is_closed() {
            return Ok(self.folders.remove(&root).map(Folder::forget).unwrap_or_default());
        }
        folder.read_again()?;
        folder.touch(&below);
        Ok(Vec::new())
    }
}
