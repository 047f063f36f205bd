//! What editors do to a server: odd places, huge and empty files, nonsense, haste.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{CONTRACT, Editor, INDICATORS, PAYMENTS, position};

/// Questions on a place of a file.
const QUESTIONS: [&str; 6] = ["hover", "completion", "definition", "references", "prepareRename", "rename"];

/// Asks everything about a place; each must be answered.
fn ask_all(editor: &mut Editor, below: &str, line: u64, character: u64) {
    let place = json!({
        "textDocument": { "uri": editor.uri(below) },
        "position": { "line": line, "character": character },
        "newName": "other",
    });
    for question in QUESTIONS {
        let mut params = place.clone();
        if question == "references" {
            params["context"] = json!({ "includeDeclaration": true });
        }
        let answer = editor.ask(&format!("textDocument/{question}"), params);
        assert!(answer.get("result").is_some() || answer["error"]["code"] == -32803, "{question}: {answer}");
    }
    let position = &place["position"];
    let range = json!({ "textDocument": place["textDocument"], "range": { "start": position, "end": position }, "context": { "diagnostics": [] } });
    assert!(editor.ask("textDocument/codeAction", range)["result"].is_array());
    let symbols = json!({ "textDocument": place["textDocument"] });
    assert!(editor.ask("textDocument/documentSymbol", symbols)["result"].is_array());
}

const FAR: u64 = u32::MAX as u64;

#[test]
fn odd_places_are_answered() {
    let mut editor = Editor::start();
    let signs = "# 𝄞£“”\nindicator X \"𝄞 £ “”\"\n  says “𝄞 quoted”\r\n  register any mmr\r  achieved any 𝄞mmr # £";
    for (below, text) in [
        (INDICATORS, ""),
        (INDICATORS, "\n"),
        (INDICATORS, "\u{feff}"),
        (INDICATORS, signs),
        (CONTRACT, ""),
        (CONTRACT, "x = \"𝄞"),
        (CONTRACT, "[£.“"),
        ("codes/2026.1/mmr.toml", "includes = [\"𝄞"),
        (
            "qof/2023-24/examples.toml",
            "[[example]]\nevents = [\"£ 𝄞\", \" \"]\nexpect = \"excepted \"\nindicator = \"£\"",
        ),
    ] {
        editor.open(below, text);
        editor.faults_by_file();
        for (line, character) in
            [(0, 0), (0, 1), (0, 3), (0, 4), (0, FAR), (1, 13), (1, 14), (1, 15), (4, 0), (FAR, 0), (FAR, FAR)]
        {
            ask_all(&mut editor, below, line, character);
        }
        for character in 0..40 {
            ask_all(&mut editor, below, 3, character);
        }
    }
    // Files that are not open, or lie elsewhere.
    ask_all_is_null(&mut editor);
    assert_eq!(editor.leave(), Some(0));
}

fn ask_all_is_null(editor: &mut Editor) {
    for uri in ["untitled:Untitled-1", "file:///nowhere/at/all/x.rules", "http://example.org/a/b/c.rules", "file:///"] {
        let place = json!({ "textDocument": { "uri": uri }, "position": { "line": 0, "character": 0 } });
        assert_eq!(editor.ask("textDocument/hover", place.clone())["result"], Value::Null, "{uri}");
        assert_eq!(editor.ask("textDocument/completion", place)["result"], Value::Null, "{uri}");
    }
}

