//! The rows of a run: what a practice achieved and earned for an indicator, and what became of a patient.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::eval::judge::Outcome;
use crate::eval::pay::{Counted, Earned};
use crate::ground::Amount;
use crate::model::Rulebook;
use crate::model::book::MeasurementId;
use crate::report::disclosure::MARK;
use crate::report::disclosure::measures::WithheldCounts;
use crate::report::figured::Figured;
use crate::report::style::counted;
use crate::report::table::{Cell, Column, Grid};

/// The columns of [`MeasureRow`]: patients, then per cent, points and pounds.
pub static MEASURE_COLUMNS: [Column; 11] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::whole("register").short("reg."),
    Column::whole("excluded").short("excl."),
    Column::whole("excepted").short("except."),
    Column::whole("denominator").short("denom."),
    Column::whole("numerator").short("num."),
    Column::amount("achievement_percent", 2).short("%"),
    Column::amount("points", POINTS_DECIMALS),
    Column::amount("pounds", POUNDS_DECIMALS),
];

const POINTS_DECIMALS: u32 = 4;
const POUNDS_DECIMALS: u32 = 2;

/// The columns of [`PatientRow`].
pub static PATIENT_COLUMNS: [Column; 6] = [
    Column::text("patient_id"),
    Column::text("practice_code").short("practice"),
    Column::text("year"),
    Column::text("indicator").short("ind."),
    Column::text("outcome"),
    Column::text("reason"),
];

/// What a practice achieved and earned for one indicator in one year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MeasureRow {
    /// The contract year, with its scheme where that is needed to tell.
    pub year: String,
    /// The practice.
    pub practice_code: String,
    /// The measurement's label.
    pub indicator: String,
    /// Patients.
    pub counts: Counted,
    /// Which of the counts are not to be printed.
    pub withheld: WithheldCounts,
    /// Points.
    pub points: Figured,
    /// Pounds.
    pub pounds: Figured,
}

impl MeasureRow {
    /// The row of a measurement. `year` is the text of the `year` column ([`Rulebook::year_label`]).
    pub fn new(
        book: &Rulebook,
        year: &str,
        practice_code: &str,
        measurement: MeasurementId,
        counts: Counted,
        earned: Earned,
    ) -> MeasureRow {
        MeasureRow {
            year: year.to_owned(),
            practice_code: practice_code.to_owned(),
            indicator: book.measurements[measurement.index()].label.clone(),
            counts,
            withheld: WithheldCounts::default(),
            points: Figured::of(earned.points, book),
            pounds: Figured::of(earned.pounds, book),
        }
    }
}

/// Sorts by practice, indicator and year, bytewise.
pub fn sort_measures(rows: &mut [MeasureRow]) {
    fn key(row: &MeasureRow) -> (&str, &str, &str) {
        (&row.practice_code, &row.indicator, &row.year)
    }
    rows.par_sort_by(|a, b| key(a).cmp(&key(b)));
}

/// Measure rows as a table with [`MEASURE_COLUMNS`], in their order.
#[derive(Clone, Copy, Debug)]
pub struct MeasureGrid<'a> {
    /// The title, for people.
    pub title: &'a str,
    /// The rows.
    pub rows: &'a [MeasureRow],
}

impl Grid for MeasureGrid<'_> {
    fn title(&self) -> &str {
        self.title
    }

    fn columns(&self) -> &[Column] {
        &MEASURE_COLUMNS
    }

    fn row_count(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let row = &self.rows[row];
        match column {
            0 => Cell::text(&row.year),
            1 => Cell::text(&row.practice_code),
            2 => Cell::text(&row.indicator),
            3..=7 => people_cells(&row.counts, row.withheld)[column - 3].clone(),
            8 if row.withheld.achievement() => Cell::text(MARK),
            8 => row.counts.achievement_percent().into(),
            9 => row.points.cell(),
            10 => row.pounds.cell(),
            _ => Cell::Empty,
        }
    }
}

