//! Near misses as tables: how many of each kind and what they are worth, per practice; and, where it is asked for by
//! name, the list of patients.

mod words;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::eval::judge::Outcome;
use crate::eval::near_misses::{Flips, Found, Kind, NearMiss, stake};
use crate::eval::pay::{Facts, Gap};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::{Figure, MeasurementId};
use crate::report::gaps::{Figured, NamedGap};
use crate::report::near_misses::words::{timing, to_check};
use crate::report::table::{Cell, Column, Table};

/// The columns of the table of kinds.
pub const KIND_COLUMNS: [Column; 7] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::text("kind"),
    Column::whole("patients"),
    Column::amount("pounds_for_one", 2).short("£ for one"),
    Column::amount("pounds", 2),
];

/// The columns of the table of practices: each patient once.
pub const PRACTICE_COLUMNS: [Column; 6] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::whole("not_achieved"),
    Column::whole("near_misses"),
    Column::amount("pounds", 2),
];

/// The columns of the list of patients.
pub const PATIENT_COLUMNS: [Column; 12] = [
    Column::text("patient_id").short("patient"),
    Column::text("practice_code").short("practice"),
    Column::text("year"),
    Column::text("indicator").short("ind."),
    Column::text("kind"),
    Column::text("what"),
    Column::text("record_date").short("record"),
    Column::whole("days"),
    Column::text("timing"),
    Column::text("to_check"),
    Column::text("would_be"),
    Column::amount("pounds", 2),
];

/// One patient's near misses in one measurement.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    /// The practice that it counts for.
    pub practice_code: &'a str,
    /// Who.
    pub patient_id: Cow<'a, str>,
    /// What would have to be otherwise.
    pub found: Found,
}

/// One rulebook's near misses, and what prices them.
#[derive(Clone, Copy, Debug)]
pub struct BookCases<'a> {
    /// The rulebook.
    pub book: &'a Rulebook,
    /// As in the `year` column.
    pub year: &'a str,
    /// The rulebook's figures, those that this run sets among them.
    pub figures: &'a [Figure],
    /// By practice code.
    pub facts: &'a BTreeMap<String, Facts>,
    /// In any order.
    pub cases: &'a [Case<'a>],
}

/// The near misses of one practice in one measurement.
struct Group<'a> {
    of: &'a BookCases<'a>,
    practice_code: &'a str,
    measurement: MeasurementId,
    cases: Vec<&'a Case<'a>>,
}

impl<'a> Group<'a> {
    fn indicator(&self) -> &'a str {
        &self.of.book.measurements[self.measurement.index()].label
    }

    /// What so many flips are worth; None where nothing is known of the practice, or no payment reads the measurement.
    fn worth(&self, flips: Flips) -> Option<Result<Amount, Gap>> {
        let facts = self.of.facts.get(self.practice_code)?;
        stake(self.of.book, self.of.figures, self.measurement, facts, flips)
    }

    /// How many of its patients would flip by a near miss that is asked about, each once.
    fn flips(&self, asked: impl Fn(&NearMiss) -> bool) -> Flips {
        let of_case = |case: &&Case<'_>| {
            let misses = || case.found.misses.iter().filter(|miss| asked(miss));
            flip(misses().map(|miss| miss.would_be))
        };
        self.cases.iter().map(of_case).fold(Flips::default(), |sum, one| Flips {
            achieved: sum.achieved + one.achieved,
            excepted: sum.excepted + one.excepted,
        })
    }
}

/// One patient's flip: to achieved, if anything would do that.
fn flip(would_be: impl Iterator<Item = Outcome>) -> Flips {
    let outcomes: Vec<Outcome> = would_be.collect();
    let achieved = u64::from(outcomes.contains(&Outcome::Achieved));
    Flips { achieved, excepted: u64::from(!outcomes.is_empty()) - achieved }
}

/// The groups of several rulebooks, in order of practice, indicator and year.
fn groups<'a>(books: &'a [BookCases<'a>]) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<(&str, &str, &str), Group<'a>> = BTreeMap::new();
    for of in books {
        for case in of.cases {
            let measurement = case.found.measurement;
            let label = of.book.measurements[measurement.index()].label.as_str();
            let group = groups.entry((case.practice_code, label, of.year));
            let group =
                group.or_insert(Group { of, practice_code: case.practice_code, measurement, cases: Vec::new() });
            group.cases.push(case);
        }
    }
    groups.into_values().collect()
}

/// What is told of near misses.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The table that was asked for.
    pub table: Table<'a>,
    /// What is not known.
    pub gaps: Vec<NamedGap>,
}

/// Collects the gaps of figures.
#[derive(Default)]
struct Gaps<'a>(BTreeMap<String, (BTreeSet<&'a str>, BTreeSet<&'a str>)>);

