//! `uptake export`: the built-in rules as files.

use std::fs;

use crate::tables::{Ran, sources};
use crate::uptake::{output, rules, stdout};

fn export(arguments: &[&str]) -> Ran {
    Ran::of(output([&["export"], arguments].concat()))
}

/// Everything that ends in `.toml` or `.rules` in the project's own rules.
#[test]
fn the_whole_tree_is_written_byte_for_byte_and_obeyed() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("new/rules");
    let shown = folder.to_str().unwrap();
    let ran = export(&[shown]).fine();
    let mut written: Vec<_> = sources(&folder).iter().map(|(_, file)| file.clone()).collect();
    let mut own: Vec<_> = sources(&rules()).iter().map(|(_, file)| file.clone()).collect();
    own.retain(|file| file.path.ends_with(".toml") || file.path.ends_with(".rules"));
    written.sort_by(|a, b| a.path.cmp(&b.path));
    own.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(written, own);
    assert!(written.len() > 70);
    let books = stdout(["show"]).lines().count();
    assert_eq!(ran.stdout, format!("wrote {books} rulebooks in {} files to {shown}/\n", written.len()));
    ran.says(&format!("uptake --rules {shown} check"));
    assert_eq!(stdout(["check", "--rules", shown]), stdout(["check"]));
    assert_eq!(stdout(["test", "--rules", shown]), stdout(["test"]));
    let digests = |more: &[&str]| stdout([&["show", "--year", "2021-22,2026-27", "--format", "json"], more].concat());
    assert_eq!(digests(&["--rules", shown]), digests(&[]));
}

#[test]
fn some_rulebooks_come_with_the_codes_that_they_share() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().to_str().unwrap();
    export(&[folder, "--year", "2023-24,target-payments/2019-20"]).fine();
    assert_eq!(stdout(["check", "--rules", folder]), "2 rulebooks checked: no faults\n");
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["codes", "qof", "target-payments"]);
    export(&[temporary.path().join("x").to_str().unwrap(), "--year", "2040-41"])
        .refused()
        .says("there is no rulebook `2040-41`");
    assert!(!temporary.path().join("x").exists());
}

#[test]
fn a_folder_that_holds_something_is_left_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().to_str().unwrap();
    fs::write(temporary.path().join("mine.txt"), "mine").unwrap();
    export(&[folder]).refused().says("holds files already, and was left alone");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
    let file = temporary.path().join("mine.txt");
    export(&[file.to_str().unwrap()]).refused().says("was left alone");
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    // Below a file no folder can be made, and nothing is left behind.
    export(&[file.join("below").to_str().unwrap()]).refused().says("cannot write");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1);
}

/// A local scheme cannot be read without the rulebooks that it uses.
#[test]
fn a_scheme_comes_with_the_rulebooks_that_it_uses() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().to_str().unwrap();
    let ran = export(&[folder, "--year", "wf-newham/2024-25"]).fine();
    assert!(ran.stdout.starts_with("wrote 3 rulebooks in "), "{}", ran.stdout);
    let names: Vec<String> =
        stdout(["show", "--rules", folder]).lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(names, ["qof/2023-24", "qof/2024-25", "wf-newham/2024-25"]);
    assert_eq!(stdout(["check", "--rules", folder]), "3 rulebooks checked: no faults\n");
}
