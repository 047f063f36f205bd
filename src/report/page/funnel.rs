//! Funnels: practices by the size of their cohorts, with the limits within which chance alone would hold them.
//!
//! A practice of twenty moves five per cent on one child, and one of two hundred half of one. The limits are those of the
//! binomial distribution at the rate of all practices together, exact and so in steps, as in D. J. Spiegelhalter, Funnel
//! plots for comparing institutional performance, Statistics in Medicine 24 (2005), 1185–1202. The interval beside a
//! practice's own rate is Wilson's.

use crate::ground::Amount;
use crate::report::audit::chance::{Level, Lot, amount, wilson};
use crate::report::page::axis::number;
use crate::report::page::chart::{Chart, Field, Glyph, HEIGHT, Key, Mark, Shape, WIDTH};
use crate::report::page::judged::{Judged, not_drawn};
use crate::report::page::labels::{Wanted, labels};
use crate::report::page::{Material, Section};
use crate::report::rollup::RowKind;
use crate::report::rows::{MeasureRow, whole_people};
use crate::report::table::{Cell, Column, Table};

const TABLE: &str = "funnel-table";

/// The columns of the table of the funnels.
const COLUMNS: [Column; 14] = [
    Column::text("practice_code"),
    Column::text("year"),
    Column::text("indicator"),
    Column::whole("denominator"),
    Column::whole("numerator"),
    Column::amount("achievement_percent", 2),
    Column::amount("interval_low_percent", 2),
    Column::amount("interval_high_percent", 2),
    Column::amount("all_percent", 2),
    Column::whole("low_95"),
    Column::whole("high_95"),
    Column::whole("low_99_8"),
    Column::whole("high_99_8"),
    Column::text("beyond"),
];

/// The limits are drawn at no more sizes than this.
const SIZES: u64 = 240;

/// A practice beside its limits.
struct Practice<'a> {
    code: &'a str,
    people: u64,
    reached: u64,
    percent: Amount,
    chance: Lot,
}

/// An indicator's practices and their common rate.
struct Funnel<'a> {
    judged: &'a Judged<'a>,
    reached: u64,
    people: u64,
    practices: Vec<Practice<'a>>,
}

pub(super) fn section(material: &Material<'_>, judged: &[Judged<'_>]) -> Section {
    let kind = material.known.kind;
    let mut section = Section::new("funnel", format!("{} by cohort size", kind.heading()));
    section.paragraphs = method(kind);
    let left_out: Vec<String> =
        judged.iter().filter(|judged| judged.told_together().is_none()).map(Judged::name).collect();
    if !left_out.is_empty() {
        let which = left_out.join("; ");
        section.paragraphs.push(format!("Left out, since a count of all together is withheld: {which}."));
    }
    let empty: Vec<String> = judged
        .iter()
        .filter(|judged| judged.told_together().is_some() && judged.told_rows().next().is_none())
        .map(Judged::name)
        .collect();
    if !empty.is_empty() {
        section.paragraphs.push(format!("Not drawn, since no {} is told: {}.", kind.one, empty.join("; ")));
    }
    section.paragraphs.extend(not_drawn(kind, judged));
    let mut table = Table::new(format!("{} beside the limits of chance", kind.heading()), COLUMNS);
    for judged in judged {
        let Some(funnel) = Funnel::of(judged) else { continue };
        if funnel.practices.is_empty() {
            continue;
        }
        section.charts.push(funnel.chart(material));
        table.rows.extend(funnel.practices.iter().map(|practice| funnel.cells(practice)));
    }
    section.tables.push((TABLE.to_owned(), material.known.beside(&table)));
    section
}

