//! The parts of FHIR R4 resources that reports are made of, in the order of the specification's members.

use serde::Serialize;

use crate::report::style::harmless;

/// What a practice achieved for a measure, or who did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct MeasureReport {
    pub(super) resource_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meta: Option<Meta>,
    pub(super) status: &'static str,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) measure: String,
    pub(super) reporter: Reference,
    pub(super) period: Period,
    pub(super) improvement_notation: Concept,
    pub(super) group: Vec<Group>,
}

/// What a resource is marked with.
#[derive(Serialize)]
pub(super) struct Meta {
    tag: [Tag; 1],
}

#[derive(Serialize)]
struct Tag {
    display: String,
}

impl Meta {
    /// A tag in words.
    pub(super) fn tagged(display: String) -> Meta {
        Meta { tag: [Tag { display }] }
    }
}

/// The populations of a measure, and what comes of them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    pub(super) code: Concept,
    pub(super) population: Vec<Population>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) measure_score: Option<Score>,
}

/// How many, and perhaps who.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Population {
    code: Concept,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) count: Option<u64>,
    #[serde(rename = "_count", skip_serializing_if = "Option::is_none")]
    why_no_count: Option<Extended>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_results: Option<Reference>,
}

impl Population {
    /// A population by its code.
    pub(super) fn new(code: &'static str, count: Option<u64>, subject_results: Option<Reference>) -> Population {
        Population { code: concept("measure-population", code), count, why_no_count: None, subject_results }
    }

    /// A population whose count is withheld.
    pub(super) fn masked(code: &'static str) -> Population {
        Population { why_no_count: Some(Extended { extension: [MASKED] }), ..Population::new(code, None, None) }
    }
}

/// What stands beside a member that has no value.
#[derive(Serialize)]
struct Extended {
    extension: [Extension; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extension {
    url: &'static str,
    value_code: &'static str,
}

/// The reason that a value is not told lest privacy suffer, of the value set that FHIR has for such reasons.
const MASKED: Extension =
    Extension { url: "http://hl7.org/fhir/StructureDefinition/data-absent-reason", value_code: "masked" };

/// Patients.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct List {
    resource_type: &'static str,
    status: &'static str,
    mode: &'static str,
    title: String,
    entry: Vec<Item>,
}

impl List {
    /// A list of at least one patient.
    pub(super) fn of(title: String, entry: Vec<Item>) -> List {
        let title = harmless(&title).into_owned();
        List { resource_type: "List", status: "current", mode: "snapshot", title, entry }
    }
}

/// One of a list.
#[derive(Serialize)]
pub(super) struct Item {
    pub(super) item: Reference,
}

/// Both days included.
#[derive(Serialize)]
pub(super) struct Period {
    pub(super) start: String,
    pub(super) end: String,
}

/// A reference to a resource, by its address or by an identifier of what it stands for.
#[derive(Serialize, Default)]
pub(super) struct Reference {
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    resource: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<Identifier>,
}

#[derive(Serialize)]
struct Identifier {
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'static str>,
    value: String,
}

impl Reference {
    /// To a resource of the same bundle.
    pub(super) fn to(address: String) -> Reference {
        Reference { reference: Some(address), ..Reference::default() }
    }

    /// To a patient: by the address where the id can be one, else by the id as an identifier.
    pub(super) fn patient(id: &str) -> Reference {
        let is_id = (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.'));
        if is_id {
            return Reference::to(format!("Patient/{id}"));
        }
        let identifier = Some(Identifier { system: None, value: id.to_owned() });
        Reference { resource: Some("Patient"), identifier, ..Reference::default() }
    }

    /// To a practice, by its code of the Organisation Data Service.
    pub(super) fn organization(practice_code: &str) -> Reference {
        let system = Some("https://fhir.nhs.uk/Id/ods-organization-code");
        let identifier = Some(Identifier { system, value: harmless(practice_code).into_owned() });
        Reference { resource: Some("Organization"), identifier, ..Reference::default() }
    }
}

/// A meaning.
#[derive(Serialize)]
pub(super) struct Concept {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) coding: Vec<Coding>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<String>,
}

/// A code of HL7's own terminology.
#[derive(Serialize)]
pub(super) struct Coding {
    system: String,
    code: &'static str,
}

/// A meaning of HL7's own terminology.
pub(super) fn concept(system: &str, code: &'static str) -> Concept {
    let system = format!("http://terminology.hl7.org/CodeSystem/{system}");
    Concept { coding: vec![Coding { system, code }], text: None }
}

/// A score in per cent.
#[derive(Serialize)]
pub(super) struct Score {
    value: serde_json::Number,
    unit: &'static str,
    system: &'static str,
    code: &'static str,
}

impl Score {
    /// From a decimal.
    pub(super) fn percent(decimal: &str) -> Option<Score> {
        let value = decimal.parse().ok()?;
        Some(Score { value, unit: "%", system: "http://unitsofmeasure.org", code: "%" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_no_address_is_an_identifier() {
        let json = |id: &str| serde_json::to_string(&Reference::patient(id)).unwrap();
        assert_eq!(json("00-7.a"), r#"{"reference":"Patient/00-7.a"}"#);
        assert_eq!(json("a/../b"), r#"{"type":"Patient","identifier":{"value":"a/../b"}}"#);
        assert_eq!(json("\"é"), r#"{"type":"Patient","identifier":{"value":"\"é"}}"#);
    }
}
