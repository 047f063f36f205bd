//! The files of the new rulebook, made and tried before any is written.

use crate::cli::test::outcome_words;
use crate::cli::{CliError, output};
use crate::eval::examples::{Bench, Found};
use crate::ground::{BookName, Diagnostic, FileId, Severity, Sources};
use crate::model::book::Used;
use crate::model::examples::{self, Case, Example};
use crate::model::{Library, Rulebook};
use crate::report::diagnostics;
use crate::syntax::layout;
use crate::syntax::next_year::{self, Expectation, LeapDay, NextYear, without_sources};

/// The warning that nothing cites a source.
const UNCITED: &str = "W404";

/// A rulebook carried over.
pub(super) struct Carried {
    /// Paths below the rules folder, and texts.
    pub(super) files: Vec<(String, String)>,
    /// How many examples pass.
    passing: usize,
    /// How many of those expect something else than in the old year.
    anew: usize,
    /// The examples that do not pass.
    pub(super) failing: Vec<String>,
    /// The rulebooks that it uses.
    pub(super) uses: Vec<BookName>,
}

impl Carried {
    /// Carries a rulebook over. What comes out has no errors, or it is not given out.
    pub(super) fn of(library: &Library, book: &Rulebook, name: &BookName) -> Result<Carried, CliError> {
        let from = book.name.to_string();
        let known: Vec<String> = library.names().iter().map(BookName::to_string).collect();
        let first = book.start.ymd().0;
        let year: i32 = name.year.get(..4).and_then(|year| year.parse().ok()).unwrap_or(first);
        let next =
            NextYear { from: &from, scheme: &name.scheme, year: &name.year, first, by: year - first, known: &known };
        let mut carried = Carried {
            files: files(library, book, name, &next)?,
            passing: 0,
            anew: 0,
            failing: Vec::new(),
            uses: Vec::new(),
        };
        carried.refuse_missing(library, book, name, &next)?;
        carried.put_sources_aside(library, name, &from)?;
        carried.move_examples(library, name, &next)?;
        carried.lay_out(library, &from, name);
        carried.refuse_faults(library, name)?;
        let carried_book = carried.library(library, name).check(name).book;
        carried.uses = carried_book.iter().flat_map(|book| &book.uses).map(|used| used.book.name.clone()).collect();
        Ok(carried)
    }

    /// What was laid out before stays so with its marks; what somebody wrote otherwise is left as it was written.
    fn lay_out(&mut self, library: &Library, from: &str, name: &BookName) {
        let (old, new) = (format!("{from}/"), format!("{name}/"));
        for (path, text) in &mut self.files {
            let before = path.strip_prefix(&new).and_then(|below| library.sources().find(&format!("{old}{below}")));
            let Some(before) = before.map(|file| library.sources().file(file).text.as_str()) else { continue };
            if laid_out(path, before).as_deref() == Some(before)
                && let Some(tidy) = laid_out(path, text)
            {
                *text = tidy;
            }
        }
    }

    /// A rulebook that reads another's results of the same year cannot go before it.
    fn refuse_missing(
        &self,
        library: &Library,
        book: &Rulebook,
        name: &BookName,
        next: &NextYear<'_>,
    ) -> Result<(), CliError> {
        let is_missing =
            |used: &&Used| next.later(&used.book.name.to_string()).is_some_and(|later| !next.known.contains(&later));
        let missing: Vec<&Used> = book.uses.iter().filter(is_missing).collect();
        if missing.is_empty() || self.library(library, name).check(name).book.is_some() {
            return Ok(());
        }
        let later = |used: &Used| next.later(&used.book.name.to_string()).unwrap_or_default();
        let words = |used: &&Used| format!("`{}`, which is `{}` of {}", later(used), used.name, next.from);
        let missing_words: Vec<String> = missing.iter().map(words).collect();
        let steps: Vec<String> =
            missing.iter().map(|used| format!("  uptake new-year {} --from {}", later(used), used.book.name)).collect();
        let message = format!("{name} would read a rulebook that is not there: {}", missing_words.join("; "));
        Err(CliError::usage(message)
            .help(format!("carry it over first, in the same rules folder (`--rules DIR`):\n{}", steps.join("\n"))))
    }

