//! Payments: a rulebook's formulas over counts and figures, exact.

pub(crate) mod steps;

use crate::eval::counts::Counts;
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, FigureId, FigureValue, MeasurementId, PaymentId};
use crate::model::formula::{Case, CountName, Formula, Operand, Program, ProgramOf, Test};

/// What a practice's payments are computed from. What is not known is None, and only what needs it is a gap.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// Patients on the practice's list.
    pub list_size: Option<u64>,
    /// By measurement.
    pub counts: Vec<Option<Counted>>,
    /// By measurement: the practice's own baseline; empty where there are none.
    pub baselines: Vec<Option<Counted>>,
    /// By fee: how many doses earn it.
    pub doses: Vec<Option<u64>>,
    /// The payments that are waived for the practice.
    pub waived: Vec<PaymentId>,
    /// Where the counts come from: payments that are made from counts only are left out where there are records.
    pub origin: Origin,
}

/// Where counts come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Origin {
    /// They were counted here, from patients and events.
    #[default]
    Records,
    /// Somebody else counted.
    Counts,
}

/// Counts as a formula sees them. Those from records are whole; those worked out from a percentage need not be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// Patients on the register.
    pub register: Amount,
    /// Patients excluded.
    pub excluded: Amount,
    /// Patients excepted.
    pub excepted: Amount,
    /// register − excluded − excepted.
    pub denominator: Amount,
    /// Patients who achieved.
    pub numerator: Amount,
    /// Patients of the denominator whom a pathway reports as exceptions.
    pub locally_excepted: Amount,
}

impl Counted {
    /// From a numerator and a denominator alone: nobody is known to be excluded or excepted.
    pub fn of(numerator: Amount, denominator: Amount) -> Counted {
        Counted {
            register: denominator,
            excluded: Amount::ZERO,
            excepted: Amount::ZERO,
            denominator,
            numerator,
            locally_excepted: Amount::ZERO,
        }
    }

    /// Both together; None where a sum is too large to be held.
    pub fn plus(self, other: Counted) -> Option<Counted> {
        Some(Counted {
            register: self.register.plus(other.register)?,
            excluded: self.excluded.plus(other.excluded)?,
            excepted: self.excepted.plus(other.excepted)?,
            denominator: self.denominator.plus(other.denominator)?,
            numerator: self.numerator.plus(other.numerator)?,
            locally_excepted: self.locally_excepted.plus(other.locally_excepted)?,
        })
    }

    /// Numerator over denominator in per cent, exact; none without a denominator.
    pub fn achievement_percent(&self) -> Option<Amount> {
        self.numerator.times(Amount::from(100_u32))?.over(self.denominator)
    }
}

impl From<Counts> for Counted {
    fn from(counts: Counts) -> Counted {
        Counted {
            register: counts.register.into(),
            excluded: counts.excluded.into(),
            excepted: counts.excepted.into(),
            denominator: counts.denominator().into(),
            numerator: counts.numerator.into(),
            locally_excepted: Amount::ZERO,
        }
    }
}

/// Why a figure cannot be given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum Gap {
    /// The practice's list size is not known.
    ListSize,
    /// The rulebook leaves a figure unset.
    Unset(FigureId),
    /// There is no such figure for this indicator.
    Absent(FigureId),
    /// Nobody was counted for a measurement.
    NotCounted(MeasurementId),
    /// Nobody is in the denominator, so there is no achievement.
    NoDenominator(MeasurementId),
    /// The practice has no baseline.
    NoBaseline(MeasurementId),
    /// Doses are not known.
    Doses,
    /// Something is divided by nothing.
    DividedByZero,
    /// A number is too large to be held exactly.
    TooLarge,
}

/// Computes one line of a program, and the lines that it reads, with the figures given (the rulebook's own, or some of
/// them overridden).
pub fn line(program: &Program, at: usize, figures: &[Figure], facts: &Facts) -> Result<Amount, Gap> {
    Reckoning { program, figures, facts }.line(at)
}

/// What one program pays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paid {
    /// The program's place in [`Rulebook::programs`].
    pub program: usize,
    /// Points; None where it gives none.
    pub points: Option<Result<Amount, Gap>>,
    /// Pounds; None where it gives none.
    pub pounds: Option<Result<Amount, Gap>>,
}

/// What every payment and fee of a rulebook pays a practice, in the order of [`Rulebook::programs`]. A waived payment
/// pays nothing; one that needs what was not counted is left out, because it was not asked about.
pub fn paid(book: &Rulebook, figures: &[Figure], facts: &Facts) -> Vec<Paid> {
    let programs = book.programs.iter().enumerate().filter(|(_, program)| applies(book, program, facts));
    let pay = |(at, program): (usize, &Program)| Paid {
        program: at,
        points: given(program, "points", figures, facts),
        pounds: given(program, "pounds", figures, facts),
    };
    programs.map(pay).collect()
}

