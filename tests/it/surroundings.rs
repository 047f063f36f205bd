//! Hostile surroundings: a full disk, a folder that may not be written to, a run that is killed, two runs at once, input
//! that breaks off. Outputs appear whole or not at all, nothing else is touched, and the exit code tells.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::uptake::{stdout, uptake};

/// A made-up extract, as CSV and as FHIR; as Parquet where this build has it.
static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let formats: &[&str] = if cfg!(feature = "parquet") { &["csv", "ndjson", "parquet"] } else { &["csv", "ndjson"] };
    for format in formats {
        let place = folder.path().join(format);
        stdout(["demo", place.to_str().unwrap(), "--size", "400", "--seed", "3", "--write-only", "--format", format]);
    }
    folder
});

fn table(name: &str) -> String {
    DEMO.path().join("csv").join(name).to_str().unwrap().to_owned()
}

/// `run` of patients over the extract, without a place to write to.
fn run() -> Vec<String> {
    let words = ["run", "--year", "2023-24", "--level", "patient", "--patients", &table("patients.csv")];
    words.into_iter().chain(["--events", &table("events.csv")]).map(str::to_owned).collect()
}

/// Every command that writes files, with the place to write to left to its end; each writes more than a kilobyte in all.
fn writers() -> Vec<Vec<String>> {
    let with = |more: &[&str]| run().into_iter().chain(more.iter().map(|word| (*word).to_owned())).collect();
    let mut writers: Vec<Vec<String>> =
        ["csv", "json", "table", "fhir"].map(|format| with(&["--format", format, "--output"])).to_vec();
    if cfg!(feature = "parquet") {
        writers.push(with(&["--format", "parquet", "--output"]));
    }
    if cfg!(feature = "workbook") {
        writers.push(with(&["--format", "xlsx", "--output"]));
    }
    let recall: Vec<String> = with(&["--as-of", "2023-10-01", "--lists"]);
    let recall = recall.into_iter().map(|word| if word == "run" { "recall".to_owned() } else { word });
    writers.push(recall.filter(|word| word != "--level" && word != "patient").collect());
    for words in [
        &["sql", "--year", "2023-24", "--dialect", "duckdb", "--output"][..],
        &["show", "--year", "2023-24", "--output"],
        &["diff", "2021-22", "2023-24", "--output"],
        &["curve", "--years", "2023-24", "--cohort-size", "90", "--list-size", "9085", "--format", "svg", "--output"],
        &["export"],
        &["demo", "--write-only"],
    ] {
        writers.push(words.iter().map(|word| (*word).to_owned()).collect());
    }
    writers
}

/// All that is in a folder, at any depth, with its bytes.
fn contents(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
            found.insert(path, Vec::new());
        } else {
            found.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    found
}

/// The command in a shell of which no file may grow beyond so many kilobytes: as on a full disk, writing fails, at once
/// or half way.
fn on_full_disk(arguments: &[String], place: &Path, kilobytes: u32) -> Output {
    let shell = format!("trap '' XFSZ; ulimit -f {kilobytes}; exec \"$@\"");
    let mut command = Command::new("bash");
    command.args(["-c", &shell, "full", env!("CARGO_BIN_EXE_uptake")]).args(arguments).arg(place);
    command.env_remove("UPTAKE_RULES").current_dir(crate::uptake::root()).output().unwrap()
}

#[track_caller]
fn refused_in_words(ran: &Output, arguments: &[String]) {
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{arguments:?}\n{stderr}");
    assert!(stderr.contains("error: cannot write "), "{arguments:?}\n{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
fn on_a_full_disk_nothing_appears_and_what_was_there_stays() {
    for arguments in writers() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("before.txt"), "kept").unwrap();
        let before = contents(folder.path());
        for kilobytes in [0, 1] {
            // Each list of a practice is shorter than a kilobyte.
            if kilobytes == 0 || arguments.last().is_none_or(|word| word != "--lists") {
                let ran = on_full_disk(&arguments, &folder.path().join("result.txt"), kilobytes);
                refused_in_words(&ran, &arguments);
                assert_eq!(contents(folder.path()), before, "{arguments:?}");
            }
        }
    }
}

