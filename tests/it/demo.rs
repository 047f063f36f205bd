//! The demo: it may be run again, it leaves others' files alone, what it says to try next works, and its families are in
//! every state that a local referral pathway knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::uptake::{output, stdout, uptake};

#[test]
fn the_demo_may_be_run_again_and_overwrites_nothing_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("own");
    let demo = |place: &std::path::Path| output(["demo", place.to_str().unwrap(), "--size", "300", "--write-only"]);
    assert_eq!(demo(&own).status.code(), Some(0));
    assert_eq!(demo(&own).status.code(), Some(0), "its own files may be written again");
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    for table in ["events.csv", "appointments.csv", "slots.csv"] {
        fs::write(real.join(table), "real data").unwrap();
        let refused = demo(&real);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8(refused.stderr).unwrap().contains("the demo did not write it"));
        assert_eq!(fs::read_to_string(real.join(table)).unwrap(), "real data");
        assert!(!real.join("patients.csv").exists());
        fs::remove_file(real.join(table)).unwrap();
    }
}

#[test]
fn what_the_demo_says_to_try_next_works() {
    let folder = tempfile::tempdir().unwrap();
    let ran = uptake(["demo", "--rules", crate::uptake::rules().to_str().unwrap()])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(ran.stderr).unwrap();
    let commands: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("  uptake ")).collect();
    assert!(commands.len() >= 4, "{told}");
    let rules = crate::uptake::rules();
    for command in commands {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        if !command.starts_with("--") {
            arguments.extend(["--rules", rules.to_str().unwrap()]);
        }
        let file = arguments
            .iter()
            .skip_while(|argument| **argument != "--output")
            .nth(1)
            .map(|name| folder.path().join(name));
        let ran = uptake(arguments).current_dir(folder.path()).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        let written = file.map_or(ran.stdout, |file| std::fs::read(file).unwrap());
        assert!(!written.is_empty(), "{command}");
    }
}

#[test]
fn a_setting_that_turns_thresholds_round_or_names_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    stdout(["demo", place, "--size", "300", "--write-only"]);
    let run = |set: &str| {
        let (patients, events) = (format!("{place}/patients.csv"), format!("{place}/events.csv"));
        let ran = output(["run", "--year", "2021-22", "--patients", &patients, "--events", &events, "--set", set]);
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    // VI004 goes from 50 to 60 %.
    let (code, told) = run("lower_threshold=85");
    assert_eq!(code, Some(2));
    assert!(
        told.contains("VI004 of qof/2021-22 requires that the lower threshold is below the upper threshold: `lower_threshold` would be 85, `upper_threshold` would be 60"),
        "{told}"
    );
    let (code, told) = run("VI1.lower_threshold=85");
    assert_eq!(code, Some(2));
    assert!(told.contains("there is no indicator or course `VI1`"), "{told}");
    assert_eq!(run("VI001.lower_threshold=85").0, Some(0));
}

#[test]
fn a_sweep_ends_before_thresholds_turn_round() {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts.csv");
    fs::write(&counts, "practice_code,indicator,numerator,denominator\nA,VI001,90,100\n").unwrap();
    let sweep = |figure: &str| {
        let ran = output(["sweep", "--year", "2023-24", "--counts", counts.to_str().unwrap(), "--figure", figure]);
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    assert_eq!(sweep("VI001.lower_threshold=85..95:1").0, Some(0));
    assert_eq!(sweep("VI001.upper_threshold=90..98:1").0, Some(0));
    let (code, told) = sweep("VI001.lower_threshold=94..99:1");
    assert_eq!(code, Some(2));
    assert!(told.contains("`lower_threshold` would be 96, `upper_threshold` would be 96"), "{told}");
}

#[test]
fn the_demo_prints_the_local_schemes_return() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let printed = stdout(["demo", place]);
    let table = |name: &str| format!("{place}/{name}.csv");
    let files = ["patients", "events", "practices", "appointments", "slots"]
        .into_iter()
        .flat_map(|name| [format!("--{name}"), table(name)]);
    let asked = ["pathway", "--year", "wf-newham/2024-25", "--table", "return"].map(str::to_owned);
    let returned = stdout(asked.into_iter().chain(files));
    assert!(returned.contains("Return per practice") && returned.contains("not known"), "{returned}");
    assert!(printed.ends_with(&returned), "{printed}");
    // Where the scheme has moved on to another year, its codes are there, and no return of that year.
    let rules = crate::tables::Rules::copy(&["qof/2021-22", "qof/2022-23", "qof/2023-24", "wf-newham/2024-25"]);
    fs::rename(rules.path("wf-newham/2024-25"), rules.path("wf-newham/2025-26")).unwrap();
    let without = stdout(["demo", place, "--rules", rules.folder().to_str().unwrap()]);
    assert!(without.contains("All together, per practice") && !without.contains("Return per practice"), "{without}");
}

const CALLS: [&str; 3] = ["185559001", "185560006", "185561005"];
const REFERRED: &str = "166281000000106";
const REFUSED: &str = "183948000";
const DECLINED: &str = "429684009";

type Rows = Vec<BTreeMap<String, String>>;

fn rows(text: &str) -> Rows {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

/// What was recorded of a patient: day, code and text, in order.
type Record<'a> = Vec<(&'a str, &'a str, &'a str)>;

