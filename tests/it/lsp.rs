//! The language server: real conversations with the built command, as an editor leads them.

#[path = "lsp/changing.rs"]
mod changing;
#[path = "lsp/completing.rs"]
mod completing;
#[path = "lsp/editors.rs"]
mod editors;
#[path = "lsp/enduring.rs"]
mod enduring;
#[path = "lsp/explaining.rs"]
mod explaining;
#[path = "lsp/finding.rs"]
mod finding;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::uptake::{rules, uptake};

/// An editor with a copy of the project's rules, one rulebook of them.
struct Editor {
    folder: TempDir,
    server: Child,
    to_server: Option<ChildStdin>,
    from_server: Receiver<Value>,
    requests: i64,
}

impl Editor {
    /// Starts the server and says hello. The folder's name has what a URI must spell otherwise.
    fn start() -> Editor {
        Editor::with(&["codes/2026.1", "qof/2023-24"])
    }

    /// Starts the server with a copy of some folders of the project's rules.
    fn with(folders: &[&str]) -> Editor {
        let folder = TempDir::with_prefix("rule £").unwrap();
        for below in folders {
            let copy = folder.path().join(below);
            fs::create_dir_all(&copy).unwrap();
            for entry in fs::read_dir(rules().join(below)).unwrap() {
                let file = entry.unwrap().path();
                if file.is_dir() {
                    continue;
                }
                fs::copy(&file, copy.join(file.file_name().unwrap())).unwrap();
            }
        }
        let mut editor = Editor::talking(folder);
        let hello = editor.ask("initialize", json!({ "processId": null, "rootUri": null, "capabilities": {} }));
        let can = &hello["result"]["capabilities"];
        assert_eq!(can["textDocumentSync"]["change"], 1);
        for what in ["hover", "definition", "references", "documentSymbol", "workspaceSymbol"] {
            assert_eq!(can[format!("{what}Provider")], true, "{what}");
        }
        assert_eq!(can["renameProvider"]["prepareProvider"], true);
        assert!(can["completionProvider"].is_object() && can["codeActionProvider"].is_object());
        editor.tell("initialized", json!({}));
        editor
    }

    /// Starts the server and says nothing yet.
    fn start_silent() -> Editor {
        Editor::talking(TempDir::new().unwrap())
    }