/// Register, excluded, excepted, denominator and numerator.
fn people_cells(counts: &Counted, withheld: WithheldCounts) -> [Cell<'static>; 5] {
    [
        told_people(counts.register, withheld.register),
        told_people(counts.excluded, withheld.excluded),
        told_people(counts.excepted, withheld.excepted),
        told_people(counts.denominator, withheld.denominator),
        told_people(counts.numerator, withheld.numerator),
    ]
}

/// A count of people, or the mark of one that is withheld.
pub(in crate::report) fn told_people(count: Amount, is_withheld: bool) -> Cell<'static> {
    if is_withheld { Cell::text(MARK) } else { people(count) }
}

/// A count of people: whole, but for one that was worked out from a percentage, which shows two decimals.
pub(in crate::report) fn people(count: Amount) -> Cell<'static> {
    whole_people(count).map_or_else(|| Cell::text(count.to_decimals(2)), Cell::Whole)
}

/// A count as whole people; None for one that was worked out from a percentage and is not whole.
pub(in crate::report) fn whole_people(count: Amount) -> Option<u64> {
    count.whole().and_then(|whole| u64::try_from(whole).ok())
}

/// Counts added up. Counts of people never grow beyond what an exact amount holds.
pub(in crate::report) fn sum_of_counts(counts: impl Iterator<Item = Counted>) -> Counted {
    let nobody = Counted::of(Amount::ZERO, Amount::ZERO);
    counts.fold(nobody, |sum, counts| sum.plus(counts).unwrap_or(sum))
}

/// What became of a patient on a register.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PatientRow<'a> {
    /// The patient's id as written.
    pub patient_id: Cow<'a, str>,
    /// The practice that it counts for.
    pub practice_code: &'a str,
    /// The contract year, as in [`MeasureRow::year`].
    pub year: &'a str,
    /// The measurement's label.
    pub indicator: &'a str,
    /// [`Outcome::word`].
    pub outcome: &'static str,
    /// The code of the exception or exclusion that decided it; empty where none did.
    pub reason: &'a str,
}

impl<'a> PatientRow<'a> {
    /// The row of an outcome. `year` is the text of the `year` column ([`Rulebook::year_label`]).
    pub fn new(
        book: &'a Rulebook,
        year: &'a str,
        practice_code: &'a str,
        patient_id: impl Into<Cow<'a, str>>,
        measurement: MeasurementId,
        outcome: Outcome,
    ) -> PatientRow<'a> {
        let measured = &book.measurements[measurement.index()];
        let reason = outcome.reason(&book.measures[measured.measure.index()]);
        PatientRow {
            patient_id: patient_id.into(),
            practice_code,
            year,
            indicator: &measured.label,
            outcome: outcome.word(),
            reason: reason.map_or("", |reason| &reason.code),
        }
    }
}

/// Sorts by practice, indicator, year and patient, bytewise.
pub fn sort_patients(rows: &mut [PatientRow<'_>]) {
    fn key<'r>(row: &'r PatientRow<'_>) -> (&'r str, &'r str, &'r str, &'r str) {
        (row.practice_code, row.indicator, row.year, &row.patient_id)
    }
    rows.sort_unstable_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.cmp(b)));
}

/// Patient rows as a table with [`PATIENT_COLUMNS`], in their order.
#[derive(Clone, Copy, Debug)]
pub struct PatientGrid<'a> {
    /// The title, for people.
    pub title: &'a str,
    /// The rows.
    pub rows: &'a [PatientRow<'a>],
}

impl Grid for PatientGrid<'_> {
    fn title(&self) -> &str {
        self.title
    }

    fn columns(&self) -> &[Column] {
        &PATIENT_COLUMNS
    }

    fn row_count(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let row = &self.rows[row];
        match column {
            0 => Cell::text(row.patient_id.as_ref()),
            1 => Cell::text(row.practice_code),
            2 => Cell::text(row.year),
            3 => Cell::text(row.indicator),
            4 => Cell::text(row.outcome),
            5 if !row.reason.is_empty() => Cell::text(row.reason),
            _ => Cell::Empty,
        }
    }
}

