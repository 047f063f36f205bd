//! The layout of a file as the language server gives it.

use lsp_types::TextEdit;

use crate::cli::lsp::places::Places;
use crate::ground::FileId;
use crate::syntax::layout;

/// A text as it should be laid out; None for one that cannot be read.
fn formatted(path: &str, text: &str) -> Option<String> {
    let file = FileId(0);
    let laid_out = if path.ends_with(".rules") { layout::rules(file, text) } else { layout::toml(file, text) };
    laid_out.ok()
}

/// The edit that lays a text out; none for one that is laid out already, or that cannot be read.
pub(super) fn edits(path: &str, text: &str) -> Vec<TextEdit> {
    let new_text = formatted(path, text).filter(|new| new != text);
    new_text.map(|new_text| TextEdit { range: Places::new(text).whole(), new_text }).into_iter().collect()
}
