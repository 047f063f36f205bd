//! A block of CSV as records of cells.

use memchr::{memchr, memchr_iter, memchr2_iter};

use crate::data::read_ahead::Block;

/// The cells of one record.
pub(crate) trait Cells {
    /// How many there are.
    fn count(&self) -> usize;
    /// One of them, by its place.
    fn cell(&self, at: usize) -> &[u8];
}

impl Cells for csv::ByteRecord {
    fn count(&self) -> usize {
        self.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        &self[at]
    }
}

/// A record without quotes, as it lies in its block.
struct PlainRecord<'a> {
    text: &'a [u8],
    /// Where its cells end.
    ends: &'a [usize],
    /// Where the first one starts.
    start: usize,
}

impl Cells for PlainRecord<'_> {
    #[inline]
    fn count(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    fn cell(&self, at: usize) -> &[u8] {
        let start = if at == 0 { self.start } else { self.ends[at - 1] + 1 };
        &self.text[start..self.ends[at]]
    }
}

/// What is done with each record: a trait rather than a closure, since the two kinds of record have two types.
pub(crate) trait TakeRecord {
    /// Takes the record that starts on a line.
    fn take(&mut self, line: u64, cells: &impl Cells);
}

/// Hands out the records of a block; blank lines are none.
pub(crate) fn each_record(block: &Block, taker: &mut impl TakeRecord) {
    if is_plain(&block.text) { each_plain_record(block, taker) } else { each_quoted_record(block, taker) }
}

/// Whether a text has no quotes, and no carriage return that does not stand before a newline.
fn is_plain(text: &[u8]) -> bool {
    memchr(b'"', text).is_none() && memchr_iter(b'\r', text).all(|at| text.get(at + 1) == Some(&b'\n'))
}

/// One pass over the separators is three times as fast as the general parser, and most exports have no quotes.
fn each_plain_record(block: &Block, taker: &mut impl TakeRecord) {
    let text = &block.text[..];
    let mut line = block.first_line;
    let mut start = 0;
    let mut ends = Vec::new();
    let mut end_record = |start: usize, end: usize, ends: &mut Vec<usize>| {
        let end = if end > start && text[end - 1] == b'\r' { end - 1 } else { end };
        if end > start {
            ends.push(end);
            taker.take(line, &PlainRecord { text, ends, start });
            ends.clear();
        }
        line += 1;
    };
    for at in memchr2_iter(b',', b'\n', text) {
        if text[at] == b',' {
            ends.push(at);
        } else {
            end_record(start, at, &mut ends);
            start = at + 1;
        }
    }
    end_record(start, text.len(), &mut ends);
}

fn each_quoted_record(block: &Block, taker: &mut impl TakeRecord) {
    let mut records = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&block.text[..]);
    let mut record = csv::ByteRecord::new();
    let mut lines = Lines { text: &block.text, at: 0, line: block.first_line };
    // Reading from memory cannot fail, and a flexible reader takes any number of cells.
    while records.read_byte_record(&mut record).unwrap_or(false) {
        let start = record.position().map_or(0, csv::Position::byte);
        taker.take(lines.line_of(start as usize), &record);
    }
}

/// Counts lines up to the start of each record, since the parser's own count lags where line ends have two characters.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record that starts at or after a place, line ends before it skipped. Places ascend.
    fn line_of(&mut self, place: usize) -> u64 {
        let skipped = self.text[place..].iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count();
        let start = place + skipped;
        self.line += memchr_iter(b'\n', &self.text[self.at..start]).count() as u64;
        self.at = start;
        self.line
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::data::csv_blocks::Blocks;
    use crate::data::source::Input;

    #[derive(Default, PartialEq, Debug)]
    struct Seen(Vec<(u64, Vec<String>)>);

    impl TakeRecord for Seen {
        fn take(&mut self, line: u64, cells: &impl Cells) {
            let cell = |at| String::from_utf8(cells.cell(at).to_vec()).unwrap();
            self.0.push((line, (0..cells.count()).map(cell).collect()));
        }
    }

    fn both(text: &str) -> (Seen, Seen) {
        let block = Block { text: text.as_bytes().to_vec(), first_line: 5 };
        let (mut plain, mut quoted) = (Seen::default(), Seen::default());
        each_plain_record(&block, &mut plain);
        each_quoted_record(&block, &mut quoted);
        (plain, quoted)
    }

    #[test]
    fn both_ways_read_the_same() {
        for text in ["a,b\n\n,\nc,d,e\n", "a,b\r\n\r\nc\r\nd,", "\n\n\nx", "", "\r\n", ",\n,,\r\n"] {
            let (plain, quoted) = both(text);
            assert_eq!(plain, quoted, "{text:?}");
        }
        let lines: Vec<u64> = both("a\r\n\r\nb\r\n\nc").0.0.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [5, 7, 9]);
    }

    #[test]
    fn lines_are_counted_through_quotes() {
        let block = Block { text: b"a,\"x\n\ny\"\r\nb,\"\"\"\"\nc,\n".to_vec(), first_line: 2 };
        let mut seen = Seen::default();
        each_record(&block, &mut seen);
        let expected = [(2, ["a", "x\n\ny"]), (5, ["b", "\""]), (6, ["c", ""])];
        assert_eq!(seen.0, expected.map(|(line, cells)| (line, cells.map(str::to_owned).to_vec())));
    }

    /// The records of a file in blocks of so many bytes; None where a quote is never closed.
    fn in_blocks(text: &str, block_bytes: usize) -> Option<Seen> {
        let input = Input::csv("f.csv", format!("x\n{text}"));
        let (_, mut blocks) = Blocks::open(&input, block_bytes).ok()?;
        let mut seen = Seen::default();
        while let Some(block) = blocks.next_block().ok()? {
            each_record(&block, &mut seen);
        }
        Some(seen)
    }

    proptest! {
        #[test]
        fn where_blocks_are_cut_does_not_matter(text in "[a1,\"\r\n]{0,40}", block_bytes in 1_usize..20) {
            prop_assert_eq!(in_blocks(&text, block_bytes), in_blocks(&text, 1000));
        }
    }
}
