//! The house: floors look down only, and rules are data.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::uptake::root;

/// Each floor with the floors it may use.
fn floors() -> BTreeMap<&'static str, &'static [&'static str]> {
    BTreeMap::from([
        ("ground", &[][..]),
        ("data", &["ground"][..]),
        ("syntax", &["ground"][..]),
        ("model", &["ground", "syntax"][..]),
        ("eval", &["ground", "data", "model"][..]),
        ("report", &["ground", "model", "eval"][..]),
        ("cli", &["ground", "data", "syntax", "model", "eval", "report"][..]),
    ])
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let relative = |path: &PathBuf| path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
    files.iter().map(|path| (relative(path), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn floors_look_down_only() {
    let floors = floors();
    let mut seen = 0;
    for (path, text) in sources() {
        let floor = path.split(['/', '.']).next().unwrap();
        let Some(may_use) = floors.get(floor) else { continue };
        seen += 1;
        for (at, _) in text.match_indices("crate::") {
            let rest = &text[at + "crate::".len()..];
            // `use crate::{a, b}` would hide floors from this test, so it is not written.
            let used: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            assert!(!used.is_empty(), "{path} imports several floors at once: write one `use` for each");
            assert!(used == floor || may_use.contains(&used.as_str()), "{path} ({floor}) uses {used}");
        }
    }
    assert!(seen > 40, "only {seen} files were looked at");
}

#[test]
fn only_syntax_knows_pest_and_toml() {
    for (path, text) in sources() {
        // The demo's population is no rule file: serde reads it.
        if !path.starts_with("syntax") && !path.starts_with("cli/demo/population") {
            for library in ["pest::", "toml::", "use pest", "use toml"] {
                assert!(!text.contains(library), "{path} knows {library}");
            }
        }
    }
}

#[test]
fn nothing_below_cli_opens_a_path_reads_a_clock_or_prints() {
    for (path, text) in sources() {
        if path.starts_with("cli") || path == "main.rs" {
            continue;
        }
        for word in [
            "std::fs::read",
            " File::open",
            "(File::open",
            " File::create",
            "SystemTime",
            "Instant::now",
            "Local::now",
            "println!",
            "eprintln!",
            "dbg!",
        ] {
            assert!(!text.contains(word), "{path} contains {word}");
        }
    }
}

#[test]
fn rules_are_data() {
    let words = ["VI00", "10.06", "12.06", "DTPCON", "166281000000106", "213.43", "95 %"];
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let is_remark = line.trim_start().starts_with("//");
            let in_tests = text.lines().take(number).any(|line| line.trim() == "#[cfg(test)]");
            for word in words {
                assert!(is_remark || in_tests || !line.contains(word), "{path}:{} contains {word}", number + 1);
            }
        }
    }
}

#[test]
fn no_amount_of_money_passes_through_floating_point() {
    for (path, text) in sources() {
        let counts_or_pays =
            ["ground", "data/counts", "syntax", "model", "eval"].iter().any(|start| path.starts_with(start));
        let has_float = text.contains("f64") || text.contains("f32");
        assert!(!(counts_or_pays && has_float), "{path} has floating point");
    }
}
