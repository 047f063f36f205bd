//! What is at stake: what one more patient is worth to a practice, and the fees that doses earn.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

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
use crate::report::gaps::NamedGap;
use crate::report::recall::{Line, unset_figures};

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
            return Figured::Gap("the fee of a dose is not known that is given outside the years of these rules".to_owned());
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

/// What is not known: pounds and fees of those who are listed, and the figures that the lists show.
pub(super) fn gaps(books: &[Rulebook], lines: &[Line<'_>]) -> Vec<NamedGap> {
    let mut by_sentence: BTreeMap<String, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    let in_lists = |line: &Line<'_>| {
        let lists: Vec<_> = line.book.worklists.iter().map(|list| (line.book, list)).collect();
        let unset = unset_figures(&lists).map(|(_, figure)| gap_words(Gap::Unset(figure), line.book, ANY_PRACTICE));
        unset.collect::<Vec<_>>()
    };
    let mut shown: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for book in books {
        let of_book = lines.iter().find(|line| line.book.name == book.name);
        shown.insert(book.name.to_string(), of_book.map(in_lists).unwrap_or_default());
    }
    for line in lines {
        let of_line = [&line.at_stake, &line.fees].into_iter().filter_map(|figure| match figure {
            Figured::Gap(why) => Some(why.clone()),
            Figured::Known(_) | Figured::None => None,
        });
        let of_lists = shown.get(&line.book.name.to_string()).into_iter().flatten().cloned();
        for why in of_line.chain(of_lists) {
            let (years, practices) = by_sentence.entry(why).or_default();
            years.insert(line.year);
            practices.insert(line.practice_code);
        }
    }
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    let gap = |(gap, (years, practices))| NamedGap { gap, years: owned(years), practices: owned(practices) };
    by_sentence.into_iter().map(gap).collect()
}
