//! `uptake report`: the page stands alone, can be read by all, says what the other commands say, and runs nothing that
//! somebody typed. What needs a browser is tried by `tests/browser/run.sh`.

#[path = "report_page/contrast.rs"]
mod contrast;

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::LazyLock;

use calamine::{Data, Reader, Xlsx};

use crate::csv_text::rows;
use crate::markup::{self, Page, Tag};
use crate::uptake::{output, stdout};

/// Names and an area that a browser or a spreadsheet would run, or that turn text round.
const SCRIPT: &str = "<script>alert(1)</script>\"' onmouseover=alert(2) x='";
const FORMULA: &str = "=cmd|' /C calc'!A0";
const TURNED: &str = "\u{202e}yregruS\u{202c} עברית";
const IMAGE: &str = "<img src=x onerror=alert(3)>";

const PATIENTS: &str = "patient_id,practice_code,birth_date,registered_date\n\
    9000000001,A1,2022-09-01,2022-09-01\n9000000002,A1,2022-09-02,2022-09-02\n\
    9000000003,=cmd|'/c calc'!A1,2022-09-03,2022-09-03\n9000000004,=cmd|'/c calc'!A1,2022-09-04,2022-09-04\n\
    9000000005,A3,2022-09-05,2022-09-05\n";

const EVENTS: &str = "patient_id,event_date,code\n\
    9000000001,2022-11-01,310306005\n9000000001,2022-12-01,310306005\n9000000001,2023-01-01,310306005\n\
    9000000004,2022-11-01,310306005\n9000000004,2022-12-01,310306005\n9000000004,2023-01-01,310306005\n";

/// The tables of the hostile extract, and the arguments that name them.
fn hostile(folder: &Path) -> Vec<String> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let practice = |code: &str, name: &str, area: &str| format!("{code},9639,{},{}\n", quoted(name), quoted(area));
    let practices = [
        "practice_code,list_size,practice_name,area\n".to_owned(),
        practice("A1", SCRIPT, IMAGE),
        practice("=cmd|'/c calc'!A1", FORMULA, "North"),
        practice("A3", TURNED, "North"),
    ];
    tables(folder, PATIENTS, EVENTS, &practices.concat())
}

fn tables(folder: &Path, patients: &str, events: &str, practices: &str) -> Vec<String> {
    let mut arguments = Vec::new();
    for (name, text) in [("patients", patients), ("events", events), ("practices", practices)] {
        let file = folder.join(format!("{name}.csv"));
        fs::write(&file, text).unwrap();
        arguments.extend([format!("--{name}"), file.display().to_string()]);
    }
    arguments
}

fn report(tables: &[String], further: &[&str]) -> String {
    let mut arguments = vec!["report".to_owned()];
    arguments.extend_from_slice(tables);
    arguments.extend(further.iter().map(|&argument| argument.to_owned()));
    stdout(arguments)
}

/// The demo's extract, its tables' arguments, and the page of two years with the local scheme.
struct Demo {
    folder: tempfile::TempDir,
    tables: Vec<String>,
    html: String,
}

static DEMO: LazyLock<Demo> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("demo");
    stdout(["demo", place.to_str().unwrap(), "--write-only", "--seed", "7"]);
    let file = |name: &str| place.join(format!("{name}.csv")).display().to_string();
    let names = ["patients", "events", "practices"];
    let tables: Vec<String> = names.iter().flat_map(|name| [format!("--{name}"), file(name)]).collect();
    let (appointments, slots) = (file("appointments"), file("slots"));
    let scheme = ["--pathway", "wf-newham/2024-25", "--appointments", &appointments, "--slots", &slots];
    let further = [&["--year", "2021-22,2023-24", "--output", "-"][..], &scheme].concat();
    let html = report(&tables, &further);
    Demo { folder, tables, html }
});

fn demo() -> (&'static Demo, Page<'static>) {
    (&DEMO, Page::of(&DEMO.html))
}

