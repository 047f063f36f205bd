//! Hostile surroundings: a full disk, a folder that may not be written to, a run that is killed, two runs at once, input
//! that breaks off. Outputs appear whole or not at all, nothing else is touched, and the exit code tells.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
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

/// Counts of the extract, and the codes of a shipped cluster as a list.
static MADE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let counts = folder.path().join("counts.csv");
    let records = RECORDS.split(' ').map(in_demo);
    let run = ["run", "--year", "2023-24", "--format", "csv", "--output", counts.to_str().unwrap()];
    stdout(run.map(str::to_owned).into_iter().chain(records));
    let cluster = fs::read_to_string(crate::uptake::rules().join("codes/2026.1/dtap.toml")).unwrap();
    let codes = cluster.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    let rows: Vec<String> = codes.map(|line| format!("{},a term\n", line.split_once(' ').unwrap().0)).collect();
    fs::write(folder.path().join("codes.csv"), format!("code,term\n{}", rows.concat())).unwrap();
    folder
});

const RECORDS: &str = "--patients @patients.csv --events @events.csv";

/// `@patients.csv` as a file of the extract, `+counts.csv` as one made from it.
fn in_demo(word: &str) -> String {
    match (word.strip_prefix('@'), word.strip_prefix('+')) {
        (Some(name), _) => table(name),
        (_, Some(name)) => MADE.path().join(name).to_str().unwrap().to_owned(),
        _ => word.to_owned(),
    }
}

/// What each command writes, with the place to write to left to its end; each writes more than a kilobyte in all.
const WRITERS: [&str; 24] = [
    "attrition --year 2023-24 RECORDS --format csv --output",
    "audit month-end --year 2023-24 RECORDS --format json --output",
    "audit exceptions --year 2023-24 RECORDS --format json --output",
    "compare --years 2021-22,2023-24 RECORDS --format json --output",
    "curve --years 2023-24 --cohort-size 90 --list-size 9085 --format svg --output",
    "demo --write-only",
    "diff 2021-22 2023-24 --output",
    "export",
    "import-codes +codes.csv --cluster dtap --version 2099.1 --output",
    "man",
    "near-misses --year 2021-22,2023-24 RECORDS --practices @practices.csv --level patient --format json --output",
    "new-year 2030-31 --from 2023-24 --into",
    "next --year 2023-24 --counts +counts.csv --practices @practices.csv --format json --output",
    "pathway --year wf-newham/2024-25 RECORDS --practices @practices.csv --format json --output",
    "pathway --year wf-newham/2024-25 RECORDS --practices @practices.csv --appointments @appointments.csv --slots @slots.csv --as-of 2024-10-01 --lists",
    "recall --year 2023-24 RECORDS --as-of 2023-10-01 --lists",
    "recall --year 2023-24 RECORDS --as-of 2023-10-01 --format json --output",
    "report --year 2023-24 RECORDS --format html --output",
    "run --year 2023-24 RECORDS --level patient --format fhir --output",
    "run --year 2023-24 RECORDS --level patient --format markdown --output",
    "score +counts.csv --year 2023-24 --format json --output",
    "show --year 2023-24 --output",
    "sql --year 2023-24 --dialect duckdb --output",
    "sweep --year 2023-24 --counts +counts.csv --practices @practices.csv --figure VI001.lower_threshold=85..90:1 --format json --output",
];

/// What a command writes as a folder.
fn folder_writer(command: &str) -> &'static str {
    WRITERS.into_iter().find(|line| line.starts_with(command) && !line.ends_with("--output")).unwrap()
}

/// Commands that write to stdout alone, and those that edit files in their places, which have tests of their own.
const NOT_WRITERS: [&str; 6] = ["completions", "explain", "lsp", "schema", "test", "verify"];
const EDITORS: [&str; 2] = ["check", "fmt"];

/// The words of every command that writes files, but for the place.
fn writers() -> Vec<Vec<String>> {
    let split = |line: &str| line.replace("RECORDS", RECORDS).split(' ').map(in_demo).collect();
    let mut writers: Vec<Vec<String>> = WRITERS.into_iter().map(split).collect();
    let run = |format: &str| split(&format!("run --year 2023-24 RECORDS --level patient --format {format} --output"));
    writers.extend(["csv", "json", "table"].map(run));
    if cfg!(feature = "parquet") {
        writers.push(run("parquet"));
    }
    if cfg!(feature = "workbook") {
        writers.push(run("xlsx"));
        writers.push(split("report --year 2023-24 RECORDS --format xlsx --output"));
    }
    writers
}

