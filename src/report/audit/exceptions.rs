//! Exception rates of practices beside those of their peers: what is known of a rate from so few people, and whether it
//! is further from the peers' than chance would have it.

use std::collections::BTreeMap;

use crate::ground::Amount;
use crate::report::audit::chance::{Level, Lot, amount, wilson};
use crate::report::style::counted;
use crate::report::table::{Cell, Column, Grid, Table};

/// The columns of [`ExceptionRow`].
pub static EXCEPTION_COLUMNS: [Column; 18] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::text("reason"),
    Column::whole("eligible").short("elig."),
    Column::whole("excepted").short("except."),
    Column::amount("rate_percent", 2),
    Column::amount("rate_low_percent", 2),
    Column::amount("rate_high_percent", 2),
    Column::whole("peers_eligible"),
    Column::whole("peers_excepted"),
    Column::amount("peers_rate_percent", 2),
    Column::amount("expected", 2),
    Column::whole("low_95"),
    Column::whole("high_95"),
    Column::whole("low_99_8"),
    Column::whole("high_99_8"),
    Column::text("beyond"),
];

/// What stands in the column `reason` for all exceptions together.
pub const ANY_REASON: &str = "any";

/// How the limits are made, for people.
pub fn method() -> [String; 3] {
    let (warning, alarm) = (Level::Warning.percent(), Level::Alarm.percent());
    [
        format!(
            "rate: excepted of eligible (the register without the excluded), with its {warning} % interval by Wilson's score method"
        ),
        format!(
            "limits: the counts within which the practice's exceptions would lie at least {warning} % and {alarm} % of the time, were those of it and its peers dealt to their people by lot (hypergeometric, exact); peers are the other practices together"
        ),
        "beyond the limits is a reason to look, not a finding: who lives where and moves when differs between practices"
            .to_owned(),
    ]
}

/// A practice's people and exceptions for one indicator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Excepted {
    /// The text of the `year` column.
    pub year: String,
    /// The practice.
    pub practice_code: String,
    /// Which practices are its peers: those with the same word here.
    pub peers: String,
    /// The measurement's label.
    pub indicator: String,
    /// The code of the exception, or [`ANY_REASON`].
    pub reason: String,
    /// Patients on the register without the excluded.
    pub eligible: u64,
    /// Of those, patients excepted for the reason.
    pub excepted: u64,
}

/// A practice's rate beside its peers'.
#[derive(Clone, PartialEq, Debug)]
pub struct ExceptionRow {
    /// The practice's own.
    pub own: Excepted,
    /// Eligible patients of its peers.
    pub peers_eligible: u64,
    /// Of those, patients excepted for the reason.
    pub peers_excepted: u64,
    /// How it would fall out by lot; None without peers.
    lot: Option<Lot>,
}

/// A side of limits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// More exceptions than within the limits.
    Above,
    /// Fewer.
    Below,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Side::Above => "above",
            Side::Below => "below",
        }
    }
}

impl ExceptionRow {
    /// The least and the largest count within limits; None without peers.
    fn limits(&self, level: Level) -> Option<(u64, u64)> {
        self.lot.as_ref().map(|lot| lot.limits(level))
    }

    fn is_beyond(&self, level: Level) -> bool {
        self.limits(level).is_some_and(|(low, high)| self.own.excepted < low || self.own.excepted > high)
    }

    /// On which side the practice is beyond the limits, and of which level, the wider if of both; None within them.
    pub fn beyond(&self) -> Option<(Side, Level)> {
        let level = [Level::Alarm, Level::Warning].into_iter().find(|level| self.is_beyond(*level))?;
        let is_above = self.limits(level).is_some_and(|(_, high)| self.own.excepted > high);
        Some((if is_above { Side::Above } else { Side::Below }, level))
    }

    /// `above_95`, `above_99_8`, `below_95`, `below_99_8`; empty within the limits.
    fn beyond_word(&self) -> String {
        self.beyond()
            .map_or(String::new(), |(side, level)| format!("{}_{}", side.word(), level.percent().replace('.', "_")))
    }

    /// True for all exceptions together.
    pub fn is_of_any_reason(&self) -> bool {
        self.own.reason == ANY_REASON
    }

    /// How many exceptions the practice would have at the rate of it and its peers together.
    fn expected(&self) -> Option<Amount> {
        let all = i128::from(self.own.eligible + self.peers_eligible);
        let excepted = i128::from(self.own.excepted + self.peers_excepted);
        self.lot.as_ref()?;
        Amount::ratio(i128::from(self.own.eligible) * excepted, all)
    }

