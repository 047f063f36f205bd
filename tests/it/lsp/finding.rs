//! Going from a word to what it means, to everything that means the same, and to anything by its name.

use std::fs;

use serde_json::{Value, json};

use super::{CONTRACT, Editor, INDICATORS, PAYMENTS, position};

/// Asks about the n-th occurrence of a word in a text.
fn ask(editor: &mut Editor, what: &str, below: &str, text: &str, word: &str, nth: usize) -> Vec<Value> {
    let at = text.match_indices(word).nth(nth).unwrap_or_else(|| panic!("{word}")).0;
    let (line, character) = position(text, at);
    let params = json!({
        "textDocument": { "uri": editor.uri(below) },
        "position": { "line": line, "character": character + 1 },
        "context": { "includeDeclaration": true },
    });
    let answer = editor.ask(&format!("textDocument/{what}"), params);
    answer["result"].as_array().cloned().unwrap_or_default()
}

/// The text that starts at a place that the server names, to the end of its line.
fn text_at(editor: &Editor, location: &Value) -> String {
    let uri = location["uri"].as_str().unwrap();
    let start = editor.uri("");
    let below = uri.strip_prefix(&start).unwrap_or_else(|| panic!("{uri} is not below {start}"));
    let text = editor.text(below);
    let line = text.lines().nth(location["range"]["start"]["line"].as_u64().unwrap() as usize).unwrap();
    let units: Vec<u16> = line.encode_utf16().collect();
    let from = location["range"]["start"]["character"].as_u64().unwrap() as usize;
    format!("{below}: {}", String::from_utf16(&units[from..]).unwrap())
}

#[track_caller]
fn leads_to(editor: &mut Editor, below: &str, text: &str, word: &str, expected: &[&str]) {
    let found = ask(editor, "definition", below, text, word, 0);
    let places: Vec<String> = found.iter().map(|location| text_at(editor, location)).collect();
    assert_eq!(places.len(), expected.len(), "{word}: {places:?}");
    for (place, expected) in places.iter().zip(expected) {
        assert!(place.starts_with(expected), "{word}: {place}");
    }
}

