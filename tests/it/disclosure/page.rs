//! The same promise of the report's page: its tables read back and held against one another, and two extracts that differ
//! in nothing but what is withheld give the same page.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::commands::{Row, place_funnel, records, without_nobody};
use super::table::Table;
use super::{Groups, columns, group, total};
use crate::markup::{Page, Tag};
use crate::uptake::stdout;

/// People of one birth date who are counted for one indicator in one of the report's years, and for nothing else in it.
struct Cohort {
    year: &'static str,
    indicator: &'static str,
    born: &'static str,
    doses: &'static [&'static str],
    vaccine: &'static str,
    /// What excepts, and when.
    excepted: (&'static str, &'static str),
}

const COHORTS: [Cohort; 3] = [
    Cohort {
        year: "2021-22",
        indicator: "VI001",
        born: "2020-11-02",
        doses: &["2021-01-05", "2021-02-05", "2021-03-05"],
        vaccine: "310306005",
        excepted: ("2021-01-10", "219084006"),
    },
    Cohort {
        year: "2023-24",
        indicator: "VI001",
        born: "2022-11-02",
        doses: &["2023-01-05", "2023-02-05", "2023-03-05"],
        vaccine: "310306005",
        excepted: ("2023-01-10", "219084006"),
    },
    Cohort {
        year: "2023-24",
        indicator: "VI002",
        born: "2022-04-02",
        doses: &["2023-05-10"],
        vaccine: "38598009",
        excepted: ("2023-05-10", "275974002"),
    },
];

/// By cohort, then by practice.
type People = [Vec<Groups>; 3];

/// Of two areas, the practices in turn. Nobody is excluded by these years' rules.
fn people() -> impl Strategy<Value = People> {
    let practice = || (group(), group(), group()).prop_map(|(numerator, not, excepted)| [numerator, not, excepted, 0]);
    (2_usize..6)
        .prop_flat_map(move |count| std::array::from_fn::<_, 3, _>(|_| proptest::collection::vec(practice(), count)))
}

/// So many people are on the list from before either year.
const EVERYBODY: i64 = 800;

/// Writes the tables and gives the arguments that name them.
fn extract(people: &People) -> (tempfile::TempDir, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut patients = "patient_id,practice_code,birth_date,registered_date\n".to_owned();
    let mut events = "patient_id,event_date,code\n".to_owned();
    let mut practices = "practice_code,list_size,practice_name,area\n".to_owned();
    for at in 0..people[0].len() {
        let _ = writeln!(practices, "F{at},{},Practice {at},{}", 5000 + 1000 * at, ["North", "South"][at % 2]);
    }
    let mut number = 9_000_000_000_u64;
    for (cohort, of_practices) in COHORTS.iter().zip(people) {
        for (at, groups) in of_practices.iter().enumerate() {
            for (group, count) in groups.iter().enumerate() {
                for _ in 0..*count {
                    number += 1;
                    let _ = writeln!(patients, "{number},F{at},{0},{0}", cohort.born);
                    let happened: Vec<(&str, &str)> = match group {
                        0 => cohort.doses.iter().map(|day| (*day, cohort.vaccine)).collect(),
                        2 => vec![cohort.excepted],
                        _ => Vec::new(),
                    };
                    for (day, code) in happened {
                        let _ = writeln!(events, "{number},{day},{code}");
                    }
                }
            }
        }
    }
    // Whoever else is on the list makes as many in all, and at each year's end, whatever the cohorts are.
    for (registered, cohorts) in [("2020-04-01", &people[..1]), ("2022-04-01", &people[1..])] {
        let of_cohorts: i64 = cohorts.iter().flatten().flatten().sum();
        for _ in of_cohorts..EVERYBODY {
            number += 1;
            let _ = writeln!(patients, "{number},F0,1980-01-01,{registered}");
        }
    }
    let mut arguments = Vec::new();
    for (name, text) in [("patients", patients), ("events", events), ("practices", practices)] {
        let file = folder.path().join(format!("{name}.csv"));
        fs::write(&file, text).unwrap();
        arguments.extend([format!("--{name}"), file.display().to_string()]);
    }
    (folder, arguments)
}

