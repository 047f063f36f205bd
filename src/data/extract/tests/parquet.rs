use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, GzipLevel, ZstdLevel};
use ::parquet::file::properties::{WriterProperties, WriterVersion};
use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow_cast::cast;
use arrow_schema::{DataType, TimeUnit};

use super::*;
use crate::data::parquet_file::ParquetFile;
use crate::data::{Content, Format};

/// A Parquet file of columns, with row groups of a few rows.
fn written(columns: Vec<(&str, ArrayRef)>, compression: Compression, group_rows: usize) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(group_rows))
        .set_data_page_row_count_limit(50)
        .set_write_batch_size(10);
    written_as(columns, properties.build())
}

fn written_as(columns: Vec<(&str, ArrayRef)>, properties: WriterProperties) -> Vec<u8> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
            .unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

fn parquet(name: &str, bytes: Vec<u8>) -> Input {
    Input { name: name.to_owned(), format: Format::Parquet, content: Content::Bytes(bytes), naming: Default::default() }
}

/// The cells of a column of rows of CSV; empty ones are null.
fn column(rows: &[String], at: usize) -> StringArray {
    let cell = |row: &String| row.split(',').nth(at).filter(|cell| !cell.is_empty()).map(|cell| cell.replace('"', ""));
    rows.iter().map(cell).collect()
}

/// Columns cast to types, in the order of a header.
fn table(header: &str, rows: &[String], types: &[DataType], compression: Compression, group_rows: usize) -> Vec<u8> {
    written(columns_of(header, rows, types), compression, group_rows)
}

fn columns_of<'h>(header: &'h str, rows: &[String], types: &[DataType]) -> Vec<(&'h str, ArrayRef)> {
    let names = header.trim().split(',').enumerate();
    names.map(|(at, name)| (name, cast_to(&(Arc::new(column(rows, at)) as ArrayRef), &types[at]))).collect()
}

/// A cast that takes a time to be in its zone, which is UTC.
fn cast_to(column: &ArrayRef, wished: &DataType) -> ArrayRef {
    match wished {
        DataType::Timestamp(unit, Some(_)) => {
            let without_zone = cast_to(column, &DataType::Timestamp(*unit, None));
            cast(&cast(&without_zone, &DataType::Int64).unwrap(), wished).unwrap()
        }
        _ => cast(column, wished).unwrap(),
    }
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int16), Box::new(DataType::LargeUtf8))
}

#[test]
fn parquet_says_what_csv_says() {
    let (patient_rows, event_rows) = many_rows();
    // What CSV can hold and these types cannot is left out.
    let event_rows: Vec<String> = event_rows.iter().map(|row| row.replace('\n', " ")).collect();
    let options = LoadOptions { digest: true, ..LoadOptions::default() };
    let by_line = |said: Said| {
        let rows = |(kind, column, count, rows): (FindingKind, String, u64, Vec<u64>)| {
            (kind, column, count, rows.into_iter().map(|line| line - 1).collect::<Vec<u64>>())
        };
        (said.0, said.1.into_iter().map(rows).collect::<Vec<_>>(), said.2)
    };
    let expected = by_line(loaded_many(&patient_rows, &event_rows, &options, Sizes::default(), 2));
    let (text, date) = (DataType::Utf8, DataType::Date32);
    let seconds = DataType::Timestamp(TimeUnit::Second, None);
    let nanoseconds = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    let layouts = [
        (
            [text.clone(), text.clone(), date.clone(), date.clone(), date.clone(), date.clone()],
            [text.clone(), date.clone(), text.clone(), text.clone(), text.clone()],
            Compression::SNAPPY,
            100_000,
        ),
        (
            [DataType::LargeUtf8, dictionary(), DataType::Date64, seconds, text.clone(), nanoseconds.clone()],
            [DataType::Utf8View, nanoseconds, DataType::Int64, dictionary(), DataType::LargeUtf8],
            Compression::ZSTD(ZstdLevel::default()),
            333,
        ),
        (
            [dictionary(), text.clone(), text.clone(), date.clone(), date.clone(), date.clone()],
            [dictionary(), text.clone(), DataType::Int64, text.clone(), text.clone()],
            Compression::GZIP(GzipLevel::default()),
            70,
        ),
        (
            [DataType::Utf8View, DataType::Utf8View, dictionary(), date.clone(), date.clone(), date.clone()],
            [text.clone(), dictionary(), DataType::UInt64, DataType::Utf8View, dictionary()],
            Compression::LZ4_RAW,
            1,
        ),
    ];
    for (patient_types, event_types, compression, group_rows) in layouts {
        let inputs = PatientInputs {
            patients: parquet("p.csv", table(HEADER, &patient_rows, &patient_types, compression, group_rows)),
            events: parquet("e.csv", table(EVENTS_HEADER, &event_rows, &event_types, compression, group_rows)),
        };
        let sizes = Sizes { batch_rows: 64, ..Sizes::default() };
        let extract = load_sized(&inputs, &wanted(), &options, &crate::data::Silent, sizes).unwrap();
        assert_eq!(expected, (patients(&extract), findings(&extract), extract.input_digest()));
    }
}

