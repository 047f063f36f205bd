//! What is waived for whom: `--waive PRACTICE`, `--waive PAYMENT:PRACTICE`.

use std::collections::BTreeSet;

use crate::cli::CliError;
use crate::cli::facts::{KnownPractices, PracticeArguments};
use crate::model::Rulebook;
use crate::model::book::PaymentId;
use crate::model::library::nearest;

/// One `--waive`, read.
struct Waiver<'a> {
    /// The payment; every one that may be waived where none is named.
    payment: Option<&'a str>,
    practice: &'a str,
}

fn read(text: &str) -> Waiver<'_> {
    match text.split_once(':') {
        Some((payment, practice)) => Waiver { payment: Some(payment.trim()), practice: practice.trim() },
        None => Waiver { payment: None, practice: text.trim() },
    }
}

impl PracticeArguments {
    /// Refuses a waiver of a payment that there is not, or that may not be waived.
    pub(super) fn check_waivers(&self, books: &[Rulebook]) -> Result<(), CliError> {
        let names = waivable(books);
        for payment in self.waive.iter().filter_map(|waiver| read(waiver).payment) {
            if !names.contains(payment) {
                let message = format!("there is no payment `{payment}` that may be waived in these years");
                let names: Vec<&str> = names.into_iter().collect();
                let help = match names.is_empty() {
                    true => "nothing may be waived in these years".to_owned(),
                    false => format!("those that may be: {}", names.join(", ")),
                };
                return Err(CliError::usage(message).help(help));
            }
        }
        Ok(())
    }

    /// Refuses a waiver for a practice of which no table says anything: the payment that somebody meant to waive would be
    /// charged. The codes are those of whoever was counted; the practices file and the baselines have others.
    pub(in crate::cli) fn check_waived<'a>(
        &self,
        books: &[Rulebook],
        known: &'a KnownPractices,
        counted: impl IntoIterator<Item = &'a str>,
    ) -> Result<(), CliError> {
        if self.waive.is_empty() {
            return Ok(());
        }
        let mut codes: BTreeSet<&str> = counted.into_iter().collect();
        codes.extend(known.practices.list.iter().map(|practice| practice.code.as_str()));
        codes.extend(known.baselines.practices());
        let unknown = self.waive.iter().map(|waiver| read(waiver).practice).find(|code| !codes.contains(code));
        match unknown {
            Some(code) => Err(unknown_practice(code, &waivable(books), &codes)),
            None => Ok(()),
        }
    }

    /// The payments that are waived for a practice.
    pub(super) fn waived(&self, book: &Rulebook, practice_code: &str) -> Vec<PaymentId> {
        let waivers: Vec<Waiver<'_>> =
            self.waive.iter().map(|waiver| read(waiver)).filter(|waiver| waiver.practice == practice_code).collect();
        let is_waived = |name: &str| waivers.iter().any(|waiver| waiver.payment.is_none_or(|payment| payment == name));
        let payments = book.payments.iter().zip((0..).map(PaymentId));
        payments.filter(|(payment, _)| payment.waivable && is_waived(&payment.name)).map(|(_, id)| id).collect()
    }
}

/// The names of the payments that may be waived.
fn waivable(books: &[Rulebook]) -> BTreeSet<&str> {
    let payments = books.iter().flat_map(|book| &book.payments).filter(|payment| payment.waivable);
    payments.map(|payment| payment.name.as_str()).collect()
}

fn unknown_practice(code: &str, payments: &BTreeSet<&str>, codes: &BTreeSet<&str>) -> CliError {
    if payments.contains(code) {
        let message = format!("`--waive {code}` names a payment, and not the practice for which it is waived");
        return CliError::usage(message).help(format!("write `--waive {code}:PRACTICE`"));
    }
    let error = CliError::usage(format!("there is no practice `{code}` in these tables, so nothing is waived for it"));
    error.help(match nearest(code, codes.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "name a practice_code as the tables write it, with `--waive PRACTICE` or `--waive PAYMENT:PRACTICE`"
            .to_owned(),
    })
}
