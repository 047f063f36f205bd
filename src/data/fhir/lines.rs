//! An NDJSON file cut into blocks of whole lines, and what a line is.

use memchr::memrchr;

use crate::data::error::LoadError;
use crate::data::read_ahead::{Block, ReadAhead};
use crate::data::rounds::BlockSource;
use crate::data::source::Input;

/// A line longer than so many bytes, its end apart, is no resource that a practice system writes.
const LINE_BYTES: usize = 64 << 20;

/// The blocks of a file, one after another.
pub(super) struct Lines<'a> {
    ahead: ReadAhead<'a>,
    block_bytes: usize,
    /// A block that was looked at and put back.
    first: Option<Block>,
}

impl<'a> Lines<'a> {
    /// Opens a file at its start, and shows the lines of its first block.
    pub(super) fn open(
        input: &'a Input,
        block_bytes: usize,
        look: impl FnOnce(&Block),
    ) -> Result<Lines<'a>, LoadError> {
        let mut lines = Lines { ahead: ReadAhead::open(input)?, block_bytes, first: None };
        let mut first = lines.next_block()?;
        if let Some(block) = &mut first {
            block.drop_byte_order_mark();
            look(block);
        }
        lines.first = first;
        Ok(lines)
    }
}

impl BlockSource for Lines<'_> {
    fn next_block(&mut self) -> Result<Option<Block>, LoadError> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let mut enough = self.block_bytes;
        loop {
            self.ahead.fill(enough)?;
            if self.ahead.ended {
                return Ok(self.ahead.hand_out(self.ahead.rest.len()));
            }
            if let Some(end) = memrchr(b'\n', &self.ahead.rest) {
                return Ok(self.ahead.hand_out(end + 1));
            }
            if self.ahead.rest.len() > LINE_BYTES {
                return Err(LoadError::LongLine { file: self.ahead.name.to_owned(), line: self.ahead.line });
            }
            // A line of the greatest length is held with its end.
            enough = enough.max(1).saturating_mul(2).min(LINE_BYTES + 1);
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
