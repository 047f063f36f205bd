//! What is done with hostile bytes: each target reads them as one kind of input, and judges what was read.
//!
//! libFuzzer calls these with coverage (`run.sh`), and `tests/it/mutated.rs` with mutated seeds in every test run.
#![allow(dead_code, reason = "each fuzz binary calls one of them")]

use std::sync::LazyLock;

use uptake::data::code_list::CodeList;
use uptake::data::extract::{self, LoadOptions};
use uptake::data::{self, Content, Extract, Format, Input, Naming, PatientInputs, Silent, Wanted};
use uptake::eval::run::{Level, run};
use uptake::eval::sight::{Asked, Lens};
use uptake::ground::{BookName, FileId, Sources};
use uptake::model::{Library, Rulebook};
use uptake::syntax::{layout, read_rules};

/// What parts the texts of several files in one input.
const BETWEEN: &[u8] = b"\n====\n";

const CONTRACT: &str = "scheme = \"test\"\nyear = \"2023-24\"\ntitle = \"t\"\nrevision = 1\nstarts = 2023-04-01\n\
    ends = 2024-03-31\nmissing_day = \"last day\"\n[sources]\npaper = \"p\"\n";

const RULES: &str = "indicator T1 \"t\"\n  source paper assumed\n  register  registered at year end and turns 8 months in the year\n  \
    achieved  at least 2 jab before age 8 months\n  except E1 \"e\"\n    registered on or after age 7 months\n";

const CLUSTER: &str = "title = \"t\"\ncomplete = true\n[sources]\npaper = \"p\"\n[codes]\n\
    312870000 = { term = \"t\", source = \"paper\" }\n";

const EXAMPLES: &str =
    "[[example]]\nname = \"n\"\nindicator = \"T1\"\nborn = 2023-01-01\nevents = []\nexpect = \"not achieved\"\n";

fn library(files: [(&str, &str); 4]) -> Library {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.add(format!("test/2023-24/{name}"), text);
    }
    Library::new(sources)
}

fn whole() -> [(&'static str, &'static str); 4] {
    [("contract.toml", CONTRACT), ("t.rules", RULES), ("codes/jab.toml", CLUSTER), ("examples.toml", EXAMPLES)]
}

fn check(library: &Library) -> Option<Rulebook> {
    BookName::parse("test/2023-24", "qof").and_then(|name| library.check(&name).book)
}

static BOOK: LazyLock<Rulebook> =
    LazyLock::new(|| check(&library(whole())).expect("the rulebook of the targets is sound"));

/// A text in the place of one file of a rulebook that is sound otherwise: checked, laid out, and judged by if it passes.
fn in_place_of(file: usize, text: &str) {
    let mut files = whole();
    files[file].1 = text;
    if let Some(book) = check(&library(files)) {
        judge(
            &[book],
            b"patient_id,practice_code,birth_date,registered_date\n1,A,2023-01-31,2023-02-01\n",
            b"patient_id,event_date,code\n1,2023-03-01,312870000\n",
            Format::Csv,
        );
    }
}

fn laid_out(text: &str, lay_out: impl Fn(&str) -> Option<String>) {
    if let Some(once) = lay_out(text) {
        assert_eq!(lay_out(&once).as_deref(), Some(once.as_str()), "laid out twice");
    }
}

/// Bytes as the sentences of a rulebook.
pub fn rules(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = read_rules(FileId(0), text);
    laid_out(text, |text| layout::rules(FileId(0), text).ok());
    in_place_of(1, text);
}

/// Bytes as one of the TOML files; the first byte says which.
pub fn toml(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    laid_out(text, |text| layout::toml(FileId(0), text).ok());
    in_place_of([0, 2, 3][usize::from(*which) % 3], text);
}

fn input(name: &str, format: Format, bytes: &[u8]) -> Input {
    Input { name: name.to_owned(), format, content: Content::Bytes(bytes.to_vec()), naming: Naming::default() }
}

