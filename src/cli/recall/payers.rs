//! Which rulebooks pay the fees of doses that are still to be given.

use crate::eval::sight::{Asked, Lens};
use crate::eval::worth::reads;
use crate::ground::{ConceptId, Day};
use crate::model::book::{MeasureKind, MeasurementId};
use crate::model::formula::Program;
use crate::model::{Library, Rulebook};

/// The rulebooks asked for, and further years of their schemes.
pub(super) struct Payers<'b> {
    pub(super) books: Vec<&'b Rulebook>,
    pub(super) lenses: Vec<Lens<'b>>,
}

impl<'b> Payers<'b> {
    pub(super) fn new(books: &'b [Rulebook], further: &'b [Rulebook], codes: &[ConceptId]) -> Payers<'b> {
        let asked = Asked { fees: true, ..Asked::default() };
        let books: Vec<&Rulebook> = books.iter().chain(further).collect();
        let lenses = books.iter().map(|book| Lens::new(book, codes, asked)).collect();
        Payers { books, lenses }
    }
}

/// The other years of the schemes asked for, where a dose may be given in one of them: the indicator of one year counts
/// doses of several, and a dose that is too late is paid for in the year in which it is given.
pub(super) fn further(library: &Library, books: &[Rulebook], as_of: Day) -> Vec<Rulebook> {
    if books.iter().all(|book| book.start <= as_of && as_of <= book.end) {
        return Vec::new();
    }
    let is_ours = |scheme: &str| books.iter().any(|book| book.name.scheme == scheme);
    let names = library.names().into_iter();
    let others = names.filter(|name| is_ours(&name.scheme) && !books.iter().any(|book| book.name == *name));
    // A year with faults is none of those asked for; its fees are not known.
    others.filter_map(|name| library.check(&name).book).collect()
}

/// True if some payment reads an indicator and a course, so that courses must be counted for it to be known.
pub(super) fn need_courses(books: &[Rulebook]) -> bool {
    let of_kind = |book: &Rulebook, program: &Program, kind: MeasureKind| {
        let measurements = book.measurements.iter().zip(0..).map(|(measurement, at)| (measurement, MeasurementId(at)));
        let ours = measurements.filter(|(measurement, _)| book.measures[measurement.measure.index()].kind == kind);
        ours.into_iter().any(|(_, id)| reads(program, id))
    };
    let reads_both = |book: &Rulebook, program: &Program| {
        of_kind(book, program, MeasureKind::Indicator) && of_kind(book, program, MeasureKind::Course)
    };
    books.iter().any(|book| book.programs.iter().any(|program| reads_both(book, program)))
}
