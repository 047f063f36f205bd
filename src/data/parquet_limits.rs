//! How much a Parquet file may say it holds for its size: a few bytes can stand for a billion equal rows, or unpack to
//! gigabytes, and no table of records is like that.

use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::Length;

use crate::data::error::LoadError;
use crate::data::shared_file::SharedFile;

/// So many rows may stand in a byte. Ids differ from patient to patient and dates from event to event, so a row of
/// records takes a byte at the least.
const ROWS_PER_BYTE: u64 = 64;

/// So many rows may stand in the smallest of files.
const ROWS_OF_ANY: u64 = 1 << 20;

/// A byte may unpack to so many: records packed as tightly as can be have come to a tenth of it.
const UNPACKED_PER_BYTE: u64 = 100;

/// The smallest of files may unpack to so many bytes.
const UNPACKED_OF_ANY_BYTES: u64 = 64 << 20;

/// Refuses a file that says it holds more than its size can.
pub(crate) fn refuse_overfull(name: &str, file: &SharedFile, metadata: &ParquetMetaData) -> Result<(), LoadError> {
    let refused = |claim: String| Err(LoadError::Overfull { file: name.to_owned(), bytes: file.len(), claim });
    let groups = metadata.row_groups();
    let rows = sum(groups.iter().map(|group| group.num_rows()));
    let columns = groups.iter().flat_map(|group| group.columns());
    let unpacked = sum(columns.map(|column| column.uncompressed_size()));
    if rows > file.len().saturating_mul(ROWS_PER_BYTE).max(ROWS_OF_ANY) {
        return refused(format!("{rows} rows"));
    }
    if unpacked > file.len().saturating_mul(UNPACKED_PER_BYTE).max(UNPACKED_OF_ANY_BYTES) {
        return refused(format!("{unpacked} bytes when unpacked"));
    }
    Ok(())
}

/// A sum of what should not be negative.
fn sum(counts: impl Iterator<Item = i64>) -> u64 {
    counts.map(|count| u64::try_from(count).unwrap_or(0)).fold(0, u64::saturating_add)
}
