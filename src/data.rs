//! Tables of patient records in, events grouped by patient out.
//!
//! Comes in: open files or bytes, CSV, Parquet or FHIR (`fhir`), and which codes are wanted. Goes out: an [`Extract`], whose
//! partitions give patients with their registrations and events, and the findings that were met on the way; and the
//! little tables (practices, counts, appointments, slots) as they stand, the published long form of counts gathered by
//! `long_form`; and lists of codes as others publish them (`code_list`). It must not know what a rule is: it keeps events
//! of wanted codes and drops the rest.
//!
//! The way of a row: `source` says where its bytes are, and `read_ahead` fetches those of text; `csv_blocks`,
//! `csv_records` and `csv_rows`, or `shared_file`, `parquet_file` with `parquet_pages`, `parquet_values`, `parquet_runs`
//! and `parquet_stretches` (the usual types) or `parquet_cells` and `parquet_rows` (all others), or the files of `fhir`,
//! read it; `rows` checks it, and keeps it unless nothing can hang on it, as a `selection` and its `sieve` tell by who is
//! `known` and of which of the `cohorts`; `scatter` puts it into its partition (in memory or, beyond a limit, by way of
//! `spill`); `group` brings a patient's rows together. `first_line` tells of a header no more than is a header's; `decoding`
//! says where a panic is caught.

pub mod appointments;
pub mod code_list;
pub mod counts;
pub mod error;
pub mod extract;
pub mod fhir;
pub mod first_line;
pub mod naming;
pub mod practices;
pub mod progress;
pub mod records;
pub mod slots;
pub mod source;
pub mod table;

mod cells;
mod codes;
mod cohorts;
mod columns;
mod csv_blocks;
mod csv_records;
mod csv_rows;
mod decoding;
mod digest;
mod group;
mod ids;
mod known;
mod long_form;
mod names;
#[cfg(feature = "parquet")]
mod parquet_cells;
#[cfg(feature = "parquet")]
mod parquet_file;
#[cfg(feature = "parquet")]
mod parquet_limits;
#[cfg(feature = "parquet")]
mod parquet_pages;
#[cfg(feature = "parquet")]
mod parquet_rows;
#[cfg(feature = "parquet")]
mod parquet_runs;
#[cfg(feature = "parquet")]
mod parquet_stretches;
#[cfg(feature = "parquet")]
mod parquet_table;
#[cfg(feature = "parquet")]
mod parquet_values;
mod read_ahead;
mod reader;
mod rounds;
mod rows;
mod scatter;
mod selection;
mod separators;
#[cfg(feature = "parquet")]
mod shared_file;
mod sieve;
mod spill;
mod tally;

pub use appointments::{Appointment, Appointments};
pub use decoding::is_decoding;
pub use error::LoadError;
pub use extract::{
    Births, CodeIndex, CodeInterest, Event, Extract, Interest, LoadOptions, Partition, Patient, PatientInputs,
    PatientKey, PracticeId, Registration, Wanted, load,
};
pub use naming::{DateOrder, Naming, TableName};
pub use practices::{Practice, Practices};
pub use progress::{Progress, Silent};
pub use slots::{Slot, Slots};
pub use source::{Content, Format, Input};
pub use spill::MemoryLimit;
