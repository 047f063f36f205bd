//! The smallest practice that is paid otherwise: the shortest way to say what a changed figure or formula does.

use crate::eval::pay::{Counted, Facts, Gap, Origin, line};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasureId};
use crate::model::difference::{Change, Subject, What};
use crate::model::formula::{Operand, Program, ProgramOf};

/// The most people that the made-up practice has in each denominator.
const MOST_PEOPLE: u64 = 100;

/// How many patients are on the made-up practice's list.
pub const LIST_SIZE: u64 = 10_000;

/// What one payment makes of a practice; None where there is no such payment, or it gives none.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pays {
    /// Points.
    pub points: Option<Result<Amount, Gap>>,
    /// Pounds.
    pub pounds: Option<Result<Amount, Gap>>,
}

/// A practice that is paid otherwise.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SmallPractice {
    /// The payment or fee, by its name.
    pub payment: String,
    /// What it is paid for: a measurement's label; None for the practice, a quarter or a fee's doses.
    pub paid_for: Option<String>,
    /// Patients who achieved, or doses.
    pub numerator: u64,
    /// Patients in the denominator.
    pub denominator: u64,
    /// What is paid before and after.
    pub pays: (Pays, Pays),
}

/// For each change of a figure or payment, the smallest practice that is paid otherwise by that change alone.
pub fn practices(old: &Rulebook, new: &Rulebook, changes: &[Change]) -> Vec<Option<SmallPractice>> {
    changes.iter().map(|change| practice(old, new, change)).collect()
}

/// One rulebook with the figures it is paid by.
#[derive(Clone, Copy)]
struct Side<'a> {
    book: &'a Rulebook,
    figures: &'a [Figure],
}

fn practice(old: &Rulebook, new: &Rulebook, change: &Change) -> Option<SmallPractice> {
    match (&change.subject, &change.what) {
        (Subject::Book | Subject::Measure(_), What::Figure(name)) => {
            let owner = match &change.subject {
                Subject::Measure(code) => Some(old.measure(code)?),
                _ => None,
            };
            let figures = with_figure(old, new, owner, name)?;
            let reads = |program: &Program| program.reads(&|operand| is_figure(old, operand, owner, name));
            let numbered = old.programs.iter().enumerate().filter(|(_, program)| reads(program));
            let pairs: Vec<_> = numbered.map(|(at, _)| (Some(at), Some(at))).collect();
            smallest(Side { book: old, figures: &old.figures }, Side { book: old, figures: &figures }, &pairs)
        }
        (Subject::Payment(_) | Subject::Fee(_), What::Whole | What::Line(_) | What::PaidFor) => {
            let figures = with_old_values(old, new);
            let pairs = pairs(old, new, &change.subject);
            smallest(Side { book: old, figures: &old.figures }, Side { book: new, figures: &figures }, &pairs)
        }
        _ => None,
    }
}

fn is_figure(book: &Rulebook, operand: Operand, owner: Option<MeasureId>, name: &str) -> bool {
    match operand {
        Operand::Figure(id) => {
            let figure = &book.figures[id.index()];
            figure.owner == owner && figure.name == name
        }
        Operand::Count(..) | Operand::ListSize | Operand::Doses | Operand::Line(_) => false,
    }
}

fn owner_code<'b>(book: &'b Rulebook, figure: &Figure) -> Option<&'b str> {
    figure.owner.map(|id| book.measures[id.index()].code.as_str())
}

/// The old figures with one taken from the new rulebook; None where either has none.
fn with_figure(old: &Rulebook, new: &Rulebook, owner: Option<MeasureId>, name: &str) -> Option<Vec<Figure>> {
    let mut figures = old.figures.clone();
    let figure = figures.iter_mut().find(|figure| figure.owner == owner && figure.name == name)?;
    let code = owner_code(old, figure);
    let after = new.figures.iter().find(|after| after.name == name && owner_code(new, after) == code)?;
    figure.value = after.value.clone();
    Some(figures)
}

/// The new rulebook's figures, each as the old one has it if it has it, so that only the formulas differ.
fn with_old_values(old: &Rulebook, new: &Rulebook) -> Vec<Figure> {
    let value = |figure: &Figure| {
        let code = owner_code(new, figure);
        let before = old.figures.iter().find(|before| before.name == figure.name && owner_code(old, before) == code);
        before.unwrap_or(figure).value.clone()
    };
    new.figures.iter().map(|figure| Figure { value: value(figure), ..figure.clone() }).collect()
}

