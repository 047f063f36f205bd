//! Diagnostics as SARIF 2.1.0, which code scanning and editors read: a run, its rules with their help, and its results.

use serde::Serialize;

use crate::ground::{Diagnostic, Fix, Severity, Sources, Span};
use crate::report::fault_pages::{PAGES, Page};
use crate::report::fault_places::{self, Columns};

/// Where the paths of results start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Root<'a> {
    /// The rules folder lies at this path below the folder that is looked at; empty for that folder itself.
    Below(&'a str),
    /// It lies elsewhere, so that paths start at the rules folder.
    Rules,
}

/// A log with one run.
#[derive(Serialize, Debug)]
pub struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    original_uri_base_ids: Option<BaseIds>,
    results: Vec<Found>,
}

#[derive(Serialize, Debug)]
struct BaseIds {
    #[serde(rename = "RULES")]
    rules: Described,
}

#[derive(Serialize, Debug)]
struct Described {
    description: Message,
}

#[derive(Serialize, Debug)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

/// A kind of fault, with its page.
#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Serialize, Debug)]
struct Help {
    text: String,
    markdown: &'static str,
}

#[derive(Serialize, Debug)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Found {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change>,
}

#[derive(Serialize, Debug)]
struct Message {
    text: String,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Change {
    description: Message,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Serialize, Debug)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Message,
}

impl Log {
    /// The log of some diagnostics.
    pub fn new(diagnostics: &[Diagnostic], sources: &Sources, root: Root<'_>) -> Log {
        let described = || Described { description: message("the folder that holds the rulebooks") };
        let run = Run {
            tool: Tool {
                driver: Driver {
                    name: "uptake",
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    rules: PAGES.iter().map(rule).collect(),
                },
            },
            column_kind: "utf16CodeUnits",
            original_uri_base_ids: (root == Root::Rules).then(|| BaseIds { rules: described() }),
            results: diagnostics.iter().map(|diagnostic| found(diagnostic, sources, root)).collect(),
        };
        Log {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [run],
        }
    }
}

fn message(text: impl Into<String>) -> Message {
    Message { text: text.into() }
}

fn rule(page: &Page) -> Rule {
    let first = page.body().split("\n\n").next().unwrap_or("").replace('\n', " ");
    Rule {
        id: page.code,
        short_description: message(page.title()),
        full_description: message(first),
        help: Help { text: page.plain(), markdown: page.text },
        default_configuration: Configuration { level: if page.code.starts_with('W') { "warning" } else { "error" } },
    }
}

fn found(diagnostic: &Diagnostic, sources: &Sources, root: Root<'_>) -> Found {
    let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
    let words: Vec<String> = std::iter::once(diagnostic.message.clone()).chain(help).collect();
    let label = (!diagnostic.label.is_empty()).then(|| message(&diagnostic.label));
    let others = diagnostic.others.iter().zip(1..).filter_map(|((place, words), id)| {
        let place = physical(*place, sources, root)?;
        Some(Location { id: Some(id), physical_location: place, message: Some(message(words)) })
    });
    let place = physical(diagnostic.place, sources, root);
    Found {
        rule_id: diagnostic.code,
        rule_index: PAGES.iter().position(|page| page.code == diagnostic.code),
        level: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: message(words.join("\n")),
        locations: place
            .map(|physical_location| Location { id: None, physical_location, message: label })
            .into_iter()
            .collect(),
        related_locations: others.collect(),
        fixes: diagnostic.fix.iter().filter_map(|fix| change(fix, sources, root)).collect(),
    }
}

fn change(fix: &Fix, sources: &Sources, root: Root<'_>) -> Option<Change> {
    let Physical { artifact_location, region } = physical(fix.place, sources, root)?;
    let replacement = Replacement { deleted_region: region, inserted_content: message(&fix.text) };
    Some(Change {
        description: message(format!("write {}", fix.text)),
        artifact_changes: [ArtifactChange { artifact_location, replacements: [replacement] }],
    })
}

fn physical(place: Span, sources: &Sources, root: Root<'_>) -> Option<Physical> {
    let at = fault_places::of(place, sources, Columns::Utf16)?;
    let path = fault_places::path(sources, place.file)?;
    let artifact_location = match root {
        Root::Below("") => Artifact { uri: uri(path), uri_base_id: "%SRCROOT%" },
        Root::Below(folder) => Artifact { uri: uri(&format!("{folder}/{path}")), uri_base_id: "%SRCROOT%" },
        Root::Rules => Artifact { uri: uri(path), uri_base_id: "RULES" },
    };
    let region =
        Region { start_line: at.line, start_column: at.column, end_line: at.end_line, end_column: at.end_column };
    Some(Physical { artifact_location, region })
}

/// A path as a relative reference: what has a meaning of its own in one is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_references() {
        assert_eq!(uri("rules/qof/2023-24/contract.toml"), "rules/qof/2023-24/contract.toml");
        assert_eq!(uri("a b/£:%.rules"), "a%20b/%C2%A3%3A%25.rules");
    }
}