/// What is said of two Parquet tables by way of arrays, which a digest needs, and page by page, which they must allow.
fn said_both_ways(patient_table: Vec<u8>, event_table: Vec<u8>) -> [(Vec<String>, Vec<FoundRows>); 2] {
    let inputs =
        PatientInputs { patients: parquet("p.parquet", patient_table), events: parquet("e.parquet", event_table) };
    assert!(ParquetFile::open(&inputs.patients, &PATIENT_COLUMNS).unwrap().is_direct());
    assert!(ParquetFile::open(&inputs.events, &event_columns(true, true)).unwrap().is_direct());
    [true, false].map(|digest| {
        let options = LoadOptions { digest, ..LoadOptions::default() };
        let extract = load(&inputs, &wanted(), &options, &crate::data::Silent).unwrap();
        (patients(&extract), findings(&extract))
    })
}

type FoundRows = (FindingKind, String, u64, Vec<u64>);

#[test]
fn pages_of_every_layout_say_what_arrays_say() {
    let (patient_rows, event_rows) = many_rows();
    let (text, date) = (DataType::Utf8, DataType::Date32);
    let patient_types = [text.clone(), text.clone(), date.clone(), date.clone(), date.clone(), date.clone()];
    let event_types = [text.clone(), date, text.clone(), text.clone(), text];
    // A dictionary of a few bytes is given up in the middle of a row group.
    let layouts = [
        (WriterVersion::PARQUET_1_0, 1 << 20, 100_000, Compression::SNAPPY),
        (WriterVersion::PARQUET_1_0, 64, 333, Compression::UNCOMPRESSED),
        (WriterVersion::PARQUET_1_0, 0, 70, Compression::LZ4_RAW),
        (WriterVersion::PARQUET_2_0, 1 << 20, 333, Compression::ZSTD(ZstdLevel::default())),
        (WriterVersion::PARQUET_2_0, 1 << 20, 1, Compression::UNCOMPRESSED),
    ];
    for (version, dictionary_bytes, group_rows, compression) in layouts {
        let properties = WriterProperties::builder()
            .set_writer_version(version)
            .set_dictionary_enabled(dictionary_bytes > 0)
            .set_dictionary_page_size_limit(dictionary_bytes)
            .set_compression(compression)
            .set_max_row_group_row_count(Some(group_rows))
            .set_data_page_row_count_limit(50)
            .set_write_batch_size(10)
            .build();
        let [arrays, pages] = said_both_ways(
            written_as(columns_of(HEADER, &patient_rows, &patient_types), properties.clone()),
            written_as(columns_of(EVENTS_HEADER, &event_rows, &event_types), properties),
        );
        assert!(!arrays.0.is_empty() && !arrays.1.is_empty());
        assert_eq!(arrays, pages, "{version:?} {dictionary_bytes} {group_rows}");
    }
}

#[test]
fn threads_that_share_a_row_group_read_each_row_once() {
    let rows: Vec<i32> = (0..300_000).collect();
    let ids: StringArray = rows.iter().map(|row| Some((row % 97).to_string())).collect();
    let people: StringArray = (0..90).map(|id| Some(id.to_string())).collect();
    let same = |text: &'static str, count: usize| Arc::new(StringArray::from(vec![text; count])) as ArrayRef;
    let births = dates(&[Some(18_000); 90]);
    let patients = vec![
        ("patient_id", Arc::new(people) as ArrayRef),
        ("practice_code", same("F1", 90)),
        ("birth_date", births.clone()),
        ("registered_date", births),
    ];
    let days: Vec<Option<i32>> = rows.iter().map(|row| (row % 11 > 0).then_some(18_000 + row / 97)).collect();
    let events = vec![
        ("patient_id", Arc::new(ids) as ArrayRef),
        ("event_date", dates(&days)),
        ("code", same("100001", rows.len())),
    ];
    let written =
        |columns| written_as(columns, WriterProperties::builder().set_data_page_row_count_limit(1000).build());
    let [arrays, pages] = said_both_ways(written(patients), written(events));
    // Ids 90 to 96 are nobody's, and a day in eleven is missing.
    assert_eq!(arrays.1.len(), 2);
    assert_eq!(arrays, pages);
}

