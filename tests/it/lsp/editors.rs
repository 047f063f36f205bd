//! The files for editors in `docs/editors`: sound, and knowing every word of the language.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::uptake::root;

fn json(below: &str) -> Value {
    let path = root().join("docs/editors").join(below);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{below}: {error}"))
}

/// Every text under some key, wherever in a value.
fn texts<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(entries) => {
            for (name, inner) in entries {
                if name == key {
                    found.extend(inner.as_str());
                }
                texts(inner, key, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, key, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The keywords of the language: what the rules `k_…` of its grammar match.
fn keywords() -> BTreeSet<String> {
    let grammar = fs::read_to_string(root().join("grammar/rules.pest")).unwrap();
    let keyword = |line: &str| Some(line.strip_prefix("k_")?.split('"').nth(1)?.to_owned());
    grammar.lines().filter_map(keyword).collect()
}

#[test]
fn the_grammar_for_colours_knows_every_keyword() {
    let colours = json("uptake.tmLanguage.json");
    assert_eq!(colours["scopeName"], "source.uptake");
    let mut patterns = Vec::new();
    texts(&colours, "match", &mut patterns);
    let known: BTreeSet<&str> =
        patterns.iter().flat_map(|pattern| pattern.split(|sign: char| !sign.is_ascii_lowercase())).collect();
    let keywords = keywords();
    assert!(keywords.len() > 80);
    let unknown: Vec<&String> = keywords.iter().filter(|word| !known.contains(word.as_str())).collect();
    assert_eq!(unknown, Vec::<&String>::new());
    // Every pattern that is included is there.
    let mut included = Vec::new();
    texts(&colours, "include", &mut included);
    for name in included {
        assert!(colours["repository"][name.trim_start_matches('#')].is_object(), "{name}");
    }
}

#[test]
fn the_vscode_extension_is_of_one_piece() {
    let package = json("vscode/package.json");
    let contributes = &package["contributes"];
    let language = &contributes["languages"][0];
    let grammar = &contributes["grammars"][0];
    assert_eq!(language["id"], grammar["language"]);
    assert_eq!(language["extensions"], serde_json::json!([".rules"]));
    assert_eq!(grammar["scopeName"], json("uptake.tmLanguage.json")["scopeName"]);
    assert_eq!(grammar["path"], "./uptake.tmLanguage.json");
    json("vscode/language-configuration.json");
    assert_eq!(language["configuration"], "./language-configuration.json");
    let main = package["main"].as_str().unwrap();
    let client = fs::read_to_string(root().join("docs/editors/vscode").join(main)).unwrap();
    assert!(client.contains("\"lsp\"") && client.contains("uptake.command"));
    assert!(contributes["configuration"]["properties"]["uptake.command"].is_object());
}