#[test]
fn the_page_asks_nothing_of_anybody() {
    let (demo, page) = demo();
    for loads in
        ["http:", "https:", "//www", "@import", "url(", " src=", "srcset", "<link", "<iframe", "<object", "<base"]
    {
        assert!(!demo.html.contains(loads), "the page contains {loads}");
    }
    assert_eq!(page.tags("script").count(), 1);
    assert_eq!(page.tags("style").count(), 1);
    assert!(page.all().all(|tag| !tag.attributes.iter().any(|(name, _)| name.starts_with("on") || *name == "style")));
    let policy = page.tags("meta").find(|tag| tag.value("http-equiv") == Some("Content-Security-Policy")).unwrap();
    let policy = policy.value("content").unwrap();
    assert!(policy.contains("default-src &#x27;none&#x27;"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    // Whatever links lead to is in the page.
    assert!(page.tags("a").all(|tag| tag.value("href").is_some_and(|href| href.starts_with('#'))));
}

#[test]
fn every_name_that_is_pointed_at_is_there_once() {
    let (_, page) = demo();
    let ids: Vec<&str> = page.all().filter_map(|tag| tag.value("id")).collect();
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), known.len(), "an id stands twice");
    for tag in page.all() {
        let pointed = ["aria-labelledby", "list"].iter().filter_map(|name| tag.value(name));
        let pointed =
            pointed.flat_map(str::split_whitespace).chain(tag.value("href").and_then(|href| href.strip_prefix('#')));
        for id in pointed {
            assert!(known.contains(id), "{} points at {id}, which is not there", tag.name);
        }
    }
}

#[test]
fn the_page_can_be_read_aloud() {
    let (_, page) = demo();
    assert_eq!(page.tags("h1").count(), 1);
    assert_eq!(page.tags("main").count(), 1);
    assert_eq!(page.tags("html").next().unwrap().value("lang"), Some("en-GB"));
    assert!(page.tags("nav").all(|nav| nav.value("aria-label").is_some()));
    let first = page.inside("body").find(|tag| tag.value("href").is_some()).unwrap();
    assert_eq!((first.value("class"), first.value("href")), (Some("skip"), Some("#main")));
    // Each section, and nothing else, has a heading of the second level.
    assert_eq!(page.tags("h2").count(), page.tags("section").count());
    assert!(page.tags("section").count() >= 10);
    let tables: Vec<&Tag<'_>> = page.tags("table").collect();
    assert!(tables.len() >= 15, "{}", tables.len());
    for table in tables {
        let within: Vec<&Tag<'_>> = page.within(table).collect();
        assert_eq!(within[0].name, "caption", "{:?}", table.value("id"));
        assert!(within[1].name == "span" && !within[1].text.is_empty(), "{:?}", within[1]);
        let headings = within.iter().filter(|tag| tag.name == "th");
        assert!(
            headings.clone().count() > 1 && headings.clone().all(|th| matches!(th.value("scope"), Some("col" | "row")))
        );
    }
}

#[test]
fn every_chart_says_what_it_shows_and_every_mark_who_it_is() {
    let (_, page) = demo();
    let charts: Vec<&Tag<'_>> = page.tags("svg").filter(|svg| svg.value("aria-hidden").is_none()).collect();
    // Two years of four indicators on the curve and in the funnel, thresholds of two years, one change, one return.
    assert_eq!(charts.len(), 2 * 4 * 2 + 2 + 1 + 1);
    for chart in charts {
        let within: Vec<&Tag<'_>> = page.within(chart).collect();
        let names: Vec<&str> = within.iter().take(2).map(|tag| tag.name).collect();
        assert_eq!(names, ["title", "desc"]);
        assert!(within[0].text.len() > 10 && within[1].text.len() > 30);
        let marks: Vec<&&Tag<'_>> = within.iter().filter(|tag| tag.name == "g").collect();
        assert!(marks.len() >= 4, "{}", within[0].text);
        for mark in marks {
            let title = page.within(mark).next().unwrap();
            assert!(title.name == "title" && title.text.contains(':'), "{:?}", title.text);
        }
    }
}

