//! The tables that a command reads, opened by name.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::cli::{CliError, importing};
use crate::data::{
    Content, Format, Input, LoadOptions, MemoryLimit, Naming, PatientInputs, Progress, TableName, Wanted,
};
use crate::data::{Extract, extract, fhir};
use crate::eval::sight::{Asked, Lens};
use crate::ground::ConceptId;
use crate::model::Rulebook;
use crate::report::page::InputFile;

/// The tables of patient records.
#[derive(Args, Debug, Clone, Default)]
pub(super) struct PatientArguments {
    /// Patients, one row per registration: patient_id, practice_code, birth_date, registered_date, deregistered_date?,
    /// death_date? (CSV or Parquet, by the file's ending; `-` reads CSV from stdin)
    #[arg(long, value_name = "FILE", requires = "events", required_unless_present = "fhir")]
    pub(super) patients: Option<PathBuf>,

    /// Events: patient_id, event_date, code (SNOMED CT concept id), text?, practice_code?
    #[arg(long, value_name = "FILE", requires = "patients", required_unless_present = "fhir")]
    pub(super) events: Option<PathBuf>,

    /// Instead of both, FHIR R4 as bulk export writes it: a folder of .ndjson files, or a file, which may be repeated
    /// (Patient, EpisodeOfCare?, Organization?; Immunization, Condition, Observation, Procedure)
    #[arg(long, value_name = "PLACE", conflicts_with_all = ["patients", "events"])]
    pub(super) fhir: Vec<PathBuf>,

    /// End at the first malformed row instead of setting it aside
    #[arg(long)]
    pub(super) strict: bool,

    /// How much memory the rows may take, for a command that can limit it.
    #[arg(skip)]
    pub(super) memory: Option<MemoryLimit>,
}

impl PatientArguments {
    /// Those of two tables.
    pub(super) fn tables(patients: &Path, events: &Path) -> PatientArguments {
        let (patients, events) = (Some(patients.to_owned()), Some(events.to_owned()));
        PatientArguments { patients, events, ..PatientArguments::default() }
    }

    /// Those of an export of FHIR.
    pub(super) fn export(folder: &Path) -> PatientArguments {
        PatientArguments { fhir: vec![folder.to_owned()], ..PatientArguments::default() }
    }

    /// Loads what the rulebooks read, and makes them ready to look at it.
    pub(super) fn load<'b>(
        &self,
        books: &'b [Rulebook],
        asked: Asked,
        progress: &dyn Progress,
    ) -> Result<(Extract, Vec<Lens<'b>>), CliError> {
        self.load_wanted(wanted(books, asked), books, asked, progress)
    }

    /// The same for a command that looks at nobody but those on a register: it is spared the others' events.
    pub(super) fn load_registers<'b>(
        &self,
        books: &'b [Rulebook],
        asked: Asked,
        progress: &dyn Progress,
    ) -> Result<(Extract, Vec<Lens<'b>>), CliError> {
        let wanted = wanted(books, asked);
        let interest = asked.interest(books, &wanted.codes);
        self.load_wanted(Wanted { interest, ..wanted }, books, asked, progress)
    }

    fn load_wanted<'b>(
        &self,
        wanted: Wanted,
        books: &'b [Rulebook],
        asked: Asked,
        progress: &dyn Progress,
    ) -> Result<(Extract, Vec<Lens<'b>>), CliError> {
        let extract = self.read(&wanted, progress)?;
        let lenses = books.iter().map(|book| Lens::new(book, &wanted.codes, asked)).collect();
        Ok((extract, lenses))
    }

    /// Loads the wanted events, and all patients.
    pub(super) fn read(&self, wanted: &Wanted, progress: &dyn Progress) -> Result<Extract, CliError> {
        let options = LoadOptions { strict: self.strict, digest: false, memory: self.memory };
        if let (Some(patients), Some(events)) = (&self.patients, &self.events) {
            let inputs = PatientInputs {
                patients: open(patients, TableName::Patients)?,
                events: open(events, TableName::Events)?,
            };
            return Ok(extract::load(&inputs, wanted, &options, progress)?);
        }
        let inputs: Result<Vec<Input>, CliError> = files_of(&self.fhir)?.iter().map(|file| open_fhir(file)).collect();
        Ok(fhir::load(&inputs?, wanted, &options, progress)?)
    }

    /// True if one of the tables is stdin, which can be read once.
    pub(super) fn reads_stdin(&self) -> bool {
        self.patients.iter().chain(&self.events).any(|path| path.as_os_str() == "-")
    }

    /// Where patients and events are, in words.
    pub(super) fn names(&self) -> (String, String) {
        match (&self.patients, &self.events) {
            (Some(patients), Some(events)) => (patients.display().to_string(), events.display().to_string()),
            _ => {
                let places: Vec<String> = self.fhir.iter().map(|place| place.display().to_string()).collect();
                (places.join(", "), places.join(", "))
            }
        }
    }

    /// The files' names and digests.
    pub(super) fn digests(&self) -> RecordDigests {
        match (&self.patients, &self.events) {
            (Some(patients), Some(events)) => {
                RecordDigests::Tables { patients: TableDigest::of(patients), events: TableDigest::of(events) }
            }
            // The files were found when they were read.
            _ => {
                let files = files_of(&self.fhir).unwrap_or_default();
                RecordDigests::Export { fhir: files.iter().map(|file| TableDigest::of(file)).collect() }
            }
        }
    }
}

