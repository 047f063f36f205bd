//! The steps of a payment: where, as more of a measurement's denominator achieve, what decides the payment changes. A
//! threshold, the full points, the end of a repayment and the better of two routes are all found in the formulas, none by
//! its name.

mod affine;
mod path;

use std::collections::BTreeSet;

use crate::eval::pay::{Facts, Reckoning, applies, points, pounds};
use crate::eval::steps::path::Path;
use crate::eval::worth::{Gives, reads, with_more};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureId, MeasurementId};
use crate::model::formula::{Formula, Operand, Program, Test};

/// A place where what decides a payment changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step<'b> {
    /// The payment's place in [`Rulebook::programs`].
    pub program: usize,
    /// How many more than now achieve at the first place beyond the change; zero or less where it is behind already.
    pub more: i64,
    /// What changes there.
    pub turns: Vec<Turn<'b>>,
    /// What that does to the payment; None where the payment is not known.
    pub effect: Option<Effect>,
}

/// What changes from one numerator to the next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Turn<'b> {
    /// `achievement < lower_threshold`, as a case of a line asks it, begins or ceases to hold.
    Test {
        /// The comparison.
        test: &'b Test,
        /// Whether it holds from here on.
        holds: bool,
    },
    /// Of `max(by_threshold, by_improvement)` another part becomes the one that counts.
    Best {
        /// The line that it stands in.
        line: usize,
        /// The part that counts from here on.
        part: &'b Formula,
        /// True where the smallest counts, false where the largest.
        is_smallest: bool,
    },
}

/// What a step does to its payment, held against those who come just before and just after the one who reaches it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// The one who reaches it is worth more than those before and after: a cliff.
    Jumps,
    /// The payment, which did not change, begins to grow.
    Starts,
    /// The payment, which grew, is all there: those after add nothing.
    Full,
    /// Those after are worth more each than those before.
    Steeper,
    /// Those after are worth less each than those before.
    Flatter,
    /// The one who reaches it is worth less than those before and after: a cliff downwards.
    Falls,
}

impl Effect {
    /// The word in tables.
    pub fn word(self) -> &'static str {
        match self {
            Effect::Jumps => "jumps",
            Effect::Starts => "starts",
            Effect::Full => "full",
            Effect::Steeper => "steeper",
            Effect::Flatter => "flatter",
            Effect::Falls => "falls",
        }
    }
}

/// The steps of every payment that reads a measurement and is made to the practice, in the order of the programs, then of
/// the numerators; none where nobody was counted, and none where nothing would be paid otherwise.
pub fn steps<'b>(book: &'b Rulebook, figures: &[Figure], measurement: MeasurementId, facts: &Facts) -> Vec<Step<'b>> {
    let Some(range) = range(measurement, facts) else { return Vec::new() };
    let programs = book.programs.iter().enumerate();
    let reading = programs.filter(|(_, program)| reads(program, measurement) && applies(book, program, facts));
    let each = reading.flat_map(|(at, program)| {
        Search {
            book,
            figures,
            facts,
            measurement,
            at,
            program,
            range,
            is_affine: affine::is_affine(program, measurement),
        }
        .steps()
    });
    each.collect()
}

/// How many fewer and how many more than now can achieve, the first not positive.
fn range(measurement: MeasurementId, facts: &Facts) -> Option<(i64, i64)> {
    let counted = facts.counts.get(measurement.index()).copied().flatten()?;
    let fewer = i64::try_from(counted.numerator.floor()).ok()?;
    let more = i64::try_from(counted.denominator.minus(counted.numerator)?.floor()).ok()?;
    (fewer >= 0 && more >= 0).then_some((-fewer, more))
}

/// The search along the numerators of one payment.
struct Search<'a, 'b> {
    book: &'b Rulebook,
    figures: &'a [Figure],
    facts: &'a Facts,
    measurement: MeasurementId,
    at: usize,
    program: &'b Program,
    range: (i64, i64),
    is_affine: bool,
}

/// One numerator, and the way to the payment from there.
struct Place<'b> {
    more: i64,
    facts: Facts,
    path: Path<'b>,
}