fn report(tables: &[String], more: &[&str]) -> String {
    written(tables, more, "-")
}

fn written(tables: &[String], more: &[&str], place: &str) -> String {
    let asked = ["report", "--year", "2021-22,2023-24", "--output", place];
    stdout(asked.iter().chain(more).map(|word| (*word).to_owned()).chain(tables.iter().cloned()))
}

/// What is printed of one cohort in the table of practices, by practice; None where nobody is on the register.
fn shown<'a>(table: &'a [Row], cohort: &Cohort, practice: usize) -> Option<&'a Row> {
    let code = format!("F{practice}");
    table
        .iter()
        .find(|row| row["practice_code"] == code && row["year"] == cohort.year && row["indicator"] == cohort.indicator)
}

const COUNTS: [&str; 5] = ["register", "excluded", "excepted", "denominator", "numerator"];

/// The places of a row's counts and of those who did not achieve.
fn place(table: &mut Table, row: &Row, groups: Groups, name: &str) -> Vec<usize> {
    let counts = COUNTS.iter().zip(columns(groups));
    let mut placed: Vec<usize> = counts
        .map(|(column, count)| match row.get(*column) {
            Some(shown) => table.cell(shown, count, format!("{name} {column}")),
            None => table.unprinted(count),
        })
        .collect();
    placed.push(table.unprinted(groups[1]));
    table.sum(placed[3], vec![placed[4], placed[5]]);
    table.sum(placed[0], vec![placed[3], placed[2], placed[1]]);
    placed
}

/// The lines of a cohort's funnel on the page beside the true ones; None where the page leaves it out.
fn funnel(page: &Page<'_>, truth: &[Row], cohort: &Cohort) -> Option<Vec<(Row, Row)>> {
    let heading = format!("{} ", cohort.indicator);
    let tables: Vec<&Tag<'_>> = page.tags("table").collect();
    let table = tables.iter().find(|table| {
        let caption = page.within(table).nth(1).unwrap().text;
        table.value("id").is_some_and(|id| id.starts_with("attrition-")) && caption.starts_with(&heading)
    })?;
    let lines = page.table(table.value("id").unwrap());
    let is_it = |row: &&Row| row["year"] == cohort.year && row["indicator"] == cohort.indicator;
    let mut told = Vec::new();
    for truth in truth.iter().filter(is_it) {
        let at: usize = truth["line"].parse().unwrap();
        let cell = |name: &str| lines[at - 1][&format!("{} {name}", cohort.year)].clone();
        let mut shown = Row::new();
        for (column, name) in
            [("people", "people"), ("fail", "fail"), ("fail_only", "only"), ("hold", "hold"), ("hold_only", "only")]
        {
            shown.insert(column.to_owned(), cell(name));
        }
        told.push((shown, truth.clone()));
    }
    let is_empty = told.iter().all(|(shown, _)| shown.values().all(String::is_empty));
    (!is_empty).then_some(told)
}

/// Everything that the page tells of one cohort, ready to be read.
fn told(page: &Page<'_>, truth: &[Row], (cohort, people): (&Cohort, &[Groups]), below: i64) -> Table {
    let mut table = Table::new(below);
    let practices = page.table("practices-table");
    let mut placed = Vec::new();
    for (at, groups) in people.iter().enumerate() {
        let Some(row) = shown(&practices, cohort, at) else { continue };
        placed.push(place(&mut table, row, *groups, &format!("F{at}")));
    }
    let indicators = page.table("indicators-table");
    let together = indicators.iter().find(|row| row["year"] == cohort.year && row["indicator"] == cohort.indicator);
    let whole = place(&mut table, together.unwrap_or(&Row::new()), total(people), "all");
    (0..6).for_each(|at| table.sum(whole[at], placed.iter().map(|row| row[at]).collect()));
    if let Some(lines) = funnel(page, truth, cohort) {
        let totals = place_funnel(&mut table, &without_nobody(lines));
        for (at, stage) in [(0, "register"), (3, "denominator"), (4, "achieved"), (5, "not_achieved")] {
            table.same(whole[at], totals[stage]);
        }
    }
    table
}

