//! Whether what is well formed also makes sense: thresholds in order, nothing unused.

use crate::ground::{Amount, Diagnostic};
use crate::model::build::Builder;
use crate::model::order::{IN_ORDER, are_in_order};

impl Builder<'_> {
    pub(super) fn check_sense(&mut self) {
        self.check_figures_in_order();
        self.check_percentages();
        self.check_dues();
        for (name, span) in self.names.unused_shared() {
            let message = format!("`{name}` is defined, and nothing uses it");
            self.faults.push(Diagnostic::warning("W402", span, message));
        }
        for words in self.contract.words.iter().filter(|words| !words.used) {
            let message = format!("no rule looks for the words `{}`", words.list.name);
            self.faults.push(Diagnostic::warning("W405", words.span, message));
        }
        let unused: Vec<_> = self.contract.unused_figures().map(|figure| (figure.name.clone(), figure.span)).collect();
        for (name, span) in unused {
            let message = format!("no rule reads the figure `{name}`");
            self.faults.push(Diagnostic::warning("W403", span, message));
        }
        for ((source, span), used) in
            self.contract.sources.iter().zip(&self.contract.source_spans).zip(&self.contract.sources_used)
        {
            if !used {
                let message = format!("nothing cites the source `{}`", source.id);
                self.faults.push(Diagnostic::warning("W404", *span, message));
            }
        }
    }

    fn check_figures_in_order(&mut self) {
        for measure in &self.parts.measures {
            for (low, high) in IN_ORDER {
                let (Some((low_amount, low_span)), Some((high_amount, high_span))) =
                    (self.contract.amount(low, &measure.code), self.contract.amount(high, &measure.code))
                else {
                    continue;
                };
                if !are_in_order(low, low_amount, high_amount) {
                    let message = format!("{}: `{low}` is {low_amount}, but `{high}` is {high_amount}", measure.code);
                    let fault = Diagnostic::error("E410", low_span, message).also(high_span, format!("`{high}`"));
                    self.faults.push(fault.help(format!("`{low}` must be below `{high}`")));
                }
            }
        }
    }

    fn check_percentages(&mut self) {
        let hundred = Amount::from(100_u32);
        for measure in &self.parts.measures {
            for name in ["lower_threshold", "upper_threshold"] {
                if let Some((amount, span)) = self.contract.amount(name, &measure.code)
                    && (amount.is_negative() || amount > hundred)
                {
                    let message = format!("{}: `{name}` is {amount} %", measure.code);
                    self.faults.push(Diagnostic::error("E411", span, message).help("a share lies between 0 and 100 %"));
                }
            }
        }
    }
}
