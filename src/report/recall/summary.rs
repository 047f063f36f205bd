//! Counts per practice and indicator: nothing of a single patient.

use std::collections::BTreeMap;

use super::{Line, Scene};
use crate::eval::in_time::Standing;
use crate::ground::Amount;
use crate::model::worklist::PatientRows;
use crate::report::figured::Figured;
use crate::report::table::{Cell, Column, Table};

/// Practice, indicator and year.
type Group<'a> = (&'a str, &'a str, &'a str);

const IN_TIME_COLUMNS: [Column; 12] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::text("as_of"),
    Column::whole("in_time"),
    Column::whole("overdue"),
    Column::whole("not_due_yet").short("not due"),
    Column::whole("closing"),
    Column::whole("doses"),
    Column::amount("pounds_one_more", 2).short("£ one more"),
    Column::amount("pounds_all", 2).short("£ all"),
    Column::amount("fee_pounds", 2).short("£ fees"),
];

const TOO_LATE_COLUMNS: [Column; 8] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::text("as_of"),
    Column::whole("too_late"),
    Column::whole("given_late"),
    Column::whole("doses"),
    Column::amount("fee_pounds", 2).short("£ fees"),
];

const EXCEPTED_COLUMNS: [Column; 7] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::text("as_of"),
    Column::text("reason_code").short("code"),
    Column::text("reason"),
    Column::whole("excepted"),
];

/// How many can still be in time, how many of them are overdue, not due yet, or have no more than `closing_days` left, and
/// what they are worth: `worth_of` is given the group and how many they are.
pub fn in_time<'a>(
    scene: &Scene<'a>,
    closing_days: u32,
    worth_of: impl Fn(&Line<'a>, u64) -> (Figured, Figured),
) -> Table<'a> {
    let mut table = Table::new(format!("Still in time on {}", scene.as_of.in_words()), IN_TIME_COLUMNS);
    let closes = scene.as_of.plus_days(i32::try_from(closing_days).unwrap_or(i32::MAX));
    for lines in groups(scene, PatientRows::InTime) {
        let count = |is: &dyn Fn(&Line<'_>) -> bool| Cell::Whole(lines.iter().filter(|line| is(line)).count() as u64);
        let (one_more, all) = worth_of(lines[0], lines.len() as u64);
        let mut row = head(scene, lines[0]);
        row.extend([
            Cell::Whole(lines.len() as u64),
            count(&|line| line.days_overdue(scene.as_of).is_some()),
            count(&|line| line.called.outstanding.not_due_yet),
            count(&|line| line.first_last().is_some_and(|last| last <= closes)),
            doses(&lines),
            Cell::from(one_more.known()),
            Cell::from(all.known()),
            fees(&lines),
        ]);
        table.rows.push(row);
    }
    table
}

/// How many can no longer be in time: those who still have doses to be given, and those who were given all too late.
pub fn too_late<'a>(scene: &Scene<'a>) -> Table<'a> {
    let mut table = Table::new("No longer in time", TOO_LATE_COLUMNS);
    for lines in groups(scene, PatientRows::TooLate) {
        let is_given = |line: &&&Line<'_>| matches!(line.called.outstanding.standing, Standing::GivenLate(_));
        let given = lines.iter().filter(is_given).count() as u64;
        let mut row = head(scene, lines[0]);
        row.extend([Cell::Whole(lines.len() as u64 - given), Cell::Whole(given), doses(&lines), fees(&lines)]);
        table.rows.push(row);
    }
    table
}

/// How many are out of the denominator, by reason.
pub fn excepted<'a>(scene: &Scene<'a>) -> Table<'a> {
    let mut table = Table::new("Out of the denominator", EXCEPTED_COLUMNS);
    for lines in groups(scene, PatientRows::Excepted) {
        let mut by_reason: BTreeMap<&str, (&str, u64)> = BTreeMap::new();
        for line in &lines {
            let measured = &line.book.measurements[line.called.measurement.index()];
            let measure = &line.book.measures[measured.measure.index()];
            if let Some(reason) = line.called.outstanding.outcome.reason(measure) {
                by_reason.entry(&reason.code).or_insert((&reason.title, 0)).1 += 1;
            }
        }
        for (code, (title, count)) in by_reason {
            let mut row = head(scene, lines[0]);
            row.extend([Cell::text(code), Cell::text(title), Cell::Whole(count)]);
            table.rows.push(row);
        }
    }
    table
}

/// The lines of some rows by practice, indicator and year, bytewise.
fn groups<'s, 'a>(scene: &Scene<'a>, rows: PatientRows) -> impl Iterator<Item = Vec<&'s Line<'a>>> + use<'s, 'a>
where
    'a: 's,
{
    let mut groups: BTreeMap<Group<'s>, Vec<&'s Line<'a>>> = BTreeMap::new();
    let lines: &'a [Line<'a>] = scene.lines;
    for line in lines.iter().filter(|line| line.called.rows == rows) {
        groups.entry((line.practice_code, line.indicator(), line.year)).or_default().push(line);
    }
    groups.into_values()
}

fn head<'a>(scene: &Scene<'a>, line: &Line<'a>) -> Vec<Cell<'a>> {
    let indicator = Cell::text(line.indicator().to_owned());
    vec![Cell::text(line.year), Cell::text(line.practice_code), indicator, Cell::text(scene.as_of.to_string())]
}

fn doses(lines: &[&Line<'_>]) -> Cell<'static> {
    Cell::Whole(lines.iter().map(|line| line.missing().len() as u64).sum())
}

/// The fees of all; empty where one of them is not known.
fn fees(lines: &[&Line<'_>]) -> Cell<'static> {
    let sum = lines.iter().try_fold(Amount::ZERO, |sum, line| match &line.fees {
        Figured::Known(amount) => sum.plus(*amount),
        Figured::Gap(_) | Figured::Withheld => None,
        // No fee is paid for them.
        Figured::None => Some(sum),
    });
    Cell::from(sum)
}
