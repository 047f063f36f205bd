//! Trees in, one checked rulebook out.
//!
//! Comes in: the texts of a rules folder. Goes out: a [`Rulebook`], flat and typed, in which every name, unit, source
//! and code is resolved; or all the faults that keep it from being one. Only this floor can make a `Rulebook`, so having
//! one is the proof that it was checked, and an evaluator need not fail. It must not know any patient.

pub mod book;
pub mod bounds;
pub mod difference;
pub mod examples;
pub mod formula;
pub mod ids;
pub mod library;
pub mod mutants;
pub mod part;
pub mod pathway;
pub mod remark;
pub mod shape;
pub mod unit;
pub mod worklist;

mod build;
mod order;
mod reach;

pub use book::Rulebook;
pub use library::Library;