#[test]
fn on_a_full_disk_an_earlier_result_is_not_lost() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("result.txt");
    fs::write(&place, "an earlier result").unwrap();
    let before = contents(folder.path());
    let arguments: Vec<String> = run().into_iter().chain(["--format", "csv", "-o"].map(str::to_owned)).collect();
    refused_in_words(&on_full_disk(&arguments, &place, 1), &arguments);
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn layout_on_a_full_disk_changes_no_rule_file() {
    let folder = tempfile::tempdir().unwrap();
    stdout(["export", folder.path().join("rules").to_str().unwrap()]);
    let file = folder.path().join("rules/qof/2023-24/indicators.rules");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.len() > 2000);
    fs::write(&file, text.replace("    ", "       ")).unwrap();
    let before = contents(folder.path());
    let ran = on_full_disk(&["fmt".to_owned()], &file, 1);
    refused_in_words(&ran, &["fmt".to_owned()]);
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn results_that_stdout_does_not_take_are_an_error() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    for format in ["csv", "json", "table"] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let arguments: Vec<String> = run().into_iter().chain(["--format", format].map(str::to_owned)).collect();
        let ran = uptake(&arguments).stdout(full).stderr(Stdio::piped()).output().unwrap();
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("error: cannot write the results"), "{stderr}");
    }
}

#[test]
fn a_folder_that_may_only_be_read_is_named_and_untouched() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    // Whoever may do everything can write there all the same; nobody can write to the kernel's folder of itself.
    let is_almighty = fs::write(folder.path().join("probe"), "").is_ok();
    let _ = fs::remove_file(folder.path().join("probe"));
    let place = if is_almighty { PathBuf::from("/proc/self") } else { folder.path().to_owned() };
    for arguments in writers() {
        let ran = uptake(&arguments).arg(place.join("result.txt")).output().unwrap();
        refused_in_words(&ran, &arguments);
    }
    let nowhere = folder.path().join("no/such/folder/result.txt");
    let arguments: Vec<String> = run().into_iter().chain(["--output".to_owned()]).collect();
    if is_almighty {
        refused_in_words(&uptake(&arguments).arg(&nowhere).output().unwrap(), &arguments);
    }
    assert!(contents(folder.path()).is_empty());
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = {
        let pipe = pipe.clone();
        thread::spawn(move || fs::read(pipe).unwrap())
    };
    let arguments: Vec<String> = run().into_iter().chain(["--format", "csv"].map(str::to_owned)).collect();
    let expected = uptake(&arguments).output().unwrap().stdout;
    let ran = uptake(&arguments).arg("--output").arg(&pipe).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(reader.join().unwrap(), expected);
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Starts a command, and after so many milliseconds sends it a signal; gives back how it ended.
fn killed(arguments: &[String], signal: &str, after: u64) -> ExitStatus {
    let mut child = uptake(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_millis(after));
    Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
    child.wait().unwrap()
}

/// Files that are not hidden: what a killed run left beside has a name of its own.
fn shown(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_shown = |path: &PathBuf| !path.file_name().unwrap().to_str().unwrap().starts_with('.');
    contents(folder).into_iter().filter(|(path, _)| is_shown(path)).collect()
}

#[test]
fn a_run_that_is_killed_leaves_the_whole_result_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("result.json");
    let output = ["--format", "json", "--output", place.to_str().unwrap()].map(str::to_owned);
    let arguments: Vec<String> = run().into_iter().chain(output).collect();
    stdout(&arguments);
    let whole = fs::read(&place).unwrap();
    for (at, signal) in ["INT", "TERM", "HUP", "KILL"].into_iter().cycle().take(24).enumerate() {
        let earlier = at % 2 == 1;
        if earlier {
            fs::write(&place, "earlier").unwrap()
        } else {
            fs::remove_file(&place).unwrap_or_default()
        }
        killed(&arguments, signal, 4 * at as u64);
        match fs::read(&place) {
            Ok(found) => assert!(found == whole || earlier && found == b"earlier", "a part of it after {at}"),
            Err(_) => assert!(!earlier, "the earlier result was lost"),
        }
    }
    // Whatever the killed ones left does not hinder the next.
    stdout(&arguments);
    assert_eq!(shown(folder.path()), BTreeMap::from([(place, whole)]));
}

#[test]
fn an_extract_that_is_killed_half_way_leaves_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let arguments = ["demo", place, "--size", "3000000", "--write-only"].map(str::to_owned);
    for (signal, after) in [("INT", 300), ("TERM", 600)] {
        let ended = killed(&arguments, signal, after);
        let tables: Vec<PathBuf> = shown(folder.path()).into_keys().collect();
        assert!(tables.is_empty(), "{signal} after {after} ms: it ended with {ended}, and left {tables:?}");
    }
}

