//! Patients' data stays where it was asked for by name, says no more than the rulebook's columns, and is its owner's.

use std::fs;

use super::stage::{Stage, rows};
use crate::uptake::root;

/// A patient in each list, with ids and days that are found nowhere else.
fn marked() -> Stage {
    let mut stage = Stage::new();
    stage.patient("MARKED-1", "2023-07-17", &["2023-09-09 dtap"]);
    stage.patient("MARKED-2", "2023-04-04", &["2023-05-30 dtap"]);
    stage.patient("MARKED-3", "2023-04-06", &["2023-05-31 dtap_contraindicated"]);
    stage.patient("MARKED-4", "2022-04-03", &[]);
    stage
}

/// Ids and births, and the last days that give births away.
const SECRETS: [&str; 9] = [
    "MARKED",
    "2023-07-17",
    "2023-04-04",
    "2023-04-06",
    "2022-04-03",
    "2023-09-09",
    "2024-03-16",
    "2023-12-03",
    "2023-10-03",
];

const ASKED: [&str; 4] = ["--year", "2023-24", "--as-of", "2024-01-15"];

#[test]
fn nothing_of_a_patient_is_told_unless_it_is_asked_for_by_name() {
    let stage = marked();
    for format in ["table", "json", "csv"] {
        for table in [&[][..], &["--table", "in-time"], &["--table", "too-late"], &["--table", "excepted"]] {
            let ran = stage.command("recall", &[&ASKED[..], &["--format", format], table].concat()).fine();
            for secret in SECRETS {
                assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{secret} in {format} {table:?}");
            }
        }
    }
    // The list holds what the counts do not.
    let list = stage.command("recall", &[&ASKED[..], &["--list", "to_call", "--format", "csv"]].concat()).fine();
    assert!(list.stdout.contains("MARKED-1") && list.stdout.contains("2024-03-16"), "{}", list.stdout);
    assert!(SECRETS.iter().all(|secret| !list.stderr.contains(secret)), "{}", list.stderr);
}

/// The columns that a rule file declares for a list.
fn declared(text: &str, list: &str) -> Vec<String> {
    let start = text.find(&format!("worklist {list} ")).unwrap();
    let columns = text[start..].split("columns").nth(1).unwrap().split("\n\n").next().unwrap();
    columns.split(',').map(|column| column.split('=').next().unwrap().trim().to_owned()).collect()
}

#[test]
fn the_lists_have_the_columns_of_the_rulebook_and_no_others() {
    let stage = marked();
    let text = fs::read_to_string(root().join("rules/qof/2023-24/lists.rules")).unwrap();
    for list in ["to_call", "catch_up", "excepted"] {
        let ran = stage.command("recall", &[&ASKED[..], &["--list", list, "--format", "csv"]].concat()).fine();
        let header: Vec<&str> = ran.stdout.lines().next().unwrap().split(',').collect();
        assert_eq!(header, declared(&text, list));
        assert!(!rows(&ran.stdout).is_empty(), "{list}");
    }
    // Fewer columns, fewer details.
    let rules = crate::tables::Rules::copy(&["qof/2023-24"]);
    let list =
        "worklist to_call \"whom\" for \"the practice\"\n  each patient in time\n  columns practice_code, last_days\n";
    fs::write(rules.path("qof/2023-24/lists.rules"), list).unwrap();
    let more = ["--rules", rules.folder().to_str().unwrap(), "--list", "to_call", "--format", "csv"];
    let ran = stage.command("recall", &[&ASKED[..], &more].concat()).fine();
    assert_eq!(ran.stdout, "practice_code,last_days\nA1,2024-03-15; 2024-03-16\n");
}

#[cfg(unix)]
#[test]
fn files_of_patients_are_readable_by_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let stage = marked();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for format in ["csv", "json", "table"] {
        let file = stage.path(&format!("list.{format}"));
        let more = ["--list", "to_call", "--format", format, "--output", file.to_str().unwrap()];
        let ran = stage.command("recall", &[&ASKED[..], &more].concat()).fine();
        assert_eq!((ran.stdout.as_str(), mode(&file)), ("", 0o600));
        assert!(fs::read_to_string(&file).unwrap().contains("MARKED-1"));
    }
    let folder = stage.path("lists");
    stage.command("recall", &[&ASKED[..], &["--lists", folder.to_str().unwrap()]].concat()).fine();
    assert_eq!((mode(&folder), mode(&folder.join("A1"))), (0o700, 0o700));
    for list in ["to_call", "catch_up", "excepted"] {
        assert_eq!(mode(&folder.join(format!("A1/{list}.csv"))), 0o600);
    }
}

#[test]
fn the_order_of_rows_and_the_threads_change_nothing() {
    let mut stage = marked();
    for at in 0..60 {
        let day = 1 + at % 28;
        stage.registered(
            &format!("p{at}"),
            ["A1", "B2"][at % 2],
            &format!("2023-07-{day:02}"),
            "2023-08-01",
            &["2023-09-09 dtap"],
        );
    }
    let all = |stage: &Stage, threads: &str| {
        let list = ["--list", "to_call", "--format", "csv", "--threads", threads];
        let counts = ["--format", "csv", "--threads", threads];
        [&list[..], &counts[..]].map(|more| stage.command("recall", &[&ASKED[..], more].concat()).fine().stdout)
    };
    let before = all(&stage, "1");
    stage.patients.reverse();
    stage.events.rotate_left(17);
    assert_eq!(all(&stage, "4"), before);
}

#[test]
fn wrong_names_are_told_and_the_day_is_printed() {
    let stage = marked();
    let fails = |more: &[&str]| stage.command("recall", &[&ASKED[..], more].concat());
    for (more, says) in [
        (&["--list", "calls"][..], "these years have no list of patients `calls`"),
        (&["--list", "calls"], "there are: to_call, catch_up, excepted"),
        (&["--indicator", "VI009"], "there is no indicator `VI009` in these years"),
        (&["--practice", "Z9"], "no patient is registered at a practice `Z9`"),
    ] {
        let ran = fails(more);
        assert!(ran.code == Some(2) && ran.stderr.contains(says), "{more:?}: {}", ran.stderr);
    }
    let today = stage.command("recall", &["--year", "2023-24"]).fine();
    assert!(today.stderr.contains(", which is today"), "{}", today.stderr);
    let then = fails(&["--format", "json"]).fine();
    assert!(then.stderr.contains("as of 15 January 2024") && then.stdout.contains("\"as_of\": \"2024-01-15\""));
}