impl<'a> Gaps<'a> {
    /// The cell of a figure of a group; what is not known of it is kept.
    fn cell(&mut self, group: &Group<'a>, figure: Option<Result<Amount, Gap>>) -> Cell<'static> {
        let figured = Figured::of(figure, group.of.book);
        if let Figured::Gap(gap) = &figured {
            let (years, practices) = self.0.entry(gap.clone()).or_default();
            years.insert(group.of.year);
            practices.insert(group.practice_code);
        }
        figured.known().into()
    }

    fn named(self) -> Vec<NamedGap> {
        let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
        let named = self.0.into_iter();
        named
            .map(|(gap, (years, practices))| NamedGap { gap, years: owned(years), practices: owned(practices) })
            .collect()
    }
}

/// How many patients of each practice, indicator and kind, and what they are worth: one of them, and all together.
pub fn kinds<'a>(books: &'a [BookCases<'a>]) -> Told<'a> {
    let mut table = Table::new("Near misses of each kind", KIND_COLUMNS);
    let mut gaps = Gaps::default();
    for group in groups(books) {
        for kind in Kind::ALL {
            let flips = group.flips(|miss| miss.kind == kind);
            let patients = flips.achieved + flips.excepted;
            if patients == 0 {
                continue;
            }
            let one = Flips { achieved: u64::from(flips.achieved > 0), excepted: u64::from(flips.achieved == 0) };
            table.rows.push(vec![
                Cell::text(group.of.year),
                Cell::text(group.practice_code),
                Cell::text(group.indicator()),
                Cell::text(kind.word()),
                Cell::Whole(patients),
                gaps.cell(&group, group.worth(one)),
                gaps.cell(&group, group.worth(flips)),
            ]);
        }
    }
    Told { table, gaps: gaps.named() }
}

/// How many of each practice's patients who have not achieved an indicator have a near miss of any kind, each once, and
/// what they are worth together.
pub fn practices<'a>(books: &'a [BookCases<'a>]) -> Told<'a> {
    let mut table = Table::new("Patients with a near miss of any kind", PRACTICE_COLUMNS);
    let mut gaps = Gaps::default();
    for group in groups(books) {
        let flips = group.flips(|_| true);
        let counted = group.of.facts.get(group.practice_code).and_then(|facts| facts.counts[group.measurement.index()]);
        let not_achieved = counted.and_then(|counted| counted.denominator.minus(counted.numerator));
        table.rows.push(vec![
            Cell::text(group.of.year),
            Cell::text(group.practice_code),
            Cell::text(group.indicator()),
            not_achieved.and_then(whole).map_or(Cell::Empty, Cell::Whole),
            Cell::Whole(flips.achieved + flips.excepted),
            gaps.cell(&group, group.worth(flips)),
        ]);
    }
    Told { table, gaps: gaps.named() }
}

/// Counts from records are whole.
fn whole(amount: Amount) -> Option<u64> {
    amount.to_string().parse().ok()
}

/// Every near miss of every patient: in order of practice, indicator, year and patient, then by kind, the smallest first.
pub fn patients<'a>(books: &'a [BookCases<'a>]) -> Told<'a> {
    let mut table = Table::new("Near misses", PATIENT_COLUMNS);
    let mut gaps = Gaps::default();
    for mut group in groups(books) {
        group.cases.sort_by(|a, b| a.patient_id.cmp(&b.patient_id));
        let achieved = gaps.cell(&group, group.worth(Flips { achieved: 1, excepted: 0 }));
        let is_excepted = |case: &&Case<'_>| case.found.misses.iter().any(|miss| miss.would_be != Outcome::Achieved);
        let excepted = match group.cases.iter().any(is_excepted) {
            true => gaps.cell(&group, group.worth(Flips { achieved: 0, excepted: 1 })),
            false => Cell::Empty,
        };
        for case in &group.cases {
            for miss in &case.found.misses {
                let pounds = if miss.would_be == Outcome::Achieved { &achieved } else { &excepted };
                table.rows.push(patient_row(&group, case, miss, pounds.clone()));
            }
        }
    }
    Told { table, gaps: gaps.named() }
}

fn patient_row<'a>(group: &Group<'a>, case: &'a Case<'a>, miss: &NearMiss, pounds: Cell<'a>) -> Vec<Cell<'a>> {
    let book = group.of.book;
    let days = u64::from(miss.move_days.unsigned_abs());
    let is_dated = matches!(miss.kind, Kind::Days | Kind::Registration);
    vec![
        Cell::text(case.patient_id.as_ref()),
        Cell::text(case.practice_code),
        Cell::text(group.of.year),
        Cell::text(group.indicator()),
        Cell::text(miss.kind.word()),
        Cell::text(book.condition_words[miss.clause.index()].text.as_str()),
        miss.recorded.map_or(Cell::Empty, |day| Cell::text(day.to_string())),
        if is_dated { Cell::Whole(days) } else { Cell::Empty },
        if is_dated { Cell::text(timing(miss)) } else { Cell::Empty },
        Cell::text(to_check(book, group.measurement, miss)),
        Cell::text(miss.would_be.word()),
        pounds,
    ]
}