    fn talking(folder: TempDir) -> Editor {
        let mut server = uptake(["lsp", "--stdio"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to_server, mut stdout) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        let (sender, from_server) = channel();
        // A server that says nothing must not keep the test waiting for ever.
        thread::spawn(move || {
            while let Some(said) = message(&mut stdout) {
                if sender.send(said).is_err() {
                    break;
                }
            }
        });
        Editor { folder, server, to_server, from_server, requests: 0 }
    }

    fn text(&self, below: &str) -> String {
        fs::read_to_string(self.folder.path().join(below)).unwrap()
    }

    fn uri(&self, below: &str) -> String {
        let path = self.folder.path().join(below).display().to_string();
        format!("file://{}", path.replace(' ', "%20").replace('£', "%C2%A3"))
    }

    fn send(&mut self, mut content: Value) {
        content["jsonrpc"] = json!("2.0");
        let content = content.to_string();
        let to_server = self.to_server.as_mut().unwrap();
        write!(to_server, "Content-Length: {}\r\n\r\n{content}", content.len()).unwrap();
        to_server.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    fn receive(&self) -> Value {
        self.from_server.recv_timeout(Duration::from_secs(120)).expect("the server says something")
    }

    /// Asks, and gives the answer, which must be the next thing that the server says.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        self.send(json!({ "id": self.requests, "method": method, "params": params }));
        let answer = self.receive();
        assert_eq!(answer["id"], self.requests, "{answer}");
        answer
    }

    fn open(&mut self, below: &str, text: &str) {
        let file = json!({ "uri": self.uri(below), "languageId": "uptake", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": file }));
    }

    fn change(&mut self, below: &str, version: i32, text: &str) {
        let file = json!({ "uri": self.uri(below), "version": version });
        let changes = json!([{ "text": text }]);
        self.tell("textDocument/didChange", json!({ "textDocument": file, "contentChanges": changes }));
    }

    fn say(&mut self, what: &str, below: &str) {
        let file = json!({ "textDocument": { "uri": self.uri(below) } });
        self.tell(&format!("textDocument/{what}"), file);
    }

    /// The faults that the server tells next, which must be this file's.
    fn faults(&self, below: &str) -> Vec<Value> {
        let told = self.receive();
        assert_eq!(told["method"], "textDocument/publishDiagnostics", "{told}");
        assert_eq!(told["params"]["uri"], self.uri(below), "{told}");
        told["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// Shows a text with a cursor in it, and gives the text and the cursor's place.
    fn show(&mut self, below: &str, marked: &str) -> (String, Value) {
        let at = marked.find('¦').expect("the text has a cursor");
        let text = marked.replacen('¦', "", 1);
        let (line, character) = position(&text, at);
        self.open(below, &text);
        self.faults_by_file();
        let place =
            json!({ "textDocument": { "uri": self.uri(below) }, "position": { "line": line, "character": character } });
        (text, place)
    }

    /// The faults that the server tells next, file by file. It tells them when nothing more is asked, so one is waited for.
    fn faults_by_file(&mut self) -> Vec<(String, Vec<Value>)> {
        let first = self.receive();
        self.requests += 1;
        self.send(json!({ "id": self.requests, "method": "nothing/asked" }));
        let mut found = Vec::new();
        let mut said = first;
        loop {
            if said["id"] == self.requests {
                return found;
            }
            assert_eq!(said["method"], "textDocument/publishDiagnostics", "{said}");
            let uri = said["params"]["uri"].as_str().unwrap().to_owned();
            found.push((uri, said["params"]["diagnostics"].as_array().unwrap().clone()));
            said = self.receive();
        }
    }

    /// What is said of the n-th occurrence, counted from 0, of a word in a text.
    fn hover(&mut self, below: &str, text: &str, word: &str, nth: usize) -> Value {
        let at = text.match_indices(word).nth(nth).unwrap().0;
        let (line, character) = position(text, at);
        let place = json!({ "line": line, "character": character + 1 });
        let params = json!({ "textDocument": { "uri": self.uri(below) }, "position": place });
        self.ask("textDocument/hover", params)["result"].clone()
    }

    /// Says goodbye and gives the exit code.
    fn leave(mut self) -> Option<i32> {
        assert_eq!(self.ask("shutdown", Value::Null)["result"], Value::Null);
        self.exit()
    }

    fn exit(mut self) -> Option<i32> {
        self.tell("exit", Value::Null);
        self.to_server = None;
        self.server.wait().unwrap().code()
    }
}

/// One message: headers, an empty line, and as many bytes as the headers say.
fn message(out: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        out.read_line(&mut line).ok().filter(|&read| read > 0)?;
        match line.trim_end() {
            "" => break,
            header => length = header.strip_prefix("Content-Length: ").map(|length| length.parse().unwrap()).or(length),
        }
    }
    let mut content = vec![0; length?];
    out.read_exact(&mut content).ok()?;
    serde_json::from_slice(&content).ok()
}

/// Line and UTF-16 column of a byte, both from 0.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap();
    (before.matches('\n').count(), line.encode_utf16().count())
}

const INDICATORS: &str = "qof/2023-24/indicators.rules";
const PAYMENTS: &str = "qof/2023-24/payments.rules";
const CONTRACT: &str = "qof/2023-24/contract.toml";

/// The indicators with a mistyped cluster behind signs of two UTF-16 units, and of two bytes.
fn mistyped(text: &str) -> String {
    let sound = "except DTPCON \"DTP vaccine contraindicated\"\n    any dtap_contraindicated before";
    assert!(text.contains(sound));
    text.replace(sound, "except DTPCON \"𝄞 £ contraindicated\" any dtap_contraindicate before")
}

#[test]
fn a_fault_is_shown_while_it_is_there() {
    let mut editor = Editor::start();
    let sound = editor.text(INDICATORS);
    let faulty = mistyped(&sound);
    editor.open(INDICATORS, &faulty);
    let faults = editor.faults(INDICATORS);
    let fault = &faults[0];
    let (line, _) = position(&faulty, faulty.find("dtap_contraindicate ").unwrap());
    let range = json!({
        "start": { "line": line, "character": 43 },
        "end": { "line": line, "character": 43 + "dtap_contraindicate".len() },
    });
    assert_eq!(fault["range"], range, "{faults:?}");
    assert_eq!((&fault["code"], &fault["severity"]), (&json!("E201"), &json!(1)));
    let words = "there is no code cluster `dtap_contraindicate`\nhelp: did you mean `dtap_contraindicated`?";
    assert_eq!(fault["message"], words);
    editor.change(INDICATORS, 2, &sound);
    assert_eq!(editor.faults(INDICATORS), Vec::<Value>::new());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn a_fault_in_another_file_of_the_rulebook_is_shown_there() {
    let mut editor = Editor::start();
    let sound = editor.text(CONTRACT);
    editor.open(CONTRACT, &sound);
    assert_eq!(editor.faults(CONTRACT), Vec::<Value>::new());
    editor.change(CONTRACT, 2, &sound.replace("national_list_size =", "national_list_siz  ="));
    let unused = editor.faults(CONTRACT);
    assert!(unused[0]["message"].as_str().unwrap().contains("national_list_siz"), "{unused:?}");
    let unknown = editor.faults(PAYMENTS);
    assert!(unknown[0]["message"].as_str().unwrap().contains("`national_list_size`"), "{unknown:?}");
    // The year's start and end are shown together.
    editor.change(CONTRACT, 3, &sound.replace("ends        = 2024", "ends        = 2022"));
    let faults = editor.faults(CONTRACT);
    let related = &faults[0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], editor.uri(CONTRACT), "{faults:?}");
    let start = position(&sound, sound.find("2023-04-01").unwrap());
    assert_eq!(related["location"]["range"]["start"], json!({ "line": start.0, "character": start.1 }));
    assert_eq!(editor.faults(PAYMENTS), Vec::<Value>::new());
    // Closed without being saved, the file is sound again, and is told in the editor's spelling.
    editor.say("didClose", CONTRACT);
    assert_eq!(editor.faults(CONTRACT), Vec::<Value>::new());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn clusters_are_checked_with_the_rulebooks_that_name_them() {
    let mut editor = Editor::start();
    let cluster = "codes/2026.1/mmr.toml";
    let sound = editor.text(cluster);
    editor.open(cluster, &sound.replace("complete = ", "complete = 1 # "));
    assert_eq!(editor.faults(cluster).len(), 1);
    // A save makes the server read the disk again, and what the editor holds counts still.
    editor.say("didSave", cluster);
    assert_eq!(editor.faults(cluster).len(), 1);
    editor.change(cluster, 2, &sound);
    assert_eq!(editor.faults(cluster), Vec::<Value>::new());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn faults_of_worked_examples_are_shown_with_the_rulebook() {
    let mut editor = Editor::start();
    let examples = "qof/2023-24/examples.toml";
    let sound = editor.text(examples);
    editor.open(examples, &sound.replacen(" dtap\"", " dtapp\"", 1));
    let faults = editor.faults(examples);
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0]["message"].as_str().unwrap().contains("did you mean `dtap`?"), "{faults:?}");
    editor.change(examples, 2, &sound);
    assert_eq!(editor.faults(examples), Vec::<Value>::new());
    // An exception that is gone from the rules is gone from the examples that expect it.
    let indicators = editor.text(INDICATORS);
    editor.open(INDICATORS, &indicators.replace("except PCADTP ", "except PCADTX "));
    assert!(!editor.faults(examples).is_empty());
    assert_eq!(editor.faults(INDICATORS), Vec::<Value>::new());
    assert_eq!(editor.leave(), Some(0));
}

#[test]
fn what_is_no_rule_file_is_left_alone() {
    let mut editor = Editor::start();
    editor.open("notes.txt", "=");
    editor.open("elsewhere/deep/down/below/a.toml", "=");
    editor.say("didClose", "elsewhere/deep/down/below/a.toml");
    editor.tell("textDocument/didOpen", json!({ "nonsense": 1 }));
    assert_eq!(editor.receive()["method"], "window/logMessage");
    assert_eq!(editor.ask("textDocument/foldingRange", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.ask("textDocument/hover", json!({}))["error"]["code"], -32602);
    // The protocol wants 1 of a server that was not told to shut down first.
    assert_eq!(editor.exit(), Some(1));
}

#[test]
fn a_rules_folder_may_be_named_and_need_not_hold_clusters() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("toy/2030-31");
    fs::create_dir_all(&book).unwrap();
    assert!(found_faults(folder.path(), &book.join("contract.toml")) > 3);
}

/// How many faults an empty file has in a server that was told its folder.
fn found_faults(folder: &Path, file: &Path) -> usize {
    let mut command = uptake(["lsp".as_ref(), "--rules".as_ref(), folder.as_os_str()]);
    let mut server = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let uri = format!("file://{}", file.display());
    let file = json!({ "uri": uri, "languageId": "uptake", "version": 1, "text": "" });
    let mut to_server = server.stdin.take().unwrap();
    for mut content in [
        json!({ "id": 1, "method": "initialize", "params": { "capabilities": {} } }),
        json!({ "method": "initialized", "params": {} }),
        json!({ "method": "textDocument/didOpen", "params": { "textDocument": file } }),
        json!({ "id": 2, "method": "shutdown" }),
        json!({ "method": "exit" }),
    ] {
        content["jsonrpc"] = json!("2.0");
        let content = content.to_string();
        write!(to_server, "Content-Length: {}\r\n\r\n{content}", content.len()).unwrap();
    }
    drop(to_server);
    let mut out = BufReader::new(server.stdout.take().unwrap());
    let messages: Vec<Value> = std::iter::from_fn(|| message(&mut out)).collect();
    assert_eq!(server.wait().unwrap().code(), Some(0));
    let told = messages.iter().find(|message| message["params"]["uri"] == uri.as_str()).unwrap();
    told["params"]["diagnostics"].as_array().unwrap().len()
}
