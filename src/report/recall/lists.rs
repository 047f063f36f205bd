//! The lists of patients: the rows and columns that the rule file says, and no others.

use std::borrow::Cow;

use super::{Line, Scene, vaccine};
use crate::eval::in_time::{MissingDose, PassedDose, Standing, Why};
use crate::ground::Day;
use crate::model::Rulebook;
use crate::model::book::{FigureId, FigureValue};
use crate::model::worklist::{ColumnValue, KnownColumn, Listed, Worklist};
use crate::report::figured::Figured;
use crate::report::pathway::figure_cell;
use crate::report::table::{Cell, Column, Kind, Table};

/// The rows of a list of each of several rulebooks, in the order of the lines: all practices', or one's. Each rulebook's
/// rows have the columns that it declares, and are empty in those that only another one declares.
pub fn list<'a>(scene: &Scene<'a>, lists: &[(&'a Rulebook, &'a Worklist)], practice: Option<&str>) -> Table<'a> {
    let columns = list_columns(lists);
    let title = lists.first().map_or(String::new(), |(_, list)| list.title.clone());
    let mut table = Table::new(title, columns.clone());
    for line in scene.lines.iter().filter(|line| practice.is_none_or(|practice| practice == line.practice_code)) {
        let ours = lists.iter().find(|(book, _)| book.name == line.book.name).map(|(_, list)| *list);
        let Some(list) = ours.filter(|list| list.rows == Listed::Patients(line.called.rows)) else { continue };
        let cell = |column: &Column| {
            let declared = list.columns.iter().find(|declared| declared.name == column.name);
            declared.map_or(Cell::Empty, |declared| self::cell(scene, line, &declared.value))
        };
        table.rows.push(columns.iter().map(cell).collect());
    }
    table
}

/// The columns of the lists, each once, in the order in which they are first declared.
fn list_columns(lists: &[(&Rulebook, &Worklist)]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for declared in lists.iter().flat_map(|(_, list)| &list.columns) {
        if !columns.iter().any(|column| column.name == declared.name) {
            let kind = kind(&declared.value);
            columns.push(Column { name: Cow::Owned(declared.name.clone()), kind, short: None });
        }
    }
    columns
}

/// The figures that a list shows and nobody has set.
pub fn unset_figures<'b>(book: &'b Rulebook, list: &'b Worklist) -> impl Iterator<Item = FigureId> + 'b {
    let figures = list.columns.iter().filter_map(|column| match column.value {
        ColumnValue::Figure(figure) => Some(figure),
        ColumnValue::Known(_) | ColumnValue::Date(_) | ColumnValue::Words { .. } => None,
    });
    figures.filter(|figure| matches!(book.figures[figure.index()].value, FigureValue::Unset(_)))
}

fn kind(value: &ColumnValue) -> Kind {
    match value {
        ColumnValue::Known(KnownColumn::DaysOverdue | KnownColumn::DaysLeft) => Kind::Whole,
        ColumnValue::Known(KnownColumn::PoundsAtStake | KnownColumn::FeePounds) => Kind::Amount { decimals: 2 },
        ColumnValue::Known(_) | ColumnValue::Figure(_) | ColumnValue::Date(_) | ColumnValue::Words { .. } => Kind::Text,
    }
}

fn cell<'a>(scene: &Scene<'a>, line: &Line<'a>, value: &ColumnValue) -> Cell<'a> {
    match value {
        ColumnValue::Known(known) => known_cell(scene, line, *known),
        ColumnValue::Figure(figure) => figure_cell(&line.book.figures[figure.index()]),
        // The check keeps these to the lists of a pathway.
        ColumnValue::Date(_) | ColumnValue::Words { .. } => Cell::Empty,
    }
}

