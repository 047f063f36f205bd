//! Findings in words: what was odd in the data, how often, where, and what was done about it.

use std::fmt;
use std::fmt::Write as _;

use serde::{Serialize, Serializer};

use crate::ground::{Finding, FindingKind};
use crate::report::disclosure::{Disclosure, MARK};
use crate::report::style::{counted, harmless, listed};
use crate::report::table::Cell;

/// A finding with its words, for documents.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct FindingInWords<'a> {
    /// The kind, by its stable name: `malformed_date`.
    pub kind: FindingKind,
    /// What was found.
    pub found: &'static str,
    /// What was done about it.
    pub done: &'static str,
    /// The file's name as it was given.
    pub file: &'a str,
    /// The column, where one is to blame; empty otherwise.
    pub column: &'a str,
    /// How many times.
    #[serde(rename = "count")]
    pub times: Times,
    /// The lines or rows of the first few, as in [`Finding::first_rows`]; none where the findings are published, since
    /// they would be counted.
    pub first_rows: &'a [u64],
}

/// How many times something was found, as far as that is told. In JSON a number, or [`MARK`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Times {
    /// So often; where counts are rounded, the nearest multiple.
    Told(u64),
    /// Seldom enough to be withheld.
    Withheld,
}

impl Times {
    fn of(count: u64, disclosure: Option<Disclosure>) -> Times {
        match disclosure.map(|disclosure| disclosure.told(count)) {
            None => Times::Told(count),
            Some(Some(told)) => Times::Told(told),
            Some(None) => Times::Withheld,
        }
    }

    /// As a cell of a table.
    pub fn cell(self) -> Cell<'static> {
        match self {
            Times::Told(count) => Cell::Whole(count),
            Times::Withheld => Cell::text(MARK),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Times::Told(count) => f.pad(&count.to_string()),
            Times::Withheld => f.pad(MARK),
        }
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Times::Told(count) => serializer.serialize_u64(*count),
            Times::Withheld => serializer.serialize_str(MARK),
        }
    }
}

/// The findings with their words, in their order. What is published tells no small count and no row.
pub fn in_words(findings: &[Finding], disclosure: Option<Disclosure>) -> Vec<FindingInWords<'_>> {
    findings.iter().map(|finding| FindingInWords::of(finding, disclosure)).collect()
}

impl FindingInWords<'_> {
    fn of(finding: &Finding, disclosure: Option<Disclosure>) -> FindingInWords<'_> {
        let Finding { kind, file, column, count, first_rows } = finding;
        let (found, done) = kind.words();
        let first_rows = if disclosure.is_none() { &first_rows[..] } else { &[] };
        FindingInWords { kind: *kind, found, done, file, column, times: Times::of(*count, disclosure), first_rows }
    }
}

/// The findings for people, two lines each under a heading, for standard error; empty if nothing was odd. Beside results
/// that are published they tell no more than those do, since both may end in one log.
pub fn summary(findings: &[Finding], disclosure: Option<Disclosure>) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let mut text = match disclosure {
        None => {
            let total = findings.iter().fold(0_u64, |total, finding| total.saturating_add(finding.count));
            format!("odd in the data ({}):\n", counted(total, "time"))
        }
        Some(disclosure) => {
            format!("odd in the data ({}, and without the rows):\n", disclosure.label())
        }
    };
    let findings = in_words(findings, disclosure);
    let width = findings.iter().map(|finding| finding.times.to_string().len()).max().unwrap_or(0);
    for finding in findings {
        let _ = writeln!(text, "  {:>width$} × {}: {}", finding.times, finding.found, finding.done);
        let _ = writeln!(text, "  {:>width$}   in {}", "", place(&finding));
    }
    text
}

/// `events.csv, column event_date, lines 5, 9 and 12`
fn place(finding: &FindingInWords<'_>) -> String {
    let mut place = harmless(finding.file).into_owned();
    if !finding.column.is_empty() {
        // A table has columns, and a FHIR resource has elements.
        let is_fhir = finding.file.to_ascii_lowercase().ends_with(".ndjson");
        let noun = if is_fhir { "element" } else { "column" };
        let _ = write!(place, ", {noun} {}", harmless(finding.column));
    }
    if !finding.first_rows.is_empty() {
        let is_parquet = finding.file.to_ascii_lowercase().ends_with(".parquet");
        let noun = if is_parquet { "row" } else { "line" };
        let many = if finding.first_rows.len() == 1 { "" } else { "s" };
        let has_more = matches!(finding.times, Times::Told(count) if count > finding.first_rows.len() as u64);
        let first = if has_more { "first in " } else { "" };
        let rows: Vec<String> = finding.first_rows.iter().map(u64::to_string).collect();
        let _ = write!(place, ", {first}{noun}{many} {}", listed(&rows));
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Findings;

    fn findings() -> Vec<Finding> {
        let mut findings = Findings::default();
        findings.add_counted(FindingKind::MalformedDate, "events.csv", "event_date", 12, &[5, 9, 12]);
        findings.add(FindingKind::WrongCellCount, "patients.csv", "", Some(2));
        findings.add_counted(FindingKind::UnknownPatient, "events.PARQUET", "patient_id", 2, &[1, 4]);
        findings.add_counted(FindingKind::TwoRegistrations, "patients.csv", "", 3, &[]);
        findings.list()
    }

    #[test]
    fn the_summary_says_what_how_often_where_and_what_was_done() {
        let expected = "\
odd in the data (18 times):
  12 × a date that is not a date (YYYY-MM-DD is expected): row set aside
       in events.csv, column event_date, first in lines 5, 9 and 12
   1 × a row with more or fewer cells than the header: row set aside
       in patients.csv, line 2
   3 × a patient with two registrations that hold at once: the later one is used, then the greatest practice code
       in patients.csv
   2 × an event of a patient who is not among the patients: row set aside
       in events.PARQUET, column patient_id, rows 1 and 4
";
        assert_eq!(summary(&findings(), None), expected);
        assert_eq!(summary(&[], None), "");
    }

    #[test]
    fn a_resource_has_elements() {
        let mut findings = Findings::default();
        findings.add(FindingKind::PartialDate, "Patient.ndjson", "birthDate", Some(7));
        assert!(summary(&findings.list(), None).contains("in Patient.ndjson, element birthDate, line 7"));
    }

    #[test]
    fn a_file_name_cannot_command_the_terminal() {
        let mut findings = Findings::default();
        findings.add(FindingKind::NotText, "a\u{1b}[2J\n.csv", "code", None);
        let text = summary(&findings.list(), None);
        assert!(!text.contains('\u{1b}'));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn in_a_document_a_finding_has_its_words() {
        let findings = findings();
        let words = in_words(&findings, None);
        assert_eq!(words[0].done, "row set aside");
        assert_eq!(words[0].first_rows, [5, 9, 12]);
        let json = serde_json::to_value(&words[1]).unwrap();
        assert_eq!(json["kind"], "wrong_cell_count");
    }
}
