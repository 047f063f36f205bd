//! What is paid, read otherwise: the lines of every payment and fee, and what is required of figures.
//!
//! A payment for each indicator is one text, so it is read otherwise for all of them at once.

mod readings;

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{FigureId, FigureValue};
use crate::model::formula::{Case, Comparator, Formula, Operand, Program, ProgramOf, Test};
use crate::model::mutants::apply::Change;
use crate::model::mutants::{Concerns, Mutant, Part, Rewrite};

use self::readings::{of_formula, of_test, with_operand};

pub(super) fn mutants(book: &Rulebook) -> Vec<Mutant> {
    let mut done: Vec<ProgramOf> = Vec::new();
    let mut all = Vec::new();
    for program in &book.programs {
        if !done.contains(&program.of) {
            done.push(program.of);
            all.extend(of_programs(book, program.of));
        }
    }
    all.extend(of_requirements(book));
    all
}

/// The cases of a line, read otherwise.
struct Reading {
    line: usize,
    rewrite: Rewrite,
    cases: Vec<Case>,
    /// True if it can be seen to give the same whatever is counted.
    is_same: bool,
}

/// The readings of one payment or fee, each in all its programs.
fn of_programs(book: &Rulebook, of: ProgramOf) -> Vec<Mutant> {
    let numbered = book.programs.iter().enumerate().filter(|(_, program)| program.of == of);
    let (places, programs): (Vec<usize>, Vec<&Program>) = numbered.unzip();
    let mut by_program: Vec<Vec<Reading>> = programs.iter().map(|program| of_program(book, program)).collect();
    let readings = by_program.iter().map(Vec::len).min().unwrap_or(0);
    debug_assert!(by_program.iter().all(|each| each.len() == readings), "programs of one text are of one form");
    let place = match of {
        ProgramOf::Payment(id) => book.payments[id.index()].span,
        ProgramOf::Fee(id) => book.fees[id.index()].span,
    };
    let fees = match of {
        ProgramOf::Payment(_) => Vec::new(),
        ProgramOf::Fee(id) => vec![id],
    };
    let mut all = Vec::new();
    for at in (0..readings).rev() {
        let same: Vec<Reading> = by_program.iter_mut().map(|each| each.swap_remove(at)).collect();
        if same.iter().all(|reading| reading.is_same) {
            continue;
        }
        let Some(Reading { line, rewrite, .. }) = same.first() else { continue };
        let (line, rewrite) = (*line, rewrite.clone());
        let lines = places.iter().zip(same).map(|(program, reading)| (*program, reading.line, reading.cases));
        let change = Change::Lines(lines.collect());
        let concerns = Concerns { programs: places.clone(), fees: fees.clone(), ..Concerns::default() };
        let part = Part::Line { program: places[0], line };
        all.push(Mutant { part, within: None, place, rewrite, concerns, edit: change.into() });
    }
    all.reverse();
    all
}

fn of_program(book: &Rulebook, program: &Program) -> Vec<Reading> {
    let figures = Known { book };
    let mut all = Vec::new();
    for (at, line) in program.lines.iter().enumerate() {
        let mut push = |rewrite, cases, is_same| all.push(Reading { line: at, rewrite, cases, is_same });
        for (case, written) in line.cases.iter().enumerate() {
            let with = |read: Case| {
                let mut cases = line.cases.clone();
                cases[case] = read;
                cases
            };
            for (was, becomes, whole) in written.test.iter().flat_map(of_test) {
                let is_same = figures.is_same(&line.cases, case, &was, becomes.as_ref());
                let cases = with(Case { test: Some(whole), ..written.clone() });
                push(Rewrite::Test(was, becomes), cases, is_same);
            }
            for (was, becomes, whole) in of_formula(&written.formula) {
                let is_same = figures.adds_nothing(&was, &becomes);
                push(Rewrite::Formula(was, becomes), with(Case { formula: whole, ..written.clone() }), is_same);
            }
            if case + 1 < line.cases.len() {
                let mut cases = line.cases.clone();
                cases.remove(case);
                push(Rewrite::CaseDropped(written.clone()), cases, false);
            }
        }
    }
    all
}

/// The figures of a rulebook, as far as they are known numbers.
struct Known<'b> {
    book: &'b Rulebook,
}

