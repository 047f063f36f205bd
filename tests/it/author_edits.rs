//! Edits that an author makes from the guide alone, over the rules that `uptake export` writes: each works with no other
//! file touched, and what an author would stumble over says what to do. The pages of the guide are followed in `guide.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::tables::Ran;
use crate::uptake::{output, uptake};

/// A folder of an author's own with `rules` in it, in which commands are run.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        let desk = Desk(tempfile::tempdir().unwrap());
        desk.run(&["export", "rules"]).fine();
        desk
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(uptake(arguments).current_dir(self.0.path()).output().unwrap())
    }

    #[track_caller]
    fn edit(&self, below: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path(below)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {below}");
        fs::write(self.path(below), text.replace(from, to)).unwrap();
    }

    fn write(&self, below: &str, text: &str) {
        fs::create_dir_all(self.path(below).parent().unwrap()).unwrap();
        fs::write(self.path(below), text).unwrap();
    }
}

#[test]
fn rules_are_compared_with_those_built_in() {
    let desk = Desk::new();
    let same = desk.run(&["diff", "built-in", "rules", "--exit-code"]).fine();
    assert_eq!(same.stdout.matches(": no difference").count(), same.stdout.matches("/20").count());
    let line = "points_at_lower  = { is = 0, unit = \"points\", status = \"assumed\", source = \"none\" }";
    desk.edit("rules/qof/2023-24/contract.toml", line, &line.replace("is = 0", "is = 2"));
    let changed = desk.run(&["diff", "built-in", "rules", "--year", "2023-24", "--exit-code"]);
    assert_eq!(changed.code, Some(1), "{}", changed.stderr);
    assert!(changed.stdout.contains("points at lower: 0 points → 2 points"), "{}", changed.stdout);
    // Either side may be the program's own.
    let back = desk.run(&["diff", "rules", "built-in", "--year", "2023-24"]).fine();
    assert!(back.stdout.contains("points at lower: 2 points → 0 points"), "{}", back.stdout);
    desk.run(&["diff", "2023-24", "rules"]).refused().says("`uptake diff built-in rules`");
}

#[test]
fn what_lists_go_by_is_compared_too() {
    let desk = Desk::new();
    let rules = "rules/qof/2023-24/indicators.rules";
    desk.edit(rules, "age 8 weeks, age 12 weeks, age 16 weeks", "age 8 weeks, age 12 weeks, age 20 weeks");
    desk.edit(
        rules,
        "records of dtap or td_ipv on or after age 3 years",
        "records of dtap or td_ipv on or after age 4 years",
    );
    desk.edit(rules, "  related to dtap records of td_ipv\n", "  related to dtap records of dtap_ipv_booster\n");
    desk.edit(
        rules,
        "near misses within 31 days\n    source    none assumed\n\n  except DTPCON",
        "near misses within 4 weeks\n    source    none assumed\n\n  except DTPCON",
    );
    let said = desk.run(&["diff", "built-in", "rules", "--year", "2023-24"]).fine().stdout;
    for line in [
        "when dtap is due: `at age 8 weeks, age 12 weeks, age 16 weeks` → `at age 8 weeks, age 12 weeks, age 20 weeks`",
        "what may have been dtap added: `records of dtap_ipv_booster`",
        "what may have been dtap removed: `records of td_ipv`",
        "what may have been dtap_ipv_booster: `records of dtap or td_ipv on or after age 3 years` → `records of dtap or \
         td_ipv on or after age 4 years`",
        "near misses: `within 31 days` → `within 4 weeks`",
    ] {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&said).contains(&words(line)), "{line}\n{said}");
    }
}

#[test]
fn a_folder_of_that_name_is_a_folder() {
    let desk = Desk::new();
    desk.run(&["export", "built-in", "--year", "2022-23"]).fine();
    let ran = desk.run(&["diff", "built-in", "rules"]).fine();
    assert!(ran.stdout.contains("the rulebook qof/2023-24 was added"), "{}", ran.stdout);
}

