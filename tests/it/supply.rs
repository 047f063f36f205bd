//! Where the program's parts come from: crates.io alone, under permissive licences, and no more of them than is known.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::uptake::root;

/// So many crates are locked, those for tests and for other systems among them. Whoever adds one, or takes one out, says so
/// here.
const CRATES: usize = 291;

/// So many crates does the evaluator need that is built without any feature.
const CRATES_LEAN: usize = 113;

/// Crates that are there in two versions, since others ask for each.
const TWICE: [&str; 11] = [
    "bit-set",
    "bit-vec",
    "bitflags",
    "fluent-uri",
    "getrandom",
    "num-bigint",
    "r-efi",
    "rand",
    "rand_chacha",
    "rand_core",
    "syn",
];

/// Licences that let the program be handed on without asking anybody; deny.toml has the same.
fn allowed() -> Vec<String> {
    let rules: toml::Table = fs::read_to_string(root().join("deny.toml")).unwrap().parse().unwrap();
    let allowed = rules["licenses"]["allow"].as_array().unwrap();
    allowed.iter().map(|licence| licence.as_str().unwrap().to_owned()).collect()
}

fn locked() -> Vec<toml::Value> {
    let lock: toml::Table = fs::read_to_string(root().join("Cargo.lock")).unwrap().parse().unwrap();
    lock["package"].as_array().unwrap().clone()
}

#[test]
fn every_crate_comes_from_crates_io_with_its_checksum() {
    let mut counted = 0;
    for package in locked() {
        let name = package["name"].as_str().unwrap();
        if name == "uptake" {
            continue;
        }
        let source = package.get("source").and_then(toml::Value::as_str);
        assert_eq!(source, Some("registry+https://github.com/rust-lang/crates.io-index"), "{name}");
        let checksum = package.get("checksum").and_then(toml::Value::as_str).unwrap_or_default();
        assert_eq!(checksum.len(), 64, "{name}");
        counted += 1;
    }
    assert_eq!(counted, CRATES, "so many crates are locked now");
}

#[test]
fn no_crate_is_there_twice_that_need_not_be() {
    let mut versions: BTreeMap<String, u32> = BTreeMap::new();
    for package in locked() {
        *versions.entry(package["name"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let twice: Vec<String> = versions.into_iter().filter(|(_, count)| *count > 1).map(|(name, _)| name).collect();
    let new: Vec<&String> = twice.iter().filter(|name| !TWICE.contains(&name.as_str())).collect();
    assert!(new.is_empty(), "two versions of {new:?}");
    let gone: Vec<&&str> = TWICE.iter().filter(|name| !twice.iter().any(|found| found == *name)).collect();
    assert!(gone.is_empty(), "{gone:?} need not be listed any more");
}

/// Cargo's own account of the crates that this system builds, from what is at hand.
fn metadata() -> Value {
    let about = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let about = String::from_utf8(about).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", &host]);
    let told = cargo.current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

/// True if an SPDX expression can be met: of `OR` one side, of `AND` both. `/` is an older `OR`.
fn is_met(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], " ");
    let words: Vec<&str> = expression.split_whitespace().collect();
    let expression = words.join(" ");
    // No licence here has `OR` within brackets of an `AND` but where each part is allowed: then all must be.
    if expression.contains(" AND ") {
        return expression
            .replace(" OR ", " AND ")
            .split(" AND ")
            .all(|name| allowed.iter().any(|known| known == name));
    }
    expression.split(" OR ").any(|name| allowed.iter().any(|known| known == name))
}

#[test]
fn every_licence_is_permissive() {
    let allowed = allowed();
    assert!(allowed.contains(&"MIT".to_owned()) && !is_met("GPL-3.0-only", &allowed));
    assert!(is_met("GPL-2.0 OR MIT", &allowed) && !is_met("GPL-2.0 AND MIT", &allowed));
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100, "{}", packages.len());
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none");
        assert!(is_met(licence, &allowed), "{} is under {licence}", package["name"]);
    }
}

#[test]
fn the_lean_build_needs_few_crates() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "tree",
        "--offline",
        "--locked",
        "--no-default-features",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ]);
    let told = cargo.args(["--format", "{p}"]).current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8(told.stdout).unwrap();
    let mut crates: Vec<&str> = text.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    crates.sort_unstable();
    crates.dedup();
    assert_eq!(crates.len(), CRATES_LEAN + 1, "so many are needed now, the program itself among them");
}

#[test]
fn there_is_no_unsafe_code_of_our_own() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
}