#[test]
fn every_command_that_writes_is_tried() {
    let help = stdout(["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let tried: BTreeSet<String> = writers().into_iter().map(|words| words[0].clone()).collect();
    for name in names {
        let writes = tried.contains(name);
        assert!(writes != (NOT_WRITERS.contains(&name) || EDITORS.contains(&name)), "{name} is listed once");
        let help = stdout([name, "--help"]);
        let places = ["--output <FILE>", "--lists <DIR>"].map(|place| help.contains(place));
        assert!(writes || places == [false; 2], "{name} takes a place to write to");
        let lists = writers().into_iter().any(|words| words[0] == name && words.last().unwrap() == "--lists");
        assert!(!places[1] || lists, "{name} --lists");
    }
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
    // The place, and then the reason.
    let said = stderr.split("error: cannot write ").nth(1).and_then(|said| said.lines().next()).unwrap_or_default();
    assert!(said.rsplit_once(": ").is_some_and(|(_, reason)| reason.len() > 8), "{arguments:?}\n{stderr}");
    assert!(!stderr.contains("panicked") && !stderr.contains("fault of the program"), "{stderr}");
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
fn mending_on_a_full_disk_changes_no_rule_file() {
    let folder = tempfile::tempdir().unwrap();
    stdout(["export", folder.path().join("rules").to_str().unwrap(), "--year", "2023-24"]);
    let file = folder.path().join("rules/qof/2023-24/contract.toml");
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.len() > 2000 && text.contains("\ntitle "));
    fs::write(&file, text.replacen("\ntitle ", "\ntitel ", 1)).unwrap();
    let before = contents(folder.path());
    let arguments = ["check", "--fix", "--rules"].map(str::to_owned);
    refused_in_words(&on_full_disk(&arguments, &folder.path().join("rules"), 1), &arguments);
    assert_eq!(contents(folder.path()), before);
    assert!(uptake(&arguments).arg(folder.path().join("rules")).output().unwrap().status.success());
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn pages_on_a_full_disk_change_none_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("uptake.1"), "an earlier page").unwrap();
    fs::write(folder.path().join("other.1"), "another program's").unwrap();
    let before = contents(folder.path());
    // The first pages are written before the disk is full.
    for kilobytes in [1, 4] {
        let ran = on_full_disk(&["man".to_owned()], folder.path(), kilobytes);
        refused_in_words(&ran, &["man".to_owned()]);
        assert_eq!(contents(folder.path()), before);
    }
    stdout(["man", folder.path().to_str().unwrap()]);
    let after = contents(folder.path());
    assert!(after.len() > 25 && after[&folder.path().join("other.1")] == b"another program's");
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

/// A command that minds signals, even where whoever started the tests ignores some, which children inherit.
fn minding(arguments: &[String]) -> Command {
    static CAN: LazyLock<bool> = LazyLock::new(|| {
        let tried = Command::new("env").args(["--default-signal=INT,HUP", "true"]).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    });
    let mut command = if *CAN { Command::new("env") } else { uptake(arguments) };
    if *CAN {
        command.args(["--default-signal=INT,HUP", env!("CARGO_BIN_EXE_uptake")]).args(arguments);
        command.env_remove("UPTAKE_RULES").current_dir(crate::uptake::root());
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

const SIGNALS: [(&str, i32); 4] = [("INT", 2), ("TERM", 15), ("HUP", 1), ("KILL", 9)];

/// Sends a signal, and gives back whether it ended the command, which else came to its end before.
#[track_caller]
fn end(mut child: Child, (signal, number): (&str, i32)) -> bool {
    Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
    let status = child.wait().unwrap();
    assert!(status.signal() == Some(number) || status.success(), "after {signal} it ended with {status}");
    !status.success()
}

/// Starts a command, and after so many milliseconds sends it a signal.
fn killed(arguments: &[String], signal: (&str, i32), after: u64) -> bool {
    let child = minding(arguments).spawn().unwrap();
    thread::sleep(Duration::from_millis(after));
    end(child, signal)
}

/// Starts a command, and sends it a signal as soon as it is seen to write, and so many microseconds later.
fn killed_when(arguments: &[String], signal: (&str, i32), after: u64, is_writing: impl Fn() -> bool) -> bool {
    let mut child = minding(arguments).spawn().unwrap();
    while !is_writing() && child.try_wait().unwrap().is_none() {
        thread::sleep(Duration::from_micros(100));
    }
    thread::sleep(Duration::from_micros(after));
    end(child, signal)
}

/// What runs have left beside: files and folders of which they had not made all.
fn left(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with('.')).collect()
}

fn remove_left(folder: &Path) {
    for path in left(folder) {
        if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
    }
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
    for (at, signal) in SIGNALS.into_iter().cycle().take(24).enumerate() {
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
fn a_run_that_is_killed_while_it_writes_leaves_the_earlier_result() {
    let folder = tempfile::tempdir().unwrap();
    let (tables, place) = (folder.path().join("tables"), folder.path().join("out/result.json"));
    stdout(["demo", tables.to_str().unwrap(), "--size", "6000", "--write-only"]);
    fs::create_dir(folder.path().join("out")).unwrap();
    let words = format!(
        "run --year 2021-22,2023-24 --level patient --format json --patients {0}/patients.csv --events {0}/events.csv --output {1}",
        tables.display(),
        place.display()
    );
    let arguments: Vec<String> = words.split(' ').map(str::to_owned).collect();
    stdout(&arguments);
    let whole = fs::read(&place).unwrap();
    assert!(whole.len() > 300_000, "{}", whole.len());
    let out = folder.path().join("out");
    let bytes_left = || left(&out).iter().filter_map(|part| fs::metadata(part).ok()).map(|about| about.len()).max();
    let mut between = 0;
    for (at, signal) in SIGNALS.into_iter().cycle().take(40).enumerate() {
        fs::write(&place, "earlier").unwrap();
        let after = at as u64 % 8 * 500;
        let was_killed = killed_when(&arguments, signal, after, || bytes_left().is_some_and(|bytes| bytes > 0));
        let found = fs::read(&place).unwrap();
        assert!(found == b"earlier" || found == whole, "a part of it after {signal:?}");
        let is_part = bytes_left().is_some_and(|bytes| 0 < bytes && bytes < whole.len() as u64);
        between += u32::from(was_killed && is_part && found == b"earlier");
        remove_left(&out);
        if between == 4 {
            break;
        }
    }
    assert_eq!(between, 4, "kills fall between the first byte and the last");
}

/// Kills a command while it fills the folder beside `place` until that has happened four times; what is in `place` must
/// then be as before, or whole.
#[track_caller]
fn killed_while_it_fills(arguments: &[String], place: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) {
    stdout(arguments);
    let whole = contents(place);
    let beside = place.parent().unwrap();
    let undo = || {
        fs::remove_dir_all(place).unwrap_or_default();
        before.iter().for_each(|(file, bytes)| {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        });
        remove_left(beside);
    };
    let mut between = 0;
    for (at, signal) in SIGNALS.into_iter().cycle().take(60).enumerate() {
        undo();
        let is_filling = || left(beside).iter().chain(&left(place)).any(|part| !contents(part).is_empty());
        let was_killed = killed_when(arguments, signal, at as u64 % 8 * 300, is_filling);
        let found = if place.exists() { shown(place) } else { BTreeMap::new() };
        assert!(found == *before || found == whole, "after {signal:?}: {:?}", found.keys());
        between += u32::from(was_killed && found == *before && is_filling());
        remove_left(place);
        if between == 4 {
            break;
        }
    }
    assert_eq!(between, 4, "kills fall while files are written");
    undo();
    stdout(arguments);
    assert_eq!(contents(place), whole);
}

#[test]
fn folders_that_are_killed_half_way_do_not_appear() {
    for line in ["export", "man", "new-year", "recall"].map(folder_writer) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("place");
        let words = line.replace("RECORDS", RECORDS);
        let words = words.split(' ').map(in_demo).chain([place.to_str().unwrap().to_owned()]);
        killed_while_it_fills(&words.collect::<Vec<_>>(), &place, &BTreeMap::new());
    }
}

#[test]
fn layout_that_is_killed_half_way_leaves_whole_rule_files() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("rules");
    stdout(["export", rules.to_str().unwrap()]);
    let whole = contents(&rules);
    let astray = |(path, bytes): (&PathBuf, &Vec<u8>)| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        (path.clone(), text.replace(" = ", "  =  ").into_bytes())
    };
    let before: BTreeMap<PathBuf, Vec<u8>> = whole.iter().map(astray).filter(|(path, _)| path.is_file()).collect();
    let arguments = ["fmt", "--rules", rules.to_str().unwrap()].map(str::to_owned);
    let put_astray = || before.iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    put_astray();
    stdout(&arguments);
    let after = contents(&rules);
    let changes = before.iter().filter(|(path, bytes)| after[*path] != **bytes).count();
    assert!(changes > 20, "{changes}");
    let is_changed = |path: &PathBuf| fs::read(path).unwrap() != before[path];
    let first = before.keys().find(|path| after[*path] != before[*path]).unwrap();
    let mut between = 0;
    for signal in SIGNALS.into_iter().cycle().take(40) {
        put_astray();
        killed_when(&arguments, signal, 0, || is_changed(first));
        let found = shown(&rules);
        let changed = before.keys().filter(|path| found[*path] != before[*path]).count();
        for path in before.keys() {
            assert!(found[path] == before[path] || found[path] == after[path], "a part of {}", path.display());
        }
        between += u32::from(0 < changed && changed < changes);
        if between == 3 {
            break;
        }
    }
    assert_eq!(between, 3, "kills fall between the first file and the last");
    stdout(&arguments);
    assert_eq!(shown(&rules), after);
}

#[test]
fn an_extract_that_is_killed_half_way_leaves_no_table() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_str().unwrap();
    let arguments = ["demo", place, "--size", "3000000", "--write-only"].map(str::to_owned);
    for (signal, after) in [(SIGNALS[0], 300), (SIGNALS[1], 600)] {
        assert!(killed(&arguments, signal, after), "three million patients take longer than {after} ms");
        let tables: Vec<PathBuf> = shown(folder.path()).into_keys().collect();
        assert!(tables.is_empty(), "{signal:?} after {after} ms: it left {tables:?}");
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

#[test]
fn folders_at_once_into_one_place_are_the_first_ones() {
    for line in ["export", "new-year", "recall"].map(folder_writer) {
        let folder = tempfile::tempdir().unwrap();
        let (place, alone) = (folder.path().join("place"), folder.path().join("alone"));
        let words: Vec<String> = line.replace("RECORDS", RECORDS).split(' ').map(in_demo).collect();
        assert!(uptake(&words).arg(&alone).output().unwrap().status.success());
        let spawn = |_| uptake(&words).arg(&place).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let children: Vec<Child> = (0..6).map(spawn).collect();
        let mut won = 0;
        for child in children {
            let ran = child.wait_with_output().unwrap();
            let stderr = String::from_utf8_lossy(&ran.stderr);
            assert!(matches!(ran.status.code(), Some(0 | 2)), "{line}: {stderr}");
            assert!(!stderr.contains("not empty (os error"), "{line}: {stderr}");
            won += u32::from(ran.status.success());
        }
        assert_eq!(won, 1, "{line}");
        let below = |folder: &Path| -> BTreeMap<PathBuf, Vec<u8>> {
            let files = contents(folder).into_iter();
            files.map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_owned(), bytes)).collect()
        };
        assert_eq!(below(&place), below(&alone), "{line}");
        assert_eq!(left(folder.path()), Vec::<PathBuf>::new());
    }
}

#[test]
fn no_result_is_written_over_what_it_is_made_from() {
    let folder = tempfile::tempdir().unwrap();
    let copy = |name: &str, from: PathBuf| {
        fs::copy(from, folder.path().join(name)).unwrap();
    };
    ["patients.csv", "events.csv", "practices.csv", "appointments.csv", "slots.csv"]
        .into_iter()
        .for_each(|name| copy(name, PathBuf::from(table(name))));
    ["counts.csv", "codes.csv"].into_iter().for_each(|name| copy(name, MADE.path().join(name)));
    fs::write(folder.path().join("map.toml"), "").unwrap();
    symlink(folder.path().join("patients.csv"), folder.path().join("link.csv")).unwrap();
    fs::hard_link(folder.path().join("events.csv"), folder.path().join("other.csv")).unwrap();
    let before = contents(folder.path());
    let here = |word: &str| match word.strip_prefix(['@', '+']) {
        Some(name) => folder.path().join(name).to_str().unwrap().to_owned(),
        None => word.to_owned(),
    };
    let mut tried = 0;
    for line in WRITERS.into_iter().filter(|line| line.ends_with("--output")) {
        let words: Vec<String> = line.replace("RECORDS", RECORDS).split(' ').map(here).collect();
        let inputs = line.replace("RECORDS", RECORDS);
        let mut outputs: Vec<String> =
            inputs.split(' ').filter(|word| word.starts_with(['@', '+'])).map(here).collect();
        if line.contains("RECORDS") {
            outputs.extend(["@link.csv", "@other.csv", "@./events.csv"].map(here));
        }
        for output in outputs {
            let more = if line.starts_with("import-codes") { vec!["--overwrite"] } else { vec![] };
            let ran = uptake(&words).arg(&output).args(more).output().unwrap();
            let stderr = String::from_utf8_lossy(&ran.stderr);
            assert_eq!(ran.status.code(), Some(2), "{line} {output}: {stderr}");
            assert!(stderr.contains("is one of the files that are read, and was left alone"), "{stderr}");
            assert_eq!(contents(folder.path()), before);
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
    let rules = folder.path().join("rules");
    stdout(["export", rules.to_str().unwrap(), "--year", "2023-24"]);
    let before = contents(folder.path());
    let show = ["show", "VI001", "--rules", rules.to_str().unwrap(), "--output"].map(str::to_owned);
    assert_eq!(uptake(&show).arg(rules.join("qof/2023-24/contract.toml")).output().unwrap().status.code(), Some(2));
    let map = run().into_iter().chain(["--map", &here("@map.toml"), "-o", &here("@map.toml")].map(str::to_owned));
    assert_eq!(uptake(map).output().unwrap().status.code(), Some(2));
    assert_eq!(contents(folder.path()), before);
}

#[test]
fn an_export_is_not_written_over_by_its_result() {
    let folder = tempfile::tempdir().unwrap();
    let file = DEMO.path().join("ndjson/Patient.ndjson");
    fs::copy(&file, folder.path().join("Patient.ndjson")).unwrap();
    let mut command = uptake(["run", "--year", "2023-24", "--fhir"]);
    command.arg(folder.path()).arg("--output").arg(folder.path().join("Patient.ndjson"));
    assert_eq!(command.output().unwrap().status.code(), Some(2));
    assert_eq!(fs::read(folder.path().join("Patient.ndjson")).unwrap(), fs::read(file).unwrap());
}

#[test]
fn tables_from_pipes_are_read_in_every_form() {
    let expected = |format: &str| -> Vec<u8> {
        let arguments: Vec<String> = run().into_iter().chain(["--format", format].map(str::to_owned)).collect();
        uptake(&arguments).output().unwrap().stdout
    };
    for format in ["csv", "table", "json"] {
        let folder = tempfile::tempdir().unwrap();
        let names = ["patients.csv", "events.csv"];
        let pipes = names.map(|name| folder.path().join(name));
        assert!(Command::new("mkfifo").args(&pipes).status().unwrap().success());
        let writers = names.map(|name| {
            let (from, to) = (table(name), folder.path().join(name));
            thread::spawn(move || fs::write(to, fs::read(from).unwrap()).unwrap())
        });
        let words = ["run", "--year", "2023-24", "--level", "patient", "--format", format];
        let mut command = uptake(words);
        command.arg("--patients").arg(&pipes[0]).arg("--events").arg(&pipes[1]);
        let ran = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let ran = in_time(ran);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        assert!(ran.status.success(), "{format}: {}", String::from_utf8_lossy(&ran.stderr));
        if format == "json" {
            // A pipe cannot be read a second time, so that no digest of it is known.
            let read: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
            assert!(read["provenance"]["patients"]["sha256"].is_null(), "{}", read["provenance"]);
        } else {
            assert_eq!(ran.stdout, expected(format), "{format}");
        }
    }
}

#[test]
fn a_pipe_is_not_laid_out() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.rules");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for arguments in [&["fmt"][..], &["fmt", "--check"]] {
        let child = uptake(arguments).arg(&pipe).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let ran = in_time(child);
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("is a pipe or a device") && stderr.contains("`uptake fmt -`"), "{stderr}");
    }
}

