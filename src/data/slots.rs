//! The slots table: appointments that practices keep free for the coordinator to book.

use std::collections::BTreeMap;

use crate::data::cells::{moment, truth};
use crate::data::error::LoadError;
use crate::data::naming::DateOrder;
use crate::data::source::Input;
use crate::data::table::{self, Row};
use crate::ground::{Day, FindingKind, Findings};

/// A slot. Slots of one practice sort by start, then by end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Slot {
    /// The day on which it starts.
    pub day: Day,
    /// When it starts: `2025-01-15`, or `2025-01-15 09:00` where the time of day is known.
    pub start: String,
    /// When it ends, told in the same way.
    pub end: Option<String>,
    /// True if it is booked. Nothing said is taken for free.
    pub taken: bool,
}

/// The slots table.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Slots {
    by_practice: BTreeMap<String, Vec<Slot>>,
    /// What was odd.
    pub findings: Findings,
}

impl Slots {
    /// A practice's slots, by start, each once.
    pub fn of(&self, practice_code: &str) -> &[Slot] {
        self.by_practice.get(practice_code).map_or(&[], Vec::as_slice)
    }

    /// True if no practice has a slot.
    pub fn is_empty(&self) -> bool {
        self.by_practice.is_empty()
    }

    /// The practices that have one, in bytewise order of their codes.
    pub fn practice_codes(&self) -> impl Iterator<Item = &str> {
        self.by_practice.keys().map(String::as_str)
    }

    /// The first malformed row as an error, for a caller who asked that there be none.
    ///
    /// # Errors
    /// [`LoadError::Malformed`].
    pub fn refuse_malformed(&self) -> Result<(), LoadError> {
        table::refuse_malformed(&self.findings)
    }
}

/// Where the columns are.
struct Places {
    practice_code: usize,
    slot_start: usize,
    slot_end: Option<usize>,
    taken: Option<usize>,
    /// In which order the dates of starts and of ends are written.
    orders: [DateOrder; 2],
}

/// Reads the slots table. Rows with one start and one end are one slot.
///
/// # Errors
/// [`LoadError`] if the table cannot be read or lacks a column.
pub fn read(input: &Input) -> Result<Slots, LoadError> {
    let table = table::read(input)?;
    let places = Places {
        practice_code: table.need("practice_code")?,
        slot_start: table.need("slot_start")?,
        slot_end: table.find("slot_end")?,
        taken: table.find("taken")?,
        orders: [table.date_order("slot_start"), table.date_order("slot_end")],
    };
    let mut findings = table.findings;
    let mut rows: BTreeMap<String, Vec<(Slot, u64)>> = BTreeMap::new();
    for row in &table.rows {
        match slot(row, &places) {
            Ok((practice, slot)) => rows.entry(practice.to_owned()).or_default().push((slot, row.number)),
            Err((kind, column)) => findings.add(kind, &table.name, column, Some(row.number)),
        }
    }
    table::refuse_most(&table.name, &findings, table.rows.len())?;
    let mut by_practice = BTreeMap::new();
    for (practice, slots) in rows {
        by_practice.insert(practice, each_once(slots, &table.name, &mut findings));
    }
    Ok(Slots { by_practice, findings })
}

/// A practice's slots by start and end, each once.
fn each_once(mut rows: Vec<(Slot, u64)>, file: &str, findings: &mut Findings) -> Vec<Slot> {
    rows.sort_unstable();
    let mut slots: Vec<(Slot, u64)> = Vec::with_capacity(rows.len());
    for (slot, row) in rows {
        match slots.last_mut().filter(|(last, _)| (&last.start, &last.end) == (&slot.start, &slot.end)) {
            // Free comes before taken, so what follows with the same times is either equal or taken. Nobody is to be
            // sent to a slot that is booked.
            Some((last, first_row)) if *last != slot => {
                findings.add(FindingKind::SlotTakenAndFree, file, "taken", Some(row.max(*first_row)));
                *last = slot;
            }
            Some(_) => {}
            None => slots.push((slot, row)),
        }
    }
    slots.into_iter().map(|(slot, _)| slot).collect()
}

