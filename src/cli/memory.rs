//! `--memory`: how much memory a command may take.

use std::str::FromStr;

use thiserror::Error;

use crate::data::MemoryLimit;

/// An amount of memory, such as `2GiB`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct MemorySize {
    bytes: u64,
}

/// Why a text is not an amount of memory.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("a number with MiB or GiB behind it (or MB or GB, by the thousand) is expected, such as 512MiB or 2GiB")]
pub(super) struct NotMemorySize;

/// The units, and how many bytes each has.
const UNITS: [(&str, u64); 6] = [
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

impl FromStr for MemorySize {
    type Err = NotMemorySize;

    fn from_str(text: &str) -> Result<MemorySize, NotMemorySize> {
        let digits_end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
        let (count, unit) = text.split_at(digits_end);
        let unit = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim())).ok_or(NotMemorySize)?;
        let count: u64 = count.parse().map_err(|_| NotMemorySize)?;
        Ok(MemorySize { bytes: count.checked_mul(unit.1).ok_or(NotMemorySize)? })
    }
}

/// What the program, the rules and the results take, in bytes.
const BASE_BYTES: u64 = 96 << 20;

/// What a thread takes to read, group and evaluate, in bytes.
const THREAD_BYTES: u64 = 64 << 20;

/// Fewer bytes than these do not let so many threads work.
pub(super) fn least_bytes(threads: usize) -> u64 {
    BASE_BYTES + THREAD_BYTES * threads as u64
}

impl MemorySize {
    /// What of it is left for rows beside so many threads, and temporary files for the others; None if it is too little.
    pub(super) fn limit(self, threads: usize) -> Option<MemoryLimit> {
        let rows_bytes = self.bytes.checked_sub(least_bytes(threads))?;
        Some(MemoryLimit { rows_bytes, new_file: tempfile::tempfile })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit() {
        let bytes = |text: &str| text.parse::<MemorySize>().map(|size| size.bytes);
        assert_eq!(bytes("2GiB"), Ok(2_147_483_648));
        assert_eq!(bytes("512 mib"), Ok(536_870_912));
        assert_eq!(bytes("3GB"), Ok(3_000_000_000));
        for text in ["", "2", "GiB", "-1GiB", "1.5GiB", "2 Gi B", "99999999999TiB"] {
            assert_eq!(bytes(text), Err(NotMemorySize), "{text}");
        }
    }

    #[test]
    fn what_is_left_for_rows_shrinks_with_threads() {
        let size: MemorySize = "224MiB".parse().unwrap();
        assert_eq!(size.limit(1).map(|limit| limit.rows_bytes), Some(64 << 20));
        assert_eq!(size.limit(2).map(|limit| limit.rows_bytes), Some(0));
        assert!(size.limit(3).is_none());
    }
}