/// The programs of a payment or fee on both sides, by what they are paid for.
fn pairs(old: &Rulebook, new: &Rulebook, subject: &Subject) -> Vec<(Option<usize>, Option<usize>)> {
    let of = |book: &Rulebook| -> Vec<(String, usize)> {
        let numbered = book.programs.iter().enumerate();
        let ours = numbered.filter(|(_, program)| match (subject, program.of) {
            (Subject::Payment(name), ProgramOf::Payment(id)) => book.payments[id.index()].name == *name,
            (Subject::Fee(name), ProgramOf::Fee(id)) => book.fees[id.index()].name == *name,
            _ => false,
        });
        ours.map(|(at, program)| (format!("{:?} {:?}", label(book, program), program.quarter), at)).collect()
    };
    let (before, after) = (of(old), of(new));
    let find = |list: &[(String, usize)], key: &str| list.iter().find(|(name, _)| name == key).map(|(_, at)| *at);
    let kept = before.iter().map(|(key, at)| (Some(*at), find(&after, key)));
    let come = after.iter().filter(|(key, _)| find(&before, key).is_none()).map(|(_, at)| (None, Some(*at)));
    kept.chain(come).collect()
}

fn label(book: &Rulebook, program: &Program) -> Option<String> {
    program.measurement.map(|id| book.measurements[id.index()].label.clone())
}

fn smallest(old: Side<'_>, new: Side<'_>, pairs: &[(Option<usize>, Option<usize>)]) -> Option<SmallPractice> {
    if pairs.is_empty() {
        return None;
    }
    for with_baseline in [false, true] {
        for denominator in 1..=MOST_PEOPLE {
            for numerator in (0..=denominator).rev() {
                let before = facts(old.book, numerator, denominator, with_baseline);
                let after = facts(new.book, numerator, denominator, with_baseline);
                for (a, b) in pairs {
                    let pays = (pays(old, *a, &before), pays(new, *b, &after));
                    if is_other(pays) {
                        return Some(told(old.book, new.book, (*a, *b), numerator, denominator, pays));
                    }
                }
            }
        }
    }
    None
}

/// Everything of the made-up practice is the same: in every measurement so many of so many, so many doses of every fee.
fn facts(book: &Rulebook, numerator: u64, denominator: u64, with_baseline: bool) -> Facts {
    let all = vec![Some(Counted::of(numerator.into(), denominator.into())); book.measurements.len()];
    let half = vec![Some(Counted::of((numerator / 2).into(), denominator.into())); book.measurements.len()];
    Facts {
        list_size: Some(LIST_SIZE),
        baselines: if with_baseline { half } else { Vec::new() },
        counts: all,
        doses: vec![Some(numerator); book.fees.len()],
        waived: Vec::new(),
        origin: Origin::Counts,
    }
}

fn pays(side: Side<'_>, program: Option<usize>, facts: &Facts) -> Pays {
    let Some(program) = program.map(|at| &side.book.programs[at]) else { return Pays::default() };
    let result = |name: &str| program.line(name).map(|at| line(program, at, side.figures, facts));
    Pays { points: result("points"), pounds: result("pounds") }
}

/// What is not paid at all is nothing; a gap is something else than an amount, and no other than another gap.
fn is_other((old, new): (Pays, Pays)) -> bool {
    let amount = |paid: Option<Result<Amount, Gap>>| paid.unwrap_or(Ok(Amount::ZERO)).ok();
    amount(old.points) != amount(new.points) || amount(old.pounds) != amount(new.pounds)
}

fn told(
    old: &Rulebook,
    new: &Rulebook,
    pair: (Option<usize>, Option<usize>),
    numerator: u64,
    denominator: u64,
    pays: (Pays, Pays),
) -> SmallPractice {
    let (book, program) = match pair {
        (_, Some(at)) => (new, new.programs.get(at)),
        (Some(at), None) => (old, old.programs.get(at)),
        (None, None) => (old, None),
    };
    let payment = program.map_or(String::new(), |program| match program.of {
        ProgramOf::Payment(id) => book.payments[id.index()].name.clone(),
        ProgramOf::Fee(id) => book.fees[id.index()].name.clone(),
    });
    let paid_for = program.and_then(|program| label(book, program));
    SmallPractice { payment, paid_for, numerator, denominator, pays }
}
