//! How far practices moved from the baseline to the day of the report, as a chart.

use crate::ground::Amount;
use crate::report::page::Material;
use crate::report::page::axis::{Axis, number};
use crate::report::page::chart::{Chart, Glyph, Key, Label, Mark, WIDTH, bar, keep_ends, place, upright_grid};
use crate::report::page::scheme::LocalScheme;
use crate::report::pathway::ReturnRow;

/// The name in links of the table of the return, which comes of its title.
const RETURN_TABLE: &str = "pathway-return-per-practice";

/// No more lines than this are drawn, those that moved furthest either way.
const MOST_LINES: usize = 60;

/// How high a line is, and where the first begins.
const LINE: f64 = 20.0;
const TOP: f64 = 8.0;

/// A practice's uptake of an indicator at the baseline and on the day of the report, in per cent.
struct Moved<'a> {
    row: &'a ReturnRow,
    before: Amount,
    after: Amount,
}

impl Moved<'_> {
    /// None where either is not known, or is withheld.
    fn of(row: &ReturnRow) -> Option<Moved<'_>> {
        if row.withheld.any() {
            return None;
        }
        let (before, after) = (row.baseline?.achievement_percent()?, row.year_end?.achievement_percent()?);
        Some(Moved { row, before, after })
    }

    fn change(&self) -> Amount {
        self.after.minus(self.before).unwrap_or(Amount::ZERO)
    }
}

/// From the baseline to the day of the report, a line for each practice and indicator; None where neither is known.
pub(super) fn chart(material: &Material<'_>, scheme: &LocalScheme) -> Option<Chart> {
    let mut moved: Vec<Moved<'_>> = scheme.returned.iter().filter_map(Moved::of).collect();
    moved.sort_by_key(|moved| std::cmp::Reverse(moved.change()));
    let shown = keep_ends(&mut moved, MOST_LINES, "moves");
    let lowest = moved.iter().map(|moved| number(moved.before.min(moved.after))).reduce(f64::min)?;
    let low = ((lowest / 10.0).floor() * 10.0).max(0.0);
    let across = Axis { numbers: (low, 100.0), drawn: (130.0, f64::from(WIDTH) - 24.0) };
    let bottom = TOP + LINE * moved.len() as f64;
    let shapes = upright_grid(across, (TOP, bottom), "per cent reached");
    let mut marks = Vec::new();
    for (moved, at) in moved.iter().zip(0_u32..) {
        marks.extend(ends(material, moved, across, TOP + LINE * f64::from(at)));
    }
    let up = moved.iter().filter(|moved| moved.change() > Amount::ZERO).count();
    let down = moved.iter().filter(|moved| moved.change().is_negative()).count();
    Some(Chart {
        id: "chart-pathway".to_owned(),
        title: "From the baseline to the day of the report".to_owned(),
        desc: format!(
            "Per cent reached of each practice and indicator before and after, from the greatest rise to the greatest fall: \
             {up} rise and {down} fall.{shown}"
        ),
        table: RETURN_TABLE,
        width: WIDTH,
        height: bottom as u32 + 46,
        shapes,
        marks,
        key: vec![
            Key::mark("mark before", Glyph::Circle, "at the baseline"),
            Key::mark("mark", Glyph::Square, "on the day of the report"),
        ],
    })
}

/// Both ends of a line, each with its name; the practice and indicator stand before it.
fn ends(material: &Material<'_>, moved: &Moved<'_>, across: Axis, top: f64) -> [Mark; 2] {
    let y = top + LINE / 2.0;
    let (code, indicator) = (&moved.row.practice_code, &moved.row.indicator);
    let x = |percent: Amount| across.place(number(percent));
    let mark = |percent: Amount, when: &str, look, outline, labels| Mark {
        name: format!("{}, {indicator}: {} % {when}", material.known.called(code), percent.to_decimals(2)),
        practice: code.clone(),
        look,
        outline,
        labels,
    };
    // A thin bar leads from one end to the other.
    let (from, to) = (x(moved.before.min(moved.after)), x(moved.before.max(moved.after)));
    let way = bar((from, y - 1.0), (to, y + 1.0));
    let (before, after) = (Glyph::Circle.outline(x(moved.before), y), Glyph::Square.outline(x(moved.after), y));
    let label = Label { x: place(122.0), y: place(y + 4.0), anchor: "end", text: format!("{code} {indicator}") };
    [
        mark(moved.after, "on the day of the report", "mark", way + &after, vec![label]),
        mark(moved.before, "at the baseline", "mark before", before, Vec::new()),
    ]
}