/// Totals of measure rows, for people only.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// One row per indicator and year, in that order, with [`MEASURE_COLUMNS`]; achievement is no sum and left out.
    pub rows: Vec<Vec<Cell<'static>>>,
    /// What the sums leave out, a sentence each without a full stop.
    pub notes: Vec<String>,
}

/// Which counts of a total are not to be printed, by indicator and year.
pub type WithheldTotals = BTreeMap<(String, String), WithheldCounts>;

/// The totals of all practices per indicator and year. Each equals the sum of what is printed: points and pounds are
/// rounded for display before they are added. Nothing where no indicator has more than one row in a year.
pub fn totals(rows: &[MeasureRow], withheld: &WithheldTotals) -> Totals {
    let mut groups: BTreeMap<(&str, &str), Vec<&MeasureRow>> = BTreeMap::new();
    for row in rows {
        groups.entry((&row.indicator, &row.year)).or_default().push(row);
    }
    let mut totals = Totals::default();
    if groups.values().all(|group| group.len() < 2) {
        return totals;
    }
    for ((indicator, year), group) in groups {
        let withheld = withheld.get(&(indicator.to_owned(), year.to_owned())).copied().unwrap_or_default();
        totals.add(indicator, year, &group, withheld);
    }
    totals
}

impl Totals {
    /// Adds the total of an indicator in a year.
    fn add(&mut self, indicator: &str, year: &str, group: &[&MeasureRow], withheld: WithheldCounts) {
        let counts = sum_of_counts(group.iter().map(|row| row.counts));
        let points = sum(group.iter().map(|row| &row.points), POINTS_DECIMALS);
        let pounds = sum(group.iter().map(|row| &row.pounds), POUNDS_DECIMALS);
        for (name, sum) in [("points", &points), ("pounds", &pounds)] {
            if sum.gaps > 0 && sum.amount.is_some() {
                let (gaps, of) = (sum.gaps, counted(group.len() as u64, "practice"));
                let what = format!("the total of {name} of {indicator} in {year}");
                self.notes.push(format!("{what} leaves out {gaps} of {of}, whose {name} are not known"));
            }
        }
        let key = [Cell::text(year.to_owned()), Cell::text("all"), Cell::text(indicator.to_owned())];
        let sums = [Cell::Empty, points.cell(), pounds.cell()];
        self.rows.push(key.into_iter().chain(people_cells(&counts, withheld)).chain(sums).collect());
    }
}

/// The sum of what is known.
struct Sum {
    /// None if nothing is known, or the sum is too large.
    amount: Option<Amount>,
    /// How many figures are not known.
    gaps: u64,
    /// True if some figure is withheld: so is the sum.
    is_withheld: bool,
}

impl Sum {
    fn cell(&self) -> Cell<'static> {
        if self.is_withheld { Cell::text(MARK) } else { self.amount.into() }
    }
}

