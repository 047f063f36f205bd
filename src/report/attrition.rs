//! Where people drop out, as tables: each clause in the rule's own words, with those who fail it first and those who fail
//! only it; years beside one another.

mod aligned;
mod beside;
mod withheld;
mod words;

use crate::eval::attrition::{Funnel, LineCounts, LineKind};
use crate::model::Rulebook;
use crate::report::attrition::aligned::{AlignedLine, aligned};
use crate::report::attrition::withheld::WithheldLine;
use crate::report::attrition::words::ToldLine;
use crate::report::disclosure::{Disclosure, MARK, rounded_whole};
use crate::report::table::{Cell, Column, Table};

/// The columns of the long table: one row per practice (or for all), indicator, line and year. `line` counts the lines of
/// all years put together, so that a clause that several years have has one number.
pub static ATTRITION_COLUMNS: [Column; 13] = [
    Column::text("year"),
    Column::text("practice_code").short("practice"),
    Column::text("indicator").short("ind."),
    Column::whole("line"),
    Column::text("stage"),
    Column::text("reason"),
    Column::text("kind"),
    Column::text("clause"),
    Column::whole("people"),
    Column::whole("fail"),
    Column::whole("fail_only"),
    Column::whole("hold"),
    Column::whole("hold_only"),
];

/// What the columns of counts mean, for people.
pub const LEGEND: [&str; 4] = [
    "people: those who come to the line, because no line before it kept them out",
    "fail: of those, the ones who drop out here: it is the first clause that they fail",
    "only, of a clause: of those, the ones who fail no other clause of the same part of the rule, so that without it they would pass",
    "only, of `except`, `exclude`, `either` and `or`: people for whom this one holds and no other",
];

/// The places of the first lines among a year's own, which ask nothing of the indicator: everybody, and who of them is on
/// the list.
const EVERYBODY: usize = 0;
const LISTED: usize = 1;

/// One year's funnels.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The text of the `year` column.
    pub year: &'a str,
    /// The rulebook.
    pub book: &'a Rulebook,
    /// The funnels of the measurements asked for.
    pub funnels: &'a [Funnel],
}

/// The funnels of one or several years, their lines beside one another.
#[derive(Clone, Debug)]
pub struct Attrition {
    years: Vec<String>,
    indicators: Vec<Indicator>,
    /// What is left out, since other tables would give it away.
    left_out: Vec<String>,
}

/// One indicator's lines, over all years.
#[derive(Clone, Debug)]
struct Indicator {
    label: String,
    title: String,
    lines: Vec<AlignedLine>,
    /// By year, then by group, then by the year's own line; empty for a year that lacks the indicator.
    counts: Vec<Vec<Vec<LineCounts>>>,
    /// In the same places: what of it is not to be printed; empty where nothing is withheld.
    withheld: Vec<Vec<Vec<WithheldLine>>>,
    disclosure: Option<Disclosure>,
}

impl Attrition {
    /// Puts years beside one another: indicators by their code, lines by their words.
    pub fn of(sides: &[Side<'_>], disclosure: Option<Disclosure>) -> Attrition {
        let label = |side: &Side<'_>, funnel: &Funnel| side.book.measurements[funnel.measurement.index()].label.clone();
        let mut labels: Vec<String> =
            sides.iter().flat_map(|side| side.funnels.iter().map(|funnel| label(side, funnel))).collect();
        labels.sort();
        labels.dedup();
        let indicators = labels.into_iter().map(|wanted| {
            let found: Vec<Option<&Funnel>> =
                sides.iter().map(|side| side.funnels.iter().find(|funnel| label(side, funnel) == wanted)).collect();
            Indicator::of(wanted, sides, &found, disclosure)
        });
        let mut indicators: Vec<Indicator> = indicators.collect();
        withhold_what_is_shared(&mut indicators);
        let left_out = Vec::new();
        Attrition { indicators, left_out, years: sides.iter().map(|side| side.year.to_owned()).collect() }
    }

    /// The long table of some groups: each with its place among the groups counted, and its practice (empty for
    /// everybody). Rows are sorted by practice, as given, then indicator, line and year.
    pub fn long_table(&self, groups: &[(usize, &str)]) -> Table<'_> {
        let mut table = Table::new("Where people drop out", ATTRITION_COLUMNS.to_vec());
        for (group, practice) in groups {
            for indicator in &self.indicators {
                for (number, line) in (1..).zip(&indicator.lines) {
                    for (year, counts) in self.years.iter().zip(indicator.counts_of(line, *group)) {
                        let Some(counts) = counts else { continue };
                        let key = [Cell::text(year), Cell::text((*practice).to_owned()), Cell::text(&indicator.label)];
                        let mut row = key.to_vec();
                        row.push(Cell::Whole(number));
                        row.extend(line.told.cells());
                        row.extend(indicator.cells(&line.told, counts));
                        table.rows.push(row);
                    }
                }
            }
        }
        table
    }