/// What the limits mean and how they are made.
fn method(RowKind { one, many, .. }: RowKind) -> Vec<String> {
    let (inner, outer) = (Level::Warning.percent(), Level::Alarm.percent());
    vec![
        format!(
            "A small {one} moves far on one child, so its percentage says little by itself. Between the inner lines lie \
             at least {inner} % of {many}, and between the outer lines {outer} %, if all had the same chance of reaching \
             each person; one beyond them is a reason to look, not a finding."
        ),
        format!(
            "Method: exact binomial limits at the rate of all practices together (D. J. Spiegelhalter, Funnel plots for \
             comparing institutional performance, Statistics in Medicine 24, 2005, pages 1185 to 1202). The interval beside \
             each percentage in the table is Wilson's score interval at {inner} % (E. B. Wilson, Journal of the \
             American Statistical Association 22, 1927, pages 209 to 212)."
        ),
    ]
}

impl<'a> Funnel<'a> {
    /// None where counts are not whole, as those worked out from percentages, or where those of all together are withheld.
    fn of(judged: &'a Judged<'a>) -> Option<Funnel<'a>> {
        let together = judged.told_together()?;
        let (reached, people) = (whole_people(together.numerator)?, whole_people(together.denominator)?);
        let practice = |row: &'a MeasureRow| {
            let (own, of) = (whole_people(row.counts.numerator)?, whole_people(row.counts.denominator)?);
            Some(Practice {
                code: &row.practice_code,
                people: of,
                reached: own,
                percent: row.counts.achievement_percent()?,
                chance: Lot::binomial(of, reached, people)?,
            })
        };
        let practices = judged.told_rows().map(practice).collect::<Option<Vec<_>>>()?;
        Some(Funnel { judged, reached, people, practices })
    }

    fn percent(&self) -> Option<Amount> {
        Amount::ratio(i128::from(self.reached) * 100, i128::from(self.people))
    }

    fn cells(&self, practice: &Practice<'_>) -> Vec<Cell<'static>> {
        let interval = wilson(practice.reached, practice.people);
        let end = |share: Option<f64>| Cell::from(share.and_then(|share| amount(share * 100.0)));
        let (inner, outer) = (practice.chance.limits(Level::Warning), practice.chance.limits(Level::Alarm));
        let beyond =
            practice.beyond().map_or(Cell::Empty, |(is_above, level)| Cell::text(beyond_words(is_above, level)));
        vec![
            Cell::text(practice.code.to_owned()),
            Cell::text(self.judged.side.label.to_owned()),
            Cell::text(self.judged.label.to_owned()),
            Cell::Whole(practice.people),
            Cell::Whole(practice.reached),
            Cell::Amount(practice.percent),
            end(interval.map(|(low, _)| low)),
            end(interval.map(|(_, high)| high)),
            self.percent().into(),
            Cell::Whole(inner.0),
            Cell::Whole(inner.1),
            Cell::Whole(outer.0),
            Cell::Whole(outer.1),
            beyond,
        ]
    }

    fn chart(&self, material: &Material<'_>) -> Chart {
        let many = material.known.kind.many;
        let most = self.practices.iter().map(|practice| practice.people).max().unwrap_or(1);
        let lowest = self.practices.iter().map(|practice| number(practice.percent)).fold(100.0, f64::min);
        let low = ((lowest / 10.0 - 1.0).floor() * 10.0).max(0.0);
        let field = Field::of((0.0, most as f64 * 1.12), (low, 102.0));
        let mut shapes = field.axes("people in the denominator", "per cent reached");
        shapes.extend(self.limits(&field, most));
        let rate = self.percent().map_or(0.0, number);
        shapes.push(field.line("middle", [(0.0, rate), (field.across.numbers.1, rate)]));
        let beyond = |wanted: Level| {
            let is_there = move |practice: &&Practice<'_>| practice.beyond().is_some_and(|(_, level)| level == wanted);
            self.practices.iter().filter(is_there)
        };
        let names: Vec<String> = beyond(Level::Alarm).map(|practice| material.known.called(practice.code)).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        Chart {
            id: self.judged.link("chart funnel"),
            title: format!("{}: {many} by cohort size", self.judged.name()),
            desc: format!(
                "Per cent reached by people in the denominator for {} around {} % together. Beyond the {} % \
                 limits: {names}. Beyond the {} % limits only: {}.",
                material.known.kind.counted(self.practices.len() as u64),
                self.percent().map_or(String::new(), |percent| percent.to_decimals(2)),
                Level::Alarm.percent(),
                Level::Warning.percent(),
                beyond(Level::Warning).count()
            ),
            table: TABLE,
            width: WIDTH,
            height: HEIGHT,
            shapes,
            marks: self.marks(material, &field),
            key: key(),
        }
    }

    /// Both pairs of limits, from the smallest cohort to the largest.
    fn limits(&self, field: &Field, most: u64) -> Vec<Shape> {
        let step = (most / SIZES).max(1);
        let sizes: Vec<u64> = (1..=most + most / 10 + 1).step_by(usize::try_from(step).unwrap_or(1)).collect();
        let mut lines: [Vec<(f64, f64)>; 4] = Default::default();
        for size in sizes {
            let Some(chance) = Lot::binomial(size, self.reached, self.people) else { continue };
            let share = |count: u64| (size as f64, count as f64 * 100.0 / size as f64);
            let (inner, outer) = (chance.limits(Level::Warning), chance.limits(Level::Alarm));
            for (line, limit) in lines.iter_mut().zip([inner.0, inner.1, outer.0, outer.1]) {
                line.push(share(limit));
            }
        }
        let looks = ["limit inner", "limit inner", "limit outer", "limit outer"];
        looks.into_iter().zip(lines).map(|(look, line)| field.line(look, line)).collect()
    }

    fn marks(&self, material: &Material<'_>, field: &Field) -> Vec<Mark> {
        let at = |practice: &Practice<'_>| field.place(practice.people as f64, number(practice.percent));
        let wanted: Vec<Wanted> =
            self.practices.iter().map(|practice| Wanted { at: at(practice), text: practice.code.to_owned() }).collect();
        let labels = labels(&wanted, field.across.drawn);
        let mark = |(practice, label): (&Practice<'_>, _)| {
            let (x, y) = at(practice);
            let (look, glyph, words) = look(practice.beyond());
            Mark {
                name: format!(
                    "{}: {} of {}, {} %, {words}",
                    material.known.called(practice.code),
                    practice.reached,
                    practice.people,
                    practice.percent.to_decimals(2)
                ),
                practice: practice.code.to_owned(),
                look,
                outline: glyph.outline(x, y),
                labels: Vec::from_iter(label),
            }
        };
        self.practices.iter().zip(labels).map(mark).collect()
    }
}