    /// A sentence on the rulebook's examples.
    pub(super) fn examined(&self) -> String {
        let anew = match self.anew {
            0 => String::new(),
            1 => ", 1 of them with another outcome than before".to_owned(),
            several => format!(", {several} of them with another outcome than before"),
        };
        match (self.passing, self.failing.len()) {
            (0, 0) => "it has no examples".to_owned(),
            (passing, 0) => format!("it has no faults, and its {passing} examples pass{anew}"),
            (passing, failing) => {
                format!("it has no faults, {passing} examples pass{anew}, and {failing} do not:")
            }
        }
    }

    /// All rules, the new rulebook's among them.
    fn library(&self, library: &Library, name: &BookName) -> Library {
        let inside = format!("{name}/");
        let mut sources = Sources::default();
        for (_, file) in library.sources().iter().filter(|(_, file)| !file.path.starts_with(&inside)) {
            sources.add(file.path.as_str(), file.text.as_str());
        }
        for (path, text) in &self.files {
            sources.add(path.as_str(), text.as_str());
        }
        Library::new(sources)
    }

    fn file(&mut self, path: &str) -> Option<&mut String> {
        self.files.iter_mut().find(|(known, _)| known == path).map(|(_, text)| text)
    }

    /// Sources that only figures cited are cited by nothing now.
    fn put_sources_aside(&mut self, library: &Library, name: &BookName, from: &str) -> Result<(), CliError> {
        let whole = self.library(library, name);
        let checked = whole.check(name);
        let uncited = checked.diagnostics.iter().filter(|fault| fault.code == UNCITED);
        let uncited: Vec<(String, String)> = uncited
            .map(|fault| {
                (whole.sources().file(fault.place.file).path.clone(), whole.sources().text(fault.place).to_owned())
            })
            .collect();
        let Some((path, _)) = uncited.first().cloned() else { return Ok(()) };
        // A key may be written in quotes.
        let ids: Vec<String> = uncited.iter().map(|(_, id)| id.trim_matches(['"', '\'']).to_owned()).collect();
        if let Some(text) = self.file(&path) {
            *text = without_sources(text, &ids, from).map_err(|error| unreadable(&path, &error))?;
        }
        Ok(())
    }

    /// The examples moved by whole years. Where the end of February has another place, an example takes the first that lets
    /// it pass; one that passes with none expects what is found, and says so.
    fn move_examples(&mut self, library: &Library, name: &BookName, next: &NextYear<'_>) -> Result<(), CliError> {
        let path = format!("{}/{}", next.from, examples::FILE);
        let Some(file) = library.sources().find(&path) else { return Ok(()) };
        let text = &library.sources().file(file).text;
        let to = format!("{name}/{}", examples::FILE);
        let moved = |leap: &dyn Fn(usize) -> LeapDay| {
            next_year::examples(text, next, leap).map_err(|error| unreadable(&path, &error))
        };
        self.files.push((to.clone(), String::new()));
        let mut failing_by = Vec::new();
        for leap in LeapDay::ALL {
            self.put(&to, moved(&|_| leap)?);
            let failing: Vec<usize> = self.failures(library, name).iter().map(|failure| failure.example).collect();
            failing_by.push((leap, failing));
        }
        let chosen = moved(&|at| {
            let passes = failing_by.iter().find(|(_, failing)| !failing.contains(&at));
            passes.map_or(LeapDay::Before, |(leap, _)| *leap)
        })?;
        self.put(&to, chosen.clone());
        let anew: Vec<Expectation> = self
            .failures(library, name)
            .into_iter()
            .filter_map(|failure| failure.found.map(|found| Expectation { example: failure.example, found }))
            .collect();
        self.anew = anew.len();
        let text =
            next_year::with_expectations(&chosen, &anew, next.from).map_err(|error| unreadable(&path, &error))?;
        self.put(&to, text);
        self.failing = self.failures(library, name).into_iter().map(|failure| failure.place).collect();
        let whole = self.library(library, name);
        let tried = whole.check(name).book.map_or(0, |book| examples::read(&whole, &book).0.len());
        self.passing = tried.saturating_sub(self.failing.len());
        Ok(())
    }

    fn put(&mut self, path: &str, new: String) {
        if let Some(text) = self.file(path) {
            *text = new;
        }
    }

