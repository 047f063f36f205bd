//! What is withheld of a rulebook's counts per practice, and which payments would give it away.

use std::collections::BTreeMap;

use crate::eval::pay::{Counted, Facts, Origin};
use crate::eval::worth::reads;
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{MeasureKind, MeasurementId};
use crate::model::formula::{CountName, Operand, Program, ProgramOf};
use crate::report::disclosure::rows::Shape;
use crate::report::disclosure::sums::Printed;
use crate::report::payments::PaymentRow;
use crate::report::rows::MeasureRow;

/// Which counts of a row are withheld.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct WithheldCounts {
    /// That of the register.
    pub register: bool,
    /// That of the excluded.
    pub excluded: bool,
    /// That of the excepted.
    pub excepted: bool,
    /// The denominator.
    pub denominator: bool,
    /// The numerator.
    pub numerator: bool,
}

impl WithheldCounts {
    /// True if the achievement cannot be told.
    pub fn achievement(self) -> bool {
        self.denominator || self.numerator
    }

    /// Those that are small in themselves, whatever is printed beside them.
    fn small(counted: &Counted, below: u64) -> WithheldCounts {
        let is_small = |people: u64| (1..below).contains(&people);
        let groups = Groups::of(counted);
        let parts = is_small(groups.numerator) || is_small(groups.not_achieved) || is_small(groups.denominator());
        WithheldCounts {
            register: is_small(groups.register()),
            excluded: is_small(groups.excluded),
            excepted: is_small(groups.excepted),
            denominator: parts,
            numerator: parts,
        }
    }
}

/// The groups that a register falls into, in people; a numerator worked out from a percentage is taken to be whole.
#[derive(Clone, Copy)]
struct Groups {
    numerator: u64,
    not_achieved: u64,
    excepted: u64,
    excluded: u64,
}

impl Groups {
    fn of(counted: &Counted) -> Groups {
        let numerator = people(counted.numerator);
        let not_achieved = people(counted.denominator).saturating_sub(numerator);
        Groups { numerator, not_achieved, excepted: people(counted.excepted), excluded: people(counted.excluded) }
    }

    fn denominator(self) -> u64 {
        self.numerator + self.not_achieved
    }

    fn register(self) -> u64 {
        self.denominator() + self.excepted + self.excluded
    }
}

/// A count as whole people.
pub(in crate::report) fn people(amount: Amount) -> u64 {
    let rounded = amount.round_to(Amount::ONE).and_then(Amount::whole);
    rounded.and_then(|people| u64::try_from(people).ok()).unwrap_or_default()
}

/// A register is its denominator with the excepted and the excluded, and the denominator those who achieved and those who
/// did not, which no column says. In this order: numerator, not achieved, excepted, excluded; denominator, register.
fn shape() -> Shape {
    Shape {
        parts: vec![Printed::Yes, Printed::No, Printed::Yes, Printed::Yes],
        sums: vec![(Printed::Yes, vec![0, 1]), (Printed::Yes, vec![4, 2, 3])],
    }
}

/// What is withheld of the rows of one indicator, one for each practice, and of the total over them; counts from 1 to
/// `below` - 1 are.
pub fn of_rows(rows: &[Counted], below: u64) -> (Vec<WithheldCounts>, WithheldCounts) {
    let parts = |counted: &Counted| {
        let Groups { numerator, not_achieved, excepted, excluded } = Groups::of(counted);
        vec![numerator, not_achieved, excepted, excluded]
    };
    let parts: Vec<Vec<u64>> = rows.iter().map(parts).collect();
    let everybody: Vec<usize> = (0..rows.len()).collect();
    let (rows, totals) = shape().withheld(&parts, &[everybody], below);
    let told = |row: &Vec<bool>| WithheldCounts {
        register: row[5],
        excluded: row[3],
        excepted: row[2],
        denominator: row[4],
        numerator: row[0],
    };
    (rows.iter().map(told).collect(), told(&totals[0]))
}

/// What is withheld of one rulebook's practices.
#[derive(Clone, Debug)]
pub struct Withholding {
    below: u64,
    /// By practice, then by measurement.
    practices: BTreeMap<String, Vec<WithheldCounts>>,
    /// By measurement: of the total over all practices.
    totals: Vec<WithheldCounts>,
}