#[test]
fn the_page_says_what_the_other_commands_say() {
    let (demo, page) = demo();
    let run = |command: &[&str]| {
        let command = command.iter().map(|&argument| argument.to_owned());
        rows(&stdout(command.chain(demo.tables.iter().cloned()).collect::<Vec<_>>()))
    };
    let years = ["--year", "2021-22,2023-24", "--format", "csv"];
    let of_run = run(&[&["run"], &years[..]].concat());
    let of_compare = run(&[&["compare", "--table", "practices"], &years[..]].concat());
    let of_next = run(&["next", "--year", "2023-24", "--format", "csv"]);
    let expected = [
        ("practices-table", of_run, "register"),
        ("changes-table", of_compare, "pounds_change"),
        ("steps-table", of_next, "next_step_pounds"),
    ];
    for (id, csv, column) in expected {
        let table = page.table(id);
        assert!(table.len() > 10, "{id} has {} rows", table.len());
        for row in &table {
            let keys = ["practice_code", "year", "indicator"];
            let is_it = |other: &&std::collections::BTreeMap<String, String>| {
                keys.iter().all(|key| row.get(*key) == other.get(*key))
            };
            let same = csv.iter().find(is_it).unwrap_or_else(|| panic!("{id}: {row:?} is in no CSV"));
            assert!(row.contains_key(column), "{id} has no {column}");
            for (name, cell) in row.iter().filter(|(name, _)| same.contains_key(*name)) {
                assert_eq!(cell, &same[name], "{id}, {name} of {row:?}");
            }
        }
    }
    // Steps are those of measures that have one ahead; the other tables have every row.
    assert_eq!(page.table("practices-table").len(), run(&[&["run"], &years[..]].concat()).len());
}

#[test]
fn a_page_of_groups_says_what_the_other_commands_say_of_groups() {
    let (demo, _) = demo();
    let html = report(&demo.tables, &["--year", "2021-22,2023-24", "--by", "area", "--output", "-"]);
    let page = Page::of(&html);
    let title = page.tags("h1").next().unwrap().text;
    assert_eq!(title, "Vaccination payments, 2021-22 and 2023-24, by area");
    let expected = [
        ("practices-table", &["run", "--year", "2021-22,2023-24"][..]),
        ("changes-table", &["compare", "--table", "practices", "--year", "2021-22,2023-24"]),
        ("summary-table", &["compare", "--table", "summary", "--year", "2021-22,2023-24"]),
        ("steps-table", &["next", "--year", "2023-24"]),
    ];
    for (id, command) in expected {
        let command = command.iter().chain(&["--by", "area", "--format", "csv"]).map(|&argument| argument.to_owned());
        let csv = rows(&stdout(command.chain(demo.tables.iter().cloned()).collect::<Vec<_>>()));
        assert_eq!(page.table(id), csv, "{id}");
        assert!(csv.len() > 1, "{id}");
    }
    // Marks and rows are of areas, and what is one practice's alone is not drawn.
    let areas = ["Newham", "Northmoor", "Waltham Forest"];
    let marked: BTreeSet<&str> = page.all().filter_map(|tag| tag.value("data-practice")).collect();
    assert_eq!(marked.into_iter().collect::<Vec<_>>(), areas);
    let curve = page.tags("section").find(|section| section.value("id") == Some("pay-curve")).unwrap();
    assert!(page.within(curve).all(|tag| tag.name != "svg"));
    assert!(page.table("indicators-table").iter().all(|row| row["groups"] == "3"));
}

