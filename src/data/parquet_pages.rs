//! A column of a Parquet row group, read page by page: each value of a dictionary is looked at once, a value that nobody
//! asks for is stepped over, and no array is built between the page and the row.
//!
//! Read so are texts and dates in the encodings that nearly every writer uses ([`are_direct`]); any other column is left
//! to the crate's own arrays (`parquet_file`).

use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::serialized_reader::SerializedPageReader;

use crate::data::parquet_runs::{Runs, too_short};
use crate::data::parquet_values::{Bounds, Measured, Texts};
use crate::data::shared_file::SharedFile;

/// Whether all pages of a column can be read here.
pub(crate) fn are_direct(chunk: &ColumnChunkMetaData) -> bool {
    let column = chunk.column_descr();
    let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
    let typed = matches!(column.physical_type(), Type::BYTE_ARRAY | Type::INT32);
    flat && typed && chunk.encodings().all(is_direct)
}

fn is_direct(encoding: Encoding) -> bool {
    use Encoding::{PLAIN, PLAIN_DICTIONARY, RLE, RLE_DICTIONARY};
    matches!(encoding, PLAIN | PLAIN_DICTIONARY | RLE | RLE_DICTIONARY)
}

/// How the values of a page are written.
#[derive(Debug)]
enum Written {
    /// One after the other, the next one at this place.
    Plain { at: usize },
    /// As places in the dictionary.
    Places(Runs),
}

/// The page that is being read.
#[derive(Debug)]
struct OpenPage {
    /// How many of its rows were not read.
    left: usize,
    bytes: Bytes,
    written: Written,
    /// 1 for each row that has a value, 0 for each that has none; None where all must have one.
    levels: Option<Runs>,
}

/// The pages of a column, and the values of the stretch of rows that was read last.
pub(crate) struct Pages {
    reader: SerializedPageReader<SharedFile>,
    nullable: bool,
    /// How many bytes each value has; None where its length stands before it.
    value_bytes: Option<usize>,
    dictionary: Bytes,
    /// Where the dictionary's values are.
    words: Measured,
    page: OpenPage,
    /// The level of each row of the stretch; empty where every row has a value.
    levels: Vec<u32>,
    /// The places of the stretch's values in the dictionary, if they are written so.
    places: Vec<u32>,
    /// Where the stretch's values are in their page, if they are written there.
    values: Measured,
}

impl Pages {
    fn open(file: &SharedFile, chunk: &ColumnChunkMetaData, rows: usize) -> Result<Pages> {
        let column = chunk.column_descr();
        let page = OpenPage { left: 0, bytes: Bytes::new(), written: Written::Plain { at: 0 }, levels: None };
        Ok(Pages {
            reader: SerializedPageReader::new(Arc::new(file.clone()), chunk, rows, None)?,
            nullable: column.max_def_level() > 0,
            value_bytes: (column.physical_type() == Type::INT32).then_some(4),
            dictionary: Bytes::new(),
            words: Measured::default(),
            page,
            levels: Vec::new(),
            places: Vec::new(),
            values: Measured::default(),
        })
    }

    /// How many rows can be read without another page; 0 at the end.
    fn ready(&mut self) -> Result<usize> {
        while self.page.left == 0 {
            match self.reader.get_next_page()? {
                Some(page) => self.open_page(page)?,
                None => break,
            }
        }
        Ok(self.page.left)
    }

    /// Steps over rows; whole pages are not even decompressed.
    fn skip(&mut self, mut rows: usize) -> Result<()> {
        while rows > 0 {
            if self.page.left == 0 {
                let next = self.reader.peek_next_page()?.ok_or_else(too_short)?;
                let length = next.num_levels.filter(|_| !next.is_dict);
                if let Some(length) = length.filter(|&length| length <= rows) {
                    self.reader.skip_next_page()?;
                    rows -= length;
                } else if self.ready()? == 0 {
                    return Err(too_short());
                }
                continue;
            }
            let stretch = rows.min(self.page.left).min(STRETCH_ROWS);
            self.read(stretch)?;
            rows -= stretch;
        }
        Ok(())
    }

