//! What is related to the doses that a measure counts, and how far off a date may be: resolved, and tied to what is
//! counted.

use crate::ground::Diagnostic;
use crate::model::book::{ClusterSet, Near, Related, Window};
use crate::model::build::Builder;
use crate::model::build::dues::NOTHING_MEANT;
use crate::model::reach::Reach;
use crate::syntax::tree;

impl Builder<'_> {
    pub(super) fn related(&mut self, related: &tree::Related) -> Related {
        let counted = self.codes.set(std::slice::from_ref(&related.counted), &mut self.faults);
        let mut records: Vec<ClusterSet> = Vec::new();
        for name in &related.records {
            let one = self.codes.set(std::slice::from_ref(name), &mut self.faults);
            if one.meets(counted) {
                let message = format!("`{}` is related to itself", name.text);
                let help = "name what is recorded instead of it; its own codes count already";
                self.faults.push(Diagnostic::error("E454", name.span, message).help(help));
            }
            match records.last_mut() {
                Some(any) if !related.together => *any = any.or(one),
                Some(_) | None => records.push(one),
            }
        }
        let window = related.window.as_ref().map_or_else(Window::default, |window| self.window(window));
        let (notes, says) = self.notes(&related.notes);
        Related { counted, records, window, says, notes, span: related.span }
    }

    pub(super) fn near_misses(&mut self, near: &tree::Near, slot: &mut Option<Near>) {
        let period = self.period(&near.period);
        let notes = self.notes(&near.notes).0;
        match slot {
            Some(first) => {
                let fault = Diagnostic::error("E308", near.span, "a second `near misses`");
                self.faults.push(fault.also(first.span, "first here"));
            }
            None => *slot = Some(Near { period, notes, span: near.span }),
        }
    }

    /// Nothing can have been a dose that nothing counts.
    pub(super) fn check_related(&mut self) {
        if self.faults.iter().any(|fault| NOTHING_MEANT.contains(&fault.code)) {
            return;
        }
        let reach = Reach { conditions: &self.parts.conditions, dates: &self.parts.dates };
        for measure in &self.parts.measures {
            let counted = reach.clusters_of_condition(measure.achieved.condition);
            for related in measure.related.iter().filter(|related| !counted.meets(related.counted)) {
                let names: Vec<&str> = related.counted.iter().map(|at| self.codes.name(at)).collect();
                let message =
                    format!("`{}` counts no {}, so nothing can be related to it", measure.code, names.join(""));
                let help = "`achieved` must count what the records may have been, under the same cluster's name";
                self.faults.push(Diagnostic::error("E453", related.span, message).help(help));
            }
        }
    }
}
