//! What changed between two years, taken apart: the rules, then the code lists, then the people.
//!
//! One thing is exchanged at a time, in this order, and the practices are paid after each, so that the parts add up to
//! the whole exactly. Another order would share the change out otherwise, as with every change of several things at
//! once.

use std::collections::BTreeMap;

use crate::ground::Amount;
use crate::report::comparison::grids::changed;
use crate::report::comparison::{Part, Parts, Side, change, parts_of, total};
use crate::report::gaps::Figured;
use crate::report::table::{Cell, Column, Table};

/// What is exchanged, in order.
pub const STEPS: [&str; 3] = ["rules", "codes", "cohort"];

/// How the steps are to be understood.
pub const ORDER: &str = "the change is split in this order: the first year's rules are exchanged for the second's, \
then its code lists, then its people and dates; the parts add up exactly";

/// The columns of the split.
pub static SPLIT_COLUMNS: [Column; 5] = [
    Column::text("practice_code").short("practice"),
    Column::whole("step"),
    Column::text("exchanged"),
    Column::amount("points_change", 4).short("points"),
    Column::amount("pounds_change", 2).short("pounds"),
];

/// A practice's change, step by step.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SplitRow {
    /// The practice.
    pub practice_code: String,
    /// By step: points and pounds; None where they are not known.
    pub changes: [(Option<Amount>, Option<Amount>); 3],
    /// True if something of them is withheld.
    pub is_withheld: bool,
}

/// Pays every practice after each step: the first year as it is, with the second's rules, with its codes too, with its
/// people too.
pub fn split(sides: &[Side<'_>; 4]) -> Vec<SplitRow> {
    let [first, rules, codes, second] = sides.each_ref().map(parts_of);
    let stages: [&BTreeMap<String, Parts>; 4] = [&first, &rules, &codes, &second];
    let in_all = first.keys().filter(|code| stages.iter().all(|stage| stage.contains_key(*code)));
    let row = |code: &String| {
        let totals = stages.map(|stage| totals(&stage[code]));
        let step = |at: usize| {
            let (before, after) = (&totals[at], &totals[at + 1]);
            (change(&before.0, &after.0), change(&before.1, &after.1))
        };
        let is_withheld = stages.iter().any(|stage| stage[code].values().any(Part::is_withheld));
        SplitRow { practice_code: code.clone(), changes: [step(0), step(1), step(2)], is_withheld }
    };
    in_all.map(row).collect()
}

fn totals(parts: &Parts) -> (Figured, Figured) {
    (total(parts.values().map(|part| &part.points)), total(parts.values().map(|part| &part.pounds)))
}

/// The split as a table.
pub fn table(rows: &[SplitRow]) -> Table<'_> {
    let mut table = Table::new("Change split into rules, codes and people", SPLIT_COLUMNS.to_vec());
    for row in rows {
        for (step, (points, pounds)) in row.changes.iter().enumerate() {
            let changes = [*points, *pounds].map(|change| changed(change, row.is_withheld));
            table.rows.push(cells(&row.practice_code, step, changes));
        }
    }
    table
}

/// The sums over all practices, for people.
pub fn totals_of(rows: &[SplitRow]) -> Vec<Vec<Cell<'static>>> {
    let sum = |amounts: &mut dyn Iterator<Item = Option<Amount>>| {
        amounts.flatten().fold(Amount::ZERO, |sum, amount| sum.plus(amount).unwrap_or(sum))
    };
    let total = |step: usize| {
        let points = sum(&mut rows.iter().map(|row| row.changes[step].0));
        let pounds = sum(&mut rows.iter().map(|row| row.changes[step].1));
        let is_withheld = rows.iter().any(|row| row.is_withheld);
        let sums = [points, pounds].map(|sum| changed(Some(sum).filter(|_| !is_withheld), is_withheld));
        cells("all", step, sums)
    };
    (0..STEPS.len()).map(total).collect()
}

fn cells<'a>(
    practice: impl Into<std::borrow::Cow<'a, str>>,
    step: usize,
    [points, pounds]: [Cell<'a>; 2],
) -> Vec<Cell<'a>> {
    vec![Cell::text(practice), Cell::Whole(step as u64 + 1), Cell::text(STEPS[step]), points, pounds]
}
