//! Published versions of the code clusters, and whether one was edited in place.

use std::collections::BTreeSet;

use crate::ground::{Diagnostic, FileId, Sources, Span};
use crate::syntax::toml_tree::{Table, Value, read_toml};

/// A warning for each national cluster whose codes differ from those of the same version as it was published.
pub(in crate::model) fn edited_clusters(sources: &Sources, published: &Sources) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    for (file, found) in sources.iter().filter(|(_, file)| file.path.starts_with("codes/")) {
        let Some(original) = published.find(&found.path) else { continue };
        if found.text == published.file(original).text {
            continue;
        }
        let (ours, theirs) = (code_ids(sources, file), code_ids(published, original));
        let missing = |from: &[String], others: &[String]| -> Vec<String> {
            let others: BTreeSet<&String> = others.iter().collect();
            from.iter().filter(|code| !others.contains(code)).cloned().collect()
        };
        let (added, removed) = (missing(&ours, &theirs), missing(&theirs, &ours));
        if added.is_empty() && removed.is_empty() {
            continue;
        }
        let said = [("added", added), ("removed", removed)].into_iter().filter(|(_, codes)| !codes.is_empty());
        let said: Vec<String> = said.map(|(word, codes)| format!("{word} {}", listed(&codes))).collect();
        let message = format!("this cluster was edited after its version was published: {}", said.join("; "));
        let warning = Diagnostic::warning("W316", Span::new(file, 0..0), message);
        let version = found.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        warnings.push(warning.help(format!(
            "it is obeyed as it stands, in every year that names this version; so that past years stay as they were, copy the folder {version} under a new name, edit the copy, and name it as `codes` in the years that are to use it"
        )));
    }
    warnings
}

/// So many codes are named, and the others counted.
const MOST_NAMED: usize = 20;

fn listed(codes: &[String]) -> String {
    let named = codes.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match codes.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}

fn code_ids(sources: &Sources, file: FileId) -> Vec<String> {
    let (root, _) = read_toml(file, &sources.file(file).text);
    let codes = root.get("codes").map(|entry| &entry.value);
    match codes {
        Some(Value::Table(Table { entries, .. })) => entries.iter().map(|entry| entry.key.clone()).collect(),
        Some(Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Truth(_) | Value::List(_)) | None => {
            Vec::new()
        }
    }
}
