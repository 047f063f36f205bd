//! Where values lie among the bytes of a page of Parquet: they are measured once, and looked at where they are.

use parquet::errors::{ParquetError, Result};

use crate::data::parquet_runs::too_short;

/// Where a value lies among the bytes of its page or its dictionary.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Bounds {
    start: u32,
    end: u32,
}

impl Bounds {
    /// The value.
    #[inline]
    pub(crate) fn of(self, bytes: &[u8]) -> &[u8] {
        // They were measured against these bytes.
        &bytes[self.start as usize..self.end as usize]
    }
}

/// Values that were measured, and where they are.
#[derive(Default, Debug)]
pub(crate) struct Measured {
    pub bounds: Vec<Bounds>,
    /// Whether some of them may be blank.
    pub have_blanks: bool,
}

impl Measured {
    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        self.bounds.clear();
        self.have_blanks = false;
    }

    /// Measures the next `count` values from a place on, and gives back the place after them.
    pub(crate) fn measure(
        &mut self,
        bytes: &[u8],
        mut at: usize,
        value_bytes: Option<usize>,
        count: usize,
    ) -> Result<usize> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(ParquetError::General("a page has more than 4 GiB".to_owned()));
        }
        // A value has at least the bytes of its length, so no more room is asked for than is used.
        if count > bytes.len().saturating_sub(at) / LENGTH_BYTES {
            return Err(too_short());
        }
        let known = self.bounds.len();
        self.bounds.resize(known + count, Bounds::default());
        for value in &mut self.bounds[known..] {
            let rest = bytes.get(at..).unwrap_or_default();
            let (start, length) = match value_bytes {
                Some(length) => (at, length),
                None => (at + LENGTH_BYTES, u32::from_le_bytes(*rest.first_chunk().ok_or_else(too_short)?) as usize),
            };
            let end = start + length;
            let text = bytes.get(start..end).ok_or_else(too_short)?;
            self.have_blanks |= may_be_blank(text);
            *value = Bounds { start: start as u32, end: end as u32 };
            at = end;
        }
        Ok(at)
    }
}

/// How many bytes the length of a text takes.
const LENGTH_BYTES: usize = 4;

/// Whether a text may be empty or blank, as its first byte tells.
#[inline]
pub(crate) fn may_be_blank(text: &[u8]) -> bool {
    text.first().is_none_or(|&first| first <= b' ')
}

/// The texts of a stretch of rows.
#[derive(Clone, Copy)]
pub(crate) struct Texts<'a> {
    pub source: &'a [u8],
    pub cells: &'a [Bounds],
    /// Whether some of them may be blank.
    pub have_blanks: bool,
}

impl<'a> Texts<'a> {
    /// Those of a column that the table lacks.
    pub(crate) const ABSENT: Texts<'static> = Texts { source: &[], cells: &[], have_blanks: true };

    /// The text of a row of the stretch; empty for none.
    #[inline]
    pub(crate) fn of(self, row: usize) -> &'a [u8] {
        self.cells.get(row).map_or(&[], |bounds| bounds.of(self.source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(texts: &[&str]) -> Vec<u8> {
        texts.iter().flat_map(|text| [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()).collect()
    }

    #[test]
    fn texts_are_where_they_were_written_and_blanks_are_told() {
        for (texts, have_blanks) in [(&["9434765919", "é"][..], false), (&["a", ""], true), (&[" b", "a"], true)] {
            let bytes = written(texts);
            let mut measured = Measured::default();
            assert_eq!(measured.measure(&bytes, 0, None, texts.len()).unwrap(), bytes.len());
            let read: Vec<&[u8]> = measured.bounds.iter().map(|bounds| bounds.of(&bytes)).collect();
            assert_eq!(read, texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
            assert_eq!(measured.have_blanks, have_blanks);
        }
    }

    #[test]
    fn more_values_than_there_are_bytes_for_are_refused() {
        let bytes = written(&["a", "b"]);
        for (length, count) in [(bytes.len(), 3), (bytes.len() - 1, 2), (bytes.len(), usize::MAX), (5, 2)] {
            assert!(Measured::default().measure(&bytes[..length], 0, None, count).is_err());
        }
        assert!(Measured::default().measure(&bytes, bytes.len() + 1, None, 1).is_err());
        assert!(Measured::default().measure(&bytes[..7], 0, Some(4), 2).is_err());
    }
}
