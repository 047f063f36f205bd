//! Parquet's small numbers: places in a dictionary and definition levels, as runs of one number or packed bit by bit.

use std::ops::Range;

use bytes::Bytes;
use parquet::errors::{ParquetError, Result};

/// A stretch of small numbers that is read from front to back.
#[derive(Debug)]
pub(crate) struct Runs {
    bytes: Bytes,
    /// Where the next run starts.
    at: usize,
    bit_width: usize,
    run: Run,
}

/// What is left of a run.
#[derive(Clone, Copy, Debug)]
enum Run {
    /// One number, so many times.
    Same { number: u32, left: usize },
    /// Numbers side by side from a byte on, of which some were read.
    Packed { start: usize, read: usize, left: usize },
}

/// The widest that a number can be.
const MOST_BITS: usize = 32;

impl Runs {
    /// Numbers of so many bits each.
    pub(crate) fn new(bytes: Bytes, bit_width: usize) -> Result<Runs> {
        if bit_width > MOST_BITS {
            return Err(ParquetError::General(format!("a number of {bit_width} bits is none of its places")));
        }
        Ok(Runs { bytes, at: 0, bit_width, run: Run::Same { number: 0, left: 0 } })
    }

    /// Takes the next `count` numbers if they are known to be `number` without a look at each.
    pub(crate) fn take_same(&mut self, number: u32, count: usize) -> Result<bool> {
        if self.left() == 0 && count > 0 {
            self.next_run()?;
        }
        match &mut self.run {
            Run::Same { number: same, left } if *same == number && *left >= count => {
                *left -= count;
                Ok(true)
            }
            Run::Same { .. } | Run::Packed { .. } => Ok(false),
        }
    }

    /// Adds the next `count` numbers to a list.
    pub(crate) fn read(&mut self, mut count: usize, numbers: &mut Vec<u32>) -> Result<()> {
        while count > 0 {
            if self.left() == 0 {
                self.next_run()?;
            }
            let taken = count.min(self.left());
            match &mut self.run {
                Run::Same { number, left } => {
                    numbers.resize(numbers.len() + taken, *number);
                    *left -= taken;
                }
                Run::Packed { start, read, left } => {
                    unpack(self.bytes.get(*start..).unwrap_or_default(), self.bit_width, *read, taken, numbers);
                    *read += taken;
                    *left -= taken;
                }
            }
            count -= taken;
        }
        Ok(())
    }

    fn left(&self) -> usize {
        match self.run {
            Run::Same { left, .. } | Run::Packed { left, .. } => left,
        }
    }

    /// Reads the head of the next run that is not empty.
    fn next_run(&mut self) -> Result<()> {
        while self.left() == 0 {
            let head = self.head()?;
            let length = usize::try_from(head >> 1).unwrap_or(usize::MAX);
            self.run = if head & 1 == 0 {
                let bytes = self.some_bytes(self.bit_width.div_ceil(8))?;
                Run::Same {
                    number: bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte)),
                    left: length,
                }
            } else {
                let start = self.at;
                // Numbers are packed by eights, so that each eight ends with a byte.
                self.some_bytes(length.checked_mul(self.bit_width).ok_or_else(too_short)?)?;
                Run::Packed { start, read: 0, left: length.checked_mul(8).ok_or_else(too_short)? }
            };
        }
        Ok(())
    }

    /// A number in groups of seven bits, the lowest first.
    fn head(&mut self) -> Result<u64> {
        let mut head = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.some_bytes(1)?.first().copied().unwrap_or_default();
            head |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(head);
            }
        }
        Err(ParquetError::General("a run of it is too long".to_owned()))
    }

    fn some_bytes(&mut self, count: usize) -> Result<&[u8]> {
        let end = self.at.checked_add(count).ok_or_else(too_short)?;
        let bytes = self.bytes.get(self.at..end).ok_or_else(too_short)?;
        self.at = end;
        Ok(bytes)
    }
}

/// That there are fewer bytes than what they hold takes.
pub(crate) fn too_short() -> ParquetError {
    ParquetError::EOF("a page ends before its contents do".to_owned())
}

/// Adds `count` of the numbers that lie side by side in `bytes`, from the one with place `first` on.
fn unpack(bytes: &[u8], bit_width: usize, first: usize, count: usize, numbers: &mut Vec<u32>) {
    let end = first + count;
    // Every eight begins with a byte. What comes before the first that is wanted whole is taken one by one, and so is what
    // comes after the last that lies far enough from the end.
    let start = first.next_multiple_of(8).min(end);
    unpack_singly(bytes, bit_width, first..start, numbers);
    let eights = bytes.get(start / 8 * bit_width..).unwrap_or_default();
    let unpacked = 8 * unpack_eights(eights, bit_width, (end - start) / 8, numbers);
    unpack_singly(bytes, bit_width, start + unpacked..end, numbers);
}

