//! Patients and events out of CSV: blocks are cut by one thread and parsed by all.

use crate::data::cells::DateCell;
use crate::data::columns::Column;
use crate::data::csv_blocks::Blocks;
use crate::data::csv_records::{Cells, TakeRecord, each_record};
use crate::data::error::LoadError;
use crate::data::naming::DateOrder;
use crate::data::progress::Progress;
use crate::data::read_ahead::Block;
use crate::data::rounds;
use crate::data::rows::{EventRows, EventRules, IdCell, NameCell, Part, PatientCells, PatientRows, PatientRules};
use crate::data::scatter::{EventRow, RegistrationRow};
use crate::data::source::{Content, Input};
use crate::data::tally::NO_COLUMN;
use crate::ground::FindingKind;

/// About how long a row is, to guess how many there are.
const ROW_BYTES: u64 = 36;

/// A CSV table whose header was read.
pub(crate) struct CsvTable<'a> {
    blocks: Blocks<'a>,
    cell_count: usize,
    /// Where each of the columns that were asked for is.
    places: Vec<Option<usize>>,
    /// In which order the dates of each of them are written.
    orders: Vec<DateOrder>,
    rows: u64,
}

impl<'a> CsvTable<'a> {
    /// Reads the header and finds the columns.
    pub(crate) fn open(input: &'a Input, columns: &[Column], block_bytes: usize) -> Result<CsvTable<'a>, LoadError> {
        let (header, blocks) = Blocks::open(input, block_bytes)?;
        let places = header.places_of(columns)?;
        let orders = columns.iter().map(|column| header.date_order(column.name)).collect();
        let rows = byte_count(input) / ROW_BYTES;
        Ok(CsvTable { blocks, cell_count: header.names().len(), places, orders, rows })
    }

    /// Whether a column is there and read.
    pub(crate) fn reads(&self, column: usize) -> bool {
        self.places[column].is_some()
    }

    /// About how many rows there are.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Reads the table as patients.
    pub(crate) fn patients(
        self,
        rules: &PatientRules<'_>,
        progress: &dyn Progress,
    ) -> Result<Part<RegistrationRow>, LoadError> {
        let layout = Layout { cell_count: self.cell_count, places: self.places, orders: self.orders };
        each_block(self.blocks, progress, |block| {
            let mut taker =
                PatientTaker { layout: &layout, digest: rules.digest, rows: PatientRows::new(rules), count: 0 };
            each_record(block, &mut taker);
            taker.rows.finish(taker.count)
        })
    }

    /// Reads the table as events.
    pub(crate) fn events(self, rules: &EventRules<'_>, progress: &dyn Progress) -> Result<Part<EventRow>, LoadError> {
        let layout = Layout { cell_count: self.cell_count, places: self.places, orders: self.orders };
        each_block(self.blocks, progress, |block| {
            let mut taker = EventTaker { layout: &layout, digest: rules.digest, rows: EventRows::new(rules), count: 0 };
            each_record(block, &mut taker);
            taker.rows.finish(taker.count)
        })
    }
}

/// How many bytes a table has; a pipe is taken to be middling.
pub(crate) fn byte_count(input: &Input) -> u64 {
    match &input.content {
        Content::Bytes(bytes) => bytes.len() as u64,
        Content::File(file) => {
            file.metadata().ok().filter(std::fs::Metadata::is_file).map_or(1 << 28, |file| file.len())
        }
    }
}

/// Parses all blocks of a table and puts what came of them together.
fn each_block<R: Send>(
    blocks: Blocks<'_>,
    progress: &dyn Progress,
    parse: impl Fn(&Block) -> Part<R> + Sync,
) -> Result<Part<R>, LoadError> {
    let mut whole = Part::empty();
    let parse = |block: &Block| {
        let part = parse(block);
        progress.advance(part.rows);
        part
    };
    rounds::each_block(blocks, parse, |part| whole.merge(part))?;
    Ok(whole)
}

/// Where the columns are in a record.
struct Layout {
    cell_count: usize,
    places: Vec<Option<usize>>,
    orders: Vec<DateOrder>,
}

impl Layout {
    /// A cell by its column's place in the list of columns; empty where the table has no such column.
    #[inline]
    fn cell<'r>(&self, cells: &'r impl Cells, column: usize) -> &'r [u8] {
        self.places[column].map_or(&[], |at| cells.cell(at))
    }
}

impl Layout {
    /// A cell of a date column, by its place in the list of columns.
    #[inline]
    fn date(&self, cells: &impl Cells, column: usize) -> DateCell {
        DateCell::read_in(self.cell(cells, column), self.orders[column])
    }
}

struct PatientTaker<'a> {
    layout: &'a Layout,
    digest: bool,
    rows: PatientRows<'a>,
    count: u64,
}

impl TakeRecord for PatientTaker<'_> {
    fn take(&mut self, line: u64, cells: &impl Cells) {
        self.count += 1;
        if cells.count() != self.layout.cell_count {
            self.rows.tally.add(FindingKind::WrongCellCount, NO_COLUMN, line);
            if self.digest {
                self.rows.hasher.odd_row((0..cells.count()).map(|at| cells.cell(at)));
            }
            return;
        }
        let cell = |column| self.layout.cell(cells, column);
        let row = PatientCells {
            id: IdCell::Text(cell(0)),
            practice: NameCell::Text(cell(1)),
            birth: self.layout.date(cells, 2),
            registered: self.layout.date(cells, 3),
            deregistered: self.layout.date(cells, 4),
            death: self.layout.date(cells, 5),
        };
        if self.digest {
            self.rows.hasher.text(cell(0));
            self.rows.hasher.text(cell(1));
            let dates = [row.birth, row.registered, row.deregistered, row.death];
            dates.into_iter().enumerate().for_each(|(at, date)| self.rows.hasher.date(date, cell(at + 2)));
            self.rows.hasher.end_row();
        }
        self.rows.take(line, &row);
    }
}

struct EventTaker<'a> {
    layout: &'a Layout,
    digest: bool,
    rows: EventRows<'a>,
    count: u64,
}

impl TakeRecord for EventTaker<'_> {
    #[inline]
    fn take(&mut self, line: u64, cells: &impl Cells) {
        self.count += 1;
        if cells.count() != self.layout.cell_count {
            self.rows.tally.add(FindingKind::WrongCellCount, NO_COLUMN, line);
            if self.digest {
                self.rows.hasher.odd_row((0..cells.count()).map(|at| cells.cell(at)));
            }
            return;
        }
        let cell = |column| self.layout.cell(cells, column);
        let date = self.layout.date(cells, 1);
        if self.digest {
            self.rows.hasher.text(cell(0));
            self.rows.hasher.date(date, cell(1));
            [2, 3, 4].into_iter().for_each(|column| self.rows.hasher.text(cell(column)));
            self.rows.hasher.end_row();
        }
        let code = self.rows.read_code(cell(2));
        self.rows.take(line, IdCell::Text(cell(0)), date, code, cell(3), cell(4));
    }
}