/// What a command came to, which must be soon.
#[track_caller]
fn in_time(mut child: Child) -> Output {
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    panic!("it waits for ever");
}

#[test]
fn compressed_tables_are_refused_by_name_or_by_what_they_hold() {
    let folder = tempfile::tempdir().unwrap();
    let packed = |name: &str, from: &Path| {
        let place = folder.path().join(name);
        let bytes = Command::new("gzip").args(["-c"]).arg(from).output().unwrap().stdout;
        assert!(bytes.starts_with(&[0x1F, 0x8B]));
        fs::write(&place, bytes).unwrap();
        place
    };
    let patients = PathBuf::from(table("patients.csv"));
    for (name, said) in [("patients.csv.gz", "is neither .csv nor .parquet"), ("patients.csv", "not text in UTF-8")] {
        let place = packed(name, &patients);
        let mut command = uptake(["run", "--year", "2023-24", "--events", &table("events.csv"), "--patients"]);
        let ran = command.arg(place).output().unwrap();
        let stderr = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.code() == Some(2) && stderr.contains(said), "{name}: {stderr}");
    }
    let place = packed("Patient.ndjson.gz", &DEMO.path().join("ndjson/Patient.ndjson"));
    let ran = uptake(["run", "--year", "2023-24", "--fhir"]).arg(place).output().unwrap();
    let stderr = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.code() == Some(2) && stderr.contains("has no FHIR resource"), "{stderr}");
}