/// One slot and whose it is, or what is wrong with its row in which column.
fn slot<'a>(row: &'a Row, places: &Places) -> Result<(&'a str, Slot), (FindingKind, &'static str)> {
    let needed = |place: usize, column: &'static str| row.cell(Some(place)).ok_or((FindingKind::MissingValue, column));
    let practice = row.code(Some(places.practice_code)).ok_or((FindingKind::MissingValue, "practice_code"))?;
    let (day, start) =
        moment(needed(places.slot_start, "slot_start")?, places.orders[0]).map_err(|kind| (kind, "slot_start"))?;
    let end = row
        .cell(places.slot_end)
        .map(|end| moment(end, places.orders[1]))
        .transpose()
        .map_err(|kind| (kind, "slot_end"))?;
    let taken = truth(row.cell(places.taken)).map_err(|kind| (kind, "taken"))?;
    Ok((practice, Slot { day, start, end: end.map(|(_, end)| end), taken: taken.unwrap_or(false) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(rows: &str) -> Slots {
        read(&Input::csv("s.csv", format!("practice_code,slot_start,slot_end,taken\n{rows}"))).unwrap()
    }

    fn told(slots: &[Slot]) -> Vec<(&str, Option<&str>, bool)> {
        slots.iter().map(|slot| (slot.start.as_str(), slot.end.as_deref(), slot.taken)).collect()
    }

    fn found(slots: &Slots) -> Vec<(FindingKind, String, Vec<u64>)> {
        slots.findings.list().into_iter().map(|found| (found.kind, found.column, found.first_rows)).collect()
    }

    #[test]
    fn slots_are_gathered_by_practice_in_order_and_doubles_are_one() {
        let slots = csv("F1,2025-01-15T10:00:00,2025-01-15T10:20:00,YES\nF2,2025-01-16,,\n\
             F1,2025-01-15 09:00,,0\nF1,2025-01-15 10:00,2025-01-15 10:20,y\nF1,2025-01-15 10:00,2025-01-15 10:10,n\n");
        assert_eq!(
            told(slots.of("F1")),
            [
                ("2025-01-15 09:00", None, false),
                ("2025-01-15 10:00", Some("2025-01-15 10:10"), false),
                ("2025-01-15 10:00", Some("2025-01-15 10:20"), true),
            ]
        );
        assert_eq!(told(slots.of("F2")), [("2025-01-16", None, false)]);
        assert_eq!(slots.of("F2")[0].day, Day::from_ymd(2025, 1, 16).unwrap());
        assert_eq!(slots.practice_codes().collect::<Vec<_>>(), ["F1", "F2"]);
        assert!(slots.of("F3").is_empty() && slots.findings.is_empty() && !slots.is_empty());
    }

    #[test]
    fn a_slot_that_is_taken_and_free_is_taken_whatever_the_order() {
        let rows = ["F1,2025-01-15,,no\n", "F1,2025-01-15,,yes\n", "F1,2025-01-15,,no\n"];
        for order in [[0, 1, 2], [1, 0, 2], [0, 2, 1]] {
            let slots = csv(&order.map(|at| rows[at]).concat());
            assert_eq!(told(slots.of("F1")), [("2025-01-15", None, true)]);
            let findings = slots.findings.list();
            assert_eq!((findings[0].kind, findings[0].count), (FindingKind::SlotTakenAndFree, 1));
            assert!(slots.refuse_malformed().is_ok());
        }
    }

    #[test]
    fn rows_that_cannot_be_used_are_set_aside_and_counted() {
        let slots = csv("F1,,,\n,2025-01-15,,\nF1,9 o'clock,,\nF1,2025-01-15,10:20,\nF1,2025-01-15,,maybe\n");
        assert!(slots.is_empty());
        assert_eq!(
            found(&slots),
            [
                (FindingKind::MissingValue, "practice_code".to_owned(), vec![3]),
                (FindingKind::MissingValue, "slot_start".to_owned(), vec![2]),
                (FindingKind::MalformedTime, "slot_end".to_owned(), vec![5]),
                (FindingKind::MalformedTime, "slot_start".to_owned(), vec![4]),
                (FindingKind::MalformedTruth, "taken".to_owned(), vec![6]),
            ]
        );
        let refused = slots.refuse_malformed().unwrap_err().to_string();
        assert!(refused.starts_with("row 2 of `s.csv` has an empty cell where a value is needed"), "{refused}");
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn parquet_says_what_csv_says() {
        use std::sync::Arc;

        use arrow_array::{ArrayRef, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray};

        let micros = |text: &str, minutes: i64| {
            Some((i64::from(Day::parse_iso(text).unwrap().epoch_days()) * 1440 + minutes) * 60_000_000)
        };
        let starts = vec![micros("2025-01-15", 540), micros("2025-01-16", 0), micros("2025-01-14", 13 * 60 + 5)];
        let columns: [(&str, ArrayRef); 4] = [
            ("practice_code", Arc::new(StringArray::from(vec!["F1", "F1", "F2"]))),
            ("slot_start", Arc::new(TimestampMicrosecondArray::from(starts))),
            ("slot_end", Arc::new(TimestampMicrosecondArray::from(vec![micros("2025-01-15", 560), None, None]))),
            ("taken", Arc::new(Int32Array::from(vec![Some(1), Some(0), None]))),
        ];
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)));
        let read_parquet = read(&crate::data::table::tests::parquet("s.parquet", &batch.unwrap())).unwrap();
        let read_csv = csv("F2,2025-01-14 13:05,,\nF1,2025-01-15 09:00,2025-01-15 09:20,1\nF1,2025-01-16,,0\n");
        assert_eq!(read_parquet, read_csv);
        assert_eq!(read_parquet.of("F1").len(), 2);
    }
}