/// Whose marks a chart has.
fn marks<'a>(page: &Page<'a>, chart: &str) -> Vec<&'a str> {
    let svg = page.tags("svg").find(|svg| svg.value("aria-labelledby").is_some_and(|ids| ids.starts_with(chart)));
    svg.map_or(Vec::new(), |svg| page.within(svg).filter_map(|tag| tag.value("data-practice")).collect())
}

/// Asserts that what is worked out from withheld counts is told nowhere on the page; gives back how many rows are hidden.
fn nothing_is_worked_out(page: &Page<'_>, people: &People) -> usize {
    let practices = page.table("practices-table");
    let funnels =
        page.tags("svg").filter(|svg| svg.value("aria-labelledby").is_some_and(|ids| ids.starts_with("chart-funnel")));
    for funnel in funnels {
        assert!(
            page.within(funnel).any(|tag| tag.value("data-practice").is_some()),
            "a funnel without practices is drawn"
        );
    }
    let mut hidden = 0;
    for (cohort, of_practices) in COHORTS.iter().zip(people) {
        for at in 0..of_practices.len() {
            let Some(row) = shown(&practices, cohort, at) else { continue };
            let code = format!("F{at}");
            let chart = |what: &str| {
                let name = format!("chart {what} {} {}-title", cohort.year, cohort.indicator);
                name.to_lowercase().replace(' ', "-")
            };
            if row["denominator"] != "[c]" && row["numerator"] != "[c]" {
                continue;
            }
            hidden += 1;
            assert_eq!(row["achievement_percent"], "[c]");
            assert!(["[c]", ""].contains(&row["points"].as_str()) && ["[c]", ""].contains(&row["pounds"].as_str()));
            for id in ["funnel-table", "steps-table"] {
                assert!(shown(&page.table(id), cohort, at).is_none(), "{id} has {code} for {}", cohort.indicator);
            }
            for what in ["curve", "funnel"] {
                assert!(!marks(page, &chart(what)).contains(&code.as_str()), "{code} stands on the {what}");
            }
            let changes = page.table("changes-table");
            let of_practice = changes.iter().find(|row| row["practice_code"] == code && row["year"] == cohort.year);
            assert_eq!(of_practice.unwrap()["pounds"], "[c]");
            assert_eq!(of_practice.unwrap()["points"], "[c]");
        }
    }
    hidden
}

/// Asserts that the sums of an area and of all are told only where all that they add up is, and then are those sums.
fn sums_are_of_what_is_told(page: &Page<'_>) {
    let practices = page.table("practices-table");
    let indicators = page.table("indicators-table");
    for row in page.table("areas-table") {
        let is_in = |other: &&Row| {
            other["year"] == row["year"] && (row["area"] == "all" || other.get("area") == Some(&row["area"]))
        };
        let parts = if row["area"] == "all" { &indicators } else { &practices };
        for column in ["denominator", "numerator"] {
            let told: Option<i64> =
                parts.iter().filter(is_in).map(|part| part[column].parse::<i64>().ok()).sum::<Option<i64>>();
            match told {
                Some(sum) if row[column] != "[c]" && !row[column].is_empty() => {
                    assert_eq!(row[column], sum.to_string())
                }
                Some(_) => {}
                None => assert_eq!(row[column], "[c]", "{row:?}"),
            }
        }
    }
}

fn truth(tables: &[String]) -> Vec<Row> {
    let asked = ["attrition", "--years", "2021-22,2023-24", "--format", "csv"];
    let tables = tables.iter().filter(|argument| !argument.contains("practices"));
    records(&stdout(asked.iter().map(|word| (*word).to_owned()).chain(tables.cloned())))
}

/// What stands on a page before the files' digests, which differ in any case.
fn until_files(html: &str) -> &str {
    html.split("id=\"files-table\"").next().unwrap()
}

