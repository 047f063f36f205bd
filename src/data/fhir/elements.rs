//! The data types of FHIR R4 that resources share, borrowed from the line they stand on. Members that are not read are
//! passed over.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::data::cells::DateCell;
use crate::ground::{Day, FindingKind};

/// A text of a JSON document: borrowed unless it has escapes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl<'a, 'de: 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;

        impl<'de> Visitor<'de> for Texts {
            type Value = Text<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Texts)
    }
}

/// The text of a member that may be absent; empty for none.
pub(super) fn text<'t>(member: Option<&'t Text<'_>>) -> &'t str {
    member.map_or("", |text| &text.0)
}

/// A date or a time: `2024-05-01`, `2024-05-01T09:30:00+01:00`.
///
/// The day is the one that is written, in whatever time zone: a clinic's clock is the one that counts, and moving a time
/// to another zone may move its day.
pub(super) fn day_of(member: Option<&Text<'_>>) -> DateCell {
    let text = text(member).as_bytes();
    let (date, time) = match text.iter().position(|&byte| byte == b'T') {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    match DateCell::read(date) {
        DateCell::Fault(_) if is_partial(date) => DateCell::Fault(FindingKind::PartialDate),
        DateCell::Day(_) if !time.is_none_or(is_time) => DateCell::Fault(FindingKind::MalformedDate),
        DateCell::Empty if time.is_some() => DateCell::Fault(FindingKind::MalformedDate),
        cell => cell,
    }
}

/// Whether a text is a year, or a year and a month.
fn is_partial(text: &[u8]) -> bool {
    let whole = match text.len() {
        4 => [text, b"-01-01"].concat(),
        7 => [text, b"-01"].concat(),
        _ => return false,
    };
    Day::parse_iso_bytes(&whole).is_some()
}

/// Whether a text starts as a time of day does: `09:30`, with whatever follows.
fn is_time(text: &[u8]) -> bool {
    match *text {
        [h1, h2, b':', m1, m2, ..] => [h1, h2, m1, m2].iter().all(u8::is_ascii_digit) && (h1, h2) < (b'2', b'5'),
        _ => false,
    }
}

/// A business identifier.
#[derive(serde::Deserialize, Debug)]
pub(super) struct Identifier<'a> {
    #[serde(borrow, default)]
    pub(super) system: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) value: Option<Text<'a>>,
}

/// What says that an identifier is the code of the Organisation Data Service.
const ODS_SYSTEM: &str = "https://fhir.nhs.uk/Id/ods-organization-code";

impl Identifier<'_> {
    /// Whether it is a code of the Organisation Data Service.
    pub(super) fn is_ods(&self) -> bool {
        text(self.system.as_ref()) == ODS_SYSTEM && !text(self.value.as_ref()).is_empty()
    }
}

/// A reference to another resource.
#[derive(serde::Deserialize, Debug)]
pub(super) struct Reference<'a> {
    #[serde(borrow, default)]
    pub(super) reference: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) identifier: Option<Identifier<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub(super) resource: Option<Text<'a>>,
}

impl Reference<'_> {
    /// The id of the resource of a type to which it points: `Patient/7`, `https://a.example/fhir/Patient/7`,
    /// `Patient/7/_history/2`, `urn:uuid:…`. None where it points to nothing of that type.
    pub(super) fn id_of(&self, resource: &str) -> Option<&str> {
        let place = text(self.reference.as_ref());
        if let Some(id) = place.strip_prefix("urn:uuid:") {
            return Some(id).filter(|_| text(self.resource.as_ref()).is_empty() || self.is_a(resource));
        }
        let mut parts = place.split('/');
        parts.find(|part| *part == resource)?;
        parts.next().filter(|id| !id.is_empty())
    }

    fn is_a(&self, resource: &str) -> bool {
        text(self.resource.as_ref()) == resource
    }

    /// Whether it points to an organisation.
    pub(super) fn is_organization(&self) -> bool {
        let is_ods = self.identifier.as_ref().is_some_and(Identifier::is_ods);
        is_ods || self.is_a("Organization") || (self.resource.is_none() && self.id_of("Organization").is_some())
    }
}

