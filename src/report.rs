//! Results in; tables, JSON, Parquet, summaries and rendered diagnostics out.
//!
//! Comes in: outcomes, counts and payments with the rulebook that they follow, findings, and diagnostics. Goes out:
//! text or bytes, to a writer that the caller opened. It must not know where anything came from or goes to: it opens no
//! path, reads no clock, looks at no terminal and prints nothing; how wide and how colourful to be is told by
//! [`Style`](style::Style).
//!
//! A result is first put into rows ([`rows`], [`gaps`]), every set of rows is a [`Grid`](table::Grid), and the writers
//! below [`table`] know grids only, so that a further command needs rows and no writer.

pub mod achievement;
pub mod attrition;
pub mod audit;
pub mod comparison;
pub mod curve;
pub mod diagnostics;
pub mod difference;
pub mod disclosure;
pub mod explanation;
pub mod fault_json;
pub mod fault_pages;
pub mod fault_places;
pub mod fhir;
pub mod figured;
pub mod figures;
pub mod findings;
pub mod gaps;
pub mod github;
pub mod long_form;
pub mod near_misses;
pub mod next;
pub mod page;
pub mod pathway;
pub mod payments;
pub mod point_check;
pub mod prose;
pub mod recall;
pub mod rollup;
pub mod rows;
pub mod run_json;
pub mod sarif;
pub mod schema;
pub mod show;
pub mod sql;
pub mod style;
pub mod sweep;
pub mod table;
pub mod together;
pub mod trial;
pub mod verification;
pub mod wording;
