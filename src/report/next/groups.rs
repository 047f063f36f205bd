//! What is next for groups of practices. A group has no step of its own, since its practices are paid one by one: a row
//! says how many of them have a step ahead, what reaching all of these takes and is worth, and where to begin.

use std::collections::BTreeMap;

use crate::eval::pay::Counted;
use crate::ground::Amount;
use crate::report::comparison::total;
use crate::report::figured::Figured;
use crate::report::next::words::by_worth;
use crate::report::next::{NextRow, StepRow};
use crate::report::rollup::Grouping;
use crate::report::rows::{people, sum_of_counts};
use crate::report::table::{Cell, Column, Table};

/// The columns of the table of groups.
pub static GROUP_COLUMNS: [Column; 17] = [
    Column::text("year"),
    Column::text("practice_code"),
    Column::text("indicator").short("ind."),
    Column::whole("denominator").short("denom."),
    Column::whole("numerator").short("num."),
    Column::amount("achievement_percent", 2).short("%"),
    Column::whole("practices_counted").short("of"),
    Column::whole("practices_with_step").short("with step"),
    Column::whole("more_needed").short("need"),
    Column::amount("next_step_points", 4).short("points"),
    Column::amount("next_step_pounds", 2).short("£"),
    Column::amount("pounds_for_each", 2).short("£ each"),
    Column::text("begin_with"),
    Column::whole("begin_needs").short("needs"),
    Column::amount("begin_pounds", 2).short("£"),
    Column::whole("lost_by_one_fewer").short("1 fewer loses"),
    Column::amount("loss_pounds", 2).short("loss, £"),
];

/// The rows of one group, indicator and year.
struct Group<'a> {
    rows: Vec<&'a NextRow>,
}

/// A row for each group, indicator and year, sorted so, bytewise.
pub fn table(rows: &[NextRow], grouping: &Grouping) -> Table<'static> {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<&NextRow>> = BTreeMap::new();
    for row in rows {
        let key = (grouping.of(&row.practice_code), row.indicator.as_str(), row.year.as_str());
        groups.entry(key).or_default().push(row);
    }
    let title = format!("What to do next, per {} and measure", grouping.kind.one);
    let mut table = Table::new(title, GROUP_COLUMNS.to_vec());
    for ((group, indicator, year), rows) in groups {
        let key = [year, group, indicator].map(|text| Cell::text(text.to_owned()));
        table.rows.push(key.into_iter().chain(Group { rows }.cells()).collect());
    }
    table
}

impl Group<'_> {
    /// All cells but the first three.
    fn cells(&self) -> Vec<Cell<'static>> {
        let counts: Counted = sum_of_counts(self.rows.iter().map(|row| row.counts));
        let ahead: Vec<(&NextRow, &StepRow)> = self.rows.iter().filter_map(|row| Some((*row, row.next()?))).collect();
        let needed: u64 = ahead.iter().map(|(_, step)| step.people).sum();
        let pounds = total(ahead.iter().map(|(_, step)| &step.change.pounds));
        let for_each = pounds.known().and_then(|pounds| pounds.over(Amount::from(needed)));
        let mut cells = vec![
            people(counts.denominator),
            people(counts.numerator),
            counts.achievement_percent().into(),
            Cell::Whole(self.rows.len() as u64),
            Cell::Whole(ahead.len() as u64),
            Cell::Whole(needed),
            total(ahead.iter().map(|(_, step)| &step.change.points)).cell(),
            pounds.cell(),
            for_each.into(),
        ];
        cells.extend(begin_with(&ahead));
        cells.extend(self.at_risk());
        cells
    }

    /// How many practices lose a step by one fewer, and what all of them lose by it.
    fn at_risk(&self) -> [Cell<'static>; 2] {
        let held = self.rows.iter().filter_map(|row| row.held());
        let losses: Vec<&Figured> = held.filter(|step| step.people == 0).map(|step| &step.change.pounds).collect();
        let pounds = total(losses.iter().copied());
        [Cell::Whole(losses.len() as u64), pounds.cell()]
    }
}

/// The practice whose next step is worth most for each of the people that it needs, the first of equals; with what it
/// needs and brings.
fn begin_with(ahead: &[(&NextRow, &StepRow)]) -> [Cell<'static>; 3] {
    let first = ahead.iter().min_by(|(one, _), (other, _)| by_worth(one, other));
    first.map_or([Cell::Empty, Cell::Empty, Cell::Empty], |(row, step)| {
        let practice_code = Cell::text(row.practice_code.clone());
        [practice_code, Cell::Whole(step.people), step.change.pounds.cell()]
    })
}