fn dates(days: &[Option<i32>]) -> ArrayRef {
    Arc::new(Date32Array::from(days.to_vec()))
}

fn texts(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(texts.to_vec()))
}

fn loaded_columns(patients: Vec<(&str, ArrayRef)>, events: Vec<(&str, ArrayRef)>) -> Result<Extract, LoadError> {
    let inputs = PatientInputs {
        patients: parquet("p.parquet", written(patients, Compression::UNCOMPRESSED, 1000)),
        events: parquet("e.parquet", written(events, Compression::UNCOMPRESSED, 1000)),
    };
    load(&inputs, &wanted(), &LoadOptions::default(), &crate::data::Silent)
}

fn numbers(numbers: &[Option<i64>]) -> ArrayRef {
    Arc::new(arrow_array::Int64Array::from(numbers.to_vec()))
}

fn two_patients(ids: ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    let day = dates(&[Some(19_000), Some(19_001)]);
    vec![
        ("patient_id", ids),
        ("practice_code", texts(&[Some("F1"), Some("F2")])),
        ("birth_date", day.clone()),
        ("registered_date", day),
    ]
}

#[test]
fn numbers_are_ids_and_codes_and_null_is_empty() {
    let codes = numbers(&[Some(100_001), Some(100_001), Some(-5), None, Some(100_001), Some(100_001)]);
    let midnight = |days: i64| Some(days * 86_400_000_000);
    let days = [midnight(19_100), midnight(19_101), midnight(19_100), midnight(19_100), Some(5), None];
    let events = vec![
        ("patient_id", numbers(&[Some(7), Some(-1), Some(7), Some(7), Some(7), Some(7)])),
        ("event_date", Arc::new(TimestampMicrosecondArray::from(days.to_vec())) as ArrayRef),
        ("code", codes),
    ];
    let extract = loaded_columns(two_patients(numbers(&[Some(7), Some(-1)])), events).unwrap();
    assert_eq!(
        patients(&extract),
        ["-1 2022-01-09 - [F2 2022-01-09..] [2022-04-19 0 - -]", "7 2022-01-08 - [F1 2022-01-08..] [2022-04-18 0 - -]"]
    );
    assert_eq!(
        findings(&extract),
        [
            found(FindingKind::MalformedDate, "event_date", 1, &[5]),
            found(FindingKind::MalformedCode, "code", 1, &[3]),
            found(FindingKind::MissingValue, "code", 1, &[4]),
            found(FindingKind::MissingValue, "event_date", 1, &[6]),
        ]
    );
}

#[test]
fn a_type_that_loses_digits_is_refused() {
    let floats: ArrayRef = Arc::new(Float64Array::from(vec![308_081_000_000_105.0]));
    let day = || dates(&[Some(19_000)]);
    let id = || texts(&[Some("7")]);
    let refusal = |ids: ArrayRef, days: ArrayRef, codes: ArrayRef| {
        let events = vec![("patient_id", ids), ("event_date", days), ("code", codes)];
        loaded_columns(two_patients(numbers(&[Some(7), Some(8)])), events).unwrap_err().to_string()
    };
    let code = || texts(&[Some("100001")]);
    assert_eq!(
        refusal(id(), day(), floats.clone()),
        "the column `code` of `e.parquet` is a floating number, and text or a whole number is expected: \
         a floating number cannot hold 18 digits exactly, so write the column as text from its source"
    );
    assert!(refusal(floats.clone(), day(), code()).contains("the column `patient_id`"));
    assert!(refusal(id(), floats, code()).contains("a date, a timestamp or ISO text is expected"));
    let lists = vec![("patient_id", id()), ("event_date", day())];
    let missing = loaded_columns(two_patients(numbers(&[Some(7), Some(8)])), lists).unwrap_err().to_string();
    assert_eq!(
        missing,
        "`e.parquet` has no column `code`: it has `patient_id`, `event_date`; one that is called otherwise is declared with `--map`"
    );
}

