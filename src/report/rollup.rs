//! Practices put together: what each area, network or board achieves and is paid. Counts, points and pounds are the sums
//! of its practices', each counted once; the achievement is that of the sums.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::eval::pay::{Counted, Facts};
use crate::model::Rulebook;
use crate::report::comparison::{Component, POINTS_DECIMALS, POUNDS_DECIMALS, Part, Parts, printed, total};
use crate::report::disclosure::measures::WithheldCounts;
use crate::report::figured::Figured;
use crate::report::payments::{PaymentKey, PaymentRow};
use crate::report::rows::MeasureRow;
use crate::report::style::capital;
use crate::report::table::{Cell, Column, Grid, Table};

/// What the rows of a table are of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowKind {
    /// The name of their column: `area`.
    pub column: &'static str,
    /// One of them in words: `area`.
    pub one: &'static str,
    /// Several of them: `areas`.
    pub many: &'static str,
}

impl RowKind {
    /// Practices, which are not put together.
    pub const PRACTICE: RowKind = RowKind { column: "practice_code", one: "practice", many: "practices" };

    /// So many of them.
    pub fn counted(self, count: u64) -> String {
        format!("{count} {}", if count == 1 { self.one } else { self.many })
    }

    /// Several of them at the head of a line: `Areas`.
    pub fn heading(self) -> String {
        capital(self.many)
    }
}

/// Which practice belongs to which group.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Grouping {
    /// What the groups are.
    pub kind: RowKind,
    /// By practice code.
    pub groups: BTreeMap<String, String>,
    /// The row of practices that are in no group.
    pub without: String,
}

impl Grouping {
    /// A practice's group.
    pub fn of(&self, practice_code: &str) -> &str {
        self.groups.get(practice_code).unwrap_or(&self.without)
    }

    /// What is known of each group: its practices' counts, doses and lists together.
    pub fn facts(&self, practices: &BTreeMap<String, Facts>) -> BTreeMap<String, Facts> {
        let mut groups: BTreeMap<String, Facts> = BTreeMap::new();
        for (practice_code, facts) in practices {
            match groups.entry(self.of(practice_code).to_owned()) {
                Entry::Vacant(place) => {
                    place.insert(Facts { waived: Vec::new(), ..facts.clone() });
                }
                Entry::Occupied(mut place) => add_facts(place.get_mut(), facts),
            }
        }
        groups
    }

    /// The rows of groups; `facts` are the groups'.
    pub fn measures(&self, book: &Rulebook, rows: Vec<MeasureRow>, facts: &BTreeMap<String, Facts>) -> Vec<MeasureRow> {
        let mut groups: BTreeMap<(String, String), Vec<MeasureRow>> = BTreeMap::new();
        for row in rows {
            let key = (self.of(&row.practice_code).to_owned(), row.indicator.clone());
            groups.entry(key).or_default().push(row);
        }
        let group = |((group, indicator), rows): ((String, String), Vec<MeasureRow>)| {
            let id = book.measurement_labelled(&indicator)?;
            Some(MeasureRow {
                year: rows.first()?.year.clone(),
                counts: facts.get(&group)?.counts.get(id.index()).copied().flatten()?,
                withheld: WithheldCounts::default(),
                points: sum(rows.iter().map(|row| &row.points), POINTS_DECIMALS),
                pounds: sum(rows.iter().map(|row| &row.pounds), POUNDS_DECIMALS),
                practice_code: group,
                indicator,
            })
        };
        groups.into_iter().filter_map(group).collect()
    }

    /// The payments, or fees, of groups.
    pub fn payments(&self, rows: Vec<PaymentRow>) -> Vec<PaymentRow> {
        let mut groups: BTreeMap<PaymentKey, Vec<PaymentRow>> = BTreeMap::new();
        for row in rows {
            let key = PaymentKey { practice_code: self.of(&row.key.practice_code).to_owned(), ..row.key.clone() };
            groups.entry(key).or_default().push(row);
        }
        let group = |(key, rows): (PaymentKey, Vec<PaymentRow>)| {
            let first = rows.first()?;
            let doses = rows.iter().filter_map(|row| row.doses).reduce(|sum, doses| sum + doses);
            let points = sum(rows.iter().map(|row| &row.points), POINTS_DECIMALS);
            let pounds = sum(rows.iter().map(|row| &row.pounds), POUNDS_DECIMALS);
            Some(PaymentRow { key, program: first.program, doses, doses_withheld: false, points, pounds })
        };
        groups.into_iter().filter_map(group).collect()
    }

