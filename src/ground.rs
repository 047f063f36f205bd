//! The words everyone shares: days and ages, exact amounts, concept ids, places in rule files, diagnostics and
//! findings.
//!
//! Comes in: nothing. Goes out: plain values. It must not know what a contract, a table or a rule is.

pub mod amount;
pub mod book_name;
pub mod calendar;
pub mod concept;
pub mod diagnostic;
pub mod digits;
pub mod finding;
pub mod printed;
pub mod source;
pub mod spelling;

pub use amount::Amount;
pub use book_name::BookName;
pub use calendar::{Day, MissingDay, Period, Unit};
pub use concept::ConceptId;
pub use diagnostic::{Diagnostic, Fix, Severity};
pub use digits::number_of_digits;
pub use finding::{Finding, FindingKind, Findings};
pub use source::{FileId, SavedAs, SourceFile, Sources, Span};
pub use spelling::is_slip_of_the_pen;
