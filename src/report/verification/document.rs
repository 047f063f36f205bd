//! A result's document as it is read: members in their order, tables as rows of cells in theirs.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON document of results.
#[derive(Clone, Debug)]
pub struct Document {
    members: Vec<(String, Member)>,
}

/// A member of a document.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Member {
    /// A list of objects: `results`, `payments`, `rulebooks`.
    Rows(Vec<Row>),
    /// Anything else.
    Other(Value),
}

/// Names and values in the order in which they are written.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Members<T>(pub(super) Vec<(String, T)>);

/// A row of a table.
pub(super) type Row = Members<Cell>;

/// A value as it is written, so that no figure of an amount is lost.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Cell(Box<RawValue>);

/// A file that a result was made of, and what became of it.
#[derive(Debug)]
pub(super) struct FileChange {
    /// Which table it is: `patients`.
    role: String,
    name: String,
    digest: Option<String>,
    name_again: String,
    digest_again: Option<String>,
}

impl Document {
    /// Reads a document; None if it is no object.
    pub fn read(text: &[u8]) -> Option<Document> {
        let members: Members<Box<RawValue>> = serde_json::from_slice(text).ok()?;
        let member = |(name, raw): (String, Box<RawValue>)| {
            let rows = serde_json::from_str(raw.get()).map(Member::Rows);
            let member = rows.or_else(|_| serde_json::from_str(raw.get()).map(Member::Other)).ok()?;
            Some((name, member))
        };
        Some(Document { members: members.0.into_iter().map(member).collect::<Option<_>>()? })
    }

    /// The command that made it, if it says so.
    pub fn command(&self) -> Option<Vec<String>> {
        let Member::Other(provenance) = self.member("provenance")? else { return None };
        let words = provenance.get("command")?.as_array()?.iter();
        words.map(|word| word.as_str().map(str::to_owned)).collect()
    }

    /// True if a row tells of a single patient.
    pub fn is_of_patients(&self) -> bool {
        let names = |row: &Row| row.0.iter().any(|(name, _)| name == "patient_id" || name == "birth_date");
        self.tables().any(|(_, rows)| rows.iter().any(names))
    }

    pub(super) fn version(&self) -> &str {
        match self.member("provenance") {
            Some(Member::Other(provenance)) => provenance.get("uptake").and_then(Value::as_str).unwrap_or("?"),
            Some(Member::Rows(_)) | None => "?",
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|(known, _)| known == name).map(|(_, member)| member)
    }

    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.members.iter().map(|(name, member)| (name.as_str(), member))
    }

    pub(super) fn table(&self, name: &str) -> Option<&[Row]> {
        match self.member(name)? {
            Member::Rows(rows) => Some(rows),
            Member::Other(_) => None,
        }
    }

    /// The tables of results.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&str, &[Row])> {
        self.members().filter(|(name, _)| *name != "rulebooks").filter_map(|(name, member)| match member {
            Member::Rows(rows) => Some((name, &rows[..])),
            Member::Other(_) => None,
        })
    }

    /// The same, its findings naming files as they were named before: one that moved is the same file.
    pub(super) fn with_files_named_as_in(&self, files: &[FileChange]) -> Document {
        let mut renamed = self.clone();
        let findings = renamed.members.iter_mut().filter(|(name, _)| name == "findings");
        let rows = findings.filter_map(|(_, member)| if let Member::Rows(rows) = member { Some(rows) } else { None });
        for (name, cell) in rows.flatten().flat_map(|row| &mut row.0) {
            let named = cell.text().filter(|_| name == "file");
            let before = named.and_then(|named| files.iter().find(|file| file.name_again == named));
            if let Some(text) = before.and_then(|file| serde_json::value::to_raw_value(&file.name).ok()) {
                *cell = Cell(text);
            }
        }
        renamed
    }
}

impl FileChange {
    /// True if its bytes are not those that were read; of stdin nothing is known.
    pub(super) fn is_change(&self) -> bool {
        self.digest.is_some() && self.digest != self.digest_again
    }

    pub(super) fn in_words(&self) -> String {
        let role = &self.role;
        match &self.digest_again {
            None => format!("{role} {} is not read any more", self.name),
            Some(_) if self.name == self.name_again => format!("{role} {} has changed", self.name),
            Some(_) => format!("{role} {} has other bytes than {} had", self.name_again, self.name),
        }
    }
}

/// The files that a result was made of, in their order.
pub(super) fn file_changes(given: &Document, again: &Document) -> Vec<FileChange> {
    let files = |document: &Document| match document.member("provenance") {
        Some(Member::Other(provenance)) => files_of("", provenance),
        Some(Member::Rows(_)) | None => Vec::new(),
    };
    let (before, mut after) = (files(given), files(again));
    let mut changes = Vec::new();
    for (role, name, digest) in before {
        let found = after.iter().position(|(other, ..)| *other == role).map(|at| after.remove(at));
        let (name_again, digest_again) = found.map(|(_, name, digest)| (name, digest)).unwrap_or_default();
        changes.push(FileChange { role, name, digest, name_again, digest_again });
    }
    changes
}

/// Role, name and digest of each object that has a digest, at any depth.
fn files_of(role: &str, value: &Value) -> Vec<(String, String, Option<String>)> {
    match value {
        Value::Object(members) => match (members.get("file"), members.get("sha256")) {
            (Some(Value::String(name)), Some(digest)) => {
                vec![(role.to_owned(), name.clone(), digest.as_str().map(str::to_owned))]
            }
            _ => members.iter().flat_map(|(role, value)| files_of(role, value)).collect(),
        },
        Value::Array(values) => values.iter().flat_map(|value| files_of(role, value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

impl Row {
    /// What it says under a name.
    pub(super) fn cell(&self, name: &str) -> Option<&Cell> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, cell)| cell)
    }
}

impl Cell {
    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<String> {
        serde_json::from_str(self.0.get()).ok()
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        match self.0.get() {
            "null" => "unknown".to_owned(),
            written => self.text().unwrap_or_else(|| written.to_owned()),
        }
    }

    /// A number without the noughts that another program may have left out; None if it is none.
    fn number(&self) -> Option<&str> {
        let written = self.0.get();
        let is_number = written.starts_with(|sign: char| sign == '-' || sign.is_ascii_digit());
        let has_decimals = written.contains('.') && !written.contains(['e', 'E']);
        let shortest = if has_decimals { written.trim_end_matches('0').trim_end_matches('.') } else { written };
        is_number.then_some(shortest)
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Cell) -> bool {
        let value = |cell: &Cell| serde_json::from_str::<Value>(cell.0.get()).ok();
        match (self.number(), other.number()) {
            (Some(number), Some(other)) => number == other,
            (None, None) => self.0.get() == other.0.get() || value(self) == value(other),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<T>, D::Error> {
        struct InOrder<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Members<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<T>, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder(std::marker::PhantomData))
    }
}
