//! A local pathway's results as tables: states, the return, who was won, alerts, children, worklists.

mod children;
mod lists;
mod returns;
mod withheld;

use std::collections::BTreeMap;

pub use self::children::children;
pub(in crate::report) use self::lists::figure_cell;
pub use self::lists::worklist;
pub use self::returns::{Readers, ReturnRow, areas, returns};
pub use self::withheld::{WithheldAreas, WithheldReturn, withhold};
use crate::eval::pathway::{Apart, Card, Child, PathwayResult, Won};
use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::pathway::{Pathway, StateId};
use crate::report::table::{Cell, Column, Table};

/// What the tables of a pathway are made of.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The scheme's rulebook.
    pub book: &'a Rulebook,
    /// Its pathway.
    pub pathway: &'a Pathway,
    /// What lists say of practices, by code.
    pub cards: &'a BTreeMap<String, Card>,
    /// The day of the report.
    pub as_of: Day,
    /// What the pathway came to.
    pub result: &'a PathwayResult,
}

impl<'a> Scene<'a> {
    /// The indicators' codes, separated by blanks.
    fn codes(&self, indicators: &[usize]) -> String {
        let code = |at: &usize| self.book.measures[self.pathway.indicators[*at].index()].code.as_str();
        indicators.iter().map(code).collect::<Vec<_>>().join(" ")
    }

    /// The children whom lists name.
    fn listed(&self) -> impl Iterator<Item = &'a Child> {
        self.result.children.iter().filter(|child| child.apart.is_none())
    }
}

/// The columns of the table of states.
pub const STATE_COLUMNS: [Column; 9] = [
    Column::text("practice_code").short("practice"),
    Column::text("state"),
    Column::text("title"),
    Column::text("exception"),
    Column::whole("children"),
    Column::whole("given_late").short("late"),
    Column::whole("not_due_yet").short("not due"),
    Column::whole("not_here_yet").short("not here"),
    Column::whole("listed"),
];

/// How many children of a practice are in a state, and how many of them have nothing left to give.
#[derive(Clone, Copy, Default)]
struct Counted {
    children: u64,
    apart: [u64; 3],
}

impl Counted {
    fn add(&mut self, child: &Child) {
        self.children += 1;
        match child.apart {
            Some(Apart::GivenLate) => self.apart[0] += 1,
            Some(Apart::NotDueYet) => self.apart[1] += 1,
            Some(Apart::NotHereYet) => self.apart[2] += 1,
            None => {}
        }
    }
}

