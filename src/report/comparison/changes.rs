//! The rows of a comparison: per component, per practice, and over all practices.

use std::collections::{BTreeMap, BTreeSet};

use crate::ground::Amount;
use crate::report::comparison::{Component, Level, Part, Parts, Side, change, parts_of, per_cent, total};
use crate::report::gaps::{Figured, NamedGap};
use crate::report::rollup::RowKind;

/// What one component pays a practice in one year, beside the first year's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ComponentRow {
    /// The practice.
    pub practice_code: String,
    /// What is paid.
    pub component: Component,
    /// The year's place among those compared.
    pub year: usize,
    /// What it pays.
    pub part: Part,
    /// Change of points against the first year.
    pub points_change: Option<Amount>,
    /// Change of pounds against the first year.
    pub pounds_change: Option<Amount>,
    /// The level in the first year.
    pub level_before: Option<Level>,
    /// True if what it pays in this or in the first year is withheld.
    pub is_withheld: bool,
}

/// What a practice is paid in one year, beside the first year's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PracticeRow {
    /// The practice.
    pub practice_code: String,
    /// The year's place among those compared.
    pub year: usize,
    /// All points.
    pub points: Figured,
    /// All pounds.
    pub pounds: Figured,
    /// Change of points against the first year; None in it, and where either is not known.
    pub points_change: Option<Amount>,
    /// Change of pounds against the first year.
    pub pounds_change: Option<Amount>,
    /// The first year's pounds, where they are known.
    pub pounds_before: Option<Amount>,
    /// True if what it is paid in this or in the first year is withheld.
    pub is_withheld: bool,
    /// Where it is at another level than in the first year: `VI001 part → none`.
    pub crossed: Vec<(Component, Level, Level)>,
}

/// What became of all practices in one year.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Summary {
    /// Practices in the year.
    pub practices: u64,
    /// The sum of the points that are known; None where nobody's are.
    pub points: Option<Amount>,
    /// The sum of the pounds that are known; None where nobody's are.
    pub pounds: Option<Amount>,
    /// Practices whose pounds are known in this and the first year: the changes are theirs.
    pub compared: u64,
    /// The sum of the changes of pounds; None in the first year.
    pub pounds_change: Option<Amount>,
    /// That in per cent of the same practices' pounds in the first year.
    pub percent: Option<Amount>,
    /// How many gain pounds.
    pub gain: u64,
    /// How many lose pounds.
    pub lose: u64,
    /// The mean change.
    pub mean: Option<Amount>,
    /// The median change.
    pub median: Option<Amount>,
    /// The share that lose, in per cent.
    pub lose_percent: Option<Amount>,
    /// The share that have more than twice what they had, in per cent; one that had nothing is not among them.
    pub double_percent: Option<Amount>,
    /// How many thresholds were crossed upwards.
    pub crossed_up: u64,
    /// How many thresholds were crossed downwards.
    pub crossed_down: u64,
    /// True if something of a practice's points or pounds is withheld: so are their sums. Changes are of those compared.
    pub is_withheld: bool,
}

/// A comparison of several years with the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// The years in the order asked for.
    pub years: Vec<String>,
    /// By practice, component and year.
    pub components: Vec<ComponentRow>,
    /// By practice and year.
    pub practices: Vec<PracticeRow>,
    /// By year.
    pub summaries: Vec<Summary>,
    /// What is not known.
    pub gaps: Vec<NamedGap>,
}