    /// The examples that do not pass. Where one is faulty in itself, they cannot be told by number, and none is.
    fn failures(&self, library: &Library, name: &BookName) -> Vec<Failure> {
        let whole = self.library(library, name);
        let Some(book) = whole.check(name).book else { return Vec::new() };
        let (examples, faults) = examples::read(&whole, &book);
        if faults.iter().any(|fault| fault.severity == Severity::Error) {
            return Vec::new();
        }
        let mut bench = Bench::new(&book);
        let mut failures = Vec::new();
        for (example, at) in examples.iter().zip(0..) {
            let found = bench.try_out(example);
            if !found.is_expected(example, &book) {
                let sources = whole.sources();
                let (path, line) = (&sources.file(example.place.file).path, sources.line(example.place));
                let place = format!("{path}:{line}: {}", example.name);
                failures.push(Failure { example: at, place, found: found_words(&book, example, found) });
            }
        }
        failures
    }

    /// Nothing faulty is written. That there are faults is a fault of this command, as the old year has none.
    fn refuse_faults(&self, library: &Library, name: &BookName) -> Result<(), CliError> {
        let whole = self.library(library, name);
        let checked = whole.check(name);
        let mut faults = checked.diagnostics;
        if let Some(book) = &checked.book {
            faults.extend(examples::read(&whole, book).1);
        }
        let errors: Vec<Diagnostic> = faults.into_iter().filter(|fault| fault.severity == Severity::Error).collect();
        if errors.is_empty() {
            return Ok(());
        }
        output::talk(&diagnostics::render_all(&errors, whole.sources(), output::stderr_style()));
        let count = diagnostics::summary(&errors).unwrap_or_default();
        Err(CliError::usage(format!("carried over, the rulebook {name} would have {count}, so nothing was written"))
            .help("mend what is shown above in the year that is carried over"))
    }
}

/// An example that does not pass.
struct Failure {
    /// Counted from 0.
    example: usize,
    /// `qof/2027-28/examples.toml:12: third dose on time`
    place: String,
    /// What is found of a patient or of doses, as the example would expect it; None for money from counts, which no year's
    /// days change, and for a child of a pathway, whose state somebody must look at.
    found: Option<String>,
}

fn found_words(book: &Rulebook, example: &Example, found: Found) -> Option<String> {
    match found {
        Found::Outcome(outcome) => {
            let measured = &book.measurements[example.measurement()?.index()];
            let words = outcome_words(&book.measures[measured.measure.index()], outcome.into());
            Some(format!("\"{words}\""))
        }
        Found::Doses(doses, pounds) => {
            let Case::Fee(case) = &example.case else { return None };
            let doses = case.doses.map(|_| Some(format!("doses = {doses}")));
            let pounds = case.pounds.map(|_| Some(format!("pounds = \"{}\"", pounds?.ok()?)));
            let asked: Option<Vec<String>> = doses.into_iter().chain(pounds).collect();
            asked.map(|asked| format!("{{ {} }}", asked.join(", ")))
        }
        Found::Earned(_) | Found::Standing(_) | Found::Accepted(_) => None,
    }
}

/// The rulebook's files but its examples, carried over.
fn files(
    library: &Library,
    book: &Rulebook,
    name: &BookName,
    next: &NextYear<'_>,
) -> Result<Vec<(String, String)>, CliError> {
    let inside = format!("{}/", book.name);
    let mut files = Vec::new();
    for (_, file) in library.sources().iter() {
        let Some(below) = file.path.strip_prefix(&inside).filter(|below| *below != examples::FILE) else { continue };
        let text = match below {
            _ if below.contains('/') => file.text.clone(),
            _ if below.ends_with(".rules") => next_year::rules(&file.text, next),
            _ => next_year::numbers(&file.text, next).map_err(|error| unreadable(&file.path, &error))?,
        };
        files.push((format!("{name}/{below}"), text));
    }
    Ok(files)
}

fn unreadable(path: &str, error: &str) -> CliError {
    CliError::usage(format!("{path} cannot be carried over: {error}"))
}

fn laid_out(path: &str, text: &str) -> Option<String> {
    let lay_out = if path.ends_with(".rules") { layout::rules } else { layout::toml };
    lay_out(FileId(0), text).ok()
}
