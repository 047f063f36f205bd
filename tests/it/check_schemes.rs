//! What `check` says of faulty local schemes. A file in `tests/ui/pathway` is the pathway of a sound scheme, which uses a
//! sound national rulebook; one in `tests/ui/scheme` is the numbers file of it; a folder in `tests/ui/schemes` is laid
//! over both.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::faults::{codes_in, is_code, lay_over};
use crate::tables::Ran;
use crate::uptake::{output, root};

fn base(name: &str) -> String {
    fs::read_to_string(root().join("tests/ui").join(name)).unwrap()
}

/// A rules folder with a sound national rulebook, `test/2023-24`, and a sound scheme that uses it, `local/2023-24`.
pub fn sound_scheme() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in [
        ("test/2023-24/contract.toml", base("contract/sound.toml")),
        ("test/2023-24/indicators.rules", base("base/indicators.rules")),
        ("test/2023-24/examples.toml", base("base/examples.toml")),
        ("test/2023-24/codes/jab.toml", base("base/jab.toml")),
        ("local/2023-24/scheme.toml", base("base/scheme/scheme.toml")),
        ("local/2023-24/used.rules", base("base/scheme/used.rules")),
        ("local/2023-24/codes/refused.toml", base("base/scheme/refused.toml")),
        ("local/2023-24/codes/referred.toml", base("base/scheme/referred.toml")),
    ] {
        write(&folder, file, &text);
    }
    put_pathway(&folder, &base("base/scheme/pathway.rules"));
    folder
}

pub fn write(folder: &TempDir, file: &str, text: &str) {
    let path = folder.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Gives the scheme a pathway, and the words for means of contact if the pathway looks for them.
pub fn put_pathway(folder: &TempDir, pathway: &str) {
    write(folder, "local/2023-24/pathway.rules", pathway);
    if pathway.contains("means") {
        let numbers = format!("{}\n{}", base("base/scheme/scheme.toml"), base("base/scheme/words.toml"));
        write(folder, "local/2023-24/scheme.toml", &numbers);
    }
}

pub fn check(folder: &TempDir) -> Ran {
    Ran::of(output(["check", "--rules", folder.path().to_str().unwrap()]))
}

/// Asserts that the codes of a file's name are shown, and keeps what is.
fn is_shown(kind: &str, file: &Path, ran: &Ran) {
    let name = file.file_stem().unwrap().to_str().unwrap();
    let shown: BTreeSet<String> = codes_in(&ran.stdout);
    for code in name.split('-').filter(|word| is_code(word)) {
        assert!(shown.contains(code), "{name} does not show {code}:\n{}{}", ran.stdout, ran.stderr);
    }
    assert_eq!(ran.stderr, "", "{name}");
    let has_errors = shown.iter().any(|code| code.starts_with('E'));
    assert_eq!(ran.code, Some(i32::from(has_errors)), "{name}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../ui/snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("check@{kind}__{name}"), ran.stdout));
}

fn files(kind: &str) -> Vec<std::path::PathBuf> {
    let folder = fs::read_dir(root().join("tests/ui").join(kind)).unwrap();
    let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn the_scheme_that_faults_are_put_into_is_sound() {
    assert_eq!(check(&sound_scheme()).stdout, "2 rulebooks checked: no faults\n");
}

#[test]
fn every_fault_of_a_pathway_is_shown_with_its_place() {
    for file in files("pathway") {
        let folder = sound_scheme();
        put_pathway(&folder, &fs::read_to_string(&file).unwrap());
        is_shown("pathway", &file, &check(&folder));
    }
}

#[test]
fn every_fault_of_a_schemes_numbers_is_shown_with_its_place() {
    for file in files("scheme") {
        let folder = sound_scheme();
        write(&folder, "local/2023-24/scheme.toml", &fs::read_to_string(&file).unwrap());
        is_shown("scheme", &file, &check(&folder));
    }
}

#[test]
fn every_fault_between_a_scheme_and_what_it_uses_is_shown() {
    for case in files("schemes") {
        let folder = sound_scheme();
        lay_over(&case, folder.path());
        is_shown("schemes", &case, &check(&folder));
    }
}

/// What is certain is mended, and then nothing is wrong any more.
/// The shared clusters are published, and no place for a scheme's own.
#[test]
fn a_cluster_that_a_scheme_lacks_would_stand_in_its_own_folder() {
    let folder = sound_scheme();
    write(&folder, "codes/1/jab.toml", &base("base/jab.toml"));
    let numbers = base("base/scheme/scheme.toml").replace("missing_day", "codes       = \"1\"\nmissing_day");
    put_pathway(&folder, &base("base/scheme/pathway.rules").replace("any referred in", "any moved_away in"));
    write(&folder, "local/2023-24/scheme.toml", &numbers);
    let told = check(&folder).stdout;
    assert!(told.contains("would be the file local/2023-24/codes/moved_away.toml"), "{told}");
}

#[test]
fn mistyped_words_of_a_pathway_are_mended() {
    let sound = base("base/scheme/pathway.rules");
    for (right, wrong) in [
        ("pathway referral", "patway referral"),
        ("worklist calls", "worklst calls"),
        ("columns patient_id", "colums patient_id"),
        ("patient_id, birth_date", "patient_id birth_date"),
        ("otherwise", "otherwse"),
        ("child in with_coordinator", "child in with_cordinator"),
        ("of year_end", "of yearend"),
        ("patient_id, birth_date", "patient_id, birthdate"),
    ] {
        let folder = sound_scheme();
        put_pathway(&folder, &sound.replace(right, wrong));
        let rules = folder.path().to_str().unwrap();
        let ran = Ran::of(output(["check", "--fix", "--rules", rules]));
        assert!(ran.stdout.ends_with("2 rulebooks checked: no faults\n"), "{wrong}: {}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("\n1 change\n"), "{wrong}: {}", ran.stdout);
        let mended = fs::read_to_string(folder.path().join("local/2023-24/pathway.rules")).unwrap();
        assert_eq!(mended, sound, "{wrong}");
    }
}