#[test]
fn a_huge_file_is_answered() {
    let mut editor = Editor::start();
    let sound = editor.text(INDICATORS);
    let clause = "  except AAA \"𝄞 £\"\n    any mmr before age 8 months\n";
    let huge = format!("{sound}\n{}  except ZZZ \"z\" any ", clause.repeat(1_000_000 / clause.len()));
    assert!(huge.len() > 1_000_000);
    let started = Instant::now();
    editor.open(INDICATORS, &huge);
    editor.faults_by_file();
    let (line, character) = position(&huge, huge.len());
    ask_all(&mut editor, INDICATORS, line as u64, character as u64);
    ask_all(&mut editor, INDICATORS, 12, 5);
    assert!(started.elapsed() < Duration::from_secs(120), "{:?}", started.elapsed());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn nonsense_between_messages_is_passed_over() {
    let mut editor = Editor::start();
    let framed = |content: &str| format!("Content-Length: {}\r\n\r\n{content}", content.len());
    for nonsense in [
        framed("{ not json"),
        framed("[]"),
        framed("{\"jsonrpc\":\"2.0\",\"method\":7}"),
        "Content-Length: nonsense\r\n\r\n".to_owned(),
        "Content-Length: 99999999999999999999\r\n\r\n".to_owned(),
    ] {
        editor.to_server.as_mut().unwrap().write_all(nonsense.as_bytes()).unwrap();
        let said = editor.receive();
        assert_eq!(said["method"], "window/logMessage", "{nonsense}: {said}");
    }
    let answer = editor.ask("initialize", json!({ "capabilities": {} }));
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    let sound = editor.text(INDICATORS);
    editor.open(INDICATORS, &sound);
    assert_eq!(editor.faults(INDICATORS), Vec::<Value>::new());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_request_before_hello_is_refused() {
    let mut editor = Editor::start_silent();
    assert_eq!(editor.ask("textDocument/hover", json!({}))["error"]["code"], -32002);
    assert!(editor.ask("initialize", json!({ "capabilities": {} }))["result"]["capabilities"].is_object());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn rulebooks_are_apart_and_unsaved_texts_count() {
    let mut editor = Editor::with(&["codes/2026.1", "qof/2022-23", "qof/2023-24"]);
    let of = |year: &str| format!("qof/{year}/indicators.rules");
    let texts = ["2022-23", "2023-24"].map(|year| editor.text(&of(year)));
    for (year, text) in ["2022-23", "2023-24"].iter().zip(&texts) {
        editor.open(&of(year), text);
        assert_eq!(editor.faults(&of(year)), Vec::<Value>::new());
    }
    // What is typed in one year is no fault of the other, and is told once.
    editor.change(&of("2022-23"), 2, &texts[0].replace("any mmr_contraindicated", "any mmr_contraindicatd"));
    let told = editor.faults_by_file();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].0.ends_with("2022-23/indicators.rules") && !told[0].1.is_empty(), "{told:?}");
    // A figure that is only in the unsaved contract is known to the payments.
    let contract = editor.text(CONTRACT).replace("pounds_per_point   =", "pounds_per_pt =");
    editor.open(CONTRACT, &contract);
    editor.faults_by_file();
    let payments = editor.text(PAYMENTS).replace("pounds_per_point", "pounds_per_pt");
    editor.open(PAYMENTS, &payments);
    let told = editor.faults_by_file();
    assert!(told.iter().all(|(_, faults)| faults.is_empty()), "{told:?}");
    assert!(told.iter().any(|(uri, _)| *uri == editor.uri(PAYMENTS)), "{told:?}");
    // A cluster's fault is told though neither rulebook was touched.
    let mmr = "codes/2026.1/mmr.toml";
    let text = editor.text(mmr);
    editor.open(mmr, &text.replace("complete = ", "complete = 1 # "));
    let told = editor.faults_by_file();
    assert_eq!(
        told.iter().filter(|(uri, _)| *uri == editor.uri(mmr)).map(|(_, faults)| faults.len()).sum::<usize>(),
        1
    );
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_rulebook_without_national_clusters_stands_alone() {
    let mut editor = Editor::with(&["qof/2023-24"]);
    let own = editor.folder.path().join("qof/2023-24/codes");
    fs::create_dir(&own).unwrap();
    for entry in fs::read_dir(crate::uptake::rules().join("codes/2026.1")).unwrap() {
        let file = entry.unwrap().path();
        // What the year's rules do not use would be a remark of its own.
        if !["rsv.toml", "vaccination_not_given.toml"].contains(&file.file_name().unwrap().to_str().unwrap()) {
            fs::copy(&file, own.join(file.file_name().unwrap())).unwrap();
        }
    }
    let contract = editor.text(CONTRACT).replace("codes       = \"2026.1\"\n", "");
    fs::write(editor.folder.path().join(CONTRACT), contract).unwrap();
    let sound = editor.text(INDICATORS);
    editor.open(INDICATORS, &sound);
    assert_eq!(editor.faults(INDICATORS), Vec::<Value>::new());
    editor.change(INDICATORS, 2, &sound.replace("any mmr from age 12", "any mmrr from age 12"));
    assert_eq!(editor.faults(INDICATORS).len(), 1);
    assert_eq!(editor.leave(), Some(0));
}

/// A bound that a debug build on a busy machine keeps; a release build takes a thousandth of it.
const SLOWEST_KEY: Duration = Duration::from_millis(1500);

#[test]
fn a_key_is_answered_at_once() {
    let mut editor = Editor::with(&["codes/2026.1", "qof/2022-23", "qof/2023-24", "qof/2024-25", "qof/2025-26"]);
    let sound = editor.text(INDICATORS);
    editor.open(INDICATORS, &sound);
    editor.faults(INDICATORS);
    let mut times: Vec<Duration> = Vec::new();
    for version in 2..22 {
        let text = format!("{sound}# {}", "x".repeat(version as usize));
        let started = Instant::now();
        editor.change(INDICATORS, version, &text);
        editor.faults(INDICATORS);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let median = times[times.len() / 2];
    assert!(median < SLOWEST_KEY, "{times:?}");
    println!("a key is answered in {median:?} (median of {})", times.len());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_fast_typist_is_answered_once() {
    let mut editor = Editor::start();
    let sound = editor.text(INDICATORS);
    editor.open(INDICATORS, &sound);
    editor.faults(INDICATORS);
    for version in 2..52 {
        editor.change(INDICATORS, version, &format!("{sound}# {version}"));
    }
    let mut answers = 1;
    while editor.receive()["params"]["version"] != 51 {
        answers += 1;
    }
    assert!(answers < 25, "{answers} answers to 50 keys");
    assert_eq!(editor.leave(), Some(0));
}
