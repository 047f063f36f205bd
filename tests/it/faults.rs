//! What `check` says of faulty rule files: one small file per fault in `tests/ui`, each shown in a snapshot, and files so
//! nasty that only an answer is asked for.
//!
//! A file in `tests/ui/rules` stands beside a sound numbers file, one in `tests/ui/contract` beside sound rules, and one
//! in `tests/ui/codes` is the code cluster that sound rules name.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::tables::Ran;
use crate::uptake::{output, root};

/// A rules folder with one rulebook, `test/2023-24`, of these files: the name in the rulebook's folder, and the file.
fn rulebook(files: &[(&str, &Path)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("test/2023-24");
    fs::create_dir_all(book.join("codes")).unwrap();
    for (name, file) in files {
        fs::copy(file, book.join(name)).unwrap();
    }
    folder
}

fn check(folder: &TempDir) -> Ran {
    Ran::of(output(["check", "--rules", folder.path().to_str().unwrap()]))
}

fn base(name: &str) -> std::path::PathBuf {
    root().join("tests/ui/base").join(name)
}

/// The rulebook that a faulty file is put into.
fn around(file: &Path) -> TempDir {
    let (contract, used, indicators, jab) =
        (base("contract.toml"), base("used.rules"), base("indicators.rules"), base("jab.toml"));
    let (sound, examples) = (root().join("tests/ui/contract/sound.toml"), base("examples.toml"));
    match file.parent().unwrap().file_name().unwrap().to_str().unwrap() {
        "rules" => rulebook(&[
            ("contract.toml", &contract),
            ("used.rules", &used),
            ("case.rules", file),
            ("codes/jab.toml", &jab),
        ]),
        "contract" => rulebook(&[
            ("contract.toml", file),
            ("indicators.rules", &indicators),
            ("examples.toml", &examples),
            ("codes/jab.toml", &jab),
        ]),
        "codes" => rulebook(&[
            ("contract.toml", &sound),
            ("indicators.rules", &indicators),
            ("examples.toml", &examples),
            ("codes/jab.toml", file),
        ]),
        other => panic!("what is in tests/ui/{other}?"),
    }
}

/// The codes in square brackets: `error[E101]`.
pub fn codes_in(text: &str) -> BTreeSet<String> {
    let codes = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    codes.map(|(code, _)| code).filter(|code| is_code(code)).map(str::to_owned).collect()
}

pub fn is_code(word: &str) -> bool {
    word.len() == 4 && word.starts_with(['E', 'W']) && word[1..].bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn every_fault_is_shown_with_its_place_and_the_way_to_mend_it() {
    insta::glob!("../ui", "{rules,contract,codes}/*.*", |file| {
        let ran = check(&around(file));
        let name = file.file_stem().unwrap().to_str().unwrap();
        let shown = codes_in(&ran.stdout);
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
        settings.remove_input_file();
        settings.bind(|| insta::assert_snapshot!("check", ran.stdout));
    });
}

/// Faults that take more than one file: each folder in `tests/ui/library` is laid over a sound rules folder.
#[test]
fn every_fault_of_a_folder_is_shown_with_its_places() {
    for case in fs::read_dir(root().join("tests/ui/library")).unwrap() {
        let case = case.unwrap().path();
        let folder = around(&root().join("tests/ui/contract/sound.toml"));
        lay_over(&case, folder.path());
        let ran = check(&folder);
        let name = case.file_name().unwrap().to_str().unwrap();
        let shown = codes_in(&ran.stdout);
        for code in name.split('-').filter(|word| is_code(word)) {
            assert!(shown.contains(code), "{name} does not show {code}:\n{}{}", ran.stdout, ran.stderr);
        }
        assert_eq!(ran.stderr, "", "{name}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../ui/snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(format!("check@library__{name}"), ran.stdout));
    }
}

pub fn lay_over(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            lay_over(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Codes whose files would be too large to keep have tests of their own below; W316 needs a whole rules folder and has
/// its test in `editions.rs`.
const MADE_BELOW: [&str; 3] = ["E105", "E208", "W316"];

#[test]
fn every_diagnostic_has_a_file_that_shows_it() {
    let mut given = BTreeSet::new();
    sources(&root().join("src/model"), &mut given);
    sources(&root().join("src/syntax"), &mut given);
    let mut shown: BTreeSet<String> = MADE_BELOW.map(str::to_owned).into();
    // Faults of worked examples are shown beside the example files.
    let folders = ["tests/ui/snapshots", "tests/examples/kept"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).unwrap());
    for entry in files {
        shown.extend(codes_in(&fs::read_to_string(entry.unwrap().path()).unwrap()));
    }
    let without: Vec<&String> = given.difference(&shown).collect();
    assert!(given.len() > 40 && without.is_empty(), "{} codes, of which no file shows {without:?}", given.len());
}

/// The codes that stand in quotes in the sources.
fn sources(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, codes);
        } else {
            let text = fs::read_to_string(path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap();
            codes.extend(text.split('"').filter(|word| is_code(word)).map(str::to_owned));
        }
    }
}

/// How long an answer may take; an unoptimised build on a busy machine is given more.
const SOON: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });

