//! Where results and talk go: results to stdout or to a file that appears whole, talk to stderr.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::report::style::Style;

/// Says on stderr why a command ended early.
pub(super) fn complain(error: &CliError) {
    talk(&format!("error: {error}"));
    if let CliError::Usage { help: Some(help), .. } = error {
        talk(&format!("help: {help}"));
    }
}

/// Says a line on stderr; nobody listening is no error.
pub(super) fn talk(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

/// Writes results to stdout, through what strips colour where there is no terminal.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out)?;
    out.flush()?;
    Ok(())
}

/// Who may read a file of results.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Readers {
    /// Whoever the folder lets.
    Anyone,
    /// Its owner alone: it holds what is known of single patients.
    Owner,
}

/// Writes results to a file, or to stdout where none is named or it is `-`. The file appears whole or not at all: it is
/// written beside its place and renamed.
pub(super) fn to_place(
    place: Option<&Path>,
    readers: Readers,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), CliError> {
    let Some(path) = place.filter(|path| path.as_os_str() != "-") else { return to_stdout(write) };
    whole(path, readers, None, write).map_err(CliError::write(path))
}

/// Writes a file anew that is there, where a link leads if it is one; who may read it stays as it was. It is replaced
/// whole or not at all.
pub(super) fn in_place(path: &Path, text: &str) -> Result<(), CliError> {
    let replace = || {
        let place = fs::canonicalize(path)?;
        let permissions = fs::metadata(&place)?.permissions();
        if permissions.readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it may only be read"));
        }
        whole(&place, Readers::Owner, Some(permissions), |out| out.write_all(text.as_bytes()))
    };
    replace().map_err(CliError::write(path))
}

/// Writes a file beside its place and renames it. What is no file, such as `/dev/null` or a pipe, is written to where it
/// is: it must not be replaced by a file.
fn whole(
    path: &Path,
    readers: Readers,
    permissions: Option<fs::Permissions>,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        write(&mut out)?;
        return out.flush();
    }
    let (beside, file) = open_beside(path, readers)?;
    let move_there = || {
        let mut out = BufWriter::new(file);
        write(&mut out)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    move_there().inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Makes a folder that its owner alone can look into.
pub(super) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// Puts new texts in the place of files: all of them are written beside their places before the first is renamed, so
/// that a full disk changes none. Who may read and write a file stays as it was; `readers` may read one that is new.
pub(super) fn replace_files(files: &[(PathBuf, String)], readers: Readers) -> Result<(), CliError> {
    let mut written: Vec<PathBuf> = Vec::with_capacity(files.len());
    let mut write = |path: &Path, text: &str| {
        let (beside, mut file) = open_beside(path, readers)?;
        written.push(beside);
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::metadata(path).map_or(Ok(()), |about| file.set_permissions(about.permissions()))
    };
    let wrote = files.iter().try_for_each(|(path, text)| write(path, text).map_err(CliError::write(path)));
    let moved = wrote.and_then(|()| {
        let pairs = written.iter().zip(files);
        pairs.into_iter().try_for_each(|(beside, (path, _))| fs::rename(beside, path).map_err(CliError::write(path)))
    });
    moved.inspect_err(|_| written.iter().for_each(|beside| drop(fs::remove_file(beside))))
}

/// So many files of runs that were killed may lie beside a place before nothing more is written there.
const MOST_LEFT: usize = 100;

/// A new file in the same folder, under a name that no other run uses. What a killed run left there is no hindrance,
/// even where every run has the same process number.
pub(super) fn open_beside(path: &Path, readers: Readers) -> io::Result<(PathBuf, File)> {
    let mut attempt = 0;
    loop {
        let beside = path.with_file_name(format!(".uptake.{}-{attempt}.part", std::process::id()));
        match open_new(&beside, readers) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MOST_LEFT => attempt += 1,
            opened => return opened.map(|file| (beside, file)),
        }
    }
}

fn open_new(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let _ = readers;
    options.open(path)
}

/// Says several lines on stderr, if there are any.
pub(super) fn talk_block(text: &str) {
    if !text.trim().is_empty() {
        talk(text.trim_end());
    }
}

/// How text on stderr may look.
pub(super) fn stderr_style() -> Style {
    style(io::stderr().is_terminal())
}

/// How text on stdout may look.
pub(super) fn stdout_style() -> Style {
    style(io::stdout().is_terminal())
}

/// True if somebody reads stdout on a terminal.
pub(super) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Colour and width are for terminals; `NO_COLOR` and `COLUMNS` are respected.
fn style(is_terminal: bool) -> Style {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let width = said.or_else(|| terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| columns));
    Style { colour: is_terminal && !no_colour, width: width.filter(|_| is_terminal) }
}
