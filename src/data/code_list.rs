//! Lists of codes as others publish them: OpenCodelists downloads and the primary care domain (PCD) reference sets.
//!
//! `text` turns bytes into text, `headers` finds the columns by name, `code_cell` judges each code, and `selection`
//! takes one reference set out of the file. No row is dropped in silence: it is listed, left out because its publisher
//! retired it, or faulty.

mod code_cell;
mod headers;
mod selection;
mod text;

use std::collections::HashMap;

use crate::data::code_list::headers::{Columns, Header};
use crate::data::first_line::FirstLine;
use crate::ground::ConceptId;

pub use code_cell::RowFault;
pub use selection::{ChoiceError, Selection};

/// Who published the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeListForm {
    /// A CSV download of one list from OpenCodelists.
    OpenCodelists,
    /// The content of the PCD reference sets, or of other national ones in the same shape: one row per code and set.
    Refset,
}

/// A file of codes, as it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeList {
    /// Who published it.
    pub form: CodeListForm,
    /// How its bytes were read: `UTF-8`, `windows-1252`.
    pub encoding: &'static str,
    /// The reference sets in it, by name; a list from OpenCodelists has none.
    pub refsets: Vec<Refset>,
    rows: Vec<CodeRow>,
}

/// One reference set of a file that holds several.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Refset {
    /// The name of the cluster that it fills, such as `PNEUVAC1_COD`; may be empty.
    pub cluster: String,
    /// Its SNOMED CT id; may be empty.
    pub id: String,
    /// What it is, in words; may be empty.
    pub description: String,
    /// How many rows it has, those that were retired included.
    pub rows: usize,
}

/// A row of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
struct CodeRow {
    /// The line, the first of the file being 1.
    line: u64,
    /// Which of the refsets it belongs to, where the file has them.
    refset: Option<usize>,
    content: RowContent,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum RowContent {
    Listed {
        code: ConceptId,
        term: String,
    },
    /// Retired from its list by the publisher.
    Retired,
    Faulty(RowFault),
}

/// Why a file of codes cannot be read at all.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum CodeListError {
    /// Nothing in it.
    #[error("`{file}` is empty: a header line with the column names is expected")]
    Empty {
        /// The file's name.
        file: String,
    },
    /// A workbook or an archive.
    #[error("`{file}` is a workbook or an archive, not text: unpack it, or take the publisher's CSV or text file")]
    Packed {
        /// The file's name.
        file: String,
    },
    /// No column holds codes.
    #[error(
        "no column of `{file}` is known to hold SNOMED CT codes, for its first line has {present}: name the one that does `code`, and the one with their terms `term`"
    )]
    NoCodes {
        /// The file's name.
        file: String,
        /// The columns of its first line, as far as they may be told.
        present: FirstLine,
    },
    /// The codes' columns are there, the reference sets' are not.
    #[error("`{file}` does not say which reference set a row belongs to: read it with `--from opencodelists`")]
    NoRefsets {
        /// The file's name.
        file: String,
    },
    /// The wrong one of two downloads.
    #[error(
        "`{file}` is the definition of a list, whose rows stand for whole branches of SNOMED CT: take the other download, the one of the codes themselves"
    )]
    Definition {
        /// The file's name.
        file: String,
    },
    /// The reference set as SNOMED CT itself distributes it.
    #[error(
        "`{file}` is a SNOMED CT release file, which has no terms and may hold past states: take the content file of the reference sets instead"
    )]
    ReleaseFile {
        /// The file's name.
        file: String,
    },
    /// A column that stands twice.
    #[error("`{file}` has the column `{column}` twice: rename or remove one of them")]
    ColumnTwice {
        /// The file's name.
        file: String,
        /// The column.
        column: String,
    },
}

impl CodeList {
    /// Reads a file of codes; `form` says who published it, or the header does.
    pub fn read(file: &str, bytes: &[u8], form: Option<CodeListForm>) -> Result<CodeList, CodeListError> {
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(CodeListError::Packed { file: file.to_owned() });
        }
        let (text, encoding) = text::decoded(bytes);
        let Header { columns, form, delimiter, rows } = headers::find(file, &text, form)?;
        let mut reading = Reading {
            columns,
            list: CodeList { form, encoding, refsets: Vec::new(), rows: Vec::new() },
            known: HashMap::new(),
        };
        for (line, record) in text::records(&text, delimiter).skip(rows) {
            reading.add(line, &record);
        }
        Ok(reading.list)
    }
}

/// A list that is being read.
struct Reading {
    columns: Columns,
    list: CodeList,
    /// Where each refset stands among the list's.
    known: HashMap<(String, String), usize>,
}

impl Reading {
    fn add(&mut self, line: u64, record: &csv::StringRecord) {
        if record.iter().all(|cell| text::tidy(cell).is_empty()) {
            return;
        }
        let refset = self.refset(record);
        let content = self.content(record, refset).unwrap_or_else(RowContent::Faulty);
        self.list.rows.push(CodeRow { line, refset, content });
    }

    fn content(&self, record: &csv::StringRecord, refset: Option<usize>) -> Result<RowContent, RowFault> {
        let columns = &self.columns;
        columns.check_cells(record)?;
        if self.list.form == CodeListForm::Refset && refset.is_none() {
            return Err(RowFault::NoRefset);
        }
        if let Some(at) = columns.active
            && !code_cell::is_active(&text::tidy(&record[at]), &columns.active_name)?
        {
            return Ok(RowContent::Retired);
        }
        let code = code_cell::code(&text::tidy(&record[columns.code]), &columns.code_name)?;
        let term = columns.term.map_or(String::new(), |at| text::tidy(&record[at]));
        Ok(RowContent::Listed { code, term })
    }

    /// The refset that a row names, which is a new one if it was not met before.
    fn refset(&mut self, record: &csv::StringRecord) -> Option<usize> {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).map(text::tidy).unwrap_or_default();
        let (cluster, id) = (cell(self.columns.cluster), cell(self.columns.refset));
        if cluster.is_empty() && id.is_empty() {
            return None;
        }
        let refsets = &mut self.list.refsets;
        let at = *self.known.entry((cluster, id)).or_insert_with_key(|(cluster, id)| {
            let description = cell(self.columns.description);
            refsets.push(Refset { cluster: cluster.clone(), id: id.clone(), description, rows: 0 });
            refsets.len() - 1
        });
        refsets[at].rows += 1;
        Some(at)
    }
}

#[cfg(test)]
mod tests;
