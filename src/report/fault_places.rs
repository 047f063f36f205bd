//! Where a fault lies, by lines and columns counted from 1, for programs that read them.

use crate::ground::{FileId, Sources, Span};

/// What columns count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Columns {
    /// Characters.
    Characters,
    /// Code units of UTF-16, as editors count.
    Utf16,
}

/// A place: where it starts, and where the sign after its last stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinesAndColumns {
    /// The line of its first sign.
    pub line: usize,
    /// The column of its first sign.
    pub column: usize,
    /// The line of the sign after its last.
    pub end_line: usize,
    /// The column of the sign after its last.
    pub end_column: usize,
}

/// The lines and columns of a place; None for a file that is not among the sources.
pub fn of(place: Span, sources: &Sources, columns: Columns) -> Option<LinesAndColumns> {
    let text = text(sources, place.file)?;
    let start = text.floor_char_boundary(place.range().start.min(text.len()));
    let end = text.floor_char_boundary(place.range().end.clamp(start, text.len()));
    let (line, column) = line_and_column(text, start, columns);
    let (end_line, end_column) = line_and_column(text, end, columns);
    Some(LinesAndColumns { line, column, end_line, end_column })
}

/// The path of a file below the rules folder.
pub fn path(sources: &Sources, file: FileId) -> Option<&str> {
    sources.iter().nth(file.0 as usize).map(|(_, file)| file.path.as_str())
}

fn text(sources: &Sources, file: FileId) -> Option<&str> {
    sources.iter().nth(file.0 as usize).map(|(_, file)| file.text.as_str())
}

fn line_and_column(text: &str, at: usize, columns: Columns) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    // A byte order mark is no sign of the first line.
    let on_line = before[line_start..].trim_start_matches('\u{feff}');
    let column = match columns {
        Columns::Characters => on_line.chars().count(),
        Columns::Utf16 => on_line.encode_utf16().count(),
    };
    (before.matches('\n').count() + 1, column + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_or_in_code_units() {
        let mut sources = Sources::default();
        let file = sources.add("toy/2030-31/a.rules", "\u{feff}one\r\n💉£ jab\nend");
        let start = sources.file(file).text.find("jab").unwrap();
        let place = Span::new(file, start..start + 3);
        let found = |columns| of(place, &sources, columns).map(|at| (at.line, at.column, at.end_line, at.end_column));
        assert_eq!(found(Columns::Characters), Some((2, 4, 2, 7)));
        assert_eq!(found(Columns::Utf16), Some((2, 5, 2, 8)));
        let first = of(Span::new(file, 3..99), &sources, Columns::Utf16).unwrap();
        assert_eq!((first.line, first.column, first.end_line, first.end_column), (1, 1, 3, 4));
        assert_eq!(of(Span::new(FileId(7), 0..0), &sources, Columns::Utf16), None);
    }
}
