//! The curve as a picture that stands on its own: an SVG with axes, labels and a line per year and payment.
//!
//! Lines differ by colour (the year), by dashes (the payment) and by their labels, so that none of the three is needed
//! alone. The colours follow the reader's light or dark setting. Coordinates are decimals worked out from exact amounts.

use std::fmt::Write;

use crate::ground::Amount;
use crate::report::curve::{Drawn, Line, TOGETHER};
use crate::report::gaps::Figured;
use crate::report::style::grouped;

const WIDTH: u32 = 1000;
const HEIGHT: u32 = 600;
const LEFT: u32 = 90;
const TOP: u32 = 70;
/// Right edge and lower edge of the field that the lines are drawn in.
const RIGHT: u32 = 740;
const BOTTOM: u32 = 530;

/// Dashes by payment; all together is the unbroken line.
const DASHES: [&str; 6] = ["8 4", "2 4", "12 4 2 4", "5 2", "1 2", "16 6"];

/// Colours by year that can be told apart by most, on light and on dark ground.
const COLOURS: [&str; 7] = ["#1f77b4", "#d95f02", "#1b9e77", "#cc4fa0", "#a6761d", "#7570b3", "#7f7f7f"];

/// At most so many marks stand on the upright axis.
const MOST_MARKS: i128 = 9;

/// What is drawn upwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measured {
    /// Pounds.
    Pounds,
    /// Points: where pounds are not known.
    Points,
}

impl Measured {
    /// Pounds where the whole of any line is known, else points.
    pub fn of(lines: &[Line]) -> Measured {
        let is_known =
            |line: &&Line| line.payment == TOGETHER && line.paid.iter().all(|(_, pounds)| pounds.known().is_some());
        if lines.iter().any(|line| is_known(&line)) { Measured::Pounds } else { Measured::Points }
    }

    fn word(self) -> &'static str {
        match self {
            Measured::Pounds => "pounds",
            Measured::Points => "points",
        }
    }

    fn pick(self, (points, pounds): &(Figured, Figured)) -> Option<Amount> {
        match self {
            Measured::Pounds => pounds.known(),
            Measured::Points => points.known(),
        }
    }
}

/// The upright axis.
struct Scale {
    low: Amount,
    high: Amount,
    step: Amount,
}

impl Scale {
    /// From nothing, or below, to the greatest amount, in steps of 1, 2 or 5 with noughts.
    fn of(lines: &[Line], measured: Measured) -> Scale {
        let amounts = || lines.iter().flat_map(|line| &line.paid).filter_map(|paid| measured.pick(paid));
        let greatest = amounts().max().unwrap_or(Amount::ZERO).max(Amount::ONE);
        let least = amounts().min().unwrap_or(Amount::ZERO).min(Amount::ZERO);
        let span = greatest.minus(least).unwrap_or(greatest);
        let fits = |step: &Amount| span.over(*step).is_some_and(|marks| marks <= whole(MOST_MARKS));
        let steps =
            (0..30).flat_map(|zeros| [1, 2, 5].map(|first| 10_i128.checked_pow(zeros).map(|ten| whole(first * ten))));
        let step = steps.flatten().find(fits).unwrap_or(span);
        let down = floor(least, step);
        let up = floor(greatest, step);
        let up = if up < greatest { up.plus(step).unwrap_or(up) } else { up };
        Scale { low: down, high: up, step }
    }

    /// Where an amount stands.
    fn y(&self, amount: Amount) -> Option<Amount> {
        let share = amount.minus(self.low)?.over(self.high.minus(self.low)?)?;
        Amount::from(BOTTOM).minus(share.times(Amount::from(BOTTOM - TOP))?)
    }

    fn marks(&self) -> Vec<Amount> {
        let next = |mark: &Amount| mark.plus(self.step).filter(|next| *next <= self.high);
        std::iter::successors(Some(self.low), next).collect()
    }
}

fn whole(amount: i128) -> Amount {
    Amount::ratio(amount, 1).unwrap_or(Amount::ONE)
}

/// The greatest multiple of a step that is not above an amount.
fn floor(amount: Amount, step: Amount) -> Amount {
    let nearest = amount.round_to(step).unwrap_or(amount);
    if nearest > amount { nearest.minus(step).unwrap_or(nearest) } else { nearest }
}

