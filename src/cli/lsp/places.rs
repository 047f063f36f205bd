//! Places as editors name them: files by URI, lines from 0, columns in UTF-16 units from 0.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use line_index::{LineIndex, TextSize, WideEncoding, WideLineCol};
use lsp_types::{Position, Range, Uri};

/// A text with its lines counted.
pub(super) struct Places<'a> {
    text: &'a str,
    index: LineIndex,
}

impl<'a> Places<'a> {
    pub(super) fn new(text: &'a str) -> Places<'a> {
        Places { text, index: LineIndex::new(text) }
    }

    /// The place of a range of bytes, white space at its end left out. What lies beyond the text is its end.
    pub(super) fn range(&self, range: std::ops::Range<usize>) -> Range {
        let within = |at: usize| self.text.floor_char_boundary(at.min(self.text.len()));
        let start = within(range.start);
        let stretch = self.text[start..within(range.end).max(start)].trim_end();
        Range { start: self.position(start), end: self.position(start + stretch.len()) }
    }

    /// The place of the whole text.
    pub(super) fn whole(&self) -> Range {
        Range { start: Position::default(), end: self.position(self.text.len()) }
    }

    /// The place of a range of bytes, white space at its end kept.
    pub(super) fn exact(&self, range: std::ops::Range<usize>) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    fn position(&self, at: usize) -> Position {
        let place = TextSize::try_from(at).ok().and_then(|at| self.index.try_line_col(at));
        let wide = place.and_then(|place| self.index.to_wide(WideEncoding::Utf16, place));
        wide.map_or(Position::default(), |wide| Position { line: wide.line, character: wide.col })
    }

    /// The byte at a position; one beyond a line is the line's end, as the protocol has it.
    pub(super) fn offset(&self, position: Position) -> Option<usize> {
        let line = self.index.line(position.line)?;
        let wide = WideLineCol { line: position.line, col: position.character };
        let place = self.index.to_utf8(WideEncoding::Utf16, wide)?;
        let at = usize::from(line.start()).saturating_add(place.col as usize).min(usize::from(line.end()));
        Some(self.text.floor_char_boundary(at))
    }
}

/// The path of a file's URI; None for what is no file of this machine.
pub(super) fn path(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().is_some_and(|scheme| scheme.eq_lowercase("file"));
    let decoded = uri.path().as_estr().decode().into_string().ok().filter(|_| is_file)?;
    // `file:///c:/rules` is the path `c:/rules`.
    let on_drive = decoded.strip_prefix('/').filter(|rest| cfg!(windows) && rest.get(1..2) == Some(":"));
    Some(PathBuf::from(on_drive.unwrap_or(&decoded)))
}

/// The URI of a file.
pub(super) fn uri(path: &Path) -> Option<Uri> {
    let path = path.to_str()?;
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    let mut text = "file://".to_owned();
    if !path.starts_with('/') {
        text.push('/');
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_are_utf16() {
        let text = "a\n£𝄞x y\r\n";
        let places = Places::new(text);
        let x = text.find('x').unwrap();
        let range = places.range(x..x + 1);
        assert_eq!((range.start, range.end), (Position::new(1, 3), Position::new(1, 4)));
        assert_eq!(places.offset(Position::new(1, 3)), Some(x));
        // Beyond the line, and beyond the text.
        assert_eq!(places.offset(Position::new(0, 99)).map(|at| at <= 2), Some(true));
        assert_eq!(places.offset(Position::new(9, 0)), None);
        assert_eq!(places.range(99..usize::MAX).start, Position::new(2, 0));
        // Blank lines behind a clause are no part of it.
        assert_eq!(places.range(x..text.len()).end, Position::new(1, 6));
    }

    proptest! {
        #[test]
        fn any_place_in_any_text(text in any::<String>(), line in 0_u32..5, column in any::<u32>(), at in 0_usize..50) {
            let places = Places::new(&text);
            if let Some(at) = places.offset(Position::new(line, column)) {
                prop_assert!(text.is_char_boundary(at));
            }
            let at = text.floor_char_boundary(at);
            prop_assert_eq!(places.offset(places.range(at..at).start), Some(at));
        }

        #[cfg(unix)]
        #[test]
        fn paths_come_back(name in "/[^\0]*") {
            prop_assert_eq!(path(&uri(Path::new(&name)).unwrap()), Some(PathBuf::from(name)));
        }
    }
}