/// Children not achieved by practice and state, in the order of practices, then of states. `together` puts all practices
/// into one, whose code is left empty.
pub fn states(scene: &Scene<'_>, together: bool) -> Table<'static> {
    let mut counted: BTreeMap<(String, StateId), Counted> = BTreeMap::new();
    for child in &scene.result.children {
        let practice = if together { "" } else { child.practice_code.as_str() };
        counted.entry((practice.to_owned(), child.state)).or_default().add(child);
    }
    let mut table = Table::new("Children not achieved, by state", STATE_COLUMNS);
    for ((practice, state), counted) in counted {
        let state = &scene.pathway.states[state.index()];
        let exception = state.exception.as_ref().map_or("", |exception| exception.code.as_str());
        let [late, not_due, not_here] = counted.apart;
        table.rows.push(vec![
            Cell::text(practice),
            Cell::text(state.name.clone()),
            Cell::text(state.title.clone()),
            Cell::text(exception.to_owned()),
            Cell::Whole(counted.children),
            Cell::Whole(late),
            Cell::Whole(not_due),
            Cell::Whole(not_here),
            Cell::Whole(counted.children - late - not_due - not_here),
        ]);
    }
    if together { without_practices(table) } else { table }
}

/// The columns of the table of exceptions.
pub const EXCEPTION_COLUMNS: [Column; 4] =
    [Column::text("area"), Column::text("exception"), Column::text("title"), Column::whole("children")];

/// Children reported as exceptions per area, each child once, in the order of areas, then of states.
pub fn exceptions(scene: &Scene<'_>) -> Table<'static> {
    let mut counted: BTreeMap<(&str, StateId), u64> = BTreeMap::new();
    for child in &scene.result.children {
        if scene.pathway.states[child.state.index()].exception.is_some() {
            let area = scene.cards.get(&child.practice_code).and_then(|card| card.area.as_deref());
            *counted.entry((area.unwrap_or_default(), child.state)).or_default() += 1;
        }
    }
    let mut table = Table::new("Children reported as exceptions, each once", EXCEPTION_COLUMNS);
    for ((area, state), children) in counted {
        let Some(exception) = &scene.pathway.states[state.index()].exception else { continue };
        table.rows.push(vec![
            Cell::text(area.to_owned()),
            Cell::text(exception.code.clone()),
            Cell::text(exception.title.clone()),
            Cell::Whole(children),
        ]);
    }
    table
}

/// The columns of the table of who was won.
pub const WON_COLUMNS: [Column; 5] = [
    Column::text("practice_code").short("practice"),
    Column::text("indicator"),
    Column::text("state_before"),
    Column::text("credited_to"),
    Column::whole("children"),
];

/// Children who achieved since the baseline, or since the year started where there is none, by the state they were in
/// before the dose.
pub fn won(scene: &Scene<'_>, together: bool) -> Table<'static> {
    let mut counted: BTreeMap<(String, usize, Option<StateId>), u64> = BTreeMap::new();
    for Won { practice_code, indicator, state } in &scene.result.won {
        let practice = if together { "" } else { practice_code.as_str() };
        *counted.entry((practice.to_owned(), *indicator, *state)).or_default() += 1;
    }
    let title = match scene.pathway.baseline {
        Some(_) => "Achieved since the baseline, by the state before the dose",
        None => "Achieved since the year started, by the state before the dose",
    };
    let mut table = Table::new(title, WON_COLUMNS);
    for ((practice, indicator, state), children) in counted {
        let state = state.map(|state| &scene.pathway.states[state.index()]);
        let credited = state.and_then(|state| state.credited.clone()).unwrap_or_else(|| "neither".to_owned());
        table.rows.push(vec![
            Cell::text(practice),
            Cell::text(scene.codes(&[indicator])),
            Cell::text(state.map_or(String::new(), |state| state.name.clone())),
            Cell::text(credited),
            Cell::Whole(children),
        ]);
    }
    if together { without_practices(table) } else { table }
}

/// The columns of the table of alerts.
pub const ALERT_COLUMNS: [Column; 5] = [
    Column::text("practice_code").short("practice"),
    Column::text("alert"),
    Column::text("title"),
    Column::whole("count"),
    Column::text("to_do"),
];

/// How often each alert was raised for children whom lists name: once per practice where it is about the practice.
pub fn alerts(scene: &Scene<'_>, together: bool) -> Table<'static> {
    let mut counted: BTreeMap<(&str, usize), u64> = BTreeMap::new();
    for child in scene.listed() {
        for alert in &child.alerts {
            let count = counted.entry((child.practice_code.as_str(), *alert)).or_default();
            *count = if scene.pathway.alerts[*alert].per_practice { 1 } else { *count + 1 };
        }
    }
    let mut summed: BTreeMap<(&str, usize), u64> = BTreeMap::new();
    for ((practice, alert), count) in counted {
        *summed.entry((if together { "" } else { practice }, alert)).or_default() += count;
    }
    let mut table = Table::new("Alerts", ALERT_COLUMNS);
    for ((practice, alert), count) in summed {
        let alert = &scene.pathway.alerts[alert];
        table.rows.push(vec![
            Cell::text(practice.to_owned()),
            Cell::text(alert.name.clone()),
            Cell::text(alert.title.clone()),
            Cell::Whole(count),
            Cell::text(alert.to_do.clone()),
        ]);
    }
    if together { without_practices(table) } else { table }
}

/// The same without its first column.
fn without_practices(mut table: Table<'static>) -> Table<'static> {
    table.columns.remove(0);
    for row in &mut table.rows {
        row.remove(0);
    }
    table
}
