//! A file read ahead, and handed out in blocks that end where the reader of its format says.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use memchr::memchr_iter;

use crate::data::error::LoadError;
use crate::data::source::{Content, Input};

/// How many bytes are read at a time.
pub(crate) const BLOCK_BYTES: usize = 4 << 20;

/// Some whole records.
#[derive(Debug)]
pub(crate) struct Block {
    /// The records, each but perhaps the last with its line end.
    pub text: Vec<u8>,
    /// The line number of the first record, the file's first line being 1.
    pub first_line: u64,
}

impl Block {
    /// Leaves out the byte-order mark that some programs write before a file's first line.
    pub(crate) fn drop_byte_order_mark(&mut self) {
        if self.text.starts_with(&[0xEF, 0xBB, 0xBF]) {
            self.text.drain(..3);
        }
    }
}

/// What was read of a file and not yet handed out.
pub(crate) struct ReadAhead<'a> {
    pub name: &'a str,
    content: Box<dyn Read + Send + 'a>,
    /// What was read beyond the last block.
    pub rest: Vec<u8>,
    /// The line on which it starts.
    pub line: u64,
    /// Whether the file has ended.
    pub ended: bool,
}

impl<'a> ReadAhead<'a> {
    /// Opens a file at its start.
    pub(crate) fn open(input: &'a Input) -> Result<ReadAhead<'a>, LoadError> {
        Ok(ReadAhead { name: &input.name, content: reader(input)?, rest: Vec::new(), line: 1, ended: false })
    }

    /// Reads on until so many bytes are held or the file ends.
    pub(crate) fn fill(&mut self, enough: usize) -> Result<(), LoadError> {
        while !self.ended && self.rest.len() < enough {
            let missing = (enough - self.rest.len()) as u64;
            let read = self.content.by_ref().take(missing).read_to_end(&mut self.rest);
            let read = read.map_err(|source| LoadError::Read { file: self.name.to_owned(), source })?;
            self.ended = read == 0;
        }
        Ok(())
    }

    /// Hands out what is held, up to a place; None if that is nothing.
    pub(crate) fn hand_out(&mut self, end: usize) -> Option<Block> {
        let rest = self.rest[end..].to_vec();
        let mut text = std::mem::replace(&mut self.rest, rest);
        text.truncate(end);
        let first_line = self.line;
        self.line += memchr_iter(b'\n', &text).count() as u64;
        (!text.is_empty()).then_some(Block { text, first_line })
    }
}

/// A file's bytes from the start.
fn reader(input: &Input) -> Result<Box<dyn Read + Send + '_>, LoadError> {
    match &input.content {
        Content::Bytes(bytes) => Ok(Box::new(&bytes[..])),
        Content::File(file) => {
            rewind(file).map_err(|source| LoadError::Read { file: input.name.clone(), source })?;
            Ok(Box::new(file))
        }
    }
}

/// Goes to the start of a file; a pipe has none and is read from where it is.
fn rewind(mut file: &File) -> io::Result<()> {
    if file.metadata()?.is_file() { file.seek(SeekFrom::Start(0)).map(|_| ()) } else { Ok(()) }
}