#[test]
fn a_broken_file_is_an_error_and_never_a_panic() {
    let (_, event_rows) = many_rows();
    let event_rows: Vec<String> = event_rows.iter().take(600).map(|row| row.replace('\n', " ")).collect();
    let text = DataType::Utf8;
    let types = [text.clone(), DataType::Date32, text.clone(), text.clone(), text];
    let whole = table(EVENTS_HEADER, &event_rows, &types, Compression::SNAPPY, 300);
    let patients = written(two_patients(numbers(&[Some(7), Some(8)])), Compression::SNAPPY, 10);
    let load_bytes = |bytes: Vec<u8>| {
        let inputs =
            PatientInputs { patients: parquet("p.parquet", patients.clone()), events: parquet("e.parquet", bytes) };
        load(&inputs, &wanted(), &LoadOptions::default(), &crate::data::Silent)
    };
    for length in [0, 3, 8, 100, whole.len() / 2, whole.len() - 1] {
        let error = load_bytes(whole[..length].to_vec()).unwrap_err().to_string();
        assert!(error.starts_with("`e.parquet` cannot be read as Parquet"), "{error}");
    }
    for at in (0..whole.len()).step_by(13) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x55;
        // Some changes leave a file that can be read, or columns that are not there.
        drop(load_bytes(bytes));
    }
}

#[test]
fn a_little_table_reads_as_its_csv_would() {
    let columns = vec![
        ("practice_code", texts(&[Some("F1"), Some("F2")])),
        ("list_size", Arc::new(Float64Array::from(vec![Some(9000.0), None])) as ArrayRef),
        ("opened", dates(&[Some(0), None])),
        ("seen", {
            let times = TimestampMicrosecondArray::from(vec![0, 86_400_000_000 + 3_600_000_000]);
            Arc::new(times.with_timezone("Europe/London")) as ArrayRef
        }),
        ("rooms", Arc::new(arrow_array::UInt8Array::from(vec![3, 0])) as ArrayRef),
    ];
    let input = parquet("t.parquet", written(columns, Compression::SNAPPY, 1));
    let table = crate::data::table::read(&input).unwrap();
    let rows: Vec<Vec<&str>> =
        table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.as_deref().unwrap_or("")).collect()).collect();
    assert_eq!(rows, [["F1", "9000", "1970-01-01", "1970-01-01", "3"], ["F2", "", "", "1970-01-02T01:00:00", "0"]]);
    let practices = crate::data::practices::read(&input).unwrap();
    assert_eq!(practices.find("F1").and_then(|practice| practice.list_size), Some(9000));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// By way of arrays, a batch at a time, and page by page.
    #[test]
    fn sizes_of_batches_and_row_groups_do_not_matter(
        rows in (1_usize..300, 1_usize..900),
        batch_rows in 1_usize..500,
        group_rows in 1_usize..500,
        partition_bits in 0_u32..8,
        digest: bool,
    ) {
        let (patient_rows, event_rows) = many_rows();
        let (patient_rows, event_rows) = (&patient_rows[..rows.0], &event_rows[..rows.1]);
        let (text, date) = (DataType::Utf8, DataType::Date32);
        let patient_types = [text.clone(), text.clone(), date.clone(), date.clone(), date.clone(), date.clone()];
        let event_types = [text.clone(), date, text.clone(), text.clone(), text];
        let options = LoadOptions { digest, ..LoadOptions::default() };
        let said = |sizes: Sizes, group_rows: usize| {
            let table = |header, rows, types| table(header, rows, types, Compression::SNAPPY, group_rows);
            let inputs = PatientInputs {
                patients: parquet("p.csv", table(HEADER, patient_rows, &patient_types)),
                events: parquet("e.csv", table(EVENTS_HEADER, event_rows, &event_types)),
            };
            let extract = load_sized(&inputs, &wanted(), &options, &crate::data::Silent, sizes).unwrap();
            (patients(&extract), findings(&extract), extract.input_digest())
        };
        let sizes = Sizes { batch_rows, partition_bits: Some(partition_bits), ..Sizes::default() };
        prop_assert_eq!(said(Sizes::default(), 100_000), said(sizes, group_rows));
    }
}
