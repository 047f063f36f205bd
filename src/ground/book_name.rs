//! The name of a rulebook: one scheme in one contract year.

use std::fmt;

use serde::Serialize;

/// A scheme and a contract year, written `qof/2023-24`; it is also the rulebook's folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash, Serialize)]
pub struct BookName {
    /// The scheme: `qof`.
    pub scheme: String,
    /// The contract year: `2023-24`.
    pub year: String,
}

impl BookName {
    /// Reads `scheme/year`, or a year alone of the scheme given.
    pub fn parse(text: &str, scheme: &str) -> Option<BookName> {
        let (scheme, year) = text.split_once('/').unwrap_or((scheme, text));
        let is_plain =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (is_plain(scheme) && is_plain(year)).then(|| BookName { scheme: scheme.to_owned(), year: year.to_owned() })
    }
}

impl fmt::Display for BookName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.scheme, self.year)
    }
}