impl Practice<'_> {
    /// Whether it is above, and of which limits, the outer if of both; None within them.
    fn beyond(&self) -> Option<(bool, Level)> {
        [Level::Alarm, Level::Warning].into_iter().find_map(|level| {
            let (low, high) = self.chance.limits(level);
            match self.reached {
                reached if reached > high => Some((true, level)),
                reached if reached < low => Some((false, level)),
                _ => None,
            }
        })
    }
}

/// `above 95 %`, `below 99.8 %`
fn beyond_words(is_above: bool, level: Level) -> String {
    format!("{} {} %", if is_above { "above" } else { "below" }, level.percent())
}

fn look(beyond: Option<(bool, Level)>) -> (&'static str, Glyph, String) {
    match beyond {
        None => ("mark", Glyph::Circle, "within the limits".to_owned()),
        Some((is_above, level)) => {
            let glyph = if is_above { Glyph::Up } else { Glyph::Down };
            let look = match level {
                Level::Warning => "mark near",
                Level::Alarm => "mark far",
            };
            (look, glyph, format!("{} limits", beyond_words(is_above, level)))
        }
    }
}

fn key() -> Vec<Key> {
    let mut key = vec![
        Key::line("middle", "all together"),
        Key::line("limit inner", format!("{} % limits", Level::Warning.percent())),
        Key::line("limit outer", format!("{} % limits", Level::Alarm.percent())),
    ];
    for beyond in [
        None,
        Some((true, Level::Warning)),
        Some((false, Level::Warning)),
        Some((true, Level::Alarm)),
        Some((false, Level::Alarm)),
    ] {
        let (look, glyph, words) = look(beyond);
        key.push(Key::mark(look, glyph, words));
    }
    key
}