/// What one program pays in pounds, as [`paid`] has it; None where it is left out or gives none.
pub fn pounds(book: &Rulebook, program: &Program, figures: &[Figure], facts: &Facts) -> Option<Result<Amount, Gap>> {
    result(book, program, "pounds", figures, facts)
}

/// What one program gives in points, as [`paid`] has it; None where it is left out or gives none.
pub fn points(book: &Rulebook, program: &Program, figures: &[Figure], facts: &Facts) -> Option<Result<Amount, Gap>> {
    result(book, program, "points", figures, facts)
}

fn result(
    book: &Rulebook,
    program: &Program,
    name: &str,
    figures: &[Figure],
    facts: &Facts,
) -> Option<Result<Amount, Gap>> {
    applies(book, program, facts).then(|| given(program, name, figures, facts)).flatten()
}

/// What a program that is paid gives; None where it has no such line.
fn given(program: &Program, name: &str, figures: &[Figure], facts: &Facts) -> Option<Result<Amount, Gap>> {
    let at = program.line(name)?;
    Some(if is_waived(program, facts) { Ok(Amount::ZERO) } else { line(program, at, figures, facts) })
}

fn is_waived(program: &Program, facts: &Facts) -> bool {
    matches!(program.of, ProgramOf::Payment(payment) if facts.waived.contains(&payment))
}

/// Whether a program is paid at all on what is known: a fee where its doses were counted, a payment for a measurement
/// that was counted.
pub(crate) fn applies(book: &Rulebook, program: &Program, facts: &Facts) -> bool {
    let is_counted = |id: MeasurementId| facts.counts.get(id.index()).copied().flatten().is_some();
    match program.of {
        ProgramOf::Fee(fee) => facts.doses.get(fee.index()).copied().flatten().is_some(),
        ProgramOf::Payment(payment) => {
            let from_counts = book.payments[payment.index()].from_counts;
            let has_origin = !from_counts || facts.origin == Origin::Counts;
            has_origin && program.measurement.is_none_or(is_counted)
        }
    }
}

/// What a measurement earns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Earned {
    /// Points; None where no payment gives points for it.
    pub points: Option<Result<Amount, Gap>>,
    /// Pounds; None where no payment gives pounds for it.
    pub pounds: Option<Result<Amount, Gap>>,
}

/// What a measurement earns by all payments that are made for it.
pub fn earned(book: &Rulebook, figures: &[Figure], measurement: MeasurementId, facts: &Facts) -> Earned {
    let ours = || book.programs.iter().filter(|program| program.measurement == Some(measurement));
    Earned {
        points: add(ours().filter_map(|program| points(book, program, figures, facts))),
        pounds: add(ours().filter_map(|program| pounds(book, program, figures, facts))),
    }
}

/// The sum of amounts: a gap in one is a gap in the sum; None if there are none.
pub fn add(parts: impl Iterator<Item = Result<Amount, Gap>>) -> Option<Result<Amount, Gap>> {
    parts.reduce(|sum, part| sum.and_then(|sum| part.and_then(|part| sum.plus(part).ok_or(Gap::TooLarge))))
}

/// One program over one practice's facts.
#[derive(Clone, Copy)]
pub(crate) struct Reckoning<'a> {
    /// The program.
    pub(crate) program: &'a Program,
    /// The figures, those that a run sets among them.
    pub(crate) figures: &'a [Figure],
    /// The practice.
    pub(crate) facts: &'a Facts,
}

