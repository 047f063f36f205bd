//! README's commands are run as they stand there, so that it stays true.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use crate::guide::fenced;
use crate::uptake::{root, stdout};

/// A folder as somebody has it who followed README so far: the rules, the documents, and what `uptake demo` wrote.
fn desk() -> tempfile::TempDir {
    let desk = tempfile::tempdir().unwrap();
    for name in ["docs", "rules"] {
        symlink(root().join(name), desk.path().join(name)).unwrap();
    }
    stdout(["demo", desk.path().join("uptake-demo").to_str().unwrap()]);
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).current_dir(desk.path()).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    git(&["init", "--quiet"]);
    desk
}

/// Runs lines as a shell does that ends at the first that fails.
fn run(lines: &str, folder: &Path) {
    let built = Path::new(env!("CARGO_BIN_EXE_uptake")).parent().unwrap();
    let path = format!("{}:{}", built.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-eu", "-c", lines]).env("PATH", path).env_remove("UPTAKE_RULES").current_dir(folder);
    let done = shell.output().unwrap();
    assert!(done.status.success(), "{lines}\n{}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn the_commands_of_readme_work_as_they_stand() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = fenced(&readme);
    let of_shell = blocks.iter().filter(|block| block.language == "sh");
    // Cargo itself is what runs this test.
    let tried: Vec<&str> = of_shell.map(|block| block.body.as_str()).filter(|body| !body.contains("cargo")).collect();
    assert!(tried.len() >= 2, "README has lost its commands");
    let desk = desk();
    for lines in tried {
        run(lines, desk.path());
    }
    // Patients' outcomes and the list of whom to call are their owner's.
    for name in ["outcomes.csv", "calls.csv"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(desk.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} can be read by others");
    }
}