fn wanted(books: &[Rulebook]) -> Wanted {
    let clusters = books.iter().flat_map(|book| &book.clusters);
    let codes = clusters.flat_map(|cluster| &cluster.codes).map(|code| code.id);
    Wanted { text: true, givers: true, ..Wanted::codes(codes.collect::<Vec<_>>()) }
}

/// Loads two tables and, if they can be used, judges everybody.
fn judge(books: &[Rulebook], patients: &[u8], events: &[u8], format: Format) {
    let inputs =
        PatientInputs { patients: input("patients", format, patients), events: input("events", format, events) };
    for strict in [false, true] {
        let options = LoadOptions { strict, digest: true, ..LoadOptions::default() };
        if let Ok(extract) = extract::load(&inputs, &wanted(books), &options, &Silent) {
            judge_all(books, &extract);
        }
    }
}

fn judge_all(books: &[Rulebook], extract: &Extract) {
    let codes = wanted(books).codes;
    let lenses: Vec<Lens<'_>> = books.iter().map(|book| Lens::new(book, &codes, Asked::default())).collect();
    for result in run(extract, &lenses, Level::Patient, &Silent).0 {
        for counts in result.counts.iter().flatten() {
            assert!(counts.numerator <= counts.denominator() && counts.denominator() <= counts.register);
        }
    }
}

/// The first two parts of some bytes.
fn two_parts(bytes: &[u8]) -> (&[u8], &[u8]) {
    let at = bytes.windows(BETWEEN.len()).position(|part| part == BETWEEN);
    at.map_or((bytes, bytes), |at| (&bytes[..at], &bytes[at + BETWEEN.len()..]))
}

/// Bytes as patients and events in CSV.
pub fn tables(bytes: &[u8]) {
    let (patients, events) = two_parts(bytes);
    judge(std::slice::from_ref(&BOOK), patients, events, Format::Csv);
}

/// A decoder that panics is caught and becomes an error; a fuzzer would take the panic itself for a find. Any other panic is
/// told as ever. The command does the same in its own way, which `broken_parquet_files_end_in_one_error` tries.
static QUIET: LazyLock<()> = LazyLock::new(|| {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !uptake::data::is_decoding() {
            tell(panic);
        }
    }));
});

/// Bytes as a Parquet file of patients and of events.
pub fn parquet(bytes: &[u8]) {
    LazyLock::force(&QUIET);
    let books = std::slice::from_ref(&*BOOK);
    judge(books, bytes, b"patient_id,event_date,code\n", Format::Parquet);
    let mixed = PatientInputs {
        patients: input(
            "patients",
            Format::Csv,
            b"patient_id,practice_code,birth_date,registered_date\n1,A,2023-01-31,2023-02-01\n",
        ),
        events: input("events", Format::Parquet, bytes),
    };
    if let Ok(extract) = extract::load(&mixed, &wanted(books), &LoadOptions::default(), &Silent) {
        judge_all(books, &extract);
    }
}

/// Bytes as the files of a FHIR export.
pub fn fhir(bytes: &[u8]) {
    let (first, second) = two_parts(bytes);
    let inputs = [input("a.ndjson", Format::Ndjson, first), input("b.ndjson", Format::Ndjson, second)];
    let books = std::slice::from_ref(&*BOOK);
    if let Ok(extract) = data::fhir::load(&inputs, &wanted(books), &LoadOptions::default(), &Silent) {
        judge_all(books, &extract);
    }
}

/// Bytes as the tables that are read whole: counts in both forms, practices, appointments, slots and a list of codes.
pub fn counts(bytes: &[u8]) {
    let csv = || input("table.csv", Format::Csv, bytes);
    let _ = data::counts::read(&csv());
    let _ = data::practices::read(&csv());
    let _ = data::appointments::read(&csv());
    let _ = data::slots::read(&csv());
    let _ = CodeList::read("table.csv", bytes, None);
}