    /// What groups are paid, by component; a group reaches no threshold.
    pub fn parts(&self, practices: BTreeMap<String, Parts>) -> BTreeMap<String, Parts> {
        let mut groups: BTreeMap<String, BTreeMap<Component, Vec<Part>>> = BTreeMap::new();
        for (practice_code, parts) in practices {
            let group = groups.entry(self.of(&practice_code).to_owned()).or_default();
            for (component, part) in parts {
                group.entry(component).or_default().push(part);
            }
        }
        let together = |parts: Vec<Part>| Part {
            points: total(parts.iter().map(|part| &part.points)),
            pounds: total(parts.iter().map(|part| &part.pounds)),
            level: None,
        };
        let group = |(code, components): (String, BTreeMap<Component, Vec<Part>>)| {
            (code, components.into_iter().map(|(component, parts)| (component, together(parts))).collect())
        };
        groups.into_iter().map(group).collect()
    }
}

/// A sum of figures as they are printed.
fn sum<'a>(figures: impl Iterator<Item = &'a Figured>, decimals: u32) -> Figured {
    let printed: Vec<Figured> = figures.map(|figure| printed(figure.clone(), decimals)).collect();
    total(&printed)
}

fn add_facts(sum: &mut Facts, facts: &Facts) {
    let lists = |mine: &mut [Option<Counted>], theirs: &[Option<Counted>]| {
        for (mine, theirs) in mine.iter_mut().zip(theirs) {
            *mine = match (*mine, *theirs) {
                (Some(one), Some(other)) => one.plus(other),
                (one, other) => one.or(other),
            };
        }
    };
    lists(&mut sum.counts, &facts.counts);
    lists(&mut sum.baselines, &facts.baselines);
    for (mine, theirs) in sum.doses.iter_mut().zip(&facts.doses) {
        *mine = match (*mine, *theirs) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
    }
    sum.list_size = sum.list_size.zip(facts.list_size).map(|(one, other)| one + other);
}

/// A table whose practices are groups: the column of practice codes has the groups' name, and it counts groups.
pub struct OfGroups<'a> {
    grid: &'a dyn Grid,
    title: String,
    columns: Vec<Column>,
}

impl<'a> OfGroups<'a> {
    /// The table with its column renamed.
    pub fn new(grid: &'a dyn Grid, grouping: &Grouping) -> OfGroups<'a> {
        let renamed = |column: &Column| match column.name.as_ref() {
            "practice_code" => Column::text(grouping.kind.column),
            "practices" => Column { name: "groups".into(), short: None, ..column.clone() },
            _ => column.clone(),
        };
        let title = grid.title().replace("per practice", &format!("per {}", grouping.kind.column.replace('_', "-")));
        let RowKind { many, .. } = grouping.kind;
        let title = title.replace("Practices,", &format!("{},", capital(many)));
        let title = title.replace("All practices,", &format!("All {many},"));
        OfGroups { grid, title, columns: grid.columns().iter().map(renamed).collect() }
    }
}

impl OfGroups<'_> {
    /// It as a table that borrows nothing.
    pub fn table(&self) -> Table<'static> {
        let mut table = Table::new(self.title.clone(), self.columns.clone());
        let cells = |row| (0..self.columns.len()).map(|column| self.cell(row, column).owned()).collect();
        table.rows = (0..self.row_count()).map(cells).collect();
        table
    }
}

impl Grid for OfGroups<'_> {
    fn title(&self) -> &str {
        &self.title
    }

    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn row_count(&self) -> usize {
        self.grid.row_count()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.grid.cell(row, column)
    }
}