    /// Reads the next rows of the page, of which there must be so many.
    fn read(&mut self, rows: usize) -> Result<()> {
        self.levels.clear();
        self.places.clear();
        self.values.clear();
        let mut present = rows;
        if let Some(levels) = &mut self.page.levels
            && !levels.take_same(1, rows)?
        {
            levels.read(rows, &mut self.levels)?;
            present = self.levels.iter().filter(|&&level| level == 1).count();
        }
        match &mut self.page.written {
            Written::Places(places) => {
                places.read(present, &mut self.places)?;
                // The greatest is found without a branch for each.
                if self.places.iter().max().is_some_and(|&most| most as usize >= self.words.bounds.len()) {
                    return Err(ParquetError::General("a value is not in its dictionary".to_owned()));
                }
            }
            Written::Plain { at } => *at = self.values.measure(&self.page.bytes, *at, self.value_bytes, present)?,
        }
        self.page.left -= rows;
        Ok(())
    }

    fn open_page(&mut self, page: Page) -> Result<()> {
        let (encoding, rows) = (page.encoding(), page.num_values() as usize);
        match page {
            Page::DictionaryPage { buf, .. } => {
                self.words.clear();
                self.words.measure(&buf, 0, self.value_bytes, rows)?;
                self.dictionary = buf;
                Ok(())
            }
            Page::DataPage { buf, .. } if self.nullable => {
                let length = buf.first_chunk().map(|length| u32::from_le_bytes(*length) as usize);
                let end = length.and_then(|length| length.checked_add(4)).filter(|&end| end <= buf.len());
                let end = end.ok_or_else(too_short)?;
                self.open_values(rows, Some(buf.slice(4..end)), buf.slice(end..), encoding)
            }
            Page::DataPage { buf, .. } => self.open_values(rows, None, buf, encoding),
            Page::DataPageV2 { buf, def_levels_byte_len, rep_levels_byte_len, .. } => {
                let start = rep_levels_byte_len as usize;
                let end = start + def_levels_byte_len as usize;
                if end > buf.len() {
                    return Err(too_short());
                }
                let levels = self.nullable.then(|| buf.slice(start..end));
                self.open_values(rows, levels, buf.slice(end..), encoding)
            }
        }
    }

    fn open_values(&mut self, rows: usize, levels: Option<Bytes>, values: Bytes, encoding: Encoding) -> Result<()> {
        let written = match encoding {
            Encoding::PLAIN_DICTIONARY | Encoding::RLE_DICTIONARY => match values.split_first() {
                Some((&bit_width, _)) => Written::Places(Runs::new(values.slice(1..), usize::from(bit_width))?),
                // A page without a value needs no width.
                None => Written::Places(Runs::new(Bytes::new(), 0)?),
            },
            Encoding::PLAIN => Written::Plain { at: 0 },
            other => return Err(ParquetError::NYI(format!("a page in the encoding {other} that was not announced"))),
        };
        let levels = levels.map(|levels| Runs::new(levels, 1)).transpose()?;
        self.page = OpenPage { left: rows, bytes: values, written, levels };
        Ok(())
    }
}

/// Puts what stands for the values that are there at the places of the rows that have one.
fn spread_out<C: Copy>(cells: &mut Vec<C>, levels: &[u32], empty: C) {
    if levels.is_empty() {
        return;
    }
    let mut next = cells.len();
    cells.resize(levels.len(), empty);
    // From the back, so that nothing is overwritten before it has moved.
    for (row, &level) in levels.iter().enumerate().rev() {
        cells[row] = if level == 1 {
            next -= 1;
            cells[next]
        } else {
            empty
        };
    }
}

/// At most so many rows are read of all columns at a time, so that their cells stay in a processor's cache.
const STRETCH_ROWS: usize = 1 << 13;

/// What every column of a row group can do, so that all of them move on together.
pub(crate) trait Stretched {
    /// Its pages; None for a column that the table lacks, or that nobody asked for.
    fn pages(&mut self) -> Option<&mut Pages>;
    /// Takes up the values of the rows that its pages have just read.
    fn take_up(&mut self);

    /// How many rows can be read at once; 0 at the end.
    fn ready(&mut self) -> Result<usize> {
        self.pages().map_or(Ok(usize::MAX), Pages::ready)
    }

    /// Steps over rows.
    fn skip(&mut self, rows: usize) -> Result<()> {
        self.pages().map_or(Ok(()), |pages| pages.skip(rows))
    }

    /// Reads so many rows.
    fn read(&mut self, rows: usize) -> Result<()> {
        self.pages().map_or(Ok(()), |pages| pages.read(rows))?;
        self.take_up();
        Ok(())
    }
}

