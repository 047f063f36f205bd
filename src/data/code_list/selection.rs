//! One list of codes out of a file: each code once, and an account of every row.

use std::collections::BTreeMap;

use crate::data::code_list::{CodeList, CodeListForm, Refset, RowContent, RowFault};
use crate::ground::ConceptId;

/// The codes of one list, and what became of its rows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selection {
    /// The reference sets that were taken: usually one; none for a list from OpenCodelists.
    pub refsets: Vec<Refset>,
    /// Each code with its term, by number.
    pub codes: BTreeMap<ConceptId, String>,
    /// Rows that say nothing new: their code was met before.
    pub repeated: usize,
    /// Rows that their publisher retired.
    pub retired: usize,
    /// Rows that cannot be taken over, with their lines.
    pub faults: Vec<(u64, RowFault)>,
}

/// Why it is open which codes are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChoiceError {
    /// The file has several reference sets, and none was named.
    Several,
    /// None of them has that name or id.
    Unknown,
    /// The file has no reference sets to choose from.
    NoRefsets,
}

impl CodeList {
    /// The codes of the reference set with that cluster name or id, or of the only one there is.
    pub fn select(&self, wanted: Option<&str>) -> Result<Selection, ChoiceError> {
        let chosen = self.chosen(wanted)?;
        let mut selection = Selection::default();
        selection.refsets.extend(chosen.iter().flatten().map(|&at| self.refsets[at].clone()));
        for row in &self.rows {
            // A row that names no set is nobody's, so it must be everybody's concern.
            let is_other = matches!((&chosen, row.refset), (Some(chosen), Some(at)) if !chosen.contains(&at));
            if is_other {
                continue;
            }
            match &row.content {
                RowContent::Listed { code, term } => selection.add(*code, term),
                RowContent::Retired => selection.retired += 1,
                RowContent::Faulty(fault) => selection.faults.push((row.line, fault.clone())),
            }
        }
        Ok(selection)
    }

    /// Which refsets are meant; none where the file has no refsets, and all its rows are meant.
    fn chosen(&self, wanted: Option<&str>) -> Result<Option<Vec<usize>>, ChoiceError> {
        match (self.form, wanted) {
            (CodeListForm::OpenCodelists, None) => Ok(None),
            (CodeListForm::OpenCodelists, Some(_)) => Err(ChoiceError::NoRefsets),
            (CodeListForm::Refset, Some(wanted)) => {
                let is_meant = |refset: &Refset| refset.cluster.eq_ignore_ascii_case(wanted) || refset.id == wanted;
                let chosen: Vec<usize> = (0..self.refsets.len()).filter(|&at| is_meant(&self.refsets[at])).collect();
                if chosen.is_empty() { Err(ChoiceError::Unknown) } else { Ok(Some(chosen)) }
            }
            (CodeListForm::Refset, None) => {
                let first = self.refsets.first();
                // A cluster may be filled by several refsets; it is one list all the same.
                let is_one = |refset: &Refset| {
                    first.is_some_and(|first| {
                        refset == first || (!first.cluster.is_empty() && refset.cluster == first.cluster)
                    })
                };
                if self.refsets.iter().all(is_one) {
                    Ok(Some((0..self.refsets.len()).collect()))
                } else {
                    Err(ChoiceError::Several)
                }
            }
        }
    }
}

impl Selection {
    fn add(&mut self, code: ConceptId, term: &str) {
        match self.codes.get_mut(&code) {
            None => {
                self.codes.insert(code, term.to_owned());
            }
            Some(known) => {
                self.repeated += 1;
                if known.is_empty() {
                    term.clone_into(known);
                }
            }
        }
    }
}
