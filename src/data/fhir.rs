//! Patients and events out of FHIR R4, as bulk export writes it: NDJSON files, each of resources of one type.
//!
//! Comes in: the files of an export. Goes out: the same [`Extract`] that tables give. It must not know what a code means.
//!
//! | file | what it is |
//! |---|---|
//! | `lines` | a file as blocks of lines |
//! | `elements` | the data types that resources share |
//! | `resource` | which type of resource a line and a file hold |
//! | `organization` | Organization: which practice code a reference stands for |
//! | `registration` | Patient and EpisodeOfCare as rows of patients |
//! | `event` | Immunization, Condition, Observation and Procedure as rows of events |

mod elements;
mod event;
mod lines;
mod organization;
mod registration;
mod resource;

use crate::data::codes::Codes;
use crate::data::csv_rows::byte_count;
use crate::data::error::LoadError;
use crate::data::extract::{Extract, LoadOptions, Loaded, TableNames, Unfilled, Wanted, partition_bits, scatter};
use crate::data::fhir::event::EventReader;
use crate::data::fhir::lines::Lines;
use crate::data::fhir::organization::Organizations;
use crate::data::fhir::registration::{EpisodeBlock, Episodes, PatientReader};
use crate::data::fhir::resource::ResourceType;
use crate::data::ids::Keeper;
use crate::data::names::Names;
use crate::data::progress::Progress;
use crate::data::read_ahead::{BLOCK_BYTES, Block};
use crate::data::rounds::each_block;
use crate::data::rows::{EventRules, Part, PatientRules};
use crate::data::scatter::{EventRow, RegistrationRow};
use crate::data::selection::Selection;
use crate::data::source::Input;
use crate::data::tally::{NO_COLUMN, Tally, row_in};
use crate::ground::FindingKind;

/// About how long a resource is, to guess how many there are.
const RESOURCE_BYTES: u64 = 400;

/// Reads the files of a bulk export, in whatever order they are given, on the threads of the current rayon pool. Each
/// file is taken to hold what its first resource is.
///
/// # Errors
/// [`LoadError`] if a file cannot be read or holds no resource, if none holds patients or none holds events, or (under
/// `strict`) if a resource is malformed.
pub fn load(
    inputs: &[Input],
    wanted: &Wanted,
    options: &LoadOptions,
    progress: &dyn Progress,
) -> Result<Extract, LoadError> {
    load_sized(inputs, wanted, options, progress, BLOCK_BYTES)
}

/// [`load`] with blocks of another size, on which nothing that is seen may depend.
fn load_sized(
    inputs: &[Input],
    wanted: &Wanted,
    options: &LoadOptions,
    progress: &dyn Progress,
    block_bytes: usize,
) -> Result<Extract, LoadError> {
    let codes = Codes::new(&wanted.codes)?;
    let mut export = Export::open(inputs, block_bytes)?;
    let rows = inputs.iter().map(byte_count).sum::<u64>() / RESOURCE_BYTES;
    progress.total(rows);
    let scatter = scatter(partition_bits(rows), options);
    let (keeper, names, digest) = (Keeper::new(), Names::default(), options.digest);
    let rules = PatientRules { ids: &keeper, names: &names, scatter: &scatter, digest };
    let (mut patients, organizations) = export.patients(rules, progress)?;
    let ids = keeper.freeze();
    let extras = wanted.givers || wanted.text;
    let selection = Selection::new(codes, wanted, extras, &mut patients, &scatter);
    let rules = EventRules { ids: &ids, names: &names, selection: &selection, scatter: &scatter, digest };
    let (givers, text) = (wanted.givers, wanted.text);
    let events = export.events(&EventReader { rules, organizations: &organizations, givers, text }, progress)?;
    selection.end(&scatter);
    let files: Vec<String> = inputs.iter().map(|input| input.name.clone()).collect();
    let patients =
        Loaded { names: TableNames { files: files.clone(), columns: registration::MEMBERS.to_vec() }, part: patients };
    let events = Loaded { names: TableNames { files, columns: event::MEMBERS.to_vec() }, part: events };
    Unfilled { scatter, ids, names, extras }.fill(patients, events, options)
}

