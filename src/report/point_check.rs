//! Our points beside those that were published, where the two differ.

use std::collections::BTreeMap;
use std::io;

use crate::ground::Amount;
use crate::report::gaps::Figured;
use crate::report::rows::MeasureRow;
use crate::report::style::counted;
use crate::report::table::json::Document;
use crate::report::table::{Cell, Column, Grid};

/// The name and version of the JSON document's form.
pub const SCHEMA: &str = "uptake.score-check/1";

/// Beyond so many decimals a published figure shows how a machine held it, not what was meant.
const MOST_DECIMALS: u32 = 6;

/// Points that somebody published for a practice and an indicator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PublishedFigure<'a> {
    /// The practice.
    pub practice_code: &'a str,
    /// The indicator.
    pub indicator: &'a str,
    /// The points.
    pub points: Amount,
}

/// A practice's indicator whose points differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    /// What we make of its counts.
    pub row: MeasureRow,
    /// What was published.
    pub published: Amount,
}

/// What came of a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PointCheck {
    /// Those that differ, in the order of the measure rows.
    pub differ: Vec<Difference>,
    /// How many agree.
    pub agree: u64,
    /// How many were published for what we have no counts or no rules for.
    pub not_compared: u64,
    decimals: u32,
    columns: Vec<Column>,
}

/// Compares points rounded to as many decimals as any published figure is written with.
pub fn check(rows: &[MeasureRow], published: &[PublishedFigure<'_>], decimals: u32) -> PointCheck {
    let decimals = decimals.min(MOST_DECIMALS);
    let by_key: BTreeMap<(&str, &str), Amount> =
        published.iter().map(|figure| ((figure.practice_code, figure.indicator), figure.points)).collect();
    let (mut differ, mut agree) = (Vec::new(), 0);
    for row in rows {
        let Some(published) = by_key.get(&(row.practice_code.as_str(), row.indicator.as_str())).copied() else {
            continue;
        };
        let ours = row.points.known().map(|points| points.to_decimals(decimals));
        if ours == Some(published.to_decimals(decimals)) {
            agree += 1;
        } else {
            differ.push(Difference { row: row.clone(), published });
        }
    }
    let not_compared = by_key.len() as u64 - agree - differ.len() as u64;
    let columns = vec![
        Column::text("year"),
        Column::text("practice_code").short("practice"),
        Column::text("indicator").short("ind."),
        Column::amount("published_points", decimals).short("published"),
        Column::amount("points", decimals),
        Column::text("why"),
    ];
    PointCheck { differ, agree, not_compared, decimals, columns }
}

impl PointCheck {
    /// How many agree and differ, a sentence without a full stop.
    pub fn summary(&self) -> String {
        let agree = counted(self.agree, "published figure");
        let others = match self.not_compared {
            0 => String::new(),
            others => format!(", {others} not compared, which have no counts here or no rule in this rulebook"),
        };
        format!(
            "points compared to {}: {agree} the same, {} different{others}",
            counted(self.decimals.into(), "decimal"),
            self.differ.len()
        )
    }

    /// The differences as a table.
    pub fn grid(&self) -> DifferenceGrid<'_> {
        DifferenceGrid { check: self }
    }

    /// Writes the comparison as a JSON document.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        let mut document = Document::open(out, SCHEMA)?;
        document.value("agree", &self.agree)?;
        document.value("differ", &self.differ.len())?;
        document.value("not_compared", &self.not_compared)?;
        document.value("decimals", &self.decimals)?;
        document.rows("differences", &self.grid())?;
        document.close()
    }
}

/// The differences as a table: both figures beside each other.
#[derive(Clone, Copy, Debug)]
pub struct DifferenceGrid<'a> {
    check: &'a PointCheck,
}

impl Grid for DifferenceGrid<'_> {
    fn title(&self) -> &str {
        "Points that differ from those published"
    }

    fn columns(&self) -> &[Column] {
        &self.check.columns
    }

    fn row_count(&self) -> usize {
        self.check.differ.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        let Difference { row, published } = &self.check.differ[row];
        match (column, &row.points) {
            (0, _) => Cell::text(&row.year),
            (1, _) => Cell::text(&row.practice_code),
            (2, _) => Cell::text(&row.indicator),
            (3, _) => Some(*published).into(),
            (4, points) => points.known().into(),
            (5, Figured::Gap(gap)) => Cell::text(gap.as_str()),
            (5, Figured::None) => Cell::text("no payment gives points for it"),
            _ => Cell::Empty,
        }
    }
}
