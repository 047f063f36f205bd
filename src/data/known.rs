//! Who is known before the events are read, so that an event on which nothing hangs is dropped as soon as it is met.
//!
//! Few people are on any register of a year, and an event of anybody else changes no count. It is still looked at as long
//! as it takes to tell whether its patient is known and was born by then, so that findings are the same either way.

use rayon::prelude::*;

use crate::data::group::{EVENT_DATE_COLUMN, EVENT_ID_COLUMN};
use crate::data::ids::spread;
use crate::data::records::{Births, CodeIndex, Interest};
use crate::data::scatter::{Chunk, RegistrationRow, Scatter, partition_of};
use crate::data::tally::Tally;
use crate::ground::{Day, FindingKind};

/// A patient of the patients table.
#[derive(Clone, Copy, Default, Debug)]
struct Slot {
    /// 0 for an empty slot: no id has that key.
    key: u64,
    /// Days since 1970.
    birth: i32,
    cohort: u16,
    /// It stands in more than one row.
    in_many: bool,
}

/// As many slots as a processor fetches from memory at a time, filled from the front.
#[derive(Clone, Copy, Default, Debug)]
#[repr(align(64))]
struct Line([Slot; LINE_SLOTS]);

const LINE_SLOTS: usize = 4;

impl Line {
    /// The slot of a key or else an empty one; None if the line is full of others, so that the search goes on.
    #[inline]
    fn look(&self, key: u64) -> Option<Slot> {
        let found = self.0.iter().find(|slot| slot.key == key || slot.key == 0);
        found.copied()
    }
}

/// The cohort of those whose rows differ on their birth: everything of theirs is kept.
const ANY_COHORT: u16 = u16::MAX;

/// People born in the same stretch of days, for whom the same codes matter.
#[derive(Debug)]
struct Cohorts {
    /// The first day of each cohort but the first, ascending.
    starts: Vec<Day>,
    /// By cohort: whether any of them can be on a register.
    on_registers: Vec<bool>,
    /// Cohort by cohort, code by code.
    wanted: Vec<bool>,
    codes: usize,
}

impl Cohorts {
    /// None if there are too many to be numbered.
    fn new(interest: &Interest) -> Option<Cohorts> {
        let of_codes = interest.codes.iter().map(|code| &code.births);
        let stretches = of_codes.chain([&interest.births]).flat_map(Births::stretches);
        let mut starts: Vec<Day> = stretches.flat_map(|(first, last)| [first, last.plus_days(1)]).collect();
        starts.sort_unstable();
        starts.dedup();
        let someone: Vec<Day> = std::iter::once(Day::FIRST).chain(starts.iter().copied()).collect();
        let matters = |birth| interest.codes.iter().map(move |code| code.births.contain(birth));
        (someone.len() < usize::from(ANY_COHORT)).then(|| Cohorts {
            on_registers: someone.iter().map(|birth| interest.births.contain(*birth)).collect(),
            wanted: someone.iter().flat_map(|birth| matters(*birth)).collect(),
            starts,
            codes: interest.codes.len(),
        })
    }

    fn of(&self, birth: Day) -> u16 {
        self.starts.partition_point(|start| *start <= birth) as u16
    }

    #[inline]
    fn want(&self, cohort: u16, code: CodeIndex) -> bool {
        cohort == ANY_COHORT || self.wanted[usize::from(cohort) * self.codes + usize::from(code.0)]
    }

    #[inline]
    fn can_be_on_register(&self, cohort: u16) -> bool {
        cohort == ANY_COHORT || self.on_registers[usize::from(cohort)]
    }
}

/// The patients, by key.
#[derive(Debug)]
pub(crate) struct Known {
    partition_bits: u32,
    /// A table with open addressing for each partition, never full.
    tables: Vec<Box<[Line]>>,
    cohorts: Cohorts,
}

