//! What a rulebook requires of its figures, asked of figures that a run has set.

use std::cmp::Ordering;

use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureId, FigureValue, Requirement};
use crate::model::formula::Formula;

impl Requirement {
    /// Whether it holds of figures; None where one that it reads is not a known number.
    pub fn holds(&self, figures: &[Figure]) -> Option<bool> {
        self.test.of_figures(&|id| amount(figures, id))
    }

    /// How the two sides of each of its comparisons lie, in the order written; None where one is not known.
    pub fn compared(&self, figures: &[Figure]) -> Vec<Option<Ordering>> {
        let value = |formula: &Formula| formula.of_figures(&|id| amount(figures, id));
        let compare = |(left, right): (&Formula, &Formula)| Some(value(left)?.cmp(&value(right)?));
        self.test.comparisons().into_iter().map(compare).collect()
    }
}

fn amount(figures: &[Figure], id: FigureId) -> Option<Amount> {
    match figures.get(id.index())?.value {
        FigureValue::Is(amount) => Some(amount),
        FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
    }
}

impl Rulebook {
    /// The first thing that the rulebook requires of its figures and that does not hold of these, as a sentence.
    pub fn broken_requirement(&self, figures: &[Figure]) -> Option<String> {
        let amount = |id: FigureId| amount(figures, id);
        let broken = self.requirements.iter().find(|requirement| requirement.holds(figures) == Some(false))?;
        let code = broken.owner.map_or(String::new(), |owner| format!("{} of ", self.measures[owner.index()].code));
        let said = broken.figures.iter().filter_map(|id| {
            let name = &figures.get(id.index())?.name;
            Some(format!("`{name}` would be {}", amount(*id)?))
        });
        let said: Vec<String> = said.collect();
        Some(format!("{code}{} requires that {}: {}", self.name, broken.says, said.join(", ")))
    }
}
