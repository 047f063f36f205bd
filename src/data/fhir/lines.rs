//! An NDJSON file cut into blocks of whole lines, and what a line is.

use std::io::Read;

use memchr::{memchr_iter, memrchr};

use crate::data::csv_blocks::{self, Block};
use crate::data::error::LoadError;
use crate::data::rounds::BlockSource;
use crate::data::source::Input;

/// A line longer than so many bytes is no resource that a practice system writes.
const LINE_BYTES: usize = 64 << 20;

/// The blocks of a file, one after another.
pub(super) struct Lines<'a> {
    pub(super) name: &'a str,
    content: Box<dyn Read + Send + 'a>,
    block_bytes: usize,
    /// A block that was looked at and put back.
    first: Option<Block>,
    /// What was read beyond the last line end.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
}

impl<'a> Lines<'a> {
    /// Opens a file at its start, and shows the lines of its first block.
    pub(super) fn open(
        input: &'a Input,
        block_bytes: usize,
        look: impl FnOnce(&Block),
    ) -> Result<Lines<'a>, LoadError> {
        let content = csv_blocks::reader(input)?;
        let (name, rest) = (input.name.as_str(), Vec::new());
        let mut lines = Lines { name, content, block_bytes, first: None, rest, line: 1, ended: false };
        let mut first = lines.next_block()?;
        if let Some(block) = &mut first {
            if block.text.starts_with(&[0xEF, 0xBB, 0xBF]) {
                block.text.drain(..3);
            }
            look(block);
        }
        lines.first = first;
        Ok(lines)
    }

    /// Reads on until so many bytes are held or the file ends.
    fn fill(&mut self, enough: usize) -> Result<(), LoadError> {
        while !self.ended && self.rest.len() < enough {
            let missing = (enough - self.rest.len()) as u64;
            let read = self.content.by_ref().take(missing).read_to_end(&mut self.rest);
            let read = read.map_err(|source| LoadError::Read { file: self.name.to_owned(), source })?;
            self.ended = read == 0;
        }
        Ok(())
    }

    fn hand_out(&mut self, end: usize) -> Option<Block> {
        let rest = self.rest[end..].to_vec();
        let mut text = std::mem::replace(&mut self.rest, rest);
        text.truncate(end);
        let first_line = self.line;
        self.line += memchr_iter(b'\n', &text).count() as u64;
        (!text.is_empty()).then_some(Block { text, first_line })
    }
}

impl BlockSource for Lines<'_> {
    fn next_block(&mut self) -> Result<Option<Block>, LoadError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let mut enough = self.block_bytes;
        loop {
            self.fill(enough)?;
            if self.ended {
                return Ok(self.hand_out(self.rest.len()));
            }
            if let Some(end) = memrchr(b'\n', &self.rest) {
                return Ok(self.hand_out(end + 1));
            }
            if enough > LINE_BYTES {
                return Err(LoadError::LongLine { file: self.name.to_owned(), line: self.line });
            }
            enough *= 2;
        }
    }
}

/// The lines of a block that are not blank, each with its number.
pub(super) fn each_line(block: &Block) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = block.text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    (block.first_line..).zip(lines).filter(|(_, line)| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_whole_lines_with_their_numbers() {
        let text = "\u{feff}{a}\r\n\n  {bb}\n{ccc}";
        for block_bytes in [1, 4, 7, 100] {
            let input = Input::ndjson("f.ndjson", text);
            let mut lines = Lines::open(&input, block_bytes, |_| ()).unwrap();
            let mut all = Vec::new();
            while let Some(block) = lines.next_block().unwrap() {
                let of_block = each_line(&block).map(|(line, text)| (line, String::from_utf8(text.to_vec()).unwrap()));
                all.extend(of_block);
            }
            assert_eq!(all, [(1, "{a}".to_owned()), (3, "{bb}".to_owned()), (4, "{ccc}".to_owned())], "{block_bytes}");
        }
    }
}