    /// A table for each indicator of a group, for people: a line per clause, the years beside one another.
    pub fn tables(&self, group: usize, practice: &str) -> Vec<Table<'_>> {
        let whose = if practice.is_empty() { "all practices" } else { practice };
        let has_people = |indicator: &&Indicator| {
            indicator.counts.iter().filter_map(|groups| groups.get(group)?.first()).any(|counts| counts.people > 0)
        };
        let table = |indicator: &'_ Indicator| {
            let Indicator { label, title, .. } = indicator;
            let mut table = Table::new(format!("{label} {title}, {whose}"), self.wide_columns());
            for line in &indicator.lines {
                let mut row = vec![Cell::text(line.told.label.clone())];
                row.extend(
                    indicator.counts_of(line, group).flat_map(|counts| indicator.wide_cells(&line.told, counts)),
                );
                table.rows.push(row);
            }
            table
        };
        self.indicators.iter().filter(has_people).map(table).collect()
    }

    /// The clause, and for each year the counts.
    fn wide_columns(&self) -> Vec<Column> {
        let mut columns = vec![Column::text("clause")];
        for year in &self.years {
            for name in ["people", "fail", "only", "hold"] {
                let name = if self.years.len() == 1 { name.to_owned() } else { format!("{year} {name}") };
                columns.push(Column { name: name.into(), ..Column::whole("") });
            }
        }
        columns
    }
}

/// Everybody, and who is on a list or on none, stand in the funnels of all indicators: where one of them does not tell such
/// a count, another might, and neither knows of the other. So where who is on the list is not told, nothing is told of the
/// group; and where only everybody or who is on no list is not, all funnels are without these two.
fn withhold_what_is_shared(indicators: &mut [Indicator]) {
    let groups = indicators.iter().flat_map(|indicator| &indicator.withheld).map(Vec::len).max().unwrap_or(0);
    for group in 0..groups {
        let is_any = |withholds: fn(&WithheldLine) -> bool| {
            indicators.iter().any(|indicator| indicator.first_lines(group).any(withholds))
        };
        if is_any(|line| line.hold) {
            indicators.iter_mut().for_each(|indicator| indicator.withhold_all(group));
        } else if is_any(|line| line.people || line.fail) {
            indicators.iter_mut().for_each(|indicator| indicator.withhold_unlisted(group));
        }
    }
}

impl Indicator {
    /// The lines whose counts the funnels of other indicators have too, in each year.
    fn first_lines(&self, group: usize) -> impl Iterator<Item = &WithheldLine> {
        let of_years = self.withheld.iter().filter_map(move |groups| groups.get(group));
        of_years.flat_map(|lines| &lines[..=LISTED])
    }

    /// Withholds everybody and who is on no list, in each year: everybody is the same in all of them.
    fn withhold_unlisted(&mut self, group: usize) {
        for lines in self.withheld.iter_mut().filter_map(|groups| groups.get_mut(group)) {
            lines[EVERYBODY].people = true;
            (lines[LISTED].people, lines[LISTED].fail) = (true, true);
        }
    }

