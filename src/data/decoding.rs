//! Whether this thread runs a decoder that may panic over a broken file. The panic is caught and becomes an error of the
//! file; whoever tells of panics asks here, and passes over it.

use std::cell::Cell;

thread_local! {
    static IS_DECODING: Cell<bool> = const { Cell::new(false) };
}

/// True where a panic is the answer of a decoder to a broken file.
pub fn is_decoding() -> bool {
    IS_DECODING.with(Cell::get)
}

/// Runs a decoder, over whose panics nobody is to be troubled.
#[cfg(feature = "parquet")]
pub(crate) fn silently<R>(decoder: impl FnOnce() -> R) -> R {
    let _until_the_end = Restore(IS_DECODING.replace(true));
    decoder()
}

/// Puts back what was so before, after a panic too.
#[cfg(feature = "parquet")]
struct Restore(bool);

#[cfg(feature = "parquet")]
impl Drop for Restore {
    fn drop(&mut self) {
        IS_DECODING.set(self.0);
    }
}
