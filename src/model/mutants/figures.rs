//! Figures read otherwise: one more and one less, and a penny of pounds.

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureId, FigureValue};
use crate::model::formula::Operand;
use crate::model::mutants::apply::Change;
use crate::model::mutants::{Concerns, Mutant, Part, Rewrite};

pub(super) fn mutants(book: &Rulebook) -> Vec<Mutant> {
    let mut all = Vec::new();
    for (figure, at) in book.figures.iter().zip(0..) {
        let FigureValue::Is(was) = figure.value else { continue };
        let id = FigureId(at);
        let reads = |operand: Operand| operand == Operand::Figure(id);
        let programs = book.programs.iter().enumerate().filter(|(_, program)| program.reads(&reads));
        let programs: Vec<usize> = programs.map(|(at, _)| at).collect();
        // A figure that no formula reads stands in a condition, where the number itself is misread.
        if programs.is_empty() {
            continue;
        }
        for becomes in others(figure, was) {
            all.push(Mutant {
                part: Part::Figure(id),
                within: None,
                place: figure.span,
                rewrite: Rewrite::Figure { was, becomes },
                concerns: Concerns { programs: programs.clone(), ..Concerns::default() },
                edit: Change::Figure(id, becomes).into(),
            });
        }
    }
    all
}

/// The amount one less and one more, as far as the figure can be it.
fn others(figure: &Figure, was: Amount) -> Vec<Amount> {
    let step = if figure.unit_word.starts_with('£') { Amount::ratio(1, 100) } else { Some(Amount::ONE) };
    let Some(step) = step else { return Vec::new() };
    let (less, more) = (was.minus(step), was.plus(step));
    let is_share = figure.unit_word == "%";
    let can_be = |amount: &Amount| !(amount.is_negative() || is_share && *amount > Amount::from(100_u32));
    [less, more].into_iter().flatten().filter(can_be).collect()
}
