//! Examples of one patient's doses, and those that earn a fee.

use super::{Reader, did_you_mean};
use crate::ground::Diagnostic;
use crate::model::book::FeeId;
use crate::model::build::fields::Fields;
use crate::model::examples::FeeCase;
use crate::model::shape;

const FORM_OF_DOSES: &str = "write { doses = 2, pounds = \"20.12\" }, or one of the two";

impl<'a> Reader<'a> {
    pub(super) fn fee_case(&mut self, fields: &mut Fields<'a>) -> Option<FeeCase> {
        let fee = self.fee(fields);
        let person = self.person(fields);
        let (events, in_turn) = self.events(fields);
        let expect = fields.table("expect");
        let (table, span) = fields.required("expect", expect, FORM_OF_DOSES)?;
        let mut inner = Fields::of(&shape::DOSES, table, span, "`expect`");
        let doses = inner.whole("doses").map(|(doses, _)| doses.into());
        let pounds = self.amount(&mut inner, "pounds");
        if table.entries.is_empty() {
            self.fault("E501", span, "`expect` expects nothing", FORM_OF_DOSES);
        }
        self.end(inner);
        Some(FeeCase { fee: fee?, person: person?, events, in_turn, doses, pounds })
    }

    fn fee(&mut self, fields: &mut Fields<'a>) -> Option<FeeId> {
        let named = fields.text("fee");
        let (name, span) = fields.required("fee", named, "write the fee's name")?;
        let book = self.book;
        let found = (0..).zip(&book.fees).find(|(_, fee)| fee.name == name).map(|(at, _)| FeeId(at));
        if found.is_none() {
            let fault = Diagnostic::error("E506", span, format!("there is no fee `{name}` in {}", book.name));
            let known = book.fees.iter().map(|fee| fee.name.as_str());
            self.faults.push(did_you_mean(fault, name, span, known, "the rulebook has"));
        }
        found
    }
}
