//! The counts table: numerators and denominators that somebody else counted, or that an earlier run wrote.

use crate::data::error::LoadError;
use crate::data::long_form;
use crate::data::source::Input;
use crate::data::table::{self, Row};
use crate::ground::{Amount, FindingKind, Findings};

/// One practice's counts for one indicator or course.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountRow {
    /// The contract year that the row belongs to, where the table says so.
    pub year: Option<String>,
    /// The practice.
    pub practice_code: String,
    /// The indicator or course.
    pub measure: String,
    /// People who achieved; worked out from a percentage it need not be whole.
    pub numerator: Amount,
    /// People in the denominator.
    pub denominator: Amount,
    /// People on the register, excluded and excepted, where the table says so (a run's own output does).
    pub register: Option<[u64; 3]>,
    /// Whether the numerator was worked out from a percentage, so that it is only as exact as that was written.
    pub rounded: bool,
    /// The row's number, from 1 for the first below the header in Parquet, the line in CSV.
    pub row: u64,
}

/// The counts table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountTable {
    /// The rows in the order read.
    pub rows: Vec<CountRow>,
    /// What the table says that each row earned, where it is in the published long form.
    pub published: Option<Published>,
    /// What was odd.
    pub findings: Findings,
}

/// The points that a published table says were achieved.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Published {
    /// By practice and indicator, in the order read.
    pub points: Vec<PublishedPoints>,
    /// The most decimals that any of them is written with.
    pub decimals: u32,
}

/// One practice's published points for one indicator.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PublishedPoints {
    /// The practice.
    pub practice_code: String,
    /// The indicator.
    pub indicator: String,
    /// The contract year, where the table says so.
    pub year: Option<String>,
    /// The points.
    pub points: Amount,
}

/// Reads `practice_code, indicator` (or `measure`) `, numerator, denominator`, or `uptake_percent` in the numerator's
/// place; or the published long form, one row per practice, indicator and thing counted.
///
/// # Errors
/// [`LoadError`] if the table cannot be read or lacks a column.
pub fn read(input: &Input) -> Result<CountTable, LoadError> {
    let table = table::read(input)?;
    if long_form::is_it(&table)? {
        return long_form::read(&table);
    }
    let practice = table.need("practice_code")?;
    let measure = match table.find("indicator")? {
        Some(place) => place,
        None => table.need("measure")?,
    };
    let percent = table.find("uptake_percent")?;
    let numerator = match (table.find("numerator")?, percent) {
        (None, None) => Some(table.need("numerator")?),
        (place, _) => place,
    };
    let denominator = table.need("denominator")?;
    let year = table.find("year")?;
    let people = [table.find("register")?, table.find("excluded")?, table.find("excepted")?];
    let places = Places { practice, measure, numerator, percent, denominator, year, people };
    let mut findings = table.findings.clone();
    let mut rows = Vec::new();
    for row in &table.rows {
        match places.row(row) {
            Ok(counts) => rows.push(counts),
            Err((kind, column)) => findings.add(kind, &table.name, column, Some(row.number)),
        }
    }
    Ok(CountTable { rows, published: None, findings })
}

struct Places {
    practice: usize,
    measure: usize,
    numerator: Option<usize>,
    percent: Option<usize>,
    denominator: usize,
    year: Option<usize>,
    people: [Option<usize>; 3],
}

impl Places {
    fn row(&self, row: &Row) -> Result<CountRow, (FindingKind, &'static str)> {
        let text = |place, column| row.cell(Some(place)).ok_or((FindingKind::MissingValue, column));
        let code = |place, column| row.code(Some(place)).ok_or((FindingKind::MissingValue, column));
        let amount = |text: &str, column| {
            let amount = Amount::parse(text).filter(|amount| !amount.is_negative());
            amount.ok_or((FindingKind::MalformedNumber, column))
        };
        let denominator = amount(text(self.denominator, "denominator")?, "denominator")?;
        let counted = row.cell(self.numerator);
        let (numerator, rounded) = match (counted, row.cell(self.percent)) {
            (Some(numerator), _) => (amount(numerator, "numerator")?, false),
            (None, Some(percent)) => {
                let percent = amount(percent.trim_end_matches('%').trim(), "uptake_percent")?;
                let share = percent.times(denominator).and_then(|part| part.over(Amount::from(100_u32)));
                (share.ok_or((FindingKind::MalformedNumber, "uptake_percent"))?, true)
            }
            (None, None) => return Err((FindingKind::MissingValue, "numerator")),
        };
        if numerator > denominator {
            return Err((FindingKind::NumeratorAboveDenominator, "numerator"));
        }
        let whole = |place: Option<usize>| row.cell(place).and_then(|text| text.parse().ok());
        let [register, excluded, excepted] = self.people.map(whole);
        let people = register.zip(excluded).zip(excepted);
        let people = people.map(|((register, excluded), excepted): ((u64, u64), u64)| [register, excluded, excepted]);
        if people.is_some_and(|people| !agree(people, denominator)) {
            return Err((FindingKind::CountsDisagree, "register"));
        }
        Ok(CountRow {
            year: row.code(self.year).map(str::to_owned),
            practice_code: code(self.practice, "practice_code")?.to_owned(),
            measure: code(self.measure, "indicator")?.to_owned(),
            numerator,
            denominator,
            register: people,
            rounded,
            row: row.number,
        })
    }
}

/// True if nobody of the register is lost between it and the denominator.
fn agree([register, excluded, excepted]: [u64; 3], denominator: Amount) -> bool {
    let left = register.checked_sub(excluded).and_then(|left| left.checked_sub(excepted));
    left.is_some_and(|left| Amount::from(left) == denominator)
}
