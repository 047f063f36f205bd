//! Years beside one another: who gains, who loses, and which thresholds were crossed.

use crate::ground::Amount;
use crate::report::comparison::changes::PracticeRow;
use crate::report::page::axis::{Axis, number};
use crate::report::page::chart::{Chart, Key, Label, Mark, Shape, WIDTH, bar, keep_ends, place, points};
use crate::report::page::headline::signed_pounds;
use crate::report::page::judged::link;
use crate::report::page::labels::CHARACTER;
use crate::report::page::practices::owned;
use crate::report::page::{Material, Section};
use crate::report::style::capital;

const TABLE: &str = "changes-table";

/// No more bars than this are drawn: the greatest gains and the greatest losses.
const MOST_BARS: usize = 60;

/// How high a bar's line is, and where the first begins.
const LINE: f64 = 20.0;
const TOP: f64 = 8.0;

/// The least and the most room for names to the left of the bars.
const NAMES: (f64, f64) = (84.0, 280.0);

/// None where there is one year only.
pub(super) fn section(material: &Material<'_>) -> Option<Section> {
    let (first, later) = material.sides.split_first().filter(|(_, later)| !later.is_empty())?;
    let mut section = Section::new("years", format!("Years compared with {}", first.label));
    let kind = material.known.kind;
    section.paragraphs.push(format!(
        "Each {}'s own records under each year's own rules, so rules and people both differ. A change is in all pounds \
         that the rules pay the practices.",
        kind.one
    ));
    let withheld = material.comparison.withheld_from_sums(kind);
    section.paragraphs.extend(withheld.iter().map(|sentence| format!("{}.", capital(sentence))));
    for (side, year) in later.iter().zip(1..) {
        section.charts.extend(chart(material, side.label, year));
    }
    section.tables.push(("summary-table".to_owned(), owned(&material.comparison.summary_table())));
    section.tables.push((TABLE.to_owned(), material.known.beside(&material.comparison.practice_table())));
    Some(section)
}

/// A bar for each practice whose change is known; None where nobody's is.
fn chart(material: &Material<'_>, label: &str, year: usize) -> Option<Chart> {
    let rows = material.comparison.practices.iter().filter(|row| row.year == year);
    let mut changes: Vec<(&PracticeRow, Amount)> = rows.filter_map(|row| Some((row, row.pounds_change?))).collect();
    changes.sort_by(|(one, change), (other, others)| {
        others.cmp(change).then_with(|| one.practice_code.cmp(&other.practice_code))
    });
    let shown = keep_ends(&mut changes, MOST_BARS, "changes");
    let (least, most) = (changes.last()?.1, changes.first()?.1);
    // Room for the names, and on either side for the amounts.
    let longest = changes.iter().map(|(row, _)| row.practice_code.chars().count()).max().unwrap_or(0);
    let names = (longest as f64 * CHARACTER + 8.0).clamp(NAMES.0, NAMES.1);
    let ends = (number(least).min(0.0), number(most).max(0.0));
    let across = Axis { numbers: ends, drawn: (names + 96.0, f64::from(WIDTH) - 110.0) };
    let bottom = TOP + LINE * changes.len() as f64;
    let zero = across.place(0.0);
    let shapes = vec![Shape::Line { look: "axis", points: points([(zero, TOP), (zero, bottom)]) }];
    let bars = changes.iter().zip(0_u32..).map(|((row, change), at)| {
        let top = TOP + LINE * f64::from(at);
        mark(material, row, *change, (names, across, top))
    });
    let marks = bars.collect();
    let first = material.sides.first().map_or("", |side| side.label);
    let (gain, lose) = (
        changes.iter().filter(|(_, change)| *change > Amount::ZERO).count(),
        changes.iter().filter(|(_, change)| change.is_negative()).count(),
    );
    Some(Chart {
        id: link(&format!("chart changes {label}")),
        title: format!("Change in pounds, {label} against {first}"),
        desc: format!(
            "{} from the greatest gain, {}, to the greatest loss or smallest gain, {}. {gain} gain and {lose} lose.{shown}",
            material.known.kind.heading(),
            signed_pounds(most),
            signed_pounds(least)
        ),
        table: TABLE,
        width: WIDTH,
        height: bottom as u32 + 12,
        shapes,
        marks,
        key: vec![key("gain", "gains: a full bar to the right"), key("loss", "loses: a hollow bar to the left")],
    })
}

fn key(look: &'static str, words: &str) -> Key {
    Key { look, outline: bar((2.0, 5.0), (18.0, 15.0)), words: words.to_owned() }
}

fn mark(material: &Material<'_>, row: &PracticeRow, change: Amount, (names, across, top): (f64, Axis, f64)) -> Mark {
    let (zero, end) = (across.place(0.0), across.place(number(change)));
    let is_loss = change.is_negative();
    let amount = signed_pounds(change);
    Mark {
        name: format!("{}: {amount}", material.known.called(&row.practice_code)),
        practice: row.practice_code.clone(),
        look: if is_loss { "loss" } else { "gain" },
        outline: bar((zero.min(end), top + 3.0), (zero.max(end), top + 17.0)),
        labels: vec![
            Label { x: place(names), y: place(top + 14.0), anchor: "end", text: row.practice_code.clone() },
            Label {
                x: place(if is_loss { end - 6.0 } else { end + 6.0 }),
                y: place(top + 14.0),
                anchor: if is_loss { "end" } else { "start" },
                text: amount,
            },
        ],
    }
}