/// The people of the same page, if there are others: those of a cohort as a reader may take them to be.
fn others(table: &Table, cohort: usize, people: &People) -> Option<People> {
    let (cell, _) = table.withheld.first()?;
    let found = table.reader.other(*cell, &table.truth)?;
    let mut other = people.clone();
    // Only practices with a row have places: six each, those of the row's counts and of who did not achieve.
    let with_row = other[cohort].iter_mut().filter(|groups| groups.iter().sum::<i64>() > 0);
    for (groups, cells) in with_row.zip(found.chunks(6)) {
        *groups = [cells[4], cells[5], cells[2], cells[1]];
    }
    Some(other)
}

#[test]
fn no_table_of_the_page_gives_away_what_another_withholds() {
    let mut runner = TestRunner::deterministic();
    let (mut proved, mut hidden, mut funnels, mut same) = (0, 0, 0, 0);
    for round in 0..16 {
        let people = people().new_tree(&mut runner).unwrap().current();
        let below = [3, 5, 6, 10][round % 4];
        let suppress = ["--suppress", &below.to_string()];
        let (_folder, tables) = extract(&people);
        let truth = truth(&tables);
        let html = report(&tables, &suppress);
        let page = Page::of(&html);
        assert!(html.contains(&format!("[c]: withheld; counts of 1 to {} are", below - 1)));
        sums_are_of_what_is_told(&page);
        hidden += nothing_is_worked_out(&page, &people);
        for (at, (cohort, of_practices)) in COHORTS.iter().zip(&people).enumerate() {
            let table = told(&page, &truth, (cohort, of_practices), below);
            proved += table.prove();
            funnels += usize::from(funnel(&page, &truth, cohort).is_some());
            let Some(other) = others(&table, at, &people) else { continue };
            let (_folder, tables) = extract(&other);
            let other_html = report(&tables, &suppress);
            // Another table may have other counts withheld; one that has the same must be the same page, charts and all.
            if Page::of(&other_html).table("practices-table") == page.table("practices-table") {
                let lines = until_files(&html).lines().zip(until_files(&other_html).lines());
                let differing: Vec<(&str, &str)> = lines.filter(|(one, other)| one != other).take(5).collect();
                assert!(differing.is_empty(), "{people:?}\n{other:?}\n{differing:#?}");
                same += 1;
            }
        }
    }
    println!("{proved} cells, {hidden} rows, {funnels} funnels, {same} pages");
    assert!(proved > 80 && hidden > 40 && funnels > 4 && same > 8, "{proved} {hidden} {funnels} {same}");
}

