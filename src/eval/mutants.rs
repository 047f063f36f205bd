//! Mutants tried: which readings of a rulebook no worked example notices.

use rayon::prelude::*;

use crate::eval::examples::{Bench, Found, Standing};
use crate::eval::judge::Outcome;
use crate::model::Rulebook;
use crate::model::book::Measure;
use crate::model::examples::{Case, Example};
use crate::model::formula::ProgramOf;
use crate::model::mutants::{Mutant, Rewrite, mutants};
use crate::model::pathway::StateId;

/// What came of trying a rulebook's mutants.
#[derive(Clone, Debug)]
pub struct Tried {
    /// How many there are.
    pub mutants: usize,
    /// Those that no example notices, in the order of the rulebook's parts.
    pub unnoticed: Vec<Mutant>,
}

/// Tries every mutant of a rulebook on the examples that it concerns, until the first that notices. Examples that fail
/// as the rulebook stands notice nothing.
pub fn tried(book: &Rulebook, examples: &[Example]) -> Tried {
    let mut bench = Bench::new(book);
    let examples: Vec<&Example> =
        examples.iter().filter(|example| bench.try_out(example).is_expected(example, book)).collect();
    let all = mutants(book);
    let (mutants, noticed): (usize, Vec<bool>) =
        (all.len(), all.par_iter().map(|mutant| is_noticed(book, mutant, &examples)).collect());
    let unnoticed = all.into_iter().zip(noticed).filter(|(_, noticed)| !noticed).map(|(mutant, _)| mutant).collect();
    Tried { mutants, unnoticed }
}

fn is_noticed(book: &Rulebook, mutant: &Mutant, examples: &[&Example]) -> bool {
    let changed = mutant.of(book);
    // What a rulebook requires of its figures is looked at before anything else.
    if let Rewrite::Figure { .. } = mutant.rewrite
        && changed.broken_requirement(&changed.figures).is_some()
    {
        return true;
    }
    let mut bench = None;
    examples.iter().filter(|example| concerns(book, mutant, example)).any(|example| {
        let bench = bench.get_or_insert_with(|| Bench::new(&changed));
        let found = in_numbers_of(book, &changed, example, bench.try_out(example));
        !found.is_expected(example, book)
    })
}

/// True if the result of an example may be changed by a mutant.
fn concerns(book: &Rulebook, mutant: &Mutant, example: &Example) -> bool {
    match &example.case {
        Case::Patient(case) => {
            let measured = &book.measurements[case.measurement.index()];
            mutant.concerns.measures.contains(&measured.measure)
        }
        Case::Counts(case) => {
            let programs = mutant.concerns.programs.iter();
            programs.map(|at| &book.programs[*at]).any(|program| program.measurement == Some(case.measurement))
        }
        Case::Fee(case) => {
            let is_its = |at: &usize| book.programs[*at].of == ProgramOf::Fee(case.fee);
            mutant.concerns.fees.contains(&case.fee) || mutant.concerns.programs.iter().any(is_its)
        }
        Case::Payment(case) => mutant.concerns.programs.contains(&case.program),
        Case::Figures(_) => mutant.concerns.requirements,
        Case::Child(_) => mutant.concerns.pathway,
    }
}

/// What was found with the changed rulebook, its reasons numbered as the rulebook itself has them.
fn in_numbers_of(book: &Rulebook, changed: &Rulebook, example: &Example, found: Found) -> Found {
    match (&example.case, found) {
        (Case::Patient(case), Found::Outcome(Some(outcome))) => {
            let measure = book.measurements[case.measurement.index()].measure.index();
            Found::Outcome(Some(renumbered(&book.measures[measure], &changed.measures[measure], outcome)))
        }
        (Case::Child(_), Found::Standing(Some(standing))) => {
            let name = |book: &'_ Rulebook, state: StateId| {
                book.pathway.as_ref().map(|pathway| pathway.states[state.index()].name.clone())
            };
            let named = name(changed, standing.state);
            let places = (0..).map(StateId).take(book.pathway.as_ref().map_or(0, |pathway| pathway.states.len()));
            let state = places.into_iter().find(|state| name(book, *state) == named).unwrap_or(standing.state);
            Found::Standing(Some(Standing { state, ..standing }))
        }
        (_, other) => other,
    }
}

fn renumbered(old: &Measure, new: &Measure, outcome: Outcome) -> Outcome {
    let Some(reason) = outcome.reason(new) else { return outcome };
    let place = |reasons: &[crate::model::book::Reason]| {
        let at = reasons.iter().position(|known| known.code == reason.code);
        at.and_then(|at| u16::try_from(at).ok())
    };
    match outcome {
        Outcome::Excepted(_) => place(&old.excepts).map_or(outcome, Outcome::Excepted),
        Outcome::Excluded(_) => place(&old.excludes).map_or(outcome, Outcome::Excluded),
        Outcome::Achieved | Outcome::NotAchieved => outcome,
    }
}
