//! Worklists: the rows and columns that the rule file says.

use std::borrow::Cow;

use super::Scene;
use crate::eval::pathway::{Child, Evidence, ListCell};
use crate::model::book::{Figure, FigureValue};
use crate::model::pathway::Alert;
use crate::model::worklist::{ColumnValue, KnownColumn, Listed, Worklist};
use crate::report::table::{Cell, Column, Kind, Table};

/// One row of a list: a child, a record that shows its exception, an alert about it or about the practice.
#[derive(Clone, Copy)]
struct Line<'a> {
    practice_code: &'a str,
    child: Option<&'a Child>,
    evidence: Option<&'a Evidence>,
    alert: Option<&'a Alert>,
}

/// A worklist by its place in the pathway: all practices', or one's. Rows are in order of practice, then those that stand
/// first, then of patient. No list names a child who has nothing left to be given.
pub fn worklist<'a>(scene: &Scene<'a>, at: usize, practice: Option<&str>) -> Table<'a> {
    let list = &scene.pathway.worklists[at];
    let mut lines = lines(scene, list);
    lines.retain(|line| practice.is_none_or(|practice| practice == line.practice_code));
    let id = |line: &Line<'a>| line.child.map_or("", |child| child.patient_id.as_str());
    let goes_first = |line: &Line<'a>| line.child.is_some_and(|child| child.first[at]);
    let order = |line: &Line<'a>| (line.practice_code, !goes_first(line), id(line));
    lines.sort_by(|a, b| order(a).cmp(&order(b)));
    let columns = list.columns.iter().map(|column| Column {
        name: Cow::Owned(column.name.clone()),
        kind: Kind::Text,
        short: None,
    });
    let mut table = Table::new(list.title.clone(), columns.collect::<Vec<_>>());
    for line in lines {
        let cells = list.columns.iter().enumerate().map(|(column_at, column)| match column.value {
            ColumnValue::Known(known) => known_cell(scene, known, &line),
            ColumnValue::Figure(figure) => figure_cell(&scene.book.figures[figure.index()]),
            ColumnValue::Date(_) => ruled_cell(&line, at, column_at, None),
            ColumnValue::Words { words, .. } => {
                ruled_cell(&line, at, column_at, Some(&scene.book.word_lists[words.index()]))
            }
        });
        table.rows.push(cells.collect());
    }
    table
}

fn lines<'a>(scene: &Scene<'a>, list: &Worklist) -> Vec<Line<'a>> {
    let pathway = scene.pathway;
    let line = |child: &'a Child| Line {
        practice_code: &child.practice_code,
        child: Some(child),
        evidence: None,
        alert: None,
    };
    let mut lines = Vec::new();
    for child in scene.listed() {
        match &list.rows {
            Listed::Children(states) => lines.extend(states.contains(&child.state).then(|| line(child))),
            // The check keeps these out of pathways.
            Listed::Patients(_) => {}
            Listed::Exceptions => {
                lines.extend(child.evidence.iter().map(|evidence| Line { evidence: Some(evidence), ..line(child) }));
            }
            Listed::Alerts => {
                let alerts = child.alerts.iter().map(|alert| &pathway.alerts[*alert]);
                lines.extend(alerts.map(|alert| match alert.per_practice {
                    true => Line { child: None, alert: Some(alert), ..line(child) },
                    false => Line { alert: Some(alert), ..line(child) },
                }));
            }
        }
    }
    once_per_practice(lines)
}

/// An alert about a practice is raised by many children, and listed once.
fn once_per_practice(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let mut seen = std::collections::BTreeSet::new();
    let keep = |line: &Line<'_>| {
        let name = line.alert.map(|alert| alert.name.clone());
        line.child.is_some() || seen.insert((line.practice_code.to_owned(), name))
    };
    let mut keep = keep;
    lines.into_iter().filter(|line| keep(line)).collect()
}

/// A figure of the rulebook, as it is written; empty where it is not set.
pub(in crate::report) fn figure_cell(figure: &Figure) -> Cell<'static> {
    match &figure.value {
        FigureValue::Is(amount) => Cell::text(amount.to_string()),
        FigureValue::IsDate(day) => Cell::text(day.to_string()),
        FigureValue::Unset(_) | FigureValue::Absent(_) => Cell::Empty,
    }
}

