//! No path in a rules folder, and no name of a year, leads out of it: not by `..`, not from the root, not through links.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use tempfile::TempDir;

use crate::tables::{Ran, Rules, copy};
use crate::uptake::{output, rules};

/// What only a file outside of the rules folder says.
const OUTSIDE: &str = "the_outside_was_read";

/// A rules folder within a folder in which a second rulebook, a cluster and a text lie outside of it.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Scene {
        let scene = Scene { folder: tempfile::tempdir().unwrap() };
        for book in ["codes", "qof/2023-24", "qof/2024-25", "wf-newham/2024-25"] {
            copy(&rules().join(book), &scene.rules().join(book));
        }
        let outside = scene.folder.path().join("outside");
        copy(&rules().join("qof/2023-24"), &outside.join("2023-24"));
        let contract = outside.join("2023-24/contract.toml");
        let text = fs::read_to_string(&contract).unwrap();
        fs::write(&contract, text.replace("title ", &format!("note = \"{OUTSIDE}\"\ntitle "))).unwrap();
        fs::write(outside.join("more.rules"), format!("define {OUTSIDE} birth\n")).unwrap();
        fs::write(outside.join("cluster.toml"), format!("title = \"{OUTSIDE}\"\n[codes]\n")).unwrap();
        scene
    }

    fn rules(&self) -> std::path::PathBuf {
        self.folder.path().join("rules")
    }

    fn outside(&self) -> std::path::PathBuf {
        self.folder.path().join("outside")
    }

    fn command(&self, arguments: &[&str]) -> Ran {
        let rules = self.rules();
        let ran = Ran::of(output(arguments.iter().copied().chain(["--rules", rules.to_str().unwrap()])));
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!said.contains(OUTSIDE) && !said.contains("panicked"), "{arguments:?}\n{said}");
        ran
    }

    /// Ways to the folder outside, as somebody might write them.
    fn ways(&self) -> Vec<String> {
        let outside = self.outside();
        let absolute = outside.to_str().unwrap();
        vec![
            "../outside/2023-24".to_owned(),
            "../../outside/2023-24".to_owned(),
            "qof/../../outside/2023-24".to_owned(),
            "../outside".to_owned(),
            format!("{absolute}/2023-24"),
            absolute.to_owned(),
            "..".to_owned(),
            ".".to_owned(),
            "/".to_owned(),
            "qof/../../../../../../etc".to_owned(),
            "..\\\\outside\\\\2023-24".to_owned(),
            "~/outside".to_owned(),
            "file:///etc/passwd".to_owned(),
        ]
    }
}

#[track_caller]
fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "`{from}` in {}", file.display());
    fs::write(file, text.replacen(from, to, 1)).unwrap();
}

#[test]
fn a_rulebook_that_is_used_is_one_of_the_folder() {
    let scene = Scene::new();
    let file = scene.rules().join("wf-newham/2024-25/scheme.toml");
    let text = fs::read_to_string(&file).unwrap();
    for way in scene.ways() {
        fs::write(&file, &text).unwrap();
        edit(&file, "year_end = \"qof/2024-25\"", &format!("year_end = \"{way}\""));
        let ran = scene.command(&["check", "wf-newham/2024-25"]);
        assert_eq!(ran.code, Some(1), "{way}\n{}", ran.stdout);
        assert!(ran.stdout.contains("scheme.toml:"), "{way}\n{}", ran.stdout);
    }
}

#[test]
fn a_version_of_codes_is_one_of_the_folder() {
    let scene = Scene::new();
    let file = scene.rules().join("qof/2023-24/contract.toml");
    let text = fs::read_to_string(&file).unwrap();
    for way in scene.ways() {
        fs::write(&file, &text).unwrap();
        edit(&file, "= \"2026.1\"", &format!("= \"{way}\""));
        let ran = scene.command(&["check", "qof/2023-24"]);
        assert_eq!(ran.code, Some(1), "{way}\n{}", ran.stdout);
    }
}

#[test]
fn a_cluster_includes_clusters_of_its_folder() {
    let scene = Scene::new();
    let file = scene.rules().join("codes/2026.1/mmr.toml");
    let text = fs::read_to_string(&file).unwrap();
    for way in scene.ways().into_iter().chain(["../../../outside/cluster".to_owned()]) {
        fs::write(&file, &text).unwrap();
        edit(&file, "includes = [\"mmrv\"]", &format!("includes = [\"{way}\"]"));
        let ran = scene.command(&["check", "qof/2023-24"]);
        assert_eq!(ran.code, Some(1), "{way}\n{}", ran.stdout);
    }
}

#[test]
fn links_are_not_followed() {
    let scene = Scene::new();
    let before = scene.command(&["show", "--year", "2023-24"]).fine().stdout;
    let (rules, outside) = (scene.rules(), scene.outside());
    symlink(outside.join("more.rules"), rules.join("qof/2023-24/more.rules")).unwrap();
    symlink(outside.join("cluster.toml"), rules.join("codes/2026.1/zz_more.toml")).unwrap();
    symlink(outside.join("2023-24"), rules.join("qof/2030-31")).unwrap();
    symlink(&outside, rules.join("elsewhere")).unwrap();
    symlink("/", rules.join("root")).unwrap();
    symlink(".", rules.join("qof/circle")).unwrap();
    assert_eq!(scene.command(&["show", "--year", "2023-24"]).fine().stdout, before);
    scene.command(&["check"]).fine();
    let ran = scene.command(&["check", "qof/2030-31"]).refused();
    assert!(!ran.stderr.contains("2030-31,"), "{}", ran.stderr);
    // A contract that is itself a link is not there.
    let contract = rules.join("qof/2023-24/contract.toml");
    fs::remove_file(&contract).unwrap();
    symlink(outside.join("2023-24/contract.toml"), &contract).unwrap();
    assert_ne!(scene.command(&["show", "--year", "2023-24"]).code, Some(0));
}

#[test]
fn the_name_of_a_year_leads_nowhere_else() {
    let scene = Scene::new();
    for way in scene.ways() {
        for arguments in [
            vec!["show", "--year", &way],
            vec!["check", &way],
            vec!["test", &way],
            vec!["sql", "--dialect", "duckdb", "--year", &way],
            vec!["run", "--year", &way, "--patients", "p.csv", "--events", "e.csv"],
            vec!["run", "--year", "2023-24", "--scheme", &way, "--patients", "p.csv", "--events", "e.csv"],
        ] {
            scene.command(&arguments).refused();
        }
    }
}

#[test]
fn a_new_year_is_written_into_the_folder_only() {
    let scene = Scene::new();
    let names = |path: &Path| fs::read_dir(path).unwrap().count();
    let before = (names(scene.folder.path()), names(&scene.outside()), names(&scene.rules()));
    for way in scene.ways().into_iter().chain(["../2027-28".to_owned(), "../../qof/2027-28".to_owned()]) {
        scene.command(&["new-year", &way, "--from", "2024-25"]).refused();
    }
    assert_eq!((names(scene.folder.path()), names(&scene.outside()), names(&scene.rules())), before);
}

#[test]
fn folders_deeper_than_a_rulebook_has_are_not_looked_into() {
    let rules = Rules::copy(&["qof/2023-24"]);
    rules.append("qof/2023-24/codes/deeper/and/deeper/more.toml", "this is no TOML [");
    rules.append(".hidden/2023-24/contract.toml", "this is no TOML [");
    let ran = Ran::of(output(["check", "--rules", rules.folder().to_str().unwrap()]));
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
}