fn known_cell<'a>(scene: &Scene<'a>, line: &Line<'a>, known: KnownColumn) -> Cell<'a> {
    let book = line.book;
    let card = || scene.cards.get(line.practice_code);
    let optional = |text: Option<&'a str>| text.map_or(Cell::Empty, Cell::text);
    let measure = || &book.measures[book.measurements[line.called.measurement.index()].measure.index()];
    let each = |told: &dyn Fn(&MissingDose) -> String| {
        Cell::text(line.missing().iter().map(told).collect::<Vec<_>>().join("; "))
    };
    let pounds = |figure: &Figured| Cell::from(figure.known());
    match known {
        KnownColumn::PracticeCode => Cell::text(line.practice_code),
        KnownColumn::PracticeName => optional(card().and_then(|card| card.name.as_deref())),
        KnownColumn::Area => optional(card().and_then(|card| card.area.as_deref())),
        KnownColumn::ContactName => optional(card().and_then(|card| card.contact_name.as_deref())),
        KnownColumn::ContactDetails => optional(card().and_then(|card| card.contact_details.as_deref())),
        KnownColumn::PatientId => Cell::Text(line.patient_id.clone()),
        KnownColumn::BirthDate => Cell::text(line.called.birth.to_string()),
        KnownColumn::RegisteredDate => Cell::text(line.called.registered.to_string()),
        KnownColumn::AsOf => Cell::text(scene.as_of.to_string()),
        KnownColumn::Year => Cell::text(line.year),
        KnownColumn::Indicator => Cell::text(line.indicator().to_owned()),
        KnownColumn::IndicatorTitle => Cell::text(measure().title.as_str()),
        KnownColumn::VaccinesOutstanding => each(&|dose| vaccine(book, dose.clusters)),
        KnownColumn::DoseNumbers => each(&|dose| dose.number.to_string()),
        KnownColumn::FirstDays => each(&|dose| dose.earliest.to_string()),
        KnownColumn::LastDays => each(&|dose| dose.last.map_or(String::new(), |last| last.to_string())),
        KnownColumn::DueDates => each(&|dose| dose.due.map_or(String::new(), |due| due.to_string())),
        KnownColumn::DaysOverdue => line.days_overdue(scene.as_of).map_or(Cell::Empty, Cell::Whole),
        KnownColumn::DaysLeft => days_left(line, scene.as_of),
        KnownColumn::OtherWays => Cell::text(other_ways(line)),
        KnownColumn::PoundsAtStake => pounds(&line.at_stake),
        KnownColumn::FeePounds => pounds(&line.fees),
        KnownColumn::Reason => Cell::text(reason(line)),
        KnownColumn::ReasonCode => {
            let reason = line.called.outstanding.outcome.reason(measure());
            reason.map_or(Cell::Empty, |reason| Cell::text(reason.code.as_str()))
        }
        // The check keeps these to the lists of a pathway.
        KnownColumn::Indicators
        | KnownColumn::State
        | KnownColumn::StateTitle
        | KnownColumn::NextStep
        | KnownColumn::FreeSlots
        | KnownColumn::Category
        | KnownColumn::EvidenceCode
        | KnownColumn::EvidenceDate
        | KnownColumn::EvidenceText
        | KnownColumn::Alert
        | KnownColumn::AlertTitle
        | KnownColumn::ToDo
        | KnownColumn::Template => Cell::Empty,
    }
}

fn days_left(line: &Line<'_>, as_of: Day) -> Cell<'static> {
    let days = line.first_last().and_then(|last| u64::try_from(last.days_since(as_of)).ok());
    days.map_or(Cell::Empty, Cell::Whole)
}

/// `shingles_live 1 by 2024-05-01, or mmr 1 by 2024-05-01 and mmr 2 by 2024-05-02`
fn other_ways(line: &Line<'_>) -> String {
    let dose = |dose: &MissingDose| {
        let by = dose.last.map_or(String::new(), |last| format!(" by {last}"));
        format!("{} {}{by}", vaccine(line.book, dose.clusters), dose.number)
    };
    let way = |doses: &Vec<MissingDose>| doses.iter().map(dose).collect::<Vec<_>>().join(" and ");
    line.called.outstanding.other_ways.iter().map(way).collect::<Vec<_>>().join(", or ")
}

/// Why it is too late, or what takes the patient out of the denominator.
fn reason(line: &Line<'_>) -> String {
    let outstanding = &line.called.outstanding;
    match &outstanding.standing {
        Standing::TooLate(why) => why_too_late(line.book, why),
        Standing::GivenLate(why) => format!("given late: {}", why_too_late(line.book, why)),
        Standing::Settled | Standing::InTime => {
            let measure = &line.book.measures[line.book.measurements[line.called.measurement.index()].measure.index()];
            outstanding.outcome.reason(measure).map_or(String::new(), |reason| reason.title.clone())
        }
    }
}

fn why_too_late(book: &Rulebook, why: &Why) -> String {
    match why {
        Why::Passed(doses) => {
            let dose = |dose: &PassedDose| {
                format!("{} {} counted until {}", vaccine(book, dose.clusters), dose.number, dose.last)
            };
            doses.iter().map(dose).collect::<Vec<_>>().join("; ")
        }
        Why::Clause(id) => {
            format!("no dose brings about `{}`", book.condition_words[id.index()].text)
        }
    }
}