    fn cells(&self) -> Vec<Cell<'_>> {
        let own = &self.own;
        let limit = |limit: Option<u64>| limit.map_or(Cell::Empty, Cell::Whole);
        let (warning, alarm) = (self.limits(Level::Warning), self.limits(Level::Alarm));
        let interval = wilson(own.excepted, own.eligible);
        let end = |share: Option<f64>| Cell::from(share.and_then(|share| amount(share * 100.0)));
        vec![
            Cell::text(&own.year),
            Cell::text(&own.practice_code),
            Cell::text(&own.indicator),
            Cell::text(&own.reason),
            Cell::Whole(own.eligible),
            Cell::Whole(own.excepted),
            percent(own.excepted, own.eligible).into(),
            end(interval.map(|(low, _)| low)),
            end(interval.map(|(_, high)| high)),
            Cell::Whole(self.peers_eligible),
            Cell::Whole(self.peers_excepted),
            percent(self.peers_excepted, self.peers_eligible).into(),
            self.expected().into(),
            limit(warning.map(|(low, _)| low)),
            limit(warning.map(|(_, high)| high)),
            limit(alarm.map(|(low, _)| low)),
            limit(alarm.map(|(_, high)| high)),
            Cell::text(self.beyond_word()),
        ]
    }
}

fn percent(count: u64, people: u64) -> Option<Amount> {
    Amount::ratio(i128::from(count) * 100, i128::from(people))
}

/// Compares each practice with its peers. Practices with nobody eligible are left out, and so is a reason that nobody
/// anywhere has. Rows are sorted by practice, indicator, year and reason, all reasons together first.
pub fn compared(all: Vec<Excepted>) -> Vec<ExceptionRow> {
    let mut sums: BTreeMap<(String, String, String, String), (u64, u64)> = BTreeMap::new();
    let key = |row: &Excepted| (row.peers.clone(), row.indicator.clone(), row.year.clone(), row.reason.clone());
    for row in &all {
        let (eligible, excepted) = sums.entry(key(row)).or_default();
        (*eligible, *excepted) = (*eligible + row.eligible, *excepted + row.excepted);
    }
    let mut rows = Vec::new();
    for own in all {
        let (eligible, excepted) = sums.get(&key(&own)).copied().unwrap_or_default();
        if own.eligible == 0 || (excepted == 0 && own.reason != ANY_REASON) {
            continue;
        }
        let peers_eligible = eligible - own.eligible;
        let lot = if peers_eligible == 0 { None } else { Lot::of(own.eligible, peers_eligible, excepted) };
        rows.push(ExceptionRow { peers_excepted: excepted - own.excepted, own, peers_eligible, lot });
    }
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    rows
}

fn order(row: &ExceptionRow) -> (&str, &str, &str, bool, &str) {
    let own = &row.own;
    (&own.practice_code, &own.indicator, &own.year, own.reason != ANY_REASON, &own.reason)
}

/// The whole table.
pub fn table(rows: &[ExceptionRow]) -> Table<'_> {
    let mut table = Table::new("Exception rates beside the peers'", EXCEPTION_COLUMNS.to_vec());
    table.rows = rows.iter().map(ExceptionRow::cells).collect();
    table
}

/// The table for people: all exceptions together, and of the single reasons those beyond their limits.
pub fn short_table(rows: &[ExceptionRow]) -> Table<'_> {
    let mut table = Table::new("Exception rates beside the peers'", short_columns());
    let shown = rows.iter().filter(|row| row.is_of_any_reason() || row.beyond().is_some());
    table.rows = shown.map(short_cells).collect();
    table
}

fn short_columns() -> Vec<Column> {
    let named = |name: String| Column { name: name.into(), ..Column::text("") };
    let (warning, alarm) = (Level::Warning.percent(), Level::Alarm.percent());
    vec![
        Column::text("year"),
        Column::text("practice"),
        Column::text("indicator").short("ind."),
        Column::text("reason"),
        Column::whole("eligible").short("elig."),
        Column::whole("excepted").short("except."),
        Column::amount("rate %", 2),
        named(format!("{warning} % interval")),
        Column::amount("peers %", 2),
        named(format!("within {warning} %")),
        named(format!("within {alarm} %")),
        Column::text("beyond"),
    ]
}