#[test]
fn the_colophon_names_every_figure_with_its_source_and_status() {
    let (demo, page) = demo();
    let figures = page.table("figures-table");
    let find = |rulebook: &str, owner: &str, figure: &str| {
        let is_it = |row: &&std::collections::BTreeMap<String, String>| {
            row["rulebook"] == rulebook && row["belongs_to"] == owner && row["figure"] == figure
        };
        figures.iter().find(is_it).unwrap_or_else(|| panic!("{rulebook} {owner} {figure}"))
    };
    let lower = find("qof/2023-24", "VI001", "lower_threshold");
    assert_eq!((lower["value"].as_str(), lower["status"].as_str()), ("89 %", "official"));
    assert!(lower["source"].contains("letter"));
    // A figure that nobody has set says so, in the scheme's own rulebook too.
    assert!(find("wf-newham/2024-25", "", "pounds_per_child")["value"].starts_with("not set:"));
    let json: serde_json::Value = serde_json::from_str(&stdout(
        ["run", "--year", "2021-22,2023-24", "--format", "json"]
            .map(str::to_owned)
            .into_iter()
            .chain(demo.tables.iter().cloned())
            .collect::<Vec<_>>(),
    ))
    .unwrap();
    let rulebooks = page.table("rulebooks-table");
    for stamp in json["rulebooks"].as_array().unwrap() {
        let row = rulebooks.iter().find(|row| row["rulebook"] == stamp["name"].as_str().unwrap()).unwrap();
        assert_eq!(row["digest"], stamp["digest"].as_str().unwrap());
    }
    let files = page.table("files-table");
    assert_eq!(files.len(), 5);
    assert_eq!(files[0]["digest"], json["provenance"]["patients"]["sha256"].as_str().unwrap());
}

#[test]
fn nobody_can_be_found_in_the_page() {
    let (demo, _) = demo();
    let patients = fs::read_to_string(demo.folder.path().join("demo/patients.csv")).unwrap();
    let ids: BTreeSet<String> = rows(&patients).into_iter().map(|row| row["patient_id"].clone()).collect();
    assert!(ids.len() > 1000);
    assert!(ids.iter().all(|id| !demo.html.contains(id.as_str())));
}

#[test]
fn the_headline_and_the_funnel_worked_by_hand() {
    // The five children turn 8 months in May 2023 and 18 months in March 2024: each is in VI001 and in VI002. Two of the
    // five have their three doses and none has MMR: 2 of 10 reached. In the North, one of three children: 1 of 6.
    let folder = tempfile::tempdir().unwrap();
    let html = report(&hostile(folder.path()), &["--year", "2023-24", "--output", "-"]);
    let page = Page::of(&html);
    let cards: Vec<&Tag<'_>> = page.tags("dl").collect();
    let told = |card: &Tag<'_>| page.within(card).map(|tag| tag.text.trim()).collect::<Vec<_>>().join("|");
    assert_eq!(cards.len(), 3);
    assert!(told(cards[0]).contains("20.00 %|2 of 10"), "{}", told(cards[0]));
    let north = cards.iter().find(|card| card.value("data-card") == Some("North")).unwrap();
    assert!(told(north).contains("16.67 %|1 of 6"), "{}", told(north));
    // VI001: 2 of 5 is 40 % together. Of two children none at all has 0.6² = 0.36 and both 0.4² = 0.16, so every count is
    // within both limits; of A3's one child likewise. Nobody has MMR, so none is the only count within.
    let funnel = page.table("funnel-table");
    let limits = |indicator: &str, code: &str| {
        let row = funnel.iter().find(|row| row["indicator"] == indicator && row["practice_code"] == code).unwrap();
        ["all_percent", "low_95", "high_95", "low_99_8", "high_99_8", "beyond"].map(|name| row[name].clone())
    };
    assert_eq!(limits("VI001", "A1"), ["40.00", "0", "2", "0", "2", ""]);
    assert_eq!(limits("VI001", "A3"), ["40.00", "0", "1", "0", "1", ""]);
    assert_eq!(limits("VI002", "A1"), ["0.00", "0", "0", "0", "0", ""]);
}

