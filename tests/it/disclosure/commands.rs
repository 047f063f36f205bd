//! The same promise of funnels and of a scheme's return, held against what the commands print.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use tempfile::TempDir;

use super::table::Table;
use crate::uptake::{output, stdout};

static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("demo");
    stdout(["demo", place.to_str().unwrap(), "--size", "1200", "--seed", "3", "--write-only"]);
    folder
});

fn demo(names: &[&str]) -> Vec<String> {
    let file = |name: &&str| {
        let path = DEMO.path().join("demo").join(format!("{name}.csv"));
        [format!("--{name}"), path.to_str().unwrap().to_owned()]
    };
    names.iter().flat_map(file).collect()
}

/// Cells by column.
pub type Row = BTreeMap<String, String>;

/// A command's CSV as rows of cells by column.
fn rows(words: &[&str], tables: &[&str]) -> Vec<BTreeMap<String, String>> {
    let words = words.iter().map(|word| (*word).to_owned()).chain(demo(tables)).chain(["--format=csv".to_owned()]);
    records(&stdout(words))
}

/// CSV as rows of cells by column.
pub fn records(text: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The cells of a funnel's line that it has, by their columns.
type Line = BTreeMap<&'static str, usize>;

/// Proves one funnel.
fn funnel(lines: &[(Row, Row)], below: i64) -> usize {
    let mut table = Table::new(below);
    place_funnel(&mut table, lines);
    table.prove()
}

/// One funnel as the page on `attrition` says that its lines add up; the places of its totals by their stage.
pub fn place_funnel(table: &mut Table, lines: &[(Row, Row)]) -> BTreeMap<String, usize> {
    let mut placed: Vec<(String, String, Line)> = Vec::new();
    for (shown, truth) in lines {
        let mut line = Line::new();
        for column in ["people", "fail", "fail_only", "hold", "hold_only"] {
            if let Ok(count) = truth[column].parse() {
                line.insert(column, table.cell(&shown[column], count, format!("{} {column}", truth["clause"])));
            }
        }
        if let (Some(hold), Some(fail)) = (line.get("hold"), line.get("fail")) {
            table.sum(line["people"], vec![*hold, *fail]);
        }
        for (whole, part) in [("fail", "fail_only"), ("hold", "hold_only")] {
            if let (Some(whole), Some(part)) = (line.get(whole), line.get(part)) {
                table.rest(*whole, *part);
            }
        }
        placed.push((format!("{} {}", truth["stage"], truth["reason"]), truth["kind"].clone(), line));
    }
    let lines: Vec<(&str, &str, &Line)> = placed.iter().map(|(stage, kind, line)| (&**stage, &**kind, line)).collect();
    let total =
        |stage: &str| lines.iter().find(|line| line.0 == format!("{stage} ") && line.1 == "total").unwrap().2["people"];
    for (at, (stage, kind, line)) in lines.iter().enumerate() {
        let below_it = lines[at + 1..].iter().take_while(|line| line.0 == *stage && line.1 == "alternative");
        let alternatives: Vec<&Line> = below_it.map(|line| line.2).collect();
        if let ([first, ..], true) = (&alternatives[..], *kind != "alternative") {
            table.same(line["people"], first["people"]);
            alternatives.windows(2).for_each(|pair| table.same(pair[0]["fail"], pair[1]["people"]));
            table.same(alternatives.last().unwrap()["fail"], line["fail"]);
            table.sum(line["hold"], alternatives.iter().map(|line| line["hold"]).collect());
        }
        // The clause after this one, and the exception after this one.
        let next = |kind: &str, same_stage: bool| {
            let after = lines[at + 1..].iter().find(|line| line.1 == kind && (line.0 == *stage) == same_stage);
            after.map(|line| line.2["people"])
        };
        match *kind {
            "listed" => table.same(line["hold"], next("clause", true).unwrap()),
            "clause" => {
                if let Some(next) = next("clause", true) {
                    table.same(line["hold"], next);
                } else if let Some(reason) = lines.iter().find(|line| line.0 == *stage && line.1 == "reason") {
                    table.same(line["hold"], reason.2["hold"]);
                } else {
                    table.same(line["hold"], total(stage.trim_end()));
                }
            }
            "reason" => match next("reason", false) {
                Some(next) => table.same(line["fail"], next),
                None => table.same(line["fail"], total("not_achieved")),
            },
            _ => {}
        }
    }
    table.sum(total("denominator"), vec![total("achieved"), total("not_achieved")]);
    let stages = ["extract", "register", "achieved", "not_achieved", "denominator"];
    let mut totals: BTreeMap<String, usize> = stages.map(|stage| (stage.to_owned(), total(stage))).into();
    let listed = lines.iter().find(|line| line.1 == "listed").unwrap();
    table.same(total("extract"), listed.2["people"]);
    totals.insert("listed".to_owned(), listed.2["hold"]);
    totals
}

/// A funnel's lines, in which who is on no list may be nobody and withheld all the same, lest another funnel's follow: such
/// a cell is read as none.
pub fn without_nobody(mut lines: Vec<(Row, Row)>) -> Vec<(Row, Row)> {
    for (shown, truth) in &mut lines {
        for (column, cell) in shown {
            if cell == "[c]" && truth[column] == "0" && truth["kind"] == "listed" {
                truth.insert(column.clone(), String::new());
            }
        }
    }
    lines
}

#[test]
fn no_withheld_count_of_a_funnel_follows() {
    let asked = ["attrition", "--years", "2021-22,2023-24", "--indicator", "VI001,VI002"];
    let truth = rows(&asked, &["patients", "events"]);
    let mut proved = 0;
    for below in ["5", "20"] {
        let shown = rows(&[&asked[..], &["--suppress", below]].concat(), &["patients", "events"]);
        let mut funnels: BTreeMap<(String, String), Vec<_>> = BTreeMap::new();
        for (shown, truth) in shown.into_iter().zip(truth.iter().cloned()) {
            let key = (truth["year"].clone(), truth["indicator"].clone());
            funnels.entry(key).or_default().push((shown, truth));
        }
        proved += funnels.values().map(|lines| funnel(lines, below.parse().unwrap())).sum::<usize>();
    }
    assert!(proved > 20, "{proved}");
}

#[test]
fn what_all_funnels_share_is_told_by_all_or_by_none() {
    let mut seen = [0; 3];
    for below in ["10", "30", "60"] {
        let asked = ["attrition", "--years", "2021-22,2023-24", "--by", "practice", "--suppress", below];
        let mut practices: BTreeMap<String, Vec<Row>> = BTreeMap::new();
        for row in rows(&asked, &["patients", "events"]) {
            practices.entry(row["practice_code"].clone()).or_default().push(row);
        }
        let counts = |row: &Row| ["people", "fail", "hold"].map(|column| row[column].clone());
        let is_withheld = |count: &String| count == "[c]";
        for rows in practices.values() {
            let listed = || rows.iter().filter(|row| row["kind"] == "listed");
            let everybody = || rows.iter().filter(|row| row["line"] == "1").map(|row| row["people"].clone());
            // Who is on the list is told by all funnels or by none, and so is everybody.
            let unlisted: Vec<String> =
                listed().flat_map(|row| [row["people"].clone(), row["fail"].clone()]).chain(everybody()).collect();
            let of_list: Vec<String> = listed().map(|row| row["hold"].clone()).collect();
            match (of_list.iter().any(is_withheld), unlisted.iter().any(is_withheld)) {
                (true, _) => {
                    let all: Vec<String> = rows.iter().flat_map(counts).collect();
                    assert!(all.iter().all(|count| is_withheld(count) || count.is_empty()), "{all:?}");
                    seen[0] += 1;
                }
                (false, true) => {
                    assert!(unlisted.iter().all(is_withheld), "{unlisted:?}");
                    seen[1] += 1;
                }
                (false, false) => seen[2] += 1,
            }
        }
    }
    assert!(seen.iter().all(|practices| *practices > 0), "{seen:?}");
}

/// The funnels of one practice, or of all, by year and indicator; each line as it is shown and as it is.
type Funnels = BTreeMap<(String, String), Vec<(Row, Row)>>;

/// Holds all funnels of a practice against one another: everybody, and who is on the list, are the same in all of a year.
fn proved_together(funnels: &Funnels, below: i64) -> usize {
    let mut table = Table::new(below);
    let mut shared: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for ((year, _), lines) in funnels {
        let of_list = lines.iter().find(|(_, truth)| truth["kind"] == "listed").unwrap();
        if of_list.0["hold"] == "[c]" {
            // Then nothing at all is told, which the test above sees to.
            return 0;
        }
        let totals = place_funnel(&mut table, &without_nobody(lines.clone()));
        for stage in ["extract", "listed"] {
            match shared.get(&(year.as_str(), stage)) {
                Some(first) => table.same(*first, totals[stage]),
                None => drop(shared.insert((year, stage), totals[stage])),
            }
        }
    }
    table.prove()
}

#[test]
fn no_funnel_of_a_practice_gives_away_what_another_withholds() {
    let asked = ["attrition", "--years", "2021-22,2023-24", "--by", "practice", "--indicator", "VI001,VI002"];
    let truth = rows(&asked, &["patients", "events"]);
    let mut proved = 0;
    for below in ["5", "30", "60"] {
        let shown = rows(&[&asked[..], &["--suppress", below]].concat(), &["patients", "events"]);
        let mut practices: BTreeMap<String, Funnels> = BTreeMap::new();
        for (shown, truth) in shown.into_iter().zip(truth.iter().cloned()) {
            let funnels = practices.entry(truth["practice_code"].clone()).or_default();
            funnels.entry((truth["year"].clone(), truth["indicator"].clone())).or_default().push((shown, truth));
        }
        proved += practices.values().map(|funnels| proved_together(funnels, below.parse().unwrap())).sum::<usize>();
    }
    assert!(proved > 200, "{proved}");
}

#[test]
fn rounded_lines_of_a_funnel_are_all_rounded_and_leave_no_count_one_value() {
    let mut counts = 0;
    for (base, by) in [(5, "practice"), (10, "practice"), (5, "all"), (10, "all")] {
        let asked = ["attrition", "--years", "2021-22,2023-24", "--by", by];
        let rounded = rows(&[&asked[..], &["--round", &base.to_string()]].concat(), &["patients", "events"]);
        let mut funnels: BTreeMap<[String; 3], Vec<(Row, Row)>> = BTreeMap::new();
        for (shown, truth) in rounded.into_iter().zip(rows(&asked, &["patients", "events"])) {
            let key = ["practice_code", "year", "indicator"].map(|column| truth[column].clone());
            funnels.entry(key).or_default().push((shown, truth));
        }
        for lines in funnels.values() {
            let mut table = Table::rounded(base);
            place_funnel(&mut table, lines);
            counts += table.has_room();
        }
    }
    assert!(counts > 2000, "{counts}");
}

const SCHEME: [&str; 3] = ["pathway", "--year", "wf-newham/2024-25"];
const SCHEME_TABLES: [&str; 5] = ["patients", "events", "practices", "appointments", "slots"];

#[test]
fn no_withheld_count_of_a_return_follows() {
    let of = |table: &str, more: &[&str]| rows(&[&SCHEME[..], &["--table", table], more].concat(), &SCHEME_TABLES);
    let below = 6;
    let suppress = ["--suppress", "6"];
    let mut indicators: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for table in ["return", "areas"] {
        for (shown, truth) in of(table, &suppress).into_iter().zip(of(table, &[])) {
            indicators.entry(truth["indicator"].clone()).or_default().push((shown, truth));
        }
    }
    let mut proved = 0;
    for (indicator, rows) in indicators {
        let mut table = Table::new(below);
        let mut areas: BTreeMap<String, Vec<Vec<usize>>> = BTreeMap::new();
        for (shown, truth) in rows {
            let cells = practice_cells(&mut table, &shown, &truth, &indicator);
            if truth.contains_key("practice_code") {
                areas.entry(truth["area"].clone()).or_default().push(cells);
            } else {
                let practices = &areas[&truth["area"]];
                (0..cells.len()).for_each(|at| table.sum(cells[at], practices.iter().map(|row| row[at]).collect()));
            }
        }
        proved += table.prove();
    }
    assert!(proved > 10, "{proved}");
}

/// The counts of a row, those who neither achieved nor are an exception among them.
fn practice_cells(
    table: &mut Table,
    shown: &BTreeMap<String, String>,
    truth: &BTreeMap<String, String>,
    indicator: &str,
) -> Vec<usize> {
    let columns: Vec<&String> = truth.keys().collect();
    let fixed = ["baseline_denominator", "baseline_numerator", "denominator", "numerator", "exceptions"];
    let known =
        ["practice_code", "area", "indicator", "audit", "pounds", "not_known", "baseline_percent", "uptake_percent"];
    let known = [&known[..], &["uptake_with_exceptions_percent", "exception_percent", "disclosure"], &fixed].concat();
    let exceptions = columns.into_iter().filter(|column| !known.contains(&column.as_str()));
    let mut cell =
        |column: &str| table.cell(&shown[column], truth[column].parse().unwrap(), format!("{indicator} {column}"));
    let mut cells: Vec<usize> = fixed.map(&mut cell).to_vec();
    let exceptions: Vec<usize> = exceptions.map(|column| cell(column)).collect();
    assert!(!exceptions.is_empty());
    table.rest(cells[0], cells[1]);
    let rest = table.unprinted(table.truth[cells[2]] - table.truth[cells[3]] - table.truth[cells[4]]);
    table.sum(cells[4], exceptions.clone());
    table.sum(cells[2], vec![cells[3], cells[4], rest]);
    cells.extend(exceptions);
    cells.push(rest);
    cells
}

#[test]
fn a_pathway_publishes_its_return_and_nothing_of_children() {
    let asked = |more: &[&str]| {
        let words = SCHEME.iter().chain(more).map(|word| (*word).to_owned()).chain(demo(&SCHEME_TABLES));
        let ran = output(words);
        (ran.status.code(), String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap())
    };
    let (code, text, _) = asked(&["--suppress", "5"]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("Return per practice") && text.contains("Return per area") && !text.contains("by state"),
        "{text}"
    );
    for more in [&["--level", "patient"][..], &["--list", "coordinator"], &["--table", "states"]] {
        let (code, text, told) = asked(&[more, &["--suppress", "5"]].concat());
        assert!(code == Some(2) && text.is_empty(), "{more:?} {told}");
    }
}