fn short_cells(row: &ExceptionRow) -> Vec<Cell<'_>> {
    let cells = row.cells();
    let shown = |at: usize| cells[at].shown(EXCEPTION_COLUMNS[at].kind).into_owned();
    let range = |low: usize, high: usize| match &cells[high] {
        Cell::Empty => Cell::Empty,
        Cell::Text(_) | Cell::Whole(_) | Cell::Amount(_) => Cell::text(format!("{} to {}", shown(low), shown(high))),
    };
    let beyond = row.beyond().map_or(String::new(), |(side, level)| format!("{} {} %", side.word(), level.percent()));
    let mut short: Vec<Cell<'_>> = cells[..7].to_vec();
    short.extend([range(7, 8), cells[11].clone(), range(13, 14), range(15, 16), Cell::text(beyond)]);
    short
}

/// How many comparisons are beyond their limits, and how many would be by chance, in sentences.
pub fn by_chance(rows: &[ExceptionRow]) -> Vec<String> {
    let mut told = Vec::new();
    let (any, single): (Vec<&ExceptionRow>, Vec<&ExceptionRow>) =
        rows.iter().filter(|row| row.lot.is_some()).partition(|row| row.is_of_any_reason());
    for (rows, what) in [(any, "all exceptions together"), (single, "single reasons")] {
        if rows.is_empty() {
            continue;
        }
        let of = |level: Level| {
            let beyond = rows.iter().filter(|row| row.is_beyond(level)).count();
            let chance: f64 = rows.iter().filter_map(|row| Some(row.lot.as_ref()?.beyond(level))).sum();
            (beyond, amount(chance).map_or(String::new(), |chance| chance.to_decimals(2)))
        };
        let ((warnings, by_chance), (alarms, alarms_by_chance)) = (of(Level::Warning), of(Level::Alarm));
        told.push(format!(
            "{what}: of {}, {warnings} beyond the {} % limits, where chance alone would put {by_chance}; {alarms} beyond the {} % limits, where it would put {alarms_by_chance}",
            counted(rows.len() as u64, "comparison"),
            Level::Warning.percent(),
            Level::Alarm.percent(),
        ));
    }
    let alone = rows.iter().filter(|row| row.lot.is_none()).count();
    if alone > 0 {
        told.push(format!("{} without any peer: a rate, and nothing to hold it against", counted(alone as u64, "row")));
    }
    told
}

/// What the table for people leaves out, in a sentence.
pub fn left_out(rows: &[ExceptionRow]) -> Option<String> {
    let left_out = rows.len() - short_table(rows).row_count();
    let rows = counted(left_out as u64, "row");
    (left_out > 0).then(|| format!("{rows} of single reasons within their limits left out of the table for people"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(practice: &str, reason: &str, eligible: u64, excepted: u64) -> Excepted {
        Excepted {
            year: "2030-31".to_owned(),
            practice_code: practice.to_owned(),
            peers: String::new(),
            indicator: "T1".to_owned(),
            reason: reason.to_owned(),
            eligible,
            excepted,
        }
    }

    #[test]
    fn a_practice_is_held_against_the_others_and_left_out_with_nobody() {
        let rows = compared(vec![of("B", ANY_REASON, 6, 0), of("A", ANY_REASON, 4, 4), of("C", ANY_REASON, 0, 0)]);
        let shown: Vec<_> = rows
            .iter()
            .map(|row| (row.own.practice_code.as_str(), row.peers_eligible, row.peers_excepted, row.beyond_word()))
            .collect();
        // Worked in `chance::tests`: all four of A's four, where 1 of 210 ways would, is beyond 95 % and not 99.8 %.
        assert_eq!(shown, [("A", 6, 0, "above_95".to_owned()), ("B", 4, 4, "below_95".to_owned())]);
    }

    #[test]
    fn without_peers_nothing_is_beyond() {
        let rows = compared(vec![of("A", ANY_REASON, 4, 4)]);
        assert_eq!((rows[0].beyond(), rows[0].limits(Level::Warning), rows[0].expected()), (None, None, None));
        assert_eq!(by_chance(&rows), ["1 row without any peer: a rate, and nothing to hold it against"]);
    }

    #[test]
    fn one_exception_of_two_people_is_no_signal_among_its_like() {
        // 1 of 2 beside 20 of 98: 21 of 100 by lot, so at least 1 of 2 in 1 − (79·78)/(100·99) = 0.38 of all ways.
        let rows = compared(vec![of("A", ANY_REASON, 2, 1), of("B", ANY_REASON, 98, 20)]);
        assert_eq!(rows[0].beyond(), None);
    }

    #[test]
    fn a_reason_that_nobody_has_is_left_out() {
        let rows = compared(vec![of("A", "LATE", 4, 0), of("B", "LATE", 6, 0), of("A", ANY_REASON, 4, 0)]);
        assert_eq!(rows.len(), 1);
        assert!(rows[0].is_of_any_reason());
    }
}
