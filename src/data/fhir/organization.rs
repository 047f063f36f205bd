//! Organisations: which practice code a reference stands for.

use std::borrow::Cow;

use hashbrown::HashMap;
use serde::Deserialize;

use crate::data::fhir::elements::{Identifier, Reference, Text, text};
use crate::data::fhir::lines::each_line;
use crate::data::fhir::resource::{ResourceType, read, typed};
use crate::data::read_ahead::Block;
use crate::data::tally::{NO_COLUMN, Tally, row_in};

#[derive(Deserialize)]
struct Organization<'a> {
    #[serde(borrow, rename = "resourceType")]
    resource_type: Text<'a>,
    #[serde(borrow, default)]
    id: Option<Text<'a>>,
    #[serde(borrow, default)]
    identifier: Vec<Identifier<'a>>,
}

typed!(Organization);

/// The codes of the Organisation Data Service, by the ids of the resources that hold them.
#[derive(Default, Debug)]
pub(super) struct Organizations {
    codes: HashMap<String, String>,
}

impl Organizations {
    /// Those of a block of a file, and what was odd about it.
    pub(super) fn of(block: &Block, file: usize) -> (Organizations, Tally) {
        let (mut organizations, mut tally) = (Organizations::default(), Tally::default());
        for (line, bytes) in each_line(block) {
            match read::<Organization<'_>>(bytes, ResourceType::Organization) {
                Ok(organization) => {
                    let codes = organization.identifier.iter().filter(|identifier| identifier.is_ods());
                    if let Some(code) = codes.map(|identifier| text(identifier.value.as_ref())).min() {
                        organizations.keep(text(organization.id.as_ref()).to_owned(), code.to_owned());
                    }
                }
                Err(kind) => tally.add(kind, NO_COLUMN, row_in(file, line)),
            }
        }
        (organizations, tally)
    }

    /// Takes over another block's.
    pub(super) fn merge(&mut self, other: Organizations) {
        other.codes.into_iter().for_each(|(id, code)| self.keep(id, code));
    }

    /// Of two resources with one id the code that is less counts, in whatever order they stand.
    fn keep(&mut self, id: String, code: String) {
        let kept = self.codes.entry(id).or_insert_with(|| code.clone());
        if code < *kept {
            *kept = code;
        }
    }

    /// Whether a reference stands for its resource's id alone, which need not be the code of the practice.
    pub(super) fn is_id_alone(&self, reference: &Reference<'_>) -> bool {
        let is_told = reference.identifier.as_ref().is_some_and(Identifier::is_ods);
        !is_told && reference.id_of("Organization").is_some_and(|id| !self.codes.contains_key(id))
    }

    /// The practice code for which a reference stands: its own identifier of the Organisation Data Service, else that of
    /// the resource to which it points, else that resource's id. Empty for none.
    pub(super) fn code<'r>(&'r self, reference: &'r Reference<'_>) -> Cow<'r, str> {
        if let Some(identifier) = reference.identifier.as_ref().filter(|identifier| identifier.is_ods()) {
            return Cow::Borrowed(text(identifier.value.as_ref()));
        }
        let id = reference.id_of("Organization").unwrap_or_default();
        Cow::Borrowed(self.codes.get(id).map_or(id, String::as_str))
    }
}
