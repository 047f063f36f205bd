//! The texts of rule files, and places in them.

/// Which file of a [`Sources`] a place lies in.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct FileId(pub u32);

/// A stretch of a file's text: byte offsets, the end not included.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// A place in a file, from byte offsets.
    pub fn new(file: FileId, range: std::ops::Range<usize>) -> Span {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { file, start: offset(range.start), end: offset(range.end) }
    }

    /// The place from the start of this one to the end of the other, in the same file.
    pub fn to(self, other: Span) -> Span {
        Span { end: other.end.max(self.end), ..self }
    }

    /// The byte offsets.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// How a rule file's characters were saved as bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SavedAs {
    /// UTF-8, as a rule file should be.
    #[default]
    Utf8,
    /// UTF-8 behind a byte order mark, as some editors save it.
    MarkedUtf8,
    /// UTF-16 behind a byte order mark.
    Utf16,
    /// Windows-1252: what Excel and old editors write, which only looks like text of that kind.
    Windows1252,
}

/// One rule file: where it was found and what it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceFile {
    /// The path below the rules folder, with `/` between its parts: `qof/2023-24/contract.toml`.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// How it was saved.
    pub saved_as: SavedAs,
}

/// The rule files that were read, addressed by [`FileId`].
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Adds a file, in the order the caller chose.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        self.add_saved_as(path, text, SavedAs::Utf8)
    }

    /// Adds a file that may have been saved otherwise than it should be.
    pub fn add_saved_as(&mut self, path: impl Into<String>, text: impl Into<String>, saved_as: SavedAs) -> FileId {
        self.files.push(SourceFile { path: path.into(), text: text.into(), saved_as });
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// The files, with their ids.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// The file of an id that this collection gave out.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file at a path, if it was read.
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.iter().find(|(_, file)| file.path == path).map(|(id, _)| id)
    }

    /// The text at a place.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.range()).unwrap_or("")
    }

    /// The text at a place on one line: white space folded and comments left out, so that a clause can be quoted.
    pub fn quoted(&self, span: Span) -> String {
        let lines = self.text(span).lines().map(|line| line.split_once('#').map_or(line, |(rule, _)| rule));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }

    /// The line number of a place's start, counted from 1.
    pub fn line(&self, span: Span) -> usize {
        let text = &self.file(span.file).text;
        text.as_bytes().iter().take(span.start as usize).filter(|&&byte| byte == b'\n').count() + 1
    }
}
