//! `uptake schema`: the schemas agree with what `check` says.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::tables::Ran;
use crate::uptake::{output, root, rules, stdout};

fn validator(file: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&stdout(["schema", file])).unwrap();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    jsonschema::draft7::new(&schema).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// A TOML file as editors hand it to a validator: dates are texts.
fn instance(path: &Path) -> Option<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.parse::<toml::Table>().ok().map(|table| json(toml::Value::Table(table)))
}

fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(truth) => truth.into(),
        toml::Value::Datetime(day) => day.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(entries) => {
            Value::Object(entries.into_iter().map(|(key, value)| (key, json(value))).collect::<Map<_, _>>())
        }
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
}

#[test]
fn every_shipped_file_fits_its_schema() {
    let (contract, codes, examples) = (validator("contract"), validator("codes"), validator("examples"));
    let mut found = Vec::new();
    files(&rules(), &mut found);
    let mut fitted = [0, 0, 0];
    for path in found.iter().filter(|path| !path.starts_with(rules().join("demo"))) {
        let (at, schema) = match path.file_name().unwrap().to_str().unwrap() {
            "contract.toml" | "scheme.toml" => (0, &contract),
            "examples.toml" => (2, &examples),
            _ => (1, &codes),
        };
        let value = instance(path).unwrap();
        let errors: Vec<String> =
            schema.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        fitted[at] += 1;
    }
    assert!(fitted[0] >= 8 && fitted[1] >= 20 && fitted[2] >= 8, "{fitted:?}");
}

/// Faults that only the rest of the rulebook shows, or whose place in the file a schema cannot see.
const BEYOND_A_SCHEMA: [&str; 21] = [
    "E204", "E205", "E206", "E307", "E309", "E310", "E312", "E314", "E315", "E406", "E410", "E411", "E412", "E505",
    "E506", "E507", "W309", "W403", "W413", "W434", "W446",
];

/// Faults of form whose file is TOML all the same are refused by the schema, and the others are not.
#[test]
fn faults_of_form_do_not_fit() {
    let mut refused = 0;
    for (folder, schema) in [("contract", validator("contract")), ("codes", validator("codes"))] {
        let mut found = Vec::new();
        files(&root().join("tests/ui").join(folder), &mut found);
        for path in found {
            let Some(value) = instance(&path) else { continue };
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let codes = name.split('-').filter(|word| word.starts_with(['E', 'W']) && word.len() == 4);
            let of_form = codes.clone().any(|code| !BEYOND_A_SCHEMA.contains(&code) && code != "W404");
            assert_eq!(schema.is_valid(&value), !of_form, "{name}");
            refused += usize::from(of_form);
        }
    }
    assert!(refused >= 8, "{refused}");
    let examples = validator("examples");
    for (name, fits) in [
        ("e501-missing", false),
        ("e502-wrong-kind", false),
        ("e503-unknown-key", false),
        ("e505-unknown-cluster", true),
        ("e513-not-an-amount", false),
    ] {
        let value = instance(&root().join(format!("tests/examples/faulty/{name}.toml"))).unwrap();
        assert_eq!(examples.is_valid(&value), fits, "{name}");
    }
}

#[test]
fn each_key_is_described() {
    for file in ["contract", "codes", "examples"] {
        let schema: Value = serde_json::from_str(&stdout(["schema", file])).unwrap();
        let definitions = schema["definitions"].as_object().unwrap().values();
        for table in definitions.chain([&schema]) {
            for (key, value) in table["properties"].as_object().unwrap() {
                assert!(value["description"].as_str().is_some_and(|says| says.ends_with('.')), "{file}: {key}");
            }
        }
    }
    Ran::of(output(["schema", "rules"])).refused().says("possible values: contract, codes, examples");
}
