//! All integration tests in one binary: the installed command is run on files, as a user would.

#[path = "it/compare.rs"]
mod compare;
#[path = "it/curve.rs"]
mod curve;
#[path = "it/examples.rs"]
mod examples;
#[path = "it/golden.rs"]
mod golden;
#[path = "it/house.rs"]
mod house;
#[path = "it/import_codes.rs"]
mod import_codes;
#[path = "it/sweep.rs"]
mod sweep;
#[path = "it/uptake.rs"]
mod uptake;