impl Withholding {
    /// Withholds counts from 1 to `below` - 1: those of indicators with what would give them away; those of other
    /// measures, which are not printed, by themselves.
    pub fn of(book: &Rulebook, practices: &BTreeMap<String, Facts>, below: u64) -> Withholding {
        let nothing = vec![WithheldCounts::default(); book.measurements.len()];
        let mut withheld: BTreeMap<String, Vec<WithheldCounts>> =
            practices.keys().map(|code| (code.clone(), nothing.clone())).collect();
        let mut totals = nothing;
        for (at, measurement) in book.measurements.iter().enumerate() {
            let counted = practices.iter().filter_map(|(code, facts)| Some((code, printed(facts, at)?)));
            let (codes, counts): (Vec<&String>, Vec<Counted>) = counted.unzip();
            let rows = match book.measures[measurement.measure.index()].kind {
                MeasureKind::Indicator => {
                    let (rows, total) = of_rows(&counts, below);
                    totals[at] = total;
                    rows
                }
                MeasureKind::Course => counts.iter().map(|counted| WithheldCounts::small(counted, below)).collect(),
            };
            for (code, row) in codes.into_iter().zip(rows) {
                if let Some(of_practice) = withheld.get_mut(code) {
                    of_practice[at] = row;
                }
            }
        }
        Withholding { below, practices: withheld, totals }
    }

    /// Of a practice's measurement.
    pub fn counts(&self, practice_code: &str, id: MeasurementId) -> WithheldCounts {
        self.practices.get(practice_code).and_then(|all| all.get(id.index())).copied().unwrap_or_default()
    }

    /// A row without what is withheld of it: counts, and what is paid for it from withheld counts.
    pub fn measure(&self, book: &Rulebook, facts: &Facts, row: MeasureRow) -> MeasureRow {
        let Some(id) = book.measurement_labelled(&row.indicator) else { return row };
        let mut paying = book.programs.iter().filter(|program| program.measurement == Some(id));
        let withheld = self.counts(&row.practice_code, id);
        let is_given_away = paying.any(|program| self.gives_away(&row.practice_code, facts, program));
        match is_given_away {
            true => MeasureRow { withheld, points: row.points.withheld(), pounds: row.pounds.withheld(), ..row },
            false => MeasureRow { withheld, ..row },
        }
    }

    /// A payment's row without what is withheld of it.
    pub fn payment(&self, book: &Rulebook, facts: &Facts, row: PaymentRow) -> PaymentRow {
        let program = book.programs.get(row.program);
        let doses_withheld = row.doses.is_some_and(|doses| self.doses(doses));
        match program.is_some_and(|program| self.gives_away(&row.key.practice_code, facts, program)) {
            true => PaymentRow { doses_withheld, points: row.points.withheld(), pounds: row.pounds.withheld(), ..row },
            false => PaymentRow { doses_withheld, ..row },
        }
    }

    /// Of the total over all practices.
    pub fn total(&self, id: MeasurementId) -> WithheldCounts {
        self.totals.get(id.index()).copied().unwrap_or_default()
    }

    /// True if what a practice achieved for a measurement, or what some payment that reads it gives, is withheld.
    pub fn hides(&self, book: &Rulebook, practice_code: &str, facts: &Facts, id: MeasurementId) -> bool {
        let mut reading = book.programs.iter().filter(|program| reads(program, id));
        self.counts(practice_code, id).achievement()
            || reading.any(|program| self.gives_away(practice_code, facts, program))
    }

    /// True if so many doses are withheld.
    pub fn doses(&self, doses: u64) -> bool {
        (1..self.below).contains(&doses)
    }

    /// True if what a program gives a practice is worked out from a count that is withheld.
    pub fn gives_away(&self, practice_code: &str, facts: &Facts, program: &Program) -> bool {
        program.reads(&|operand| match operand {
            Operand::Count(name, id) => {
                let withheld = self.counts(practice_code, id);
                let small = |counted: Option<&Option<Counted>>| {
                    counted.copied().flatten().map(|counted| WithheldCounts::small(&counted, self.below))
                };
                match name {
                    CountName::Register => withheld.register,
                    CountName::Excluded => withheld.excluded,
                    CountName::Excepted => withheld.excepted,
                    CountName::Denominator => withheld.denominator,
                    CountName::Numerator => withheld.numerator,
                    CountName::Achievement => withheld.achievement(),
                    CountName::BaselineAchievement => {
                        small(facts.baselines.get(id.index())).is_some_and(WithheldCounts::achievement)
                    }
                    CountName::LocallyExcepted => {
                        facts.counts.get(id.index()).copied().flatten().is_some_and(|counted| {
                            counted.locally_excepted.whole().is_some_and(|people| self.doses(people as u64))
                        })
                    }
                }
            }
            Operand::Doses => match program.of {
                ProgramOf::Fee(id) => {
                    facts.doses.get(id.index()).copied().flatten().is_some_and(|doses| self.doses(doses))
                }
                ProgramOf::Payment(_) => false,
            },
            Operand::Figure(_) | Operand::ListSize | Operand::Line(_) => false,
        })
    }
}

/// The counts that a practice's row prints; from records a practice has a row for each register that somebody is on.
fn printed(facts: &Facts, at: usize) -> Option<Counted> {
    let counted = facts.counts.get(at).copied().flatten()?;
    let is_empty = facts.origin == Origin::Records && counted.register.is_zero();
    (!is_empty).then_some(counted)
}
