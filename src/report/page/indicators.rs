//! Indicators against the percentages that their payments hang on.

use crate::ground::Amount;
use crate::report::comparison::{Level, Side};
use crate::report::disclosure::{Disclosure, MARK};
use crate::report::page::axis::{Axis, number};
use crate::report::page::chart::{Chart, Key, Label, Mark, WIDTH, bar, place, text, upright_grid};
use crate::report::page::headline::shown;
use crate::report::page::judged::{Judged, link};
use crate::report::page::labels::CHARACTER;
use crate::report::page::practices::picked;
use crate::report::page::{Material, Section};
use crate::report::rows::{MeasureGrid, told_people};
use crate::report::table::{Cell, Column, Grid, Table};
use crate::report::wording::said;

const TABLE: &str = "indicators-table";

/// The columns of the table of indicators.
const COLUMNS: [Column; 11] = [
    Column::text("year"),
    Column::text("indicator"),
    Column::text("title"),
    Column::whole("practices"),
    Column::whole("denominator"),
    Column::whole("numerator"),
    Column::amount("achievement_percent", 2),
    Column::text("thresholds"),
    Column::whole("practices_paid_nothing"),
    Column::whole("practices_paid_in_part"),
    Column::whole("practices_paid_in_full"),
];

/// Those of them that groups of practices have: no group is paid by itself.
const GROUP_COLUMNS: [&str; 8] =
    ["year", "indicator", "title", "practices", "denominator", "numerator", "achievement_percent", "thresholds"];

/// How high one indicator's line of a chart is, and where the first begins.
const LINE: f64 = 44.0;
const TOP: f64 = 26.0;

/// The least and the most room for indicators' labels to the left of the bars.
const LEFT: (f64, f64) = (90.0, 260.0);

pub(super) fn section(material: &Material<'_>, judged: &[Judged<'_>]) -> Section {
    let mut section = Section::new("indicators", "Indicators against thresholds");
    section.paragraphs.push(paragraph(material));
    for side in material.sides {
        let ours: Vec<&Judged<'_>> = judged.iter().filter(|judged| judged.side.label == side.label).collect();
        if !ours.is_empty() {
            section.charts.push(chart(side, &ours));
        }
    }
    section.tables.push((TABLE.to_owned(), table(material, judged)));
    section.tables.push(("practices-table".to_owned(), practices(material)));
    section
}

fn paragraph(material: &Material<'_>) -> String {
    let together = "All practices together, beside the percentages that the payments hang on. A practice is paid by its own \
                    percentage";
    let withheld = match material.disclosure.and_then(Disclosure::below) {
        Some(_) => "; those of which something is withheld are in none of the three",
        None => "",
    };
    match material.grouping {
        Some(_) => format!("{together}, which this report does not show."),
        None => format!("{together}: how many are paid nothing, a part and all is in the table{withheld}."),
    }
}

fn table(material: &Material<'_>, judged: &[Judged<'_>]) -> Table<'static> {
    let mut table = Table::new("Indicators against thresholds, all practices", COLUMNS);
    for judged in judged {
        let (together, withheld) = (judged.together(), judged.withheld_together());
        let levels: Vec<Option<Level>> =
            judged.rows.iter().map(|row| judged.level(material, &row.practice_code)).collect();
        let at = |level: Level| match levels.iter().all(Option::is_none) {
            true => Cell::Empty,
            false => Cell::Whole(levels.iter().filter(|other| **other == Some(level)).count() as u64),
        };
        let thresholds = judged.thresholds_in_words();
        table.rows.push(vec![
            Cell::text(judged.side.label.to_owned()),
            Cell::text(judged.label.to_owned()),
            Cell::text(judged.title.to_owned()),
            Cell::Whole(judged.rows.len() as u64),
            told_people(together.denominator, withheld.denominator),
            told_people(together.numerator, withheld.numerator),
            if withheld.achievement() { Cell::text(MARK) } else { together.achievement_percent().into() },
            if thresholds.is_empty() { Cell::Empty } else { Cell::text(thresholds.join("; ")) },
            at(Level::None),
            at(Level::Part),
            at(Level::Full),
        ]);
    }
    match material.grouping {
        Some(_) => picked(&table, &GROUP_COLUMNS),
        None => table,
    }
}