fn x(percent: Amount) -> Option<Amount> {
    Amount::from(LEFT).plus(percent.times(Amount::from(RIGHT - LEFT))?.over(Amount::from(100_u32))?)
}

/// The picture.
pub fn svg(drawn: &Drawn, lines: &[Line]) -> String {
    let measured = Measured::of(lines);
    let scale = Scale::of(lines, measured);
    let years = in_order(lines.iter().map(|line| line.year.as_str()));
    let payments = in_order(lines.iter().map(|line| line.payment.as_str()).filter(|payment| *payment != TOGETHER));
    let mut out = head(drawn, lines, measured);
    axes(&mut out, drawn, &scale, measured);
    for (at, line) in lines.iter().enumerate() {
        let year = years.iter().position(|year| *year == line.year).unwrap_or(0);
        let dashes = payments.iter().position(|payment| *payment == line.payment);
        let look = look(year, dashes);
        for points in stretches(drawn, line, &scale, measured) {
            let _ = writeln!(out, r#"<polyline class="line" {look} points="{points}"/>"#);
        }
        legend(&mut out, at, line, &look);
    }
    out.push_str("</svg>\n");
    out
}

fn in_order<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen: Vec<&str> = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn look(year: usize, dashes: Option<usize>) -> String {
    let colour = COLOURS[year % COLOURS.len()];
    match dashes {
        Some(at) => format!(r#"stroke="{colour}" stroke-width="1.8" stroke-dasharray="{}""#, DASHES[at % DASHES.len()]),
        None => format!(r#"stroke="{colour}" stroke-width="3""#),
    }
}

fn head(drawn: &Drawn, lines: &[Line], measured: Measured) -> String {
    let years = in_order(lines.iter().map(|line| line.year.as_str())).join(", ");
    let size = drawn.cohort_size;
    let title = escaped(&format!("Pay against uptake, {years}"));
    let list = drawn.list_size.map_or(String::new(), |list| format!(", {list} on the list"));
    let desc = escaped(&format!(
        "What a practice with {size} people in each measure{list} is paid, in {}, from nobody reached to everybody. {}",
        measured.word(),
        told(drawn, lines, measured)
    ));
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="curve-title curve-desc" font-family="system-ui, sans-serif" font-size="14">
<title id="curve-title">{title}</title>
<desc id="curve-desc">{desc}</desc>
<style>
.ground {{ fill: #ffffff; }} text {{ fill: #1a1a1a; }} .axis {{ stroke: #1a1a1a; }} .mark {{ stroke: #d5d5d5; }}
.line {{ fill: none; stroke-linejoin: round; }}
@media (prefers-color-scheme: dark) {{
.ground {{ fill: #16181c; }} text {{ fill: #ececec; }} .axis {{ stroke: #ececec; }} .mark {{ stroke: #3a3d44; }}
.line {{ filter: brightness(1.35); }}
}}
</style>
<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>
<text x="{LEFT}" y="34" font-size="20">{title}</text>
<text x="{LEFT}" y="56">{size} people in each measure{list}</text>
"#
    )
}

/// Each year's way in words, for those who do not see the picture: its ends, and its steepest rise.
fn told(drawn: &Drawn, lines: &[Line], measured: Measured) -> String {
    let mut sentences = Vec::new();
    for line in lines.iter().filter(|line| line.payment == TOGETHER) {
        let amounts: Vec<Option<Amount>> = line.paid.iter().map(|paid| measured.pick(paid)).collect();
        let rise = |at: usize| amounts[at]?.minus(amounts[at - 1]?).map(|rise| (rise, at));
        let steepest = (1..amounts.len()).filter_map(rise).max_by_key(|(rise, at)| (*rise, usize::MAX - at));
        let (Some(Some(first)), Some(Some(last)), Some((rise, at))) = (amounts.first(), amounts.last(), steepest)
        else {
            continue;
        };
        let percent = drawn.percent(at).map_or(String::new(), |percent| percent.to_decimals(2));
        sentences.push(format!(
            "{}: from {} to {} {}, with the steepest rise, {}, on reaching {percent} %.",
            line.year,
            first.to_decimals(2),
            last.to_decimals(2),
            measured.word(),
            rise.to_decimals(2)
        ));
    }
    sentences.join(" ")
}

fn axes(out: &mut String, drawn: &Drawn, scale: &Scale, measured: Measured) {
    for mark in scale.marks() {
        let Some(y) = scale.y(mark).map(|y| y.to_decimals(1)) else { continue };
        let _ = writeln!(out, r#"<line class="mark" x1="{LEFT}" y1="{y}" x2="{RIGHT}" y2="{y}"/>"#);
        let shown = grouped(&mark.to_decimals(0));
        let _ = writeln!(out, r#"<text x="{}" y="{y}" dy="5" text-anchor="end">{shown}</text>"#, LEFT - 8);
    }
    for percent in (0..=100_u32).step_by(10) {
        let Some(x) = x(Amount::from(percent)).map(|x| x.to_decimals(1)) else { continue };
        let _ = writeln!(out, r#"<line class="axis" x1="{x}" y1="{BOTTOM}" x2="{x}" y2="{}"/>"#, BOTTOM + 6);
        let _ = writeln!(out, r#"<text x="{x}" y="{}" text-anchor="middle">{percent}</text>"#, BOTTOM + 22);
    }
    let _ = writeln!(out, r#"<line class="axis" x1="{LEFT}" y1="{BOTTOM}" x2="{RIGHT}" y2="{BOTTOM}"/>"#);
    let _ = writeln!(out, r#"<line class="axis" x1="{LEFT}" y1="{TOP}" x2="{LEFT}" y2="{BOTTOM}"/>"#);
    let (middle, below) = ((LEFT + RIGHT) / 2, BOTTOM + 48);
    let people = drawn.cohort_size;
    let _ = writeln!(
        out,
        r#"<text x="{middle}" y="{below}" text-anchor="middle">uptake, per cent of {people} people</text>"#
    );
    let (across, word) = ((TOP + BOTTOM) / 2, measured.word());
    let _ = writeln!(out, r#"<text transform="translate(22 {across}) rotate(-90)" text-anchor="middle">{word}</text>"#);
}

/// The points of a line; where something is not known it is broken.
fn stretches(drawn: &Drawn, line: &Line, scale: &Scale, measured: Measured) -> Vec<String> {
    let mut stretches = vec![String::new()];
    for (place, paid) in line.paid.iter().enumerate() {
        let point = measured.pick(paid).and_then(|amount| Some((x(drawn.percent(place)?)?, scale.y(amount)?)));
        match (point, stretches.last_mut()) {
            (Some((x, y)), Some(stretch)) => {
                let _ = write!(stretch, "{},{} ", x.to_decimals(2), y.to_decimals(2));
            }
            _ => stretches.push(String::new()),
        }
    }
    stretches.retain(|stretch| !stretch.is_empty());
    stretches.iter().map(|stretch| stretch.trim_end().to_owned()).collect()
}

fn legend(out: &mut String, at: usize, line: &Line, look: &str) {
    let y = u64::from(TOP) + 10 + 24 * at as u64;
    let (from, to) = (RIGHT + 20, RIGHT + 66);
    let _ = writeln!(out, r#"<line class="line" {look} x1="{from}" y1="{y}" x2="{to}" y2="{y}"/>"#);
    let label = escaped(&format!("{} {}", line.year, line.payment.replace('_', " ")));
    let _ = writeln!(out, r#"<text x="{}" y="{y}" dy="5">{label}</text>"#, to + 8);
}

/// Text as it may stand in XML, without characters that XML forbids.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign if sign.is_control() => out.push('\u{fffd}'),
            sign => out.push(sign),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_thousands_are_parted() {
        assert_eq!(escaped("a<b> & \"c\"\u{1}"), "a&lt;b&gt; &amp; &quot;c&quot;\u{fffd}");
        assert_eq!(grouped("1234567"), "1,234,567");
        assert_eq!(grouped("-500"), "−500");
    }

    #[test]
    fn the_upright_axis_has_round_steps() {
        let line = |low: &str, high: &str| Line {
            year: "2030-31".into(),
            payment: TOGETHER.into(),
            paid: [low, high].map(|amount| (Figured::None, Figured::Known(Amount::parse(amount).unwrap()))).to_vec(),
        };
        let scale = Scale::of(&[line("-30", "7100.50")], Measured::Pounds);
        assert_eq!((scale.low, scale.high, scale.step), (whole(-1000), whole(8000), whole(1000)));
        let scale = Scale::of(&[line("0", "0")], Measured::Pounds);
        assert_eq!((scale.low, scale.high), (Amount::ZERO, Amount::ONE));
    }
}
