//! Renaming and quick fixes: the edits, and the rulebook after them.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::{CONTRACT, Editor, INDICATORS, PAYMENTS, mistyped, position};
use crate::uptake::uptake;

/// Asks for another name for the n-th occurrence of a word.
fn rename(editor: &mut Editor, below: &str, text: &str, word: &str, new: &str) -> Value {
    let (line, character) = position(text, text.find(word).unwrap());
    let params = json!({
        "textDocument": { "uri": editor.uri(below) },
        "position": { "line": line, "character": character },
        "newName": new,
    });
    editor.ask("textDocument/rename", params)
}

/// A text with edits applied, which do not overlap.
fn applied(text: &str, edits: &[Value]) -> String {
    let offset = |place: &Value| {
        let line = place["line"].as_u64().unwrap() as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let units = place["character"].as_u64().unwrap() as usize;
        let mut left = units;
        let signs = text[start..].chars().take_while(|sign| {
            let is_before = left > 0;
            left = left.saturating_sub(sign.len_utf16());
            is_before
        });
        start + signs.map(char::len_utf8).sum::<usize>()
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .iter()
        .map(|edit| (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]), edit["newText"].as_str().unwrap()))
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

/// Applies the edits that the server gives to the files on disk, and says how many there were in each.
fn apply(editor: &Editor, edit: &Value) -> BTreeMap<String, usize> {
    let files = edit["changes"].as_object().unwrap_or_else(|| panic!("{edit}"));
    let start = editor.uri("");
    let mut counts = BTreeMap::new();
    for (uri, edits) in files {
        let below = uri.strip_prefix(&start).unwrap();
        let edits = edits.as_array().unwrap();
        fs::write(editor.folder.path().join(below), applied(&editor.text(below), edits)).unwrap();
        counts.insert(below.to_owned(), edits.len());
    }
    counts
}

/// What `uptake check` says of the folder, and whether it is sound.
fn is_sound(editor: &Editor) -> bool {
    let checked = uptake(["check".as_ref(), "--rules".as_ref(), editor.folder.path().as_os_str()]).output().unwrap();
    checked.status.code() == Some(0)
}

#[test]
fn a_figure_is_renamed_in_every_file_of_the_rulebook() {
    let mut editor = Editor::start();
    let payments = editor.text(PAYMENTS);
    editor.open(PAYMENTS, &payments);
    editor.faults(PAYMENTS);
    let answer = rename(&mut editor, PAYMENTS, &payments, "lower_threshold", "starts_at");
    let counts = apply(&editor, &answer["result"]);
    let read = payments.matches("lower_threshold").count();
    let examples = CONTRACT.replace("contract", "examples");
    assert_eq!(counts, BTreeMap::from([(CONTRACT.to_owned(), 4), (PAYMENTS.to_owned(), read), (examples, 2)]));
    assert!(!editor.text(PAYMENTS).contains("lower_threshold") && !editor.text(CONTRACT).contains("lower_threshold"));
    assert!(is_sound(&editor));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_defined_name_is_renamed_where_it_is_known() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    let (line, character) = position(&indicators, indicators.find("two_mmr and").unwrap());
    let place = json!({ "textDocument": { "uri": editor.uri(INDICATORS) }, "position": { "line": line, "character": character } });
    assert_eq!(editor.ask("textDocument/prepareRename", place)["result"]["placeholder"], "two_mmr");
    let answer = rename(&mut editor, INDICATORS, &indicators, "two_mmr and", "mmr_twice");
    assert_eq!(apply(&editor, &answer["result"]), BTreeMap::from([(INDICATORS.to_owned(), 3)]));
    assert_eq!(editor.text(INDICATORS), indicators.replace("two_mmr", "mmr_twice"));
    assert!(is_sound(&editor));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_is_left_open_quotes_the_rules_and_is_renamed_with_them() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    let examples = "qof/2023-24/examples.toml";
    let quotes =
        |text: &str, name: &str| text.lines().filter(|line| line.starts_with("what") && line.contains(name)).count();
    let before = quotes(&editor.text(examples), "carried_over");
    assert!(before > 0);
    let answer = rename(&mut editor, INDICATORS, &indicators, "carried_over", "from_before");
    let counts = apply(&editor, &answer["result"]);
    assert!(counts[examples] >= before, "{counts:?}");
    assert_eq!(quotes(&editor.text(examples), "carried_over"), 0);
    assert_eq!(quotes(&editor.text(examples), "from_before"), before);
    // Every misreading is explained as before: no explanation has lost its misreading.
    let folder = editor.folder.path().to_str().unwrap().to_owned();
    let ran = uptake(["test", "--mutants", "--rules", &folder]).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_cannot_be_renamed_is_refused_with_the_reason() {
    let mut editor = Editor::start();
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators);
    editor.faults(INDICATORS);
    let payments = editor.text(PAYMENTS);
    for (below, text, word, new, why) in [
        (INDICATORS, &indicators, "two_mmr and", "Two", "is not a name"),
        (INDICATORS, &indicators, "two_mmr and", "any", "is not a name"),
        (INDICATORS, &indicators, "two_mmr and", "a b", "is not a name"),
        (INDICATORS, &indicators, "two_mmr and", "", "is not a name"),
        (INDICATORS, &indicators, "two_mmr and", "reinforcing_dose", "already the name of a `define`"),
        (INDICATORS, &indicators, "two_mmr and", "mmr", "already the name of a code cluster"),
        (INDICATORS, &indicators, "two_mmr and", "fee_per_dose", "already the name of a figure"),
        (INDICATORS, &indicators, "dtap before", "dtp", "rename the file"),
        (INDICATORS, &indicators, "VI001 \"", "VI009", "codes are the contract's"),
        (INDICATORS, &indicators, "before age", "x", "no name here"),
        (PAYMENTS, &payments, "lower_threshold", "points", "already the name of a line"),
        (PAYMENTS, &payments, "lower_threshold", "numerator", "already the name of a count"),
        (PAYMENTS, &payments, "pounds =", "money", "keeps its name"),
        (PAYMENTS, &payments, "numerator", "x", "a word of the language"),
    ] {
        let answer = rename(&mut editor, below, text, word, new);
        let said = answer["error"]["message"].as_str().unwrap_or_else(|| panic!("{word} to {new}: {answer}"));
        assert!(said.contains(why), "{word} to {new}: {said}");
    }
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_word_that_was_mistyped_is_mended_by_a_quick_fix() {
    let mut editor = Editor::start();
    let faulty = mistyped(&editor.text(INDICATORS));
    editor.open(INDICATORS, &faulty);
    let fault = editor.faults(INDICATORS)[0].clone();
    let params = json!({
        "textDocument": { "uri": editor.uri(INDICATORS) },
        "range": fault["range"],
        "context": { "diagnostics": [fault] },
    });
    let actions = editor.ask("textDocument/codeAction", params.clone())["result"].as_array().unwrap().clone();
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert_eq!(actions[0]["title"], "write `dtap_contraindicated`");
    assert_eq!(actions[0]["kind"], "quickfix");
    let edits = actions[0]["edit"]["changes"][editor.uri(INDICATORS)].as_array().unwrap();
    // The place lies behind a sign of two UTF-16 units.
    assert_eq!(applied(&faulty, edits), faulty.replace("dtap_contraindicate ", "dtap_contraindicated "));
    // Elsewhere there is nothing to mend.
    let mut elsewhere = params;
    elsewhere["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 3 } });
    assert_eq!(editor.ask("textDocument/codeAction", elsewhere)["result"], json!([]));
    assert_eq!(editor.leave(), Some(0));
}
