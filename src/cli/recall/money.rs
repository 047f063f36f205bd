//! What is at stake: what one more patient is worth to a practice, and the fees that doses earn.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::Setting;
use crate::cli::facts::PracticeArguments;
use crate::data::PracticeId;
use crate::eval::pay::{Counted, Facts, Gap, Origin, add, pounds};
use crate::eval::recall::{Called, Earning, Recall};
use crate::eval::worth::worth_of_more;
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::Figure;
use crate::model::formula::ProgramOf;
use crate::report::figured::{ANY_PRACTICE, Figured, gap_words};

/// Rulebook, practice, measurement, how many more.
type Asked = (usize, u32, usize, i64);

/// The facts of practices, for each rulebook asked for and each that pays fees.
pub(super) struct Money<'a> {
    books: &'a [Rulebook],
    payers: &'a [&'a Rulebook],
    /// By payer, the rulebooks asked for first.
    figures: Vec<Vec<Figure>>,
    /// By payer, by practice (its id in the extract).
    facts: Vec<Vec<Facts>>,
    worth: RefCell<BTreeMap<Asked, Figured>>,
}

impl<'a> Money<'a> {
    pub(super) fn new(setting: &Setting<'a>, arguments: &PracticeArguments) -> Money<'a> {
        let (known, results): (_, &[Recall]) = (setting.known, setting.results);
        let figures = setting.payers.books.iter().enumerate().map(|(at, book)| match at < setting.books.len() {
            true => known.figures(at),
            false => book.figures.clone(),
        });
        let facts = setting.payers.books.iter().enumerate().map(|(at, book)| {
            let of_practice = |(PracticeId(id), code): (PracticeId, &str)| {
                let mut facts = known.facts(arguments, book, code, Origin::Records);
                if let Some(result) = results.get(at) {
                    let counts = &result.counts[id as usize];
                    facts.counts = counts.iter().map(|counts| Some(Counted::from(*counts))).collect();
                }
                facts
            };
            setting.extract.practices().map(of_practice).collect()
        });
        Money {
            books: setting.books,
            payers: &setting.payers.books,
            figures: figures.collect(),
            facts: facts.collect(),
            worth: RefCell::default(),
        }
    }

    /// What it is worth if so many more achieve what a patient has not.
    pub(super) fn of_more(&self, at: usize, called: &Called, more: i64) -> Figured {
        let PracticeId(practice) = called.practice;
        let asked = (at, practice, called.measurement.index(), more);
        if let Some(known) = self.worth.borrow().get(&asked) {
            return known.clone();
        }
        let (book, facts) = (&self.books[at], &self.facts[at][practice as usize]);
        let worth = worth_of_more(book, &self.figures[at], called.measurement, facts, more);
        let worth = Figured::of(worth, book);
        self.worth.borrow_mut().insert(asked, worth.clone());
        worth
    }

    /// What the missing doses earn in fees; none where no dose is missing, or no fee is paid for them.
    pub(super) fn fees(&self, called: &Called) -> Figured {
        if called.earnings.is_partly_unknown {
            let why = "no rulebook says what a dose earns that is given outside the years of these rules";
            return Figured::Gap(why.to_owned());
        }
        let mut paid = None;
        for earning in &called.earnings.fees {
            let book = self.payers[earning.payer];
            let fee = self.fee(called.practice, earning);
            if let Some(Err(gap)) = fee {
                return Figured::Gap(gap_words(gap, book, ANY_PRACTICE));
            }
            paid = add(paid.into_iter().chain(fee));
        }
        match paid {
            Some(Ok(amount)) => Figured::Known(amount),
            Some(Err(_)) | None => Figured::None,
        }
    }

    fn fee(&self, PracticeId(practice): PracticeId, earning: &Earning) -> Option<Result<Amount, Gap>> {
        let book = self.payers[earning.payer];
        let program = book.programs.iter().find(|program| program.of == ProgramOf::Fee(earning.fee))?;
        let mut facts = self.facts[earning.payer][practice as usize].clone();
        facts.doses[earning.fee.index()] = Some(earning.doses);
        pounds(book, program, &self.figures[earning.payer], &facts)
    }
}
