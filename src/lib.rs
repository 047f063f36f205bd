//! `uptake` holds the rules by which vaccination and immunisation payments are made to English GP practices as data,
//! and applies them to patient records: who counts, what is paid, who to call next, and why.
#![doc = include_str!("../docs/house.md")]

pub mod cli;
pub mod data;
pub mod ground;