impl Reckoning<'_> {
    fn line(&self, at: usize) -> Result<Amount, Gap> {
        match self.program.lines[at].cases.get(self.case(at)?) {
            Some(Case { formula, .. }) => self.formula(formula),
            // The model demands a last case that always applies.
            None => Ok(Amount::ZERO),
        }
    }

    /// The place of the case that gives a line its value.
    pub(crate) fn case(&self, at: usize) -> Result<usize, Gap> {
        let cases = &self.program.lines[at].cases;
        for (place, Case { test, .. }) in cases.iter().enumerate() {
            let applies = match test {
                Some(test) => self.test(test)?,
                None => true,
            };
            if applies {
                return Ok(place);
            }
        }
        Ok(cases.len())
    }

    /// Whether a test holds.
    pub(crate) fn test(&self, test: &Test) -> Result<bool, Gap> {
        match test {
            Test::All(parts) => parts.iter().try_fold(true, |all, part| Ok(all && self.test(part)?)),
            Test::Any(parts) => parts.iter().try_fold(false, |any, part| Ok(any || self.test(part)?)),
            Test::Not(inner) => Ok(!self.test(inner)?),
            Test::Absent(operand) => Ok(self.is_absent(*operand)),
            Test::Compare(left, comparator, right) => {
                let (left, right) = (self.formula(left)?, self.formula(right)?);
                Ok(comparator.holds(left, right))
            }
        }
    }

    /// A figure that there is none of, or a baseline that the practice has not got. What is merely unset is not absent.
    fn is_absent(&self, operand: Operand) -> bool {
        match self.operand(operand) {
            Err(Gap::Absent(_) | Gap::NoBaseline(_) | Gap::NoDenominator(_)) => true,
            Ok(_)
            | Err(
                Gap::ListSize | Gap::Unset(_) | Gap::NotCounted(_) | Gap::Doses | Gap::DividedByZero | Gap::TooLarge,
            ) => false,
        }
    }

    /// What a formula gives.
    pub(crate) fn formula(&self, formula: &Formula) -> Result<Amount, Gap> {
        match formula {
            Formula::Number(amount) => Ok(*amount),
            Formula::Operand(operand) => self.operand(*operand),
            Formula::Plus(left, right) => self.formula(left)?.plus(self.formula(right)?).ok_or(Gap::TooLarge),
            Formula::Minus(left, right) => self.formula(left)?.minus(self.formula(right)?).ok_or(Gap::TooLarge),
            Formula::Times(left, right) => self.formula(left)?.times(self.formula(right)?).ok_or(Gap::TooLarge),
            Formula::Over(left, right) => {
                let (left, right) = (self.formula(left)?, self.formula(right)?);
                if right.is_zero() { Err(Gap::DividedByZero) } else { left.over(right).ok_or(Gap::TooLarge) }
            }
            Formula::Smallest(parts) => self.best(parts, Amount::min),
            Formula::Largest(parts) => self.best(parts, Amount::max),
            Formula::Round(inner, step) => self.formula(inner)?.round_to(*step).ok_or(Gap::TooLarge),
        }
    }

    fn best(&self, parts: &[Formula], better: fn(Amount, Amount) -> Amount) -> Result<Amount, Gap> {
        let amounts = parts.iter().map(|part| self.formula(part)).collect::<Result<Vec<_>, _>>()?;
        Ok(amounts.into_iter().reduce(better).unwrap_or(Amount::ZERO))
    }

    fn operand(&self, operand: Operand) -> Result<Amount, Gap> {
        match operand {
            Operand::Line(at) => self.line(at),
            Operand::ListSize => self.facts.list_size.map(Amount::from).ok_or(Gap::ListSize),
            Operand::Doses => self.doses().map(Amount::from).ok_or(Gap::Doses),
            Operand::Count(name, measurement) => self.count(name, measurement),
            Operand::Figure(id) => match &self.figures[id.index()].value {
                FigureValue::Is(amount) => Ok(*amount),
                FigureValue::Absent(_) => Err(Gap::Absent(id)),
                // A date is never an operand: the model refuses it.
                FigureValue::Unset(_) | FigureValue::IsDate(_) => Err(Gap::Unset(id)),
            },
        }
    }

    fn doses(&self) -> Option<u64> {
        match self.program.of {
            ProgramOf::Fee(fee) => self.facts.doses.get(fee.index()).copied().flatten(),
            ProgramOf::Payment(_) => None,
        }
    }

    fn count(&self, name: CountName, id: MeasurementId) -> Result<Amount, Gap> {
        if name == CountName::BaselineAchievement {
            let baseline = self.facts.baselines.get(id.index()).copied().flatten();
            return baseline.and_then(|baseline| baseline.achievement_percent()).ok_or(Gap::NoBaseline(id));
        }
        let counts = self.facts.counts.get(id.index()).copied().flatten().ok_or(Gap::NotCounted(id))?;
        match name {
            CountName::Register => Ok(counts.register),
            CountName::Excluded => Ok(counts.excluded),
            CountName::Excepted => Ok(counts.excepted),
            CountName::Denominator => Ok(counts.denominator),
            CountName::Numerator => Ok(counts.numerator),
            CountName::LocallyExcepted => Ok(counts.locally_excepted),
            CountName::Achievement | CountName::BaselineAchievement => {
                counts.achievement_percent().ok_or(Gap::NoDenominator(id))
            }
        }
    }
}
