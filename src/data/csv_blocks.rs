//! A CSV file cut into blocks of whole records, so that threads can parse them apart.
//!
//! A newline ends a record unless it stands inside quotes. A quote opens a quoted cell only where a cell starts, and
//! inside such a cell a doubled quote is a quote: the same rules by which the `csv` crate then reads a block.

use memchr::{memchr, memchr_iter, memrchr};

use crate::data::columns::Header;
use crate::data::error::LoadError;
use crate::data::read_ahead::{Block, ReadAhead};
use crate::data::source::Input;

/// A record longer than so many bytes, its end apart, is a quote that was never closed, or no record of a table.
const RECORD_BYTES: usize = 64 << 20;

/// The blocks of a file, one after another.
pub(crate) struct Blocks<'a> {
    ahead: ReadAhead<'a>,
    block_bytes: usize,
}

impl<'a> Blocks<'a> {
    /// Opens a file at its start and reads its header.
    pub(crate) fn open(input: &'a Input, block_bytes: usize) -> Result<(Header, Blocks<'a>), LoadError> {
        let name = input.name.as_str();
        let mut blocks = Blocks { ahead: ReadAhead::open(input)?, block_bytes };
        let mut first = blocks.next_block()?.unwrap_or(Block { text: Vec::new(), first_line: 1 });
        if first.text.starts_with(&[0xFF, 0xFE]) || first.text.starts_with(&[0xFE, 0xFF]) {
            return Err(LoadError::Utf16 { file: name.to_owned() });
        }
        first.drop_byte_order_mark();
        let first = first.text;
        let mut record = csv::StringRecord::new();
        let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&first[..]);
        let found = csv.read_record(&mut record);
        if !found.map_err(|_| LoadError::HeaderNotText { file: name.to_owned() })? {
            return Err(LoadError::Empty { file: name.to_owned() });
        }
        let header = Header::new(name, &record).named(&input.naming);
        let body = csv.position().byte() as usize;
        blocks.put_back(first, body);
        Ok((header, blocks))
    }

    /// Puts back what follows the header, to be handed out again as the first block.
    fn put_back(&mut self, first: Vec<u8>, body: usize) {
        // The reader may stop between the two characters of a line end.
        let body = if first.get(body) == Some(&b'\n') && first.get(body - 1) == Some(&b'\r') { body + 1 } else { body };
        self.ahead.line = 1 + memchr_iter(b'\n', &first[..body]).count() as u64;
        let mut rest = first;
        rest.drain(..body);
        rest.extend_from_slice(&self.ahead.rest);
        self.ahead.rest = rest;
    }

    /// The next whole records; None at the end of the file.
    pub(crate) fn next_block(&mut self) -> Result<Option<Block>, LoadError> {
        let mut enough = self.block_bytes;
        loop {
            self.ahead.fill(enough)?;
            let ends = RecordEnds::of(&self.ahead.rest);
            if self.ahead.ended {
                return if ends.open_quote {
                    Err(self.open_quote())
                } else {
                    Ok(self.ahead.hand_out(self.ahead.rest.len()))
                };
            }
            if let Some(end) = ends.last {
                return Ok(self.ahead.hand_out(end));
            }
            if self.ahead.rest.len() > RECORD_BYTES {
                return Err(if ends.open_quote { self.open_quote() } else { self.long_row() });
            }
            // A record of the greatest length is held with its end.
            enough = enough.max(1).saturating_mul(2).min(RECORD_BYTES + 1);
        }
    }

    fn long_row(&self) -> LoadError {
        LoadError::LongRow { file: self.ahead.name.to_owned(), line: self.ahead.line }
    }

    fn open_quote(&self) -> LoadError {
        LoadError::OpenQuote { file: self.ahead.name.to_owned(), line: self.ahead.line }
    }
}

/// Where records end in a text that starts with one.
#[derive(PartialEq, Eq, Debug)]
struct RecordEnds {
    /// The place after the last record end, if there is one.
    last: Option<usize>,
    /// Whether the text ends inside quotes.
    open_quote: bool,
}

