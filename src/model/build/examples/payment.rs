//! Examples of one practice's counts of several indicators, and what they earn by one payment.

use super::{Reader, did_you_mean};
use crate::ground::{Diagnostic, Span};
use crate::model::book::MeasurementId;
use crate::model::build::fields::Fields;
use crate::model::examples::PaymentCase;
use crate::model::formula::{Program, ProgramOf};
use crate::syntax::toml_tree::Table;

impl<'a> Reader<'a> {
    pub(super) fn payment_case(&mut self, fields: &mut Fields<'a>) -> Option<PaymentCase> {
        let program = self.payment(fields);
        let counts = fields.table("counts");
        let counts = fields.required("counts", counts, "write { CODE = { numerator = 19, denominator = 20 } }");
        let quarter = program.and_then(|program| self.book.programs[program].quarter);
        let counts = counts.map(|(table, _)| self.counted(table, quarter));
        let list_size = fields.whole("list_size").map(|(patients, _)| patients.into());
        let figures = self.set_figures(fields, None);
        let earned = self.earned(fields);
        let (points, pounds) = earned?;
        Some(PaymentCase { program: program?, counts: counts?, list_size, figures, points, pounds })
    }

    /// The program of the payment, in its quarter.
    fn payment(&mut self, fields: &mut Fields<'a>) -> Option<usize> {
        let named = fields.text("payment");
        let quarter = fields.whole("quarter");
        let (name, span) = fields.required("payment", named, "write the payment's name")?;
        let book = self.book;
        let is_of = |program: &Program, name: &str| match program.of {
            ProgramOf::Payment(id) => book.payments[id.index()].name == name,
            ProgramOf::Fee(_) => false,
        };
        let ours = || book.programs.iter().enumerate().filter(|(_, program)| is_of(program, name));
        let whole = || ours().filter(|(_, program)| program.measurement.is_none());
        if ours().next().is_none() {
            let fault = Diagnostic::error("E506", span, format!("there is no payment `{name}` in {}", book.name));
            let known = book.payments.iter().map(|payment| payment.name.as_str());
            self.faults.push(did_you_mean(fault, name, span, known, "the rulebook has"));
            return None;
        }
        if whole().next().is_none() {
            let message = format!("`{name}` is paid for each indicator or course");
            let help = "write `indicator = \"CODE\"` in the place of `payment`, and its counts alone";
            self.fault("E506", span, message, help);
            return None;
        }
        let asked = quarter.map(|(quarter, _)| quarter);
        let found = whole().find(|(_, program)| program.quarter.map(u32::from) == asked).map(|(at, _)| at);
        if found.is_none() {
            let place = quarter.map_or(span, |(_, span)| span);
            self.wrong_quarter(name, place, whole().any(|(_, program)| program.quarter.is_some()));
        }
        found
    }

    fn wrong_quarter(&mut self, name: &str, place: Span, has_quarters: bool) {
        let (message, help) = if has_quarters {
            (format!("`{name}` is paid for each quarter"), "write `quarter`, one of 1, 2, 3, 4")
        } else {
            (format!("`{name}` is not paid for each quarter"), "leave `quarter` out")
        };
        self.fault("E512", place, message, help);
    }

    /// `{ T5_BOOSTER = { numerator = 19, denominator = 20 } }`, measured in the quarter where that is asked for.
    fn counted(&mut self, table: &'a Table, quarter: Option<u8>) -> Vec<(MeasurementId, (u64, u64))> {
        let book = self.book;
        let mut counts = Vec::new();
        for entry in &table.entries {
            let measure = book.measure(&entry.key);
            let numbered = || (0..).zip(&book.measurements).filter(|(_, it)| Some(it.measure) == measure);
            let of_quarter = numbered().find(|(_, it)| it.quarter == quarter).or_else(|| numbered().next());
            let Some((at, _)) = of_quarter else {
                let message = format!("there is no indicator `{}` in {}", entry.key, book.name);
                let fault = Diagnostic::error("E506", entry.key_span, message);
                let known = book.measures.iter().map(|measure| measure.code.as_str());
                self.faults.push(did_you_mean(fault, &entry.key, entry.key_span, known, "the rulebook has"));
                continue;
            };
            let ratio = self.ratio_of(&entry.key, &entry.value, entry.span);
            counts.extend(ratio.map(|ratio| (MeasurementId(at), ratio)));
        }
        counts
    }
}
