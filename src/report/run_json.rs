//! The JSON document of a run: `uptake.run/1`.
//!
//! Members, in this order: `schema`, `rulebooks` (name, revision, digest), `results` (the rows), `gaps`, `findings`,
//! `provenance`. Only the last two depend on which files were read.

use std::io;

use serde::Serialize;

use crate::ground::Finding;
use crate::model::Rulebook;
use crate::report::disclosure::Disclosure;
use crate::report::findings::in_words;
use crate::report::gaps::NamedGap;
use crate::report::table::Grid;
use crate::report::table::json::Document;

/// The name and version of the document's form.
pub const SCHEMA: &str = "uptake.run/1";

/// Which rules were applied.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct BookStamp {
    /// `qof/2023-24`
    pub name: String,
    /// How often it was revised since it was first published.
    pub revision: u32,
    /// SHA-256 of what it says, in hexadecimal.
    pub digest: String,
}

impl BookStamp {
    /// The stamp of a rulebook.
    pub fn of(book: &Rulebook) -> BookStamp {
        BookStamp { name: book.name.to_string(), revision: book.revision, digest: book.digest.clone() }
    }
}

/// What a run has to say.
#[derive(Clone, Copy)]
pub struct RunDocument<'a, P> {
    /// The rulebooks in the order asked for.
    pub rulebooks: &'a [BookStamp],
    /// [`MeasureGrid`](crate::report::rows::MeasureGrid), or
    /// [`PatientGrid`](crate::report::rows::PatientGrid) where patients were asked for.
    pub results: &'a dyn Grid,
    /// Further tables by their member names: `payments`, `fees`.
    pub tables: &'a [(&'a str, &'a dyn Grid)],
    /// Figures that this run set otherwise than the rulebooks; the caller's form.
    pub overrides: &'a serde_json::Value,
    /// What is withheld or rounded, so that it may be published.
    pub disclosure: Option<Disclosure>,
    /// Further members by their names: which counts were given rounded, which stand in for others.
    pub remarks: &'a [(&'static str, serde_json::Value)],
    /// What is not known.
    pub gaps: &'a [NamedGap],
    /// What was odd in the data.
    pub findings: &'a [Finding],
    /// File names, digests, versions: whatever the caller knows of where the data came from.
    pub provenance: &'a P,
}

/// Writes the document.
///
/// # Errors
/// What the writer says, or that the provenance has no form in JSON.
pub fn write<P: Serialize>(out: &mut dyn io::Write, run: &RunDocument<'_, P>) -> io::Result<()> {
    write_as(out, SCHEMA, run)
}

/// Writes a document of the same members under another name and version.
///
/// # Errors
/// What the writer says, or that the provenance has no form in JSON.
pub fn write_as<P: Serialize>(out: &mut dyn io::Write, schema: &str, run: &RunDocument<'_, P>) -> io::Result<()> {
    let mut document = Document::open(out, schema)?;
    document.list("rulebooks", run.rulebooks)?;
    if !run.overrides.is_null() {
        document.value("overrides", run.overrides)?;
    }
    document.rows("results", run.results)?;
    for (name, table) in run.tables {
        document.rows(name, *table)?;
    }
    if let Some((name, value)) = run.disclosure.map(Disclosure::member) {
        document.value(name, &value)?;
    }
    for (name, value) in run.remarks {
        document.value(name, value)?;
    }
    document.list("gaps", run.gaps)?;
    document.list("findings", &in_words(run.findings, run.disclosure))?;
    document.value("provenance", run.provenance)?;
    document.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{FindingKind, Findings};
    use crate::report::gaps::Figured;
    use crate::report::rows::tests::{book, row};
    use crate::report::rows::{MeasureGrid, MeasureRow, PatientGrid};

    #[test]
    fn the_document_of_a_run() {
        let stamp = BookStamp { digest: "ab".to_owned(), ..BookStamp::of(&book()) };
        let gap =
            NamedGap { gap: "it is not known".into(), years: vec!["2030-31".into()], practices: vec!["A1".into()] };
        let mut findings = Findings::default();
        findings.add(FindingKind::MalformedDate, "events.csv", "event_date", Some(5));
        let rows = [MeasureRow { pounds: Figured::None, ..row("2030-31", "A1", "T1") }];
        let run = RunDocument {
            rulebooks: &[stamp],
            results: &MeasureGrid { title: "", rows: &rows },
            tables: &[],
            overrides: &serde_json::Value::Null,
            disclosure: None,
            remarks: &[],
            gaps: &[gap],
            findings: &findings.list(),
            provenance: &serde_json::json!({"uptake": "0.1.0"}),
        };
        let mut out = Vec::new();
        write(&mut out, &run).unwrap();
        let expected = r#"{
  "schema": "uptake.run/1",
  "rulebooks": [
    {"name":"toy/2030-31","revision":3,"digest":"ab"}
  ],
  "results": [
    {"year": "2030-31", "practice_code": "A1", "indicator": "T1", "register": 10, "excluded": 1, "excepted": 2, "denominator": 7, "numerator": 5, "achievement_percent": 71.43, "points": 0.3333, "pounds": null}
  ],
  "gaps": [
    {"gap":"it is not known","years":["2030-31"],"practices":["A1"]}
  ],
  "findings": [
    {"kind":"malformed_date","found":"a date that is not a date (YYYY-MM-DD is expected)","done":"row set aside","file":"events.csv","column":"event_date","count":1,"first_rows":[5]}
  ],
  "provenance": {
    "uptake": "0.1.0"
  }
}
"#;
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn a_run_over_nobody_is_a_document_too() {
        let run = RunDocument {
            rulebooks: &[],
            results: &PatientGrid { title: "", rows: &[] },
            tables: &[],
            overrides: &serde_json::Value::Null,
            disclosure: None,
            remarks: &[],
            gaps: &[],
            findings: &[],
            provenance: &(),
        };
        let mut out = Vec::new();
        write(&mut out, &run).unwrap();
        let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["results"], serde_json::json!([]));
        assert_eq!(value["schema"], SCHEMA);
    }
}
