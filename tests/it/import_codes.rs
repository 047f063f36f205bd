//! Published lists of codes taken over as clusters. The files in `tests/import_codes` have the columns that OpenCodelists
//! and NHS England publish; their codes are those of the shipped clusters, their refset ids are made up.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use tempfile::TempDir;
use uptake::ground::{BookName, ConceptId};
use uptake::model::Library;

use crate::tables::{copy, sources};
use crate::uptake::{output, root, rules};

/// A rules folder of one's own: one rulebook, and the national clusters that it names.
struct Rules(TempDir);

impl Rules {
    fn new() -> Rules {
        let folder = Rules(tempfile::tempdir().unwrap());
        copy(&rules().join("codes"), &folder.path("codes"));
        copy(&rules().join("qof/2026-27"), &folder.path("qof/2026-27"));
        folder
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn read(&self, below: &str) -> String {
        fs::read_to_string(self.path(below)).unwrap()
    }

    fn import(&self, file: &str, more: &[&str]) -> Run {
        let file = root().join("tests/import_codes").join(file);
        let arguments = ["import-codes", "--rules", self.0.path().to_str().unwrap(), file.to_str().unwrap()];
        Run::of(output(arguments.iter().chain(more)))
    }
}

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Run {
    fn of(output: Output) -> Run {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    fn fine(self) -> Run {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    fn refused(self) -> Run {
        assert_eq!((self.code, self.stdout.as_str()), (Some(2), ""), "{}", self.stderr);
        self
    }

    #[track_caller]
    fn says(&self, words: &str) -> &Run {
        assert!(self.stderr.contains(words), "`{words}` is not in:\n{}", self.stderr);
        self
    }
}

fn library(folder: &Path) -> Library {
    Library::new(sources(folder))
}

#[test]
fn a_list_from_opencodelists_becomes_a_cluster_that_a_rulebook_loads() {
    let folder = Rules::new();
    copy(&folder.path("codes/2026.1"), &folder.path("codes/2027.1"));
    fs::remove_file(folder.path("codes/2027.1/mmr.toml")).unwrap();
    let contract = folder.read("qof/2026-27/contract.toml");
    assert!(contract.contains("\"2026.1\""));
    fs::write(folder.path("qof/2026-27/contract.toml"), contract.replace("\"2026.1\"", "\"2027.1\"")).unwrap();

    let run = folder.import("opencodelists.csv", &["--cluster", "mmr", "--version", "2027.1"]).fine();
    run.says("as a list from OpenCodelists, in UTF-8").says("9 codes; 1 row repeating");
    run.says("against `mmr` of 2026.1 with what it includes (mmrv): 0 added, 8 removed");
    assert!(!run.stderr.contains("still lacks"), "{}", run.stderr);

    let checked = library(folder.0.path()).check(&BookName::parse("2026-27", "qof").unwrap());
    let book = checked.book.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    let mmr = book.clusters.iter().find(|cluster| cluster.name == "mmr").unwrap();
    assert_eq!(
        (mmr.codes.len(), mmr.complete, mmr.title.as_str()),
        (9, false, "Measles, mumps and rubella vaccination")
    );
    let quoted = mmr.codes.iter().find(|code| code.id == ConceptId::parse("170433008").unwrap()).unwrap();
    assert_eq!(quoted.term, "MMR vaccination - \"second\" dose");
}

#[test]
fn the_file_has_the_form_of_the_shipped_ones() {
    let folder = Rules::new();
    let more = [
        "--cluster",
        "mmr_old",
        "--version",
        "2027.1",
        "--title",
        "MMR",
        "--source",
        "list-7",
        "--source-title",
        "List 7",
        "--complete",
    ];
    folder.import("opencodelists-own-columns.csv", &more).fine().says("no version has had a cluster `mmr_old`");
    let expected = "title    = \"MMR\"\ncomplete = true\n\
        note     = \"Taken over by `uptake import-codes` from opencodelists-own-columns.csv.\"\n\n\
        [sources]\nlist-7 = \"List 7\"\n\n[codes]\n\
        38598009  = { term = \"Measles-mumps-rubella vaccination\", source = \"list-7\" }\n\
        170431005 = { term = \"Measles mumps and rubella booster vaccination\", source = \"list-7\" }\n\
        170432003 = { term = \"Mumps-measles-rubella (MMR) pre-school booster vaccination\", source = \"list-7\" }\n";
    assert_eq!(folder.read("codes/2027.1/mmr_old.toml"), expected);
}

#[test]
fn one_reference_set_of_several_must_be_chosen() {
    let folder = Rules::new();
    let rsv = ["--cluster", "rsv", "--version", "2027.1"];
    let run = folder.import("pcd-refset-content.txt", &rsv).refused();
    run.says("holds 2 reference sets: name the one that fills the cluster `rsv`");
    run.says("  PNEUVAC1_COD  999990000000102     3 rows  Pneumococcal vaccination codes\n  RSVADMIN_COD  999990000000101     4 rows  Resp");
    folder
        .import("pcd-refset-content.txt", &[&rsv[..], &["--refset", "MMR"]].concat())
        .refused()
        .says("none of the 2 reference sets");
    assert!(!folder.path("codes/2027.1").exists());

    let run = folder.import("pcd-refset-content.txt", &[&rsv[..], &["--refset", "rsvadmin_cod"]].concat()).fine();
    run.says("the reference set RSVADMIN_COD (999990000000101)").says("2 codes; 2 rows repeating");
    run.says("against `rsv` of 2026.1: 0 added,").says("  - 42223111000001107 Arexvy");
    run.says("version 2027.1 still lacks 27 clusters of 2026.1: diphtheria, dtap, ");
    let text = folder.read("codes/2027.1/rsv.toml");
    assert!(text.contains("pcd-refset = \"NHS England primary care domain reference set RSVADMIN_COD (999990000000101), from pcd-refset-content.txt\""), "{text}");
}

#[test]
fn rows_that_were_retired_from_their_set_are_left_out() {
    let folder = Rules::new();
    let more = ["--cluster", "rsv", "--version", "2027.1", "--output", "-"];
    let run = folder.import("cluster-refset.csv", &more).fine();
    run.says("in windows-1252").says("2 codes; 1 row no longer active, left out");
    // A code that SNOMED CT has retired stays: its set still counts it.
    assert!(run.stdout.contains("1303503001") && run.stdout.contains("1853491000000104"), "{}", run.stdout);
    assert!(run.stdout.contains("cluster-refset.csv; 1 row is no longer active, and left out.\""), "{}", run.stdout);
    assert!(!folder.path("codes/2027.1").exists());

    let named =
        folder.import("cluster-refset.csv", &["--cluster", "rsv_new", "--version", "2027.1", "--output", "-"]).fine();
    assert!(named.stdout.starts_with("title    = \"RSV vaccination – codes\"\n"), "{}", named.stdout);
}

#[test]
fn faulty_rows_are_all_named_and_nothing_is_written() {
    let folder = Rules::new();
    let more = ["--cluster", "mmr", "--version", "2027.1"];
    let run = folder.import("faulty.csv", &more).refused();
    run.says("row 3: the column `code` has a code that a spreadsheet rounded")
        .says("row 4: the check digit of the code in the column `code` is wrong");
    run.says("row 5: the code in the column `code` has lost its digits")
        .says("row 6: the row has 3 cells and the header 2");
    run.says("error: 4 rows of ").says("nothing was written").says("--skip-faulty");
    assert!(!folder.path("codes/2027.1").exists());

    let complete = folder.import("faulty.csv", &[&more[..], &["--skip-faulty", "--complete"]].concat()).refused();
    complete.says("the list is not complete without 4 rows");
    let skipped = folder.import("faulty.csv", &[&more[..], &["--skip-faulty"]].concat()).fine();
    skipped.says("left out: ").says("1 code; 4 rows faulty, left out");
    assert!(folder.read("codes/2027.1/mmr.toml").contains("4 rows are faulty, and left out"));
}

#[test]
fn a_published_version_is_left_alone() {
    let folder = Rules::new();
    let before = folder.read("codes/2026.1/mmr.toml");
    let more = ["--cluster", "mmr", "--version", "2026.1"];
    folder.import("opencodelists.csv", &more).refused().says("is there already").says("never edited");
    assert_eq!(folder.read("codes/2026.1/mmr.toml"), before);
    folder.import("opencodelists.csv", &[&more[..], &["--overwrite"]].concat()).fine();
    assert_ne!(folder.read("codes/2026.1/mmr.toml"), before);
}

#[test]
fn what_cannot_be_a_cluster_is_refused_with_the_fix() {
    let folder = Rules::new();
    let refused = |file: &str, more: &[&str]| folder.import(file, more).refused();
    refused("opencodelists.csv", &["--cluster", "MMR", "--version", "2027.1"]).says("use small letters");
    refused("opencodelists.csv", &["--cluster", "../mmr", "--version", "2027.1"]).says("use small letters");
    refused("opencodelists.csv", &["--cluster", "mmr", "--version", ".."]).says("--version 2027.1");
    refused("opencodelists.csv", &["--cluster", "newer", "--version", "2027.1"]).says("give it a title");
    refused("opencodelists.csv", &["--cluster", "mmr", "--version", "2027.1", "--refset", "A"]).says("is one list");
    refused("opencodelists.csv", &["--cluster", "mmr", "--version", "2027.1", "--from", "refset"])
        .says("--from opencodelists");
    refused("opencodelists-definition.csv", &["--cluster", "mmr", "--version", "2027.1"])
        .says("take the other download");
    refused("absent.csv", &["--cluster", "mmr", "--version", "2027.1"]).says("cannot read");
}
