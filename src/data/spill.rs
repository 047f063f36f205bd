//! Rows that find no room in memory: they wait in a temporary file until their partition is grouped.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::data::error::LoadError;

/// How much memory the rows of an extract may take, and where the others go.
#[derive(Clone, Copy, Debug)]
pub struct MemoryLimit {
    /// Bytes for the rows and the ids that are kept; what reading and evaluating need comes on top.
    pub rows_bytes: u64,
    /// Makes a file for the rows that find no room: nobody else should be able to read it, and it should vanish when it
    /// is closed.
    pub new_file: fn() -> io::Result<File>,
}

/// The room in memory, and the file beside it.
#[derive(Debug)]
pub(crate) struct Spill {
    limit: MemoryLimit,
    held_bytes: AtomicU64,
    /// How many of them are ids, which must stay in memory.
    id_bytes: AtomicU64,
    file: Mutex<Option<Spilled>>,
    /// The first failure of the file. Rows are missing from then on, so whoever reads them must ask.
    fault: Mutex<Option<io::Error>>,
}

/// The file, made when it is first needed.
#[derive(Debug)]
struct Spilled {
    file: File,
    length: u64,
}

impl Spill {
    /// All the room, and no file yet.
    pub(crate) fn new(limit: MemoryLimit) -> Spill {
        let (held_bytes, id_bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        Spill { limit, held_bytes, id_bytes, file: Mutex::new(None), fault: Mutex::new(None) }
    }

    /// Whether so many bytes more find room in memory; if so, they are taken to be there from now on.
    pub(crate) fn finds_room(&self, bytes: u64) -> bool {
        let fits = |held: u64| held.checked_add(bytes).filter(|&held| held <= self.limit.rows_bytes);
        self.held_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    /// Takes back the room of what is no longer there.
    pub(crate) fn give_back(&self, bytes: u64) {
        self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Gives room to ids, whether there is any or not: rows can make way, ids cannot.
    pub(crate) fn make_room_for_ids(&self, bytes: u64) {
        self.held_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.id_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Writes rows to the end of the file, and says where they start; None if that fails, which is kept as the fault.
    pub(crate) fn write(&self, bytes: &[u8]) -> Option<u64> {
        let written = self.append(bytes);
        written.map_err(|error| self.keep_fault(error)).ok()
    }

    fn append(&self, bytes: &[u8]) -> io::Result<u64> {
        let mut held = self.file();
        let spilled = match &mut *held {
            Some(spilled) => spilled,
            None => held.insert(Spilled { file: (self.limit.new_file)()?, length: 0 }),
        };
        let start = spilled.length;
        spilled.file.seek(SeekFrom::Start(start))?;
        spilled.file.write_all(bytes)?;
        spilled.length += bytes.len() as u64;
        Ok(start)
    }

    /// Reads so many bytes from a place on; none if that fails, which is kept as the fault.
    pub(crate) fn read(&self, start: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        match self.read_into(start, &mut bytes) {
            Ok(()) => bytes,
            Err(error) => {
                self.keep_fault(error);
                Vec::new()
            }
        }
    }

    fn read_into(&self, start: u64, bytes: &mut [u8]) -> io::Result<()> {
        let mut held = self.file();
        let Some(spilled) = &mut *held else { return Err(io::ErrorKind::NotFound.into()) };
        spilled.file.seek(SeekFrom::Start(start))?;
        spilled.file.read_exact(bytes)
    }

    /// The failure of the file as an error, if it failed; and ids that take more than all the room are one, too.
    pub(crate) fn check(&self) -> Result<(), LoadError> {
        let (needed_bytes, room_bytes) = (self.id_bytes.load(Ordering::Relaxed), self.limit.rows_bytes);
        if needed_bytes > room_bytes {
            return Err(LoadError::TooManyIds { needed_bytes, room_bytes });
        }
        let fault = self.fault.lock().unwrap_or_else(PoisonError::into_inner).take();
        fault.map_or(Ok(()), |source| Err(LoadError::Spill { source }))
    }

    fn keep_fault(&self, error: io::Error) {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    fn file(&self) -> MutexGuard<'_, Option<Spilled>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_file() -> io::Result<File> {
        Err(io::ErrorKind::StorageFull.into())
    }

    #[test]
    fn room_is_given_away_once() {
        let spill = Spill::new(MemoryLimit { rows_bytes: 100, new_file: no_file });
        assert!(spill.finds_room(60) && !spill.finds_room(41) && spill.finds_room(40) && !spill.finds_room(1));
    }

    #[test]
    fn ids_that_take_more_than_all_room_are_an_error() {
        let spill = Spill::new(MemoryLimit { rows_bytes: 3 << 20, new_file: no_file });
        spill.make_room_for_ids(3 << 20);
        assert!(!spill.finds_room(1) && spill.check().is_ok());
        spill.make_room_for_ids(1);
        let error = spill.check().unwrap_err().to_string();
        assert!(error.contains("4 MiB") && error.contains("3 MiB"), "{error}");
    }

    #[test]
    fn rows_come_back_from_where_they_were_written() {
        let spill = Spill::new(MemoryLimit { rows_bytes: 0, new_file: tempfile::tempfile });
        let starts = [b"abc", b"def"].map(|bytes| spill.write(bytes));
        assert_eq!(starts, [Some(0), Some(3)]);
        assert_eq!((spill.read(3, 3), spill.read(1, 4)), (b"def".to_vec(), b"bcde".to_vec()));
        assert!(spill.check().is_ok());
        assert!(spill.read(4, 3).is_empty() && spill.check().is_err());
    }

    #[test]
    fn a_file_that_cannot_be_made_is_an_error() {
        let spill = Spill::new(MemoryLimit { rows_bytes: 0, new_file: no_file });
        assert_eq!(spill.write(b"abc"), None);
        let error = spill.check().unwrap_err().to_string();
        assert!(error.starts_with("rows that find no room in memory cannot be kept in a temporary file"), "{error}");
    }
}
