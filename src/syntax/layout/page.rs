//! Lines with the comments beside them, joined to a text.

use super::WIDTH;

/// Blanks between a line and the comment beside it, at the least.
const BEFORE_COMMENT: usize = 3;

/// A line that is done.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Line {
    /// What it says, indentation included.
    pub(super) text: String,
    /// The comment beside it.
    pub(super) beside: Option<String>,
}

/// How many characters wide a text is.
pub(super) fn width(text: &str) -> usize {
    text.chars().count()
}

/// The lines as one text. Comments beside neighbouring lines stand in one column; those beside a line that is too long
/// for that stand right behind it.
pub(super) fn join(lines: &[Line]) -> String {
    let mut text = String::new();
    let has_column = |line: &Line| line.beside.is_some() && width(&line.text) <= WIDTH && !line.text.contains('\n');
    for neighbours in lines.chunk_by(|a, b| has_column(a) && has_column(b)) {
        let column = neighbours.iter().map(|line| width(&line.text)).max().unwrap_or(0) + BEFORE_COMMENT;
        for line in neighbours {
            text.push_str(&line.text);
            if let Some(comment) = &line.beside {
                text.extend(std::iter::repeat_n(' ', column - width(&line.text)));
                text.push_str(comment);
            }
            text.push('\n');
        }
    }
    text
}
