//! FHIR R4: a bulk export says what the tables say, and MeasureReports say what the other forms say and are valid.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::uptake::{output, root, stdout};

const YEARS: &str = "2021-22,2023-24";

/// One made-up extract, as tables and as a bulk export.
static DEMO: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    for format in ["csv", "ndjson"] {
        let place = folder.path().join(format);
        let more = ["--size", "1500", "--seed", "11", "--write-only", "--format", format];
        stdout(["demo", place.to_str().unwrap()].iter().chain(&more));
    }
    folder
});

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The arguments that name the tables.
fn tables() -> Vec<String> {
    let file = |name: &str| text(&DEMO.path().join("csv").join(name));
    vec!["--patients".to_owned(), file("patients.csv"), "--events".to_owned(), file("events.csv")]
}

/// The arguments that name the export, or another one.
fn export(folder: Option<&Path>) -> Vec<String> {
    vec!["--fhir".to_owned(), text(folder.unwrap_or(&DEMO.path().join("ndjson")))]
}

fn run(records: Vec<String>, more: &[&str]) -> String {
    let practices = text(&DEMO.path().join("csv/practices.csv"));
    let first = ["run", "--year", YEARS, "--practices", &practices].map(str::to_owned);
    stdout(first.into_iter().chain(records).chain(more.iter().map(|word| (*word).to_owned())))
}

#[test]
fn the_demo_as_an_export_runs_as_the_demo_as_tables_does() {
    for level in ["practice", "patient"] {
        for format in ["csv", "table", "fhir"] {
            let form = ["--level", level, "--format", format];
            let expected = run(tables(), &form);
            assert!(expected.len() > 1000, "there is something to compare");
            assert!(run(export(None), &form) == expected, "{level} {format}");
            assert!(run(export(None), &[&form[..], &["--threads", "1"]].concat()) == expected, "{level} {format}");
        }
    }
    for table in ["payments", "fees", "practices"] {
        let form = ["--table", table, "--format", "csv"];
        assert!(run(export(None), &form) == run(tables(), &form), "{table}");
    }
}

#[test]
fn other_commands_read_exports_too() {
    let first_child = run(tables(), &["--level", "patient", "--format", "csv"]);
    let patient = first_child.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    let commands: [&[&str]; 4] = [
        &["explain", "--year", "2023-24", "--indicator", "VI001", "--patient", &patient],
        &["compare", "--years", YEARS, "--format", "csv"],
        &["near-misses", "--year", "2023-24", "--format", "csv"],
        &["attrition", "--year", "2023-24", "--format", "csv"],
    ];
    for command in commands {
        let ran = |records: Vec<String>| stdout(command.iter().map(|word| (*word).to_owned()).chain(records));
        assert!(ran(export(None)) == ran(tables()), "{command:?}");
    }
}

#[test]
fn neither_the_order_of_lines_nor_how_files_are_cut_matters() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(DEMO.path().join("ndjson")).unwrap() {
        let path = entry.unwrap().path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(".ndjson"))
        else {
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.reverse();
        let (first, second) = lines.split_at(lines.len() / 2);
        fs::write(folder.path().join(format!("1.{name}")), first.join("\n")).unwrap();
        fs::write(folder.path().join(format!("0.{name}")), second.join("\r\n")).unwrap();
    }
    let form = ["--level", "patient", "--format", "csv"];
    assert!(run(export(Some(folder.path())), &form) == run(tables(), &form));
    // The files one by one are the folder.
    let files = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    let named: Vec<String> = files.flat_map(|file| export(Some(&file))).collect();
    assert!(run(named, &form) == run(tables(), &form));
}