/// Checks a rulebook whose file of that name holds these bytes; it must answer, and soon.
fn nasty(name: &str, bytes: &[u8]) -> Ran {
    let folder = around(&root().join("tests/ui/contract/sound.toml"));
    let file = folder.path().join("test/2023-24").join(name);
    fs::write(file, bytes).unwrap();
    let start = Instant::now();
    let ran = check(&folder);
    assert!(start.elapsed() < SOON, "{name} took {:?}", start.elapsed());
    assert!(matches!(ran.code, Some(0..=2)), "{name} ended with {:?}: {}", ran.code, ran.stderr);
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    // The first diagnostics are worth reading; thousands of them are not.
    assert!(ran.stdout.len() + ran.stderr.len() < 100_000, "{name} says too much");
    ran
}

const TEN_MEGABYTES: usize = 10 << 20;

fn sound_rules() -> String {
    fs::read_to_string(base("indicators.rules")).unwrap()
}

#[test]
fn binary_files_are_refused_by_name() {
    let bytes: Vec<u8> = (0..=255).cycle().take(4096).collect();
    for name in ["indicators.rules", "contract.toml", "codes/jab.toml"] {
        let ran = nasty(name, &bytes);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""));
        ran.says(name).says("is not UTF-8 text").says("save it again as UTF-8");
    }
    let nuls = nasty("indicators.rules", &[0; 4096]);
    assert_eq!(nuls.code, Some(1));
}

#[test]
fn a_mark_at_the_start_and_windows_line_ends_are_no_faults() {
    for name in ["indicators.rules", "contract.toml", "codes/jab.toml"] {
        let folder = around(&root().join("tests/ui/contract/sound.toml"));
        let text = fs::read_to_string(folder.path().join("test/2023-24").join(name)).unwrap();
        let marked = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let ran = nasty(name, marked.as_bytes());
        assert_eq!(ran.stdout, "1 rulebook checked: no faults\n");
    }
}

#[test]
fn ten_megabytes_of_brackets_are_answered_soon() {
    for (name, text) in [
        ("indicators.rules", "(".repeat(TEN_MEGABYTES)),
        ("indicators.rules", "( \n".repeat(TEN_MEGABYTES / 3)),
        ("contract.toml", "[".repeat(TEN_MEGABYTES)),
        ("codes/jab.toml", "[".repeat(TEN_MEGABYTES)),
    ] {
        let ran = nasty(name, text.as_bytes());
        assert_ne!(ran.code, Some(0), "{name}");
    }
    let ran = nasty("indicators.rules", "(".repeat(TEN_MEGABYTES).as_bytes());
    assert!(ran.stdout.contains("error[E105]: a rule file has at most 1048576 bytes"), "{}", ran.stdout);
}

/// What one slip of a script makes: the same line a million times over, each a fault.
#[test]
fn a_flood_of_faults_is_answered_soon() {
    let numbers = fs::read_to_string(root().join("tests/ui/contract/sound.toml")).unwrap();
    let flood = |one: &dyn Fn(usize) -> String, bytes: usize| -> String {
        let mut text = String::new();
        (0..).map(one).take_while(|line| (text.len() + line.len() < bytes).then(|| text += line).is_some()).count();
        text
    };
    let twice = flood(&|_| "a = 1\n".to_owned(), 200 << 10);
    let unknown = flood(&|at| format!("a{at} = 1\n"), 60 << 10);
    for text in [&twice, &unknown] {
        let ran = nasty("contract.toml", format!("{text}{numbers}").as_bytes());
        assert_eq!(ran.code, Some(1));
        assert!(ran.stdout.matches("error[").count() <= 110, "{}", ran.stdout.matches("error[").count());
    }
    let cluster = fs::read_to_string(base("jab.toml")).unwrap();
    let codes = flood(&|at| format!("{} = {{ term = \"x\", source = \"paper\" }}\n", 1_000_000 + at), 100 << 10);
    let ran = nasty("codes/jab.toml", format!("{cluster}{codes}").as_bytes());
    assert!(ran.stdout.contains("more of E314 in this file are not shown"), "{}", ran.stdout);
    let ran = nasty("contract.toml", "a = 1\n".repeat(TEN_MEGABYTES / 6).as_bytes());
    assert!(ran.stdout.contains("error[E105]: a file of numbers or codes has at most 1048576 bytes"), "{}", ran.stdout);
}