impl Known {
    /// Those of the rows that were read, if their tables find room in memory. The rows of those who can be on no register
    /// are dropped, unless somebody has more than one, in which something may be odd.
    pub(crate) fn of(chunks: &mut [Chunk<RegistrationRow>], scatter: &Scatter, interest: &Interest) -> Option<Known> {
        let cohorts = Cohorts::new(interest)?;
        let rows: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        let bytes = (line_count(rows) * size_of::<Line>()) as u64;
        if scatter.spill.as_ref().is_some_and(|spill| !spill.finds_room(bytes)) {
            return None;
        }
        let partition_bits = scatter.partition_bits;
        let table = |partition| table(chunks, partition, partition_bits, &cohorts);
        let (tables, kept): (Vec<Box<[Line]>>, Vec<Kept>) = (0..1 << partition_bits).into_par_iter().map(table).unzip();
        chunks.par_iter_mut().enumerate().for_each(|(at, chunk)| {
            let mut kept = kept.iter().flat_map(|of_chunks| &of_chunks[at]);
            chunk.retain(|| kept.next().is_none_or(|kept| *kept));
        });
        Some(Known { partition_bits, tables, cohorts })
    }

    /// Gives the room back that the tables took.
    pub(crate) fn forget(self, scatter: &Scatter) {
        let lines: usize = self.tables.iter().map(|table| table.len()).sum();
        if let Some(spill) = &scatter.spill {
            spill.give_back((lines * size_of::<Line>()) as u64);
        }
    }

    /// The first slot of the line in which the search for a key begins, which brings the line near.
    #[inline]
    fn first_look(&self, key: u64) -> Slot {
        let table = &self.tables[partition_of(key, self.partition_bits)];
        table[home(table, key, self.partition_bits)].0[0]
    }

    /// The slot of a key, or an empty one.
    #[inline]
    fn find(&self, key: u64) -> Slot {
        find(&self.tables[partition_of(key, self.partition_bits)], key, self.partition_bits)
    }
}

/// How many lines so many rows take, a third of the slots to spare.
fn line_count(rows: usize) -> usize {
    (rows + rows / 2) / LINE_SLOTS + 1
}

/// The line in which the search for a key begins.
#[inline]
fn home(table: &[Line], key: u64, partition_bits: u32) -> usize {
    // The first bits of the spread key are the same for the whole partition.
    let place = u128::from(spread(key) << partition_bits) * table.len() as u128;
    (place >> 64) as usize
}

/// The slot of a key of a partition, or an empty one.
#[inline]
fn find(table: &[Line], key: u64, partition_bits: u32) -> Slot {
    let first = home(table, key, partition_bits);
    table[first].look(key).unwrap_or_else(|| further(table, key, first))
}

/// The slot of a key that is not in the line in which its search begins, or an empty one.
#[cold]
fn further(table: &[Line], key: u64, first: usize) -> Slot {
    lines_from(table.len(), first).find_map(|at| table[at].look(key)).unwrap_or_default()
}

/// All lines, from one on and then from the first.
fn lines_from(lines: usize, first: usize) -> impl Iterator<Item = usize> {
    (first..lines).chain(0..first)
}

/// By chunk: whether each row of a partition is kept.
type Kept = Vec<Vec<bool>>;

/// The patients of a partition, and which of their rows are kept.
fn table(
    chunks: &[Chunk<RegistrationRow>],
    partition: usize,
    partition_bits: u32,
    cohorts: &Cohorts,
) -> (Box<[Line]>, Kept) {
    let parts: Vec<_> = chunks.iter().map(|chunk| chunk.part(partition)).collect();
    let rows = parts.iter().map(|part| part.rows.len()).sum();
    let mut table = vec![Line::default(); line_count(rows)].into_boxed_slice();
    for row in parts.iter().flat_map(|part| part.rows.iter()) {
        let cohort = cohorts.of(Day::from_epoch_days(row.birth).unwrap_or(Day::FIRST));
        add(&mut table, partition_bits, Slot { key: row.key, birth: row.birth, cohort, in_many: false });
    }
    // They are looked up once more while the table is near.
    let is_kept = |row: &RegistrationRow| {
        let slot = find(&table, row.key, partition_bits);
        slot.in_many || cohorts.can_be_on_register(slot.cohort)
    };
    let kept = parts.iter().map(|part| part.rows.iter().map(is_kept).collect()).collect();
    (table, kept)
}