impl<'b> Search<'_, 'b> {
    fn steps(&self) -> Vec<Step<'b>> {
        let (lowest, highest) = self.range;
        let mut steps = Vec::new();
        self.split(&self.place(lowest), &self.place(highest), &mut steps);
        steps
    }

    /// Finds the steps between two places by halving. Where every comparison is between straight lines and comes out the
    /// same at both ends, it does so in between; otherwise every numerator is tried.
    fn split(&self, low: &Place<'b>, high: &Place<'b>, steps: &mut Vec<Step<'b>>) {
        if low.more >= high.more || (self.is_affine && low.path.compared == high.path.compared) {
            return;
        }
        if low.more + 1 == high.more {
            steps.extend(self.step(low, high));
            return;
        }
        let middle = self.place(low.more + (high.more - low.more) / 2);
        self.split(low, &middle, steps);
        self.split(&middle, high, steps);
    }

    fn place(&self, more: i64) -> Place<'b> {
        let facts = self.facts_with(more);
        let reckoning = Reckoning { program: self.program, figures: self.figures, facts: &facts };
        let path = Path::of(self.program, reckoning);
        Place { more, facts, path }
    }

    fn facts_with(&self, more: i64) -> Facts {
        let mut facts = self.facts.clone();
        let counted = with_more(self.measurement, self.facts, more);
        facts.counts[self.measurement.index()] = counted.or(facts.counts[self.measurement.index()]);
        facts
    }

    /// The step from one numerator to the next, if there is one that matters.
    fn step(&self, low: &Place<'b>, high: &Place<'b>) -> Option<Step<'b>> {
        let turns = self.turns(low, high);
        let effect = self.effect(high.more);
        let matters = !turns.is_empty() && effect != Some(None);
        matters.then(|| Step { program: self.at, more: high.more, turns, effect: effect.flatten() })
    }

    /// What changes between two neighbouring numerators on the way to what is paid.
    fn turns(&self, low: &Place<'b>, high: &Place<'b>) -> Vec<Turn<'b>> {
        let reckoning = |facts| Reckoning { program: self.program, figures: self.figures, facts };
        let (before, after) = (reckoning(&low.facts), reckoning(&high.facts));
        let lines: BTreeSet<usize> = low.path.lines.union(&high.path.lines).copied().collect();
        let mut turns: Vec<Turn<'b>> = Vec::new();
        for line in lines {
            let (Ok(from), Ok(to)) = (before.case(line), after.case(line)) else { continue };
            if from == to {
                continue;
            }
            let between = self.program.lines[line].cases.iter().take(from.max(to) + 1).skip(from.min(to));
            for test in between.filter_map(|case| case.test.as_ref()).flat_map(atoms) {
                if let (Ok(was), Ok(holds)) = (before.test(test), after.test(test)) {
                    let turn = Turn::Test { test, holds };
                    if was != holds && !turns.contains(&turn) {
                        turns.push(turn);
                    }
                }
            }
        }
        if turns.is_empty() {
            turns.extend(high.path.best.iter().filter(|best| !low.path.best.contains(best)));
            turns.dedup();
        }
        turns
    }

    /// What the one who reaches a place does: None where that is not known, `Some(None)` where nothing is paid otherwise.
    fn effect(&self, more: i64) -> Option<Option<Effect>> {
        let given = self.given()?;
        let none = Amount::ZERO;
        let gain = self.gain(given, more)?;
        let before = if more - 1 > self.range.0 { self.gain(given, more - 1)? } else { none };
        let is_last = more >= self.range.1;
        let after = if is_last { none } else { self.gain(given, more + 1)? };
        let slack = self.slack(given);
        let above = |one: Amount, other: Amount| one.minus(other).is_some_and(|more| more > slack);
        let same = |one: Amount, other: Amount| !above(one, other) && !above(other, one);
        if same(gain, before) && same(gain, after) {
            return Some(None);
        }
        Some(Some(if above(before, gain) && above(after, gain) {
            Effect::Falls
        } else if above(gain, before) && above(gain, after) {
            Effect::Jumps
        } else if same(before, none) && above(after, none) {
            Effect::Starts
        } else if same(after, none) && above(before, none) {
            Effect::Full
        } else if above(after, before) {
            Effect::Steeper
        } else {
            Effect::Flatter
        }))
    }

    /// In what the payment is measured: in points, where it gives points that are known, else in pounds.
    fn given(&self) -> Option<Given> {
        let known =
            |given: Given| (given.of)(self.book, self.program, self.figures, self.facts).is_some_and(|it| it.is_ok());
        [Given { of: points, name: "points" }, Given { of: pounds, name: "pounds" }]
            .into_iter()
            .find(|given| known(*given))
    }

    /// What the one is worth who makes it so many.
    fn gain(&self, given: Given, more: i64) -> Option<Amount> {
        let value = |more| (given.of)(self.book, self.program, self.figures, &self.facts_with(more))?.ok();
        value(more)?.minus(value(more - 1)?)
    }

    /// By how much rounding alone can make what two people are worth differ: each of four sums is out by half a step at
    /// most.
    fn slack(&self, given: Given) -> Amount {
        let lines = self.program.line(given.name).map_or(0, |at| at + 1);
        let cases = self.program.lines.iter().take(lines).flat_map(|line| &line.cases);
        let step = cases.filter_map(|case| rounding(&case.formula)).max().unwrap_or(Amount::ZERO);
        step.times(Amount::from(2_u32)).unwrap_or(step)
    }
}

/// Points or pounds of a program.
#[derive(Clone, Copy)]
struct Given {
    of: Gives,
    name: &'static str,
}

/// The comparisons of a test.
fn atoms(test: &Test) -> Vec<&Test> {
    match test {
        Test::All(parts) | Test::Any(parts) => parts.iter().flat_map(atoms).collect(),
        Test::Not(inner) => atoms(inner),
        Test::Absent(_) | Test::Compare(..) => vec![test],
    }
}

/// The coarsest step to which a formula rounds.
fn rounding(formula: &Formula) -> Option<Amount> {
    match formula {
        Formula::Number(_) | Formula::Operand(_) => None,
        Formula::Plus(a, b) | Formula::Minus(a, b) | Formula::Times(a, b) | Formula::Over(a, b) => {
            rounding(a).max(rounding(b))
        }
        Formula::Smallest(parts) | Formula::Largest(parts) => parts.iter().filter_map(rounding).max(),
        Formula::Round(inner, step) => rounding(inner).max(Some(*step)),
    }
}

impl Turn<'_> {
    /// The figures that what changes reads, each once, in the order written: `lower_threshold`.
    pub fn figures(&self) -> Vec<FigureId> {
        let mut figures = Vec::new();
        let mut tell = |operand: Operand| {
            if let Operand::Figure(id) = operand
                && !figures.contains(&id)
            {
                figures.push(id);
            }
        };
        match self {
            Turn::Test { test: Test::Compare(left, _, right), .. } => {
                left.each_operand(&mut tell);
                right.each_operand(&mut tell);
            }
            Turn::Test { test: Test::Absent(operand), .. } => tell(*operand),
            Turn::Test { test: Test::All(_) | Test::Any(_) | Test::Not(_), .. } | Turn::Best { .. } => {}
        }
        figures
    }
}
