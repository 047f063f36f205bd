//! The year-end return: baseline beside year end, exceptions, uptake with and without them, and what is paid.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::eval::pay::Counted;
use crate::ground::Amount;
use crate::model::pathway::{Pathway, State};
use crate::report::disclosure::MARK;
use crate::report::figured::Figured;
use crate::report::pathway::withheld::{WithheldAreas, WithheldReturn};
use crate::report::table::{Cell, Column, Table};

/// Who reads the return.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Readers {
    /// People: what is not known is said in the figure's place.
    People,
    /// Programs: the figure's cell is empty, and the last column says why.
    Programs,
}

/// One practice's return for one indicator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReturnRow {
    /// The practice.
    pub practice_code: String,
    /// Its area; empty where nobody says.
    pub area: String,
    /// The indicator.
    pub indicator: String,
    /// Counts at the baseline.
    pub baseline: Option<Counted>,
    /// Counts on the day of the report, local exceptions among them.
    pub year_end: Option<Counted>,
    /// Children by exception, in the order of the pathway's states that are reported as one.
    pub exceptions: Vec<u64>,
    /// The share of exceptions above which a practice is flagged, in per cent; None where it is not set.
    pub audit_above: Option<Amount>,
    /// Why that share is not known, if it is not.
    pub audit_not_set: Option<String>,
    /// What is paid.
    pub pounds: Figured,
    /// Which of its counts are not to be printed.
    pub withheld: WithheldReturn,
}

impl ReturnRow {
    /// All exceptions together.
    fn excepted(&self) -> u64 {
        self.exceptions.iter().sum()
    }

    /// False where counts that somebody else made have no room for the exceptions of the records.
    pub fn fits(&self) -> bool {
        let room = self.year_end.and_then(|counted| counted.denominator.minus(counted.numerator));
        room.is_none_or(|room| Amount::from(self.excepted()) <= room)
    }

    /// Numerator over the denominator less the local exceptions, in per cent.
    fn local_percent(&self) -> Option<Amount> {
        let counted = self.year_end?;
        if !self.fits() {
            return None;
        }
        let local = counted.denominator.minus(Amount::from(self.excepted()))?;
        percent(counted.numerator, local)
    }

    /// Exceptions over the denominator, in per cent.
    fn exception_percent(&self) -> Option<Amount> {
        percent(Amount::from(self.excepted()), self.year_end?.denominator)
    }

    /// What is not known of the figures beside it.
    fn not_known(&self) -> String {
        let audit = self.audit_not_set.iter().cloned();
        let pounds = match &self.pounds {
            Figured::Gap(why) => Some(why.clone()),
            Figured::Known(_) | Figured::None | Figured::Withheld => None,
        };
        audit.chain(pounds).collect::<Vec<_>>().join("; ")
    }

    fn is_flagged(&self) -> Option<bool> {
        Some(self.exception_percent()? > self.audit_above?)
    }
}

/// What is said in the place of a figure that is not known: people read it there, programs in the last column.
fn unknown(words: &'static str, readers: Readers) -> Cell<'static> {
    match readers {
        Readers::People => Cell::text(words),
        Readers::Programs => Cell::Empty,
    }
}

/// A count; one worked out from a percentage need not be whole.
fn number(amount: Amount) -> Cell<'static> {
    let whole = amount.whole().and_then(|whole| u64::try_from(whole).ok());
    whole.map_or(Cell::Amount(amount), Cell::Whole)
}

fn percent(part: Amount, whole: Amount) -> Option<Amount> {
    part.times(Amount::from(100_u32))?.over(whole)
}

/// The states that are reported as an exception.
fn excepting(pathway: &Pathway) -> impl Iterator<Item = &State> {
    pathway.states.iter().filter(|state| state.exception.is_some())
}

fn columns(pathway: &Pathway, first: Vec<Column>, readers: Readers) -> Vec<Column> {
    let mut columns = first;
    columns.extend([
        Column::text("indicator"),
        Column::whole("baseline_denominator").short("base den"),
        Column::whole("baseline_numerator").short("base num"),
        Column::amount("baseline_percent", 2).short("base %"),
        Column::whole("denominator").short("den"),
        Column::whole("numerator").short("num"),
        Column::amount("uptake_percent", 2).short("uptake %"),
    ]);
    let codes = excepting(pathway).filter_map(|state| state.exception.as_ref());
    columns.extend(codes.map(|exception| Column {
        name: Cow::Owned(exception.code.to_lowercase()),
        kind: crate::report::table::Kind::Whole,
        short: None,
    }));
    columns.extend([
        Column::whole("exceptions").short("exc"),
        Column::amount("uptake_with_exceptions_percent", 2).short("with exc %"),
        Column::amount("exception_percent", 2).short("exc %"),
        Column::text("audit"),
        Column::amount("pounds", 2),
    ]);
    if readers == Readers::Programs {
        columns.push(Column::text("not_known"));
    }
    columns
}

