//! Remarks on clauses: sources and conflicts.

use crate::model::book::Notes;
use crate::model::build::Builder;
use crate::syntax::tree::Note;

impl Builder<'_> {
    /// Sources and conflicts of some remarks, and the contract's wording if it is among them.
    pub(super) fn notes(&mut self, notes: &[Note]) -> (Notes, Option<String>) {
        let mut resolved = Notes::default();
        let mut says = None;
        for note in notes {
            match note {
                Note::Source { id, status } => {
                    let source = self.contract.source(&id.text, id.span, &mut self.faults);
                    let status = self.contract.status(&status.text, status.span, &mut self.faults);
                    resolved.sources.extend(source.zip(status));
                }
                Note::Conflict(text) => resolved.conflicts.push(text.text.clone()),
                Note::Says(text) => says = Some(text.text.clone()),
            }
        }
        (resolved, says)
    }
}
