//! Tables of patient records in, events grouped by patient out.
//!
//! Comes in: open files or bytes, CSV or Parquet, and which codes are wanted. Goes out: an [`Extract`], whose
//! partitions give patients with their registrations and events, and the findings that were met on the way. It must not
//! know what a rule is: it keeps events of wanted codes and drops the rest.

pub mod error;
pub mod extract;
pub mod progress;
pub mod source;

pub use error::LoadError;
pub use extract::{
    CodeIndex, Event, Extract, LoadOptions, Partition, Patient, PatientInputs, PatientKey, PracticeId, Registration,
    Wanted, load,
};
pub use progress::{Progress, Silent};
pub use source::{Content, Format, Input};