impl RecordEnds {
    fn of(text: &[u8]) -> RecordEnds {
        let mut last = None;
        let mut unquoted = 0;
        let mut from = 0;
        while let Some(quote) = find(b'"', text, from) {
            from = quote + 1;
            if !starts_cell(text, quote) {
                continue;
            }
            last = last_newline(text, unquoted, quote).or(last);
            match closing_quote(text, from) {
                Some(close) => (unquoted, from) = (close + 1, close + 1),
                None => return RecordEnds { last, open_quote: true },
            }
        }
        RecordEnds { last: last_newline(text, unquoted, text.len()).or(last), open_quote: false }
    }
}

fn find(byte: u8, text: &[u8], from: usize) -> Option<usize> {
    memchr(byte, &text[from..]).map(|at| from + at)
}

/// The place after the last newline in a stretch of text.
fn last_newline(text: &[u8], from: usize, to: usize) -> Option<usize> {
    memrchr(b'\n', &text[from..to]).map(|at| from + at + 1)
}

/// Whether a cell starts at a place outside quotes.
fn starts_cell(text: &[u8], at: usize) -> bool {
    at == 0 || matches!(text[at - 1], b',' | b'\n' | b'\r')
}

/// The quote that ends a quoted cell, whose text starts at a place.
fn closing_quote(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = find(b'"', text, from)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str) -> (Option<usize>, bool) {
        let RecordEnds { last, open_quote } = RecordEnds::of(text.as_bytes());
        (last, open_quote)
    }

    #[test]
    fn a_newline_inside_quotes_ends_nothing() {
        assert_eq!(ends("a,b\nc"), (Some(4), false));
        assert_eq!(ends("a,\"b\nc"), (None, true));
        assert_eq!(ends("a\n\"b\nc\",d"), (Some(2), false));
        assert_eq!(ends("a\n\"b\"\"\nc\",d\nx"), (Some(12), false));
        // A quote inside an unquoted cell is a quote and no more.
        assert_eq!(ends("5\" needle,b\nc"), (Some(12), false));
        assert_eq!(ends("\"a\"b\"c\nd"), (Some(7), false));
    }

    fn blocks(text: &str, block_bytes: usize) -> Vec<(u64, String)> {
        let input = Input::csv("f.csv", text);
        let (_, mut blocks) = Blocks::open(&input, block_bytes).unwrap();
        let mut all = Vec::new();
        while let Some(block) = blocks.next_block().unwrap() {
            all.push((block.first_line, String::from_utf8(block.text).unwrap()));
        }
        all
    }

    #[test]
    fn blocks_are_whole_records_with_their_line() {
        let text = "\u{feff}id,text\r\n1,a\r\n2,\"b\n\n\"\r\n3,c\r\n4,d";
        for block_bytes in [1, 2, 5, 8, 100] {
            let all = blocks(text, block_bytes);
            assert_eq!(all.iter().map(|(_, text)| text.as_str()).collect::<String>(), &text[3 + 9..], "{block_bytes}");
            for (line, block) in &all {
                let expected = match block.as_bytes()[0] {
                    b'1' => 2,
                    b'2' => 3,
                    b'3' => 6,
                    _ => 7,
                };
                assert_eq!(*line, expected, "{block_bytes}");
            }
        }
    }

    #[test]
    fn what_cannot_be_cut_is_an_error() {
        let error = |text: &str| {
            let input = Input::csv("f.csv", text);
            match Blocks::open(&input, 4) {
                Err(error) => error.to_string(),
                Ok((_, mut blocks)) => loop {
                    match blocks.next_block() {
                        Err(error) => break error.to_string(),
                        Ok(block) => assert!(block.is_some()),
                    }
                },
            }
        };
        assert!(error("").starts_with("`f.csv` is empty"));
        assert!(error("\n\n").starts_with("`f.csv` is empty"));
        assert!(error("a,b\n1,2\n3,\"4\n5,6\n").contains("after line 3"));
    }
}
