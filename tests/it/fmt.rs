//! `uptake fmt`: one layout of rule files. In `tests/fmt`, `NAME.in.rules` is laid out as `NAME.out.rules`, both written
//! by hand; the shipped rule files are taken apart at random and must come back as they are.

#[path = "fmt/mangle.rs"]
mod mangle;

use std::fmt::Debug;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use ::uptake::ground::FileId;
use ::uptake::syntax::layout::{self, Refusal};
use ::uptake::syntax::read_rules;
use ::uptake::syntax::toml_tree::read_toml;
use proptest::prelude::*;

use crate::uptake::{output, root, rules, uptake};

/// A text of either kind.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Sample {
    name: String,
    is_toml: bool,
    text: String,
}

impl Sample {
    fn laid_out(&self) -> Result<String, Refusal> {
        lay_out(self.is_toml, &self.text)
    }
}

fn lay_out(is_toml: bool, text: &str) -> Result<String, Refusal> {
    if is_toml { layout::toml(FileId(0), text) } else { layout::rules(FileId(0), text) }
}

/// What a text says, without places; None if it has faults of form.
pub fn meaning(is_toml: bool, text: &str) -> Option<String> {
    fn bare(tree: &impl Debug) -> String {
        let text = format!("{tree:?}");
        let mut parts = text.split("Span { ");
        let first = parts.next().unwrap_or("").to_owned();
        parts.fold(first, |bare, part| bare + part.split_once(" }").expect("a place ends").1)
    }
    if is_toml {
        let (tree, faults) = read_toml(FileId(0), text);
        faults.is_empty().then(|| bare(&tree))
    } else {
        let (tree, faults) = read_rules(FileId(0), text);
        faults.is_empty().then(|| bare(&tree))
    }
}

/// The comments of a text, in alphabetical order: those within long words may move before their neighbours.
fn comments(text: &str) -> Vec<String> {
    let pieces = mangle::pieces(text);
    let mut comments: Vec<String> = pieces
        .into_iter()
        .filter(|piece| piece.kind == mangle::Kind::Comment)
        .map(|piece| piece.text.trim_end().to_owned())
        .collect();
    comments.sort();
    comments
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rules" || extension == "toml") {
            files.push(path);
        }
    }
}

fn samples(folders: &[&str]) -> Vec<Sample> {
    let mut files = Vec::new();
    folders.iter().for_each(|folder| files_below(&root().join(folder), &mut files));
    let sample = |path: &PathBuf| Sample {
        name: path.display().to_string(),
        is_toml: path.extension().is_some_and(|extension| extension == "toml"),
        text: fs::read_to_string(path).unwrap(),
    };
    files.iter().map(sample).collect()
}

/// The shipped files of rulebooks and the shipped code clusters; what lies less deep is neither.
fn shipped() -> Vec<Sample> {
    let depth = rules().components().count();
    let mut shipped = samples(&["rules"]);
    shipped.retain(|sample| Path::new(&sample.name).components().count() > depth + 2);
    assert!(shipped.len() > 70, "{}", shipped.len());
    shipped
}

/// Files as they should look: the shipped ones, and `.rules` files of `tests/fmt`.
fn laid_out() -> Vec<Sample> {
    let mut laid_out = shipped();
    laid_out.extend(samples(&["tests/fmt"]).into_iter().filter(|sample| sample.name.ends_with(".out.rules")));
    laid_out
}

/// The examples of the language's description that are whole files.
fn documented() -> Vec<Sample> {
    let text = fs::read_to_string(root().join("docs/language.md")).unwrap();
    let blocks = text.split("```text\n").skip(1).filter_map(|rest| rest.split_once("```"));
    // The dots stand for a condition that is left out.
    let samples: Vec<Sample> = blocks
        .map(|(block, _)| Sample {
            name: "docs/language.md".to_owned(),
            is_toml: false,
            text: block.replace('…', "any mmr"),
        })
        .collect();
    let readable = samples.iter().filter(|sample| meaning(false, &sample.text).is_some()).count();
    assert!(readable >= 2, "{readable} blocks of docs/language.md can be read");
    samples
}

/// Lays out what can be read, and asserts that nothing is lost and that doing it again changes nothing.
fn assert_sound(sample: &Sample) -> bool {
    let Some(before) = meaning(sample.is_toml, &sample.text) else {
        assert!(matches!(sample.laid_out(), Err(Refusal::Faults(faults)) if !faults.is_empty()), "{}", sample.name);
        return false;
    };
    let laid_out = sample.laid_out().unwrap_or_else(|refusal| panic!("{}: {refusal:?}", sample.name));
    assert_eq!(meaning(sample.is_toml, &laid_out), Some(before), "{}", sample.name);
    assert_eq!(comments(&laid_out), comments(&sample.text), "{}", sample.name);
    assert_eq!(lay_out(sample.is_toml, &laid_out).unwrap(), laid_out, "{}: once more", sample.name);
    assert!(laid_out.is_empty() || laid_out.ends_with('\n') && !laid_out.ends_with("\n\n"), "{}", sample.name);
    true
}