    fn withhold_all(&mut self, group: usize) {
        let lines = self.withheld.iter_mut().filter_map(|groups| groups.get_mut(group)).flatten();
        lines.for_each(|line| *line = WithheldLine::ALL);
    }

    fn of(label: String, sides: &[Side<'_>], found: &[Option<&Funnel>], disclosure: Option<Disclosure>) -> Indicator {
        let title = sides.iter().zip(found).find_map(|(side, funnel)| {
            let measure = side.book.measurements[(*funnel)?.measurement.index()].measure;
            Some(side.book.measures[measure.index()].title.clone())
        });
        let told = sides
            .iter()
            .zip(found)
            .map(|(side, funnel)| funnel.map_or(Vec::new(), |funnel| ToldLine::all(side.book, funnel)));
        let counts = found.iter().map(|funnel| funnel.map_or(Vec::new(), |funnel| funnel.counts.clone()));
        let withheld = disclosure.and_then(Disclosure::below).map_or_else(Vec::new, |below| {
            let of_groups = |funnel: &Funnel| {
                funnel.counts.iter().map(|counts| withheld::of_group(funnel, counts, below)).collect()
            };
            found.iter().map(|funnel| funnel.map_or(Vec::new(), of_groups)).collect()
        });
        let (title, counts) = (title.unwrap_or_default(), counts.collect());
        Indicator { label, title, counts, lines: aligned(told.collect()), withheld, disclosure }
    }

    /// The counts of a line in each year; None for a year that has no such line.
    fn counts_of<'a>(
        &'a self,
        line: &'a AlignedLine,
        group: usize,
    ) -> impl Iterator<Item = Option<(LineCounts, WithheldLine)>> + 'a {
        let by_year = line.at.iter().zip(&self.counts).enumerate();
        by_year.map(move |(year, (at, groups))| {
            let withheld = self.withheld.get(year).and_then(|groups| groups.get(group)?.get((*at)?));
            Some((*groups.get(group)?.get((*at)?)?, withheld.copied().unwrap_or_default()))
        })
    }

    /// `people`, `fail`, `fail_only`, `hold`, `hold_only`: those that the kind of line has.
    fn cells(&self, line: &ToldLine, (counts, withheld): (LineCounts, WithheldLine)) -> [Cell<'static>; 5] {
        let LineCounts { people, hold, fail_only, hold_only } = counts;
        let told = |count: u64, is_withheld: bool| match (is_withheld, self.disclosure) {
            (true, _) => Cell::text(MARK),
            (false, Some(Disclosure::Round { base })) => Cell::Whole(rounded_whole(count, base)),
            (false, Some(Disclosure::Suppress { .. }) | None) => Cell::Whole(count),
        };
        let (people, fail) = (told(people, withheld.people), told(counts.fail(), withheld.fail));
        let (hold, hold_only) = (told(hold, withheld.hold), told(hold_only, withheld.hold_only));
        match line.kind {
            LineKind::Total => [people, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty],
            LineKind::Listed => [people, fail, Cell::Empty, hold, Cell::Empty],
            LineKind::Clause => [people, fail, told(fail_only, withheld.fail_only), hold, Cell::Empty],
            LineKind::Alternative | LineKind::Reason => [people, fail, Cell::Empty, hold, hold_only],
        }
    }

    /// The same for people: one column for the two that say `only`, and nothing where there is nothing to say.
    fn wide_cells(&self, line: &ToldLine, counts: Option<(LineCounts, WithheldLine)>) -> [Cell<'static>; 4] {
        let Some(counts) = counts else { return [Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty] };
        let [people, fail, fail_only, hold, hold_only] = self.cells(line, counts);
        let only = if fail_only == Cell::Empty { hold_only } else { fail_only };
        [people, fail, only, hold].map(|cell| if cell == Cell::Empty { Cell::text("") } else { cell })
    }
}
