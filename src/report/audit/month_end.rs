//! Results under both conventions for a day that a month lacks, side by side: practices, and the patients whose outcome
//! hangs on it.

use std::borrow::Cow;

use crate::eval::conventions::Hanging;
use crate::eval::judge::Outcome;
use crate::ground::MissingDay;
use crate::model::Rulebook;
use crate::model::book::Measure;
use crate::report::rows::MeasureRow;
use crate::report::style::counted;
use crate::report::table::{Cell, Column, Grid, Table};

/// The columns of [`MonthEndRow`]: patients, then pounds.
pub static MONTH_END_COLUMNS: [Column; 17] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::text("convention"),
    Column::whole("with_missing_day"),
    Column::whole("differ"),
    Column::whole("register_last_day"),
    Column::whole("register_next_day"),
    Column::whole("excepted_last_day"),
    Column::whole("excepted_next_day"),
    Column::whole("denominator_last_day"),
    Column::whole("denominator_next_day"),
    Column::whole("numerator_last_day"),
    Column::whole("numerator_next_day"),
    Column::amount("pounds_last_day", 2),
    Column::amount("pounds_next_day", 2),
    Column::amount("pounds_difference", 2),
];

/// The columns of the patients.
pub static PATIENT_COLUMNS: [Column; 10] = [
    Column::text("patient_id"),
    Column::text("practice_code").short("practice"),
    Column::text("year"),
    Column::text("indicator").short("ind."),
    Column::text("convention"),
    Column::text("outcome_last_day"),
    Column::text("reason_last_day"),
    Column::text("outcome_next_day"),
    Column::text("reason_next_day"),
    Column::text("days"),
];

/// A practice's result for one indicator under both conventions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MonthEndRow {
    /// The convention that the rulebook declares.
    pub declared: MissingDay,
    /// People on the register under either convention who have a day that its month lacks.
    pub with_missing_day: u64,
    /// Of those, people whose outcome differs.
    pub differ: u64,
    /// The result with the month's last day.
    pub last_day: MeasureRow,
    /// The result with the next day.
    pub next_day: MeasureRow,
}

/// The word of a convention, as rulebooks have it.
pub fn convention(declared: MissingDay) -> &'static str {
    crate::model::shape::missing_day_word(declared)
}

/// Sorts by practice, indicator and year, bytewise.
pub fn sort(rows: &mut [MonthEndRow]) {
    fn key(row: &MonthEndRow) -> (&str, &str, &str) {
        let MeasureRow { practice_code, indicator, year, .. } = &row.last_day;
        (practice_code, indicator, year)
    }
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
}

impl MonthEndRow {
    fn cells(&self) -> Vec<Cell<'_>> {
        let (last, next) = (&self.last_day, &self.next_day);
        let people = |count: crate::ground::Amount| {
            count.whole().and_then(|whole| u64::try_from(whole).ok()).map_or(Cell::Empty, Cell::Whole)
        };
        let difference = next.pounds.known().zip(last.pounds.known()).and_then(|(next, last)| next.minus(last));
        vec![
            Cell::text(&last.year),
            Cell::text(&last.practice_code),
            Cell::text(&last.indicator),
            Cell::text(convention(self.declared)),
            Cell::Whole(self.with_missing_day),
            Cell::Whole(self.differ),
            people(last.counts.register),
            people(next.counts.register),
            people(last.counts.excepted),
            people(next.counts.excepted),
            people(last.counts.denominator),
            people(next.counts.denominator),
            people(last.counts.numerator),
            people(next.counts.numerator),
            last.pounds.known().into(),
            next.pounds.known().into(),
            difference.into(),
        ]
    }
}

/// The whole table.
pub fn table(rows: &[MonthEndRow]) -> Table<'_> {
    let mut table = Table::new("Results by the convention for a day that a month lacks", MONTH_END_COLUMNS.to_vec());
    table.rows = rows.iter().map(MonthEndRow::cells).collect();
    table
}

static SHORT_COLUMNS: [Column; 10] = [
    Column::text("year"),
    Column::text("practice"),
    Column::text("indicator").short("ind."),
    Column::whole("month-end people").short("people"),
    Column::whole("differ"),
    Column::text("last day").short("last"),
    Column::text("next day").short("next"),
    Column::amount("£ last day", 2),
    Column::amount("£ next day", 2),
    Column::amount("£ difference", 2).short("£ diff."),
];

