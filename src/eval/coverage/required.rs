//! What is required of figures: that some are accepted and others refused, and how they lie to one another.

use std::cmp::Ordering;

use crate::eval::coverage::{Boundary, Covered, Side, Sides, Touched};
use crate::ground::Span;
use crate::model::Rulebook;
use crate::model::book::Figure;
use crate::model::part::Part;

/// The requirements of a rulebook, those of one text together, as far as examples touched them.
pub(super) struct Required<'b> {
    book: &'b Rulebook,
    all: Vec<OneOf>,
}

struct OneOf {
    part: Part,
    says: String,
    place: Span,
    is_true: bool,
    is_false: bool,
    comparisons: Vec<Sides>,
}

impl<'b> Required<'b> {
    pub(super) fn of(book: &'b Rulebook) -> Required<'b> {
        let mut all: Vec<OneOf> = Vec::new();
        for (at, requirement) in book.requirements.iter().enumerate() {
            let Some(figure) = requirement.figures.first() else { continue };
            if all.iter().any(|known| known.says == requirement.says) {
                continue;
            }
            all.push(OneOf {
                part: Part::Requirement(at),
                says: requirement.says.clone(),
                place: book.figures[figure.index()].span,
                is_true: false,
                is_false: false,
                comparisons: vec![Sides::default(); requirement.compared(&book.figures).len()],
            });
        }
        Required { book, all }
    }

    /// Looks whether they hold of figures.
    pub(super) fn look(&mut self, figures: &[Figure]) {
        for requirement in &self.book.requirements {
            let Some(known) = self.all.iter_mut().find(|known| known.says == requirement.says) else { continue };
            match requirement.holds(figures) {
                Some(true) => known.is_true = true,
                Some(false) => known.is_false = true,
                None => {}
            }
            for (sides, lies) in known.comparisons.iter_mut().zip(requirement.compared(figures)) {
                match lies {
                    Some(Ordering::Less) => sides.below = true,
                    Some(Ordering::Equal) => sides.on = true,
                    Some(Ordering::Greater) => sides.above = true,
                    None => {}
                }
            }
        }
    }

    pub(super) fn touched(self) -> (Vec<Touched<Covered>>, Vec<Touched<Boundary>>) {
        let (mut clauses, mut boundaries) = (Vec::new(), Vec::new());
        for known in self.all {
            clauses.push(Touched {
                what: Covered::Requirement(known.part.clone()),
                place: known.place,
                sides: vec![(Side::True, known.is_true), (Side::False, known.is_false)],
            });
            boundaries.extend(known.comparisons.into_iter().enumerate().map(|(at, sides)| Touched {
                what: Boundary::Required { part: known.part.clone(), at },
                place: known.place,
                sides: sides.of(true, true),
            }));
        }
        (clauses, boundaries)
    }
}
