//! What is not known, in words: each gap is named once, with the years and practices that it concerns.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

pub use crate::report::figured::{ANY_PRACTICE, Figured, gap_words};
use crate::report::payments::PaymentRow;
use crate::report::rows::MeasureRow;
use crate::report::style::{counted, harmless, listed};

/// One thing that is not known, and whom it concerns.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NamedGap {
    /// The sentence.
    pub gap: String,
    /// The years that it concerns, as in the `year` column, in bytewise order.
    pub years: Vec<String>,
    /// The practices that it concerns, in bytewise order.
    pub practices: Vec<String>,
}

/// The gaps of measure rows and payment rows, each once, in bytewise order of their sentences.
pub fn named<'a>(rows: &'a [MeasureRow], payments: impl IntoIterator<Item = &'a PaymentRow>) -> Vec<NamedGap> {
    let of_measures = rows.iter().map(|row| (&row.year, &row.practice_code, [&row.points, &row.pounds]));
    let of_payments =
        payments.into_iter().map(|row| (&row.key.year, &row.key.practice_code, [&row.points, &row.pounds]));
    let rows = of_measures.chain(of_payments);
    of_figures(
        rows.flat_map(|(year, practice, figures)| figures.map(|figure| (year.as_str(), practice.as_str(), figure))),
    )
}

/// The gaps among figures, each with its year and practice; each once, in bytewise order of their sentences.
pub fn of_figures<'a>(figures: impl IntoIterator<Item = (&'a str, &'a str, &'a Figured)>) -> Vec<NamedGap> {
    let mut by_sentence: BTreeMap<&str, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for (year, practice_code, figure) in figures {
        if let Figured::Gap(gap) = figure {
            let (years, practices) = by_sentence.entry(gap).or_default();
            years.insert(year);
            practices.insert(practice_code);
        }
    }
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    let gap = |(gap, (years, practices)): (&str, _)| NamedGap {
        gap: gap.to_owned(),
        years: owned(years),
        practices: owned(practices),
    };
    by_sentence.into_iter().map(gap).collect()
}

/// How many practices a line of [`summary`] names.
const PRACTICES_NAMED: usize = 3;

/// The gaps for people, a line each under a heading, for standard error; empty if there are none.
pub fn summary(gaps: &[NamedGap]) -> String {
    if gaps.is_empty() {
        return String::new();
    }
    let mut text = format!("not known ({}):\n", counted(gaps.len() as u64, "gap"));
    for gap in gaps {
        let _ = writeln!(
            text,
            "  {} ({}; {})",
            harmless(&gap.gap),
            harmless(&listed(&gap.years)),
            harmless(&practices(gap))
        );
    }
    text
}

fn practices(gap: &NamedGap) -> String {
    if gap.practices.len() <= PRACTICES_NAMED + 1 {
        return listed(&gap.practices);
    }
    let (first, rest) = gap.practices.split_at(PRACTICES_NAMED);
    format!("{} and {} more", first.join(", "), rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::pay::Gap;
    use crate::ground::Amount;
    use crate::model::Rulebook;
    use crate::model::book::MeasureId;
    use crate::model::book::{FigureId, MeasurementId};
    use crate::report::rows::tests::{book, row};

    fn figure(book: &Rulebook, name: &str) -> FigureId {
        let at = book.figures.iter().position(|figure| figure.name == name).unwrap();
        FigureId(u32::try_from(at).unwrap())
    }

    #[test]
    fn each_gap_names_what_is_missing() {
        let book = book();
        let one = MeasurementId(0);
        let words = |gap| gap_words(gap, &book, "A81001");
        assert_eq!(words(Gap::ListSize), "the list size of A81001 is not known");
        assert_eq!(
            words(Gap::Unset(figure(&book, "rate"))),
            "the rulebook toy/2030-31 leaves `rate` unset: the commissioner sets it"
        );
        assert_eq!(
            words(Gap::Absent(figure(&book, "floor"))),
            "the rulebook toy/2030-31 has no `floor` of T1: T1 pays from the first child"
        );
        assert_eq!(words(Gap::NotCounted(one)), "nobody of A81001 was counted for T1");
        assert_eq!(
            words(Gap::NoDenominator(one)),
            "nobody of A81001 is in the denominator of T1, so there is no achievement"
        );
        assert_eq!(words(Gap::NoBaseline(one)), "the baseline of A81001 for T1 is not known");
        assert_eq!(words(Gap::Doses), "the doses of A81001 are not known");
        assert_eq!(words(Gap::DividedByZero), "a formula of the rulebook toy/2030-31 divides by zero for A81001");
        assert_eq!(
            words(Gap::TooLarge),
            "a formula of the rulebook toy/2030-31 gives A81001 a number too large to be held exactly"
        );
        assert_eq!(book.figures[figure(&book, "floor").index()].owner, Some(MeasureId(0)));
    }

    #[test]
    fn a_gap_is_named_once_with_its_years_and_practices() {
        let book = book();
        let missing = Figured::of(Some(Err(Gap::ListSize)), &book);
        let rows = [
            MeasureRow { pounds: missing.clone(), ..row("2031-32", "B", "T1") },
            MeasureRow { pounds: missing.clone(), ..row("2030-31", "B", "T1") },
            MeasureRow { pounds: missing, ..row("2030-31", "A", "T1") },
            row("2030-31", "C", "T1"),
        ];
        let gaps = named(&rows, &[]);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].gap, "the list size of the practice is not known");
        assert_eq!(gaps[0].years, ["2030-31", "2031-32"]);
        assert_eq!(gaps[0].practices, ["A", "B"]);
        assert_eq!(
            summary(&gaps),
            "not known (1 gap):\n  the list size of the practice is not known (2030-31 and 2031-32; A and B)\n"
        );
        assert_eq!(summary(&[]), "");
    }

    #[test]
    fn many_practices_are_counted_rather_than_named() {
        let practices = (0..9).map(|at| format!("P{at}")).collect();
        let gap = NamedGap { gap: "it is not known".to_owned(), years: vec!["2030-31".to_owned()], practices };
        assert!(summary(&[gap]).ends_with("(2030-31; P0, P1, P2 and 6 more)\n"));
    }

    #[test]
    fn what_is_known_stays_exact_and_what_no_payment_gives_is_none() {
        let third = Amount::ratio(1, 3).unwrap();
        assert_eq!(Figured::of(Some(Ok(third)), &book()).known(), Some(third));
        assert_eq!(Figured::of(None, &book()), Figured::None);
    }
}
