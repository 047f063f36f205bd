//! A file that several threads read at once.
//!
//! The Parquet crate reads a `File` through duplicated handles, which share one position: two threads would take turns
//! at moving it. Here each read says where it reads.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::data::source::{Content, Input};

/// A Parquet file's bytes.
#[derive(Clone, Debug)]
pub(crate) enum SharedFile {
    /// In a file, with its length.
    File(Arc<File>, u64),
    /// In memory.
    Bytes(Bytes),
}

impl SharedFile {
    /// The bytes of an input; those of a pipe are read into memory first.
    pub(crate) fn of(input: &Input) -> io::Result<SharedFile> {
        match &input.content {
            Content::Bytes(bytes) => Ok(SharedFile::Bytes(Bytes::copy_from_slice(bytes))),
            Content::File(file) => {
                let about = file.metadata()?;
                if about.is_file() {
                    return Ok(SharedFile::File(Arc::new(file.try_clone()?), about.len()));
                }
                let mut bytes = Vec::new();
                let mut file: &File = file;
                file.read_to_end(&mut bytes)?;
                Ok(SharedFile::Bytes(bytes.into()))
            }
        }
    }
}

impl Length for SharedFile {
    fn len(&self) -> u64 {
        match self {
            SharedFile::File(_, length) => *length,
            SharedFile::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

/// How much is read ahead where the length is not known: page headers are some dozens of bytes.
const AHEAD_BYTES: usize = 1 << 12;

impl ChunkReader for SharedFile {
    type T = io::BufReader<ReadOn>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(io::BufReader::with_capacity(AHEAD_BYTES, ReadOn { file: self.clone(), at: start }))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let end = start.checked_add(length as u64).filter(|&end| end <= self.len());
        let end = end.ok_or_else(|| ParquetError::EOF("it ends before its contents do".to_owned()))?;
        match self {
            SharedFile::Bytes(bytes) => Ok(bytes.slice(start as usize..end as usize)),
            SharedFile::File(file, _) => {
                let mut buffer = vec![0; length];
                read_exact_at(file, &mut buffer, start)?;
                Ok(buffer.into())
            }
        }
    }
}

/// Reads on from a place.
#[derive(Debug)]
pub(crate) struct ReadOn {
    file: SharedFile,
    at: u64,
}

impl Read for ReadOn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.file.len().saturating_sub(self.at);
        let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        match &self.file {
            SharedFile::Bytes(bytes) => buffer[..length].copy_from_slice(&bytes[self.at as usize..][..length]),
            SharedFile::File(file, _) => read_exact_at(file, &mut buffer[..length], self.at)?,
        }
        self.at += length as u64;
        Ok(length)
    }
}

#[cfg(unix)]
fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_exact_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, buffer, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        at += read as u64;
        buffer = &mut buffer[read..];
    }
    Ok(())
}

#[cfg(not(any(unix, windows)))]
fn read_exact_at(_file: &File, _buffer: &mut [u8], _at: u64) -> io::Result<()> {
    // There are no files to read on such a system: tables come as bytes.
    Err(io::ErrorKind::Unsupported.into())
}
