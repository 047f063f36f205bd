//! A block of CSV as records of cells.

use csv_core::ReadRecordResult;
use memchr::{memchr, memchr_iter, memrchr};

use crate::data::read_ahead::Block;
use crate::data::separators::each_separator;

/// The cells of one record.
pub(crate) trait Cells {
    /// How many there are.
    fn count(&self) -> usize;
    /// One of them, by its place.
    fn cell(&self, at: usize) -> &[u8];
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
    let text = &block.text[..];
    let mut quoted = QuotedRecords::new();
    let mut place = Place { at: 0, line: block.first_line };
    // A carriage return that stands alone ends a record too, which only the general parser knows.
    let has_lone_return = memchr_iter(b'\r', text).any(|at| text.get(at + 1) != Some(&b'\n'));
    while place.at < text.len() {
        let end = if has_lone_return { place.at } else { end_of_plain(text, place.at) };
        if end > place.at {
            place = each_plain_record(text, place, end, taker);
        } else {
            place = quoted.take_one(text, place, taker);
        }
    }
}

/// A place in a text, and the line that it is on.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Place {
    at: usize,
    line: u64,
}

/// Where the line begins that has the next quote, which is where records without quotes end for now.
fn end_of_plain(text: &[u8], start: usize) -> usize {
    match memchr(b'"', &text[start..]) {
        None => text.len(),
        Some(quote) => memrchr(b'\n', &text[start..start + quote]).map_or(start, |end| start + end + 1),
    }
}

/// Takes records without quotes up to a place, and gives it back. One pass over the separators is three times as fast as
/// the general parser, and most records have no quotes.
fn each_plain_record(text: &[u8], from: Place, end: usize, taker: &mut impl TakeRecord) -> Place {
    let Place { at: mut start, mut line } = from;
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
    each_separator(&text[from.at..end], |at| {
        let at = from.at + at;
        if text[at] == b',' {
            ends.push(at);
        } else {
            end_record(start, at, &mut ends);
            start = at + 1;
        }
    });
    if start < end {
        end_record(start, end, &mut ends);
    }
    Place { at: end, line }
}

/// What the general parser needs, kept from one record to the next.
struct QuotedRecords {
    parser: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
}

/// A record as the general parser unquotes it.
struct UnquotedRecord<'a> {
    cells: &'a [u8],
    ends: &'a [usize],
}

impl Cells for UnquotedRecord<'_> {
    fn count(&self) -> usize {
        self.ends.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.cells[start..self.ends[at]]
    }
}

impl QuotedRecords {
    fn new() -> QuotedRecords {
        QuotedRecords { parser: csv_core::Reader::new(), cells: Vec::new(), ends: Vec::new() }
    }

    /// Takes the next record, if blank lines do not end the text before it; gives back the place after it.
    fn take_one(&mut self, text: &[u8], from: Place, taker: &mut impl TakeRecord) -> Place {
        let is_break = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let blank = text[from.at..].iter().take_while(is_break).count();
        let start = from.at + blank;
        let line = from.line + newlines(&text[from.at..start]);
        if start == text.len() {
            return Place { at: start, line };
        }
        let (taken, cells) = self.parse(&text[start..]);
        // The parser stops between a carriage return and its newline.
        let splits_break = text[start..start + taken].ends_with(b"\r") && text.get(start + taken) == Some(&b'\n');
        let end = start + taken + usize::from(splits_break);
        taker.take(line, &UnquotedRecord { cells: &self.cells, ends: &self.ends[..cells] });
        Place { at: end, line: line + newlines(&text[start..end]) }
    }

    /// Parses one record; gives back how many bytes it took and how many cells it has.
    fn parse(&mut self, text: &[u8]) -> (usize, usize) {
        let (mut taken, mut written, mut cells) = (0, 0, 0);
        loop {
            // At the end of the text the parser is told so by having nothing to read.
            let (result, read, out, ended) =
                self.parser.read_record(&text[taken..], &mut self.cells[written..], &mut self.ends[cells..]);
            taken += read;
            written += out;
            cells += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2 + 256, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2 + 16, 0),
                ReadRecordResult::Record | ReadRecordResult::End => return (taken, cells),
            }
        }
    }
}

fn newlines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
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
        let mut plain = Seen::default();
        each_plain_record(text.as_bytes(), Place { at: 0, line: 5 }, text.len(), &mut plain);
        (plain, general(text))
    }

    /// All records as the general parser reads them.
    fn general(text: &str) -> Seen {
        let (mut seen, mut quoted, mut place) = (Seen::default(), QuotedRecords::new(), Place { at: 0, line: 5 });
        while place.at < text.len() {
            place = quoted.take_one(text.as_bytes(), place, &mut seen);
        }
        seen
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
        fn records_with_quotes_and_without_are_read_as_the_general_parser_reads_all(text in "[a1,\"\r\n]{0,40}") {
            let block = Block { text: text.clone().into_bytes(), first_line: 5 };
            let mut seen = Seen::default();
            each_record(&block, &mut seen);
            prop_assert_eq!(seen, general(&text));
        }

        #[test]
        fn where_blocks_are_cut_does_not_matter(text in "[a1,\"\r\n]{0,40}", block_bytes in 1_usize..20) {
            prop_assert_eq!(in_blocks(&text, block_bytes), in_blocks(&text, 1000));
        }
    }
}
