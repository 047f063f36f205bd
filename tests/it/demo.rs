//! The demo: it may be run again, it leaves others' files alone, and what it says to try next works.

use std::fs;

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
    fs::write(real.join("events.csv"), "real data").unwrap();
    let refused = demo(&real);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("the demo did not write it"));
    assert_eq!(fs::read_to_string(real.join("events.csv")).unwrap(), "real data");
    assert!(!real.join("patients.csv").exists());
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
        let ran = uptake(arguments).current_dir(folder.path()).output().unwrap();
        assert_eq!(ran.status.code(), Some(0), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        assert!(!ran.stdout.is_empty(), "{command}");
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