impl Comparison {
    /// Pays every practice on every side and compares each with the first.
    pub fn of(sides: &[Side<'_>]) -> Comparison {
        let years: Vec<String> = sides.iter().map(|side| side.label.to_owned()).collect();
        let paid: Vec<BTreeMap<String, Parts>> = sides.iter().map(parts_of).collect();
        let codes: BTreeSet<&String> = paid.iter().flat_map(BTreeMap::keys).collect();
        let (mut components, mut practices) = (Vec::new(), Vec::new());
        for code in codes {
            let of_years: Vec<Option<&Parts>> = paid.iter().map(|practices| practices.get(code)).collect();
            let rows = component_rows(code, &of_years);
            practices.extend(practice_rows(code, &of_years, &rows));
            components.extend(rows);
        }
        let summaries = (0..years.len()).map(|year| Summary::of(year, &practices)).collect();
        let gaps = gaps(&years, &paid, &components);
        Comparison { years, components, practices, summaries, gaps }
    }

    /// The components of one practice in all years; none of a practice that is not there.
    pub fn of_practice(&self, code: &str) -> &[ComponentRow] {
        let from = self.components.partition_point(|row| row.practice_code.as_str() < code);
        let to = self.components.partition_point(|row| row.practice_code.as_str() <= code);
        &self.components[from..to]
    }
}

impl Comparison {
    /// How many practices' figures are in no sum because something of them is withheld, a sentence for each year.
    pub fn withheld_from_sums(&self, kind: RowKind) -> Vec<String> {
        let of_year = |(year, label): (usize, &String)| {
            let rows: Vec<&PracticeRow> = self.practices.iter().filter(|row| row.year == year).collect();
            let withheld = rows.iter().filter(|row| row.is_withheld).count();
            (withheld > 0).then(|| {
                format!(
                    "in {label} something is withheld of {withheld} of {}, which no change counts",
                    kind.counted(rows.len() as u64)
                )
            })
        };
        self.years.iter().enumerate().filter_map(of_year).collect()
    }
}

fn component_rows(code: &str, of_years: &[Option<&Parts>]) -> Vec<ComponentRow> {
    let all: BTreeSet<&Component> = of_years.iter().copied().flatten().flat_map(BTreeMap::keys).collect();
    let mut rows = Vec::new();
    for component in all {
        let first = of_years.first().copied().flatten();
        let before = first.and_then(|parts| parts.get(component));
        for (year, parts) in of_years.iter().enumerate() {
            let Some(parts) = parts else { continue };
            // What a year does not pay for is a payment of nothing; so it has a row, lest changes not add up.
            let part = parts.get(component).cloned();
            let part = part.unwrap_or(Part { points: Figured::None, pounds: Figured::None, level: None });
            let changed = |of: fn(&Part) -> &Figured| {
                let before = before.map_or(&Figured::None, of);
                first.filter(|_| year > 0).and_then(|_| change(before, of(&part)))
            };
            rows.push(ComponentRow {
                practice_code: code.to_owned(),
                component: component.clone(),
                year,
                points_change: changed(|part| &part.points),
                pounds_change: changed(|part| &part.pounds),
                level_before: before.and_then(|before| before.level),
                is_withheld: part.is_withheld() || before.is_some_and(Part::is_withheld),
                part,
            });
        }
    }
    rows
}

fn practice_rows(code: &str, of_years: &[Option<&Parts>], rows: &[ComponentRow]) -> Vec<PracticeRow> {
    let totals = |parts: &Parts| {
        (total(parts.values().map(|part| &part.points)), total(parts.values().map(|part| &part.pounds)))
    };
    let first = of_years.first().copied().flatten().map(totals);
    let present = of_years.iter().enumerate().filter_map(|(year, parts)| Some((year, (*parts)?)));
    let row = |(year, parts): (usize, &Parts)| {
        let (points, pounds) = totals(parts);
        let before = first.as_ref().filter(|_| year > 0);
        let ours = rows.iter().filter(|row| row.year == year && year > 0);
        let crossed = ours.filter_map(|row| {
            let (before, after) = (row.level_before?, row.part.level?);
            (before != after).then(|| (row.component.clone(), before, after))
        });
        PracticeRow {
            practice_code: code.to_owned(),
            year,
            points_change: before.and_then(|(before, _)| change(before, &points)),
            pounds_change: before.and_then(|(_, before)| change(before, &pounds)),
            pounds_before: before.and_then(|(_, before)| before.known()),
            is_withheld: [Some(parts), of_years.first().copied().flatten()]
                .into_iter()
                .flatten()
                .any(|parts| parts.values().any(Part::is_withheld)),
            points,
            pounds,
            crossed: crossed.collect(),
        }
    };
    present.map(row).collect()
}

impl Summary {
    fn of(year: usize, rows: &[PracticeRow]) -> Summary {
        let ours: Vec<&PracticeRow> = rows.iter().filter(|row| row.year == year).collect();
        let compared: Vec<(&PracticeRow, Amount)> =
            ours.iter().filter_map(|row| Some((*row, row.pounds_change?))).collect();
        let sum = |amounts: &mut dyn Iterator<Item = Amount>| {
            amounts.fold(Amount::ZERO, |sum, amount| sum.plus(amount).unwrap_or(sum))
        };
        let is_withheld = ours.iter().any(|row| [&row.points, &row.pounds].contains(&&Figured::Withheld));
        let known = |figure: &dyn Fn(&PracticeRow) -> Option<Amount>| {
            let is_known = ours.iter().any(|row| figure(row).is_some());
            (is_known && !is_withheld).then(|| sum(&mut ours.iter().filter_map(|row| figure(row))))
        };
        let mut changes: Vec<Amount> = compared.iter().map(|(_, change)| *change).collect();
        changes.sort_unstable();
        let change = (!changes.is_empty()).then(|| sum(&mut changes.iter().copied()));
        let count = |is: fn(&PracticeRow, Amount) -> bool| {
            compared.iter().filter(|(row, change)| is(row, *change)).count() as u64
        };
        let of_all = |count: u64| per_cent(Some(Amount::from(compared.len() as u64)), Some(Amount::from(count)));
        let lose = count(|_, change| change.is_negative());
        let doubled =
            count(|row, change| row.pounds_before.is_some_and(|before| before > Amount::ZERO && change > before));
        let before = sum(&mut compared.iter().filter_map(|(row, _)| row.pounds_before));
        let crossings = |up: bool| {
            let all = ours.iter().flat_map(|row| &row.crossed);
            all.filter(|(_, before, after)| (after > before) == up).count() as u64
        };
        Summary {
            practices: ours.len() as u64,
            points: known(&|row| row.points.known()),
            pounds: known(&|row| row.pounds.known()),
            compared: compared.len() as u64,
            pounds_change: change,
            percent: per_cent(Some(before), change),
            gain: count(|_, change| change > Amount::ZERO),
            lose,
            mean: change.and_then(|change| change.over(Amount::from(changes.len() as u64))),
            median: median(&changes),
            lose_percent: of_all(lose),
            double_percent: of_all(doubled),
            crossed_up: crossings(true),
            crossed_down: crossings(false),
            is_withheld,
        }
    }
}

/// The middle of amounts in order; of an even number the mean of the two in the middle.
fn median(sorted: &[Amount]) -> Option<Amount> {
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    sorted[middle - 1].plus(upper)?.over(Amount::from(2_u32))
}

/// Figures that are not known, and practices that some years know and others do not.
fn gaps(years: &[String], paid: &[BTreeMap<String, Parts>], rows: &[ComponentRow]) -> Vec<NamedGap> {
    let mut found: BTreeMap<String, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for row in rows {
        for figure in [&row.part.points, &row.part.pounds] {
            if let Figured::Gap(gap) = figure {
                let (of_years, practices) = found.entry(gap.clone()).or_default();
                of_years.insert(&years[row.year]);
                practices.insert(&row.practice_code);
            }
        }
    }
    for (year, practices) in years.iter().zip(paid) {
        let elsewhere = paid.iter().flat_map(BTreeMap::keys).filter(|code| !practices.contains_key(*code));
        for code in elsewhere {
            let gap = format!("nobody of the practice was counted in {year}, so it is not compared there");
            let (of_years, practices) = found.entry(gap).or_default();
            of_years.insert(year);
            practices.insert(code);
        }
    }
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    let gap = |(gap, (years, practices))| NamedGap { gap, years: owned(years), practices: owned(practices) };
    found.into_iter().map(gap).collect()
}