fn cells(row: &ReturnRow, readers: Readers) -> Vec<Cell<'static>> {
    let WithheldReturn { baseline, year_end, exceptions, excepted } = &row.withheld;
    let mut cells = vec![Cell::text(row.indicator.clone())];
    cells.extend(shares(row.baseline, *baseline));
    cells.extend(shares(row.year_end, *year_end));
    let counts = row.exceptions.iter().enumerate();
    cells.extend(counts.map(|(at, count)| unless(exceptions.get(at) == Some(&true), Cell::Whole(*count))));
    let is_share_withheld = *excepted || year_end[0];
    cells.extend([
        unless(*excepted, Cell::Whole(row.excepted())),
        unless(is_share_withheld || year_end[1], row.local_percent().into()),
        unless(is_share_withheld, row.exception_percent().into()),
        match row.is_flagged() {
            Some(_) if is_share_withheld => Cell::text(MARK),
            Some(true) => Cell::text("yes"),
            Some(false) => Cell::text("no"),
            None if row.audit_not_set.is_some() => unknown("not set", readers),
            None => Cell::Empty,
        },
        match &row.pounds {
            Figured::Known(amount) => Cell::Amount(*amount),
            Figured::Gap(_) => unknown("not known", readers),
            Figured::None => Cell::Empty,
            Figured::Withheld => row.pounds.cell(),
        },
    ]);
    if readers == Readers::Programs {
        cells.push(Cell::text(row.not_known()));
    }
    cells
}

/// Denominator, numerator and the one in per cent of the other, but for what is withheld of the first two.
fn shares(counted: Option<Counted>, [denominator, numerator]: [bool; 2]) -> [Cell<'static>; 3] {
    let Some(counted) = counted else { return [Cell::Empty, Cell::Empty, Cell::Empty] };
    [
        unless(denominator, number(counted.denominator)),
        unless(numerator, number(counted.numerator)),
        unless(denominator || numerator, counted.achievement_percent().into()),
    ]
}

/// A cell, marked where it is withheld.
fn unless(is_withheld: bool, cell: Cell<'static>) -> Cell<'static> {
    if is_withheld && cell != Cell::Empty { Cell::text(MARK) } else { cell }
}

/// The return, a row for each practice and indicator, by practice, then in the pathway's order of indicators.
pub fn returns(pathway: &Pathway, rows: &[ReturnRow], readers: Readers) -> Table<'static> {
    let first = vec![Column::text("practice_code").short("practice"), Column::text("area")];
    let mut table = Table::new("Return per practice", columns(pathway, first, readers));
    for row in rows {
        let first = [Cell::text(row.practice_code.clone()), Cell::text(row.area.clone())];
        table.rows.push(first.into_iter().chain(cells(row, readers)).collect());
    }
    table
}

/// The same per area; pounds are the sum of its practices', empty where one of them is not known.
pub fn areas(pathway: &Pathway, rows: &[ReturnRow], withheld: &WithheldAreas, readers: Readers) -> Table<'static> {
    let mut summed: BTreeMap<(&str, usize), ReturnRow> = BTreeMap::new();
    let order: Vec<&str> = rows.iter().map(|row| row.indicator.as_str()).collect();
    for row in rows {
        let at = order.iter().position(|indicator| *indicator == row.indicator).unwrap_or_default();
        match summed.get_mut(&(row.area.as_str(), at)) {
            Some(sum) => add(sum, row),
            None => {
                summed.insert((&row.area, at), row.clone());
            }
        }
    }
    let mut table = Table::new("Return per area", columns(pathway, vec![Column::text("area")], readers));
    for row in summed.values_mut() {
        row.withheld = withheld.get(&(row.area.clone(), row.indicator.clone())).cloned().unwrap_or_default();
        if row.withheld.any() {
            row.pounds = row.pounds.clone().withheld();
        }
        let first = Cell::text(row.area.clone());
        table.rows.push(std::iter::once(first).chain(cells(row, readers)).collect());
    }
    table
}

fn add(sum: &mut ReturnRow, row: &ReturnRow) {
    let both = |mine: Option<Counted>, theirs: Option<Counted>| match (mine, theirs) {
        (Some(mine), Some(theirs)) => mine.plus(theirs),
        (mine, theirs) => mine.or(theirs),
    };
    sum.baseline = both(sum.baseline, row.baseline);
    sum.year_end = both(sum.year_end, row.year_end);
    for (mine, theirs) in sum.exceptions.iter_mut().zip(&row.exceptions) {
        *mine += theirs;
    }
    sum.pounds = match (&sum.pounds, &row.pounds) {
        (Figured::Known(mine), Figured::Known(theirs)) => mine.plus(*theirs).map_or(Figured::None, Figured::Known),
        (Figured::Gap(why), _) | (_, Figured::Gap(why)) => Figured::Gap(why.clone()),
        (Figured::Withheld, _) | (_, Figured::Withheld) => Figured::Withheld,
        (Figured::None, other) | (other, Figured::None) => other.clone(),
    };
}
