//! Findings in words: what was odd in the data, how often, where, and what was done about it.

use std::fmt::Write as _;

use serde::Serialize;

use crate::ground::{Finding, FindingKind};
use crate::report::style::{counted, harmless, listed};

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
    pub count: u64,
    /// The lines or rows of the first few, as in [`Finding::first_rows`].
    pub first_rows: &'a [u64],
}

/// The findings with their words, in their order.
pub fn in_words(findings: &[Finding]) -> Vec<FindingInWords<'_>> {
    let words = |finding: &'_ Finding| {
        let (found, done) = finding.kind.words();
        (finding.kind, found, done)
    };
    let with_words = |finding| {
        let (kind, found, done) = words(finding);
        let Finding { file, column, count, first_rows, .. } = finding;
        FindingInWords { kind, found, done, file, column, count: *count, first_rows }
    };
    findings.iter().map(with_words).collect()
}

/// The findings for people, two lines each under a heading, for standard error; empty if nothing was odd.
pub fn summary(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let total = findings.iter().fold(0_u64, |total, finding| total.saturating_add(finding.count));
    let mut text = format!("odd in the data ({}):\n", counted(total, "time"));
    let width = findings.iter().map(|finding| finding.count.to_string().len()).max().unwrap_or(0);
    for finding in findings {
        let (found, done) = finding.kind.words();
        let _ = writeln!(text, "  {:>width$} × {found}: {done}", finding.count);
        let _ = writeln!(text, "  {:>width$}   in {}", "", place(finding));
    }
    text
}

/// `events.csv, column event_date, lines 5, 9 and 12`
fn place(finding: &Finding) -> String {
    let mut place = harmless(&finding.file).into_owned();
    if !finding.column.is_empty() {
        // A table has columns, and a FHIR resource has elements.
        let is_fhir = finding.file.to_ascii_lowercase().ends_with(".ndjson");
        let noun = if is_fhir { "element" } else { "column" };
        let _ = write!(place, ", {noun} {}", harmless(&finding.column));
    }
    if !finding.first_rows.is_empty() {
        let is_parquet = finding.file.to_ascii_lowercase().ends_with(".parquet");
        let noun = if is_parquet { "row" } else { "line" };
        let many = if finding.first_rows.len() == 1 { "" } else { "s" };
        let first = if finding.count > finding.first_rows.len() as u64 { "first in " } else { "" };
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
        assert_eq!(summary(&findings()), expected);
        assert_eq!(summary(&[]), "");
    }

    #[test]
    fn a_resource_has_elements() {
        let mut findings = Findings::default();
        findings.add(FindingKind::PartialDate, "Patient.ndjson", "birthDate", Some(7));
        assert!(summary(&findings.list()).contains("in Patient.ndjson, element birthDate, line 7"));
    }

    #[test]
    fn a_file_name_cannot_command_the_terminal() {
        let mut findings = Findings::default();
        findings.add(FindingKind::NotText, "a\u{1b}[2J\n.csv", "code", None);
        let text = summary(&findings.list());
        assert!(!text.contains('\u{1b}'));
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn in_a_document_a_finding_has_its_words() {
        let findings = findings();
        let words = in_words(&findings);
        assert_eq!(words[0].done, "row set aside");
        assert_eq!(words[0].first_rows, [5, 9, 12]);
        let json = serde_json::to_value(&words[1]).unwrap();
        assert_eq!(json["kind"], "wrong_cell_count");
    }
}