/// Each practice's own numbers, as a run has them.
fn practices(material: &Material<'_>) -> Table<'static> {
    let grid = MeasureGrid { title: "Indicators per practice", rows: material.measures };
    let mut table = Table::new(grid.title(), grid.columns().to_vec());
    let cells = |row: usize| (0..grid.columns().len()).map(|column| grid.cell(row, column)).collect();
    table.rows = (0..grid.row_count()).map(cells).collect();
    material.known.beside(&table)
}

/// A bar for each indicator of a year, and an upright line for each threshold.
fn chart(side: &Side<'_>, judged: &[&Judged<'_>]) -> Chart {
    let longest = judged.iter().map(|judged| judged.label.chars().count()).max().unwrap_or(0);
    let left = (longest as f64 * CHARACTER + 16.0).clamp(LEFT.0, LEFT.1);
    let across = Axis { numbers: (0.0, 100.0), drawn: (left, f64::from(WIDTH) - 70.0) };
    let bottom = TOP + LINE * judged.len() as f64;
    let mut shapes = upright_grid(across, (TOP, bottom), "per cent reached");
    let mut marks = Vec::new();
    let mut told = Vec::new();
    for (judged, row) in judged.iter().zip(0_u32..) {
        let top = TOP + LINE * f64::from(row);
        shapes.push(text("label", "end", (across.drawn.0 - 8.0, top + 24.0), judged.label));
        let Some(together) = judged.told_together() else {
            shapes.push(text("label", "end", (across.drawn.1 + 64.0, top + 24.0), MARK));
            told.push(format!("{} withheld", judged.label));
            continue;
        };
        let Some(percent) = together.achievement_percent() else { continue };
        let reached = format!("{} %", percent.to_decimals(2));
        let counts = format!("{} of {}", shown(together.numerator, 0), shown(together.denominator, 0));
        let end = across.place(number(percent));
        marks.push(Mark {
            name: format!("{} {}: {reached}, {counts}", judged.label, judged.title),
            practice: String::new(),
            look: "bar",
            outline: bar((across.drawn.0, top + 13.0), (end, top + 31.0)),
            labels: vec![Label {
                x: place(across.drawn.1 + 64.0),
                y: place(top + 24.0),
                anchor: "end",
                text: reached.clone(),
            }],
        });
        let thresholds = judged.thresholds().into_iter();
        marks.extend(thresholds.map(|threshold| threshold_mark(judged, threshold, across, top)));
        told.push(format!("{} {reached} ({})", judged.label, judged.thresholds_in_words().join(", ")));
    }
    Chart {
        id: link(&format!("chart indicators {}", side.label)),
        title: format!("Indicators against thresholds, {}", side.label),
        desc: format!("All practices together, in per cent reached: {}.", told.join("; ")),
        table: TABLE,
        width: WIDTH,
        height: bottom as u32 + 46,
        shapes,
        marks,
        key: vec![Key::line("threshold", "a percentage that a payment hangs on")],
    }
}

fn threshold_mark(judged: &Judged<'_>, (name, percent): (&str, Amount), across: Axis, top: f64) -> Mark {
    let x = across.place(number(percent));
    Mark {
        name: format!("{}: {} {percent} %", judged.name(), said(name)),
        practice: String::new(),
        look: "threshold",
        outline: bar((x - 1.0, top + 10.0), (x + 1.0, top + 34.0)),
        labels: vec![Label { x: place(x), y: place(top + 6.0), anchor: "middle", text: percent.to_string() }],
    }
}