/// A file that was opened, its place among the files that were given, and what it holds.
struct Opened<'a> {
    place: usize,
    resource: ResourceType,
    lines: Lines<'a>,
}

/// The files of an export that are yet to be read.
struct Export<'a> {
    files: Vec<Opened<'a>>,
}

impl<'a> Export<'a> {
    /// Opens all files, so that a wrong one is known before anything is read.
    fn open(inputs: &'a [Input], block_bytes: usize) -> Result<Export<'a>, LoadError> {
        let mut files = Vec::with_capacity(inputs.len());
        for (place, input) in inputs.iter().enumerate() {
            let mut first = None;
            let lines = Lines::open(input, block_bytes, |block| first = Some(ResourceType::of_block(block)))?;
            match first {
                Some(Some(resource)) => files.push(Opened { place, resource, lines }),
                Some(None) => return Err(LoadError::NotFhir { file: input.name.clone() }),
                // An export may write a file for a type of which there is nothing.
                None => {}
            }
        }
        let export = Export { files };
        let missing = |missing| {
            let files = inputs.iter().map(|input| input.name.clone()).collect();
            Err(LoadError::MissingResource { files, missing })
        };
        if !export.files.iter().any(|file| file.resource == ResourceType::Patient) {
            return missing("Patient");
        }
        if !export.files.iter().any(|file| file.resource.is_event()) {
            return missing("Immunization, Condition, Observation or Procedure");
        }
        Ok(export)
    }

    /// The files of some types, which are then no longer yet to be read.
    fn files(&mut self, is_it: impl Fn(ResourceType) -> bool) -> Vec<Opened<'a>> {
        self.files.extract_if(.., |file| is_it(file.resource)).collect()
    }

    /// Reads the patients with their registrations, and the organisations that the events refer to, too.
    fn patients(
        &mut self,
        rules: PatientRules<'_>,
        progress: &dyn Progress,
    ) -> Result<(Part<RegistrationRow>, Organizations), LoadError> {
        let mut tally = Tally::default();
        let mut organizations = Organizations::default();
        for file in self.files(|resource| resource == ResourceType::Organization) {
            let parse = |block: &Block| Organizations::of(block, file.place);
            each_block(file.lines, parse, |(of_block, odd)| {
                organizations.merge(of_block);
                tally.merge(odd);
            })?;
        }
        let mut episodes = Episodes::default();
        for file in self.files(|resource| resource == ResourceType::EpisodeOfCare) {
            let parse = |block: &Block| EpisodeBlock::of(block, file.place, &organizations);
            each_block(file.lines, parse, |block| episodes.take(block, &mut tally))?;
        }
        let reader = PatientReader { rules, episodes: &episodes, organizations: &organizations };
        let mut whole = Part::empty();
        for file in self.files(|resource| resource == ResourceType::Patient) {
            let read = |block: &Block| told(progress, reader.read(block, file.place));
            each_block(file.lines, read, |part| whole.merge(part))?;
        }
        episodes.count_unknown(&mut tally);
        let unread = self.files.iter().filter(|file| !file.resource.is_event());
        unread.for_each(|file| tally.add(FindingKind::UnreadResources, NO_COLUMN, row_in(file.place, 1)));
        whole.tally.merge(tally);
        Ok((whole, organizations))
    }

    /// Reads the events.
    fn events(&mut self, reader: &EventReader<'_>, progress: &dyn Progress) -> Result<Part<EventRow>, LoadError> {
        let mut whole = Part::empty();
        for file in self.files(ResourceType::is_event) {
            let read = |block: &Block| told(progress, reader.read(block, file.place, file.resource));
            each_block(file.lines, read, |part| whole.merge(part))?;
        }
        Ok(whole)
    }
}

/// Tells how many rows a part is.
fn told<R>(progress: &dyn Progress, part: Part<R>) -> Part<R> {
    progress.advance(part.rows);
    part
}

#[cfg(test)]
mod tests;