/// What the rule file itself puts in a column.
fn ruled_cell<'a>(
    line: &Line<'a>,
    list: usize,
    column: usize,
    words: Option<&crate::model::pathway::WordList>,
) -> Cell<'a> {
    match line.child.map(|child| &child.cells[list][column]) {
        Some(ListCell::Day(day)) => Cell::text(day.to_string()),
        Some(ListCell::Things(things)) => {
            let names = things.iter().filter_map(|thing| Some(words?.things[*thing].name.replace('_', " ")));
            Cell::text(names.collect::<Vec<_>>().join("; "))
        }
        Some(ListCell::Nothing) | None => Cell::Empty,
    }
}

fn known_cell<'a>(scene: &Scene<'a>, known: KnownColumn, line: &Line<'a>) -> Cell<'a> {
    let practice = || scene.cards.get(line.practice_code);
    let optional = |text: Option<&'a str>| text.map_or(Cell::Empty, Cell::text);
    let of_child = |cell: &dyn Fn(&'a Child) -> Cell<'a>| line.child.map_or(Cell::Empty, cell);
    let state = |child: &Child| &scene.pathway.states[child.state.index()];
    match known {
        KnownColumn::PracticeCode => Cell::text(line.practice_code),
        KnownColumn::PracticeName => optional(practice().and_then(|practice| practice.name.as_deref())),
        KnownColumn::Area => optional(practice().and_then(|practice| practice.area.as_deref())),
        KnownColumn::ContactName => optional(practice().and_then(|practice| practice.contact_name.as_deref())),
        KnownColumn::ContactDetails => optional(practice().and_then(|practice| practice.contact_details.as_deref())),
        KnownColumn::FreeSlots => Cell::text(practice().map_or(String::new(), |card| card.free_slots.join("; "))),
        KnownColumn::PatientId => of_child(&|child| Cell::text(child.patient_id.as_str())),
        KnownColumn::BirthDate => of_child(&|child| Cell::text(child.birth.to_string())),
        KnownColumn::Indicators => of_child(&|child| Cell::text(scene.codes(&child.indicators))),
        KnownColumn::VaccinesOutstanding => of_child(&|child| {
            let names = child.outstanding.iter().map(|dose| dose.vaccine.clone());
            Cell::text(names.collect::<Vec<_>>().join("; "))
        }),
        KnownColumn::LastDays => of_child(&|child| {
            let days = child.outstanding.iter().map(|dose| match dose.last {
                Some(day) => day.to_string(),
                None => "counts no longer".to_owned(),
            });
            Cell::text(days.collect::<Vec<_>>().join("; "))
        }),
        KnownColumn::State => of_child(&|child| Cell::text(state(child).name.clone())),
        KnownColumn::StateTitle => of_child(&|child| Cell::text(state(child).title.clone())),
        KnownColumn::NextStep => {
            of_child(&|child| Cell::text(child.next.map_or(String::new(), |next| state(child).next[next].text.clone())))
        }
        KnownColumn::Category => of_child(&|child| {
            Cell::text(state(child).exception.as_ref().map_or(String::new(), |exception| exception.title.clone()))
        }),
        KnownColumn::EvidenceCode => {
            line.evidence.map_or(Cell::Empty, |evidence| Cell::text(evidence.code.to_string()))
        }
        KnownColumn::EvidenceDate => line.evidence.map_or(Cell::Empty, |evidence| Cell::text(evidence.day.to_string())),
        KnownColumn::EvidenceText => line.evidence.map_or(Cell::Empty, |evidence| Cell::text(evidence.text.as_str())),
        KnownColumn::Alert => line.alert.map_or(Cell::Empty, |alert| Cell::text(alert.name.clone())),
        KnownColumn::AlertTitle => line.alert.map_or(Cell::Empty, |alert| Cell::text(alert.title.clone())),
        KnownColumn::ToDo => line.alert.map_or(Cell::Empty, |alert| Cell::text(alert.to_do.clone())),
        // The check keeps these to lists of patients.
        KnownColumn::RegisteredDate
        | KnownColumn::AsOf
        | KnownColumn::Year
        | KnownColumn::Indicator
        | KnownColumn::IndicatorTitle
        | KnownColumn::DoseNumbers
        | KnownColumn::FirstDays
        | KnownColumn::DueDates
        | KnownColumn::DaysOverdue
        | KnownColumn::DaysLeft
        | KnownColumn::OtherWays
        | KnownColumn::PoundsAtStake
        | KnownColumn::FeePounds
        | KnownColumn::Reason
        | KnownColumn::ReasonCode => Cell::Empty,
        KnownColumn::Template => line.alert.and_then(|alert| alert.template.clone()).map_or(Cell::Empty, Cell::text),
    }
}
