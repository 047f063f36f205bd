//! `uptake check --format json|sarif|github`: the same faults for programs.

use std::fs;

use serde_json::{Value, json};

use crate::check_books::Book;
use crate::tables::Ran;
use crate::uptake::{output, uptake};

/// A rulebook with a mistyped status behind signs of several code units, and a definition given twice.
fn faulty() -> Book {
    let book = Book::sound();
    book.edit(
        "contract.toml",
        "rate = { is = 2, unit = \"£ per point\", status = \"assumed\"",
        "rate = { is = 2, conflict = \"💉\", unit = \"£ per point\", status = \"asumed\"",
    );
    book.edit(
        "indicators.rules",
        "  achieved",
        "  define done  any jab after age 1 month\n  define done  any jab after age 1 month\n  achieved  done and",
    );
    book
}

/// `check` in the folder above the rules folder, which is found there.
fn check_here(book: &Book, more: &[&str]) -> Ran {
    fs::create_dir_all(book.rules().join("codes")).unwrap();
    let mut command = uptake(["check"].iter().chain(more));
    Ran::of(command.current_dir(book.above()).output().unwrap())
}

fn document(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

/// The faults that a document holds, by code.
fn with_code<'a>(faults: &'a Value, key: &str, code: &str) -> &'a Value {
    faults.as_array().unwrap().iter().find(|fault| fault[key] == code).unwrap_or_else(|| panic!("no {code}: {faults}"))
}

#[test]
fn json_has_each_fault_with_its_places_and_edit() {
    let ran = check_here(&faulty(), &["--format", "json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let found = document(&ran);
    assert_eq!((&found["schema"], &found["rulebooks"]), (&json!("uptake.check/1"), &json!(["test/2023-24"])));
    assert_eq!((&found["errors"], &found["warnings"]), (&json!(2), &json!(0)));
    // rate = { is = 2, conflict = "💉", unit = "£ per point", status = "asumed", …
    let expected = json!({
        "code": "E306",
        "severity": "error",
        "message": "`asumed` is not a status",
        "file": "rules/test/2023-24/contract.toml",
        "line": 10, "column": 65, "end_line": 10, "end_column": 73,
        "label": null,
        "related": [],
        "help": "a status is official, reported, derived or assumed",
        "fix": {
            "file": "rules/test/2023-24/contract.toml",
            "line": 10, "column": 65, "end_line": 10, "end_column": 73,
            "text": "\"assumed\"",
        },
    });
    assert_eq!(with_code(&found["diagnostics"], "code", "E306"), &expected);
    let twice = with_code(&found["diagnostics"], "code", "E203");
    assert_eq!((&twice["line"], &twice["fix"]), (&json!(5), &Value::Null));
    assert_eq!(
        twice["related"],
        json!([{
            "file": "rules/test/2023-24/indicators.rules",
            "line": 4, "column": 10, "end_line": 4, "end_column": 14,
            "message": "first here",
        }])
    );
}

/// The parts that SARIF 2.1.0 demands, and what code scanning reads.
#[test]
fn sarif_has_what_the_standard_demands() {
    let ran = check_here(&faulty(), &["--format", "sarif"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let log = document(&ran);
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().unwrap().ends_with("sarif-schema-2.1.0.json"));
    let [run] = log["runs"].as_array().unwrap().as_slice() else { panic!("one run") };
    assert_eq!((&run["tool"]["driver"]["name"], &run["columnKind"]), (&json!("uptake"), &json!("utf16CodeUnits")));
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for rule in rules {
        for part in ["shortDescription", "fullDescription", "help"] {
            assert!(rule[part]["text"].as_str().is_some_and(|text| text.len() > 5), "{rule}");
        }
        assert!(rule["help"]["markdown"].as_str().unwrap().starts_with(&format!("# {}", rule["id"].as_str().unwrap())));
        let level = if rule["id"].as_str().unwrap().starts_with('W') { "warning" } else { "error" };
        assert_eq!(rule["defaultConfiguration"]["level"], level);
    }
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        assert_eq!(rules[result["ruleIndex"].as_u64().unwrap() as usize]["id"], result["ruleId"]);
        assert!(result["message"]["text"].is_string() && result["level"] == "error", "{result}");
        let related = result["relatedLocations"].as_array().into_iter().flatten();
        for location in result["locations"].as_array().unwrap().iter().chain(related) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.starts_with("rules/test/2023-24/"), "{uri}");
            assert_eq!(physical["artifactLocation"]["uriBaseId"], "%SRCROOT%");
            for part in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(physical["region"][part].as_u64().unwrap() >= 1, "{physical}");
            }
        }
    }
    // One sign more than in characters: the syringe takes two code units.
    let status = with_code(&run["results"], "ruleId", "E306");
    let region = json!({ "startLine": 10, "startColumn": 66, "endLine": 10, "endColumn": 74 });
    assert_eq!(status["locations"][0]["physicalLocation"]["region"], region);
    let [fix] = status["fixes"].as_array().unwrap().as_slice() else { panic!("one fix") };
    let [change] = fix["artifactChanges"].as_array().unwrap().as_slice() else { panic!("one change") };
    assert_eq!(change["replacements"][0]["deletedRegion"], region);
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "\"assumed\"");
    assert_eq!(change["artifactLocation"]["uri"], "rules/test/2023-24/contract.toml");
}

#[test]
fn paths_outside_this_folder_start_at_the_rules_folder_in_sarif() {
    let log = document(&faulty().check(&["--format", "sarif"]));
    let run = &log["runs"][0];
    let place = &run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place, &json!({ "uri": "test/2023-24/contract.toml", "uriBaseId": "RULES" }));
    assert!(run["originalUriBaseIds"]["RULES"]["description"]["text"].is_string());
}

#[test]
fn github_gets_a_command_for_each_fault() {
    let ran = check_here(&faulty(), &["--format", "github"]);
    assert_eq!(ran.code, Some(1));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "::error file=rules/test/2023-24/contract.toml,line=10,col=65,endColumn=73,title=E306 there is no such \
             status::`asumed` is not a status%0Ahelp: a status is official, reported, derived or assumed",
            "::error file=rules/test/2023-24/indicators.rules,line=5,col=10,endColumn=14,title=E203 a name is given \
             twice::`done` is defined twice",
            "1 rulebook checked: 2 errors",
        ]
    );
}

#[test]
fn where_nothing_is_wrong_there_is_an_empty_list() {
    let book = Book::sound();
    let found = document(&book.check(&["--format", "json"]).fine());
    assert_eq!((&found["errors"], &found["diagnostics"]), (&json!(0), &json!([])));
    let log = document(&book.check(&["--format", "sarif"]).fine());
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(book.check(&["--format", "github"]).fine().stdout, "1 rulebook checked: no faults\n");
    Ran::of(output(["check", "--format", "xml"])).refused().says("possible values: human, json, sarif, github");
}
