//! Every practice on the pay curve: what its percentage earns, and where the curve bends.

use crate::ground::Amount;
use crate::report::comparison::Level;
use crate::report::curve::{self, Drawn, TOGETHER};
use crate::report::page::axis::number;
use crate::report::page::chart::{Chart, Field, Glyph, HEIGHT, Key, Mark, WIDTH};
use crate::report::page::judged::{Judged, not_drawn};
use crate::report::page::labels::{Wanted, labels};
use crate::report::page::{Material, Section};
use crate::report::rows::MeasureRow;
use crate::report::style::counted;

/// The curve is drawn through so many places: one for each tenth of a per cent.
const PLACES: u32 = 1000;

/// How far beyond the lowest practice and threshold a chart shows, in per cent.
const MARGIN: f64 = 5.0;

pub(super) fn section(material: &Material<'_>, judged: &[Judged<'_>]) -> Section {
    let mut section = Section::new("pay-curve", "Every practice on the pay curve");
    if let Some(grouping) = material.grouping {
        let one = grouping.kind.one;
        section.paragraphs.push(format!(
            "Not drawn: no {one} is paid by its own percentage, so none stands on a curve. Its practices do, in a report \
             that does not put them together."
        ));
        return section;
    }
    section.paragraphs.push(
        "The line is what the payments of an indicator give at each percentage, in points; a mark is a practice at its own. \
         A mark off the line is paid by something besides its percentage, such as its improvement on earlier years."
            .to_owned(),
    );
    section.paragraphs.extend(not_drawn(material.known.kind, judged));
    for side in material.sides {
        let ours: Vec<_> = judged.iter().filter(|judged| judged.side.label == side.label).collect();
        let charts: Vec<Chart> = ours.iter().filter_map(|judged| chart(material, judged)).collect();
        let without = (ours.len() - charts.len()) as u64;
        if without > 0 {
            let what = format!("{} of {}", counted(without, "indicator"), side.label);
            section.paragraphs.push(format!("Without a curve, since no points are known: {what}."));
        }
        section.charts.extend(charts);
    }
    section
}

/// What a practice's payments give at each percentage, in per cent and points; None where points are not known.
fn line(judged: &Judged<'_>) -> Option<Vec<(f64, f64)>> {
    let reached = (0..=PLACES).map(Amount::from).collect();
    let drawn = Drawn { cohort_size: u64::from(PLACES), list_size: None, reached };
    let side = judged.side;
    let lines = curve::lines(side.book, side.label, side.figures, &drawn, &[judged.measurement], &[]);
    let together = lines.iter().find(|line| line.payment == TOGETHER)?;
    let points = together
        .paid
        .iter()
        .enumerate()
        .map(|(at, (points, _))| Some((number(drawn.percent(at)?), number(points.known()?))));
    points.collect()
}

/// A practice that stands somewhere on the chart.
struct Placed<'a> {
    row: &'a MeasureRow,
    percent: Amount,
    points: Amount,
    level: Option<Level>,
}

fn chart(material: &Material<'_>, judged: &Judged<'_>) -> Option<Chart> {
    let line = line(judged)?;
    let placed: Vec<Placed<'_>> = judged
        .told_rows()
        .filter_map(|row| {
            let (percent, points) = (row.counts.achievement_percent()?, row.points.known()?);
            Some(Placed { row, percent, points, level: judged.level(material, &row.practice_code) })
        })
        .collect();
    let thresholds = judged.thresholds();
    let percents = placed.iter().map(|placed| placed.percent).chain(thresholds.iter().map(|(_, percent)| *percent));
    let lowest = percents.map(number).fold(100.0, f64::min);
    let low = (((lowest - MARGIN) / 10.0).floor() * 10.0).max(0.0);
    let most = line.iter().map(|(_, points)| *points).chain(placed.iter().map(|placed| number(placed.points)));
    let field = Field::of((low, 100.0), (0.0, most.fold(1.0, f64::max) * 1.08));
    let mut shapes = field.axes("per cent reached", "points");
    for (_, percent) in &thresholds {
        let x = number(*percent);
        shapes.push(field.line("threshold", [(x, field.up.numbers.0), (x, field.up.numbers.1)]));
    }
    shapes.push(field.line("curve", line.iter().copied().filter(|(percent, _)| *percent >= low)));
    let named = judged.thresholds_in_words();
    Some(Chart {
        id: judged.link("chart curve"),
        title: format!("{}: practices on the pay curve", judged.name()),
        desc: desc(judged, &placed, &named),
        table: "practices-table",
        width: WIDTH,
        height: HEIGHT,
        shapes,
        marks: marks(material, &placed, &field),
        key: key(&named),
    })
}

fn desc(judged: &Judged<'_>, placed: &[Placed<'_>], thresholds: &[String]) -> String {
    let at = |level: Level| placed.iter().filter(|placed| placed.level == Some(level)).count();
    let (nothing, part, full) = (at(Level::None), at(Level::Part), at(Level::Full));
    let hangs_on =
        if thresholds.is_empty() { String::new() } else { format!(" Pay hangs on {}.", thresholds.join(" and ")) };
    format!(
        "Points by per cent reached for {}, {}. {nothing} earn nothing, {part} a part, {full} all.{hangs_on}",
        counted(placed.len() as u64, "practice"),
        judged.title
    )
}

fn key(thresholds: &[String]) -> Vec<Key> {
    let mut key = vec![Key::line("curve", "what a percentage earns")];
    if !thresholds.is_empty() {
        key.push(Key::line("threshold", thresholds.join(", ")));
    }
    for level in [Level::None, Level::Part, Level::Full] {
        let (look, glyph, words) = look(Some(level));
        key.push(Key::mark(look, glyph, words));
    }
    key
}

/// How a practice at a level looks, and what that means.
fn look(level: Option<Level>) -> (&'static str, Glyph, &'static str) {
    match level {
        Some(Level::None) => ("mark low", Glyph::Down, "earns nothing"),
        Some(Level::Part) | None => ("mark", Glyph::Circle, "earns a part"),
        Some(Level::Full) => ("mark high", Glyph::Square, "earns all"),
    }
}

fn marks(material: &Material<'_>, placed: &[Placed<'_>], field: &Field) -> Vec<Mark> {
    let at = |placed: &Placed<'_>| field.place(number(placed.percent), number(placed.points));
    let wanted: Vec<Wanted> =
        placed.iter().map(|placed| Wanted { at: at(placed), text: placed.row.practice_code.clone() }).collect();
    let labels = labels(&wanted, field.across.drawn);
    let mark = |(placed, label): (&Placed<'_>, _)| {
        let (x, y) = at(placed);
        let code = &placed.row.practice_code;
        let (look, glyph, words) = look(placed.level);
        let counts = &placed.row.counts;
        Mark {
            name: format!(
                "{}: {} % ({} of {}), {} points, {words}",
                material.known.called(code),
                placed.percent.to_decimals(2),
                counts.numerator.to_decimals(0),
                counts.denominator.to_decimals(0),
                placed.points.to_decimals(2)
            ),
            practice: code.clone(),
            look,
            outline: glyph.outline(x, y),
            labels: Vec::from_iter(label),
        }
    };
    placed.iter().zip(labels).map(mark).collect()
}
