//! The outreach file as it is written: one field a key, names not yet looked up.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cli::demo::population::written::{Age, Date, Dates, Range};

/// A whole outreach file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) scheme: String,
    pub(super) as_of: Date,
    pub(super) list: String,
    pub(super) slots: Slots,
    pub(super) texts: BTreeMap<String, Vec<String>>,
    pub(super) chase: Vec<Chase>,
    pub(super) story: Vec<Story>,
}

/// `[slots]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slots {
    pub(super) from: Date,
    pub(super) to: Date,
    pub(super) each: Range,
    pub(super) starts: Vec<u32>,
    pub(super) minutes: u32,
    pub(super) taken: u32,
}

/// `[[chase]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Chase {
    pub(super) name: String,
    pub(super) bands: Vec<String>,
    pub(super) born: Dates,
    pub(super) due: Vec<String>,
    #[serde(default)]
    pub(super) unless: Vec<String>,
    pub(super) age: Age,
    pub(super) from: Date,
    pub(super) delay: String,
    pub(super) until: Date,
}

/// `[[story]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    pub(super) name: String,
    pub(super) share: BTreeMap<String, u32>,
    #[serde(default)]
    pub(super) last_word: bool,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
}

/// `{ after = { from = 3, to = 21 }, record = "imms_call_2", says = "letter" }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    pub(super) after: Option<Range>,
    pub(super) on: Option<Dates>,
    pub(super) record: Option<String>,
    pub(super) says: Option<String>,
    pub(super) agreement: Option<Agreement>,
    #[serde(default)]
    pub(super) gives: bool,
}

/// `{ appointment = { from = 2, to = 7 }, attended = 1000 }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Agreement {
    pub(super) appointment: Option<Range>,
    pub(super) attended: Option<u32>,
}