#[test]
fn a_scheme_without_its_numbers_file_is_not_passed_over() {
    let desk = Desk::new();
    desk.write("rules/riverside/2024-25/pathway.rules", "pathway outreach \"Outreach\"\n");
    let ran = desk.run(&["check"]).fine();
    assert!(ran.stdout.contains("warning[W317]: no rulebook reads the files in riverside/2024-25/"), "{}", ran.stdout);
    assert!(ran.stdout.contains("add contract.toml, or scheme.toml for a local scheme"), "{}", ran.stdout);
    // Who checks one year asks for that year.
    assert!(!desk.run(&["check", "2023-24"]).fine().stdout.contains("W317"));
    desk.write("rules/riverside/2024-25/shceme.toml", "");
    let ran = desk.run(&["check"]).fine();
    assert!(
        ran.stdout.contains("help: rename shceme.toml: a rulebook's numbers file is scheme.toml"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_shipped_rules_have_no_stray_files() {
    assert_eq!(Desk::new().run(&["check"]).fine().stdout.matches("W317").count(), 0);
}

/// A new indicator lacks figures: that is one fault, and not also one of units that nobody can know yet.
#[test]
fn figures_that_are_missing_are_one_fault() {
    let desk = Desk::new();
    desk.write(
        "rules/qof/2026-27/more.rules",
        "indicator VI009 \"rotavirus by 24 weeks\"\n  source schedule assumed\n  register\n    registered at year end\n    \
         and turns 24 weeks in the year\n  achieved\n    any rotavirus by age 24 weeks\n",
    );
    let ran = desk.run(&["check", "2026-27"]);
    assert_eq!((ran.code, ran.stdout.matches("error[").count()), (Some(1), 1), "{}", ran.stdout);
    assert!(ran.stdout.contains("error[E204]: the indicator VI009 lacks 6 figures"), "{}", ran.stdout);
}

#[test]
fn a_cluster_that_another_includes_is_explained() {
    let desk = Desk::new();
    let ran = desk.run(&["show", "mmrv"]);
    ran.refused().says("no rule names the code cluster `mmrv` itself").says("`uptake show mmr`");
    desk.write(
        "rules/codes/2026.1/flu.toml",
        "title = \"Flu\"\ncomplete = false\n[sources]\np = \"a paper\"\n[codes]\n38598009 = { term = \"x\", source = \"p\" }\n",
    );
    desk.run(&["show", "flu"]).refused().says("count it in a rule, as in `any flu`");
}

#[test]
fn a_reason_can_be_shown_by_its_code() {
    let shown = Ran::of(output(["show", "PCADTP", "--year", "2023-24"])).fine();
    assert!(shown.stdout.starts_with("VI001 "), "{}", shown.stdout);
    assert!(shown.stdout.contains("Exception PCADTP: "), "{}", shown.stdout);
}

#[test]
fn a_year_may_be_said_in_either_way() {
    let curve = |flag: &str| {
        let rest = ["2023-24", "--cohort-size", "20", "--list-size", "9639", "--format", "csv"];
        Ran::of(output([&["curve", flag], &rest[..]].concat())).fine().stdout
    };
    assert_eq!(curve("--year"), curve("--years"));
}

/// The way that the remark names for a code that only a later year is to count.
#[test]
fn a_new_version_of_the_codes_leaves_past_years_alone() {
    let desk = Desk::new();
    crate::tables::copy(&desk.path("rules/codes/2026.1"), &desk.path("rules/codes/2026.2"));
    desk.edit("rules/qof/2026-27/contract.toml", "\"2026.1\"", "\"2026.2\"");
    let code = "999001100000100 = { term = \"MMRV, a new product\", source = \"nhse-immunisation-api\" }\n";
    let cluster = Path::new("rules/codes/2026.2/mmrv.toml");
    let text = fs::read_to_string(desk.0.path().join(cluster)).unwrap();
    desk.write("rules/codes/2026.2/mmrv.toml", &(text + code));
    assert_eq!(desk.run(&["check"]).fine().stdout.lines().last(), Some("9 rulebooks checked: no faults"));
    let ran = desk.run(&["diff", "built-in", "rules"]).fine();
    let changed: Vec<&str> = ran.stdout.lines().filter(|line| line.contains(" of codes")).collect();
    assert!(changed.iter().any(|line| line.starts_with("qof/2026-27: ")), "{changed:?}");
    assert!(!changed.iter().any(|line| line.starts_with("qof/2023-24: ")), "{changed:?}");
}
