//! A rulebook and patients in; outcomes, counts and payments out.
//!
//! Comes in: a checked [`Rulebook`](crate::model::Rulebook) and an [`Extract`](crate::data::extract::Extract), or
//! counts. Goes out: each patient's outcome, counts per practice, what is paid, and for one patient the reasons. There
//! is one evaluator, [`judge`]; it writes a trace when asked and is the same code when not. It reads no file, no clock,
//! and cannot fail: the rulebook was checked.

pub mod attrition;
pub mod conventions;
pub mod counts;
pub mod coverage;
pub mod examples;
pub mod explain;
pub mod in_time;
pub mod judge;
pub mod mutants;
pub mod near_misses;
pub mod pathway;
pub mod pay;
pub mod reasons;
pub mod recall;
pub mod run;
pub mod sight;
pub mod smallest;
pub mod steps;
pub mod trace;
pub mod witness;
pub mod worth;

mod beside;
pub mod births;
mod fees;
mod shares;