/// Broken files must not eat a machine: the peak of each answer is bounded. Linux tells it of a process that has ended.
#[cfg(target_os = "linux")]
#[test]
fn broken_files_are_answered_in_little_memory() {
    const MOST_KILOBYTES: u64 = 1 << 20;
    for (name, text) in [
        ("indicators.rules", "( \n".repeat(TEN_MEGABYTES / 3)),
        ("indicators.rules", "not ".repeat(TEN_MEGABYTES / 400)),
        ("contract.toml", "[".repeat(TEN_MEGABYTES)),
        ("codes/jab.toml", "a = 1\n".repeat(TEN_MEGABYTES / 6)),
    ] {
        let folder = around(&root().join("tests/ui/contract/sound.toml"));
        fs::write(folder.path().join("test/2023-24").join(name), text).unwrap();
        let program = env!("CARGO_BIN_EXE_uptake");
        let script =
            format!("ulimit -v {MOST_KILOBYTES}; exec {program} --threads 2 check --rules {}", folder.path().display());
        let ran = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{name}: {said}");
        assert!(String::from_utf8_lossy(&ran.stdout).contains("error["), "{name}: {said}");
    }
}

#[test]
fn deep_nesting_is_answered_soon() {
    let rules = sound_rules();
    let (before, after) = rules.split_once("any jab before age 1 year").unwrap();
    for deep in [59, 60, 61, 5000, 200_000] {
        let nested = format!("{before}{}any jab{}{after}", "(".repeat(deep), ")".repeat(deep));
        let ran = nasty("indicators.rules", nested.as_bytes());
        assert_eq!(ran.code == Some(0), deep <= 60, "{deep} deep: {}", ran.stdout);
    }
    // What nests without brackets.
    for words in ["not ", "any of\n - ", "all of\n - any of\n - ", "1 day after "] {
        nasty("indicators.rules", format!("{before}{}any jab{after}", words.repeat(20_000)).as_bytes());
    }
    for formula in ["-", "round ", "min(", "max(1, ", "1 + ", "1 * ", "not "] {
        let deep = format!("payment p \"p\" for the practice\n  points = {}1\n", formula.repeat(20_000));
        nasty("more.rules", deep.as_bytes());
    }
    let numbers = fs::read_to_string(root().join("tests/ui/contract/sound.toml")).unwrap();
    for deep in ["[".repeat(50_000), "{a=".repeat(50_000), format!("a{}=1", ".a".repeat(50_000))] {
        nasty("contract.toml", format!("{numbers}\n[deep]\nx = {deep}").as_bytes());
    }
}

/// Names that stand twice where the next is defined: the first has 3 parts, and each after it twice those of the one before
/// and 10 more, which is 13 × 2^n − 10. The ninth has 6,646, the tenth 13,302.
#[test]
fn what_names_in_names_come_to_is_bounded() {
    let (before, after) = sound_rules().split_once("any jab before age 1 year").map(two_owned).unwrap();
    let rules = |names: u32| {
        let twice = |at| {
            format!(
                "define a{at} (a{0} and any jab before age {at} months) or (a{0} and no jab before age {at} months)\n",
                at - 1
            )
        };
        let defines: String = (1..=names).map(twice).collect();
        format!("define a0 any jab before age 1 year\n{defines}{before}a{names}{after}")
    };
    let ran = nasty("indicators.rules", rules(9).as_bytes());
    assert!(!ran.stdout.contains("E417"), "{}", ran.stdout);
    for names in [10, 40] {
        let ran = nasty("indicators.rules", rules(names).as_bytes());
        assert!(ran.stdout.contains("error[E417]") && ran.stdout.contains("indicators.rules:11:"), "{}", ran.stdout);
    }
    // Days that are counted between days, each of which is named twice.
    let days = |at: u32| format!("define d{at} the first jab after d{0} and before 2 weeks after d{0}\n", at - 1);
    let days: String = (1..=40).map(days).collect();
    let text = format!("define d0 the first jab\n{days}{before}there is a d40{after}");
    let ran = nasty("indicators.rules", text.as_bytes());
    assert!(ran.stdout.contains("error[E417]"), "{}", ran.stdout);
}