#[test]
fn every_shipped_rule_file_is_laid_out() {
    let run = output(["fmt", "--check"]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(0), "{text}");
    assert_eq!(text, format!("{} files looked at: nothing to change\n", shipped().len()));
}

#[test]
fn written_by_hand_before_and_after() {
    let samples = samples(&["tests/fmt"]);
    let mut pairs = 0;
    for sample in samples.iter().filter(|sample| sample.name.contains(".in.")) {
        let expected = fs::read_to_string(sample.name.replace(".in.", ".out.")).unwrap();
        let laid_out = sample.laid_out().unwrap_or_else(|refusal| panic!("{}: {refusal:?}", sample.name));
        assert!(laid_out == expected, "{} is laid out as\n{laid_out}", sample.name);
        pairs += 1;
    }
    assert_eq!(pairs * 2, samples.len(), "each file has its other half");
}

#[test]
fn nothing_is_lost_and_once_is_enough() {
    let mut samples = samples(&["rules", "tests/ui", "tests/fmt", "tests/golden", "tests/examples"]);
    samples.extend(documented());
    let read = samples.iter().filter(|sample| assert_sound(sample)).count();
    assert!(read > 120 && read < samples.len(), "{read} of {} files can be read", samples.len());
}

#[test]
fn lines_are_no_wider_than_they_may_be() {
    for sample in shipped().iter().filter(|sample| !sample.is_toml) {
        for line in sample.text.lines() {
            let words = line.split('#').next().unwrap_or("").trim_end();
            let is_wide = words.chars().count() > layout::WIDTH;
            assert!(!is_wide || words.contains('"'), "{}: {line}", sample.name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_file_comes_back_from_any_white_space(pick in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let samples = laid_out();
        let sample = &samples[pick.index(samples.len())];
        let mangled = mangle::white_space(&sample.text, sample.is_toml, seed);
        let laid_out = lay_out(sample.is_toml, &mangled);
        prop_assert!(laid_out.is_ok(), "{}: {laid_out:?}\n{mangled}", sample.name);
        prop_assert_eq!(laid_out.unwrap(), sample.text.clone(), "{}\n{}", sample.name, mangled);
    }

    #[test]
    fn comments_anywhere_are_kept(pick in any::<prop::sample::Index>(), seed in any::<u64>()) {
        let samples = laid_out();
        let sample = &samples[pick.index(samples.len())];
        let text = mangle::with_comments(&sample.text, sample.is_toml, seed);
        prop_assert!(assert_sound(&Sample { text, ..sample.clone() }), "{} with comments cannot be read", sample.name);
    }

    #[test]
    fn no_text_panics(text in any::<String>(), is_toml in any::<bool>()) {
        if let Ok(laid_out) = lay_out(is_toml, &text) {
            prop_assert_eq!(lay_out(is_toml, &laid_out), Ok(laid_out.clone()));
        }
    }
}

fn through_stdin(arguments: &[&str], text: &str) -> Output {
    let mut command = uptake(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn marks_line_ends_and_quotes_of_other_editors_are_evened_out() {
    let text = "\u{feff}# by hand\r\nindicator T1 “a jab” register young\t \r\n\r\n\r\nachieved young  \r\n";
    let run = through_stdin(&["fmt", "-"], text);
    assert_eq!(run.status.code(), Some(0));
    let expected = "# by hand\nindicator T1 \"a jab\"\n\n  register\n    young\n\n  achieved\n    young\n";
    assert_eq!(String::from_utf8(run.stdout).unwrap(), expected);
    // A text that holds a straight quote keeps its curly ones.
    let kept = "payment p “the \"p\"” for the practice\n  pounds = £1\n";
    assert_eq!(layout::rules(FileId(0), kept).unwrap(), kept);
    let run = through_stdin(&["fmt", "--as", "toml", "-"], "\u{feff}a=1\r\n[b]\r\n");
    assert_eq!(String::from_utf8(run.stdout).unwrap(), "a = 1\n\n[b]\n");
}

#[test]
fn stdin_that_cannot_be_read_gives_nothing_on_stdout() {
    let run = through_stdin(&["fmt", "-"], "indicator T1 a jab\n");
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(run.stdout, b"");
    let talk = String::from_utf8(run.stderr).unwrap();
    assert!(talk.contains("error[E101]") && talk.contains("stdin:1:14"), "{talk}");
    let run = through_stdin(&["fmt", "--check", "-"], "define x  any y\n");
    assert_eq!(run.status.code(), Some(0));
    let run = through_stdin(&["fmt", "--check", "-"], "define x any y\n");
    assert_eq!((run.status.code(), run.stdout.is_empty()), (Some(1), false));
}

#[test]
fn check_writes_nothing_and_exits_with_1() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.rules");
    let text = "define x any y   # why \r\ndefine long_name any y\r\n";
    fs::write(&file, text).unwrap();
    let path = file.to_str().unwrap();
    let run = output(["fmt", "--check", path]);
    assert_eq!(run.status.code(), Some(1));
    let expected = format!(
        "{path} would change:\n@@ -1,2 +1,2 @@\n-define x any y   # why [return]\n-define long_name any y[return]\n\
         +define x          any y   # why\n+define long_name  any y\n\n1 of 1 file would change\n"
    );
    assert_eq!(String::from_utf8(run.stdout).unwrap(), expected);
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    let run = output(["fmt", path]);
    assert_eq!(String::from_utf8(run.stdout).unwrap(), format!("laid out {path}\n1 of 1 file changed\n"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "define x          any y   # why\ndefine long_name  any y\n");
    let run = output(["fmt", path, path]);
    assert_eq!(String::from_utf8(run.stdout).unwrap(), "1 file looked at: nothing to change\n");
}

#[test]
fn a_faulty_file_is_not_touched_and_the_others_are_laid_out() {
    let folder = tempfile::tempdir().unwrap();
    let (faulty, sound) = (folder.path().join("faulty.rules"), folder.path().join("sound.toml"));
    fs::write(&faulty, "define  x  any\n").unwrap();
    fs::write(&sound, "a  =  1\n").unwrap();
    let run = output(["fmt", faulty.to_str().unwrap(), sound.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(2));
    let talk = String::from_utf8(run.stderr).unwrap();
    assert!(talk.contains("faulty.rules:1:") && talk.contains("1 file has faults and was left as it is"), "{talk}");
    assert_eq!(fs::read_to_string(&faulty).unwrap(), "define  x  any\n");
    assert_eq!(fs::read_to_string(&sound).unwrap(), "a = 1\n");
    let told = output(["fmt", faulty.to_str().unwrap(), sound.to_str().unwrap()]).stdout;
    let told = String::from_utf8(told).unwrap();
    assert_eq!(told, "1 file looked at: nothing to change; 1 file not laid out, because of faults\n");
    let run = output(["fmt", "--check", faulty.to_str().unwrap(), sound.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(2), "a file that cannot be read is worse than one that would change");
}

#[test]
fn what_cannot_be_written_is_still_there() {
    let folder = tempfile::tempdir().unwrap();
    // A name as long as names can be.
    let long = folder.path().join(format!("{}.rules", "a".repeat(249)));
    fs::write(&long, "define x any y\n").unwrap();
    let run = output(["fmt", long.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(0));
    assert_ne!(fs::read_to_string(&long).unwrap(), "", "what is written beside it has a short name");
    let locked = folder.path().join("locked.rules");
    fs::write(&locked, "define x any y\n").unwrap();
    let mut permissions = fs::metadata(&locked).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).unwrap();
    let run = output(["fmt", locked.to_str().unwrap()]);
    assert_eq!(run.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&locked).unwrap(), "define x any y\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left beside them");
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_readers_stay_who_they_were() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (file, link) = (folder.path().join("file.rules"), folder.path().join("link.rules"));
    fs::write(&file, "define x any y\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert_eq!(output(["fmt", link.to_str().unwrap()]).status.code(), Some(0));
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "define x  any y\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn rulebooks_are_named_by_year_and_the_built_in_ones_stay() {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("rules/codes/1/jab.toml", "title='x'\n"),
        ("rules/toy/2030-31/contract.toml", "scheme='toy'\n"),
        ("rules/toy/2030-31/codes/own.toml", "title='x'\n"),
        ("rules/toy/2031-32/contract.toml", "scheme='toy'\n"),
        ("rules/notes/list.toml", "a=1\n"),
    ] {
        fs::create_dir_all(folder.path().join(path).parent().unwrap()).unwrap();
        fs::write(folder.path().join(path), text).unwrap();
    }
    let fmt = |arguments: &[&str]| {
        let run = uptake(["fmt"].iter().chain(arguments)).current_dir(folder.path()).output().unwrap();
        (run.status.code(), String::from_utf8(run.stdout).unwrap() + &String::from_utf8(run.stderr).unwrap())
    };
    let (code, text) = fmt(&["toy/2030-31"]);
    assert!(code == Some(0) && text.ends_with("2 of 2 files changed\n"), "{text}");
    let (code, text) = fmt(&[]);
    assert!(code == Some(0) && text.ends_with("2 of 4 files changed\n"), "{text}");
    let (code, text) = fmt(&["toy/2040-41"]);
    assert!(code == Some(2) && text.contains("there is no rulebook `toy/2040-41`"), "{text}");
    let (code, text) = fmt(&["./rules"]);
    assert!(code == Some(2) && text.contains("./rules is a folder"), "{text}");
    let (code, text) = fmt(&["notes.txt", "rules/notes/list.toml"]);
    assert!(code == Some(2) && text.contains("there is no rulebook `notes.txt`"), "{text}");
    let (code, text) = fmt(&["no.rules"]);
    assert!(code == Some(2) && text.contains("cannot read no.rules"), "{text}");
    let empty = tempfile::tempdir().unwrap();
    let run = uptake(["fmt"]).current_dir(empty.path()).output().unwrap();
    assert_eq!(run.status.code(), Some(2));
    let talk = String::from_utf8(run.stderr).unwrap();
    assert!(talk.contains("the rules built in cannot be laid out anew"), "{talk}");
}
