//! Diagnostics as editors show them.

use std::collections::BTreeMap;

use lsp_types::{
    Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range, Uri,
};

use crate::cli::lsp::places::Places;
use crate::ground::{Diagnostic, FileId, Severity, Sources, Span};

/// The diagnostics of rule files, each with the path of its file. `uri` spells a path as the editor does.
pub(super) fn shown(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    uri: impl Fn(&str) -> Option<Uri>,
) -> Vec<(String, Shown)> {
    let mut texts = Texts { sources, places: BTreeMap::new() };
    let place = |diagnostic: &Diagnostic| sources.file(diagnostic.place.file).path.clone();
    diagnostics.iter().map(|diagnostic| (place(diagnostic), texts.shown(diagnostic, &uri))).collect()
}

/// Rule files, those with their lines counted that a fault lies in.
struct Texts<'a> {
    sources: &'a Sources,
    places: BTreeMap<FileId, Places<'a>>,
}

impl Texts<'_> {
    fn shown(&mut self, diagnostic: &Diagnostic, uri: impl Fn(&str) -> Option<Uri>) -> Shown {
        let others = diagnostic.others.iter().filter_map(|(place, label)| {
            let uri = uri(&self.sources.file(place.file).path)?;
            let location = Location { uri, range: self.range(*place) };
            Some(DiagnosticRelatedInformation { location, message: label.clone() })
        });
        let others: Vec<DiagnosticRelatedInformation> = others.collect();
        let severity = match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        };
        Shown {
            range: self.range(diagnostic.place),
            severity: Some(severity),
            code: Some(NumberOrString::String(diagnostic.code.to_owned())),
            source: Some("uptake".to_owned()),
            message: message(diagnostic),
            related_information: (!others.is_empty()).then_some(others),
            ..Shown::default()
        }
    }

    fn range(&mut self, place: Span) -> Range {
        let sources = self.sources;
        let places = self.places.entry(place.file).or_insert_with(|| Places::new(&sources.file(place.file).text));
        places.range(place.range())
    }
}

/// What is wrong, the words beside the place, and the fix, a line each.
fn message(diagnostic: &Diagnostic) -> String {
    let label = (!diagnostic.label.is_empty()).then(|| diagnostic.label.clone());
    let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
    let lines: Vec<String> = [Some(diagnostic.message.clone()), label, help].into_iter().flatten().collect();
    lines.join("\n")
}
