//! `uptake check --fix`: the edits that faults carry, made in rounds until none is left, and written as whole files or
//! not at all.

mod lists;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use crate::cli::check::found;
use crate::cli::output::Readers;
use crate::cli::{CliError, output, rules_folder};
use crate::ground::{BookName, Diagnostic, FileId, Fix, SavedAs, Sources};
use crate::model::Library;
use crate::report::style::harmless;

/// A mended fault can lay open the next one, and a fault that stands in many places is mended in one of them a round. No file
/// that people look after has it in more places than this.
const MOST_ROUNDS: usize = 200;

/// A library after its faults were mended, and what was done.
pub(super) struct Mended {
    library: Library,
    /// What was changed, in words, in the order done.
    changes: Vec<String>,
}

/// Mends what can be mended in the files of some rulebooks.
pub(super) fn mend(library: &Library, names: &[BookName]) -> Mended {
    let mut mended = Mended { library: library.clone(), changes: Vec::new() };
    let mut met = HashSet::new();
    for _ in 0..MOST_ROUNDS {
        let faults = found::of_rulebooks(&mended.library, names);
        let fixes = certain(&faults, mended.library.sources());
        // Edits that undo one another would be made for ever.
        if fixes.is_empty() || !met.insert(hash(&mended.library)) {
            break;
        }
        mended.apply(&fixes);
    }
    mended.save_as_utf_8(library, names);
    mended
}

/// A number for what all files say.
fn hash(library: &Library) -> u64 {
    let mut hasher = DefaultHasher::new();
    library.sources().iter().for_each(|(_, file)| file.text.hash(&mut hasher));
    hasher.finish()
}

/// A fault's edit, with its code.
type Certain<'a> = (&'a Fix, &'static str);

/// The edits by place. Of those that overlap the first is made, and of those that start together the widest: a name in curly
/// quotes is read again once its quotes are straight. Those that contradict one another are guesses, and so are those that would
/// name in one list twice what it names already.
fn certain<'a>(faults: &'a [Diagnostic], sources: &Sources) -> Vec<Certain<'a>> {
    let mut fixes: Vec<Certain<'_>> =
        faults.iter().filter_map(|fault| fault.fix.as_ref().map(|fix| (fix, fault.code))).collect();
    fixes.sort_by_key(|(fix, _)| (fix.place.file, fix.place.start, Reverse(fix.place.end), fix.text.as_str()));
    fixes.dedup_by_key(|(fix, _)| *fix);
    let contradicts = |fix: &Fix| fixes.iter().filter(|(other, _)| other.place == fix.place).count() > 1;
    let mut certain: Vec<Certain<'_>> = Vec::new();
    for (fix, code) in fixes.iter().copied().filter(|(fix, _)| !contradicts(fix)) {
        let is_free = certain
            .last()
            .is_none_or(|(last, _)| last.place.file != fix.place.file || last.place.end <= fix.place.start);
        if is_free && !repeats(fix, sources, &certain) {
            certain.push((fix, code));
        }
    }
    certain
}

/// True if an edit would write a name that its list has already, or that another edit of the same list writes in the place of
/// another word: of two names that were to differ, one then stands there twice.
fn repeats(fix: &Fix, sources: &Sources, earlier: &[Certain<'_>]) -> bool {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(is_of_a_name);
    let written = |fix: &Fix| sources.text(fix.place).trim_matches('"').to_owned();
    let new = fix.text.trim_matches('"');
    if !is_name(new) || !is_name(&written(fix)) || written(fix) == new {
        return false;
    }
    let text = &sources.file(fix.place.file).text;
    let list = lists::around(text, fix.place.range());
    let is_there = text[list.clone()].split(|sign: char| !is_of_a_name(sign)).any(|word| word == new);
    let is_here = |other: &Fix| other.place.file == fix.place.file && list.contains(&other.place.range().start);
    is_there
        || earlier.iter().any(|(other, _)| is_here(other) && other.text == fix.text && written(other) != written(fix))
}

fn is_of_a_name(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | '-')
}

