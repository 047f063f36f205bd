//! Examples of figures alone, and whether the rulebook accepts them.

use super::Reader;
use crate::ground::Diagnostic;
use crate::model::book::MeasureId;
use crate::model::build::examples::did_you_mean;
use crate::model::build::fields::Fields;
use crate::model::examples::FiguresCase;

const FORMS_OF_VERDICT: &str = "write `accepted` or `refused`";

impl<'a> Reader<'a> {
    pub(super) fn figures_case(&mut self, fields: &mut Fields<'a>) -> Option<FiguresCase> {
        let owner = self.owner(fields);
        let set = fields.table("figures");
        let set = fields.required("figures", set, "write { lower_threshold = \"97\" }");
        let figures = set.map(|(table, _)| self.set_of(table, owner)).unwrap_or_default();
        let expect = fields.text("expect");
        let (words, span) = fields.required("expect", expect, FORMS_OF_VERDICT)?;
        let accepted = match words {
            "accepted" => true,
            "refused" => false,
            other => {
                let message = format!("`{other}` is not what becomes of figures");
                self.fault("E508", span, message, FORMS_OF_VERDICT);
                return None;
            }
        };
        Some(FiguresCase { owner, figures, accepted })
    }

    fn owner(&mut self, fields: &mut Fields<'a>) -> Option<MeasureId> {
        let (code, span) = fields.text("indicator")?;
        let book = self.book;
        let found = book.measure(code);
        if found.is_none() {
            let known = book.measures.iter().map(|measure| measure.code.as_str());
            let fault = Diagnostic::error("E506", span, format!("there is no indicator `{code}` in {}", book.name));
            self.faults.push(did_you_mean(fault, code, span, known, "the rulebook has"));
        }
        found
    }
}