/// The demo's children who have not achieved at the end of 2024-25, with what was recorded of them.
fn open_children<'a>(folder: &Path, events: &'a Rows) -> BTreeMap<String, Record<'a>> {
    let table = |name: &str| folder.join(format!("{name}.csv")).to_str().unwrap().to_owned();
    let (patients, events_file) = (table("patients"), table("events"));
    let run = ["run", "--year", "2024-25", "--level", "patient", "--format", "csv"];
    let tables = ["--patients", &patients, "--events", &events_file];
    let mut children: BTreeMap<String, Record<'_>> = BTreeMap::new();
    for row in rows(&stdout(run.iter().chain(&tables))) {
        if row["outcome"] == "not_achieved" && row["indicator"] != "VI004" {
            children.insert(row["patient_id"].clone(), Record::new());
        }
    }
    for event in events {
        if let Some(record) = children.get_mut(&event["patient_id"]) {
            record.push((&event["event_date"], &event["code"], &event["text"]));
        }
    }
    children.values_mut().for_each(|record| record.sort_unstable());
    children
}

/// The days of a code in the scheme year, up to a day.
fn days<'a>(record: &Record<'a>, code: &str, date: &str) -> Vec<&'a str> {
    let in_time = |day: &str| ("2024-04-01"..=date).contains(&day);
    record.iter().filter(|(day, of, _)| *of == code && in_time(day)).map(|(day, ..)| *day).collect()
}

/// By how many means the calls were, as far as each names exactly one.
fn means(record: &Record<'_>, date: &str) -> usize {
    let words = [
        &["phone", "rang", "tel:"][..],
        &["letter", "posted"],
        &["text", "sms"],
        &["mail"],
        &["face to face", "f2f", "in person"],
        &["visit"],
    ];
    let calls = record.iter().filter(|(day, code, _)| CALLS.contains(code) && days(record, code, date).contains(day));
    let named = calls.filter_map(|(.., text)| {
        let text = text.to_lowercase();
        let mut named = (0..words.len()).filter(|&means| words[means].iter().any(|word| text.contains(word)));
        named.next().filter(|_| named.next().is_none())
    });
    named.collect::<BTreeSet<usize>>().len()
}

fn state(record: &Record<'_>, appointments: &[&BTreeMap<String, String>], date: &str) -> &'static str {
    let first = |code: &str| days(record, code, date).first().copied();
    let booked = |row: &&BTreeMap<String, String>| {
        !row["agreed_date"].is_empty()
            && row["agreed_date"].as_str() <= date
            && row["appointment_date"].as_str() >= date
    };
    let called = CALLS.iter().filter(|call| first(call).is_some()).count();
    match first(REFERRED) {
        _ if first(REFUSED).is_some() => "refused",
        Some(referral) if days(record, DECLINED, date).last() >= Some(&referral) => "declined after referral",
        Some(_) if appointments.iter().any(booked) => "appointment",
        Some(_) => "with the coordinator",
        None if called == 3 && means(record, date) >= 3 => "no contact",
        None if called > 0 => "contacting",
        None => "to review",
    }
}

/// What is odd about a record, of what a pathway should find.
fn oddities(record: &Record<'_>) -> BTreeSet<&'static str> {
    let end = "2025-03-31";
    let of = |code: &str| days(record, code, end);
    let (referred, refused) = (of(REFERRED), of(REFUSED));
    let [first, second, third] = CALLS.map(of);
    let all_calls = ![&first, &second, &third].iter().any(|days| days.is_empty());
    let before = |day: &str, code: &str| day < "2024-04-01" && [&CALLS[..], &[REFERRED]].concat().contains(&code);
    let found = [
        ("referred after refusal", !refused.is_empty() && referred.last() > refused.first()),
        ("refused after referral", !referred.is_empty() && refused.last() > referred.first()),
        ("calls out of order", !second.is_empty() && (first.is_empty() || second.first() < first.first())),
        ("calls on one day", first.iter().any(|day| second.contains(day))),
        ("too few means", all_calls && means(record, end) < 3),
        ("uncontactable and referred", all_calls && means(record, end) >= 3 && referred.last() > third.last()),
        ("declined without referral", referred.is_empty() && !of(DECLINED).is_empty()),
        ("before the year", record.iter().any(|(day, code, _)| before(day, code))),
    ];
    found.into_iter().filter(|(_, holds)| *holds).map(|(name, _)| name).collect()
}

#[test]
fn the_demo_has_families_in_every_state_of_the_pathway_and_some_that_are_odd() {
    let folder = tempfile::tempdir().unwrap();
    stdout(["demo", folder.path().to_str().unwrap(), "--write-only"]);
    let table = |name: &str| rows(&fs::read_to_string(folder.path().join(name)).unwrap());
    let (events, appointments) = (table("events.csv"), table("appointments.csv"));
    let children = open_children(folder.path(), &events);
    let of = |id: &String| appointments.iter().filter(|row| row["patient_id"] == **id).collect::<Vec<_>>();
    let all = [
        "appointment",
        "contacting",
        "declined after referral",
        "no contact",
        "refused",
        "to review",
        "with the coordinator",
    ];
    for date in ["2025-01-15", "2025-03-31"] {
        let states: BTreeSet<&str> = children.iter().map(|(id, record)| state(record, &of(id), date)).collect();
        assert_eq!(states.into_iter().collect::<Vec<_>>(), all, "{date}");
    }
    let odd: BTreeSet<&str> = children.values().flat_map(oddities).collect();
    assert_eq!(odd.len(), 8, "{odd:?}");
    let without_date = |id: &String| of(id).iter().any(|row| row["appointment_date"].is_empty());
    assert!(children.keys().any(without_date), "somebody agreed and has no appointment");
    let won = appointments.iter().filter(|row| row["attended"] == "yes" && !children.contains_key(&row["patient_id"]));
    assert!(won.count() >= 3, "some came and were vaccinated in time");
}
