//! What to do next: for each practice and measure what one more is worth, how many more reach each step of a payment, and
//! how many may be lost before one is.

pub mod groups;
pub mod tables;
pub mod words;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::eval::pay::{Counted, Facts, Gap, Origin};
use crate::eval::steps::{Step, Turn, steps};
use crate::eval::worth::{reads, worth_of_more, worth_of_more_in_points};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasurementId};
use crate::model::formula::ProgramOf;
use crate::report::figured::Figured;
use crate::report::show::formulas::Reader;
use crate::report::wording::value_words;

/// How many people more are valued one by one.
pub const ONE_BY_ONE: usize = 3;

/// One year's rules and the practices that they pay.
#[derive(Clone, Copy, Debug)]
pub struct Paying<'a> {
    /// The year, as in the `year` column.
    pub year: &'a str,
    /// The rules.
    pub book: &'a Rulebook,
    /// Its figures, those that the run sets among them.
    pub figures: &'a [Figure],
    /// The practices by their codes.
    pub practices: &'a BTreeMap<String, Facts>,
}

/// A change of points and pounds, by all payments that read the measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// Points.
    pub points: Figured,
    /// Pounds.
    pub pounds: Figured,
}

/// What is next for a practice's measure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NextRow {
    /// The practice.
    pub practice_code: String,
    /// The measurement's label.
    pub indicator: String,
    /// The contract year.
    pub year: String,
    /// How it stands.
    pub counts: Counted,
    /// What one fewer would change; none where nobody achieved.
    pub one_fewer: Change,
    /// What each of the next is worth, one after the other; none where there are not so many.
    pub each_more: [Change; ONE_BY_ONE],
    /// The steps ahead, the nearest first, then those held, the nearest first.
    pub steps: Vec<StepRow>,
}

/// A step of a payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StepRow {
    /// The payment's name.
    pub payment: String,
    /// The figure that it hangs on, by its name; without one, the part of the formula.
    pub step: String,
    /// The figure's value in its unit; empty where the step hangs on no one figure.
    pub at: String,
    /// What is so from there on, in the rule's words.
    pub reached_when: String,
    /// True if it is reached already.
    pub is_held: bool,
    /// How many more reach it; of one that is held, how many may be lost and leave it held.
    pub people: u64,
    /// What reaching it changes; of one that is held, what losing it does.
    pub change: Change,
    /// What the one who reaches it is worth alone.
    pub last: Change,
    /// What the one after that is worth; none where there is nobody.
    pub after: Change,
    /// [`Effect::word`](crate::eval::steps::Effect::word); empty where it is not known.
    pub effect: &'static str,
}

impl NextRow {
    /// The nearest step ahead that does not cost the practice anything, as far as is known; else the nearest. Of several
    /// at one place, the first.
    pub fn next(&self) -> Option<&StepRow> {
        let ahead = || self.steps.iter().filter(|step| !step.is_held);
        ahead().find(|step| !step.costs()).or_else(|| ahead().next())
    }

    /// The step that is lost first.
    pub fn held(&self) -> Option<&StepRow> {
        self.steps.iter().find(|step| step.is_held)
    }
}

impl StepRow {
    /// True if the practice is known to have less when it is reached.
    fn costs(&self) -> bool {
        let known = self.change.pounds.known().or(self.change.points.known());
        known.is_some_and(Amount::is_negative)
    }
}

/// What is next for every practice and measure that some payment reads, sorted by practice, indicator and year, bytewise.
pub fn rows(years: &[Paying<'_>]) -> Vec<NextRow> {
    let practices =
        years.iter().flat_map(|paying| paying.practices.iter().map(move |(code, facts)| (paying, code, facts)));
    let practices: Vec<_> = practices.collect();
    let each = practices.into_par_iter().map(|(paying, code, facts)| of_practice(paying, code, facts));
    let mut rows: Vec<NextRow> = each.collect::<Vec<_>>().concat();
    rows.sort_by(|a, b| a.key().cmp(&b.key()));
    rows
}

impl NextRow {
    fn key(&self) -> (&str, &str, &str) {
        (&self.practice_code, &self.indicator, &self.year)
    }
}

fn of_practice(paying: &Paying<'_>, practice_code: &str, facts: &Facts) -> Vec<NextRow> {
    let mut rows = Vec::new();
    for (measurement, at) in paying.book.measurements.iter().zip(0..) {
        let id = MeasurementId(at);
        let Some(counts) = facts.counts.get(id.index()).copied().flatten() else { continue };
        // From records a practice has a row for each register that somebody is on.
        let is_empty = facts.origin == Origin::Records && counts.register.is_zero();
        let valued = Valued { paying, facts, measurement: id };
        if is_empty || !valued.is_paid() {
            continue;
        }
        rows.push(NextRow {
            practice_code: practice_code.to_owned(),
            indicator: measurement.label.clone(),
            year: paying.year.to_owned(),
            counts,
            one_fewer: valued.change(-1),
            each_more: std::array::from_fn(|at| valued.step_between(at as i64, at as i64 + 1)),
            steps: valued.steps(),
        });
    }
    rows
}

/// One measure of one practice, whose changes are valued.
struct Valued<'a> {
    paying: &'a Paying<'a>,
    facts: &'a Facts,
    measurement: MeasurementId,
}

