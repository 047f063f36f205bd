//! What to do next as tables: one row per measure, and one per step.

use crate::report::figured::Figured;
use crate::report::next::{NextRow, StepRow};
use crate::report::rows::people;
use crate::report::table::{Cell, Column, Table};

const POINTS_DECIMALS: u32 = 4;
const POUNDS_DECIMALS: u32 = 2;

/// The columns of the table of measures: how it stands, what each of the next is worth, the next step, and the first that
/// would be lost.
pub static MEASURE_COLUMNS: [Column; 18] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::whole("denominator").short("denom."),
    Column::whole("numerator").short("num."),
    Column::amount("achievement_percent", 2).short("%"),
    Column::amount("one_more_points", POINTS_DECIMALS).short("1 more, points"),
    Column::amount("one_more_pounds", POUNDS_DECIMALS).short("1 more, £"),
    Column::amount("second_more_pounds", POUNDS_DECIMALS).short("2nd, £"),
    Column::amount("third_more_pounds", POUNDS_DECIMALS).short("3rd, £"),
    Column::text("next_step"),
    Column::text("next_step_at").short("at"),
    Column::whole("more_needed").short("needs"),
    Column::amount("next_step_points", POINTS_DECIMALS).short("points"),
    Column::amount("next_step_pounds", POUNDS_DECIMALS).short("£"),
    Column::amount("one_fewer_pounds", POUNDS_DECIMALS).short("1 fewer, £"),
    Column::whole("may_lose"),
    Column::amount("loss_pounds", POUNDS_DECIMALS).short("loss, £"),
];

/// The columns of the table of steps.
pub static STEP_COLUMNS: [Column; 18] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::whole("denominator").short("denom."),
    Column::whole("numerator").short("num."),
    Column::text("payment"),
    Column::text("step"),
    Column::text("step_at").short("at"),
    Column::text("reached_when"),
    Column::text("state"),
    Column::whole("people"),
    Column::amount("points", POINTS_DECIMALS),
    Column::amount("pounds", POUNDS_DECIMALS),
    Column::amount("reaching_one_points", POINTS_DECIMALS).short("who reaches it, points"),
    Column::amount("reaching_one_pounds", POUNDS_DECIMALS).short("who reaches it, £"),
    Column::amount("one_after_points", POINTS_DECIMALS).short("one after, points"),
    Column::amount("one_after_pounds", POUNDS_DECIMALS).short("one after, £"),
    Column::text("effect"),
];

/// The table of measures, in the order of the rows.
pub fn measures<'a>(rows: impl IntoIterator<Item = &'a NextRow>) -> Table<'a> {
    let mut table = Table::new("What to do next, per practice and measure", MEASURE_COLUMNS.to_vec());
    table.rows.extend(rows.into_iter().map(measure));
    table
}

fn measure(row: &NextRow) -> Vec<Cell<'_>> {
    let (next, held) = (row.next(), row.held());
    let [first, second, third] = &row.each_more;
    let known = |figure: Option<&Figured>| Cell::from(figure.and_then(Figured::known));
    let number = |step: Option<&StepRow>| step.map_or(Cell::Empty, |step| Cell::Whole(step.people));
    let mut cells = stands(row);
    cells.extend([
        row.counts.achievement_percent().into(),
        known(Some(&first.points)),
        known(Some(&first.pounds)),
        known(Some(&second.pounds)),
        known(Some(&third.pounds)),
        text(next.map_or("", |step| &step.step)),
        text(next.map_or("", |step| &step.at)),
        number(next),
        known(next.map(|step| &step.change.points)),
        known(next.map(|step| &step.change.pounds)),
        known(Some(&row.one_fewer.pounds)),
        number(held),
        known(held.map(|step| &step.change.pounds)),
    ]);
    cells
}

/// The table of steps, in the order of the rows and, within one, ahead before held, the nearest first.
pub fn steps<'a>(rows: impl IntoIterator<Item = &'a NextRow>) -> Table<'a> {
    let mut table = Table::new("Steps of payments", STEP_COLUMNS.to_vec());
    for row in rows {
        table.rows.extend(row.steps.iter().map(|step| self::step(row, step)));
    }
    table
}

fn step<'a>(row: &'a NextRow, step: &'a StepRow) -> Vec<Cell<'a>> {
    let mut cells = stands(row);
    cells.extend([
        text(&step.payment),
        text(&step.step),
        text(&step.at),
        text(&step.reached_when),
        text(if step.is_held { "held" } else { "ahead" }),
        Cell::Whole(step.people),
        step.change.points.known().into(),
        step.change.pounds.known().into(),
        step.last.points.known().into(),
        step.last.pounds.known().into(),
        step.after.points.known().into(),
        step.after.pounds.known().into(),
        text(step.effect),
    ]);
    cells
}

/// The cells that both tables begin with.
fn stands(row: &NextRow) -> Vec<Cell<'_>> {
    vec![
        text(&row.year),
        text(&row.practice_code),
        text(&row.indicator),
        people(row.counts.denominator),
        people(row.counts.numerator),
    ]
}

fn text(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::text(text) }
}