/// The files of an export: those named, and in a folder all that end in `.ndjson`; in bytewise order, each once.
fn files_of(places: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for place in places {
        if !place.is_dir() {
            files.push(place.clone());
            continue;
        }
        let before = files.len();
        for entry in fs::read_dir(place).map_err(CliError::read(place))? {
            let path = entry.map_err(CliError::read(place))?.path();
            let is_ndjson = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ndjson"));
            if is_ndjson && path.is_file() {
                files.push(path);
            }
        }
        if files.len() == before {
            let error = CliError::usage(format!("there is no .ndjson file in {}", place.display()));
            return Err(error.help("name the folder into which the export was unpacked, or its files one by one"));
        }
    }
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

fn open_fhir(path: &Path) -> Result<Input, CliError> {
    let file = File::open(path).map_err(CliError::read(path))?;
    Ok(Input::file(path.display().to_string(), Format::Ndjson, file))
}

/// The codes of all clusters that what is asked for reads.
pub(super) fn wanted(books: &[Rulebook], asked: Asked) -> Wanted {
    let mut codes: Vec<ConceptId> = Vec::new();
    for book in books {
        let clusters = asked.clusters(book).iter().map(|at| &book.clusters[at]);
        codes.extend(clusters.flat_map(|cluster| &cluster.codes).map(|code| code.id));
    }
    Wanted { givers: asked.fees, ..Wanted::codes(codes) }
}

/// Opens a table, with what was declared of it; `-` is stdin.
pub(super) fn open(path: &Path, table: TableName) -> Result<Input, CliError> {
    Ok(open_plain(path)?.named(importing::naming(table)))
}

fn open_plain(path: &Path) -> Result<Input, CliError> {
    let name = path.display().to_string();
    let format = Format::of_name(&name)?;
    if name == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(CliError::read(path))?;
        return Ok(Input { name, format, content: Content::Bytes(bytes), naming: Naming::default() });
    }
    let file = File::open(path).map_err(CliError::read(path))?;
    Ok(Input::file(name, format, file))
}

/// The names and digests of the files of patient records, for provenance.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum RecordDigests {
    /// Two tables.
    Tables {
        /// That of the patients.
        patients: TableDigest,
        /// That of the events.
        events: TableDigest,
    },
    /// The files of an export.
    Export {
        /// All of them.
        fhir: Vec<TableDigest>,
    },
}

impl RecordDigests {
    /// One after the other.
    pub(super) fn list(self) -> Vec<TableDigest> {
        match self {
            RecordDigests::Tables { patients, events } => vec![patients, events],
            RecordDigests::Export { fhir } => fhir,
        }
    }
}

/// A table's name and the digest of its bytes, for provenance.
#[derive(Serialize)]
pub(super) struct TableDigest {
    file: String,
    /// SHA-256 in hexadecimal; none for stdin or a pipe, which cannot be read twice.
    sha256: Option<String>,
}

impl TableDigest {
    /// Reads a file again to take its digest.
    pub(super) fn of(path: &Path) -> TableDigest {
        let is_file = path.as_os_str() != "-" && fs::metadata(path).is_ok_and(|about| about.is_file());
        TableDigest { file: path.display().to_string(), sha256: if is_file { sha256(path) } else { None } }
    }

    /// As a report lists it.
    pub(super) fn listed(self) -> InputFile {
        InputFile { file: self.file, sha256: self.sha256 }
    }
}

fn sha256(path: &Path) -> Option<String> {
    let mut file = File::open(path).ok()?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => break,
            read => hasher.update(buffer.get(..read)?),
        }
    }
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