impl Mended {
    /// Makes edits that are in order and do not overlap.
    fn apply(&mut self, fixes: &[Certain<'_>]) {
        let mut by_file: BTreeMap<FileId, Vec<&Fix>> = BTreeMap::new();
        let before = self.library.sources();
        for (fix, code) in fixes {
            by_file.entry(fix.place.file).or_default().push(fix);
            let (file, line) = (&before.file(fix.place.file).path, before.line(fix.place));
            let (old, new) = (shortened(before.text(fix.place)), shortened(&fix.text));
            self.changes.push(format!("{}:{line}: {old} is now {new} ({code})", harmless(file)));
        }
        let mut after = Sources::default();
        for (id, file) in before.iter() {
            let mut text = file.text.clone();
            for fix in by_file.get(&id).into_iter().flatten().rev() {
                text.replace_range(fix.place.range(), &fix.text);
            }
            after.add_saved_as(file.path.as_str(), text, file.saved_as);
        }
        self.library = Library::new(after);
    }

    /// Files that were changed, or whose characters had to be guessed, become UTF-8; a mark that was there stays.
    fn save_as_utf_8(&mut self, before: &Library, names: &[BookName]) {
        let mut after = Sources::default();
        for (id, file) in self.library.sources().iter() {
            let is_changed = before.sources().file(id).text != file.text;
            let is_guessed = file.saved_as == SavedAs::Windows1252 && found::is_of(file, names);
            let saved_as = match file.saved_as {
                SavedAs::Utf16 if is_changed => SavedAs::Utf8,
                SavedAs::Windows1252 if is_changed || is_guessed => SavedAs::Utf8,
                as_it_was => as_it_was,
            };
            if saved_as != file.saved_as {
                let was = if file.saved_as == SavedAs::Utf16 { "UTF-16" } else { "Windows-1252" };
                self.changes.push(format!("{}: saved as UTF-8, was {was}", harmless(&file.path)));
            }
            after.add_saved_as(file.path.as_str(), file.text.as_str(), saved_as);
        }
        self.library = Library::new(after);
    }

    /// What was changed, a line each, and how much it was.
    pub(super) fn in_words(&self, is_tried_only: bool) -> String {
        let mut words = String::new();
        for change in &self.changes {
            let _ = writeln!(words, "{change}");
        }
        let count = match self.changes.len() {
            0 => "nothing that is certain to mend".to_owned(),
            1 => "1 change".to_owned(),
            count => format!("{count} changes"),
        };
        let tried = if is_tried_only { ", nothing written" } else { "" };
        let _ = writeln!(words, "{count}{tried}\n");
        words
    }

    /// Writes the files that differ, all of them or none.
    ///
    /// # Errors
    /// A file was changed meanwhile, or cannot be written; then none was.
    pub(super) fn write(&self, before: &Library, folder: &Path) -> Result<(), CliError> {
        let mut files = Vec::new();
        for ((_, old), (_, new)) in before.sources().iter().zip(self.library.sources().iter()) {
            if old == new {
                continue;
            }
            let path = folder.join(&new.path);
            if rules_folder::read_text(&path)? != (old.text.clone(), old.saved_as) {
                let message = format!("{} was changed while its faults were looked for", path.display());
                return Err(CliError::usage(message).help("nothing was written; run this again"));
            }
            let mark = if new.saved_as == SavedAs::MarkedUtf8 { "\u{feff}" } else { "" };
            files.push((path, format!("{mark}{}", new.text)));
        }
        output::replace_files(&files, Readers::Owner)
    }

    /// The library as it now is.
    pub(super) fn into_library(self) -> Library {
        self.library
    }
}

/// The most characters of a text that are shown.
const LONGEST_SHOWN: usize = 60;

/// A text in a few words and in backticks.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = if line.is_empty() { text.to_owned() } else { line };
    let shown: String = harmless(&line).chars().take(LONGEST_SHOWN).collect();
    if shown.chars().count() < line.chars().count() { format!("`{shown}…`") } else { format!("`{shown}`") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a slip of the pen, a word processor or a spreadsheet may leave.
    const SLIPS: [&str; 16] =
        ["", "“", "”", "\"", "£", ",", "9,639", "\u{a0}", "–", "≥", "e", "\r", "=", "[", "unti", " = “x”\n"];

    /// The shipped rules with some characters of one file replaced.
    fn damaged(file: usize, at: usize, length: usize, slip: &str) -> (Library, Vec<BookName>) {
        let library = rules_folder::built_in();
        let mut sources = Sources::default();
        let files: Vec<_> = library.sources().iter().map(|(_, file)| file).collect();
        let names = library.names();
        let ours: Vec<&str> =
            files.iter().map(|file| file.path.as_str()).filter(|path| path.starts_with("qof/2023-24/")).collect();
        for known in &files {
            let mut text = known.text.clone();
            if known.path == ours[file % ours.len()] {
                let start = text.floor_char_boundary(at % text.len());
                let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
                text.replace_range(start..end, slip);
            }
            sources.add(known.path.as_str(), text);
        }
        (Library::new(sources), names.into_iter().filter(|name| name.to_string() == "qof/2023-24").collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        /// However a file is damaged: nothing panics, and what was mended once needs no mending.
        #[test]
        fn mending_ends(file in 0_usize..9, at in 0_usize..200_000, length in 0_usize..4, slip in 0..SLIPS.len()) {
            let (library, names) = damaged(file, at, length, SLIPS[slip]);
            let mended = mend(&library, &names);
            let again = mend(&mended.library, &names);
            prop_assert_eq!(again.changes, Vec::<String>::new());
        }
    }
}
