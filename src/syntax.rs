//! Rule files as text in, trees with exact places out.
//!
//! Comes in: the text of a `.rules` or `.toml` file. Goes out: a tree that says what was written and where, and a
//! diagnostic for each fault of form. This is the only floor that knows pest and the toml crates. It must not know what
//! a contract is: whether `dtap` exists, or a threshold makes sense, is `model`'s business.

pub mod cluster_text;
pub mod column_map;
pub mod layout;
pub mod next_year;
pub mod toml_tree;
pub mod tree;

mod grammar;
mod phrases;
mod reader;
mod toml_faults;
mod toml_slips;

pub use reader::{Expected, NameKind, expected, is_in_words, read_rules};
