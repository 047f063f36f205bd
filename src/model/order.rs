//! What a rulebook requires of its figures, asked of figures that a run has set.

use crate::model::Rulebook;
use crate::model::book::{Figure, FigureValue};

impl Rulebook {
    /// The first thing that the rulebook requires of its figures and that does not hold of these, as a sentence.
    pub fn broken_requirement(&self, figures: &[Figure]) -> Option<String> {
        let amount = |id: crate::model::ids::FigureId| match figures.get(id.index())?.value {
            FigureValue::Is(amount) => Some(amount),
            FigureValue::IsDate(_) | FigureValue::Unset(_) | FigureValue::Absent(_) => None,
        };
        let broken =
            self.requirements.iter().find(|requirement| requirement.test.of_figures(&amount) == Some(false))?;
        let code = broken.owner.map_or(String::new(), |owner| format!("{} of ", self.measures[owner.index()].code));
        let said = broken.figures.iter().filter_map(|id| {
            let name = &figures.get(id.index())?.name;
            Some(format!("`{name}` would be {}", amount(*id)?))
        });
        let said: Vec<String> = said.collect();
        Some(format!("{code}{} requires that {}: {}", self.name, broken.says, said.join(", ")))
    }
}