/// A code of a terminology.
#[derive(serde::Deserialize, Debug)]
pub(super) struct Coding<'a> {
    #[serde(borrow, default)]
    system: Option<Text<'a>>,
    #[serde(borrow, default)]
    code: Option<Text<'a>>,
}

/// SNOMED CT, as FHIR names it.
const SNOMED: &str = "http://snomed.info/sct";

/// A meaning in one or several terminologies.
#[derive(serde::Deserialize, Debug)]
pub(super) struct CodeableConcept<'a> {
    #[serde(borrow, default)]
    coding: Vec<Coding<'a>>,
}

impl CodeableConcept<'_> {
    /// Its SNOMED CT codes.
    pub(super) fn snomed(&self) -> impl Iterator<Item = &str> {
        let snomed = self.coding.iter().filter(|coding| text(coding.system.as_ref()) == SNOMED);
        snomed.map(|coding| text(coding.code.as_ref()))
    }

    /// Whether it has a code, in whatever terminology.
    pub(super) fn says(&self, code: &str) -> bool {
        self.coding.iter().any(|coding| text(coding.code.as_ref()) == code)
    }
}

/// From a time to a time, both included.
#[derive(serde::Deserialize, Debug)]
pub(super) struct Period<'a> {
    #[serde(borrow, default)]
    pub(super) start: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) end: Option<Text<'a>>,
}

/// A note that somebody wrote.
#[derive(serde::Deserialize, Debug)]
pub(super) struct Annotation<'a> {
    #[serde(borrow, default)]
    pub(super) text: Option<Text<'a>>,
}

/// A member that a profile adds.
#[derive(serde::Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub(super) struct Extension<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow, default)]
    pub(super) value_codeable_concept: Option<CodeableConcept<'a>>,
    #[serde(borrow, default)]
    pub(super) value_period: Option<Period<'a>>,
    #[serde(borrow, default)]
    pub(super) extension: Vec<Extension<'a>>,
}

impl Extension<'_> {
    /// Whether it has a name: the last part of its address, or the whole of it.
    pub(super) fn is_named(&self, names: &[&str]) -> bool {
        let name = self.url.0.rsplit('/').next().unwrap_or_default();
        names.contains(&name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> DateCell {
        day_of(Some(&Text(Cow::Borrowed(text))))
    }

    #[test]
    fn the_day_is_the_one_that_is_written() {
        let day = DateCell::Day(Day::parse_iso("2024-05-01").unwrap());
        for text in ["2024-05-01", "2024-05-01T09:30:00+01:00", "2024-05-01T23:30:00Z", "2024-05-01T09:30:00.123-05:00"]
        {
            assert_eq!(read(text), day, "{text}");
        }
        assert_eq!(day_of(None), DateCell::Empty);
    }

    #[test]
    fn a_part_of_a_date_is_no_day_and_is_told_from_nonsense() {
        for text in ["2024", "2024-05"] {
            assert_eq!(read(text), DateCell::Fault(FindingKind::PartialDate), "{text}");
        }
        for text in [
            "24",
            "2024-13",
            "2024-02-30",
            "01/05/2024",
            "2024-05-01T",
            "2024-05-01Tnoon",
            "T09:30",
            "2024-05-01T29:00",
        ] {
            assert_eq!(read(text), DateCell::Fault(FindingKind::MalformedDate), "{text}");
        }
    }

    #[test]
    fn references_are_relative_absolute_versioned_or_uuids() {
        let id = |json: &str| {
            let reference: Reference<'_> = serde_json::from_str(json).unwrap();
            reference.id_of("Patient").map(str::to_owned)
        };
        for (place, expected) in [
            ("Patient/007", Some("007")),
            ("https://a.example/fhir/Patient/7", Some("7")),
            ("Patient/7/_history/2", Some("7")),
            ("urn:uuid:0a-1b", Some("0a-1b")),
            ("Group/7", None),
            ("Patient/", None),
            ("#p", None),
        ] {
            assert_eq!(id(&format!(r#"{{"reference":"{place}"}}"#)).as_deref(), expected, "{place}");
        }
        assert_eq!(id(r#"{"reference":"urn:uuid:1","type":"Group"}"#), None);
        assert_eq!(id("{}"), None);
    }
}
