//! The population file as it is written: one field a key, names not yet looked up.

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use crate::ground::{Day, Period, Unit};

/// A whole population file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) through: Date,
    pub(super) default_size: u32,
    pub(super) default_seed: u32,
    pub(super) years: Vec<String>,
    pub(super) practices: Practices,
    pub(super) attitude: Vec<Attitude>,
    pub(super) delay: BTreeMap<String, Vec<ShareOfDays>>,
    pub(super) band: Vec<Band>,
    pub(super) moves: Moves,
    pub(super) giving: Giving,
    pub(super) resources: BTreeMap<String, Resource>,
    pub(super) background: Background,
    pub(super) event: Vec<Event>,
}

/// `[practices]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Practices {
    pub(in super::super) code_prefix: String,
    pub(in super::super) first_number: u32,
    pub(in super::super) patients_each: u32,
    pub(in super::super) list_size: Range,
    pub(in super::super) diligence: Vec<ShareOfDays>,
    pub(in super::super) areas: Vec<String>,
    pub(in super::super) first_names: Vec<String>,
    pub(in super::super) last_names: Vec<String>,
    pub(in super::super) contacts: Vec<String>,
    pub(in super::super) mailbox: String,
    pub(in super::super) lacking: u32,
    pub(in super::super) outside: Vec<String>,
    pub(in super::super) named: Vec<NamedPractice>,
}

/// `{ name = "Yew Green Practice", list_size = 4300, diligence = 900, area = "Westering", lacks = ["slots"] }`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NamedPractice {
    pub(in super::super) name: String,
    pub(in super::super) list_size: u32,
    pub(in super::super) diligence: u32,
    /// Where it is; drawn where this is not said.
    pub(in super::super) area: Option<String>,
    #[serde(default)]
    pub(in super::super) lacks: Vec<Lack>,
}

/// As which FHIR resource something is recorded. The numbers are the places in [`Resource::ALL`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
pub(in super::super) enum Resource {
    /// A dose.
    Immunization,
    /// A diagnosis, or what else a patient has.
    Condition,
    /// What was found or said.
    Observation,
    /// What was done.
    Procedure,
}

impl Resource {
    /// All of them by name, in the order of their numbers.
    pub(in super::super) const ALL: [&'static str; 4] = ["Immunization", "Condition", "Observation", "Procedure"];
}

/// What a practice may not have told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Lack {
    /// Whom to write to.
    ContactName,
    /// Where to write to.
    ContactDetails,
    /// Appointments kept free.
    Slots,
}

/// `[[attitude]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Attitude {
    pub(super) name: String,
    #[serde(default)]
    pub(super) share: u32,
    pub(super) delay: String,
}

/// `{ from = 3, to = 28 }`: both included.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Range {
    pub(in super::super) from: i32,
    pub(in super::super) to: i32,
}

/// `{ share = 70, from = 0, to = 10 }`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct ShareOfDays {
    pub(in super::super) share: u32,
    pub(in super::super) from: i32,
    pub(in super::super) to: i32,
}

/// `[[band]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Band {
    pub(super) name: String,
    pub(super) share: u32,
    pub(super) born: Dates,
    pub(super) registered: String,
    pub(super) moved_in: MovedIn,
    pub(super) died: u32,
    pub(super) background: Range,
}

/// `{ from = 2016-04-01, to = 2027-03-31 }`: both included.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dates {
    pub(super) from: Date,
    pub(super) to: Date,
}

/// `{ chance = 110, from = "1 week", to = "6 years" }`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MovedIn {
    pub(super) chance: u32,
    pub(super) from: Age,
    pub(super) to: Age,
}

/// `[moves]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moves {
    pub(super) moved: u32,
    pub(super) overlapping: u32,
    pub(super) overlap_days: Range,
    pub(super) returned: u32,
    pub(super) away_days: Range,
    pub(super) left: u32,
    pub(super) settle_days: i32,
    pub(super) carried: u32,
    pub(super) moved_from: Date,
}

/// `[giving]`
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct Giving {
    pub(in super::super) elsewhere: u32,
    pub(in super::super) giver_unknown: u32,
    pub(in super::super) repeated: u32,
    pub(in super::super) usual: u32,
}

/// `[background]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Background {
    pub(super) resource: Resource,
    pub(super) from: Date,
    pub(super) codes: Vec<u64>,
}

/// `[[event]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) name: String,
    pub(super) bands: Vec<String>,
    pub(super) cluster: String,
    #[serde(default)]
    pub(super) not_in: Vec<String>,
    pub(super) usual: Option<u64>,
    pub(super) age: Option<Age>,
    pub(super) from: Option<Date>,
    pub(super) after: Option<String>,
    pub(super) gap: Option<Age>,
    pub(super) until: Option<Date>,
    pub(super) before_age: Option<Age>,
    pub(super) born: Option<Dates>,
    pub(super) delay: Option<String>,
    #[serde(default)]
    pub(super) unless: Vec<String>,
    #[serde(default)]
    pub(super) texts: Vec<String>,
    pub(super) chance: BTreeMap<String, u32>,
}

/// A date as TOML writes it: `2027-03-31`.
#[derive(Clone, Copy)]
pub(super) struct Date(pub(super) Day);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let written = toml::value::Datetime::deserialize(deserializer)?;
        let date =
            written.date.filter(|_| written.time.is_none()).ok_or_else(|| Error::custom("a date is expected"))?;
        let day = Day::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day));
        day.map(Date).ok_or_else(|| Error::custom("the calendar has no such day"))
    }
}

/// An age or a length of time: `"8 weeks"`.
#[derive(Clone, Copy)]
pub(super) struct Age(pub(super) Period);

impl<'de> Deserialize<'de> for Age {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Age, D::Error> {
        let text = String::deserialize(deserializer)?;
        period(&text).map(Age).ok_or_else(|| Error::custom("a time such as `8 weeks` is expected"))
    }
}

fn period(text: &str) -> Option<Period> {
    let (count, unit) = text.split_once(' ')?;
    let named = |candidate: &Unit| unit.strip_suffix('s').unwrap_or(unit) == candidate.singular();
    let unit = [Unit::Days, Unit::Weeks, Unit::Months, Unit::Years].into_iter().find(named)?;
    Some(Period { count: count.parse().ok()?, unit })
}