/// The table for people: practices where somebody's outcome differs; numerators over denominators.
pub fn short_table(rows: &[MonthEndRow]) -> Table<'_> {
    let title = "Results that hang on the convention for a day that a month lacks (numerator of denominator)";
    let mut table = Table::new(title, SHORT_COLUMNS.to_vec());
    let counts = |row: &MeasureRow| Cell::text(format!("{} of {}", row.counts.numerator, row.counts.denominator));
    for row in rows.iter().filter(|row| row.differ > 0) {
        let cells = row.cells();
        let mut short = cells[..3].to_vec();
        short.extend([cells[4].clone(), cells[5].clone(), counts(&row.last_day), counts(&row.next_day)]);
        short.extend(cells[14..].to_vec());
        table.rows.push(short);
    }
    table
}

/// How many results hang on the convention, year by year, in sentences.
pub fn summary(rows: &[MonthEndRow]) -> Vec<String> {
    let mut years: Vec<&str> = rows.iter().map(|row| row.last_day.year.as_str()).collect();
    years.sort_unstable();
    years.dedup();
    let told = years.into_iter().map(|year| {
        let ours = || rows.iter().filter(|row| row.last_day.year == year);
        let sum = |count: fn(&MonthEndRow) -> u64| ours().map(count).sum::<u64>();
        let results = ours().filter_map(|row| row.last_day.counts.register.whole()).sum::<i128>();
        let declared = ours().next().map_or("", |row| convention(row.declared));
        format!(
            "{year}, which takes the {declared}: of {}, {} have a day that its month lacks, and {} would come out otherwise by the other convention",
            counted(u64::try_from(results).unwrap_or(0), "result"),
            sum(|row| row.with_missing_day),
            sum(|row| row.differ),
        )
    });
    told.collect()
}

/// What the table for people leaves out, in a sentence.
pub fn left_out(rows: &[MonthEndRow]) -> Option<String> {
    let left_out = rows.len() - short_table(rows).row_count();
    let rows = counted(left_out as u64, "row");
    (left_out > 0).then(|| format!("{rows} where nobody's outcome differs left out of the table for people"))
}

/// A patient whose outcome hangs on the convention.
#[derive(Clone, Debug)]
pub struct HangingRow<'a> {
    /// The patient's id as written.
    pub patient_id: Cow<'a, str>,
    /// The practice that it counts for.
    pub practice_code: &'a str,
    /// The text of the `year` column.
    pub year: &'a str,
    /// The rulebook.
    pub book: &'a Rulebook,
    /// What was found.
    pub found: &'a Hanging,
}

impl HangingRow<'_> {
    fn cells(&self) -> Vec<Cell<'_>> {
        let measured = &self.book.measurements[self.found.measurement.index()];
        let measure = &self.book.measures[measured.measure.index()];
        let [last_word, last_reason] = told(self.found.last_day, measure);
        let [next_word, next_reason] = told(self.found.next_day, measure);
        let days = self
            .found
            .days
            .iter()
            .map(|(date, last, next)| format!("{} is {last} or {next}", self.book.date_words[date.index()]));
        let days: Vec<String> = days.collect();
        vec![
            Cell::text(self.patient_id.as_ref()),
            Cell::text(self.practice_code),
            Cell::text(self.year),
            Cell::text(&measured.label),
            Cell::text(convention(self.book.missing_day)),
            last_word,
            last_reason,
            next_word,
            next_reason,
            Cell::text(days.join("; ")),
        ]
    }
}

/// The outcome and its reason.
fn told(outcome: Option<Outcome>, measure: &Measure) -> [Cell<'_>; 2] {
    let reason = outcome.and_then(|outcome| outcome.reason(measure));
    [
        Cell::text(outcome.map_or("not_on_register", Outcome::word)),
        Cell::text(reason.map_or("", |reason| reason.code.as_str())),
    ]
}

/// The patients as a table, sorted by practice, indicator, year and patient, bytewise.
pub fn patient_table<'a>(rows: &'a mut [HangingRow<'a>]) -> Table<'a> {
    rows.sort_by(|a, b| {
        let key = |row: &HangingRow<'_>| row.book.measurements[row.found.measurement.index()].label.clone();
        (a.practice_code, key(a), a.year, &a.patient_id).cmp(&(b.practice_code, key(b), b.year, &b.patient_id))
    });
    let mut table = Table::new("Patients whose outcome hangs on the convention", PATIENT_COLUMNS.to_vec());
    table.rows = rows.iter().map(HangingRow::cells).collect();
    table
}