/// A line of 1 part, and each after it twice those of the one before and one more: 2^(n+1) − 1. The thirteenth has 16,383.
#[test]
fn what_lines_in_lines_come_to_is_bounded() {
    let payment = |lines: u32| {
        let twice = |at| format!("  x{at} = x{0} + x{0}\n", at - 1);
        let lines: String = (1..=lines).map(twice).collect();
        format!("payment p \"p\" for the practice\n  source paper assumed\n  x0 = 1\n{lines}")
    };
    let line = |last: u32| format!("  pounds = 0 when x{last} < 0\n         = 0 otherwise\n");
    let ran = nasty("more.rules", (payment(12) + &line(12)).as_bytes());
    assert!(!ran.stdout.contains("E417"), "{}", ran.stdout);
    for lines in [13, 60] {
        let ran = nasty("more.rules", (payment(lines) + &line(lines)).as_bytes());
        assert!(ran.stdout.contains("error[E417]") && ran.stdout.contains("more.rules:16:"), "{}", ran.stdout);
    }
}

/// Each name asks a little more than the one before: no answer is sought for longer than a rulebook is worth.
#[test]
fn long_chains_of_names_are_answered_soon() {
    let (before, after) = sound_rules().split_once("any jab before age 1 year").map(two_owned).unwrap();
    for (word, names) in [("or", 16), ("or", 100), ("and", 16), ("and", 100)] {
        let next = |at: u32| format!("define a{at} no jab before age {} months {word} a{}\n", at % 60 + 1, at - 1);
        let defines: String = (1..=names).map(next).collect();
        let text = format!("define a0 any jab\n{defines}{before}a{names}{after}");
        nasty("indicators.rules", text.as_bytes());
    }
}

fn two_owned((one, other): (&str, &str)) -> (String, String) {
    (one.to_owned(), other.to_owned())
}

#[test]
fn files_cut_short_anywhere_are_answered() {
    let shipped = |name: &str| fs::read(root().join("rules/qof/2023-24").join(name)).unwrap();
    for (name, bytes) in
        [("indicators.rules", shipped("indicators.rules")), ("contract.toml", shipped("contract.toml"))]
    {
        for part in 0..12 {
            // A cut in the middle of a character is not text: it is refused by name, like other binary files.
            nasty(name, &bytes[..bytes.len() * part / 12]);
        }
    }
}

#[test]
fn many_faults_are_shown_at_once() {
    let one = |at: usize| {
        format!("indicator T{at} \"t\"\n  source paper assumed\n  register  registered\n  achieved  any jab\n\n")
    };
    let ran = nasty("indicators.rules", (0..200).map(one).collect::<String>().as_bytes());
    assert!(ran.stdout.matches("error[E101]").count() >= 10, "{}", ran.stdout);
    let one = |at: usize| {
        format!(
            "indicator T{at} \"t\"\n  source paper assumed\n  register  registered at year end\n  achieved  any nothing{at}\n\n"
        )
    };
    let ran = nasty("indicators.rules", (0..100).map(one).collect::<String>().as_bytes());
    assert_eq!(ran.stdout.matches("error[E201]").count(), 100);
}

#[test]
fn more_clusters_than_a_rulebook_can_name_are_refused() {
    let folder = around(&root().join("tests/ui/contract/sound.toml"));
    let book = folder.path().join("test/2023-24");
    let mut rules = sound_rules();
    for at in 0..64 {
        fs::copy(base("jab.toml"), book.join(format!("codes/jab_{at}.toml"))).unwrap();
        rules += &format!(
            "\nindicator J{at} \"j\"\n  source paper assumed\n  register  registered at year end\n  achieved  any jab_{at}\n"
        );
    }
    rules = rules.replace("for each indicator", "for each indicator only T1");
    fs::write(book.join("indicators.rules"), rules).unwrap();
    let ran = check(&folder);
    assert!(ran.stdout.contains("error[E208]: a rulebook can name at most 64 code clusters"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("error[").count(), 1, "{}", ran.stdout);
}
