//! Which column holds what, by its name: publishers change the names, so all documented ones are known.

use crate::data::code_list::code_cell::RowFault;
use crate::data::code_list::{CodeListError, CodeListForm, text};
use crate::data::first_line::FirstLine;

/// How many records of a preamble may stand before the header.
const LONGEST_PREAMBLE: usize = 10;

/// The names under which OpenCodelists has codes. Those that say SNOMED CT come first: a list may hold other codes too.
const LIST_CODES: &[&str] =
    &["snomedctid", "snomedctcode", "snomedcode", "snomedid", "conceptid", "dmdid", "dmd", "code", "id"];
const LIST_TERMS: &[&str] = &[
    "term",
    "name",
    "dmdname",
    "nm",
    "description",
    "snomedterm",
    "snomedname",
    "conceptname",
    "snomedcodedescription",
    "conceptiddescription",
];

/// The names under which the reference sets have codes: `SNOMED_code` in the PCD content files, `ConceptId` in the
/// cluster files of the primary care release, and spellings of warehouses that copy them.
const REFSET_CODES: &[&str] =
    &["snomedcode", "snomedconceptid", "snomedctconceptid", "snomedctcode", "conceptid", "code"];
const REFSET_TERMS: &[&str] = &[
    "snomedcodedescription",
    "snomedcodedesc",
    "snomedconceptdescription",
    "snomedconceptiddescription",
    "snomedctconceptdescription",
    "conceptiddescription",
    "conceptdescription",
    "conceptiddesc",
    "term",
];
const CLUSTERS: &[&str] = &["clusterid"];
const REFSET_IDS: &[&str] = &["pcdrefsetid", "refsetid"];
const DESCRIPTIONS: &[&str] = &["clusterdescription", "clusterdesc", "pcdrefsetdescription", "refsetdescription"];
/// Whether a row still belongs to its set. `Active_Code_Status` is another thing: a code that SNOMED CT has retired
/// stays in records, and its set still counts it.
const ACTIVE: &[&str] = &["activeinrefset", "isactive", "active"];

/// The header of a file, once found.
pub(super) struct Header {
    pub(super) columns: Columns,
    pub(super) form: CodeListForm,
    pub(super) delimiter: u8,
    /// How many records it and what stands before it take.
    pub(super) rows: usize,
}

/// Where the columns stand.
pub(super) struct Columns {
    pub(super) code: usize,
    /// What the header calls the column of codes, and that of what is active.
    pub(super) code_name: String,
    pub(super) active_name: String,
    pub(super) term: Option<usize>,
    pub(super) cluster: Option<usize>,
    pub(super) refset: Option<usize>,
    pub(super) description: Option<usize>,
    pub(super) active: Option<usize>,
    count: usize,
}

impl Columns {
    /// A row with too many or too few cells means that a quote or a comma is astray, so that no cell can be trusted.
    pub(super) fn check_cells(&self, record: &csv::StringRecord) -> Result<(), RowFault> {
        let beyond = record.iter().skip(self.count).any(|cell| !cell.trim().is_empty());
        if beyond {
            return Err(RowFault::TooManyCells { found: record.len(), expected: self.count });
        }
        let used = [Some(self.code), self.term, self.cluster, self.refset, self.active];
        let lines: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        let over_lines = |at: &usize| record.get(*at).is_some_and(|cell| cell.contains('\n'));
        if used.iter().flatten().any(over_lines) || (lines > 0 && record.len() < self.count) {
            return Err(RowFault::OpenQuote { lines });
        }
        match used.iter().flatten().all(|&at| at < record.len()) {
            true => Ok(()),
            false => Err(RowFault::TooFewCells { found: record.len(), expected: self.count }),
        }
    }
}

/// Finds the header within the first records, whatever separates the cells.
pub(super) fn find(file: &str, text: &str, form: Option<CodeListForm>) -> Result<Header, CodeListError> {
    let file = || file.to_owned();
    if text.trim().is_empty() {
        return Err(CodeListError::Empty { file: file() });
    }
    for delimiter in [b'\t', b',', b';'] {
        for (at, (_, record)) in text::records(text, delimiter).take(LONGEST_PREAMBLE).enumerate() {
            let names: Vec<String> = record.iter().map(plain).collect();
            if let Some((mut columns, form)) = columns(&file(), &names, form)? {
                let name = |at: Option<usize>| at.and_then(|at| record.get(at)).map(text::tidy).unwrap_or_default();
                (columns.code_name, columns.active_name) = (name(Some(columns.code)), name(columns.active));
                return Ok(Header { columns, form, delimiter, rows: at + 1 });
            }
        }
    }
    Err(CodeListError::NoCodes { file: file(), present: first_line(text) })
}

/// What may be told of the first line, which may be somebody's row.
fn first_line(text: &str) -> FirstLine {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
    let all = [LIST_CODES, LIST_TERMS, REFSET_CODES, REFSET_TERMS, CLUSTERS, REFSET_IDS, DESCRIPTIONS, ACTIVE];
    FirstLine::of_list(first.split(['\t', ',', ';']).map(str::trim), all.into_iter().flatten().copied())
}

/// A column's name without what its writers vary: case, spaces, underscores.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// The columns, if this is a header.
fn columns(
    file: &str,
    names: &[String],
    form: Option<CodeListForm>,
) -> Result<Option<(Columns, CodeListForm)>, CodeListError> {
    let has = |name: &str| names.iter().any(|known| known == name);
    if has("referencedcomponentid") {
        return Err(CodeListError::ReleaseFile { file: file.to_owned() });
    }
    if has("code") && has("isincluded") {
        return Err(CodeListError::Definition { file: file.to_owned() });
    }
    let one = |known: &[&str]| one_of(file, names, known);
    let (cluster, refset) = (one(CLUSTERS)?, one(REFSET_IDS)?);
    let names_refsets = cluster.is_some() || refset.is_some();
    let form = form.unwrap_or(if names_refsets { CodeListForm::Refset } else { CodeListForm::OpenCodelists });
    let (codes, terms) = match form {
        CodeListForm::OpenCodelists => (LIST_CODES, LIST_TERMS),
        CodeListForm::Refset => (REFSET_CODES, REFSET_TERMS),
    };
    let Some(code) = one(codes)? else { return Ok(None) };
    let mut columns = Columns {
        code,
        code_name: String::new(),
        active_name: String::new(),
        term: one(terms)?,
        cluster: None,
        refset: None,
        description: None,
        active: None,
        count: names.len(),
    };
    if form == CodeListForm::Refset {
        if !names_refsets {
            return Err(CodeListError::NoRefsets { file: file.to_owned() });
        }
        columns = Columns { cluster, refset, description: one(DESCRIPTIONS)?, active: one(ACTIVE)?, ..columns };
    }
    Ok(Some((columns, form)))
}

/// Where the first of the known names stands. The same name twice leaves open which one is meant.
fn one_of(file: &str, names: &[String], known: &[&str]) -> Result<Option<usize>, CodeListError> {
    for known in known {
        let mut places = names.iter().enumerate().filter(|(_, name)| name == known).map(|(at, _)| at);
        match (places.next(), places.next()) {
            (Some(_), Some(_)) => {
                return Err(CodeListError::ColumnTwice { file: file.to_owned(), column: (*known).to_owned() });
            }
            (Some(at), None) => return Ok(Some(at)),
            (None, _) => {}
        }
    }
    Ok(None)
}