/// A column whose values become cells; the values of a dictionary do so once.
pub(crate) struct CellPages<C, F> {
    pages: Pages,
    cell: F,
    /// The cell of a row without a value.
    empty: C,
    words: Vec<C>,
    /// The cells of the rows that were read last.
    pub cells: Vec<C>,
}

impl<C: Copy, F: Fn(&[u8]) -> C> CellPages<C, F> {
    pub(crate) fn open(
        file: &SharedFile,
        chunk: &ColumnChunkMetaData,
        rows: usize,
        empty: C,
        cell: F,
    ) -> Result<CellPages<C, F>> {
        Ok(CellPages { pages: Pages::open(file, chunk, rows)?, cell, empty, words: Vec::new(), cells: Vec::new() })
    }
}

impl<C: Copy, F: Fn(&[u8]) -> C> Stretched for CellPages<C, F> {
    fn pages(&mut self) -> Option<&mut Pages> {
        Some(&mut self.pages)
    }

    fn take_up(&mut self) {
        let pages = &self.pages;
        // A row group has one dictionary at most.
        if self.words.len() != pages.words.bounds.len() {
            self.words = pages.words.bounds.iter().map(|word| (self.cell)(word.of(&pages.dictionary))).collect();
        }
        self.cells.clear();
        match pages.page.written {
            Written::Places(_) => self.cells.extend(pages.places.iter().map(|&place| self.words[place as usize])),
            Written::Plain { .. } => {
                self.cells.extend(pages.values.bounds.iter().map(|value| (self.cell)(value.of(&pages.page.bytes))));
            }
        }
        spread_out(&mut self.cells, &pages.levels, self.empty);
    }
}

/// A column whose values are looked at one by one, if at all.
pub(crate) struct TextPages {
    pages: Pages,
    cells: Vec<Bounds>,
}

impl TextPages {
    pub(crate) fn open(file: &SharedFile, chunk: &ColumnChunkMetaData, rows: usize) -> Result<TextPages> {
        Ok(TextPages { pages: Pages::open(file, chunk, rows)?, cells: Vec::new() })
    }

    /// The place in the row group's dictionary of the text of one of the rows that were read last, where it has one.
    #[inline]
    pub(crate) fn place(&self, row: usize) -> Option<usize> {
        let of_each = matches!(self.pages.page.written, Written::Places(_)) && self.pages.levels.is_empty();
        of_each.then(|| self.pages.places[row] as usize)
    }

    /// How many texts the row group's dictionary has.
    pub(crate) fn dictionary_len(&self) -> usize {
        self.pages.words.bounds.len()
    }

    /// The texts of the rows that were read last.
    #[inline]
    pub(crate) fn texts(&self) -> Texts<'_> {
        let (source, measured) = match self.pages.page.written {
            Written::Places(_) => (&self.pages.dictionary, &self.pages.words),
            Written::Plain { .. } => (&self.pages.page.bytes, &self.pages.values),
        };
        let have_blanks = measured.have_blanks || !self.pages.levels.is_empty();
        Texts { source, cells: &self.cells, have_blanks }
    }
}

impl Stretched for TextPages {
    fn pages(&mut self) -> Option<&mut Pages> {
        Some(&mut self.pages)
    }

    fn take_up(&mut self) {
        let pages = &mut self.pages;
        match pages.page.written {
            Written::Places(_) => {
                self.cells.clear();
                self.cells.extend(pages.places.iter().map(|&place| pages.words.bounds[place as usize]));
            }
            Written::Plain { .. } => std::mem::swap(&mut self.cells, &mut pages.values.bounds),
        }
        spread_out(&mut self.cells, &pages.levels, Bounds::default());
    }
}

/// A column that the table may lack, or that nobody asked for.
impl<P: Stretched> Stretched for Option<P> {
    fn pages(&mut self) -> Option<&mut Pages> {
        self.as_mut().and_then(Stretched::pages)
    }

    fn take_up(&mut self) {
        if let Some(column) = self {
            column.take_up();
        }
    }
}

/// Reads the next rows of all columns of a row group, at most so many; gives back how many they are.
pub(crate) fn next_stretch(columns: &mut [&mut dyn Stretched], most: usize) -> Result<usize> {
    let mut rows = most.min(STRETCH_ROWS);
    for column in columns.iter_mut() {
        rows = rows.min(column.ready()?);
    }
    if rows == 0 {
        return Err(too_short());
    }
    columns.iter_mut().try_for_each(|column| column.read(rows))?;
    Ok(rows)
}