#[test]
fn runs_at_once_into_one_place_each_leave_a_whole_result() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("result.csv");
    let output = ["--format", "csv", "--output", place.to_str().unwrap()].map(str::to_owned);
    let arguments: Vec<String> = run().into_iter().chain(output).collect();
    stdout(&arguments);
    let whole = contents(folder.path());
    let children: Vec<_> = (0..8).map(|_| uptake(&arguments).stderr(Stdio::null()).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
        assert_eq!(fs::read(&place).unwrap(), whole[&place]);
    }
    assert_eq!(contents(folder.path()), whole);
}

#[test]
fn extracts_at_once_into_one_folder_are_whole() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let arguments = ["demo", place, "--size", "400", "--seed", "3", "--write-only"];
    let children: Vec<_> = (0..6).map(|_| uptake(arguments).stderr(Stdio::null()).spawn().unwrap()).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    for (path, bytes) in shown(&DEMO.path().join("csv")) {
        assert_eq!(fs::read(folder.path().join(path.file_name().unwrap())).unwrap(), bytes, "{}", path.display());
    }
    let parts = contents(folder.path()).into_keys().filter(|path| path.to_str().unwrap().ends_with(".part")).count();
    assert_eq!(parts, 0);
}

/// The command over patients and events of these bytes, in files of this ending.
fn over(patients: &[u8], events: &[u8], ending: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(format!("{name}.{ending}"));
    fs::write(place("patients"), patients).unwrap();
    fs::write(place("events"), events).unwrap();
    let mut command = uptake(["run", "--year", "2023-24", "--format", "csv"]);
    command.arg("--patients").arg(place("patients")).arg("--events").arg(place("events")).output().unwrap()
}

#[test]
fn tables_that_break_off_anywhere_are_answered() {
    let formats: &[&str] = if cfg!(feature = "parquet") { &["csv", "parquet"] } else { &["csv"] };
    for format in formats {
        let read = |name: &str| fs::read(DEMO.path().join(format).join(format!("{name}.{format}"))).unwrap();
        let (patients, events) = (read("patients"), read("events"));
        for part in 0..24 {
            let (cut_patients, cut_events) = (patients.len() * part / 24 + part, events.len() * part / 24 + part);
            for ran in
                [over(&patients[..cut_patients], &events, format), over(&patients, &events[..cut_events], format)]
            {
                let stderr = String::from_utf8_lossy(&ran.stderr);
                let expected: &[i32] = if *format == "csv" { &[0, 2] } else { &[2] };
                assert!(expected.contains(&ran.status.code().unwrap_or(-1)), "{format} {part}: {stderr}");
                assert!(!stderr.contains("panicked"), "{format} {part}: {stderr}");
            }
        }
    }
}

#[test]
fn input_that_ends_while_it_is_read_is_not_taken_for_whole() {
    // The writer goes away in the middle of a row, which shows: the row is set aside and counted.
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("patients.csv");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let patients = fs::read(table("patients.csv")).unwrap();
    let end = patients.iter().rposition(|byte| *byte == b',').unwrap() - 4;
    let writer = {
        let (pipe, half) = (pipe.clone(), patients[..end].to_vec());
        thread::spawn(move || fs::write(pipe, half))
    };
    let mut command = uptake(["run", "--year", "2023-24", "--events", &table("events.csv"), "--patients"]);
    let ran = command.arg(&pipe).output().unwrap();
    writer.join().unwrap().unwrap();
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && stderr.contains("odd in the data"), "{stderr}");
}

#[test]
fn an_export_that_breaks_off_is_answered_and_told() {
    let folder = tempfile::tempdir().unwrap();
    for part in 1..12 {
        for entry in fs::read_dir(DEMO.path().join("ndjson")).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let cut = if path.extension().is_some_and(|ending| ending == "ndjson") { 11 * part } else { 0 };
            let kept = bytes.len().saturating_sub(cut);
            fs::write(folder.path().join(path.file_name().unwrap()), &bytes[..kept]).unwrap();
        }
        let ran = uptake(["run", "--year", "2023-24", "--fhir"]).arg(folder.path()).output().unwrap();
        let stderr = String::from_utf8_lossy(&ran.stderr);
        // Of a file with a single resource nothing is left.
        let said = if ran.status.success() { "cut short" } else { "has no FHIR resource" };
        assert!(matches!(ran.status.code(), Some(0 | 2)) && stderr.contains(said), "{part}: {stderr}");
    }
}
