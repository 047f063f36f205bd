//! All integration tests in one binary: the installed command is run on files, as a user would.

#[path = "it/attrition.rs"]
mod attrition;
#[path = "it/audit.rs"]
mod audit;
#[path = "it/author_edits.rs"]
mod author_edits;
#[path = "it/bad_cells.rs"]
mod bad_cells;
#[path = "it/bad_input.rs"]
mod bad_input;
#[path = "it/calendar.rs"]
mod calendar;
#[path = "it/check_books.rs"]
mod check_books;
#[path = "it/check_fix.rs"]
mod check_fix;
#[path = "it/check_formats.rs"]
mod check_formats;
#[path = "it/check_pages.rs"]
mod check_pages;
#[path = "it/check_saved.rs"]
mod check_saved;
#[path = "it/check_schema.rs"]
mod check_schema;
#[path = "it/check_schemes.rs"]
mod check_schemes;
#[path = "it/compare.rs"]
mod compare;
#[path = "it/csv_text.rs"]
mod csv_text;
#[path = "it/curve.rs"]
mod curve;
#[path = "it/demo.rs"]
mod demo;
#[path = "it/diff.rs"]
mod diff;
#[path = "it/disclosure.rs"]
mod disclosure;
#[path = "it/editions.rs"]
mod editions;
#[path = "it/edits.rs"]
mod edits;
#[path = "it/examples.rs"]
mod examples;
#[path = "it/export.rs"]
mod export;
#[path = "it/faults.rs"]
mod faults;
#[path = "it/fhir.rs"]
mod fhir;
#[path = "it/fmt.rs"]
mod fmt;
#[path = "it/generated.rs"]
mod generated;
#[path = "it/given.rs"]
mod given;
#[path = "it/golden.rs"]
mod golden;
#[path = "it/guide.rs"]
mod guide;
#[path = "it/help.rs"]
mod help;
#[path = "it/hostile_names.rs"]
mod hostile_names;
#[path = "it/house.rs"]
mod house;
#[path = "it/import_codes.rs"]
mod import_codes;
#[path = "it/importing.rs"]
mod importing;
#[path = "it/in_time.rs"]
mod in_time;
#[path = "it/laws.rs"]
mod laws;
#[path = "it/left_open.rs"]
mod left_open;
#[path = "it/limits.rs"]
mod limits;
#[cfg(feature = "lsp")]
#[path = "it/lsp.rs"]
mod lsp;
#[path = "it/report_page/markup.rs"]
mod markup;
#[path = "it/memory.rs"]
mod memory;
#[path = "it/money.rs"]
mod money;
#[path = "it/money_adds_up.rs"]
mod money_adds_up;
#[path = "it/mutated.rs"]
mod mutated;
#[path = "it/near_misses.rs"]
mod near_misses;
#[path = "it/new_year.rs"]
mod new_year;
#[path = "it/next.rs"]
mod next;
#[path = "it/parental_choice.rs"]
mod parental_choice;
#[path = "it/pathway.rs"]
mod pathway;
#[path = "it/privacy.rs"]
mod privacy;
#[path = "it/readme.rs"]
mod readme;
#[path = "it/recall.rs"]
mod recall;
#[path = "it/report_page.rs"]
mod report_page;
#[path = "it/rollup.rs"]
mod rollup;
#[path = "it/rules_root.rs"]
mod rules_root;
#[path = "it/sameness.rs"]
mod sameness;
#[path = "it/show.rs"]
mod show;
#[path = "it/sql.rs"]
mod sql;
#[path = "it/supply.rs"]
mod supply;
#[path = "it/surroundings.rs"]
mod surroundings;
#[path = "it/sweep.rs"]
mod sweep;
#[path = "it/table_2.rs"]
mod table_2;
#[path = "it/tables.rs"]
mod tables;
#[path = "it/targets.rs"]
mod targets;
#[path = "it/told.rs"]
mod told;
#[path = "it/trust.rs"]
mod trust;
#[path = "it/uptake.rs"]
mod uptake;
#[path = "it/verify.rs"]
mod verify;
#[path = "it/wording.rs"]
mod wording;
#[cfg(feature = "workbook")]
#[path = "it/workbook.rs"]
mod workbook;
