//! The same practices under several years' rules: what each component pays, what changes against the first year, and
//! how the changes are spread.
//!
//! Points and pounds are rounded to what is printed before anything is added, so that every total is the sum of its
//! parts as shown.

pub mod changes;
pub mod grids;
pub mod measured;
pub mod split;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::eval::pay::{Facts, Paid, paid};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::Figure;
use crate::model::formula::ProgramOf;
use crate::report::disclosure::measures::Withholding;
use crate::report::gaps::Figured;
use crate::report::rollup::Grouping;

/// One year's rules and the practices that they pay.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The year, as in the `year` column.
    pub label: &'a str,
    /// The rules.
    pub book: &'a Rulebook,
    /// Its figures, those that the run sets among them.
    pub figures: &'a [Figure],
    /// The practices by their codes.
    pub practices: &'a BTreeMap<String, Facts>,
    /// How practices are put together, if they are.
    pub grouping: Option<&'a Grouping>,
    /// What is known of those who have a row: groups, or the practices themselves.
    pub shown: &'a BTreeMap<String, Facts>,
    /// What of their counts is not to be given away.
    pub withholding: Option<&'a Withholding>,
}

/// How much of what there is to earn a practice earns where a payment has a threshold.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Nothing: it is below the lower threshold.
    None,
    /// A part: it is between the thresholds.
    Part,
    /// All: it is at the upper threshold or above.
    Full,
}

impl Level {
    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Level::None => "none",
            Level::Part => "part",
            Level::Full => "full",
        }
    }
}

/// What is paid, and for what: `achievement` for `VI001`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Component {
    /// The payment's or fee's name.
    pub payment: String,
    /// The indicator, course or quarter; empty for a fee, or for the practice as a whole.
    pub paid_for: String,
}

/// What one component pays a practice in one year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// Points, as printed.
    pub points: Figured,
    /// Pounds, as printed.
    pub pounds: Figured,
    /// How much of what there is to earn; None where there is no threshold.
    pub level: Option<Level>,
}

impl Part {
    /// The same with nothing told of it.
    fn withheld(self) -> Part {
        Part { points: self.points.withheld(), pounds: self.pounds.withheld(), level: None }
    }

    /// True if something of it is not told.
    fn is_withheld(&self) -> bool {
        [&self.points, &self.pounds].contains(&&Figured::Withheld)
    }
}

/// What a practice is paid in one year, by component.
pub type Parts = BTreeMap<Component, Part>;

/// Decimals of points as printed.
pub const POINTS_DECIMALS: u32 = 4;
/// Decimals of pounds as printed.
pub const POUNDS_DECIMALS: u32 = 2;

/// Pays every practice of a side, puts practices together, and withholds what gives a withheld count away.
pub fn parts_of(side: &Side<'_>) -> BTreeMap<String, Parts> {
    let practices: Vec<(&String, &Facts)> = side.practices.iter().collect();
    let paid: BTreeMap<String, Parts> =
        practices.into_par_iter().map(|(code, facts)| (code.clone(), parts(side, facts))).collect();
    let mut shown = match side.grouping {
        Some(grouping) => grouping.parts(paid),
        None => paid,
    };
    let Some(withholding) = side.withholding else { return shown };
    for (code, parts) in &mut shown {
        let Some(facts) = side.shown.get(code) else { continue };
        let programs = side.book.programs.iter().enumerate();
        for (at, _) in programs.filter(|(_, program)| withholding.gives_away(code, facts, program)) {
            if let Some(part) = parts.get_mut(&component(side.book, at)) {
                *part = part.clone().withheld();
            }
        }
    }
    shown
}

/// Pays one practice.
pub fn parts(side: &Side<'_>, facts: &Facts) -> Parts {
    let pay = |facts: &Facts| paid(side.book, side.figures, facts);
    // A threshold shows itself: next to nobody reached pays nothing, everybody reached pays something.
    let (earned, top, bottom) = (pay(facts), pay(&reaching(facts, 100)), pay(&reaching(facts, 1)));
    let each = earned.iter().zip(&top).zip(&bottom).map(|((earned, top), bottom)| {
        let part = Part {
            points: printed(Figured::of(earned.points, side.book), POINTS_DECIMALS),
            pounds: printed(Figured::of(earned.pounds, side.book), POUNDS_DECIMALS),
            level: level(earned, top, bottom),
        };
        (component(side.book, earned.program), part)
    });
    each.collect()
}

