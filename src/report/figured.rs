//! A figure of a row: known, not known and why, or given by no payment.

use crate::eval::pay::Gap;
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{FigureId, FigureValue, MeasurementId};
use crate::report::disclosure::MARK;
use crate::report::table::Cell;

/// The practice of a sentence that holds for several.
pub const ANY_PRACTICE: &str = "the practice";

/// A figure of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Figured {
    /// It is known, exactly.
    Known(Amount),
    /// It is not known: the reason, a sentence without a full stop.
    Gap(String),
    /// No payment gives it.
    None,
    /// It is worked out from a count that is withheld from what is published.
    Withheld,
}

impl Figured {
    /// The figure of [`Earned`](crate::eval::pay::Earned). A gap's sentence speaks of [`ANY_PRACTICE`], so that
    /// [`named`](crate::report::gaps::named) can put practices together.
    pub fn of(figure: Option<Result<Amount, Gap>>, book: &Rulebook) -> Figured {
        match figure {
            Some(Ok(amount)) => Figured::Known(amount),
            Some(Err(gap)) => Figured::Gap(gap_words(gap, book, ANY_PRACTICE)),
            None => Figured::None,
        }
    }

    /// The amount, if it is known.
    pub fn known(&self) -> Option<Amount> {
        match self {
            Figured::Known(amount) => Some(*amount),
            Figured::Gap(_) | Figured::None | Figured::Withheld => None,
        }
    }

    /// The cell that shows it: empty where it is not known, marked where it is withheld.
    pub fn cell(&self) -> Cell<'static> {
        match self {
            Figured::Known(amount) => Cell::Amount(*amount),
            Figured::Gap(_) | Figured::None => Cell::Empty,
            Figured::Withheld => Cell::text(MARK),
        }
    }

    /// The same, withheld where it is known.
    pub fn withheld(self) -> Figured {
        match self {
            Figured::Known(_) | Figured::Withheld => Figured::Withheld,
            Figured::Gap(_) | Figured::None => self,
        }
    }
}

/// A gap as one lower-case sentence without a full stop, which names the figure: `the list size of A81001 is not known`.
/// `practice` is a practice's code, or [`ANY_PRACTICE`].
pub fn gap_words(gap: Gap, book: &Rulebook, practice: &str) -> String {
    match gap {
        Gap::ListSize => format!("the list size of {practice} is not known"),
        Gap::Unset(figure) => {
            format!("the rulebook {} leaves {} unset{}", book.name, name(book, figure), why(book, figure))
        }
        Gap::Absent(figure) => format!("the rulebook {} has no {}{}", book.name, name(book, figure), why(book, figure)),
        Gap::NotCounted(of) => format!("nobody of {practice} was counted for {}", label(book, of)),
        Gap::NoDenominator(of) => {
            format!("nobody of {practice} is in the denominator of {}, so there is no achievement", label(book, of))
        }
        Gap::NoBaseline(of) => format!("the baseline of {practice} for {} is not known", label(book, of)),
        Gap::Doses => format!("the doses of {practice} are not known"),
        Gap::DividedByZero => format!("a formula of the rulebook {} divides by zero for {practice}", book.name),
        Gap::TooLarge => {
            format!("a formula of the rulebook {} gives {practice} a number too large to be held exactly", book.name)
        }
    }
}

/// A figure's name, with the indicator or course it belongs to.
fn name(book: &Rulebook, id: FigureId) -> String {
    let figure = &book.figures[id.index()];
    match figure.owner {
        Some(owner) => format!("`{}` of {}", figure.name, book.measures[owner.index()].code),
        None => format!("`{}`", figure.name),
    }
}

/// What the rulebook says about a figure that is not there, to follow the name.
fn why(book: &Rulebook, id: FigureId) -> String {
    match &book.figures[id.index()].value {
        FigureValue::Unset(why) | FigureValue::Absent(why) => format!(": {why}"),
        // It was given for a gap's run only, or is a date; the rulebook says no more.
        FigureValue::Is(_) | FigureValue::IsDate(_) => String::new(),
    }
}

fn label(book: &Rulebook, id: MeasurementId) -> &str {
    &book.measurements[id.index()].label
}
