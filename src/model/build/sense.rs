//! Whether what is well formed also makes sense: figures that can be, clauses that somebody can meet, nothing unused.

mod clauses;
mod figures;
mod formulas;
mod header;
mod logic;
mod missing;
mod requirements;
mod unused;

use crate::model::build::Builder;
use crate::syntax::tree::Block;

pub(super) use self::header::title_of_another_year;
pub(super) use self::missing::MissingFigure;

impl Builder<'_> {
    /// Everything that is odd in a rulebook whose files could be read.
    pub(super) fn check_sense(&mut self, blocks: &[&Block]) {
        self.check_figures();
        self.check_payment_lines(blocks);
        self.check_clauses();
        self.check_dues();
        self.check_related();
        self.check_requirements(blocks);
        self.check_unused();
    }
}
