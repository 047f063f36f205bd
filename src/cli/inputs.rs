//! The tables that a command reads, opened by name.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::cli::CliError;
use crate::data::{Content, Format, Input, LoadOptions, PatientInputs, Progress, Wanted};
use crate::data::{Extract, extract};
use crate::eval::sight::{Asked, Lens};
use crate::ground::ConceptId;
use crate::model::Rulebook;

/// The tables of patient records.
#[derive(Args, Debug)]
pub(super) struct PatientArguments {
    /// Patients, one row per registration: patient_id, practice_code, birth_date, registered_date, deregistered_date?,
    /// death_date? (CSV or Parquet, by the file's ending; `-` reads CSV from stdin)
    #[arg(long, value_name = "FILE")]
    pub(super) patients: PathBuf,

    /// Events: patient_id, event_date, code (SNOMED CT concept id), text?, practice_code?
    #[arg(long, value_name = "FILE")]
    pub(super) events: PathBuf,

    /// End at the first malformed row instead of setting it aside
    #[arg(long)]
    pub(super) strict: bool,
}

impl PatientArguments {
    /// Loads what the rulebooks read, and makes them ready to look at it.
    pub(super) fn load<'b>(
        &self,
        books: &'b [Rulebook],
        asked: Asked,
        progress: &dyn Progress,
    ) -> Result<(Extract, Vec<Lens<'b>>), CliError> {
        let wanted = wanted(books, asked);
        let extract = self.read(&wanted, progress)?;
        let lenses = books.iter().map(|book| Lens::new(book, &wanted.codes, asked)).collect();
        Ok((extract, lenses))
    }

    /// Loads the wanted events, and all patients.
    pub(super) fn read(&self, wanted: &Wanted, progress: &dyn Progress) -> Result<Extract, CliError> {
        let patients = open(&self.patients)?;
        let inputs = PatientInputs { patients, events: open(&self.events)? };
        let options = LoadOptions { strict: self.strict, digest: false };
        Ok(extract::load(&inputs, wanted, &options, progress)?)
    }
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

/// Opens a table; `-` is stdin.
pub(super) fn open(path: &Path) -> Result<Input, CliError> {
    let name = path.display().to_string();
    let format = Format::of_name(&name)?;
    if name == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map_err(CliError::read(path))?;
        return Ok(Input { name, format, content: Content::Bytes(bytes) });
    }
    let file = File::open(path).map_err(CliError::read(path))?;
    Ok(Input::file(name, format, file))
}

/// A table's name and the digest of its bytes, for provenance.
#[derive(Serialize)]
pub(super) struct TableDigest {
    file: String,
    /// SHA-256 in hexadecimal; none for stdin, which cannot be read twice.
    sha256: Option<String>,
}

impl TableDigest {
    /// Reads a file again to take its digest.
    pub(super) fn of(path: &Path) -> TableDigest {
        let is_stdin = path.as_os_str() == "-";
        TableDigest { file: path.display().to_string(), sha256: if is_stdin { None } else { sha256(path) } }
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
