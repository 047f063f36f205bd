//! `uptake show`: what a rulebook says, in English, beside its own words.
//!
//! Snapshots hold the wording; what the sentences must say is worked by hand in each test.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::tables::{Ran, Rules};
use crate::uptake::{BOOKS, output, root, rules, stdout};

const LOCAL: &str = "wf-newham/2024-25";

fn show(arguments: &[&str]) -> String {
    stdout([&["show"], arguments].concat())
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&show(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The digest tells which rules were read: it is left out.
fn compare(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"digest [0-9a-f]{64}", "digest (left out)");
    settings.add_filter(r#"("digest": ?)"[0-9a-f]{64}""#, "$1\"(left out)\"");
    settings.bind(|| insta::assert_snapshot!(format!("show-{name}"), text));
}

/// All that goes by a name in a rulebook.
fn names(book: &str) -> BTreeSet<String> {
    let shown = &json(&["--year", book])["shown"][0];
    let mut names = BTreeSet::new();
    for (list, key) in
        [("measures", "code"), ("payments", "name"), ("fees", "name"), ("clusters", "name"), ("figures", "name")]
    {
        names.extend(shown[list].as_array().unwrap().iter().map(|thing| thing[key].as_str().unwrap().to_owned()));
    }
    for measure in shown["measures"].as_array().unwrap() {
        let code = measure["code"].as_str().unwrap();
        let figures = measure["figures"].as_array().unwrap().iter();
        names.extend(figures.map(|figure| format!("{code}.{}", figure["name"].as_str().unwrap())));
    }
    names
}

#[test]
fn every_kind_of_thing_reads_well() {
    for (name, arguments) in [
        ("VI002", &["VI002", "--year", "2023-24"][..]),
        ("VI004", &["VI004", "--year", "2026-27"]),
        ("MMR2_5Y", &["MMR2_5Y", "--year", "2021-22"]),
        ("T2_MMR", &["T2_MMR", "--year", "target-payments/2020-21"]),
        ("achievement", &["achievement", "--year", "2026-27"]),
        ("clawback", &["clawback", "--year", "2021-22"]),
        ("two-payments", &["two_year_olds", "pcv_and_hib_menc", "--year", "target-payments/2019-20"]),
        ("mmr", &["mmr", "--year", "2023-24"]),
        ("figures", &["VI002.lower_threshold", "fee_per_dose", "--year", "2023-24,2025-26"]),
        ("book", &["--year", "2023-24"]),
        ("unverified", &["--unverified", "--year", "2023-24"]),
        ("markdown", &["VI001", "mmr", "--year", "2023-24", "--format", "markdown"]),
        ("json", &["VI001", "rsv", "--year", "2024-25", "--format", "json"]),
        ("local-book", &["--year", LOCAL]),
        ("local-book-json", &["--year", LOCAL, "--format", "json"]),
        ("local-pathway", &["childhood_immunisations", "--year", LOCAL]),
        ("local-parts", &["with_coordinator", "means_not_clear", "no_free_slot", "calls", "means", "--year", LOCAL]),
        ("local-payment", &["improved_uptake", "audit_rate", "imms_refused", "--year", LOCAL]),
        ("local-markdown", &["no_contact", "exempted", "--year", LOCAL, "--format", "markdown"]),
        ("local-json", &["contacting", "agreed_without_appointment", "calls", "--year", LOCAL, "--format", "json"]),
        ("local-unverified", &["--unverified", "--year", LOCAL]),
    ] {
        compare(name, &show(arguments));
    }
}

/// An invented rulebook that says whatever the language can say.
#[test]
fn every_construct_reads_well() {
    let temporary = tempfile::tempdir().unwrap();
    crate::tables::copy(&root().join("tests/show/toy"), &temporary.path().join("toy/2030-31"));
    let folder = temporary.path().to_str().unwrap();
    let all = ["T1", "T2", "sums", "jabs", "launch", "needed", "per_jab", "bonus", "floor", "other"];
    let shown = show(&[&["--rules", folder, "--year", "toy/2030-31"], &all[..]].concat());
    compare("toy", &shown);
    compare("toy-unverified", &show(&["--rules", folder, "--unverified"]));
    // 6 weeks are 42 days: 18 February 2030 + 42 days is 1 April 2030; 17 February 2031 + 42 days is 31 March 2031.
    assert!(
        shown.contains("does not reach 6 weeks in the year (born from 18 February 2030 to 17 February 2031)"),
        "{shown}"
    );
    assert!(shown.contains("has jab recorded on at least 2 different days in the year and before 1 September 2030"));
}

/// An invented pathway that asks whatever the language can ask of what stands beside records.
#[test]
fn every_question_of_a_pathway_reads_well() {
    let temporary = tempfile::tempdir().unwrap();
    crate::tables::copy(&root().join("tests/show/toy"), &temporary.path().join("toy/2030-31"));
    crate::tables::copy(&root().join("tests/show/local"), &temporary.path().join("local/2030-31"));
    let folder = temporary.path().to_str().unwrap();
    assert!(stdout(["check", "--rules", folder, "local/2030-31"]).ends_with("no faults\n"));
    let all = ["reach", "ways", "share", "tried"];
    let shown = show(&[&["--rules", folder, "--year", "local/2030-31"], &all[..]].concat());
    compare("pathway", &shown);
    compare("pathway-unverified", &show(&["--rules", folder, "--unverified", "--year", "local/2030-31"]));
    // Who counts, and who pays.
    let borrowed = show(&["--rules", folder, "--year", "local/2030-31", "T1"]);
    assert!(borrowed.contains("Indicator of toy/2030-31 (Every construct of the language, 2030/31)"), "{borrowed}");
    assert!(borrowed.contains("local/2030-31 (Everything that a pathway can ask, 2030/31) borrows it"), "{borrowed}");
    assert!(borrowed.contains("spare: the denominator − the number reported as local exceptions."), "{borrowed}");
    assert!(!borrowed.contains("Payment sums"), "{borrowed}");
}

/// Every part of the pathway is found by its name, in every form, and says its title, as the rule file has it.
#[test]
fn every_part_of_a_pathway_can_be_shown() {
    let text = fs::read_to_string(rules().join(LOCAL).join("pathway.rules")).unwrap();
    let mut parts = 0;
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let (Some(kind), Some(name)) = (words.next(), words.next()) else { continue };
        if !["pathway", "state", "alert", "worklist"].contains(&kind) || !line.contains('"') {
            continue;
        }
        parts += 1;
        let title = line.split('"').nth(1).unwrap();
        let shown = json(&[name, "--year", LOCAL]);
        let is_it = |thing: &&Value| thing["kind"] == kind && thing["name"] == name && thing["title"] == title;
        assert_eq!(shown["shown"].as_array().unwrap().iter().filter(is_it).count(), 1, "{kind} {name}");
        for form in ["text", "markdown"] {
            let page = show(&[name, "--year", LOCAL, "--format", form]);
            assert!(page.contains(&format!("{name}: {title}")), "{form}: {page}");
        }
    }
    assert!(parts > 20, "{parts}");
    let ran = Ran::of(output(["show", "contactin", "--year", LOCAL])).refused();
    ran.says("did you mean `contacting`?").says("\n  worklists: alerts, calls, coordinator, exempted, review\n");
    // Whoever reads another's figures says whose they are, and that those are not among what is listed.
    let book = show(&["--year", LOCAL]);
    assert!(book.contains("VI001  DTP: three doses before 8 months                   qof/2024-25\n"), "{book}");
    let sources = |book: &str| {
        let shown = json(&["--year", book])["shown"][0].clone();
        let measures = shown["measures"].as_array().unwrap().clone();
        measures.iter().find(|measure| measure["code"] == "VI001").unwrap()["sources"].clone()
    };
    assert_eq!(sources(LOCAL), sources("2024-25"));
    let not_official = show(&["--unverified", "--year", LOCAL]);
    assert!(not_official.contains("rulebooks that it uses is not among it: qof/2023-24 and qof/2024-25."));
    assert!(!show(&["--unverified"]).contains("is not among it"));
}

/// VI001's year holds who reaches 8 months from 1 April 2023 to 31 March 2024: births from 1 August 2022 to 31 July 2023.
#[test]
fn registers_say_who_is_born_when() {
    let born = |what: &str, year: &str| {
        let shown = json(&[what, "--year", year]);
        let ages = shown["shown"][0]["ages"].as_array().unwrap();
        ages.iter()
            .map(|age| {
                format!(
                    "{} {} {}",
                    age["label"].as_str().unwrap(),
                    age["born_from"].as_str().unwrap(),
                    age["born_to"].as_str().unwrap()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(born("VI001", "2023-24"), ["VI001 2022-08-01 2023-07-31"]);
    assert_eq!(born("VI002", "2023-24"), ["VI002 2021-10-01 2022-09-30"]);
    assert_eq!(born("VI003", "2023-24"), ["VI003 2018-04-01 2019-03-31"]);
    // 80 in the year, and those carried over, 81.
    assert_eq!(born("VI004", "2023-24"), ["VI004 1943-04-01 1944-03-31", "VI004 1942-04-01 1943-03-31"]);
    // 5 within the 12 months up to the first day of each quarter.
    let quarters = [
        "Q1 2014-04-02 2015-04-01",
        "Q2 2014-07-02 2015-07-01",
        "Q3 2014-10-02 2015-10-01",
        "Q4 2015-01-02 2016-01-01",
    ];
    let expected: Vec<String> = quarters.iter().map(|quarter| format!("T5_BOOSTER {quarter}")).collect();
    assert_eq!(born("T5_BOOSTER", "target-payments/2020-21"), expected);
    let sentence = show(&["VI001", "--year", "2023-24"]);
    assert!(
        sentence.contains(
            "Doses of dtap are due at the age of 8 weeks, at the age of 12 weeks and at the age of 16 weeks."
        )
    );
    assert!(sentence.contains(
        "A child is on the register who is registered at the year's end (31 March 2024) and reaches 8 months in the year (born from 1 August 2022 to 31 July 2023)."
    ));
}

/// A month's end: with a year from 1 March to the last of February, who is born on 31 August 2022 comes to 6 months on 28
/// February 2023, before the year, or on 1 March, in it.
#[test]
fn births_follow_the_rulebooks_convention() {
    let rules = Rules::copy(&["qof/2023-24"]);
    let numbers = "qof/2023-24/contract.toml";
    rules.edit(numbers, "starts      = 2023-04-01", "starts      = 2023-03-01", 1);
    rules.edit(numbers, "ends        = 2024-03-31", "ends        = 2024-02-29", 1);
    rules.edit("qof/2023-24/indicators.rules", "turns 8 months in the year", "turns 6 months in the year", 1);
    let folder = rules.folder().to_str().unwrap().to_owned();
    let register = || {
        let shown = json(&["VI001", "--year", "2023-24", "--rules", &folder]);
        shown["shown"][0]["clauses"][0]["sentence"]["text"].as_str().unwrap().to_owned()
    };
    let said = register();
    assert!(said.ends_with("6 months in the year (born from 1 September 2022 to 31 August 2023)."), "{said}");
    rules.edit(numbers, "missing_day = \"last day\"", "missing_day = \"next day\"", 1);
    // 29, 30 and 31 August 2022 come to 6 months on 1 March 2023; 30 August 2023 would on 1 March 2024, 29 August on 29 February.
    let said = register();
    assert!(said.ends_with("6 months in the year (born from 29 August 2022 to 29 August 2023)."), "{said}");
}

/// Every figure of every numbers file, as it stands there.
#[test]
fn figures_are_those_of_the_numbers_file() {
    let mut compared = 0;
    for book in BOOKS {
        let text = fs::read_to_string(rules().join(book).join("contract.toml")).unwrap();
        let numbers: toml::Table = text.parse().unwrap();
        let shown = json(&["--year", book])["shown"][0].clone();
        let mut found: Vec<Value> = shown["figures"].as_array().unwrap().clone();
        for measure in shown["measures"].as_array().unwrap() {
            found.extend(measure["figures"].as_array().unwrap().iter().cloned());
        }
        let mut written = 0;
        for (owner, name, figure) in figures_in(&numbers) {
            written += 1;
            let is_it = |shown: &&Value| shown["name"] == *name && shown["of"].as_str() == owner;
            let shown = found.iter().find(is_it).unwrap_or_else(|| panic!("{book} {owner:?} {name} is not shown"));
            let text = |key: &str| figure.get(key).and_then(toml::Value::as_str);
            for key in ["status", "source", "conflict"] {
                assert_eq!(shown[key].as_str(), text(key), "{book} {name} {key}");
            }
            assert_eq!(shown["unit"].as_str().unwrap(), text("unit").unwrap_or(""), "{book} {name}");
            match figure.get("is") {
                Some(is) => assert_eq!(shown["value"].as_str().unwrap(), is.to_string(), "{book} {name}"),
                None => assert_eq!(shown["why"].as_str(), text("unset").or(text("none")), "{book} {name}"),
            }
            let line = text_line(&shown["place"]);
            let at = fs::read_to_string(rules().join(book).join("contract.toml")).unwrap();
            assert!(at.lines().nth(line - 1).unwrap().starts_with(name.as_str()), "{book} {name} at {line}");
        }
        assert_eq!(found.len(), written, "{book}");
        compared += written;
    }
    assert!(compared > 150, "{compared}");
}

fn text_line(place: &Value) -> usize {
    place.as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap()
}

/// Owner, name and table of each figure.
fn figures_in(numbers: &toml::Table) -> Vec<(Option<&str>, &String, &toml::Table)> {
    let mut figures = Vec::new();
    for (name, figure) in numbers.get("figures").and_then(toml::Value::as_table).into_iter().flatten() {
        figures.push((None, name, figure.as_table().unwrap()));
    }
    for group in ["indicator", "course"] {
        for (owner, table) in numbers.get(group).and_then(toml::Value::as_table).into_iter().flatten() {
            let own = table.as_table().unwrap().iter();
            figures.extend(own.map(|(name, figure)| (Some(owner.as_str()), name, figure.as_table().unwrap())));
        }
    }
    figures
}

#[test]
fn everything_can_be_shown_in_every_form() {
    for book in BOOKS {
        let names = names(book);
        assert!(names.len() > 15, "{book}: {names:?}");
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for form in ["text", "markdown", "json"] {
            let asked = [&names[..], &["--year", book, "--format", form]].concat();
            let shown = show(&asked);
            for name in &names {
                let bare = name.rsplit('.').next().unwrap();
                assert!(shown.contains(bare), "{book} {form}: {name}");
            }
        }
        let shown = json(&[&names[..], &["--year", book]].concat());
        assert_eq!(shown["schema"], "uptake.show/1");
        assert!(shown["shown"].as_array().unwrap().len() >= names.len());
    }
}

#[test]
fn what_is_shown_is_what_the_rules_say() {
    let rules = Rules::copy(&["qof/2023-24"]);
    rules.edit(
        "qof/2023-24/indicators.rules",
        "at least 3 dtap before age 8 months",
        "at least 4 dtap by age 9 months",
        1,
    );
    rules.edit("qof/2023-24/contract.toml", "lower_threshold  = { is = 89,", "lower_threshold  = { is = 87.5,", 1);
    let shown = show(&["VI001", "--year", "2023-24", "--rules", rules.folder().to_str().unwrap()]);
    for words in [
        "A child achieves it who has dtap recorded on at least 4 different days by the age of 9 months.",
        "rule: at least 4 dtap by age 9 months",
        "lower_threshold is 87.5 %",
        "0 points when achievement is below 87.5 %",
        "0 points + (achievement − 87.5 %) / (96 % − 87.5 %) × (18 points − 0 points) when achievement is below 96 %",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}

/// All figures that are not official, by the numbers file itself.
#[test]
fn what_is_not_official_is_listed_with_what_would_settle_it() {
    for book in BOOKS {
        let numbers: toml::Table =
            fs::read_to_string(rules().join(book).join("contract.toml")).unwrap().parse().unwrap();
        let groups = json(&["--unverified", "--year", book])["unverified"].clone();
        let places = |doubt: &str| {
            let group = groups.as_array().unwrap().iter().find(|group| group["doubt"] == doubt);
            let things = group.map(|group| group["things"].as_array().unwrap().clone()).unwrap_or_default();
            let place = |thing: &Value| thing["places"][0]["place"].as_str().unwrap().to_owned();
            things.iter().map(place).filter(|place| place.contains("contract.toml")).count()
        };
        let count =
            |is: &dyn Fn(&toml::Table) -> bool| figures_in(&numbers).iter().filter(|(_, _, figure)| is(figure)).count();
        for status in ["reported", "derived", "assumed"] {
            let written = count(&|figure| figure.get("status").and_then(toml::Value::as_str) == Some(status));
            assert_eq!(places(status), written, "{book} {status}");
        }
        assert_eq!(places("conflict"), count(&|figure| figure.contains_key("conflict")), "{book}");
        assert_eq!(places("unset"), count(&|figure| figure.contains_key("unset")), "{book}");
        assert!(
            groups
                .as_array()
                .unwrap()
                .iter()
                .all(|group| group["settled_by"].as_str().unwrap().starts_with("Settled by"))
        );
    }
    // Of all rulebooks together, what several say in the same words stands once, with each place.
    let all = json(&["--unverified"]);
    let things = all["unverified"].as_array().unwrap().iter().flat_map(|group| group["things"].as_array().unwrap());
    let fee = things.into_iter().find(|thing| {
        thing["what"] == "fee_per_dose is £10.06 per dose" && thing["places"].as_array().unwrap().len() > 1
    });
    assert!(fee.is_some(), "{all}");
    assert!(all["rulebooks"].as_array().unwrap().len() >= BOOKS.len());
    // Without anything asked for, each rulebook is a line.
    let list = show(&[]);
    assert!(BOOKS.iter().all(|book| list.lines().any(|line| line.starts_with(&format!("{book} ")))), "{list}");
}

#[test]
fn a_name_that_nothing_has_is_refused_with_the_nearest() {
    let refused = |arguments: &[&str]| Ran::of(output([&["show"], arguments].concat())).refused();
    let ran = refused(&["VI02", "--year", "2023-24"]);
    ran.says("error: nothing in these rulebooks is named `VI02`").says("did you mean `VI002`?");
    ran.says("\n  indicators: VI001, VI002, VI003, VI004\n").says("\n  payments: achievement, fees_from_counts\n");
    refused(&["vi01"]).says("did you mean `VI00");
    let ran = refused(&["clawback", "--year", "2023-24"]);
    ran.says("nothing in these rulebooks is named `clawback`");
    refused(&["VI001", "--year", "2040-41"]).says("there is no rulebook `2040-41`");
    assert_eq!(Ran::of(output(["show", "VI001", "--unverified"])).code, Some(2));
}

#[test]
fn a_name_without_a_year_is_that_of_the_newest_rulebook() {
    let ran = Ran::of(output(["show", "vi001"])).fine();
    assert!(ran.stdout.starts_with("VI001 ") && ran.stdout.contains("Indicator of qof/2026-27 "), "{}", ran.stdout);
    ran.says("`vi001` as in qof/2026-27; name another with `--year`: qof/2025-26, ");
    let ran = Ran::of(output(["show", "T2_MENC"])).fine();
    assert!(ran.stdout.contains("Indicator of target-payments/2020-21 "), "{}", ran.stdout);
    let both = show(&["VI001", "--year", "2021-22,2023-24"]);
    assert!(both.contains("Indicator of qof/2021-22 ") && both.contains("Indicator of qof/2023-24 "));
}

#[test]
fn a_file_is_written_whole_and_a_faulty_rulebook_is_left_out() {
    let rules = Rules::copy(&["qof/2023-24", "qof/2024-25"]);
    let folder = rules.folder().to_str().unwrap();
    rules.edit("qof/2024-25/indicators.rules", "at least 3 dtap", "at least 3 dtpa", 1);
    let file = rules.path("VI001.md");
    let file = file.to_str().unwrap();
    let ran = Ran::of(output(["show", "VI001", "--rules", folder, "--format", "markdown", "--output", file])).fine();
    assert_eq!(ran.stdout, "");
    ran.says("left out: qof/2024-25 has errors");
    assert!(fs::read_to_string(Path::new(file)).unwrap().starts_with("# VI001 DTP"));
    Ran::of(output(["show", "VI001", "--rules", folder, "--year", "2024-25"])).refused().says("dtpa");
}
