//! Types of resource: which are read, and which of them a line and a file hold.

use serde::Deserialize;

use crate::data::fhir::elements::Text;
use crate::data::fhir::lines::each_line;
use crate::data::read_ahead::Block;
use crate::ground::FindingKind;

/// A type of resource, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ResourceType {
    Patient,
    EpisodeOfCare,
    Organization,
    Immunization,
    Condition,
    Observation,
    Procedure,
    /// Any other.
    Other,
}

impl ResourceType {
    fn of(name: &str) -> ResourceType {
        match name {
            "Patient" => ResourceType::Patient,
            "EpisodeOfCare" => ResourceType::EpisodeOfCare,
            "Organization" => ResourceType::Organization,
            "Immunization" => ResourceType::Immunization,
            "Condition" => ResourceType::Condition,
            "Observation" => ResourceType::Observation,
            "Procedure" => ResourceType::Procedure,
            _ => ResourceType::Other,
        }
    }

    /// Whether its resources are events.
    pub(super) fn is_event(self) -> bool {
        match self {
            ResourceType::Immunization
            | ResourceType::Condition
            | ResourceType::Observation
            | ResourceType::Procedure => true,
            ResourceType::Patient | ResourceType::EpisodeOfCare | ResourceType::Organization | ResourceType::Other => {
                false
            }
        }
    }

    /// The type of the first resource of a block; None if there is none.
    pub(super) fn of_block(block: &Block) -> Option<ResourceType> {
        each_line(block).find_map(|(_, line)| ResourceType::of_line(line).ok())
    }

    /// The type of a line's resource.
    fn of_line(line: &[u8]) -> Result<ResourceType, FindingKind> {
        #[derive(Deserialize)]
        struct Typed<'a> {
            #[serde(borrow, rename = "resourceType")]
            resource_type: Text<'a>,
        }

        let typed: Typed<'_> = parse(line)?;
        Ok(ResourceType::of(&typed.resource_type.0))
    }
}

/// A line's JSON as a structure of ours; what is wrong with it otherwise.
fn parse<'a, T: Deserialize<'a>>(line: &'a [u8]) -> Result<T, FindingKind> {
    let text = std::str::from_utf8(line).map_err(|_| FindingKind::NotText)?;
    if !text.starts_with('{') {
        return Err(FindingKind::NotJson);
    }
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => FindingKind::NotOfFhir,
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => {
            FindingKind::NotJson
        }
    })
}

/// A resource of the type that its file holds; what is wrong with the line otherwise.
pub(super) fn read<'a, T: Resource<'a>>(line: &'a [u8], expected: ResourceType) -> Result<T, FindingKind> {
    let read = parse::<T>(line).and_then(|resource| {
        let found = ResourceType::of(resource.resource_type());
        if found == expected { Ok(resource) } else { Err(FindingKind::OtherResource) }
    });
    // A resource of another type may have members of other types, too; the type is then what is to be told.
    read.map_err(|kind| match (kind, ResourceType::of_line(line)) {
        (FindingKind::NotOfFhir, Ok(found)) if found != expected => FindingKind::OtherResource,
        _ => kind,
    })
}

/// What says its type.
pub(super) trait Resource<'a>: Deserialize<'a> {
    fn resource_type(&self) -> &str;
}

/// Implements [`Resource`] by the member `resource_type`.
macro_rules! typed {
    ($($name:ident),+) => {
        $(impl<'a> $crate::data::fhir::resource::Resource<'a> for $name<'a> {
            fn resource_type(&self) -> &str {
                &self.resource_type.0
            }
        })+
    };
}
pub(super) use typed;
