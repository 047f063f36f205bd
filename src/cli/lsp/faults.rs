//! Diagnostics as editors show them.

use std::collections::BTreeMap;

use lsp_types::{
    Diagnostic as Shown, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString, Range, TextEdit,
    Uri,
};

use crate::cli::lsp::fixes;
use crate::cli::lsp::places::Places;
use crate::ground::{Diagnostic, FileId, Severity, Sources, Span};

/// A fault as editors show it.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Fault {
    /// The path of its file.
    pub(super) file: String,
    pub(super) shown: Shown,
    /// The edit of the same file that mends it, and whether that is certain.
    pub(super) fix: Option<(TextEdit, bool)>,
}

/// The diagnostics of rule files. `uri` spells a path as the editor does.
pub(super) fn shown(diagnostics: &[Diagnostic], sources: &Sources, uri: impl Fn(&str) -> Option<Uri>) -> Vec<Fault> {
    let mut texts = Texts { sources, places: BTreeMap::new() };
    diagnostics.iter().map(|diagnostic| texts.fault(diagnostic, &uri)).collect()
}

/// Rule files, those with their lines counted that a fault lies in.
struct Texts<'a> {
    sources: &'a Sources,
    places: BTreeMap<FileId, Places<'a>>,
}

impl Texts<'_> {
    fn fault(&mut self, diagnostic: &Diagnostic, uri: impl Fn(&str) -> Option<Uri>) -> Fault {
        // A fix in another file would have to be shown there.
        let fix = fixes::fix(diagnostic, self.sources).filter(|fix| fix.place.file == diagnostic.place.file);
        Fault {
            file: self.sources.file(diagnostic.place.file).path.clone(),
            shown: self.shown(diagnostic, uri),
            fix: fix.map(|fix| (TextEdit { range: self.exact(fix.place), new_text: fix.text }, fix.is_certain)),
        }
    }

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
        self.of(place.file).range(place.range())
    }

    /// A place that is edited: white space at its end is part of it.
    fn exact(&mut self, place: Span) -> Range {
        self.of(place.file).exact(place.range())
    }

    fn of(&mut self, file: FileId) -> &Places<'_> {
        let sources = self.sources;
        self.places.entry(file).or_insert_with(|| Places::new(&sources.file(file).text))
    }
}

/// What is wrong, the words beside the place, and the fix, a line each.
fn message(diagnostic: &Diagnostic) -> String {
    let label = (!diagnostic.label.is_empty()).then(|| diagnostic.label.clone());
    let help = diagnostic.help.as_ref().map(|help| format!("help: {help}"));
    let lines: Vec<String> = [Some(diagnostic.message.clone()), label, help].into_iter().flatten().collect();
    lines.join("\n")
}
