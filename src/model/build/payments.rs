//! Payments and fees, resolved for each thing that they are paid for.

use crate::ground::Diagnostic;
use crate::model::book::{Fee, FeeId, MeasureKind, MeasurementId, Payment, PaymentId};
use crate::model::build::Builder;
use crate::model::build::contract::kind_word;
use crate::model::build::formulas::Subject;
use crate::model::build::names::suggest;
use crate::model::formula::{Program, ProgramOf};
use crate::syntax::tree::{self, Scope, Word};

impl Builder<'_> {
    pub(super) fn payment(&mut self, payment: &tree::Payment) {
        self.refuse_same_name(&payment.name);
        let (notes, _) = self.notes(&payment.notes);
        let id = PaymentId(u32::try_from(self.parts.payments.len()).unwrap_or(u32::MAX));
        self.parts.payments.push(Payment {
            name: payment.name.text.clone(),
            title: payment.title.text.clone(),
            waivable: payment.waivable,
            from_counts: payment.from_counts,
            notes,
            span: payment.name.span,
        });
        for (measurement, quarter) in self.paid_for(payment) {
            let subject = Subject {
                measurement,
                quarter,
                has_doses: false,
                lines: Vec::new(),
                parts: Vec::new(),
                unclear: Vec::new(),
            };
            self.program(ProgramOf::Payment(id), subject, &payment.lines, &payment.name);
        }
    }

    pub(super) fn fee(&mut self, fee: &tree::Fee) {
        self.refuse_same_name(&fee.name);
        let (notes, _) = self.notes(&fee.notes);
        let clusters = self.codes.set(&fee.clusters, &mut self.faults);
        let window = self.window(&fee.window);
        let id = FeeId(u32::try_from(self.parts.fees.len()).unwrap_or(u32::MAX));
        let title = fee.title.text.clone();
        self.parts.fees.push(Fee { name: fee.name.text.clone(), title, clusters, window, notes, span: fee.name.span });
        let subject = Subject {
            measurement: None,
            quarter: None,
            has_doses: true,
            lines: Vec::new(),
            parts: Vec::new(),
            unclear: Vec::new(),
        };
        self.program(ProgramOf::Fee(id), subject, &fee.lines, &fee.name);
    }

    fn refuse_same_name(&mut self, name: &Word) {
        let payments = self.parts.payments.iter().map(|payment| (&payment.name, payment.span));
        let fees = self.parts.fees.iter().map(|fee| (&fee.name, fee.span));
        if let Some((_, first)) = payments.chain(fees).find(|(known, _)| **known == name.text) {
            let message = format!("`{}` is defined twice", name.text);
            self.faults.push(Diagnostic::error("E203", name.span, message).also(first, "first here"));
        }
    }

    /// What a payment is made for, once each.
    fn paid_for(&mut self, payment: &tree::Payment) -> Vec<(Option<MeasurementId>, Option<u8>)> {
        let (wanted, only) = match &payment.scope {
            Scope::Practice => return vec![(None, None)],
            Scope::Quarter => return (1..=4).map(|quarter| (None, Some(quarter))).collect(),
            Scope::Each(wanted, only) => (*wanted, only),
        };
        let all_are_right = self.check_only(wanted, only);
        let measures = &self.parts.measures;
        let is_paid = |measurement: &crate::model::book::Measurement| {
            let measure = &measures[measurement.measure.index()];
            measure.kind == wanted && (only.is_empty() || only.iter().any(|code| code.text == measure.code))
        };
        let measurements = self.parts.measurements.iter().zip(0..);
        let paid: Vec<_> = measurements
            .filter(|(measurement, _)| is_paid(measurement))
            .map(|(measurement, at)| (Some(MeasurementId(at)), measurement.quarter))
            .collect();
        if paid.is_empty() && all_are_right {
            let message = format!("the rulebook has no {} to pay for", kind_word(wanted));
            self.faults.push(Diagnostic::error("E408", payment.scope_span, message));
        }
        paid
    }

    /// Whether each code that is named is one of those that are paid for.
    fn check_only(&mut self, wanted: MeasureKind, only: &[Word]) -> bool {
        let before = self.faults.len();
        for code in only {
            let measures = &self.parts.measures;
            let fault = match measures.iter().find(|measure| measure.code == code.text) {
                Some(measure) if measure.kind == wanted => continue,
                Some(measure) => {
                    let (kind, wanted) = (kind_word(measure.kind), kind_word(wanted));
                    let message = format!("`{}` is {}, and this is paid for each {wanted}", code.text, a_or_an(kind));
                    Diagnostic::error("E206", code.span, message)
                        .also(measure.span, "defined here")
                        .help(format!("write `for each {kind} only …`, or leave it out"))
                }
                None => {
                    let message = format!("there is no indicator or course `{}`", code.text);
                    let fault = Diagnostic::error("E202", code.span, message);
                    let known = measures.iter().map(|measure| measure.code.as_str());
                    suggest(fault, &code.text, code.span, known, |fault| fault)
                }
            };
            self.faults.push(fault);
        }
        self.faults.len() == before
    }

    fn program(&mut self, of: ProgramOf, mut subject: Subject, lines: &[tree::Line], name: &Word) {
        for line in lines {
            if subject.lines.iter().any(|known| known.name == line.name.text) {
                let message = format!("a second line `{}`", line.name.text);
                self.faults.push(Diagnostic::error("E203", line.name.span, message));
            }
            self.line(line, &mut subject);
        }
        if !subject.lines.iter().any(|line| line.name == "points" || line.name == "pounds") {
            let message = format!("`{}` gives neither `points` nor `pounds`", name.text);
            let help = "a payment's result is the line named `points` or `pounds`";
            self.faults.push(Diagnostic::error("E409", name.span, message).help(help));
        }
        let Subject { measurement, quarter, lines, .. } = subject;
        self.parts.programs.push(Program { of, measurement, quarter, lines });
    }
}

fn a_or_an(word: &str) -> String {
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}