/// Adds a patient, or what another row says of one who is there already.
fn add(table: &mut [Line], partition_bits: u32, added: Slot) {
    let first = home(table, added.key, partition_bits);
    for at in lines_from(table.len(), first) {
        for slot in &mut table[at].0 {
            if slot.key == 0 {
                *slot = added;
                return;
            }
            if slot.key == added.key {
                slot.in_many = true;
                if slot.birth != added.birth {
                    slot.cohort = ANY_COHORT;
                }
                return;
            }
        }
    }
}

/// An event whose patient is yet to be looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sifted {
    pub row: u64,
    pub key: u64,
    pub day: Day,
    pub code: CodeIndex,
}

/// How many events wait until their patients are looked up together. Millions of patients do not fit in a processor's
/// cache, so each look waits for memory; first looks that decide nothing overlap in their waits.
const WAITING_EVENTS: usize = 1 << 9;

/// Lets through the events on which something may hang.
#[derive(Debug)]
pub(crate) struct Sieve<'a> {
    known: &'a Known,
    waiting: Vec<Sifted>,
    first_looks: Vec<Slot>,
}

impl<'a> Sieve<'a> {
    pub(crate) fn new(known: &'a Known) -> Sieve<'a> {
        Sieve { known, waiting: Vec::with_capacity(WAITING_EVENTS), first_looks: Vec::with_capacity(WAITING_EVENTS) }
    }

    /// Takes in an event; true if it is time to let them through.
    #[inline]
    pub(crate) fn put(&mut self, event: Sifted) -> bool {
        self.waiting.push(event);
        self.waiting.len() >= WAITING_EVENTS
    }

    /// Lets through what waits, in its order; what is odd goes into the tally of the events table.
    pub(crate) fn empty(&mut self, tally: &mut Tally, mut keep: impl FnMut(Sifted)) {
        self.first_looks.clear();
        self.first_looks.extend(self.waiting.iter().map(|event| self.known.first_look(event.key)));
        for (event, &first) in self.waiting.iter().zip(&self.first_looks) {
            let slot = if first.key == event.key { first } else { self.known.find(event.key) };
            if slot.key == 0 {
                tally.add(FindingKind::UnknownPatient, EVENT_ID_COLUMN, event.row);
            } else if event.day.epoch_days() < slot.birth && slot.cohort != ANY_COHORT {
                tally.add(FindingKind::EventBeforeBirth, EVENT_DATE_COLUMN, event.row);
            } else if self.known.cohorts.want(slot.cohort, event.code) {
                keep(*event);
            }
        }
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::records::CodeInterest;

    fn day(text: &str) -> Day {
        Day::parse_iso(text).unwrap()
    }

    #[test]
    fn a_code_matters_to_those_born_in_its_stretches() {
        let births = |stretches: &[(&str, &str)]| {
            let mut births = Births::default();
            stretches.iter().for_each(|(first, last)| births.add(day(first), day(last)));
            births
        };
        let code = |births| CodeInterest { births, last: Some(day("2024-03-31")) };
        let first = code(births(&[("2020-01-01", "2020-12-31"), ("2022-01-01", "2022-01-01")]));
        let second = code(births(&[("2020-06-01", "2022-01-01")]));
        assert_eq!(second.days(), Some((day("2020-06-01"), day("2024-03-31"))));
        let codes = vec![first, second, CodeInterest::default()];
        let cohorts = Cohorts::new(&Interest { births: births(&[("2020-01-01", "2023-01-01")]), codes }).unwrap();
        for (birth, expected) in [
            ("2019-12-31", [false, false, false]),
            ("2020-01-01", [true, true, false]),
            ("2020-05-31", [true, true, false]),
            ("2020-06-01", [true, true, true]),
            ("2020-12-31", [true, true, true]),
            ("2021-01-01", [true, false, true]),
            ("2022-01-01", [true, true, true]),
            ("2022-01-02", [true, false, false]),
            ("2023-01-02", [false, false, false]),
        ] {
            let cohort = cohorts.of(day(birth));
            let wanted = [0, 1].map(|code| cohorts.want(cohort, CodeIndex(code)));
            assert_eq!([cohorts.can_be_on_register(cohort), wanted[0], wanted[1]], expected, "{birth}");
            assert!(!cohorts.want(cohort, CodeIndex(2)));
        }
    }
}
