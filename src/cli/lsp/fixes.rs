//! Quick fixes: what a fault's help says, as an edit.

use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, Range, TextEdit, Uri, WorkspaceEdit};

use crate::cli::lsp::faults::Fault;
use crate::cli::lsp::folder::Folder;
use crate::ground::{Diagnostic, Sources, Span};

/// An edit that mends a fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Mending {
    /// What is written anew.
    pub(super) place: Span,
    /// What to write there.
    pub(super) text: String,
    /// False for the word that was most likely meant.
    pub(super) is_certain: bool,
}

/// The edit that mends a fault; None where nobody can say.
pub(super) fn fix(diagnostic: &Diagnostic, sources: &Sources) -> Option<Mending> {
    match &diagnostic.fix {
        Some(fix) => Some(Mending { place: fix.place, text: fix.text.clone(), is_certain: true }),
        None => likely(diagnostic, sources).map(|(place, text)| Mending { place, text, is_certain: false }),
    }
}

/// The word that was most likely meant, and the one that stands there instead.
fn likely(diagnostic: &Diagnostic, sources: &Sources) -> Option<(Span, String)> {
    let (_, meant) = diagnostic.help.as_ref()?.split_once("did you mean `")?;
    let (meant, _) = meant.split_once('`')?;
    // What is wrong is quoted in the message, and stands at the place, which may hold more.
    let place = diagnostic.place;
    let text = sources.text(place);
    let mut quoted: Vec<&str> = diagnostic.message.split('`').skip(1).step_by(2).collect();
    quoted.reverse();
    let at = |word: &&str| (!word.is_empty() && *word != meant).then(|| place_of_word(text, word))?;
    let (start, wrong) = quoted.iter().find_map(|word| Some((at(word)?, word)))?;
    let start = place.range().start + start;
    Some((Span::new(place.file, start..start + wrong.len()), meant.to_owned()))
}

/// Where a word stands in a text, whole.
fn place_of_word(text: &str, word: &str) -> Option<usize> {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_' || sign == '-';
    let is_whole = |at: &usize| !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part);
    text.match_indices(word).map(|(at, _)| at).find(is_whole)
}

/// The quick fixes of a file's faults that touch a range.
pub(super) fn actions(folder: &Folder, below: &str, range: Range) -> Vec<CodeActionOrCommand> {
    let Some(uri) = folder.uri(below) else { return Vec::new() };
    let touches = |fault: &&Fault| fault.shown.range.start <= range.end && range.start <= fault.shown.range.end;
    let faults = folder.faults_of(below).into_iter().filter(touches);
    faults
        .filter_map(|fault| {
            let (edit, is_certain) = fault.fix.as_ref()?;
            Some(action(fault, edit, *is_certain, &uri))
        })
        .collect()
}

fn action(fault: &Fault, fix: &TextEdit, is_certain: bool, uri: &Uri) -> CodeActionOrCommand {
    CodeActionOrCommand::CodeAction(CodeAction {
        title: if fix.new_text.trim().is_empty() {
            "leave it out".to_owned()
        } else {
            format!("write `{}`", fix.new_text.trim())
        },
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![fault.shown.clone()]),
        edit: Some(edit([(uri.clone(), vec![fix.clone()])])),
        is_preferred: Some(is_certain),
        ..CodeAction::default()
    })
}

/// Edits of some files.
pub(super) fn edit(files: impl IntoIterator<Item = (Uri, Vec<TextEdit>)>) -> WorkspaceEdit {
    WorkspaceEdit { changes: Some(files.into_iter().collect()), ..WorkspaceEdit::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_that_is_wrong_is_replaced() {
        let mut sources = Sources::default();
        let file = sources.add("a", "expect = \"excepted DTPCN\" sorce");
        let diagnostic =
            |range, message: &str, help: &str| Diagnostic::error("E1", Span::new(file, range), message).help(help);
        let fault = diagnostic(9..25, "VI has no exception `DTPCN`", "did you mean `DTPCON`?");
        assert_eq!(likely(&fault, &sources), Some((Span::new(file, 19..24), "DTPCON".to_owned())));
        let fault = diagnostic(26..31, "the figure `a` does not know `sorce`", "did you mean `source`?");
        assert_eq!(likely(&fault, &sources), Some((Span::new(file, 26..31), "source".to_owned())));
        assert_eq!(likely(&diagnostic(26..31, "`sorce`", "it knows `source`"), &sources), None);
        assert_eq!(likely(&diagnostic(26..31, "`other`", "did you mean `source`?"), &sources), None);
        // A part of a longer word is not it.
        assert_eq!(likely(&diagnostic(0..25, "`except`", "did you mean `exclude`?"), &sources), None);
    }
}
