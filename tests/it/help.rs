//! Help ends with examples that run as they stand; completions and manual pages know every command.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::uptake::{output, stdout, uptake};

/// A published list of codes, which the help of `import-codes` takes over.
const CODES: &str = "code,term\n38598009,Administration of vaccine product containing measles mumps and rubella\n";

/// The commands that help lists, those of `audit` by themselves.
fn commands() -> Vec<Vec<String>> {
    let listed = |path: &[&str]| -> Vec<String> {
        let help = stdout(path.iter().copied().chain(["--help"]));
        let section = help.split("Commands:\n").nth(1).expect("help lists commands");
        let lines = section.lines().take_while(|line| !line.is_empty());
        let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        names
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect()
    };
    let mut all = Vec::new();
    for name in listed(&[]) {
        if name == "audit" {
            all.extend(listed(&["audit"]).into_iter().map(|inner| vec![name.clone(), inner]));
        } else {
            all.push(vec![name]);
        }
    }
    all
}

/// The examples at the end of a command's help, each on one line.
fn examples(command: &[String]) -> Vec<String> {
    let help = stdout(command.iter().map(String::as_str).chain(["--help"]));
    let section = help.split("Examples:\n").nth(1).unwrap_or_default();
    assert!(section.lines().all(|line| line.chars().count() <= 100), "{section}");
    let joined = section.replace(" \\\n      ", " ");
    joined.lines().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect()
}

fn run_in(folder: &Path, words: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_uptake"));
    command.args(words).env_remove("UPTAKE_RULES").current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    if words[0] == "lsp" {
        stdin.write_all(visit().as_bytes()).unwrap();
    }
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// What an editor says that comes and goes at once.
fn visit() -> String {
    let said = [
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}"#,
        r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#,
        r#"{"jsonrpc":"2.0","method":"exit"}"#,
    ];
    said.iter().map(|message| format!("Content-Length: {}\r\n\r\n{message}", message.len())).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).unwrap();
        }
    }
}

#[test]
fn every_example_of_help_runs() {
    let stage = tempfile::tempdir().unwrap();
    let prepared = stage.path().join("prepared");
    for words in [&["demo", "prepared", "--write-only"][..], &["export", "prepared/rules"]] {
        assert!(run_in(stage.path(), words).status.success(), "{words:?}");
    }
    let records = ["--patients", "patients.csv", "--events", "events.csv"];
    let counts = [&["run", "--year", "2023-24"][..], &records, &["--format", "csv", "--output", "counts.csv"]].concat();
    assert!(run_in(&prepared, &counts).status.success());
    let result =
        [&["run", "--year", "2023-24"][..], &records, &["--format", "json", "--output", "result.json"]].concat();
    assert!(run_in(&prepared, &result).status.success());
    fs::write(prepared.join("mmr-codes.csv"), CODES).unwrap();
    let mut count = 0;
    for command in commands() {
        let examples = examples(&command);
        assert!(!examples.is_empty(), "{command:?} has no example");
        // What holds other commands shows the examples of each.
        let of_parent = self::examples(&command[..1]);
        assert!(examples.iter().all(|example| of_parent.contains(example)), "{command:?}");
        let folder = stage.path().join(command.join("-"));
        copy(&prepared, &folder);
        for example in examples {
            let words: Vec<&str> = example.split(' ').collect();
            assert_eq!(&words[..=command.len()][1..], &command[..], "{example}");
            let ran = run_in(&folder, &words[1..]);
            assert!(ran.status.success(), "{example}\n{}", String::from_utf8_lossy(&ran.stderr));
            count += 1;
        }
    }
    assert!(count >= 36, "{count}");
}

#[test]
fn completions_know_every_command_in_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = stdout(["completions", shell]);
        for command in commands() {
            assert!(script.contains(command.last().unwrap()), "{shell} {command:?}");
        }
        assert!(script.contains("suppress"), "{shell}");
    }
    assert_eq!(output(["completions", "csh"]).status.code(), Some(2));
}

#[test]
fn there_is_a_manual_page_for_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("man1");
    let ran = uptake(["man", place.to_str().unwrap()]).output().unwrap();
    assert!(ran.status.success());
    for command in commands() {
        let page = fs::read_to_string(place.join(format!("uptake-{}.1", command.join("-")))).unwrap();
        assert!(page.contains(".TH"), "{command:?}");
    }
    let whole = stdout(["man"]);
    assert!(whole.contains(".TH uptake 1") && whole.contains("attrition"), "{}", &whole[..200]);
    assert!(fs::read_to_string(place.join("uptake-run.1")).unwrap().contains("Examples:"));
}
