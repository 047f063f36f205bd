//! Diagnostics as JSON: `uptake.check/1`. Lines and columns are counted from 1, columns in characters; an end is the sign
//! after the last.

use serde::Serialize;

use crate::ground::{Diagnostic, Fix, Severity, Sources, Span};
use crate::report::fault_places::{self, Columns};

/// What `check` found.
#[derive(Serialize, Debug)]
pub struct CheckDocument {
    schema: &'static str,
    uptake: &'static str,
    rulebooks: Vec<String>,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Fault>,
}

#[derive(Serialize, Debug)]
struct Fault {
    code: &'static str,
    severity: &'static str,
    message: String,
    #[serde(flatten)]
    place: Place,
    label: Option<String>,
    related: Vec<Related>,
    help: Option<String>,
    fix: Option<Edit>,
}

#[derive(Serialize, Debug)]
struct Related {
    #[serde(flatten)]
    place: Place,
    message: String,
}

/// What to write in a place.
#[derive(Serialize, Debug)]
struct Edit {
    #[serde(flatten)]
    place: Place,
    text: String,
}

#[derive(Serialize, Debug)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
}

impl CheckDocument {
    /// The faults of some rulebooks; `path` spells a file's path below the rules folder as readers can open it.
    pub fn new(
        rulebooks: Vec<String>,
        diagnostics: &[Diagnostic],
        sources: &Sources,
        path: &dyn Fn(&str) -> String,
    ) -> CheckDocument {
        let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        CheckDocument {
            schema: "uptake.check/1",
            uptake: env!("CARGO_PKG_VERSION"),
            rulebooks,
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            diagnostics: diagnostics.iter().filter_map(|diagnostic| fault(diagnostic, sources, path)).collect(),
        }
    }
}

fn fault(diagnostic: &Diagnostic, sources: &Sources, path: &dyn Fn(&str) -> String) -> Option<Fault> {
    let place = |span| place(span, sources, path);
    let related = diagnostic
        .others
        .iter()
        .filter_map(|(other, message)| Some(Related { place: place(*other)?, message: message.clone() }));
    let edit = |fix: &Fix| Some(Edit { place: place(fix.place)?, text: fix.text.clone() });
    Some(Fault {
        code: diagnostic.code,
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        message: diagnostic.message.clone(),
        place: place(diagnostic.place)?,
        label: (!diagnostic.label.is_empty()).then(|| diagnostic.label.clone()),
        related: related.collect(),
        help: diagnostic.help.clone(),
        fix: diagnostic.fix.as_ref().and_then(edit),
    })
}

fn place(span: Span, sources: &Sources, path: &dyn Fn(&str) -> String) -> Option<Place> {
    let at = fault_places::of(span, sources, Columns::Characters)?;
    Some(Place {
        file: path(fault_places::path(sources, span.file)?),
        line: at.line,
        column: at.column,
        end_line: at.end_line,
        end_column: at.end_column,
    })
}