/// The sheet of a table as texts, by row.
#[cfg(feature = "workbook")]
fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<String>> {
    use calamine::{Reader, Xlsx};
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let begins_so = |sheet: &&String| name.starts_with(sheet.trim_end_matches(['…', ' ']));
    let range = book.worksheet_range(names.iter().find(begins_so).unwrap()).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[cfg(feature = "workbook")]
#[test]
fn a_workbook_withholds_what_the_page_does() {
    let people: People = [
        vec![[30, 3, 0, 0], [42, 12, 1, 0], [55, 20, 0, 0]],
        vec![[33, 2, 0, 0], [40, 12, 0, 0], [51, 25, 6, 0]],
        vec![[30, 20, 0, 0], [3, 42, 0, 0], [55, 20, 0, 0]],
    ];
    let (folder, tables) = extract(&people);
    let suppress = ["--suppress", "5"];
    let html = report(&tables, &suppress);
    let page = Page::of(&html);
    let file = folder.path().join("report.xlsx");
    written(&tables, &suppress, file.to_str().unwrap());
    let bytes = fs::read(&file).unwrap();
    let mut withheld = 0;
    for (id, name) in [
        ("practices-table", "Indicators per practice"),
        ("areas-table", "All practices, and each area"),
        ("funnel-table", "Practices beside the limits of chance"),
        ("changes-table", "Practices, against the first year"),
    ] {
        let rows = page.table(id);
        let sheet = sheet(&bytes, name);
        let head = sheet.iter().position(|row| rows[0].contains_key(&row[0])).unwrap();
        assert_eq!(sheet.len() - head - 1, rows.len(), "{id}");
        for (cells, row) in sheet[head + 1..].iter().zip(&rows) {
            for (column, cell) in sheet[head].iter().zip(cells) {
                assert_eq!(cell == "[c]", row[column] == "[c]", "{id}, {column} of {row:?}");
                withheld += usize::from(cell == "[c]");
            }
        }
    }
    assert!(withheld > 20, "{withheld}");
    let cover = sheet(&bytes, "Cover");
    assert!(cover.iter().flatten().any(|cell| cell.starts_with("[c]: withheld; counts of 1 to 4 are")), "{cover:?}");
    // A chart would be drawn from cells that say more than its sheet.
    assert!(!bytes.windows(9).any(|window| window == b"xl/charts"));
}

#[test]
fn pages_of_extracts_that_round_alike_are_the_same() {
    // As many doses, which pounds hang on; the others move within their multiple of 5: 47, 6 and 1 against 47, 7 and 1.
    let first: People = [
        vec![[47, 6, 1, 0], [20, 14, 8, 0]],
        vec![[30, 3, 0, 0], [51, 21, 5, 0]],
        vec![[12, 8, 4, 0], [33, 19, 10, 0]],
    ];
    let mut second = first.clone();
    second[0][0] = [47, 7, 0, 0];
    second[1][1] = [51, 20, 6, 0];
    second[2][0] = [12, 9, 3, 0];
    let round = ["--round", "5"];
    let pages = [&first, &second].map(|people| {
        let (_folder, tables) = extract(people);
        report(&tables, &round)
    });
    assert_eq!(until_files(&pages[0]), until_files(&pages[1]));
    assert!(pages[0].contains("counts are rounded to the nearest 5"));
    let page = Page::of(&pages[0]);
    // 54, 1, 53 and 47 round to 55, 0, 55 and 45.
    let told = page.table("practices-table");
    let row = shown(&told, &COHORTS[0], 0).unwrap();
    assert_eq!(COUNTS.map(|column| row[column].as_str()), ["55", "0", "0", "55", "45"]);
    assert!(page.tags("table").all(|table| !table.value("id").unwrap_or_default().starts_with("attrition")));
}

#[test]
fn a_pathway_of_the_same_years_is_left_out_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let demo = folder.path().join("demo");
    stdout(["demo", demo.to_str().unwrap(), "--size", "1200", "--seed", "3", "--write-only"]);
    let tables = ["patients", "events", "practices", "appointments", "slots"];
    let tables = tables.map(|name| format!("--{name}={}", demo.join(format!("{name}.csv")).display()));
    let page = |more: &[&str]| {
        let asked = ["report", "--pathway", "wf-newham/2024-25", "--output", "-", "--suppress", "5"];
        stdout(asked.iter().chain(more).map(|word| (*word).to_owned()).chain(tables.clone()))
    };
    let same = page(&["--year", "2023-24"]);
    assert!(same.contains("Left out: the return") && !same.contains("id=\"pathway-return"), "the return is there");
    let other = page(&["--year", "2021-22"]);
    let read = Page::of(&other);
    let rows = read.table("pathway-return-per-practice");
    assert!(rows.iter().flat_map(BTreeMap::values).filter(|cell| *cell == "[c]").count() > 10);
    assert!(!other.contains("pathway-alerts") && other.contains("Left out: the tables of states"));
    // As `pathway` prints it.
    let asked = ["pathway", "--year", "wf-newham/2024-25", "--table", "return", "--suppress", "5", "--format", "csv"];
    let own = records(&stdout(asked.iter().map(|word| (*word).to_owned()).chain(tables.clone())));
    assert_eq!(rows.len(), own.len());
    let is_count = |cell: &str| cell == "[c]" || cell.parse::<u64>().is_ok();
    for (row, own) in rows.iter().zip(&own) {
        for (name, cell) in own.iter().filter(|(_, cell)| is_count(cell)) {
            assert_eq!(row[name], *cell, "{name} of {own:?}");
        }
    }
}
