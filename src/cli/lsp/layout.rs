//! The layout of a file as the language server gives it.

use lsp_types::TextEdit;

use crate::cli::lsp::places::Places;

/// Whether the editor is told that files can be laid out.
pub(super) const IS_OFFERED: bool = false;

/// A text as it should be laid out; None for one that cannot be read.
fn formatted(_text: &str) -> Option<String> {
    None
}

/// The edit that lays a text out; none for one that is laid out already, or that cannot be read.
pub(super) fn edits(text: &str) -> Vec<TextEdit> {
    let new_text = formatted(text).filter(|new| new != text);
    new_text.map(|new_text| TextEdit { range: Places::new(text).whole(), new_text }).into_iter().collect()
}
