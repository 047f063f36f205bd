//! Columns of a Parquet batch as days, codes, ids and texts.

use std::fmt::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Int32Array, Int64Array, PrimitiveArray, StringArray, StringViewArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, TimeUnit};

use crate::data::cells::DateCell;
use crate::data::codes::{CodeCell, Codes};
use crate::data::ids::pack_number;
use crate::data::naming::DateOrder;
use crate::data::rows::IdCell;
use crate::ground::{Day, FindingKind};

/// The cells of a date column. A timestamp is a date if it is midnight.
pub(crate) fn dates(column: &ArrayRef, order: DateOrder) -> Result<Vec<DateCell>, ArrowError> {
    const SECONDS: i64 = 86_400;
    Ok(match column.data_type() {
        DataType::Date32 => timestamps::<Date32Type>(column, 1),
        DataType::Date64 => timestamps::<Date64Type>(column, SECONDS * 1000),
        DataType::Timestamp(TimeUnit::Second, _) => timestamps::<TimestampSecondType>(column, SECONDS),
        DataType::Timestamp(TimeUnit::Millisecond, _) => timestamps::<TimestampMillisecondType>(column, SECONDS * 1000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            timestamps::<TimestampMicrosecondType>(column, SECONDS * 1_000_000)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            timestamps::<TimestampNanosecondType>(column, SECONDS * 1_000_000_000)
        }
        _ => match TextColumn::of(column)? {
            TextColumn::Dictionary(keys, values) => each_key(&keys, &values, |text| DateCell::read_in(text, order)),
            texts => {
                (0..column.len()).map(|row| DateCell::read_in(texts.text(row, &mut String::new()), order)).collect()
            }
        },
    })
}

/// Days out of a column that counts so many units to a day since 1970.
fn timestamps<T: ArrowPrimitiveType<Native: Into<i64>>>(column: &ArrayRef, units: i64) -> Vec<DateCell> {
    let column: &PrimitiveArray<T> = column.as_primitive();
    let bound = |year, month, day| Day::from_ymd(year, month, day).map_or(0, |day| i64::from(day.epoch_days()));
    let (first, last) = (bound(1, 1, 1), bound(9999, 12, 31));
    let cell = |units_since: T::Native| {
        let units_since: i64 = units_since.into();
        let days = units_since.div_euclid(units);
        if (first..=last).contains(&days) && days * units == units_since {
            DateCell::Day(Day::FIRST.plus_days(days as i32 - Day::FIRST.epoch_days()))
        } else {
            DateCell::Fault(FindingKind::MalformedDate)
        }
    };
    if column.null_count() == 0 {
        column.values().iter().map(|&value| cell(value)).collect()
    } else {
        column.iter().map(|value| value.map_or(DateCell::Empty, cell)).collect()
    }
}

/// The cells of a code column.
pub(crate) fn codes(column: &TextColumn, codes: &Codes) -> Vec<CodeCell> {
    let number = |number: Option<u64>| number.map_or(codes.read(b""), |number| codes.read_number(number));
    // A negative number is no more a code than 0 is.
    match column {
        TextColumn::Absent => Vec::new(),
        TextColumn::Dictionary(keys, values) => each_key(keys, values, |text| codes.read(text)),
        TextColumn::View(column) => column.iter().map(|text| codes.read(text.unwrap_or("").as_bytes())).collect(),
        TextColumn::Signed(column) => {
            column.iter().map(|value| number(value.map(|value| u64::try_from(value).unwrap_or(0)))).collect()
        }
        TextColumn::Unsigned(column) => column.iter().map(number).collect(),
    }
}

/// Reads each text of a dictionary once.
fn each_key<C: Copy>(keys: &Int32Array, values: &StringArray, read: impl Fn(&[u8]) -> C) -> Vec<C> {
    let cells: Vec<C> = values.iter().map(|text| read(text.unwrap_or("").as_bytes())).collect();
    let empty = read(b"");
    let cell = |key: i32| cells.get(key as usize).copied().unwrap_or(empty);
    if keys.null_count() == 0 {
        keys.values().iter().map(|&key| cell(key)).collect()
    } else {
        keys.iter().map(|key| key.map_or(empty, cell)).collect()
    }
}

/// A column that is text in meaning.
#[derive(Clone, Debug)]
pub(crate) enum TextColumn {
    /// The table has no such column, or nobody asked for it.
    Absent,
    /// Texts.
    View(StringViewArray),
    /// Places in a dictionary of texts.
    Dictionary(Int32Array, StringArray),
    /// Whole numbers.
    Signed(Int64Array),
    /// Whole numbers, of which some may be too large for the other.
    Unsigned(UInt64Array),
}

impl TextColumn {
    /// The column of a batch.
    pub(crate) fn of(column: &ArrayRef) -> Result<TextColumn, ArrowError> {
        Ok(match column.data_type() {
            DataType::Utf8View => TextColumn::View(column.as_string_view().clone()),
            DataType::Dictionary(key, value) if **key == DataType::Int32 && **value == DataType::Utf8 => {
                let column = column.as_dictionary::<Int32Type>();
                TextColumn::Dictionary(column.keys().clone(), column.values().as_string().clone())
            }
            DataType::UInt64 => TextColumn::Unsigned(column.as_primitive::<UInt64Type>().clone()),
            written if written.is_integer() => {
                let column = arrow_cast::cast(column, &DataType::Int64)?;
                TextColumn::Signed(column.as_primitive::<Int64Type>().clone())
            }
            // A zone may have a name that cannot be looked up; the time is told as it is in UTC.
            DataType::Timestamp(unit, Some(_)) => {
                let column = arrow_cast::cast(column, &DataType::Int64)?;
                TextColumn::of(&arrow_cast::cast(&column, &DataType::Timestamp(*unit, None))?)?
            }
            _ => TextColumn::View(arrow_cast::cast(column, &DataType::Utf8View)?.as_string_view().clone()),
        })
    }

    /// An id; the scratch text holds numbers that do not pack.
    #[inline]
    pub(crate) fn id<'a>(&'a self, row: usize, scratch: &'a mut String) -> IdCell<'a> {
        let key = match self {
            TextColumn::Signed(column) if column.is_valid(row) => {
                u64::try_from(column.value(row)).ok().and_then(pack_number)
            }
            TextColumn::Unsigned(column) if column.is_valid(row) => pack_number(column.value(row)),
            _ => None,
        };
        key.map_or_else(|| IdCell::Text(self.text(row, scratch)), IdCell::Key)
    }

    /// A cell's text, empty for null; the scratch text holds numbers.
    #[inline]
    pub(crate) fn text<'a>(&'a self, row: usize, scratch: &'a mut String) -> &'a [u8] {
        match self {
            TextColumn::Absent => b"",
            TextColumn::View(column) if column.is_valid(row) => column.value(row).as_bytes(),
            TextColumn::Dictionary(keys, values) if keys.is_valid(row) => {
                let key = keys.value(row) as usize;
                if values.is_valid(key) { values.value(key).as_bytes() } else { b"" }
            }
            TextColumn::Signed(column) if column.is_valid(row) => number(column.value(row), scratch),
            TextColumn::Unsigned(column) if column.is_valid(row) => number(column.value(row), scratch),
            TextColumn::View(_) | TextColumn::Dictionary(..) | TextColumn::Signed(_) | TextColumn::Unsigned(_) => b"",
        }
    }
}

fn number(value: impl std::fmt::Display, scratch: &mut String) -> &[u8] {
    scratch.clear();
    // Writing to a text cannot fail.
    let _ = write!(scratch, "{value}");
    scratch.as_bytes()
}
