//! What each floor costs by itself: `cargo bench --bench floors`. Parsing and checking of one rulebook, loading of an
//! extract, and evaluating what was loaded, with and without the trace.
//!
//! One thread does everything, so that a figure is a cost and not a share of the machine.

use std::error::Error;
use std::fs::{self, File};
use std::path::Path;
use std::sync::LazyLock;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tempfile::TempDir;

use uptake::cli::demo::{Format as Form, Plan, Population, write_extract};
use uptake::data::{Extract, Format, Input, LoadOptions, Partition, Patient, PatientInputs, Silent, Wanted, load};
use uptake::eval::judge::{judge_all, judge_all_recorded};
use uptake::eval::run::{Level, run};
use uptake::eval::sight::{Asked, Lens, Scratch};
use uptake::eval::trace::Record;
use uptake::ground::{BookName, ConceptId, FileId, Sources};
use uptake::model::{Library, Rulebook};
use uptake::syntax::read_rules;

/// The year of the four indicators.
const YEAR: &str = "2023-24";

/// How many patients are loaded and evaluated.
const PATIENTS: u32 = 100_000;

fn main() {
    divan::main();
}

/// The shipped rules.
static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let mut sources = Sources::default();
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    add_files(&rules, &rules, &mut sources).expect("the project's rules can be read");
    Library::new(sources)
});

fn add_files(root: &Path, folder: &Path, sources: &mut Sources) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            add_files(root, &path, sources)?;
        } else if let Ok(text) = fs::read_to_string(&path) {
            sources.add(path.strip_prefix(root)?.to_string_lossy(), text);
        }
    }
    Ok(())
}

fn book_name() -> BookName {
    BookName { scheme: "qof".to_owned(), year: YEAR.to_owned() }
}

static BOOK: LazyLock<Rulebook> =
    LazyLock::new(|| LIBRARY.check(&book_name()).book.expect("the project's rules are sound"));

/// What `run` keeps of an extract: the codes of the indicators, for those born to be on a register.
static WANTED: LazyLock<Wanted> = LazyLock::new(|| {
    let clusters = Asked::default().clusters(&BOOK).iter().map(|at| &BOOK.clusters[at]);
    let wanted = Wanted::codes(clusters.flat_map(|cluster| &cluster.codes).map(|code| code.id));
    let interest = Asked::default().interest(std::slice::from_ref(&*BOOK), &wanted.codes);
    Wanted { interest, ..wanted }
});

static EXTRACT_FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let population = Population::built_in().expect("the demo's population is in order");
    let plan = Plan { size: PATIENTS, seed: 1, format: Form::Csv, shuffled: true };
    let codes_of = |cluster: &str| -> Vec<ConceptId> { LIBRARY.codes(cluster) };
    write_extract(folder.path(), &plan, &population, &codes_of, &mut |_| ()).expect("an extract can be written");
    folder
});

fn one_thread() -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(1).build().expect("a thread can be had")
}

fn loaded() -> Extract {
    let input = |table: &str| {
        let path = EXTRACT_FOLDER.path().join(table);
        Input::file(table.to_owned(), Format::Csv, File::open(path).expect("the extract is there"))
    };
    let inputs = PatientInputs { patients: input("patients.csv"), events: input("events.csv") };
    load(&inputs, &WANTED, &LoadOptions::default(), &Silent).expect("the extract is in order")
}

/// A year's indicators as text, to their tree.
#[divan::bench]
fn parse(bencher: Bencher<'_, '_>) {
    let sources = LIBRARY.sources();
    let file = sources.find("qof/2023-24/indicators.rules").expect("the year has indicators");
    let text = sources.file(file).text.clone();
    bencher.bench(|| read_rules(FileId(0), black_box(&text)));
}

/// A year's files, codes among them, to a rulebook that can be evaluated.
#[divan::bench]
fn check() -> usize {
    LIBRARY.check(black_box(&book_name())).diagnostics.len()
}

/// Two tables of CSV, to patients with their events; counted in patients.
#[divan::bench(sample_count = 10)]
fn load_csv(bencher: Bencher<'_, '_>) {
    LazyLock::force(&EXTRACT_FOLDER);
    let pool = one_thread();
    bencher.counter(ItemsCount::new(PATIENTS)).bench_local(|| pool.install(loaded));
}

/// The run over a loaded extract: grouping by patient and judging; counted in patients.
#[divan::bench(sample_count = 20)]
fn evaluate(bencher: Bencher<'_, '_>) {
    let pool = one_thread();
    let extract = pool.install(loaded);
    let lenses = [Lens::new(&BOOK, &WANTED.codes, Asked::default())];
    bencher
        .counter(ItemsCount::new(PATIENTS))
        .bench_local(|| pool.install(|| run(&extract, &lenses, Level::Practice, &Silent).0));
}

/// Judging alone, by the four indicators, of patients who were grouped before; nobody listens.
#[divan::bench(sample_count = 20)]
fn judge(bencher: Bencher<'_, '_>) {
    let (mut scratch, mut outcomes) = (Scratch::default(), 0);
    judging(bencher, |lens, patient| {
        judge_all(lens, patient, &mut scratch, |_, _, _| outcomes += 1);
        outcomes
    });
}

/// The same with the trace that `explain` asks for.
#[divan::bench(sample_count = 20)]
fn judge_with_trace(bencher: Bencher<'_, '_>) {
    let (mut scratch, mut record, mut outcomes) = (Scratch::default(), Record::default(), 0);
    judging(bencher, |lens, patient| {
        judge_all_recorded(lens, patient, &mut scratch, &mut record, |_, _, _| outcomes += 1);
        outcomes
    });
}

/// Judges every patient; counted in patients.
fn judging(bencher: Bencher<'_, '_>, mut judge: impl FnMut(&Lens<'_>, Patient<'_>) -> u64) {
    let extract = one_thread().install(loaded);
    let partitions: Vec<Partition> = (0..extract.partition_count()).map(|at| extract.partition(at)).collect();
    let lens = Lens::new(&BOOK, &WANTED.codes, Asked::default());
    bencher.counter(ItemsCount::new(PATIENTS)).bench_local(|| {
        let patients = partitions.iter().flat_map(Partition::patients);
        patients.map(|patient| judge(&lens, patient)).last()
    });
}
