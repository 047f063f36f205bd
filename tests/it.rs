//! All integration tests in one binary: the installed command is run on files, as a user would.

#[path = "it/csv_text.rs"]
mod csv_text;
#[path = "it/examples.rs"]
mod examples;
#[path = "it/given.rs"]
mod given;
#[path = "it/golden.rs"]
mod golden;
#[path = "it/house.rs"]
mod house;
#[path = "it/import_codes.rs"]
mod import_codes;
#[path = "it/money.rs"]
mod money;
#[path = "it/table_2.rs"]
mod table_2;
#[path = "it/uptake.rs"]
mod uptake;
