//! The `uptake` command.
fn main() {}