/// Points and pounds before they are put in words.
type Worth = Option<Result<Amount, Gap>>;

impl Valued<'_> {
    /// Whether some payment that is made to the practice reads the measure.
    fn is_paid(&self) -> bool {
        let (points, pounds) = self.worth(0);
        let programs = &self.paying.book.programs;
        programs.iter().any(|program| reads(program, self.measurement)) && (points.is_some() || pounds.is_some())
    }

    fn worth(&self, more: i64) -> (Worth, Worth) {
        let Paying { book, figures, .. } = self.paying;
        let points = worth_of_more_in_points(book, figures, self.measurement, self.facts, more);
        (points, worth_of_more(book, figures, self.measurement, self.facts, more))
    }

    /// What so many more change.
    fn change(&self, more: i64) -> Change {
        let (points, pounds) = self.worth(more);
        Change { points: Figured::of(points, self.paying.book), pounds: Figured::of(pounds, self.paying.book) }
    }

    /// What the change from so many more to so many more is worth.
    fn step_between(&self, from: i64, to: i64) -> Change {
        let (before, after) = (self.worth(from), self.worth(to));
        Change {
            points: Figured::of(difference(before.0, after.0), self.paying.book),
            pounds: Figured::of(difference(before.1, after.1), self.paying.book),
        }
    }

    /// Those ahead, the nearest first, then those held, the nearest first.
    fn steps(&self) -> Vec<StepRow> {
        let Paying { book, figures, .. } = self.paying;
        let mut steps = steps(book, figures, self.measurement, self.facts);
        steps.sort_by_key(|step| (step.more <= 0, step.more.abs(), step.program));
        steps.iter().flat_map(|step| step.turns.iter().map(|turn| self.row(step, turn))).collect()
    }

    fn row(&self, step: &Step<'_>, turn: &Turn<'_>) -> StepRow {
        let Paying { book, figures, .. } = self.paying;
        let is_held = step.more <= 0;
        let program = &book.programs[step.program];
        let reader = Reader { book, figures, program };
        let of = turn.figures();
        let names: Vec<&str> = of.iter().map(|id| figures[id.index()].name.as_str()).collect();
        let (name, reached_when) = match turn {
            Turn::Test { test, holds } => (names.join(" and "), reader.settled(test, *holds)),
            Turn::Best { part, is_smallest, .. } => {
                let part = reader.value(part);
                let words = if *is_smallest { "is the smallest" } else { "is the largest" };
                (part.clone(), format!("{part} {words}"))
            }
        };
        StepRow {
            payment: match program.of {
                ProgramOf::Payment(id) => book.payments[id.index()].name.clone(),
                ProgramOf::Fee(id) => book.fees[id.index()].name.clone(),
            },
            step: if name.is_empty() { reached_when.clone() } else { name },
            at: if let [id] = of[..] { value_words(&figures[id.index()]).unwrap_or_default() } else { String::new() },
            reached_when,
            is_held,
            people: step.more.unsigned_abs(),
            change: self.change(if is_held { step.more - 1 } else { step.more }),
            last: self.step_between(step.more - 1, step.more),
            after: self.step_between(step.more, step.more + 1),
            effect: step.effect.map_or("", |effect| effect.word()),
        }
    }
}

/// What is worth more at one place than at another; None where nothing is given at one of them.
fn difference(before: Worth, after: Worth) -> Worth {
    let (before, after) = (before?, after?);
    Some(before.and_then(|before| after.and_then(|after| after.minus(before).ok_or(Gap::TooLarge))))
}
