//! How far a load has come, for whoever wants to show it.

/// Told by the reader how far it has come, from any thread.
pub trait Progress: Sync {
    /// About so many rows are to be read in all. Called before reading; for CSV it is an estimate from the file's size.
    fn total(&self, rows: u64);
    /// So many more rows have been read.
    fn advance(&self, rows: u64);
}

/// Says nothing.
#[derive(Clone, Copy, Default, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn total(&self, _rows: u64) {}
    fn advance(&self, _rows: u64) {}
}
