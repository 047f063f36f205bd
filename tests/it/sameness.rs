//! The same answer, byte for byte, whatever the order of rows, the number of threads, and the form of the tables.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::uptake::{output, stdout};

const YEARS: &str = "2021-22,2023-24";

/// One made-up extract, in CSV and in Parquet, for all tests here.
static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for format in ["csv", "parquet"] {
        let place = folder.path().join(format);
        let more = ["--size", "1500", "--seed", "11", "--write-only", "--format", format];
        stdout(["demo", place.to_str().unwrap()].iter().chain(&more));
    }
    folder
});

/// A folder of tables with the ending of their names.
#[derive(Clone)]
struct Extract(PathBuf, &'static str);

impl Extract {
    fn demo(format: &'static str) -> Extract {
        Extract(DEMO.path().join(format), format)
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let mut arguments = vec!["run".to_owned(), "--year".to_owned(), YEARS.to_owned()];
        for table in ["patients", "events", "practices"] {
            let file = self.0.join(format!("{table}.{}", self.1));
            arguments.extend([format!("--{table}"), file.to_str().unwrap().to_owned()]);
        }
        arguments.extend(more.iter().map(|word| (*word).to_owned()));
        arguments
    }

    fn run(&self, more: &[&str]) -> Vec<u8> {
        let output = output(self.arguments(more));
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

/// Every form of the results that is text, at both levels.
const FORMS: [(&str, &str); 6] = [
    ("practice", "csv"),
    ("practice", "json"),
    ("practice", "table"),
    ("patient", "csv"),
    ("patient", "json"),
    ("patient", "table"),
];

/// The results in a form, without what tells which files were read.
fn results(extract: &Extract, (level, format): (&str, &str), more: &[&str]) -> String {
    let form = ["--level", level, "--format", format];
    let text = String::from_utf8(extract.run(&[&form, more].concat())).unwrap();
    if format != "json" {
        return text;
    }
    let mut document: Value = serde_json::from_str(&text).unwrap();
    for key in ["provenance", "findings"] {
        assert!(document.as_object_mut().unwrap().remove(key).is_some(), "`{key}` stands at the top");
    }
    serde_json::to_string(&document).unwrap()
}

#[track_caller]
fn all_the_same(other: &Extract, more: &[&str]) {
    for form in FORMS {
        let expected = results(&Extract::demo("csv"), form, &[]);
        assert!(expected.len() > 1000, "there is something to compare");
        assert!(results(other, form, more) == expected, "{form:?} differs with {more:?}");
    }
}

#[test]
fn the_order_of_rows_changes_nothing() {
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        for table in ["patients", "events", "practices"] {
            shuffle(&Extract::demo("csv").0, folder.path(), table, seed);
        }
        all_the_same(&Extract(folder.path().to_owned(), "csv"), &["--threads", "2"]);
    }
}

/// Writes a table anew with its rows in another order.
fn shuffle(from: &Path, to: &Path, table: &str, seed: u64) {
    let text = fs::read_to_string(from.join(format!("{table}.csv"))).unwrap();
    let mut rows: Vec<&str> = text.lines().collect();
    let header = rows.remove(0);
    let mut state = seed;
    for last in (1..rows.len()).rev() {
        // Knuth's multiplier and increment for 64 bits; the upper bits are the better ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        rows.swap(last, (state >> 33) as usize % (last + 1));
    }
    assert_ne!(rows.first(), text.lines().nth(1).as_ref(), "the rows moved");
    fs::write(to.join(format!("{table}.csv")), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
}

#[test]
fn the_number_of_threads_changes_nothing() {
    for threads in ["1", "2", "8"] {
        all_the_same(&Extract::demo("csv"), &["--threads", threads]);
    }
}

#[test]
fn rows_that_stand_twice_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for table in ["patients", "events", "practices"] {
        let name = format!("{table}.csv");
        let text = fs::read_to_string(Extract::demo("csv").0.join(&name)).unwrap();
        let (_, rows) = text.split_once('\n').unwrap();
        let again = if table == "events" { rows } else { "" };
        fs::write(folder.path().join(&name), format!("{text}{again}")).unwrap();
    }
    all_the_same(&Extract(folder.path().to_owned(), "csv"), &[]);
}

#[test]
#[cfg(feature = "parquet")]
fn csv_and_parquet_give_the_same() {
    all_the_same(&Extract::demo("parquet"), &[]);
    all_the_same(&Extract::demo("parquet"), &["--threads", "1"]);
}

#[test]
#[cfg(feature = "parquet")]
fn results_in_parquet_are_the_same_bytes() {
    for level in ["practice", "patient"] {
        let form = ["--level", level, "--format", "parquet"];
        let expected = Extract::demo("csv").run(&form);
        assert!(expected.starts_with(b"PAR1") && expected.ends_with(b"PAR1"));
        assert!(Extract::demo("csv").run(&[&form[..], &["--threads", "1"]].concat()) == expected);
        assert!(Extract::demo("parquet").run(&form) == expected);
    }
}

#[test]
fn a_file_of_results_holds_what_stdout_would() {
    let folder = tempfile::tempdir().unwrap();
    for (at, (level, format)) in FORMS.into_iter().enumerate() {
        let form = ["--level", level, "--format", format];
        let file = folder.path().join(format!("results-{at}"));
        let to_file = [&form[..], &["--output", file.to_str().unwrap()]].concat();
        assert!(Extract::demo("csv").run(&to_file).is_empty(), "results go to one place");
        assert!(fs::read(&file).unwrap() == Extract::demo("csv").run(&form), "{level} {format}");
        // Nothing but the file is left behind.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), at + 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert!(mode == 0o600 || level == "practice", "{level} {format}: {mode:o}");
        }
    }
}

#[test]
#[cfg(unix)]
fn an_old_file_that_others_may_read_is_replaced_by_one_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("patients-results.csv");
    fs::write(&file, "old").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    Extract::demo("csv").run(&["--level", "patient", "--format", "csv", "--output", file.to_str().unwrap()]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&file).unwrap().starts_with("patient_id,"));
}