#[test]
fn what_somebody_typed_is_text_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let html = report(&hostile(folder.path()), &["--year", "2022-23,2023-24", "--output", "-"]);
    let page = Page::of(&html);
    assert_eq!(page.tags("script").count(), 1);
    assert_eq!(page.tags("img").count(), 0);
    assert!(page.all().all(|tag| tag.attributes.iter().all(|(name, _)| !name.starts_with("on"))));
    assert!(!html.contains('\u{202e}') && !html.contains('\u{202c}'));
    assert!(html.contains("עברית"), "letters that run from right to left are kept");
    let areas = page.table("changes-table");
    let named = |code: &str| areas.iter().find(|row| row["practice_code"] == code).unwrap().clone();
    // Read back, each is what was typed.
    assert_eq!(named("A1")["practice_name"], SCRIPT);
    assert_eq!(named("A1")["area"], IMAGE);
    assert_eq!(named("=cmd|'/c calc'!A1")["practice_name"], FORMULA);
    // The script reads options and attributes; they hold the same text.
    let options: Vec<&Tag<'_>> = page.tags("option").filter(|tag| tag.value("data-area").is_some()).collect();
    assert_eq!(options.len(), 3);
    assert!(options.iter().any(|option| markup::plain(option.text) == SCRIPT));
    assert!(options.iter().any(|option| option.value("data-area").map(markup::plain).as_deref() == Some(IMAGE)));
}

#[test]
fn a_workbook_by_its_name_with_the_same_tables_and_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.xlsx");
    report(&hostile(folder.path()), &["--year", "2022-23,2023-24", "--output", file.to_str().unwrap()]);
    let bytes = fs::read(&file).unwrap();
    // Names of parts stand in the archive as they are: a chart, and tables that are marked as such.
    let has = |part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
    assert!(has("xl/charts/chart1.xml") && has("xl/tables/table1.xml"));
    let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    for wanted in ["Cover", "Indicators per practice", "Achievement by indicator, %", "Figures", "Sources"] {
        assert!(names.iter().any(|name| name == wanted), "{wanted} is not among {names:?}");
    }
    assert_eq!(names.iter().filter(|name| name.starts_with("Figures")).count(), 1);
    let cover = book.worksheet_range("Cover").unwrap();
    assert_eq!(cover.get_value((0, 0)), Some(&Data::String("Vaccination payments, 2022-23 and 2023-24".to_owned())));
    let listed = cover.rows().filter(|row| row[0] == Data::String("Sheet".to_owned())).count();
    assert_eq!(listed, names.len() - 1, "the cover leads to every other sheet");
    for name in &names {
        assert!(book.worksheet_formula(name).unwrap().is_empty(), "{name} has a formula");
    }
    let sheet = book.worksheet_range("Indicators per practice").unwrap();
    for text in [SCRIPT, FORMULA, "=cmd|'/c calc'!A1", TURNED] {
        assert!(sheet.rows().any(|row| row.contains(&Data::String(text.to_owned()))), "{text} is not in the sheet");
    }
}

#[test]
fn the_order_of_rows_changes_nothing_but_the_files_digests() {
    let folder = tempfile::tempdir().unwrap();
    let turned = |text: &str| {
        let (head, rows) = text.split_once('\n').unwrap();
        let rows: Vec<&str> = rows.lines().rev().collect();
        format!("{head}\n{}\n", rows.join("\n"))
    };
    let further = ["--year", "2022-23,2023-24", "--output", "-"];
    let first = report(&hostile(folder.path()), &further);
    assert_eq!(first, report(&hostile(folder.path()), &further));
    let practices = fs::read_to_string(folder.path().join("practices.csv")).unwrap();
    let other = report(&tables(folder.path(), &turned(PATIENTS), &turned(EVENTS), &turned(&practices)), &further);
    let until_files = |html: &str| html.split("id=\"files-table\"").next().unwrap().to_owned();
    assert_eq!(until_files(&first), until_files(&other));
    assert_ne!(first, other);
}

#[test]
fn what_cannot_be_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let tables = hostile(folder.path());
    let slots = folder.path().join("practices.csv").display().to_string();
    let mut arguments = vec!["report".to_owned(), "--year".into(), "2023-24".into(), "--slots".into(), slots];
    arguments.extend(tables);
    let said = output(arguments);
    assert_eq!(said.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&said.stderr).contains("--pathway SCHEME/YEAR"));
}
