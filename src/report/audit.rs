//! Audits: whose result hangs on a convention, and which exception rates stand out among their peers.

pub mod chance;
pub mod exceptions;
pub mod month_end;