/// Adds the numbers of some places one by one.
#[inline]
fn unpack_singly(bytes: &[u8], bit_width: usize, places: Range<usize>, numbers: &mut Vec<u32>) {
    numbers.extend(places.map(|place| packed(bytes, bit_width, place)));
}

/// The number of a place among numbers that lie side by side.
#[inline]
fn packed(bytes: &[u8], bit_width: usize, place: usize) -> u32 {
    let bit = place * bit_width;
    (eight_bytes(bytes, bit / 8) >> (bit % 8) & ((1 << bit_width) - 1)) as u32
}

/// Adds whole eights of numbers, at most so many; gives back how many there were with eight bytes more after them.
fn unpack_eights(bytes: &[u8], bit_width: usize, most: usize, numbers: &mut Vec<u32>) -> usize {
    // The same for each width, so that the compiler knows where every number of an eight lies.
    macro_rules! of_width {
        ($($width:literal)*) => {
            match bit_width {
                $($width => unpack_eights_of::<$width>(bytes, most, numbers),)*
                _ => 0,
            }
        };
    }
    of_width!(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32)
}

/// [`unpack_eights`] of numbers of `W` bits each.
fn unpack_eights_of<const W: usize>(bytes: &[u8], most: usize, numbers: &mut Vec<u32>) -> usize {
    let count = most.min(bytes.len().saturating_sub(8) / W);
    numbers.reserve(8 * count);
    for at in 0..count {
        let eight = &bytes[at * W..][..W + 8];
        numbers.extend_from_slice(&std::array::from_fn::<u32, 8, _>(|place| packed(eight, W, place)));
    }
    count
}

/// The eight bytes from a place on as a number, those after the end being 0.
#[inline]
fn eight_bytes(bytes: &[u8], at: usize) -> u64 {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(eight) => u64::from_le_bytes(*eight),
        None => rest.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(bytes: &[u8], bit_width: usize, count: usize) -> Result<Vec<u32>> {
        let mut numbers = Vec::new();
        Runs::new(Bytes::copy_from_slice(bytes), bit_width)?.read(count, &mut numbers)?;
        Ok(numbers)
    }

    #[test]
    fn runs_and_packed_numbers_are_read_as_the_format_says() {
        // The format's own example: 0 to 7 in three bits each are 10001000 11000110 11111010, after a head of one eight.
        assert_eq!(all(&[0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010], 3, 8).unwrap(), [0, 1, 2, 3, 4, 5, 6, 7]);
        // A head of 5 × 2 is five times one number, here in two bytes; then 300 times, for which a head takes two bytes.
        assert_eq!(all(&[10, 0x34, 0x12], 13, 5).unwrap(), [0x1234; 5]);
        assert_eq!(all(&[0xD8, 0x04, 1], 1, 300).unwrap(), [1; 300]);
        assert_eq!(all(&[0b11], 0, 8).unwrap(), [0; 8]);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        for bytes in [&[][..], &[10, 0x34], &[0b11, 1, 2], &[0xFF; 9]] {
            assert!(all(bytes, 13, 1).is_err(), "{bytes:?}");
        }
        assert!(Runs::new(Bytes::new(), 33).is_err());
    }

    #[test]
    fn a_run_of_one_number_is_taken_at_once() {
        let mut runs = Runs::new(Bytes::from_static(&[20, 1, 0b11, 0xFF]), 1).unwrap();
        assert!(runs.take_same(1, 4).unwrap() && !runs.take_same(0, 1).unwrap() && !runs.take_same(1, 7).unwrap());
        let mut numbers = Vec::new();
        runs.read(14, &mut numbers).unwrap();
        assert_eq!(numbers, [1; 14]);
    }

    proptest! {
        #[test]
        fn numbers_are_unpacked_however_many_are_read_at_a_time(
            numbers in proptest::collection::vec(any::<u32>(), 0..300),
            bit_width in 1_usize..33,
            step in 1_usize..150,
        ) {
            let numbers: Vec<u32> = numbers.iter().map(|number| number >> (32 - bit_width)).collect();
            let groups = numbers.len().div_ceil(8);
            let mut packed = vec![0_u8; groups * bit_width];
            for (place, number) in numbers.iter().enumerate() {
                for bit in (0..bit_width).filter(|bit| number >> bit & 1 == 1) {
                    let at = place * bit_width + bit;
                    packed[at / 8] |= 1 << (at % 8);
                }
            }
            packed.insert(0, (groups * 2 + 1) as u8);
            let mut runs = Runs::new(packed.into(), bit_width).unwrap();
            let mut read = Vec::new();
            while read.len() < numbers.len() {
                runs.read(step.min(numbers.len() - read.len()), &mut read).unwrap();
            }
            prop_assert_eq!(read, numbers);
        }
    }
}