fn sum<'a>(figures: impl Iterator<Item = &'a Figured>, decimals: u32) -> Sum {
    let step = Amount::ratio(1, 10_i128.pow(decimals)).unwrap_or(Amount::ONE);
    let mut printed = Vec::new();
    let (mut gaps, mut is_withheld) = (0, false);
    for figure in figures {
        match figure {
            Figured::Known(amount) => printed.push(amount.round_to(step)),
            Figured::Gap(_) => gaps += 1,
            Figured::Withheld => is_withheld = true,
            Figured::None => {}
        }
    }
    let add = |sum: Option<Amount>, part: Option<Amount>| sum?.plus(part?);
    Sum { amount: printed.into_iter().reduce(add).flatten(), gaps, is_withheld }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::eval::counts::Counts;
    use crate::eval::pay::Gap;
    use crate::ground::{BookName, Sources};
    use crate::model::Library;
    use crate::report::style::Style;
    use crate::report::table::{csv, terminal};

    const NUMBERS: &str = r#"
scheme      = "toy"
year        = "2030-31"
title       = "A toy contract"
revision    = 3
starts      = 2030-04-01
ends        = 2031-03-31
codes       = "toy.1"
missing_day = "last day"

[figures]
rate = { unset = "the commissioner sets it", unit = "£ per point" }

[indicator.T1]
worth = { is = 4, unit = "points", status = "assumed", source = "none" }
floor = { none = "T1 pays from the first child", unit = "%" }

[sources]
none = "nobody says"
"#;

    const RULES: &str = r#"
indicator T1 "a dose in time"
  source none assumed

  register
    registered at year end

  achieved
    any jab before age 8 months

  exclude GONE "not for us"
    any jab_refused before age 1 month

  except LATE "registered too late"
    registered on or after age 8 months

payment toy "toy" for each indicator
  points = worth
  pounds = 0 when not there is no floor
         = round points * rate to pence otherwise
"#;

    const JAB: &str = r#"
title    = "A jab"
complete = true

[sources]
none = "nobody says"

[codes]
38598009 = { term = "a jab", source = "none" }
"#;

    /// A small rulebook `toy/2030-31` with one indicator, an unset figure and an absent one.
    pub(crate) fn book() -> Rulebook {
        let mut sources = Sources::default();
        sources.add("toy/2030-31/contract.toml", NUMBERS);
        sources.add("toy/2030-31/toy.rules", RULES);
        sources.add("codes/toy.1/jab.toml", JAB);
        sources.add("codes/toy.1/jab_refused.toml", JAB);
        let library = Library::new(sources);
        let name = BookName { scheme: "toy".to_owned(), year: "2030-31".to_owned() };
        let checked = library.check(&name);
        checked.book.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
    }

    /// A row whose figures are known.
    pub(crate) fn row(year: &str, practice: &str, indicator: &str) -> MeasureRow {
        MeasureRow {
            year: year.to_owned(),
            practice_code: practice.to_owned(),
            indicator: indicator.to_owned(),
            counts: Counts { register: 10, excluded: 1, excepted: 2, numerator: 5 }.into(),
            withheld: WithheldCounts::default(),
            points: Figured::Known(Amount::ratio(1, 3).unwrap()),
            pounds: Figured::Known(Amount::parse("10.005").unwrap()),
        }
    }

    fn written(grid: &dyn Grid) -> String {
        let mut out = Vec::new();
        csv::write(&mut out, grid, csv::Formulas::AsWritten).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_measure_row_has_the_columns_and_decimals_agreed() {
        let rows = [row("2030-31", "A1", "T1")];
        let expected = "year,practice_code,indicator,register,excluded,excepted,denominator,numerator,\
                        achievement_percent,points,pounds\n2030-31,A1,T1,10,1,2,7,5,71.43,0.3333,10.01\n";
        assert_eq!(written(&MeasureGrid { title: "", rows: &rows }), expected);
    }

    #[test]
    fn what_is_not_known_is_an_empty_cell() {
        let counts = Counts { register: 2, excluded: 0, excepted: 2, numerator: 0 }.into();
        let earned = Earned { points: Some(Err(Gap::ListSize)), pounds: None };
        let row = MeasureRow::new(&book(), "2030-31", "A1", MeasurementId(0), counts, earned);
        assert_eq!(row.points, Figured::Gap("the list size of the practice is not known".to_owned()));
        let text = written(&MeasureGrid { title: "", rows: &[row] });
        assert!(text.ends_with("\n2030-31,A1,T1,2,0,2,0,0,,,\n"), "{text}");
    }

    #[test]
    fn measures_sort_bytewise_by_practice_indicator_year() {
        let mut rows = [row("2", "a", "I"), row("2", "B", "J"), row("2", "B", "I"), row("1", "B", "J")];
        sort_measures(&mut rows);
        let order: Vec<String> =
            rows.iter().map(|row| format!("{}{}{}", row.practice_code, row.indicator, row.year)).collect();
        assert_eq!(order, ["BI2", "BJ1", "BJ2", "aI2"]);
    }

    #[test]
    fn patient_rows_name_the_reason_that_decided() {
        let book = book();
        let one = MeasurementId(0);
        let row = |id: &'static str, outcome| PatientRow::new(&book, "2030-31", "A1", id, one, outcome);
        let mut rows = vec![
            row("010", Outcome::Excluded(0)),
            row("01", Outcome::Excepted(0)),
            row("2", Outcome::Achieved),
            row("1", Outcome::NotAchieved),
        ];
        sort_patients(&mut rows);
        let expected = "patient_id,practice_code,year,indicator,outcome,reason\n\
                        01,A1,2030-31,T1,excepted,LATE\n010,A1,2030-31,T1,excluded,GONE\n\
                        1,A1,2030-31,T1,not_achieved,\n2,A1,2030-31,T1,achieved,\n";
        assert_eq!(written(&PatientGrid { title: "", rows: &rows }), expected);
    }

    #[test]
    fn totals_equal_the_sum_of_what_is_printed() {
        let rows = [row("2030-31", "A1", "T1"), row("2030-31", "A2", "T1"), row("2030-31", "A1", "T2")];
        let totals = totals(&rows, &WithheldTotals::new());
        let shown: Vec<String> = totals.rows[0]
            .iter()
            .zip(&MEASURE_COLUMNS)
            .map(|(cell, column)| cell.shown(column.kind).into_owned())
            .collect();
        // 0.3333 twice, not 2/3; 10.01 twice, not 20.01.
        assert_eq!(shown, ["2030-31", "all", "T1", "20", "2", "4", "14", "10", "", "0.6666", "20.02"]);
        assert_eq!(totals.rows.len(), 2);
        assert_eq!(totals.notes, [""; 0]);
    }

    #[test]
    fn totals_say_what_they_leave_out() {
        let gap = Figured::Gap("the list size of the practice is not known".to_owned());
        let unknown = MeasureRow { pounds: gap.clone(), points: Figured::None, ..row("2030-31", "A2", "T1") };
        let totals = totals(&[row("2030-31", "A1", "T1"), unknown.clone()], &WithheldTotals::new());
        assert_eq!(
            totals.notes,
            ["the total of pounds of T1 in 2030-31 leaves out 1 of 2 practices, whose pounds are not known"]
        );
        let both = [unknown.clone(), MeasureRow { practice_code: "A3".to_owned(), ..unknown }];
        assert_eq!(super::totals(&both, &WithheldTotals::new()).rows[0][10], Cell::Empty);
        assert_eq!(super::totals(&both, &WithheldTotals::new()).notes, [""; 0]);
    }

    #[test]
    fn one_practice_needs_no_totals() {
        assert_eq!(
            totals(&[row("2030-31", "A1", "T1"), row("2031-32", "A1", "T1")], &WithheldTotals::new()),
            Totals::default()
        );
    }

    #[test]
    fn the_table_of_a_run_fits_a_window_of_80_characters() {
        let mut rows = vec![row("2030-31", "A81001", "VI001"), row("2030-31", "F84004", "VI001")];
        for row in &mut rows {
            row.counts = Counts { register: 12345, excluded: 12, excepted: 123, numerator: 11000 }.into();
            row.pounds = Figured::Known(Amount::parse("12345.67").unwrap());
        }
        let style = Style { colour: false, width: Some(80) };
        let mut out = Vec::new();
        terminal::write(
            &mut out,
            &MeasureGrid { title: "", rows: &rows },
            &totals(&rows, &WithheldTotals::new()).rows,
            style,
        )
        .unwrap();
        let expected = "\
year    practice ind.   reg. excl. except. denom.  num.     % points   pounds
─────────────────────────────────────────────────────────────────────────────
2030-31 A81001   VI001 12345    12     123  12210 11000 90.09 0.3333 12345.67
2030-31 F84004   VI001 12345    12     123  12210 11000 90.09 0.3333 12345.67

2030-31 all      VI001 24690    24     246  24420 22000       0.6666 24691.34
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
