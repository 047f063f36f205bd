//! The digest of a rulebook: what it says and the clusters it uses, worked examples left out.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::ground::{FileId, Sources};
use crate::model::book::Used;
use crate::model::build::codes::Codes;

/// SHA-256 over the paths and texts of the files, line ends and byte-order marks evened out, in order of path, and the digests of
/// the rulebooks that it uses.
pub(super) fn digest(sources: &Sources, folder: &str, codes: &Codes<'_>, uses: &[Option<Used>]) -> String {
    let own = sources.iter().filter(|(_, file)| {
        let below = file.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|name| !name.contains('/') && name != "examples.toml")
    });
    let mut files: Vec<FileId> = own.map(|(id, _)| id).chain(codes.files().iter().copied()).collect();
    files.sort_by_key(|id| &sources.file(*id).path);
    files.dedup();
    let mut hasher = Sha256::new();
    for id in files {
        let file = sources.file(id);
        let text = file.text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        // Lengths keep one file's end from passing for another's start.
        hasher.update(format!("{} {}\n", file.path, text.len()));
        hasher.update(text);
    }
    for used in uses.iter().flatten() {
        hasher.update(format!("uses {} {}\n", used.name, used.book.digest));
    }
    hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
