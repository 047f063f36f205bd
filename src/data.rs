//! Tables of patient records in, events grouped by patient out.
//!
//! Comes in: open files or bytes, CSV or Parquet, and which codes are wanted. Goes out: an [`Extract`], whose
//! partitions give patients with their registrations and events, and the findings that were met on the way. It must not
//! know what a rule is: it keeps events of wanted codes and drops the rest.

pub mod extract;
