//! The command line: arguments, files, progress, exit codes.
//!
//! Comes in: what a person asks for. Goes out: files and results. It may use every other floor, and is the only one
//! that opens a path.

pub mod demo;
