//! One indicator in one year: its practices, and the percentages that its payments hang on.

use crate::eval::pay::Counted;
use crate::ground::Amount;
use crate::model::book::{FigureId, FigureValue, MeasurementId};
use crate::model::formula::Operand;
use crate::model::unit::Unit;
use crate::report::comparison::{Level, Side};
use crate::report::disclosure::measures::WithheldCounts;
use crate::report::page::Material;
use crate::report::rollup::RowKind;
use crate::report::rows::{MeasureRow, sum_of_counts};
use crate::report::wording::said;

/// An indicator in a year that some practice has people for.
pub(in crate::report) struct Judged<'a> {
    /// The year and its rules.
    pub(in crate::report) side: &'a Side<'a>,
    /// Which measurement it is.
    pub(in crate::report) measurement: MeasurementId,
    /// Its label.
    pub(in crate::report) label: &'a str,
    /// Its title.
    pub(in crate::report) title: &'a str,
    /// Its practices with anybody in the denominator, in bytewise order.
    pub(in crate::report) rows: Vec<&'a MeasureRow>,
}

/// The indicators of all years, in the order of the years and then of the rules.
pub(in crate::report) fn judged<'a>(material: &Material<'a>) -> Vec<Judged<'a>> {
    let mut all = Vec::new();
    for side in material.sides {
        for (measurement, at) in side.book.measurements.iter().zip(0..) {
            let is_it = |row: &&MeasureRow| {
                row.year == side.label && row.indicator == measurement.label && !row.counts.denominator.is_zero()
            };
            let rows: Vec<&MeasureRow> = material.measures.iter().filter(is_it).collect();
            if rows.is_empty() {
                continue;
            }
            let title = &side.book.measures[measurement.measure.index()].title;
            all.push(Judged { side, measurement: MeasurementId(at), label: &measurement.label, title, rows });
        }
    }
    all
}

impl<'a> Judged<'a> {
    /// Those of its rows whose achievement may be told.
    pub(in crate::report) fn told_rows(&self) -> impl Iterator<Item = &'a MeasureRow> {
        self.rows.iter().copied().filter(|row| !row.withheld.achievement())
    }

    /// What of all its practices together may not be told.
    pub(in crate::report) fn withheld_together(&self) -> WithheldCounts {
        self.side.withholding.map(|withholding| withholding.total(self.measurement)).unwrap_or_default()
    }

    /// All its practices together, if what they achieved may be told.
    pub(in crate::report) fn told_together(&self) -> Option<Counted> {
        (!self.withheld_together().achievement()).then(|| self.together())
    }

    /// All its practices together, whether they may be told or not.
    pub(in crate::report) fn together(&self) -> Counted {
        sum_of_counts(self.rows.iter().map(|row| row.counts))
    }

    /// The percentages that its own payments read, by name, the lowest first.
    pub(in crate::report) fn thresholds(&self) -> Vec<(&'a str, Amount)> {
        let programs =
            || self.side.book.programs.iter().filter(|program| program.measurement == Some(self.measurement));
        let is_read = |id: FigureId| programs().any(|program| program.reads(&|operand| operand == Operand::Figure(id)));
        let mut found: Vec<(&str, Amount)> = Vec::new();
        for (figure, at) in self.side.figures.iter().zip(0..) {
            let FigureValue::Is(percent) = figure.value else { continue };
            if figure.unit == Unit::PERCENT && is_read(FigureId(at)) {
                found.push((&figure.name, percent));
            }
        }
        found.sort_by_key(|(_, percent)| *percent);
        found
    }

    /// The same in words: `lower threshold 90 %`.
    pub(in crate::report) fn thresholds_in_words(&self) -> Vec<String> {
        self.thresholds().iter().map(|(name, percent)| format!("{} {percent} %", said(name))).collect()
    }

    /// How much of what there is to earn a practice earns; None where no payment has a threshold.
    pub(in crate::report) fn level(&self, material: &Material<'_>, practice_code: &str) -> Option<Level> {
        let year = material.sides.iter().position(|side| side.label == self.side.label)?;
        let components = material.comparison.of_practice(practice_code);
        let of_it = components.iter().filter(|row| row.year == year && row.component.paid_for == self.label);
        of_it.filter_map(|row| row.part.level).max()
    }

    /// `VI001, 2023-24`
    pub(in crate::report) fn name(&self) -> String {
        format!("{}, {}", self.label, self.side.label)
    }

    /// A name for links: letters and digits, joined by hyphens.
    pub(in crate::report) fn link(&self, what: &str) -> String {
        link(&format!("{what} {} {}", self.side.label, self.label))
    }
}

/// How many rows have no mark on the charts, since something of them is withheld; None where all have.
pub(in crate::report) fn not_drawn(kind: RowKind, judged: &[Judged<'_>]) -> Option<String> {
    let rows: usize = judged.iter().map(|judged| judged.rows.len()).sum();
    let told: usize = judged.iter().map(|judged| judged.told_rows().count()).sum();
    (told < rows).then(|| {
        let one = kind.one;
        format!(
            "Of {rows} pairs of {one} and indicator, {} have no mark here, since something of their counts is withheld.",
            rows - told
        )
    })
}

/// A text as a name for links.
pub(in crate::report) fn link(text: &str) -> String {
    let plain = text.chars().map(|sign| if sign.is_ascii_alphanumeric() { sign.to_ascii_lowercase() } else { ' ' });
    plain.collect::<String>().split_whitespace().collect::<Vec<_>>().join("-")
}
