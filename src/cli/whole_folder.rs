//! Writing folders that appear whole or not at all: the files are written beside their place and moved there.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::cli::CliError;

/// A folder that is to appear, and its files: paths below it, with `/` between their parts, and texts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct WholeFolder {
    /// Below the folder that all are put into: `qof/2027-28`; nothing for that folder itself.
    pub(super) below: String,
    pub(super) files: Vec<(String, String)>,
}

/// Puts folders into `root`. If one cannot be put, none is, and what was made is taken away again. None of them may be
/// there already. A root that is not there yet appears with all of them at once.
pub(super) fn put(root: &Path, folders: &[WholeFolder]) -> Result<(), CliError> {
    let made = first_missing(root);
    let is_new = made.is_some() && root.file_name().is_some();
    let name = format!(".uptake.{}.part", std::process::id());
    let stage = if is_new { root.with_file_name(name) } else { root.join(name) };
    let put = if is_new { stage_and_move_all(root, &stage, folders) } else { stage_and_move(root, &stage, folders) };
    let _ = fs::remove_dir_all(&stage);
    if put.is_err()
        && let Some(made) = made
    {
        // Another run may have put something there meanwhile, which is left alone.
        let _ = remove_empty(root, &made);
    }
    put
}

/// Takes away the folders above a root that could not be put, down from the outermost that was made.
fn remove_empty(root: &Path, made: &Path) -> io::Result<()> {
    root.ancestors().skip(1).take_while(|above| above.starts_with(made)).try_for_each(fs::remove_dir)
}

fn stage_and_move_all(root: &Path, stage: &Path, folders: &[WholeFolder]) -> Result<(), CliError> {
    if let Some(above) = root.parent().filter(|above| !above.as_os_str().is_empty()) {
        fs::create_dir_all(above).map_err(CliError::write(root))?;
    }
    fs::create_dir(stage).map_err(CliError::write(root))?;
    for folder in folders {
        let place = stage.join(&folder.below);
        if !folder.below.is_empty() && place.exists() {
            let twice = io::Error::new(io::ErrorKind::AlreadyExists, "it is there already");
            return Err(CliError::write(&root.join(&folder.below))(twice));
        }
        for (below, text) in &folder.files {
            write(&place.join(below), text).map_err(CliError::write(&root.join(&folder.below).join(below)))?;
        }
    }
    move_to(stage, root).map_err(CliError::write(root))
}

/// The outermost folder of a path that is not there yet.
fn first_missing(root: &Path) -> Option<PathBuf> {
    root.ancestors().filter(|path| path.components().next().is_some() && !path.exists()).last().map(Path::to_owned)
}

fn stage_and_move(root: &Path, stage: &Path, folders: &[WholeFolder]) -> Result<(), CliError> {
    fs::create_dir_all(root).map_err(CliError::write(root))?;
    fs::create_dir(stage).map_err(CliError::write(root))?;
    for (folder, at) in folders.iter().zip(0..) {
        for (below, text) in &folder.files {
            let file = stage.join(format!("{at}")).join(below);
            write(&file, text).map_err(CliError::write(&root.join(&folder.below).join(below)))?;
        }
    }
    let mut moved: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
    for (folder, at) in folders.iter().zip(0..) {
        let place = root.join(&folder.below);
        let made = place.parent().and_then(first_missing);
        match move_to(&stage.join(format!("{at}")), &place) {
            Ok(()) => moved.push((place, made)),
            Err(error) => {
                // Those that were put already are taken away, with the folders that were made for them.
                for gone in made.iter().chain(moved.iter().rev().map(|(place, made)| made.as_ref().unwrap_or(place))) {
                    let _ = fs::remove_dir_all(gone);
                }
                return Err(CliError::write(&place)(error));
            }
        }
    }
    Ok(())
}

fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(file, text)
}

/// Moves a folder to a place where nothing may be: not even an empty folder is replaced.
fn move_to(from: &Path, place: &Path) -> io::Result<()> {
    if place.symlink_metadata().is_ok() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "it is there already"));
    }
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::rename(from, place)
}

/// The folder as people write it: without `./` before it or `/` behind it.
pub(super) fn shown(folder: &Path) -> String {
    let parts: PathBuf = folder.components().filter(|part| !matches!(part, Component::CurDir)).collect();
    if parts.as_os_str().is_empty() { ".".to_owned() } else { parts.display().to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(below: &str) -> WholeFolder {
        WholeFolder { below: below.to_owned(), files: vec![("a/b.toml".to_owned(), "x".to_owned())] }
    }

    #[test]
    fn all_folders_appear_or_none() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("new/rules");
        put(&root, &[folder("codes/1"), folder("toy/2030-31")]).unwrap();
        assert_eq!(fs::read_to_string(root.join("toy/2030-31/a/b.toml")).unwrap(), "x");
        // The second is there already, so the first is not put either.
        assert!(put(&root, &[folder("codes/2"), folder("toy/2030-31")]).is_err());
        assert!(!root.join("codes/2").exists() && root.join("codes/1").exists());
        let names: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn what_was_made_is_taken_away() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("new/rules");
        assert!(put(&root, &[folder("toy/2030-31"), folder("toy/2030-31")]).is_err());
        assert!(!temporary.path().join("new").exists());
        fs::create_dir_all(&root).unwrap();
        assert!(put(&root, &[folder("toy/2030-31"), folder("toy/2030-31")]).is_err());
        assert_eq!(fs::read_dir(&root).unwrap().count(), 0);
    }
}
