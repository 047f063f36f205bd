//! Published versions of the code clusters: one edited in place is obeyed, and `check` names the difference.

use std::fs;
use std::path::Path;

use crate::uptake::{output, rules};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::copy(entry.path(), target).map(|_| ()).unwrap()
        }
    }
}

#[test]
fn an_edited_cluster_is_named_with_its_codes() {
    let folder = tempfile::tempdir().unwrap();
    let copied = folder.path().join("rules");
    copy(&rules(), &copied);
    let cluster = copied.join("codes/2026.1/mmrv.toml");
    let text = fs::read_to_string(&cluster).unwrap();
    // 432636005 leaves, and 38598009 (in truth MMR) comes in.
    let edited = text.replace("432636005 = {", "38598009 = {");
    assert_ne!(edited, text);
    fs::write(&cluster, edited).unwrap();
    let checked = output(["check", "2023-24", "--rules", copied.to_str().unwrap()]);
    let said = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(0), "a warning is no error: {said}");
    assert!(said.contains("warning[W316]"), "{said}");
    assert!(said.contains("added 38598009; removed 432636005"), "{said}");
    assert!(said.contains("codes/2026.1/mmrv.toml"), "{said}");
}

#[test]
fn of_many_codes_a_few_are_named() {
    let folder = tempfile::tempdir().unwrap();
    copy(&rules(), folder.path());
    let cluster = folder.path().join("codes/2026.1/mmrv.toml");
    let mut text = fs::read_to_string(&cluster).unwrap();
    let source = text.split("source = \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
    for code in 0..2000 {
        text += &format!("{} = {{ term = \"t\", source = \"{source}\" }}\n", 100_000_000 + code);
    }
    fs::write(&cluster, text).unwrap();
    let checked = output(["check", "2023-24", "--format", "json", "--rules", folder.path().to_str().unwrap()]);
    let said = String::from_utf8(checked.stdout).unwrap();
    let line = said.split("this cluster was edited").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert!(line.len() < 500 && line.contains(" and 1980 more"), "{line}");
}

#[test]
fn the_shipped_clusters_are_as_published() {
    let checked = output(["check", "--rules", rules().to_str().unwrap()]);
    assert_eq!(String::from_utf8(checked.stdout).unwrap().matches("W316").count(), 0);
}