/// The component that a program pays.
pub fn component(book: &Rulebook, program: usize) -> Component {
    let program = &book.programs[program];
    let payment = match program.of {
        ProgramOf::Payment(id) => &book.payments[id.index()].name,
        ProgramOf::Fee(id) => &book.fees[id.index()].name,
    };
    let payment = match program.of {
        ProgramOf::Payment(_) => payment.clone(),
        ProgramOf::Fee(_) => format!("fee {payment}"),
    };
    let measured = program.measurement.map(|id| book.measurements[id.index()].label.clone());
    let quarter = program.quarter.map(|quarter| format!("Q{quarter}"));
    Component { payment, paid_for: measured.or(quarter).unwrap_or_default() }
}

/// The facts if so many of a hundred had been reached for everything.
fn reaching(facts: &Facts, of_hundred: u32) -> Facts {
    let mut facts = facts.clone();
    for counted in facts.counts.iter_mut().flatten() {
        let share = Amount::from(of_hundred).over(Amount::from(100_u32));
        counted.numerator = share.and_then(|share| counted.denominator.times(share)).unwrap_or(Amount::ZERO);
    }
    facts
}

fn level(earned: &Paid, top: &Paid, bottom: &Paid) -> Option<Level> {
    let of = |paid: &Paid| paid.points.or(paid.pounds)?.ok();
    let (earned, top, bottom) = (of(earned)?, of(top)?, of(bottom)?);
    if !bottom.is_zero() || top <= Amount::ZERO {
        return None;
    }
    Some(match earned {
        earned if earned >= top => Level::Full,
        earned if earned > Amount::ZERO => Level::Part,
        _ => Level::None,
    })
}

/// A figure rounded to what is printed.
pub(crate) fn printed(figure: Figured, decimals: u32) -> Figured {
    match figure {
        Figured::Known(amount) => {
            let step = Amount::ratio(1, 10_i128.pow(decimals)).unwrap_or(Amount::ONE);
            Figured::Known(amount.round_to(step).unwrap_or(amount))
        }
        Figured::Gap(_) | Figured::None | Figured::Withheld => figure,
    }
}

/// The sum of figures: the first gap is a gap in the sum, and what no payment gives adds nothing. If no payment gives any
/// of them, there is no sum.
pub fn total<'a>(figures: impl IntoIterator<Item = &'a Figured>) -> Figured {
    let mut sum: Option<Amount> = None;
    for figure in figures {
        match figure {
            Figured::Known(amount) => match sum.unwrap_or(Amount::ZERO).plus(*amount) {
                Some(larger) => sum = Some(larger),
                None => return Figured::Gap("a total is too large to be held exactly".to_owned()),
            },
            Figured::Gap(_) | Figured::Withheld => return figure.clone(),
            Figured::None => {}
        }
    }
    sum.map_or(Figured::None, Figured::Known)
}

/// The change from one figure to another. What a payment gives in one of the years only counts as nothing in the other;
/// what is given in neither has no change.
pub fn change(before: &Figured, after: &Figured) -> Option<Amount> {
    match (before, after) {
        (Figured::Known(before), Figured::Known(after)) => after.minus(*before),
        (Figured::None, Figured::Known(after)) => Some(*after),
        (Figured::Known(before), Figured::None) => Amount::ZERO.minus(*before),
        (Figured::None, Figured::None)
        | (Figured::Gap(_) | Figured::Withheld, _)
        | (_, Figured::Gap(_) | Figured::Withheld) => None,
    }
}

/// A change in per cent of what there was, where there was something.
pub fn per_cent(before: Option<Amount>, change: Option<Amount>) -> Option<Amount> {
    let before = before.filter(|before| *before > Amount::ZERO)?;
    change?.times(Amount::from(100_u32))?.over(before)
}