impl Known<'_> {
    fn amount(&self, id: FigureId) -> Option<Amount> {
        match self.book.figures[id.index()].value {
            FigureValue::Is(amount) => Some(amount),
            FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
        }
    }

    fn value(&self, formula: &Formula) -> Option<Amount> {
        formula.of_figures(&|id| self.amount(id))
    }

    /// True if a formula reads a figure that there is none of: it gives nothing either way.
    fn asks_in_vain(&self, formula: &Formula) -> bool {
        match formula {
            Formula::Operand(Operand::Figure(id)) => {
                matches!(self.book.figures[id.index()].value, FigureValue::Absent(_))
            }
            _ => false,
        }
    }

    /// True if a comparison that is read otherwise where both sides are equal leads to a case with the same value there:
    /// a slope that starts at nothing is nothing on its first day and on its last all that there is.
    fn is_same(&self, cases: &[Case], at: usize, was: &Test, becomes: Option<&Test>) -> bool {
        let (Test::Compare(left, old, right), Some(Test::Compare(_, new, _))) = (was, becomes) else { return false };
        if cases[at].test.as_ref() != Some(was) || !is_toggled(*old, *new) {
            return false;
        }
        if self.asks_in_vain(right) || self.asks_in_vain(left) {
            return true;
        }
        let (Formula::Operand(operand), Some(value)) = (left, self.value(right)) else { return false };
        let here = |formula: &Formula| self.value(&with_operand(formula, *operand, value));
        for next in &cases[at + 1..] {
            let applies = match &next.test {
                None => Some(true),
                Some(Test::Compare(a, comparator, b)) => {
                    let (a, b) = (with_operand(a, *operand, value), with_operand(b, *operand, value));
                    Test::Compare(a, *comparator, b).of_figures(&|id| self.amount(id))
                }
                Some(_) => None,
            };
            match applies {
                Some(true) => {
                    let (this, that) = (here(&cases[at].formula), here(&next.formula));
                    return this.is_some() && this == that;
                }
                Some(false) => {}
                None => return false,
            }
        }
        false
    }

    /// True if nothing is added or taken away, nothing multiplied or divided, or nothing rounded.
    fn adds_nothing(&self, was: &Formula, becomes: &Formula) -> bool {
        match (was, becomes) {
            (Formula::Plus(_, right), Formula::Minus(..)) | (Formula::Minus(_, right), Formula::Plus(..)) => {
                self.value(right) == Some(Amount::ZERO)
            }
            (Formula::Times(_, right), Formula::Over(..)) | (Formula::Over(_, right), Formula::Times(..)) => {
                self.value(right) == Some(Amount::ONE)
            }
            // What is a whole number of pence already is not rounded.
            (Formula::Round(inner, step), read) if **inner == *read => self.is_multiple(inner, *step),
            (_, _) => false,
        }
    }

    /// True if a formula always gives a multiple of an amount.
    fn is_multiple(&self, formula: &Formula, step: Amount) -> bool {
        let is_one = |amount: Amount| amount.over(step).is_some_and(Amount::is_whole);
        match formula {
            Formula::Number(_) | Formula::Operand(Operand::Figure(_)) => self.value(formula).is_some_and(is_one),
            // Doses are counted; other counts may have been worked out from a percentage.
            Formula::Operand(Operand::Doses) => is_one(Amount::ONE),
            Formula::Operand(Operand::Count(..) | Operand::ListSize | Operand::Line(_)) => false,
            Formula::Plus(a, b) | Formula::Minus(a, b) => self.is_multiple(a, step) && self.is_multiple(b, step),
            Formula::Times(a, b) => {
                let both = |a, b| self.is_multiple(a, step) && self.is_multiple(b, Amount::ONE);
                both(a, b) || both(b, a)
            }
            Formula::Over(..) => false,
            Formula::Smallest(parts) | Formula::Largest(parts) => parts.iter().all(|part| self.is_multiple(part, step)),
            Formula::Round(_, to) => is_one(*to),
        }
    }
}

/// `<` and `<=`, `>` and `>=`: what differs where both sides are equal only.
fn is_toggled(old: Comparator, new: Comparator) -> bool {
    matches!(
        (old, new),
        (Comparator::Less, Comparator::LessOrEqual)
            | (Comparator::LessOrEqual, Comparator::Less)
            | (Comparator::Greater, Comparator::GreaterOrEqual)
            | (Comparator::GreaterOrEqual, Comparator::Greater)
    )
}

/// What is required of figures, read otherwise for all measures at once.
fn of_requirements(book: &Rulebook) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (at, requirement) in book.requirements.iter().enumerate() {
        let alike = |other: &crate::model::book::Requirement| other.says == requirement.says;
        if book.requirements[..at].iter().any(alike) {
            continue;
        }
        let places: Vec<usize> =
            book.requirements.iter().enumerate().filter(|(_, other)| alike(other)).map(|(at, _)| at).collect();
        let Some(figure) = requirement.figures.first() else { continue };
        let mut push = |rewrite, tests| {
            all.push(Mutant {
                part: Part::Requirement(at),
                within: None,
                place: book.figures[figure.index()].span,
                rewrite,
                concerns: Concerns { requirements: true, ..Concerns::default() },
                edit: Change::Requirements(tests).into(),
            });
        };
        push(Rewrite::RequirementDropped, places.iter().map(|at| (*at, None)).collect());
        let by_place: Vec<Vec<_>> = places.iter().map(|at| of_test(&book.requirements[*at].test)).collect();
        let readings = by_place.iter().map(Vec::len).min().unwrap_or(0);
        for reading in 0..readings {
            let (was, becomes, _) = by_place[0][reading].clone();
            let tests = places.iter().zip(&by_place).map(|(at, tests)| (*at, Some(tests[reading].2.clone())));
            push(Rewrite::Test(was, becomes), tests.collect());
        }
    }
    all
}