#[test]
fn words_lead_to_where_they_get_their_meaning() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    leads_to(&mut editor, INDICATORS, &indicators, "dtap before", &["codes/2026.1/dtap.toml: title"]);
    leads_to(&mut editor, INDICATORS, &indicators, "two_mmr and", &["qof/2023-24/indicators.rules: two_mmr   "]);
    leads_to(
        &mut editor,
        INDICATORS,
        &indicators,
        "pca-reference",
        &["qof/2023-24/contract.toml: pca-reference-2023-24 ="],
    );
    leads_to(&mut editor, INDICATORS, &indicators, "before age", &[]);
    let payments = editor.text(PAYMENTS);
    let each = ["qof/2023-24/contract.toml: lower_threshold"; 4];
    leads_to(&mut editor, PAYMENTS, &payments, "lower_threshold", &each);
    leads_to(
        &mut editor,
        PAYMENTS,
        &payments,
        "points * pounds_per_point",
        &["qof/2023-24/payments.rules: points = 0"],
    );
    leads_to(&mut editor, PAYMENTS, &payments, "PCV_12M", &["qof/2023-24/courses.rules: PCV_12M \""]);
    let contract = editor.text(CONTRACT);
    leads_to(&mut editor, CONTRACT, &contract, "VI001]", &["qof/2023-24/indicators.rules: VI001 \"DTP"]);
    leads_to(&mut editor, CONTRACT, &contract, "pulse-2021-04", &["qof/2023-24/contract.toml: pulse-2021-04 "]);
    let examples = editor.text("qof/2023-24/examples.toml");
    leads_to(&mut editor, "qof/2023-24/examples.toml", &examples, "dtap\"", &["codes/2026.1/dtap.toml: title"]);
    let mmr = editor.text("codes/2026.1/mmr.toml");
    leads_to(&mut editor, "codes/2026.1/mmr.toml", &mmr, "mmrv\"", &["codes/2026.1/mmrv.toml: title"]);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn everything_that_means_the_same_is_found() {
    let mut editor = Editor::with(&["codes/2026.1", "qof/2022-23", "qof/2023-24"]);
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    // Defined and used in one year; another year's of the same name is another.
    let found = ask(&mut editor, "references", INDICATORS, &indicators, "two_mmr", 0);
    assert_eq!(found.len(), indicators.matches("two_mmr").count(), "{found:?}");
    // A cluster is named in both years, in examples and by clusters that include it.
    let found = ask(&mut editor, "references", INDICATORS, &indicators, "dtap_ipv_booster", 0);
    let mut files: Vec<String> = found.iter().map(|location| text_at(&editor, location)).collect();
    let written = |below: &str, word: &str| editor.text(below).matches(word).count();
    let of = |year: &str| format!("qof/{year}/indicators.rules");
    for year in ["2022-23", "2023-24"] {
        let named = files.iter().filter(|file| file.starts_with(&of(year))).count();
        assert_eq!(named, written(&of(year), "dtap_ipv_booster"), "{files:?}");
    }
    files.retain(|file| file.starts_with("codes/"));
    assert_eq!(files, ["codes/2026.1/dtap_ipv_booster.toml: title    = \"Diphtheria, tetanus, pertussis and polio: reinforcing dose\""].map(|_| files[0].clone()));
    let payments = editor.text(PAYMENTS);
    let found = ask(&mut editor, "references", PAYMENTS, &payments, "pounds_per_point", 0);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn files_and_folders_say_what_they_hold() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    let file = |editor: &Editor, below: &str| json!({ "textDocument": { "uri": editor.uri(below) } });
    let params = file(&editor, INDICATORS);
    let answer = editor.ask("textDocument/documentSymbol", params);
    let symbols = answer["result"].as_array().unwrap();
    let names: Vec<&str> = symbols.iter().map(|symbol| symbol["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["VI001", "VI002", "VI003"]);
    let clauses: Vec<&str> =
        symbols[2]["children"].as_array().unwrap().iter().map(|clause| clause["name"].as_str().unwrap()).collect();
    assert_eq!(
        clauses[..6],
        ["two_mmr", "reinforcing_dose", "mmr_ruled_out", "dtap_ruled_out", "register", "achieved"]
    );
    // The place of a name lies within the place of the whole, as the protocol wants.
    for symbol in symbols {
        let line = |range: &str, end: &str| symbol[range][end]["line"].as_u64().unwrap();
        assert!(line("range", "start") <= line("selectionRange", "start"), "{symbol}");
        assert!(line("range", "end") >= line("selectionRange", "end"), "{symbol}");
    }
    let params = file(&editor, CONTRACT);
    let answer = editor.ask("textDocument/documentSymbol", params);
    let names: Vec<&Value> = answer["result"].as_array().unwrap().iter().map(|symbol| &symbol["name"]).collect();
    assert!(names.contains(&&json!("figures")) && names.contains(&&json!("indicator")), "{names:?}");
    let answer = editor.ask("workspace/symbol", json!({ "query": "dtp: THREE" }));
    let found = answer["result"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["name"], "VI001: DTP: three doses before 8 months");
    assert_eq!(found[0]["location"]["uri"], editor.uri(INDICATORS));
    let answer = editor.ask("workspace/symbol", json!({ "query": "two_mmr" }));
    assert_eq!(answer["result"][0]["containerName"], "qof/2023-24 VI003", "{answer}");
    let answer = editor.ask("workspace/symbol", json!({ "query": "Measles, mumps" }));
    assert_ne!(answer["result"], json!([]));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_schemes_own_cluster_comes_before_the_national_one() {
    let mut editor = Editor::start();
    fs::create_dir(editor.folder.path().join("qof/2023-24/codes")).unwrap();
    let own = "qof/2023-24/codes/dtap.toml";
    fs::write(editor.folder.path().join(own), editor.text("codes/2026.1/dtap.toml")).unwrap();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    leads_to(&mut editor, INDICATORS, &indicators, "dtap before", &["qof/2023-24/codes/dtap.toml: title"]);
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_pathway_knows_the_rulebooks_that_it_uses() {
    let pathway = "wf-newham/2024-25/pathway.rules";
    let mut editor =
        Editor::with(&["codes/2026.1", "qof/2023-24", "qof/2024-25", "wf-newham/2024-25", "wf-newham/2024-25/codes"]);
    let text = editor.text(pathway);
    editor.open(pathway, &text);
    assert_eq!(editor.faults(pathway), Vec::<Value>::new());
    leads_to(&mut editor, pathway, &text, "VI001, VI002, VI003 of", &["qof/2024-25/indicators.rules: VI001 \""]);
    leads_to(&mut editor, pathway, &text, "year_end\n", &["wf-newham/2024-25/scheme.toml: year_end ="]);
    leads_to(&mut editor, pathway, &text, "means in records", &["wf-newham/2024-25/scheme.toml: means]"]);
    leads_to(&mut editor, pathway, &text, "imms_refused in", &["wf-newham/2024-25/codes/imms_refused.toml: title"]);
    leads_to(
        &mut editor,
        pathway,
        &text,
        "three_means\n    exception",
        &["wf-newham/2024-25/pathway.rules: three_means"],
    );
    let found = editor.hover(pathway, &text, "year_end", 0);
    assert_eq!(found["contents"]["value"], "year_end: the rulebook qof/2024-25");
    let found = editor.hover(pathway, &text, "refused \"genuine", 0);
    assert_eq!(found["contents"]["value"], "refused: genuine refusal in writing\nthere is a refusal");
    // A fault in a rulebook that is used is one in what uses it, which is told of it at once.
    let used = "qof/2024-25/indicators.rules";
    let sound = editor.text(used);
    editor.open(used, &sound.replace("indicator VI002", "indicator VI902"));
    let mut told = editor.faults_by_file();
    // What uses it is checked next, unless it was already.
    while !told.iter().any(|(uri, _)| uri.contains("wf-newham/")) {
        told.extend(editor.faults_by_file());
    }
    let faults_of =
        |ends: &str| told.iter().filter(|(uri, _)| uri.contains(ends)).map(|(_, faults)| faults.len()).sum();
    let [in_used, in_user]: [usize; 2] = ["qof/2024-25/", "wf-newham/"].map(faults_of);
    assert!(in_used > 0 && in_user > 0, "{told:?}");
    assert_eq!(editor.leave(), Some(0));
}