#[test]
fn hostile_lines_are_told_and_nobodys_values_are() {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(DEMO.path().join("ndjson")).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    let doses = folder.path().join("Immunization.ndjson");
    let mut bytes = fs::read(&doses).unwrap();
    let secret = "9990001112";
    for line in [
        format!(r#"{{"resourceType":"Immunization","status":"completed","patient":{{"reference":"Patient/{secret}"#),
        format!(r#"{{"resourceType":"Immunization","status":["{secret}"]}}"#),
        format!(r#"{{"resourceType":"Immunization","id":"{secret}","{}":1}}"#, "x".repeat(70_000)),
        "[".repeat(200_000),
    ] {
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
    }
    bytes.extend_from_slice(&[0xFF, 0x00, b'\n']);
    fs::write(&doses, bytes).unwrap();
    let arguments = ["run", "--year", "2023-24", "--format", "csv"].map(str::to_owned);
    let ran = output(arguments.iter().cloned().chain(export(Some(folder.path()))));
    let told = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(0), "{told}");
    for words in [
        "2 × a line that is not a JSON object, or is cut short: set aside",
        "1 × a resource with a member that stands twice or is not of the type that FHIR R4 gives it: set aside",
        "1 × a cell that is not UTF-8 text",
    ] {
        assert!(told.contains(words), "{told}");
    }
    assert!(!told.contains(secret));
    let expected = stdout(arguments.iter().cloned().chain(tables()));
    assert!(String::from_utf8(ran.stdout).unwrap() == expected);
    let strict = output(arguments.into_iter().chain(export(Some(folder.path()))).chain(["--strict".to_owned()]));
    assert_eq!(strict.status.code(), Some(2));
    assert!(!String::from_utf8(strict.stderr).unwrap().contains(secret));
}

#[test]
fn what_is_no_export_is_refused_with_help() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |records: Vec<String>| {
        let ran = output(["run", "--year", "2023-24"].map(str::to_owned).into_iter().chain(records));
        assert_eq!(ran.status.code(), Some(2));
        String::from_utf8(ran.stderr).unwrap()
    };
    let told = refused(export(Some(folder.path())));
    assert!(told.contains("there is no .ndjson file in"), "{told}");
    let patients = text(&DEMO.path().join("ndjson/Patient.ndjson"));
    let told = refused(export(Some(Path::new(&patients))));
    assert!(told.contains("holds Immunization, Condition, Observation or Procedure"), "{told}");
    let told = refused(vec!["--patients".to_owned(), patients.clone(), "--events".to_owned(), patients]);
    assert!(told.contains("hand it over with `--fhir`"), "{told}");
    let told = refused(Vec::new());
    assert!(told.contains("--fhir") || told.contains("--patients"), "{told}");
    let told = refused(tables().into_iter().chain(export(None)).collect());
    assert!(told.contains("cannot be used with"), "{told}");
    let form = ["--table", "fees", "--format", "fhir"].map(str::to_owned);
    let told = refused(tables().into_iter().chain(form).collect());
    assert!(told.contains("a MeasureReport holds indicators"), "{told}");
}

/// A bundle that the structure of FHIR R4 allows, whose addresses are each of one entry and lead to one.
fn bundle(more: &[&str]) -> Value {
    let bundle: Value = serde_json::from_str(&run(tables(), &[&["--format", "fhir"], more].concat())).unwrap();
    let schema = fs::read_to_string(root().join("tests/fhir/bundle.schema.json")).unwrap();
    let validator = jsonschema::draft7::new(&serde_json::from_str(&schema).unwrap()).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(&bundle).take(5).map(|fault| format!("{} {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let mut addresses = BTreeMap::new();
    for entry in entries(&bundle) {
        let address = entry["fullUrl"].as_str().unwrap();
        assert!(addresses.insert(address, &entry["resource"]).is_none(), "bdl-7: {address} stands twice");
    }
    for report in resources(&bundle, "MeasureReport") {
        for population in report["group"][0]["population"].as_array().unwrap() {
            if let Some(address) = population["subjectResults"]["reference"].as_str() {
                let list = addresses[address];
                assert_eq!(list["resourceType"], "List");
                assert_eq!(list["entry"].as_array().unwrap().len() as u64, population["count"].as_u64().unwrap());
            }
        }
    }
    bundle
}

fn entries(bundle: &Value) -> impl Iterator<Item = &Value> {
    bundle["entry"].as_array().unwrap().iter()
}

fn resources<'a>(bundle: &'a Value, resource: &'a str) -> impl Iterator<Item = &'a Value> {
    entries(bundle).map(|entry| &entry["resource"]).filter(move |of| of["resourceType"] == resource)
}

type Row = BTreeMap<String, String>;

fn rows(more: &[&str]) -> Vec<Row> {
    let text = run(tables(), &[&["--format", "csv"], more].concat());
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

/// A report's practice and indicator with its year.
fn subject(report: &Value) -> (String, String) {
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    (word(&report["reporter"]["identifier"]["value"]), word(&report["group"][0]["code"]["text"]))
}

#[test]
fn a_summary_says_what_the_table_says() {
    let bundle = bundle(&["--level", "practice"]);
    let rows = rows(&["--level", "practice"]);
    let mut at = rows.iter();
    for report in resources(&bundle, "MeasureReport") {
        let row = at.next().unwrap();
        assert_eq!(report["type"], "summary");
        assert_eq!(subject(report), (row["practice_code"].clone(), format!("{} {}", row["indicator"], row["year"])));
        let group = &report["group"][0];
        let counts: Vec<String> =
            group["population"].as_array().unwrap().iter().map(|of| of["count"].to_string()).collect();
        let columns = ["register", "register", "excluded", "excepted", "numerator"];
        assert_eq!(counts, columns.map(|column| row[column].clone()), "{row:?}");
        let score = group["measureScore"]["value"].as_f64().map(|score| format!("{score:.2}"));
        assert_eq!(score.unwrap_or_default(), row["achievement_percent"]);
        let start = format!("{}-04-01", &row["year"][..4]);
        assert_eq!(report["period"]["start"], start);
    }
    assert!(at.next().is_none() && rows.len() > 20);
    assert_eq!(resources(&bundle, "List").count(), 0, "a summary names nobody");
}

#[test]
fn a_summary_masks_what_the_suppressed_table_withholds() {
    let suppress = ["--suppress", "5"];
    let bundle = bundle(&suppress);
    let rows = rows(&suppress);
    let (mut masked, mut at) = (0, rows.iter());
    for report in resources(&bundle, "MeasureReport") {
        let row = at.next().unwrap();
        assert_eq!(report["meta"]["tag"][0]["display"], "suppressed below 5", "{}", report["meta"]);
        let populations = report["group"][0]["population"].as_array().unwrap();
        for (of, column) in populations.iter().zip(["register", "register", "excluded", "excepted", "numerator"]) {
            let count = of["count"].as_u64().map(|count| count.to_string());
            assert_eq!(count.unwrap_or("[c]".to_owned()), row[column], "{column} of {row:?}");
            let why = &of["_count"]["extension"][0]["valueCode"];
            assert_eq!(why == "masked", row[column] == "[c]", "{of}");
            masked += usize::from(row[column] == "[c]");
        }
        assert_eq!(report["group"][0]["measureScore"].is_null(), ["[c]", ""].contains(&&*row["achievement_percent"]));
    }
    assert!(masked > 10 && at.next().is_none(), "{masked}");
}

#[test]
fn a_subject_list_names_whom_the_table_of_patients_names() {
    let bundle = bundle(&["--level", "patient"]);
    let mut expected: BTreeMap<(String, String), BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for row in rows(&["--level", "patient"]) {
        let place = (row["practice_code"].clone(), format!("{} {}", row["indicator"], row["year"]));
        let populations = match row["outcome"].as_str() {
            "achieved" => &["initial-population", "denominator", "numerator"][..],
            "excepted" => &["initial-population", "denominator", "denominator-exception"],
            "excluded" => &["initial-population", "denominator", "denominator-exclusion"],
            "not_achieved" => &["initial-population", "denominator"],
            other => panic!("{other}"),
        };
        let of = expected.entry(place).or_default();
        for population in populations {
            of.entry(population).or_default().insert(format!("Patient/{}", row["patient_id"]));
        }
    }
    let lists: BTreeMap<&str, &Value> =
        entries(&bundle).map(|entry| (entry["fullUrl"].as_str().unwrap(), &entry["resource"])).collect();
    let mut found: BTreeMap<(String, String), BTreeMap<&str, BTreeSet<String>>> = BTreeMap::new();
    for report in resources(&bundle, "MeasureReport") {
        assert_eq!(report["type"], "subject-list");
        let of = found.entry(subject(report)).or_default();
        for population in report["group"][0]["population"].as_array().unwrap() {
            let code = population["code"]["coding"][0]["code"].as_str().unwrap();
            let Some(address) = population["subjectResults"]["reference"].as_str() else {
                assert_eq!(population["count"], 0);
                continue;
            };
            let items = lists[address]["entry"].as_array().unwrap().iter();
            of.insert(code, items.map(|item| item["item"]["reference"].as_str().unwrap().to_owned()).collect());
        }
    }
    assert!(expected.len() > 20);
    assert_eq!(found, expected);
}

#[test]
#[cfg(unix)]
fn a_file_of_subject_lists_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file: PathBuf = folder.path().join("reports.json");
    run(export(None), &["--level", "patient", "--format", "fhir", "--output", file.to_str().unwrap()]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}
